package verify

import (
	"math/big"
	"strconv"
)

// monthRule is the settings of noon-active-staking/v1 and noon-open-staking/v1.
type monthRule struct {
	open        bool // noon-open-staking/v1
	month       month
	zone        int64
	zoneText    string
	previous    bundleRef // manifest is empty in a first month
	rolled      []bundleRef
	destination string
	multipliers []pointsFactor
	vest        *vesting
	mixed       bool
	completion  bool // rollAt: what does not vest stays in the position until it ends
	atEnd       bool // exitPaid: what an early exit pays is paid at the position's end
	nothing     bool // beforeFirst
	roll        string
	claims      string // month, cumulative, tranches
	votingFull  int
	committed   bool
}

// bundleRef names another bundle by the digest of its manifest.
type bundleRef struct{ dir, manifest string }

// pointsFactor multiplies points of a source in [from, to).
type pointsFactor struct {
	source   string
	from, to int64
	factor   decimal
}

func (r *memberReader) monthRule(v *value, u *rule) {
	m := &monthRule{open: u.name == "noon-open-staking/v1"}
	u.months = m
	required, optional := "points elections exits", "multipliers mixed exitPaid beforeFirst"
	if m.open {
		required, optional = "stakes exits", "rolled destination"
	}
	e := r.settings("rule", v, "name month zone previous", "vesting rollAt roll claims votingPower "+required+" "+optional)
	if m.open {
		r.inputs(u, e, "stakes")
		m.rolled = r.bundles(e)
		if len(m.rolled) > 0 {
			u.inputs = append(u.inputs, inputDecl{role: "rolled", derived: true})
		}
	} else {
		r.inputs(u, e, "points")
		r.optionalInputs(u, e, "elections")
	}
	r.optionalInputs(u, e, "exits")
	var err error
	if m.month, err = parseMonth(e.text("month")); err != nil {
		r.fail("rule.month", strconv.Quote(e.text("month")), "YYYY-MM")
	}
	m.zoneText = e.text("zone")
	if m.zone, err = parseZone(m.zoneText); err != nil {
		r.fail("rule.zone", strconv.Quote(m.zoneText), "an offset such as +00:00")
	}
	if p := e.get("previous"); p.kind == jsonObject {
		m.previous = r.bundleRef("rule.previous", p)
		u.inputs = append(u.inputs, inputDecl{role: "positions", derived: true}, inputDecl{role: "paid", derived: true})
	} else {
		r.oneOf("rule.previous", e.text("previous"), "none")
	}
	empty := &value{kind: jsonObject}
	if !e.missing("vesting") {
		empty = e.get("vesting")
	}
	m.vest = r.vesting("rule.vesting", empty)
	m.mixed = r.choice(e, "mixed", "yes", "no") == "yes"
	m.completion = r.choice(e, "rollAt", "election", "completion") == "completion"
	m.atEnd = r.choice(e, "exitPaid", "at-exit", "at-end") == "at-end"
	m.nothing = r.choice(e, "beforeFirst", "curve", "nothing") == "nothing"
	m.claims = r.choice(e, "claims", "month", "cumulative", "tranches")
	m.roll, m.destination = or(e.text("roll"), "open-staking"), or(e.text("destination"), "open-staking")
	m.votingFull = 48
	if !e.missing("votingPower") {
		s := r.settings("rule.votingPower", e.get("votingPower"), "", "full reading")
		if !s.missing("full") {
			m.votingFull = s.count("full")
		}
		m.committed = r.choice(s, "reading", "elapsed", "committed") == "committed"
	}
	if m.votingFull < 1 {
		r.fail("rule.votingPower.full", strconv.Itoa(m.votingFull), "at least 1")
		m.votingFull = 1
	}
	e.each("multipliers", func(at string, v *value) { m.multipliers = append(m.multipliers, r.pointsFactor(at, v)) })
	if m.claims == "tranches" && (m.completion || !e.missing("exits")) {
		r.fail("rule.claims", "tranches", "with rollAt election and without exits")
	}
}

func (r *memberReader) pointsFactor(at string, v *value) (f pointsFactor) {
	e := r.settings(at, v, "source factor", "from to")
	f = pointsFactor{source: e.text("source"), from: -1 << 62, to: 1 << 62}
	for i, name := range []string{"from", "to"} {
		t := []*int64{&f.from, &f.to}[i]
		if e.missing(name) {
			continue
		}
		var err error
		if *t, err = parseInstant(e.text(name)); err != nil {
			r.fail(at+"."+name, strconv.Quote(e.text(name)), err.Error())
		}
	}
	var err error
	if f.factor, err = parseDecimal(e.text("factor")); err != nil || f.factor.digits.Sign() == 0 {
		r.fail(at+".factor", strconv.Quote(e.text("factor")), "a decimal above 0")
		f.factor = decimal{big.NewInt(1), 0}
	}
	return f
}

// choice reads a setting of a few words; the first is the default.
func (r *memberReader) choice(e object, name string, words ...string) string {
	s := or(e.text(name), words[0])
	r.oneOf(e.place(name), s, words...)
	return s
}

// inputs appends required inputs of a rule; optionalInputs those that are there.
func (r *memberReader) inputs(u *rule, e object, roles ...string) {
	for _, role := range roles {
		if e.missing(role) {
			r.fail("rule."+role, "missing", "")
		}
	}
	r.optionalInputs(u, e, roles...)
}

func (r *memberReader) optionalInputs(u *rule, e object, roles ...string) {
	for _, role := range roles {
		if !e.missing(role) {
			u.inputs = append(u.inputs, r.inputDecl("rule."+role, role, e.get(role), "file"))
		}
	}
}

func (r *memberReader) bundles(e object) (out []bundleRef) {
	e.each("rolled", func(at string, v *value) {
		ref := r.bundleRef(at, v)
		for _, o := range out {
			if o.manifest == ref.manifest {
				r.fail(at+".manifest", ref.manifest, "each bundle once")
			}
		}
		out = append(out, ref)
	})
	return out
}

func (r *memberReader) bundleRef(at string, v *value) bundleRef {
	e := r.settings(at, v, "bundle manifest", "")
	ref := bundleRef{e.text("bundle"), e.text("manifest")}
	var d digest
	if !unhex(d[:], ref.manifest) {
		r.fail(at+".manifest", strconv.Quote(clip(ref.manifest)), "64 lower-case hex digits")
	}
	return ref
}

// rounds refuses settings around the rule that its page does not allow.
func (r *memberReader) rounds(c *campaign) {
	u := &c.rule
	if u.months == nil && u.astra == nil && u.close == nil {
		return
	}
	if c.rounding.method != "floor" || c.rounding.at != "account-token" {
		r.fail("rounding", c.rounding.method+" at "+c.rounding.at, "floor at account-token")
	}
	if c.rounding.to == "largest" || c.rounding.to == "account" {
		r.fail("rounding.residual.to", c.rounding.to, "a name")
	}
	if u.close == nil && len(c.tokens) != 1 {
		r.fail("tokens", strconv.Itoa(len(c.tokens))+" tokens", "one")
	}
	if u.close != nil && len(c.exclude) > 0 {
		r.fail("exclude", strconv.Itoa(len(c.exclude))+" lists", "none")
	}
	if u.months != nil && u.months.claims == "tranches" {
		for _, t := range c.trees {
			if t.split > 0 || !t.has("unlock") {
				r.fail("trees", strconv.Quote(t.id), "a field unlock and no split, since the claims are tranches")
			}
		}
	}
}

func (t *treeDecl) has(field string) bool {
	for _, f := range t.fields {
		if f.name == field {
			return true
		}
	}
	return false
}
