package alloc

import (
	"errors"
	"strconv"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/campaign"
)

// positionRows are rows of tables/positions.csv (docs/rules/months.md) as flat columns.
type positionRows struct {
	entrants     []uint32
	months       []int32  // as campaign.Month counts them
	periods      []uint16 // 0: an allocation without election
	allocations  []merkle.Amount
	entitlements []merkle.Amount
	exited       []bool
}

func (p *positionRows) len() int { return len(p.entrants) }

func (p *positionRows) add(e uint32, month int, period int, allocation, entitlement merkle.Amount, exited bool) {
	p.entrants, p.months, p.periods = append(p.entrants, e), append(p.months, int32(month)), append(p.periods, uint16(period))
	p.allocations, p.entitlements = append(p.allocations, allocation), append(p.entitlements, entitlement)
	p.exited = append(p.exited, exited)
}

// mostExpected bounds the room made for rows before they are read.
const mostExpected = 1 << 26

func (p *positionRows) grow(n int) {
	p.entrants, p.months, p.periods = make([]uint32, 0, n), make([]int32, 0, n), make([]uint16, 0, n)
	p.allocations, p.entitlements, p.exited = make([]merkle.Amount, 0, n), make([]merkle.Amount, 0, n), make([]bool, 0, n)
}

// carried is what a row stands for in the ledger: its allocation when unvested parts roll at completion, else its entitlement.
func (p *positionRows) carried(i int, completion bool) merkle.Amount {
	if completion {
		return p.allocations[i]
	}
	return p.entitlements[i]
}

// rest appends a row after its account.
func (p *positionRows) rest(r *reading, dst []byte, i int) []byte {
	return appendPosition(dst, r.chains[r.roll.entrants[p.entrants[i]].Chain], int(p.months[i]), int(p.periods[i]), p.allocations[i], p.entitlements[i], p.exited[i])
}

// appendPosition appends what a row of positions says after its account.
func appendPosition(dst []byte, chain merkle.Chain, month, period int, allocation, entitlement merkle.Amount, exited bool) []byte {
	dst = append(append(dst, ','), chain...)
	dst = campaign.AppendMonth(append(dst, ','), month)
	dst = append(dst, ',')
	if period > 0 {
		dst = strconv.AppendUint(dst, uint64(period), 10)
	}
	dst = allocation.AppendText(append(dst, ','))
	dst = entitlement.AppendText(append(dst, ','))
	if exited {
		return append(dst, ",yes"...)
	}
	return append(dst, ",no"...)
}

// errState is for tables that cannot have come from a campaign before this one.
var errState = errors.New("cannot stand in the state that this campaign goes on from")

var positionColumns = []column{{"account", false}, {"chain", false}, {"month", false}, {"period", false}, {"allocation", false}, {"entitlement", false}, {"exited", false}}

func columnNames(list []column) []string {
	out := make([]string, len(list))
	for i, c := range list {
		out[i] = c.name
	}
	return out
}

// readPositions reads the predecessor's table.
func (r *reading) readPositions(in *campaign.Input, month int) (*positionRows, error) {
	const account, chain = 0, 1
	p := new(positionRows)
	s, err := r.open(in, "positions", positionColumns)
	if s == nil {
		return p, err
	}
	p.grow(int(min(max(s.total, 0), mostExpected)))
	for s.next() {
		e, ok := s.account(account, chain)
		if !ok {
			continue
		}
		id, ok := r.enter(s, account, e)
		if !ok || s.full(account, p.len()) {
			continue
		}
		if x, ok := r.position(s, e, month); ok {
			p.add(id, x.month, x.period, x.allocation, x.entitlement, x.exited)
		}
	}
	rows := func(emit func([]byte) error) error {
		return r.byAccount(p.len(), func(i int) uint32 { return p.entrants[i] }, func(dst []byte, i int) []byte { return p.rest(r, dst, i) }, emit)
	}
	return p, s.close("sorted", "", rows)
}

// position is a row of positions without its entrant.
type position struct {
	month, period           int // period 0: an allocation without election
	allocation, entitlement merkle.Amount
	exited                  bool
}

// position reads the present row, of e, and refuses what a campaign of the month before cannot have published.
func (r *reading) position(s *source, e Entrant, month int) (p position, ok bool) {
	const when, period, allocation, entitlement, exited = 2, 3, 4, 5, 6
	var err error
	p.month, err = campaign.Month(s.cell(when))
	if err == nil && p.month >= month {
		err = errState
	}
	if err != nil {
		s.no(when, err)
		return p, false
	}
	if text := s.cell(period); len(text) > 0 {
		v, err := merkle.ParseAmountBytes(text)
		periods, _ := v.Uint64()
		if err != nil || periods == 0 || periods > 1200 || p.month+int(periods) < month {
			s.no(period, errState)
			return p, false
		}
		p.period = int(periods)
	}
	p.allocation, err = r.baseUnits(s, allocation, e)
	if err == nil && p.allocation.IsZero() {
		err = errState
	}
	if err != nil {
		s.no(allocation, err)
		return p, false
	}
	p.entitlement, err = r.baseUnits(s, entitlement, e)
	if err == nil && (p.entitlement.Cmp(p.allocation) > 0 || p.period == 0 && p.entitlement != p.allocation) {
		err = errState
	}
	if err != nil {
		s.no(entitlement, err)
		return p, false
	}
	p.exited = string(s.cell(exited)) == "yes"
	if !p.exited && string(s.cell(exited)) != "no" || p.exited && (p.period == 0 || p.entitlement != p.allocation) {
		s.no(exited, errState)
		return p, false
	}
	return p, true
}

// baseUnits reads an amount of the campaign's only token that e can be paid.
func (r *reading) baseUnits(s *source, col int, e Entrant) (merkle.Amount, error) {
	v, err := merkle.ParseAmountBytes(s.cell(col))
	if err != nil {
		return v, err
	}
	if unit, there := r.unit(0, e.Chain); there && unit.BitLen() > 1 {
		b := v.Big()
		if b.Rem(b, unit).Sign() != 0 {
			return v, errState
		}
	}
	return v, nil
}

// paidRows are rows of tables/paid.csv.
type paidRows struct {
	entrants []uint32
	amounts  []merkle.Amount
}

var paidColumns = []column{{"account", false}, {"chain", false}, {"amount", false}}

func (r *reading) readPaid(in *campaign.Input) (*paidRows, error) {
	const account, chain, amount = 0, 1, 2
	p := new(paidRows)
	s, err := r.open(in, "paid", paidColumns)
	if s == nil {
		return p, err
	}
	for s.next() {
		e, ok := s.account(account, chain)
		if !ok {
			continue
		}
		id, ok := r.enter(s, account, e)
		if !ok || s.full(account, len(p.entrants)) {
			continue
		}
		v, err := r.baseUnits(s, amount, e)
		if err != nil {
			s.no(amount, err)
			continue
		}
		p.entrants, p.amounts = append(p.entrants, id), append(p.amounts, v)
	}
	return p, s.close("sorted", sumAmounts(p.amounts).String(), r.amountRows(p.entrants, p.amounts))
}

// amountRows emits account,chain,amount.
func (r *reading) amountRows(entrants []uint32, amounts []merkle.Amount) func(emit func([]byte) error) error {
	return func(emit func([]byte) error) error {
		return r.byAccount(len(entrants), func(i int) uint32 { return entrants[i] }, func(dst []byte, i int) []byte {
			return amounts[i].AppendText(append(r.chainCell(dst, true, entrants[i]), ','))
		}, emit)
	}
}
