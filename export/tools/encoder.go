package tools

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"slices"
	"strconv"

	merkle "github.com/merkle-drop/merkle"
)

// flushSize is when the bytes on hand are written out.
const flushSize = 1 << 16

// encoder writes JSON piece by piece, in the two spellings that tools print: without any blank, as JSON.stringify(x), or with
// an indent, as JSON.stringify(x, null, indent) and serde's pretty printer.
type encoder struct {
	ctx   context.Context
	out   io.Writer // nil: everything stays in b
	b     []byte
	step  int // blanks a level; 0: everything on one line
	depth int
	fresh bool // nothing stands in the open object or array yet
	err   error
}

func newEncoder(ctx context.Context, out io.Writer, indent int) *encoder {
	return &encoder{ctx: ctx, out: out, step: indent, b: make([]byte, 0, flushSize+1<<12)}
}

// open begins an object or array.
func (e *encoder) open(bracket byte) {
	e.b = append(e.b, bracket)
	e.depth++
	e.fresh = true
}

// close ends it.
func (e *encoder) close(bracket byte) {
	e.depth--
	if !e.fresh {
		e.line()
	}
	e.b = append(e.b, bracket)
	e.fresh = false
}

// item begins an element of an array.
func (e *encoder) item() {
	if !e.fresh {
		e.b = append(e.b, ',')
	}
	e.fresh = false
	e.line()
	e.flush()
}

func (e *encoder) line() {
	if e.step > 0 {
		e.b = append(e.b, blanks[:1+e.step*e.depth]...)
	}
}

// blanks is a line end and more blanks than any document here is deep.
const blanks = "\n                                        "

// key begins a member. The name must not need an escape.
func (e *encoder) key(name string) {
	e.item()
	e.b = append(append(append(e.b, '"'), name...), '"')
	e.colon()
}

func (e *encoder) colon() {
	e.b = append(e.b, ':')
	if e.step > 0 {
		e.b = append(e.b, ' ')
	}
}

// raw appends a value that is JSON already: a number, true, null.
func (e *encoder) raw(text string) { e.b = append(e.b, text...) }

func (e *encoder) uint(n uint64) { e.b = strconv.AppendUint(e.b, n, 10) }

// plain appends a string that needs no escape.
func (e *encoder) plain(text string) { e.b = append(append(append(e.b, '"'), text...), '"') }

// text appends any string.
func (e *encoder) text(text string) { e.b = appendText(e.b, text) }

// digits appends an amount as a string of decimal digits.
func (e *encoder) digits(a merkle.Amount) { e.b = append(a.AppendText(append(e.b, '"')), '"') }

// number appends an amount as a bare integer.
func (e *encoder) number(a merkle.Amount) { e.b = a.AppendText(e.b) }

// hash appends a tree hash as a hex string with 0x.
func (e *encoder) hash(h *merkle.Hash, width int) {
	e.b = append(h.AppendText(append(e.b, '"'), width), '"')
}

// hashes appends an array of hex strings.
func (e *encoder) hashes(list []merkle.Hash, width int) {
	e.open('[')
	for i := range list {
		e.item()
		e.hash(&list[i], width)
	}
	e.close(']')
}

// octets appends bytes as an array of numbers.
func (e *encoder) octets(raw []byte) {
	e.open('[')
	line := ""
	if e.step > 0 {
		line = blanks[:1+e.step*e.depth]
	}
	b := slices.Grow(e.b, len(raw)*(len(line)+len(octet{}.text)))
	for _, c := range raw {
		o := &octets[c]
		b = append(append(b, line...), o.text[:]...)
		b = b[:len(b)-len(o.text)+o.size]
	}
	e.b = b[:len(b)-min(len(raw), 1)] // no comma behind the last
	e.fresh = len(raw) == 0
	e.close(']')
	e.flush()
}

// octet is a number and a comma; size is how many letters of text that is.
type octet struct {
	text [4]byte
	size int
}

// octets is all bytes as octet.
var octets = func() (all [256]octet) {
	for c := range all {
		all[c].size = copy(all[c].text[:], strconv.Itoa(c)+",")
	}
	return all
}()

// flush writes out what has come together; end does so in any case.
func (e *encoder) flush() {
	if len(e.b) >= flushSize && e.out != nil {
		e.spill()
	}
}

func (e *encoder) spill() {
	e.through(e.b)
	e.b = e.b[:0]
}

// through writes text out that is not in e.b; what is in e.b was written before.
func (e *encoder) through(text []byte) {
	if e.err == nil {
		e.err = e.ctx.Err()
	}
	if e.err == nil {
		_, e.err = e.out.Write(text)
	}
}

// end writes the rest and returns the first error.
func (e *encoder) end() error {
	e.spill()
	return e.err
}

// appendText appends text as a JSON string, spelled as JSON.stringify does.
func appendText(b []byte, text string) []byte {
	for i := range len(text) {
		if c := text[i]; c < 0x20 || c == '"' || c == '\\' || c >= 0x7f || c == '<' || c == '>' || c == '&' {
			return append(b, escaped(text)...)
		}
	}
	return append(append(append(b, '"'), text...), '"')
}

func escaped(text string) []byte {
	var b bytes.Buffer
	d := json.NewEncoder(&b)
	d.SetEscapeHTML(false)
	if err := d.Encode(text); err != nil { // a string: cannot fail
		panic(err)
	}
	return b.Bytes()[:b.Len()-1]
}

// quoter writes what passes through it as the inside of a JSON string: for a document in a document. What passes is ASCII.
type quoter struct{ outer *encoder }

func (q quoter) Write(p []byte) (int, error) {
	e := q.outer
	for _, c := range p {
		if c == '"' || c == '\\' {
			e.b = append(e.b, '\\')
		}
		e.b = append(e.b, c)
	}
	e.flush()
	return len(p), e.err
}
