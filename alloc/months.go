package alloc

import (
	"math/big"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/campaign"
)

// months is the engine of the rules by months (docs/rules/months.md): what comes from the month before, what happens to it, and what is passed on.
type months struct {
	set   *campaign.Months
	month int   // as campaign.Month counts
	zone  int64 // seconds east
	table *vesting
	exits *exitRows
	prev  *bundle       // nil in the first month
	in    *positionRows // of the month before
	paid  *paidRows     // before this month
	rows  *byEntrant    // of in; see index

	exitPays   bool // an early exit pays what the completed periods give; otherwise nothing
	beforeNone bool // ... but nothing before the first of them
	atEnd      bool // ... at the position's end

	status   []uint8 // by row of in
	fresh    positionRows
	payments []merkle.Amount // by entrant number: what is paid this month
	sooner   []merkle.Amount // with tranches: the part of payments that is claimable at once
	calc     flooring
	unvested total
	forgone  total
	rolledIn merkle.Amount // source beside the pool

	staked func() (n int, row func(i int) (e uint32, stake merkle.Amount, k aged)) // Open Staking: the stakes that have voting power
}

// What becomes of a row of the month before.
const (
	kept    uint8 = iota // goes on as it is
	left                 // is left early
	elected              // an allocation that is elected now
)

func newMonths(set *campaign.Months) *months { return &months{set: set} }

// settle fills in what settings say, and refuses what cannot be.
func (m *months) settle(r *reading) {
	var err error
	m.month, err = campaign.Month([]byte(m.set.Month))
	if err == nil {
		m.zone, err = campaign.Zone([]byte(m.set.Zone))
	}
	if err == nil {
		m.table, err = newVesting(&m.set.Vesting)
	}
	if err != nil {
		r.faults.Addf(m.set.Vesting.Pos, "%w", err)
	}
}

// read reads what the rules share: exits, and the state of the month before.
func (m *months) read(r *reading) (err error) {
	m.settle(r)
	if m.exits, err = r.readExits(m.set.Exits, m.month); err != nil {
		return err
	}
	m.in, m.paid = new(positionRows), new(paidRows)
	b, positions, paid, err := m.predecessor(r)
	if b == nil || err != nil {
		return err
	}
	before := len(r.faults.List) + r.faults.More
	if m.in, err = r.readPositions(positions, m.month); err != nil {
		return err
	}
	m.paid, err = r.readPaid(paid)
	if before == len(r.faults.List)+r.faults.More {
		m.prev = b
	}
	return err
}

// predecessor opens the bundle of the month before, and names its tables. There is none in the first month, nor when it is refused.
func (m *months) predecessor(r *reading) (b *bundle, positions, paid *campaign.Input, err error) {
	if m.set.Previous == nil {
		return nil, nil, nil, nil
	}
	if b, err = r.openBundle(*m.set.Previous); b == nil || err != nil {
		return nil, nil, nil, err
	}
	if b.campaign.Rule.Name != r.c.Rule.Name {
		b.refuse(r, "%w: its rule is %s, here %s", ErrSuccessor, b.campaign.Rule.Name, r.c.Rule.Name)
		return nil, nil, nil, nil
	}
	if !b.follows(r, m.set) {
		return nil, nil, nil, nil
	}
	positions, paid = b.table(r, "positions"), b.table(r, "paid")
	if positions == nil || paid == nil {
		return nil, nil, nil, nil
	}
	return b, positions, paid, nil
}

// index groups the rows of the month before by entrant.
func (m *months) index(r *reading) *byEntrant {
	if m.rows == nil {
		rows := groupRows(m.in.entrants, r.roll.len())
		m.rows = &rows
	}
	return m.rows
}

// refine checks exits and the sum of what is carried in.
func (m *months) refine(r *reading) {
	m.status = make([]uint8, m.in.len())
	if m.lost() {
		return
	}
	m.leave(r)
	if m.prev == nil {
		return
	}
	var sum total
	positions := 0
	for i := range m.in.entrants {
		sum.add(m.in.carried(i, m.completion()))
		if m.in.periods[i] > 0 {
			positions++
		}
	}
	m.balance(r, sum.big(), positions)
}

