package alloc

import (
	"fmt"
	"math/big"
)

func (a *asr2) explain(r *reading, id uint32, x *Explanation) []*big.Rat {
	d := int(a.set.Decimals)
	if !a.listed[id] {
		x.say("no stake of this account counts")
		return nil
	}
	rows, days := 0, ""
	for i, e := range a.entrants {
		if e != id {
			continue
		}
		if rows++; a.from != nil {
			x.say("stake of %s for %d seconds of the period (%s)", string(appendDecimal(nil, a.numbers.amount(a.digits[i]), int(a.scales[i]))), a.seconds(a.from[i], a.to[i]), a.places.at(a.set.Stakes.File, i))
		} else {
			days = fmt.Sprintf("%d of %d days have a row", rows, a.unit)
		}
	}
	if days != "" {
		x.say("%s", days)
	}
	own := a.weights[id].Big()
	average := new(big.Rat).SetFrac(own, new(big.Int).Mul(pow10(d), big.NewInt(a.unit)))
	unit := "days"
	if a.from != nil {
		unit = "seconds"
	}
	x.say("average: %s ÷ %d %s = %s", decimalText(own, d), a.unit, unit, average.RatString())
	if e := a.set.Eligibility; e != nil {
		verdict := "eligible"
		if !a.passed[id] {
			verdict = "not eligible, so nothing is paid"
		}
		x.say("eligibility: average is %s, the minimum is %s: %s", average.RatString(), e.Min, verdict)
	}
	if !a.passed[id] {
		return nil
	}
	if a.sum.Sign() == 0 {
		x.say("nobody has stake, so nothing is paid")
		return nil
	}
	share := new(big.Rat).SetFrac(own, a.sum)
	x.say("share: %s of %s = %s", decimalText(own, d), decimalText(a.sum, d), share.RatString())
	exact := make([]*big.Rat, len(r.c.Tokens))
	for k := range r.c.Tokens {
		t := &r.c.Tokens[k]
		exact[k] = new(big.Rat).SetInt(t.Pool.Big())
		exact[k].Mul(exact[k], share)
		x.say("%s: pool %s × share = %s", t.ID, t.Pool.Tokens(t.Decimals), fractionTokens(exact[k], t))
	}
	x.say("rounding: %s, at %s", r.c.Rounding.Method, r.c.Rounding.At)
	return exact
}
