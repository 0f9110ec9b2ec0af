package verify

import (
	"crypto/sha256"
	"math/big"
	"slices"
	"strconv"
	"strings"
)

// campaign is campaign.yaml, as far as it says what must be paid, to whom, and in which trees.
type campaign struct {
	id         string
	tokens     []*token
	rule       rule
	rounding   rounding
	exclude    []inputDecl
	assertions []assertion
	trees      []treeDecl
	publish    publish
	own        []string          // columns of the list that the leaves take over
	facts      bool              // publish.facts
	policy     map[string]string // kind of accounts → warn, refuse or allow
}

type token struct {
	id       string
	decimals int
	pool     *big.Int // base units of the token
	assets   []asset
}

type asset struct {
	id       string // CAIP-19
	chain    string // CAIP-2
	fam      family
	address  []byte // what a token field of a leaf holds; nil for assets without an address
	decimals int
	unit     *big.Int // base units of the token in one base unit of the chain
	cap      *big.Int // base units of the token; nil: none
}

// on is the token's asset on a chain, nil when it has none there.
func (t *token) on(chain string) *asset {
	for i := range t.assets {
		if t.assets[i].chain == chain {
			return &t.assets[i]
		}
	}
	return nil
}

type rule struct {
	name       string
	inputs     []inputDecl // in the order of the rule's page
	duplicates string
	// jupiter-asr/v1
	decimals int
	unearned string
	// jupiter-asr/v1 and pro-rata/v1
	metric, min, denominator string // metric is empty without eligibility
	// pro-rata/v1
	caps    map[string]string // token id → whole tokens
	overCap string
	// fixed/v1
	unit, precision string
	// the rules of their own files; nil for all other rules
	months *monthRule
	stake  *stakeRule
	astra  *astraRule
	close  *closeRule
}

type inputDecl struct {
	role, file, format string
	rename             map[string]string // ours → theirs
	ignore             []string
	rows, sum, sha256  string // as declared; empty: not declared
	list, version      string // exclusion lists
	derived            bool   // made from other bundles, not from a file of the campaign
}

type rounding struct{ method, at, to, account, chain string }

type assertion struct {
	figure, token, weight, proposal, account, chain, prints, rounding, level string
	period, over                                                             int
}

type treeDecl struct {
	id         string
	tokens     []string
	chain      string // resolved from the tokens when the campaign does not say it
	profile    string
	fields     []field // source is empty: the campaign does not state it
	constants  map[string]string
	deployment map[string]string
	order      string
	split      int
	grouped    bool // its profile's trees are
}

// readCampaign reads campaign.yaml; k.camp stays nil when what it says cannot be told.
func (k *checker) readCampaign() {
	data, ok := k.readWhole("campaign.yaml", maxCampaign)
	if !ok {
		k.skipped = append(k.skipped, "everything against the campaign file: it could not be read")
		return
	}
	if sum := sha256.Sum256(data); k.man != nil && hexText(sum[:]) != k.man.campSum {
		k.f.add(CampaignDigest, "campaign.yaml", hexText(sum[:]), k.man.campSum)
	}
	v, err := parseYAML(data)
	if err != nil {
		k.f.add(CampaignUnreadable, "campaign.yaml", err.Error(), "")
		k.skipped = append(k.skipped, "everything against the campaign file: it could not be read")
		return
	}
	r := &memberReader{c: k.f, file: "campaign.yaml", code: CampaignUnreadable}
	if format := r.peek(&v, "format"); format != "merkle-campaign/v1" {
		k.f.add(FormatUnknown, "campaign.yaml format", strconv.Quote(format), strconv.Quote("merkle-campaign/v1"))
		k.skipped = append(k.skipped, "everything against the campaign file: its format is not known to this verifier")
		return
	}
	c := r.campaign(&v)
	if r.bad > 0 {
		k.skipped = append(k.skipped, "everything against the campaign file: values in it were refused")
		return
	}
	k.camp = c
}

