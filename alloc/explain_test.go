package alloc

import (
	"strings"
	"testing"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/campaign"
)

func explain(t *testing.T, c *campaign.Campaign, f files, a merkle.Account) *Explanation {
	t.Helper()
	x, err := Explain(t.Context(), c, a, f.options())
	if err != nil {
		t.Fatal(err)
	}
	if x.Account != a {
		t.Errorf("explains %s", x.Account)
	}
	return x
}

func wantLines(t *testing.T, x *Explanation, want ...string) {
	t.Helper()
	if got := strings.Join(x.Lines, "\n"); got != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", got, strings.Join(want, "\n"))
	}
}

func TestExplain_votes(t *testing.T) {
	c := asrCampaign(token("X", 2, "100000"))
	c.Rule.JupiterASR.Decimals = 1
	c.Rule.JupiterASR.Eligibility = &campaign.Eligibility{Metric: "max-power", Min: "2.5", Denominator: "after"}
	c.Exclude = []campaign.Exclusion{{Input: input("out.csv"), List: "multisigs", Version: "7"}}
	a, b, d, e, z := person(merkle.Solana, "A"), person(merkle.Solana, "B"), person(merkle.Solana, "D"), person(merkle.Solana, "E"), person(merkle.Solana, "Z")
	f := files{"proposals.csv": "id,weight\nP1,1\nT1,1/3\n", "out.csv": "account,reason\n" + d.Text() + ",team multisig\n" + e.Text() + ",never voted\n",
		"votes.csv": "proposal,account,power\nT1," + a.Text() + ",5\nP1," + a.Text() + ",3\nP1," + b.Text() + ",2.4\nP1," + d.Text() + ",100\nP1," + key("C") + ",4\n"}
	x := explain(t, c, f, a)
	wantLines(t, x, a.String()+" on "+string(onSolana),
		"eligibility: max-power is 5, the minimum is 2.5: eligible",
		"proposal P1: weight 1 of 4/3, power 3 of 7 (votes.csv:3:4): share 9/28",
		"proposal T1: weight 1/3 of 4/3, power 5 of 5 (votes.csv:2:4): share 1/4",
		"share of every pool: 4/7",
		"X: pool 1000.00 × share = 571.42857142… X (400000/7 base units)",
		"rounding: floor, at account-token",
		"claim: 571.42 X")
	if len(x.Claims) != 1 || x.Claims[0].Amount.String() != "57142" || x.Claims[0].Chain != onSolana || x.Claims[0].Token.ID != "X" {
		t.Errorf("got %+v", x.Claims)
	}
	wantLines(t, explain(t, c, f, b), b.String()+" on "+string(onSolana), "eligibility: max-power is 2.4, the minimum is 2.5: not eligible, so nothing is paid")
	wantLines(t, explain(t, c, f, d), d.String()+" on "+string(onSolana)+` is excluded by list "multisigs", version 7: team multisig (out.csv:2:1)`)
	wantLines(t, explain(t, c, f, e), e.String()+" on "+string(onSolana)+` is excluded by list "multisigs", version 7: never voted (out.csv:3:1)`)
	wantLines(t, explain(t, c, f, z), z.String()+" is not in any input of this campaign")
	evm := person(merkle.EVM, "A")
	wantLines(t, explain(t, c, f, evm), evm.String()+" is not in any input of this campaign")

	c.Rounding.At = "floored-sub-pool"
	if got := strings.Join(explain(t, c, f, a).Lines, "\n"); !strings.Contains(got, "\nX: ⌊225000/7⌋ + ⌊25000⌋ base units\nclaim: 571.42 X") {
		t.Errorf("got %s", got)
	}
	c.Rule.JupiterASR.Eligibility.Metric = "mean-power"
	wantLines(t, explain(t, c, f, b), b.String()+" on "+string(onSolana), "eligibility: mean-power is 2.4 over 2 proposals = 6/5, the minimum is 2.5: not eligible, so nothing is paid")
	c.Rule.JupiterASR.Eligibility.Metric = "last-power"
	wantLines(t, explain(t, c, f, b), b.String()+" on "+string(onSolana), "eligibility: last-power is 2.4 in proposal P1, the minimum is 2.5: not eligible, so nothing is paid")
}

