package verify

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// publishedFile opens a file of the published distributions, and skips the test where they are not.
func publishedFile(t *testing.T, name string) File {
	t.Helper()
	path := filepath.Join("..", "..", "shared", "real", filepath.FromSlash(name))
	if _, err := os.Stat(path); err != nil {
		t.Skipf("the published distributions are not here: %v", err)
	}
	return File{Name: name, Open: func() (io.ReadCloser, error) { return os.Open(path) }}
}

func textFile(name, text string) File {
	return File{Name: name, Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader([]byte(text))), nil }}
}

func checkFilesOK(t *testing.T, o FileOptions, files ...File) *FileReport {
	t.Helper()
	r, err := CheckFiles(context.Background(), files, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// filesReport is a report as text, for failures.
func filesReport(r *FileReport) string {
	var b strings.Builder
	for _, f := range r.Findings {
		b.WriteString("fault  " + f.String() + "\n")
	}
	for _, f := range r.Remarks {
		b.WriteString("remark " + f.String() + "\n")
	}
	for _, s := range r.Checked {
		b.WriteString("checked " + s + "\n")
	}
	for _, s := range r.NotChecked {
		b.WriteString("skipped " + s + "\n")
	}
	for _, tr := range r.Trees {
		b.WriteString(tr.Name + ": " + tr.Profile + " " + tr.Order + " " + tr.Shape + " stated " + tr.Stated + " rebuilt " + tr.Rebuilt + "\n")
	}
	return b.String()
}

// publishedCase is a set of published files that must verify: the kind, the roots of all trees, and texts that the report must have.
type publishedCase struct {
	name  string
	files []string
	o     FileOptions
	kind  string
	trees int
	root  string // of the first tree, hex without 0x, its first digits
	proof int    // proofs over all trees
	has   []string
}

func TestPublishedFiles(t *testing.T) {
	for _, c := range []publishedCase{
		{name: "jupiter 3", files: []string{"jupiter/merkle_tree.json"}, kind: "jupiter", trees: 1, root: "c8545cf2", proof: 3},
		{name: "jupiter 100", files: []string{"jupiter/merkle_tree_test_csv.json"}, kind: "jupiter", trees: 1, root: "264791c6", proof: 100},
		{name: "drift with list", files: []string{"drift-devnet/0-USDC.tree.json", "drift-devnet/0-USDC.csv"}, kind: "jupiter", trees: 1, root: "ac383e78", proof: 19,
			has: []string{"0-USDC.csv is the list of", "19 of 19 rows agree, in the same order, amounts in base units"}},
		{name: "drift list alone", files: []string{"drift-devnet/0-USDC.csv"}, o: FileOptions{Root: "0xac383e78cff27bcccf9725373931e4a64c1813024f2370c59260b3d7551da714", Decimals: -1},
			kind: "csv-jupiter", trees: 1, root: "ac383e78"},
		{name: "jupiter folder", files: []string{"jupiter/merkle_tree.json", "jupiter/merkle_tree_test_csv.json", "jupiter/test_csv.csv", "jupiter/test_csv_decimal.csv"},
			o: FileOptions{Decimals: -1}, kind: "jupiter", trees: 4, root: "c8545cf2", proof: 103},
		{name: "threshold", files: []string{"threshold/2025-08-01/MerkleDist.json"}, kind: "threshold", trees: 1, root: "2f1033ee", proof: 303},
		{name: "threshold with parts", files: []string{"threshold/2025-09-01/MerkleDist.json", "threshold/2025-09-01/MerkleInputBonusRewards.json",
			"threshold/2025-09-01/MerkleInputTACoRewards.json", "threshold/2025-09-01/MerkleInputTbtcv2Rewards.json", "threshold/2025-09-01/MerkleInputTotalRewards.json"},
			kind: "threshold", trees: 1, root: "b507ee57", proof: 303, has: []string{"MerkleInputTotalRewards.json is the list of",
				"MerkleInputBonusRewards.json, threshold/2025-09-01/MerkleInputTACoRewards.json, threshold/2025-09-01/MerkleInputTbtcv2Rewards.json added up are the list of threshold/2025-09-01/MerkleDist.json: 303 of 303"}},
		{name: "convex", files: []string{"convex-eps/drop_proofs.json", "convex-eps/user_eps_final.json"}, kind: "claims", trees: 1, root: "9064fc2b", proof: 3002,
			has: []string{"user_eps_final.json is the list of", "3002 of 3002 rows agree", "3002 stated leaf hashes", "by text-v1"}},
		{name: "lisk", files: []string{"lisk-devnet/merkle-leaves.json", "lisk-devnet/merkle-root.json"}, kind: "lisk", trees: 1, root: "dc571e66", proof: 54},
		{name: "fei", files: []string{"fei/balances.json", "fei/mergedBalances.json", "fei/proofs.json", "fei/roots.json", "fei/testBalances.json"}, kind: "fei", trees: 20, proof: 170,
			has: []string{`"0xbB025D470162CC5eA24daF7d4566064EE7f5F111", want "0xbb025d470162cc5ea24daf7d4566064ee7f5f111" as in`, "0xbbDe427D2440d978f14c0f5020d6dd252A620001 \"", "mergedBalances.json is fei/balances.json and fei/testBalances.json merged"}},
		{name: "fei without the merged", files: []string{"fei/balances.json", "fei/proofs.json", "fei/roots.json", "fei/testBalances.json"}, kind: "fei", trees: 20, proof: 170},
		{name: "safe ecosystem", files: []string{"safe/ecosystem_airdrop.csv"}, o: FileOptions{Root: "0xee004639ebb0a79986f416ad7d17dd736a8240fc1b90c844d2076e715098ea01", Decimals: -1},
			kind: "csv-safe", trees: 1, root: "ee004639"},
		{name: "safe investors", files: []string{"safe/investor_vestings.csv"}, o: FileOptions{Decimals: -1}, kind: "csv-safe", trees: 1, has: []string{"70 stated leaf hashes"}},
		{name: "safe boosted", files: []string{"safe/sap_boosted_airdrop.csv"}, o: FileOptions{Decimals: -1}, kind: "csv-safe", trees: 1, has: []string{"row-repeated", "one account in two spellings"}},
		{name: "threshold, two months", files: []string{"threshold/2025-08-01/MerkleDist.json", "threshold/2025-08-01/MerkleInputBonusRewards.json",
			"threshold/2025-08-01/MerkleInputTACoRewards.json", "threshold/2025-08-01/MerkleInputTbtcv2Rewards.json", "threshold/2025-08-01/MerkleInputTotalRewards.json",
			"threshold/2025-09-01/MerkleDist.json", "threshold/2025-09-01/MerkleInputBonusRewards.json", "threshold/2025-09-01/MerkleInputTACoRewards.json",
			"threshold/2025-09-01/MerkleInputTbtcv2Rewards.json", "threshold/2025-09-01/MerkleInputTotalRewards.json"}, kind: "threshold", trees: 2, root: "2f1033ee", proof: 606,
			has: []string{"added up are the list of threshold/2025-08-01/MerkleDist.json: 303 of 303", "added up are the list of threshold/2025-09-01/MerkleDist.json: 303 of 303"}},
		{name: "aave, all tokens", files: []string{"aave-rescue/aaveRescueMap.json", "aave-rescue/aaveRescueMerkleTree.json", "aave-rescue/stkAaveRescueMap.json",
			"aave-rescue/stkAaveRescueMerkleTree.json", "aave-rescue/uniRescueMap.json", "aave-rescue/uniRescueMerkleTree.json", "aave-rescue/usdtRescueMap.json",
			"aave-rescue/usdtRescueMerkleTree.json"}, kind: "uniswap", trees: 4, root: "46cf998d", proof: 159,
			has: []string{"uniRescueMap.json is the list of aave-rescue/uniRescueMerkleTree.json: 3 of 3"}},
		{name: "aave with its map", files: []string{"aave-rescue/aaveRescueMerkleTree.json", "aave-rescue/aaveRescueMap.json"}, kind: "uniswap", trees: 1, root: "46cf998d", proof: 153,
			has: []string{"aaveRescueMap.json is the list of", "153 of 153 rows agree"}},
		{name: "aave, one row", files: []string{"aave-rescue/usdtRescueMerkleTree.json", "aave-rescue/usdtRescueMap.json"}, kind: "uniswap", trees: 1, root: "c7ee13da", proof: 1,
			has: []string{"usdtRescueMap.json is the list of"}},
		{name: "pooltogether", files: []string{"pooltogether/bq-results-20210202-094742-fvr9ifm390n3.json"},
			o: FileOptions{Root: "0xd0efdfaf3f46b5aad83e628951bf1dc7f60c95f8ef00c6b867c88917246b44dd", Decimals: -1}, trees: 1, root: "d0efdfaf"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var files []File
			for _, name := range c.files {
				files = append(files, publishedFile(t, name))
			}
			if c.o.Decimals == 0 {
				c.o.Decimals = -1
			}
			r := checkFilesOK(t, c.o, files...)
			text := filesReport(r)
			if !r.OK() {
				t.Errorf("published files do not verify:\n%s", text)
			}
			proofs, rebuilt := 0, ""
			for i, tr := range r.Trees {
				proofs += tr.Folded
				if i == 0 {
					rebuilt = tr.Rebuilt
				}
				if tr.Stated != "" && !tr.Matched {
					t.Errorf("tree %s: root %s is not %s", tr.Name, tr.Rebuilt, tr.Stated)
				}
			}
			if c.kind != "" && r.Kind != c.kind || len(r.Trees) != c.trees || proofs != c.proof || !strings.HasPrefix(rebuilt, "0x"+c.root) {
				t.Errorf("kind %s, %d trees, %d proofs, root %s; want %s, %d, %d, %s…\n%s", r.Kind, len(r.Trees), proofs, rebuilt, c.kind, c.trees, c.proof, c.root, text)
			}
			for _, want := range c.has {
				if !strings.Contains(text, want) {
					t.Errorf("no %q in\n%s", want, text)
				}
			}
		})
	}
}

// Convex's users without their amounts, which then stand in the list alone, and without that list.
func TestConvexWithoutAmounts(t *testing.T) {
	read := func(name string) string {
		f := publishedFile(t, name)
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		b, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	users := regexp.MustCompile(`,\s*"amount": ?"[0-9]+"`).ReplaceAllString(read("convex-eps/drop_proofs.json"), "")
	list := read("convex-eps/user_eps_final.json")
	for _, c := range []struct {
		name    string
		files   []File
		profile string
		faults  string
	}{
		{"with the list", []File{textFile("u.json", users), textFile("l.json", list)}, "text-v1", ""},
		{"alone", []File{textFile("u.json", users)}, "oz-simple-v1", ""},
		{"one amount edited", []File{textFile("u.json", users), textFile("l.json", strings.Replace(list, "18638608488882050655543", "18638608488882050655544", 1))}, "text-v1",
			`row-leaf: u.json`},
		{"one account less", []File{textFile("u.json", users), textFile("l.json", regexp.MustCompile(`"0x7D5abce1Fe1F41eCE9f966F2a4a572B726fA8295": ?"[0-9]+",`).ReplaceAllString(list, ""))},
			"text-v1", `list-differs: u.json`},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := checkFilesOK(t, FileOptions{Decimals: -1}, c.files...)
			if text := filesReport(r); r.Kind != "convex" || len(r.Trees) != 1 || r.Trees[0].Profile != c.profile || r.OK() != (c.faults == "") || !strings.Contains(text, c.faults) {
				t.Errorf("kind %s\n%s", r.Kind, clip(text))
			}
		})
	}
}
