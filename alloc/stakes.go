package alloc

import (
	"cmp"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"time"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/campaign"
)

// What may be wrong with stakes over time.
var (
	ErrPeriodDay = errors.New("is not in the period")
	ErrInterval  = errors.New("an interval ends after it begins")
	ErrOverlap   = errors.New("overlaps another interval of this account")
)

// asr2 is jupiter-asr/v2 (docs/rules/jupiter-asr-v2.md).
type asr2 struct {
	set   *campaign.JupiterASR2
	unit  int64 // days, or seconds, of the period
	first int64 // day of the period

	entrants []uint32
	digits   []uint64 // codes of numbers
	scales   []uint8
	days     []uint16 // basis daily: day of the period, from 0
	from, to []int64  // basis intervals: Unix seconds, as in the file
	texts    texts    // basis intervals: from,to as written
	bounds   [2]int64 // basis intervals: first instant of the period, and the first after it
	numbers  numbers
	chain    bool
	places   places

	weights []merkle.Amount // by entrant number: Σ amount, or Σ amount·seconds, in 10^-decimals
	listed  []bool
	min     *big.Int // least weight; nil without eligibility
	passed  []bool
	sum     *big.Int
}

func (a *asr2) read(r *reading) error {
	a.set = r.c.Rule.JupiterASR2
	first, zone, ok := a.period(r)
	switch {
	case !ok:
		return nil
	case a.set.Basis == "intervals":
		return a.readIntervals(r, first*86400-zone, (first+a.unit/86400)*86400-zone)
	}
	return a.readDaily(r, first)
}

// period sets the length of the period; first is its first day, and ok is false when it is refused.
func (a *asr2) period(r *reading) (first, zone int64, ok bool) {
	first, err1 := campaign.Day([]byte(a.set.From))
	last, err2 := campaign.Day([]byte(a.set.To))
	zone, err3 := campaign.Zone([]byte(a.set.Zone))
	if err := cmp.Or(err1, err2, err3); err != nil || last < first || last-first >= 3660 {
		r.faults.Addf(a.set.Pos, "period from %q to %q in zone %q: not 1 to 3660 days", a.set.From, a.set.To, a.set.Zone)
		return 0, 0, false
	}
	if a.unit = last - first + 1; a.set.Basis == "intervals" {
		a.unit *= 86400
	}
	a.first = first
	return first, zone, true
}

// add keeps the account and amount of the present row; ok is false when they are refused.
func (a *asr2) add(r *reading, s *source, account, amount, chain int) (id uint32, ok bool) {
	e, ok := s.account(account, chain)
	digits, scale, err := parseDecimal(s.cell(amount), int(a.set.Decimals))
	if err != nil {
		s.no(amount, err)
	}
	if !ok || err != nil {
		return 0, false
	}
	if id, ok = r.enter(s, account, e); !ok || s.full(account, len(a.entrants)) {
		return 0, false
	}
	a.entrants, a.digits, a.scales = append(a.entrants, id), append(a.digits, a.numbers.code(digits)), append(a.scales, scale)
	a.places.add(s.cells[s.col[account]])
	return id, true
}

