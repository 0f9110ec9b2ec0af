package alloc

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/big"
	"slices"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/internal/extsort"
)

// fixedClaim is what the list says about one entrant and token.
type fixedClaim struct {
	first        uint32 // 1 + the first row, or 0
	paid, locked total  // base units, but with floor-sum
	exact        [2]*big.Int
	of           claim
}

// refine is fixed.refine: it merges the sorted rows into one claim an entrant and token, and writes those above 0.
func (s *fixedStream) refine() error {
	for k := range s.c.Tokens {
		scale := max(s.finest, s.decimals(k))
		s.earned[k] = new(big.Int).Quo(s.whole[k].at(scale), pow10(scale-s.decimals(k)))
	}
	for _, c := range s.sorters {
		if err := s.survey(c); err != nil {
			return err
		}
		if err := c.sorter.Close(); err != nil {
			return err
		}
	}
	return s.diagnose()
}

// survey goes through the rows on one chain.
func (s *fixedStream) survey(c *chainRows) (err error) {
	form := claimForm{locked: s.locked, index: s.indexed, order: s.x.Ordered, text: s.texts != nil}
	v := &surveyor{s: s, c: c, writers: make([]*claimWriter, len(s.c.Tokens)), indexes: make([]*extsort.Sorter, len(s.c.Tokens))}
	defer func() {
		for _, x := range v.indexes {
			if x != nil {
				err = errors.Join(err, x.Close())
			}
		}
	}()
	for k := range s.c.Tokens {
		if _, there := s.unit(k, c.chain); !there {
			continue
		}
		w, err := s.newClaims(k, c.chain, form, len(s.list.names), s.texts)
		if err != nil {
			return err
		}
		v.writers[k] = w
		s.writers = append(s.writers, w)
		if s.indexed {
			v.indexes[k], err = extsort.New(extsort.Config{Dir: s.x.Dir, Name: fmt.Sprintf("index-%d-%d", k, c.chain), Size: 8,
				Memory: s.x.Memory / int64(4*len(s.c.Tokens)), Workers: 1})
			if err != nil {
				return err
			}
		}
	}
	if err := s.eachRecord(c, v.row, v.entrant); err != nil {
		return err
	}
	if s.gaining.due(c.chain, nil) {
		if err := v.gain(); err != nil {
			return err
		}
	}
	s.tally.judge()
	for k, w := range v.writers {
		if w == nil {
			continue
		}
		w.f.cutWide()
		if err := errors.Join(w.out.Flush(), w.f.repeatedIndexes(s.ctx, v.indexes[k])); err != nil {
			return err
		}
	}
	return nil
}

// surveyor writes the claims of one chain.
type surveyor struct {
	s       *fixedStream
	c       *chainRows
	writers []*claimWriter
	indexes []*extsort.Sorter
	met     []int // tokens of the present entrant, ascending
}

// row adds a record to the present entrant.
func (v *surveyor) row(record []byte) {
	s, c := v.s, v.c
	k, row := c.number(record), c.rowOf(record)
	x := &s.ours[k]
	rest := record[c.restAt():]
	if x.first > 0 && s.set.Duplicates != "sum" {
		s.twice.add(s.rows, repeat{row, x.first - 1})
		return
	}
	if x.first == 0 {
		*x = fixedClaim{first: row + 1}
		v.met = append(v.met, k)
		if s.indexed {
			x.of.index = binary.BigEndian.Uint64(rest)
		}
		if s.texts != nil {
			copy(x.of.text[:], rest[8*btoi(s.indexed):])
		}
	}
	rest = rest[8*btoi(s.indexed)+12*btoi(s.texts != nil):]
	if s.sums {
		x.addExact(0, rest, max(s.finest, s.decimals(k)))
		if s.locked {
			x.addExact(1, rest[s.width:], max(s.finest, s.decimals(k)))
		}
		return
	}
	x.paid.add(getAmount(rest[:s.width]))
	if s.locked {
		x.locked.add(getAmount(rest[s.width : 2*s.width]))
	}
}

// addExact adds digits and their scale to a sum in 10^-scale.
func (x *fixedClaim) addExact(which int, number []byte, scale int) {
	v := getAmount(number[:32]).Big()
	v.Mul(v, pow10(scale-int(number[32])))
	if x.exact[which] == nil {
		x.exact[which] = v
		return
	}
	x.exact[which].Add(x.exact[which], v)
}

// floorSum is the floor of an exact sum; a chain may not be able to pay it.
func (v *surveyor) floorSum(k, which int, e Entrant) merkle.Amount {
	s := v.s
	x := &s.ours[k]
	if x.exact[which] == nil {
		return merkle.Amount{}
	}
	paid, _ := merkle.AmountFromBig(new(big.Int).Quo(x.exact[which], pow10(max(s.finest, s.decimals(k))-s.decimals(k))))
	if err := s.payable(k, e, paid); err != nil {
		key := binary.BigEndian.AppendUint16(nil, uint16(k))
		key = e.Account.AppendBytes(append(key, byte(which)))
		s.unpaid.add(laterFault{key: append(key, byte(e.Chain>>8), byte(e.Chain)), rows: [2]uint32{x.first - 1, x.first - 1}, make: func(at [2]merkle.Pos) *merkle.Fault {
			return &merkle.Fault{Pos: at[0], Field: "amount", Value: paid.Tokens(s.c.Tokens[k].Decimals), Err: err}
		}})
	}
	return paid
}

