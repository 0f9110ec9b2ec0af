package tree

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/internal/extsort"
)

// uniqueForm is the records in which repeated rows and repeated indexes are looked for: as checkUnique does.
type uniqueForm struct {
	account bool // else fields, by the hash of their bytes
	token   bool
	unlock  bool
	fields  []int // of the leaf
	index   bool  // given ones
}

func uniqueOf(p *Profile, s *Spec, sample *Rows, e *encoder) (f uniqueForm) {
	f.index = p.Has(SourceIndex) && sample.Index != nil
	switch {
	case s.KeepDuplicates:
	case len(p.Key) == 0 || p.HasUnlock():
		f.account = p.Has(SourceAccount)
		f.token, f.unlock = sample.Tokens != nil && p.Has(SourceToken), sample.unlocks(p) != nil
	case p.Index != IndexNone && len(p.Key) == 1 && p.Key[0] == p.name(SourceIndex): // given ones are compared below, those by rule differ
	default:
		for i := range e.fields {
			if slices.Contains(p.Key, e.fields[i].Name) {
				f.fields = append(f.fields, i)
			}
		}
	}
	return f
}

// none is whether no record is needed for rows.
func (f *uniqueForm) none() bool { return !f.account && f.fields == nil }

// key is the bytes of a record before the row.
func (f *uniqueForm) key(p *Profile) int {
	if f.fields != nil {
		return sha256.Size
	}
	return p.Accounts.Width() + 32*countOf(f.token) + 32*countOf(f.unlock)
}

// append appends the records of rows, the first of which is row base. A row of a key that cannot be read is nobody's duplicate.
func (f *uniqueForm) append(dst []byte, rows *Rows, e *encoder, base int) []byte {
	var unlocks []string
	if f.unlock {
		unlocks = rows.column(FieldUnlock)
	}
	var key []byte
	for i := range rows.Len() {
		if f.fields != nil {
			var ok bool
			if key, ok = f.fieldsKey(key[:0], e, i); !ok {
				continue
			}
			sum := sha256.Sum256(key)
			dst = append(dst, sum[:]...)
		} else {
			dst = rows.Accounts[i].AppendBytes(dst)
			if f.token {
				dst = appendPadded(dst, rows.Tokens[i])
			}
			if f.unlock {
				dst = appendNumber(dst, unlocks[i])
			}
		}
		dst = binary.BigEndian.AppendUint32(dst, uint32(base+i))
	}
	return dst
}

// fieldsKey appends the fields' bytes, each after its length, so that no two lists of values run into each other.
func (f *uniqueForm) fieldsKey(key []byte, e *encoder, row int) ([]byte, bool) {
	for _, i := range f.fields {
		at := len(key)
		var bad *RowError
		if key, bad = e.field(append(key, 0, 0, 0, 0), &e.fields[i], row); bad != nil {
			return key, false
		}
		binary.BigEndian.PutUint32(key[at:], uint32(len(key)-at-4))
	}
	return key, true
}

// repeatedRecords calls found for each record whose first key bytes an earlier one has, by the row that its last 4 bytes are: with the first such
// row and its own. It closes the sorter.
func repeatedRecords(ctx context.Context, sorter *extsort.Sorter, key int, found func(first, row int, key []byte)) error {
	in, err := sorter.Sort(ctx)
	if err != nil {
		return err
	}
	first := []byte(nil)
	for n := 0; in.Next(); n++ {
		if n%65536 == 0 && ctx.Err() != nil {
			return errors.Join(ctx.Err(), in.Close())
		}
		r := in.Record()
		if first == nil || !bytes.Equal(first[:key], r[:key]) {
			first = append(first[:0], r...)
			continue
		}
		found(int(binary.BigEndian.Uint32(first[key:])), int(binary.BigEndian.Uint32(r[key:])), r[:key])
	}
	return errors.Join(in.Err(), in.Close(), sorter.Close())
}

// repeated refuses rows and indexes that are there already, with the text that checkUnique gives them.
func (b *filing) repeated(ctx context.Context) error {
	p, f := &b.spec.Profile, &b.unique
	var found rowPile
	add := func(e *RowError) {
		if found.list = append(found.list, e); len(found.list) >= 4*merkle.MaxFaults {
			found.cut()
		}
	}
	if b.rowsOnce != nil {
		name, reason := p.name(SourceAccount), ErrDuplicate
		if f.fields != nil {
			name, reason = strings.Join(p.Key, ", "), keyError{p.Key}
		}
		err := repeatedRecords(ctx, b.rowsOnce, f.key(p), func(first, row int, _ []byte) {
			add(&RowError{Row: row, Other: first, Field: name, Err: reason})
		})
		if err != nil {
			return err
		}
	}
	if b.indexOnce != nil {
		err := repeatedRecords(ctx, b.indexOnce, 8, func(first, row int, key []byte) {
			add(&RowError{Row: row, Other: first, Field: p.name(SourceIndex), Value: fmt.Sprint(binary.BigEndian.Uint64(key)), Err: ErrIndex})
		})
		if err != nil {
			return err
		}
	}
	found.cut()
	for _, e := range found.list {
		if e.Err == ErrIndex {
			continue
		}
		if err := b.value(e); err != nil {
			return err
		}
	}
	return found.err()
}

// value finds what a repeated row has: its account, or the fields of the key.
func (b *filing) value(e *RowError) error {
	p := &b.spec.Profile
	var rows Rows
	if err := b.read(0, e.Row, e.Row+1, &rows); err != nil {
		return err
	}
	if b.unique.account {
		e.Value = rows.Accounts[0].Text()
		return nil
	}
	b.number(&rows, e.Row, nil)
	enc, err := newEncoder(p, &b.spec, &rows, rows.Index)
	if err != nil {
		return err
	}
	var text []byte
	for k, i := range b.unique.fields {
		if k > 0 {
			text = append(text, ", "...)
		}
		text = enc.appendValue(text, 0, i)
	}
	e.Value = string(text)
	return nil
}
