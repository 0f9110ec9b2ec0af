package alloc

import (
	"errors"
	"fmt"
	"strconv"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/campaign"
)

// What may be wrong with an early exit.
var (
	ErrNoPosition = errors.New("there is no such position")
	ErrNotStarted = errors.New("the position has not started: only those of earlier months can be left")
	ErrCompleted  = errors.New("the position is complete this month, so it cannot be left early")
	ErrExited     = errors.New("the position was left before")
)

// exitRows are the positions that are left early.
type exitRows struct {
	entrants []uint32
	months   []int32
	periods  []uint16
	chain    bool
	places   places
}

func (r *reading) readExits(in *campaign.Input, now int) (*exitRows, error) {
	const account, month, period, chain = 0, 1, 2, 3
	x := new(exitRows)
	if in == nil {
		return x, nil
	}
	s, err := r.open(in, "exits", []column{{"account", false}, {"month", false}, {"period", false}, {"chain", true}})
	if s == nil {
		return x, err
	}
	x.chain = s.has(chain)
	for s.next() {
		e, ok := s.account(account, chain)
		m, err := campaign.Month(s.cell(month))
		if err == nil && m >= now {
			err = ErrNotStarted
		}
		if err != nil {
			s.no(month, err)
		}
		p, ok2 := s.period(period)
		if !ok || err != nil || !ok2 {
			continue
		}
		id, ok := r.enter(s, account, e)
		if !ok || s.full(account, len(x.entrants)) {
			continue
		}
		x.entrants, x.months, x.periods = append(x.entrants, id), append(x.months, int32(m)), append(x.periods, uint16(p))
		x.places.add(s.cells[s.col[account]])
	}
	rows := func(emit func([]byte) error) error {
		return r.byAccount(len(x.entrants), func(i int) uint32 { return x.entrants[i] }, func(dst []byte, i int) []byte {
			dst = campaign.AppendMonth(append(dst, ','), int(x.months[i]))
			dst = strconv.AppendUint(append(dst, ','), uint64(x.periods[i]), 10)
			return r.chainCell(dst, x.chain, x.entrants[i])
		}, emit)
	}
	return x, s.close("sorted", "", rows)
}

// ErrPeriod is the cause when a period is not a whole number of months.
var ErrPeriod = errors.New("a period is a whole number of months, 1 to 1200")

// period reads a whole number of months.
func (s *source) period(col int) (int, bool) {
	v, err := merkle.ParseAmountBytes(s.cell(col))
	p, small := v.Uint64()
	if err != nil || !small || p == 0 || p > 1200 {
		s.no(col, ErrPeriod)
		return 0, false
	}
	return int(p), true
}

// leave marks the positions that are left and refuses exits from those that are not there.
func (m *months) leave(r *reading) {
	if m.exits == nil || len(m.exits.entrants) == 0 {
		return
	}
	x := m.exits
	by := make(map[int]int) // row of positions -> row of exits
	rows := m.index(r)
	for i, e := range x.entrants {
		no := func(err error) {
			r.faults.Add(&merkle.Fault{Pos: x.places.at(m.set.Exits.File, i), Field: "account", Value: r.roll.entrants[e].Account.String(),
				Err: fmt.Errorf("%w (month %s, period %d)", err, campaign.MonthText(int(x.months[i])), x.periods[i])})
		}
		found := -1
		for _, row := range rows.of(e) {
			if m.in.months[row] == x.months[i] && m.in.periods[row] == x.periods[i] {
				found = int(row)
			}
		}
		first, twice := by[found]
		switch {
		case found < 0:
			no(ErrNoPosition)
		case m.in.exited[found]:
			no(ErrExited)
		case int(x.months[i])+int(x.periods[i]) <= m.month:
			no(ErrCompleted)
		case twice:
			no(fmt.Errorf("%w, first at %s", ErrDuplicate, x.places.at(m.set.Exits.File, first)))
		default:
			by[found] = i
			m.status[found] = left
		}
	}
}
