package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// treeOf runs `merkle tree` and returns what it prints as JSON, its messages and the exit status.
func treeOf(t *testing.T, args ...string) (doc listDoc, said string, code int) {
	t.Helper()
	var out, errw bytes.Buffer
	code = runIn(t, &out, &errw, append([]string{"tree", "--json"}, args...)...)
	if code == exitDone {
		if err := json.Unmarshal(out.Bytes(), &doc); err != nil {
			t.Fatal(err)
		}
	}
	return doc, errw.String(), code
}

// write puts text in a file of that name in a folder of its own.
func write(t *testing.T, name string, text []byte) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, text, 0o644); err != nil {
		t.Fatal(err)
	}
	return file
}

// peerFiles are the members of the outside vectors that are whole files of another tool, with what `merkle tree` is told.
var peerFiles = []struct {
	prefix, member, name, profile string
	flags                         []string
}{
	{"uniswap-v1-n", "input", "input.json", "uniswap-v1", nil},
	{"uniswap-v1-n", "claimFile", "claims.json", "uniswap-v1", nil},
	{"uniswap-oldformat-hex-trap", "input", "input.json", "uniswap-v1", []string{"--amounts", "hex"}},
	{"uniswap-oldformat-hex-trap", "output", "claims.json", "uniswap-v1", nil},
	{"uniswap-oldformat-number", "input", "input.json", "uniswap-v1", nil},
	{"uniswap-oldformat-number", "output", "claims.json", "uniswap-v1", nil},
	{"oz-standard-address-uint256-n", "dump", "dump.json", "oz-standard-v1", nil},
	{"oz-standard-unsorted", "dump", "dump.json", "oz-standard-v1", []string{"--order", "input"}},
	{"oz-standard-duplicate", "dump", "dump.json", "oz-standard-v1", []string{"--allow", "duplicate"}},
	{"oz-simple-n5", "dump", "dump.json", "oz-simple-v1", nil},
	{"sablier-airdrop", "inputCsv", "list.csv", "sablier-v1", []string{"--decimals", "6"}},
	{"sablier-airdrop", "campaignJson", "campaign.json", "sablier-v1", nil},
	{"morpho-urd", "dump", "dump.json", "morpho-urd-v1", nil},
	{"morpho-urd", "urdJson", "rewards.json", "morpho-urd-v1", nil},
	{"lido-csm-fees", "dump", "dump.json", "lido-csm-v1", nil},
	{"lido-csm-fees", "dump", "dump.json", "oz-standard-v1", nil},
	{"merkl-sdk", "input", "rewards.json", "merkl-sdk-v1", nil},
	{"merkl-dispute", "input", "rewards.json", "merkl-v1", nil},
	{"eigenlayer-e", "input", "input.json", "eigenlayer-v1", nil},
	{"eigenlayer-e1t1", "distributionJSON", "distribution.json", "eigenlayer-v1", nil},
	{"thirdweb-sharded-v1", "input", "snapshot.json", "thirdweb-drop-v1", []string{"--decimals", "18"}},
	{"thirdweb-sharded-v2", "input", "snapshot.json", "thirdweb-drop-v1", []string{"--decimals", "18"}},
	{"tokensoft-indexed", "input", "input.json", "tokensoft-v1", nil},
	{"tokensoft-indexed", "output", "claims.json", "tokensoft-v1", nil},
	{"tokensoft-per-address-continuous", "input", "input.json", "tokensoft-v1", nil},
	{"tokensoft-per-address-continuous", "output", "claims.json", "tokensoft-continuous-v1", nil},
	{"1inch-cumulative-n", "leaves", "leaves.json", "address-amount-packed-v1", nil},
	{"1inch-cumulative128", "leaves", "leaves.json", "1inch-128-v1", nil},
	{"murky-n", "leaves", "leaves.json", "murky-v1", []string{"--key", "leaves"}},
}

