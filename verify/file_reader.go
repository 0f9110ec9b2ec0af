package verify

import (
	"math/big"
	"strconv"
	"strings"
)

// rowReader reads the rows of a listing from JSON and notes what is wrong with them.
type rowReader struct {
	p     *filePass
	l     *listing
	n     int
	small int    // accounts in small letters
	first string // place of the first of them
	text  string
}

func (p *filePass) rowsOf(l *listing) *rowReader { return &rowReader{p: p, l: l} }

// begin is the next row; key is its member name, "" in a list.
func (q *rowReader) begin(s *source, at int, key string) *fileRow {
	r := newRow(s, at, key, q.n)
	q.n++
	return &r
}

// end keeps a row whose values could be read.
func (q *rowReader) end(r *fileRow, ok bool, cells ...string) {
	if ok {
		r.cells = cells
		q.l.rows = append(q.l.rows, *r)
	}
}

// account reads the row's account; at is where its text stands.
func (q *rowReader) account(r *fileRow, text string, at int) bool {
	a, ok := q.p.evmAccount(text, q.l.where(r, at, ""))
	if lowerCase(text) {
		if q.small++; q.small == 1 {
			q.first, q.text = q.l.where(r, at, ""), text
		}
	}
	r.acct = a
	return ok
}

// accountOf reads the account from the first of these members that the row has.
func (q *rowReader) accountOf(r *fileRow, row jval, names ...string) bool {
	v, ok := firstOf(row, names...)
	if !ok || v.kind() != '"' {
		q.p.fault(FileMember, q.l.where(r, row.at, ""), "no member "+quotedText(names[0]), "")
		return false
	}
	return q.account(r, v.text(), v.at)
}

// address reads another address of a row.
func (q *rowReader) address(r *fileRow, v jval, member string) (string, bool) {
	if v.kind() != '"' {
		q.p.fault(RowAccount, q.l.where(r, max(v.at, r.at), member), clip(v.raw()), "0x and 40 hex digits")
		return "", false
	}
	a, ok := q.p.evmAccount(v.text(), q.l.where(r, v.at, member))
	return hex0x(a.raw[:20]), ok
}

// addressOf reads another address from the first of these members that the row has.
func (q *rowReader) addressOf(r *fileRow, row jval, names ...string) (string, bool) {
	v, ok := firstOf(row, names...)
	if !ok {
		q.p.fault(FileMember, q.l.where(r, row.at, ""), "no member "+quotedText(names[0]), "")
		return "", false
	}
	return q.address(r, v, names[0])
}

// number reads a whole number.
func (q *rowReader) number(r *fileRow, v jval, member string) (string, bool) {
	return q.p.amount(v, func(at int) string { return q.l.where(r, at, member) })
}

// numberOf reads a whole number from the first of these members that the row has.
func (q *rowReader) numberOf(r *fileRow, row jval, names ...string) (string, bool) {
	v, ok := firstOf(row, names...)
	if !ok {
		q.p.fault(FileMember, q.l.where(r, row.at, ""), "no member "+quotedText(names[0]), "")
		return "", false
	}
	return q.number(r, v, names[0])
}

// proofOf notes where the row's proof stands.
func (q *rowReader) proofOf(r *fileRow, row jval, names ...string) {
	if v, ok := firstOf(row, names...); ok && v.kind() != 'n' {
		r.proof = v.at
	}
}

// close notes accounts in small letters, once.
func (q *rowReader) close() {
	if q.small == 0 {
		return
	}
	q.p.remark(RowSpelling, q.first, quotedText(q.text), "EIP-55 letters, which nothing checks in "+strconv.Itoa(q.small)+" of "+strconv.Itoa(q.n)+" accounts")
}

// cell reads a value of a Solidity type in the spelling that leaf rules take.
func (q *rowReader) cell(r *fileRow, t *solType, v jval, member string) (string, bool) {
	bad := func(want string) (string, bool) {
		q.p.fault(RowValue, q.l.where(r, v.at, member), clip(v.raw()), want)
		return "", false
	}
	switch t.kind {
	case typeUint, typeU64:
		return q.number(r, v, member)
	case typeInt:
		if s, negative := strings.CutPrefix(v.text(), "-"); negative && v.kind() != '{' {
			n, _, ok := integerText(s)
			if !ok || n.Sign() == 0 {
				return bad("a whole number")
			}
			return "-" + n.String(), true
		}
		return q.number(r, v, member)
	case typeAddress:
		return q.address(r, v, member)
	case typeBool:
		if s := v.text(); s == "true" || s == "false" {
			return s, true
		}
		return bad("true or false")
	case typeFixedBytes, typeBytes:
		b, ok := bytesValue(v)
		if !ok || t.kind == typeFixedBytes && len(b) != t.length {
			return bad("0x and hex digits of the type's length")
		}
		return hex0x(b), true
	case typeString:
		if v.kind() != '"' {
			return bad("a text")
		}
		return v.text(), true
	case typeArray, typeTuple:
		return q.listCell(r, t, v, member)
	case typeABI:
		return q.cell(r, t.elem, v, member)
	}
	return bad("a value of the field's type")
}

func (q *rowReader) listCell(r *fileRow, t *solType, v jval, member string) (string, bool) {
	var items []jval
	if v.kind() == '{' { // a tuple whose parts are named
		for _, m := range v.members() {
			items = append(items, m.val)
		}
	} else {
		items = v.list()
	}
	if !v.isList() && v.kind() != '{' || t.kind == typeTuple && len(items) != len(t.parts) {
		q.p.fault(RowValue, q.l.where(r, v.at, member), clip(v.raw()), "a list of the type's length")
		return "", false
	}
	cells := make([]string, len(items))
	for i, item := range items {
		elem := t.elem
		if t.kind == typeTuple {
			elem = &t.parts[i]
		}
		c, ok := q.cell(r, elem, item, member)
		if !ok {
			return "", false
		}
		if elem.kind == typeString {
			c = string(appendText(nil, c))
		}
		cells[i] = c
	}
	return "[" + strings.Join(cells, ",") + "]", true
}

// bytesValue reads 0x and hex digits of any case, or a list of byte numbers.
func bytesValue(v jval) ([]byte, bool) {
	if v.kind() == '[' {
		var out []byte
		good := true
		v.items(func(_ int, item jval) bool {
			n, ok := parseCount(item.text())
			good = good && ok && n < 256
			out = append(out, byte(n))
			return good
		})
		return out, good
	}
	s := strings.ToLower(v.text())
	if v.kind() != '"' {
		return nil, false
	}
	return unhex0x(s)
}

// figure notes a number that the file states about all rows. column "" counts them.
func (p *filePass) figure(l *listing, name string, v jval, column string, want *big.Int) {
	n, odd, ok := integer(v)
	if !ok {
		p.fault(RowValue, l.src.place(v.at)+" "+name, clip(v.raw()), "a whole number that is not negative")
		return
	}
	if odd != "" {
		p.remark(RowSpelling, l.src.place(v.at)+" "+name, clip(v.raw()), n.String()+": "+odd)
	}
	l.figures = append(l.figures, figure{name: name, src: l.src, at: v.at, got: n, column: column, want: want})
}
