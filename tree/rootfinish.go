package tree

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"math/bits"
	"slices"

	"github.com/merkle-drop/merkle/tree/internal/layer"
)

// Finish returns the root of the tree of rows 0 to n-1, which were all added, or ErrUnclear. The RootBuilder is of no use afterwards.
func (b *RootBuilder) Finish(ctx context.Context, n int) (*Gathered, error) {
	p := &b.spec.Profile
	if n == 0 || n > MaxRows || !b.ascending() || !b.indexed && uint64(n-1)>>b.indexBits != 0 {
		return nil, ErrUnclear
	}
	out := &Gathered{Leaves: n, Order: b.order, Depth: bits.Len(uint(n - 1))}
	var sums []wideSum
	for _, w := range b.workers {
		if w.bad {
			return nil, ErrUnclear
		}
		sums = append(sums, w.sum)
	}
	out.Total, out.Summed = sumOf(sums)
	if p.checkTotal(out.Total, out.Summed) != nil {
		return nil, ErrUnclear
	}
	out.Summed = out.Summed && p.Has(SourceAmount)
	if b.unique {
		twice, err := anyEqualIn(ctx, b.w, n, b.spare[8*n:], func(_, lo, _ int, keys []uint64) {
			for i := range keys {
				keys[i] = binary.LittleEndian.Uint64(b.spare[8*(lo+i):])
			}
		})
		if err != nil || twice {
			return nil, cmp.Or(err, ErrUnclear)
		}
	}
	leaves, spare := b.leaves[:n*p.Width], b.spare
	if b.order == OrderLeafHash {
		if err := sortLeaves(ctx, b.w, spare[:n*p.Width], leaves, p); err != nil {
			return nil, err
		}
		leaves, spare = spare[:n*p.Width], leaves
		if p.Dedupe && neighboursEqual(leaves, p.Width) {
			return nil, ErrUnclear
		}
	} else if p.Shape == Heap { // the first leaf last
		reverse(leaves, p.Width)
	}
	root, err := foldLevels(ctx, b.w, p, leaves, spare)
	copy(out.Root[:], root)
	return out, err
}

// ascending reports whether the given indexes of all rows ascend.
func (b *RootBuilder) ascending() bool {
	var runs []indexRun
	for _, w := range b.workers {
		runs = append(runs, w.runs...)
	}
	slices.SortFunc(runs, func(a, b indexRun) int { return cmp.Compare(a.row, b.row) })
	for i := 1; i < len(runs); i++ {
		if runs[i-1].last >= runs[i].first {
			return false
		}
	}
	return true
}

// foldLevels hashes leaves in tree order (Heap: the first last) to their root, level by level, each over one that is used no more. spare holds half
// of the leaves, rounded up.
func foldLevels(ctx context.Context, w int, p *Profile, leaves, spare []byte) ([]byte, error) {
	t := &nodes{shape: p.Shape, width: p.Width, prefix: p.NodePrefix, sorted: p.Pair == PairSorted}
	n := len(leaves) / p.Width
	if p.Shape != Heap {
		t.lone = lonePads(p, bits.Len(uint(n-1)))
	}
	hashers := make([]*layer.Hasher, w)
	for i := range hashers {
		hashers[i] = layer.New(p.alg(), p.Width)
	}
	level, next := leaves, spare
	for j := 0; n > 1; j++ {
		above := next[:(n+1)/2*p.Width]
		err := error(nil)
		if p.Shape == Heap {
			err = t.aboveHeap(ctx, hashers, above, level)
		} else {
			err = t.above(ctx, hashers, above, level, j)
		}
		if err != nil {
			return nil, err
		}
		level, next, n = above, level, (n+1)/2
	}
	return level, nil
}