func TestTree_filesOfOtherTools(t *testing.T) {
	var file struct{ Vectors []map[string]json.RawMessage }
	readVectors(t, "evm.json", &file)
	ran := map[string]bool{}
	for _, v := range file.Vectors {
		var id, root string
		if err := json.Unmarshal(v["id"], &id); err != nil {
			t.Fatal(err)
		}
		for _, p := range peerFiles {
			text, there := v[p.member]
			if !there || !strings.HasPrefix(id, p.prefix) || strings.Contains(id, "custom") {
				continue
			}
			if p.member == "leaves" && p.profile == "murky-v1" {
				text = []byte(`{"values":` + string(valuesOf(t, text)) + `}`)
				p.flags = []string{"--key", "values"}
			}
			if p.member == "inputCsv" {
				var csv string
				if err := json.Unmarshal(text, &csv); err != nil {
					t.Fatal(err)
				}
				text = []byte(csv)
			}
			if raw, ok := v["root"]; ok {
				if err := json.Unmarshal(raw, &root); err != nil {
					t.Fatal(err)
				}
			} else {
				var out struct{ MerkleRoot string }
				if err := json.Unmarshal(v["output"], &out); err != nil {
					t.Fatal(err)
				}
				root = out.MerkleRoot
			}
			ran[p.prefix+p.member] = true
			t.Run(id+"/"+p.member+"/"+p.profile, func(t *testing.T) {
				args := append([]string{write(t, p.name, text), "--profile", p.profile, "--accounts", "refuse"}, p.flags...)
				doc, said, code := treeOf(t, args...)
				if code != exitDone || doc.Root != root {
					t.Errorf("exit status %d, root %s, want %s\n%s", code, doc.Root, root, said)
				}
			})
		}
	}
	for _, p := range peerFiles {
		if !ran[p.prefix+p.member] && p.prefix != "thirdweb-sharded-v2" { // which not every set of vectors has
			t.Errorf("no vector %s has a member %s", p.prefix, p.member)
		}
	}
}

// valuesOf are the values of an array of {value, …}.
func valuesOf(t *testing.T, text json.RawMessage) []byte {
	t.Helper()
	var leaves []struct{ Value json.RawMessage }
	if err := json.Unmarshal(text, &leaves); err != nil {
		t.Fatal(err)
	}
	var values []json.RawMessage
	for _, l := range leaves {
		values = append(values, l.Value)
	}
	out, err := json.Marshal(values)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// Shards are lists too: all entries of a sharded tree, gathered, give its root.
func TestTree_thirdwebShards(t *testing.T) {
	var file struct{ Vectors []map[string]json.RawMessage }
	readVectors(t, "evm.json", &file)
	n := 0
	for _, v := range file.Vectors {
		if !strings.Contains(string(v["id"]), "thirdweb-sharded-v1") {
			continue
		}
		var shards map[string]struct{ Entries []json.RawMessage }
		var info struct {
			MerkleRoot    string
			TokenDecimals int
		}
		if err := json.Unmarshal(v["shardFiles"], &shards); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(v["info"], &info); err != nil {
			t.Fatal(err)
		}
		var entries []json.RawMessage
		for _, s := range shards {
			entries = append(entries, s.Entries...)
		}
		text, err := json.Marshal(map[string]any{"proofs": []string{}, "entries": entries})
		if err != nil {
			t.Fatal(err)
		}
		list := write(t, "entries.json", text)
		if doc, said, code := treeOf(t, list, "--profile", "thirdweb-drop-v1", "--decimals", "18"); code != exitDone || doc.Root != info.MerkleRoot || doc.Total != "" {
			t.Errorf("exit status %d, root %s, total %q, want %s\n%s", code, doc.Root, doc.Total, info.MerkleRoot, said)
		}
		if _, said, code := treeOf(t, list, "--profile", "thirdweb-drop-v1"); code != exitRefused || !strings.Contains(said, "--decimals") {
			t.Errorf("without decimals: exit status %d\n%s", code, said)
		}
		n++
	}
	if n == 0 {
		t.Error("no vector of thirdweb's shards")
	}
}

func TestTree_solanaFilesOfOtherTools(t *testing.T) {
	var file struct {
		Profiles map[string]struct {
			Cases []struct {
				Root       string
				InputOrder json.RawMessage `json:"input_order"`
				Claims     json.RawMessage
			}
		}
	}
	readVectors(t, "solana.json", &file)
	for name, profile := range map[string]string{
		"jito-distributor": "jito-v1", "jupiter-ts-test-tree": "jupiter-ts-v1", "saber-distributor": "saber-v1", "mpl-distro": "mpl-distro-v1",
		"pyth-wormhole-token-dispenser": "pyth-v1",
	} {
		cases := file.Profiles[name].Cases
		if len(cases) < 4 {
			t.Errorf("%s: %d cases", name, len(cases))
		}
		for _, c := range cases {
			for _, text := range []json.RawMessage{c.InputOrder, c.Claims} {
				if text == nil {
					continue
				}
				doc, said, code := treeOf(t, write(t, "list.json", text), "--profile", profile, "--allow", "total")
				if code != exitDone || doc.Root != "0x"+c.Root {
					t.Errorf("%s: exit status %d, root %s, want %s\n%s", name, code, doc.Root, c.Root, said)
				}
			}
		}
	}
}
