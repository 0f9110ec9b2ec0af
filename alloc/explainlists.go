package alloc

import (
	"fmt"
	"math/big"
	"slices"
)

func (a *proRata) explain(r *reading, id uint32, x *Explanation) []*big.Rat {
	if !a.listed[id] {
		x.say("no row of this account counts")
		return nil
	}
	scale := a.rows.scale
	own := a.numbers.amount(a.weights[id]).Big()
	if e := a.set.Eligibility; e != nil {
		verdict := "eligible"
		if !a.passed[id] {
			verdict = "not eligible, so nothing is paid"
		}
		x.say("eligibility: weight is %s, the minimum is %s: %s", decimalText(own, scale), e.Min, verdict)
	}
	if !a.passed[id] {
		return nil
	}
	if a.sum.Sign() == 0 {
		x.say("no weight counts, so nothing is paid")
		return nil
	}
	share := new(big.Rat).SetFrac(own, a.sum)
	x.say("weight %s of %s: share %s", decimalText(own, scale), decimalText(a.sum, scale), share.RatString())
	exact := make([]*big.Rat, len(r.c.Tokens))
	for k := range r.c.Tokens {
		t := &r.c.Tokens[k]
		exact[k] = new(big.Rat).SetInt(t.Pool.Big())
		exact[k].Mul(exact[k], share)
		x.say("%s: pool %s × share = %s", t.ID, t.Pool.Tokens(t.Decimals), fractionTokens(exact[k], t))
		if most, capped := a.set.Caps[t.ID]; capped {
			exact[k] = a.explainCap(r, k, id, exact[k], most.Big(), x)
		}
	}
	x.say("rounding: %s, at %s", r.c.Rounding.Method, r.c.Rounding.At)
	return exact
}

// explainCap says what the cap of token k made of an entitlement, and returns the result.
func (a *proRata) explainCap(r *reading, k int, id uint32, exact *big.Rat, most *big.Int, x *Explanation) *big.Rat {
	t, b := &r.c.Tokens[k], &a.budgets[k]
	at := slices.Index(a.ids, id)
	text := fractionTokens(new(big.Rat).SetInt(most), t)
	switch {
	case b.capped == nil || at < 0:
		return exact
	case b.capped[at]:
		x.say("%s: the cap of %s is reached (%s), so that is what it gets", t.ID, text, a.set.OverCap)
		return new(big.Rat).SetInt(most)
	case a.set.OverCap != "redistribute" || b.den.Sign() == 0:
		x.say("%s: the cap of %s is not reached", t.ID, text)
		return exact
	}
	full := 0
	for _, c := range b.capped {
		if c {
			full++
		}
	}
	left := new(big.Rat).SetFrac(a.numbers.amount(a.weights[id]).Big(), b.den)
	left.Mul(left, new(big.Rat).SetInt(b.pool))
	x.say("%s: %d entrants are fixed at the cap of %s; of the rest, %s by a weight of %s among those left, it gets %s", t.ID, full, text,
		fractionTokens(new(big.Rat).SetInt(b.pool), t), decimalText(b.den, a.rows.scale), fractionTokens(left, t))
	return left
}

func (a *fixed) explain(r *reading, id uint32, x *Explanation) []*big.Rat {
	l := a.rows
	for i, e := range l.entrants {
		if e != id {
			continue
		}
		t := &r.c.Tokens[l.tokens[i]]
		line := fmt.Sprintf("%s: row of %s %s", l.places.at(a.set.List.File, i), string(appendDecimal(nil, l.numbers.amount(l.amounts[i]), int(l.scales[i]))), t.ID)
		if a.set.Unit == "base" {
			line += " base units"
		}
		if l.locked != nil {
			line += fmt.Sprintf(", locked %s", string(appendDecimal(nil, l.numbers.amount(l.locked[i]), int(l.lscales[i]))))
		}
		x.Lines = append(x.Lines, line)
	}
	if a.set.Precision == "floor-row" || a.set.Precision == "floor-sum" {
		x.say("precision: %s", a.set.Precision)
	}
	return nil
}
