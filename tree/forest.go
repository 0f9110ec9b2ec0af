package tree

import (
	"math/bits"
	"sort"
)

// forest is the trees of all groups in one piece of memory, and the upper tree over them.
type forest struct {
	digits int      // K of shard-K; 0: two-level
	start  []uint32 // group -> position of its first leaf; one more entry, the number of leaves
	node   []uint32 // group -> its first node in hashes; one more entry, the number of nodes
	hashes []byte   // group after group, each with its levels from the leaves up (Heap: its array)
	shared nodes    // shape, width and padding of the groups' trees
	outer  *nodes
	place  []uint32   // group -> position in outer; nil: the same
	dealt  [][]uint32 // group -> rows in claim order; nil unless equal leaves were dropped
	depth  int        // length of the longest proof
}

// memory is the nodes of group i.
func (f *forest) memory(i int) []byte {
	return f.hashes[int(f.node[i])*f.shared.width : int(f.node[i+1])*f.shared.width]
}

func (f *forest) leaves(i int) int { return int(f.start[i+1] - f.start[i]) }

// root is that of the tree of group i.
func (f *forest) root(i int) []byte {
	memory := f.memory(i)
	if f.shared.shape == Heap {
		return memory[:f.shared.width]
	}
	return memory[len(memory)-f.shared.width:]
}

// leaf is the leaf at a position in the tree of group i.
func (f *forest) leaf(i, pos int) []byte {
	if f.shared.shape == Heap {
		pos = 2*f.leaves(i) - 2 - pos
	}
	w := f.shared.width
	return f.memory(i)[pos*w : (pos+1)*w]
}

// path is nodes.path in the tree of group i.
func (f *forest) path(i, pos int, entry func(sibling []byte, right bool)) {
	memory, n, w := f.memory(i), f.leaves(i), f.shared.width
	if f.shared.shape == Heap {
		t := f.shared
		t.leaves, t.heap = n, memory
		t.path(pos, entry)
		return
	}
	for j := 0; n > 1; j++ {
		entry(f.shared.beside(memory[:n*w], j, pos), pos&1 == 1)
		memory, n, pos = memory[n*w:], (n+1)/2, pos>>1
	}
}

// innerSize is the nodes of a group's tree of n leaves, without padding.
func innerSize(shape Shape, n int) (size int) {
	if shape == Heap {
		return 2*n - 1
	}
	for size = n; n > 1; size += n {
		n = (n + 1) / 2
	}
	return size
}

// longest is the length of the longest proof: a group's own longest, which its first leaf (layered) or last (Heap) has, and that of the group.
func (f *forest) longest() (depth int) {
	for i := range len(f.start) - 1 {
		inner := bits.Len(uint(f.start[i+1] - f.start[i] - 1)) // ⌈log₂⌉ in every shape
		if inner+f.outer.depth() > depth {
			depth = max(depth, inner+f.outer.proofLen(f.placeOf(i)))
		}
	}
	return depth
}

// at is the group that holds a position.
func (f *forest) at(pos int) int {
	return sort.Search(len(f.start)-1, func(i int) bool { return int(f.start[i+1]) > pos })
}

// placeOf is the position of a group's leaf in the upper tree.
func (f *forest) placeOf(i int) int {
	if f.place == nil {
		return i
	}
	return int(f.place[i])
}
