package lists

import (
	"fmt"
	"slices"
	"strings"

	merkle "github.com/merkle-drop/merkle"
)

func isUniswap(d *document, o Options) bool {
	if o.Profile != "uniswap-v1" || len(d.roots) > 1 || o.Key != "" || d.kind(0) != object || !d.keyed(0) {
		return false
	}
	return d.scalar(2) // root, first key, first value
}

// openUniswap reads {address: amount} as Uniswap's generator would be told to: it puts 0x before a text, so that "100" is 256,
// while a JSON number 100 is 100.
func openUniswap(d *document, o Options, l *List, faults *merkle.Faults) {
	l.Reports = []string{"reasons", "flags"}
	openObjects(d, o, l, faults)
	g, ok := l.Rows.(*grid)
	if !ok || l.KeyOf != 0 || d.kind(valueOf(g.rows[0], true)) == object {
		return
	}
	amount := slices.Index(g.header, "amount")
	bare := func(v int) bool { return d.isText(v) && !strings.HasPrefix(string(d.str(v)), "0x") }
	if o.Amounts == "" {
		first, more := -1, 0
		for _, row := range g.rows {
			if bare(row + 1) {
				if first < 0 {
					first = row + 1
				} else {
					more++
				}
			}
		}
		if first >= 0 {
			text := d.str(first)
			read := "no number"
			if v, err := appendHex(nil, text); err == nil {
				read = string(v)
			}
			err := fmt.Errorf("the generator of Uniswap puts 0x before a text: to it this is %s, and not %s as it is written; --amounts hex or --amounts decimal says which is meant", read, text)
			if more > 0 {
				err = fmt.Errorf("%w (%d more such texts)", err, more)
			}
			faults.Add(&merkle.Fault{Pos: d.at(first), Field: "amount", Value: string(text), Err: err})
			l.Rows = nothing{}
		}
		return
	}
	if o.Amounts == "hex" {
		fill := g.fill
		g.fill = func(g *grid, row int) bool {
			if !fill(g, row) {
				return false
			}
			if c := &g.cells[amount]; bare(c.node) {
				c.text = append([]byte("0x"), c.text...)
			}
			return true
		}
	}
}
