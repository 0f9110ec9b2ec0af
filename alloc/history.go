package alloc

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/campaign"
)

// What may be wrong with a history of stakes.
var (
	ErrNoChange    = errors.New("a change of 0")
	ErrAfter       = errors.New("is after the instant of the campaign")
	ErrUnknownLock = errors.New("is not one of the locks")
	ErrOverdrawn   = errors.New("withdraws more than there is")
)

// historyRows are deposits and withdrawals as flat columns, 22 bytes a row and 6 for its place.
type historyRows struct {
	entrants []uint32
	times    []int64  // Unix seconds
	zones    []int16  // minutes east, or how else the offset is written
	locks    []uint8  // index of the campaign's locks
	minus    []bool   // a withdrawal
	amounts  []uint64 // codes, in 10^-stakeDecimals
	numbers  numbers
	chain    bool
	places   places
	by       byEntrant // rows by entrant, then lock, then time
}

// Offsets that are not plus or minus minutes.
const (
	zoneZ     = 1<<15 - 1
	zoneMinus = 1<<15 - 2 // -00:00
)

func (r *reading) readHistory(set *campaign.Astra, at int64) (*historyRows, error) {
	const account, when, lock, change, chain = 0, 1, 2, 3, 4
	h := new(historyRows)
	if set.History == nil {
		return h, nil
	}
	s, err := r.open(set.History, "history", []column{{"account", false}, {"time", false}, {"lock", false}, {"change", false}, {"chain", true}})
	if s == nil {
		return h, err
	}
	h.chain = s.has(chain)
	decimals := int(set.StakeDecimals)
	for s.next() {
		e, ok := s.account(account, chain)
		text := s.cell(when)
		t, err := campaign.Instant(text)
		if err == nil && t > at {
			err = fmt.Errorf("%w, %s", ErrAfter, set.At)
		}
		if err != nil {
			s.no(when, err)
			ok = false
		}
		months, err := strconv.Atoi(string(s.cell(lock)))
		l := slices.IndexFunc(set.Locks, func(x campaign.Lock) bool { return x.Months == months })
		if err != nil || l < 0 || strconv.Itoa(months) != string(s.cell(lock)) {
			s.no(lock, fmt.Errorf("%w, %s", ErrUnknownLock, lockList(set)))
			ok = false
		}
		digits := s.cell(change)
		minus := len(digits) > 0 && digits[0] == '-'
		if minus {
			digits = digits[1:]
		}
		v, scale, err := parseDecimal(digits, decimals)
		if err == nil {
			var fits bool
			if v, fits = shift(v, decimals-int(scale)); !fits {
				err = merkle.ErrOverflow
			} else if v.IsZero() {
				err = ErrNoChange
			}
		}
		if err != nil {
			s.no(change, err)
			ok = false
		}
		if !ok {
			continue
		}
		id, ok := r.enter(s, account, e)
		if !ok || s.full(account, len(h.entrants)) {
			continue
		}
		h.entrants, h.times, h.zones = append(h.entrants, id), append(h.times, t), append(h.zones, zoneOf(text))
		h.locks, h.minus, h.amounts = append(h.locks, uint8(l)), append(h.minus, minus), append(h.amounts, h.numbers.code(v))
		h.places.add(s.cells[s.col[change]])
	}
	return h, s.close("sorted", "", func(emit func([]byte) error) error {
		return r.byAccount(len(h.entrants), func(i int) uint32 { return h.entrants[i] }, func(dst []byte, i int) []byte {
			dst = appendInstant(append(dst, ','), h.times[i], h.zones[i])
			dst = strconv.AppendInt(append(dst, ','), int64(set.Locks[h.locks[i]].Months), 10)
			if dst = append(dst, ','); h.minus[i] {
				dst = append(dst, '-')
			}
			return r.chainCell(appendDecimal(dst, h.numbers.amount(h.amounts[i]), decimals), h.chain, h.entrants[i])
		}, emit)
	})
}

func lockList(set *campaign.Astra) string {
	out := make([]int, len(set.Locks))
	for i, l := range set.Locks {
		out[i] = l.Months
	}
	return fmt.Sprint(out)
}

// zoneOf is how the offset of an instant is written.
func zoneOf(text []byte) int16 {
	if len(text) == 20 {
		return zoneZ
	}
	seconds, _ := campaign.Zone(text[19:])
	if seconds == 0 && text[19] == '-' {
		return zoneMinus
	}
	return int16(seconds / 60)
}

// appendInstant writes an instant as it was read.
func appendInstant(dst []byte, t int64, zone int16) []byte {
	minutes := int(zone)
	if zone == zoneZ || zone == zoneMinus {
		minutes = 0
	}
	dst = time.Unix(t+int64(minutes)*60, 0).UTC().AppendFormat(dst, "2006-01-02T15:04:05")
	switch {
	case zone == zoneZ:
		return append(dst, 'Z')
	case zone == zoneMinus:
		return append(dst, "-00:00"...)
	case minutes < 0:
		return fmt.Appendf(dst, "-%02d:%02d", -minutes/60, -minutes%60)
	}
	return fmt.Appendf(dst, "+%02d:%02d", minutes/60, minutes%60)
}

// sort groups the rows and refuses balances below 0. Events of one instant are added before they are judged.
func (h *historyRows) sort(r *reading, file string) {
	h.by = groupRows(h.entrants, r.roll.len())
	for e := range r.roll.len() {
		rows := h.by.of(uint32(e))
		slices.SortFunc(rows, func(a, b uint32) int {
			return cmp.Or(cmp.Compare(h.locks[a], h.locks[b]), cmp.Compare(h.times[a], h.times[b]), cmp.Compare(a, b))
		})
		h.runs(rows, func(lock uint8, rows []uint32) {
			var balance merkle.Amount
			h.instants(rows, func(_ int64, in, out merkle.Amount, last uint32) bool {
				sum, ok := balance.Add(in)
				if ok {
					balance, ok = sum.Sub(out)
				}
				if !ok {
					r.faults.Add(&merkle.Fault{Pos: h.places.at(file, int(last)), Field: "change", Value: r.roll.entrants[e].Account.String(),
						Err: fmt.Errorf("%w: %s, of lock %d", ErrOverdrawn, out.Tokens(r.c.Rule.Astra.StakeDecimals), r.c.Rule.Astra.Locks[lock].Months)})
				}
				return ok
			})
		})
	}
}

// runs calls each with the rows of each lock.
func (h *historyRows) runs(rows []uint32, each func(lock uint8, rows []uint32)) {
	for from := 0; from < len(rows); {
		to := from + 1
		for to < len(rows) && h.locks[rows[to]] == h.locks[rows[from]] {
			to++
		}
		each(h.locks[rows[from]], rows[from:to])
		from = to
	}
}

// instants calls each with what came in and went out at each instant of one lock, until each returns false. last is the row to blame: the last
// withdrawal of the instant.
func (h *historyRows) instants(rows []uint32, each func(t int64, in, out merkle.Amount, last uint32) bool) {
	for from := 0; from < len(rows); {
		var in, out merkle.Amount
		t, last, to := h.times[rows[from]], rows[from], from
		for ; to < len(rows) && h.times[rows[to]] == t; to++ {
			v := h.numbers.amount(h.amounts[rows[to]])
			if h.minus[rows[to]] {
				out, _ = out.Add(v) // what does not fit is more than any balance
				last = rows[to]
			} else {
				in, _ = in.Add(v)
			}
		}
		if !each(t, in, out, last) {
			return
		}
		from = to
	}
}
