package alloc

import (
	"testing"

	"github.com/merkle-drop/merkle/campaign"
)

func TestCompute_shippedCampaigns(t *testing.T) {
	for _, dir := range []string{"jupiter-asr", "two-chains"} {
		c, err := campaign.Read("../fixtures/" + dir + "/campaign.yaml")
		if err != nil {
			t.Fatal(err)
		}
		a, err := Compute(t.Context(), c, Options{})
		if err != nil {
			t.Fatal(err)
		}
		for _, tok := range a.Tokens {
			t.Logf("%s %+v", tok.Token.ID, tok.Ledger)
		}
		t.Log(a.Exclusions, a.Notes)
		for _, as := range a.Assertions {
			t.Log(as)
		}
		x, err := Explain(t.Context(), c, a.Entrants[3].Account, Options{})
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range x.Lines {
			t.Log(l)
		}
	}
}
