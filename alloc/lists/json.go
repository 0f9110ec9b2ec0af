package lists

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	merkle "github.com/merkle-drop/merkle"
)

// What may be wrong with a JSON file as a whole.
var (
	ErrJSON  = errors.New("not JSON")
	ErrDeep  = errors.New("nested more than 64 deep")
	ErrLarge = errors.New("larger than 2 GiB")
	ErrUTF8  = errors.New("not UTF-8")
)

const maxDepth = 64

// kind is what a value of a JSON file is.
type kind uint8

const (
	null kind = iota
	truth
	number
	text
	escaped // text with escapes
	array
	object
	passed // read but not kept: a proof
)

// node is a value, or the key of a member: the value follows its key. Nodes stand in the order of the file.
type node struct {
	start, end uint32 // bytes, with quotes and brackets
	next       uint32 // node behind this one and all inside it
	kind       kind
}

// document is JSON text with a flat list of its values: 16 bytes a value, so that files of hundreds of megabytes are read at once.
type document struct {
	name  string
	text  []byte
	nodes []node
	roots []int // top-level values: one, or one a line
	ends  []uint32
}

// notKept are members that hold proofs: most of a file, and no part of the list.
func notKept(key []byte) bool {
	switch string(key) {
	case "proof", "proofs", "merkleProof", "merkle_proof":
		return true
	}
	return false
}

// parse reads one value, or several one after the other (JSON Lines). A fault is put in faults and nil returned.
func parse(name string, raw []byte, faults *merkle.Faults) *document {
	d := &document{name: name, text: raw}
	if uint64(len(raw)) > 1<<31 {
		faults.Add(&merkle.Fault{Pos: merkle.Pos{File: name}, Err: ErrLarge})
		return nil
	}
	if !utf8.Valid(raw) {
		at := 0
		for r, n := utf8.DecodeRune(raw); r != utf8.RuneError || n > 1; r, n = utf8.DecodeRune(raw[at:]) {
			at += n
		}
		faults.Add(&merkle.Fault{Pos: d.place(at), Err: ErrUTF8})
		return nil
	}
	p := parser{d: d}
	if strings.HasPrefix(string(raw[:min(3, len(raw))]), "\ufeff") {
		p.i = 3
	}
	for p.blank(); p.i < len(raw); p.blank() {
		d.roots = append(d.roots, len(d.nodes))
		if err := p.value(0, true); err != nil {
			faults.Add(&merkle.Fault{Pos: d.place(p.i), Err: err})
			return nil
		}
	}
	if len(d.roots) == 0 {
		faults.Add(&merkle.Fault{Pos: merkle.Pos{File: name}, Err: fmt.Errorf("%w: the file is empty", ErrJSON)})
		return nil
	}
	return d
}

type parser struct {
	d *document
	i int
}

func (p *parser) blank() {
	for p.i < len(p.d.text) {
		switch p.d.text[p.i] {
		case ' ', '\t', '\n', '\r':
			p.i++
		default:
			return
		}
	}
}

func (p *parser) peek() byte {
	if p.i < len(p.d.text) {
		return p.d.text[p.i]
	}
	return 0
}

func (p *parser) fail(what string) error {
	if p.i >= len(p.d.text) {
		return fmt.Errorf("%w: the file ends, %s", ErrJSON, what)
	}
	return fmt.Errorf("%w: %s", ErrJSON, what)
}

// value reads one value; keep says whether what is inside is put in the list of nodes.
func (p *parser) value(depth int, keep bool) error {
	if depth > maxDepth {
		return ErrDeep
	}
	at := len(p.d.nodes)
	p.d.nodes = append(p.d.nodes, node{start: uint32(p.i)})
	k, err := null, error(nil)
	switch c := p.peek(); {
	case c == '{':
		k, err = object, p.inside(depth, keep, '}')
	case c == '[':
		k, err = array, p.inside(depth, keep, ']')
	case c == '"':
		k, err = p.string()
	case c == '-' || c >= '0' && c <= '9':
		k, err = number, p.number()
	default:
		k, err = p.word()
	}
	if err != nil {
		return err
	}
	if !keep {
		k = passed
		p.d.nodes = p.d.nodes[:at+1]
	}
	n := &p.d.nodes[at]
	n.kind, n.end, n.next = k, uint32(p.i), uint32(len(p.d.nodes))
	return nil
}

