package tree

import (
	"testing"

	merkle "github.com/merkle-drop/merkle"
)

// Every leaf has an index of its own, also under nodes that are carried up; the proof and the depth alone give it.
func TestPathIndex_isOneAClaim(t *testing.T) {
	p := lookup(t, "1inch-signature-128-v1")
	for n := 1; n <= 70; n++ {
		tree := build(t, Spec{Profile: p, Order: OrderProfile}, someRows(t, merkle.EVM, uint64(n), n))
		seen := map[uint64]int{}
		for row := range n {
			index, ok := tree.Index(row)
			if other, twice := seen[index]; !ok || twice || index>>tree.Depth() != 0 {
				t.Fatalf("n=%d row %d: index %d, %v, that of row %d too", n, row, index, ok, other)
			}
			seen[index] = row
			proof, running, want := tree.Proof(row, nil), tree.Leaf(row), uint64(0)
			for i, e := range proof {
				if string(running[:16]) > string(e[:16]) {
					want += 1 << i
				}
				running = hashOf(refNode(&p, running[:16], e[:16]))
			}
			for range tree.Depth() - len(proof) {
				want *= 2
			}
			if index != want || running != tree.Root() {
				t.Fatalf("n=%d row %d: index %d, want %d", n, row, index, want)
			}
		}
	}
}

func TestPathIndex_refuses(t *testing.T) {
	p := lookup(t, "1inch-signature-128-v1")
	tree := build(t, Spec{Profile: p, Order: OrderProfile}, someRows(t, merkle.EVM, 1, 9))
	leaf, proof := tree.Leaf(0), tree.Proof(0, nil)
	wide := leaf
	wide[16] = 1
	positional, grouped := p, p
	positional.Pair, grouped.Grouping = PairPositional, GroupingShard+"2"
	for name, got := range map[string]func() (uint64, bool){
		"a proof longer than the tree is deep": func() (uint64, bool) { return PathIndex(&p, leaf, proof, len(proof)-1) },
		"more levels than bits":                func() (uint64, bool) { return PathIndex(&p, leaf, proof, 65) },
		"a hash too wide":                      func() (uint64, bool) { return PathIndex(&p, wide, proof, len(proof)) },
		"positional pairs":                     func() (uint64, bool) { return PathIndex(&positional, leaf, proof, len(proof)) },
		"a grouped tree":                       func() (uint64, bool) { return PathIndex(&grouped, leaf, proof, len(proof)) },
	} {
		if index, ok := got(); ok {
			t.Errorf("%s: %d", name, index)
		}
	}
	q := groupings(t)["shard-2/heap/sorted"]
	if _, ok := build(t, Spec{Profile: q, Order: OrderProfile}, groupedRows(t, 1, 20)).Index(0); ok {
		t.Error("a grouped tree has an index")
	}
}
