package alloc

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/big"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/campaign"
)

// monthStream is what the rules by months have in common, through disk: all rows of an entrant, of all inputs, come together by its key, are checked,
// and are kept as one record, from which its month is computed piece by piece as Compute does it.
type monthStream struct {
	shareStream
	m      *months // settings; rows only of those whom figures are about
	rule   monthly
	number int // bytes of an amount in a record

	carried   total       // of the positions of the month before
	positions int         // of those, without allocations that wait for an election
	before    total       // paid before this month
	exits     int         // rows
	leaving   laterFaults // what is wrong with exits
	own       monthEntrant
	packed    []byte   // what is kept of it
	sum       *big.Int // of all weights
	kept      int64    // settled entrants
	asked     map[Entrant]bool
	totals    monthTotals
	texts     [3]*textRows   // tables by name
	sums      []*claimWriter // with tranches: what entrants are paid in all, by chain
	unlocks   unlockTexts
}

// monthly is what the rules by months differ in.
type monthly interface {
	row(c *chainRows, record []byte)                  // takes a record of an input that only this rule has
	entrant(dst []byte) (kept []byte, some bool)      // ends the present entrant: appends what is kept of it; some: also when there is nothing else
	unpack(p *monthPiece, u *unpacking)               // reads what entrant has kept
	share(r *reading, m *months, p *monthPiece) error // computes the month of a piece
	watch(p *monthPiece, e, as uint32)                // notes what voting power of entrant e of the piece comes from; as is its number in the roll
}

// What a record of a rule by months is about, in the order in which an entrant's records come. Rows of elections are about a month and a choice too.
const (
	ofShares    = iota // points or stakes
	ofPositions        // of the month before
	ofPaid             // before this month
	ofElections
	ofExits
)

// monthEntrant is the present entrant while its records are met.
type monthEntrant struct {
	begun    bool
	e        Entrant
	excluded bool
	in       positionRows
	left     []uint32 // by row of in: 1 + the row of exits that leaves it
	before   merkle.Amount
}

func newMonthStream(s *stream, set *campaign.Months, number int) monthStream {
	s.gaining = gaining{} // residuals go to a name
	x := monthStream{shareStream: newShareStream(s, 800), m: newMonths(set), number: number, asked: map[Entrant]bool{}}
	x.m.in, x.m.paid = new(positionRows), new(paidRows)
	for i := range s.c.Assert {
		if s.c.Assert[i].Figure == "voting-power" {
			for chain := range s.chains {
				x.asked[Entrant{s.c.Assert[i].Account, uint16(chain)}] = true
			}
		}
	}
	return x
}

// record begins the record of a row; the caller fills what is returned and calls keep.
func (s *monthStream) record(kind, month int, choice uint16, e Entrant, row int) (c *chainRows, rest []byte) {
	c = s.sorters[e.Chain]
	rest = c.begin(e.Account, kind, uint32(row))
	about := c.record[c.aboutAt():]
	binary.BigEndian.PutUint32(about[2:], uint32(month))
	binary.BigEndian.PutUint16(about[6:], choice)
	return c, rest
}

// readShared is months.read.
func (s *monthStream) readShared() error {
	m := s.m
	m.settle(s.reading)
	if err := s.readExits(); err != nil {
		return err
	}
	b, positions, paid, err := m.predecessor(s.reading)
	if b == nil || err != nil {
		return err
	}
	before := len(s.faults.List) + s.faults.More
	if err := s.readPositions(positions); err != nil {
		return err
	}
	if err := s.readPaid(paid); err != nil {
		return err
	}
	if before == len(s.faults.List)+s.faults.More {
		m.prev = b
	}
	return nil
}

// openRows makes the sorters of all inputs.
func (s *monthStream) openRows() (err error) {
	s.sorters, err = s.openChains("rows", 8, positionSize(s.number), s.x.Memory/2)
	return err
}

func (s *monthStream) openExits() (*source, error) {
	return s.open(s.m.set.Exits, "exits", []column{{"account", false}, {"month", false}, {"period", false}, {"chain", true}})
}

// exitRow is an accepted row of the exits.
type exitRow struct {
	e             Entrant
	month, period int
	account       cell
}

