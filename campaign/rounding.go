package campaign

import (
	"errors"
	"fmt"
)

// rounding reads where and how amounts become whole. All of it is required: it changes amounts.
func (r *reader) rounding(n *node, c *Campaign) {
	if n == nil {
		return
	}
	k := r.object(n, "rounding", "method", "at", "residual")
	c.Rounding.Pos = k.pos
	method, at := k.need("method"), k.need("at")
	c.Rounding.Method = r.choice(method, "method", "", "floor", "largest-remainder")
	c.Rounding.At = r.choice(at, "at", "", "account-token", "sub-pool", "floored-sub-pool")
	r.residual(k.need("residual"), c)
	if c.Rounding.Method == "largest-remainder" {
		if c.Rounding.At != "account-token" && c.Rounding.At != "" {
			r.fault(at.pos, "at", at.text, errors.New("largest-remainder needs at: account-token"))
		}
		r.equalDecimals(method, c)
	}
	if rule := &c.Rule; rule.single() || rule.Close != nil {
		if c.Rounding.Method == "largest-remainder" {
			r.fault(method.pos, "method", method.text, fmt.Errorf("rule %s floors: write floor", rule.Name))
		} else if c.Rounding.At != "account-token" && c.Rounding.At != "" {
			r.fault(at.pos, "at", at.text, fmt.Errorf("rule %s rounds once: write account-token", rule.Name))
		}
		if to := c.Rounding.Residual.To; to == "largest" || to == "account" {
			r.faults.Addf(k.get("residual").pos, "residual: rule %s leaves it to a name such as treasury, not to %s", rule.Name, to)
		}
	}
	if c.Rule.Fixed != nil {
		if c.Rounding.Method == "largest-remainder" {
			r.fault(method.pos, "method", method.text, errors.New("fixed/v1 takes amounts as given: write floor"))
		} else if c.Rounding.At != "account-token" && c.Rounding.At != "" {
			r.fault(at.pos, "at", at.text, errors.New("fixed/v1 has no sub-pools: write account-token"))
		}
	}
}

func (r *reader) equalDecimals(method *node, c *Campaign) {
	for _, t := range c.Tokens {
		for _, a := range t.Assets {
			if a.Decimals != t.Decimals {
				r.fault(method.pos, "method", method.text, fmt.Errorf("token %s has %d decimals on %s, but %d as a token: largest-remainder needs them equal",
					t.ID, a.Decimals, a.Asset.Chain, t.Decimals))
				break
			}
		}
	}
}

func (r *reader) residual(n *node, c *Campaign) {
	if n == nil {
		return
	}
	k := r.object(n, "residual", "to", "account", "chain")
	to := k.need("to")
	res := &c.Rounding.Residual
	res.To = r.kebab(to, "to")
	account, chain := k.get("account"), k.get("chain")
	if res.To != "account" {
		for _, extra := range []*node{account, chain} {
			if extra != nil && res.To != "" {
				r.faults.Addf(extra.pos, "residual: the keys account and chain go with to: account only")
			}
		}
		return
	}
	if account == nil {
		r.faults.Addf(to.pos, "residual: to: account needs the key account")
		return
	}
	var ok bool
	if res.Account, ok = r.account(account, "account"); !ok {
		return
	}
	if res.Chain = r.entrantChain(chain, account.pos, res.Account, c); res.Chain == "" {
		return
	}
	for i := range c.Tokens {
		if t := &c.Tokens[i]; len(t.Assets) > 0 && t.on(res.Chain) == nil {
			r.fault(account.pos, "account", account.text, fmt.Errorf("is on %s, where token %s does not exist", res.Chain, t.ID))
		}
	}
}
