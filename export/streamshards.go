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
}

// heldCells reads the rows of a family and writes their cells.
type heldCells struct {
	rows  tree.Rows
	read  *heldReading
	lo    int
	value func(dst []byte, row, field int) []byte
}

// renderer returns what one worker renders with.
func (g *heldGroup) renderer() (func(i int) ([]byte, int, error), error) {
	s := &heldShards{g: g}
	for _, m := range g.members {
		c := &heldCells{lo: m.lo}
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
	for i := range s.g.columns {
		c := &s.g.columns[i]
		m := s.members[c.family]
		b = append(b, ',')
		switch c.kind {
		case kindField:
			b = append(m.value(append(b, '"'), row, c.field), '"')
		}
	}
	return append(b, ']'), nil
}