// balance refuses a predecessor whose rows do not come to what its ledger says, or of whose open positions this campaign can carry none.
func (m *months) balance(r *reading, sum *big.Int, positions int) {
	line := m.prev.manifest.Ledger[0]
	want, ok := m.prev.line(r, line.Locked, line.Unelected)
	if !ok {
		return
	}
	if sum.Cmp(want.Big()) != 0 {
		m.prev.refuse(r, "its positions and unelected allocations add up to %s with rollAt: %s, its ledger says %s", sum, m.set.RollAt, want)
	}
	if m.set.Claims == "tranches" && positions > 0 {
		m.prev.refuse(r, "it has %d open positions, and claims: tranches carries none", positions)
	}
}

// lost reports whether the month before was refused. What depends on it cannot be judged then.
func (m *months) lost() bool { return m.set.Previous != nil && m.prev == nil }

func (m *months) completion() bool { return m.set.RollAt == "completion" }

func (m *months) tranches() bool { return m.set.Claims == "tranches" }

// pay adds to what an entrant is paid this month.
func (m *months) pay(e uint32, v merkle.Amount) {
	m.payments[e], _ = m.payments[e].Add(v) // a part of pool and what was carried in, which fit
}

// start begins the month's work.
func (m *months) start(r *reading) {
	m.payments = make([]merkle.Amount, r.roll.len())
	if m.tranches() {
		m.sooner = make([]merkle.Amount, r.roll.len())
	}
}

// unitOf is the unit of the only token for entrant e.
func (r *reading) unitOf(e uint32) *big.Int {
	unit, _ := r.unit(0, r.roll.entrants[e].Chain)
	return unit
}

// claim pays part s of an allocation at once.
func (m *months) claim(r *reading, e uint32, s merkle.Amount) {
	paid := m.calc.of(s, m.table.fraction(0), r.unitOf(e))
	m.pay(e, paid)
	if m.sooner != nil {
		m.sooner[e], _ = m.sooner[e].Add(paid)
	}
	m.unvested.add(less(s, paid))
}

// entitlement is what part s of an allocation of e vests after p months.
func (m *months) entitlement(r *reading, e uint32, s merkle.Amount, p int) merkle.Amount {
	return m.calc.of(s, m.table.fraction(p), r.unitOf(e))
}

// stake opens a position of the present month with part s and entitlement t. Parts of one position are added before.
func (m *months) stake(e uint32, p int, s, t merkle.Amount) {
	if s.IsZero() {
		return
	}
	if m.tranches() || !m.completion() {
		m.unvested.add(less(s, t))
	}
	if m.tranches() {
		m.pay(e, t)
	}
	m.fresh.add(e, m.month, p, s, t, false)
}

// finish leaves and completes positions of earlier months.
func (m *months) finish(r *reading) {
	for i, e := range m.in.entrants {
		period := int(m.in.periods[i])
		if period == 0 {
			continue
		}
		s, t := m.in.allocations[i], m.in.entitlements[i]
		switch {
		case m.status[i] == left:
			paid, lost := m.exit(r, i)
			m.forgone.add(lost)
			if m.completion() {
				m.unvested.add(less(s, t))
			}
			if !m.atEnd {
				m.pay(e, paid)
			} else if !paid.IsZero() {
				m.fresh.add(e, int(m.in.months[i]), period, paid, paid, true)
			}
		case int(m.in.months[i])+period == m.month:
			m.pay(e, t)
			if m.completion() {
				m.unvested.add(less(s, t))
			}
		}
	}
}

// exit is what leaving row i pays, and what it forgoes.
func (m *months) exit(r *reading, i int) (paid, forgone merkle.Amount) {
	t := m.month - int(m.in.months[i])
	full := m.in.entitlements[i]
	switch q := m.table.completed(t); {
	case !m.exitPays:
	case t >= m.table.full:
		paid = full
	case q == 0 && m.beforeNone:
	default:
		paid = m.calc.of(m.in.allocations[i], m.table.fraction(q), r.unitOf(m.in.entrants[i]))
		if paid.Cmp(full) > 0 {
			paid = full
		}
	}
	return paid, less(full, paid)
}

// open reports whether row i of the month before goes on unchanged.
func (m *months) open(i int) bool {
	return m.status[i] == kept && (m.in.periods[i] == 0 || int(m.in.months[i])+int(m.in.periods[i]) > m.month)
}

// passed calls each with the rows after the close: those of the month before that go on, and those of this month.
func (m *months) passed(each func(p *positionRows, i int)) {
	for i := range m.in.entrants {
		if m.open(i) {
			each(m.in, i)
		}
	}
	for i := range m.fresh.entrants {
		if !m.tranches() || m.fresh.periods[i] == 0 {
			each(&m.fresh, i)
		}
	}
}
