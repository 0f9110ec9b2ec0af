package export

import (
	"strconv"

	"github.com/merkle-drop/merkle/tree"
)

// heldShards renders shards of a group whose claims are on disk; each worker has its own.
type heldShards struct {
	g       *heldGroup
	members []*heldCells
	buf     []byte
	cell    []byte
}

// heldCells reads the rows of a family and writes their cells.
type heldCells struct {
	f       *heldFamily
	rows    tree.Rows
	read    *heldReading
	lo      int
	value   func(dst []byte, row, field int) []byte
	readers map[int]*tree.FiledReader // by part: some of them
}

// mostReaders is how many parts of a family one worker has at hand: a reader holds a block of nodes a level.
const mostReaders = 64

// reader reads proofs of a tree.
func (c *heldCells) reader(t *heldTree) *tree.FiledReader {
	r := c.readers[t.part]
	if r == nil {
		if len(c.readers) == mostReaders {
			clear(c.readers)
		}
		r = t.filed.Reader()
		c.readers[t.part] = r
	}
	return r
}

// renderer returns what one worker renders with.
func (g *heldGroup) renderer() (func(i int) ([]byte, int, error), error) {
	s := &heldShards{g: g}
	for _, m := range g.members {
		c := &heldCells{f: m.f, lo: m.lo, readers: map[int]*tree.FiledReader{}}
		c.read = m.f.rows.reading(&c.rows)
		var err error
		if c.value, err = m.trees[0].values(&c.rows); err != nil {
			return nil, err
		}
		s.members = append(s.members, c)
	}
	return s.render, nil
}

// values returns what appends the text of leaf fields of rows.
func (t *heldTree) values(rows *tree.Rows) (func(dst []byte, row, field int) []byte, error) {
	if t.filed != nil {
		return t.filed.Values(rows)
	}
	return t.sliced.Values(rows)
}

// render is shardWriter.render, with the number of rows.
func (s *heldShards) render(i int) ([]byte, int, error) {
	g := s.g
	b := append(s.buf[:0], `{"format":"`+FormatShard+`","group":"`...)
	b = append(append(b, g.id...), `","paths":[`...)
	if g.layout == LayoutSubtree {
		for k, m := range g.members {
			if k > 0 {
				b = append(b, ',')
			}
			b = appendPath(b, m.trees[0].sliced.Subtree(i).Path, m.f.profile.Width)
		}
	}
	b = append(b, `],"rows":[`...)
	met := 0
	for _, run := range g.runs(i) {
		for _, c := range s.members {
			if err := c.read.read(c.lo+run[0], c.lo+run[1]); err != nil {
				return nil, 0, err
			}
		}
		for row := range run[1] - run[0] {
			if met++; met > 1 {
				b = append(b, ',')
			}
			var err error
			if b, err = s.row(b, row, run[0]+row); err != nil {
				return nil, 0, err
			}
		}
	}
	b = append(b, `],"shard":"`...)
	b = append(strconv.AppendInt(b, int64(i), 10), `"}`...)
	s.buf = b
	return b, met, nil
}

// row is shardWriter.row.
func (s *heldShards) row(b []byte, row, place int) ([]byte, error) {
	b = append(b, '[', '"')
	b = append(s.members[0].rows.Accounts[row].AppendText(b), '"')
	var t *heldTree
	var at int // the leaf's row in t
	family := -1
	for i := range s.g.columns {
		c := &s.g.columns[i]
		m := s.members[c.family]
		if c.family != family && s.g.layout == LayoutInline {
			t, at = m.f.at(m.lo + place)
		}
		family = c.family
		b = append(b, ',')
		switch c.kind {
		case kindProof:
			var err error
			if b, err = m.reader(t).AppendProof(append(b, '['), at); err != nil {
				return nil, err
			}
			b = append(b, ']')
			continue
		case kindText:
			s.cell = m.value(s.cell[:0], row, c.field)
			var err error
			if b, err = appendString(b, s.cell); err != nil {
				return nil, err
			}
			continue
		}
		b = append(b, '"')
		switch c.kind {
		case kindPart:
			b = strconv.AppendInt(b, int64(t.part), 10)
		case kindPosition:
			b = strconv.AppendInt(b, int64(t.filed.Position(at)), 10)
		case kindRank:
			b = strconv.AppendInt(b, int64(m.reader(t).GroupOf(at)), 10)
		case kindField:
			b = m.value(b, row, c.field)
		}
		b = append(b, '"')
	}
	return append(b, ']'), nil
}
