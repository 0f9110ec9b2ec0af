package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/merkle-drop/merkle/campaign"
)

// roomCampaign writes a campaign of made-up accounts and returns its path.
func roomCampaign(t *testing.T, tokens, rows int, rule, tree, publish string) string {
	t.Helper()
	dir := t.TempDir()
	var list, text strings.Builder
	list.WriteString("account,weight\n")
	if strings.Contains(rule, "fixed") {
		list.Reset()
		list.WriteString("account,amount\n")
	}
	for i := range rows {
		fmt.Fprintf(&list, "0x%040x,%d\n", 1000+i*7919, 1+i%1000)
	}
	text.WriteString("format: merkle-campaign/v1\nid: room\ntokens:\n")
	for k := range tokens {
		fmt.Fprintf(&text, "  T%d: {asset: \"eip155:1/erc20:0x%040x\", decimals: 6, pool: \"999999999\"}\n", k, k+1)
	}
	text.WriteString("rule: {name: " + rule + ", duplicates: error}\nrounding: {method: floor, at: account-token, residual: {to: treasury}}\ntrees:\n")
	for k := range tokens {
		fmt.Fprintf(&text, "  - {id: t%d, tokens: [T%d], %s}\n", k, k, tree)
	}
	text.WriteString(publish)
	for name, what := range map[string]string{"list.csv": list.String(), "campaign.yaml": text.String()} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(what), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, "campaign.yaml")
}

// The room that is looked for is enough, and not several times what a bundle takes.
func TestRoomOf_isEnough(t *testing.T) {
	const list, weights = "fixed/v1, unit: base, list: {file: list.csv}", "pro-rata/v1, weights: {file: list.csv}"
	for _, x := range []struct {
		tokens              int
		rule, tree, publish string
	}{
		{1, list, "profile: hedgey-v1, order: account", ""},
		{1, list, "profile: uniswap-v1, order: leaf-hash", ""},
		{1, list, "profile: uniswap-v1, order: input, split: 500", ""},
		{1, weights, "profile: hedgey-v1, order: account", ""},
		{5, weights, "profile: hedgey-v1, order: account", ""},
		{5, weights, "profile: hedgey-v1, order: account", "publish: {proofs: inline}\n"},
	} {
		path := roomCampaign(t, x.tokens, 4000, x.rule, x.tree, x.publish)
		c, err := campaign.Read(path)
		if err != nil {
			t.Fatal(err)
		}
		room := roomOf(c)
		out := filepath.Join(t.TempDir(), "bundle")
		if code, _, errs := told(t, "build", path, "-o", out, "--memory", "16KiB", "--quiet"); code != 0 {
			t.Fatal(errs)
		}
		made := int64(0)
		for _, text := range filesOf(t, out) {
			made += int64(len(text))
		}
		if room.bundle < made || room.bundle > 3*made {
			t.Errorf("%+v: room for %d bytes of a bundle of %d", x, room.bundle, made)
		}
	}
}

func TestBuild_refusesWhatIsHeld(t *testing.T) {
	path := roomCampaign(t, 1, 1, "fixed/v1, unit: base, list: {file: list.csv, rows: 90000000}", "profile: uniswap-v1, order: leaf-hash", "")
	code, _, errs := told(t, "build", path, "-o", filepath.Join(t.TempDir(), "bundle"), "--memory", "512MiB")
	if want := "about 23 GiB of memory are needed, and 408 MiB through disk, where order and place of each claim are held; the limit is 512 MiB"; code != exitRefused || !strings.Contains(errs, want) {
		t.Errorf("status %d: %s", code, errs)
	}
}
