package lists

import (
	"fmt"

	merkle "github.com/merkle-drop/merkle"
)

func isENS(d *document, o Options) bool { return d.has(d.first(o), "past_tokens", "future_tokens") }

// openENS adds past and future tokens, which is what the balance of a published shard is.
func openENS(d *document, o Options, l *List, faults *merkle.Faults) {
	n, _ := d.claims(o.Key)
	rows, keyed := d.rowsOf(n)
	if len(rows) == 0 {
		faults.Add(&merkle.Fault{Pos: d.at(n), Err: errNoRows})
		return
	}
	g := newGrid(d, faults, rows, "account", "amount")
	g.fill = func(g *grid, row int) bool {
		v := valueOf(row, keyed)
		if d.kind(v) != object {
			g.fault(v, "", fmt.Errorf("not an object"))
			return false
		}
		account := row
		if !keyed {
			account = d.member(v, "owner")
		}
		past, future := d.member(v, "past_tokens"), d.member(v, "future_tokens")
		if account < 0 || past < 0 || future < 0 {
			g.fault(v, "", fmt.Errorf("owner, past_tokens or future_tokens is missing"))
			return false
		}
		var total merkle.Amount
		if !g.sum(&total, past, "past_tokens", l.Whole) || !g.sum(&total, future, "future_tokens", l.Whole) {
			return false
		}
		if b := d.member(v, "balance"); b >= 0 {
			var booked merkle.Amount
			if !g.sum(&booked, b, "balance", l.Whole) {
				return false
			}
			if booked != total {
				g.fault(b, "balance", fmt.Errorf("past_tokens and future_tokens are %s", total))
				return false
			}
		}
		return g.set(0, account, d.str(account)) && g.set(1, past, total.AppendText(nil))
	}
	l.Rows = g
}
