package verify

import (
	"fmt"
	"math/big"
	"slices"
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
	typeTuple
	typeABI       // abi.encode of one value, inside a packed leaf
	typePubkey    // 32 bytes
	typeU64       // 8 bytes, little-endian
	typeEcosystem // one byte
	typeIdentity  // of the ecosystem before it
)

// solType is the type of a leaf field: one of Solidity, or one of FORMAT.md's own.
type solType struct {
	kind   typeKind
	bits   int       // uint, int
	length int       // bytesN: N; array: k, or -1 for T[]
	elem   *solType  // array, abi(T)
	parts  []solType // tuple
}

// most levels of arrays and tuples in one type, and most values that its fixed lengths may ask for
const (
	maxNesting = 9
	maxSpan    = 1<<16 - 1
)

func parseType(s string) (t solType, err error) { return parseNested(s, maxNesting) }

func parseNested(s string, levels int) (t solType, err error) {
	bad := fmt.Errorf("type %q is not known to this verifier", clip(s))
	if levels == 0 {
		return t, bad
	}
	if strings.HasSuffix(s, "]") {
		open := strings.LastIndexByte(s, '[')
		if open < 0 {
			return t, bad
		}
		elem, err := parseNested(s[:open], levels-1)
		if err != nil || elem.kind >= typeABI {
			return t, bad
		}
		t = solType{kind: typeArray, length: -1, elem: &elem}
		if n := s[open+1 : len(s)-1]; n != "" {
			k, ok := parseCount(n)
			if !ok || k == 0 || k > maxSpan/elem.span() {
				return t, bad
			}
			t.length = k
		}
		return t, nil
	}
	if inner, ok := strings.CutPrefix(s, "abi("); ok && strings.HasSuffix(inner, ")") {
		elem, err := parseNested(inner[:len(inner)-1], levels-1)
		if err != nil || elem.kind >= typeABI {
			return t, bad
		}
		return solType{kind: typeABI, elem: &elem}, nil
	}
	if strings.HasPrefix(s, "(") && strings.HasSuffix(s, ")") {
		names, ok := splitList(s, '(', ')')
		if !ok || len(names) == 0 {
			return t, bad
		}
		t.kind = typeTuple
		for _, name := range names {
			part, err := parseNested(name, levels-1)
			if err != nil || part.kind >= typeABI {
				return t, bad
			}
			t.parts = append(t.parts, part)
		}
		if t.span() > maxSpan {
			return t, bad
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
	case s == "pubkey":
		t.kind = typePubkey
	case s == "u64":
		t = solType{kind: typeU64, bits: 64}
	case s == "ecosystem":
		t.kind = typeEcosystem
	case s == "identity":
		t.kind = typeIdentity
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

// span is how many values the fixed lengths of a type ask for.
func (t *solType) span() int {
	n := 1
	switch t.kind {
	case typeArray:
		n = t.elem.span() * max(1, t.length)
	case typeTuple:
		n = 0
		for i := range t.parts {
			n += t.parts[i].span()
		}
	}
	return n
}

func (t *solType) dynamic() bool {
	switch t.kind {
	case typeBytes, typeString:
		return true
	case typeArray:
		return t.length < 0 || t.elem.dynamic()
	case typeTuple:
		for i := range t.parts {
			if t.parts[i].dynamic() {
				return true
			}
		}
	}
	return false
}

// words is the size of a static type in the head, in words of 32 bytes.
func (t *solType) words() int {
	if t.kind == typeArray && !t.dynamic() {
		return t.length * t.elem.words()
	}
	if t.kind == typeTuple && !t.dynamic() {
		n := 0
		for i := range t.parts {
			n += t.parts[i].words()
		}
		return n
	}
	return 1
}

// encode appends the contract ABI's encoding of a cell: a static type's words, or a dynamic type's tail.
func (t *solType) encode(dst []byte, cell string) ([]byte, error) {
	switch t.kind {
	case typeUint:
		n, ok := parseNum(cell)
		if !ok {
			return dst, errCell
		}
		if n.bits() > t.bits {
			return dst, errWide
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
	case typeArray, typeTuple:
		return t.encodeArray(dst, cell)
	}
	return dst, errCell
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

// encodeArray reads the cell of an array or tuple: the elements' cells between brackets, parted by commas; strings are JSON strings.
func (t *solType) encodeArray(dst []byte, cell string) ([]byte, error) {
	types, cells, err := t.elements(cell)
	if err != nil {
		return dst, err
	}
	if t.kind == typeArray && t.length < 0 {
		dst = appendWord(dst, len(cells))
	}
	return encodeTuple(dst, types, cells)
}

// elements are the types and cells of an array's or tuple's values.
func (t *solType) elements(cell string) ([]solType, []string, error) {
	cells, ok := splitList(cell, '[', ']')
	switch {
	case !ok, t.kind == typeTuple && len(cells) != len(t.parts), t.kind == typeArray && t.length >= 0 && len(cells) != t.length:
		return nil, nil, errCell
	}
	types := t.parts
	if t.kind == typeArray {
		types = slices.Repeat([]solType{*t.elem}, len(cells))
	}
	for i := range types {
		if types[i].kind != typeString {
			continue
		}
		v, err := parseJSON([]byte(cells[i]))
		if err != nil || v.kind != jsonString || string(appendText(nil, v.text)) != cells[i] {
			return nil, nil, errCell
		}
		cells[i] = v.text
	}
	return types, cells, nil
}

// splitList parts "[a,[b,c]]" into "a" and "[b,c]", with whichever brackets.
func splitList(s string, open, shut byte) (out []string, ok bool) {
	if len(s) < 2 || s[0] != open || s[len(s)-1] != shut {
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
		case c == open:
			depth++
		case c == shut:
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
