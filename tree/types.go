package tree

import (
	"fmt"
	"strconv"
	"strings"
)

type kind uint8

const (
	uintKind    kind = iota + 1 // uintN, u64
	intKind                     // intN
	addressKind                 // 20 bytes, right-aligned in a word
	boolKind
	fixedKind  // bytesN, left-aligned in a word
	pubkeyKind // 32 bytes, base58 in text
	bytesKind
	stringKind
	arrayKind
)

// maxNesting and maxValues bound T[k][k]…, far above any contract and small enough that no size of a leaf overflows an int.
const (
	maxNesting = 8
	maxValues  = 1<<16 - 1
)

// fieldType is a parsed field type.
type fieldType struct {
	kind  kind
	size  int        // bytes of a scalar: uintN N/8, bytesN N, address 20; 0 for the others
	elem  *fieldType // arrayKind
	count int        // arrayKind: k of T[k], -1 for T[]
	u64   bool       // written u64: little-endian encodings only
}

// parseType reads a field type. uint and int are uint256 and int256.
func parseType(text string) (*fieldType, error) {
	t, err := parseNested(text, 0)
	if err != nil {
		return nil, fmt.Errorf("type %q: %w", text, err)
	}
	return t, nil
}

func parseNested(text string, depth int) (*fieldType, error) {
	if depth > maxNesting {
		return nil, fmt.Errorf("more than %d array levels", maxNesting)
	}
	if rest, ok := strings.CutSuffix(text, "]"); ok {
		open := strings.LastIndexByte(rest, '[')
		if open < 0 {
			return nil, fmt.Errorf("] without [")
		}
		t := &fieldType{kind: arrayKind, count: -1}
		if length := rest[open+1:]; length != "" {
			k, ok := smallNumber(length)
			if !ok {
				return nil, fmt.Errorf("array length %q: want 1 to 65535", length)
			}
			t.count = k
		}
		elem, err := parseNested(rest[:open], depth+1)
		if err != nil {
			return nil, err
		}
		if elem.kind == pubkeyKind || elem.u64 {
			return nil, fmt.Errorf("no arrays of %s", elem)
		}
		t.elem = elem
		if t.values() > maxValues {
			return nil, fmt.Errorf("more than %d values", maxValues)
		}
		return t, nil
	}
	switch text {
	case "uint":
		return &fieldType{kind: uintKind, size: 32}, nil
	case "int":
		return &fieldType{kind: intKind, size: 32}, nil
	case "u64":
		return &fieldType{kind: uintKind, size: 8, u64: true}, nil
	case "address":
		return &fieldType{kind: addressKind, size: 20}, nil
	case "bool":
		return &fieldType{kind: boolKind, size: 1}, nil
	case "pubkey":
		return &fieldType{kind: pubkeyKind, size: 32}, nil
	case "bytes":
		return &fieldType{kind: bytesKind}, nil
	case "string":
		return &fieldType{kind: stringKind}, nil
	}
	if digits, ok := strings.CutPrefix(text, "bytes"); ok {
		if n, ok := smallNumber(digits); ok && n <= 32 {
			return &fieldType{kind: fixedKind, size: n}, nil
		}
	}
	k, digits := intKind, strings.TrimPrefix(text, "int")
	if rest, ok := strings.CutPrefix(text, "uint"); ok {
		k, digits = uintKind, rest
	}
	if n, ok := smallNumber(digits); ok && len(digits) < len(text) && n <= 256 && n%8 == 0 {
		return &fieldType{kind: k, size: n / 8}, nil
	}
	return nil, fmt.Errorf("want uint8…uint256, int8…int256, address, bool, bytes1…bytes32, bytes, string, an array of these, pubkey or u64")
}

// values is the number of scalars with every T[] counted as one. At most maxValues² when one of the factors is new.
func (t *fieldType) values() int64 {
	n := int64(1)
	for ; t.kind == arrayKind; t = t.elem {
		n *= int64(max(1, t.count))
	}
	return n
}

// smallNumber reads 1 to 65535 without leading zeros.
func smallNumber(text string) (int, bool) {
	n, err := strconv.ParseUint(text, 10, 16)
	return int(n), err == nil && n > 0 && text[0] != '0'
}

// String is the type as it is published.
func (t *fieldType) String() string {
	switch t.kind {
	case uintKind:
		if t.u64 {
			return "u64"
		}
		return "uint" + strconv.Itoa(8*t.size)
	case intKind:
		return "int" + strconv.Itoa(8*t.size)
	case addressKind:
		return "address"
	case boolKind:
		return "bool"
	case fixedKind:
		return "bytes" + strconv.Itoa(t.size)
	case pubkeyKind:
		return "pubkey"
	case bytesKind:
		return "bytes"
	case stringKind:
		return "string"
	}
	if t.count < 0 {
		return t.elem.String() + "[]"
	}
	return t.elem.String() + "[" + strconv.Itoa(t.count) + "]"
}

// dynamic reports whether the encoding's length depends on the value.
func (t *fieldType) dynamic() bool {
	switch t.kind {
	case bytesKind, stringKind:
		return true
	case arrayKind:
		return t.count < 0 || t.elem.dynamic()
	}
	return false
}

// headSize is the bytes that a value takes in the head of abi.encode.
func (t *fieldType) headSize() int {
	if t.kind == arrayKind && !t.dynamic() {
		return t.count * t.elem.headSize()
	}
	return 32
}

// minSize is the fewest bytes that the encoding can have; the exact number for static types.
func (t *fieldType) minSize(encoding string) int {
	if encoding == EncodingABI {
		if t.dynamic() {
			return 32 + t.minTail() // the offset and what it points at
		}
		return t.minTail()
	}
	if t.kind == arrayKind { // packed: elements padded to words, no length
		return max(0, t.count) * 32
	}
	return t.size
}

// minTail is the fewest bytes of abi.encode without an offset word.
func (t *fieldType) minTail() int {
	switch {
	case t.kind == bytesKind, t.kind == stringKind, t.kind == arrayKind && t.count < 0:
		return 32 // the length word
	case t.kind == arrayKind:
		return t.count * t.elem.minSize(EncodingABI)
	}
	return 32
}
