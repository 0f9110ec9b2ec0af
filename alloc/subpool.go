package alloc

import (
	"fmt"
	"math/big"

	merkle "github.com/merkle-drop/merkle"
)

// subPools are the parts of a budget by proposal, P·w(p)/W exact or floored first, each shared out over V(p): x = pool·v/V(p) for a vote of power v.
func (a *asr) subPools(b *budget, floored bool) []fraction {
	list := make([]fraction, len(a.factors))
	for p, f := range a.factors {
		if f == nil {
			continue
		}
		pool, den := new(big.Int).Mul(b.pool, a.weights[p]), a.powers[p]
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
		list[p] = newFraction(pool, den, a.powers[p], b.units)
	}
	return list
}

// floorSubPools rounds each sub-pool on its own: Σ over p of ⌊x(u,k,p)/unit⌋·unit, with P·w(p)/W exact or floored first.
func (a *asr) floorSubPools(r *reading, ids []uint32, out *Allocation, budgets []budget, floored bool) error {
	subs := make([][]fraction, len(budgets))
	for k := range budgets {
		subs[k] = a.subPools(&budgets[k], floored)
	}
	s := &shares{n: len(ids)} // no numerators: every sub-pool has its own denominator
	_, err := s.eachReporting(r.ctx, r.stage("shares"), func(w *worker, i int) error {
		from, to := a.votes.of(ids[i])
		chain := out.Entrants[i].Chain
		for k := range budgets {
			var sum merkle.Amount
			for v := from; v < to; v++ {
				x := &subs[k][a.votes.proposals[v]]
				if x.den == nil || !a.counts(v) {
					continue
				}
				w.scratch = a.votes.numbers.words(w.scratch, a.votes.powers[v])
				part, ok := x.floor(&w.bigRoom, w.scratch, chain)
				if ok {
					sum, ok = sum.Add(part)
				}
				if !ok {
					return fmt.Errorf("%w: a claim above 256 bits", errInternal)
				}
			}
			out.Tokens[k].Amounts[i] = sum
		}
		return nil
	})
	return err
}
