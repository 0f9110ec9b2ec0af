package alloc

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/holiman/uint256"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/internal/extsort"
)

// twice is the rows of accounts that were there before: one bit a row, and the first by their place in the list.
type twice struct {
	rows  []uint64
	count int
	first []repeat
}

// repeat is a row and the earlier one of the same account.
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

// SameIndex is a claim whose index another claim had before it.
type SameIndex struct {
	Index          uint64
	Account, Other merkle.Account
	row            uint32
}

// survey merges the sorted rows into one claim an entrant and writes those above 0. What it finds wrong is among the faults.
func (s *stream) survey() ([]*Sorted, error) {
	var files []*Sorted
	fail := func(err error) ([]*Sorted, error) {
		for _, f := range files {
			err = errors.Join(err, f.Close())
		}
		return nil, err
	}
	for _, rows := range s.chainRows {
		if rows == nil {
			continue
		}
		f, err := s.surveyChain(rows)
		if err == nil && f.Len == 0 {
			err, f = f.Close(), nil
		}
		if f != nil {
			files = append(files, f)
		}
		if err == nil {
			err = rows.sorter.Close()
		}
		if err != nil {
			return fail(err)
		}
	}
	if err := s.diagnose(); err != nil {
		return fail(err)
	}
	for _, f := range s.refused.List {
		s.faults.Add(f)
	}
	s.faults.More += s.refused.More
	if err := errors.Join(s.ctx.Err(), s.faults.Err()); err != nil {
		return fail(err)
	}
	return files, nil
}

