package alloc

import (
	"fmt"
	"math/big"
	"strings"

	"github.com/merkle-drop/merkle/campaign"
)

func (a *asr) explain(r *reading, id uint32, x *Explanation) []*big.Rat {
	from, to := a.votes.of(id)
	d := int(a.set.Decimals)
	power := func(v *big.Int) string { return decimalText(v, d) }
	a.explainEligibility(from, to, x)
	if !a.passed[id] {
		return nil
	}
	all := a.weightSum()
	share := new(big.Rat)
	for v := from; v < to; v++ {
		p := a.votes.proposals[v]
		own := a.power(v)
		place := a.rows.places.at(a.set.Votes.File, int(a.votes.rows[v]))
		line := fmt.Sprintf("proposal %s: weight %s of %s, power %s of %s (%s)", a.props.ids[p], a.props.weights[p].RatString(),
			all.RatString(), power(own), power(a.powers[p]), place)
		switch part := a.part(v); {
		case !a.counts(v):
			x.say("%s: below the minimum, so this vote is not paid", line)
		case part == nil:
			x.say("%s: pays nothing", line)
		default:
			share.Add(share, part)
			x.say("%s: share %s", line, part.RatString())
		}
	}
	x.say("share of every pool: %s", share.RatString())
	exact := make([]*big.Rat, len(r.c.Tokens))
	for k := range r.c.Tokens {
		t := &r.c.Tokens[k]
		exact[k] = new(big.Rat).SetInt(t.Pool.Big())
		exact[k].Mul(exact[k], share)
		x.say("%s: pool %s × share = %s", t.ID, t.Pool.Tokens(t.Decimals), fractionTokens(exact[k], t))
	}
	x.say("rounding: %s, at %s", r.c.Rounding.Method, r.c.Rounding.At)
	if at := r.c.Rounding.At; at == "sub-pool" || at == "floored-sub-pool" {
		for k := range r.c.Tokens {
			a.explainSubPools(&r.c.Tokens[k], from, to, at == "floored-sub-pool", x)
		}
	}
	return exact
}

// power is the power of vote v in 10^-decimals.
func (a *asr) power(v uint32) *big.Int { return a.votes.numbers.amount(a.votes.powers[v]).Big() }

// part is the exact share of every pool that vote v earns, w/W · v/V; nil when the proposal pays nothing or the vote does not
// count.
func (a *asr) part(v uint32) *big.Rat {
	p := a.votes.proposals[v]
	if a.factors[p] == nil || !a.counts(v) {
		return nil
	}
	part := new(big.Rat).SetFrac(a.weights[p], a.sum)
	return part.Mul(part, new(big.Rat).SetFrac(a.power(v), a.powers[p]))
}

// explainSubPools lists what is floored when every sub-pool is rounded on its own.
func (a *asr) explainSubPools(t *campaign.Token, from, to uint32, floored bool, x *Explanation) {
	var parts []string
	for v := from; v < to; v++ {
		if a.part(v) == nil {
			continue
		}
		p := a.votes.proposals[v]
		sub := new(big.Rat).SetFrac(a.weights[p], a.sum)
		sub.Mul(sub, new(big.Rat).SetInt(t.Pool.Big()))
		if floored {
			sub.SetInt(new(big.Int).Quo(sub.Num(), sub.Denom()))
		}
		sub.Mul(sub, new(big.Rat).SetFrac(a.power(v), a.powers[p]))
		parts = append(parts, "⌊"+sub.RatString()+"⌋")
	}
	if len(parts) > 0 {
		x.say("%s: %s base units", t.ID, strings.Join(parts, " + "))
	}
}

// weightSum is W as the campaign's weights give it.
func (a *asr) weightSum() *big.Rat {
	sum := new(big.Rat)
	for p, w := range a.props.weights {
		if a.active[p] {
			sum.Add(sum, w)
		}
	}
	return sum
}

func (a *asr) explainEligibility(from, to uint32, x *Explanation) {
	e := a.set.Eligibility
	d := int(a.set.Decimals)
	if from == to {
		x.say("no vote of this account counts")
		return
	}
	if e == nil {
		return
	}
	var value string
	switch e.Metric {
	case "mean-power":
		sum := a.sumPowers(from, to)
		mean := new(big.Rat).SetFrac(sum, new(big.Int).Mul(pow10(d), big.NewInt(int64(len(a.props.ids)))))
		value = fmt.Sprintf("%s over %d proposals = %s", decimalText(sum, d), len(a.props.ids), mean.RatString())
	case "last-power":
		value = fmt.Sprintf("%s in proposal %s", decimalText(a.votes.numbers.amount(a.votes.powers[to-1]).Big(), d), a.props.ids[a.votes.proposals[to-1]])
	default:
		best := from
		for v := from; v < to; v++ {
			if a.votes.numbers.compare(a.votes.powers[v], a.votes.powers[best]) > 0 {
				best = v
			}
		}
		value = decimalText(a.votes.numbers.amount(a.votes.powers[best]).Big(), d)
	}
	verdict := "eligible"
	if !a.eligible(from, to) {
		verdict = "not eligible, so nothing is paid"
	}
	x.say("eligibility: %s is %s, the minimum is %s: %s", e.Metric, value, e.Min, verdict)
}
