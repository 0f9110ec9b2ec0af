package tree

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"

	merkle "github.com/merkle-drop/merkle"
)

// rowBlock is how many rows of a RowFile are found by one offset.
const rowBlock = 256

// RowFile is rows in a temporary file, in the order in which they were appended, so that a list of any length can be read several times. It takes 8 bytes of
// memory for each 256 rows. Appending is for one goroutine and comes first; then any number may read, each with a RowReader.
type RowFile struct {
	path    string
	file    *os.File
	out     *bufio.Writer
	offsets []int64 // of every block; when it is flushed one more, the end
	end     int64
	rows    int
	form    rowForm
	names   []string // of columns
	buf     []byte
}

// rowForm is what a row has.
type rowForm struct {
	accounts, amounts, locked, index, tokens, numbers bool
}

// NewRowFile makes the file, which must not exist.
func NewRowFile(path string) (*RowFile, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	return &RowFile{path: path, file: file, out: bufio.NewWriterSize(file, 1<<18)}, nil
}

// Append adds rows, which all have the columns of the first ones.
func (f *RowFile) Append(rows *Rows) error { return f.AppendNumbered(rows, nil) }

// AppendNumbered adds rows with a number each, which Number gives back; nil: that of the row.
func (f *RowFile) AppendNumbered(rows *Rows, numbers []uint32) error {
	n := rows.Len()
	if n == 0 {
		return nil
	}
	form := rowForm{rows.Accounts != nil, rows.Amounts != nil, rows.Locked != nil, rows.Index != nil, rows.Tokens != nil, numbers != nil}
	if f.rows == 0 {
		f.form = form
		for _, c := range rows.Columns {
			f.names = append(f.names, c.Name)
		}
	}
	if form != f.form || len(rows.Columns) != len(f.names) || n > MaxRows-f.rows || f.out == nil {
		return fmt.Errorf("%d rows of other columns, more than %d, or after the end", n, MaxRows)
	}
	for i := range n {
		f.buf = appendRow(f.buf[:0], form, rows, numbers, i)
		if err := f.appendRaw(f.buf); err != nil {
			return err
		}
	}
	return nil
}

// appendRaw adds a row as appendRow has written it.
func (f *RowFile) appendRaw(row []byte) error {
	if f.rows%rowBlock == 0 {
		f.offsets = append(f.offsets, f.end)
	}
	if _, err := f.out.Write(row); err != nil {
		return err
	}
	f.end += int64(len(row))
	f.rows++
	return nil
}

// appendRow appends row i as it stands in a file.
func appendRow(b []byte, form rowForm, rows *Rows, numbers []uint32, i int) []byte {
	if form.accounts {
		b = appendFamily(b, rows.Accounts[i])
	}
	if form.tokens {
		b = appendFamily(b, rows.Tokens[i])
	}
	if form.amounts {
		b = appendShort(b, rows.Amounts[i])
	}
	if form.locked {
		b = appendShort(b, rows.Locked[i])
	}
	if form.index {
		b = binary.AppendUvarint(b, rows.Index[i])
	}
	if form.numbers {
		b = binary.AppendUvarint(b, uint64(numbers[i]))
	}
	for c := range rows.Columns {
		text := rows.Columns[c].Values[i]
		b = append(binary.AppendUvarint(b, uint64(len(text))), text...)
	}
	return b
}

// appendFamily appends an account of any family, or none, behind the length of its bytes.
func appendFamily(b []byte, a merkle.Account) []byte {
	return a.AppendBytes(append(b, byte(a.Family().Width())))
}

// appendShort appends the bytes of an amount from the first that is not 0 on, behind their number.
func appendShort(b []byte, a merkle.Amount) []byte {
	n := (a.BitLen() + 7) / 8
	raw := a.Bytes32()
	return append(append(b, byte(n)), raw[32-n:]...)
}

// Len is the number of rows.
func (f *RowFile) Len() int { return f.rows }

// flush ends the appending.
func (f *RowFile) flush() error {
	if f.out == nil {
		return nil
	}
	err := f.out.Flush()
	f.offsets, f.out = append(f.offsets, f.end), nil
	return err
}

// Reader returns a reader for one goroutine. Nothing can be appended afterwards.
func (f *RowFile) Reader() (*RowReader, error) {
	if err := f.flush(); err != nil {
		return nil, err
	}
	return &RowReader{f: f}, nil
}

// Slices reads rows for BuildFiled.
func (f *RowFile) Slices() (Slices, error) {
	if err := f.flush(); err != nil {
		return nil, err
	}
	readers := make([]RowReader, maxWorkers)
	for i := range readers {
		readers[i].f = f
	}
	return func(worker, lo, hi int, rows *Rows) error { return readers[worker].Read(lo, hi, rows) }, nil
}

// Close removes the file.
func (f *RowFile) Close() error {
	if f.file == nil {
		return nil
	}
	err := errors.Join(f.file.Close(), os.Remove(f.path))
	f.file = nil
	return err
}

// RowReader reads rows of a RowFile. It is not safe for concurrent use.
type RowReader struct {
	f       *RowFile
	block   []byte
	numbers []uint32 // of the rows read last
}

