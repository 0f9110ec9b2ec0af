package alloc

import (
	"io"
	"os"
	"slices"
	"strings"
	"testing"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/campaign"
)

// FuzzCompute gives any bytes as the data file of each rule: they are refused with faults, or the ledgers close and the
// canonical form, read again as an input, gives the same result and the same canonical form.
func FuzzCompute(f *testing.F) {
	a, b, e := key("A"), key("B"), person(merkle.EVM, "C").String()
	for _, s := range []string{
		"proposal,account,power\nP1," + a + ",1.5\nP2," + b + ",2\n", "proposal,account,power,time\nP1," + a + ",1,5\nP1," + a + ",2,6\n",
		"account,weight\n" + a + ",70\n" + b + ",0.5\n", "account,weight,chain\n" + e + ",1,eip155:1\n", "account,amount\n" + a + ",1.0000001\n" + a + ",2\n",
		"account,amount,token,chain,index,locked\n" + e + ",1,X,eip155:1,7,2.5\n", "power,account,proposal\r\n1," + e + ",\"P1\"\r\n",
	} {
		for variant := range uint8(12) {
			f.Add(variant, s)
		}
	}
	f.Fuzz(func(t *testing.T, variant uint8, text string) {
		tok := token("X", 6, "5000000", onSolana, onEthereum)
		tok.Assets[1].Decimals = 5
		var c *campaign.Campaign
		data := "votes.csv"
		switch variant % 3 {
		case 0:
			c = asrCampaign(tok)
			c.Rule.JupiterASR.Decimals = 2
			c.Rule.JupiterASR.Duplicates = []string{"error", "last", "sum", "first"}[variant/3%4]
			c.Rounding.At = []string{"account-token", "floored-sub-pool"}[variant/3%2]
		case 1:
			c, data = weightCampaign(tok), "weights.csv"
			c.Rule.ProRata.Duplicates = []string{"error", "sum"}[variant/3%2]
			c.Rounding.Residual.To = []string{"burn", "largest"}[variant/6%2]
		case 2:
			c, data = listCampaign("token", tok), "list.csv"
			c.Rule.Fixed.Duplicates = []string{"error", "sum"}[variant/3%2]
			c.Rule.Fixed.Precision = []string{"exact", "floor-row", "floor-sum"}[variant/3%3]
		}
		from := files{"proposals.csv": "id,weight\nP1,1\nP2,1/3\n", data: text}
		got, err := Compute(t.Context(), c, from.options())
		if err != nil {
			if faults, ok := merkle.AsFaults(err); !ok || len(faults.List) == 0 {
				t.Fatalf("neither result nor faults: %v", err)
			}
			return
		}
		if err := got.prove(0); err != nil {
			t.Fatal(err)
		}
		from[data] = canonical(t, &got.Inputs[len(got.Inputs)-1])
		again, err := Compute(t.Context(), c, from.options())
		if err != nil {
			t.Fatalf("canonical form is refused: %v", err)
		}
		if first, second := published(t, got), published(t, again); first != second {
			t.Fatalf("got\n%s\nwant\n%s", second, first)
		}
	})
}

// The campaigns that are shipped hold every figure that they print, also from shuffled rows.
func TestCompute_shippedCampaigns(t *testing.T) {
	for dir, figures := range map[string]int{"jupiter-asr": 20, "two-chains": 4} {
		c, err := campaign.Read("../fixtures/" + dir + "/campaign.yaml")
		if err != nil {
			t.Fatal(err)
		}
		a, err := Compute(t.Context(), c, Options{})
		if err != nil {
			t.Fatal(err)
		}
		for k := range a.Tokens {
			if err := a.prove(k); err != nil {
				t.Error(err)
			}
		}
		if len(a.Assertions) < figures {
			t.Errorf("%s: only %d figures", dir, len(a.Assertions))
		}
		for _, as := range a.Assertions {
			if !as.Holds {
				t.Errorf("%s: %+v", dir, as)
			}
		}
		if c.Rule.JupiterASR == nil {
			continue
		}
		text, err := os.ReadFile("../fixtures/" + dir + "/" + c.Rule.JupiterASR.Votes.File)
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.SplitAfter(strings.TrimSuffix(string(text), "\n")+"\n", "\n")
		lines = lines[:len(lines)-1]
		slices.Reverse(lines[1:])
		o := Options{Open: func(name string) (io.ReadCloser, error) {
			if name == c.Rule.JupiterASR.Votes.File {
				return io.NopCloser(strings.NewReader(strings.Join(lines, ""))), nil
			}
			return beside(c)(name)
		}}
		b, err := Compute(t.Context(), c, o)
		if err != nil {
			t.Fatal(err)
		}
		if published(t, a) != published(t, b) {
			t.Errorf("%s: the order of rows matters", dir)
		}
	}
}
