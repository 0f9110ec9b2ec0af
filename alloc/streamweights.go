package alloc

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"math/big"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/internal/extsort"
)

// weightStream is what rules have in common that share by one weight an entrant.
type weightStream struct {
	shareStream
	sum, passed *big.Int // of weights: all that count, and those of the entitled
	falling     *extsort.Sorter
	width       int    // bytes of a weight in falling
	record      []byte // of falling
}

func (s *weightStream) parse(p *piece, from *bufio.Reader) error {
	w, err := readNumber(from)
	p.weights = append(p.weights, w)
	return err
}

func (s *weightStream) vector(p *piece) *shares {
	v := &shares{n: len(p.weights), numerator: amountNumerator(p.weights)}
	if s.sum.Sign() > 0 {
		v.den = s.sum
	}
	return v
}

func (s *weightStream) proven() error { return nil } // its sum is that of the weights

func (s *weightStream) floor(p *piece, budgets []budget) error { return s.whole(p, budgets) }

// entitle keeps an entrant with its weight.
func (s *weightStream) entitle(to *settledChain, raw []byte, w merkle.Amount) error {
	if s.falling != nil {
		s.record = append(s.record[:0], make([]byte, max(s.width, 8))...)
		r := s.record
		putAmount(r[len(r)-s.width:], w)
		for i := range r {
			r[i] = ^r[i] // the largest first
		}
		if err := s.falling.Add(r); err != nil {
			return err
		}
	}
	s.payload = appendNumber(s.payload[:0], w)
	return s.keep(to, raw, s.payload)
}

// split sets budgets and what was earned; caps by token are nil where there is none.
func (s *weightStream) splitBy(most []*big.Int, redistribute bool) error {
	var den *big.Int
	if s.sum.Sign() > 0 {
		den = s.sum
	}
	s.budgets = s.reading.budgets(den)
	for k := range s.budgets {
		b := &s.budgets[k]
		if den == nil {
			s.earned[k] = new(big.Int)
			continue
		}
		fixed, rest := new(big.Int), s.passed
		if most != nil && most[k] != nil {
			c, above, err := s.capAt(b, most[k], redistribute)
			if err != nil {
				return err
			}
			s.caps[k] = c
			fixed.Mul(most[k], big.NewInt(c.count))
			rest = new(big.Int).Sub(rest, above)
		}
		if b.den.Sign() > 0 {
			part := new(big.Int).Mul(rest, b.pool)
			fixed.Add(fixed, part.Quo(part, b.den))
		}
		s.earned[k] = fixed
	}
	return nil
}

