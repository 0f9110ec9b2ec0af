package tree

import (
	"encoding/hex"
	"errors"
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"unicode/utf8"

	merkle "github.com/merkle-drop/merkle"
)

// What may be wrong with the text of a column or constant, besides the errors of amounts and accounts.
var (
	ErrBool  = errors.New("want true or false")
	ErrHex   = errors.New("want 0x and an even number of hex digits")
	ErrArray = errors.New("want [value,value,…] without blanks")
	ErrText  = errors.New("not UTF-8")
	ErrRange = errors.New("does not fit the field's type")
)

// word reads a scalar as its 32-byte ABI word: numbers and addresses on the right, bytesN and pubkey on the left.
func (t *fieldType) word(text string) (w [32]byte, err error) {
	switch t.kind {
	case uintKind:
		a, err := merkle.ParseAmount(text)
		if err != nil {
			return w, err
		}
		if a.BitLen() > 8*t.size {
			return w, fmt.Errorf("%w %s", ErrRange, t)
		}
		return a.Bytes32(), nil
	case intKind:
		return t.signed(text)
	case boolKind:
		switch text {
		case "true":
			w[31] = 1
			return w, nil
		case "false":
			return w, nil
		}
		return w, ErrBool
	case addressKind, pubkeyKind:
		a, err := merkle.ParseAccountAny([]byte(text))
		if err != nil {
			return w, err
		}
		if a.Family().Width() != t.size {
			return w, merkle.ErrFamily
		}
		a.AppendBytes(w[32-t.size : 32-t.size])
		return w, nil
	}
	raw, err := parseHex(text)
	if err != nil {
		return w, err
	}
	if len(raw) != t.size {
		return w, fmt.Errorf("%w %s: %d bytes", ErrRange, t, len(raw))
	}
	copy(w[:], raw)
	return w, nil
}

func (t *fieldType) signed(text string) (w [32]byte, err error) {
	digits, negative := strings.CutPrefix(text, "-")
	a, err := merkle.ParseAmount(digits)
	if err != nil {
		return w, err
	}
	if negative && a.IsZero() {
		return w, merkle.ErrSign
	}
	v := a.Big()
	if negative {
		v.Neg(v)
	}
	half := new(big.Int).Lsh(big.NewInt(1), uint(8*t.size-1))
	if v.Cmp(half) >= 0 || v.Cmp(new(big.Int).Neg(half)) < 0 {
		return w, fmt.Errorf("%w %s", ErrRange, t)
	}
	if negative {
		v.Add(v, new(big.Int).Lsh(big.NewInt(1), 256))
	}
	v.FillBytes(w[:])
	return w, nil
}

func parseHex(text string) ([]byte, error) {
	digits, ok := strings.CutPrefix(text, "0x")
	if !ok {
		return nil, ErrHex
	}
	raw, err := hex.DecodeString(digits)
	if err != nil {
		return nil, ErrHex
	}
	return raw, nil
}

// scalar is the value's bytes inside its word: packed and little-endian encodings hold only these.
func (t *fieldType) scalar(w *[32]byte) []byte {
	if t.kind == fixedKind {
		return w[:t.size]
	}
	return w[32-t.size:]
}

// rawBytes reads a value of type bytes or string.
func (t *fieldType) rawBytes(text string) ([]byte, error) {
	if t.kind == bytesKind {
		return parseHex(text)
	}
	if !utf8.ValidString(text) {
		return nil, ErrText
	}
	return []byte(text), nil
}

// elements splits the text of an array or tuple, "[a,b]", into the texts of its elements. Strings inside are quoted as in JSON; they come
// back unquoted.
func (t *fieldType) elements(text string) ([]string, error) {
	if len(text) < 2 || text[0] != '[' || text[len(text)-1] != ']' {
		return nil, ErrArray
	}
	var out []string
	for rest := text[1 : len(text)-1]; rest != ""; {
		end, err := elementEnd(rest)
		if err != nil {
			return nil, err
		}
		item := rest[:end]
		if t.kind == tupleKind && len(out) == len(t.parts) {
			return nil, fmt.Errorf("%w: more than the %d elements of %s", ErrArray, len(t.parts), t)
		}
		if t.at(len(out)).kind == stringKind {
			if item, err = unquote(item); err != nil {
				return nil, err
			}
		}
		out = append(out, item)
		if end == len(rest) {
			break
		}
		if rest = rest[end+1:]; rest == "" {
			return nil, ErrArray // a comma at the end
		}
	}
	if n := t.fixedCount(); n >= 0 && len(out) != n {
		return nil, fmt.Errorf("%w: %d elements, %s has %d", ErrArray, len(out), t, n)
	}
	return out, nil
}

