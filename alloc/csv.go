package alloc

import (
	"bytes"
	"errors"
	"fmt"
)

// What may be wrong with a CSV row (RFC 4180).
var (
	ErrBareQuote  = errors.New(`quote inside a cell that does not start with one`)
	ErrAfterQuote = errors.New(`text after the closing quote of a cell`)
	ErrOpenQuote  = errors.New(`quote is not closed`)
	ErrCells      = errors.New("wrong number of cells")
)

func (t *Table) openCSV() {
	text, end, ok := t.line()
	if !ok {
		if t.err == nil && t.bad == 0 {
			t.fault(cell{}, "", "", ErrNoRows)
		}
		return
	}
	if len(text) == 0 && len(end) == 0 {
		t.done = true
		t.fault(cell{}, "", "", ErrNoRows)
		return
	}
	if !t.split(text, end) {
		t.done = true
		return
	}
	t.heads = make([]cell, len(t.cells))
	for i, c := range t.cells {
		t.header = append(t.header, string(c.text))
		t.heads[i] = cell{line: c.line, col: c.col}
	}
}

func (t *Table) parseCSV() bool {
	text, end, ok := t.line()
	if !ok {
		return false
	}
	t.rows++
	if !t.split(text, end) {
		return false
	}
	if len(t.cells) != len(t.header) {
		what := fmt.Errorf("%w: %d, the header has %d", ErrCells, len(t.cells), len(t.header))
		if len(text) == 0 {
			what = fmt.Errorf("%w: the line is empty", ErrCells)
		}
		t.fault(t.cells[min(len(t.cells)-1, len(t.header))], "", "", what)
		return false
	}
	return true
}

// split cuts a line into cells. A quoted cell may take in more lines.
func (t *Table) split(text, end []byte) bool {
	ok := true
	if !plain(text, '"') {
		ok = t.check(text)
		if bytes.IndexByte(text, '"') >= 0 {
			return t.splitQuoted(text, end, ok)
		}
		if i := bytes.IndexByte(text, '\r'); i >= 0 {
			t.fault(cell{line: t.lines.line, col: i + 1}, "", "", ErrLoneCR)
			ok = false
		}
	}
	t.cells = t.cells[:0]
	line, from := t.lines.line, 0
	for {
		i := bytes.IndexByte(text[from:], ',')
		if i < 0 {
			break
		}
		t.cells = append(t.cells, cell{text[from : from+i], line, from + 1})
		from += i + 1
	}
	t.cells = append(t.cells, cell{text[from:], line, from + 1})
	return ok
}

// splitQuoted is split for a row with quotes: the text of its cells is gathered in t.quoted.
func (t *Table) splitQuoted(text, end []byte, ok bool) bool {
	t.cells, t.quoted, t.spans = t.cells[:0], t.quoted[:0], t.spans[:0]
	size := len(text)
	refuse := func(at int, err error) bool {
		t.fault(cell{line: t.lines.line, col: at + 1}, "", "", err)
		return false
	}
	for i := 0; ; i++ { // one cell a turn; i is its start, then the separator behind it
		start := cell{line: t.lines.line, col: i + 1}
		from := len(t.quoted)
		if i < len(text) && text[i] == '"' {
			for i++; ; {
				q := bytes.IndexByte(text[i:], '"')
				if q >= 0 {
					t.quoted = append(t.quoted, text[i:i+q]...)
					if i += q + 1; i < len(text) && text[i] == '"' {
						t.quoted = append(t.quoted, '"')
						i++
						continue
					}
					break
				}
				t.quoted = append(append(t.quoted, text[i:]...), end...)
				var more bool
				if text, end, more = t.line(); !more {
					if t.err == nil {
						t.fault(start, "", "", ErrOpenQuote)
					}
					return false
				}
				ok = t.check(text) && ok
				if size += len(text) + len(end); size > maxLine {
					t.done = true
					t.fault(start, "", "", fmt.Errorf("%w within 1 MiB", ErrOpenQuote))
					return false
				}
				i = 0
			}
			if i < len(text) && text[i] != ',' {
				return refuse(i, ErrAfterQuote)
			}
		} else {
			stop := bytes.IndexByte(text[i:], ',')
			if stop < 0 {
				stop = len(text) - i
			}
			plain := text[i : i+stop]
			if q := bytes.IndexByte(plain, '"'); q >= 0 {
				return refuse(i+q, ErrBareQuote)
			}
			if q := bytes.IndexByte(plain, '\r'); q >= 0 {
				return refuse(i+q, ErrLoneCR)
			}
			t.quoted = append(t.quoted, plain...)
			i += stop
		}
		t.cells, t.spans = append(t.cells, start), append(t.spans, [2]int{from, len(t.quoted)})
		if i >= len(text) {
			break
		}
	}
	for i, s := range t.spans { // only now: t.quoted no longer moves
		t.cells[i].text = t.quoted[s[0]:s[1]]
	}
	return ok
}