func (s *stream) surveyChain(c *chainRows) (f *Sorted, err error) {
	in, err := c.sorter.Sort(s.ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	chain := s.chains[c.chain]
	f = &Sorted{Chain: chain, account: c.account, width: c.width, locked: c.locked, index: c.index, ordered: s.x.Ordered, family: chain.Family(), unit: c.unit}
	f.file, err = os.OpenFile(filepath.Join(s.x.Dir, fmt.Sprintf("claims-%d", c.chain)), os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	out := bufio.NewWriterSize(f.file, 1<<20)
	v := &surveyor{s: s, c: c, f: f, out: out, record: make([]byte, f.size()), unit: uint256.Int(c.unit.Words()), bits: 256}
	if bits, known := s.x.AmountBits[OnChain{0, chain}]; known {
		v.bits = bits
	}
	if s.indexed {
		v.indexes, err = extsort.New(extsort.Config{Dir: s.x.Dir, Name: fmt.Sprintf("index-%d", c.chain), Size: 12 + c.account, Memory: s.x.Memory / 4, Workers: 1})
		if err != nil {
			return f, err
		}
		defer func() { err = errors.Join(err, v.indexes.Close()) }()
	}
	var last []byte
	var amount, locked total
	met, all := int64(0), c.sorter.Len()
	for in.Next() {
		if met%65536 == 0 {
			if err := s.ctx.Err(); err != nil {
				return f, err
			}
			s.progress("sorting", met, all)
		}
		met++
		r := in.Record()
		if last != nil && bytes.Equal(last[8:c.rowAt()], r[8:c.rowAt()]) {
			if s.set.Duplicates != "sum" {
				s.twice.add(s.rows, repeat{binary.BigEndian.Uint32(r[c.rowAt():]), binary.BigEndian.Uint32(last[c.rowAt():])})
				continue
			}
		} else {
			if last != nil {
				if err := v.claim(last, amount, locked); err != nil {
					return f, err
				}
			}
			last, amount, locked = append(last[:0], r...), total{}, total{}
		}
		amount.add(getAmount(r[c.amountAt() : c.amountAt()+c.width]))
		if c.locked {
			locked.add(getAmount(r[c.amountAt()+c.width:]))
		}
	}
	if err := in.Err(); err != nil {
		return f, err
	}
	if last != nil {
		if err := v.claim(last, amount, locked); err != nil {
			return f, err
		}
	}
	s.progress("sorting", all, all)
	slices.SortStableFunc(f.Wide, func(a, b WideAmount) int { return int(int64(a.row) - int64(b.row)) })
	return f, errors.Join(out.Flush(), v.repeatedIndexes(s.ctx))
}

// surveyor writes the claims of one chain.
type surveyor struct {
	s       *stream
	c       *chainRows
	f       *Sorted
	out     *bufio.Writer
	record  []byte
	unit    uint256.Int
	bits    int
	indexes *extsort.Sorter
}

// claim takes the sums of an entrant's rows, the first of which is given.
func (v *surveyor) claim(first []byte, amount, locked total) error {
	s, c, f := v.s, v.c, v.f
	account, err := merkle.NewAccount(f.family, first[8:c.rowAt()])
	if err != nil {
		return err
	}
	paid, more := amount.fit(), locked.fit() // the pool is checked against the list's sum: wider ones are refused
	e := Entrant{account, c.chain}
	both, _ := paid.Add(more)
	if s.watched[e] {
		s.found[e] = both
	}
	if both.IsZero() {
		s.dropped++
		return nil
	}
	row := binary.BigEndian.Uint32(first[c.rowAt():])
	if f.Len++; f.Len == 1 || account.Compare(f.First) < 0 {
		f.First = account
	}
	r := append(v.record[:0], first[8:c.rowAt()]...)
	for i, x := range []merkle.Amount{paid, more} {
		if i == 1 && !c.locked {
			break
		}
		q := uint256.Int(x.Words())
		if v.unit.Uint64() != 1 || !v.unit.IsUint64() {
			q.Div(&q, &v.unit) // rows are multiples: payable has seen them
		}
		leaf := merkle.AmountFromWords(q)
		if leaf.BitLen() > v.bits {
			v.wide(WideAmount{account, leaf, i == 1, row})
		}
		f.Locked = f.Locked || i == 1 && !leaf.IsZero()
		f.Amount, _ = f.Amount.Add(leaf)
		r = r[:len(r)+c.width]
		putAmount(r[len(r)-c.width:], leaf)
	}
	if c.index {
		r = append(r, first[c.indexAt():c.amountAt()]...)
	}
	if f.ordered {
		r = append(r, first[c.rowAt():c.indexAt()]...)
	}
	if v.indexes != nil {
		x := append(append([]byte{}, first[c.indexAt():c.amountAt()]...), first[c.rowAt():c.indexAt()]...)
		if err := v.indexes.Add(append(x, first[8:c.rowAt()]...)); err != nil {
			return err
		}
	}
	_, err = v.out.Write(r)
	return err
}

func (v *surveyor) wide(w WideAmount) {
	f := v.f
	if f.Wide = append(f.Wide, w); len(f.Wide) >= 4*merkle.MaxFaults {
		slices.SortStableFunc(f.Wide, func(a, b WideAmount) int { return int(int64(a.row) - int64(b.row)) })
		f.More += len(f.Wide) - merkle.MaxFaults
		f.Wide = f.Wide[:merkle.MaxFaults]
	}
}

// repeatedIndexes finds claims whose index is there already.
func (v *surveyor) repeatedIndexes(ctx context.Context) (err error) {
	if v.indexes == nil {
		return nil
	}
	in, err := v.indexes.Sort(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	var last []byte
	f := v.f
	account := func(r []byte) merkle.Account {
		a, _ := merkle.NewAccount(f.family, r[12:]) // was one before it was sorted
		return a
	}
	cut := func() {
		slices.SortFunc(f.Same, func(a, b SameIndex) int { return int(int64(a.row) - int64(b.row)) })
		if over := len(f.Same) - merkle.MaxFaults; over > 0 {
			f.MoreOf += over
			f.Same = f.Same[:merkle.MaxFaults]
		}
	}
	for n := 0; in.Next(); n++ {
		if n%65536 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		r := in.Record()
		if last == nil || !bytes.Equal(last[:8], r[:8]) {
			last = append(last[:0], r...)
			continue
		}
		f.Same = append(f.Same, SameIndex{binary.BigEndian.Uint64(r), account(r), account(last), binary.BigEndian.Uint32(r[8:])})
		if len(f.Same) >= 4*merkle.MaxFaults {
			cut()
		}
	}
	cut()
	return in.Err()
}

// fit is the sum as an amount, 0 when it is wider than one.
func (t *total) fit() merkle.Amount {
	if t.w[4]|t.w[5] != 0 {
		return merkle.Amount{}
	}
	return merkle.AmountFromWords([4]uint64(t.w[:4]))
}
