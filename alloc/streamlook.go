package alloc

import (
	"errors"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	merkle "github.com/merkle-drop/merkle"
)

// lookChunk is how many claims are looked at in one go.
const lookChunk = 4096

// fineBits is how many bits of an amount below its highest one place it when the median is looked for.
const fineBits = 10

// winner is the largest claim, of equal ones the first in entrant order, and where it stands.
type winner struct {
	entrant Entrant
	amount  merkle.Amount
	file    *Sorted
	at      int
}

func (w *winner) meet(e Entrant, amount merkle.Amount, file *Sorted, at int) {
	if c := amount.Cmp(w.amount); c > 0 || c == 0 && w.file != nil && e.compare(w.entrant) < 0 {
		*w = winner{e, amount, file, at}
	}
}

// look is what one goroutine has seen of the claims.
type look struct {
	sizes    ClaimSizes
	most     winner // amount and locked amount together
	paid     winner // amount alone
	smallest merkle.Amount
	fine     []uint32
	kept     []merkle.Amount
	rows     ClaimRows
}

// look goes through all claims of a token on all processors, to see how large they are.
func (s *stream) look(out *Outline, k int) error {
	files := out.of(k)
	sizes := &out.Sizes[k]
	*sizes, s.winner = ClaimSizes{}, winner{}
	fine := make([]uint32, 257<<fineBits)
	var paid winner
	looks, err := s.each(files, func(l *look, f *Sorted, chain uint16, lo int) {
		if l.fine == nil {
			l.fine = make([]uint32, 257<<fineBits)
		}
		for i, account := range l.rows.Accounts {
			e := Entrant{account, chain}
			v, both := f.claim(&l.rows, i)
			l.most.meet(e, both, f, lo+i)
			l.paid.meet(e, v, f, lo+i)
			if both.IsZero() { // the record of an account that may still gain
				continue
			}
			if l.sizes.Count++; l.sizes.Count == 1 || both.Cmp(l.smallest) < 0 {
				l.smallest = both
			}
			l.sizes.Bits[both.BitLen()]++
			l.fine[fineOf(both)]++
		}
	})
	if err != nil {
		return err
	}
	for i := range looks {
		l := &looks[i]
		if l.sizes.Count == 0 {
			continue
		}
		s.winner.meet(l.most.entrant, l.most.amount, l.most.file, l.most.at)
		paid.meet(l.paid.entrant, l.paid.amount, l.paid.file, l.paid.at)
		if sizes.Count == 0 || l.smallest.Cmp(sizes.Smallest) < 0 {
			sizes.Smallest = l.smallest
		}
		sizes.Count += l.sizes.Count
		for b, n := range l.sizes.Bits {
			sizes.Bits[b] += n
		}
		for b, n := range l.fine {
			fine[b] += n
		}
	}
	if sizes.Count == 0 {
		return nil
	}
	sizes.Largest, sizes.Winner = s.winner.amount, paid.entrant
	rank := (sizes.Count - 1) / 2
	bucket := 0
	for ; rank >= int(fine[bucket]); bucket++ {
		rank -= int(fine[bucket])
	}
	sizes.Median, err = s.ranked(files, func(v merkle.Amount) bool { return fineOf(v) == bucket }, int(fine[bucket]), rank)
	return err
}

// of are the files of a token.
func (o *Outline) of(k int) (files []*Sorted) {
	for _, f := range o.Sorted {
		if f.Token == k {
			files = append(files, f)
		}
	}
	return files
}

// claim is the amount of claim i, and that with the locked amount, in base units of the token.
func (f *Sorted) claim(rows *ClaimRows, i int) (amount, both merkle.Amount) {
	amount = f.inToken(rows.Amounts[i])
	if both = amount; rows.Locked != nil {
		both, _ = both.Add(f.inToken(rows.Locked[i])) // the ledger's sum of all fits
	}
	return amount, both
}

func (f *Sorted) inToken(v merkle.Amount) merkle.Amount {
	if unit, ok := f.unit.Uint64(); ok {
		v, _ = product(v, unit)
		return v
	}
	big := f.unit.Big()
	v, _ = merkle.AmountFromBig(big.Mul(big, v.Big()))
	return v
}

