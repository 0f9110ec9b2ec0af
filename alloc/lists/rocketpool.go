package lists

import (
	"fmt"
	"slices"
	"strings"

	merkle "github.com/merkle-drop/merkle"
)

func isRocketPool(d *document, o Options) bool {
	return len(d.roots) == 1 && d.kind(0) == object && d.member(0, "nodeRewards") >= 0
}

// openRocketPool adds up what one leaf value is made of: RPL of collateral and oracle duty.
func openRocketPool(d *document, o Options, l *List, faults *merkle.Faults) {
	n := d.member(0, "nodeRewards")
	if n < 0 || d.kind(n) != object && d.kind(n) != array {
		faults.Add(&merkle.Fault{Pos: d.at(0), Err: fmt.Errorf("no member nodeRewards with the claims")})
		return
	}
	rows, keyed := d.rowsOf(n)
	if len(rows) == 0 {
		faults.Add(&merkle.Fault{Pos: d.at(n), Err: errNoRows})
		return
	}
	columns := []string{"account", "network", "amountRPL", "amountETH"}
	parts := [][]string{nil, nil, {"collateralRpl", "oracleDaoRpl"}, {"smoothingPoolEth"}}
	voter := []string{"voterShareEth", "voterEth", "amountVoterETH"}
	if slices.ContainsFunc(voter, func(name string) bool { return d.has(valueOf(rows[0], keyed), name) }) {
		columns, parts = append(columns, "amountVoterETH"), append(parts, voter)
	}
	dropped := 0
	g := newGrid(d, faults, rows, columns...)
	g.fill = func(g *grid, row int) bool {
		v := valueOf(row, keyed)
		if d.kind(v) != object {
			g.fault(v, "", fmt.Errorf("not an object"))
			return false
		}
		account := row
		if !keyed {
			account = d.member(v, "address")
		}
		network := max(d.member(v, "rewardNetwork"), d.member(v, "network"))
		if account < 0 || network < 0 || !d.scalar(network) {
			g.fault(v, "", fmt.Errorf("the node's address or rewardNetwork is missing"))
			return false
		}
		g.set(0, account, d.str(account))
		g.set(1, network, d.str(network))
		nothing := true
		for i := 2; i < len(columns); i++ {
			var total merkle.Amount
			at := -1
			for _, name := range parts[i] {
				if part := d.member(v, name); part >= 0 {
					if at = part; !g.sum(&total, part, name, l.Whole) {
						return false
					}
				}
			}
			if at < 0 {
				g.fault(v, "", fmt.Errorf("none of %s is there", strings.Join(parts[i], ", ")))
				return false
			}
			g.set(i, at, total.AppendText(nil))
			nothing = nothing && total.IsZero()
		}
		if nothing && !o.Zero {
			dropped++
			return false
		}
		return true
	}
	l.Notes = func() []string {
		if dropped == 0 {
			return nil
		}
		return []string{fmt.Sprintf("%d nodes without any reward are left out, as the smart node does (--allow zero-amount keeps them)", dropped)}
	}
	l.Rows = g
}
