package verify

import (
	"fmt"
	"math/big"
	"slices"
)

// stake adds a part to the position of this month and a period.
func (e *monthEngine) stake(s *big.Int, period int32) {
	if s.Sign() == 0 {
		return
	}
	v := e.vested(s, int(period))
	if !e.rule.completion {
		e.r.unvested.Add(e.r.unvested, new(big.Int).Sub(s, v))
	}
	if e.made[period] == nil {
		e.made[period] = &[2]*big.Int{new(big.Int), new(big.Int)}
	}
	e.made[period][0].Add(e.made[period][0], s)
	e.made[period][1].Add(e.made[period][1], v)
}

// exits leaves positions of earlier months early.
func (e *monthEngine) exits(id int32, carried []*position) error {
	for _, i := range e.byExit.of(id) {
		x := e.d.exits[i]
		t := int(e.rule.month - x.month)
		if t <= 0 {
			return fmt.Errorf("an exit from %s, which is not before %s", x.month, e.rule.month)
		}
		if t >= int(x.period) {
			return fmt.Errorf("an exit from a position of %s for %d months, which completes anyway", x.month, x.period)
		}
		at := slices.IndexFunc(carried, func(p *position) bool { return p.month == x.month && p.period == x.period })
		if at < 0 || carried[at].exited {
			return fmt.Errorf("an exit from a position of %s for %d months, which is not there or was left", x.month, x.period)
		}
		e.exit(carried[at], t)
	}
	return nil
}

func (e *monthEngine) exit(p *position, t int) {
	s, v := p.allocation.big(new(big.Int)), p.entitlement.big(new(big.Int))
	pays := new(big.Int)
	switch {
	case e.rule.open:
	case t >= e.rule.vest.full:
		pays.Set(v)
	default:
		q := 0
		for _, period := range e.rule.vest.periods {
			if period <= t {
				q = period
			}
		}
		if q > 0 || !e.rule.nothing {
			pays = e.vested(s, q)
		}
		if pays.Cmp(v) > 0 {
			pays.Set(v)
		}
	}
	e.r.forgone.Add(e.r.forgone, new(big.Int).Sub(v, pays))
	if e.rule.completion {
		e.r.unvested.Add(e.r.unvested, new(big.Int).Sub(s, v))
	}
	p.exited = true
	if !e.rule.atEnd {
		e.pay(pays)
		pays = new(big.Int)
	}
	p.allocation, _ = toNum(pays)
	p.entitlement = p.allocation
}

func (e *monthEngine) pay(z *big.Int) { e.pays.Add(e.pays, z) }

// complete pays the positions that end with this month.
func (e *monthEngine) complete(carried []*position) {
	for _, p := range carried {
		if p.period == 0 || int32(e.rule.month-p.month) != p.period {
			continue
		}
		s, v := p.allocation.big(new(big.Int)), p.entitlement.big(new(big.Int))
		e.pay(v)
		if e.rule.completion {
			e.r.unvested.Add(e.r.unvested, s.Sub(s, v))
		}
		p.allocation, p.entitlement = num{}, num{}
	}
}

// keep lists what stays open, and adds it to the ledger; with tranches the positions of this month become leaves.
func (e *monthEngine) keep(id int32, carried []*position) {
	e.kept = slices.DeleteFunc(e.kept, func(p position) bool { return p.allocation.isZero() })
	var periods []int32
	for p := range e.made {
		periods = append(periods, p)
	}
	slices.Sort(periods)
	var made []position
	for _, period := range periods {
		s, _ := toNum(e.made[period][0])
		v, _ := toNum(e.made[period][1])
		made = append(made, position{month: e.rule.month, period: period, allocation: s, entitlement: v})
	}
	e.voting = append(e.voting, e.votes(id, carried, made))
	if e.rule.claims == "tranches" {
		e.tranche(e.rule.month+1, e.pays)
		for i := range made {
			v := made[i].entitlement.big(new(big.Int))
			e.tranche(e.rule.month+month(made[i].period)+1, v)
			e.pay(v)
		}
	} else {
		e.kept = append(e.kept, made...)
	}
	for i := range e.kept {
		carried = append(carried, &e.kept[i])
	}
	for _, p := range carried {
		if p.period == 0 {
			e.r.unelected.Add(e.r.unelected, e.holds(p))
		} else {
			e.r.lockedLine.Add(e.r.lockedLine, e.holds(p))
		}
	}
	e.start = append(e.start, len(e.opened))
	e.opened = append(e.opened, e.kept...)
}

func (e *monthEngine) tranche(m month, z *big.Int) {
	if z.Sign() == 0 {
		return
	}
	at := m.begin(e.rule.zone)
	if e.leaves[at] == nil {
		e.leaves[at] = new(big.Int)
	}
	e.leaves[at].Add(e.leaves[at], z)
}
