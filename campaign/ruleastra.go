package campaign

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"slices"
	"strconv"
)

func (s settings) astra() *Astra {
	a := &Astra{Score: s.word("score"), Withdraw: s.word("withdraw"), LVM: s.word("lvm"), Multiplier: s.word("multiplier"), Shares: s.word("shares"),
		Redistribute: s.word("redistribute"), Roll: s.name("roll"), Cooldown: s.may("cooldown"), Elections: s.may("elections"), StakeDecimals: 18, FeePercent: 90}
	a.At, _ = when(s.r, s.k.need("at"), "at", Instant)
	if a.History = s.may("history"); a.History == nil && a.Multiplier != "none" {
		s.k.need("history")
	}
	if n := s.k.get("stakeDecimals"); n != nil {
		a.StakeDecimals = uint8(s.r.whole(n, "stakeDecimals", 0, maxDecimals))
	}
	if n := s.k.get("feePercent"); n != nil {
		a.FeePercent = s.r.whole(n, "feePercent", 0, 100)
	}
	a.Locks = s.r.locks(s.k)
	a.Tiers = s.r.tiers(s.k.get("tiers"))
	a.Pools = s.r.rewardPools(s.k.need("pools"))
	if n := s.k.need("blocks"); n != nil {
		k := s.r.object(n, "blocks", "start", "end", "current")
		a.Blocks = Blocks{s.r.block(k.need("start"), "start"), s.r.block(k.need("end"), "end"), s.r.block(k.need("current"), "current")}
		if end := k.get("end"); end != nil && k.get("start") != nil && a.Blocks.End <= a.Blocks.Start {
			s.r.fault(end.pos, "end", end.text, errors.New("is not after start"))
		}
	}
	return a
}

func (r *reader) block(n *node, field string) int { return r.whole(n, field, 0, math.MaxInt32) }

// factor reads a multiplier, a decimal of at least 1 with at most 18 fraction digits.
func (r *reader) factor(n *node, field string) string {
	v := r.decimal(n, field, 18)
	if x, ok := new(big.Rat).SetString(v); ok && x.Cmp(big.NewRat(1, 1)) < 0 {
		r.fault(n.pos, field, v, errors.New("is below 1"))
		return ""
	}
	return v
}

// locks reads windows and locks, two tables over the same lock-ups.
func (r *reader) locks(k keys) []Lock {
	out := []Lock{{0, 60, "1"}, {6, 40, "1.1"}, {9, 30, "1.3"}, {12, 0, "1.8"}}
	windows, factors := k.get("windows"), k.get("locks")
	if windows != nil {
		out = out[:0]
		for _, p := range r.entries(windows, "windows", `{"months": days}`) {
			if months, ok := r.lock(p); ok {
				out = append(out, Lock{Months: months, Window: r.whole(p.value, "window", 0, 3660)})
			}
		}
		for i := range out {
			if windows != nil && factors == nil {
				if j := slices.IndexFunc(defaultFactors[:], func(f Lock) bool { return f.Months == out[i].Months }); j >= 0 {
					out[i].Factor = defaultFactors[j].Factor
				} else {
					r.faults.Addf(windows.pos, "windows: lock %d has no multiplier: the key locks is needed", out[i].Months)
				}
			}
		}
	}
	if factors != nil {
		seen := 0
		for _, p := range r.entries(factors, "locks", `{"months": "multiplier"}`) {
			months, ok := r.lock(p)
			if !ok {
				continue
			}
			i := slices.IndexFunc(out, func(l Lock) bool { return l.Months == months })
			if i < 0 {
				r.fault(p.pos, "lock", p.key, errors.New("has no window: the keys of locks and windows are the same"))
				continue
			}
			out[i].Factor = r.factor(p.value, "lock "+p.key)
			seen++
		}
		if seen < len(out) {
			r.faults.Addf(factors.pos, "locks: %d of the %d keys of windows; they must be the same", seen, len(out))
		}
	}
	slices.SortFunc(out, func(a, b Lock) int { return a.Months - b.Months })
	if len(out) == 0 {
		r.faults.Addf(k.pos, "windows: at least one lock is needed")
	}
	return out
}

var defaultFactors = [...]Lock{{0, 60, "1"}, {6, 40, "1.1"}, {9, 30, "1.3"}, {12, 0, "1.8"}}

func (r *reader) lock(p pair) (int, bool) {
	months, err := strconv.Atoi(p.key)
	if err != nil || strconv.Itoa(months) != p.key || months < 0 || months > maxPeriod {
		r.fault(p.pos, "lock", p.key, fmt.Errorf("is not a number of months, 0 to %d", maxPeriod))
		return 0, false
	}
	return months, true
}

