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

// Columns of a history.
const (
	historyAccount = iota
	historyTime
	historyLock
	historyChange
	historyChain
)

func historyColumns() []column {
	return []column{{"account", false}, {"time", false}, {"lock", false}, {"change", false}, {"chain", true}}
}

// historyRow is one deposit or withdrawal.
type historyRow struct {
	e      Entrant
	time   int64
	lock   uint8 // index of the campaign's locks
	minus  bool
	amount merkle.Amount // in 10^-stakeDecimals
}

// historyRow reads the present row; ok is false when it was refused.
func (s *source) historyRow(set *campaign.Astra, at int64) (row historyRow, ok bool) {
	row.e, ok = s.account(historyAccount, historyChain)
	var err error
	row.time, err = campaign.Instant(s.cell(historyTime))
	if err == nil && row.time > at {
		err = fmt.Errorf("%w, %s", ErrAfter, set.At)
	}
	if err != nil {
		s.no(historyTime, err)
		ok = false
	}
	months, err := strconv.Atoi(string(s.cell(historyLock)))
	l := slices.IndexFunc(set.Locks, func(x campaign.Lock) bool { return x.Months == months })
	if err != nil || l < 0 || strconv.Itoa(months) != string(s.cell(historyLock)) {
		s.no(historyLock, fmt.Errorf("%w, %s", ErrUnknownLock, lockList(set)))
		ok = false
	}
	row.lock = uint8(l)
	digits := s.cell(historyChange)
	if row.minus = len(digits) > 0 && digits[0] == '-'; row.minus {
		digits = digits[1:]
	}
	decimals := int(set.StakeDecimals)
	v, scale, err := parseDecimal(digits, decimals)
	if err == nil {
		var fits bool
		if row.amount, fits = shift(v, decimals-int(scale)); !fits {
			err = merkle.ErrOverflow
		} else if v.IsZero() {
			err = ErrNoChange
		}
	}
	if err != nil {
		s.no(historyChange, err)
		ok = false
	}
	return row, ok
}

func (r *reading) readHistory(set *campaign.Astra, at int64) (*historyRows, error) {
	h := new(historyRows)
	if set.History == nil {
		return h, nil
	}
	s, err := r.open(set.History, "history", historyColumns())
	if s == nil {
		return h, err
	}
	h.chain = s.has(historyChain)
	for s.next() {
		row, ok := s.historyRow(set, at)
		if !ok {
			continue
		}
		id, ok := r.enter(s, historyAccount, row.e)
		if !ok || s.full(historyAccount, len(h.entrants)) {
			continue
		}
		h.entrants, h.zones = append(h.entrants, id), append(h.zones, zoneOf(s.cell(historyTime)))
		h.add(row)
		h.places.add(s.cells[s.col[historyChange]])
	}
	decimals := int(set.StakeDecimals)
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

// add appends what scores are computed from.
func (h *historyRows) add(row historyRow) {
	h.times, h.locks = append(h.times, row.time), append(h.locks, row.lock)
	h.minus, h.amounts = append(h.minus, row.minus), append(h.amounts, h.numbers.code(row.amount))
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
		h.overdrawn(rows, func(lock uint8, out merkle.Amount, last uint32) {
			r.faults.Add(overdraft(r.c.Rule.Astra, h.places.at(file, int(last)), r.roll.entrants[e].Account, lock, out))
		})
	}
}

// overdrawn calls refuse once for each lock whose balance falls below 0 in the rows of an entrant, which are by lock, then time: with what is withdrawn at the first
// such instant, and the row to blame.
func (h *historyRows) overdrawn(rows []uint32, refuse func(lock uint8, out merkle.Amount, last uint32)) {
	h.runs(rows, func(lock uint8, rows []uint32) {
		var balance merkle.Amount
		h.instants(rows, func(_ int64, in, out merkle.Amount, last uint32) bool {
			sum, ok := balance.Add(in)
			if ok {
				balance, ok = sum.Sub(out)
			}
			if !ok {
				refuse(lock, out, last)
			}
			return ok
		})
	})
}

// overdraft is the fault of a balance below 0.
func overdraft(set *campaign.Astra, at merkle.Pos, account merkle.Account, lock uint8, out merkle.Amount) *merkle.Fault {
	return &merkle.Fault{Pos: at, Field: "change", Value: account.String(), Err: fmt.Errorf("%w: %s, of lock %d", ErrOverdrawn, out.Tokens(set.StakeDecimals), set.Locks[lock].Months)}
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
