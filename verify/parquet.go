package verify

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/parquet-go/parquet-go"
)

const (
	mostParquet = 1 << 30 // of a file that cannot be read at any place, and is held
	rowsAtOnce  = 512
)

// parquetRows reads the rows of a Parquet file one after the other.
type parquetRows struct {
	groups  []parquet.RowGroup
	rows    parquet.Rows // of the present row group
	got     []parquet.Row
	at      int
	left    int64             // rows of the present group that are still to come
	columns []parquetColumn   // by leaf
	byCell  []int             // leaf of each cell, -1 for a list or group
	cells   [][]parquet.Value // by leaf, of the present row
}

func isParquet(d *inputDecl) bool {
	return d.format == "parquet" || d.format == "" && strings.HasSuffix(d.file, ".parquet")
}

// newParquetTable opens a raw input and takes the digest of the file.
func newParquetTable(r io.Reader, d *inputDecl) (*table, digest, error) {
	h := sha256.New()
	file, size, err := placed(r)
	if err != nil {
		return nil, digest{}, err
	}
	if _, err := io.Copy(h, io.NewSectionReader(file, 0, size)); err != nil {
		return nil, digest{}, err
	}
	account := "account"
	if theirs, ok := d.rename[account]; ok {
		account = theirs
	}
	t := &table{parquet: new(parquetRows)}
	if t.header, err = t.parquet.open(file, size, account); err != nil {
		return nil, digest{}, fmt.Errorf("not a readable Parquet file: %w", err)
	}
	return t, digest(h.Sum(nil)), nil
}

// placed makes a file readable at any place.
func placed(r io.Reader) (io.ReaderAt, int64, error) {
	if f, ok := r.(fs.File); ok {
		if at, ok := r.(io.ReaderAt); ok {
			info, err := f.Stat()
			if err != nil {
				return nil, 0, err
			}
			return at, info.Size(), nil
		}
	}
	text, err := io.ReadAll(io.LimitReader(r, mostParquet+1))
	if err == nil && len(text) > mostParquet {
		err = errors.New("more than 1 GiB of Parquet that cannot be read at any place")
	}
	return bytes.NewReader(text), int64(len(text)), err
}

// trusting runs what trusts the file, and makes an error of a panic.
func trusting(do func() error) (err error) {
	defer func() {
		if recover() != nil {
			err = errors.New("the file contradicts itself")
		}
	}()
	return do()
}

func (p *parquetRows) open(file io.ReaderAt, size int64, account string) (header []string, err error) {
	end := make([]byte, 8)
	if size < 12 {
		return nil, errors.New("too short")
	}
	if _, err := file.ReadAt(end, size-8); err != nil {
		return nil, err
	}
	if n := int64(binary.LittleEndian.Uint32(end)); n > size-12 {
		return nil, errors.New("a footer that does not fit in it")
	}
	return header, trusting(func() error {
		f, err := parquet.OpenFile(file, size, parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true))
		if err != nil {
			return err
		}
		total := f.NumRows()
		for _, g := range f.RowGroups() {
			if g.NumRows() < 0 {
				return errors.New("a negative number of rows")
			}
			total -= g.NumRows()
		}
		if total != 0 {
			return errors.New("another number of rows than its row groups have")
		}
		p.groups = f.RowGroups()
		for _, e := range f.Metadata().Schema {
			if e.Type.Valid && !e.NumChildren.Valid {
				p.columns = append(p.columns, parquetColumn{physical: parquet.Kind(e.Type.V)})
			}
		}
		for _, c := range f.Root().Columns() {
			header = append(header, c.Name())
			if !c.Leaf() || c.Repeated() {
				p.byCell = append(p.byCell, -1)
				continue
			}
			i := c.Index()
			if p.columns[i].physical != c.Type().Kind() {
				return fmt.Errorf("column %q: its logical type is not one of its physical type", c.Name())
			}
			p.columns[i].settle(c.Type(), c.Name() == account)
			p.byCell = append(p.byCell, i)
		}
		if len(header) == 0 {
			return errors.New("no columns")
		}
		p.cells = make([][]parquet.Value, len(p.columns))
		p.got = make([]parquet.Row, rowsAtOnce)
		p.got, p.at = p.got[:0], 0
		return nil
	})
}

// readable refuses columns that are read and have a type that is not. Without a Parquet file there is nothing to refuse.
func (p *parquetRows) readable(header []string, read []int) error {
	if p == nil {
		return nil
	}
	for _, i := range read {
		if i < 0 {
			continue
		}
		if p.byCell[i] < 0 {
			return fmt.Errorf("column %q: a list or group", header[i])
		}
		if no := p.columns[p.byCell[i]].no; no != "" {
			return fmt.Errorf("column %q: %s", header[i], no)
		}
	}
	return nil
}

// next gets the next row; nil at the end.
func (p *parquetRows) next() (parquet.Row, error) {
	for p.at == len(p.got) {
		if p.rows == nil {
			if len(p.groups) == 0 {
				return nil, nil
			}
			p.rows, p.left, p.groups = p.groups[0].Rows(), p.groups[0].NumRows(), p.groups[1:]
		}
		n, err := p.rows.ReadRows(p.got[:cap(p.got)])
		p.got, p.at = p.got[:n], 0
		if p.left -= int64(n); p.left < 0 {
			return nil, errors.New("more rows than the footer says")
		}
		switch {
		case n > 0 && (err == nil || err == io.EOF):
		case err != nil && err != io.EOF:
			return nil, err
		case p.left > 0:
			return nil, errors.New("fewer rows than the footer says")
		default:
			if err := p.rows.Close(); err != nil {
				return nil, err
			}
			p.rows = nil
		}
	}
	p.at++
	return p.got[p.at-1], nil
}

// parquetRow reads one row as cells of text.
func (t *table) parquetRow() (bool, error) {
	p := t.parquet
	t.line = t.rows + 1
	t.buf, t.ends = t.buf[:0], t.ends[:0]
	var row parquet.Row
	err := trusting(func() (err error) {
		row, err = p.next()
		return err
	})
	if err != nil {
		return false, t.fail(err.Error())
	}
	if row == nil {
		return false, nil
	}
	for i := range p.cells {
		p.cells[i] = nil
	}
	for i := 0; i < len(row); {
		j, leaf := i+1, row[i].Column()
		for j < len(row) && row[j].Column() == leaf {
			j++
		}
		if leaf < 0 || leaf >= len(p.cells) || p.cells[leaf] != nil {
			return false, t.fail("values of columns that are not in the schema")
		}
		p.cells[leaf] = row[i:j]
		i = j
	}
	for cell, leaf := range p.byCell {
		if leaf >= 0 && p.columns[leaf].no == "" {
			values := p.cells[leaf]
			if len(values) != 1 {
				return false, t.fail(fmt.Sprintf("column %q has %d values", t.header[cell], len(values)))
			}
			from := len(t.buf)
			if t.buf, err = p.columns[leaf].text(t.buf, values[0]); err != nil {
				return false, t.fail(fmt.Sprintf("column %q: %v", t.header[cell], err))
			}
			if len(t.buf)-from > maxRecord {
				return false, t.fail(errRecord.Error())
			}
			if text := t.buf[from:]; !utf8.Valid(text) || slices.Contains(text, 0) {
				return false, t.fail(fmt.Sprintf("column %q: a NUL byte or invalid UTF-8", t.header[cell]))
			}
		}
		t.ends = append(t.ends, len(t.buf))
	}
	return true, nil
}
