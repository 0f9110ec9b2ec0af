package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// listCase is an outside vector as a list for `merkle tree`.
type listCase struct {
	name, profile, order, csv, root string
	proofs                          map[string][]string // by account as listed
	flags                           []string
}

func readVectors(t *testing.T, name string, into any) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(fixtures, "vectors", name))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, into); err != nil {
		t.Fatal(err)
	}
}

func solanaCases(t *testing.T) []listCase {
	var file struct {
		Profiles map[string]struct {
			Cases []struct {
				N      int
				Root   string
				Claims []struct {
					Claimant       string
					AmountUnlocked string `json:"amount_unlocked"`
					AmountLocked   string `json:"amount_locked"`
					Proof          []string
				}
			}
		}
	}
	readVectors(t, "solana.json", &file)
	var cases []listCase
	for _, c := range file.Profiles["jito-distributor"].Cases {
		lc := listCase{name: "jito-" + strconv.Itoa(c.N), profile: "jito-v1", order: "profile", root: "0x" + c.Root, proofs: map[string][]string{}}
		lc.csv = "account,amount,locked\n"
		for _, k := range c.Claims {
			lc.csv += k.Claimant + "," + k.AmountUnlocked + "," + k.AmountLocked + "\n"
			for i := range k.Proof {
				k.Proof[i] = "0x" + k.Proof[i]
			}
			lc.proofs[k.Claimant] = k.Proof
		}
		cases = append(cases, lc)
	}
	return cases
}

func evmCases(t *testing.T) []listCase {
	var file struct {
		Vectors []struct {
			ID, Profile  string
			Root         string
			LeafEncoding []string
			Values       json.RawMessage
			Options      struct{ SortLeaves *bool }
			Leaves       json.RawMessage
		}
	}
	readVectors(t, "evm.json", &file)
	var cases []listCase
	for _, v := range file.Vectors {
		lc := listCase{name: v.ID, root: v.Root, order: "profile", proofs: map[string][]string{}}
		switch {
		case strings.HasPrefix(v.ID, "uniswap-v1-"):
			var leaves []struct{ Account, Amount string }
			if err := json.Unmarshal(v.Leaves, &leaves); err != nil {
				t.Fatal(err)
			}
			lc.profile, lc.csv = "uniswap-v1", "account,amount\n"
			for _, l := range leaves {
				lc.csv += l.Account + "," + l.Amount + "\n"
			}
		case len(v.LeafEncoding) > 0:
			var values [][]string
			if err := json.Unmarshal(v.Values, &values); err != nil {
				t.Fatal(err)
			}
			lc.profile = "oz-standard-v1"
			var heads []string
			for i, typ := range v.LeafEncoding {
				heads = append(heads, "f"+strconv.Itoa(i)+":"+typ)
			}
			lc.csv = strings.Join(heads, ",") + "\n"
			for _, row := range values {
				lc.csv += strings.Join(row, ",") + "\n"
			}
			if v.Options.SortLeaves != nil && !*v.Options.SortLeaves {
				lc.order = "input"
			}
			if strings.Contains(v.ID, "duplicate") {
				lc.flags = []string{"--duplicates", "keep"}
			}
		default:
			continue
		}
		cases = append(cases, lc)
	}
	return cases
}

