package verify

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"math/bits"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// settled is a profile of the table with its choices made, and constants for it.
func settled(t testing.TB, name string) (*profile, *leafRule) {
	t.Helper()
	p := profileByName(name)
	p.resolve([]field{{name: "account", typ: "address"}, {name: "amount", typ: "uint256"}}, "", nil)
	constants := map[string]string{"chainId": "1", "verifyingContract": "0x00000000219ab540356cbb839cbe05303d7705fa", "distributor": "0x00000000219ab540356cbb839cbe05303d7705fa",
		"curveType": "0", "managed": "false"}
	r, err := newLeafRuleFor(p, constants)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return p, r
}

// syntheticCell is a value of a field in a row of synthetic rows; few accounts and tokens, so that they repeat.
func syntheticCell(f field, i, accounts int) string {
	d := sha256.Sum256([]byte(fmt.Sprint(f.name, " ", i)))
	if f.source == "account" {
		d = sha256.Sum256([]byte(fmt.Sprint("account ", i%accounts)))
	}
	switch f.typ {
	case "address":
		return hex0x(d[:20])
	case "bytes16":
		return hex0x(d[:16])
	case "bytes32":
		return hex0x(d[:])
	case "pubkey", "identity":
		return base58(d[:])
	case "ecosystem":
		return "solana"
	case "bool":
		return "true"
	case "abi((uint128,uint128)[])":
		return fmt.Sprintf("[[%d,%d]]", i, i+1)
	}
	return strconv.Itoa(1 + i%60000)
}

func syntheticRows(t testing.TB, r *leafRule, n, accounts int) treeRows {
	t.Helper()
	cells := func(i int) []string {
		var out []string
		for _, f := range r.fields {
			out = append(out, syntheticCell(f, i, accounts))
		}
		return out
	}
	leaves, bad := r.hashRows(2, n, func(i int) ([]byte, []string) { return nil, cells(i) })
	if len(bad) > 0 {
		t.Fatal(r.name, bad[0])
	}
	raw := func(at int) func(i int) []byte {
		return func(i int) []byte {
			a := mustAccount(syntheticCell(r.fields[at], i, accounts))
			return a.bytes()
		}
	}
	rows := treeRows{leaves: leaves}
	if r.account >= 0 {
		rows.account = raw(r.account)
	}
	if r.token >= 0 {
		rows.token = raw(r.token)
	}
	return rows
}

// TestRebuild_everyProfile: of trees of any size, every proof leads to the root and no longer or shorter one does, positions are the places 0 … n−1, and the depth is
// the longest proof's.
func TestRebuild_everyProfile(t *testing.T) {
	for _, name := range profileNames() {
		p, r := settled(t, name)
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(rt *rapid.T) {
				n := rapid.IntRange(1, 70).Draw(rt, "n")
				accounts := rapid.IntRange(1, n).Draw(rt, "accounts")
				rows := syntheticRows(t, r, n, accounts)
				order := ""
				if r.grouping == "none" {
					order = rapid.SampledFrom([]string{"", "input", "leaf-hash"}).Draw(rt, "order")
				}
				tree, err := r.rebuild(order, rows)
				if err != nil {
					rt.Fatal(err)
				}
				s, longest := r.shaper(), 0
				seen := make([]bool, tree.leaves)
				for i := range n {
					proof, way := tree.proof(nil, i), tree.route(i)
					longest = max(longest, len(proof))
					var account []byte
					if rows.account != nil {
						account = rows.account(i)
					}
					if got := r.foldProof(s, rows.leaves[i], account, proof, way); got != tree.root {
						rt.Fatalf("row %d: proof leads to %x", i, got)
					}
					if len(way.sides) != len(proof) {
						rt.Fatalf("row %d: %d sides of %d entries", i, len(way.sides), len(proof))
					}
					if len(proof) > 0 && r.foldProof(s, rows.leaves[i], account, proof[:len(proof)-1], way) == tree.root {
						rt.Fatalf("row %d: a shorter proof is accepted", i)
					}
					if r.foldProof(s, rows.leaves[i], account, append(slices.Clone(proof), proof...), way) == tree.root && len(proof) > 0 {
						rt.Fatalf("row %d: a longer proof is accepted", i)
					}
					seen[tree.position(i)] = true
				}
				if longest != tree.depth || slices.Contains(seen, false) {
					rt.Fatalf("depth %d, longest proof %d, places %v", tree.depth, longest, seen)
				}
				if r.grouping == "two-level" { // ranks are what the contract reads the sides from
					for i := range n {
						way := tree.route(i)
						for j, right := range way.sides {
							index, at := tree.within(i), j
							if j >= way.inner {
								index, at = tree.rank(i), j-way.inner
							}
							if right != (index>>at&1 == 1) {
								rt.Fatalf("row %d, entry %d: right %v", i, j, right)
							}
						}
						m := 0
						for k := range n {
							m += btoi(bytes.Equal(rows.account(k), rows.account(i)))
						}
						if way.inner != bits.Len(uint(m-1)) {
							rt.Fatalf("row %d: %d inner entries of %d rows", i, way.inner, m)
						}
					}
				}
			})
			if r.width != p.width() {
				t.Errorf("width %d, want %d", r.width, p.width())
			}
		})
	}
}

