package alloc

import (
	"errors"
	"fmt"
	"testing"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/campaign"
)

func TestResidual(t *testing.T) {
	f := files{"weights.csv": weightsFile(named{"A": "1", "B": "1", "C": "1"})}
	for _, test := range []struct {
		to      campaign.Residual
		claims  named
		left    string
		goes    string
		dropped int
	}{
		{campaign.Residual{To: "burn"}, named{"A": "3", "B": "3", "C": "3"}, "2", "burn", 0},
		{campaign.Residual{To: "largest"}, named{"A": "5", "B": "3", "C": "3"}, "0", "treasury", 0}, // ties: first in entrant order
		{campaign.Residual{To: "account", Account: person(merkle.Solana, "B"), Chain: onSolana}, named{"A": "3", "B": "5", "C": "3"}, "0", "treasury", 0},
		{campaign.Residual{To: "account", Account: person(merkle.Solana, "BB")}, named{"A": "3", "B": "3", "BB": "2", "C": "3"}, "0", "treasury", 0},
	} {
		c := weightCampaign(token("X", 0, "11"))
		c.Rounding.Residual = test.to
		a := compute(t, c, f)
		l := a.Tokens[0].Ledger
		equalClaims(t, test.to.To, claims(a, 0), test.claims)
		equalText(t, test.to.To, l.Residual, test.left)
		if l.ResidualTo != test.goes || l.Dropped != test.dropped || l.Leaves != len(test.claims) || l.Chains[0].Leaves != l.Leaves {
			t.Errorf("%s: %+v", test.to.To, l)
		}
	}
}

// On a chain with coarser units only multiples can be moved.
func TestResidual_unitsOfTheChain(t *testing.T) {
	tok := token("X", 6, "1000000007", onSolana, onEthereum)
	tok.Assets[0].Decimals = 4 // unit 100
	sol, eth := key("A"), person(merkle.EVM, "B").Text()
	c := weightCampaign(tok)
	f := files{"weights.csv": "account,weight\n" + sol + ",2\n" + eth + ",1\n"}
	a := compute(t, c, f)
	// 666666671.33 is floored to 666666600, 333333335.66 to 333333335.
	equalClaims(t, "floor", claims(a, 0), named{"A": "666666600", "B": "333333335"})
	equalText(t, "residual", a.Tokens[0].Ledger.Residual, "72")
	if got := fmt.Sprint(a.Tokens[0].Ledger.Chains); got != "[{eip155:1 333333335 1} {"+string(onSolana)+" 666666600 1}]" {
		t.Errorf("got %s", got)
	}
	c.Rounding.Residual.To = "largest"
	a = compute(t, c, f)
	equalClaims(t, "largest", claims(a, 0), named{"A": "666666600", "B": "333333335"})
	if l := a.Tokens[0].Ledger; l.Residual.String() != "72" || l.ResidualTo != "treasury" {
		t.Errorf("got %+v", l)
	}
	c.Rounding.Residual = campaign.Residual{To: "account", Account: person(merkle.EVM, "B")}
	a = compute(t, c, f)
	equalClaims(t, "account", claims(a, 0), named{"A": "666666600", "B": "333333407"})
}

func TestResidual_refused(t *testing.T) {
	f := files{"weights.csv": weightsFile(named{"A": "1"}), "list.csv": "account,amount,index\n" + key("A") + ",1.5,0\n"}
	for _, test := range []struct {
		to   campaign.Residual
		want string
	}{
		{campaign.Residual{To: "account"}, "the zero account cannot claim"},
		{campaign.Residual{To: "account", Account: person(merkle.EVM, "A")}, ErrNoChain.Error()},
		{campaign.Residual{To: "account", Account: person(merkle.EVM, "A"), Chain: onSolana}, merkle.ErrFamily.Error()},
		{campaign.Residual{To: "account", Account: person(merkle.EVM, "A"), Chain: onEthereum}, ErrOtherChain.Error()},
	} {
		c := weightCampaign(token("X", 0, "11"))
		c.Rounding.Residual = test.to
		if got := refused(t, c, f).Error(); got != "campaign.yaml:9:1: the residual cannot go there: "+test.want {
			t.Errorf("got %s", got)
		}
	}
	c := listCampaign("token", token("X", 0, "11"))
	c.Rule.Fixed.Precision = "floor-row"
	c.Rounding.Residual = campaign.Residual{To: "account", Account: person(merkle.Solana, "Z")}
	if _, err := Compute(t.Context(), c, f.options()); !errors.Is(err, ErrResidual) {
		t.Errorf("a new claim without an index: got %v", err)
	}
	f["list.csv"] = "account,amount\n" + key("B") + ",1.5\n" + key("A") + ",1.5\n"
	a := compute(t, c, f)
	equalClaims(t, "new claim", claims(a, 0), named{"A": "1", "B": "1", "Z": "1"})
	if got := fmt.Sprint(a.Order); got != "[1 0 2]" {
		t.Errorf("claim order %s", got)
	}
	if l := a.Tokens[0].Ledger; l.Unallocated.String() != "8" || l.Residual.String() != "0" || l.Leaves != 3 || l.Dropped != 0 {
		t.Errorf("got %+v", l)
	}
}

func TestChainCap(t *testing.T) {
	tok := token("X", 0, "100", onSolana, onEthereum)
	most := merkle.NewAmount(66)
	tok.Assets[0].Cap, tok.Assets[0].Pos = &most, at("campaign.yaml", 4, 7)
	c := weightCampaign(tok)
	f := files{"weights.csv": "account,weight\n" + key("A") + ",2\n" + person(merkle.EVM, "B").Text() + ",1\n"}
	compute(t, c, f)
	most = merkle.NewAmount(65)
	_, err := Compute(t.Context(), c, f.options())
	if want := "campaign.yaml:4:7: token X: more than the chain may pay: claims of 66 on " + string(onSolana) + ", the cap is 65"; !errors.Is(err, ErrChainCap) || err.Error() != want {
		t.Errorf("got %v", err)
	}
	if err := Check(t.Context(), c, f.options()); err != nil {
		t.Errorf("check computes nothing: %v", err)
	}
}

func TestRounding_refused(t *testing.T) {
	coarse := token("X", 6, "100", onSolana, onEthereum)
	coarse.Assets[1].Decimals = 5
	f := files{"weights.csv": weightsFile(named{"A": "1"})}
	for _, test := range []struct {
		tok              campaign.Token
		method, at, want string
	}{
		{token("X", 0, "1"), "half-up", "account-token", `method "half-up" is not floor or largest-remainder`},
		{token("X", 0, "1"), "floor", "", `at "" is not account-token, sub-pool or floored-sub-pool`},
		{token("X", 0, "1"), "largest-remainder", "sub-pool", "largest-remainder at sub-pool; only at account-token"},
		{coarse, "largest-remainder", "account-token", "largest-remainder, and token X has other decimals on eip155:1"},
	} {
		c := weightCampaign(test.tok)
		c.Rounding.Method, c.Rounding.At = test.method, test.at
		if got := refused(t, c, f).Error(); got != "campaign.yaml:9:1: rounding cannot be done: "+test.want {
			t.Errorf("got %s", got)
		}
	}
}