func TestTree_outsideVectors(t *testing.T) {
	cases := append(solanaCases(t), evmCases(t)...)
	if len(cases) < 15 {
		t.Fatalf("only %d vectors found", len(cases))
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			file, out := filepath.Join(dir, "list.csv"), filepath.Join(dir, "proofs.json")
			if err := os.WriteFile(file, []byte(c.csv), 0o644); err != nil {
				t.Fatal(err)
			}
			var stdout, stderr bytes.Buffer
			args := append([]string{"tree", file, "--profile", c.profile, "--order", c.order, "--json", "-o", out}, c.flags...)
			if code := runIn(t, &stdout, &stderr, args...); code != exitDone {
				t.Fatalf("exit status %d\n%s", code, &stderr)
			}
			var doc listDoc
			if err := json.Unmarshal(stdout.Bytes(), &doc); err != nil {
				t.Fatal(err)
			}
			if doc.Root != c.root || doc.Leaves != strings.Count(c.csv, "\n")-1 {
				t.Errorf("root %s of %d leaves, want %s", doc.Root, doc.Leaves, c.root)
			}
			text, err := os.ReadFile(out)
			if err != nil {
				t.Fatal(err)
			}
			var proofs struct {
				Format, Root string
				Claims       []struct {
					Account string
					Proof   []string
				}
			}
			if err := json.Unmarshal(text, &proofs); err != nil {
				t.Fatal(err)
			}
			if proofs.Format != "merkle-proofs/v1" || proofs.Root != c.root || len(proofs.Claims) != doc.Leaves {
				t.Errorf("proofs file: %s %s %d claims", proofs.Format, proofs.Root, len(proofs.Claims))
			}
			for _, k := range proofs.Claims {
				if want, ok := c.proofs[k.Account]; ok && strings.Join(k.Proof, " ") != strings.Join(want, " ") {
					t.Errorf("%s: proof %v, want %v", k.Account, k.Proof, want)
				}
			}
			if left, _ := filepath.Glob(filepath.Join(dir, ".*")); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

func TestTree_refusesWithPlace(t *testing.T) {
	for name, c := range map[string]struct{ csv, profile, want string }{
		"duplicate":       {"account,amount\n" + alice + ",1\n" + bob + ",2\n" + alice + ",3\n", "jito-v1", `list.csv:4:1: account "` + alice + `": account is there already, at `},
		"no amount":       {"account\n" + alice + "\n", "jito-v1", `list.csv:1:1: column "amount": missing`},
		"unknown column":  {"account,amount,note\n" + alice + ",1,x\n", "jito-v1", `list.csv:1:16: column "note": not a field`},
		"width":           {"account,amount\n" + alice + ",18446744073709551616\n", "jito-v1", `list.csv:2:46: amount "18446744073709551616"`},
		"zero in uniswap": {"account,amount\n" + carol + ",0\n", "uniswap-v1", `list.csv:2:44: amount "0"`},
		"family":          {"account,amount\n" + carol + ",1\n", "jito-v1", `list.csv:2:1: account "` + carol + `": account is of another chain family`},
		"no rows":         {"account,amount\n", "jito-v1", `list.csv: no rows`},
		"untyped column":  {"account,amount,season\n" + carol + ",1,2\n", "oz-standard-v1", `list.csv:1:16: column "season": needs a type`},
		"forgeable type":  {"account:address,what:strng\n" + carol + ",1\n", "oz-standard-v1", `strng`},
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "list.csv")
			if err := os.WriteFile(file, []byte(c.csv), 0o644); err != nil {
				t.Fatal(err)
			}
			var stdout, stderr bytes.Buffer
			code := runIn(t, &stdout, &stderr, "tree", file, "--profile", c.profile)
			if code != exitRefused || !strings.Contains(stderr.String(), c.want) || stdout.Len() > 0 {
				t.Errorf("exit status %d, stderr:\n%s\nwant %s", code, &stderr, c.want)
			}
		})
	}
}

func TestTree_totalOfAListWithoutAmounts(t *testing.T) {
	file := filepath.Join(t.TempDir(), "list.csv")
	if err := os.WriteFile(file, []byte("user:address,claimable:uint256\n"+carol+",5\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for want, flags := range map[string][]string{`"total": ""`: {"--json"}, "total    unknown: no column is named amount\n": nil} {
		var stdout, stderr bytes.Buffer
		if code := runIn(t, &stdout, &stderr, append([]string{"tree", file, "--profile", "oz-standard-v1"}, flags...)...); code != exitDone || !strings.Contains(stdout.String(), want) {
			t.Errorf("exit status %d, stdout:\n%s\nwant %s", code, &stdout, want)
		}
	}
}

func TestTree_sumsIntoTheFirstRow(t *testing.T) {
	dir := t.TempDir()
	root := func(csv string, flags ...string) string {
		file := filepath.Join(dir, "list.csv")
		if err := os.WriteFile(file, []byte(csv), 0o644); err != nil {
			t.Fatal(err)
		}
		var stdout, stderr bytes.Buffer
		if code := runIn(t, &stdout, &stderr, append([]string{"tree", file, "--profile", "jito-v1", "--json"}, flags...)...); code != exitDone {
			t.Fatalf("exit status %d\n%s", code, &stderr)
		}
		var doc listDoc
		if err := json.Unmarshal(stdout.Bytes(), &doc); err != nil {
			t.Fatal(err)
		}
		return doc.Root + " " + doc.Total
	}
	merged := root("account,amount,locked\n" + alice + ",4,7\n" + bob + ",2,0\n")
	split := root("account,amount,locked\n"+alice+",1,3\n"+bob+",2,0\n"+alice+",3,4\n", "--duplicates", "sum")
	if split != merged {
		t.Errorf("got %s, want %s", split, merged)
	}
}
