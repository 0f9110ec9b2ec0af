package alloc

import (
	"runtime"
	"strings"
	"testing"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/campaign"
)

// Enough entrants that every processor gets several ranges of them.
func TestCompute_sameOnAnyNumberOfProcessors(t *testing.T) {
	c, proposals := syntheticCampaign()
	c.Rule.JupiterASR.Eligibility.Min = "200000"
	c.Rule.JupiterASR.Eligibility.Metric = "mean-power"
	voters := 10_000
	if testing.Short() {
		voters = 2000
	}
	f := files{"proposals.csv": proposals, "votes.csv": string(syntheticVotes(voters))}
	lines := strings.SplitAfter(f["votes.csv"], "\n")
	for i := 1; i < len(lines)-2; i += 2 {
		lines[i], lines[len(lines)-2-i/2] = lines[len(lines)-2-i/2], lines[i]
	}
	mixed := files{"proposals.csv": proposals, "votes.csv": strings.Join(lines, "")}
	most := merkle.NewAmount(6e9)
	w := weightCampaign(token("X", 6, "50000000000000"))
	w.Rule.ProRata.Caps, w.Rule.ProRata.OverCap = map[string]merkle.Amount{"X": most}, "redistribute"
	weights := "account,weight\n"
	for _, l := range strings.Split(f["votes.csv"], "\n")[1 : voters+1] {
		weights += strings.Join(strings.Split(l, ",")[1:], ",") + "\n"
	}
	f["weights.csv"], mixed["weights.csv"] = weights, weights
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for _, test := range []struct {
		c          *campaign.Campaign
		method, at string
	}{{c, "floor", "account-token"}, {c, "largest-remainder", "account-token"}, {c, "floor", "sub-pool"}, {c, "floor", "floored-sub-pool"}, {w, "floor", "account-token"}, {w, "largest-remainder", "account-token"}} {
		test.c.Rounding.Method, test.c.Rounding.At = test.method, test.at
		want := ""
		for _, procs := range []int{1, 2, 5} {
			runtime.GOMAXPROCS(procs)
			from := f
			if procs == 5 {
				from = mixed
			}
			got := published(t, compute(t, test.c, from))
			if want == "" {
				want = got
			}
			if got != want {
				t.Errorf("%s at %s: %d processors differ", test.method, test.at, procs)
			}
		}
		if a := compute(t, test.c, f); len(a.Entrants) < voters*2/5 || test.method == "largest-remainder" && !a.Tokens[0].Ledger.Residual.IsZero() {
			t.Errorf("%d entrants, %+v", len(a.Entrants), a.Tokens[0].Ledger)
		}
	}
}
