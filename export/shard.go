package export

import (
	"strconv"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/tree"
)

// Cells of a row that are not leaf fields.
const (
	cellPart     = "part"
	cellPosition = "position"
	cellProof    = "proof"
)

// column is what one cell of a row is made from.
type column struct {
	ColumnInfo
	family int
	kind   columnKind
	field  int // of the leaf, for cellField and cellText
}

type columnKind uint8

const (
	kindPart columnKind = iota
	kindPosition
	kindRank  // of the account among its tree's accounts
	kindField // digits and letters only
	kindText  // any text
	kindProof
)

// familyCells is what of a family decides its cells.
type familyCells struct {
	id       string
	parts    int
	profile  *tree.Profile
	constant func(tree.Field) bool
}

// makeColumns lists the cells after the account, family by family (FORMAT.md section 7).
func makeColumns(layout string, order tree.Order, families []familyCells) []column {
	var out []column
	for i, family := range families {
		add := func(name string, kind columnKind, field int) {
			out = append(out, column{ColumnInfo{family.id, name}, i, kind, field})
		}
		if layout == LayoutInline && family.parts > 1 {
			add(cellPart, kindPart, 0)
		}
		switch {
		case layout != LayoutInline:
		case order == tree.OrderInput:
			add(cellPosition, kindPosition, 0)
		case family.profile.Grouping == tree.GroupingTwoLevel:
			add(cellPosition, kindRank, 0)
		}
		for j, f := range family.profile.Fields {
			switch {
			case f.Source == tree.SourceAccount || family.constant(f):
			case f.Source == tree.SourceColumn:
				add(f.Name, kindText, j)
			default:
				add(f.Name, kindField, j)
			}
		}
		if layout == LayoutInline {
			add(cellProof, kindProof, 0)
		}
	}
	return out
}

// constant reports whether a leaf field has one value for the whole family and so no cell.
func (t *Tree) constant(f tree.Field) bool { return oneValue(f, len(t.Tokens), t.NoLocked) }

// oneValue reports whether a leaf field has one value for a whole family of so many tokens.
func oneValue(f tree.Field, tokens int, noLocked bool) bool {
	switch f.Source {
	case tree.SourceConstant, tree.SourceDomain:
		return true
	case tree.SourceToken:
		return tokens == 1
	case tree.SourceLocked:
		return noLocked
	}
	return false
}

// shardSource is what the shards of a group are rendered from; each worker has its own. A place is that of a row in key order.
type shardSource interface {
	runs(shard int) [][2]int // half-open ranges of places, in the order of the rows
	appendPaths(b []byte, shard int) []byte
	begin(run [2]int) error // comes before the rows of a run
	account(place int) merkle.Account
	leaf(family, place int) leafCells // valid until the next
}

// leafCells tells the cells of a leaf.
type leafCells interface {
	part() int
	position() int
	rank() int // of the account among its tree's accounts
	appendProof(b []byte) ([]byte, error)
	appendValue(b []byte, field int) []byte
}

// shardWriter renders shards; each worker has its own.
type shardWriter struct {
	group     string
	columns   []column
	from      shardSource
	buf, cell []byte
}

// render returns the bytes of shard i, valid until the next call, and how many rows it has. Members stand in canonical order.
func (w *shardWriter) render(i int) ([]byte, int, error) {
	b := append(w.buf[:0], `{"format":"`+FormatShard+`","group":"`...)
	b = append(append(b, w.group...), `","paths":[`...)
	b = append(w.from.appendPaths(b, i), `],"rows":[`...)
	rows := 0
	for _, run := range w.from.runs(i) {
		if err := w.from.begin(run); err != nil {
			return nil, 0, err
		}
		for place := run[0]; place < run[1]; place++ {
			if rows++; rows > 1 {
				b = append(b, ',')
			}
			var err error
			if b, err = w.row(b, place); err != nil {
				return nil, 0, err
			}
		}
	}
	b = append(b, `],"shard":"`...)
	b = append(strconv.AppendInt(b, int64(i), 10), `"}`...)
	w.buf = b
	return b, rows, nil
}

