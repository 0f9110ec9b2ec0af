package alloc

import (
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strconv"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/campaign"
)

// ErrNotOffered is the cause when a stake is for a period that the campaign does not have.
var ErrNotOffered = errors.New("is not one of the periods")

// stakeRows are the stakes of Open Staking as flat columns.
type stakeRows struct {
	entrants []uint32
	amounts  []merkle.Amount // base units
	periods  []uint16
	chain    bool
	places   places
}

// noonOpen is noon-open-staking/v1 (docs/rules/noon-open-staking-v1.md).
type noonOpen struct {
	*months
	set    *campaign.NoonOpen
	stakes *stakeRows
	rolled []*bundle
	taken  []merkle.Amount // by rolled

	counts []bool          // by row of stakes: not excluded
	sum    *big.Int        // W, of those that count
	parts  []merkle.Amount // by row of stakes
	listed []bool          // by entrant number: has a stake that counts
}

func (o *noonOpen) engine() *months { return o.months }

func (o *noonOpen) read(r *reading) error {
	o.set = r.c.Rule.NoonOpen
	o.months = newMonths(&o.set.Months)
	var err error
	if o.stakes, err = r.readStakes(&o.set.Stakes, o.set.Vesting.Periods); err != nil {
		return err
	}
	if err = o.readRolled(r); err != nil {
		return err
	}
	return o.months.read(r)
}

func (r *reading) readStakes(in *campaign.Input, periods []int) (*stakeRows, error) {
	const account, amount, period, chain = 0, 1, 2, 3
	l := new(stakeRows)
	s, err := r.open(in, "stakes", []column{{"account", false}, {"amount", false}, {"period", false}, {"chain", true}})
	if s == nil {
		return l, err
	}
	decimals := int(r.c.Tokens[0].Decimals)
	l.chain = s.has(chain)
	for s.next() {
		e, ok := s.account(account, chain)
		digits, p, good := s.stake(amount, period, decimals, periods)
		if !ok || !good {
			continue
		}
		id, ok := r.enter(s, account, e)
		if !ok || s.full(account, len(l.entrants)) {
			continue
		}
		l.entrants, l.amounts, l.periods = append(l.entrants, id), append(l.amounts, digits), append(l.periods, uint16(p))
		l.places.add(s.cells[s.col[account]])
	}
	rows := func(emit func([]byte) error) error {
		return r.byAccount(len(l.entrants), func(i int) uint32 { return l.entrants[i] }, func(dst []byte, i int) []byte {
			dst = appendDecimal(append(dst, ','), l.amounts[i], decimals)
			dst = strconv.AppendUint(append(dst, ','), uint64(l.periods[i]), 10)
			return r.chainCell(dst, l.chain, l.entrants[i])
		}, emit)
	}
	return l, s.close("sorted", decimalText(sumAmounts(l.amounts), decimals), rows)
}

// stake reads amount, in base units of a token with so many decimals, and period of the present row.
func (s *source) stake(amount, period, decimals int, periods []int) (digits merkle.Amount, p int, ok bool) {
	digits, scale, err := parseDecimal(s.cell(amount), decimals)
	if err == nil {
		var fits bool
		if digits, fits = shift(digits, decimals-int(scale)); !fits {
			err = merkle.ErrOverflow
		}
	}
	if err != nil {
		s.no(amount, err)
	}
	if p, ok = s.period(period); ok && !slices.Contains(periods, p) {
		s.no(period, fmt.Errorf("%w, %v", ErrNotOffered, periods))
		return digits, p, false
	}
	return digits, p, ok && err == nil
}

// readRolled opens the bundles whose rolled lines come in.
func (o *noonOpen) readRolled(r *reading) error {
	if len(o.set.Rolled) == 0 {
		return nil
	}
	canon := new(texts)
	var sum total
	for _, ref := range o.set.Rolled {
		b, err := r.openBundle(ref)
		if err != nil {
			return err
		}
		if b == nil || !b.follows(r, &o.set.Months) {
			continue
		}
		line := b.manifest.Ledger[0]
		var lines []string
		if line.RolledTo == o.set.Destination {
			lines = append(lines, line.Unvested, line.Forgone)
		}
		if line.ResidualTo == o.set.Destination {
			lines = append(lines, line.Residual, line.Unallocated)
		}
		v, ok := b.line(r, lines...)
		if !ok {
			continue
		}
		o.rolled, o.taken = append(o.rolled, b), append(o.taken, v)
		sum.add(v)
		row := append(append([]byte(b.manifest.Campaign.ID), ','), ref.Manifest...)
		canon.add(v.AppendText(append(row, ',')))
	}
	var fits bool
	pool := r.c.Tokens[0].Pool
	if o.rolledIn, fits = sum.amount(); fits {
		_, fits = pool.Add(o.rolledIn)
	}
	if !fits {
		r.faults.Addf(o.set.Rolled[0].Pos, "pool and what rolls in: %w", merkle.ErrOverflow)
	}
	r.entries = append(r.entries, Input{Role: "rolled", Columns: []string{"id", "manifest", "amount"}, Order: "file", Rows: int64(canon.len()), Sum: sum.big().String(), rows: canon.emit})
	return nil
}

