package tree

import (
	"encoding/binary"
	"fmt"

	merkle "github.com/merkle-drop/merkle"
)

// form is how values stand in a pre-image.
type form uint8

const (
	words  form = iota + 1 // abi.encode: a word each, dynamic types behind all words
	packed                 // abi.encodePacked: big-endian, end to end
	little                 // end to end, integers little-endian
	spelt                  // text
)

func formOf(encoding string) form {
	switch encoding {
	case EncodingABI, EncodingEIP712:
		return words
	case EncodingPacked:
		return packed
	case EncodingText, EncodingTextColon:
		return spelt
	}
	return little
}

// encoder writes leaf pre-images of one tree's rows.
type encoder struct {
	encoding string
	form     form
	between  byte       // stands between two fields of a text; 0 for the other forms
	fields   []encField // all, as in the profile
	leaf     []encField // those of the pre-image
	prefixes [][]byte   // of each leaf hash; with eip712 the last one ends in the hash of the domain
	rows     *Rows
	index    []uint64       // by row; nil when the leaf has no index
	token    merkle.Account // of the tree, where rows have none
	dynamic  bool           // pre-images differ in length
	size     int            // bytes of a pre-image, the fewest when dynamic
}

type encField struct {
	Field
	typ       *fieldType
	column    []string // SourceColumn
	ecosystem []string // identityKind: the column of the field before it
	fixed     string   // SourceConstant, SourceDomain
	static    []byte   // the encoding of fixed, or of the tree's one token, for types that are not dynamic, else nil
}

// newEncoder finds the column or constant of each field. p is valid.
func newEncoder(p *Profile, s *Spec, rows *Rows, index []uint64) (*encoder, error) {
	e := &encoder{encoding: p.Encoding, form: formOf(p.Encoding), rows: rows, index: index, token: s.Token, prefixes: p.LeafPrefixes}
	switch p.Encoding {
	case EncodingText:
		e.between = ' '
	case EncodingTextColon:
		e.between = ':'
	}
	for _, f := range p.Fields {
		t, err := parseType(f.Type)
		if err != nil {
			return nil, err
		}
		ef := encField{Field: f, typ: t}
		switch f.Source {
		case SourceColumn:
			if ef.column = rows.column(f.Name); ef.column == nil {
				return nil, fmt.Errorf("field %s: the rows have no such column", f.Name)
			}
			if t.kind == identityKind {
				ef.ecosystem = e.fields[len(e.fields)-1].column
			}
		case SourceConstant, SourceDomain:
			if err := e.fix(&ef, s); err != nil {
				return nil, err
			}
		case SourceToken:
			if rows.Tokens == nil {
				ef.static = e.account(nil, t, s.Token)
			}
		}
		e.fields = append(e.fields, ef)
		if f.Source == SourceDomain {
			continue
		}
		if e.between != 0 && len(e.leaf) > 0 {
			e.size++
		}
		e.leaf = append(e.leaf, ef)
		e.size += t.minSize(p.Encoding)
		e.dynamic = e.dynamic || t.free(p.Encoding)
	}
	if p.Encoding == EncodingEIP712 {
		e.prefixes = [][]byte{p.LeafPrefixes[0], append(append([]byte{}, p.LeafPrefixes[1]...), e.domain(p)...)}
	}
	return e, nil
}

// again takes up the columns of rows that were read anew.
func (e *encoder) again() {
	e.index = e.rows.Index
	for _, fields := range [][]encField{e.fields, e.leaf} {
		for i := range fields {
			e.takeUp(fields, i)
		}
	}
}

// takeUp takes up the column of one field.
func (e *encoder) takeUp(fields []encField, i int) {
	f := &fields[i]
	if f.Source != SourceColumn {
		return
	}
	f.column = e.rows.column(f.Name)
	if f.typ.kind == identityKind {
		f.ecosystem = e.rows.column(fields[i-1].Name)
	}
}

// values returns what appends the text of a leaf field (by its number) of a row, where rows may be read anew between calls.
func (e *encoder) values() func(dst []byte, row, field int) []byte {
	return func(dst []byte, row, field int) []byte {
		e.index = e.rows.Index
		e.takeUp(e.fields, field)
		return e.appendValue(dst, row, field)
	}
}

// fix takes the value of a constant.
func (e *encoder) fix(f *encField, s *Spec) (err error) {
	var ok bool
	if f.fixed, ok = s.Constants[f.Name]; !ok {
		return fmt.Errorf("field %s: its constant value is missing", f.Name)
	}
	if f.static, err = e.value(nil, f.typ, f.fixed); err != nil {
		return fmt.Errorf("constant %s %q: %w", f.Name, f.fixed, err)
	}
	if f.typ.dynamic() {
		f.static = nil
	}
	return nil
}

