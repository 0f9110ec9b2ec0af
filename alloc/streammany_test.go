package alloc

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/campaign"
)

// draws are the kinds of random campaigns.
func draws() map[string]func(r chance, n int) (*campaign.Campaign, Options) {
	return map[string]func(r chance, n int) (*campaign.Campaign, Options){
		"list":    func(r chance, n int) (*campaign.Campaign, Options) { c, _, o := r.listCase(n); return c, o },
		"weights": chance.weightCase,
		"votes":   chance.voteCase,
		"stakes":  chance.stakeCase,
		"rewards": chance.astraCase,
	}
}

// TestStream_large has one campaign of each kind with 100,000 rows and claims.
func TestStream_large(t *testing.T) {
	if testing.Short() {
		t.Skip("100,000 rows of each kind")
	}
	for name, draw := range draws() {
		for seed := uint64(1000); ; seed++ {
			if seed == 1020 {
				t.Fatalf("%s: all are refused", name)
			}
			if c, o := draw(newChance(seed), 1000); c.Accounts.Refuses() || streamFails(t, c, o) {
				continue
			}
			c, o := draw(newChance(seed), 100_000)
			if streamBoth(t, fmt.Sprintf("%s, seed %d", name, seed), c, o, External{Memory: 1 << 20, Workers: 2, Ordered: true}) {
				break
			}
		}
	}
}

func streamFails(t *testing.T, c *campaign.Campaign, o Options) bool {
	_, err := Compute(t.Context(), c, o)
	return err != nil
}

// manyRows gives n accounts, over and over, and inputs of 2n rows.
func manyRows(n int) (who func(i int) string, lines func(head string, row func(i int) string) string) {
	texts := make([]string, n)
	for i := range texts {
		texts[i] = newChance(1).claimant(merkle.Solana, 1+i*7%n).Text()
	}
	who = func(i int) string { return texts[i%n] }
	return who, func(head string, row func(i int) string) string {
		var b strings.Builder
		b.WriteString(head + "\n")
		for i := range 2 * n {
			b.WriteString(row(i) + "\n")
		}
		return b.String()
	}
}

// TestStream_manyFaults has more faults than are told, of the kinds that need a second reading.
func TestStream_manyFaults(t *testing.T) {
	const n = 6000
	tok := token("T", 6, "100000000000000000000", onSolana)
	who, lines := manyRows(n)
	asr2 := &campaign.Campaign{ID: "t", Path: "campaign.yaml", Tokens: []campaign.Token{tok}, Rounding: floorOnce(), Rule: campaign.Rule{Name: "jupiter-asr/v2",
		JupiterASR2: &campaign.JupiterASR2{Stakes: input("stakes.csv"), Basis: "daily", From: "2025-07-01", To: "2025-07-05", Zone: "+00:00"}}}
	spans := *asr2
	spans.Rule.JupiterASR2 = &campaign.JupiterASR2{Stakes: input("spans.csv"), Basis: "intervals", From: "2025-07-01", To: "2025-07-05", Zone: "+00:00"}
	astra := &campaign.Campaign{ID: "t", Path: "campaign.yaml", Tokens: []campaign.Token{tok}, Rounding: floorOnce(), Rule: campaign.Rule{Name: "astra-rewards/v1",
		Astra: &campaign.Astra{At: "2026-03-02T00:00:00Z", Multiplier: "stake", Score: "trailing", LVM: "max", Shares: "flat", Locks: []campaign.Lock{{Months: 0, Window: 60, Factor: "1"}, {Months: 6, Factor: "2"}},
			Blocks: campaign.Blocks{End: 9, Current: 9}, Pools: []campaign.RewardPool{{ID: "a", Alloc: "1", Stakes: input("weights.csv")}}}}}
	astra.Rule.Astra.Pools[0].Stakes.Columns = map[string]string{"amount": "weight"}
	overdrawn, unstaked := *astra, *astra
	overdrawn.Rule.Astra, unstaked.Rule.Astra = ptr(*astra.Rule.Astra), ptr(*astra.Rule.Astra)
	overdrawn.Rule.Astra.History, overdrawn.Rule.Astra.Pools = ptr(input("history.csv")), []campaign.RewardPool{{ID: "a", Alloc: "1", Stakes: input("none.csv")}}
	unstaked.Rule.Astra.Elections, unstaked.Rule.Astra.Pools = ptr(input("takes.csv")), overdrawn.Rule.Astra.Pools
	unstaked.Rule.Astra.Cooldown = ptr(input("cooldown.csv"))
	f := files{
		"none.csv":      "account,amount\n",
		"history.csv":   lines("account,time,lock,change", func(i int) string { return who(i) + fmt.Sprintf(",2026-03-01T00:00:00Z,%d,-%d", i%2*6, 1+i%5) }),
		"takes.csv":     lines("account,choice,age", func(i int) string { return who(i) + ",take,3" }),
		"cooldown.csv":  lines("account", func(i int) string { return who(i % 700) }),
		"list.csv":      lines("account,amount", func(i int) string { return who(i) + ",3" }),
		"weights.csv":   lines("account,weight", func(i int) string { return who(i) + ",3" }),
		"proposals.csv": "id,weight\na,1\n",
		"votes.csv":     lines("proposal,account,power", func(i int) string { return "a," + who(i) + ",3" }),
		"stakes.csv":    lines("account,day,amount", func(i int) string { return who(i) + ",2025-07-02,3" }),
		"spans.csv":     lines("account,from,to,amount", func(i int) string { return who(i) + ",2025-07-02T00:00:00Z,2025-07-02T01:00:00Z,3" }),
	}
	o := f.options()
	o.LeafColumns = func(*campaign.Tree) []string { return nil }
	for _, c := range []*campaign.Campaign{listCampaign("base", tok), weightCampaign(tok), asrCampaign(tok), asr2, &spans, astra, &overdrawn, &unstaked} {
		if streamBoth(t, c.Rule.Name, c, o, External{Memory: 1 << 14, Workers: 2}) {
			t.Errorf("%s: not refused", c.Rule.Name)
		}
	}
}

