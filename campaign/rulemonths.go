package campaign

import (
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"
)

const maxPeriod = 1200 // months

// settings reads the keys of one rule.
type settings struct {
	r    *reader
	info RuleInfo
	k    keys
}

// word reads a key with choices and a default, or without one when it is needed.
func (s settings) word(key string) string {
	info := s.info.setting(key)
	n := s.k.get(key)
	if info.Needed == "always" {
		n = s.k.need(key)
	}
	return s.r.choice(n, key, info.Default, info.Choices...)
}

// name reads a kebab-case name with a default.
func (s settings) name(key string) string {
	n := s.k.get(key)
	if n == nil {
		return s.info.setting(key).Default
	}
	return s.r.kebab(n, key)
}

func (s settings) in(key string) Input { return s.r.input(s.k.need(key), s.info.input(key)) }

// may reads an input that may be left out.
func (s settings) may(key string) *Input {
	n := s.k.get(key)
	if n == nil {
		return nil
	}
	in := s.r.input(n, s.info.input(key))
	return &in
}

// months reads what the rules by months share.
func (s settings) months() Months {
	m := Months{Exits: s.may("exits"), RollAt: s.word("rollAt"), Roll: s.name("roll"), Claims: s.word("claims")}
	m.Month, _ = when(s.r, s.k.need("month"), "month", Month)
	m.Zone, _ = when(s.r, s.k.need("zone"), "zone", Zone)
	if n := s.k.need("previous"); n != nil && (n.kind != text || n.text != "none") {
		if n.kind == text {
			s.r.fault(n.pos, "previous", n.text, errors.New("is not none, nor {bundle: folder, manifest: SHA-256 of its manifest.json}"))
		} else {
			b := s.r.bundle(n, "previous")
			m.Previous = &b
		}
	}
	m.Vesting = s.r.vesting(s.k)
	m.VotingPower = VotingPower{Full: 48, Reading: "elapsed"}
	if n := s.k.get("votingPower"); n != nil {
		k := s.r.object(n, "votingPower", "full", "reading")
		if full := k.get("full"); full != nil {
			m.VotingPower.Full = s.r.whole(full, "full", 1, maxPeriod)
		}
		m.VotingPower.Reading = s.r.choice(k.get("reading"), "reading", "elapsed", "elapsed", "committed")
	}
	if m.Claims == "tranches" {
		if m.Exits != nil {
			s.r.faults.Addf(m.Exits.Pos, "exits: with claims: tranches the contract holds the positions, so nobody leaves early")
		}
		if n := s.k.get("rollAt"); m.RollAt == "completion" {
			s.r.fault(n.pos, "rollAt", n.text, errors.New("does not go with claims: tranches, which carry no position"))
		}
	}
	return m
}

// bundle reads a reference to a bundle.
func (r *reader) bundle(n *node, what string) Bundle {
	k := r.object(n, what, "bundle", "manifest")
	b := Bundle{Pos: k.pos}
	if dir := k.need("bundle"); dir != nil {
		b.Dir = r.file(dir)
	}
	if digest := k.need("manifest"); digest != nil {
		if v, ok := r.str(digest, "manifest"); ok {
			b.Manifest = strings.ToLower(v)
			if len(v) != 64 || strings.Trim(b.Manifest, "0123456789abcdef") != "" {
				r.fault(digest.pos, "manifest", v, errors.New("is not 64 hex digits, the SHA-256 of the bundle's manifest.json"))
			}
		}
	}
	return b
}

func (r *reader) vesting(parent keys) Vesting {
	v := Vesting{Pos: parent.pos, Periods: []int{3, 6, 9, 12, 24, 48}, Full: 12, Floor: "0.10", A: "0.73", B: "0.27", Convention: "months"}
	n := parent.get("vesting")
	if n == nil {
		return v
	}
	k := r.object(n, "vesting", "periods", "full", "curve", "convention", "milestones")
	v.Pos = k.pos
	if periods := k.get("periods"); periods != nil {
		v.Periods = r.periods(periods)
	}
	full := k.get("full")
	if full != nil {
		v.Full = r.whole(full, "full", 1, maxPeriod)
	}
	if len(v.Periods) > 0 && v.Full > 0 && !slices.Contains(v.Periods, v.Full) {
		at := v.Pos
		if full != nil {
			at = full.pos
		}
		r.fault(at, "full", strconv.Itoa(v.Full), errors.New("is not one of the periods"))
	}
	r.curve(k.get("curve"), &v)
	v.Convention = r.choice(k.get("convention"), "convention", v.Convention, "months", "days-30-365", "bps-30-365", "ratio-3dp", "t-12.17")
	r.milestones(k.get("milestones"), &v)
	return v
}

