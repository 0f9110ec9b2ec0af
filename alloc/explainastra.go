package alloc

import (
	"math/big"
	"slices"
)

func (a *astra) explain(r *reading, id uint32, x *Explanation) []*big.Rat {
	t := &r.c.Tokens[0]
	if a.out[id] {
		x.say("is in cool-down, so neither stake nor history counts")
		return nil
	}
	d := int(a.set.StakeDecimals)
	a.measure(id)
	s := a.scoring
	if a.set.Multiplier == "none" {
		x.say("multiplier: 1 for everybody")
	} else {
		for i, l := range a.set.Locks {
			if s.balances[i].Sign() > 0 {
				x.say("lock %d: balance %s, window %d days, multiplier %s", l.Months, decimalText(&s.balances[i], d), l.Window, l.Factor)
			}
		}
		num, den := s.lvm()
		lvm := new(big.Rat).SetFrac(num, new(big.Int).Mul(den, s.one))
		n := s.tier()
		edge := "below the first tier"
		if n > 0 {
			edge = "from " + a.set.Tiers[n-1].From
		}
		x.say("score (%s): %s, %s: SSM %s", a.set.Score, s.scoreRat().RatString(), edge, new(big.Rat).SetFrac(s.tiers[n], s.one).RatString())
		x.say("LVM (%s): %s; RM = SSM + LVM − 1 = %s", a.set.LVM, lvm.RatString(), s.multiplier().RatString())
	}
	if !a.listed[id] {
		x.say("has no stake in any pool, so nothing is paid")
		return nil
	}
	at := slices.Index(a.ids, id)
	w := a.rewards
	x.say("APB = ⌊%s ÷ (%d − %d)⌋ = %s base units a block", t.Pool, a.set.Blocks.End, a.set.Blocks.Start, w.perBlock)
	rm := new(big.Rat).SetFrac(a.codes.amount(a.num[id]).Big(), a.codes.amount(a.den[id]).Big())
	for q, p := range a.set.Pools {
		reward := new(big.Rat).SetFrac(w.parts[q], w.allocSum)
		own := new(big.Rat).SetFrac(a.stake(q, at).Big(), pow10(a.scale))
		if own.Sign() == 0 {
			continue
		}
		x.say("pool %s: %d blocks, weight %s: R = %s", p.ID, w.blocks[q], p.Alloc, fractionTokens(reward, t))
		ubm := new(big.Rat).Mul(own, rm)
		x.say("pool %s: AM %s × RM %s = UBM %s, %s", p.ID, own.RatString(), rm.RatString(), ubm.RatString(), a.poolTotal(q))
	}
	x.say("shares: %s (UBM ÷ PBM; a percentage SP = UBM·100 ÷ PBM means SP·R ÷ 100)", a.set.Shares)
	x.say("claim: floored to %s", whole(a.claims[at], t))
	switch {
	case a.set.Elections == nil:
	case a.takesNow(id):
		row := a.takeRow[id] - 1
		x.say("takes its claim with a stake of %d days: fee %d %% = %s, paid %s (%s)", a.takes.ages[row], a.percent(id), whole(a.fees[at], t), whole(less(a.claims[at], a.fees[at]), t),
			a.takes.places.at(a.set.Elections.File, int(row)))
	default:
		x.say("restakes: the claim of %s is locked, with %s of the fees of others", whole(a.claims[at], t), whole(a.more[at], t))
	}
	return nil
}

// poolTotal is Σ UBM of a pool in words: exact where its denominator is short.
func (a *astra) poolTotal(q int) string {
	quota, p := a.rewards.whole, q
	if quota == nil {
		quota, p = a.rewards.single[q], 0
	}
	b := quota.at(0)
	low := new(big.Rat).SetFrac(b.low[p], new(big.Int).Mul(b.scale, pow10(a.scale)))
	if b.exact {
		return "PBM " + low.RatString()
	}
	return "PBM " + roundRat(low, 18, "floor") + "…"
}
