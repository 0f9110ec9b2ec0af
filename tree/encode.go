package tree

import (
	"encoding/binary"
	"fmt"

	merkle "github.com/merkle-drop/merkle"
)

// encoder writes leaf pre-images of one tree's rows.
type encoder struct {
	encoding string
	fields   []encField
	rows     *Rows
	index    []uint64 // by row; nil when the leaf has no index
	dynamic  bool     // pre-images differ in length
	size     int      // bytes of a pre-image, the fewest when dynamic
}

type encField struct {
	Field
	typ    *fieldType
	column []string // SourceColumn
	fixed  string   // SourceConstant, and SourceToken when the tree has one
	static []byte   // the encoding of fixed for static types, else nil
}

// newEncoder finds the column or constant of each field. p is valid.
func newEncoder(p *Profile, s *Spec, rows *Rows, index []uint64) (*encoder, error) {
	e := &encoder{encoding: p.Encoding, rows: rows, index: index}
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
		case SourceConstant:
			fixed, ok := s.Constants[f.Name]
			if !ok {
				return nil, fmt.Errorf("field %s: its constant value is missing", f.Name)
			}
			ef.fixed = fixed
			if ef.static, err = e.value(nil, t, fixed); err != nil {
				return nil, fmt.Errorf("constant %s %q: %w", f.Name, fixed, err)
			}
			if t.dynamic() {
				ef.static = nil
			}
		case SourceToken:
			if rows.Tokens == nil {
				ef.static = e.account(nil, t, s.Token)
			}
		}
		e.size += t.minSize(p.Encoding)
		e.dynamic = e.dynamic || t.dynamic()
		e.fields = append(e.fields, ef)
	}
	return e, nil
}

// withoutFirst writes all fields but the first, which is of static size.
func (e *encoder) withoutFirst() *encoder {
	rest := *e
	rest.fields = e.fields[1:]
	rest.size -= e.fields[0].typ.minSize(e.encoding)
	return &rest
}

// append appends the pre-image of a row. A failure names the field.
func (e *encoder) append(dst []byte, row int) ([]byte, *RowError) {
	base := len(dst)
	for i := range e.fields {
		f := &e.fields[i]
		if e.encoding == EncodingABI && f.typ.dynamic() {
			dst = append(dst, make([]byte, 32)...) // the offset, below
			continue
		}
		var err *RowError
		if dst, err = e.field(dst, f, row); err != nil {
			return dst, err
		}
	}
	if e.encoding != EncodingABI || !e.dynamic {
		return dst, nil
	}
	at := base
	for i := range e.fields {
		f := &e.fields[i]
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
	out, err := e.value(dst, f.typ, text)
	if err != nil {
		return dst, &RowError{Row: row, Other: -1, Field: f.Name, Value: text, Err: err}
	}
	return out, nil
}

// account appends an account; families were checked before.
func (e *encoder) account(dst []byte, t *fieldType, a merkle.Account) []byte {
	if e.encoding == EncodingABI && t.kind == addressKind {
		dst = append(dst, make([]byte, 12)...)
	}
	return a.AppendBytes(dst)
}

// number appends an unsigned number; widths were checked before.
func (e *encoder) number(dst []byte, t *fieldType, a merkle.Amount) []byte {
	if e.encoding == EncodingLE {
		w := a.Words()
		for i := range t.size {
			dst = append(dst, byte(w[i/8]>>(8*(i%8))))
		}
		return dst
	}
	b := a.Bytes32()
	if e.encoding == EncodingABI {
		return append(dst, b[:]...)
	}
	return append(dst, b[32-t.size:]...)
}

// value appends a value given as text, in the tree's encoding.
func (e *encoder) value(dst []byte, t *fieldType, text string) ([]byte, error) {
	switch t.kind {
	case bytesKind, stringKind:
		raw, err := t.rawBytes(text)
		if err != nil || e.encoding != EncodingABI {
			return append(dst, raw...), err
		}
		dst = appendLength(dst, len(raw))
		dst = append(dst, raw...)
		return append(dst, make([]byte, -len(raw)&31)...), nil
	case arrayKind:
		items, err := t.elements(text)
		if err != nil {
			return dst, err
		}
		if e.encoding == EncodingABI {
			if t.count < 0 {
				dst = appendLength(dst, len(items))
			}
			return e.tuple(dst, t.elem, items)
		}
		for _, item := range items { // packed: elements are padded to words
			w, err := t.elem.word(item)
			if err != nil {
				return dst, err
			}
			dst = append(dst, w[:]...)
		}
		return dst, nil
	}
	w, err := t.word(text)
	switch {
	case err != nil:
		return dst, err
	case e.encoding == EncodingABI:
		return append(dst, w[:]...), nil
	case e.encoding == EncodingLE && (t.kind == uintKind || t.kind == intKind):
		for i := range t.size {
			dst = append(dst, w[31-i])
		}
		return dst, nil
	}
	return append(dst, t.scalar(&w)...), nil
}

// tuple appends abi.encode of elements of one type: heads, then what they point at.
func (e *encoder) tuple(dst []byte, t *fieldType, items []string) ([]byte, error) {
	base, err := len(dst), error(nil)
	if !t.dynamic() {
		for _, item := range items {
			if dst, err = e.value(dst, t, item); err != nil {
				return dst, err
			}
		}
		return dst, nil
	}
	dst = append(dst, make([]byte, 32*len(items))...)
	for i, item := range items {
		binary.BigEndian.PutUint64(dst[base+32*i+24:], uint64(len(dst)-base))
		if dst, err = e.value(dst, t, item); err != nil {
			return dst, err
		}
	}
	return dst, nil
}

func appendLength(dst []byte, n int) []byte {
	dst = append(dst, make([]byte, 24)...)
	return binary.BigEndian.AppendUint64(dst, uint64(n))
}
