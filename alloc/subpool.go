package alloc

import (
	"fmt"
	"math/big"

	merkle "github.com/merkle-drop/merkle"
)

// floorSubPools rounds each sub-pool on its own: Σ over p of ⌊x(u,k,p)/unit⌋·unit, with P·w(p)/W exact or floored first.
func (a *asr) floorSubPools(r *reading, ids []uint32, out *Allocation, budgets []budget, floored bool) error {
	type sub struct{ pool, den *big.Int } // x = pool·v/den
	subs := make([][]sub, len(budgets))
	for k := range budgets {
		subs[k] = make([]sub, len(a.factors))
		for p, f := range a.factors {
			if f == nil {
				continue
			}
			pool, den := new(big.Int).Mul(budgets[k].pool, a.weights[p]), a.powers[p]
			if floored {
				pool.Quo(pool, a.sum)
			} else {
				den = new(big.Int).Mul(a.sum, den)
				g := new(big.Int).GCD(nil, nil, pool, den)
				if g.Sign() > 0 {
					pool.Quo(pool, g)
					den.Quo(den, g)
				}
			}
			subs[k][p] = sub{pool, den}
		}
	}
	s := &shares{n: len(ids)} // no numerators: every sub-pool has its own denominator
	_, err := s.eachReporting(r.ctx, r.stage("shares"), func(w *worker, i int) error {
		from, to := a.votes.of(ids[i])
		chain := out.Entrants[i].Chain
		for k := range budgets {
			unit := budgets[k].units[chain]
			w.sum.SetInt64(0)
			for v := from; v < to; v++ {
				x := subs[k][a.votes.proposals[v]]
				if x.den == nil || !a.counts(v) {
					continue
				}
				w.scratch = a.votes.numbers.words(w.scratch, a.votes.powers[v])
				w.product.Mul(w.share.SetBits(w.scratch), x.pool)
				w.quo.QuoRem(&w.product, x.den, &w.rem)
				if unit != nil {
					w.quo.Sub(&w.quo, w.rem.Rem(&w.quo, unit))
				}
				w.sum.Add(&w.sum, &w.quo)
			}
			var ok bool
			if out.Tokens[k].Amounts[i], ok = merkle.AmountFromBig(&w.sum); !ok {
				return fmt.Errorf("%w: a claim of %d bits", errInternal, w.sum.BitLen())
			}
		}
		return nil
	})
	return err
}
