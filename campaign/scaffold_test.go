package campaign

import (
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"math/big"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	merkle "github.com/merkle-drop/merkle"
)

func inputsOf(c *Campaign) []Input {
	var out []Input
	switch {
	case c.Rule.JupiterASR != nil:
		out = append(out, c.Rule.JupiterASR.Proposals, c.Rule.JupiterASR.Votes)
	case c.Rule.ProRata != nil:
		out = append(out, c.Rule.ProRata.Weights)
	case c.Rule.Fixed != nil:
		out = append(out, c.Rule.Fixed.List)
	case c.Rule.JupiterASR2 != nil:
		out = append(out, c.Rule.JupiterASR2.Stakes)
	case c.Rule.NoonActive != nil:
		out = append(out, c.Rule.NoonActive.Points, *c.Rule.NoonActive.Elections)
	case c.Rule.NoonOpen != nil:
		out = append(out, c.Rule.NoonOpen.Stakes)
	case c.Rule.Astra != nil:
		out = append(out, *c.Rule.Astra.History)
		for _, p := range c.Rule.Astra.Pools {
			out = append(out, p.Stakes)
		}
	case c.Rule.Close != nil:
		out = append(out, c.Rule.Close.Claimed)
	}
	for _, e := range c.Exclude {
		out = append(out, e.Input)
	}
	return out
}

// Every rule's scaffold is a campaign, and its inputs are what it declares.
func TestScaffold(t *testing.T) {
	for _, rule := range Rules() {
		for _, accounts := range []int{1, 3, 0, 1000} {
			t.Run(rule.Name+"/"+strconv.Itoa(accounts), func(t *testing.T) {
				dir := filepath.Join(t.TempDir(), "new", "campaign")
				if err := Scaffold(rule.Name, dir, ScaffoldOptions{Accounts: accounts, Seed: 7}); err != nil {
					t.Fatal(err)
				}
				c, err := Read(filepath.Join(dir, "campaign.yaml"))
				if err != nil {
					t.Fatal(err)
				}
				if c.Rule.Name != rule.Name || c.Publish.Proofs != "subtree" && c.Rule.Close == nil {
					t.Errorf("got rule %s, proofs %s", c.Rule.Name, c.Publish.Proofs)
				}
				names := map[string]bool{"campaign.yaml": true}
				for _, in := range inputsOf(c) {
					names[in.File] = true
					checkSample(t, filepath.Join(dir, in.File), in)
				}
				entries, _ := os.ReadDir(dir)
				for _, e := range entries {
					if !names[e.Name()] {
						t.Errorf("stray file %s", e.Name())
					}
				}
			})
		}
	}
}

// checkSample reads an input and compares it with what the campaign declares.
func checkSample(t *testing.T, path string, in Input) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	sum, seen := new(big.Rat), map[string]bool{}
	for _, row := range rows[1:] {
		for i, cell := range row {
			switch rows[0][i] {
			case "account":
				if a, err := merkle.ParseAccount(cell); err != nil || a.String() != cell {
					t.Fatalf("%s: %s: %v", path, cell, err)
				}
				who := row[0] + cell
				if len(row) > 1 && (rows[0][1] == "day" || rows[0][1] == "choice") {
					who += row[1]
				}
				if seen[who] && rows[0][1] != "time" {
					t.Fatalf("%s: %s twice", path, cell)
				}
				seen[who] = true
			case "power", "weight", "amount", "points":
				v, ok := new(big.Rat).SetString(cell)
				if !ok || v.Sign() <= 0 {
					t.Fatalf("%s: %s", path, cell)
				}
				sum.Add(sum, v)
			}
		}
	}
	if in.Rows != "" && in.Rows != strconv.Itoa(len(rows)-1) {
		t.Errorf("%s: %s rows declared, there are %d", path, in.Rows, len(rows)-1)
	}
	if want, _ := new(big.Rat).SetString(in.Sum); in.Sum != "" && want.Cmp(sum) != 0 {
		t.Errorf("%s: sum %s declared, is %s", path, in.Sum, sum.RatString())
	}
	if digest := sha256.Sum256(data); in.SHA256 != "" && in.SHA256 != hex.EncodeToString(digest[:]) {
		t.Errorf("%s: digest %s declared, is %x", path, in.SHA256, digest)
	}
}

func TestScaffold_isDeterministic(t *testing.T) {
	read := func(seed uint64) string {
		dir := filepath.Join(t.TempDir(), "c")
		if err := Scaffold("jupiter-asr/v1", dir, ScaffoldOptions{Accounts: 50, Seed: seed}); err != nil {
			t.Fatal(err)
		}
		var all strings.Builder
		for _, name := range []string{"campaign.yaml", "proposals.csv", "votes.csv", "excluded.csv"} {
			data, err := os.ReadFile(filepath.Join(dir, name))
			if err != nil {
				t.Fatal(err)
			}
			all.Write(data)
		}
		return all.String()
	}
	first := read(1)
	if again := read(1); again != first {
		t.Error("the same seed gives other bytes")
	}
	if first == read(2) {
		t.Error("another seed gives the same bytes")
	}
}

func TestScaffold_refuses(t *testing.T) {
	dir := t.TempDir()
	full := filepath.Join(dir, "full")
	if err := os.Mkdir(full, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(full, "mine"), []byte("x"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := Scaffold("fixed/v1", full, ScaffoldOptions{}); !errors.Is(err, ErrNotEmpty) {
		t.Errorf("got %v", err)
	}
	if err := Scaffold("fixed/v1", filepath.Join(full, "mine"), ScaffoldOptions{}); err == nil {
		t.Error("a file was taken for a folder")
	}
	if err := Scaffold("fixed/v2", filepath.Join(dir, "a"), ScaffoldOptions{}); !errors.Is(err, ErrRule) || !strings.Contains(err.Error(), "fixed/v1") {
		t.Errorf("got %v", err)
	}
	if err := Scaffold("fixed/v1", filepath.Join(dir, "a"), ScaffoldOptions{Accounts: -1}); !errors.Is(err, ErrAccounts) {
		t.Errorf("got %v", err)
	}
	stop := errors.New("interrupted")
	if err := Scaffold("fixed/v1", filepath.Join(dir, "a"), ScaffoldOptions{Accounts: 10000, Interrupted: func() error { return stop }}); !errors.Is(err, stop) {
		t.Errorf("got %v", err)
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 1 {
		t.Errorf("left behind: %v", entries)
	}
}

// An empty folder may be the working directory, which cannot be replaced.
func TestScaffold_intoEmptyFolder(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := Scaffold("pro-rata/v1", ".", ScaffoldOptions{}); err != nil {
		t.Fatal(err)
	}
	entries, _ := os.ReadDir(".")
	if len(entries) != 3 {
		t.Errorf("got %v", entries)
	}
	if _, err := Read("campaign.yaml"); err != nil {
		t.Error(err)
	}
}

func BenchmarkScaffold(b *testing.B) {
	for _, accounts := range []int{1e4, 1e5} {
		b.Run(strconv.Itoa(accounts), func(b *testing.B) {
			b.ReportAllocs()
			n := 0
			for b.Loop() {
				if err := Scaffold("jupiter-asr/v1", filepath.Join(b.TempDir(), strconv.Itoa(n)), ScaffoldOptions{Accounts: accounts}); err != nil {
					b.Fatal(err)
				}
				n++
			}
		})
	}
}
