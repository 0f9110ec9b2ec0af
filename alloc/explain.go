package alloc

import (
	"context"
	"fmt"
	"math/big"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/campaign"
)

// Explanation says how each amount of an account arose, or why there is none.
type Explanation struct {
	Account merkle.Account
	Lines   []string         // for a person, in order
	Claims  []ExplainedClaim // by chain, then token in campaign order; claims of 0 included for entitled entrants
}

// ExplainedClaim is what an account gets of one token on one chain.
type ExplainedClaim struct {
	Chain  merkle.Chain
	Token  *campaign.Token
	Amount merkle.Amount // base units of the token
	Locked merkle.Amount
}

func (x *Explanation) say(format string, args ...any) {
	x.Lines = append(x.Lines, fmt.Sprintf(format, args...))
}

// Explain computes the campaign and explains the result of one account. Figures and caps that do not hold do not
// stop it; inputs that are refused do.
func Explain(ctx context.Context, c *campaign.Campaign, account merkle.Account, o Options) (*Explanation, error) {
	r := newReading(ctx, c, o)
	rule, lists, results, err := r.load(true)
	if err != nil {
		return nil, err
	}
	a, err := r.compute(rule, results)
	if err != nil {
		return nil, err
	}
	x := &Explanation{Account: account}
	known := false
	for i := range r.chains {
		if r.chains[i].Family() != account.Family() {
			continue
		}
		e := Entrant{account, uint16(i)}
		id, listed := r.roll.lookup(e)
		excluded := false
		for j := range lists {
			if reason, place, found := lists[j].find(e); found && !excluded {
				excluded = true
				x.say("%s on %s is excluded by list %q, version %s: %s (%s)", account, r.chains[i], c.Exclude[j].List, c.Exclude[j].Version, reason, place)
			}
		}
		known = known || listed || excluded
		if listed && !excluded {
			x.say("%s on %s", account, r.chains[i])
			rule.explain(r, id, x)
		}
		a.explainClaims(r, e, x)
	}
	if !known {
		x.say("%s is not in any input of this campaign", account)
	}
	return x, nil
}

// explainClaims adds the claims, and what the residual setting added to them.
func (a *Allocation) explainClaims(r *reading, e Entrant, x *Explanation) {
	for i := range a.Entrants {
		if a.Entrants[i] != e {
			continue
		}
		for k := range a.Tokens {
			t := &a.Tokens[k]
			c := ExplainedClaim{Chain: r.chains[e.Chain], Token: t.Token, Amount: t.Amounts[i]}
			if t.Locked != nil {
				c.Locked = t.Locked[i]
			}
			x.Claims = append(x.Claims, c)
			d := t.Token.Decimals
			line := fmt.Sprintf("claim: %s %s", c.Amount.Tokens(d), t.Token.ID)
			if !c.Locked.IsZero() {
				line += fmt.Sprintf(" and %s locked", c.Locked.Tokens(d))
			}
			if unit, there := r.unit(k, e.Chain); there && unit.Cmp(big.NewInt(1)) > 0 {
				line += fmt.Sprintf(" (%s pays multiples of %s base units)", r.chains[e.Chain], unit)
			}
			if t.claim(i).IsZero() {
				line += ": below one unit, so there is no leaf"
			}
			x.Lines = append(x.Lines, line)
		}
	}
}

// fractionTokens is an exact number of base units as tokens, cut off with … where it does not end, and as a fraction.
func fractionTokens(v *big.Rat, t *campaign.Token) string {
	tokens := new(big.Rat).Quo(v, new(big.Rat).SetInt(pow10(int(t.Decimals))))
	text := roundRat(tokens, int(t.Decimals)+6, "floor")
	if cut, _ := new(big.Rat).SetString(text); cut.Cmp(tokens) != 0 {
		text += "…"
	}
	return fmt.Sprintf("%s %s (%s base units)", text, t.ID, v.RatString())
}

func (a *asr) explain(r *reading, id uint32, x *Explanation) {
	from, to := a.votes.of(id)
	d := int(a.set.Decimals)
	power := func(v *big.Int) string { return decimalText(v, d) }
	a.explainEligibility(r, from, to, x)
	if !a.passed[id] {
		return
	}
	share := new(big.Rat)
	_, sum := a.props.scaled(func(p int) bool { return a.active[p] })
	for v := from; v < to; v++ {
		p := a.votes.proposals[v]
		own := a.votes.numbers.amount(a.votes.powers[v]).Big()
		place := a.rows.places.at(a.set.Votes.File, int(a.votes.rows[v]))
		line := fmt.Sprintf("proposal %s: weight %s of %s, power %s of %s (%s)", a.props.ids[p], a.props.weights[p].RatString(),
			a.weightSum().RatString(), power(own), power(a.powers[p]), place)
		switch {
		case a.factors[p] == nil:
			x.say("%s: pays nothing", line)
		case !a.counts(v):
			x.say("%s: below the minimum, so this vote is not paid", line)
		default:
			part := new(big.Rat).SetFrac(a.weights[p], sum)
			part.Mul(part, new(big.Rat).SetFrac(own, a.powers[p]))
			share.Add(share, part)
			x.say("%s: share %s", line, part.RatString())
		}
	}
	x.say("share of every pool: %s", share.RatString())
	for k := range r.c.Tokens {
		t := &r.c.Tokens[k]
		v := new(big.Rat).SetInt(t.Pool.Big())
		x.say("%s: pool %s × share = %s", t.ID, t.Pool.Tokens(t.Decimals), fractionTokens(v.Mul(v, share), t))
	}
	x.say("rounding: %s, at %s", r.c.Rounding.Method, r.c.Rounding.At)
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

func (a *asr) explainEligibility(r *reading, from, to uint32, x *Explanation) {
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

func (a *proRata) explain(r *reading, id uint32, x *Explanation) {
	if !a.listed[id] {
		x.say("no row of this account counts")
		return
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
		return
	}
	if a.sum.Sign() == 0 {
		x.say("no weight counts, so nothing is paid")
		return
	}
	share := new(big.Rat).SetFrac(own, a.sum)
	x.say("weight %s of %s: share %s", decimalText(own, scale), decimalText(a.sum, scale), share.RatString())
	for k := range r.c.Tokens {
		t := &r.c.Tokens[k]
		v := new(big.Rat).SetInt(t.Pool.Big())
		line := fmt.Sprintf("%s: pool %s × share = %s", t.ID, t.Pool.Tokens(t.Decimals), fractionTokens(v.Mul(v, share), t))
		if most, capped := a.set.Caps[t.ID]; capped {
			line += fmt.Sprintf("; cap %s (%s)", most.Tokens(t.Decimals), a.set.OverCap)
		}
		x.Lines = append(x.Lines, line)
	}
	x.say("rounding: %s, at %s", r.c.Rounding.Method, r.c.Rounding.At)
}

func (a *fixed) explain(r *reading, id uint32, x *Explanation) {
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
}
