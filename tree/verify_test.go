package tree

import (
	"fmt"
	"slices"
	"testing"

	merkle "github.com/merkle-drop/merkle"
)

func TestVerify_everyBitMatters(t *testing.T) {
	for name, p := range variants(t) {
		tree := build(t, Spec{Profile: p, Order: OrderInput}, someRows(t, p.Accounts, 4, 11))
		for row := range 11 {
			leaf, root, sides := tree.Leaf(row), tree.Root(), tree.Sides(row)
			proof := tree.Proof(row, nil)
			flip := func(h *merkle.Hash, what string) {
				for bit := range 256 {
					h[bit/8] ^= 1 << (bit % 8)
					if Verify(&p, leaf, sides, proof, root) {
						t.Fatalf("%s row %d: %s bit %d does not matter", name, row, what, bit)
					}
					h[bit/8] ^= 1 << (bit % 8)
				}
			}
			flip(&leaf, "leaf")
			flip(&root, "root")
			for j := range proof {
				flip(&proof[j], fmt.Sprintf("entry %d", j))
			}
			if len(proof) > 0 && (Verify(&p, leaf, sides, proof[1:], root) || Verify(&p, leaf, sides, proof[:len(proof)-1], root)) {
				t.Errorf("%s row %d: a shortened proof is accepted", name, row)
			}
			if Verify(&p, leaf, sides, append(slices.Clone(proof), root), root) {
				t.Errorf("%s row %d: a lengthened proof is accepted", name, row)
			}
			for other := range 11 {
				if other != row && Verify(&p, leaf, tree.Sides(other), tree.Proof(other, nil), root) {
					t.Errorf("%s: the proof of row %d takes the leaf of row %d", name, other, row)
				}
			}
			if p.Pair == PairPositional {
				for bit := range len(proof) + 1 {
					same := bit < len(proof) && p.Shape == Duplicate && proof[bit] == runningAt(&p, leaf, sides, proof[:bit])
					if !same && Verify(&p, leaf, sides^1<<bit, proof, root) {
						t.Errorf("%s row %d: side %d does not matter", name, row, bit)
					}
				}
			}
		}
	}
}

// runningAt is the node that the proof has led to.
func runningAt(p *Profile, leaf merkle.Hash, sides int, proof []merkle.Hash) merkle.Hash {
	for j, s := range proof {
		a, b := leaf[:p.Width], s[:p.Width]
		if sides>>j&1 == 1 {
			a, b = b, a
		}
		copy(leaf[:], refNode(p, a, b))
	}
	return leaf
}

func TestProof_allocatesNothing(t *testing.T) {
	for p := range Profiles() {
		s, r := sample(t, p, 1, 1000)
		tree := build(t, s, r)
		proof := make([]merkle.Hash, 0, 64)
		row := 0
		if n := testing.AllocsPerRun(1000, func() {
			proof = tree.Proof(row%1000, proof)
			row++
		}); n > 0 {
			t.Errorf("%s: %v allocations a proof", p.Name, n)
		}
	}
}
