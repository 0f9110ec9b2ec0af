package alloc

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"
)

// What may be wrong with a Parquet file as a container, and with the type of one of its columns.
var (
	ErrParquet     = errors.New("cannot be read as Parquet")
	ErrColumnType  = errors.New("this type of column is not read")
	ErrCompression = errors.New("this compression is not read; Snappy, Zstandard, gzip, Brotli and none are")
	ErrParquetSize = errors.New("a Parquet file that is piped or packed in another may have at most 1 GiB")
)

const (
	maxHeldParquet = 1 << 30
	parquetValues  = 1024 // of a column, taken at a time
)

// parquetTable is the state of a Table that reads Parquet: values come column by column, one page of each in memory.
type parquetTable struct {
	about  []format.RowGroup // by row group
	groups []parquet.RowGroup
	group  int   // 1-based number of the present row group
	left   int64 // its rows still to come
	cols   []parquetColumn
	ready  bool
}

// parquetColumn is one column, and in it the present page.
type parquetColumn struct {
	leaf   int // among the chunks of a row group
	read   bool
	stream *pageStream // what the library reads
	cell   parquetCell
	refuse error // why its values cannot be read

	pages  parquet.Pages
	page   parquet.Page
	values parquet.ValueReader
	buf    []parquet.Value
	at, n  int
}

// RandomAccess tells whether r is a file, or a text in memory, that can be read at any place, and its size in bytes.
func RandomAccess(r io.Reader) (at io.ReaderAt, size int64, ok bool) {
	at, ok = r.(io.ReaderAt)
	if !ok {
		return nil, 0, false
	}
	switch f := r.(type) {
	case interface{ Stat() (fs.FileInfo, error) }:
		info, err := f.Stat()
		if err != nil || !info.Mode().IsRegular() {
			return nil, 0, false
		}
		return at, info.Size(), true
	case interface{ Size() int64 }:
		return at, f.Size(), true
	}
	return nil, 0, false
}

// atAnyPlace holds in memory what can only be read from front to end.
func atAnyPlace(r io.Reader) (io.ReaderAt, int64, error) {
	if at, size, ok := RandomAccess(r); ok {
		return at, size, nil
	}
	text, err := io.ReadAll(io.LimitReader(r, maxHeldParquet+1))
	if err == nil && len(text) > maxHeldParquet {
		err = ErrParquetSize
	}
	return bytes.NewReader(text), int64(len(text)), err
}

// digestOf is the SHA-256 of the whole file.
func digestOf(at io.ReaderAt, size int64) (hash.Hash, error) {
	h := sha256.New()
	_, err := io.Copy(h, io.NewSectionReader(at, 0, size))
	return h, err
}

// openParquet reads the schema. Rows are numbered from 1 and columns from 1, in the order of the file; those are the lines
// and columns of its places.
func (t *Table) openParquet(r io.Reader) {
	t.lines = &lines{eof: true}
	at, size, err := atAnyPlace(r)
	switch {
	case errors.Is(err, ErrParquetSize), errors.Is(err, ErrUnpack):
		t.done = true
		t.fault(cell{}, "", "", err)
		return
	case err != nil:
		t.err = fmt.Errorf("%s: %w", t.name, err)
		return
	case size == 0:
		t.done = true
		t.fault(cell{}, "", "", ErrNoRows)
		return
	}
	p := new(parquetTable)
	names, err := p.open(at, size)
	if err != nil {
		t.done = true
		t.fault(cell{}, "", "", err)
		return
	}
	t.parquet, t.header = p, names
	t.heads = make([]cell, len(names)) // line 0: the file as a whole
	t.cells = make([]cell, len(names))
}

// caught turns a panic of the library, which trusts much of what a file says, into an error.
func caught(err *error) {
	if x := recover(); x != nil {
		*err = fmt.Errorf("%w: the file contradicts itself", ErrParquet)
	}
}

// choose tells which columns are read; the others are left in the file. Index account, if not below 0, is that of accounts.
// It reports false, with faults, when one of them is of a type that is not read. Of other formats everything is read.
func (t *Table) choose(columns []int, account int) bool {
	p := t.parquet
	if p == nil {
		return true
	}
	for i := range p.cols {
		p.cols[i].read = false
	}
	for _, i := range columns {
		if i >= 0 {
			p.cols[i].read = true
		}
	}
	if account >= 0 {
		p.cols[account].cell.account = true
	}
	return t.begin()
}

// begin refuses columns whose values cannot be read.
func (t *Table) begin() bool {
	p := t.parquet
	if !p.ready {
		p.ready = true
		for i := range p.cols {
			if c := &p.cols[i]; c.read && c.refuse != nil {
				t.fault(t.heads[i], "column", t.header[i], c.refuse)
				t.done = true
			}
		}
	}
	return !t.done
}

