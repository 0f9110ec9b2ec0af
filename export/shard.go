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

// shardWriter renders shards; each worker has its own.
type shardWriter struct {
	buf, cell []byte
	proof     []merkle.Hash
}

// render returns the bytes of shard i, valid until the next call. Members stand in canonical order.
func (w *shardWriter) render(g *group, i int) ([]byte, error) {
	plan := &g.shards[i]
	b := append(w.buf[:0], `{"format":"`+FormatShard+`","group":"`...)
	b = append(append(b, g.id...), `","paths":[`...)
	for f, path := range plan.paths {
		if f > 0 {
			b = append(b, ',')
		}
		b = appendPath(b, path, g.families[f][0].Tree.Profile().Width)
	}
	b = append(b, `],"rows":[`...)
	var err error
	start := len(b)
	for _, run := range plan.runs {
		for place := run[0]; place < run[1]; place++ {
			if len(b) > start {
				b = append(b, ',')
			}
			if b, err = w.row(b, g, place); err != nil {
				return nil, err
			}
		}
	}
	b = append(b, `],"shard":"`...)
	b = append(strconv.AppendInt(b, int64(i), 10), `"}`...)
	w.buf = b
	return b, nil
}

func (w *shardWriter) row(b []byte, g *group, place int) ([]byte, error) {
	b = append(b, '[', '"')
	b = append(g.account(place).AppendText(b), '"')
	var t *Tree
	var row int
	family := -1
	for i := range g.columns {
		c := &g.columns[i]
		if c.family != family {
			family = c.family
			t, row = g.claim(family, place)
		}
		b = append(b, ',')
		switch c.kind {
		case kindProof:
			w.proof = t.Tree.Proof(row, w.proof)
			b = appendHashes(b, w.proof, t.Tree.Profile().Width)
			continue
		case kindText:
			w.cell = t.Tree.AppendValue(w.cell[:0], row, c.field)
			var err error
			if b, err = appendString(b, w.cell); err != nil {
				return nil, err
			}
			continue
		}
		b = append(b, '"')
		switch c.kind {
		case kindPart:
			b = strconv.AppendInt(b, int64(t.Part), 10)
		case kindPosition:
			b = strconv.AppendInt(b, int64(t.Tree.Position(row)), 10)
		case kindRank:
			b = strconv.AppendInt(b, int64(t.Tree.GroupOf(row)), 10)
		case kindField:
			b = t.Tree.AppendValue(b, row, c.field)
		}
		b = append(b, '"')
	}
	return append(b, ']'), nil
}

func appendHashes(b []byte, hashes []merkle.Hash, width int) []byte {
	b = append(b, '[')
	for i := range hashes {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(hashes[i].AppendText(append(b, '"'), width), '"')
	}
	return append(b, ']')
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