func (a *asr2) readDaily(r *reading, first int64) error {
	const account, day, amount, chain = 0, 1, 2, 3
	s, err := r.open(&a.set.Stakes, "stakes", []column{{"account", false}, {"day", false}, {"amount", false}, {"chain", true}})
	if s == nil {
		return err
	}
	a.chain = s.has(chain)
	var seen []uint64 // a bit an entrant and day
	words := int(a.unit+63) / 64
	var lastText []byte // most rows have the day of the row before
	var lastDay int64
	for s.next() {
		if lastText == nil || string(s.cell(day)) != string(lastText) { // an empty cell is no day either
			at, err := campaign.Day(s.cell(day))
			if err == nil && (at < first || at >= first+a.unit) {
				err = fmt.Errorf("%w, %s to %s", ErrPeriodDay, a.set.From, a.set.To)
			}
			if err != nil {
				s.no(day, err)
				continue
			}
			lastText, lastDay = append(lastText[:0], s.cell(day)...), at-first
		}
		id, ok := a.add(r, s, account, amount, chain)
		if !ok {
			continue
		}
		for len(seen) < (int(id)+1)*words {
			seen = append(seen, 0)
		}
		bit := &seen[int(id)*words+int(lastDay/64)]
		if *bit&(1<<(lastDay%64)) != 0 {
			err := ErrDuplicate
			if len(r.faults.List) < merkle.MaxFaults { // else it is counted only, and looking for the place takes long
				err = fmt.Errorf("%w, first at %s", ErrDuplicate, a.placeOf(id, uint16(lastDay)))
			}
			s.no(day, err)
		}
		*bit |= 1 << (lastDay % 64)
		a.days = append(a.days, uint16(lastDay))
	}
	return s.close("sorted", decimalText(a.total(), int(a.set.Decimals)), func(emit func([]byte) error) error {
		return r.byAccount(len(a.entrants), func(i int) uint32 { return a.entrants[i] }, func(dst []byte, i int) []byte {
			dst = append(append(dst, ','), dayText(first+int64(a.days[i]))...)
			return r.chainCell(appendDecimal(append(dst, ','), a.numbers.amount(a.digits[i]), int(a.scales[i])), a.chain, a.entrants[i])
		}, emit)
	})
}

// placeOf is where the row of an entrant and day stands.
func (a *asr2) placeOf(id uint32, day uint16) merkle.Pos {
	for i, d := range a.days {
		if d == day && a.entrants[i] == id {
			return a.places.at(a.set.Stakes.File, i)
		}
	}
	return merkle.Pos{File: a.set.Stakes.File}
}

func (a *asr2) readIntervals(r *reading, first, end int64) error {
	const account, from, to, amount, chain = 0, 1, 2, 3, 4
	s, err := r.open(&a.set.Stakes, "stakes", []column{{"account", false}, {"from", false}, {"to", false}, {"amount", false}, {"chain", true}})
	if s == nil {
		return err
	}
	a.chain = s.has(chain)
	for s.next() {
		begin, err := campaign.Instant(s.cell(from))
		if err != nil {
			s.no(from, err)
		}
		until, err2 := campaign.Instant(s.cell(to))
		if err2 == nil && err == nil && until <= begin {
			err2 = ErrInterval
		}
		if err2 != nil {
			s.no(to, err2)
		}
		if err != nil || err2 != nil {
			continue
		}
		if _, ok := a.add(r, s, account, amount, chain); !ok {
			continue
		}
		a.texts.add(append(append(append([]byte(nil), s.cell(from)...), ','), s.cell(to)...))
		a.from, a.to = append(a.from, begin), append(a.to, until)
	}
	a.bounds = [2]int64{first, end}
	return s.close("sorted", decimalText(a.total(), int(a.set.Decimals)), func(emit func([]byte) error) error {
		return r.byAccount(len(a.entrants), func(i int) uint32 { return a.entrants[i] }, func(dst []byte, i int) []byte {
			dst = append(append(dst, ','), a.texts.at(i)...)
			return r.chainCell(appendDecimal(append(dst, ','), a.numbers.amount(a.digits[i]), int(a.scales[i])), a.chain, a.entrants[i])
		}, emit)
	})
}

// total is the sum of all amounts in 10^-decimals.
func (a *asr2) total() *big.Int {
	var sum scaleSum
	for i, code := range a.digits {
		sum[a.scales[i]].addCode(&a.numbers, code)
	}
	return sum.at(int(a.set.Decimals))
}

func dayText(day int64) string { return time.Unix(day*86400, 0).UTC().Format(time.DateOnly) }

