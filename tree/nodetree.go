package tree

import (
	"context"
	"errors"
	"math/bits"

	"github.com/merkle-drop/merkle/tree/internal/layer"
)

// nodeTree is one tree in consecutive slots of a nodeFile. Layered shapes have the leaves and then level upon level. Heap has its array from the end:
// the leaf at position p in slot p, and the parent of slots 2k and 2k+1, its right and its left child, in slot n+k.
type nodeTree struct {
	nodes         // shape, width, leaves, prefix, sorted, lone; no levels
	base    int   // first slot
	offsets []int // layered: of each level from base; the root's is the last
}

// newNodeTree is the tree of n leaves from slot base on. lone is padding for so many levels at least.
func newNodeTree(p *Profile, base, n int, lone [][]byte) *nodeTree {
	t := &nodeTree{base: base, nodes: nodes{shape: p.Shape, width: p.Width, leaves: n, prefix: p.NodePrefix, sorted: p.Pair == PairSorted, lone: lone}}
	t.lay()
	return t
}

// lay finds where the levels begin.
func (t *nodeTree) lay() {
	t.offsets = t.offsets[:0]
	if t.shape == Heap {
		return
	}
	for at, n := 0, t.leaves; ; n = (n + 1) / 2 {
		t.offsets = append(t.offsets, at)
		if at += n; n == 1 {
			return
		}
	}
}

// size is the number of slots.
func (t *nodeTree) size() int { return innerSize(t.shape, t.leaves) }

// height is the length of the longest proof.
func (t *nodeTree) height() int { return bits.Len(uint(t.leaves - 1)) }

// rootSlot is where the root is.
func (t *nodeTree) rootSlot() int { return t.base + t.size() - 1 }

// pairMemory is what one worker needs to hash nodes from slots to slots.
type pairMemory struct {
	h        *layer.Hasher
	children []byte
	parents  []byte
}

// fill hashes all nodes above the leaves, which are there.
func (t *nodeTree) fill(ctx context.Context, f *nodeFile, memory []*pairMemory) error {
	if t.shape == Heap {
		n := t.leaves
		for a := 0; a < n-1; { // the children of parents up to b are there
			b := min((n+a)/2, n-1)
			if err := t.pairs(ctx, f, memory, t.base+2*a, t.base+n+a, b-a); err != nil {
				return err
			}
			a = b
		}
		return nil
	}
	m := t.leaves
	for j := range len(t.offsets) - 1 {
		from, into := t.base+t.offsets[j], t.base+t.offsets[j+1]
		if err := t.pairs(ctx, f, memory, from, into, m/2); err != nil {
			return err
		}
		if m%2 == 1 {
			s := memory[0]
			s.children, s.parents = resize(s.children, t.width), resize(s.parents, t.width)
			if err := f.read(from+m-1, s.children); err != nil {
				return err
			}
			t.lastOf(s.h, s.parents, s.children, j)
			if err := f.write(into+m/2, s.parents); err != nil {
				return err
			}
		}
		m = (m + 1) / 2
	}
	return nil
}

// pairs hashes the nodes of 2n slots to those of n slots.
func (t *nodeTree) pairs(ctx context.Context, f *nodeFile, memory []*pairMemory, from, into, n int) error {
	errs := make([]error, len(memory))
	err := parallel(ctx, len(memory), n, func(worker, lo, hi int) {
		s, w := memory[worker], t.width
		if errs[worker] != nil {
			return
		}
		s.children, s.parents = resize(s.children, 2*(hi-lo)*w), resize(s.parents, (hi-lo)*w)
		if errs[worker] = f.read(from+2*lo, s.children); errs[worker] != nil {
			return
		}
		if t.shape == Heap && !t.sorted { // the right child comes first
			for at := 0; at < len(s.children); at += 2 * w {
				for k := at; k < at+w; k++ {
					s.children[k], s.children[k+w] = s.children[k+w], s.children[k]
				}
			}
		}
		s.h.Pairs(s.parents, s.children, t.prefix, t.sorted)
		errs[worker] = f.write(into+lo, s.parents)
	})
	return errors.Join(append(errs, err)...)
}

// step is one step from a leaf to the root.
type step struct {
	slot  int    // of what the node is hashed with, or of the node itself when it is alone
	alone bool   // no slot has what it is hashed with
	pad   []byte // then this; nil: the node is carried up
	right bool   // the node is the right child
	upper bool   // of a grouped tree: in the upper one
}

// lacks reports that the proof has no entry for the step.
func (s *step) lacks() bool { return s.alone && s.pad == nil }

// steps appends the steps from a position up to the root.
func (t *nodeTree) steps(dst []step, pos int) []step {
	if t.shape == Heap {
		for s := pos; s < 2*t.leaves-2; s = t.leaves + s/2 {
			dst = append(dst, step{slot: t.base + (s ^ 1), right: s%2 == 0})
		}
		return dst
	}
	m, i := t.leaves, pos
	for j := range len(t.offsets) - 1 {
		s := step{slot: t.base + t.offsets[j] + (i ^ 1), right: i&1 == 1}
		if i^1 >= m { // the last of its level
			s.slot--
			switch {
			case t.lone != nil:
				s.alone, s.pad = true, t.lone[j]
			case t.shape != Duplicate:
				s.alone = true
			}
		}
		dst = append(dst, s)
		m, i = (m+1)/2, i>>1
	}
	return dst
}
