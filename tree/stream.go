package tree

import (
	"context"
	"errors"
	"fmt"
	"math/bits"
	"sync"
	"sync/atomic"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/tree/internal/layer"
)

// Slices reads the rows at positions [lo, hi) of order account into rows, whose columns it may use again. Calls with different workers may
// overlap in time.
type Slices func(worker, lo, hi int, rows *Rows) error

// Sliced is a tree of order account whose rows are not in memory: it holds one hash for each subtree that a shard holds, and what is
// above them. It is the tree that Build makes, node for node.
type Sliced struct {
	spec  Spec
	n     int
	depth int
	cut   int // as Cut says
	nodes *nodes
	above [][]byte // layered: the subtrees' roots, and each level above them
	total merkle.Amount
}

// ErrSliced says why a tree cannot be built from slices.
var ErrSliced = errors.New("needs all rows in memory")

// CanSlice reports why trees of the profile cannot be built by BuildSliced; nil when they can.
func CanSlice(p *Profile, o Order) error {
	order, err := resolveOrder(p, o)
	switch {
	case err != nil:
		return err
	case p.Grouped():
		return fmt.Errorf("%w: the leaves of profile %s stand in groups", ErrSliced, p)
	case order != OrderAccount:
		return fmt.Errorf("%w: order %s", ErrSliced, order)
	}
	return nil
}

// BuildSliced is Build for n rows in order account, one an account, that read gives, cut for shards of at most shard rows. The index field, if the
// leaf has one, must be filled. It checks what Build checks but for what needs more than one row at a time: that accounts and
// indexes do not repeat is the caller's to know. A *RowErrors counts rows by their position.
func BuildSliced(ctx context.Context, s Spec, n, shard int, read Slices) (*Sliced, error) {
	s.Profile = s.Profile.clone()
	p := &s.Profile
	if err := errors.Join(p.Validate(), CanSlice(p, s.Order), p.CheckDecimals(s.Decimals)); err != nil {
		return nil, err
	}
	if n < 1 {
		return nil, ErrNoRows
	}
	if n > MaxRows || shard < 2 {
		return nil, fmt.Errorf("%d rows in shards of %d, want at most %d rows and shards of at least 2", n, shard, MaxRows)
	}
	var err error
	if s.Constants, err = p.constants(s.Constants); err != nil {
		return nil, err
	}
	s.Order = OrderAccount
	t := &Sliced{spec: s, n: n, nodes: &nodes{shape: p.Shape, width: p.Width, leaves: n, prefix: p.NodePrefix, sorted: p.Pair == PairSorted}}
	t.depth = bits.Len(uint(n - 1))
	within := bits.Len(uint(shard)) - 1
	if p.Shape == Heap {
		t.cut = max(0, t.depth-within)
	} else {
		t.cut = min(within, t.depth)
		t.nodes.lone = lonePads(p, t.depth)
	}
	roots, err := t.subtrees(ctx, read)
	if err != nil {
		return nil, err
	}
	return t, t.join(ctx, roots)
}

// Shards is the number of subtrees.
func (t *Sliced) Shards() int {
	if t.spec.Profile.Shape == Heap {
		return 1 << t.cut
	}
	return (t.n + 1<<t.cut - 1) >> t.cut
}

// Runs are the positions that subtree i holds, as half-open ranges in the order of the shard's rows.
func (t *Sliced) Runs(i int) [][2]int {
	if t.spec.Profile.Shape != Heap {
		return [][2]int{{i << t.cut, min((i+1)<<t.cut, t.n)}}
	}
	last := 2*t.n - 2
	lo, hi := 1<<t.cut-1+i, 1<<t.cut-1+i
	for d := t.cut; d < t.depth-1; d++ {
		lo, hi = 2*lo+1, 2*hi+2
	}
	var runs [][2]int
	add := func(lo, hi int) {
		if lo, hi = max(lo, t.n-1), min(hi, last); lo <= hi {
			runs = append(runs, [2]int{last - hi, last - lo + 1})
		}
	}
	if t.cut < t.depth {
		add(2*lo+1, 2*hi+2)
	}
	add(lo, hi)
	return runs
}

