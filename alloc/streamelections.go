package alloc

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/big"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/campaign"
)

// electionStream is elections through disk: an entrant's come by month, choice and row.
type electionStream struct {
	*monthStream
	set *campaign.NoonActive

	parts   numbered[share]
	shares  []share // by number of a part, when all are there
	choices int     // rows
	wrong   laterFaults

	// of the present entrant
	group  electionGroup
	faulty []laterFault // by group
	beyond int          // more of them
	least  uint32       // 1 + its first row
	taken  []byte       // those that divide an allocation, as they are kept
	count  int
}

// electionGroup is the choices for one allocation.
type electionGroup struct {
	begun         bool
	month         int
	rows          int
	first, second uint32 // rows by choice
	least         uint32 // first in the file
	choice        uint16 // of the last one
	last          uint32
	twice         bool   // the last one is there twice
	row           uint32 // second time
	sum           *big.Rat
	from          int // where its choices begin in electionStream.taken
	before        int // electionStream.count before it
}

func (s *electionStream) openElections() (*source, error) {
	return s.open(s.set.Elections, "elections", []column{{"account", false}, {"choice", false}, {"part", true}, {"month", true}, {"chain", true}})
}

// electionRow is an accepted row of the elections.
type electionRow struct {
	e       Entrant
	choice  uint16
	part    uint16 // number
	month   int    // 0: none is named
	account cell
}

// readElections is reading.readElections.
func (s *electionStream) readElections() error {
	if _, err := s.parts.add([]byte("1"), share{big.NewRat(1, 1), "1"}, ""); err != nil || s.set.Elections == nil {
		return err
	}
	src, err := s.openElections()
	if src == nil {
		return err
	}
	part, month, chain := src.has(2), src.has(3), src.has(4)
	text, err := s.newInputText("elections", 8, func(dst []byte, at uint16, kept []byte) []byte {
		dst = append(append(dst, ','), choiceText(binary.BigEndian.Uint16(kept))...)
		if part {
			dst = append(append(dst, ','), s.parts.at(binary.BigEndian.Uint16(kept[2:])).text...)
		}
		if month {
			if dst = append(dst, ','); kept[4]|kept[5]|kept[6]|kept[7] != 0 {
				dst = campaign.AppendMonth(dst, int(binary.BigEndian.Uint32(kept[4:])))
			}
		}
		return s.chainText(dst, chain, at)
	})
	if err == nil {
		err = s.scanElections(src, func(x *electionRow) error {
			kept := text.begin(x.e)
			binary.BigEndian.PutUint16(kept, x.choice)
			binary.BigEndian.PutUint16(kept[2:], x.part)
			binary.BigEndian.PutUint32(kept[4:], uint32(x.month))
			of := x.month
			if of == 0 {
				of = s.m.month
			}
			c, rest := s.record(ofElections, of, x.choice, x.e, s.choices)
			binary.BigEndian.PutUint16(rest, x.part)
			return errors.Join(text.add(), c.sorter.Add(c.record))
		})
	}
	return s.finishInput(src, text, err, "")
}

// scanElections calls visit for every accepted row.
func (s *electionStream) scanElections(src *source, visit func(x *electionRow) error) error {
	const account, choice, part, month, chain = 0, 1, 2, 3, 4
	var x electionRow
	s.choices = 0
	for src.next() {
		var ok, good bool
		x.e, ok = src.account(account, chain)
		x.choice, good = src.choice(choice, s.set.Vesting.Periods)
		ok = ok && good
		if x.part = 0; src.has(part) {
			if x.part, good = s.parts.find(src.cell(part)); !good {
				v, err := parsePart(src.cell(part))
				if err != nil {
					src.no(part, err)
					ok = false
				} else if x.part, err = s.parts.add(src.cell(part), v, "parts of allocations"); err != nil {
					return err
				}
			}
		}
		x.month, good = src.elected(month, s.m.month)
		if !ok || !good {
			continue
		}
		if _, ok := s.enters(src, account, x.e); !ok || src.full(account, s.choices) {
			continue
		}
		x.account = src.cells[src.col[account]]
		if err := visit(&x); err != nil {
			return err
		}
		s.choices++
	}
	return nil
}

// partsRead are the parts by their numbers, when all are there.
func (s *electionStream) partsRead() []share {
	list := make([]share, len(s.parts.numbers))
	for i := range list {
		list[i] = *s.parts.at(uint16(i))
	}
	return list
}

