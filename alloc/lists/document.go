package lists

import (
	"sort"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	merkle "github.com/merkle-drop/merkle"
)

// place is the line and byte column of an offset.
func (d *document) place(at int) merkle.Pos {
	if d.ends == nil {
		for i, c := range d.text {
			if c == '\n' {
				d.ends = append(d.ends, uint32(i))
			}
		}
		if d.ends == nil {
			d.ends = []uint32{uint32(len(d.text))}
		}
	}
	line := sort.Search(len(d.ends), func(i int) bool { return int(d.ends[i]) >= at })
	from := 0
	if line > 0 {
		from = int(d.ends[line-1]) + 1
	}
	return merkle.Pos{File: d.name, Line: line + 1, Col: at - from + 1}
}

func (d *document) at(n int) merkle.Pos { return d.place(int(d.nodes[n].start)) }

func (d *document) kind(n int) kind { return d.nodes[n].kind }

func (d *document) isText(n int) bool { return d.nodes[n].kind == text || d.nodes[n].kind == escaped }

// scalar reports whether the value is text, a number, or true or false.
func (d *document) scalar(n int) bool {
	k := d.nodes[n].kind
	return k == text || k == escaped || k == number || k == truth
}

// str is the text of a scalar or key, without quotes and escapes; of anything else its JSON.
func (d *document) str(n int) []byte {
	v := d.nodes[n]
	switch v.kind {
	case text:
		return d.text[v.start+1 : v.end-1]
	case escaped:
		return unescape(d.text[v.start+1 : v.end-1])
	}
	return d.text[v.start:v.end]
}

// members calls f for each member of an object until it reports false.
func (d *document) members(n int, f func(key, value int) bool) {
	for i := n + 1; i < int(d.nodes[n].next); {
		key, value := i, i+1
		i = int(d.nodes[value].next)
		if !f(key, value) {
			return
		}
	}
}

// items calls f for each item of an array until it reports false.
func (d *document) items(n int, f func(item int) bool) {
	for i := n + 1; i < int(d.nodes[n].next); i = int(d.nodes[i].next) {
		if !f(i) {
			return
		}
	}
}

// member is the value of the first member of that name, -1 when there is none.
func (d *document) member(n int, name string) int {
	found := -1
	if d.nodes[n].kind == object {
		d.members(n, func(key, value int) bool {
			if string(d.str(key)) == name {
				found = value
			}
			return found < 0
		})
	}
	return found
}

func hexDigit(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

// unescape decodes a text whose escapes escapeLength has accepted. A lone surrogate becomes U+FFFD.
func unescape(s []byte) []byte {
	unit := func(s []byte) rune {
		v := 0
		for _, c := range s[2:6] {
			v = v<<4 | hexDigit(c)
		}
		return rune(v)
	}
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); {
		if s[i] != '\\' {
			out = append(out, s[i])
			i++
			continue
		}
		if at := strings.IndexByte(`"\/bfnrt`, s[i+1]); at >= 0 {
			out = append(out, "\"\\/\b\f\n\r\t"[at])
			i += 2
			continue
		}
		r := unit(s[i:])
		i += 6
		if utf16.IsSurrogate(r) {
			low := utf8.RuneError
			if i+6 <= len(s) && s[i] == '\\' && s[i+1] == 'u' {
				low = utf16.DecodeRune(r, unit(s[i:]))
			}
			if r = low; low != utf8.RuneError {
				i += 6
			}
		}
		out = utf8.AppendRune(out, r)
	}
	return out
}
