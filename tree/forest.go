package tree

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"math/bits"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/tree/internal/layer"
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
	leaves, err := t.hashLeaves(ctx, w)
	if err != nil {
		return err
	}
	var place []uint32 // position -> place in leaves; nil: the same
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
	if f.outer, err = newNodes(ctx, w, p, lay(roots, order, n, p), 0); err != nil {
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
				from := int(f.start[i]) + k
				if place != nil {
					from = int(place[from])
				}
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

// shardOf is the first digits hex digits of an account as a number.
func shardOf(a merkle.Account, digits int) uint16 {
	var raw [32]byte
	a.AppendBytes(raw[:0])
	return binary.BigEndian.Uint16(raw[:]) >> (16 - 4*digits)
}

// byShard is the order of leaves by shard, then by their bytes.
func byShard(ctx context.Context, w int, accounts []merkle.Account, digits int, leaves []byte, width int) ([]uint32, error) {
	fill := func(_, lo, hi int, keys []uint64) {
		for i := range keys {
			at := lo + i
			keys[i] = uint64(shardOf(accounts[at], digits))<<(64-4*digits) | binary.BigEndian.Uint64(leaves[at*width:])>>(4*digits)
		}
	}
	return sorted(ctx, w, len(accounts), fill, func(a, b uint32) int {
		return cmp.Or(
			cmp.Compare(shardOf(accounts[a], digits), shardOf(accounts[b], digits)),
			bytes.Compare(leaves[int(a)*width:int(a+1)*width], leaves[int(b)*width:int(b+1)*width]))
	})
}

// byAccountToken is the rows by the bytes of the account, then of the token.
func byAccountToken(ctx context.Context, w int, r *Rows) ([]uint32, error) {
	fill := func(_, lo, hi int, keys []uint64) {
		var raw [32]byte
		for i := range keys {
			keys[i] = binary.BigEndian.Uint64(r.Accounts[lo+i].AppendBytes(raw[:0]))
		}
	}
	return sorted(ctx, w, len(r.Accounts), fill, func(a, b uint32) int {
		if c := r.Accounts[a].Compare(r.Accounts[b]); c != 0 || r.Tokens == nil {
			return c
		}
		return r.Tokens[a].Compare(r.Tokens[b])
	})
}
