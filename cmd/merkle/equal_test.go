package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/campaign"
	"github.com/merkle-drop/merkle/tree"
)

// large reports whether the tests of equal bytes run at a million rows, which takes a quarter of an hour and some gigabytes of disk.
func large() bool { return os.Getenv("MERKLE_LARGE") == "1" }

// keyOf is the i-th made-up account of a family.
func keyOf(t *testing.T, family merkle.Family, what string, i int) merkle.Account {
	t.Helper()
	h := sha256.Sum256(fmt.Append(nil, what, i))
	a, err := merkle.NewAccount(family, h[:family.Width()])
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// listFields are the fields of a profile that its list has as columns; index says whether a computed index is given.
func listFields(p *tree.Profile, index bool) (fields []tree.Field) {
	for _, f := range p.Fields {
		switch f.Source {
		case tree.SourceConstant, tree.SourceDomain:
		case tree.SourceIndex:
			if index || p.Index == tree.IndexGiven {
				fields = append(fields, f)
			}
		default:
			fields = append(fields, f)
		}
	}
	return fields
}

// listCell is the value of a field in row i. Amounts have any number of digits that fits, and rows that stand beside each other have different tokens.
func listCell(t *testing.T, p *tree.Profile, f tree.Field, i int) string {
	t.Helper()
	h := sha256.Sum256(fmt.Append(nil, f.Name, i))
	number := fmt.Sprint(1 + uint64(h[0])<<(h[1]%32))
	switch {
	case f.Source == tree.SourceAccount:
		return keyOf(t, p.Accounts, "account", i).Text()
	case f.Source == tree.SourceToken:
		return keyOf(t, p.Accounts, "token", i%3).Text()
	case f.Source == tree.SourceIndex:
		return fmt.Sprint(3 * i)
	case f.Source == tree.SourceAmount && p.AmountBits >= 128:
		return number + "0123456789012345"
	case f.Type == "ecosystem":
		return []string{"evm", "solana", "discord"}[i%3]
	case f.Type == "identity":
		return []string{keyOf(t, merkle.EVM, "evm", i).Text(), keyOf(t, merkle.Solana, "solana", i).Text(), fmt.Sprint("name", i)}[i%3]
	case f.Type == "address", f.Type == "pubkey":
		return keyOf(t, p.Accounts, "other", i).Text()
	case strings.HasPrefix(f.Type, "abi("):
		return fmt.Sprintf(`"[[%d,5000],[%d,5000]]"`, 1700000000+i, 1800000000+i)
	case f.Type == "bytes16":
		return "0x" + hex.EncodeToString(h[:16])
	case f.Type == "bytes32":
		return "0x" + hex.EncodeToString(h[:])
	case f.Type == "uint16", f.Type == "uint32":
		return fmt.Sprint(i % 500)
	case f.Name == "network":
		return "0"
	}
	return number
}

// profileList writes a list of n rows for a profile.
func profileList(t *testing.T, path string, p *tree.Profile, index bool, n int) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w := bufio.NewWriter(f)
	fields := listFields(p, index)
	for i := range n + 1 {
		for j, field := range fields {
			cell := field.Name
			if i > 0 {
				cell = listCell(t, p, field, i-1)
			}
			if j > 0 {
				w.WriteByte(',')
			}
			w.WriteString(cell)
		}
		w.WriteByte('\n')
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

// constantFlags are values for what a profile asks for beside the list.
func constantFlags(p *tree.Profile) (flags []string) {
	for _, f := range p.Fields {
		if _, given := p.Default(f.Name); given || f.Source != tree.SourceConstant && f.Source != tree.SourceDomain {
			continue
		}
		value := "1"
		if f.Type == "address" {
			value = "0x29067F28306419923BCfF96E37F95E0f58ABdBBe"
		}
		flags = append(flags, "--constant", f.Name+"="+value)
	}
	return flags
}

// outcome is what a command gives: its exit status, a digest of standard output, and what it says beside.
type outcome struct {
	code      int
	out, errs string
}

func outcomeOf(args ...string) outcome {
	h := sha256.New()
	var errs bytes.Buffer
	code := run(context.Background(), append([]string{"merkle"}, args...), strings.NewReader(""), h, &errs)
	return outcome{code, hex.EncodeToString(h.Sum(nil)), errs.String()}
}

// someWorkers are the numbers of processors that a case is tried on: 1 or 2, by its name.
func someWorkers(name string) []string {
	h := sha256.Sum256([]byte(name))
	return []string{[]string{"1", "2"}[h[0]%2]}
}

// sameThroughDisk runs a command in memory and through disk, and wants the same, or the refusal that --memory promises; it returns what the refusal says.
func sameThroughDisk(t *testing.T, memory string, args []string) (refused string) {
	t.Helper()
	want := outcomeOf(args...)
	for _, workers := range someWorkers(strings.Join(args[2:], " ")) {
		got := outcomeOf(append(slices.Clone(args), "--memory", memory, "--workers", workers)...)
		if _, why, found := strings.Cut(got.errs, "of memory are needed, the limit is "); got.code == exitRefused && found {
			return why
		}
		if got != want {
			t.Errorf("%v, %s workers, through disk: exit status %d, %.12s\n%swant %d, %.12s\n%s", args, workers, got.code, got.out, got.errs, want.code, want.out, want.errs)
		}
	}
	if want.code != exitDone {
		t.Errorf("%v: exit status %d: %.500s", args, want.code, want.errs)
	}
	return ""
}

// tally counts what was built and what was refused, and tells the refusals.
type tally struct {
	built   int
	refused map[string][]string // by reason
}

func (y *tally) count(name, refusal string) {
	if refusal == "" {
		y.built++
		return
	}
	if y.refused == nil {
		y.refused = map[string][]string{}
	}
	y.refused[refusal] = append(y.refused[refusal], name)
}

// tell wants nothing refused but what begins with one of the names that may be.
func (y *tally) tell(t *testing.T, may ...string) {
	t.Helper()
	all := y.built
	for _, why := range slices.Sorted(maps.Keys(y.refused)) {
		all += len(y.refused[why])
		for _, name := range y.refused[why] {
			if !slices.ContainsFunc(may, func(p string) bool { return strings.HasPrefix(name, p) }) {
				t.Errorf("%s is refused: %s", name, why)
			}
		}
	}
	t.Logf("%d of %d went through disk", y.built, all)
	if y.built == 0 {
		t.Error("nothing went through disk")
	}
}

// TestEqual_tree: trees of every profile, order and index, their roots and all their proofs, in memory and through disk.
func TestEqual_tree(t *testing.T) {
	rows, memory := 1200, "16KiB"
	if large() {
		rows, memory = 1_000_000, "24MiB"
	}
	var seen tally
	for p := range tree.Profiles() {
		t.Run(p.Name, func(t *testing.T) {
			for _, index := range []bool{false, true} {
				if index && (!p.Has(tree.SourceIndex) || p.Index == tree.IndexGiven || p.Index == tree.IndexPath) {
					continue
				}
				list := filepath.Join(t.TempDir(), "list.csv")
				profileList(t, list, &p, index, rows)
				args := append([]string{"tree", list, "--profile", p.Name}, constantFlags(&p)...)
				if p.WholeTokens {
					args = append(args, "--decimals", "0")
				}
				orders := []string{"profile", "account", "input", "leaf-hash"}
				if p.Grouped() || large() || testing.Short() {
					orders = orders[:1]
				}
				for _, order := range orders {
					if order == "account" && !p.Has(tree.SourceAccount) {
						continue
					}
					for _, more := range [][]string{{"--json"}, {"-o", "-"}} {
						if (order != "profile" || large()) && more[0] == "--json" {
							continue // the proofs tell of the root
						}
						all := append(append(slices.Clone(args), "--order", order), more...)
						name := fmt.Sprintf("%s, order %s, index %v, %s", p.Name, order, index, more[0])
						seen.count(name, sameThroughDisk(t, memory, all))
					}
				}
				if left := hidden(t, filepath.Dir(list)); len(left) > 0 {
					t.Errorf("left: %v", left)
				}
			}
		})
	}
	seen.tell(t)
}

// buildsEqual builds a campaign in memory and through disk; see sameThroughDisk.
func buildsEqual(t *testing.T, in, memory string) (refused string) {
	t.Helper()
	dir := t.TempDir()
	out := filepath.Join(dir, "bundle")
	build := func(args ...string) (outcome, string) {
		got := outcomeOf(append([]string{"build", in, "-o", out}, args...)...)
		if got.code != exitDone {
			return got, ""
		}
		digest := treeDigest(t, out)
		if err := os.RemoveAll(out); err != nil {
			t.Fatal(err)
		}
		return got, digest
	}
	want, wanted := build()
	if want.code != exitDone {
		t.Errorf("exit status %d: %.500s", want.code, want.errs)
		return ""
	}
	for _, workers := range someWorkers(strings.TrimPrefix(dir, os.TempDir())) {
		got, digest := build("--memory", memory, "--workers", workers)
		if left := names(t, dir); left != "" {
			t.Errorf("left: %s", left)
		}
		if _, why, found := strings.Cut(got.errs, "of memory are needed, the limit is "); got.code == exitRefused && found {
			return why
		}
		if got != want || digest != wanted {
			t.Errorf("%s workers, through disk: exit status %d, bundle %.12s\n%swant %d, %.12s\n%s", workers, got.code, digest, got.errs, want.code, wanted, want.errs)
		}
	}
	return ""
}

// TestEqual_rules: a campaign of every rule, as `merkle init` makes it, in memory and through disk.
func TestEqual_rules(t *testing.T) {
	memory := "512KiB"
	var seen tally
	if large() {
		memory = "64MiB"
	}
	for _, rule := range campaign.Rules() {
		if rule.Name == "close-round/v1" { // goes on from a bundle: TestEqual_closing
			continue
		}
		t.Run(strings.ReplaceAll(rule.Name, "/", " "), func(t *testing.T) {
			accounts := map[string]int{"fixed/v1": 100_000, "pro-rata/v1": 30_000}[rule.Name]
			if accounts == 0 || testing.Short() {
				accounts = 4_000
			}
			if large() {
				accounts = 1_000_000
			}
			dir := filepath.Join(t.TempDir(), "in")
			if code, _, errs := told(t, "init", rule.Name, dir, "--accounts", fmt.Sprint(accounts)); code != exitDone {
				t.Fatal(errs)
			}
			seen.count(rule.Name, buildsEqual(t, dir, memory))
		})
	}
	seen.tell(t, "noon-")
}

// fixedOf is a campaign of fixed/v1 with one tree of a profile; empty when a campaign can have none.
func fixedOf(t *testing.T, dir string, p *tree.Profile, order, publish string, rows int) bool {
	t.Helper()
	if !p.Has(tree.SourceAccount) || !p.Has(tree.SourceAmount) || p.WholeTokens {
		return false
	}
	asset := `"eip155:1/erc20:0x6B175474E89094C44Da98b954EedeAC495271d0F"`
	if p.Accounts == merkle.Solana {
		asset = `"solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp/token:JUPyiwrYJFskUPiHa7hkeR8VUtAeFoSYbKedZNsDvCN"`
	}
	constants := ""
	for _, f := range p.Fields {
		if f.Name == "distributor" || f.Name == "verifyingContract" {
			constants = ", constants: {" + f.Name + `: "0x29067F28306419923BCfF96E37F95E0f58ABdBBe"}`
		}
	}
	text := "format: merkle-campaign/v1\nid: equal\ntokens:\n  T: {asset: " + asset + `, decimals: 0, pool: "` + map[bool]string{true: "18446744073709551615", false: "1329227995784915872903807060280344575"}[p.AmountBits < 128] + "\"}\n" +
		"rule: {name: fixed/v1, list: {file: list.csv}, unit: base, duplicates: error}\nrounding: {method: floor, at: account-token, residual: {to: treasury}}\n" +
		"trees:\n  - {id: t, tokens: [T], profile: " + p.Name + ", order: " + order + constants + "}\n" + publish
	if err := os.WriteFile(filepath.Join(dir, "campaign.yaml"), []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	of := *p
	of.Fields = slices.Clone(p.Fields)
	for i := range of.Fields {
		switch of.Fields[i].Source { // as campaigns call it
		case tree.SourceAmount:
			of.Fields[i].Name = "amount"
		case tree.SourceIndex:
			of.Fields[i].Name = "index"
		}
	}
	of.Fields = slices.DeleteFunc(of.Fields, func(f tree.Field) bool { return f.Source == tree.SourceToken })
	profileList(t, filepath.Join(dir, "list.csv"), &of, false, rows)
	return true
}

// TestEqual_profiles: bundles with a tree of every profile, order and layout, in memory and through disk.
func TestEqual_profiles(t *testing.T) {
	rows, memory := 500, "16KiB"
	if large() {
		rows, memory = 200_000, "4MiB"
	}
	var seen tally
	for p := range tree.Profiles() {
		for _, order := range []string{"profile", "account", "input"} {
			for _, publish := range []string{"publish: {proofs: inline}\n", "publish: {proofs: subtree}\n"} {
				if p.Grouped() && (order != "profile" || strings.Contains(publish, "subtree")) || order != "account" && strings.Contains(publish, "subtree") {
					continue
				}
				dir := t.TempDir()
				if !fixedOf(t, dir, &p, order, publish, rows) {
					continue
				}
				t.Run(strings.TrimSpace(p.Name+" "+order+" "+publish), func(t *testing.T) {
					seen.count(strings.TrimSpace(p.Name+" "+order+" "+publish), buildsEqual(t, dir, memory))
				})
				if large() {
					os.RemoveAll(dir)
				}
			}
		}
	}
	seen.tell(t)
}

// TestEqual_verified: what was built through disk is verified, the bundle and the list against the root, by the code that knows nothing of how it was built.
func TestEqual_verified(t *testing.T) {
	rows, memory := 20_000, "256KiB"
	if large() {
		rows, memory = 1_000_000, "16MiB"
	}
	dir := t.TempDir()
	if code, _, errs := told(t, "init", "fixed/v1", dir+"/in", "--accounts", fmt.Sprint(rows)); code != exitDone {
		t.Fatal(errs)
	}
	if code, _, errs := told(t, "build", dir+"/in", "-o", dir+"/bundle", "--memory", memory); code != exitDone {
		t.Fatal(errs)
	}
	if code, out, errs := told(t, "verify", dir+"/bundle"); code != exitDone {
		t.Errorf("the bundle: exit status %d: %s%s", code, out, errs)
	}
	for _, name := range []string{"hedgey-v1", "jito-tip-v1", "sablier-v1"} {
		p, err := tree.Lookup(name)
		if err != nil {
			t.Fatal(err)
		}
		list := filepath.Join(dir, name+".csv")
		profileList(t, list, &p, true, rows)
		code, out, errs := told(t, "tree", list, "--profile", name, "--memory", memory, "--json")
		var doc listDoc
		if err := json.Unmarshal([]byte(out), &doc); code != exitDone || err != nil {
			t.Fatalf("%s: exit status %d: %s", name, code, errs)
		}
		if code, out, errs := told(t, "verify", list, "--profile", name, "--root", doc.Root); code != exitDone || doc.Leaves != rows {
			t.Errorf("%s: exit status %d: %s%s", name, code, out, errs)
		}
	}
}
