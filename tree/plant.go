package tree

import (
	"context"
	"math/bits"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/tree/internal/layer"
)

// plant hashes the leaves into groups, the groups' trees and the upper tree, as export/FORMAT.md 4.3 says.
func (t *Tree) plant(ctx context.Context, w int) (err error) {
	p := &t.spec.Profile
	f := &forest{digits: p.shardDigits()}
	t.groups = f
	if f.digits == 0 {
		if t.row, err = byAccountToken(ctx, w, t.rows); err != nil {
			return err
		}
		t.pos = ranks(t.row)
	}
	leaves := make([]byte, t.rows.Len()*p.Width)
	if err := t.hashLeaves(ctx, w, leaves); err != nil {
		return err
	}
	place := t.row // position -> place in leaves
	if f.digits > 0 {
		order, err := byShard(ctx, w, t.rows.Accounts, f.digits, leaves, p.Width)
		if err != nil {
			return err
		}
		place = t.arrange(order, leaves)
	}
	f.begin(t, len(t.row), p)
	if len(t.row) < t.rows.Len() {
		f.deal(t)
	}
	roots, err := t.plantInner(ctx, w, leaves, place)
	if err != nil {
		return err
	}
	var order []uint32 // position in the upper tree -> group; nil: the same
	if f.digits > 0 {
		if order, err = byLeaf(ctx, w, roots, p.Width); err != nil {
			return err
		}
		f.place = ranks(order)
	}
	n := len(roots) / p.Width
	if f.outer, err = newNodes(ctx, w, p, lay(roots, order, n, p), nil, 0); err != nil {
		return err
	}
	f.depth = f.longest()
	return nil
}

// begin finds where each group begins: rows stand in the tree's order.
func (f *forest) begin(t *Tree, n int, p *Profile) {
	f.shared = nodes{shape: p.Shape, width: p.Width, prefix: p.NodePrefix, sorted: p.Pair == PairSorted}
	same := func(a, b merkle.Account) bool { return a == b }
	if f.digits > 0 {
		same = func(a, b merkle.Account) bool { return shardOf(a, f.digits) == shardOf(b, f.digits) }
	}
	node, most := 0, 0
	add := func(first, end int) {
		f.start, f.node = append(f.start, uint32(first)), append(f.node, uint32(node))
		node, most = node+innerSize(p.Shape, end-first), max(most, end-first)
	}
	first := 0
	for pos := 1; pos <= n; pos++ {
		if pos == n || !same(t.rows.Accounts[t.row[pos]], t.rows.Accounts[t.row[first]]) {
			add(first, pos)
			first = pos
		}
	}
	f.start, f.node = append(f.start, uint32(n)), append(f.node, uint32(node))
	f.shared.lone = lonePads(p, bits.Len(uint(most-1)))
}

// deal keeps the rows of each group where the tree holds fewer leaves than rows.
func (f *forest) deal(t *Tree) {
	f.dealt = make([][]uint32, len(f.start)-1)
	for row := range t.rows.Len() {
		i := f.at(t.Position(row))
		f.dealt[i] = append(f.dealt[i], uint32(row))
	}
}

// plantInner builds the groups' trees and returns what the upper tree has as leaves, group after group.
func (t *Tree) plantInner(ctx context.Context, w int, leaves []byte, place []uint32) ([]byte, error) {
	p, f := &t.spec.Profile, t.groups
	width, n := p.Width, len(f.start)-1
	f.hashes = make([]byte, int(f.node[n])*width)
	roots := make([]byte, n*width)
	type state struct {
		h      *layer.Hasher
		levels innerLevels
		raw    []byte
	}
	states := make([]*state, w)
	batches := f.batches()
	return roots, parallel(ctx, w, chunk*(len(batches)-1), func(worker, lo, _ int) { // one batch a call
		s := states[worker]
		if s == nil {
			s = &state{h: layer.New(p.alg(), width)}
			states[worker] = s
		}
		for i := batches[lo/chunk]; i < batches[lo/chunk+1]; i++ {
			inner := f.inner(i, &s.levels)
			for k := range inner.leaves {
				from := int(place[int(f.start[i])+k])
				copy(inner.leaf(k), leaves[from*width:(from+1)*width])
			}
			inner.fill(s.h)
			root := roots[i*width : (i+1)*width]
			if f.digits > 0 {
				copy(root, inner.root())
				continue
			}
			s.raw = t.rows.Accounts[t.row[f.start[i]]].AppendBytes(s.raw[:0])
			s.h.Sum(root, p.LeafPrefixes[1], s.raw, inner.root())
		}
	})
}

// batches cuts the groups into runs of about chunk leaves.
func (f *forest) batches() []int {
	out := []int{0}
	for i := range len(f.start) - 1 {
		if f.start[i+1]-f.start[out[len(out)-1]] >= chunk {
			out = append(out, i+1)
		}
	}
	if n := len(f.start) - 1; out[len(out)-1] < n {
		out = append(out, n)
	}
	return out
}

// innerLevels is room for the levels of one group's tree while it is built.
type innerLevels [32][]byte

// inner is the tree of group i. It refers to levels.
func (f *forest) inner(i int, levels *innerLevels) nodes {
	t, memory := f.shared, f.memory(i)
	t.leaves = f.leaves(i)
	if t.shape == Heap {
		t.heap = memory
		return t
	}
	depth := 0
	for n := t.leaves; ; n = (n + 1) / 2 {
		levels[depth], memory = memory[:n*t.width], memory[n*t.width:]
		if depth++; n == 1 {
			break
		}
	}
	t.levels = levels[:depth]
	return t
}
