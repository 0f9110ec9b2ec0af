package alloc

import (
	"context"
	"fmt"
	"math/big"
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
	rems := make([]big.Word, k*s.n) // all fractions have the denominator b.den
	_, err := s.each(ctx, func(w *worker, i int) error {
		if b.capped != nil && b.capped[i] {
			return nil
		}
		w.product.Mul(w.numerator(), b.pool)
		w.quo.QuoRem(&w.product, b.den, &w.rem)
		copy(rems[k*i:k*(i+1)], w.rem.Bits())
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
