package alloc

import (
	"math/big"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/campaign"
)

// noonActive is noon-active-staking/v1 (docs/rules/noon-active-staking-v1.md).
type noonActive struct {
	*months
	set       *campaign.NoonActive
	points    *pointRows
	elections *electionRows

	weights     []merkle.Amount // by entrant number, in 10^-(points.scale+points.factor)
	listed      []bool          // by entrant number: has points that count
	sum         *big.Int        // W
	allocations []merkle.Amount // by entrant number
}

func (a *noonActive) engine() *months { return a.months }

func (a *noonActive) read(r *reading) error {
	a.set = r.c.Rule.NoonActive
	a.months = newMonths(&a.set.Months)
	a.exitPays, a.beforeNone, a.atEnd = true, a.set.BeforeFirst == "nothing", a.set.ExitPaid == "at-end"
	month, err := campaign.Month([]byte(a.set.Month))
	zone, err2 := campaign.Zone([]byte(a.set.Zone))
	if err != nil || err2 != nil {
		r.faults.Addf(r.c.Rule.Pos, "month %q, zone %q: not a month in a zone", a.set.Month, a.set.Zone)
		return nil
	}
	if a.points, err = r.readPoints(a.set, campaign.MonthEnd(month-1, zone), campaign.MonthEnd(month, zone)); err != nil {
		return err
	}
	if a.elections, err = r.readElections(a.set.Elections, month, a.set.Vesting.Periods); err != nil {
		return err
	}
	return a.months.read(r)
}

func (a *noonActive) refine(r *reading, keepRows bool) {
	if a.points == nil {
		return
	}
	a.months.refine(r)
	a.weights, a.listed = a.points.weigh(r, a.set.Points.File)
	if !keepRows {
		a.points.places = places{}
	}
	if a.set.Elections == nil {
		return
	}
	a.elections.check(r, a.set.Elections.File, a.month, a.set.Mixed != "no", func(e uint32, month int) (there, pass bool) {
		if month == a.month {
			return a.listed[e], r.out[e] > 0
		}
		return a.unelected(r, e, month) >= 0, a.lost()
	})
}

// unelected is the row of an allocation that waits for an election, or -1.
func (a *noonActive) unelected(r *reading, e uint32, month int) int {
	for _, row := range a.index(r).of(e) {
		if a.in.periods[row] == 0 && int(a.in.months[row]) == month {
			return int(row)
		}
	}
	return -1
}

func (a *noonActive) allocate(r *reading, out *Allocation) error {
	a.start(r)
	a.sum = sumAmounts(a.weights)
	given, err := a.share(r)
	if err != nil {
		return err
	}
	a.elect(r)
	a.finish(r)
	earned := new(big.Int)
	if a.sum.Sign() > 0 {
		earned = r.c.Tokens[0].Pool.Big()
	}
	return a.close(r, out, func(e uint32) bool { return a.listed[e] }, func(e uint32) bool { return a.listed[e] && a.allocations[e].IsZero() }, earned, given)
}

// share divides the pool by weight: ⌊P·w/W⌋, one floor an entrant.
func (a *noonActive) share(r *reading) (*big.Int, error) {
	a.allocations = make([]merkle.Amount, r.roll.len())
	s := &shares{n: r.roll.len()}
	if a.sum.Sign() > 0 {
		s.den = a.sum
	}
	s.numerator = amountNumerator(a.weights)
	if _, err := s.floor(r.ctx, r.budgets(s.den), r.roll.entrants, [][]merkle.Amount{a.allocations}, r.stage("shares")); err != nil {
		return nil, err
	}
	return sumAmounts(a.allocations), nil
}

// amountNumerator gives shares whose numerators are amounts.
func amountNumerator(weights []merkle.Amount) func(acc, scratch []uint64, i int) bool {
	return func(acc, _ []uint64, i int) bool {
		w := weights[i].Words()
		return addWords(acc, trimmed(w[:]))
	}
}

// elect divides allocations by their elections; those without one stay open.
func (a *noonActive) elect(r *reading) {
	n := r.roll.len()
	done := make([]bool, n) // this month's allocation is elected
	var parts stakeParts
	last := uint32(nowhere)
	flush := func() {
		if last != nowhere {
			parts.open(a.months, last)
		}
	}
	a.elections.groups(n, a.month, func(e uint32, month int, rows []uint32) {
		if e != last {
			flush()
			last = e
		}
		var s merkle.Amount
		if month == a.month {
			if !a.listed[e] { // excluded
				return
			}
			done[e], s = true, a.allocations[e]
		} else {
			row := a.unelected(r, e, month)
			a.status[row] = elected
			s = a.in.allocations[row]
		}
		a.divide(r, e, s, rows, &parts)
	})
	flush()
	for e, v := range a.allocations {
		if !done[e] && !v.IsZero() {
			a.fresh.add(uint32(e), a.month, 0, v, v, false)
		}
	}
}

// divide pays what is claimed of an allocation, and adds what is staked to parts.
func (a *noonActive) divide(r *reading, e uint32, s merkle.Amount, rows []uint32, parts *stakeParts) {
	sum := new(big.Rat)
	var used merkle.Amount // ⌊s·(c₁+…+cᵢ₋₁)⌋
	for _, row := range rows {
		upTo := s
		if len(rows) > 1 {
			sum.Add(sum, a.elections.shares[a.elections.parts[row]].value)
			upTo = a.calc.of(s, sum, r.unitOf(e))
		}
		part := less(upTo, used)
		used = upTo
		if c := int(a.elections.choices[row]); c == 0 {
			a.claim(r, e, part)
		} else {
			parts.add(c, part, a.entitlement(r, e, part, c))
		}
	}
}

// stakeParts are the positions that one entrant opens this month, one a period.
type stakeParts struct {
	periods         []int
	stake, entitled []merkle.Amount
}

func (p *stakeParts) add(period int, s, t merkle.Amount) {
	for i := range p.periods {
		if p.periods[i] == period {
			p.stake[i], _ = p.stake[i].Add(s)
			p.entitled[i], _ = p.entitled[i].Add(t)
			return
		}
	}
	p.periods, p.stake, p.entitled = append(p.periods, period), append(p.stake, s), append(p.entitled, t)
}

func (p *stakeParts) open(m *months, e uint32) {
	for i := range p.periods {
		m.stake(e, p.periods[i], p.stake[i], p.entitled[i])
	}
	*p = stakeParts{p.periods[:0], p.stake[:0], p.entitled[:0]}
}