// settings is an object whose optional members may be missing; a member that is not known is reported, since it may change what is due.
func (r *memberReader) settings(at string, v *value, required, optional string) object {
	known := append(strings.Fields(required), strings.Fields(optional)...)
	o := object{r, at, map[string]*value{}}
	if v.kind != jsonObject {
		r.fail(at, v.kind.String(), "mapping")
		return o
	}
	for i, name := range v.names {
		if !slices.Contains(known, name) {
			r.c.add(CampaignKey, "campaign.yaml "+o.place(name), "a key that this verifier does not know", "")
			continue
		}
		o.m[name] = &v.items[i]
	}
	for _, name := range strings.Fields(required) {
		if o.m[name] == nil {
			r.fail(o.place(name), "missing", "")
		}
	}
	return o
}

func (r *memberReader) campaign(v *value) *campaign {
	c := &campaign{}
	o := r.settings("", v, "format id tokens rule rounding trees", "exclude accounts assert publish")
	c.id = o.text("id")
	if toks := o.get("tokens"); toks.kind == jsonObject {
		for i, id := range toks.names {
			c.tokens = append(c.tokens, r.token("tokens."+id, id, &toks.items[i]))
		}
	} else if !o.missing("tokens") {
		r.fail("tokens", toks.kind.String(), "mapping")
	}
	if !o.missing("rule") {
		c.rule = r.rule(o.get("rule"))
	}
	if !o.missing("rounding") {
		e := r.settings("rounding", o.get("rounding"), "method at residual", "")
		c.rounding = rounding{method: e.text("method"), at: e.text("at")}
		r.oneOf("rounding.method", c.rounding.method, "floor", "largest-remainder")
		r.oneOf("rounding.at", c.rounding.at, "account-token", "sub-pool", "floored-sub-pool")
		if !e.missing("residual") {
			s := r.settings("rounding.residual", e.get("residual"), "to", "account chain")
			c.rounding.to, c.rounding.account, c.rounding.chain = s.text("to"), s.text("account"), s.text("chain")
		}
	}
	o.each("exclude", func(at string, v *value) {
		c.exclude = append(c.exclude, r.inputDecl(at, "exclude-"+strconv.Itoa(len(c.exclude)), v, "file list"))
	})
	c.policy = r.policy(o.get("accounts"), o.missing("accounts"))
	o.each("assert", func(at string, v *value) {
		e := r.settings(at, v, "figure prints", "token weight proposal account chain period over rounding level")
		a := assertion{figure: e.text("figure"), token: e.text("token"), weight: e.text("weight"), proposal: e.text("proposal"), account: e.text("account"),
			chain: e.text("chain"), prints: e.text("prints"), rounding: or(e.text("rounding"), "half-up"), level: or(e.text("level"), "error"),
			period: e.count("period"), over: e.count("over")}
		r.oneOf(at+".rounding", a.rounding, "half-up", "half-even", "floor")
		r.oneOf(at+".level", a.level, "error", "warn")
		c.assertions = append(c.assertions, a)
	})
	o.each("trees", func(at string, v *value) { c.trees = append(c.trees, r.treeDecl(at, v, c)) })
	if (len(c.trees) == 0) != (c.rule.close != nil) && !o.missing("trees") {
		r.fail("trees", strconv.Itoa(len(c.trees))+" trees", "at least one, but none with close-round/v1")
	}
	r.rounds(c)
	c.own = c.ownColumns()
	c.publish = publish{"copy", "", 256}
	if !o.missing("publish") {
		e := r.settings("publish", o.get("publish"), "", "inputs proofs shard facts")
		facts := or(e.text("facts"), "no")
		r.oneOf("publish.facts", facts, "no", "yes")
		c.facts = facts == "yes"
		c.publish.inputs, c.publish.proofs = or(e.text("inputs"), "copy"), e.text("proofs")
		r.oneOf("publish.inputs", c.publish.inputs, "copy", "digest")
		if !e.missing("shard") {
			c.publish.shard = e.count("shard")
		}
	}
	if c.publish.proofs == "" {
		c.publish.proofs = "subtree"
		for _, t := range c.trees {
			if t.order != "account" || t.grouped {
				c.publish.proofs = "inline"
			}
		}
	}
	r.oneOf("publish.proofs", c.publish.proofs, "inline", "subtree")
	return c
}