// capAt is budget.capAt: entrants by falling weight, until one does not reach the cap. Of equal weights all reach it or none, for fixing one never lowers
// what a unit of weight gets; so a weight from which on the cap is reached says it all. above is the sum of those weights.
func (s *weightStream) capAt(b *budget, most *big.Int, redistribute bool) (c *capping, above *big.Int, err error) {
	c, above = &capping{most: most}, new(big.Int)
	pool, den := new(big.Int).Set(b.pool), new(big.Int).Set(b.den)
	in, err := s.falling.Sort(s.ctx)
	if err != nil {
		return nil, nil, err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	var left, right big.Int
	for in.Next() {
		if c.count%65536 == 0 && s.ctx.Err() != nil {
			return nil, nil, s.ctx.Err()
		}
		s.record = append(s.record[:0], in.Record()...)
		r := s.record
		for i := range r {
			r[i] = ^r[i]
		}
		w := getAmount(r[len(r)-s.width:])
		v := w.Big()
		if left.Mul(pool, v).Cmp(right.Mul(most, den)) < 0 {
			break
		}
		c.edge = w
		c.count++
		above.Add(above, v)
		if redistribute {
			pool.Sub(pool, most)
			if den.Sub(den, v); den.Sign() == 0 {
				break
			}
		}
	}
	b.pool, b.den = pool, den
	return c, above, in.Err()
}

func (s *weightStream) close() error {
	err := s.shareStream.close()
	if s.falling != nil {
		err = errors.Join(err, s.falling.Close())
	}
	return err
}

// proRataStream is pro-rata/v1 through disk.
type proRataStream struct {
	weightStream
	rule   *proRata // settings and totals only
	number int      // bytes of the digits of a weight in a record
	rows   int
	scale  int // the largest of the file, then of the minimum too
	all    scaleSum
	wrong  laterFaults

	// of the present entrant
	weight merkle.Amount
	first  uint32 // 1 + the first row that counts
}

func newProRataStream(s *stream, number int) *proRataStream {
	p := &proRataStream{weightStream: weightStream{shareStream: newShareStream(s, 80)}, rule: &proRata{set: s.c.Rule.ProRata, rows: new(weightRows)}, number: number}
	p.by = p
	return p
}

func (s *proRataStream) open() (*source, error) {
	return s.stream.open(&s.rule.set.Weights, "weights", []column{{"account", false}, {"weight", false}, {"chain", true}})
}

// read is readWeights.
func (s *proRataStream) read() error {
	src, err := s.open()
	if src == nil {
		return err
	}
	text, err := s.newCanonical(src, "weights", weightChain, s.number)
	if err != nil {
		return errors.Join(err, src.abandon())
	}
	defer text.close()
	if err := text.sort(s.x.Memory / 2); err != nil {
		return errors.Join(err, src.abandon())
	}
	if s.sorters, err = s.openChains("rows", 0, s.number+1, s.x.Memory/2); err != nil {
		return errors.Join(err, src.abandon())
	}
	err = s.scan(src, func(e Entrant, excluded bool, digits merkle.Amount, scale uint8, _ cell) error {
		s.all[scale].add(digits)
		s.scale = max(s.scale, int(scale))
		if digits.BitLen() > 8*s.number {
			return errWideNumber
		}
		if err := text.add(0, e, digits, scale, nil); err != nil || excluded {
			return err
		}
		c := s.sorters[e.Chain]
		rest := c.begin(e.Account, 0, uint32(s.rows))
		putAmount(rest[:s.number], digits)
		rest[s.number] = scale
		return c.sorter.Add(c.record)
	})
	if err != nil {
		return errors.Join(err, src.abandon())
	}
	all := s.all.at(s.scale)
	if src.bad == 0 && src.Err() == nil && s.rows > 0 && all.Sign() == 0 {
		s.faults.Addf(merkle.Pos{File: s.rule.set.Weights.File}, "%w", ErrWeightsZero)
	}
	rows, err := text.finish()
	if err != nil {
		return errors.Join(err, src.abandon())
	}
	return src.close("sorted", decimalText(all, s.scale), rows)
}

// scan calls visit for every accepted row.
func (s *proRataStream) scan(src *source, visit func(e Entrant, excluded bool, digits merkle.Amount, scale uint8, account cell) error) error {
	s.rows = 0
	for src.next() {
		e, ok := src.account(weightAccount, weightChain)
		digits, scale, err := parseDecimal(src.cell(weightWeight), maxFraction)
		if err != nil {
			src.no(weightWeight, err)
		}
		if !ok || err != nil {
			continue
		}
		excluded, ok := s.enters(src, weightAccount, e)
		if !ok || src.full(weightAccount, s.rows) {
			continue
		}
		if err := visit(e, excluded, digits, scale, src.cells[src.col[weightAccount]]); err != nil {
			return err
		}
		s.rows++
	}
	return nil
}

// refine is proRata.refine, and measures who is entitled.
func (s *proRataStream) refine() error {
	set := s.rule.set
	if e := set.Eligibility; e != nil {
		if _, scale, err := parseDecimal([]byte(e.Min), maxFraction); err == nil {
			s.scale = max(s.scale, int(scale))
		}
		s.rule.min = s.minimum(e, maxFraction, s.scale, "weight")
	}
	if len(set.Caps) > 0 {
		s.width = max(1, min(32, (s.all.at(s.scale).BitLen()+7)/8))
		var err error
		s.falling, err = extsort.New(extsort.Config{Dir: s.x.Dir, Name: "falling", Size: max(s.width, 8), Memory: s.x.Memory / 4, Workers: s.x.Workers})
		if err != nil {
			return err
		}
	}
	after := set.Eligibility == nil || set.Eligibility.Denominator != "before"
	var all, passed total
	err := s.settle(s.row, func(to *settledChain, raw []byte) error {
		w, listed := s.weight, s.first > 0
		s.weight, s.first = merkle.Amount{}, 0
		if !listed {
			return nil
		}
		entitled := s.rule.min == nil || w.Cmp(*s.rule.min) >= 0
		if entitled || !after {
			all.add(w)
		}
		if !entitled {
			return nil
		}
		passed.add(w)
		return s.entitle(to, raw, w)
	})
	s.sum, s.passed = all.big(), passed.big()
	return errors.Join(err, s.diagnose())
}

// row adds a row to the present entrant.
func (s *proRataStream) row(c *chainRows, record []byte) {
	row := c.rowOf(record)
	refuse := func(first uint32, err error) {
		account, _ := merkle.NewAccount(s.chains[c.chain].Family(), c.raw(record)) // was one before it was sorted
		s.wrong.add(laterFault{key: binary.BigEndian.AppendUint32(nil, row), rows: [2]uint32{row, first}, make: func(at [2]merkle.Pos) *merkle.Fault {
			if errors.Is(err, ErrDuplicate) {
				err = fmt.Errorf("%w, first at %s", ErrDuplicate, at[1])
			}
			return &merkle.Fault{Pos: at[0], Field: "account", Value: account.String(), Err: err}
		}})
	}
	rest := record[c.restAt():]
	w, ok := shift(getAmount(rest[:s.number]), s.scale-int(rest[s.number]))
	switch {
	case !ok:
		refuse(row, errWide)
		return
	case s.first == 0:
		s.first = row + 1
	case s.rule.set.Duplicates != "sum":
		refuse(s.first-1, ErrDuplicate)
		return
	default:
		if w, ok = w.Add(s.weight); !ok {
			refuse(row, merkle.ErrOverflow)
			return
		}
	}
	s.weight = w
}

// diagnose tells what is wrong with rows, with places.
func (s *proRataStream) diagnose() error {
	if s.wrong.count == 0 {
		return nil
	}
	places := map[uint32]merkle.Pos{}
	s.wrong.places(places)
	err := s.again(s.open, func(src *source) error {
		return s.scan(src, func(_ Entrant, _ bool, _ merkle.Amount, _ uint8, account cell) error {
			if _, wanted := places[uint32(s.rows)]; wanted {
				places[uint32(s.rows)] = placeOf(src.name, account)
			}
			return nil
		})
	})
	s.wrong.tell(s.faults, places)
	return err
}

func (s *proRataStream) split() error {
	if len(s.rule.set.Caps) == 0 {
		return s.splitBy(nil, false)
	}
	most := make([]*big.Int, len(s.c.Tokens))
	for k := range most {
		if v, capped := s.rule.set.Caps[s.c.Tokens[k].ID]; capped {
			most[k] = v.Big()
		}
	}
	return s.splitBy(most, s.rule.set.OverCap == "redistribute")
}

func (s *proRataStream) told(*Outline) error { return nil }
func (s *proRataStream) ruled() rule         { return s.rule }
