package main

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/campaign"
)

const roundTokens = `format: merkle-campaign/v1
id: %s
tokens:
  A:
    decimals: 18
    pool: "%s"
    assets:
      - {asset: "eip155:1/erc20:0x52a67249016f2028d81d641d755131a47ca975b5", decimals: 18}
      - {asset: "solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp/token:JUPyiwrYJFskUPiHa7hkeR8VUtAeFoSYbKedZNsDvCN", decimals: 9}
  B: {asset: "eip155:1/erc20:0x6B175474E89094C44Da98b954EedeAC495271d0F", decimals: 0, pool: "%s"}
rule: %s
rounding: {method: floor, at: account-token, residual: {to: treasury}}
trees: %s
publish: {inputs: copy}
`

// closedCampaign builds a round of two tokens on two chains, one tree of which is split, and returns the folder of a campaign that closes it: seven of ten
// leaves are claimed.
func closedCampaign(t *testing.T, accounts int) string {
	t.Helper()
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	build := func(args ...string) {
		t.Helper()
		if code, _, errs := told(t, append([]string{"build"}, args...)...); code != exitDone {
			t.Fatal(errs)
		}
	}
	for _, name := range []string{"round", "close"} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	var list strings.Builder
	list.WriteString("account,token,amount\n")
	for i := range accounts {
		fmt.Fprintf(&list, "0x%040x,A,%d\n%s,A,%d000000000\n", 1000+i*7919, 1+i*31, keyOf(t, merkle.Solana, "closing", i).Text(), 1+i*17)
		if i%3 > 0 {
			fmt.Fprintf(&list, "0x%040x,B,%d\n", 1000+i*7919, 1+i)
		}
	}
	write("round/list.csv", list.String())
	write("round/campaign.yaml", fmt.Sprintf(roundTokens, "round", "1000", "1000000000", "{name: fixed/v1, list: {file: list.csv}, unit: base, duplicates: error}", `
  - {id: eth, tokens: [A], chain: "eip155:1", profile: oz-standard-v1, fields: ["account:address", "amount:uint256"], order: account, split: 700}
  - {id: sol, tokens: [A], chain: "solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp", profile: jito-v1, order: account}
  - {id: b, tokens: [B], chain: "eip155:1", profile: hedgey-v1, order: account}`))
	build(filepath.Join(dir, "round"), "-o", filepath.Join(dir, "bundle"))
	manifest := readText(filepath.Join(dir, "bundle", "manifest.json"))
	var m struct{ Ledger []struct{ Claims string } }
	if err := json.Unmarshal([]byte(manifest), &m); err != nil {
		t.Fatal(err)
	}
	a := fmt.Sprintf("%019s", m.Ledger[0].Claims)
	write("close/campaign.yaml", fmt.Sprintf(roundTokens, "closed", a[:len(a)-18]+"."+a[len(a)-18:], m.Ledger[1].Claims,
		`{name: close-round/v1, round: {bundle: ../bundle, manifest: "`+fmt.Sprintf("%x", sha256.Sum256([]byte(manifest)))+`"}, claimed: {file: claimed.csv}, unclaimed: treasury}`, "[]"))
	write("close/claimed.csv", "account,tree,amount,chain\n")
	build(filepath.Join(dir, "close"), "-o", filepath.Join(dir, "nothing"))
	var claimed strings.Builder
	claimed.WriteString("account,tree,amount,chain\n")
	for i, row := range strings.Split(strings.TrimSpace(readText(filepath.Join(dir, "nothing", "inputs", "round.csv"))), "\n") {
		if cells := strings.Split(row, ","); i > 0 && i*7919%10 < 7 {
			fmt.Fprintf(&claimed, "%s,%s,%s,%s\n", cells[1], cells[0], cells[4], cells[2])
		}
	}
	write("close/claimed.csv", claimed.String())
	return filepath.Join(dir, "close")
}

// TestEqual_closing: what closes a round, in memory and through disk, and the same refusals.
func TestEqual_closing(t *testing.T) {
	accounts, memories := 800, []string{"16KiB"}
	if testing.Short() {
		accounts = 400
	} else if large() {
		accounts, memories = 300_000, []string{"1MiB", "128MiB"}
	}
	dir := closedCampaign(t, accounts)
	for _, memory := range memories {
		if why := buildsEqual(t, dir, memory); why != "" {
			t.Errorf("--memory %s: refused, the limit is %s", memory, why)
		}
	}
	out := filepath.Join(t.TempDir(), "bundle")
	if code, _, errs := told(t, "build", dir, "-o", out, "--memory", "16KiB"); code != exitDone {
		t.Fatal(errs)
	}
	if code, said, errs := told(t, "verify", out); code != exitDone {
		t.Errorf("exit status %d: %s%s", code, said, errs)
	}
	// The room that was looked for is enough, and not several times what it takes.
	c, err := campaign.Read(filepath.Join(dir, "campaign.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	made := int64(0)
	for _, text := range filesOf(t, out) {
		made += int64(len(text))
	}
	if room := roomOf(c); room.bundle < made || room.bundle > 3*made || room.temp < made || room.memory < 1 {
		t.Errorf("room for %+v, the bundle has %d bytes", room, made)
	}
	if need, leaves := campaignMemory(c), int64(accounts)*8/3; need < leaves*leafMemory*9/10 || need > leaves*leafMemory*2 {
		t.Errorf("%d bytes of memory for %d leaves", need, leaves)
	}
	claimed := filepath.Join(dir, "claimed.csv")
	rows := strings.Split(readText(claimed), "\n")
	rows[3] = rows[2]
	rows[7] = strings.Replace(rows[7], ",", ",no-", 1)
	if err := os.WriteFile(claimed, []byte(strings.Join(rows, "\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	code, _, want := told(t, "build", dir, "-o", out+"2")
	if got, _, errs := told(t, "build", dir, "-o", out+"2", "--memory", "16KiB"); got != exitRefused || got != code || errs != want || strings.Count(errs, "\n") != 2 {
		t.Errorf("exit status %d:\n%swant %d:\n%s", got, errs, code, want)
	}
	if left := names(t, filepath.Dir(out)); left != "bundle" {
		t.Errorf("left: %s", left)
	}
}