func (o *noonOpen) refine(r *reading, keepRows bool) {
	o.months.refine(r)
	l := o.stakes
	by := groupRows(l.entrants, r.roll.len())
	o.counts, o.listed = make([]bool, len(l.entrants)), make([]bool, r.roll.len())
	var firsts []uint32 // of the present entrant, one a period
	for e := range r.roll.len() {
		firsts = firsts[:0]
		for _, row := range by.of(uint32(e)) {
			at := slices.IndexFunc(firsts, func(first uint32) bool { return l.periods[first] == l.periods[row] })
			if at < 0 {
				firsts = append(firsts, row)
			} else {
				r.faults.Add(&merkle.Fault{Pos: l.places.at(o.set.Stakes.File, int(row)), Field: "period", Value: strconv.Itoa(int(l.periods[row])),
					Err: fmt.Errorf("%w, first at %s", ErrDuplicate, l.places.at(o.set.Stakes.File, int(firsts[at])))})
			}
			o.counts[row] = r.out[e] == 0
			o.listed[e] = r.out[e] == 0
		}
	}
	if !keepRows {
		l.places = places{}
	}
}

func (o *noonOpen) allocate(r *reading, out *Allocation) error {
	o.start(r)
	var all total
	for i, v := range o.stakes.amounts {
		if o.counts[i] {
			all.add(v)
		}
	}
	o.sum = all.big()
	shared, err := o.divide(r)
	if err != nil {
		return err
	}
	o.finish(r)
	o.noteMissed(r, out)
	earned := new(big.Int)
	if o.sum.Sign() > 0 {
		earned = o.supply(r)
	}
	return o.close(r, out, func(e uint32) bool { return o.listed[e] }, func(e uint32) bool { return o.listed[e] && !shared[e] }, earned, sumAmounts(o.parts))
}

// supply is the pool with what rolls in.
func (o *noonOpen) supply(r *reading) *big.Int {
	return new(big.Int).Add(r.c.Tokens[0].Pool.Big(), o.rolledIn.Big())
}

// divide shares the pool by stakes and opens their positions. shared says which entrants have a part above 0.
func (o *noonOpen) divide(r *reading) (shared []bool, err error) {
	l := o.stakes
	weights := make([]merkle.Amount, len(l.entrants))
	who := make([]Entrant, len(l.entrants))
	for i := range weights {
		who[i] = r.roll.entrants[l.entrants[i]]
		if o.counts[i] {
			weights[i] = l.amounts[i]
		}
	}
	s := &shares{n: len(weights), numerator: amountNumerator(weights)}
	if o.sum.Sign() > 0 {
		s.den = o.sum
	}
	budgets := r.budgets(s.den)
	budgets[0].pool = o.supply(r)
	o.parts = make([]merkle.Amount, len(weights))
	if _, err := s.floor(r.ctx, budgets, who, [][]merkle.Amount{o.parts}, r.stage("shares")); err != nil {
		return nil, err
	}
	shared = make([]bool, r.roll.len())
	for i, e := range l.entrants {
		p := int(l.periods[i])
		o.stake(e, p, o.parts[i], o.entitlement(r, e, o.parts[i], p))
		shared[e] = shared[e] || !o.parts[i].IsZero()
	}
	o.staked = l.counted(func(i int) bool { return o.counts[i] })
	return shared, nil
}

// counted are the stakes that have voting power.
func (l *stakeRows) counted(counts func(i int) bool) func() (int, func(i int) (uint32, merkle.Amount, aged)) {
	return func() (int, func(i int) (uint32, merkle.Amount, aged)) {
		var which []uint32
		for i := range l.entrants {
			if counts(i) {
				which = append(which, uint32(i))
			}
		}
		return len(which), func(i int) (uint32, merkle.Amount, aged) {
			at := which[i]
			return l.entrants[at], l.amounts[at], aged{0, int(l.periods[at])}
		}
	}
}

// noteMissed tells when the month before rolled something into this pool that the campaign does not take over.
func (o *noonOpen) noteMissed(r *reading, out *Allocation) {
	if o.prev == nil {
		return
	}
	for _, ref := range o.set.Rolled {
		if ref.Manifest == o.prev.ref.Manifest {
			return
		}
	}
	line := o.prev.manifest.Ledger[0]
	if v, ok := o.prev.line(r, line.Unvested, line.Forgone); ok && line.RolledTo == o.set.Destination && !v.IsZero() {
		t := &r.c.Tokens[0]
		out.Notes = append(out.Notes, fmt.Sprintf("the month before rolled %s %s into %s, but its bundle is not in rolled: they are in no pool", v.Tokens(t.Decimals), t.ID, o.set.Destination))
	}
}