func (r *reader) periods(n *node) []int {
	var out []int
	items := r.list(n, "periods")
	if n.kind == list && len(items) == 0 {
		r.faults.Addf(n.pos, "periods: at least one is needed")
	}
	for _, item := range items {
		p := r.whole(item, "period", 1, maxPeriod)
		if p == 0 {
			continue
		}
		if len(out) > 0 && p <= out[len(out)-1] {
			r.fault(item.pos, "period", item.text, fmt.Errorf("stands after %d: periods ascend", out[len(out)-1]))
		}
		out = append(out, p) // also out of order, so that what names it is not a fault too
	}
	return out
}

func (r *reader) curve(n *node, v *Vesting) {
	if n == nil {
		return
	}
	k := r.object(n, "curve", "floor", "a", "b")
	read := func(key string) string {
		n := k.need(key)
		if n == nil {
			return ""
		}
		return r.fraction(n, key)
	}
	v.Floor, v.A, v.B = read("floor"), read("a"), read("b")
	a, ok1 := new(big.Rat).SetString(v.A)
	b, ok2 := new(big.Rat).SetString(v.B)
	if ok1 && ok2 && a.Add(a, b).Cmp(big.NewRat(1, 1)) != 0 {
		r.faults.Addf(k.pos, "curve: a + b is %s, and must be 1", a.RatString())
	}
}

// fraction reads a decimal of at most 1, with at most 36 fraction digits.
func (r *reader) fraction(n *node, field string) string {
	v := r.decimal(n, field, 36)
	if x, ok := new(big.Rat).SetString(v); ok && x.Cmp(big.NewRat(1, 1)) > 0 {
		r.fault(n.pos, field, v, errors.New("is above 1"))
		return ""
	}
	return v
}

func (r *reader) milestones(n *node, v *Vesting) {
	if n == nil {
		return
	}
	v.Milestones = make(map[int]string, len(n.pairs))
	for _, p := range r.entries(n, "milestones", `{"period": "fraction"}`) {
		at, err := strconv.Atoi(p.key)
		if err != nil || strconv.Itoa(at) != p.key || at != 0 && !slices.Contains(v.Periods, at) || at > v.Full {
			r.fault(p.pos, "milestone", p.key, errors.New("is not 0 or one of the periods up to full"))
			continue
		}
		fraction := r.fraction(p.value, "milestone "+p.key)
		if fraction == "" {
			continue
		}
		if x, _ := new(big.Rat).SetString(fraction); at == v.Full && x.Cmp(big.NewRat(1, 1)) != 0 {
			r.fault(p.value.pos, "milestone "+p.key, fraction, errors.New("can only be 1: everything has vested then"))
		}
		v.Milestones[at] = fraction
	}
}

func (s settings) noonActive() *NoonActive {
	a := &NoonActive{Points: s.in("points"), Elections: s.may("elections"), Mixed: s.word("mixed"), ExitPaid: s.word("exitPaid"), BeforeFirst: s.word("beforeFirst")}
	a.Months = s.months()
	for _, item := range s.r.list(s.k.get("multipliers"), "multipliers") {
		k := s.r.object(item, "multiplier", "source", "from", "to", "factor")
		m := Multiplier{Pos: k.pos}
		m.Source, _ = s.r.str(k.need("source"), "source")
		var from, to int64
		if n := k.get("from"); n != nil {
			m.From, from = when(s.r, n, "from", Instant)
		}
		if n := k.get("to"); n != nil {
			if m.To, to = when(s.r, n, "to", Instant); m.To != "" && m.From != "" && to <= from {
				s.r.fault(n.pos, "to", m.To, errors.New("is not after from"))
			}
		}
		if n := k.need("factor"); n != nil {
			m.Factor = s.r.decimal(n, "factor", 18)
			if x, ok := new(big.Rat).SetString(m.Factor); ok && x.Sign() == 0 {
				s.r.fault(n.pos, "factor", m.Factor, errors.New("is not above 0"))
			}
		}
		a.Multipliers = append(a.Multipliers, m)
	}
	return a
}

func (s settings) noonOpen() *NoonOpen {
	o := &NoonOpen{Stakes: s.in("stakes"), Destination: s.name("destination")}
	o.Months = s.months()
	for _, item := range s.r.list(s.k.get("rolled"), "rolled") {
		b := s.r.bundle(item, "rolled")
		if i := slices.IndexFunc(o.Rolled, func(other Bundle) bool { return b.Manifest != "" && other.Manifest == b.Manifest }); i >= 0 {
			s.r.fault(b.Pos, "manifest", b.Manifest, fmt.Errorf("is already rolled in, at %s", o.Rolled[i].Pos))
			continue
		}
		o.Rolled = append(o.Rolled, b)
	}
	return o
}
