package campaign

import (
	"errors"
	"fmt"
	"strings"

	merkle "github.com/merkle-drop/merkle"
)

// rule reads the object rule. Which keys it may have depends on its name.
func (r *reader) rule(n *node, c *Campaign) {
	if n == nil {
		return
	}
	c.Rule.Pos = n.pos
	info, ok := r.ruleInfo(n)
	if !ok {
		return
	}
	c.Rule.Name = info.Name
	k := r.object(n, "rule "+info.Name, info.Keys()...)
	word := func(key string) string {
		s := info.setting(key)
		return r.choice(k.get(key), key, s.Default, s.Choices...)
	}
	in := func(key string) Input { return r.input(k.need(key), info.input(key)) }
	switch info.Name {
	case "jupiter-asr/v1":
		asr := &JupiterASR{Proposals: in("proposals"), Votes: in("votes"), Duplicates: word("duplicates"), Unearned: word("unearned")}
		asr.Decimals = uint8(r.whole(k.get("decimals"), "decimals", 0, maxDecimals))
		asr.Eligibility = r.eligibility(k.get("eligibility"), int(asr.Decimals), "max-power", "mean-power", "last-power", "each-vote")
		c.Rule.JupiterASR = asr
	case "pro-rata/v1":
		p := &ProRata{Weights: in("weights"), Duplicates: word("duplicates"), OverCap: word("overCap")}
		p.Eligibility = r.eligibility(k.get("eligibility"), 77, "weight")
		r.caps(k, c, p)
		c.Rule.ProRata = p
	case "fixed/v1":
		f := &Fixed{List: in("list"), Precision: word("precision"), Duplicates: word("duplicates")}
		unit := info.setting("unit")
		f.Unit = r.choice(k.need("unit"), "unit", "", unit.Choices...)
		if n := k.get("precision"); n != nil && f.Unit == "base" {
			r.fault(n.pos, "precision", n.text, errors.New("goes with unit: token only; base units are whole"))
		}
		c.Rule.Fixed = f
	case "jupiter-asr/v2":
		c.Rule.JupiterASR2 = settings{r, info, k}.jupiterASR2()
	case "noon-active-staking/v1":
		c.Rule.NoonActive = settings{r, info, k}.noonActive()
	case "noon-open-staking/v1":
		c.Rule.NoonOpen = settings{r, info, k}.noonOpen()
	case "astra-rewards/v1":
		c.Rule.Astra = settings{r, info, k}.astra()
	case "close-round/v1":
		c.Rule.Close = settings{r, info, k}.closeRound()
	}
	if c.Rule.single() && len(c.Tokens) > 1 {
		r.fault(c.Tokens[1].Pos, "token", c.Tokens[1].ID, fmt.Errorf("rule %s has one token", info.Name))
	}
}

// single reports whether the rule pays one token.
func (r *Rule) single() bool { return r.NoonActive != nil || r.NoonOpen != nil || r.Astra != nil }

// ruleInfo finds the rule by the key name, before the other keys can be judged.
func (r *reader) ruleInfo(n *node) (RuleInfo, bool) {
	var names []string
	for _, info := range Rules() {
		names = append(names, info.Name)
	}
	if n.kind != object {
		r.entries(n, "rule", "with the key name")
		return RuleInfo{}, false
	}
	for _, p := range n.pairs {
		if p.key != "name" {
			continue
		}
		info, ok := LookupRule(r.choice(p.value, "rule", "", names...))
		return info, ok
	}
	r.faults.Addf(n.pos, "rule: the key name is required, one of %s", strings.Join(names, ", "))
	return RuleInfo{}, false
}

func (r *reader) eligibility(n *node, fraction int, metrics ...string) *Eligibility {
	if n == nil {
		return nil
	}
	k := r.object(n, "eligibility", "metric", "min", "denominator")
	return &Eligibility{
		Pos:         k.pos,
		Metric:      r.choice(k.need("metric"), "metric", "", metrics...),
		Min:         r.decimal(k.need("min"), "min", fraction),
		Denominator: r.choice(k.need("denominator"), "denominator", "", "after", "before"),
	}
}

// caps reads the most that one entrant may get, token by token. It and overCap come together.
func (r *reader) caps(k keys, c *Campaign, p *ProRata) {
	n, over := k.get("caps"), k.get("overCap")
	if n == nil {
		if over != nil {
			r.faults.Addf(over.pos, "overCap without caps")
		}
		return
	}
	if over == nil {
		r.faults.Addf(n.pos, "%s: the key overCap is required with caps: cut or redistribute", k.what)
	}
	if n.kind == object && len(n.pairs) == 0 {
		r.faults.Addf(n.pos, "caps: at least one is needed")
	}
	p.Caps = make(map[string]merkle.Amount, len(n.pairs))
	for _, entry := range r.entries(n, "caps", "{TOKEN: whole tokens}") {
		t := c.token(entry.key)
		if t == nil {
			r.fault(entry.pos, "cap", entry.key, fmt.Errorf("is no token of this campaign, which has %s", c.tokenIDs()))
			continue
		}
		p.Caps[t.ID] = r.tokens(entry.value, "cap of "+t.ID, t.Decimals)
	}
}