// inside reads the members of an object or the items of an array up to its end.
func (p *parser) inside(depth int, keep bool, end byte) error {
	p.i++
	if p.blank(); p.peek() == end {
		p.i++
		return nil
	}
	base := len(p.d.nodes)
	for {
		p.blank()
		keepValue := keep
		if end == '}' {
			if p.peek() != '"' {
				return p.fail("a key in quotes is missing")
			}
			start := p.i
			k, err := p.string()
			if err != nil {
				return err
			}
			if keep {
				keepValue = !notKept(p.d.text[start+1 : p.i-1])
				p.d.nodes = append(p.d.nodes, node{uint32(start), uint32(p.i), uint32(len(p.d.nodes) + 1), k})
			}
			if p.blank(); p.peek() != ':' {
				return p.fail("a colon is missing")
			}
			p.i++
			p.blank()
		}
		if err := p.value(depth+1, keepValue); err != nil {
			return err
		}
		if !keep {
			p.d.nodes = p.d.nodes[:base]
		}
		p.blank()
		switch p.peek() {
		case ',':
			p.i++
		case end:
			p.i++
			return nil
		default:
			return p.fail("a comma or the closing " + string(rune(end)) + " is missing")
		}
	}
}

func (p *parser) string() (kind, error) {
	k := text
	for p.i++; p.i < len(p.d.text); p.i++ {
		switch c := p.d.text[p.i]; {
		case c == '"':
			p.i++
			return k, nil
		case c == '\\':
			n := escapeLength(p.d.text[p.i:])
			if n == 0 {
				return k, p.fail("an escape is malformed")
			}
			k = escaped
			p.i += n - 1
		case c < 0x20:
			return k, p.fail("a control character stands in a text")
		}
	}
	return k, p.fail("a text is not closed")
}

// escapeLength is the length of the escape at the start of s, 0 when it is none.
func escapeLength(s []byte) int {
	if len(s) < 2 {
		return 0
	}
	if strings.IndexByte(`"\/bfnrt`, s[1]) >= 0 {
		return 2
	}
	if s[1] != 'u' || len(s) < 6 {
		return 0
	}
	for _, c := range s[2:6] {
		if hexDigit(c) < 0 {
			return 0
		}
	}
	return 6
}

// number reads (RFC 8259, 6): its text is kept as it is written.
func (p *parser) number() error {
	digits := func() bool {
		from := p.i
		for p.peek() >= '0' && p.peek() <= '9' {
			p.i++
		}
		return p.i > from
	}
	if p.peek() == '-' {
		p.i++
	}
	if p.peek() == '0' {
		if p.i++; p.peek() >= '0' && p.peek() <= '9' {
			return p.fail("a number begins with 0")
		}
	} else if !digits() {
		return p.fail("a digit is missing")
	}
	if p.peek() == '.' {
		if p.i++; !digits() {
			return p.fail("a digit is missing")
		}
	}
	if c := p.peek(); c == 'e' || c == 'E' {
		p.i++
		if c := p.peek(); c == '+' || c == '-' {
			p.i++
		}
		if !digits() {
			return p.fail("a digit is missing")
		}
	}
	return nil
}

func (p *parser) word() (kind, error) {
	for _, w := range []struct {
		text string
		kind kind
	}{{"true", truth}, {"false", truth}, {"null", null}} {
		if rest := p.d.text[p.i:]; len(rest) >= len(w.text) && string(rest[:len(w.text)]) == w.text {
			p.i += len(w.text)
			return w.kind, nil
		}
	}
	return null, p.fail("a value is missing")
}