func TestExplain_weightsAndLists(t *testing.T) {
	a := person(merkle.Solana, "A")
	c := weightCampaign(token("X", 0, "1000"))
	c.Rule.ProRata.Caps, c.Rule.ProRata.OverCap = map[string]merkle.Amount{"X": merkle.NewAmount(500)}, "redistribute"
	f := files{"weights.csv": weightsFile(named{"A": "70", "B": "20", "C": "10"}), "list.csv": "account,amount,locked\n" + a.Text() + ",1.5,2\n" + a.Text() + ",0.6,0\n"}
	wantLines(t, explain(t, c, f, a), a.String()+" on "+string(onSolana), "weight 70 of 100: share 7/10", "X: pool 1000 × share = 700 X (700 base units)",
		"X: the cap of 500 X (500 base units) is reached (redistribute), so that is what it gets", "rounding: floor, at account-token", "claim: 500 X")
	b := person(merkle.Solana, "B")
	wantLines(t, explain(t, c, f, b), b.String()+" on "+string(onSolana), "weight 20 of 100: share 1/5", "X: pool 1000 × share = 200 X (200 base units)",
		"X: 1 entrants are fixed at the cap of 500 X (500 base units); of the rest, 500 X (500 base units) by a weight of 30 among those left, it gets 333.333333… X (1000/3 base units)",
		"rounding: floor, at account-token", "claim: 333 X")
	c.Rule.ProRata.Caps = nil
	c.Tokens[0].Pool = merkle.NewAmount(11)
	c.Rounding.Method = "largest-remainder"
	f["weights.csv"] = weightsFile(named{"A": "6", "B": "6", "C": "2"})
	wantLines(t, explain(t, c, f, a), a.String()+" on "+string(onSolana), "weight 6 of 14: share 3/7", "X: pool 11 × share = 4.714285… X (33/7 base units)",
		"rounding: largest-remainder, at account-token", "claim: 5 X, one unit more because its fraction is among the largest")
	c.Rounding.Method, c.Rounding.Residual.To = "floor", "largest"
	wantLines(t, explain(t, c, f, a), a.String()+" on "+string(onSolana), "weight 6 of 14: share 3/7", "X: pool 11 × share = 4.714285… X (33/7 base units)",
		"rounding: floor, at account-token", "claim: 6 X, with the residual of 2")
	z := person(merkle.Solana, "Z")
	c.Rounding.Residual = campaign.Residual{To: "account", Account: z}
	wantLines(t, explain(t, c, f, z), z.String()+" is not in any input of this campaign", "claim: 2 X, with the residual of 2")
	c = listCampaign("token", token("X", 0, "10"))
	c.Rule.Fixed.Duplicates, c.Rule.Fixed.Precision = "sum", "floor-sum"
	wantLines(t, explain(t, c, f, a), a.String()+" on "+string(onSolana), "list.csv:2:1: row of 1.5 X, locked 2", "list.csv:3:1: row of 0.6 X, locked 0", "precision: floor-sum", "claim: 2 X and 2 locked")
}

func TestAssertions(t *testing.T) {
	c := asrCampaign(token("X", 2, "100000"))
	f := files{"proposals.csv": "id,weight\nP1,1\nT1,1/3\nN,0\n", "votes.csv": votesFile(map[string]named{"P1": {"A": "1", "B": "2"}, "T1": {"A": "5"}})}
	account := person(merkle.Solana, "A")
	for _, test := range []struct {
		as   campaign.Assertion
		good bool
		got  string
	}{
		{campaign.Assertion{Figure: "pool-per-proposal", Token: "X", Weight: "1", Prints: "750"}, true, "750"},
		{campaign.Assertion{Figure: "pool-per-proposal", Token: "X", Weight: "1/3", Prints: "250.01"}, false, "250.00"},
		{campaign.Assertion{Figure: "proposal-total", Proposal: "P1", Prints: "3"}, true, "3"},
		{campaign.Assertion{Figure: "claim", Token: "X", Account: account, Prints: "500.00"}, true, "500.00"},
		{campaign.Assertion{Figure: "claim", Token: "X", Account: person(merkle.Solana, "nobody"), Prints: "0"}, true, "0"},
		{campaign.Assertion{Figure: "claims-total", Token: "X", Prints: "1000.0"}, true, "1000.0"},
		{campaign.Assertion{Figure: "unallocated", Token: "X", Prints: "1"}, false, "0"},
		{campaign.Assertion{Figure: "residual", Token: "X", Prints: "0.00"}, true, "0.00"},
		{campaign.Assertion{Figure: "leaves", Token: "X", Prints: "2"}, true, "2"},
	} {
		test.as.Pos, test.as.Rounding = at("campaign.yaml", 20, 3), "half-up"
		test.as.Level = "warn"
		c.Assert = []campaign.Assertion{test.as}
		a := compute(t, c, f)
		if r := a.Assertions[0]; r.Holds != test.good || r.Got != test.got || r.Prints != test.as.Prints || r.Level != "warn" {
			t.Errorf("%+v", r)
		}
		if warned := strings.Contains(strings.Join(a.Notes, "\n"), "campaign.yaml:20:3: printed figure does not hold: "+test.as.Figure); warned == test.good {
			t.Errorf("notes: %q", a.Notes)
		}
		c.Assert[0].Level = "error"
		_, err := Compute(t.Context(), c, f.options())
		if (err == nil) != test.good || err != nil && !strings.Contains(err.Error(), ", exact is ") {
			t.Errorf("%s: got %v", test.as.Figure, err)
		}
	}
	for _, as := range []campaign.Assertion{{Figure: "leaves", Token: "Y", Prints: "2"}, {Figure: "proposal-total", Proposal: "P9", Prints: "2"}, {Figure: "median", Token: "X", Prints: "2"}, {Figure: "leaves", Token: "X", Prints: "1e3"}} {
		c.Assert = []campaign.Assertion{as}
		if _, err := Compute(t.Context(), c, f.options()); err == nil {
			t.Errorf("%+v holds", as)
		}
	}
}

func TestRoundRat(t *testing.T) {
	for _, test := range []struct{ x, halfUp, halfEven, floor string }{
		{"1/8", "0.13", "0.12", "0.12"}, {"3/8", "0.38", "0.38", "0.37"}, {"1/3", "0.33", "0.33", "0.33"}, {"2/3", "0.67", "0.67", "0.66"}, {"199999/1000", "200.00", "200.00", "199.99"}, {"0", "0.00", "0.00", "0.00"}, {"5", "5.00", "5.00", "5.00"},
	} {
		for mode, want := range map[string]string{"half-up": test.halfUp, "half-even": test.halfEven, "floor": test.floor} {
			if got := roundRat(rat(test.x), 2, mode); got != want {
				t.Errorf("%s %s: got %s, want %s", test.x, mode, got, want)
			}
		}
	}
	if got := roundRat(rat("5/2"), 0, "half-even"); got != "2" {
		t.Errorf("got %s", got)
	}
}