// elect takes a record of the present entrant. listed says whether it shares in this month's pool.
func (s *electionStream) elect(c *chainRows, record []byte, listed bool) {
	about := record[c.aboutAt():]
	month, choice := int(binary.BigEndian.Uint32(about[2:])), binary.BigEndian.Uint16(about[6:])
	row, part := c.rowOf(record), binary.BigEndian.Uint16(record[c.restAt():])
	if s.least == 0 || row+1 < s.least {
		s.least = row + 1
	}
	g := &s.group
	if g.begun && g.month != month {
		s.endGroup(listed)
	}
	if !g.begun {
		sum := g.sum
		if sum == nil {
			sum = new(big.Rat)
		}
		*g = electionGroup{begun: true, month: month, first: row, least: row, sum: sum.SetInt64(0), from: len(s.taken), before: s.count}
	} else if choice == g.choice && !g.twice {
		g.twice, g.row = true, row
	}
	if g.rows++; g.rows == 2 {
		g.second = row
	}
	g.least = min(g.least, row)
	if g.twice {
		return
	}
	g.choice, g.last = choice, row
	g.sum.Add(g.sum, s.shares[part].value)
	s.taken = binary.AppendUvarint(s.taken, uint64(month))
	s.taken = binary.AppendUvarint(s.taken, uint64(choice))
	s.taken = binary.AppendUvarint(s.taken, uint64(part))
	s.count++
}

// endGroup is what electionRows.check does with the rows of one allocation. Those that have no effect are not kept.
func (s *electionStream) endGroup(listed bool) {
	g := &s.group
	if !g.begun {
		return
	}
	g.begun = false
	now := s.m.month
	there, pass := listed, s.own.excluded
	if g.month != now {
		there, pass = s.own.unelected(g.month) >= 0, s.m.lost()
	}
	if !there {
		s.taken, s.count = s.taken[:g.from], g.before
	}
	account := func() string { return s.own.e.Account.String() }
	switch {
	case !there && !pass:
		err := ErrNoAllocation
		if g.month != now {
			err = fmt.Errorf("%w (%s)", ErrNotOpen, campaign.MonthText(g.month))
		}
		s.fault(g.first, g.first, "account", account(), err)
	case g.twice:
		s.fault(g.row, g.last, "choice", choiceText(g.choice), ErrDuplicate)
	case s.set.Mixed == "no" && g.rows > 1:
		s.fault(g.second, g.second, "account", account(), ErrMixed)
	case g.sum.Cmp(s.shares[0].value) != 0: // which is 1
		s.fault(g.least, g.least, "account", account(), fmt.Errorf("%w, those for %s come to %s", ErrParts, campaign.MonthText(g.month), g.sum.RatString()))
	}
}

// fault keeps a fault of the present entrant.
func (s *electionStream) fault(row, first uint32, field, value string, err error) {
	if len(s.faulty) == merkle.MaxFaults {
		s.beyond++
		return
	}
	s.faulty = append(s.faulty, laterFault{rows: [2]uint32{row, first}, make: func(at [2]merkle.Pos) *merkle.Fault {
		if errors.Is(err, ErrDuplicate) {
			err = fmt.Errorf("%w, first at %s", ErrDuplicate, at[1])
		}
		return &merkle.Fault{Pos: at[0], Field: field, Value: value, Err: err}
	}})
}

// tellRefused hands the faults of an entrant on: entrants are told in the order in which they were met, first those with points.
func (s *electionStream) tellRefused(points uint32) {
	key := make([]byte, 9)
	if binary.BigEndian.PutUint32(key[1:], points); points == 0 {
		key[0] = 1
		binary.BigEndian.PutUint32(key[1:], s.least)
	}
	for i, f := range s.faulty {
		binary.BigEndian.PutUint32(key[5:], uint32(i))
		f.key = append([]byte(nil), key...)
		s.wrong.add(f)
	}
	s.wrong.count += s.beyond
	s.faulty, s.beyond, s.least = s.faulty[:0], 0, 0
}

// takeElections appends what is kept of the present entrant's elections.
func (s *electionStream) takeElections(dst []byte) []byte {
	dst = append(binary.AppendUvarint(dst, uint64(s.count)), s.taken...)
	s.taken, s.count = s.taken[:0], 0
	return dst
}

// unpack reads what takeElections has appended, of the last entrant of the piece.
func (s *electionStream) unpack(p *monthPiece, u *unpacking) {
	e := &p.elections
	for n := u.int(); n > 0 && u.err == nil; n-- {
		e.entrants, e.months = append(e.entrants, uint32(len(p.entrants)-1)), append(e.months, int32(u.int()))
		e.choices, e.parts = append(e.choices, uint16(u.int())), append(e.parts, uint32(u.int()))
	}
}