func (w *shardWriter) row(b []byte, place int) ([]byte, error) {
	b = append(b, '[', '"')
	b = append(w.from.account(place).AppendText(b), '"')
	var leaf leafCells
	var err error
	family := -1
	for i := range w.columns {
		c := &w.columns[i]
		if c.family != family {
			family = c.family
			leaf = w.from.leaf(family, place)
		}
		b = append(b, ',')
		switch c.kind {
		case kindProof:
			if b, err = leaf.appendProof(append(b, '[')); err != nil {
				return nil, err
			}
			b = append(b, ']')
			continue
		case kindText:
			w.cell = leaf.appendValue(w.cell[:0], c.field)
			if b, err = appendString(b, w.cell); err != nil {
				return nil, err
			}
			continue
		}
		b = append(b, '"')
		switch c.kind {
		case kindPart:
			b = strconv.AppendInt(b, int64(leaf.part()), 10)
		case kindPosition:
			b = strconv.AppendInt(b, int64(leaf.position()), 10)
		case kindRank:
			b = strconv.AppendInt(b, int64(leaf.rank()), 10)
		case kindField:
			b = leaf.appendValue(b, c.field)
		}
		b = append(b, '"')
	}
	return append(b, ']'), nil
}

// renderer returns what one worker renders with.
func (g *group) renderer() (func(i int) ([]byte, int, error), error) {
	return (&shardWriter{group: g.id, columns: g.columns, from: &memoryShards{group: g}}).render, nil
}

// memoryShards are those of trees in memory; it is the leaf that was asked for last, too.
type memoryShards struct {
	*group
	tree    *Tree
	row     int
	proof   []merkle.Hash
	touched uint64 // see begin
}

func (s *memoryShards) runs(shard int) [][2]int { return s.shards[shard].runs }

func (s *memoryShards) appendPaths(b []byte, shard int) []byte {
	for f, path := range s.shards[shard].paths {
		if f > 0 {
			b = append(b, ',')
		}
		b = appendPath(b, path, s.families[f][0].Tree.Profile().Width)
	}
	return b
}

// begin brings accounts and amounts of the rows into the cache: they stand in memory in another order, and rendered one by one each row would wait for
// memory; the loads of a loop that does nothing else are under way together.
func (s *memoryShards) begin(run [2]int) error {
	for family := range s.families {
		for place := run[0]; place < run[1]; place++ {
			t, row := s.claim(family, place)
			rows := t.Tree.Rows()
			if family == 0 && row < len(rows.Accounts) {
				s.touched += uint64(rows.Accounts[row].Family())
			}
			if row < len(rows.Amounts) {
				s.touched += uint64(rows.Amounts[row].BitLen())
			}
		}
	}
	return nil
}

func (s *memoryShards) leaf(family, place int) leafCells {
	s.tree, s.row = s.claim(family, place)
	return s
}

func (s *memoryShards) part() int     { return s.tree.Part }
func (s *memoryShards) position() int { return s.tree.Tree.Position(s.row) }
func (s *memoryShards) rank() int     { return s.tree.Tree.GroupOf(s.row) }

func (s *memoryShards) appendProof(b []byte) ([]byte, error) {
	s.proof = s.tree.Tree.Proof(s.row, s.proof)
	return appendHashes(b, s.proof, s.tree.Tree.Profile().Width), nil
}

func (s *memoryShards) appendValue(b []byte, field int) []byte {
	return s.tree.Tree.AppendValue(b, s.row, field)
}

// appendHashes appends texts with commas between.
func appendHashes(b []byte, hashes []merkle.Hash, width int) []byte {
	for i := range hashes {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(hashes[i].AppendText(append(b, '"'), width), '"')
	}
	return b
}

func appendPath(b []byte, path []tree.PathNode, width int) []byte {
	b = append(b, '[')
	for i := range path {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, '"')
		if !path[i].None {
			b = path[i].Hash.AppendText(b, width)
		}
		b = append(b, '"')
	}
	return append(b, ']')
}
