package alloc

import (
	"errors"
	"fmt"
	"io"

	merkle "github.com/merkle-drop/merkle"
)

// Table reads rows of cells from CSV, JSON Lines or Parquet and keeps the place of each cell. A row that is malformed becomes a fault
// and is left out; reading goes on with the next line wherever that is safe.
type Table struct {
	name   string
	lines  *lines
	faults *merkle.Faults
	header []string
	heads  []cell // places of the header
	cells  []cell
	rows   int64 // data rows met, malformed ones included
	bad    int64 // malformed ones
	done   bool
	err    error
	parse  func() bool // reads one row into cells; false: end, or a malformed row (then done tells)

	quoted []byte   // text of the cells of a row with quotes or escapes
	spans  [][2]int // where in quoted each cell is
	keys   []cell   // JSON Lines: keys of the present line
	first  bool     // JSON Lines: the present line is the first, whose keys became the header

	between [][]byte // JSON Lines: of a line that was read, the text before, between and behind its values
	learnt  bool     // there is such a line

	parquet *parquetTable // nil for other formats
}

// cell is a cell's text and place: the line, and the 1-based byte column of its first byte (of the quote, if quoted). Of Parquet the row and the
// column of the table, both from 1; its header has line 0.
type cell struct {
	text      []byte
	line, col int
}

// ErrFormat is the cause when a format is none of csv, jsonl and parquet.
var ErrFormat = errors.New("format is not csv, jsonl or parquet")

// OpenTable reads the header (of JSON Lines: the keys of the first line) and returns a Table that stands before the first
// row. What it refuses goes to faults with places in the file that name stands for. The error is that of a read that
// failed, or of a format other than "csv", "jsonl" and "parquet"; a Table is then not returned. When the header itself is refused the
// Table has no columns and no rows. Parquet is read at many places: of an r that is not RandomAccess up to 1 GiB is held in memory.
func OpenTable(r io.Reader, name, format string, faults *merkle.Faults) (*Table, error) {
	t := &Table{name: name, faults: faults}
	switch format {
	case "csv":
		t.lines = newLines(r)
		t.parse = t.parseCSV
		t.openCSV()
	case "jsonl":
		t.lines = newLines(r)
		t.parse = t.parseJSON
		t.openJSON()
	case "parquet":
		t.parse = t.parseParquet
		t.openParquet(r)
	default:
		return nil, fmt.Errorf("%w: %q", ErrFormat, format)
	}
	if t.err != nil {
		return nil, t.err
	}
	seen := make(map[string]cell, len(t.header))
	for i, name := range t.header {
		if was, twice := seen[name]; twice {
			t.fault(t.heads[i], "column", name, fmt.Errorf("repeated, first at %s", t.at(was)))
			continue
		}
		seen[name] = t.heads[i]
	}
	return t, nil
}

// Header returns the column names, as the file has them.
func (t *Table) Header() []string { return t.header }

// HeaderPos is the place of column i's name.
func (t *Table) HeaderPos(i int) merkle.Pos { return t.at(t.heads[i]) }

// Rows is the number of data rows met so far, malformed ones included.
func (t *Table) Rows() int64 { return t.rows }

// Next goes to the next well-formed row. It reports false at the end, and when nothing after this place can be read safely.
func (t *Table) Next() bool {
	for !t.done {
		if t.parse() {
			return true
		}
	}
	return false
}

// Cell is the text of cell i, 0 ≤ i < len(Header()). The bytes are valid until Next.
func (t *Table) Cell(i int) []byte { return t.cells[i].text }

// Pos is the place of cell i.
func (t *Table) Pos(i int) merkle.Pos { return t.at(t.cells[i]) }

// Err is the error of a read that failed. What was wrong with the contents is among the faults instead.
func (t *Table) Err() error { return t.err }

func (t *Table) at(c cell) merkle.Pos { return merkle.Pos{File: t.name, Line: c.line, Col: c.col} }

func (t *Table) fault(c cell, field, value string, err error) {
	t.bad++
	t.faults.Add(&merkle.Fault{Pos: t.at(c), Field: field, Value: value, Err: err})
}

// line returns the next line, or ends the table.
func (t *Table) line() (text, end []byte, ok bool) {
	text, end, ok, err := t.lines.next()
	if ok {
		return text, end, true
	}
	t.done = true
	switch {
	case errors.Is(err, ErrLongLine), errors.Is(err, ErrUnpack):
		t.fault(cell{line: max(1, t.lines.line), col: 1}, "", "", err)
	case err != nil:
		t.err = fmt.Errorf("%s: %w", t.name, err)
	}
	return nil, nil, false
}

// check refuses NUL bytes and invalid UTF-8.
func (t *Table) check(text []byte) bool {
	i, err := badByte(text)
	if err != nil {
		t.fault(cell{line: t.lines.line, col: i + 1}, "", "", err)
	}
	return err == nil
}