// TestPathIndex: the indexes that 1inch's contract reads off the paths are different, and below 2^depth.
func TestPathIndex(t *testing.T) {
	_, r := settled(t, "1inch-signature-128-v1")
	for n := 1; n <= 70; n++ {
		rows := syntheticRows(t, r, n, n)
		tree, err := r.rebuild("", rows)
		if err != nil {
			t.Fatal(err)
		}
		s, seen := r.shaper(), map[uint64]bool{}
		for i := range n {
			index := r.pathIndex(s, rows.leaves[i], tree.proof(nil, i), tree.depth)
			if seen[index] || index>>tree.depth != 0 {
				t.Errorf("n %d, row %d: index %d, depth %d", n, i, index, tree.depth)
			}
			seen[index] = true
		}
	}
}

// TestForged64: a leaf of 64 bytes that is hashed once can be forged from any inner node. No profile of the table is of that kind, and a bundle that states one says
// other parameters than the profile of its name has.
func TestForged64(t *testing.T) {
	var file jmap
	readVectors(t, "evm.json", &file)
	ran := false
	for _, x := range file["vectors"].([]any) {
		v := x.(jmap)
		if !strings.HasPrefix(str(v["id"]), "negative-64-byte") {
			continue
		}
		ran = true
		p := profileByName("oz-standard-v1")
		p.resolve([]field{{name: "a", typ: "uint256"}, {name: "b", typ: "uint256"}}, "", nil)
		p.text["leafHashes"], p.leafPrefixes = "1", []string{"0x"}
		r, err := newLeafRuleFor(p, nil)
		if err != nil {
			t.Fatal(err)
		}
		var cells []string
		for _, c := range v["forgedValue"].([]any) {
			cells = append(cells, str(c))
		}
		leaf, err := r.leaf(newHasher(keccak), nil, cells)
		if err != nil || r.hashText(&leaf) != str(v["forgedLeafHash"]) {
			t.Errorf("forged leaf %x, %v", leaf, err)
		}
		root := r.foldProof(r.shaper(), leaf, nil, vectorDigests(t, v["forgedProof"]), route{})
		if r.hashText(&root) != str(v["root"]) {
			t.Errorf("the forged proof leads to %x", root)
		}
	}
	if !ran {
		t.Error("the vector is missing")
	}
	for _, name := range profileNames() {
		_, r := settled(t, name)
		if r.hashes != 1 || r.encoding != "abi" && r.encoding != "packed" && r.encoding != "le" {
			continue
		}
		rows := make([]string, len(r.fields))
		for i, f := range r.fields {
			rows[i] = syntheticCell(f, 1, 1)
		}
		pre, err := r.preimage(nil, nil, rows)
		if err != nil {
			t.Fatal(err)
		}
		if len(pre)+len(r.prefixes[0]) == 2*r.width+len(r.prefix) {
			t.Errorf("%s: a leaf has as many bytes as two children", name)
		}
	}
	for _, edit := range []func(v *value){
		func(v *value) { at(v, "leafHashes").text = "1" },
		func(v *value) {
			at(v, "leafHashes").text = "1"
			p := at(v, "leafPrefixes")
			p.items = p.items[:1]
		},
	} {
		b := sample{profile: "hedgey-v1", order: "account", layout: "subtree", n: 5, shard: 4, tokens: 1, inputs: "copy"}.bundle()
		change(b, manifestFile, func(v *value) { edit(at(v, "trees", 0, "profile")) })
		if r := check(t, b, Options{}); !slices.ContainsFunc(r.Findings, func(f Finding) bool { return f.Code == ProfileParameter }) {
			t.Errorf("a leaf of 64 bytes that is hashed once: %v", r.Findings)
		}
	}
}

// BenchmarkRebuild hashes and builds 100,000 rows: one tree, shards, two levels.
func BenchmarkRebuild(b *testing.B) {
	for _, name := range []string{"uniswap-v1", "thirdweb-drop-v1", "eigenlayer-v1"} {
		b.Run(name, func(b *testing.B) {
			const n = 100_000
			_, r := settled(b, name)
			cells, accounts, tokens := make([][]string, n), make([]account, n), make([]account, n)
			for i := range n {
				for _, f := range r.fields {
					cells[i] = append(cells[i], syntheticCell(f, i, n/2))
				}
				accounts[i] = mustAccount(cells[i][r.account])
				if r.token >= 0 {
					tokens[i] = mustAccount(cells[i][r.token])
				}
			}
			b.ReportAllocs()
			b.ResetTimer()
			for range b.N {
				leaves, bad := r.hashRows(2, n, func(i int) ([]byte, []string) { return accounts[i].bytes(), cells[i] })
				if len(bad) > 0 {
					b.Fatal(bad[0])
				}
				rows := treeRows{leaves, func(i int) []byte { return accounts[i].bytes() }, func(i int) []byte { return tokens[i].bytes() }, nil}
				if _, err := r.rebuild("", rows); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
