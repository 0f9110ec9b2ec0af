package verify

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"
)

const (
	mostParquet  = 1 << 30 // of a file that cannot be read at any place, and is held
	valuesAtOnce = 512
)

// parquetRows reads the rows of a Parquet file one after the other, of each column that is chosen one page at a time.
type parquetRows struct {
	plain   *plainFile
	about   []format.RowGroup
	groups  []parquet.RowGroup
	group   int             // how many were begun
	left    int64           // rows of the present group that are still to come
	columns []parquetColumn // by leaf
	byCell  []int           // leaf of each cell, -1 for a list or group
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
	return header, trusting(func() error {
		footer, err := checkedFooter(file, size)
		if err != nil {
			return err
		}
		if p.plain, p.about, err = plainly(file, size, footer); err != nil {
			return err
		}
		f, err := parquet.OpenFile(p.plain, int64(len(p.plain.ends)), parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true))
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
			if e.Type.Valid {
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
			if no := p.packing(i); no != "" {
				p.columns[i].no = no
			}
			p.byCell = append(p.byCell, i)
		}
		if len(header) == 0 {
			return errors.New("no columns")
		}
		return nil
	})
}

// packing tells why the pages of a leaf cannot be unpacked. Of LZ4_RAW the library takes other bytes than the page's, without an error, when they
// unpack to more than three times their length; and it unpacks a column in all row groups as in the first.
func (p *parquetRows) packing(leaf int) string {
	for _, g := range p.about {
		switch codec, first := g.Columns[leaf].MetaData.Codec, p.about[0].Columns[leaf].MetaData.Codec; {
		case codec == format.Lz4Raw:
			return "packed with LZ4_RAW, which is not read"
		case codec != first:
			return fmt.Sprintf("packed with %s and %s, which is not read", first, codec)
		}
	}
	return ""
}

// readable chooses the columns that are read, before the first row is, and refuses those that cannot be. Without a Parquet file there is nothing to refuse.
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
		c := &p.columns[p.byCell[i]]
		if c.no != "" {
			return fmt.Errorf("column %q: %s", header[i], c.no)
		}
		c.read = true
	}
	return nil
}

// begin goes to the next row group; false at the end.
func (p *parquetRows) begin() (bool, error) {
	for i := range p.columns {
		if c := &p.columns[i]; c.pages != nil {
			if more, err := c.fill(); more || err != nil {
				return false, cmp.Or(err, errors.New("more values than the footer says"))
			}
			if err := c.pages.Close(); err != nil {
				return false, err
			}
			c.pages = nil
		}
	}
	if p.group == len(p.groups) {
		return false, nil
	}
	g, chunks := &p.about[p.group], p.groups[p.group].ColumnChunks()
	p.group++
	p.left = g.NumRows
	for i := range p.columns {
		if c := &p.columns[i]; c.read {
			c.queue = &p.plain.columns[i]
			c.queue.load(&g.Columns[i].MetaData, p.left)
			c.pages = chunks[i].Pages()
		}
	}
	return true, nil
}

// fill gets the next values of a column once all others are used; false at its end in the row group.
func (c *parquetColumn) fill() (more bool, err error) {
	defer func() {
		if err != nil && c.queue.fault != nil && c.queue.fault != io.EOF { // said without the library's words
			err = c.queue.fault
		}
	}()
	if c.room == nil {
		c.room = make([]parquet.Value, valuesAtOnce)
	}
	for len(c.got) == 0 {
		if c.values == nil {
			page, err := c.pages.ReadPage()
			if err == io.EOF {
				return false, nil
			}
			if err != nil {
				return false, err
			}
			c.page, c.values = page, page.Values()
		}
		n, err := c.values.ReadValues(c.room)
		if err != nil && err != io.EOF {
			return false, err
		}
		if c.got = c.room[:n]; n == 0 {
			parquet.Release(c.page)
			c.page, c.values = nil, nil
		}
	}
	return true, nil
}

// next makes the next row ready: of each column that is read there is a value; false at the end.
func (p *parquetRows) next() (bool, error) {
	for p.left == 0 {
		if more, err := p.begin(); !more {
			return false, err
		}
	}
	p.left--
	for i := range p.columns {
		if c := &p.columns[i]; c.read && len(c.got) == 0 {
			if more, err := c.fill(); !more {
				return false, cmp.Or(err, errors.New("fewer values than the footer says"))
			}
		}
	}
	return true, nil
}

// parquetRow reads one row as cells of text; those of columns that are not chosen are empty.
func (t *table) parquetRow() (more bool, err error) {
	p := t.parquet
	t.line = t.rows + 1
	t.buf, t.ends = t.buf[:0], t.ends[:0]
	err = trusting(func() (err error) {
		more, err = p.next()
		return err
	})
	if err != nil {
		return false, t.fail(err.Error())
	}
	if !more {
		return false, nil
	}
	for cell, leaf := range p.byCell {
		if leaf >= 0 && p.columns[leaf].read {
			c := &p.columns[leaf]
			v := c.got[0]
			c.got = c.got[1:]
			from := len(t.buf)
			if t.buf, err = c.text(t.buf, v); err != nil {
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