// fineOf numbers amounts by their size: by the number of bits, then by the bits below the highest. It ascends with the amount.
func fineOf(v merkle.Amount) int {
	n := v.BitLen()
	if n == 0 {
		return 0
	}
	w := v.Words()
	below := 0
	for i := range fineBits {
		bit := n - 2 - i
		below <<= 1
		if bit >= 0 {
			below |= int(w[bit/64] >> (bit % 64) & 1)
		}
	}
	return n<<fineBits | below
}

// mostKept is how many amounts are sorted in memory.
const mostKept = 1 << 20

// ranked is the amount of a rank among the n amounts that among lets pass.
func (s *stream) ranked(files []*Sorted, among func(merkle.Amount) bool, n, rank int) (merkle.Amount, error) {
	var low, high merkle.Amount
	for first := true; ; first = false {
		inside := func(v merkle.Amount) bool {
			return among(v) && (first || v.Cmp(low) >= 0 && v.Cmp(high) <= 0)
		}
		looks, err := s.each(files, func(l *look, f *Sorted, _ uint16, _ int) {
			for i := range l.rows.Accounts {
				_, both := f.claim(&l.rows, i)
				if !inside(both) {
					continue
				}
				if l.sizes.Count++; n <= mostKept {
					l.kept = append(l.kept, both)
				}
				if l.sizes.Count == 1 || both.Cmp(l.sizes.Smallest) < 0 {
					l.sizes.Smallest = both
				}
				if both.Cmp(l.sizes.Largest) > 0 {
					l.sizes.Largest = both
				}
			}
		})
		if err != nil {
			return low, err
		}
		if n <= mostKept {
			var all []merkle.Amount
			for i := range looks {
				all = append(all, looks[i].kept...)
			}
			slices.SortFunc(all, merkle.Amount.Cmp)
			return all[rank], nil
		}
		started := false
		for i := range looks {
			z := &looks[i].sizes
			if z.Count == 0 {
				continue
			}
			if !started || z.Smallest.Cmp(low) < 0 {
				low = z.Smallest
			}
			if !started || z.Largest.Cmp(high) > 0 {
				high = z.Largest
			}
			started = true
		}
		if low == high {
			return low, nil
		}
		// Halve the range until few enough are left.
		middle, _ := high.Sub(low)
		words := middle.Words()
		for i := range words {
			words[i] >>= 1
			if i < 3 {
				words[i] |= words[i+1] << 63
			}
		}
		middle, _ = low.Add(merkle.AmountFromWords(words))
		halves, err := s.each(files, func(l *look, f *Sorted, _ uint16, _ int) {
			for i := range l.rows.Accounts {
				if _, both := f.claim(&l.rows, i); among(both) && both.Cmp(low) >= 0 && both.Cmp(middle) <= 0 {
					l.sizes.Count++
				}
			}
		})
		if err != nil {
			return low, err
		}
		below := 0
		for i := range halves {
			below += halves[i].sizes.Count
		}
		if rank < below {
			n, high = below, middle
		} else {
			n, rank = n-below, rank-below
			low, _ = middle.Add(merkle.NewAmount(1))
		}
	}
}

// each reads all claims in chunks on all processors: lo is the place of the first of l.rows in its file.
func (s *stream) each(files []*Sorted, visit func(l *look, f *Sorted, chain uint16, lo int)) ([]look, error) {
	w := s.x.Workers
	if w <= 0 {
		w = runtime.GOMAXPROCS(0)
	}
	looks, errs := make([]look, w), make([]error, w)
	for i := range looks {
		looks[i].rows.bare = true
	}
	for _, f := range files {
		chain, _ := slices.BinarySearch(s.chains, f.Chain)
		var next atomic.Int64
		var wait sync.WaitGroup
		for i := range w {
			wait.Go(func() {
				for s.ctx.Err() == nil && errs[i] == nil {
					lo := int(next.Add(lookChunk)) - lookChunk
					if lo >= f.Len {
						return
					}
					if errs[i] = f.Read(lo, min(lo+lookChunk, f.Len), &looks[i].rows); errs[i] == nil {
						visit(&looks[i], f, uint16(chain), lo)
					}
				}
			})
		}
		wait.Wait()
	}
	return looks, errors.Join(append(errs, s.ctx.Err())...)
}
