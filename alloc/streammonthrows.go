package alloc

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/big"

	merkle "github.com/merkle-drop/merkle"
)

// merge brings the rows of every entrant together.
func (s *monthStream) merge() error {
	err := s.settle(s.meet, s.keepMonth)
	s.enrolled = 0 // who is entitled is known later
	return err
}

// meet takes a record of the present entrant.
func (s *monthStream) meet(c *chainRows, record []byte) {
	x := &s.own
	if !x.begun {
		account, _ := merkle.NewAccount(s.chains[c.chain].Family(), c.raw(record)) // was one before it was sorted
		x.begun, x.e = true, Entrant{account, c.chain}
		x.excluded = s.excludes(x.e)
	}
	rest := record[c.restAt():]
	switch c.number(record) {
	case ofPositions:
		p := getPosition(rest)
		x.in.add(0, p.month, p.period, p.allocation, p.entitlement, p.exited)
		x.left = append(x.left, 0)
	case ofPaid:
		x.before, _ = x.before.Add(getAmount(rest[:s.number])) // as Compute adds them
	case ofExits:
		if !s.m.lost() {
			s.leave(c.rowOf(record), rest)
		}
	default:
		s.rule.row(c, record)
	}
}

// unelected is the row of the present entrant's allocation of a month that waits for an election, or -1.
func (x *monthEntrant) unelected(month int) int {
	for i := range x.in.entrants {
		if x.in.periods[i] == 0 && int(x.in.months[i]) == month {
			return i
		}
	}
	return -1
}

// keepMonth ends an entrant and keeps what its month is computed from.
func (s *monthStream) keepMonth(to *settledChain, raw []byte) error {
	x := &s.own
	if s.asked[x.e] {
		s.roll.add(x.e)
	}
	kept := binary.AppendUvarint(s.packed[:0], uint64(x.in.len()))
	for i := range x.in.entrants {
		kept = binary.AppendUvarint(kept, uint64(x.in.months[i]))
		kept = binary.AppendUvarint(kept, uint64(x.in.periods[i]))
		kept = append(kept, byte(btoi(x.in.exited[i])|btoi(x.left[i] > 0)<<1))
		kept = appendNumber(appendNumber(kept, x.in.allocations[i]), x.in.entitlements[i])
	}
	kept, some := s.rule.entrant(appendNumber(kept, x.before))
	s.packed = kept
	some = some || x.in.len() > 0 || !x.before.IsZero()
	*x = monthEntrant{in: x.in, left: x.left[:0]}
	x.in.cut()
	if !some {
		return nil
	}
	s.kept++
	return s.put(to, raw, kept)
}

// cut drops all rows and keeps their memory.
func (p *positionRows) cut() {
	*p = positionRows{p.entrants[:0], p.months[:0], p.periods[:0], p.allocations[:0], p.entitlements[:0], p.exited[:0]}
}

// monthPiece is some settled entrants.
type monthPiece struct {
	entrants []Entrant
	in       positionRows
	status   []uint8 // by row of in
	before   []merkle.Amount

	weights   []merkle.Amount // Active Staking
	elections electionRows
	stakes    stakeRows // Open Staking
	listed    []bool    // shares in the month's pool

	dropped []bool   // set by share: gets nothing of it
	given   *big.Int // set by share: what became allocations
}

// clear empties the piece.
func (p *monthPiece) clear() {
	p.in.cut()
	p.entrants, p.status, p.before, p.weights, p.listed, p.dropped = p.entrants[:0], p.status[:0], p.before[:0], p.weights[:0], p.listed[:0], p.dropped[:0]
	e, k := &p.elections, &p.stakes
	e.entrants, e.months, e.choices, e.parts = e.entrants[:0], e.months[:0], e.choices[:0], e.parts[:0]
	k.entrants, k.amounts, k.periods = k.entrants[:0], k.amounts[:0], k.periods[:0]
}

// rows is how many rows the piece has besides entrants.
func (p *monthPiece) rows() int {
	return p.in.len() + len(p.elections.entrants) + len(p.stakes.entrants)
}

// unpacking reads what was kept of an entrant, and keeps the first error.
type unpacking struct {
	from *bufio.Reader
	room [32]byte
	err  error
}

func (u *unpacking) int() int {
	v, err := binary.ReadUvarint(u.from)
	if err == nil && v > maxEntrants {
		err = io.ErrUnexpectedEOF
	}
	u.fail(err)
	return int(v)
}

func (u *unpacking) amount() merkle.Amount {
	n := int(u.flags())
	if n > len(u.room) {
		u.fail(io.ErrUnexpectedEOF)
		return merkle.Amount{}
	}
	_, err := io.ReadFull(u.from, u.room[:n])
	u.fail(err)
	return getAmount(u.room[:n])
}

func (u *unpacking) flags() byte {
	b, err := u.from.ReadByte()
	u.fail(err)
	return b
}

func (u *unpacking) fail(err error) {
	if u.err == nil {
		u.err = err
	}
}

// add reads an entrant into the piece.
func (p *monthPiece) add(e Entrant, u *unpacking, rule monthly) {
	id := uint32(len(p.entrants))
	p.entrants = append(p.entrants, e)
	for n := u.int(); n > 0 && u.err == nil; n-- {
		month, period, flags := u.int(), u.int(), u.flags()
		allocation := u.amount()
		p.in.add(id, month, period, allocation, u.amount(), flags&1 > 0)
		status := kept
		if flags&2 > 0 {
			status = left
		}
		p.status = append(p.status, status)
	}
	p.before = append(p.before, u.amount())
	rule.unpack(p, u)
	p.dropped = append(p.dropped, false)
}

// pieces calls visit for the settled entrants, piece by piece, those of one chain after the other.
func (s *monthStream) pieces(visit func(p *monthPiece) error) error {
	p, done := new(monthPiece), int64(0)
	raw := make([]byte, 32)
	for _, c := range s.settled {
		u := &unpacking{from: bufio.NewReaderSize(io.NewSectionReader(c.file.file, 0, c.file.at), s.block(4))}
		for at := 0; at < c.len; {
			if err := s.ctx.Err(); err != nil {
				return err
			}
			p.clear()
			for ; at < c.len && len(p.entrants) < s.most && p.rows() < 2*s.most; at++ {
				_, err := io.ReadFull(u.from, raw[:c.account])
				var account merkle.Account
				if err == nil {
					account, err = merkle.NewAccount(c.family, raw[:c.account])
				}
				if err == nil {
					p.add(Entrant{account, c.chain}, u, s.rule)
				}
				if err = errors.Join(err, u.err); err != nil {
					return fmt.Errorf("%s: %w", c.file.file.Name(), err)
				}
			}
			if err := visit(p); err != nil {
				return err
			}
			done += int64(len(p.entrants))
			s.progress("shares", done, s.kept)
		}
	}
	return nil
}
