package alloc

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/big"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/campaign"
)

// stakeStream is jupiter-asr/v2 through disk.
type stakeStream struct {
	weightStream
	rule   *asr2 // settings and totals only
	number int   // bytes of the digits of an amount in a record
	rows   int
	total  scaleSum

	sameDay, overlapping, wide laterFaults // a day twice, intervals that overlap, sums that do not fit
	refusals                   refusals    // overlaps of the present entrant
	stake                      stake       // of the present entrant
}

// stake is what is known of one entrant while its rows are met, by day or by the beginning of intervals.
type stake struct {
	weight     merkle.Amount
	begun      bool
	day        int    // of the row before
	first      uint32 // the first row of that day
	end        int64  // the latest end of the intervals before
	longest    uint32 // and its row
	wide       []laterFault
	wideBeyond int
}

// stakeRow is an accepted row of the stakes.
type stakeRow struct {
	e                Entrant
	excluded         bool
	digits           merkle.Amount
	scale            uint8
	day              int64 // of the period, from 0
	from, to         int64
	about            []byte // day, or from and to, as written
	account, dayCell cell
}

func newStakeStream(s *stream, number int) *stakeStream {
	x := &stakeStream{weightStream: weightStream{shareStream: newShareStream(s, 80), sum: new(big.Int), passed: new(big.Int)}, rule: &asr2{set: s.c.Rule.JupiterASR2}, number: number}
	x.by = x
	return x
}

func (s *stakeStream) intervals() bool { return s.rule.set.Basis == "intervals" }

// columns of the stakes by basis: amount and chain stand behind what a row is about.
func (s *stakeStream) columns() (want []column, amount, chain int) {
	if s.intervals() {
		return []column{{"account", false}, {"from", false}, {"to", false}, {"amount", false}, {"chain", true}}, 3, 4
	}
	return []column{{"account", false}, {"day", false}, {"amount", false}, {"chain", true}}, 2, 3
}

func (s *stakeStream) open() (*source, error) {
	want, _, _ := s.columns()
	return s.stream.open(&s.rule.set.Stakes, "stakes", want)
}

// read is asr2.read, and measures who is entitled: a day that comes twice is a fault of reading.
func (s *stakeStream) read() error {
	set := s.rule.set
	first, zone, ok := s.rule.period(s.reading)
	if !ok {
		return nil
	}
	if s.intervals() {
		s.rule.bounds = [2]int64{first*86400 - zone, (first+s.rule.unit/86400)*86400 - zone}
	}
	src, err := s.open()
	if src == nil {
		return err
	}
	_, _, chain := s.columns()
	text, err := s.newCanonical(src, "stakes", chain, s.number)
	if err != nil {
		return errors.Join(err, src.abandon())
	}
	defer text.close()
	text.time, text.before = true, true
	if err = text.sort(s.x.Memory / 2); err == nil {
		about, rest := 2, s.number+1
		if s.intervals() {
			about, rest = 8, 8+s.number+1
		}
		s.sorters, err = s.openChains("rows", about, rest, s.x.Memory/2)
	}
	if err != nil {
		return errors.Join(err, src.abandon())
	}
	err = s.scan(src, first, func(row *stakeRow) error {
		s.total[row.scale].add(row.digits)
		if row.digits.BitLen() > 8*s.number {
			return errWideNumber
		}
		if err := text.add(0, row.e, row.digits, row.scale, row.about); err != nil {
			return err
		}
		return s.add(row)
	})
	if err != nil {
		return errors.Join(err, src.abandon())
	}
	rows, err := text.finish()
	if err == nil {
		err = s.measure()
	}
	if err != nil {
		return errors.Join(err, src.abandon())
	}
	src.finish()
	src.bad += int64(s.sameDay.count)
	if err := src.close("sorted", decimalText(s.total.at(int(set.Decimals)), int(set.Decimals)), rows); err != nil {
		return err
	}
	return s.diagnose(first)
}

