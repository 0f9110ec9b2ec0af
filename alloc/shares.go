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
	numerator func(acc, scratch []uint64, i int) bool
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

// floor writes ⌊x/unit⌋·unit of every entrant and budget, claims[b][i], and returns the sum of all numerators.
func (s *shares) floor(ctx context.Context, budgets []budget, chains []Entrant, claims [][]merkle.Amount, progress func(done, total int64)) (*big.Int, error) {
	fractions := make([]fraction, len(budgets))
	for k := range budgets {
		b := &budgets[k]
		fractions[k] = newFraction(b.pool, b.den, b.den, b.units)
	}
	parts, err := s.eachReporting(ctx, progress, func(w *worker, i int) error {
		for k := range fractions {
			b, chain := &budgets[k], chains[i].Chain
			var ok bool
			if b.capped != nil && b.capped[i] {
				w.quo.Set(b.cap)
				claims[k][i], ok = fractions[k].down(&w.bigRoom, chain)
			} else {
				claims[k][i], ok = fractions[k].floor(&w.bigRoom, w.acc, chain)
			}
			if !ok {
				return fmt.Errorf("%w: a claim of %d bits", errInternal, w.quo.BitLen())
			}
		}
		return w.count()
	})
	return sumOf(parts), err
}

// sum adds all numerators that pick selects; pick nil selects all.
func (s *shares) sum(ctx context.Context, pick func(i int) bool) (*big.Int, error) {
	if s.den == nil {
		return new(big.Int), nil
	}
	parts, err := s.each(ctx, func(w *worker, i int) error {
		if pick == nil || pick(i) {
			return w.count()
		}
		return nil
	})
	return sumOf(parts), err
}

// worker is one goroutine's room: nothing is allocated an entrant.
type worker struct {
	acc, scratch []uint64
	sum          []uint64 // of numerators
	bigRoom
	quota *quotaRoom // made when needed
}

// count adds the present numerator to the worker's sum, which has one word more: 2^32 entrants at most.
func (w *worker) count() error {
	if !addWords(w.sum, w.acc) {
		return fmt.Errorf("%w: a sum of shares does not fit", errInternal)
	}
	return nil
}

// sumOf is the sum of what the workers counted.
func sumOf(parts []*worker) *big.Int {
	sum, part := new(big.Int), new(big.Int)
	for _, w := range parts {
		w.words = setWords(part, w.words, w.sum)
		sum.Add(sum, part)
	}
	return sum
}

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
		w := &worker{scratch: make([]uint64, 0, 4)}
		if s.den != nil {
			w.acc, w.sum = make([]uint64, s.words()), make([]uint64, s.words()+1)
		}
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
