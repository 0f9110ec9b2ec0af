package campaign

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	merkle "github.com/merkle-drop/merkle"
)

// figureKeys lists the keys of each figure; those with ? may be left out.
func figureKeys(figure string) []string {
	switch figure {
	case "pool-per-proposal":
		return []string{"token", "weight"}
	case "proposal-total":
		return []string{"proposal"}
	case "claim":
		return []string{"token", "account", "chain?"}
	case "voting-power", "score", "multiplier":
		return []string{"account", "chain?"}
	case "fraction", "voting-fraction":
		return []string{"period"}
	case "voting-ratio":
		return []string{"period", "over"}
	}
	return []string{"token"}
}

// assertions reads the figures that the project printed.
func (r *reader) assertions(n *node, c *Campaign) {
	for _, item := range r.list(n, "assert") {
		c.Assert = append(c.Assert, r.assertion(item, c))
	}
}

func (r *reader) assertion(n *node, c *Campaign) Assertion {
	a := Assertion{Pos: n.pos}
	k := r.object(n, "assertion", "figure", "token", "weight", "proposal", "account", "chain", "period", "over", "prints", "rounding", "level")
	if k.broken {
		return a
	}
	a.Rounding = r.choice(k.get("rounding"), "rounding", "half-up", "half-up", "half-even", "floor")
	a.Level = r.choice(k.get("level"), "level", "error", "error", "warn")
	a.Prints = r.decimal(k.need("prints"), "prints", 77)
	figure := k.need("figure")
	a.Figure = r.choice(figure, "figure", "", figures[:]...)
	if a.Figure == "" {
		return a
	}
	if strings.Contains(a.Figure, "proposal") && c.Rule.Name != "" && c.Rule.JupiterASR == nil {
		r.fault(figure.pos, "figure", a.Figure, fmt.Errorf("rule %s has no proposals", c.Rule.Name))
	}
	if months := c.Rule.NoonActive != nil || c.Rule.NoonOpen != nil; c.Rule.Name != "" && !months && (a.Figure == "fraction" || strings.HasPrefix(a.Figure, "voting-")) {
		r.fault(figure.pos, "figure", a.Figure, fmt.Errorf("rule %s has no vesting", c.Rule.Name))
	}
	if c.Rule.Name != "" && c.Rule.Astra == nil && (a.Figure == "score" || a.Figure == "multiplier") {
		r.fault(figure.pos, "figure", a.Figure, fmt.Errorf("rule %s has no staking score", c.Rule.Name))
	}
	r.figure(k, &a, c)
	return a
}

// figures are all that docs/assertions.md defines.
var figures = [...]string{"pool-per-proposal", "proposal-total", "claim", "claims-total", "unallocated", "residual", "leaves",
	"unvested", "forgone", "rolled", "locked", "unelected", "carried-in", "rolled-in", "paid-before",
	"fraction", "voting-fraction", "voting-ratio", "voting-power", "score", "multiplier"}

// figure reads the keys that the figure has, and refuses those that it does not have.
func (r *reader) figure(k keys, a *Assertion, c *Campaign) {
	wanted := figureKeys(a.Figure)
	for _, key := range []string{"token", "weight", "proposal", "account", "chain", "period", "over"} {
		n := k.get(key)
		switch {
		case slices.Contains(wanted, key) && n == nil:
			r.faults.Addf(k.pos, "assertion %s: the key %s is required", a.Figure, key)
		case n != nil && !slices.Contains(wanted, key) && !slices.Contains(wanted, key+"?"):
			r.faults.Addf(n.pos, "assertion %s has no key %s", a.Figure, key)
		}
	}
	if slices.Contains(wanted, "token") {
		if t := r.tokenRef(k.get("token"), "token", c); t != nil {
			a.Token = t.ID
		}
	}
	switch a.Figure {
	case "pool-per-proposal":
		a.Weight = r.weight(k.get("weight"))
	case "proposal-total":
		a.Proposal, _ = r.str(k.get("proposal"), "proposal")
	case "claim", "voting-power", "score", "multiplier":
		r.claimant(k, a, c)
	case "fraction", "voting-fraction", "voting-ratio":
		period := k.get("period")
		a.Period, a.Over = r.whole(period, "period", 0, maxPeriod), r.whole(k.get("over"), "over", 0, maxPeriod)
		if a.Figure == "fraction" && period != nil && a.Period != 0 {
			r.offered(period, a.Period, c)
		}
	}
}

// offered refuses a period that is not in the vesting table.
func (r *reader) offered(n *node, period int, c *Campaign) {
	var v *Vesting
	switch {
	case c.Rule.NoonActive != nil:
		v = &c.Rule.NoonActive.Vesting
	case c.Rule.NoonOpen != nil:
		v = &c.Rule.NoonOpen.Vesting
	default:
		return
	}
	if !slices.Contains(v.Periods, period) {
		r.fault(n.pos, "period", n.text, errors.New("is not one of the periods of vesting"))
	}
}

func (r *reader) claimant(k keys, a *Assertion, c *Campaign) {
	n := k.get("account")
	var ok bool
	if a.Account, ok = r.account(n, "account"); !ok {
		return
	}
	a.Chain = r.entrantChain(k.get("chain"), n.pos, a.Account, c)
	if t := c.token(a.Token); t != nil && len(t.Assets) > 0 && a.Chain != "" && t.on(a.Chain) == nil {
		r.fault(n.pos, "account", n.text, fmt.Errorf("is on %s, where token %s does not exist", a.Chain, t.ID))
	}
}

// weight reads a decimal, or a fraction a/b of whole numbers with b > 0; it is kept as text.
func (r *reader) weight(n *node) string {
	v, ok := r.str(n, "weight")
	if !ok {
		return ""
	}
	over, under, fraction := strings.Cut(v, "/")
	digits := 77
	if fraction {
		digits = 0
	}
	err := merkle.CheckDecimal(over, digits)
	if err == nil && fraction {
		err = merkle.CheckDecimal(under, 0)
		if under == "0" {
			err = errors.New("division by zero")
		}
	}
	if err != nil {
		r.fault(n.pos, "weight", v, err)
		return ""
	}
	return v
}