// add makes the record of a row: about a day, or the beginning of an interval, whose end is in the rest.
func (s *stakeStream) add(row *stakeRow) error {
	c := s.sorters[row.e.Chain]
	rest := c.begin(row.e.Account, int(row.day), uint32(s.rows))
	if s.intervals() {
		binary.BigEndian.PutUint64(c.record[c.aboutAt():], uint64(row.from)+1<<63)
		binary.BigEndian.PutUint64(rest, uint64(row.to))
		rest = rest[8:]
	}
	putAmount(rest[:s.number], row.digits)
	rest[s.number] = row.scale
	return c.sorter.Add(c.record)
}

// scan calls visit for every accepted row.
func (s *stakeStream) scan(src *source, first int64, visit func(row *stakeRow) error) error {
	const account, day, from, to = 0, 1, 1, 2
	_, amount, chain := s.columns()
	var row stakeRow
	s.rows = 0
	for src.next() {
		if s.intervals() {
			var err, err2 error
			if row.from, err = campaign.Instant(src.cell(from)); err != nil {
				src.no(from, err)
			}
			row.to, err2 = campaign.Instant(src.cell(to))
			if err2 == nil && err == nil && row.to <= row.from {
				err2 = ErrInterval
			}
			if err2 != nil {
				src.no(to, err2)
			}
			if err != nil || err2 != nil {
				continue
			}
			row.about = append(append(append(row.about[:0], src.cell(from)...), ','), src.cell(to)...)
		} else {
			at, err := campaign.Day(src.cell(day))
			if err == nil && (at < first || at >= first+s.rule.unit) {
				err = fmt.Errorf("%w, %s to %s", ErrPeriodDay, s.rule.set.From, s.rule.set.To)
			}
			if err != nil {
				src.no(day, err)
				continue
			}
			row.day, row.about, row.dayCell = at-first, append(row.about[:0], src.cell(day)...), src.cells[src.col[day]]
		}
		var ok bool
		var err error
		row.e, ok = src.account(account, chain)
		if row.digits, row.scale, err = parseDecimal(src.cell(amount), int(s.rule.set.Decimals)); err != nil {
			src.no(amount, err)
		}
		if !ok || err != nil {
			continue
		}
		if row.excluded, ok = s.enters(src, account, row.e); !ok || src.full(account, s.rows) {
			continue
		}
		row.account = src.cells[src.col[account]]
		if err := visit(&row); err != nil {
			return err
		}
		s.rows++
	}
	return nil
}

// measure merges the rows of each entrant into its weight.
func (s *stakeStream) measure() error {
	set, a := s.rule.set, s.rule
	if e := set.Eligibility; e != nil {
		if min := s.minimum(e, int(set.Decimals), int(set.Decimals), "average"); min != nil {
			a.min = min.Big()
			a.min.Mul(a.min, big.NewInt(a.unit))
		}
	}
	after := set.Eligibility == nil || set.Eligibility.Denominator != "before"
	var all, passed total
	err := s.settle(s.row, func(to *settledChain, raw []byte) error {
		account, err := merkle.NewAccount(to.family, raw)
		if err != nil {
			return err
		}
		x := s.stake
		s.stake = stake{}
		s.refusals.tell(&s.overlapping)
		if s.excludes(Entrant{account, to.chain}) {
			return nil
		}
		for _, f := range x.wide {
			s.wide.add(f)
		}
		s.wide.count += x.wideBeyond
		entitled := a.min == nil || x.weight.Big().Cmp(a.min) >= 0
		if entitled || !after {
			all.add(x.weight)
		}
		if !entitled {
			return nil
		}
		passed.add(x.weight)
		return s.entitle(to, raw, x.weight)
	})
	s.sum, s.passed = all.big(), passed.big()
	return err
}

