package tree

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"path/filepath"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/internal/extsort"
)

// accountRecord is the bytes of an account and its family in a record.
const accountRecord = 33

func appendAccountRecord(b []byte, a merkle.Account) []byte {
	return appendPadded(append(b, byte(a.Family())), a)
}

// each calls do with batches of rows in order.
func (f *RowFile) each(ctx context.Context, do func(lo int, rows *Rows, numbers []uint32) error) error {
	r, err := f.Reader()
	if err != nil {
		return err
	}
	var rows Rows
	for lo := 0; lo < f.rows; lo += fileBatch {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := r.Read(lo, min(lo+fileBatch, f.rows), &rows); err != nil {
			return err
		}
		if err := do(lo, &rows, r.numbers); err != nil {
			return err
		}
	}
	return nil
}

// Repeats finds rows whose account an earlier row has: how many there are, the first of them, and the first row of its account.
func (f *RowFile) Repeats(ctx context.Context, d Disk) (n, again, first int, err error) {
	sorter, err := extsort.New(extsort.Config{Dir: d.Dir, Name: d.Name + "repeats", Size: accountRecord + 4, Memory: max(d.Memory/2, 1)})
	if err != nil {
		return 0, 0, 0, err
	}
	defer func() { err = errors.Join(err, sorter.Close()) }()
	var record []byte
	if err := f.each(ctx, func(lo int, rows *Rows, _ []uint32) error {
		for i, a := range rows.Accounts {
			record = binary.BigEndian.AppendUint32(appendAccountRecord(record[:0], a), uint32(lo+i))
			if err := sorter.Add(record); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		return 0, 0, 0, err
	}
	err = repeatedRecords(ctx, sorter, accountRecord, func(was, row int, _ []byte) {
		if n++; n == 1 || row < again {
			again, first = row, was
		}
	})
	return n, again, first, err
}

// summing is the adding up of rows of one account and token.
type summing struct {
	ctx    context.Context
	from   *RowFile
	key    int // bytes of account and token in a record
	size   int
	locked bool
	texts  bool
	record []byte
	later  []uint64 // a bit a row: it was added to an earlier one
	wrong  rowPile
	pairs  []drop // rows whose texts may differ from those of their first one
}

// Summed is a file with one row for each account, and token where rows have tokens: the first, with the sum of all. Sums that do not fit and further values that
// differ are a *RowErrors, by row of f; of sums without a field. Number gives the number of the first row. It takes one bit of memory a row.
func (f *RowFile) Summed(ctx context.Context, d Disk) (_ *RowFile, err error) {
	s := &summing{ctx: ctx, from: f, key: accountRecord * (1 + countOf(f.form.tokens)), locked: f.form.locked, texts: len(f.names) > 0}
	s.size = s.key + 4 + 32*(1+countOf(s.locked)+countOf(s.texts))
	if f.rows > 0 && !(f.form.accounts && f.form.amounts) {
		return nil, errors.New("rows without account or amount are not added up")
	}
	s.later = make([]uint64, (f.rows+63)/64)
	rows, err := extsort.New(extsort.Config{Dir: d.Dir, Name: d.Name + "addends", Size: s.size, Memory: max(d.Memory/2, 1)})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	sums, err := extsort.New(extsort.Config{Dir: d.Dir, Name: d.Name + "sums", Size: 8 + 64, Memory: max(d.Memory/4, 1)})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, sums.Close()) }()
	if err := f.each(ctx, func(lo int, r *Rows, _ []uint32) error { return s.add(rows, lo, r) }); err != nil {
		return nil, err
	}
	if err := s.group(rows, sums); err != nil {
		return nil, err
	}
	if err := s.compare(); err != nil {
		return nil, err
	}
	if err := s.wrong.err(); err != nil {
		return nil, err
	}
	return s.write(sums, filepath.Join(d.Dir, d.Name+"summed"))
}

func (s *summing) add(to *extsort.Sorter, lo int, rows *Rows) error {
	for i := range rows.Accounts {
		b := appendAccountRecord(s.record[:0], rows.Accounts[i])
		if rows.Tokens != nil {
			b = appendAccountRecord(b, rows.Tokens[i])
		}
		b = binary.BigEndian.AppendUint32(b, uint32(lo+i))
		raw := rows.Amounts[i].Bytes32()
		b = append(b, raw[:]...)
		if s.locked {
			raw = rows.Locked[i].Bytes32()
			b = append(b, raw[:]...)
		}
		if s.texts {
			h := sha256.New()
			var size [8]byte
			for c := range rows.Columns {
				text := rows.Columns[c].Values[i]
				binary.BigEndian.PutUint64(size[:], uint64(len(text)))
				h.Write(size[:])
				h.Write([]byte(text))
			}
			b = h.Sum(b)
		}
		s.record = b
		if err := to.Add(b); err != nil {
			return err
		}
	}
	return nil
}

func amountAt(b []byte) merkle.Amount {
	return merkle.AmountFromWords([4]uint64{binary.BigEndian.Uint64(b[24:]), binary.BigEndian.Uint64(b[16:]), binary.BigEndian.Uint64(b[8:]), binary.BigEndian.Uint64(b)})
}

