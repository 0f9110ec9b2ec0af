package verify

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/klauspost/compress/zstd"
)

// longest record that is read; a longer one is refused before it is held.
const maxRecord = 1 << 20

// table reads records of cells from CSV (RFC 4180) or JSON Lines. Cells are valid until the next call of next.
type table struct {
	r      *bufio.Reader
	jsonl  bool
	line   int // of the record's first line, from 1
	next1  int // line after it
	buf    []byte
	ends   []int // end of each cell in buf
	header []string
	rows   int

	parquet *parquetRows // nil for CSV and JSON Lines
}

var errRecord = errors.New("a record of more than 1 MiB")

// decompress unpacks .gz and .zst by the name's ending.
func decompress(name string, r io.Reader) (io.Reader, string, func(), error) {
	switch {
	case strings.HasSuffix(name, ".gz"):
		z, err := gzip.NewReader(r)
		if err != nil {
			return nil, "", nil, err
		}
		return z, strings.TrimSuffix(name, ".gz"), func() { z.Close() }, nil
	case strings.HasSuffix(name, ".zst"):
		z, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(256<<20))
		if err != nil {
			return nil, "", nil, err
		}
		return z, strings.TrimSuffix(name, ".zst"), z.Close, nil
	}
	return r, name, func() {}, nil
}

// newTable reads the header of a CSV file. JSON Lines have none: every object names its members.
func newTable(r io.Reader, jsonl bool) (*table, error) {
	t := &table{r: bufio.NewReaderSize(r, 1<<16), jsonl: jsonl, next1: 1}
	if mark, _ := t.r.Peek(3); bytes.Equal(mark, []byte("\xef\xbb\xbf")) {
		t.r.Discard(3)
	}
	if jsonl {
		return t, nil
	}
	ok, err := t.record()
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, errors.New("line 1: an empty file")
	}
	for i := range t.ends {
		t.header = append(t.header, string(t.cell(i)))
	}
	return t, nil
}

func (t *table) cell(i int) []byte {
	start := 0
	if i > 0 {
		start = t.ends[i-1]
	}
	return t.buf[start:t.ends[i]]
}

func (t *table) fail(what string) error {
	if t.parquet != nil {
		return fmt.Errorf("row %d: %s", t.line, what)
	}
	return fmt.Errorf("line %d: %s", t.line, what)
}

// read reads the next row; false at the end.
func (t *table) read() (bool, error) {
	var ok bool
	var err error
	if t.parquet != nil {
		ok, err = t.parquetRow()
	} else if t.jsonl {
		ok, err = t.object()
	} else if ok, err = t.record(); ok && len(t.ends) != len(t.header) {
		return false, t.fail(fmt.Sprint(len(t.ends), " cells, the header has ", len(t.header)))
	}
	if ok {
		t.rows++
	}
	return ok, err
}

// record reads one CSV record: cells parted by commas, ended by LF or CRLF; a cell in quotes may hold commas, line ends and doubled quotes.
func (t *table) record() (bool, error) {
	t.buf, t.ends, t.line = t.buf[:0], t.ends[:0], t.next1
	read, quoted, closed, start := 0, false, false, 0
	for {
		c, err := t.r.ReadByte()
		if err == io.EOF {
			if read == 0 {
				return false, nil
			}
			if quoted {
				return false, t.fail("a quoted cell does not end")
			}
			return t.finish()
		}
		if err != nil {
			return false, err
		}
		if read++; read > maxRecord {
			return false, fmt.Errorf("line %d: %w", t.line, errRecord)
		}
		switch {
		case c == 0:
			return false, t.fail("a NUL byte")
		case quoted:
			if c == '\n' {
				t.next1++
			}
			if c != '"' {
				t.buf = append(t.buf, c)
				continue
			}
			if next, _ := t.r.Peek(1); len(next) == 1 && next[0] == '"' {
				t.r.Discard(1)
				read++
				t.buf = append(t.buf, '"')
				continue
			}
			quoted, closed = false, true
		case c == ',':
			t.ends, start, closed = append(t.ends, len(t.buf)), len(t.buf), false
		case c == '\n':
			t.next1++
			return t.finish()
		case c == '\r':
			if next, _ := t.r.Peek(1); len(next) != 1 || next[0] != '\n' {
				return false, t.fail("a carriage return without a line feed")
			}
		case closed:
			return false, t.fail("something after a closing quote")
		case c == '"':
			if len(t.buf) != start {
				return false, t.fail("a quote inside a cell")
			}
			quoted = true
		default:
			t.buf = append(t.buf, c)
		}
	}
}

func (t *table) finish() (bool, error) {
	t.ends = append(t.ends, len(t.buf))
	if !utf8.Valid(t.buf) {
		return false, t.fail("invalid UTF-8")
	}
	return true, nil
}

// object reads one JSON line. The first object's members are the header; later objects must have the same.
func (t *table) object() (bool, error) {
	t.line = t.next1
	t.next1++
	var line []byte
	for {
		part, err := t.r.ReadSlice('\n')
		line = append(line, part...)
		if len(line) > maxRecord {
			return false, fmt.Errorf("line %d: %w", t.line, errRecord)
		}
		if err == io.EOF {
			if len(line) == 0 {
				return false, nil
			}
			break
		}
		if err != nil && err != bufio.ErrBufferFull {
			return false, err
		}
		if err == nil {
			break
		}
	}
	line = bytes.TrimSuffix(bytes.TrimSuffix(line, []byte("\n")), []byte("\r"))
	v, err := parseJSON(line)
	if err != nil {
		return false, t.fail(err.Error())
	}
	if v.kind != jsonObject {
		return false, t.fail("not an object")
	}
	if t.header == nil {
		t.header = v.names
	}
	if len(v.names) != len(t.header) {
		return false, t.fail("other members than the first object")
	}
	t.buf, t.ends = t.buf[:0], t.ends[:0]
	for _, name := range t.header {
		i := 0
		for i < len(v.names) && v.names[i] != name {
			i++
		}
		if i == len(v.names) || v.items[i].kind != jsonString {
			return false, t.fail("member " + name + " is missing or not a string")
		}
		if strings.IndexByte(v.items[i].text, 0) >= 0 {
			return false, t.fail("a NUL byte")
		}
		t.buf = append(t.buf, v.items[i].text...)
		t.ends = append(t.ends, len(t.buf))
	}
	return true, nil
}

// canonRow appends cells as a line of the canonical form, without the newline: quotes only around cells that hold a comma, quote, CR or LF.
func canonRow(dst []byte, cells [][]byte) []byte {
	for i, c := range cells {
		if i > 0 {
			dst = append(dst, ',')
		}
		if !bytes.ContainsAny(c, ",\"\r\n") {
			dst = append(dst, c...)
			continue
		}
		dst = append(dst, '"')
		for _, b := range c {
			if b == '"' {
				dst = append(dst, '"')
			}
			dst = append(dst, b)
		}
		dst = append(dst, '"')
	}
	return dst
}