// TestStream_endsEarly cancels at every stage that tells of progress, and has no directory: nothing is left.
func TestStream_endsEarly(t *testing.T) {
	size := 3000
	if testing.Short() {
		size = 1000
	}
	for name, draw := range draws() {
		seed := uint64(1)
		for streamFails(t, first(draw(newChance(seed), size)), second(draw(newChance(seed), size))) {
			seed++
		}
		c, o := draw(newChance(seed), size)
		endsEarly(t, name, c, o)
	}
}

// endsEarly computes a campaign that has a result in no directory, and cancelled at each of its stages.
func endsEarly(t *testing.T, name string, c *campaign.Campaign, o Options) {
	t.Helper()
	if _, err := Stream(t.Context(), c, o, External{Dir: t.TempDir() + "/gone", Memory: 1 << 12}); err == nil {
		t.Errorf("%s: no directory", name)
	}
	stages := map[string]bool{}
	o.Progress = func(stage string, _, _ int64) { stages[stage] = true }
	dir := t.TempDir()
	out, err := Stream(t.Context(), c, o, External{Dir: dir, Memory: 1 << 12})
	if err != nil {
		t.Fatal(err)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	ended := 0
	for stop := range stages {
		ctx, cancel := context.WithCancel(t.Context())
		o.Progress = func(stage string, _, _ int64) {
			if stage == stop {
				cancel()
			}
		}
		out, err := Stream(ctx, c, o, External{Dir: dir, Memory: 1 << 12})
		if err == nil {
			err = out.Close() // told at the very end
		} else if ended++; !errors.Is(err, context.Canceled) {
			t.Errorf("%s, %s: %v", name, stop, err)
		}
		if err != nil && out != nil {
			t.Errorf("%s, %s: an outline and %v", name, stop, err)
		}
		if left, _ := os.ReadDir(dir); len(left) > 0 {
			t.Errorf("%s, %s: %s is left", name, stop, left[0].Name())
		}
		cancel()
	}
	if ended < len(stages)-1 {
		t.Errorf("%s: ended early at %d of %d stages", name, ended, len(stages))
	}
}

func first(c *campaign.Campaign, _ Options) *campaign.Campaign { return c }
func second(_ *campaign.Campaign, o Options) Options           { return o }
