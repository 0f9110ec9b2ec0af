package verify

import (
	"errors"
	"math/big"
)

// early pays the claims, or with elections takes fees, locks what is restaked and hands out the fees.
func (e *astraEngine) early(a *allocation, r *tokenResult, due []*big.Int, rank []int32) error {
	locked := make([]*big.Int, len(rank)) // nil: does not restake
	fees := new(big.Int)
	var terms []*big.Rat
	for i, id := range rank {
		pays := new(big.Int)
		switch x, ok := e.d.astra.elections[id]; {
		case due[i] == nil:
		case !e.rule.early:
			pays = due[i]
		case ok && x.take:
			percent := new(big.Int).Sub(big.NewInt(e.rule.feePercent), x.age)
			if percent.Sign() < 0 {
				percent.SetInt64(0)
			}
			fee := floorTo(new(big.Rat).SetFrac(percent.Mul(percent, due[i]), big.NewInt(100)), e.c.tokens[0].on(a.ents[i].chain).unit)
			fees.Add(fees, fee)
			pays.Sub(due[i], fee)
		default:
			locked[i] = new(big.Int).Set(due[i])
			terms = append(terms, e.weightOf(id))
		}
		n, ok := toNum(pays)
		if !ok {
			return errors.New("a claim is wider than 256 bits")
		}
		r.amounts, r.entitled = append(r.amounts, n), append(r.entitled, false)
		r.claims.Add(r.claims, pays)
		leaves := 0
		if pays.Sign() > 0 {
			leaves = 1
		}
		r.count(a.ents[i].chain, pays, leaves)
	}
	r.forgone.Set(fees)
	if all := newPile(terms); !e.rule.next && !all.isZero() {
		for i, id := range rank {
			if locked[i] == nil {
				continue
			}
			mine := e.weightOf(id)
			mine.Mul(mine, new(big.Rat).SetInt(fees))
			more := certain([]*pile{all}, func(of func(p *pile) *big.Rat) *big.Int {
				return floorTo(new(big.Rat).Quo(mine, of(all)), e.c.tokens[0].on(a.ents[i].chain).unit)
			})
			locked[i].Add(locked[i], more)
			r.forgone.Sub(r.forgone, more)
		}
	}
	for _, z := range locked {
		if z != nil {
			r.lockedLine.Add(r.lockedLine, z)
		}
	}
	if e.rule.early {
		a.tables = []*recomputedTable{amountTable("restaked", a.ents, byText(a.ents), func(i int) string {
			if locked[i] == nil || locked[i].Sign() == 0 {
				return ""
			}
			return locked[i].String()
		})}
	}
	return nil
}
