package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// publishedList is a list as somebody published it, and the root that it must give.
type publishedList struct {
	file, profile, root string
	leaves              int
	flags               []string
	said                string // part of the messages; empty: not asked for
}

const (
	safeEcosystem = "--constant=verifyingContract=0x29067F28306419923BCfF96E37F95E0f58ABdBBe"
	safeInvestors = "--constant=verifyingContract=0x96B71e2551915d98d22c448b040A3BC4801eA4ff"
	poolRoot      = "0xd0efdfaf3f46b5aad83e628951bf1dc7f60c95f8ef00c6b867c88917246b44dd"
	driftRoot     = "0xac383e78cff27bcccf9725373931e4a64c1813024f2370c59260b3d7551da714"
	ensRoot       = "0xf4ee7e270b86a22c265f8738c1fa0ebda41ef906f761892025bbebb70fe5e8ea"
)

var publishedLists = []publishedList{
	{"ionx/ionx-merkle-root.json", "uniswap-v1", "0x58756dddb7c90cd6eb82cde8dea667eb364056f52d18d437838a26afd2accce0", 865, nil, "states this root"},
	{"aave-rescue/aaveRescueMap.json", "uniswap-v1", "0x46cf998dfa113fd51bc43bf8931a5b20d45a75471dde5df7b06654e94333a463", 153, nil, "not read: txns, label"},
	{"aave-rescue/aaveRescueMerkleTree.json", "uniswap-v1", "0x46cf998dfa113fd51bc43bf8931a5b20d45a75471dde5df7b06654e94333a463", 153, nil, "states this root"},
	{"aave-rescue/stkAaveRescueMap.json", "uniswap-v1", "0x71d2b70cb25ea6bbdc276c4b4b9f209c53131d652f962b4d5f6d89fe5a1c6760", 2, nil, ""},
	{"aave-rescue/uniRescueMap.json", "uniswap-v1", "0x0d02ecdaab34b26ed6ffa029ffa15bc377852ba0dc0e2ce18927d554ea3d939e", 3, nil, ""},
	{"aave-rescue/usdtRescueMap.json", "uniswap-v1", "0xc7ee13da36bc0398f570e2c50daea6d04645f112371489486655d566c141c156", 1, nil, ""},
	{"pooltogether/bq-results-20210202-094742-fvr9ifm390n3.json", "uniswap-v1", poolRoot, 17072, nil, ""},
	{"ens-ep2/ep2-airdrop.json", "ens-v1", ensRoot, 2015, nil, `"0x0000000000000000000000000000000000000001": an EVM precompile`},
	{"threshold/2025-08-01/MerkleInputTotalRewards.json", "threshold-v1", "0x2f1033ee00ea27265a9ae8bf1e8e6b3e1741509f52b58bfe4ed75edc47f70b91", 303, nil, ""},
	{"threshold/2025-08-01/MerkleDist.json", "threshold-v1", "0x2f1033ee00ea27265a9ae8bf1e8e6b3e1741509f52b58bfe4ed75edc47f70b91", 303, nil, "states this root"},
	{"threshold/2025-09-01/MerkleInputTotalRewards.json", "threshold-v1", "0xb507ee578ed74eec70b511a841445ee19305f77bc2114ac878ced88c947fc616", 303, nil, ""},
	{"convex-eps/user_eps_final.json", "text-v1", "0x9064fc2b8db1e4e4771c6bd1c3f03269c21764516e412fd1a6855ec6a4120440", 3002, nil, ""},
	{"rocketpool/rp-rewards-mainnet-0.json", "rocketpool-v1", "0xb839fa0f5842bf3c8f19091361889fb0f1cb399d64b8da476d372b7de7a93463", 1352, nil, "states this root"},
	{"rocketpool/rp-rewards-mainnet-45.json", "rocketpool-v1", "0x97dc8f589c86c3650a96568ab05c08a9e160aec7eb405e35ec2e62c6e1af559c", 1632, nil, "states this root"},
	{"safe/ecosystem_airdrop.csv", "safe-vesting-v1", "0xee004639ebb0a79986f416ad7d17dd736a8240fc1b90c844d2076e715098ea01", 147, []string{"--constant=chainId=1", safeEcosystem}, ""},
	{"lisk-devnet/merkle-leaves.json", "oz-standard-v1", "0xdc571e661d62e03d332fa54e48971c20bd0b4f394006262b0d5931a6ba1e1979", 54, nil, "read as lisk"},
	{"jupiter/merkle_tree.json", "jito-v1", "0xc8545cf22d8a4d60b91820a51cd6a88a5da211b76e148c620844d757720837ee", 3, nil, "states this root"},
	{"jupiter/merkle_tree_test_csv.json", "jito-v1", "0x264791c62073526e00b0bbb9e853dd51e8c30cf4ef76a36dfed3a4936b51da5b", 100, nil, "states this root"},
	{"drift-devnet/0-USDC.csv", "jito-v1", driftRoot, 19, []string{"--decimals", "0"}, "off the ed25519 curve"},
	{"drift-devnet/0-USDC.csv", "jito-v1", driftRoot, 19, []string{"--unit", "base", "--allow", "off-curve"}, "read as csv-jupiter"},
	{"drift-devnet/0-USDC.tree.json", "jito-v1", driftRoot, 19, nil, "states this root"},
}

