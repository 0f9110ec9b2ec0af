package lists

import "strings"

// appendTyped writes a value of a Solidity type as the cell of a typed column has it: arrays and tuples as [a,b] without blanks, strings
// inside them quoted. It reports false for a value of another shape.
func (d *document) appendTyped(dst []byte, n int, typ string, inside bool) ([]byte, bool) {
	elem, parts := "", []string(nil)
	if open := strings.LastIndexByte(typ, '['); open > 0 && strings.HasSuffix(typ, "]") {
		elem = typ[:open]
	} else if strings.HasPrefix(typ, "(") && strings.HasSuffix(typ, ")") {
		parts = splitTypes(typ[1 : len(typ)-1])
	} else {
		switch {
		case !d.scalar(n):
			return dst, false
		case typ == "string" && inside:
			return append(dst, d.text[d.nodes[n].start:d.nodes[n].end]...), d.isText(n)
		}
		return append(dst, d.str(n)...), true
	}
	if d.kind(n) != array {
		return dst, false
	}
	dst = append(dst, '[')
	i, ok := 0, true
	d.items(n, func(item int) bool {
		of := elem
		if parts != nil {
			if ok = i < len(parts); !ok {
				return false
			}
			of = parts[i]
		}
		if i > 0 {
			dst = append(dst, ',')
		}
		i++
		dst, ok = d.appendTyped(dst, item, of, true)
		return ok
	})
	return append(dst, ']'), ok && (parts == nil || i == len(parts))
}

// splitTypes cuts a type list at its own commas.
func splitTypes(text string) (out []string) {
	depth, from := 0, 0
	for i, c := range text {
		switch c {
		case '(':
			depth++
		case ')':
			depth--
		case ',':
			if depth == 0 {
				out = append(out, text[from:i])
				from = i + 1
			}
		}
	}
	return append(out, text[from:])
}
