package alloc

import (
	"bytes"
	"errors"
	"fmt"
	"math/big"
	"slices"

	merkle "github.com/merkle-drop/merkle"
)

// laterFault is a fault about rows whose places are known only when the input is read once more.
type laterFault struct {
	key  []byte // faults are told by ascending keys
	rows [2]uint32
	make func(at [2]merkle.Pos) *merkle.Fault
}

// laterFaults keeps the first of them, as many as are told, and counts all.
type laterFaults struct {
	list  []laterFault
	count int
}

func (l *laterFaults) add(f laterFault) {
	l.count++
	if l.list = append(l.list, f); len(l.list) >= 4*merkle.MaxFaults {
		l.cut()
	}
}

func (l *laterFaults) cut() {
	slices.SortStableFunc(l.list, func(a, b laterFault) int { return bytes.Compare(a.key, b.key) })
	l.list = l.list[:min(len(l.list), merkle.MaxFaults)]
}

// places are the rows that the faults are about.
func (l *laterFaults) places(into map[uint32]merkle.Pos) {
	l.cut()
	for _, f := range l.list {
		into[f.rows[0]], into[f.rows[1]] = merkle.Pos{}, merkle.Pos{}
	}
}

// tell adds the faults.
func (l *laterFaults) tell(to *merkle.Faults, places map[uint32]merkle.Pos) {
	for _, f := range l.list {
		to.Add(f.make([2]merkle.Pos{places[f.rows[0]], places[f.rows[1]]}))
	}
	to.More += l.count - len(l.list)
}

// twice is the rows of accounts that were there before: one bit a row, and the first by their place in the list.
type twice struct {
	rows  []uint64
	count int
	first []repeat
}

// repeat is a row and the first one of the same account.
type repeat struct{ row, before uint32 }

func (t *twice) add(rows int, r repeat) {
	if t.rows == nil {
		t.rows = make([]uint64, (rows+63)/64)
	}
	t.rows[r.row/64] |= 1 << (r.row % 64)
	t.count++
	if t.first = append(t.first, r); len(t.first) >= 4*merkle.MaxFaults {
		t.cut()
	}
}

func (t *twice) cut() {
	slices.SortFunc(t.first, func(a, b repeat) int { return int(int64(a.row) - int64(b.row)) })
	t.first = t.first[:min(len(t.first), merkle.MaxFaults)]
}

func (t *twice) has(row int) bool { return t.rows != nil && t.rows[row/64]>>(row%64)&1 == 1 }

// again reads an input once more, for places: what is wrong with single rows is known, so nothing of that is told twice.
func (s *stream) again(open func() (*source, error), read func(src *source) error) (err error) {
	faults, opened, refused := s.faults, s.opened, s.refused
	s.faults, s.refused, s.unpayable = new(merkle.Faults), refusedAccounts{}, map[Entrant]bool{} // rows are accepted as they were
	defer func() { s.faults, s.opened, s.refused = faults, opened, refused }()
	src, err := open()
	if src == nil {
		return errors.Join(err, s.faults.Err())
	}
	defer func() { err = errors.Join(err, src.abandon(), src.Err(), s.ctx.Err()) }()
	return read(src)
}

// diagnose refuses repeated accounts, the row with which a pool is passed, and sums that cannot be paid. The list is read once more for their places,
// and only when there is something to say.
func (s *fixedStream) diagnose() error {
	pools := make([]poolWatch, len(s.c.Tokens))
	passed := false
	for k := range pools {
		p := &pools[k]
		p.scale = max(s.finest, s.decimals(k))
		p.limit = s.c.Tokens[k].Pool.Big()
		p.limit.Mul(p.limit, pow10(p.scale-s.decimals(k)))
		passed = passed || s.whole[k].at(p.scale).Cmp(p.limit) > 0
	}
	if s.twice.count == 0 && s.unpaid.count == 0 && !passed {
		return nil
	}
	s.twice.cut()
	before := map[uint32]uint32{} // row -> the first of its account
	accounts, amounts := map[uint32]merkle.Pos{}, map[uint32]merkle.Pos{}
	for _, r := range s.twice.first {
		before[r.row] = r.before
		accounts[r.before] = merkle.Pos{}
	}
	s.unpaid.places(amounts)
	faults := s.faults
	err := s.again(s.openList, func(src *source) error {
		return s.scan(src, func(row *streamRow) error {
			if row.excluded {
				return nil
			}
			n := uint32(s.rows)
			if _, wanted := accounts[n]; wanted {
				accounts[n] = placeOf(src.name, row.account)
			}
			if _, wanted := amounts[n]; wanted {
				amounts[n] = placeOf(src.name, row.amountCell)
			}
			if s.twice.has(s.rows) {
				first, known := before[n]
				what := error(ErrDuplicate)
				if known {
					what = fmt.Errorf("%w, first at %s", ErrDuplicate, accounts[first])
				}
				faults.Add(&merkle.Fault{Pos: placeOf(src.name, row.account), Field: "account", Value: row.e.Account.String(), Err: what})
				return nil
			}
			if over := pools[row.token].count(s, row); over != nil {
				faults.Add(&merkle.Fault{Pos: placeOf(src.name, row.amountCell), Field: "amount", Value: string(appendDecimal(nil, row.digits, int(row.scale))),
					Err: fmt.Errorf("%w of token %s (%s over)", ErrPool, s.c.Tokens[row.token].ID, decimalText(over, pools[row.token].scale))})
			}
			return nil
		})
	})
	s.unpaid.tell(s.faults, amounts)
	return err
}

// poolWatch is the sum of a token's rows, held against its pool.
type poolWatch struct {
	sum, limit *big.Int // in 10^-scale
	scale      int
}

// count adds a row and returns by how much the pool is passed, when it is this row that does it.
func (p *poolWatch) count(s *fixedStream, row *streamRow) *big.Int {
	if p.sum == nil {
		p.sum = new(big.Int)
	}
	within := p.sum.Cmp(p.limit) <= 0
	add := func(digits merkle.Amount, of uint8) {
		v := digits.Big()
		p.sum.Add(p.sum, v.Mul(v, pow10(p.scale-int(of))))
	}
	add(row.digits, row.scale)
	if s.locked {
		add(row.ldigits, row.lscale)
	}
	if within && p.sum.Cmp(p.limit) > 0 {
		return new(big.Int).Sub(p.sum, p.limit)
	}
	return nil
}

// placeOf is a place as places keeps it.
func placeOf(file string, c cell) merkle.Pos {
	var p places
	p.add(c)
	return p.at(file, 0)
}
