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
	k := r.object(n, "assertion", "figure", "token", "weight", "proposal", "account", "chain", "prints", "rounding", "level")
	if k.broken {
		return a
	}
	a.Rounding = r.choice(k.get("rounding"), "rounding", "half-up", "half-up", "half-even", "floor")
	a.Level = r.choice(k.get("level"), "level", "error", "error", "warn")
	a.Prints = r.decimal(k.need("prints"), "prints", 77)
	figure := k.need("figure")
	a.Figure = r.choice(figure, "figure", "", "pool-per-proposal", "proposal-total", "claim", "claims-total", "unallocated", "residual", "leaves")
	if a.Figure == "" {
		return a
	}
	if strings.Contains(a.Figure, "proposal") && c.Rule.Name != "" && c.Rule.JupiterASR == nil {
		r.fault(figure.pos, "figure", a.Figure, fmt.Errorf("rule %s has no proposals", c.Rule.Name))
	}
	r.figure(k, &a, c)
	return a
}

// figure reads the keys that the figure has, and refuses those that it does not have.
func (r *reader) figure(k keys, a *Assertion, c *Campaign) {
	wanted := figureKeys(a.Figure)
	for _, key := range []string{"token", "weight", "proposal", "account", "chain"} {
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
	case "claim":
		r.claimant(k, a, c)
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
