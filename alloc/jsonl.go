package alloc

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// What may be wrong with a line of JSON Lines.
var (
	ErrJSON     = errors.New("not a JSON object of strings on one line")
	ErrNumber   = errors.New("a number; quote it, so that every digit counts")
	ErrNoString = errors.New("only strings are allowed")
	ErrKey      = errors.New("key is not in the first line")
	ErrNoKey    = errors.New("key of the first line is missing")
	ErrTwice    = errors.New("key is repeated")
)

// openJSON takes the keys of the first line as the header and leaves the line to be the first row.
func (t *Table) openJSON() {
	text, _, ok := t.line()
	if !ok || len(text) == 0 && t.lines.eof && t.lines.start == t.lines.end {
		t.done = true
		if t.err == nil && t.bad == 0 {
			t.fault(cell{}, "", "", ErrNoRows)
		}
		return
	}
	t.rows++
	if !t.check(text) || !t.object(text) {
		t.done = true // without the first line's keys no other line can be judged
		return
	}
	for _, k := range t.keys {
		t.header = append(t.header, string(k.text))
	}
	t.heads = append(t.heads, t.keys...)
	for i := range t.heads {
		t.heads[i].text = nil
	}
	t.first = true
}

func (t *Table) parseJSON() bool {
	if t.first {
		t.first = false
		return true
	}
	text, _, ok := t.line()
	if !ok {
		return false
	}
	if t.rows++; t.alike(text) {
		return true
	}
	if !t.check(text) || !t.object(text) || !t.arrange() {
		return false
	}
	t.learn(text)
	return true
}

// arrange puts the cells of a line into the order of the header.
func (t *Table) arrange() bool {
	for i, name := range t.header {
		at := i // nearly always
		if at >= len(t.keys) || string(t.keys[at].text) != name {
			for at = range t.keys {
				if string(t.keys[at].text) == name {
					break
				}
			}
		}
		if at >= len(t.keys) || string(t.keys[at].text) != name {
			t.fault(cell{line: t.lines.line, col: 1}, "key", name, ErrNoKey)
			return false
		}
		if at < i {
			t.fault(t.keys[at], "key", name, ErrTwice)
			return false
		}
		t.keys[i], t.keys[at] = t.keys[at], t.keys[i]
		t.cells[i], t.cells[at] = t.cells[at], t.cells[i]
	}
	if len(t.keys) == len(t.header) {
		return true
	}
	k := t.keys[len(t.header)]
	for _, name := range t.header {
		switch key := string(k.text); {
		case key == name:
			t.fault(k, "key", key, ErrTwice)
			return false
		case strings.EqualFold(key, name):
			t.fault(k, "key", key, fmt.Errorf("%w, which has %q", ErrKey, name))
			return false
		}
	}
	t.fault(k, "key", string(k.text), ErrKey)
	return false
}

// object reads one object of strings into t.keys and t.cells, in the order of the line.
func (t *Table) object(text []byte) bool {
	s := scanner{text: text, line: t.lines.line, quoted: t.quoted[:0]}
	t.keys, t.cells = t.keys[:0], t.cells[:0]
	err := s.object(func(key, value cell) { t.keys, t.cells = append(t.keys, key), append(t.cells, value) })
	t.quoted = s.quoted
	if err != nil {
		field, value := "", ""
		if s.key.line > 0 {
			field, value = string(s.key.text), string(s.token())
		}
		t.fault(cell{line: t.lines.line, col: s.i + 1}, field, value, err)
		return false
	}
	return true
}

// scanner reads one line of JSON.
type scanner struct {
	text   []byte
	i      int // next byte; where the fault is after an error
	line   int
	key    cell   // key whose value is wrong
	quoted []byte // text of strings with escapes
}

func (s *scanner) object(add func(key, value cell)) error {
	if s.blank(); s.peek() != '{' {
		return ErrJSON
	}
	s.i++
	if s.blank(); s.peek() == '}' {
		s.i++
	} else {
		for more := true; more; {
			key, err := s.string()
			if err != nil {
				return err
			}
			if s.blank(); s.peek() != ':' {
				return fmt.Errorf("%w: a colon is missing", ErrJSON)
			}
			s.i++
			s.blank()
			value, err := s.string()
			if err != nil {
				s.key = key
				return err
			}
			add(key, value)
			s.blank()
			switch s.peek() {
			case ',':
				s.i++
				s.blank()
			case '}':
				s.i++
				more = false
			default:
				return fmt.Errorf("%w: a comma or closing brace is missing", ErrJSON)
			}
		}
	}
	if s.blank(); s.i < len(s.text) {
		return fmt.Errorf("%w: text after the object", ErrJSON)
	}
	return nil
}