// elementEnd is the index of the first comma outside brackets and quotes, or len(text).
func elementEnd(text string) (int, error) {
	depth, quoted := 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '[':
			depth++
		case c == ']':
			if depth--; depth < 0 {
				return 0, ErrArray
			}
		case c == ',' && depth == 0:
			return i, nil
		}
	}
	if quoted || depth != 0 {
		return 0, ErrArray
	}
	return len(text), nil
}

// appendText appends the published spelling of a value: numbers in decimal, bytes and addresses in lower-case hex.
func (t *fieldType) appendText(dst []byte, text string) ([]byte, error) {
	switch t.kind {
	case uintKind, intKind, boolKind: // one spelling each
		_, err := t.word(text)
		return append(dst, text...), err
	case addressKind, pubkeyKind:
		a, err := merkle.ParseAccountAny([]byte(text))
		return a.AppendText(dst), err
	case fixedKind, bytesKind:
		raw, err := parseHex(text)
		return hex.AppendEncode(append(dst, "0x"...), raw), err
	case stringKind:
		return append(dst, text...), nil
	case nestedKind:
		return t.elem.appendText(dst, text)
	case ecosystemKind:
		_, err := ecosystemTag(text)
		return append(dst, text...), err
	}
	items, err := t.elements(text)
	dst = append(dst, '[')
	for i, item := range items {
		if i > 0 {
			dst = append(dst, ',')
		}
		if t.at(i).kind == stringKind {
			dst = appendQuoted(dst, item)
			continue
		}
		var e error
		if dst, e = t.at(i).appendText(dst, item); e != nil {
			err = e
		}
	}
	return append(dst, ']'), err
}

// appendQuoted writes a JSON string with the escapes of RFC 8785.
func appendQuoted(dst []byte, s string) []byte {
	dst = append(dst, '"')
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			dst = append(dst, '\\', c)
		case c >= 0x20:
			dst = append(dst, c)
		default:
			if at := strings.IndexByte("\b\t\n\f\r", c); at >= 0 {
				dst = append(dst, '\\', "btnfr"[at])
			} else {
				dst = append(append(dst, `\u00`...), "0123456789abcdef"[c>>4], "0123456789abcdef"[c&15])
			}
		}
	}
	return append(dst, '"')
}

// unquote reads what appendQuoted writes, and nothing else: one spelling a string.
func unquote(text string) (string, error) {
	if len(text) < 2 || text[0] != '"' || text[len(text)-1] != '"' {
		return "", fmt.Errorf("%w: strings in double quotes", ErrArray)
	}
	var b []byte
	for in := text[1 : len(text)-1]; in != ""; {
		c := in[0]
		if c != '\\' {
			b, in = append(b, c), in[1:]
			continue
		}
		switch {
		case len(in) >= 2 && strings.IndexByte(`"\`, in[1]) >= 0:
			b, in = append(b, in[1]), in[2:]
		case len(in) >= 2 && strings.IndexByte("btnfr", in[1]) >= 0:
			b, in = append(b, "\b\t\n\f\r"[strings.IndexByte("btnfr", in[1])]), in[2:]
		case len(in) >= 6 && in[:4] == `\u00`:
			v, err := strconv.ParseUint(in[4:6], 16, 8)
			if err != nil {
				return "", ErrArray
			}
			b, in = append(b, byte(v)), in[6:]
		default:
			return "", ErrArray
		}
	}
	s := string(b)
	if !utf8.ValidString(s) {
		return "", ErrText
	}
	if string(appendQuoted(nil, s)) != text {
		return "", fmt.Errorf("%w: write the string as %s", ErrArray, appendQuoted(nil, s))
	}
	return s, nil
}