// readExits is reading.readExits.
func (s *monthStream) readExits() error {
	if s.m.set.Exits == nil {
		return nil
	}
	src, err := s.openExits()
	if src == nil {
		return err
	}
	chain := src.has(3)
	text, err := s.newInputText("exits", 6, func(dst []byte, at uint16, kept []byte) []byte {
		dst = campaign.AppendMonth(append(dst, ','), int(binary.BigEndian.Uint32(kept)))
		dst = merkle.NewAmount(uint64(binary.BigEndian.Uint16(kept[4:]))).AppendText(append(dst, ','))
		return s.chainText(dst, chain, at)
	})
	if err == nil {
		err = s.scanExits(src, func(x *exitRow) error {
			put := func(dst []byte) {
				binary.BigEndian.PutUint32(dst, uint32(x.month))
				binary.BigEndian.PutUint16(dst[4:], uint16(x.period))
			}
			put(text.begin(x.e))
			c, rest := s.record(ofExits, 0, 0, x.e, s.exits)
			put(rest)
			return errors.Join(text.add(), c.sorter.Add(c.record))
		})
	}
	return s.finishInput(src, text, err, "")
}

// scanExits calls visit for every accepted row.
func (s *monthStream) scanExits(src *source, visit func(x *exitRow) error) error {
	const account, month, period, chain = 0, 1, 2, 3
	var x exitRow
	s.exits = 0
	for src.next() {
		var ok, ok2 bool
		var err error
		x.e, ok = src.account(account, chain)
		if x.month, err = campaign.Month(src.cell(month)); err == nil && x.month >= s.m.month {
			err = ErrNotStarted
		}
		if err != nil {
			src.no(month, err)
		}
		x.period, ok2 = src.period(period)
		if !ok || err != nil || !ok2 {
			continue
		}
		if _, ok := s.enters(src, account, x.e); !ok || src.full(account, s.exits) {
			continue
		}
		x.account = src.cells[src.col[account]]
		if err := visit(&x); err != nil {
			return err
		}
		s.exits++
	}
	return nil
}

// finishInput ends the reading of an input whose rows were added to text, or whose reading has failed.
func (s *monthStream) finishInput(src *source, text *textRows, failed error, sum string) error {
	if failed != nil {
		return errors.Join(failed, text.close(), src.abandon())
	}
	rows, err := text.finish()
	if err != nil {
		return errors.Join(err, src.abandon())
	}
	return src.close("sorted", sum, rows)
}

// chainText is reading.chainCell.
func (s *monthStream) chainText(dst []byte, has bool, chain uint16) []byte {
	if !has {
		return dst
	}
	return append(append(dst, ','), s.chains[chain]...)
}

// monthSize is how many bytes a month is kept in; they ascend with its text, which has four digits of a year and two of a month.
const monthSize = 4

// The form in which a position is kept: month (4 bytes), period (2), exited (1), and two amounts.
func positionSize(width int) int { return 7 + 2*width }

func putPosition(dst []byte, p *position) {
	binary.BigEndian.PutUint32(dst, uint32(p.month))
	binary.BigEndian.PutUint16(dst[4:], uint16(p.period))
	dst[6] = byte(btoi(p.exited))
	width := (len(dst) - 7) / 2
	putAmount(dst[7:7+width], p.allocation)
	putAmount(dst[7+width:7+2*width], p.entitlement)
}

func getPosition(src []byte) position {
	width := (len(src) - 7) / 2
	return position{int(binary.BigEndian.Uint32(src)), int(binary.BigEndian.Uint16(src[4:])), getAmount(src[7 : 7+width]), getAmount(src[7+width : 7+2*width]), src[6] == 1}
}

// positionText renders positions as tables/positions.csv has them.
func (s *monthStream) positionText(dst []byte, chain uint16, kept []byte) []byte {
	p := getPosition(kept)
	return appendPosition(dst, s.chains[chain], p.month, p.period, p.allocation, p.entitlement, p.exited)
}

// paidText renders amounts as tables/paid.csv has them.
func (s *monthStream) paidText(dst []byte, chain uint16, kept []byte) []byte {
	return getAmount(kept).AppendText(append(s.chainText(dst, true, chain), ','))
}

