package verify

import (
	"strconv"
	"strings"
)

// rule reads the rule's settings; each rule has its own, and its inputs in the order of its page.
func (r *memberReader) rule(v *value) (u rule) {
	u.name = r.peek(v, "name")
	roles, required, optional := "", "", ""
	switch u.name {
	case "jupiter-asr/v1":
		roles, optional = "proposals votes", "decimals duplicates eligibility unearned"
	case "pro-rata/v1":
		roles, optional = "weights", "duplicates eligibility caps overCap"
	case "fixed/v1":
		roles, required, optional = "list", "unit", "precision duplicates"
	case "noon-active-staking/v1", "noon-open-staking/v1":
		r.monthRule(v, &u)
		return u
	case "jupiter-asr/v2":
		r.stakeRule(v, &u)
		return u
	case "astra-rewards/v1":
		r.astraRule(v, &u)
		return u
	case "close-round/v1":
		r.closeRule(v, &u)
		return u
	default:
		r.fail("rule.name", strconv.Quote(u.name), "a rule that this verifier knows: jupiter-asr/v1 or v2, pro-rata/v1, fixed/v1, noon-active-staking/v1, noon-open-staking/v1, astra-rewards/v1 or close-round/v1")
		return u
	}
	e := r.settings("rule", v, "name "+roles+" "+required, optional)
	for _, role := range strings.Fields(roles) {
		if !e.missing(role) {
			u.inputs = append(u.inputs, r.inputDecl("rule."+role, role, e.get(role), "file"))
		}
	}
	u.duplicates = or(e.text("duplicates"), "error")
	switch u.name {
	case "jupiter-asr/v1":
		r.oneOf("rule.duplicates", u.duplicates, "error", "last", "first", "max", "sum")
		if !e.missing("decimals") {
			u.decimals = e.count("decimals")
		}
		if u.decimals > 36 {
			r.fail("rule.decimals", strconv.Itoa(u.decimals), "at most 36")
		}
		u.unearned = or(e.text("unearned"), "unallocated")
		r.oneOf("rule.unearned", u.unearned, "unallocated", "renormalise")
	default:
		r.oneOf("rule.duplicates", u.duplicates, "error", "sum")
	}
	if !e.missing("eligibility") {
		s := r.settings("rule.eligibility", e.get("eligibility"), "metric min denominator", "")
		u.metric, u.min, u.denominator = s.text("metric"), s.text("min"), s.text("denominator")
		r.oneOf("rule.eligibility.denominator", u.denominator, "after", "before")
		if u.name == "pro-rata/v1" {
			r.oneOf("rule.eligibility.metric", u.metric, "weight")
		} else {
			r.oneOf("rule.eligibility.metric", u.metric, "max-power", "mean-power", "last-power", "each-vote")
		}
		places := 77
		if u.name == "jupiter-asr/v1" {
			places = u.decimals
		}
		if _, err := scaled(u.min, places); err != nil {
			r.fail("rule.eligibility.min", strconv.Quote(u.min), err.Error())
		}
	}
	if caps := e.get("caps"); !e.missing("caps") {
		u.caps = map[string]string{}
		for i, id := range caps.names {
			u.caps[id] = r.text("rule.caps."+id, &caps.items[i])
		}
		u.overCap = e.text("overCap")
		r.oneOf("rule.overCap", u.overCap, "cut", "redistribute")
	}
	if u.name == "fixed/v1" {
		u.unit, u.precision = e.text("unit"), or(e.text("precision"), "exact")
		r.oneOf("rule.unit", u.unit, "base", "token")
		r.oneOf("rule.precision", u.precision, "exact", "floor-row", "floor-sum")
		if u.unit == "base" && u.precision != "exact" {
			r.fail("rule.precision", u.precision, "exact, since the amounts are base units")
		}
	}
	return u
}

