package alloc

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/campaign"
)

const (
	burnt     = "0x000000000000000000000000000000000000dEaD"
	identity  = "0x0000000000000000000000000000000000000004"
	someone   = "0xa364340D2E9e34CE05c1Bf61d05acFE45CEF8C9e"
	contract  = "0x9EB9368AaF254a795f5F72417910e29Ac6aAAf73"
	memo      = "Memo1UhkJRfHyvLMcVucJwxXeuD728EqVDDwQDxFMNo"
	jtoVault  = "8Xm3tkQH581s3MoRHWUNYA5jKbgPATW4tJAAxgwDC6T6"
	onTheEdge = "9WzDXwBbmkg8ZTbNMqUxvQRAyrZzDsGYdLVL9zYtAWWM"
)

// kindCampaign shares one token on two chains by weights; the token itself and a contract of a tree are among the accounts.
func kindCampaign() (*campaign.Campaign, files) {
	c := weightCampaign(token("T", 6, "1000000", onSolana, onEthereum))
	c.Trees = []campaign.Tree{{ID: "t", Tokens: []string{"T"}, Chain: onEthereum, Deployment: map[string]string{"contract": contract, "note": "no account"}}}
	own := person(merkle.EVM, "token").String()
	return c, files{"weights.csv": "account,weight\n" + strings.Join([]string{someone, burnt, identity, contract, own, memo, jtoVault, onTheEdge}, ",1\n") + ",1\n"}
}

func TestAccountKinds_notes(t *testing.T) {
	c, f := kindCampaign()
	a := compute(t, c, f)
	want := merkle.AccountCounts{merkle.KindWallet: 2, merkle.KindBurn: 1, merkle.KindPrecompile: 1, merkle.KindOffCurve: 1, merkle.KindProgram: 1, merkle.KindOwn: 2}
	if a.Accounts != want {
		t.Errorf("counts %v, want %v", a.Accounts, want)
	}
	said := strings.Join(a.Notes, "\n")
	for _, note := range []string{
		"one account is of kind burn: " + burnt, "one account is of kind precompile: " + identity, "one account is of kind off-curve: " + jtoVault,
		"one account is of kind program: " + memo, "2 accounts are of kind own, the first is ",
	} {
		if !strings.Contains(said, note) {
			t.Errorf("notes:\n%s\nwant %s", said, note)
		}
	}
	seen, err := Inspect(t.Context(), c, f.options())
	if err != nil || seen.Accounts != want || len(seen.Notes) != 5 {
		t.Errorf("Inspect: %+v, %v", seen, err)
	}
	for _, k := range merkle.AccountKinds()[1:] {
		c.Accounts.Set(k, "allow")
	}
	if silent := compute(t, c, f); silent.Accounts != want || slices.ContainsFunc(silent.Notes, func(n string) bool { return strings.Contains(n, "of kind") }) {
		t.Errorf("allowed: %v, %q", silent.Accounts, silent.Notes)
	}
}

// What the policy says changes no amount.
func TestAccountKinds_changeNothing(t *testing.T) {
	c, f := kindCampaign()
	before := compute(t, c, f)
	for _, k := range merkle.AccountKinds()[1:] {
		c.Accounts.Set(k, "allow")
	}
	after := compute(t, c, f)
	if fmt.Sprint(before.Entrants, before.Tokens[0].Amounts) != fmt.Sprint(after.Entrants, after.Tokens[0].Amounts) {
		t.Error("the policy changes claims")
	}
}

func TestAccountKinds_refused(t *testing.T) {
	c, f := kindCampaign()
	c.Accounts.Pos = at("campaign.yaml", 7, 3)
	for _, k := range merkle.AccountKinds()[1:] {
		c.Accounts.Set(k, "refuse")
	}
	faults := refused(t, c, f)
	var kind *RefusedKind
	if len(faults.List) != 6 || !errors.As(faults.List[0], &kind) || kind.Kind != merkle.KindBurn {
		t.Fatalf("%d faults: %v", len(faults.List), faults)
	}
	for i, want := range []string{
		`weights.csv:3:1: account "` + burnt + `": a burn address`, `weights.csv:4:1: account "` + identity + `": an EVM precompile`,
		`weights.csv:5:1: account "` + contract + `": the token's or distributor's own address`, `weights.csv:6:1: account`, `weights.csv:7:1: account "` + memo,
		`weights.csv:8:1: account "` + jtoVault + `": off the ed25519 curve`,
	} {
		if got := faults.List[i].Error(); !strings.HasPrefix(got, want) {
			t.Errorf("%s, want %s", got, want)
		}
	}
	// Who is on an exclusion list is not looked at.
	c.Exclude = []campaign.Exclusion{{Input: input("gone.csv"), List: "gone"}}
	f["gone.csv"] = "account,reason\n" + burnt + ",burn\n" + memo + ",program\n"
	if faults := refused(t, c, f); len(faults.List) != 4 {
		t.Errorf("%d faults: %v", len(faults.List), faults)
	}
	for _, k := range []merkle.AccountKind{merkle.KindOwn, merkle.KindOffCurve, merkle.KindPrecompile} {
		c.Accounts.Set(k, "warn")
	}
	a := compute(t, c, f)
	if a.Accounts[merkle.KindBurn] != 0 || a.Accounts[merkle.KindOwn] != 2 {
		t.Errorf("counts %v", a.Accounts)
	}
}

// An input that can be opened once only is told, and nothing is guessed.
func TestAccountKinds_inputGone(t *testing.T) {
	c, f := kindCampaign()
	c.Accounts.Set(merkle.KindBurn, "refuse")
	opened := 0
	gone := errors.New("gone")
	o := Options{Open: func(name string) (io.ReadCloser, error) {
		if opened++; opened > 1 {
			return nil, gone
		}
		return f.options().Open(name)
	}}
	if _, err := Compute(t.Context(), c, o); !errors.Is(err, gone) {
		t.Errorf("got %v", err)
	}
}
