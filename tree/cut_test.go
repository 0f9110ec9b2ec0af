package tree

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"

	merkle "github.com/merkle-drop/merkle"
)

// In-shard proof and path are the proof, for every leaf, all sizes, shards and shapes; the subtree is rebuilt from its
// own rows alone, as a reader of a shard does.
func TestCut_pathsContinueTheShardsProofs(t *testing.T) {
	for name, p := range variants(t) {
		if p.Hash == HashKeccak256 && p.Encoding == EncodingPacked {
			continue // widths and prefixes of the other two bases are enough here
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rng := rand.New(rand.NewPCG(1, 2))
			for n := 1; n <= 130; n += sizeStep(n) {
				tree := build(t, Spec{Profile: p, Order: OrderAccount}, someRows(t, p.Accounts, uint64(n), n))
				done := map[int]bool{}
				for _, shard := range []int{2, 3, 4, 5, 8, 15, 16, 17, 32, 63, 64, 2 + rng.IntN(63)} {
					cut, subs, err := tree.Cut(shard)
					if err != nil {
						t.Fatal(err)
					}
					if !done[cut] || shard <= 5 {
						checkCut(t, tree, shard, cut, subs)
					}
					done[cut] = true
				}
			}
		})
	}
}

func checkCut(t *testing.T, tree *Tree, shard, cut int, subs []Subtree) {
	t.Helper()
	p, seen, both := tree.Profile(), make([]bool, tree.Len()), 0
	for i, sub := range subs {
		var leaves []byte
		var positions []int
		for _, run := range sub.Runs {
			for pos := run[0]; pos < run[1]; pos++ {
				if seen[pos] {
					t.Fatalf("n=%d shard %d: position %d is in two subtrees", tree.Len(), shard, pos)
				}
				seen[pos] = true
				positions = append(positions, pos)
				h := tree.Leaf(tree.Row(pos))
				leaves = append(leaves, h[:p.Width]...)
			}
		}
		if len(positions) == 0 || len(positions) > shard {
			t.Fatalf("n=%d shard %d: subtree %d holds %d leaves", tree.Len(), shard, i, len(positions))
		}
		if !slices.IsSorted(positions) {
			if both++; positions[0] != 0 || positions[len(positions)-1] != tree.Len()-1 {
				t.Fatalf("n=%d shard %d: subtree %d holds positions %v", tree.Len(), shard, i, positions)
			}
		}
		levels := cut
		if p.Shape == Heap {
			leaves = lay(leaves, nil, len(positions), p)
			levels = 0
		}
		small, err := newNodes(context.Background(), 1, p, leaves, nil, levels)
		if err != nil {
			t.Fatal(err)
		}
		for at, pos := range positions {
			var got []merkle.Hash
			small.path(at, func(s []byte, _ bool) {
				if s != nil {
					got = append(got, hashOf(s))
				}
			})
			for _, node := range sub.Path {
				if !node.None {
					got = append(got, node.Hash)
				}
			}
			if want := tree.Proof(tree.Row(pos), nil); !slices.Equal(got, want) {
				t.Fatalf("n=%d shard %d position %d: got %v, want %v", tree.Len(), shard, pos, got, want)
			}
		}
	}
	if at := slices.Index(seen, false); at >= 0 {
		t.Fatalf("n=%d shard %d: position %d is in no subtree", tree.Len(), shard, at)
	}
	if both > 1 {
		t.Fatalf("n=%d shard %d: %d subtrees hold leaves of two levels, want at most one", tree.Len(), shard, both)
	}
}

func hashOf(b []byte) (h merkle.Hash) {
	copy(h[:], b)
	return h
}

// A shard's rows built with Levels give the subtree's root: what a reader does with the public functions only.
func TestBuild_levelsOfAShard(t *testing.T) {
	for name, p := range variants(t) {
		if p.Pair == PairPositional {
			continue // sides of a path are not part of a Subtree
		}
		for _, n := range []int{1, 2, 3, 5, 37, 64, 129} {
			r := someRows(t, p.Accounts, 5, n)
			whole := build(t, Spec{Profile: p, Order: OrderAccount}, r)
			cut, subs, err := whole.Cut(8)
			if err != nil {
				t.Fatal(err)
			}
			for _, sub := range subs {
				part := &Rows{}
				if p.Has(SourceIndex) {
					part.Index = []uint64{}
				}
				var rows []int
				for _, run := range sub.Runs {
					for pos := run[0]; pos < run[1]; pos++ {
						row := whole.Row(pos)
						rows = append(rows, row)
						part.Accounts, part.Amounts = append(part.Accounts, r.Accounts[row]), append(part.Amounts, r.Amounts[row])
						if index, ok := whole.Index(row); ok {
							part.Index = append(part.Index, index)
						}
					}
				}
				small := build(t, Spec{Profile: p, Order: OrderInput, Levels: cut}, part)
				for i, row := range rows {
					proof := small.Proof(i, nil)
					for _, node := range sub.Path {
						if !node.None {
							proof = append(proof, node.Hash)
						}
					}
					if !Verify(&p, small.Leaf(i), 0, proof, whole.Root()) || !slices.Equal(proof, whole.Proof(row, nil)) {
						t.Fatalf("%s n=%d row %d: shard's proof is not the tree's", name, n, row)
					}
				}
			}
		}
	}
}