// Subtree is subtree i with its path, as Cut returns it.
func (t *Sliced) Subtree(i int) Subtree {
	s := Subtree{Runs: t.Runs(i)}
	if t.spec.Profile.Shape == Heap {
		for at := 1<<t.cut - 1 + i; at > 0; at = (at - 1) / 2 {
			s.Path = append(s.Path, pathNode(t.nodes.sibling(0, at)))
		}
		return s
	}
	s.Path = make([]PathNode, t.depth-t.cut)
	for j := range s.Path {
		s.Path[j] = pathNode(t.nodes.beside(t.above[j], t.cut+j, i>>j))
	}
	return s
}

// Cut is the number of levels inside a subtree, for Heap the depth of the subtrees' roots.
func (t *Sliced) Cut() int { return t.cut }

// Len is the number of leaves.
func (t *Sliced) Len() int { return t.n }

// Depth is the length of the longest proof.
func (t *Sliced) Depth() int { return t.depth }

// Profile is the profile that built the tree. The caller must not change it.
func (t *Sliced) Profile() *Profile { return &t.spec.Profile }

// Total is the sum of all amounts and locked amounts.
func (t *Sliced) Total() merkle.Amount { return t.total }

// Root is the tree's root, in the first Width bytes.
func (t *Sliced) Root() (h merkle.Hash) {
	if t.spec.Profile.Shape == Heap {
		copy(h[:], t.nodes.root())
	} else {
		copy(h[:], t.above[len(t.above)-1])
	}
	return h
}

// Values returns what appends the text of a leaf field (by its number) of a row of rows, as Tree.AppendValue does. rows must be those of a Slices
// call for the tree; they may be read anew between calls.
func (t *Sliced) Values(rows *Rows) (func(dst []byte, row, field int) []byte, error) {
	e, err := newEncoder(&t.spec.Profile, &t.spec, rows, nil)
	if err != nil {
		return nil, err
	}
	return e.values(), nil
}

// slicer hashes shards; each worker has its own.
type slicer struct {
	t      *Sliced
	h      *layer.Hasher
	enc    *encoder
	rows   Rows
	read   func(lo, hi int) error
	mem    leafMemory
	buf    []byte    // leaves
	leaves [2][]byte // levels in turn
	sum    wideSum
	bad    []*RowError
}

// subtrees returns the roots of all subtrees, end to end.
func (t *Sliced) subtrees(ctx context.Context, read Slices) ([]byte, error) {
	p, shards := &t.spec.Profile, t.Shards()
	roots := make([]byte, shards*p.Width)
	batch := 1
	if p.Shape != Heap { // whole subtrees that lie side by side are hashed as one layer after the other
		batch = max(1, chunk>>t.cut)
	}
	w := min(workers(t.spec.Workers), (shards+batch-1)/batch)
	var next atomic.Int64
	var failed atomic.Bool
	errs := make([]error, w)
	all := make([]*slicer, w)
	var wait sync.WaitGroup
	for worker := range w {
		s := &slicer{t: t, h: layer.New(p.alg(), p.Width)}
		s.mem.h, s.mem.inner = s.h, make([]byte, leafBatch*p.Width)
		s.read = func(lo, hi int) error { return read(worker, lo, hi, &s.rows) }
		if p.Has(SourceToken) && t.spec.Token == (merkle.Account{}) {
			s.rows.Tokens = []merkle.Account{} // each row says its own
		}
		for _, f := range p.Fields {
			if f.Source == SourceColumn {
				s.rows.Columns = append(s.rows.Columns, Column{Name: f.Name, Values: []string{}})
			}
		}
		var err error
		if s.enc, err = newEncoder(p, &t.spec, &s.rows, nil); err != nil {
			return nil, err
		}
		all[worker] = s
	}
	for worker, s := range all {
		wait.Go(func() {
			for ctx.Err() == nil && !failed.Load() {
				first := int(next.Add(int64(batch))) - batch
				if first >= shards {
					return
				}
				last := min(first+batch, shards)
				if err := s.hash(ctx, first, last, roots[first*p.Width:last*p.Width]); err != nil {
					errs[worker] = err
					failed.Store(true)
				}
			}
		})
	}
	wait.Wait()
	if err := errors.Join(append(errs, ctx.Err())...); err != nil {
		return nil, err
	}
	var bad []*RowError
	var sums []wideSum
	for _, s := range all {
		bad, sums = append(bad, s.bad...), append(sums, s.sum)
	}
	if err := rowErrors(bad); err != nil {
		return nil, err
	}
	var fits bool
	t.total, fits = sumOf(sums)
	return roots, p.checkTotal(t.total, fits)
}

