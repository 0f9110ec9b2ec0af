package alloc

import (
	"encoding/binary"
	"fmt"

	merkle "github.com/merkle-drop/merkle"
)

// poll is the votes of one entrant in one proposal, met by row, or by time and then row where times decide: voteRows.choose without holding them.
type poll struct {
	begun    bool
	chain    uint16
	raw      []byte
	proposal int
	first    uint32 // row of the first
	last     uint32
	time     [12]byte // of the last
	power    merkle.Amount
	sum      total
}

// refusals are what is wrong with the votes of one entrant, by proposal. They are told by the entrant's first row, which is known when all are met.
type refusals struct {
	list  []laterFault
	count int
	first uint32
	met   bool
}

// tell hands them on and begins anew.
func (r *refusals) tell(to *laterFaults) {
	for i, f := range r.list {
		f.key = binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, r.first), uint32(i))
		to.add(f)
	}
	to.count += r.count - len(r.list)
	*r = refusals{}
}

// vote adds a row to the present entrant.
func (s *voteStream) vote(c *chainRows, record []byte) {
	p := &s.poll
	proposal, row := c.number(record), c.rowOf(record)
	power := getAmount(record[c.restAt():])
	if r := &s.refusals; !r.met || row < r.first {
		r.met, r.first = true, row
	}
	if p.begun && p.proposal != proposal {
		s.cast()
	}
	if !p.begun {
		*p = poll{begun: true, chain: c.chain, raw: append(p.raw[:0], c.raw(record)...), proposal: proposal, first: row, last: row, power: power}
		p.keepTime(c, record, s.timed)
		p.sum.add(power)
		return
	}
	p.sum.add(power)
	switch s.rule.set.Duplicates {
	case "first", "last":
		if s.timed && string(p.time[:]) == string(record[c.aboutAt()+2:][:12]) {
			s.twice(p.last, row, ErrSameTime)
		}
		if s.rule.set.Duplicates == "last" {
			p.power = power
		}
	case "max":
		if power.Cmp(p.power) > 0 {
			p.power = power
		}
	case "sum": // when all are there
	default:
		s.twice(p.first, row, ErrDuplicate)
	}
	p.last = row
	p.keepTime(c, record, s.timed)
}

func (p *poll) keepTime(c *chainRows, record []byte, timed bool) {
	if timed {
		copy(p.time[:], record[c.aboutAt()+2:])
	}
}

// cast ends a proposal.
func (s *voteStream) cast() {
	p := &s.poll
	if !p.begun {
		return
	}
	power := p.power
	if s.rule.set.Duplicates == "sum" {
		if sum, ok := p.sum.amount(); ok {
			power = sum
		} else {
			s.twice(p.first, p.last, merkle.ErrOverflow)
		}
	}
	s.own.proposals, s.own.powers = append(s.own.proposals, uint16(p.proposal)), append(s.own.powers, s.own.numbers.code(power))
	p.begun = false
}

// twice refuses a vote as voteRows.duplicate does.
func (s *voteStream) twice(first, second uint32, err error) {
	p := &s.poll
	account, _ := merkle.NewAccount(s.chains[p.chain].Family(), p.raw) // was one before it was sorted
	id := s.rule.props.ids[p.proposal]
	if s.refusals.count++; len(s.refusals.list) == merkle.MaxFaults {
		return
	}
	s.refusals.list = append(s.refusals.list, laterFault{rows: [2]uint32{second, first}, make: func(at [2]merkle.Pos) *merkle.Fault {
		return &merkle.Fault{Pos: at[0], Field: "account", Value: account.String(), Err: fmt.Errorf("%w, in proposal %q, first at %s", err, id, at[1])}
	}})
}

// diagnose tells what is wrong with votes, with places.
func (s *voteStream) diagnose() error {
	if s.wrong.count == 0 {
		return nil
	}
	places := map[uint32]merkle.Pos{}
	s.wrong.places(places)
	err := s.again(s.open, func(src *source) error {
		return s.scan(src, func(row *voteRow) error {
			if _, wanted := places[uint32(s.rows)]; wanted {
				places[uint32(s.rows)] = placeOf(src.name, row.account)
			}
			return nil
		})
	})
	s.wrong.tell(s.faults, places)
	return err
}