// Read reads rows [lo, hi) into rows, whose memory it uses again.
func (r *RowReader) Read(lo, hi int, rows *Rows) error {
	f := r.f
	if lo < 0 || hi < lo || hi > f.rows {
		return fmt.Errorf("rows %d to %d of %d", lo, hi, f.rows)
	}
	form := f.form
	rows.Accounts = emptied(rows.Accounts, form.accounts)
	rows.Amounts = emptied(rows.Amounts, form.amounts)
	rows.Locked = emptied(rows.Locked, form.locked)
	rows.Index = emptied(rows.Index, form.index)
	rows.Tokens = emptied(rows.Tokens, form.tokens)
	r.numbers = emptied(r.numbers, form.numbers)
	if len(rows.Columns) != len(f.names) {
		rows.Columns = make([]Column, len(f.names))
	}
	for i, name := range f.names {
		rows.Columns[i] = Column{name, emptied(rows.Columns[i].Values, true)}
	}
	if lo == hi {
		return nil
	}
	return r.readBlocks(lo, hi, rows)
}

// emptied is s without elements, and never nil, or nil.
func emptied[T any](s []T, wanted bool) []T {
	switch {
	case !wanted:
		return nil
	case s == nil:
		return []T{}
	}
	return s[:0]
}

// readBlocks appends rows [lo, hi), of all blocks that have any of them.
func (r *RowReader) readBlocks(lo, hi int, rows *Rows) error {
	f, number := r.f, lo/rowBlock
	from, to := f.offsets[number], f.offsets[(hi-1)/rowBlock+1]
	r.block = resize(r.block, int(to-from))
	if _, err := f.file.ReadAt(r.block, from); err != nil {
		if err == io.EOF {
			err = fmt.Errorf("%s: %w", f.path, io.ErrUnexpectedEOF)
		}
		return err
	}
	c := rowCursor{b: r.block}
	if len(f.names) > 0 {
		c.text = string(r.block)
	}
	for range lo - number*rowBlock {
		c.skip(f.form, len(f.names))
	}
	for row := lo; row < hi && !c.broken; row++ {
		if f.form.accounts {
			rows.Accounts = append(rows.Accounts, c.account())
		}
		if f.form.tokens {
			rows.Tokens = append(rows.Tokens, c.account())
		}
		if f.form.amounts {
			rows.Amounts = append(rows.Amounts, c.amount())
		}
		if f.form.locked {
			rows.Locked = append(rows.Locked, c.amount())
		}
		if f.form.index {
			rows.Index = append(rows.Index, c.uvarint())
		}
		if f.form.numbers {
			r.numbers = append(r.numbers, uint32(c.uvarint()))
		}
		for i := range f.names {
			lo, hi := c.column()
			rows.Columns[i].Values = append(rows.Columns[i].Values, c.text[lo:hi])
		}
	}
	if c.broken {
		return fmt.Errorf("%s: not as it was written", f.path)
	}
	return nil
}

// Number is the number that a row was appended with; that of the row where there was none.
func (r *RowReader) Number(row int) (uint32, error) {
	if !r.f.form.numbers {
		return uint32(row), nil
	}
	var rows Rows
	if err := r.Read(row, row+1, &rows); err != nil {
		return 0, err
	}
	return r.numbers[0], nil
}

// Numbers are the numbers of the rows read last; nil where rows were appended without. They hold until the next reading.
func (r *RowReader) Numbers() []uint32 { return r.numbers }

// rowCursor reads a block.
type rowCursor struct {
	b      []byte
	text   string
	at     int
	broken bool
}

// bytes goes on by n bytes and says where they are.
func (c *rowCursor) bytes(n int) (lo, hi int) {
	if c.broken = c.broken || n > len(c.b)-c.at; c.broken {
		return 0, 0
	}
	c.at += n
	return c.at - n, c.at
}

// column goes on by a text behind its length, at most math.MaxInt32, and says where it is.
func (c *rowCursor) column() (lo, hi int) { return c.bytes(int(min(c.uvarint(), math.MaxInt32))) }

// skip goes on by a row: accounts and amounts, numbers, columns.
func (c *rowCursor) skip(f rowForm, columns int) {
	for range countOf(f.accounts) + countOf(f.tokens) + countOf(f.amounts) + countOf(f.locked) {
		c.short()
	}
	for range countOf(f.index) + countOf(f.numbers) {
		c.uvarint()
	}
	for range columns {
		c.column()
	}
}

func (c *rowCursor) short() []byte {
	lo, hi := c.bytes(1)
	if hi > lo {
		lo, hi = c.bytes(int(c.b[lo]))
	}
	return c.b[lo:hi]
}

func (c *rowCursor) account() merkle.Account {
	raw := c.short()
	family := merkle.EVM
	if len(raw) == merkle.Solana.Width() {
		family = merkle.Solana
	}
	a, err := merkle.NewAccount(family, raw)
	if err != nil && len(raw) > 0 { // the zero account, which was let through
		text := "0x0000000000000000000000000000000000000000"
		if family == merkle.Solana {
			text = "11111111111111111111111111111111"
		}
		a, err = merkle.ParseAccountAny([]byte(text))
		c.broken = c.broken || err != nil
	}
	return a
}

func (c *rowCursor) amount() merkle.Amount {
	raw := c.short()
	if len(raw) > 32 {
		c.broken = true
		return merkle.Amount{}
	}
	var w [4]uint64
	for k := 0; len(raw) > 0; k++ {
		n := min(8, len(raw))
		var v uint64
		for _, b := range raw[len(raw)-n:] {
			v = v<<8 | uint64(b)
		}
		w[k], raw = v, raw[:len(raw)-n]
	}
	return merkle.AmountFromWords(w)
}

func (c *rowCursor) uvarint() uint64 {
	v, n := binary.Uvarint(c.b[c.at:])
	if n <= 0 {
		c.broken = true
		return 0
	}
	c.at += n
	return v
}