// policy reads what is done about each kind of accounts.
func (r *memberReader) policy(v *value, missing bool) map[string]string {
	kinds := []string{kindBurn, kindPrecompile, kindOffCurve, kindProgram, kindOwn}
	out, all := map[string]string{}, "warn"
	if missing {
		v = &value{kind: jsonObject}
	}
	e := r.settings("accounts", v, "", "all "+strings.Join(kinds, " "))
	all = or(e.text("all"), all)
	r.oneOf("accounts.all", all, "warn", "refuse", "allow")
	for _, kind := range kinds {
		out[kind] = or(e.text(kind), all)
		r.oneOf("accounts."+kind, out[kind], "warn", "refuse", "allow")
	}
	return out
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

func (r *memberReader) oneOf(at, got string, want ...string) {
	if !slices.Contains(want, got) {
		r.fail(at, strconv.Quote(got), strings.Join(want, " or "))
	}
}

// tokens reads a whole-token decimal as base units.
func (r *memberReader) tokens(at, s string, decimals int) *big.Int {
	z, err := scaled(s, decimals)
	if err != nil || z.BitLen() > 256 {
		r.fail(at, strconv.Quote(s), "a decimal of at most "+strconv.Itoa(decimals)+" fraction digits")
		return new(big.Int)
	}
	return z
}

func (r *memberReader) token(at, id string, v *value) *token {
	t := &token{id: id}
	e := r.settings(at, v, "decimals pool", "asset assets")
	t.decimals = e.count("decimals")
	if t.decimals > 77 {
		r.fail(at+".decimals", strconv.Itoa(t.decimals), "at most 77")
		return t
	}
	t.pool = r.tokens(at+".pool", e.text("pool"), t.decimals)
	if !e.missing("asset") {
		t.assets = append(t.assets, r.asset(at+".asset", e.text("asset"), t, t.decimals))
	}
	e.each("assets", func(at string, v *value) {
		if v.kind == jsonString {
			t.assets = append(t.assets, r.asset(at, v.text, t, t.decimals))
			return
		}
		s := r.settings(at, v, "asset", "decimals cap")
		decimals := t.decimals
		if !s.missing("decimals") {
			decimals = s.count("decimals")
		}
		a := r.asset(at+".asset", s.text("asset"), t, decimals)
		if !s.missing("cap") {
			a.cap = r.tokens(at+".cap", s.text("cap"), t.decimals)
		}
		t.assets = append(t.assets, a)
	})
	if len(t.assets) == 0 {
		r.fail(at, "no asset", "asset or assets")
	}
	return t
}

// asset splits a CAIP-19 id into its chain and the address of its token.
func (r *memberReader) asset(at, id string, t *token, decimals int) asset {
	a := asset{id: id, decimals: decimals, unit: big.NewInt(1)}
	chain, rest, _ := strings.Cut(id, "/")
	kind, ref, _ := strings.Cut(rest, ":")
	var ok bool
	if a.fam, ok = chainFamily(chain); !ok || kind == "" || ref == "" {
		r.fail(at, strconv.Quote(id), "a CAIP-19 asset on eip155 or solana")
		return a
	}
	a.chain = chain
	if kind == "erc20" || kind == "token" {
		acct, err := parseAccount(ref)
		if err != nil || acct.fam != a.fam {
			r.fail(at, strconv.Quote(id), "an asset with the address of a token on "+chain)
			return a
		}
		a.address = acct.bytes()
	}
	if decimals > t.decimals {
		r.fail(at, strconv.Itoa(decimals)+" decimals", "at most the token's "+strconv.Itoa(t.decimals))
		return a
	}
	a.unit = pow10(t.decimals - decimals)
	return a
}
