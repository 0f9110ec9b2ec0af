package campaign

import (
	"strings"
	"testing"

	merkle "github.com/merkle-drop/merkle"
)

func TestParse_accounts(t *testing.T) {
	with := func(text string) string { return strings.Replace(asrBase, "trees:", text+"\ntrees:", 1) }
	c, err := Parse([]byte(asrBase), "c.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if c.Accounts.Refuses() || c.Accounts.Pos.Line != 0 {
		t.Errorf("without the key: %+v", c.Accounts)
	}
	for _, k := range merkle.AccountKinds()[1:] {
		if c.Accounts.Of(k) != "warn" {
			t.Errorf("without the key: %s: %s", k, c.Accounts.Of(k))
		}
	}
	if c.Accounts.Of(merkle.KindWallet) != "allow" {
		t.Error("wallets are not allowed")
	}
	c, err = Parse([]byte(with("accounts: {all: refuse, off-curve: warn, own: allow}")), "c.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for k, want := range map[merkle.AccountKind]string{merkle.KindWallet: "allow", merkle.KindBurn: "refuse", merkle.KindPrecompile: "refuse", merkle.KindProgram: "refuse", merkle.KindOffCurve: "warn", merkle.KindOwn: "allow"} {
		if got := c.Accounts.Of(k); got != want {
			t.Errorf("%s: %s, want %s", k, got, want)
		}
	}
	if !c.Accounts.Refuses() || c.Accounts.Pos.Line == 0 {
		t.Errorf("%+v", c.Accounts)
	}
	for text, want := range map[string]string{
		"accounts: {burn: no}":          `burn "no": is not allowed; allowed: warn, refuse, allow`,
		"accounts: {zero: allow}":       `key "zero": unknown in accounts`,
		"accounts: {off_curve: refuse}": `did you mean off-curve?`,
		"accounts: refuse":              "accounts: text where an object is needed",
		"accounts: {all: 1}":            `all "1": must be in quotes`,
	} {
		if _, err := Parse([]byte(with(text)), "c.yaml"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}
