package tree

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/internal/extsort"
	"github.com/merkle-drop/merkle/internal/inturn"
	"github.com/merkle-drop/merkle/tree/internal/layer"
)

// fileBatch is how many rows are read and hashed at a time by one worker.
const fileBatch = 4096

// filing is the making of a tree on disk.
type filing struct {
	ctx  context.Context
	spec Spec
	d    Disk
	w    int
	n    int
	read Slices

	given bool     // rows have an index
	ranks []uint32 // row -> index by text
	form  recordForm

	unique    uniqueForm
	leaves    *extsort.Sorter // nil: rows come in the tree's order
	rowsOnce  *extsort.Sorter
	indexOnce *extsort.Sorter

	wrong  rowPile // what the contract cannot hold
	unset  error   // what is missing or wrong beside the rows: no leaf is hashed then
	unread rowPile // what the leaf cannot hold
	sum    wideSum
	nodes  *nodeFile
	upper  *nodeFile // of a grouped tree
	pos    []uint32  // row -> position; nil: the same
}

// filePiece is what one worker makes of some rows.
type filePiece struct {
	rows    Rows
	index   []uint64
	mem     leafMemory
	hashes  []byte
	records []byte // for leaves
	once    []byte // for rowsOnce
	sum     wideSum
	wrong   error
	unread  []*RowError
}

// number sets the index that the profile's rule gives rows, the first of which is row lo. It uses memory, and returns it, for the next call.
func (b *filing) number(rows *Rows, lo int, memory []uint64) []uint64 {
	p := &b.spec.Profile
	if b.given || !p.Has(SourceIndex) {
		return memory
	}
	memory = memory[:0]
	for i := range rows.Len() {
		memory = append(memory, b.index(lo+i))
	}
	rows.Index = memory
	return memory
}

// index is that of a row by rule.
func (b *filing) index(row int) uint64 {
	switch {
	case b.ranks != nil:
		return uint64(b.ranks[row])
	case b.d.Claims != nil:
		return uint64(b.d.Claims[row])
	}
	return uint64(row)
}

// begin looks at the first row for which columns there are, finds indexes and makes the sorters.
func (b *filing) begin() error {
	p := &b.spec.Profile
	var sample Rows
	if err := b.read(0, 0, 1, &sample); err != nil {
		return err
	}
	if err := sample.checkColumns(p); err != nil {
		return err
	}
	b.given = sample.Index != nil
	if p.Has(SourceIndex) && !b.given {
		switch p.Index {
		case IndexEIP55, IndexBase58, IndexInputRow:
		default:
			b.unset = fmt.Errorf("index: profile %s needs them given", p)
			return nil
		}
		if bits, err := p.indexBits(); err != nil || uint64(b.n-1)>>bits != 0 {
			return errors.Join(fmt.Errorf("field %s: indexes of %d rows: %w: %d bits", p.name(SourceIndex), b.n, ErrWidth, bits), err)
		}
	}
	index := sample.Index
	if p.Has(SourceIndex) && index == nil {
		index = make([]uint64, 1)
	}
	e, err := newEncoder(p, &b.spec, &sample, index)
	if err != nil {
		b.unset = err
		return nil
	}
	if b.form, err = recordsOf(p, b.spec.Order, &b.d, &sample, e); err != nil {
		return err
	}
	if b.d.Unique {
		b.unique = uniqueOf(p, &b.spec, &sample, e)
	} else {
		b.unique = uniqueForm{}
	}
	if !b.form.plain {
		if b.leaves, err = b.sorter("leaves", b.form.size, b.d.Memory/2, b.form.compare()); err != nil {
			return err
		}
	}
	if !b.unique.none() {
		if b.rowsOnce, err = b.sorter("once", b.unique.key(p)+4, b.d.Memory/8, nil); err != nil {
			return err
		}
	}
	if b.unique.index {
		b.indexOnce, err = b.sorter("indexes", 12, b.d.Memory/8, nil)
	}
	return err
}

func (b *filing) sorter(name string, size int, memory int64, compare func(a, c []byte) int) (*extsort.Sorter, error) {
	return extsort.New(extsort.Config{Dir: b.d.Dir, Name: b.d.Name + name, Size: size, Memory: max(memory, 1), Workers: b.w, Compare: compare})
}

// pass reads, checks and hashes all rows; their leaves are then in the tree's first slots or in the sorter.
func (b *filing) pass() error {
	p := &b.spec.Profile
	if b.form.plain {
		if err := b.nodes.prepare(); err != nil {
			return err
		}
	}
	return inturn.Do(b.ctx, b.w, b.n, fileBatch, func() *filePiece {
		s := &filePiece{}
		s.mem.h, s.mem.inner = layer.New(p.alg(), p.Width), make([]byte, leafBatch*p.Width)
		return s
	}, func(worker int, s *filePiece, lo, hi int) error { return b.hash(worker, s, lo, hi) }, b.take)
}

