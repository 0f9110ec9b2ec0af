package tree

import (
	"fmt"
	"math/bits"

	merkle "github.com/merkle-drop/merkle"
)

// Subtree is the part of a tree that one shard holds: complete below its root.
type Subtree struct {
	Runs [][2]int   // half-open ranges of positions, in the order of the shard's rows
	Path []PathNode // from the subtree's root to the tree's root, one entry a level
}

// PathNode is what a node on the path is hashed with. None: it has no sibling and is carried up.
type PathNode struct {
	Hash merkle.Hash
	None bool
}

// Cut divides a tree of order account into subtrees of at most shard leaves, as export/FORMAT.md 7.1 says. cut is the
// number of levels inside a shard for layered shapes, the depth of the subtrees' roots for Heap. A proof is the path
// inside the subtree followed by the entries that are not None.
func (t *Tree) Cut(shard int) (cut int, subs []Subtree, err error) {
	if t.order != OrderAccount {
		return 0, nil, fmt.Errorf("a tree in order %s has no subtrees by account: build it in order account or publish inline proofs", t.order)
	}
	if shard < 2 {
		return 0, nil, fmt.Errorf("shard %d: want at least 2 claims", shard)
	}
	within := bits.Len(uint(shard)) - 1
	if t.nodes.shape == Heap {
		cut = max(0, t.Depth()-within)
		subs = make([]Subtree, 1<<cut)
		for i := range subs {
			subs[i] = t.nodes.under(1<<cut-1+i, cut)
		}
		return cut, subs, nil
	}
	cut = min(within, t.Depth())
	n := t.Len()
	subs = make([]Subtree, (n+1<<cut-1)>>cut)
	for i := range subs {
		s := &subs[i]
		s.Runs = [][2]int{{i << cut, min((i+1)<<cut, n)}}
		s.Path = make([]PathNode, t.Depth()-cut)
		for j := range s.Path {
			s.Path[j] = pathNode(t.nodes.sibling(cut+j, i>>j))
		}
	}
	return cut, subs, nil
}

func pathNode(sibling []byte) (n PathNode) {
	n.None = sibling == nil
	copy(n.Hash[:], sibling)
	return n
}

// under is the subtree below entry root of a heap, at the given depth: its leaves on the bottom level, then those one
// level up. Leaf k is entry 2n-2-k, so leaf numbers ascend from the right.
func (t *nodes) under(root, depth int) (s Subtree) {
	last := 2*t.leaves - 2
	lo, hi := root, root
	for d := depth; d < t.depth()-1; d++ {
		lo, hi = 2*lo+1, 2*hi+2
	}
	add := func(lo, hi int) {
		if lo, hi = max(lo, t.leaves-1), min(hi, last); lo <= hi {
			s.Runs = append(s.Runs, [2]int{last - hi, last - lo + 1})
		}
	}
	if depth < t.depth() {
		add(2*lo+1, 2*hi+2)
	}
	add(lo, hi)
	for i := root; i > 0; i = (i - 1) / 2 {
		s.Path = append(s.Path, pathNode(t.sibling(0, i)))
	}
	return s
}
