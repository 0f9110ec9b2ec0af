package alloc

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strconv"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/campaign"
)

// openStream is noon-open-staking/v1 through disk.
type openStream struct {
	monthStream
	set     *campaign.NoonOpen
	rolled  *noonOpen // what rolls in
	rows    int       // of stakes
	twice   laterFaults
	all     total     // of the stakes that count
	figured stakeRows // of those whom figures are about

	// of the present entrant
	periods []stakedPeriod
	stakes  []byte // as they are kept
	count   int
	first   uint32 // its first row
	faulty  int    // faults
}

// stakedPeriod is a period of an entrant and its first row.
type stakedPeriod struct {
	period uint16
	row    uint32
}

func newOpenStream(s *stream, number int) *openStream {
	x := &openStream{set: s.c.Rule.NoonOpen}
	x.monthStream = newMonthStream(s, &x.set.Months, number)
	x.monthStream.rule, x.sum = x, new(big.Int)
	x.rolled = &noonOpen{months: x.m, set: x.set}
	return x
}

// read is noonOpen.read.
func (s *openStream) read() error {
	if err := s.openRows(); err != nil {
		return err
	}
	if err := s.readStakes(); err != nil {
		return err
	}
	if err := s.rolled.readRolled(s.reading); err != nil {
		return err
	}
	return s.readShared()
}

func (s *openStream) openStakes() (*source, error) {
	return s.open(&s.set.Stakes, "stakes", []column{{"account", false}, {"amount", false}, {"period", false}, {"chain", true}})
}

// readStakes is reading.readStakes.
func (s *openStream) readStakes() error {
	src, err := s.openStakes()
	if src == nil {
		return err
	}
	chain, decimals := src.has(3), int(s.c.Tokens[0].Decimals)
	text, err := s.newInputText("stakes", s.number+2, func(dst []byte, at uint16, kept []byte) []byte {
		dst = appendDecimal(append(dst, ','), getAmount(kept[:s.number]), decimals)
		dst = strconv.AppendUint(append(dst, ','), uint64(binary.BigEndian.Uint16(kept[s.number:])), 10)
		return s.chainText(dst, chain, at)
	})
	var sum total
	if err == nil {
		err = s.scanStakes(src, func(x *openStake) error {
			sum.add(x.amount)
			if x.amount.BitLen() > 8*s.number {
				return errWideNumber
			}
			put := func(dst []byte) {
				putAmount(dst[:s.number], x.amount)
				binary.BigEndian.PutUint16(dst[s.number:], uint16(x.period))
			}
			put(text.begin(x.e))
			c, rest := s.record(ofShares, 0, 0, x.e, s.rows)
			put(rest)
			return errors.Join(text.add(), c.sorter.Add(c.record))
		})
	}
	return s.finishInput(src, text, err, decimalText(sum.big(), decimals))
}

// openStake is an accepted row of the stakes.
type openStake struct {
	e       Entrant
	amount  merkle.Amount // base units
	period  int
	account cell
}

// scanStakes calls visit for every accepted row.
func (s *openStream) scanStakes(src *source, visit func(x *openStake) error) error {
	const account, amount, period, chain = 0, 1, 2, 3
	decimals := int(s.c.Tokens[0].Decimals)
	var x openStake
	s.rows = 0
	for src.next() {
		var ok, good bool
		x.e, ok = src.account(account, chain)
		if x.amount, x.period, good = src.stake(amount, period, decimals, s.set.Vesting.Periods); !ok || !good {
			continue
		}
		if _, ok := s.enters(src, account, x.e); !ok || src.full(account, s.rows) {
			continue
		}
		x.account = src.cells[src.col[account]]
		if err := visit(&x); err != nil {
			return err
		}
		s.rows++
	}
	return nil
}

// refine is noonOpen.refine.
func (s *openStream) refine() error {
	if err := s.merge(); err != nil {
		return err
	}
	s.sum = s.all.big()
	if err := s.refineShared(); err != nil {
		return err
	}
	return s.tellLater(&s.twice, s.openStakes, func(src *source, see func(row int, account cell)) error {
		return s.scanStakes(src, func(x *openStake) error {
			see(s.rows, x.account)
			return nil
		})
	})
}

// row takes a stake of the present entrant.
func (s *openStream) row(c *chainRows, record []byte) {
	row, rest := c.rowOf(record), record[c.restAt():]
	amount, period := getAmount(rest[:s.number]), binary.BigEndian.Uint16(rest[s.number:])
	if len(s.periods) == 0 {
		s.first = row
	}
	s.stand(row, period)
	if s.own.excluded || s.faulty > 0 {
		return
	}
	s.all.add(amount)
	s.stakes = appendNumber(binary.AppendUvarint(s.stakes, uint64(period)), amount)
	s.count++
}

// stand refuses a period that the entrant has at a row before.
func (s *openStream) stand(row uint32, period uint16) {
	at := slices.IndexFunc(s.periods, func(p stakedPeriod) bool { return p.period == period })
	if at < 0 {
		s.periods = append(s.periods, stakedPeriod{period, row})
		return
	}
	key := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, s.first), uint32(s.faulty))
	s.faulty++
	s.twice.add(laterFault{key: key, rows: [2]uint32{row, s.periods[at].row}, make: func(at [2]merkle.Pos) *merkle.Fault {
		return &merkle.Fault{Pos: at[0], Field: "period", Value: strconv.Itoa(int(period)), Err: fmt.Errorf("%w, first at %s", ErrDuplicate, at[1])}
	}})
}

// entrant ends the present entrant: its stakes.
func (s *openStream) entrant(dst []byte) ([]byte, bool) {
	listed := len(s.periods) > 0 && !s.own.excluded
	dst = append(dst, byte(btoi(listed)))
	dst = append(binary.AppendUvarint(dst, uint64(s.count)), s.stakes...)
	s.periods, s.stakes, s.count, s.faulty = s.periods[:0], s.stakes[:0], 0, 0
	return dst, listed
}

func (s *openStream) unpack(p *monthPiece, u *unpacking) {
	p.listed = append(p.listed, u.flags() > 0)
	l := &p.stakes
	for n := u.int(); n > 0 && u.err == nil; n-- {
		l.entrants, l.periods = append(l.entrants, uint32(len(p.entrants)-1)), append(l.periods, uint16(u.int()))
		l.amounts = append(l.amounts, u.amount())
	}
}

// share is noonOpen.allocate until the close.
func (s *openStream) share(r *reading, m *months, p *monthPiece) error {
	o := &noonOpen{months: m, set: s.set, stakes: &p.stakes, counts: slices.Repeat([]bool{true}, len(p.stakes.entrants)), sum: s.sum}
	o.start(r)
	shared, err := o.divide(r)
	if err != nil {
		return err
	}
	o.finish(r)
	p.given = sumAmounts(o.parts)
	for e := range p.dropped {
		p.dropped[e] = p.listed[e] && !shared[e]
	}
	return nil
}

// watch keeps the stakes of an entrant whom a printed figure is about.
func (s *openStream) watch(p *monthPiece, e, as uint32) {
	l, to := &p.stakes, &s.figured
	for i, of := range l.entrants {
		if of == e {
			to.entrants, to.amounts, to.periods = append(to.entrants, as), append(to.amounts, l.amounts[i]), append(to.periods, l.periods[i])
		}
	}
}

func (s *openStream) told(out *Outline) error {
	s.rolled.noteMissed(s.reading, out.Allocation)
	return s.monthStream.told(out)
}

func (s *openStream) ruled() rule {
	s.m.staked = s.figured.counted(func(int) bool { return true })
	return s.rolled
}
