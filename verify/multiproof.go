package verify

import (
	"errors"
	"slices"
)

// multiproof shows several leaves of one tree at once, as OpenZeppelin's MerkleProof.multiProofVerify takes them: at each step two values are hashed, the next of the
// leaves and, after these, of the hashes made so far; the second is such a value where the flag says yes, else the next entry of the proof.
type multiproof struct {
	leaves []digest
	proof  []digest
	flags  []bool
}

var (
	errMultiLength = errors.New("leaves and proof entries are not one more than flags")
	errMultiRest   = errors.New("proof entries are left over, or values are missing")
)

// multiRoot is the root that a multiproof leads to. Leaves and proof entries must be one more than flags. Without leaves the only proof is the root itself: it shows
// nothing, so a caller must not take it for a claim.
func (r *leafRule) multiRoot(s *shaper, m multiproof) (root digest, err error) {
	if len(m.leaves)+len(m.proof) != len(m.flags)+1 {
		return root, errMultiLength
	}
	if len(m.flags) == 0 {
		if len(m.leaves) > 0 {
			return m.leaves[0], nil
		}
		return m.proof[0], nil
	}
	values, proof := slices.Clone(m.leaves), m.proof // leaves, then every hash made
	next := 0
	take := func() (d digest, ok bool) {
		if next == len(values) {
			return d, false
		}
		next++
		return values[next-1], true
	}
	for _, flag := range m.flags {
		a, ok := take()
		b := digest{}
		if flag && ok {
			b, ok = take()
		} else if ok {
			if ok = len(proof) > 0; ok {
				b, proof = proof[0], proof[1:]
			}
		}
		if !ok {
			return root, errMultiRest
		}
		values = append(values, s.pair(&a, &b))
	}
	if len(proof) > 0 || next != len(values)-1 {
		return root, errMultiRest
	}
	return values[len(values)-1], nil
}

// multiProof makes the multiproof of some leaves of a heap-shaped tree: places from the back of the heap to its root, each paired with its sibling when that is known,
// else with a proof entry. Positions are places in the tree's order, each once.
func (t *nodes) multiProof(positions []int) (m multiproof) {
	var queue []int // places in the heap, descending
	for _, k := range positions {
		queue = append(queue, 2*t.n-2-k)
	}
	slices.SortFunc(queue, func(a, b int) int { return b - a })
	for _, i := range queue {
		m.leaves = append(m.leaves, t.heap[i])
	}
	for len(queue) > 0 && queue[0] > 0 {
		i := queue[0]
		queue = queue[1:]
		sibling := i - 1
		if i%2 == 1 {
			sibling = i + 1
		}
		if len(queue) > 0 && queue[0] == sibling {
			queue = queue[1:]
			m.flags = append(m.flags, true)
		} else {
			m.proof = append(m.proof, t.heap[sibling])
			m.flags = append(m.flags, false)
		}
		queue = append(queue, (i-1)/2)
	}
	if len(positions) == 0 {
		m.proof = []digest{t.heap[0]}
	}
	return m
}