// refine refuses intervals that overlap, and makes the weights.
func (a *asr2) refine(r *reading, keepRows bool) {
	if a.unit == 0 {
		return
	}
	if a.set.Basis == "intervals" {
		a.overlaps(r)
	}
	if e := a.set.Eligibility; e != nil {
		if min := r.minimum(e, int(a.set.Decimals), int(a.set.Decimals), "average"); min != nil {
			a.min = min.Big()
			a.min.Mul(a.min, big.NewInt(a.unit)) // average ≥ min is sum ≥ min·length
		}
	}
	a.weights, a.listed = make([]merkle.Amount, r.roll.len()), make([]bool, r.roll.len())
	for i, e := range a.entrants {
		if r.out[e] > 0 {
			continue
		}
		a.listed[e] = true
		length := int64(1)
		if a.from != nil {
			length = a.seconds(a.from[i], a.to[i])
		}
		w, ok := a.weight(a.numbers.amount(a.digits[i]), a.scales[i], length)
		if ok {
			w, ok = a.weights[e].Add(w)
		}
		if !ok {
			r.faults.Add(&merkle.Fault{Pos: a.places.at(a.set.Stakes.File, i), Field: "amount", Value: string(appendDecimal(nil, a.numbers.amount(a.digits[i]), int(a.scales[i]))), Err: errWide})
			continue
		}
		a.weights[e] = w
	}
	if !keepRows {
		a.places = places{}
	}
}

// seconds is how long an interval lies in the period.
func (a *asr2) seconds(from, to int64) int64 {
	return max(0, min(to, a.bounds[1])-max(from, a.bounds[0]))
}

// weight is what a row adds to its entrant: digits·10^-scale for so many seconds, or for one day, in 10^-decimals. ok is false when it does not fit.
func (a *asr2) weight(digits merkle.Amount, scale uint8, length int64) (w merkle.Amount, ok bool) {
	if length == 0 {
		return w, true
	}
	if w, ok = shift(digits, int(a.set.Decimals)-int(scale)); ok {
		w, ok = product(w, uint64(length))
	}
	return w, ok
}

func (a *asr2) overlaps(r *reading) {
	by := groupRows(a.entrants, r.roll.len())
	for e := range r.roll.len() {
		rows := by.of(uint32(e))
		slices.SortFunc(rows, func(x, y uint32) int { return cmp.Or(cmp.Compare(a.from[x], a.from[y]), cmp.Compare(x, y)) })
		for i, longest := 1, 0; i < len(rows); i++ {
			if a.from[rows[i]] < a.to[rows[longest]] {
				r.faults.Add(&merkle.Fault{Pos: a.places.at(a.set.Stakes.File, int(rows[i])), Field: "account", Value: r.roll.entrants[e].Account.String(),
					Err: fmt.Errorf("%w, at %s", ErrOverlap, a.places.at(a.set.Stakes.File, int(rows[longest])))})
			}
			if a.to[rows[i]] > a.to[rows[longest]] {
				longest = i
			}
		}
	}
}

func (a *asr2) allocate(r *reading, out *Allocation) error {
	after := a.set.Eligibility == nil || a.set.Eligibility.Denominator != "before"
	a.passed = make([]bool, r.roll.len())
	var sum total
	for e, listed := range a.listed {
		if !listed {
			continue
		}
		a.passed[e] = a.min == nil || a.weights[e].Big().Cmp(a.min) >= 0
		if a.passed[e] || !after {
			sum.add(a.weights[e])
		}
	}
	a.sum = sum.big()
	ids := out.enrol(r, func(id uint32) bool { return a.passed[id] })
	weights := make([]merkle.Amount, len(ids))
	for i, e := range ids {
		weights[i] = a.weights[e]
	}
	s := &shares{n: len(ids), numerator: amountNumerator(weights)}
	if a.sum.Sign() > 0 {
		s.den = a.sum
	}
	budgets := r.budgets(s.den)
	_, earned, err := out.apportion(r, s, budgets)
	if err != nil {
		return err
	}
	return out.settle(r, earned)
}
