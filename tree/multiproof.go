package tree

import (
	"errors"
	"fmt"
	"slices"

	merkle "github.com/merkle-drop/merkle"
)

// MultiProof is one proof of several leaves, in the form that OpenZeppelin's MerkleProof.multiProofVerify takes: a queue, at first
// the leaves, is emptied from its front; each flag takes one node off it and hashes that with the next of the queue (true) or of Proof
// (false), and what comes out goes to its end.
type MultiProof struct {
	Rows   []int         // the rows proven, in the order of Leaves
	Leaves []merkle.Hash // by descending index in the tree's array: the first leaf of the tree's order first
	Proof  []merkle.Hash
	Flags  []bool // one a hashing, so len(Leaves)+len(Proof)-1
}

// ErrNoMultiProof is in the error for trees that no contract proves several leaves of.
var ErrNoMultiProof = errors.New("no multiproof")

// MultiProof proves rows together, in any order and each once. No rows give the proof that OpenZeppelin's library makes of them: the root
// alone. Trees of another shape than Heap, with positional pairs or in groups are refused: the contract's queue does not rebuild them.
func (t *Tree) MultiProof(rows []int) (*MultiProof, error) {
	w := t.spec.Profile.Width
	if err := t.spec.Profile.multiProves(); err != nil {
		return nil, err
	}
	return multiProof(rows, t.rows.Len(), t.Len(), t.Position, func(i int) (h merkle.Hash, err error) {
		copy(h[:], t.nodes.heap[i*w:(i+1)*w])
		return h, nil
	})
}

// multiProves refuses profiles whose trees the contract's queue does not rebuild.
func (p *Profile) multiProves() error {
	switch {
	case p.Grouped():
		return fmt.Errorf("%w: profile %s has grouping %s", ErrNoMultiProof, p, p.Grouping)
	case p.Shape != Heap:
		return fmt.Errorf("%w: profile %s has shape %s, the queue of multiProofVerify goes through a %s", ErrNoMultiProof, p, p.Shape, Heap)
	case p.Pair != PairSorted:
		return fmt.Errorf("%w: profile %s has %s pairs, multiProofVerify hashes them %s", ErrNoMultiProof, p, p.Pair, PairSorted)
	}
	return nil
}

// multiProof proves rows of n in a tree of so many leaves; node gives the nodes of its array.
func multiProof(rows []int, n, leaves int, position func(row int) int, node func(i int) (merkle.Hash, error)) (*MultiProof, error) {
	mp := &MultiProof{Rows: slices.Clone(rows)}
	for _, row := range rows {
		if row < 0 || row >= n {
			return nil, fmt.Errorf("row %d of %d", row, n)
		}
	}
	slices.SortFunc(mp.Rows, func(a, b int) int { return position(a) - position(b) }) // ascending position is descending index
	queue := make([]int, len(rows))
	for i, row := range mp.Rows {
		if i > 0 && position(row) == position(mp.Rows[i-1]) {
			return nil, fmt.Errorf("rows %d and %d have one leaf: it is proven once", mp.Rows[i-1], row)
		}
		queue[i] = 2*leaves - 2 - position(row)
		leaf, err := node(queue[i])
		if err != nil {
			return nil, err
		}
		mp.Leaves = append(mp.Leaves, leaf)
	}
	prove := func(i int) error {
		h, err := node(i)
		mp.Proof = append(mp.Proof, h)
		return err
	}
	if len(queue) == 0 {
		if err := prove(0); err != nil {
			return nil, err
		}
	}
	for len(queue) > 0 && queue[0] > 0 {
		at := queue[0]
		queue = queue[1:]
		sibling := (at - 1) ^ 1 + 1
		known := len(queue) > 0 && queue[0] == sibling
		if known {
			queue = queue[1:]
		} else if err := prove(sibling); err != nil {
			return nil, err
		}
		mp.Flags = append(mp.Flags, known)
		queue = append(queue, (at-1)/2)
	}
	return mp, nil
}

// VerifyMulti folds leaves and proof as OpenZeppelin's multiProofVerify does and reports whether they end at root; what that reverts on is
// false. Rows are not read. Bytes beyond Width must be zero.
//
// True says that the root was built over nodes equal to the leaves, as for Verify. For no leaves it says nothing: the root alone
// proves them.
func VerifyMulti(p *Profile, mp *MultiProof, root merkle.Hash) bool {
	if p.Shape != Heap || p.Pair != PairSorted || p.Grouped() {
		return false
	}
	if len(mp.Leaves)+len(mp.Proof) != len(mp.Flags)+1 || !p.holds(root) || !p.holds(mp.Leaves...) || !p.holds(mp.Proof...) {
		return false
	}
	f := newFolder(p)
	queue, proof := slices.Clone(mp.Leaves), mp.Proof
	take := func(from *[]merkle.Hash) (h merkle.Hash, ok bool) {
		if len(*from) == 0 {
			return h, false
		}
		h, *from = (*from)[0], (*from)[1:]
		return h, true
	}
	for _, known := range mp.Flags {
		a, ok := take(&queue)
		from := &proof
		if known {
			from = &queue
		}
		b, also := take(from)
		if !ok || !also {
			return false
		}
		f.fold(a[:p.Width], b[:p.Width], false)
		queue = append(queue, a)
	}
	queue = append(queue, proof...) // one node is left: the last hash, or a lone leaf, or the root that proves nothing
	return len(queue) == 1 && queue[0] == root
}
