package verify

import (
	"sort"
	"unicode/utf16"
)

// appendJSON writes v in RFC 8785 canonical form.
func appendJSON(dst []byte, v *value) []byte {
	switch v.kind {
	case jsonString:
		return appendText(dst, v.text)
	case jsonArray:
		dst = append(dst, '[')
		for i := range v.items {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendJSON(dst, &v.items[i])
		}
		return append(dst, ']')
	}
	order := make([]int, len(v.names))
	for i := range order {
		order[i] = i
	}
	sort.Slice(order, func(a, b int) bool { return lessUTF16(v.names[order[a]], v.names[order[b]]) })
	dst = append(dst, '{')
	for i, j := range order {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(appendText(dst, v.names[j]), ':')
		dst = appendJSON(dst, &v.items[j])
	}
	return append(dst, '}')
}

// lessUTF16 is the order of member names in RFC 8785: by UTF-16 code units.
func lessUTF16(a, b string) bool {
	x, y := utf16.Encode([]rune(a)), utf16.Encode([]rune(b))
	for i := 0; i < len(x) && i < len(y); i++ {
		if x[i] != y[i] {
			return x[i] < y[i]
		}
	}
	return len(x) < len(y)
}

func appendText(dst []byte, s string) []byte {
	dst = append(dst, '"')
	for i := 0; i < len(s); i++ {
		switch c := s[i]; c {
		case '"', '\\':
			dst = append(dst, '\\', c)
		case '\b':
			dst = append(dst, '\\', 'b')
		case '\f':
			dst = append(dst, '\\', 'f')
		case '\n':
			dst = append(dst, '\\', 'n')
		case '\r':
			dst = append(dst, '\\', 'r')
		case '\t':
			dst = append(dst, '\\', 't')
		default:
			if c < 0x20 {
				dst = append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
			} else {
				dst = append(dst, c)
			}
		}
	}
	return append(dst, '"')
}