// group adds up the rows of one account and token, which follow on each other by row.
func (s *summing) group(rows, sums *extsort.Sorter) (err error) {
	in, err := rows.Sort(s.ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, in.Close(), rows.Close()) }()
	var first []byte // record of the account's first row
	var amount, locked merkle.Amount
	several := false
	end := func() error {
		if !several {
			return nil
		}
		several = false
		a, l := amount.Bytes32(), locked.Bytes32()
		return sums.Add(append(append(append(append([]byte{}, first[s.key:s.key+4]...), 0, 0, 0, 0), a[:]...), l[:]...))
	}
	for n := 0; in.Next(); n++ {
		if n%65536 == 0 && s.ctx.Err() != nil {
			return s.ctx.Err()
		}
		r := in.Record()
		at := s.key + 4
		more := amountAt(r[at:])
		if first == nil || !bytes.Equal(first[:s.key], r[:s.key]) {
			if err := end(); err != nil {
				return err
			}
			first, amount, locked = append(first[:0], r...), more, merkle.Amount{}
			if s.locked {
				locked = amountAt(r[at+32:])
			}
			continue
		}
		several = true
		row := binary.BigEndian.Uint32(r[s.key:])
		s.later[row/64] |= 1 << (row % 64)
		fits := false
		if amount, fits = amount.Add(more); fits && s.locked {
			locked, fits = locked.Add(amountAt(r[at+32:]))
		}
		if !fits {
			s.refuse(&RowError{Row: int(row), Other: -1, Err: merkle.ErrOverflow})
		}
		if s.texts && !bytes.Equal(first[s.size-32:], r[s.size-32:]) {
			s.pairs = append(s.pairs, drop{row, binary.BigEndian.Uint32(first[s.key:])})
			if len(s.pairs) >= 4*merkle.MaxFaults {
				if err := s.compare(); err != nil {
					return err
				}
			}
		}
	}
	return errors.Join(in.Err(), end())
}

func (s *summing) refuse(e *RowError) {
	if s.wrong.list = append(s.wrong.list, e); len(s.wrong.list) >= 4*merkle.MaxFaults {
		s.wrong.cut()
	}
}

// compare tells which texts of rows differ from those of their account's first row.
func (s *summing) compare() error {
	r, err := s.from.Reader()
	if err != nil {
		return err
	}
	var was, rows Rows
	for _, p := range s.pairs {
		if err := errors.Join(s.ctx.Err(), r.Read(int(p.first), int(p.first)+1, &was), r.Read(int(p.at), int(p.at)+1, &rows)); err != nil {
			return err
		}
		for c := range rows.Columns {
			if a, b := was.Columns[c].Values[0], rows.Columns[c].Values[0]; a != b {
				s.refuse(&RowError{Row: int(p.at), Other: int(p.first), Field: rows.Columns[c].Name, Value: b,
					Err: fmt.Errorf("the account's first row has %q: rows with different values are not added up", a)})
			}
		}
	}
	s.pairs = s.pairs[:0]
	return nil
}

// write makes the file of first rows.
func (s *summing) write(sums *extsort.Sorter, path string) (_ *RowFile, err error) {
	in, err := sums.Sort(s.ctx)
	if err != nil {
		return nil, err
	}
	out, err := NewRowFile(path)
	if err != nil {
		return nil, errors.Join(err, in.Close())
	}
	defer func() {
		if err = errors.Join(err, in.Close()); err != nil {
			err = errors.Join(err, out.Close())
		}
	}()
	next := in.Next()
	var kept Rows
	var numbers []uint32
	err = s.from.each(s.ctx, func(lo int, rows *Rows, was []uint32) error {
		keep := numbers[:0]
		places := make([]int, 0, rows.Len())
		for i := range rows.Len() {
			row := uint32(lo + i)
			if next && binary.BigEndian.Uint32(in.Record()) == row {
				rows.Amounts[i] = amountAt(in.Record()[8:])
				if s.locked {
					rows.Locked[i] = amountAt(in.Record()[40:])
				}
				next = in.Next()
			}
			if s.later[row/64]>>(row%64)&1 == 0 { // the first of its account
				if places = append(places, i); was != nil {
					row = was[i]
				}
				keep = append(keep, row)
			}
		}
		numbers = keep
		rows.pick(places, &kept)
		return out.AppendNumbered(&kept, numbers)
	})
	return out, errors.Join(err, in.Err())
}

// pick makes into the rows at some places.
func (r *Rows) pick(places []int, into *Rows) {
	into.Accounts = picked(into.Accounts, r.Accounts, places)
	into.Amounts = picked(into.Amounts, r.Amounts, places)
	into.Locked = picked(into.Locked, r.Locked, places)
	into.Index = picked(into.Index, r.Index, places)
	into.Tokens = picked(into.Tokens, r.Tokens, places)
	if len(into.Columns) != len(r.Columns) {
		into.Columns = make([]Column, len(r.Columns))
	}
	for i, c := range r.Columns {
		into.Columns[i] = Column{c.Name, picked(into.Columns[i].Values, c.Values, places)}
	}
}

func picked[T any](into, from []T, places []int) []T {
	if from == nil {
		return nil
	}
	into = emptied(into, true)
	for _, i := range places {
		into = append(into, from[i])
	}
	return into
}
