package verify

import (
	"fmt"
	"math/big"
	"strconv"
)

// stakeRule is the settings of jupiter-asr/v2.
type stakeRule struct {
	first, days int64 // days since 1970, number of days
	zone        int64
	intervals   bool
}

// begin and end are the first instant of the period and the first after it.
func (s *stakeRule) begin() int64 { return s.first*secondsOfDay - s.zone }
func (s *stakeRule) end() int64   { return (s.first+s.days)*secondsOfDay - s.zone }

func (r *memberReader) stakeRule(v *value, u *rule) {
	s := &stakeRule{days: 1}
	u.stake = s
	e := r.settings("rule", v, "name stakes period zone basis", "decimals eligibility")
	r.inputs(u, e, "stakes")
	s.intervals = e.text("basis") == "intervals"
	r.oneOf("rule.basis", e.text("basis"), "daily", "intervals")
	var err error
	if s.zone, err = parseZone(e.text("zone")); err != nil {
		r.fail("rule.zone", strconv.Quote(e.text("zone")), "an offset such as +00:00")
	}
	if !e.missing("decimals") {
		u.decimals = e.count("decimals")
	}
	if u.decimals > 36 {
		r.fail("rule.decimals", strconv.Itoa(u.decimals), "at most 36")
		u.decimals = 0
	}
	p := r.settings("rule.period", e.get("period"), "from to", "")
	from, err1 := parseDay(p.text("from"))
	to, err2 := parseDay(p.text("to"))
	if err1 != nil || err2 != nil || to < from || to-from >= 3660 {
		r.fail("rule.period", strconv.Quote(p.text("from"))+" to "+strconv.Quote(p.text("to")), "days YYYY-MM-DD, at most 3660")
	} else {
		s.first, s.days = from, to-from+1
	}
	if !e.missing("eligibility") {
		g := r.settings("rule.eligibility", e.get("eligibility"), "metric min denominator", "")
		u.metric, u.min, u.denominator = g.text("metric"), g.text("min"), g.text("denominator")
		r.oneOf("rule.eligibility.metric", u.metric, "average")
		r.oneOf("rule.eligibility.denominator", u.denominator, "after", "before")
		if _, err := scaled(u.min, u.decimals); err != nil {
			r.fail("rule.eligibility.min", strconv.Quote(u.min), err.Error())
		}
	}
}

// astraRule is the settings of astra-rewards/v1.
type astraRule struct {
	at            int64
	stakeDecimals int
	locks         []lockRule // as windows lists them
	age           bool       // score: deposit-age
	newest        bool       // withdraw
	tiers         []tier
	lvm           string
	plain         bool // multiplier: none
	pools         []stakePool
	start, end    int64
	current       int64
	shares        string
	early         bool // elections are given
	feePercent    int64
	next          bool // redistribute
	roll          string
}

type lockRule struct {
	months int
	days   int64 // over which the score is averaged
	factor *big.Rat
}

type tier struct{ from, factor *big.Rat }

type stakePool struct {
	id    string
	alloc *big.Rat
	last  int64
}

func (r *memberReader) astraRule(v *value, u *rule) {
	a := &astraRule{stakeDecimals: 18, feePercent: 90}
	u.astra = a
	e := r.settings("rule", v, "name at pools blocks",
		"history stakeDecimals windows score withdraw tiers locks lvm multiplier shares cooldown elections feePercent redistribute roll")
	var err error
	if a.at, err = parseInstant(e.text("at")); err != nil {
		r.fail("rule.at", strconv.Quote(e.text("at")), err.Error())
	}
	a.plain = r.choice(e, "multiplier", "stake", "none") == "none"
	if e.missing("history") && !a.plain {
		r.fail("rule.history", "missing", "")
	}
	r.optionalInputs(u, e, "history")
	a.early = !e.missing("elections")
	if !e.missing("stakeDecimals") {
		a.stakeDecimals = e.count("stakeDecimals")
	}
	if a.stakeDecimals > 77 {
		r.fail("rule.stakeDecimals", strconv.Itoa(a.stakeDecimals), "at most 77")
		a.stakeDecimals = 0
	}
	r.lockRules(a, e)
	a.age = r.choice(e, "score", "trailing", "deposit-age") == "deposit-age"
	a.newest = r.choice(e, "withdraw", "oldest", "newest") == "newest"
	a.lvm = r.choice(e, "lvm", "weighted", "mean-tenths", "max")
	a.shares = r.choice(e, "shares", "individual", "flat", "tvl", "bps")
	a.next = r.choice(e, "redistribute", "others", "next") == "next"
	a.roll = or(e.text("roll"), "next-distribution")
	if !e.missing("feePercent") {
		a.feePercent = int64(e.count("feePercent"))
	}
	if a.feePercent > 100 {
		r.fail("rule.feePercent", strconv.FormatInt(a.feePercent, 10), "at most 100")
	}
	r.tiers(a, e)
	b := r.settings("rule.blocks", e.get("blocks"), "start end current", "")
	a.start, a.end, a.current = r.block(b, "start"), r.block(b, "end"), r.block(b, "current")
	if a.end <= a.start {
		r.fail("rule.blocks", fmt.Sprintf("start %d, end %d", a.start, a.end), "start before end")
	}
	r.stakePools(a, u, e)
	r.optionalInputs(u, e, "cooldown", "elections")
}

