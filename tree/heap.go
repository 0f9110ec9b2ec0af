package tree

import merkle "github.com/merkle-drop/merkle"

// HeapNode is entry i of the array of a tree of shape Heap, in the first Width bytes: the root at 0, the children of i at 2i+1 and 2i+2, the leaf
// at position p at 2·Len-2-p. It is false for other shapes and outside of the array.
func (t *Tree) HeapNode(i int) (h merkle.Hash, ok bool) {
	if t.spec.Profile.Shape != Heap || t.nodes == nil || i < 0 || i >= 2*t.nodes.leaves-1 {
		return h, false
	}
	copy(h[:], t.nodes.heap[i*t.nodes.width:(i+1)*t.nodes.width])
	return h, true
}
