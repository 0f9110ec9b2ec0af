package alloc

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/big"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/campaign"
)

// activeStream is noon-active-staking/v1 through disk.
type activeStream struct {
	monthStream
	set      *campaign.NoonActive
	dated    bool // month and zone have a meaning
	from, to int64

	points      *pointRows // products and scales; no rows
	multipliers []multiplier
	sets        map[string]uint16 // of multipliers, by their numbers -> index of products
	sources     numbered[string]
	scaled      [][]*big.Int // factors of points, by product, then scale
	rows        int          // of points
	wide        laterFaults  // weights that do not fit

	electionStream

	weight merkle.Amount // of the present entrant
	listed bool
	first  uint32 // 1 + its first row of points
	all    total  // of weights
}

func newActiveStream(s *stream, number int) *activeStream {
	x := &activeStream{set: s.c.Rule.NoonActive, points: &pointRows{products: []decimalFactor{{big.NewInt(1), 0}}}, sets: map[string]uint16{"": 0}}
	x.monthStream = newMonthStream(s, &x.set.Months, number)
	x.monthStream.rule, x.sum = x, new(big.Int)
	x.electionStream.monthStream, x.electionStream.set = &x.monthStream, x.set
	m := x.m
	m.exitPays, m.beforeNone, m.atEnd = true, x.set.BeforeFirst == "nothing", x.set.ExitPaid == "at-end"
	return x
}

// read is noonActive.read.
func (s *activeStream) read() error {
	month, err := campaign.Month([]byte(s.set.Month))
	zone, err2 := campaign.Zone([]byte(s.set.Zone))
	if err != nil || err2 != nil {
		s.faults.Addf(s.c.Rule.Pos, "month %q, zone %q: not a month in a zone", s.set.Month, s.set.Zone)
		return nil
	}
	s.dated, s.m.month, s.from, s.to = true, month, campaign.MonthEnd(month-1, zone), campaign.MonthEnd(month, zone)
	if err := s.openRows(); err != nil {
		return err
	}
	if err := s.readPoints(); err != nil {
		return err
	}
	if err := s.readElections(); err != nil {
		return err
	}
	return s.readShared()
}

// Columns of the points.
const (
	pointAccount = iota
	pointPoints
	pointSource
	pointTime
	pointChain
)

func (s *activeStream) openPoints() (*source, error) {
	return s.open(&s.set.Points, "points", []column{{"account", false}, {"points", false}, {"source", true}, {"time", true}, {"chain", true}})
}

// instantRoom is the longest text of an instant.
const instantRoom = len("2026-01-31T23:59:59+01:00")

// readPoints is reading.readPoints.
func (s *activeStream) readPoints() error {
	s.multipliers = s.readMultipliers(s.set.Multipliers)
	src, err := s.openPoints()
	if src == nil {
		return err
	}
	if len(s.multipliers) > 0 && (!src.has(pointSource) || !src.has(pointTime)) {
		src.fault(cell{line: 1, col: 1}, "multipliers", s.set.Multipliers[0].Source, ErrMultiplier)
		s.multipliers = nil
	}
	p, source, time, chain := s.points, src.has(pointSource), src.has(pointTime), src.has(pointChain)
	// What is kept: digits, their scale (1 byte), the number of the source (2), and the time with its length before it.
	text, err := s.newInputText("points", s.number+4+instantRoom, func(dst []byte, at uint16, kept []byte) []byte {
		dst = appendDecimal(append(dst, ','), getAmount(kept[:s.number]), int(kept[s.number]))
		kept = kept[s.number+1:]
		if source {
			dst = appendCell(append(dst, ','), *s.sources.at(binary.BigEndian.Uint16(kept)))
		}
		if time {
			dst = append(append(dst, ','), kept[3:3+kept[2]]...)
		}
		return s.chainText(dst, chain, at)
	})
	var sum scaleSum
	if err == nil {
		err = s.scanPoints(src, func(x *pointRow) error {
			sum[x.scale].add(x.digits)
			p.scale = max(p.scale, int(x.scale))
			if x.digits.BitLen() > 8*s.number {
				return errWideNumber
			}
			kept := text.begin(x.e)
			putAmount(kept[:s.number], x.digits)
			kept[s.number] = x.scale
			kept = kept[s.number+1:]
			if source {
				n, known := s.sources.find(src.cell(pointSource))
				if !known {
					var err error
					if n, err = s.sources.add(src.cell(pointSource), string(src.cell(pointSource)), "sources"); err != nil {
						return err
					}
				}
				binary.BigEndian.PutUint16(kept, n)
			}
			if time {
				kept[2] = byte(copy(kept[3:], src.cell(pointTime)))
			}
			c, rest := s.record(ofShares, 0, 0, x.e, s.rows)
			putAmount(rest[:s.number], x.digits)
			rest[s.number] = x.scale
			binary.BigEndian.PutUint16(rest[s.number+1:], x.factor)
			return errors.Join(text.add(), c.sorter.Add(c.record))
		})
	}
	return s.finishInput(src, text, err, decimalText(sum.at(p.scale), p.scale))
}

// pointRow is an accepted row of the points.
type pointRow struct {
	e       Entrant
	digits  merkle.Amount
	scale   uint8
	factor  uint16 // index of products
	account cell
}

