package alloc

import (
	"context"
	"math/big"
	"slices"
)

// capAt fixes the entrants whose exact entitlement reaches the cap at the cap. With redistribute the rest of the pool is
// split by weight among the others, again and again until nobody new reaches it (water-filling); without, the
// others keep their shares.
//
// Water-filling in one pass: whoever has the larger share reaches the cap first, and fixing one never lowers what a unit
// of weight gets (cap ≤ its entitlement), so going through entrants by falling share finds the same set as repeated rounds.
func (b *budget) capAt(ctx context.Context, s *shares, most *big.Int, redistribute bool) error {
	k := s.words()
	all := make([]uint64, k*s.n)
	if _, err := s.each(ctx, func(w *worker, i int) error {
		copy(all[k*i:], w.acc)
		return nil
	}); err != nil {
		return err
	}
	share := func(i uint32) []uint64 { return all[k*int(i) : k*int(i)+k] }
	order := make([]uint32, s.n)
	for i := range order {
		order[i] = uint32(i)
	}
	slices.SortStableFunc(order, func(x, y uint32) int { return compareWords(share(y), share(x)) })
	b.cap, b.capped = most, make([]bool, s.n)
	pool, den := new(big.Int).Set(b.pool), new(big.Int).Set(b.den)
	var v, left, right big.Int
	var room []big.Word
	for _, i := range order {
		room = setWords(&v, room, share(i))
		if left.Mul(pool, &v).Cmp(right.Mul(most, den)) < 0 {
			break
		}
		b.capped[i] = true
		if redistribute {
			pool.Sub(pool, most)
			if den.Sub(den, &v); den.Sign() == 0 {
				// Nobody with weight is left; those without have an entitlement of 0, which only a cap of 0 is reached by.
				break
			}
		}
	}
	b.pool, b.den = pool, den
	return nil
}

// earnings is earned of every budget.
func earnings(ctx context.Context, s *shares, budgets []budget, sum *big.Int) ([]*big.Int, error) {
	earned := make([]*big.Int, len(budgets))
	for k := range budgets {
		var err error
		if earned[k], err = budgets[k].earned(ctx, s, sum); err != nil {
			return nil, err
		}
	}
	return earned, nil
}

// earned is ⌊Σ x⌋ over all entrants of s, whose numerators add up to sum.
func (b *budget) earned(ctx context.Context, s *shares, sum *big.Int) (*big.Int, error) {
	fixed := new(big.Int)
	if s.den == nil {
		return fixed, nil
	}
	if b.capped != nil {
		for _, c := range b.capped {
			if c {
				fixed.Add(fixed, b.cap)
			}
		}
		var err error
		if sum, err = s.sum(ctx, func(i int) bool { return !b.capped[i] }); err != nil {
			return nil, err
		}
	}
	if b.den.Sign() == 0 {
		return fixed, nil
	}
	part := new(big.Int).Mul(sum, b.pool)
	return fixed.Add(fixed, part.Quo(part, b.den)), nil
}
