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

// What may be wrong with an election.
var (
	ErrChoiceWord   = errors.New("is neither claim nor one of the periods")
	ErrPart         = errors.New("a part is above 0 and at most 1")
	ErrParts        = errors.New("the parts of an allocation must add up to 1")
	ErrMixed        = errors.New("only one choice an allocation (mixed: no)")
	ErrNoAllocation = errors.New("has no allocation of this month")
	ErrNotOpen      = errors.New("has no unelected allocation of that month")
	ErrLater        = errors.New("is after the campaign's month")
)

// electionRows are the choices for allocations as flat columns.
type electionRows struct {
	entrants []uint32
	months   []int32  // 0: the cell is empty or there is none, so this month
	choices  []uint16 // 0 is claim, else a period
	parts    []uint32 // index of shares
	shares   []share  // the first is 1
	columns  struct{ part, month, chain bool }
	places   places
}

// share is a part of an allocation, and its canonical text.
type share struct {
	value *big.Rat
	text  string
}

func (r *reading) readElections(in *campaign.Input, now int, periods []int) (*electionRows, error) {
	const account, choice, part, month, chain = 0, 1, 2, 3, 4
	l := &electionRows{shares: []share{{big.NewRat(1, 1), "1"}}}
	if in == nil {
		return l, nil
	}
	s, err := r.open(in, "elections", []column{{"account", false}, {"choice", false}, {"part", true}, {"month", true}, {"chain", true}})
	if s == nil {
		return l, err
	}
	l.columns.part, l.columns.month, l.columns.chain = s.has(part), s.has(month), s.has(chain)
	known := map[string]uint32{}
	for s.next() {
		e, ok := s.account(account, chain)
		c, good := s.choice(choice, periods)
		ok = ok && good
		n := uint32(0)
		if s.has(part) {
			var seen bool
			if n, seen = known[string(s.cell(part))]; !seen {
				x, err := parsePart(s.cell(part))
				if err != nil {
					s.no(part, err)
					ok = false
				} else {
					n = uint32(len(l.shares))
					l.shares = append(l.shares, x)
					known[string(s.cell(part))] = n
				}
			}
		}
		m, good := s.elected(month, now)
		ok = ok && good
		if !ok {
			continue
		}
		id, ok := r.enter(s, account, e)
		if !ok || s.full(account, len(l.entrants)) {
			continue
		}
		l.entrants, l.choices, l.parts, l.months = append(l.entrants, id), append(l.choices, c), append(l.parts, n), append(l.months, int32(m))
		l.places.add(s.cells[s.col[account]])
	}
	return l, s.close("sorted", "", func(emit func([]byte) error) error { return l.canonical(r, emit) })
}

// choice reads claim, which is 0, or one of the periods.
func (s *source) choice(col int, periods []int) (uint16, bool) {
	text := string(s.cell(col))
	if text == "claim" {
		return 0, true
	}
	p, err := strconv.Atoi(text)
	if err != nil || strconv.Itoa(p) != text || !slices.Contains(periods, p) {
		s.no(col, fmt.Errorf("%w, %v", ErrChoiceWord, periods))
		return 0, false
	}
	return uint16(p), true
}

// parsePart reads a part of an allocation.
func parsePart(text []byte) (share, error) {
	v, canonical, err := parseWeight(string(text))
	if err == nil && (v.Sign() == 0 || v.Cmp(big.NewRat(1, 1)) > 0) {
		err = ErrPart
	}
	return share{v, canonical}, err
}

// elected reads the month whose allocation a row elects; 0: the cell is empty or there is none.
func (s *source) elected(col, now int) (int, bool) {
	if !s.has(col) || len(s.cell(col)) == 0 {
		return 0, true
	}
	m, err := campaign.Month(s.cell(col))
	if err == nil && m > now {
		err = ErrLater
	}
	if err != nil {
		s.no(col, err)
	}
	return m, err == nil
}

func (l *electionRows) canonical(r *reading, emit func([]byte) error) error {
	return r.byAccount(len(l.entrants), func(i int) uint32 { return l.entrants[i] }, func(dst []byte, i int) []byte {
		dst = append(append(dst, ','), choiceText(l.choices[i])...)
		if l.columns.part {
			dst = append(append(dst, ','), l.shares[l.parts[i]].text...)
		}
		if l.columns.month {
			if dst = append(dst, ','); l.months[i] > 0 {
				dst = campaign.AppendMonth(dst, int(l.months[i]))
			}
		}
		return r.chainCell(dst, l.columns.chain, l.entrants[i])
	}, emit)
}

func choiceText(c uint16) string {
	if c == 0 {
		return "claim"
	}
	return strconv.Itoa(int(c))
}

// month is the month whose allocation row i elects.
func (l *electionRows) month(i uint32, now int) int {
	if l.months[i] == 0 {
		return now
	}
	return int(l.months[i])
}

// groups calls each with the rows of one allocation: those of an entrant for one month, claim first, then by period.
func (l *electionRows) groups(n, now int, each func(e uint32, month int, rows []uint32)) {
	by := groupRows(l.entrants, n)
	for e := range n {
		rows := by.of(uint32(e))
		if len(rows) > 1 {
			slices.SortFunc(rows, func(a, b uint32) int {
				if x, y := l.month(a, now), l.month(b, now); x != y {
					return x - y
				}
				if l.choices[a] != l.choices[b] {
					return int(l.choices[a]) - int(l.choices[b])
				}
				return int(a) - int(b)
			})
		}
		for from := 0; from < len(rows); {
			to := from + 1
			for to < len(rows) && l.month(rows[to], now) == l.month(rows[from], now) {
				to++
			}
			each(uint32(e), l.month(rows[from], now), rows[from:to])
			from = to
		}
	}
}

// check refuses groups that do not divide one allocation. open says whether the entrant has that allocation; passed over are those that are excluded.
func (l *electionRows) check(r *reading, file string, now int, mixed bool, open func(e uint32, month int) (there, pass bool)) {
	one := big.NewRat(1, 1)
	l.groups(r.roll.len(), now, func(e uint32, month int, rows []uint32) {
		no := func(row uint32, field, value string, err error) {
			r.faults.Add(&merkle.Fault{Pos: l.places.at(file, int(row)), Field: field, Value: value, Err: err})
		}
		account := r.roll.entrants[e].Account.String()
		there, pass := open(e, month)
		if !there && !pass {
			err := ErrNoAllocation
			if month != now {
				err = fmt.Errorf("%w (%s)", ErrNotOpen, campaign.MonthText(month))
			}
			no(rows[0], "account", account, err)
			return
		}
		sum := new(big.Rat)
		for i, row := range rows {
			if i > 0 && l.choices[row] == l.choices[rows[i-1]] {
				no(row, "choice", choiceText(l.choices[row]), fmt.Errorf("%w, first at %s", ErrDuplicate, l.places.at(file, int(rows[i-1]))))
				return
			}
			sum.Add(sum, l.shares[l.parts[row]].value)
		}
		switch {
		case !mixed && len(rows) > 1:
			no(rows[1], "account", account, ErrMixed)
		case sum.Cmp(one) != 0:
			no(slices.Min(rows), "account", account, fmt.Errorf("%w, those for %s come to %s", ErrParts, campaign.MonthText(month), sum.RatString()))
		}
	})
}
