package alloc

import (
	"context"
	"strings"
	"testing"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/campaign"
)

// TestWords_nothingIsSaidOfWhatIsNotThere has an exclusion list without a version and a figure that is whole.
func TestWords_nothingIsSaidOfWhatIsNotThere(t *testing.T) {
	yaml := `format: merkle-campaign/v1
id: words
tokens:
  T: {asset: "eip155:1/erc20:0xEDeA3CB3fA6D2962421F7dCE96f25E66Ad6b9025", decimals: 0, pool: "10"}
rule: {name: pro-rata/v1, weights: {file: w.csv}}
rounding: {method: floor, at: account-token, residual: {to: treasury}}
exclude: [{file: e.csv, list: bots}]
assert: [{figure: leaves, token: T, prints: "3", level: warn}]
trees: [{id: t, tokens: [T], profile: uniswap-v1, order: account}]
`
	out := "0x" + strings.Repeat("11", 20)
	in := files{"w.csv": "account,weight\n" + out + ",1\n0x" + strings.Repeat("22", 20) + ",2\n", "e.csv": "account,reason\n" + out + ",a bot\n"}
	c, err := campaign.Parse([]byte(yaml), "campaign.yaml")
	if err != nil {
		t.Fatal(err)
	}
	who, err := merkle.ParseAccount(out)
	if err != nil {
		t.Fatal(err)
	}
	a, err := Compute(context.Background(), c, in.options())
	if err != nil {
		t.Fatal(err)
	}
	x, err := Explain(context.Background(), c, who, in.options())
	if err != nil {
		t.Fatal(err)
	}
	said := strings.Join(append(a.Notes, x.Lines...), "\n")
	for _, want := range []string{`list "bots": 1 of its 1 accounts`, `list "bots": a bot (e.csv:2:1)`, "prints 3, exact is 1"} {
		if !strings.Contains(said, want) {
			t.Errorf("not said: %s\n%s", want, said)
		}
	}
}
