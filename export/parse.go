package export

import (
	"errors"
	"fmt"
	"unicode/utf8"
)

// maxDepth is far above the deepest value a bundle file holds (6); it keeps a hostile file from using up the stack.
const maxDepth = 16

// errCanonical is what a file gets that is not in its one canonical spelling.
var errCanonical = errors.New("not canonical JSON of objects, arrays and strings (FORMAT.md section 2)")

// parseCanonical reads a value and accepts only the bytes that appendValue writes for it: no white space, no numbers,
// booleans or null, members sorted and not repeated, no escape that is not needed, nothing after the value.
func parseCanonical(text []byte) (any, error) {
	p := parser{text: text}
	v, err := p.value(0)
	if err == nil && p.at != len(text) {
		err = p.fail("bytes after the value")
	}
	if err != nil {
		return nil, err
	}
	return v, nil
}

type parser struct {
	text []byte
	at   int
	buf  []byte
}

func (p *parser) fail(why string) error {
	return fmt.Errorf("byte %d: %w: %s", p.at, errCanonical, why)
}

// next takes c when it is the next byte.
func (p *parser) next(c byte) bool {
	if p.at < len(p.text) && p.text[p.at] == c {
		p.at++
		return true
	}
	return false
}

func (p *parser) value(depth int) (any, error) {
	switch {
	case depth > maxDepth:
		return nil, p.fail("nested too deep")
	case p.at >= len(p.text):
		return nil, p.fail("file ends early")
	case p.text[p.at] == '"':
		return p.string()
	case p.next('['):
		return p.array(depth)
	case p.next('{'):
		return p.object(depth)
	}
	return nil, p.fail(fmt.Sprintf("want a string, an array or an object, got %q", p.text[p.at:p.at+1]))
}

func (p *parser) array(depth int) (any, error) {
	list := []any{}
	if p.next(']') {
		return list, nil
	}
	for {
		v, err := p.value(depth + 1)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
		if p.next(']') {
			return list, nil
		}
		if !p.next(',') {
			return nil, p.fail("want , or ]")
		}
	}
}

func (p *parser) object(depth int) (any, error) {
	members := map[string]any{}
	if p.next('}') {
		return members, nil
	}
	for last := ""; ; {
		key, err := p.string()
		if err != nil {
			return nil, err
		}
		if len(members) > 0 && compareUTF16(last, key) >= 0 {
			return nil, p.fail(fmt.Sprintf("member %q is repeated or out of order", key))
		}
		last = key
		if !p.next(':') {
			return nil, p.fail("want :")
		}
		if members[key], err = p.value(depth + 1); err != nil {
			return nil, err
		}
		if p.next('}') {
			return members, nil
		}
		if !p.next(',') {
			return nil, p.fail("want , or }")
		}
	}
}

func (p *parser) string() (string, error) {
	if !p.next('"') {
		return "", p.fail("want a string")
	}
	start := p.at
	for p.at < len(p.text) && p.text[p.at] < utf8.RuneSelf && plain[p.text[p.at]] {
		p.at++
	}
	if p.at < len(p.text) && p.text[p.at] == '"' {
		p.at++
		return string(p.text[start : p.at-1]), nil
	}
	p.buf = append(p.buf[:0], p.text[start:p.at]...)
	for p.at < len(p.text) {
		c := p.text[p.at]
		switch {
		case c == '"':
			p.at++
			return string(p.buf), nil
		case c == '\\':
			if err := p.escape(); err != nil {
				return "", err
			}
		case c < ' ':
			return "", p.fail("control character in a string")
		case c < utf8.RuneSelf:
			p.buf = append(p.buf, c)
			p.at++
		default:
			r, size := utf8.DecodeRune(p.text[p.at:])
			if r == utf8.RuneError && size == 1 {
				return "", p.fail(errUTF8.Error())
			}
			p.buf = append(p.buf, p.text[p.at:p.at+size]...)
			p.at += size
		}
	}
	return "", p.fail("string without an end")
}

// escape reads one escape and refuses it unless it is the one that appendEscape writes.
func (p *parser) escape() error {
	rest := p.text[p.at:]
	if len(rest) >= 2 {
		for _, c := range []byte("\"\\\b\t\n\f\r") {
			if rest[1] == appendEscape(nil, c)[1] {
				p.buf = append(p.buf, c)
				p.at += 2
				return nil
			}
		}
	}
	if len(rest) >= 6 && rest[1] == 'u' {
		for c := range byte(' ') {
			if string(rest[:6]) == string(appendEscape(nil, c)) {
				p.buf = append(p.buf, c)
				p.at += 6
				return nil
			}
		}
	}
	return p.fail("escape that the canonical form does not use")
}