func (s *scanner) blank() {
	for s.i < len(s.text) && (s.text[s.i] == ' ' || s.text[s.i] == '\t') {
		s.i++
	}
}

func (s *scanner) peek() byte {
	if s.i < len(s.text) {
		return s.text[s.i]
	}
	return 0
}

// token is the text of a value that is not a string, for the message.
func (s *scanner) token() []byte {
	n := bytes.IndexAny(s.text[s.i:], ",} \t")
	if n < 0 {
		n = len(s.text) - s.i
	}
	return s.text[s.i : s.i+n]
}

func (s *scanner) string() (cell, error) {
	c := cell{line: s.line, col: s.i + 1}
	switch b := s.peek(); {
	case b == '"':
	case b >= '0' && b <= '9' || b == '-':
		return c, ErrNumber
	case b == 0:
		return c, ErrJSON
	default:
		return c, ErrNoString
	}
	s.i++
	from := s.i
	for s.i < len(s.text) {
		switch b := s.text[s.i]; {
		case b == '"':
			c.text = s.text[from:s.i]
			s.i++
			return c, nil
		case b == '\\':
			return s.escaped(c, from)
		case b < 0x20:
			return c, fmt.Errorf("%w: control character in a string", ErrJSON)
		}
		s.i++
	}
	return c, fmt.Errorf("%w: a string is not closed", ErrJSON)
}

// escaped goes on with a string at its first backslash. Its text needs room of its own; a cell keeps its text when
// the room grows, because append then copies and the old bytes stay as they are.
func (s *scanner) escaped(c cell, from int) (cell, error) {
	start := len(s.quoted)
	s.quoted = append(s.quoted, s.text[from:s.i]...)
	for s.i < len(s.text) {
		b := s.text[s.i]
		switch {
		case b == '"':
			c.text = s.quoted[start:len(s.quoted):len(s.quoted)]
			s.i++
			return c, nil
		case b < 0x20:
			return c, fmt.Errorf("%w: control character in a string", ErrJSON)
		case b != '\\':
			s.quoted = append(s.quoted, b)
			s.i++
			continue
		}
		if s.i+1 >= len(s.text) {
			break
		}
		if at := strings.IndexByte(`"\/bfnrt`, s.text[s.i+1]); at >= 0 {
			s.quoted = append(s.quoted, "\"\\/\b\f\n\r\t"[at])
			s.i += 2
			continue
		}
		r, n := s.unicode(s.i)
		if n == 0 {
			return c, fmt.Errorf("%w: escape not allowed", ErrJSON)
		}
		if r == 0 {
			return c, ErrNUL
		}
		s.quoted = utf8.AppendRune(s.quoted, r)
		s.i += n
	}
	return c, fmt.Errorf("%w: a string is not closed", ErrJSON)
}

// unicode reads \uXXXX, or a surrogate pair of two, at i; n is its length, 0 when it is malformed.
func (s *scanner) unicode(i int) (r rune, n int) {
	hex4 := func(i int) (v rune, ok bool) {
		if i+6 > len(s.text) || s.text[i] != '\\' || s.text[i+1] != 'u' {
			return 0, false
		}
		for _, b := range s.text[i+2 : i+6] {
			d := strings.IndexByte("0123456789abcdefABCDEF", b)
			if d < 0 {
				return 0, false
			}
			if d > 15 {
				d -= 6
			}
			v = v<<4 | rune(d)
		}
		return v, true
	}
	r, ok := hex4(i)
	switch {
	case !ok:
		return 0, 0
	case !utf16.IsSurrogate(r):
		return r, 6
	}
	low, ok := hex4(i + 6)
	if r = utf16.DecodeRune(r, low); !ok || r == utf8.RuneError {
		return 0, 0
	}
	return r, 12
}
