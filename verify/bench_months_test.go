package verify

import (
	"fmt"
	"strings"
	"testing"
)

// BenchmarkMonth closes a month with the positions of twelve months before it; bytes are those of the inputs.
func BenchmarkMonth(b *testing.B) {
	const n = 20000
	var points, positions, paid strings.Builder
	points.WriteString("account,points\n")
	positions.WriteString(strings.Join(positionColumns(), ",") + "\n")
	paid.WriteString("account,chain,amount\n")
	for i := range n {
		acct := fmt.Sprintf("0x%040x", i*i*7919+1)
		fmt.Fprintf(&points, "%s,%d\n", acct, i+1)
		fmt.Fprintf(&paid, "%s,eip155:1,%d\n", acct, i+1)
		for m := jan; m < jan+12; m++ {
			fmt.Fprintf(&positions, "%s,eip155:1,%s,12,%d,%d,no\n", acct, m, 1000000+i, 1000000+i)
		}
	}
	before := &prevBundle{name: "before", man: &manifest{}, fsys: memory(map[string]string{"tables/positions.csv": positions.String(), "tables/paid.csv": paid.String()})}
	for name, text := range map[string]string{"positions": positions.String(), "paid": paid.String()} {
		before.man.tables = append(before.man.tables, manTable{name: name, sha256: sha256Text([]byte(text))})
	}
	campaign := monthCampaign("noon-active-staking/v1", jan+12, false, "1000000000", "  points: {file: p.csv}\n")
	b.SetBytes(int64(points.Len() + positions.Len() + paid.Len()))
	b.ReportAllocs()
	for b.Loop() {
		k := monthAt(b, campaign, map[string]string{"p.csv": points.String()}, before)
		if k.alloc == nil {
			b.Fatal(k.f.list)
		}
		for _, r := range k.alloc.tables {
			for range r.rows {
			}
		}
	}
}

// BenchmarkAstra distributes to accounts with six events each over sixty days.
func BenchmarkAstra(b *testing.B) {
	const n = 20000
	var history, stakes strings.Builder
	history.WriteString("account,time,lock,change\n")
	stakes.WriteString("account,amount\n")
	for i := range n {
		acct := fmt.Sprintf("0x%040x", i*i*7919+1)
		fmt.Fprintf(&stakes, "%s,%d\n", acct, i+1)
		for j := range int64(6) {
			fmt.Fprintf(&history, "%s,%s,%d,%d\n", acct, daysBefore(60-10*j), []int{0, 6, 9}[(int64(i)+j)%3], 1000+i)
		}
	}
	b.SetBytes(int64(history.Len() + stakes.Len()))
	b.ReportAllocs()
	for b.Loop() {
		rule := "  name: astra-rewards/v1\n  at: " + astraAt + "\n  score: trailing\n" + "  blocks: {start: 0, end: 10, current: 10}\n" + "  history: {file: h.csv}\n  pools: [{id: p, alloc: \"1\", last: 0, stakes: {file: s.csv}}]"
		k := recompute(b, fmt.Sprintf(oneToken, 0, "1000000000000", rule, "floor"), map[string]string{"h.csv": history.String(), "s.csv": stakes.String()})
		if k.alloc == nil {
			b.Fatal(k.f.list)
		}
	}
}
