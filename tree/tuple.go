package tree

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
)

// maxParts bounds a tuple as the fields of a leaf are bounded.
const maxParts = 64

// parseTuple reads "(T,U,…)", depth levels inside other types.
func parseTuple(text string, depth int) (*fieldType, error) {
	rest, ok := strings.CutSuffix(text[1:], ")")
	if !ok {
		return nil, errors.New("( without )")
	}
	t := &fieldType{kind: tupleKind}
	for end := 0; ; rest = rest[end+1:] {
		if end = tuplePartEnd(rest); end < 0 || len(t.parts) == maxParts {
			return nil, fmt.Errorf("want a tuple of 1 to %d types, (T,U)", maxParts)
		}
		part, err := parseNested(rest[:end], depth+1)
		if err != nil {
			return nil, err
		}
		if part.kind == pubkeyKind || part.u64 {
			return nil, fmt.Errorf("no tuples with %s", part)
		}
		t.parts = append(t.parts, part)
		if end == len(rest) {
			break
		}
	}
	if t.values() > maxValues {
		return nil, fmt.Errorf("more than %d values", maxValues)
	}
	return t, nil
}

// tuplePartEnd is the index of the first comma outside parentheses, or len(text); -1 when those do not match.
func tuplePartEnd(text string) int {
	depth := 0
	for i := range len(text) {
		switch text[i] {
		case '(':
			depth++
		case ')':
			if depth--; depth < 0 {
				return -1
			}
		case ',':
			if depth == 0 {
				return i
			}
		}
	}
	if depth != 0 {
		return -1
	}
	return len(text)
}

func (t *fieldType) tupleText() string {
	names := make([]string, len(t.parts))
	for i, part := range t.parts {
		names[i] = part.String()
	}
	return "(" + strings.Join(names, ",") + ")"
}

// at is the type of element i of an array or tuple.
func (t *fieldType) at(i int) *fieldType {
	if t.kind == tupleKind {
		return t.parts[i]
	}
	return t.elem
}

// fixedCount is the number of elements of T[k] and of tuples; -1 for T[].
func (t *fieldType) fixedCount() int {
	if t.kind == tupleKind {
		return len(t.parts)
	}
	return t.count
}

// appendSequence appends abi.encode of the elements of an array or tuple: heads, then what they point at.
func (t *fieldType) appendSequence(dst []byte, items []string) (_ []byte, err error) {
	base := len(dst)
	for i, item := range items {
		if part := t.at(i); part.dynamic() {
			dst = append(dst, make([]byte, 32)...) // the offset, below
		} else if dst, err = part.appendABI(dst, item); err != nil {
			return dst, err
		}
	}
	at := base
	for i, item := range items {
		part := t.at(i)
		if part.dynamic() {
			binary.BigEndian.PutUint64(dst[at+24:], uint64(len(dst)-base))
			if dst, err = part.appendABI(dst, item); err != nil {
				return dst, err
			}
		}
		at += part.headSize()
	}
	return dst, nil
}

// appendABI appends a value in abi.encode: the head of a static type, what the offset of a dynamic one points at.
func (t *fieldType) appendABI(dst []byte, text string) ([]byte, error) {
	switch t.kind {
	case bytesKind, stringKind:
		raw, err := t.rawBytes(text)
		if err != nil {
			return dst, err
		}
		dst = appendLength(dst, len(raw))
		dst = append(dst, raw...)
		return append(dst, make([]byte, -len(raw)&31)...), nil
	case arrayKind, tupleKind:
		items, err := t.elements(text)
		if err != nil {
			return dst, err
		}
		if t.kind == arrayKind && t.count < 0 {
			dst = appendLength(dst, len(items))
		}
		return t.appendSequence(dst, items)
	}
	w, err := t.word(text)
	return append(dst, w[:]...), err
}

// appendNested appends abi.encode of one value as a leaf of its own: the offset of a dynamic type is always one word.
func (t *fieldType) appendNested(dst []byte, text string) ([]byte, error) {
	if t.dynamic() {
		dst = append(append(dst, make([]byte, 31)...), 32)
	}
	return t.appendABI(dst, text)
}

func appendLength(dst []byte, n int) []byte {
	dst = append(dst, make([]byte, 24)...)
	return binary.BigEndian.AppendUint64(dst, uint64(n))
}