// hash writes the roots of the subtrees [first, last).
func (s *slicer) hash(ctx context.Context, first, last int, roots []byte) error {
	t, w := s.t, s.t.spec.Profile.Width
	if t.spec.Profile.Shape == Heap {
		runs := t.Runs(first)
		m := 0
		for _, r := range runs {
			m += r[1] - r[0]
		}
		s.leaves[0] = resize(s.leaves[0], (2*m-1)*w)
		heap, at := s.leaves[0], 2*m-1
		for _, r := range runs {
			leaves, err := s.hashLeaves(ctx, r[0], r[1])
			if err != nil {
				return err
			}
			for i := range r[1] - r[0] {
				at--
				copy(heap[at*w:(at+1)*w], leaves[i*w:])
			}
		}
		small := nodes{shape: Heap, width: w, prefix: t.nodes.prefix, sorted: t.nodes.sorted}
		if err := small.buildHeap(ctx, []*layer.Hasher{s.h}, heap); err != nil {
			return err
		}
		copy(roots, small.root())
		return nil
	}
	level, err := s.hashLeaves(ctx, first<<t.cut, min(last<<t.cut, t.n))
	if err != nil {
		return err
	}
	for j := range t.cut {
		into := &s.leaves[j%2]
		n := len(level) / w
		*into = resize(*into, (n+1)/2*w)
		s.h.Pairs(*into, level[:n/2*2*w], t.nodes.prefix, t.nodes.sorted)
		t.nodes.lastOf(s.h, *into, level, j)
		level = *into
	}
	copy(roots, level)
	return nil
}

// hashLeaves reads and checks rows and returns their leaves, valid until the next call.
func (s *slicer) hashLeaves(ctx context.Context, lo, hi int) ([]byte, error) {
	p, n := &s.t.spec.Profile, hi-lo
	if err := s.read(lo, hi); err != nil {
		return nil, err
	}
	if s.rows.Len() != n {
		return nil, fmt.Errorf("%d rows at positions %d to %d", s.rows.Len(), lo, hi)
	}
	if err := s.rows.checkColumns(p); err != nil {
		return nil, err
	}
	if p.Has(SourceIndex) && s.rows.Index == nil {
		return nil, fmt.Errorf("index: profile %s needs them given", p)
	}
	var refused *RowErrors
	if _, _, err := checkRows(ctx, 1, p, &s.t.spec, &s.rows); errors.As(err, &refused) {
		s.refuse(lo, refused.List)
	} else if err != nil && !errors.Is(err, ErrWidth) { // what the sum of all is, is seen when all are there
		return nil, err
	}
	s.sum.addRows(p, &s.rows)
	s.enc.again()
	s.buf = resize(s.buf, n*p.Width)
	leaves := s.buf
	for from := 0; from < n; from += leafBatch {
		end := min(from+leafBatch, n)
		s.refuse(lo, s.mem.hash(p, s.enc, leaves[from*p.Width:end*p.Width], from, end))
	}
	return leaves, nil
}

// refuse keeps the first rows that a worker met, which is enough: only so many are shown.
func (s *slicer) refuse(lo int, list []*RowError) {
	for _, e := range list {
		if len(s.bad) < 2*merkle.MaxFaults {
			e.Row += lo
			s.bad = append(s.bad, e)
		}
	}
}

// join hashes what is above the subtrees.
func (t *Sliced) join(ctx context.Context, roots []byte) error {
	p := &t.spec.Profile
	hashers := make([]*layer.Hasher, workers(t.spec.Workers))
	for i := range hashers {
		hashers[i] = layer.New(p.alg(), p.Width)
	}
	if p.Shape == Heap {
		heap := make([]byte, (2<<t.cut-1)*p.Width)
		copy(heap[(1<<t.cut-1)*p.Width:], roots)
		err := t.nodes.buildHeap(ctx, hashers, heap)
		return err
	}
	t.above = [][]byte{roots}
	for j := t.cut; j < t.depth; j++ {
		level := t.above[j-t.cut]
		next := make([]byte, (len(level)/p.Width+1)/2*p.Width)
		if err := t.nodes.above(ctx, hashers, next, level, j); err != nil {
			return err
		}
		t.above = append(t.above, next)
	}
	return nil
}

// resize returns n bytes, of b where they fit.
func resize(b []byte, n int) []byte {
	if cap(b) < n {
		return make([]byte, n)
	}
	return b[:n]
}