// withoutFirst writes all fields but the first, which is of static size.
func (e *encoder) withoutFirst() *encoder {
	rest := *e
	rest.leaf = e.leaf[1:]
	rest.size -= e.leaf[0].typ.minSize(e.encoding)
	return &rest
}

// append appends the pre-image of a row. A failure names the field.
func (e *encoder) append(dst []byte, row int) ([]byte, *RowError) {
	base := len(dst)
	for i := range e.leaf {
		f := &e.leaf[i]
		if e.form == words && f.typ.dynamic() {
			dst = append(dst, make([]byte, 32)...) // the offset, below
			continue
		}
		if i > 0 && e.between != 0 {
			dst = append(dst, e.between)
		}
		var err *RowError
		if dst, err = e.field(dst, f, row); err != nil {
			return dst, err
		}
	}
	if e.form != words || !e.dynamic {
		return dst, nil
	}
	at := base
	for i := range e.leaf {
		f := &e.leaf[i]
		if f.typ.dynamic() {
			binary.BigEndian.PutUint64(dst[at+24:], uint64(len(dst)-base))
			var err *RowError
			if dst, err = e.field(dst, f, row); err != nil {
				return dst, err
			}
		}
		at += f.typ.headSize()
	}
	return dst, nil
}

// field appends one value: for abi the head of a static type, the tail of a dynamic one.
func (e *encoder) field(dst []byte, f *encField, row int) ([]byte, *RowError) {
	if f.static != nil {
		return append(dst, f.static...), nil
	}
	switch f.Source {
	case SourceAccount:
		return e.account(dst, f.typ, e.rows.Accounts[row]), nil
	case SourceToken:
		return e.account(dst, f.typ, e.rows.Tokens[row]), nil
	case SourceAmount:
		return e.number(dst, f.typ, e.rows.Amounts[row]), nil
	case SourceLocked:
		return e.number(dst, f.typ, e.rows.locked(row)), nil
	case SourceIndex:
		return e.number(dst, f.typ, merkle.NewAmount(e.index[row])), nil
	}
	text := f.fixed
	if f.Source == SourceColumn {
		text = f.column[row]
	}
	var out []byte
	var err error
	if f.typ.kind == identityKind {
		out, err = appendIdentity(dst, f.ecosystem[row], text)
	} else {
		out, err = e.value(dst, f.typ, text)
	}
	if err != nil {
		return dst, &RowError{Row: row, Other: -1, Field: f.Name, Value: text, Err: err}
	}
	return out, nil
}

// account appends an account; families were checked before.
func (e *encoder) account(dst []byte, t *fieldType, a merkle.Account) []byte {
	switch {
	case e.form == spelt:
		return a.AppendText(dst)
	case e.form == words && t.kind == addressKind:
		dst = append(dst, make([]byte, 12)...)
	}
	return a.AppendBytes(dst)
}

// number appends an unsigned number; widths were checked before.
func (e *encoder) number(dst []byte, t *fieldType, a merkle.Amount) []byte {
	switch e.form {
	case little:
		w := a.Words()
		for i := range t.size {
			dst = append(dst, byte(w[i/8]>>(8*(i%8))))
		}
		return dst
	case spelt:
		return a.AppendText(dst)
	}
	b := a.Bytes32()
	if e.form == words {
		return append(dst, b[:]...)
	}
	return append(dst, b[32-t.size:]...)
}

// value appends a value given as text, in the tree's encoding.
func (e *encoder) value(dst []byte, t *fieldType, text string) ([]byte, error) {
	switch e.form {
	case words:
		return t.appendABI(dst, text)
	case spelt:
		return t.appendText(dst, text)
	}
	switch t.kind {
	case bytesKind, stringKind:
		raw, err := t.rawBytes(text)
		return append(dst, raw...), err
	case nestedKind:
		return t.elem.appendNested(dst, text)
	case arrayKind: // packed: elements are padded to words
		items, err := t.elements(text)
		if err != nil {
			return dst, err
		}
		for _, item := range items {
			w, err := t.elem.word(item)
			if err != nil {
				return dst, err
			}
			dst = append(dst, w[:]...)
		}
		return dst, nil
	case ecosystemKind:
		tag, err := ecosystemTag(text)
		return append(dst, tag), err
	}
	w, err := t.word(text)
	switch {
	case err != nil:
		return dst, err
	case e.form == little && (t.kind == uintKind || t.kind == intKind):
		for i := range t.size {
			dst = append(dst, w[31-i])
		}
		return dst, nil
	}
	return append(dst, t.scalar(&w)...), nil
}