// aboveHeap hashes the nodes of an array, or of the part of it that has no parents yet, in pairs from its end. What is left at its beginning
// comes to stand behind the parents: it is the sibling of the last of them.
func (t *nodes) aboveHeap(ctx context.Context, hashers []*layer.Hasher, next, level []byte) error {
	w, n := t.width, len(level)/t.width
	if n%2 == 1 {
		copy(next[n/2*w:], level[:w])
		level = level[w:]
	}
	return parallel(ctx, len(hashers), n/2, func(worker, lo, hi int) {
		hashers[worker].Pairs(next[lo*w:hi*w], level[2*lo*w:2*hi*w], t.prefix, t.sorted)
	})
}

// sortLeaves writes the leaves of src to dst in ascending order, for Heap in descending order. They are dealt into buckets by their top bits, and each
// bucket is sorted on its own, near at hand.
func sortLeaves(ctx context.Context, w int, dst, src []byte, p *Profile) error {
	width, down := p.Width, p.Shape == Heap
	n := len(src) / width
	d := newDeal(n)
	top := func(i int) uint64 { return binary.BigEndian.Uint64(src[i*width:]) >> (64 - dealBits) }
	if err := parallel(ctx, w, d.parts*chunk, func(_, lo, _ int) { // one part a call
		counts := &d.counts[lo/chunk]
		for i, end := d.part(lo / chunk); i < end; i++ {
			counts[top(i)]++
		}
	}); err != nil {
		return err
	}
	start := d.starts()
	if err := parallel(ctx, w, d.parts*chunk, func(_, lo, _ int) {
		next := &d.counts[lo/chunk]
		for i, end := d.part(lo / chunk); i < end; i++ {
			next := &next[top(i)]
			at := int(*next)
			*next++
			if down {
				at = n - 1 - at
			}
			if width == 32 {
				leaf := *(*[32]byte)(src[i*32:]) // by way of registers: what may overlap is copied by a call
				*(*[32]byte)(dst[at*32:]) = leaf
			} else {
				copy(dst[at*width:(at+1)*width], src[i*width:])
			}
		}
	}); err != nil {
		return err
	}
	states := make([]leafBucket, w)
	return parallel(ctx, w, chunk<<dealBits, func(worker, lo, _ int) { // one bucket a call
		first, end := int(start[lo/chunk]), int(start[lo/chunk+1])
		if down {
			first, end = n-end, n-first
		}
		states[worker].sort(dst[first*width:end*width], width, down)
	})
}

// leafBucket is one worker's memory for sorting the leaves of buckets.
type leafBucket struct {
	bucketMemory
	keys   []uint64
	leaves []byte
}

// sort puts leaves that agree in their first bits in order, with the largest first when down.
func (m *leafBucket) sort(leaves []byte, width int, down bool) {
	n := len(leaves) / width
	if n < 2 {
		return
	}
	number := uint64(1)<<bits.Len(uint(n-1)) - 1
	m.keys = slices.Grow(m.keys[:0], n)[:n]
	for i := range m.keys {
		m.keys[i] = binary.BigEndian.Uint64(leaves[i*width:])<<dealBits&^number | uint64(i)
	}
	m.bucketMemory.sort(m.keys)
	m.leaves = append(m.leaves[:0], leaves...)
	leaf := func(key uint64) []byte { at := int(key&number) * width; return m.leaves[at : at+width] }
	for i := 1; i < n; i++ {
		from := i - 1
		for i < n && m.keys[i]&^number == m.keys[from]&^number {
			i++
		}
		if i-from > 1 { // they differ behind what the keys hold, or not at all
			slices.SortFunc(m.keys[from:i], func(a, b uint64) int { return bytes.Compare(leaf(a), leaf(b)) })
		}
	}
	at, step := 0, width
	if down {
		at, step = (n-1)*width, -width
	}
	for _, key := range m.keys {
		if width == 32 {
			v := *(*[32]byte)(leaf(key))
			*(*[32]byte)(leaves[at:]) = v
		} else {
			copy(leaves[at:], leaf(key))
		}
		at += step
	}
}
