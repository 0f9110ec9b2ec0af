package export

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/merkle-drop/merkle/tree"
)

// TestFind_everyParameter publishes trees of profiles that no entry of the catalogue has: the reader goes by the parameters
// in the manifest, so a later release's profiles are readable today.
func TestFind_everyParameter(t *testing.T) {
	base, err := tree.Lookup("oz-standard-v1")
	if err != nil {
		t.Fatal(err)
	}
	base.Name, base.AnyFields, base.Note = "sample-anything-v1", false, "a test"
	run := 0
	for _, shape := range []tree.Shape{tree.Heap, tree.Promote, tree.Duplicate, tree.PadPow2, tree.ZeroSibling, tree.EmptySibling} {
		for _, pair := range []string{tree.PairSorted, tree.PairPositional} {
			for _, width := range []int{32, 20} {
				p := base
				p.Shape, p.Pair, p.Width, p.Order = shape, pair, width, tree.OrderInput
				p.NodePrefix, p.LeafPrefixes = []byte{1, 2}, [][]byte{{}, {0}}
				if shape == tree.PadPow2 || shape == tree.ZeroSibling || shape == tree.EmptySibling {
					p.Pad = make([]byte, width)
				}
				if shape == tree.EmptySibling {
					p.Hash = tree.HashSHA256
					p.Pad = fmt.Append(nil, "not the hash of nothing, but fixed")[:width]
				}
				if err := p.Validate(); err != nil {
					t.Logf("%s %s %d: %v", shape, pair, width, err)
					continue
				}
				for _, n := range []int{1, 2, 3, 6, 11} {
					for _, order := range []tree.Order{tree.OrderAccount, tree.OrderInput} {
						checkParameters(t, p, n, order)
						run++
					}
				}
			}
		}
	}
	if run < 150 {
		t.Errorf("only %d combinations are valid", run)
	}
}

func checkParameters(t *testing.T, p tree.Profile, n int, order tree.Order) {
	t.Helper()
	s := sample{profile: "oz-standard-v1", order: string(order), proofs: "inline", shard: 4, tokens: 1, claims: n}
	layouts := []string{LayoutInline}
	if order == tree.OrderAccount {
		layouts = append(layouts, LayoutSubtree)
	}
	a := s.allocation(t)
	trees, err := Trees(context.Background(), a, Options{})
	if err != nil {
		t.Fatal(err)
	}
	trees[0].Tree, err = tree.Build(context.Background(), tree.Spec{Profile: p, Order: order}, trees[0].Tree.Rows())
	if err != nil {
		t.Fatal(err)
	}
	for _, layout := range layouts {
		a.Campaign.Publish.Proofs = layout
		dir := filepath.Join(t.TempDir(), "out")
		if _, err := Write(context.Background(), dir, a, trees, Options{noSync: true}); err != nil {
			t.Fatal(err)
		}
		r, err := Open(os.DirFS(dir))
		if err != nil {
			t.Fatalf("%s %s n=%d: %v", p.Shape, p.Pair, n, err)
		}
		for i := range n {
			row := slices.Index(trees[0].Tree.Rows().Accounts, s.account(i)) // rows may stand in another order than claims
			got, err := r.Find(s.account(i))
			if err != nil || len(got) != 1 {
				t.Fatalf("%s %s width %d, %d claims in %s order, %s: row %d: %v, %v", p.Shape, p.Pair, p.Width, n, order, layout, row, got, err)
			}
			if got[0].Leaf != trees[0].Tree.Leaf(row) || !slices.Equal(got[0].Proof, trees[0].Tree.Proof(row, nil)) {
				t.Fatalf("%s %s width %d, %d claims in %s order, %s: row %d: another proof", p.Shape, p.Pair, p.Width, n, order, layout, row)
			}
			if sides := sidesOf(p.Shape, n, trees[0].Tree.Position(row)); sides != trees[0].Tree.Sides(row) {
				t.Fatalf("%s, %d leaves: row %d has sides %b, want %b", p.Shape, n, row, sides, trees[0].Tree.Sides(row))
			}
		}
	}
}

func TestWrite_refusesPositionalPairsWithoutPositions(t *testing.T) {
	s := sample{profile: "oz-standard-v1", order: "leaf-hash", proofs: "inline", shard: 4, tokens: 1, claims: 5}
	a := s.allocation(t)
	trees, err := Trees(context.Background(), a, Options{})
	if err != nil {
		t.Fatal(err)
	}
	p := *trees[0].Tree.Profile()
	p.Pair, p.Note = tree.PairPositional, "a test"
	if trees[0].Tree, err = tree.Build(context.Background(), tree.Spec{Profile: p, Order: tree.OrderLeafHash}, trees[0].Tree.Rows()); err != nil {
		t.Fatal(err)
	}
	if _, err := Write(context.Background(), filepath.Join(t.TempDir(), "out"), a, trees, Options{}); err == nil || !strings.Contains(err.Error(), "cannot be published") {
		t.Errorf("got %v", err)
	}
}