// realFile is a file of the folder of published lists, which is not part of this repository.
func realFile(t *testing.T, name string) string {
	t.Helper()
	file := filepath.Join(fixtures, "..", "..", "shared", "real", filepath.FromSlash(name))
	if _, err := os.Stat(file); err != nil {
		t.Skipf("published lists are not beside the checkout: %v", err)
	}
	return file
}

func TestTree_publishedLists(t *testing.T) {
	for _, c := range publishedLists {
		t.Run(c.file+" "+strings.Join(c.flags, " "), func(t *testing.T) {
			doc, said, code := treeOf(t, append([]string{realFile(t, c.file), "--profile", c.profile}, c.flags...)...)
			if code != exitDone || doc.Root != c.root || doc.Leaves != c.leaves {
				t.Errorf("exit status %d, %d leaves, root %s, want %d, %s\n%s", code, doc.Leaves, doc.Root, c.leaves, c.root, said)
			}
			if !strings.Contains(said, c.said) {
				t.Errorf("messages:\n%s\nwant %s", said, c.said)
			}
			n := 0
			for _, k := range doc.Accounts {
				n += k
			}
			if n != doc.Leaves && c.profile != "oz-standard-v1" { // whose leaf names its account otherwise
				t.Errorf("%d accounts counted of %d", n, doc.Leaves)
			}
		})
	}
}

// Every token of the file has its own tree; one key ends with a blank.
func TestTree_publishedBalances(t *testing.T) {
	text, err := os.ReadFile(realFile(t, "fei/roots.json"))
	if err != nil {
		t.Fatal(err)
	}
	var roots map[string]string
	if err := json.Unmarshal(text, &roots); err != nil {
		t.Fatal(err)
	}
	if len(roots) != 20 {
		t.Errorf("%d tokens", len(roots))
	}
	merged := realFile(t, "fei/mergedBalances.json")
	for token, root := range roots {
		if doc, said, code := treeOf(t, merged, "--profile", "address-amount-packed-v1", "--key", token); code != exitDone || doc.Root != root {
			t.Errorf("%s: exit status %d, root %s, want %s\n%s", token, code, doc.Root, root, said)
		}
	}
	if _, said, code := treeOf(t, merged, "--profile", "address-amount-packed-v1"); code != exitRefused || !strings.Contains(said, "--key TOKEN") {
		t.Errorf("without a token: exit status %d\n%s", code, said)
	}
	test := realFile(t, "fei/testBalances.json")
	args := []string{test, "--profile", "address-amount-packed-v1", "--key", "0xbb025d470162cc5ea24daf7d4566064ee7f5f111"}
	if _, said, code := treeOf(t, args...); code != exitRefused || !strings.Contains(said, `"line":3,"col":9,"field":"account"`) || !strings.Contains(said, "--allow blank") {
		t.Errorf("a key with a blank: exit status %d\n%s", code, said)
	}
	if doc, said, code := treeOf(t, append(args, "--allow", "blank")...); code != exitDone || doc.Leaves != 2 {
		t.Errorf("a key with a blank that is allowed: exit status %d, %d leaves\n%s", code, doc.Leaves, said)
	}
}