func (r *memberReader) inputDecl(at, role string, v *value, required string) inputDecl {
	optional := "format columns ignore rows sum sha256"
	if strings.HasPrefix(role, "exclude-") {
		optional += " version"
	}
	e := r.settings(at, v, required, optional)
	d := inputDecl{role: role, file: e.text("file"), format: e.text("format"), rename: map[string]string{}, ignore: e.texts("ignore"),
		rows: e.text("rows"), sum: declared(e.text("sum")), sha256: declared(e.text("sha256"))}
	if strings.HasPrefix(role, "exclude-") {
		d.list, d.version = e.text("list"), e.text("version")
	}
	if !e.missing("columns") {
		cols := e.get("columns")
		if cols.kind != jsonObject {
			r.fail(at+".columns", cols.kind.String(), "mapping of our names to the file's")
		}
		for i, name := range cols.names {
			d.rename[name] = r.text(at+".columns."+name, &cols.items[i])
		}
	}
	return d
}

// declared is what a campaign says of an input: an ellipsis holds the place of a figure in a draft and says nothing.
func declared(s string) string {
	if s == "…" {
		return ""
	}
	return s
}

func (r *memberReader) treeDecl(at string, v *value, c *campaign) treeDecl {
	e := r.settings(at, v, "id tokens profile order", "split chain fields constants deployment")
	t := treeDecl{id: e.text("id"), tokens: e.texts("tokens"), chain: e.text("chain"), profile: e.text("profile"), order: e.text("order"), split: e.count("split"),
		constants: map[string]string{}, deployment: map[string]string{}}
	if !e.missing("deployment") {
		t.deployment = r.strings(at+".deployment", e.get("deployment"))
	}
	r.oneOf(at+".order", t.order, "account", "input", "leaf-hash", "profile")
	p := profileByName(t.profile)
	if t.order == "profile" && p != nil {
		t.order = p.text["order"]
	}
	t.grouped = p != nil && p.grouping() != "none"
	for i, s := range e.texts("fields") {
		name, typ, ok := strings.Cut(s, ":")
		if !ok || name == "" || typ == "" {
			r.fail(at+".fields["+strconv.Itoa(i)+"]", strconv.Quote(s), "name:type")
		}
		t.fields = append(t.fields, field{name: name, typ: typ})
	}
	if cons := e.get("constants"); !e.missing("constants") {
		for i, name := range cons.names {
			t.constants[name] = r.text(at+".constants."+name, &cons.items[i])
		}
	}
	var toks []*token
	for _, id := range t.tokens {
		tok := c.token(id)
		if tok == nil {
			r.fail(at+".tokens", strconv.Quote(id), "a token of the campaign")
			continue
		}
		toks = append(toks, tok)
	}
	if t.chain == "" && len(toks) > 0 {
		t.chain = onlyChain(toks)
		if t.chain == "" {
			r.fail(at, "no chain", "a chain, since the tokens are on several")
		}
	}
	t.settleConstants(p)
	for _, tok := range toks {
		if t.chain != "" && tok.on(t.chain) == nil {
			r.fail(at, "token "+tok.id+" is not on "+t.chain, "")
		}
	}
	return t
}

// settleConstants adds the constants that a campaign may leave out: the number of the chain, and those with a default.
func (t *treeDecl) settleConstants(p *profile) {
	if p == nil || p.freeFields() {
		return
	}
	for _, f := range p.fields {
		if _, ok := t.constants[f.name]; ok || f.source != "constant" && f.source != "domain" {
			continue
		}
		if f.name == "chainId" {
			t.constants[f.name] = strings.TrimPrefix(t.chain, "eip155:")
		} else if value, ok := p.defaults[f.name]; ok {
			t.constants[f.name] = value
		}
	}
}

func (c *campaign) token(id string) *token {
	for _, t := range c.tokens {
		if t.id == id {
			return t
		}
	}
	return nil
}

// onlyChain is the one chain on which all the tokens are, empty when there are several or none.
func onlyChain(toks []*token) string {
	found := ""
	for _, a := range toks[0].assets {
		all := true
		for _, t := range toks[1:] {
			all = all && t.on(a.chain) != nil
		}
		if all && found != "" {
			return ""
		}
		if all {
			found = a.chain
		}
	}
	return found
}
