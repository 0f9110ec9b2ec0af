package verify

import (
	"bytes"
	"crypto/sha256"
	"hash"
	"slices"
)

// canonical takes the lines of an input's canonical form and gives its digest. Lines in order "file", and lines that come sorted, are hashed as they come; others are
// held and sorted at the end, by their bytes.
type canonical struct {
	h      hash.Hash
	sorted bool // the form is sorted
	hold   bool // lines come in any order
	last   []byte
	broken bool // a line that should come sorted did not

	chunks [][]byte
	lines  []lineRef
}

type lineRef struct{ chunk, start, size uint32 }

const chunkSize = 1 << 24

func newCanonical(header []byte, sorted, hold bool) *canonical {
	c := &canonical{h: sha256.New(), sorted: sorted, hold: sorted && hold}
	c.h.Write(append(header, '\n'))
	return c
}

// add takes one line without its newline; the bytes are copied.
func (c *canonical) add(line []byte) {
	if !c.hold {
		if c.sorted && bytes.Compare(c.last, line) > 0 {
			c.broken = true
		}
		c.last = append(append(c.last[:0], line...), '\n')
		c.h.Write(c.last)
		c.last = c.last[:len(line)]
		return
	}
	if n := len(c.chunks); n == 0 || len(c.chunks[n-1])+len(line) > cap(c.chunks[n-1]) {
		c.chunks = append(c.chunks, make([]byte, 0, max(chunkSize, len(line))))
	}
	last := &c.chunks[len(c.chunks)-1]
	c.lines = append(c.lines, lineRef{uint32(len(c.chunks) - 1), uint32(len(*last)), uint32(len(line))})
	*last = append(*last, line...)
}

func (c *canonical) line(r lineRef) []byte { return c.chunks[r.chunk][r.start : r.start+r.size] }

func (c *canonical) sum() digest {
	if c.hold {
		slices.SortFunc(c.lines, func(a, b lineRef) int { return bytes.Compare(c.line(a), c.line(b)) })
		buf := make([]byte, 0, 1<<16)
		for _, r := range c.lines {
			buf = append(append(buf, c.line(r)...), '\n')
			if len(buf) > 1<<15 {
				c.h.Write(buf)
				buf = buf[:0]
			}
		}
		c.h.Write(buf)
		c.chunks, c.lines = nil, nil
	}
	return digest(c.h.Sum(nil))
}