// scanPoints calls visit for every accepted row.
func (s *activeStream) scanPoints(src *source, visit func(x *pointRow) error) error {
	var x pointRow
	var matched []byte
	s.rows = 0
	for src.next() {
		var ok bool
		var err error
		x.e, ok = src.account(pointAccount, pointChain)
		if x.digits, x.scale, err = parseDecimal(src.cell(pointPoints), maxFraction); err != nil {
			src.no(pointPoints, err)
		}
		var at int64
		if src.has(pointTime) {
			var wrong error
			if at, wrong = campaign.Instant(src.cell(pointTime)); wrong == nil && (at < s.from || at >= s.to) {
				wrong = fmt.Errorf("%w %s", ErrOutside, s.set.Month)
			}
			if wrong != nil {
				src.no(pointTime, wrong)
				continue
			}
		}
		if !ok || err != nil {
			continue
		}
		if _, ok := s.enters(src, pointAccount, x.e); !ok || src.full(pointAccount, s.rows) {
			continue
		}
		if x.factor = 0; len(s.multipliers) > 0 {
			matched = matched[:0]
			for i := range s.multipliers {
				m := &s.multipliers[i]
				if m.source == string(src.cell(pointSource)) && m.from <= at && at < m.to {
					matched = append(matched, byte(i), byte(i>>8))
				}
			}
			if x.factor, ok = s.sets[string(matched)]; !ok {
				p := s.points
				if len(p.products) > 1<<16-1 {
					src.no(pointSource, errors.New("more than 65535 combinations of multipliers"))
					s.judge(x.e)
					continue
				}
				x.factor = uint16(len(p.products))
				s.sets[string(matched)] = x.factor
				p.products = append(p.products, combined(s.multipliers, matched))
				p.factor = max(p.factor, p.products[x.factor].scale)
			}
		}
		x.account = src.cells[src.col[pointAccount]]
		if err := visit(&x); err != nil {
			return err
		}
		s.rows++
	}
	return nil
}

// refine is noonActive.refine.
func (s *activeStream) refine() error {
	if !s.dated {
		return nil
	}
	s.scaled = make([][]*big.Int, len(s.points.products))
	for f := range s.scaled {
		s.scaled[f] = make([]*big.Int, s.points.scale+1)
	}
	s.shares = s.partsRead()
	if err := s.merge(); err != nil {
		return err
	}
	s.sum = s.all.big()
	if err := s.refineShared(); err != nil {
		return err
	}
	err := s.tellLater(&s.wide, s.openPoints, func(src *source, see func(row int, account cell)) error {
		return s.scanPoints(src, func(x *pointRow) error {
			see(s.rows, x.account)
			return nil
		})
	})
	if err != nil {
		return err
	}
	return s.tellLater(&s.wrong, s.openElections, func(src *source, see func(row int, account cell)) error {
		return s.scanElections(src, func(x *electionRow) error {
			see(s.choices, x.account)
			return nil
		})
	})
}

// row takes a record of points or elections.
func (s *activeStream) row(c *chainRows, record []byte) {
	if c.number(record) == ofElections {
		s.elect(c, record, s.listed)
		return
	}
	row, p := c.rowOf(record), s.points
	if s.first == 0 {
		s.first = row + 1
	}
	if s.own.excluded {
		return
	}
	s.listed = true
	rest := record[c.restAt():]
	digits, scale, f := getAmount(rest[:s.number]), int(rest[s.number]), binary.BigEndian.Uint16(rest[s.number+1:])
	times := s.scaled[f][scale]
	if times == nil {
		times = p.multiplier(int(f), scale)
		s.scaled[f][scale] = times
	}
	w, ok := timesAny(digits, times)
	if ok {
		w, ok = s.weight.Add(w)
	}
	if !ok {
		s.wide.add(laterFault{key: binary.BigEndian.AppendUint32(nil, row), rows: [2]uint32{row, row}, make: func(at [2]merkle.Pos) *merkle.Fault {
			return &merkle.Fault{Pos: at[0], Field: "points", Value: string(appendDecimal(nil, digits, scale)), Err: errWide}
		}})
		return
	}
	s.weight = w
}

// entrant ends the present entrant: whether it has points that count, its weight, and its elections.
func (s *activeStream) entrant(dst []byte) ([]byte, bool) {
	s.endGroup(s.listed)
	s.tellRefused(s.first)
	listed := s.listed
	dst = appendNumber(append(dst, byte(btoi(listed))), s.weight)
	dst = s.takeElections(dst)
	if listed {
		s.all.add(s.weight)
	}
	s.weight, s.listed, s.first = merkle.Amount{}, false, 0
	return dst, listed
}

func (s *activeStream) unpack(p *monthPiece, u *unpacking) {
	p.listed = append(p.listed, u.flags() > 0)
	p.weights = append(p.weights, u.amount())
	s.electionStream.unpack(p, u)
}

// share is noonActive.allocate until the close.
func (s *activeStream) share(r *reading, m *months, p *monthPiece) error {
	p.elections.shares = s.shares
	a := &noonActive{months: m, set: s.set, elections: &p.elections, weights: p.weights, listed: p.listed, sum: s.sum}
	a.start(r)
	given, err := a.share(r)
	if err != nil {
		return err
	}
	a.elect(r)
	a.finish(r)
	p.given = given
	for e := range p.dropped {
		p.dropped[e] = a.listed[e] && a.allocations[e].IsZero()
	}
	return nil
}

func (s *activeStream) watch(*monthPiece, uint32, uint32) {}

func (s *activeStream) ruled() rule { return &noonActive{months: s.m, set: s.set} }
