package tree

import (
	"context"
	"math/bits"
	"slices"

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
	states := make([]*innerMemory, w)
	batches := f.batches()
	return roots, parallel(ctx, w, chunk*(len(batches)-1), func(worker, lo, _ int) { // one batch a call
		s := states[worker]
		if s == nil {
			s = &innerMemory{h: layer.New(p.alg(), width)}
			states[worker] = s
		}
		first, end := batches[lo/chunk], batches[lo/chunk+1]
		for i := first; i < end; i++ {
			inner := f.inner(i, &s.levels)
			for k := range inner.leaves {
				from := int(place[int(f.start[i])+k])
				copy(inner.leaf(k), leaves[from*width:(from+1)*width])
			}
			if !f.small(i) {
				inner.fill(s.h)
			}
		}
		s.fillSmall(f, first, end)
		s.raw = s.raw[:0]
		for i := first; i < end; i++ {
			if f.digits > 0 {
				copy(roots[i*width:(i+1)*width], f.root(i))
				continue
			}
			s.raw = t.rows.Accounts[t.row[f.start[i]]].AppendBytes(s.raw)
			s.raw = append(s.raw, f.root(i)...)
		}
		if f.digits == 0 {
			s.h.Messages(roots[first*width:end*width], s.raw, p.LeafPrefixes[1], p.Accounts.Width()+width)
		}
	})
}

// innerMemory is what one worker needs to build groups' trees.
type innerMemory struct {
	h      *layer.Hasher
	levels innerLevels
	raw    []byte // what the upper tree's leaves are hashed from
	pairs  []byte // of one level of many groups
	hashes []byte // of these
}

// smallGroup is up to how many leaves groups are built together, a level of all at once: alone they would fill no kernel.
const smallGroup = 64

func (f *forest) small(i int) bool { return f.shared.shape != Heap && f.leaves(i) <= smallGroup }

// fillSmall hashes the nodes above the leaves of the small ones of groups first to end-1.
func (s *innerMemory) fillSmall(f *forest, first, end int) {
	t, w := &f.shared, f.shared.width
	for j, more := 0, true; more; j++ {
		more = false
		s.pairs = s.pairs[:0]
		for i := first; i < end; i++ {
			level, next := f.levelOf(i, j)
			if next == nil {
				continue
			}
			more = true
			n := len(level) / w
			s.pairs = append(s.pairs, level[:n/2*2*w]...)
			if n%2 == 0 {
				continue
			}
			switch last := level[(n-1)*w:]; {
			case t.lone != nil:
				s.pairs = append(append(s.pairs, last...), t.lone[j]...)
			case t.shape == Duplicate:
				s.pairs = append(append(s.pairs, last...), last...)
			default:
				copy(next[n/2*w:], last)
			}
		}
		s.hashes = slices.Grow(s.hashes[:0], len(s.pairs)/2)[:len(s.pairs)/2]
		s.h.Pairs(s.hashes, s.pairs, t.prefix, t.sorted)
		rest := s.hashes
		for i := first; i < end; i++ {
			level, next := f.levelOf(i, j)
			if next == nil {
				continue
			}
			if t.lone == nil && t.shape != Duplicate {
				next = next[:len(level)/w/2*w]
			}
			rest = rest[copy(next, rest):]
		}
	}
}

// levelOf is level j of the tree of group i and the one above; nil where the group is not small or has no level above j.
func (f *forest) levelOf(i, j int) (level, next []byte) {
	n := f.leaves(i)
	if n>>j == 0 || !f.small(i) {
		return nil, nil
	}
	memory, w := f.memory(i), f.shared.width
	for ; j > 0 && n > 1; j-- {
		memory, n = memory[n*w:], (n+1)/2
	}
	if n == 1 {
		return nil, nil
	}
	return memory[:n*w], memory[n*w : (n+(n+1)/2)*w]
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
