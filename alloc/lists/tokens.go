package lists

import (
	"fmt"

	merkle "github.com/merkle-drop/merkle"
)

// entry is one account's amount of one token, gathered from several places of a file.
type entry struct {
	account, token, amount int // nodes; token -1: none
	sum                    merkle.Amount
}

// entries is Rows over gathered entries.
func entries(d *document, faults *merkle.Faults, list []entry, columns []string) *grid {
	rows := make([]int, len(list))
	for i, e := range list {
		rows[i] = e.account
	}
	g := newGrid(d, faults, rows, columns...)
	i := 0
	g.fill = func(g *grid, _ int) bool {
		e := &list[i]
		i++
		for c, name := range columns {
			switch name {
			case "account":
				g.set(c, e.account, d.str(e.account))
			case "token":
				g.set(c, e.token, d.str(e.token))
			case "amount":
				g.set(c, e.amount, e.sum.AppendText(nil))
			}
		}
		return true
	}
	return g
}

// isMaps reports whether a value is an object of objects whose own keys are accounts.
func (d *document) isMaps(n int) bool {
	if d.kind(n) != object || !d.keyed(n) {
		return false
	}
	inner := n + 2 // first key, first value
	return d.kind(inner) == object && (d.keyed(inner) || int(d.nodes[inner].next) == inner+1)
}

func (d *document) mapsOf(o Options) (int, bool) {
	if len(d.roots) > 1 {
		return 0, false
	}
	if d.isMaps(d.roots[0]) {
		return d.roots[0], true
	}
	n, ok := d.claims("")
	return n, ok && d.isMaps(n)
}

func isEigenLayer(d *document, o Options) bool {
	if d.has(d.first(o), "earner", "token") {
		return true
	}
	_, maps := d.mapsOf(o)
	return maps && o.Profile == "eigenlayer-v1"
}

// openEigenLayer reads {earner: {token: amount}}, or rows.
func openEigenLayer(d *document, o Options, l *List, faults *merkle.Faults) {
	n, ok := d.mapsOf(o)
	if !ok {
		openObjects(d, o, l, faults)
		return
	}
	l.Rows = crossed(d, n, l, faults, false, []string{"account", "token", "amount"})
}

func isBalances(d *document, o Options) bool {
	_, maps := d.mapsOf(o)
	return maps
}

// openBalances reads {token: {account: amount}}: all of it where the leaf holds a token, else the one that Key names.
func openBalances(d *document, o Options, l *List, faults *merkle.Faults) {
	n, ok := d.mapsOf(o)
	switch {
	case !ok:
		faults.Add(&merkle.Fault{Pos: d.at(0), Err: ErrClaims})
	case o.Tokens && o.Key == "" && l.Kind.Name == "balances" && o.Profile != "":
		l.Rows = crossed(d, n, l, faults, true, []string{"token", "account", "amount"})
	case o.Key == "":
		faults.Add(&merkle.Fault{Pos: d.at(n + 1), Field: "key", Value: string(d.str(n + 1)),
			Err: fmt.Errorf("the file holds the balances of several tokens, a tree each, and the leaf has no token: --key TOKEN picks one")})
	default:
		at := d.memberLike(n, o.Key)
		if at < 0 {
			faults.Add(&merkle.Fault{Pos: d.at(n), Err: fmt.Errorf("no member %q", o.Key)})
			return
		}
		if rows, _ := d.rowsOf(at); len(rows) == 0 {
			faults.Add(&merkle.Fault{Pos: d.at(at), Err: errNoRows})
			return
		}
		rows, keyed := d.rowsOf(at)
		open(d, l, faults, rows, keyed)
	}
}

// crossed gathers {outer: {inner: amount}}.
func crossed(d *document, n int, l *List, faults *merkle.Faults, tokenOutside bool, columns []string) Rows {
	var list []entry
	adder := &grid{d: d, faults: faults}
	d.members(n, func(outer, inside int) bool {
		if d.kind(inside) != object {
			adder.fault(inside, "", fmt.Errorf("not an object"))
			return true
		}
		d.members(inside, func(inner, value int) bool {
			e := entry{account: outer, token: inner, amount: value}
			if tokenOutside {
				e.account, e.token = inner, outer
			}
			if adder.sum(&e.sum, value, "amount", l.Whole) {
				list = append(list, e)
			}
			return true
		})
		return true
	})
	if len(list) == 0 {
		if len(faults.List) == 0 {
			faults.Add(&merkle.Fault{Pos: d.at(n), Err: errNoRows})
		}
		return nothing{}
	}
	return entries(d, faults, list, columns)
}
