package alloc

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"runtime"
	"sync"

	merkle "github.com/merkle-drop/merkle"
)

// errInternal marks a broken invariant of this package: never the input's fault.
var errInternal = errors.New("alloc: internal error")

// shares is the share vector of a rule: entrant i of Allocation.Entrants has the share S(i)/den of every token, where
// S(i) is an integer. It is made entrant by entrant and never stored: a vector for a million entrants costs no memory.
type shares struct {
	n   int      // entrants
	den *big.Int // above 0 unless nobody has a share; then nil
	// numerator adds S(i) to acc, which is zero and holds wordsFor(den) words. scratch is room for one input number.
	numerator func(acc, scratch []big.Word, i int) bool
}

// words is the number of words of a numerator.
func (s *shares) words() int { return wordsFor(s.den) }

// budget is what one token shares out: entrant i is entitled to pool·S(i)/den, or, where capped, to cap.
type budget struct {
	pool, den *big.Int // den nil: nobody is entitled to anything
	capped    []bool   // nil: nobody
	cap       *big.Int
	units     []*big.Int // by chain; nil is 1
}

// sum adds all numerators that pick selects; pick nil selects all.
func (s *shares) sum(ctx context.Context, pick func(i int) bool) (*big.Int, error) {
	if s.den == nil {
		return new(big.Int), nil
	}
	parts, err := s.each(ctx, func(w *worker, i int) error {
		if pick == nil || pick(i) {
			w.sum.Add(&w.sum, w.numerator())
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	sum := new(big.Int)
	for _, w := range parts {
		sum.Add(sum, &w.sum)
	}
	return sum, nil
}

// floor writes ⌊x/unit⌋·unit of every entrant and budget: claims[b][i].
func (s *shares) floor(ctx context.Context, budgets []budget, chains []Entrant, claims [][]merkle.Amount, progress func(done, total int64)) error {
	_, err := s.eachReporting(ctx, progress, func(w *worker, i int) error {
		var made bool
		for k := range budgets {
			b := &budgets[k]
			q := &w.quo
			switch {
			case b.capped != nil && b.capped[i]:
				q.Set(b.cap)
			case b.den == nil || b.den.Sign() == 0:
				continue
			default:
				if !made {
					w.numerator()
					made = true
				}
				w.product.Mul(&w.share, b.pool)
				q.QuoRem(&w.product, b.den, &w.rem)
			}
			if unit := b.units[chains[i].Chain]; unit != nil {
				q.Sub(q, w.rem.Rem(q, unit))
			}
			var ok bool
			if claims[k][i], ok = merkle.AmountFromBig(q); !ok {
				return fmt.Errorf("%w: a claim of %d bits", errInternal, q.BitLen())
			}
		}
		return nil
	})
	return err
}

// worker is one goroutine's room: nothing is allocated an entrant.
type worker struct {
	s              *shares
	acc, scratch   []big.Word
	share, product big.Int
	quo, rem, sum  big.Int
	room           *quotaRoom // for quotas, made when needed
}

// numerator returns the present entrant's S(i), valid until the next entrant.
func (w *worker) numerator() *big.Int { return w.share.SetBits(trimmed(w.acc)) }

func (s *shares) each(ctx context.Context, do func(w *worker, i int) error) ([]*worker, error) {
	return s.eachReporting(ctx, nil, do)
}

// eachReporting calls do for every entrant with its numerator made, on all processors. Entrants are cut into
// ranges and each range writes its own part of the result, so the result does not depend on the number of them.
func (s *shares) eachReporting(ctx context.Context, progress func(done, total int64), do func(w *worker, i int) error) ([]*worker, error) {
	const step = 1 << 12
	workers := make([]*worker, min(runtime.GOMAXPROCS(0), s.n/step+1))
	errs := make([]error, len(workers))
	var mu sync.Mutex
	next, done := 0, int64(0)
	take := func(finished int) int {
		mu.Lock()
		defer mu.Unlock()
		if done += int64(finished); progress != nil {
			progress(done, int64(s.n))
		}
		from := next
		next += step
		return from
	}
	var wg sync.WaitGroup
	for n := range workers {
		w := &worker{s: s}
		if s.den != nil {
			w.acc = make([]big.Word, s.words())
		}
		w.scratch = make([]big.Word, 0, 8)
		workers[n] = w
		wg.Go(func() {
			for from, finished := take(0), 0; from < s.n; from = take(finished) {
				if errs[n] = ctx.Err(); errs[n] != nil {
					return
				}
				to := min(from+step, s.n)
				for i := from; i < to; i++ {
					clear(w.acc)
					if s.den != nil && !s.numerator(w.acc, w.scratch, i) {
						errs[n] = fmt.Errorf("%w: a share above 1", errInternal)
						return
					}
					if errs[n] = do(w, i); errs[n] != nil {
						return
					}
				}
				finished = to - from
			}
		})
	}
	wg.Wait()
	return workers, errors.Join(errs...)
}