// A stated vestingId is the leaf.
func TestTree_publishedVestings(t *testing.T) {
	list := realFile(t, "safe/investor_vestings.csv")
	text, err := os.ReadFile(list)
	if err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), "proofs.json")
	doc, said, code := treeOf(t, list, "--profile", "safe-vesting-v1", "--constant", "chainId=1", safeInvestors, "-o", out)
	if code != exitDone || doc.Leaves != 70 {
		t.Fatalf("exit status %d\n%s", code, said)
	}
	written, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	var proofs struct{ Claims []struct{ Leaf string } }
	if err := json.Unmarshal(written, &proofs); err != nil {
		t.Fatal(err)
	}
	rows := strings.Split(strings.TrimSpace(string(text)), "\n")[1:]
	for i, row := range rows {
		if id, _, _ := strings.Cut(row, ","); id != proofs.Claims[i].Leaf {
			t.Errorf("row %d: leaf %s, stated %s", i, proofs.Claims[i].Leaf, id)
		}
	}
	boosted := realFile(t, "safe/sap_boosted_airdrop.csv")
	if doc, said, code := treeOf(t, boosted, "--profile", "safe-vesting-v1", "--constant", "chainId=1", safeInvestors); code != exitDone || doc.Leaves != 656 ||
		!strings.Contains(said, "1 rows are of an account that is there already, each to be paid: 0xA77DE01e157f9f57C7c4A326eeE9C4874D0598b6 is at "+boosted+":2:1 and "+boosted+":") {
		t.Errorf("exit status %d, %d leaves\n%s", code, doc.Leaves, said)
	}
	if _, said, code := treeOf(t, list, "--profile", "safe-vesting-v1"); code != exitUsage || !strings.Contains(said, "--constant chainId=VALUE --constant verifyingContract=VALUE") {
		t.Errorf("without the contract: exit status %d\n%s", code, said)
	}
}

// Digits that the mint has not: refused, or cut as Jupiter's generator does, and then told.
func TestTree_publishedExcess(t *testing.T) {
	list := realFile(t, "jupiter/test_csv_decimal.csv")
	if _, said, code := treeOf(t, list, "--profile", "jito-v1", "--decimals", "6"); code != exitRefused || strings.Count(said, "--excess cut") != 6 {
		t.Errorf("exit status %d\n%s", code, said)
	}
	doc, said, code := treeOf(t, list, "--profile", "jito-v1", "--decimals", "6", "--excess", "cut")
	if code != exitDone || doc.Total != "4524740736" || !strings.Contains(said, "cut off 6 amounts: 4.68 base units in all") {
		t.Errorf("exit status %d, total %s\n%s", code, doc.Total, said)
	}
	whole, _, _ := treeOf(t, realFile(t, "jupiter/test_csv.csv"), "--profile", "jito-v1", "--decimals", "6")
	if whole.Total != "4560000000" {
		t.Errorf("total %s", whole.Total)
	}
	if _, said, code := treeOf(t, realFile(t, "jupiter/test_csv.csv"), "--profile", "jito-v1"); code != exitRefused || !strings.Contains(said, "--decimals N") {
		t.Errorf("whole tokens without decimals: exit status %d\n%s", code, said)
	}
}