// row adds a row to the present entrant.
func (s *stakeStream) row(c *chainRows, record []byte) {
	x, row := &s.stake, c.rowOf(record)
	rest := record[c.restAt():]
	seconds := int64(1)
	if s.intervals() {
		from := int64(binary.BigEndian.Uint64(record[c.aboutAt():]) - 1<<63)
		to := int64(binary.BigEndian.Uint64(rest))
		rest = rest[8:]
		seconds = s.rule.seconds(from, to)
		if r := &s.refusals; !r.met || row < r.first {
			r.met, r.first = true, row
		}
		if x.begun && from < x.end {
			s.overlap(c, record, row, x.longest)
		}
		if !x.begun || to > x.end {
			x.end, x.longest = to, row
		}
	} else {
		day := c.number(record)
		if x.begun && day == x.day {
			s.dayTwice(day, row, x.first)
		} else {
			x.day, x.first = day, row
		}
	}
	x.begun = true
	digits, scale := getAmount(rest[:s.number]), rest[s.number]
	w, ok := s.rule.weight(digits, scale, seconds)
	if ok {
		w, ok = x.weight.Add(w)
	}
	if ok {
		x.weight = w
		return
	}
	if len(x.wide) == merkle.MaxFaults {
		x.wideBeyond++
		return
	}
	x.wide = append(x.wide, laterFault{key: binary.BigEndian.AppendUint32(nil, row), rows: [2]uint32{row, row}, make: func(at [2]merkle.Pos) *merkle.Fault {
		return &merkle.Fault{Pos: at[0], Field: "amount", Value: string(appendDecimal(nil, digits, int(scale))), Err: errWide}
	}})
}

// dayTwice refuses a day that the account has at another row.
func (s *stakeStream) dayTwice(day int, row, first uint32) {
	text := dayText(s.rule.first + int64(day))
	s.sameDay.add(laterFault{key: binary.BigEndian.AppendUint32(nil, row), rows: [2]uint32{row, first}, make: func(at [2]merkle.Pos) *merkle.Fault {
		return &merkle.Fault{Pos: at[0], Field: "day", Value: text, Err: fmt.Errorf("%w, first at %s", ErrDuplicate, at[1])}
	}})
}

// overlap refuses an interval that begins before an earlier one of the account ends.
func (s *stakeStream) overlap(c *chainRows, record []byte, row, longest uint32) {
	if s.refusals.count++; len(s.refusals.list) == merkle.MaxFaults {
		return
	}
	account, _ := merkle.NewAccount(s.chains[c.chain].Family(), c.raw(record)) // was one before it was sorted
	s.refusals.list = append(s.refusals.list, laterFault{rows: [2]uint32{row, longest}, make: func(at [2]merkle.Pos) *merkle.Fault {
		return &merkle.Fault{Pos: at[0], Field: "account", Value: account.String(), Err: fmt.Errorf("%w, at %s", ErrOverlap, at[1])}
	}})
}

// diagnose tells what is wrong with rows, with places.
func (s *stakeStream) diagnose(first int64) error {
	if s.sameDay.count+s.overlapping.count+s.wide.count == 0 {
		return nil
	}
	accounts, days := map[uint32]merkle.Pos{}, map[uint32]merkle.Pos{}
	for _, l := range []*laterFaults{&s.sameDay, &s.overlapping, &s.wide} {
		l.places(accounts)
	}
	for _, f := range s.sameDay.list {
		days[f.rows[0]] = merkle.Pos{}
	}
	err := s.again(s.open, func(src *source) error {
		return s.scan(src, first, func(row *stakeRow) error {
			n := uint32(s.rows)
			if _, wanted := accounts[n]; wanted {
				accounts[n] = placeOf(src.name, row.account)
			}
			if _, wanted := days[n]; wanted {
				days[n] = placeOf(src.name, row.dayCell)
			}
			return nil
		})
	})
	for _, f := range s.sameDay.list {
		s.faults.Add(f.make([2]merkle.Pos{days[f.rows[0]], accounts[f.rows[1]]}))
	}
	s.faults.More += s.sameDay.count - len(s.sameDay.list)
	s.overlapping.tell(s.faults, accounts)
	s.wide.tell(s.faults, accounts)
	return err
}

func (s *stakeStream) refine() error       { return nil } // done when reading
func (s *stakeStream) split() error        { return s.splitBy(nil, false) }
func (s *stakeStream) told(*Outline) error { return nil }
func (s *stakeStream) ruled() rule         { return s.rule }
