package verify

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

type jsonKind uint8

const (
	jsonString jsonKind = iota
	jsonArray
	jsonObject
)

func (k jsonKind) String() string { return [...]string{"string", "array", "object"}[k] }

// value is a JSON value of the bundle's restricted kind. For an object, names[i] is the name of items[i].
type value struct {
	kind  jsonKind
	text  string
	items []value
	names []string
}

const maxJSONDepth = 16

type jsonReader struct {
	s     string
	i     int
	sizes []uint32 // of the arrays and objects, in the order in which they open
	next  int      // of sizes
}

// parseJSON reads JSON restricted to objects, arrays and strings; repeated members, numbers, booleans and null are refused. White space and any order of
// members are read, so that a file that is merely spelled otherwise is told from one that is broken: compare with appendJSON.
func parseJSON(data []byte) (v value, err error) { return parseJSONOf(data, maxValues) }

// parseJSONOf refuses text with more than most values, brackets counted twice.
func parseJSONOf(data []byte, most int) (v value, err error) {
	if !utf8.Valid(data) {
		return v, errors.New("invalid UTF-8")
	}
	r := &jsonReader{s: string(data)}
	if r.sizes, err = countJSON(r.s, most); err != nil {
		return v, err
	}
	if v, err = r.value(0); err != nil {
		return v, err
	}
	r.space()
	if r.i != len(r.s) {
		return v, r.fail("something after the value")
	}
	return v, nil
}

func (r *jsonReader) fail(what string) error { return fmt.Errorf("byte %d: %s", r.i, what) }

func (r *jsonReader) space() {
	for r.i < len(r.s) && (r.s[r.i] == ' ' || r.s[r.i] == '\t' || r.s[r.i] == '\n' || r.s[r.i] == '\r') {
		r.i++
	}
}

// take moves past c and any white space before it.
func (r *jsonReader) take(c byte) bool {
	r.space()
	if r.i < len(r.s) && r.s[r.i] == c {
		r.i++
		return true
	}
	return false
}

func (r *jsonReader) value(depth int) (v value, err error) {
	r.space()
	if r.i >= len(r.s) {
		return v, r.fail("the value ends early")
	}
	if depth > maxJSONDepth {
		return v, r.fail("nested too deeply")
	}
	switch r.s[r.i] {
	case '"':
		v.text, err = r.text()
		return v, err
	case '[':
		return r.list(depth)
	case '{':
		return r.object(depth)
	}
	return v, r.fail("only objects, arrays and strings are allowed")
}

// size is how many entries the array or object that opens here has at most.
func (r *jsonReader) size() int {
	r.next++
	return int(r.sizes[r.next-1])
}

func (r *jsonReader) list(depth int) (v value, err error) {
	v.kind = jsonArray
	r.i++
	size := r.size()
	if r.take(']') {
		return v, nil
	}
	v.items = make([]value, 0, size)
	for {
		item, err := r.value(depth + 1)
		if err != nil {
			return v, err
		}
		v.items = append(v.items, item)
		if r.take(']') {
			return v, nil
		}
		if !r.take(',') {
			return v, r.fail("expected , or ]")
		}
	}
}

func (r *jsonReader) object(depth int) (v value, err error) {
	v.kind = jsonObject
	r.i++
	size := r.size()
	if r.take('}') {
		return v, nil
	}
	v.items, v.names = make([]value, 0, size), make([]string, 0, size)
	var seen map[string]bool // only for objects of many members
	if size > 16 {
		seen = make(map[string]bool, size)
	}
	for {
		r.space()
		if r.i >= len(r.s) || r.s[r.i] != '"' {
			return v, r.fail("expected a member name")
		}
		name, err := r.text()
		if err != nil {
			return v, err
		}
		if seen[name] || (seen == nil && slices.Contains(v.names, name)) {
			return v, r.fail("repeated member " + strconv.Quote(name))
		}
		if seen != nil {
			seen[name] = true
		}
		if !r.take(':') {
			return v, r.fail("expected :")
		}
		item, err := r.value(depth + 1)
		if err != nil {
			return v, err
		}
		v.names, v.items = append(v.names, name), append(v.items, item)
		if r.take('}') {
			return v, nil
		}
		if !r.take(',') {
			return v, r.fail("expected , or }")
		}
	}
}

func (r *jsonReader) text() (string, error) {
	r.i++
	start := r.i
	for r.i < len(r.s) {
		switch c := r.s[r.i]; {
		case c == '"':
			r.i++
			return r.s[start : r.i-1], nil
		case c == '\\':
			return r.escaped(start)
		case c < 0x20:
			return "", r.fail("control character in a string")
		}
		r.i++
	}
	return "", r.fail("the string ends early")
}

// escaped reads on from the first backslash of a string that began at start.
func (r *jsonReader) escaped(start int) (string, error) {
	out := []byte(r.s[start:r.i])
	for r.i < len(r.s) {
		c := r.s[r.i]
		r.i++
		switch {
		case c == '"':
			return string(out), nil
		case c < 0x20:
			return "", r.fail("control character in a string")
		case c != '\\':
			out = append(out, c)
			continue
		}
		if r.i >= len(r.s) {
			break
		}
		c = r.s[r.i]
		r.i++
		switch c {
		case '"', '\\', '/':
			out = append(out, c)
		case 'b':
			out = append(out, '\b')
		case 'f':
			out = append(out, '\f')
		case 'n':
			out = append(out, '\n')
		case 'r':
			out = append(out, '\r')
		case 't':
			out = append(out, '\t')
		case 'u':
			u, ok := r.unit()
			if ok && utf16.IsSurrogate(u) {
				ok = r.i+1 < len(r.s) && r.s[r.i] == '\\' && r.s[r.i+1] == 'u'
				if ok {
					r.i += 2
					var low rune
					low, ok = r.unit()
					u = utf16.DecodeRune(u, low)
					ok = ok && u != utf8.RuneError
				}
			}
			if !ok {
				return "", r.fail("bad \\u escape")
			}
			out = utf8.AppendRune(out, u)
		default:
			return "", r.fail("unknown escape")
		}
	}
	return "", r.fail("the string ends early")
}

func (r *jsonReader) unit() (u rune, ok bool) {
	if r.i+4 > len(r.s) {
		return 0, false
	}
	for range 4 {
		v, _, ok := nibble(r.s[r.i])
		if !ok {
			return 0, false
		}
		u = u<<4 | rune(v)
		r.i++
	}
	return u, true
}
