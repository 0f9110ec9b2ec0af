package tree

import (
	"bytes"
	"context"
	"fmt"
	"math/bits"

	"github.com/merkle-drop/merkle/tree/internal/layer"
)

// nodes is the hashes of one tree, end to end: a level at a time for layered shapes, one array for Heap. Padding is not
// stored: what stands beside a lone node depends on its level only.
type nodes struct {
	shape  Shape
	width  int
	leaves int
	prefix []byte
	sorted bool
	levels [][]byte // layered, leaves first
	heap   []byte   // Heap
	lone   [][]byte // by level: what a node without a sibling is hashed with; nil: carried up; PadPow2, ZeroSibling, EmptySibling
}

// newNodes keeps level, which holds the leaves in tree order (Heap: in array order, the first leaf last), and builds
// all above it, in room as far as that goes. Layered shapes are folded for exactly fold levels when fold is above 0, else to one node.
func newNodes(ctx context.Context, w int, p *Profile, level, room []byte, fold int) (*nodes, error) {
	t := &nodes{shape: p.Shape, width: p.Width, leaves: len(level) / p.Width, prefix: p.NodePrefix, sorted: p.Pair == PairSorted}
	hashers := make([]*layer.Hasher, w)
	for i := range hashers {
		hashers[i] = layer.New(p.alg(), p.Width)
	}
	if p.Shape == Heap {
		return t, t.buildHeap(ctx, hashers, level)
	}
	depth := bits.Len(uint(t.leaves - 1))
	if fold > 0 && depth > fold {
		return nil, fmt.Errorf("%d leaves do not fit in %d levels", t.leaves, fold)
	}
	depth = max(depth, fold)
	t.lone = lonePads(p, depth)
	t.levels = append(make([][]byte, 0, depth+1), level)
	for j := range depth {
		size := (len(t.levels[j])/p.Width + 1) / 2 * p.Width
		if size > len(room) {
			room = make([]byte, size)
		}
		next := room[:size:size]
		room = room[size:]
		if err := t.above(ctx, hashers, next, t.levels[j], j); err != nil {
			return nil, err
		}
		t.levels = append(t.levels, next)
	}
	return t, nil
}

// lonePads is what a lone node is hashed with, by level; nil for the shapes without padding.
func lonePads(p *Profile, depth int) [][]byte {
	if len(p.Pad) == 0 {
		return nil
	}
	h := layer.New(p.alg(), p.Width)
	lone := make([][]byte, depth)
	pad := p.Pad
	for j := range lone {
		lone[j] = pad
		if p.Shape == PadPow2 {
			pad = make([]byte, p.Width)
			h.Sum(pad, p.NodePrefix, lone[j], lone[j])
		}
	}
	return lone
}

// above hashes level j into the next one.
func (t *nodes) above(ctx context.Context, hashers []*layer.Hasher, next, level []byte, j int) error {
	n, w := len(level)/t.width, t.width
	if err := parallel(ctx, len(hashers), n/2, func(worker, lo, hi int) {
		hashers[worker].Pairs(next[lo*w:hi*w], level[2*lo*w:2*hi*w], t.prefix, t.sorted)
	}); err != nil {
		return err
	}
	t.lastOf(hashers[0], next, level, j)
	return nil
}

// lastOf makes the last node of the level above from a node without a sibling, if level has one.
func (t *nodes) lastOf(h *layer.Hasher, next, level []byte, j int) {
	n, w := len(level)/t.width, t.width
	if n%2 == 0 {
		return
	}
	a := level[(n-1)*w:]
	b := a
	switch {
	case t.lone != nil:
		b = t.lone[j]
	case t.shape != Duplicate:
		copy(next[n/2*w:], a)
		return
	}
	if t.sorted && bytes.Compare(a, b) > 0 {
		a, b = b, a
	}
	h.Sum(next[n/2*w:], t.prefix, a, b)
}

// fill hashes all nodes above the leaves where the memory for them is there already.
func (t *nodes) fill(h *layer.Hasher) {
	w := t.width
	if t.shape == Heap {
		for f := t.leaves - 1; f > 0; f /= 2 { // as buildHeap
			h.Pairs(t.heap[f/2*w:f*w], t.heap[(2*(f/2)+1)*w:(2*f+1)*w], t.prefix, t.sorted)
		}
		return
	}
	for j := range len(t.levels) - 1 {
		level, next := t.levels[j], t.levels[j+1]
		h.Pairs(next, level[:len(level)/w/2*2*w], t.prefix, t.sorted)
		t.lastOf(h, next, level, j)
	}
}

// buildHeap fills an array whose last n entries are the leaves. Parents f/2 to f-1 need only entries from f on, so
// they are one layer of pairs.
func (t *nodes) buildHeap(ctx context.Context, hashers []*layer.Hasher, heap []byte) error {
	w := t.width
	t.leaves = (len(heap)/w + 1) / 2
	t.heap = heap
	for f := t.leaves - 1; f > 0; f /= 2 {
		first := f / 2
		if err := parallel(ctx, len(hashers), f-first, func(worker, lo, hi int) {
			lo, hi = first+lo, first+hi
			hashers[worker].Pairs(heap[lo*w:hi*w], heap[(2*lo+1)*w:(2*hi+1)*w], t.prefix, t.sorted)
		}); err != nil {
			return err
		}
	}
	return nil
}

// depth is the length of the longest proof.
func (t *nodes) depth() int {
	if t.shape == Heap {
		return bits.Len(uint(2*t.leaves-1)) - 1
	}
	return len(t.levels) - 1
}

func (t *nodes) root() []byte {
	if t.shape == Heap {
		return t.heap[:t.width]
	}
	return t.levels[len(t.levels)-1]
}

// leaf is the leaf at a position.
func (t *nodes) leaf(pos int) []byte {
	if t.shape == Heap {
		at := 2*t.leaves - 2 - pos
		return t.heap[at*t.width : (at+1)*t.width]
	}
	return t.levels[0][pos*t.width : (pos+1)*t.width]
}

// sibling is what node i of level j (layered), or entry i (Heap, j ignored), is hashed with; nil when it is carried up.
func (t *nodes) sibling(j, i int) []byte {
	w := t.width
	if t.shape == Heap {
		at := (i - 1) ^ 1 + 1
		return t.heap[at*w : (at+1)*w]
	}
	return t.beside(t.levels[j], j, i)
}

// beside is sibling for a level of a layered shape.
func (t *nodes) beside(level []byte, j, i int) []byte {
	w := t.width
	switch at := (i ^ 1) * w; {
	case at < len(level):
		return level[at : at+w]
	case t.lone != nil:
		return t.lone[j]
	case t.shape == Duplicate:
		return level[i*w : i*w+w]
	}
	return nil
}

// proofLen is the number of entries of the proof of a position.
func (t *nodes) proofLen(pos int) (n int) {
	t.path(pos, func(sibling []byte, _ bool) {
		if sibling != nil {
			n++
		}
	})
	return n
}

// path calls entry for each node from a position up to the root: what it is hashed with (nil: carried up), and whether
// the node is the right child.
func (t *nodes) path(pos int, entry func(sibling []byte, right bool)) {
	if t.shape == Heap {
		for i := 2*t.leaves - 2 - pos; i > 0; i = (i - 1) / 2 {
			entry(t.sibling(0, i), i%2 == 0)
		}
		return
	}
	for j := range t.depth() {
		entry(t.sibling(j, pos>>j), pos>>j&1 == 1)
	}
}
