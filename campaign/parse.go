package campaign

import (
	"fmt"
	"slices"
	"strings"

	merkle "github.com/merkle-drop/merkle"
)

// campaign reads the whole file. It goes on after faults, so that one run shows them all; what follows from a fault is not reported again.
func (r *reader) campaign(root *node) *Campaign {
	c := new(Campaign)
	k := r.object(root, "the campaign file", "format", "id", "tokens", "rule", "rounding", "exclude", "accounts", "assert", "trees", "publish")
	if n := k.need("format"); n != nil {
		if v, ok := r.str(n, "format"); ok && v != Format {
			r.fault(n.pos, "format", v, fmt.Errorf("%w: this release reads %s", ErrChoice, Format))
		}
	}
	c.ID = r.kebab(k.need("id"), "id")
	c.Tokens = r.readTokens(k.need("tokens"))
	r.rule(k.need("rule"), c)
	r.rounding(k.need("rounding"), c)
	r.exclusions(k.get("exclude"), c)
	r.accounts(k.get("accounts"), c)
	r.assertions(k.get("assert"), c)
	r.trees(k.need("trees"), c)
	r.ownColumns(c)
	r.publish(k.get("publish"), c)
	return c
}

// token is the token of that id, nil if there is none.
func (c *Campaign) token(id string) *Token {
	if i := slices.IndexFunc(c.Tokens, func(t Token) bool { return t.ID == id }); i >= 0 {
		return &c.Tokens[i]
	}
	return nil
}

func (c *Campaign) tokenIDs() string {
	ids := make([]string, len(c.Tokens))
	for i, t := range c.Tokens {
		ids[i] = t.ID
	}
	return strings.Join(ids, ", ")
}

// on is the asset of t on the chain, nil if it has none there.
func (t *Token) on(chain merkle.Chain) *AssetOn {
	if i := slices.IndexFunc(t.Assets, func(a AssetOn) bool { return a.Asset.Chain == chain }); i >= 0 {
		return &t.Assets[i]
	}
	return nil
}

// tokenRef reads the id of a token of this campaign.
func (r *reader) tokenRef(n *node, field string, c *Campaign) *Token {
	v, ok := r.str(n, field)
	if !ok {
		return nil
	}
	t := c.token(v)
	if t == nil && len(c.Tokens) > 0 {
		r.fault(n.pos, field, v, fmt.Errorf("is no token of this campaign, which has %s", c.tokenIDs()))
	}
	return t
}

// entrantChain is the chain on which an account of the campaign file is: as written, else the one chain of its family. The same rule holds for
// the rows of inputs.
func (r *reader) entrantChain(n *node, at merkle.Pos, a merkle.Account, c *Campaign) merkle.Chain {
	if n != nil {
		chain := r.chain(n)
		if chain != "" && chain.Family() != a.Family() {
			r.fault(n.pos, "chain", string(chain), fmt.Errorf("the account is of family %s", a.Family()))
			return ""
		}
		return chain
	}
	var fit []merkle.Chain
	for _, t := range c.Tokens {
		for _, as := range t.Assets {
			if as.Asset.Chain.Family() == a.Family() && !slices.Contains(fit, as.Asset.Chain) {
				fit = append(fit, as.Asset.Chain)
			}
		}
	}
	switch {
	case len(fit) == 1:
		return fit[0]
	case len(fit) > 1:
		r.fault(at, "account", a.String(), fmt.Errorf("several chains of its family have tokens (%s): the key chain is needed", joinChains(fit)))
	case len(c.Tokens) > 0:
		r.fault(at, "account", a.String(), fmt.Errorf("no token is on a chain of its family (%s)", a.Family()))
	}
	return ""
}

func joinChains(chains []merkle.Chain) string {
	slices.Sort(chains)
	var b strings.Builder
	for i, c := range chains {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(string(c))
	}
	return b.String()
}
