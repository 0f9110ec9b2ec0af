package lists

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	merkle "github.com/merkle-drop/merkle"
)

// grid is Rows over a document. A kind says how one row's cells are found.
type grid struct {
	d      *document
	header []string
	heads  []int  // node of each column's first value or key
	cells  []cell // of the present row
	row    int    // node of the present row
	rows   []int  // nodes of all rows
	next   int    // in rows
	fill   func(g *grid, row int) bool
	faults *merkle.Faults
}

// cell is a value of the present row; node -1 is none.
type cell struct {
	text []byte
	node int
}

func (g *grid) Header() []string           { return g.header }
func (g *grid) HeaderPos(i int) merkle.Pos { return g.d.at(g.heads[i]) }
func (g *grid) Cell(i int) []byte          { return g.cells[i].text }
func (g *grid) Err() error                 { return nil }

func (g *grid) Pos(i int) merkle.Pos {
	if n := g.cells[i].node; n >= 0 {
		return g.d.at(n)
	}
	return g.d.at(g.row)
}

func (g *grid) Next() bool {
	for g.next < len(g.rows) {
		g.row = g.rows[g.next]
		g.next++
		for i := range g.cells {
			g.cells[i] = cell{node: -1}
		}
		if g.fill(g, g.row) {
			return true
		}
	}
	return false
}

// set gives the present row a value. A second one is a fault, and the row is left out.
func (g *grid) set(column, node int, text []byte) bool {
	if g.cells[column].node >= 0 {
		g.fault(node, g.header[column], ErrTwice)
		return false
	}
	g.cells[column] = cell{text, node}
	return true
}

func (g *grid) fault(node int, field string, err error) {
	g.faults.Add(&merkle.Fault{Pos: g.d.at(node), Field: field, Value: string(g.d.str(node)), Err: err})
}

// newGrid makes a grid of columns that stand nowhere in particular: their place is the first row's.
func newGrid(d *document, faults *merkle.Faults, rows []int, columns ...string) *grid {
	g := &grid{d: d, header: slices.Clone(columns), cells: make([]cell, len(columns)), rows: rows, faults: faults}
	for range columns {
		g.heads = append(g.heads, rows[0])
	}
	return g
}

// value is the text of a cell: scalars as they are, arrays as [a,b] with texts inside quoted where they need it, keys of 32 byte
// values in base58, null as none.
func (d *document) value(n int) (text []byte, ok bool) {
	switch {
	case d.scalar(n):
		return d.str(n), true
	case d.kind(n) == array:
		if key, is := d.keyBytes(n); is {
			return key, true
		}
		return d.appendArray(nil, n)
	}
	return nil, false
}

// keyBytes reads an array of 32 numbers below 256 as a Solana key, which is how serde writes one.
func (d *document) keyBytes(n int) (text []byte, ok bool) {
	raw, ok := d.bytes32(n)
	if !ok {
		return nil, false
	}
	a, err := merkle.NewAccount(merkle.Solana, raw[:])
	if err != nil {
		return []byte("11111111111111111111111111111111"), true
	}
	return a.AppendText(nil), true
}

// bytes32 reads an array of 32 numbers below 256.
func (d *document) bytes32(n int) (raw [32]byte, ok bool) {
	i := 0
	d.items(n, func(item int) bool {
		v := 0
		ok = i < 32 && d.kind(item) == number
		for _, c := range d.str(item) {
			ok = ok && c >= '0' && c <= '9'
			v = min(v*10+int(c-'0'), 256)
		}
		if ok = ok && v < 256; ok {
			raw[i] = byte(v)
			i++
		}
		return ok
	})
	return raw, ok && i == 32
}

// appendArray writes an array as the cell of a typed column has it.
func (d *document) appendArray(dst []byte, n int) ([]byte, bool) {
	dst = append(dst, '[')
	ok, first := true, true
	d.items(n, func(item int) bool {
		if !first {
			dst = append(dst, ',')
		}
		first = false
		switch k := d.kind(item); {
		case k == array:
			dst, ok = d.appendArray(dst, item)
		case d.isText(item) && !bytes.ContainsFunc(d.str(item), func(r rune) bool { return !strings.ContainsRune(bare, r) }):
			dst = append(dst, d.str(item)...)
		case d.scalar(item):
			dst = append(dst, d.text[d.nodes[item].start:d.nodes[item].end]...)
		default:
			ok = false
		}
		return ok
	})
	return append(dst, ']'), ok
}

// bare are the characters of hex, numbers and keys, which need no quotes inside arrays.
const bare = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

// sum adds up decimal or 0x numbers of a row; it reports false after a fault.
func (g *grid) sum(total *merkle.Amount, node int, field string, n *Number) bool {
	if !g.d.scalar(node) {
		g.fault(node, field, fmt.Errorf("not a number"))
		return false
	}
	text, err := n.Append(nil, g.d.str(node))
	var a merkle.Amount
	if err == nil {
		a, err = merkle.ParseAmountBytes(text)
	}
	if err == nil {
		fits := false
		if *total, fits = total.Add(a); !fits {
			err = merkle.ErrOverflow
		}
	}
	if err != nil {
		g.fault(node, field, err)
	}
	return err == nil
}
