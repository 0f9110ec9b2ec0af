package tree

import (
	"fmt"
	"slices"
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
	tupleKind     // (T,U): a Solidity struct
	nestedKind    // abi(T): abi.encode of one value inside a packed leaf
	ecosystemKind // one byte, by name in text; borsh only
	identityKind  // an account of the ecosystem in the field before it; borsh only
)

// maxNesting and maxValues bound T[k][k]… and tuples, far above any contract and small enough that no size of a leaf overflows an int.
const (
	maxNesting = 8
	maxValues  = 1<<16 - 1
)

// fieldType is a parsed field type.
type fieldType struct {
	kind  kind
	size  int          // bytes of a scalar: uintN N/8, bytesN N, address 20; 0 for the others
	elem  *fieldType   // arrayKind, nestedKind
	count int          // arrayKind: k of T[k], -1 for T[]
	parts []*fieldType // tupleKind
	u64   bool         // written u64: not for the EVM's encodings
}

// parseType reads a field type. uint and int are uint256 and int256.
func parseType(text string) (t *fieldType, err error) {
	switch inner, nested := strings.CutPrefix(text, "abi("); {
	case text == "ecosystem":
		t = &fieldType{kind: ecosystemKind, size: 1}
	case text == "identity":
		t = &fieldType{kind: identityKind}
	case nested && strings.HasSuffix(inner, ")"):
		t = &fieldType{kind: nestedKind}
		if t.elem, err = parseNested(inner[:len(inner)-1], 0); err == nil && (t.elem.kind == pubkeyKind || t.elem.u64) {
			err = fmt.Errorf("no abi of %s", t.elem)
		}
	default:
		t, err = parseNested(text, 0)
	}
	if err != nil {
		return nil, fmt.Errorf("type %.100q: %w", text, err)
	}
	return t, nil
}

func parseNested(text string, depth int) (*fieldType, error) {
	if depth > maxNesting {
		return nil, fmt.Errorf("more than %d levels of arrays and tuples", maxNesting)
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
	if strings.HasPrefix(text, "(") {
		return parseTuple(text, depth)
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
	return nil, fmt.Errorf("want uint8…uint256, int8…int256, address, bool, bytes1…bytes32, bytes, string, an array or tuple (T,U) of these, abi(T), pubkey, u64, ecosystem or identity")
}

// values is the number of scalars with every T[] counted as one. At most maxValues² while a type is read, as the inner types were
// held to maxValues before.
func (t *fieldType) values() int64 {
	switch t.kind {
	case arrayKind:
		return int64(max(1, t.count)) * t.elem.values()
	case nestedKind:
		return t.elem.values()
	case tupleKind:
		n := int64(0)
		for _, part := range t.parts {
			n += part.values()
		}
		return n
	}
	return 1
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
	case tupleKind:
		return t.tupleText()
	case nestedKind:
		return "abi(" + t.elem.String() + ")"
	case ecosystemKind:
		return "ecosystem"
	case identityKind:
		return "identity"
	}
	if t.count < 0 {
		return t.elem.String() + "[]"
	}
	return t.elem.String() + "[" + strconv.Itoa(t.count) + "]"
}

// dynamic reports whether the encoding's length depends on the value.
func (t *fieldType) dynamic() bool {
	switch t.kind {
	case bytesKind, stringKind, identityKind:
		return true
	case arrayKind:
		return t.count < 0 || t.elem.dynamic()
	case nestedKind:
		return t.elem.dynamic()
	case tupleKind:
		return slices.ContainsFunc(t.parts, (*fieldType).dynamic)
	}
	return false
}

// headSize is the bytes that a value takes in the head of abi.encode.
func (t *fieldType) headSize() int {
	switch {
	case t.dynamic():
		return 32
	case t.kind == arrayKind:
		return t.count * t.elem.headSize()
	case t.kind == tupleKind:
		n := 0
		for _, part := range t.parts {
			n += part.headSize()
		}
		return n
	}
	return 32
}

// minSize is the fewest bytes that the encoding can have; the exact number for types that are not free.
func (t *fieldType) minSize(encoding string) int {
	switch encoding {
	case EncodingABI, EncodingEIP712:
		if t.dynamic() {
			return 32 + t.minTail() // the offset and what it points at
		}
		return t.minTail()
	case EncodingText, EncodingTextColon:
		return t.minText()
	}
	switch t.kind {
	case arrayKind: // packed: elements padded to words, no length
		return max(0, t.count) * 32
	case nestedKind:
		return t.elem.minSize(EncodingABI)
	case identityKind:
		return 5 // the number of bytes and one of them
	}
	return t.size
}

// free reports whether different values of the type can have encodings of different lengths.
func (t *fieldType) free(encoding string) bool {
	return t.dynamic() || isText(encoding) && t.kind != addressKind
}

// minTail is the fewest bytes of abi.encode without an offset word.
func (t *fieldType) minTail() int {
	switch {
	case t.kind == bytesKind, t.kind == stringKind, t.kind == arrayKind && t.count < 0:
		return 32 // the length word
	case t.kind == arrayKind:
		return t.count * t.elem.minSize(EncodingABI)
	case t.kind == tupleKind:
		n := 0
		for _, part := range t.parts {
			n += part.minSize(EncodingABI)
		}
		return n
	}
	return 32
}
