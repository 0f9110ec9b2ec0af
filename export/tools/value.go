package tools

import (
	"encoding/hex"
	"strings"

	merkle "github.com/merkle-drop/merkle"
)

// appendHex appends an amount as ethers prints a BigNumber: 0x and an even number of digits, at least two.
func appendHex(b []byte, a merkle.Amount) []byte {
	raw := a.Bytes32()
	from := min(31, 32-(a.BitLen()+7)/8)
	return hex.AppendEncode(append(b, "0x"...), raw[from:])
}

// appendTokens appends an amount in whole tokens with as few digits as say it exactly: 1500000 with 6 decimals is 1.5.
func appendTokens(b []byte, a merkle.Amount, decimals int) []byte {
	start := len(b)
	b = a.AppendText(b)
	digits := len(b) - start
	if missing := decimals + 1 - digits; missing > 0 {
		b = append(b, strings.Repeat("0", missing)...)
		copy(b[start+missing:], b[start:start+digits])
		for i := range missing {
			b[start+i] = '0'
		}
	}
	if decimals == 0 {
		return b
	}
	b = append(b, 0)
	point := len(b) - 1 - decimals
	copy(b[point+1:], b[point:len(b)-1])
	b[point] = '.'
	for b[len(b)-1] == '0' {
		b = b[:len(b)-1]
	}
	if b[len(b)-1] == '.' {
		b = b[:len(b)-1]
	}
	return b
}

// appendTyped appends the text of a value of a Solidity type, as bundles hold it, as the JSON that JavaScript tools encode
// again to the same bytes: numbers and bytes as strings, addresses in EIP-55, booleans bare, arrays and tuples as arrays.
func appendTyped(b []byte, typ, text string) []byte {
	elem, isList := element(typ)
	switch {
	case isList || strings.HasPrefix(typ, "("):
		b = append(b, '[')
		fields := tupleTypes(typ)
		for i, item := range items(text) {
			if i > 0 {
				b = append(b, ',')
			}
			if isList {
				b = appendTyped(b, elem, item)
			} else {
				b = appendTyped(b, fields[i], item)
			}
		}
		return append(b, ']')
	case typ == "bool":
		return append(b, text...)
	case typ == "address":
		if a, err := merkle.ParseAccountAny([]byte(text)); err == nil {
			text = a.String()
		}
	case typ == "string" && strings.HasPrefix(text, `"`): // inside an array it is quoted as in JSON
		return append(b, text...)
	case typ == "string":
		return appendText(b, text)
	}
	return append(append(append(b, '"'), text...), '"')
}

// element is T of T[] and T[k].
func element(typ string) (elem string, ok bool) {
	if !strings.HasSuffix(typ, "]") {
		return "", false
	}
	return typ[:strings.LastIndexByte(typ, '[')], true
}

// tupleTypes are the types in (T,U).
func tupleTypes(typ string) []string {
	if len(typ) < 2 || typ[0] != '(' {
		return nil
	}
	return cut(typ[1 : len(typ)-1])
}

// items are the texts in [a,b].
func items(text string) []string {
	if len(text) < 2 || text == "[]" {
		return nil
	}
	return cut(text[1 : len(text)-1])
}

// cut divides at the commas that are in no bracket and no quotes.
func cut(text string) (parts []string) {
	depth, from, quoted := 0, 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '[' || c == '(':
			depth++
		case c == ']' || c == ')':
			depth--
		case c == ',' && depth == 0:
			parts, from = append(parts, text[from:i]), i+1
		}
	}
	return append(parts, text[from:])
}