// entrant takes the sums of an entrant's rows.
func (v *surveyor) entrant(raw []byte) error {
	s := v.s
	if s.gaining.due(v.c.chain, raw) {
		if err := v.gain(); err != nil {
			return err
		}
	}
	account, err := merkle.NewAccount(s.chains[v.c.chain].Family(), raw)
	if err != nil {
		return err
	}
	e := Entrant{account, v.c.chain}
	s.judge(e)
	s.enrolled++
	gains := s.gaining.is(e.Chain, raw)
	if gains {
		s.gaining.met = true
	}
	order := uint32(math.MaxUint32)
	for _, k := range v.met {
		order = min(order, s.ours[k].first-1)
	}
	has := false
	for k, w := range v.writers {
		x := &s.ours[k]
		if w == nil || x.first == 0 && !gains {
			continue
		}
		x.of.raw, x.of.account, x.of.order = raw, account, order
		if s.sums {
			x.of.paid, x.of.locked = v.floorSum(k, 0, e), v.floorSum(k, 1, e)
		} else {
			x.of.paid, x.of.locked = x.paid.fit(), x.locked.fit() // the pool is checked against the list's sum: wider ones are refused
		}
		both, _ := x.of.paid.Add(x.of.locked)
		s.find(e, k, both)
		switch {
		case !both.IsZero():
			has = true
		case x.first > 0:
			s.drop(k, gains)
		}
		if both.IsZero() && !gains {
			continue
		}
		if err := v.write(w, k, &x.of); err != nil {
			return err
		}
	}
	if has && !gains {
		s.tally.meet(e)
	}
	for _, k := range v.met {
		s.ours[k] = fixedClaim{}
	}
	v.met = v.met[:0]
	return nil
}

// gain writes the records of an account without rows that takes residuals. It is last in claim order.
func (v *surveyor) gain() error {
	g := &v.s.gaining
	g.added = true
	v.s.enrolled++
	for k, w := range v.writers {
		if w == nil {
			continue
		}
		v.s.find(g.entrant, k, merkle.Amount{})
		if err := w.add(&claim{raw: g.raw, account: g.entrant.Account, order: math.MaxUint32}); err != nil {
			return err
		}
	}
	return nil
}

func (v *surveyor) write(w *claimWriter, k int, x *claim) error {
	if sorter := v.indexes[k]; sorter != nil && !(x.paid.IsZero() && x.locked.IsZero()) {
		var r [8]byte
		binary.BigEndian.PutUint64(r[:], x.index)
		if err := sorter.Add(r[:]); err != nil {
			return err
		}
	}
	return w.add(x)
}

// find keeps what a printed figure may be about.
func (s *stream) find(e Entrant, k int, both merkle.Amount) {
	if !s.watched[e] {
		return
	}
	if s.found[e] == nil {
		s.found[e] = make([]merkle.Amount, len(s.c.Tokens))
	}
	s.found[e][k] = both
}

// drop counts an entitled entrant without a claim; the account that takes residuals may still get one.
func (s *stream) drop(k int, gains bool) {
	s.dropped[k]++
	if gains {
		s.gaining.dropped[k] = true
	}
}

// claims hands the claims over.
func (s *fixedStream) claims() ([]*claimWriter, error) {
	list := s.writers
	s.writers = nil
	slices.SortStableFunc(list, func(a, b *claimWriter) int { return a.f.Token - b.f.Token })
	return list, nil
}

// told refuses a new claim in a list whose leaves need what it does not have.
func (s *fixedStream) told(out *Outline) error {
	out.Indexed, out.Columns = s.indexed, s.list.names
	if !s.gaining.added || !s.indexed && len(s.list.names) == 0 {
		return nil
	}
	what := "index"
	if !s.indexed {
		what = s.list.names[0]
	}
	s.refuseResidual(s.gaining.entrant, what)
	return s.faults.Err()
}

func (s *fixedStream) ruled() rule { return new(fixed) }

func (s *fixedStream) close() error {
	err := closeChains(s.sorters)
	for _, w := range s.writers {
		err = errors.Join(err, w.f.Close())
	}
	return err
}

// repeatedIndexes sees whether several claims have one index.
func (f *Sorted) repeatedIndexes(ctx context.Context, indexes *extsort.Sorter) (err error) {
	if indexes == nil {
		return nil
	}
	in, err := indexes.Sort(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	var last [8]byte
	for n := 0; !f.Again && in.Next(); n++ {
		if n%65536 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		f.Again = n > 0 && bytes.Equal(last[:], in.Record())
		copy(last[:], in.Record())
	}
	return in.Err()
}

// fit is the sum as an amount, 0 when it is wider than one.
func (t *total) fit() merkle.Amount {
	if t.w[4]|t.w[5] != 0 {
		return merkle.Amount{}
	}
	return merkle.AmountFromWords([4]uint64(t.w[:4]))
}