func (b *filing) hash(worker int, s *filePiece, lo, hi int) error {
	p, n := &b.spec.Profile, hi-lo
	s.wrong, s.unread, s.sum = nil, nil, wideSum{}
	s.records, s.once = s.records[:0], s.once[:0]
	rows := &s.rows
	if !b.given {
		rows.Index = nil
	}
	if err := b.read(worker, lo, hi, rows); err != nil {
		return err
	}
	if rows.Len() != n {
		return fmt.Errorf("%d rows at %d to %d", rows.Len(), lo, hi)
	}
	if err := rows.checkColumns(p); err != nil {
		return err
	}
	s.index = b.number(rows, lo, s.index)
	var refused *RowErrors
	if _, _, err := checkRows(b.ctx, 1, p, &b.spec, rows); errors.As(err, &refused) {
		for _, e := range refused.List {
			e.Row += lo
		}
		s.wrong = err
		return nil
	} else if err != nil && !errors.Is(err, ErrWidth) { // what the sum of all is, is seen when all are there
		return err
	}
	s.sum.addRows(p, rows)
	if b.unset != nil {
		return nil
	}
	e, err := newEncoder(p, &b.spec, rows, rows.Index)
	if err != nil {
		return err
	}
	leaf := e
	if p.Grouping == GroupingTwoLevel {
		leaf = e.withoutFirst()
	}
	s.hashes = resize(s.hashes, n*p.Width)
	for from := 0; from < n; from += leafBatch {
		end := min(from+leafBatch, n)
		s.unread = append(s.unread, s.mem.hash(p, leaf, s.hashes[from*p.Width:end*p.Width], from, end)...)
	}
	for _, e := range s.unread {
		e.Row += lo
	}
	if !b.form.plain && len(s.unread) == 0 {
		s.records = b.form.append(s.records, rows, e, s.hashes, p.Width, lo)
	}
	if b.rowsOnce != nil {
		s.once = b.unique.append(s.once, rows, e, lo)
	}
	return nil
}

// take adds what a worker has made to what is known of all rows.
func (b *filing) take(s *filePiece, lo, hi int) error {
	p := &b.spec.Profile
	if s.wrong != nil {
		b.wrong.take(s.wrong, 0)
		return nil
	}
	b.sum.addWords(s.sum[0], s.sum[1], s.sum[2], s.sum[3], s.sum[4])
	if len(s.unread) > 0 {
		b.unread.list = append(b.unread.list, s.unread...)
		b.unread.cut()
	}
	if len(b.wrong.list) > 0 {
		return nil
	}
	if b.form.plain && len(b.unread.list) == 0 {
		if err := b.nodes.write(lo, s.hashes[:(hi-lo)*p.Width]); err != nil {
			return err
		}
	}
	if err := addAll(b.leaves, s.records, b.form.size); err != nil {
		return err
	}
	if b.indexOnce != nil {
		var r [12]byte
		for i, v := range s.rows.Index {
			binary.BigEndian.PutUint64(r[:], v)
			binary.BigEndian.PutUint32(r[8:], uint32(lo+i))
			if err := b.indexOnce.Add(r[:]); err != nil {
				return err
			}
		}
	}
	return addAll(b.rowsOnce, s.once, b.unique.key(p)+4)
}

// addAll adds records that lie end to end.
func addAll(to *extsort.Sorter, records []byte, size int) error {
	for at := 0; at < len(records); at += size {
		if err := to.Add(records[at : at+size]); err != nil {
			return err
		}
	}
	return nil
}

// refused is what Build would refuse of the rows that were read, in its order.
func (b *filing) refused() error {
	p := &b.spec.Profile
	if err := b.wrong.err(); err != nil {
		return err
	}
	if err := p.checkTotal(b.total()); err != nil {
		return err
	}
	if b.unset != nil {
		return b.unset
	}
	if err := b.repeated(b.ctx); err != nil {
		return err
	}
	return b.unread.err()
}

func (b *filing) total() (merkle.Amount, bool) { return sumOf([]wideSum{b.sum}) }

// order puts the sorted leaves into the first slots and returns how many there are: fewer than rows where equal ones are one.
func (b *filing) order() (leaves int, err error) {
	p := &b.spec.Profile
	if b.leaves == nil {
		return b.n, nil
	}
	in, err := b.leaves.Sort(b.ctx)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, in.Close(), b.leaves.Close()) }()
	if err := b.nodes.prepare(); err != nil {
		return 0, err
	}
	b.pos = make([]uint32, b.n)
	once := p.Dedupe && (b.form.digits > 0 || b.spec.Order == OrderLeafHash) // equal ones are neighbours
	w := p.Width
	buf := make([]byte, 0, 4096*w)
	n := 0
	last := make([]byte, w)
	for seen := 0; in.Next(); seen++ {
		if seen%65536 == 0 && b.ctx.Err() != nil {
			return 0, b.ctx.Err()
		}
		r := in.Record()
		leaf, row := r[b.form.leaf:b.form.leaf+w], binary.BigEndian.Uint32(r[b.form.row:])
		if once {
			if n > 0 && slices.Equal(last, leaf) {
				b.pos[row] = uint32(n - 1)
				continue
			}
			copy(last, leaf)
		}
		b.pos[row] = uint32(n)
		n++
		if buf = append(buf, leaf...); len(buf) == cap(buf) {
			if err := b.nodes.write(n-len(buf)/w, buf); err != nil {
				return 0, err
			}
			buf = buf[:0]
		}
	}
	if in.Err() == nil {
		err = b.nodes.write(n-len(buf)/w, buf)
	}
	return n, errors.Join(in.Err(), err)
}

// close removes all files.
func (b *filing) close() (err error) {
	for _, s := range []*extsort.Sorter{b.leaves, b.rowsOnce, b.indexOnce} {
		if s != nil {
			err = errors.Join(err, s.Close())
		}
	}
	for _, f := range []*nodeFile{b.nodes, b.upper} {
		if f != nil {
			err = errors.Join(err, f.close())
		}
	}
	return err
}

func (b *filing) path(name string) string { return filepath.Join(b.d.Dir, b.d.Name+name) }
