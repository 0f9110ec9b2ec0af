package alloc

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/campaign"
)

// TestStream_allocatesNothingARow computes campaigns of two sizes through disk: what the larger one allocates beyond the other is far from an object a row.
func TestStream_allocatesNothingARow(t *testing.T) {
	const few, many = 4000, 12000
	tok := token("T", 6, "100000000000000000000", onSolana)
	r := newChance(1)
	lines := func(n int, head string, row func(account string, i int) string) string {
		var b strings.Builder
		b.WriteString(head + "\n")
		for i := range n {
			b.WriteString(row(r.claimant(merkle.Solana, 1000+i).Text(), i) + "\n")
		}
		return b.String()
	}
	asr2 := &campaign.Campaign{ID: "t", Path: "campaign.yaml", Tokens: []campaign.Token{tok}, Rounding: floorOnce(), Rule: campaign.Rule{Name: "jupiter-asr/v2",
		JupiterASR2: &campaign.JupiterASR2{Stakes: input("stakes.csv"), Basis: "daily", From: "2025-07-01", To: "2025-07-05", Zone: "+00:00", Decimals: 6}}}
	own := listCampaign("base", tok)
	own.Trees = []campaign.Tree{{ID: "t"}}
	for _, c := range []*campaign.Campaign{listCampaign("base", tok), own, weightCampaign(tok), asrCampaign(tok), asr2} {
		var made [2]uint64
		for i, n := range []int{few, many} {
			f := files{
				"list.csv":      lines(n, "account,amount,index,note", func(a string, i int) string { return fmt.Sprintf("%s,%d,%d,%d", a, 5+i, i, i) }),
				"weights.csv":   lines(n, "account,weight", func(a string, i int) string { return fmt.Sprintf("%s,%d.25", a, i) }),
				"proposals.csv": "id,weight\na,1\n",
				"votes.csv":     lines(n, "proposal,account,power", func(a string, i int) string { return fmt.Sprintf("a,%s,%d", a, i) }),
				"stakes.csv":    lines(n, "account,day,amount", func(a string, i int) string { return fmt.Sprintf("%s,2025-07-02,%d.5", a, i) }),
			}
			o := f.options()
			o.LeafColumns = func(*campaign.Tree) []string { return []string{"note"} }
			if len(c.Trees) == 0 {
				f["list.csv"] = lines(n, "account,amount", func(a string, i int) string { return fmt.Sprintf("%s,%d", a, 5+i) })
			}
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			out, err := Stream(t.Context(), c, o, External{Dir: t.TempDir(), Memory: 1 << 22, Workers: 2, Ordered: true})
			runtime.ReadMemStats(&after)
			if err != nil {
				t.Fatalf("%s: %v", c.Rule.Name, err)
			}
			if err := out.Close(); err != nil {
				t.Fatal(err)
			}
			made[i] = after.Mallocs - before.Mallocs
		}
		if more := int64(made[1]) - int64(made[0]); more > (many-few)/4 {
			t.Errorf("%s, %d trees: %d more allocations for %d more rows", c.Rule.Name, len(c.Trees), more, many-few)
		} else {
			t.Logf("%s, %d trees: %d", c.Rule.Name, len(c.Trees), more)
		}
	}
}

// TestStream_stakesBeyondThePeriod: what lies outside the period counts nothing, however wide its digits are.
func TestStream_stakesBeyondThePeriod(t *testing.T) {
	c := &campaign.Campaign{ID: "t", Path: "campaign.yaml", Tokens: []campaign.Token{token("T", 6, "1000000")}, Rounding: floorOnce(), Rule: campaign.Rule{Name: "jupiter-asr/v2",
		JupiterASR2: &campaign.JupiterASR2{Stakes: input("stakes.csv"), Basis: "intervals", From: "2025-07-01", To: "2025-07-05", Zone: "+00:00", Decimals: 18}}}
	const widest = "115792089237316195423570985008687907853269984665640564039457584007913129639935"
	f := files{"stakes.csv": "account,from,to,amount\n" + key("A") + ",2024-07-01T00:00:00Z,2024-07-02T00:00:00Z," + widest + "\n" + key("A") + ",2025-07-01T00:00:00Z,2025-07-02T00:00:00Z,1\n"}
	if !streamBoth(t, c.Rule.Name, c, f.options(), External{Memory: 1 << 12, Workers: 1}) {
		t.Error("refused")
	}
	f["stakes.csv"] = strings.Replace(f["stakes.csv"], "2024-07-02T00:00:00Z", "2025-07-01T00:00:00Z", 1) + key("B") + ",2025-07-01T00:00:00Z,2025-07-02T00:00:00Z," + widest + "\n"
	if streamBoth(t, c.Rule.Name, c, f.options(), External{Memory: 1 << 12, Workers: 1}) {
		t.Error("a weight that does not fit is taken")
	}
}
