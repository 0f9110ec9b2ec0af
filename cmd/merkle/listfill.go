package main

import (
	"bytes"
	"unicode/utf8"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/alloc/lists"
	"github.com/merkle-drop/merkle/tree"
)

// lettersAtOnce is how many letters of addresses are gathered before their checksums are compared.
const lettersAtOnce = 512 * 40

// filler writes the rows of blocks into the columns of a list. It is memory of one goroutine; several write to different rows.
type filler struct {
	l       *list
	cut     func(line []byte) bool // divides a line into cells
	names   []string               // JSON Lines: the keys
	tool    bool                   // a list of another tool: no cell is empty
	anyhow  bool                   // spellings of accounts are let through
	cells   [][]byte
	checks  *tree.EIP55
	letters []byte // of addresses whose checksum is still to be compared
	wrong   []int
	number  []byte
	token   merkle.Account // of tokenText
	tokens  []byte
	texts   []byte // of further columns
	spans   [][2]int
	spare   []int // columns of the file that are no field
	columns []int // columns of the file that are kept as text
}

func newFiller(l *list, table *lists.List) *filler {
	f := &filler{l: l, names: table.Header(), tool: table.Kind.Name != "table", checks: tree.NewEIP55(),
		anyhow: l.set.anyChecksum || l.set.blanks || l.set.zeroAccount}
	f.cells = make([][]byte, len(f.names))
	f.cut = f.cutCSV
	if table.Lines == "jsonl" {
		f.cut = f.cutJSON
	}
	for i := range l.cols {
		switch c := l.cols[i]; {
		case c.field < 0:
			f.spare = append(f.spare, i)
		case l.profile.Fields[c.field].Source == tree.SourceColumn:
			f.columns = append(f.columns, i)
		}
	}
	return f
}

// fill reports false when some row is not a plain, well-formed one.
func (f *filler) fill(b *block, kinds []merkle.AccountKind) bool {
	if bytes.IndexByte(b.text, 0) >= 0 || !utf8.Valid(b.text) {
		return false
	}
	returns := bytes.IndexByte(b.text, '\r') >= 0
	f.letters, f.texts, f.spans = f.letters[:0], f.texts[:0], f.spans[:0]
	row := b.first
	for text := b.text; len(text) > 0; row++ {
		line, next := text, len(text)
		if stop := bytes.IndexByte(text, '\n'); stop >= 0 {
			line, next = text[:stop], stop+1
			if returns && stop > 0 && line[stop-1] == '\r' {
				line = line[:stop-1]
			}
		}
		if text = text[next:]; returns && bytes.IndexByte(line, '\r') >= 0 || !f.cut(line) || !f.row(row, kinds) {
			return false
		}
		if len(f.letters) >= lettersAtOnce && !f.checked() {
			return false
		}
	}
	f.keepTexts(b.first)
	return f.checked()
}

// checked compares the checksums of the addresses that were gathered.
func (f *filler) checked() bool {
	f.wrong = f.checks.Check(f.letters, f.wrong[:0])
	f.letters = f.letters[:0]
	return len(f.wrong) == 0
}

func (f *filler) row(row int, kinds []merkle.AccountKind) bool {
	l := f.l
	r := &l.rows
	for i := range l.cols {
		c, cell := &l.cols[i], f.cells[i]
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
			var a merkle.Account
			a, ok = f.account(cell)
			ok = ok && a.Family() == l.profile.Accounts
			r.Accounts[row], kinds[row] = a, a.Kind()
		case tree.SourceToken:
			if row == 0 || !bytes.Equal(cell, f.tokens) {
				var err error
				f.token, err = l.account(cell)
				ok = err == nil
				f.tokens = append(f.tokens[:0], cell...)
			}
			r.Tokens[row] = f.token
		case tree.SourceAmount:
			r.Amounts[row], ok = readAmount(cell)
		case tree.SourceLocked:
			r.Locked[row], ok = readAmount(cell)
		case tree.SourceIndex:
			var a merkle.Amount
			if a, ok = readAmount(cell); ok {
				r.Index[row], ok = a.Uint64()
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
		raw, small, capital, ok := readAddress((*[40]byte)(cell[2:]))
		if ok && !(capital && !small) {
			if capital {
				f.letters = append(f.letters, cell[2:]...)
			}
			a, err := merkle.NewAccount(merkle.EVM, raw[:])
			return a, err == nil
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

// keepTexts makes the texts of a block one string, of which the rows' values are parts.
func (f *filler) keepTexts(first int) {
	all := string(f.texts)
	for i, s := range f.spans {
		c := f.l.cols[f.columns[i%len(f.columns)]]
		f.l.rows.Columns[c.at].Values[first+i/len(f.columns)] = all[s[0]:s[1]]
	}
}