func (t *Table) parseParquet() bool {
	p := t.parquet
	if !t.begin() {
		return false
	}
	for p.left == 0 {
		if p.group == len(p.groups) {
			t.done = true
			if at, err := p.finish(); err != nil {
				t.damaged(at, err)
			}
			return false
		}
		if at, err := p.next(); err != nil {
			t.damaged(at, err)
			return false
		}
	}
	p.left--
	t.rows++
	good := true
	t.quoted = t.quoted[:0]
	for i := range p.cols {
		c, now := &p.cols[i], cell{line: int(t.rows), col: i + 1}
		t.cells[i] = now
		if !c.read {
			continue
		}
		if c.at == c.n {
			if err := c.fill(); err != nil {
				t.damaged(i, err)
				return false
			}
		}
		v := &c.buf[c.at]
		c.at++
		from := len(t.quoted)
		var err error
		now.text, t.quoted, err = c.cell.text(v, t.quoted)
		if now.text == nil {
			now.text = t.quoted[from:len(t.quoted):len(t.quoted)] // stays as it is when t.quoted grows
		}
		if err != nil {
			t.fault(now, t.header[i], "", err)
			good = false
		}
		t.cells[i] = now
	}
	return good
}

// damaged ends the table with a fault at column i of the present row, or the whole file when i is below 0.
func (t *Table) damaged(i int, err error) {
	t.done = true
	if !errors.Is(err, ErrParquet) {
		err = fmt.Errorf("%w: %w", ErrParquet, err)
	}
	if i < 0 {
		t.fault(cell{}, "", "", err)
		return
	}
	t.fault(cell{line: max(1, int(t.rows)), col: i + 1}, "column", t.header[i], fmt.Errorf("row group %d: %w", t.parquet.group, err))
}

// next goes to the next row group.
func (p *parquetTable) next() (column int, err error) {
	if column, err = p.finish(); err != nil {
		return column, err
	}
	column = -1
	defer caught(&err)
	g := p.groups[p.group]
	p.group++
	chunks := g.ColumnChunks()
	for i := range p.cols {
		c := &p.cols[i]
		if !c.read {
			continue
		}
		column = i
		if c.leaf >= len(chunks) {
			return i, fmt.Errorf("%w: the column is not in the row group", ErrParquet)
		}
		g := &p.about[p.group-1]
		if c.leaf >= len(g.Columns) {
			return i, fmt.Errorf("%w: the column is not in the row group", ErrParquet)
		}
		c.stream.begin(&g.Columns[c.leaf].MetaData, g.NumRows)
		if c.buf == nil {
			c.buf = make([]parquet.Value, parquetValues)
		}
		c.pages, c.at, c.n = chunks[c.leaf].Pages(), 0, 0
	}
	p.left = g.NumRows()
	return -1, nil
}

// compressionOf refuses what the library would not read as it is: a block of LZ4_RAW is unpacked into room that is then lost when it is larger than the
// page, so that the page has the bytes of another one; and a column is unpacked in every row group like in the first.
func compressionOf(groups []format.RowGroup, leaf int) error {
	for i := range groups {
		if leaf >= len(groups[i].Columns) {
			return fmt.Errorf("%w: row group %d does not have the column", ErrParquet, i+1)
		}
		switch codec, first := groups[i].Columns[leaf].MetaData.Codec, groups[0].Columns[leaf].MetaData.Codec; {
		case codec == format.Lz4Raw:
			return fmt.Errorf("%w: %s", ErrCompression, codec)
		case codec != first:
			return fmt.Errorf("%w: %s in row group %d, %s before", ErrCompression, codec, i+1, first)
		}
	}
	return nil
}

// finish ends a row group: no column may have values left.
func (p *parquetTable) finish() (column int, err error) {
	for i := range p.cols {
		c := &p.cols[i]
		if c.pages == nil {
			continue
		}
		if c.at < c.n {
			return i, fmt.Errorf("%w: more values than rows", ErrParquet)
		}
		switch err := c.fill(); {
		case err == nil:
			return i, fmt.Errorf("%w: more values than rows", ErrParquet)
		case !errors.Is(err, errFewValues):
			return i, err
		}
		if err := c.pages.Close(); err != nil {
			return i, err
		}
		c.pages = nil
	}
	return -1, nil
}

var errFewValues = errors.New("fewer values than rows")

// fill takes the next values of the column.
func (c *parquetColumn) fill() (err error) {
	defer func() {
		if err != nil && c.stream.err != nil && c.stream.err != io.EOF { // which the library tells in its own words
			err = c.stream.err
		}
	}()
	defer caught(&err)
	for {
		if c.values != nil {
			n, err := c.values.ReadValues(c.buf)
			if n > 0 {
				c.at, c.n = 0, n
				return nil
			}
			if err != nil && err != io.EOF {
				return err
			}
			parquet.Release(c.page)
			c.page, c.values = nil, nil
		}
		page, err := c.pages.ReadPage()
		if err == io.EOF {
			return errFewValues
		}
		if err != nil {
			return err
		}
		c.page, c.values = page, page.Values()
	}
}

// hold makes a Parquet input readable at any place, and computes its digest where one is declared.
func (s *source) hold(f io.Reader) error {
	at, size, err := atAnyPlace(f)
	if errors.Is(err, ErrUnpack) || errors.Is(err, ErrParquetSize) {
		s.raw = failing{err} // told by the table, with its place
		return nil
	}
	if err == nil && s.in.SHA256 != "" {
		s.digest, err = digestOf(at, size)
	}
	s.raw = io.NewSectionReader(at, 0, size)
	return err
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }
