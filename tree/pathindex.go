package tree

import (
	"bytes"

	merkle "github.com/merkle-drop/merkle"
)

// Index is the claim index of a row: the leaf's index field, or for IndexPath what PathIndex says. It is false for profiles without an
// index.
func (t *Tree) Index(row int) (index uint64, ok bool) {
	switch {
	case t.enc.index != nil:
		return t.enc.index[row], true
	case t.spec.Profile.Index == IndexPath:
		return t.PathIndex(row)
	}
	return 0, false
}

// PathIndex is what the function PathIndex gives for the proof of a row; false where that is false.
func (t *Tree) PathIndex(row int) (index uint64, ok bool) {
	return PathIndex(&t.spec.Profile, t.Leaf(row), t.Proof(row, nil), t.Depth())
}

// PathIndex is the number that a contract of IndexPath reads from a proof in a tree of the given depth and marks as claimed: bit i is 1 when the
// running hash is the larger at entry i, and all is shifted left by depth minus the length of the proof, so that leaves under nodes carried up have
// numbers of their own. It is false for positional pairs, whose sides are the position, for grouped trees, for a proof longer than the
// depth and for a depth above 64.
func PathIndex(p *Profile, leaf merkle.Hash, proof []merkle.Hash, depth int) (index uint64, ok bool) {
	if p.Pair != PairSorted || p.Grouped() || len(proof) > depth || depth > 64 || !p.holds(leaf) || !p.holds(proof...) {
		return 0, false
	}
	f, w := newFolder(p), p.Width
	for i := range proof {
		if bytes.Compare(leaf[:w], proof[i][:w]) > 0 {
			index |= 1 << i
		}
		f.fold(leaf[:w], proof[i][:w], false)
	}
	return index << (depth - len(proof)), true
}
