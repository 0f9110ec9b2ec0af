package tree

import (
	"bytes"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/tree/internal/layer"
)

// folder hashes a running node with the entries of a proof.
type folder struct {
	h      *layer.Hasher
	prefix []byte
	sorted bool
}

func newFolder(p *Profile) folder {
	return folder{h: layer.New(p.alg(), p.Width), prefix: p.NodePrefix, sorted: p.Pair == PairSorted}
}

// fold replaces running by the node above it. Both are Width bytes.
func (f *folder) fold(running, sibling []byte, right bool) {
	a, b := running, sibling
	if f.sorted && bytes.Compare(a, b) > 0 || !f.sorted && right {
		a, b = b, a
	}
	f.h.Sum(running, f.prefix, a, b)
}

// Verify folds a proof from leaf to root as the contract does and reports whether it ends at root. With positional
// pairs bit j of position says whether the running hash is the right child at entry j (see Tree.Sides), and a position
// beyond the proof's length is refused; with sorted pairs position is not used. Bytes beyond Width must be zero.
//
// True says that the root was built over a node equal to leaf. That the node is a leaf and not an inner node follows from the profile's
// leaf rule, so p must be valid and leaf computed from the claim's values.
func Verify(p *Profile, leaf merkle.Hash, position int, proof []merkle.Hash, root merkle.Hash) bool {
	w := p.Width
	if w < 1 || w > 32 || len(proof) > 62 {
		return false
	}
	wide := func(h *merkle.Hash) bool { return bytes.Count(h[w:], []byte{0}) != 32-w }
	if wide(&leaf) || wide(&root) || p.Pair == PairPositional && (position < 0 || position>>len(proof) != 0) {
		return false
	}
	f := newFolder(p)
	running := leaf[:w]
	for j := range proof {
		if wide(&proof[j]) {
			return false
		}
		f.fold(running, proof[j][:w], position>>j&1 == 1)
	}
	return leaf == root
}