// readPositions is reading.readPositions.
func (s *monthStream) readPositions(in *campaign.Input) error {
	const account, chain = 0, 1
	src, err := s.open(in, "positions", positionColumns)
	if src == nil {
		return err
	}
	text, err := s.newInputText("positions", positionSize(s.number), s.positionText)
	if err == nil {
		text.lead = monthSize
	}
	rows := 0
	for err == nil && src.next() {
		e, ok := src.account(account, chain)
		if !ok {
			continue
		}
		if _, ok := s.enters(src, account, e); !ok || src.full(account, rows) {
			continue
		}
		p, ok := s.position(src, e, s.m.month)
		if !ok {
			s.judge(e) // it may have no other row
			continue
		}
		if p.allocation.BitLen() > 8*s.number {
			err = errWideNumber
			break
		}
		if s.m.completion() {
			s.carried.add(p.allocation)
		} else {
			s.carried.add(p.entitlement)
		}
		s.positions += btoi(p.period > 0)
		putPosition(text.begin(e), &p)
		c, rest := s.record(ofPositions, 0, 0, e, rows)
		putPosition(rest, &p)
		err = errors.Join(text.add(), c.sorter.Add(c.record))
		rows++
	}
	return s.finishInput(src, text, err, "")
}

// readPaid is reading.readPaid.
func (s *monthStream) readPaid(in *campaign.Input) error {
	const account, chain, amount = 0, 1, 2
	src, err := s.open(in, "paid", paidColumns)
	if src == nil {
		return err
	}
	text, err := s.newInputText("paid", s.number, s.paidText)
	rows := 0
	for err == nil && src.next() {
		e, ok := src.account(account, chain)
		if !ok {
			continue
		}
		if _, ok := s.enters(src, account, e); !ok || src.full(account, rows) {
			continue
		}
		v, wrong := s.baseUnits(src, amount, e)
		if wrong != nil {
			src.no(amount, wrong)
			s.judge(e)
			continue
		}
		if v.BitLen() > 8*s.number {
			err = errWideNumber
			break
		}
		s.before.add(v)
		putAmount(text.begin(e), v)
		c, rest := s.record(ofPaid, 0, 0, e, rows)
		putAmount(rest[:s.number], v)
		err = errors.Join(text.add(), c.sorter.Add(c.record))
		rows++
	}
	return s.finishInput(src, text, err, s.before.big().String())
}

// refineShared is months.refine, when all records were met: what is wrong with exits, and with the predecessor's sums.
func (s *monthStream) refineShared() error {
	if s.m.lost() {
		return nil
	}
	err := s.tellLater(&s.leaving, s.openExits, func(src *source, see func(row int, account cell)) error {
		return s.scanExits(src, func(x *exitRow) error {
			see(s.exits, x.account)
			return nil
		})
	})
	if s.m.prev != nil {
		s.m.balance(s.reading, s.carried.big(), s.positions)
	}
	return err
}

// tellLater tells faults about rows of an input, which is read again for the places of their accounts.
func (s *monthStream) tellLater(list *laterFaults, open func() (*source, error), scan func(src *source, see func(row int, account cell)) error) error {
	if list.count == 0 {
		return nil
	}
	places := map[uint32]merkle.Pos{}
	list.places(places)
	err := s.again(open, func(src *source) error {
		return scan(src, func(row int, account cell) {
			if _, wanted := places[uint32(row)]; wanted {
				places[uint32(row)] = placeOf(src.name, account)
			}
		})
	})
	list.tell(s.faults, places)
	return err
}

// leave takes a row of the exits of the present entrant, as months.leave does.
func (s *monthStream) leave(row uint32, rest []byte) {
	x := &s.own
	month, period := int(binary.BigEndian.Uint32(rest)), int(binary.BigEndian.Uint16(rest[4:]))
	found := -1
	for i := range x.in.entrants {
		if int(x.in.months[i]) == month && int(x.in.periods[i]) == period {
			found = i
		}
	}
	no := func(err error, first uint32) {
		account := x.e.Account
		s.leaving.add(laterFault{key: binary.BigEndian.AppendUint32(nil, row), rows: [2]uint32{row, first}, make: func(at [2]merkle.Pos) *merkle.Fault {
			if errors.Is(err, ErrDuplicate) {
				err = fmt.Errorf("%w, first at %s", ErrDuplicate, at[1])
			}
			return &merkle.Fault{Pos: at[0], Field: "account", Value: account.String(), Err: fmt.Errorf("%w (month %s, period %d)", err, campaign.MonthText(month), period)}
		}})
	}
	switch {
	case found < 0:
		no(ErrNoPosition, row)
	case x.in.exited[found]:
		no(ErrExited, row)
	case month+period <= s.m.month:
		no(ErrCompleted, row)
	case x.left[found] > 0:
		no(ErrDuplicate, x.left[found]-1)
	default:
		x.left[found] = row + 1
	}
}
