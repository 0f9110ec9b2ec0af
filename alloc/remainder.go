package alloc

import (
	"context"
	"fmt"
	"slices"

	merkle "github.com/merkle-drop/merkle"
)

// largestRemainder gives one unit more to the `more` entrants with the largest fraction x − ⌊x⌋; ties go to the first in
// entrant order, so the result does not depend on the order of input rows.
func (s *shares) largestRemainder(ctx context.Context, b *budget, claims []merkle.Amount, more int) error {
	if more == 0 {
		return nil
	}
	if more < 0 || more >= s.n || b.den == nil {
		return fmt.Errorf("%w: %d units left over for %d entrants", errInternal, more, s.n)
	}
	rems, err := s.remainders(ctx, b)
	if err != nil {
		return err
	}
	k := wordsFor(b.den)
	order := make([]uint32, s.n)
	for i := range order {
		order[i] = uint32(i)
	}
	slices.SortStableFunc(order, func(x, y uint32) int {
		return compareWords(rems[k*int(y):k*int(y)+k], rems[k*int(x):k*int(x)+k])
	})
	one := merkle.NewAmount(1)
	for _, i := range order[:more] {
		var ok bool
		if claims[i], ok = claims[i].Add(one); !ok {
			return fmt.Errorf("%w: a claim above 256 bits", errInternal)
		}
	}
	return nil
}

// remainders are what the floors of a budget leave, entrant by entrant: as many words each as its denominator has, over which they are.
func (s *shares) remainders(ctx context.Context, b *budget) ([]uint64, error) {
	k := wordsFor(b.den)
	rems := make([]uint64, k*s.n)
	_, err := s.each(ctx, func(w *worker, i int) error {
		if b.capped != nil && b.capped[i] {
			return nil
		}
		w.words = setWords(&w.s, w.words, w.acc)
		w.product.Mul(&w.s, b.pool)
		w.quo.QuoRem(&w.product, b.den, &w.rem)
		if !wordsOf(rems[k*i:k*(i+1)], &w.rem) {
			return fmt.Errorf("%w: a remainder of %d bits", errInternal, w.rem.BitLen())
		}
		return nil
	})
	return rems, err
}
