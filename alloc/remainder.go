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
	k := wordsFor(b.den)
	rems := make([]uint64, k*s.n) // all fractions have the denominator b.den
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
	if err != nil {
		return err
	}
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
