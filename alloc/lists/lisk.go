package lists

import (
	"fmt"
	"strings"

	merkle "github.com/merkle-drop/merkle"
)

func isLisk(d *document, o Options) bool {
	n := d.first(o)
	return d.has(n, "b32Address", "balanceBeddows", "numberOfSignatures") || d.has(n, "b32Address", "balanceWei")
}

// openLisk names the fields of the leaf with their types, in the contract's order; the JSON has another.
func openLisk(d *document, o Options, l *List, faults *merkle.Faults) {
	n, _ := d.claims(o.Key)
	rows, keyed := d.rowsOf(n)
	members := []string{"b32Address", "balanceBeddows", "numberOfSignatures", "mandatoryKeys", "optionalKeys"}
	types := []string{"bytes20", "uint64", "uint32", "bytes32[]", "bytes32[]"}
	if len(rows) == 0 || keyed {
		faults.Add(&merkle.Fault{Pos: d.at(n), Err: errNoRows})
		return
	}
	if d.kind(rows[0]) == object && d.has(rows[0], "balanceWei") { // the airdrop on the new chain
		members, types = []string{"b32Address", "balanceWei"}, []string{"bytes20", "uint256"}
	}
	g := newGrid(d, faults, rows, members...)
	g.fill = func(g *grid, row int) bool {
		for i, name := range members {
			v := -1
			if d.kind(row) == object {
				v = d.member(row, name)
			}
			if v < 0 {
				g.fault(row, "", fmt.Errorf("%s is missing", name))
				return false
			}
			cell, fits := d.appendTyped(nil, v, types[i], false)
			if !fits || !g.set(i, v, cell) {
				g.fault(v, name, fmt.Errorf("not a value of type %s", types[i]))
				return false
			}
		}
		return true
	}
	for i, name := range members {
		if strings.HasPrefix(name, "balance") {
			name = "amount"
			g.header[i] = name
		}
		l.Types = append(l.Types, name+":"+types[i])
	}
	l.Rows = g
}
