package export

import (
	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/tree"
)

// heldShards are those of a group whose claims are on disk.
type heldShards struct {
	g       *heldGroup
	members []*heldCells
	first   int // place of the first row that was read
}

// heldCells reads the rows of a family; it is the leaf that was asked for last, too.
type heldCells struct {
	f       *heldFamily
	rows    tree.Rows
	read    *heldReading
	lo      int // place of the family at which the group begins
	value   func(dst []byte, row, field int) []byte
	readers map[int]*tree.FiledReader // by part: some of them

	row  int       // of rows
	tree *heldTree // layout inline
	at   int       // the leaf's row there
}

// mostReaders is how many parts of a family one worker has at hand: a reader holds a block of nodes a level.
const mostReaders = 64

// reader reads proofs of the leaf's tree.
func (c *heldCells) reader() *tree.FiledReader {
	r := c.readers[c.tree.part]
	if r == nil {
		if len(c.readers) == mostReaders {
			clear(c.readers)
		}
		r = c.tree.filed.Reader()
		c.readers[c.tree.part] = r
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
	return (&shardWriter{group: g.id, columns: g.columns, from: s}).render, nil
}

// values returns what appends the text of leaf fields of rows.
func (t *heldTree) values(rows *tree.Rows) (func(dst []byte, row, field int) []byte, error) {
	if t.filed != nil {
		return t.filed.Values(rows)
	}
	return t.sliced.Values(rows)
}

func (s *heldShards) runs(shard int) [][2]int { return s.g.runs(shard) }

func (s *heldShards) appendPaths(b []byte, shard int) []byte {
	if s.g.layout != LayoutSubtree {
		return b
	}
	for k, m := range s.g.members {
		if k > 0 {
			b = append(b, ',')
		}
		b = appendPath(b, m.trees[0].sliced.Subtree(shard).Path, m.f.profile.Width)
	}
	return b
}

func (s *heldShards) begin(run [2]int) error {
	s.first = run[0]
	for _, c := range s.members {
		if err := c.read.read(c.lo+run[0], c.lo+run[1]); err != nil {
			return err
		}
	}
	return nil
}

func (s *heldShards) account(place int) merkle.Account {
	return s.members[0].rows.Accounts[place-s.first]
}

func (s *heldShards) leaf(family, place int) leafCells {
	c := s.members[family]
	if c.row = place - s.first; s.g.layout == LayoutInline {
		c.tree, c.at = c.f.at(c.lo + place)
	}
	return c
}

func (c *heldCells) part() int     { return c.tree.part }
func (c *heldCells) position() int { return c.tree.filed.Position(c.at) }
func (c *heldCells) rank() int     { return c.reader().GroupOf(c.at) }

func (c *heldCells) appendProof(b []byte) ([]byte, error) { return c.reader().AppendProof(b, c.at) }

func (c *heldCells) appendValue(b []byte, field int) []byte { return c.value(b, c.row, field) }
