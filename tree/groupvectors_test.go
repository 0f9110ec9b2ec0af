package tree

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	merkle "github.com/merkle-drop/merkle"
)

// outside reads the vectors of one profile into a type of their own.
func outside[T any](t *testing.T, prefix string) (out []T) {
	t.Helper()
	var file struct{ Vectors []json.RawMessage }
	load(t, "evm.json", &file)
	for _, raw := range file.Vectors {
		head := decode[struct {
			ID, Error string
		}](t, raw)
		if strings.HasPrefix(head.ID, prefix) && head.Error == "" {
			out = append(out, decode[T](t, raw))
		}
	}
	if len(out) == 0 {
		t.Fatalf("no vector %s…", prefix)
	}
	return out
}

// The parts of an EigenLayer claim: indexes, the earner's root and both proofs.
func TestGroups_eigenLayer(t *testing.T) {
	type vector struct {
		ID, Root string
		Input    []struct{ Earner, Token, Amount string }
		Earners  []struct {
			Earner, EarnerTokenRoot, EarnerTreeProof, LeafHash string
			EarnerIndex                                        int
			Tokens                                             []struct {
				Token, CumulativeEarnings, LeafHash, LeafPreimage, TokenTreeProof string
				TokenIndex                                                        int
			}
		}
	}
	entries := func(flat string) (out []merkle.Hash) {
		for flat = strings.TrimPrefix(flat, "0x"); flat != ""; flat = flat[64:] {
			out = append(out, hash(t, flat[:64]))
		}
		return out
	}
	for _, v := range outside[vector](t, "eigenlayer-") {
		r := &Rows{}
		for _, in := range v.Input {
			r.Accounts, r.Tokens, r.Amounts = append(r.Accounts, account(t, in.Earner)), append(r.Tokens, account(t, in.Token)), append(r.Amounts, amount(t, in.Amount))
		}
		tree := build(t, Spec{Profile: lookup(t, "eigenlayer-v1"), Order: OrderProfile}, r)
		if tree.Root() != hash(t, v.Root) || tree.GroupCount() != len(v.Earners) {
			t.Fatalf("%s: root %s of %d earners", v.ID, tree.Root(), tree.GroupCount())
		}
		for i, g := range tree.Groups() {
			e := v.Earners[i]
			if g.Account != account(t, e.Earner) || g.Place != e.EarnerIndex || g.Root != hash(t, e.EarnerTokenRoot) || g.Leaf != hash(t, e.LeafHash) ||
				!slices.Equal(tree.GroupProof(i, nil), entries(e.EarnerTreeProof)) || g.Len != len(e.Tokens) {
				t.Errorf("%s: earner %d: %+v", v.ID, i, g)
			}
			for k, want := range e.Tokens {
				row := tree.Row(g.First + k)
				proof := tree.Proof(row, nil)
				if r.Tokens[row] != account(t, want.Token) || r.Amounts[row] != amount(t, want.CumulativeEarnings) || k != want.TokenIndex ||
					tree.Leaf(row) != hash(t, want.LeafHash) || !slices.Equal(proof[:tree.InnerLen(row)], entries(want.TokenTreeProof)) {
					t.Errorf("%s: earner %d token %d: row %d", v.ID, i, k, row)
				}
				if got := hexText(append([]byte{1}, tree.Preimage(nil, row)...)); got != want.LeafPreimage {
					t.Errorf("%s: earner %d token %d: pre-image %s", v.ID, i, k, got)
				}
			}
		}
	}
}

// The parts of a thirdweb shard file: its name, its accounts in list order, and the proof of its root.
func TestGroups_thirdweb(t *testing.T) {
	type vector struct {
		ID, Root   string
		Input      []struct{ Address string }
		ShardFiles map[string]struct {
			Proofs  []string
			Entries []struct{ Address string }
		}
		Leaves []struct {
			Address, MaxClaimable, LeafHash string
			Proof                           []string
		}
	}
	for _, v := range outside[vector](t, "thirdweb-sharded-v1") {
		r := &Rows{}
		for _, l := range v.Leaves {
			a := amount(t, "115792089237316195423570985008687907853269984665640564039457584007913129639935") // unlimited
			if l.MaxClaimable != "unlimited" {
				var err error
				if a, err = merkle.ParseTokens(l.MaxClaimable, 18); err != nil {
					t.Fatal(err)
				}
			}
			r.Accounts, r.Amounts = append(r.Accounts, account(t, l.Address)), append(r.Amounts, a)
		}
		tree := build(t, Spec{Profile: lookup(t, "thirdweb-drop-v1"), Order: OrderProfile}, r)
		var wants []want
		for _, l := range v.Leaves {
			wants = append(wants, want{leaf: l.LeafHash, proof: l.Proof, hasProof: true})
		}
		if tree.Root() != hash(t, v.Root) || tree.GroupCount() != len(v.ShardFiles) {
			t.Fatalf("%s: root %s, %d shards", v.ID, tree.Root(), tree.GroupCount())
		}
		for row, w := range wants {
			proof := tree.Proof(row, nil)
			if tree.Leaf(row) != hash(t, w.leaf) || !slices.EqualFunc(proof, w.proof, func(h merkle.Hash, s string) bool { return h == hash(t, s) }) || !tree.Proves(row, proof) {
				t.Errorf("%s row %d: %s %v", v.ID, row, tree.Leaf(row), proof)
			}
		}
		for i, g := range tree.Groups() {
			file, ok := v.ShardFiles[g.Key+".json"]
			if !ok || !slices.EqualFunc(tree.GroupProof(i, nil), file.Proofs, func(h merkle.Hash, s string) bool { return h == hash(t, s) }) {
				t.Errorf("%s: shard %q, proof %v", v.ID, g.Key, tree.GroupProof(i, nil))
			}
			for k, row := range tree.GroupRows(i) {
				if k >= len(file.Entries) || r.Accounts[row] != account(t, file.Entries[k].Address) {
					t.Errorf("%s: shard %q: entry %d is row %d", v.ID, g.Key, k, row)
				}
			}
		}
	}
}

// BenchmarkBuild_grouped has accounts of one to four tokens; a third of them begin with the same seven bits.
func BenchmarkBuild_grouped(b *testing.B) {
	for _, name := range []string{"thirdweb-drop-v1", "ens-v1", "eigenlayer-v1"} {
		for _, rows := range sizes(1e5, 1e6) {
			p := lookup(b, name)
			r := groupedRows(b, 1, rows)
			if !p.Has(SourceToken) {
				r = someRows(b, merkle.EVM, 1, rows)
			}
			b.Run(fmt.Sprintf("%s/n=%d", name, rows), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					build(b, Spec{Profile: p, Order: OrderProfile}, r)
				}
			})
		}
	}
}