// lockRules reads windows and locks, which must have the same keys.
func (r *memberReader) lockRules(a *astraRule, e object) {
	days := map[int]int64{0: 60, 6: 40, 9: 30, 12: 0}
	order := []int{0, 6, 9, 12}
	factors := map[int]*big.Rat{0: big.NewRat(1, 1), 6: big.NewRat(11, 10), 9: big.NewRat(13, 10), 12: big.NewRat(18, 10)}
	if w := e.get("windows"); !e.missing("windows") {
		days, order = map[int]int64{}, nil
		for i, name := range w.names {
			m, ok1 := parseCount(name)
			n, ok2 := parseCount(r.text("rule.windows."+name, &w.items[i]))
			if _, twice := days[m]; !ok1 || !ok2 || twice {
				r.fail("rule.windows."+name, strconv.Quote(w.items[i].text), "months of a lock, once, and days")
				continue
			}
			days[m], order = int64(n), append(order, m)
		}
	}
	if w := e.get("locks"); !e.missing("locks") {
		factors = map[int]*big.Rat{}
		for i, name := range w.names {
			m, ok := parseCount(name)
			f := r.factor("rule.locks."+name, r.text("rule.locks."+name, &w.items[i]))
			if !ok || factors[m] != nil || f.Cmp(big.NewRat(1, 1)) < 0 {
				r.fail("rule.locks."+name, strconv.Quote(w.items[i].text), "months of a lock, once, and a factor of at least 1")
			}
			factors[m] = f
		}
	}
	for _, m := range order {
		if factors[m] == nil {
			r.fail("rule.locks", "no lock of "+strconv.Itoa(m)+" months", "the keys of windows")
			continue
		}
		a.locks = append(a.locks, lockRule{m, days[m], factors[m]})
	}
	if len(factors) != len(order) {
		r.fail("rule.locks", strconv.Itoa(len(factors))+" locks", "the keys of windows, which are "+strconv.Itoa(len(order)))
	}
}

func (r *memberReader) tiers(a *astraRule, e object) {
	if e.missing("tiers") {
		a.tiers = []tier{{big.NewRat(100000, 1), big.NewRat(12, 10)}, {big.NewRat(300000, 1), big.NewRat(13, 10)}, {big.NewRat(800000, 1), big.NewRat(17, 10)}}
		return
	}
	e.each("tiers", func(at string, v *value) {
		s := r.settings(at, v, "from factor", "")
		t := tier{r.factor(at+".from", s.text("from")), r.factor(at+".factor", s.text("factor"))}
		if n := len(a.tiers); n > 0 && t.from.Cmp(a.tiers[n-1].from) <= 0 {
			r.fail(at+".from", s.text("from"), "above the tier before it")
		}
		if t.factor.Cmp(big.NewRat(1, 1)) < 0 {
			r.fail(at+".factor", s.text("factor"), "at least 1")
		}
		a.tiers = append(a.tiers, t)
	})
}

func (r *memberReader) stakePools(a *astraRule, u *rule, e object) {
	sum := new(big.Rat)
	seen := map[string]bool{}
	e.each("pools", func(at string, v *value) {
		s := r.settings(at, v, "id alloc last stakes", "")
		p := stakePool{s.text("id"), r.factor(at+".alloc", s.text("alloc")), r.block(s, "last")}
		if seen[p.id] || p.id == "" {
			r.fail(at+".id", strconv.Quote(p.id), "a name of its own")
		}
		seen[p.id] = true
		sum.Add(sum, p.alloc)
		if !s.missing("stakes") {
			u.inputs = append(u.inputs, r.inputDecl(at+".stakes", "stakes-"+p.id, s.get("stakes"), "file"))
		}
		a.pools = append(a.pools, p)
	})
	if sum.Sign() == 0 {
		r.fail("rule.pools", "weights that add up to 0", "more")
	}
}

// block reads a block number.
func (r *memberReader) block(e object, name string) int64 {
	if e.missing(name) {
		return 0
	}
	z, ok := parseDigits(e.text(name))
	if !ok || !z.IsInt64() || z.BitLen() > 62 {
		r.fail(e.place(name), strconv.Quote(clip(e.text(name))), "a block number")
		return 0
	}
	return z.Int64()
}

// closeRule is the settings of close-round/v1.
type closeRule struct {
	round     bundleRef
	unclaimed string
}

func (r *memberReader) closeRule(v *value, u *rule) {
	e := r.settings("rule", v, "name round claimed unclaimed", "window")
	u.close = &closeRule{round: r.bundleRef("rule.round", e.get("round")), unclaimed: e.text("unclaimed")}
	r.inputs(u, e, "claimed")
	u.inputs = append(u.inputs, inputDecl{role: "round", derived: true})
	if e.missing("window") {
		return
	}
	w := r.settings("rule.window", e.get("window"), "", "from to")
	for _, name := range []string{"from", "to"} {
		if _, err := parseInstant(w.text(name)); err != nil && !w.missing(name) {
			r.fail("rule.window."+name, strconv.Quote(w.text(name)), err.Error())
		}
	}
}