func (r *reader) tiers(n *node) []Tier {
	if n == nil {
		return []Tier{{"100000", "1.2"}, {"300000", "1.3"}, {"800000", "1.7"}}
	}
	var out []Tier
	last := new(big.Rat).SetInt64(-1)
	for _, item := range r.list(n, "tiers") {
		k := r.object(item, "tier", "from", "factor")
		from, factor := k.need("from"), k.need("factor")
		t := Tier{From: r.decimal(from, "from", maxDecimals), Factor: r.factor(factor, "factor")}
		if edge, ok := new(big.Rat).SetString(t.From); ok {
			if edge.Cmp(last) <= 0 {
				r.fault(from.pos, "from", t.From, errors.New("is not above the tier before it: tiers ascend"))
			}
			last = edge
		}
		out = append(out, t)
	}
	return out
}

func (r *reader) rewardPools(n *node) []RewardPool {
	items := r.list(n, "pools")
	if n != nil && n.kind == list && len(items) == 0 {
		r.faults.Addf(n.pos, "pools: at least one is needed")
	}
	var out []RewardPool
	sum, known := new(big.Rat), true
	for _, item := range items {
		k := r.object(item, "pool", "id", "alloc", "last", "stakes")
		p := RewardPool{Pos: k.pos, Last: r.block(k.need("last"), "last")}
		if id := k.need("id"); id != nil {
			p.ID = r.kebab(id, "id")
			if slices.ContainsFunc(out, func(other RewardPool) bool { return p.ID != "" && other.ID == p.ID }) {
				r.fault(id.pos, "id", p.ID, ErrTwice)
			}
		}
		if alloc := k.need("alloc"); alloc != nil {
			p.Alloc = r.decimal(alloc, "alloc", 18)
		}
		if x, ok := new(big.Rat).SetString(p.Alloc); ok {
			sum.Add(sum, x)
		} else {
			known = false
		}
		p.Stakes = r.input(k.need("stakes"), InputInfo{Key: "stakes", Columns: []string{"account", "amount"}, Optional: []string{"chain"}, Sum: "amount"})
		out = append(out, p)
	}
	if known && len(out) > 0 && sum.Sign() == 0 {
		r.faults.Addf(n.pos, "pools: the weights alloc add up to 0")
	}
	return out
}

func (s settings) jupiterASR2() *JupiterASR2 {
	a := &JupiterASR2{Pos: s.k.pos, Basis: s.word("basis")}
	info := s.info.input("stakes")
	info.Columns, info.Optional = []string{"account", "day", "amount"}, []string{"chain"}
	if a.Basis == "intervals" {
		info.Columns = []string{"account", "from", "to", "amount"}
	}
	a.Stakes = s.r.input(s.k.need("stakes"), info)
	a.Decimals = uint8(s.r.whole(s.k.get("decimals"), "decimals", 0, maxDecimals))
	a.Eligibility = s.r.eligibility(s.k.get("eligibility"), int(a.Decimals), "average")
	a.Zone, _ = when(s.r, s.k.need("zone"), "zone", Zone)
	if n := s.k.need("period"); n != nil {
		k := s.r.object(n, "period", "from", "to")
		a.Pos = k.pos
		var from, to int64
		a.From, from = when(s.r, k.need("from"), "from", Day)
		last := k.need("to")
		if a.To, to = when(s.r, last, "to", Day); a.From != "" && a.To != "" && (to < from || to-from >= 3660) {
			s.r.fault(last.pos, "to", a.To, errors.New("is before from, or more than 3660 days from it"))
		}
	}
	return a
}

func (s settings) closeRound() *CloseRound {
	c := &CloseRound{Claimed: s.in("claimed")}
	if n := s.k.need("round"); n != nil {
		c.Round = s.r.bundle(n, "round")
	}
	if n := s.k.need("unclaimed"); n != nil {
		c.Unclaimed = s.r.kebab(n, "unclaimed")
	}
	if n := s.k.get("window"); n != nil {
		k := s.r.object(n, "window", "from", "to")
		var from, to int64
		c.From, from = when(s.r, k.need("from"), "from", Instant)
		last := k.need("to")
		if c.To, to = when(s.r, last, "to", Instant); c.From != "" && c.To != "" && to <= from {
			s.r.fault(last.pos, "to", c.To, errors.New("is not after from"))
		}
	}
	return c
}
