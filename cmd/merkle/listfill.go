package main

import (
	"bytes"
	"unicode/utf8"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/alloc/lists"
	"github.com/merkle-drop/merkle/tree"
)

// rowsInHand is how many rows are read before their checksums are compared and their leaves hashed: what is between stays in a near cache.
const rowsInHand = 512

// filler reads the rows of blocks, rowsInHand at a time. It is memory of one goroutine; several read different rows.
type filler struct {
	l     *list
	rows  *tree.Rows           // in hand
	kinds []merkle.AccountKind // of their accounts

	cut     func(line []byte) bool // divides a line into cells
	names   []string               // JSON Lines: the keys
	tool    bool                   // a list of another tool: no cell is empty
	anyhow  bool                   // spellings of accounts are let through
	cells   [][]byte
	steps   []step // how a line of plain cells is read; nil: such lines are cut first
	checks  *tree.EIP55
	letters []byte // of addresses whose checksum is still to be compared
	wrong   []int
	number  []byte
	token   merkle.Account // of tokens
	tokens  []byte
	texts   []byte // of further columns
	spans   [][2]int
	columns []int // columns of the file that are kept as text
}

func newFiller(l *list, table *lists.List) *filler {
	f := &filler{l: l, names: table.Header(), tool: table.Kind.Name != "table", checks: tree.NewEIP55(),
		anyhow: l.set.anyChecksum || l.set.blanks || l.set.zeroAccount}
	f.cells = make([][]byte, len(f.names))
	f.cut = f.cutCSV
	if table.Lines == "jsonl" {
		f.cut = f.cutJSON
	} else if !f.anyhow {
		f.steps = l.steps()
	}
	for i := range l.cols {
		if c := l.cols[i]; c.field >= 0 && l.profile.Fields[c.field].Source == tree.SourceColumn {
			f.columns = append(f.columns, i)
		}
	}
	return f
}

// place is where rows and their kinds are written to.
type place func(first, n int) (*tree.Rows, []merkle.AccountKind)

// fill reports false when some row is not a plain, well-formed one. then is what is done with the rows in hand, from row first on.
func (f *filler) fill(b *block, to place, then func(first int, f *filler) bool) bool {
	text, looked := b.text, false
	for row := 0; row < b.rows; {
		n := min(rowsInHand, b.rows-row)
		f.rows, f.kinds = to(b.first+row, n)
		f.letters, f.texts, f.spans = f.letters[:0], f.texts[:0], f.spans[:0]
		for i := range n {
			letters := len(f.letters)
			if rest, ok := f.plainLine(text, i); ok {
				text = rest
				continue
			}
			f.letters = f.letters[:letters]
			if !looked && (bytes.IndexByte(b.text, 0) >= 0 || !utf8.Valid(b.text)) {
				return false
			}
			looked = true
			var line []byte
			if line, text = firstLine(text); bytes.IndexByte(line, '\r') >= 0 || !f.cut(line) || !f.row(i) {
				return false
			}
		}
		f.keepTexts()
		if f.wrong = f.checks.Check(f.letters, f.wrong[:0]); len(f.wrong) > 0 || !then(b.first+row, f) {
			return false
		}
		row += n
	}
	return true
}

// firstLine divides text behind its first line, whose end is left out.
func firstLine(text []byte) (line, rest []byte) {
	line = text
	if stop := bytes.IndexByte(text, '\n'); stop >= 0 {
		line, rest = text[:stop], text[stop+1:]
		if stop > 0 && line[stop-1] == '\r' {
			line = line[:stop-1]
		}
	}
	return line, rest
}

// row reads the cells of the row in hand i.
func (f *filler) row(i int) bool {
	l := f.l
	r := f.rows
	for k := range l.cols {
		c, cell := &l.cols[k], f.cells[k]
		if len(cell) == 0 && f.tool {
			return false
		}
		if c.field < 0 {
			continue
		}
		if c.number != nil {
			var err error
			if f.number, err = c.number.Append(f.number[:0], cell); err != nil {
				return false
			}
			cell = f.number
		}
		ok := true
		switch l.profile.Fields[c.field].Source {
		case tree.SourceAccount:
			r.Accounts[i], ok = f.account(cell)
			ok = ok && r.Accounts[i].Family() == l.profile.Accounts
			f.kinds[i] = r.Accounts[i].Kind()
		case tree.SourceToken:
			if f.tokens == nil || !bytes.Equal(cell, f.tokens) {
				var err error
				f.token, err = l.account(cell)
				ok = err == nil
				f.tokens = append(f.tokens[:0], cell...)
			}
			r.Tokens[i] = f.token
		case tree.SourceAmount:
			r.Amounts[i], ok = readAmount(cell)
		case tree.SourceLocked:
			r.Locked[i], ok = readAmount(cell)
		case tree.SourceIndex:
			var a merkle.Amount
			if a, ok = readAmount(cell); ok {
				r.Index[i], ok = a.Uint64()
			}
		case tree.SourceColumn:
			if c.addr {
				cell = l.spelled(cell)
			}
			f.text(cell)
		}
		if !ok {
			return false
		}
	}
	return true
}

// account reads a claimant, whose checksum is compared later.
func (f *filler) account(cell []byte) (merkle.Account, bool) {
	if !f.anyhow && len(cell) == 42 && cell[0] == '0' && cell[1] == 'x' {
		words, small, capital, ok := readAddress((*[40]byte)(cell[2:]))
		if ok && !(capital && !small) {
			if capital {
				f.letters = append(f.letters, cell[2:]...)
			}
			a := merkle.AccountFromWords(merkle.EVM, words)
			return a, !a.IsZero()
		}
	}
	a, err := f.l.account(cell)
	return a, err == nil
}

// text keeps the text of a further column; equal texts of rows that follow on each other once.
func (f *filler) text(cell []byte) {
	if last := len(f.spans) - len(f.columns); last >= 0 {
		if s := f.spans[last]; bytes.Equal(f.texts[s[0]:s[1]], cell) {
			f.spans = append(f.spans, s)
			return
		}
	}
	from := len(f.texts)
	f.texts = append(f.texts, cell...)
	f.spans = append(f.spans, [2]int{from, len(f.texts)})
}

// keepTexts makes the texts of the rows in hand one string, of which their values are parts.
func (f *filler) keepTexts() {
	if len(f.spans) == 0 {
		return
	}
	all := string(f.texts)
	for i, s := range f.spans {
		c := f.l.cols[f.columns[i%len(f.columns)]]
		f.rows.Columns[c.at].Values[i/len(f.columns)] = all[s[0]:s[1]]
	}
}
