package verify

import (
	"errors"
	"fmt"
	"math/big"
	"strconv"
	"strings"
)

type typeKind uint8

const (
	typeUint typeKind = iota
	typeInt
	typeAddress
	typeBool
	typeFixedBytes
	typeBytes
	typeString
	typeArray
)

// solType is a Solidity type of a leaf field.
type solType struct {
	kind   typeKind
	bits   int      // uint, int
	length int      // bytesN: N; array: k, or -1 for T[]
	elem   *solType // array
}

func parseType(s string) (t solType, err error) {
	bad := fmt.Errorf("type %q is not known to this verifier", s)
	if strings.HasSuffix(s, "]") {
		open := strings.LastIndexByte(s, '[')
		if open < 0 || strings.Count(s, "[") > 4 {
			return t, bad
		}
		elem, err := parseType(s[:open])
		if err != nil {
			return t, bad
		}
		t = solType{kind: typeArray, length: -1, elem: &elem}
		if n := s[open+1 : len(s)-1]; n != "" {
			k, ok := parseCount(n)
			if !ok || k == 0 || k > 1<<16 {
				return t, bad
			}
			t.length = k
		}
		return t, nil
	}
	number := func(prefix string, most, step int) (int, bool) {
		n, ok := parseCount(strings.TrimPrefix(s, prefix))
		return n, ok && n > 0 && n <= most && n%step == 0
	}
	switch {
	case s == "address":
		t.kind = typeAddress
	case s == "bool":
		t.kind = typeBool
	case s == "bytes":
		t.kind = typeBytes
	case s == "string":
		t.kind = typeString
	case strings.HasPrefix(s, "uint"):
		n, ok := number("uint", 256, 8)
		if !ok {
			return t, bad
		}
		t = solType{kind: typeUint, bits: n}
	case strings.HasPrefix(s, "int"):
		n, ok := number("int", 256, 8)
		if !ok {
			return t, bad
		}
		t = solType{kind: typeInt, bits: n}
	case strings.HasPrefix(s, "bytes"):
		n, ok := number("bytes", 32, 1)
		if !ok {
			return t, bad
		}
		t = solType{kind: typeFixedBytes, length: n}
	default:
		return t, bad
	}
	return t, nil
}

func (t *solType) dynamic() bool {
	switch t.kind {
	case typeBytes, typeString:
		return true
	case typeArray:
		return t.length < 0 || t.elem.dynamic()
	}
	return false
}

// words is the size of a static type in the head, in words of 32 bytes.
func (t *solType) words() int {
	if t.kind == typeArray && !t.dynamic() {
		return t.length * t.elem.words()
	}
	return 1
}

var errCell = errors.New("not a value of the field's type, in the format's spelling")

// encode appends the contract ABI's encoding of a cell: a static type's words, or a dynamic type's tail.
func (t *solType) encode(dst []byte, cell string) ([]byte, error) {
	switch t.kind {
	case typeUint:
		n, ok := parseNum(cell)
		if !ok || new(big.Int).SetBytes(n[:]).BitLen() > t.bits {
			return dst, errCell
		}
		return append(dst, n[:]...), nil
	case typeInt:
		return t.encodeInt(dst, cell)
	case typeAddress:
		var a [20]byte
		if !strings.HasPrefix(cell, "0x") || !unhex(a[:], cell[2:]) {
			return dst, errCell
		}
		return append(append(dst, make([]byte, 12)...), a[:]...), nil
	case typeBool:
		if cell != "true" && cell != "false" {
			return dst, errCell
		}
		dst = append(dst, make([]byte, 32)...)
		if cell == "true" {
			dst[len(dst)-1] = 1
		}
		return dst, nil
	case typeFixedBytes:
		b, ok := unhex0x(cell)
		if !ok || len(b) != t.length {
			return dst, errCell
		}
		return append(append(dst, b...), make([]byte, 32-len(b))...), nil
	case typeBytes:
		b, ok := unhex0x(cell)
		if !ok {
			return dst, errCell
		}
		return appendDynamic(dst, b), nil
	case typeString:
		return appendDynamic(dst, []byte(cell)), nil
	}
	return t.encodeArray(dst, cell)
}

func (t *solType) encodeInt(dst []byte, cell string) ([]byte, error) {
	digits, negative := strings.CutPrefix(cell, "-")
	z, ok := parseDigits(digits)
	if !ok || (negative && z.Sign() == 0) {
		return dst, errCell
	}
	if negative {
		z.Neg(z)
	}
	limit := new(big.Int).Lsh(big.NewInt(1), uint(t.bits-1))
	if z.Cmp(limit) >= 0 || z.Cmp(new(big.Int).Neg(limit)) < 0 {
		return dst, errCell
	}
	if negative { // two's complement
		z.Add(z, new(big.Int).Lsh(big.NewInt(1), 256))
	}
	n, _ := toNum(z)
	return append(dst, n[:]...), nil
}

// encodeArray reads an array cell: the elements' cells between brackets, parted by commas; strings are JSON strings.
func (t *solType) encodeArray(dst []byte, cell string) ([]byte, error) {
	cells, ok := splitArray(cell)
	if !ok || (t.length >= 0 && len(cells) != t.length) {
		return dst, errCell
	}
	if t.length < 0 {
		dst = appendWord(dst, len(cells))
	}
	types := make([]solType, len(cells))
	for i := range types {
		types[i] = *t.elem
		if t.elem.kind != typeString {
			continue
		}
		v, err := parseJSON([]byte(cells[i]))
		if err != nil || v.kind != jsonString || string(appendText(nil, v.text)) != cells[i] {
			return dst, errCell
		}
		cells[i] = v.text
	}
	return encodeTuple(dst, types, cells)
}

// splitArray parts "[a,[b,c]]" into "a" and "[b,c]".
func splitArray(s string) (out []string, ok bool) {
	if len(s) < 2 || s[0] != '[' || s[len(s)-1] != ']' {
		return nil, false
	}
	s = s[1 : len(s)-1]
	if s == "" {
		return nil, true
	}
	depth, start, quoted := 0, 0, false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '[':
			depth++
		case c == ']':
			if depth--; depth < 0 {
				return nil, false
			}
		case c == ',' && depth == 0:
			out, start = append(out, s[start:i]), i+1
		}
	}
	return append(out, s[start:]), depth == 0 && !quoted
}

// encodeTuple is abi.encode: heads in order, where a dynamic value's head is the offset of its tail from the start of the tuple.
func encodeTuple(dst []byte, types []solType, cells []string) ([]byte, error) {
	heads := 0
	for i := range types {
		heads += 32 * types[i].words()
	}
	var tail []byte
	for i := range types {
		var err error
		if !types[i].dynamic() {
			dst, err = types[i].encode(dst, cells[i])
		} else {
			dst = appendWord(dst, heads+len(tail))
			tail, err = types[i].encode(tail, cells[i])
		}
		if err != nil {
			return dst, fmt.Errorf("%s: %w", strconv.Quote(clip(cells[i])), err)
		}
	}
	return append(dst, tail...), nil
}

func appendWord(dst []byte, n int) []byte {
	w, _ := toNum(big.NewInt(int64(n)))
	return append(dst, w[:]...)
}

// appendDynamic appends a length word and b, filled with zeros to whole words.
func appendDynamic(dst, b []byte) []byte {
	dst = append(appendWord(dst, len(b)), b...)
	return append(dst, make([]byte, (32-len(b)%32)%32)...)
}
