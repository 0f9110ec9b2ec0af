package tree

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"math/bits"

	"github.com/merkle-drop/merkle/tree/internal/layer"
)

// filedForest is the trees of all groups, one after the other in filing.nodes, and the upper tree over them in a file of its own. It takes 8 bytes of memory
// a group.
type filedForest struct {
	start []uint32 // as in forest
	node  []uint32 // group -> its first slot; one more entry, the number of slots
	place []uint32 // group -> position in outer; nil: the same
	lone  [][]byte
	upper *nodeFile
	outer *nodeTree
	depth int

	// Of every group the last of its slots, one in 1<<part, are in top too; topAt is the first of each group, nil when there are none.
	part  int
	top   []byte
	topAt []uint32
}

// planting is the building of a filedForest from leaves in order.
type planting struct {
	b      *filing
	f      *filedForest
	memory []*pairMemory
	inner  innerMemory
	key    []byte // of the group that leaves come of
	batch  []byte // leaves of the groups that are not built yet
	first  int    // the first of them
	leaves int    // of the present group
	most   int    // leaves of which a group's tree is built in memory
	large  bool   // whose leaves are in the file
	keys   []byte // accounts of the groups that are not built yet
	roots  []byte // leaves of the upper tree, where those are sorted
}

// plant makes the trees of a grouped profile.
func (b *filing) plant(memory []*pairMemory) (f *filedForest, n int, err error) {
	p := &b.spec.Profile
	f = &filedForest{lone: lonePads(p, 32)}
	f.upper = newNodeFile(b.path("upper"), p.Width, innerSize(p.Shape, b.n), b.d.Memory/4)
	b.upper = f.upper
	in, err := b.leaves.Sort(b.ctx)
	if err != nil {
		return nil, 0, err
	}
	defer func() { err = errors.Join(err, in.Close(), b.leaves.Close()) }()
	if err := errors.Join(b.nodes.prepare(), f.upper.prepare()); err != nil {
		return nil, 0, err
	}
	t := &planting{b: b, f: f, memory: memory, inner: innerMemory{h: layer.New(p.alg(), p.Width)}}
	t.most = int(min(max(b.d.Memory/8/int64(p.Width), 16), 1<<16))
	b.pos = make([]uint32, b.n)
	w, keySize := p.Width, b.form.account
	if b.form.digits > 0 {
		keySize = 2
	}
	key, last := make([]byte, keySize), make([]byte, w)
	for seen := 0; in.Next(); seen++ {
		if seen%65536 == 0 && b.ctx.Err() != nil {
			return nil, 0, b.ctx.Err()
		}
		r := in.Record()
		leaf, row := r[b.form.leaf:b.form.leaf+w], binary.BigEndian.Uint32(r[b.form.row:])
		if copy(key, r); b.form.digits > 0 {
			binary.BigEndian.PutUint16(key, binary.BigEndian.Uint16(r)>>(16-4*b.form.digits))
		}
		if p.Dedupe {
			if n > 0 && bytes.Equal(last, leaf) {
				b.pos[row] = uint32(n - 1)
				continue
			}
			copy(last, leaf)
		}
		if n == 0 || !bytes.Equal(t.key, key) {
			if err := t.next(key, n); err != nil {
				return nil, 0, err
			}
		}
		b.pos[row] = uint32(n)
		n++
		if err := t.add(leaf); err != nil {
			return nil, 0, err
		}
	}
	if err := errors.Join(in.Err(), t.end(n)); err != nil {
		return nil, 0, err
	}
	return f, n, t.over()
}

// next begins a group whose first leaf is at position at.
func (t *planting) next(key []byte, at int) error {
	if err := t.close(); err != nil {
		return err
	}
	if len(t.batch) >= chunk*t.b.spec.Profile.Width {
		if err := t.build(); err != nil {
			return err
		}
	}
	t.f.start = append(t.f.start, uint32(at))
	t.key, t.leaves = append(t.key[:0], key...), 0
	t.keys = append(t.keys, key...)
	if len(t.f.node) == 0 {
		t.f.node = append(t.f.node, 0)
	}
	return nil
}

// add adds a leaf to the present group.
func (t *planting) add(leaf []byte) error {
	w := t.b.spec.Profile.Width
	if t.leaves++; t.large {
		t.batch = append(t.batch, leaf...)
		if len(t.batch) < chunk*w {
			return nil
		}
		return t.flush()
	}
	if t.batch = append(t.batch, leaf...); t.leaves < t.most {
		return nil
	}
	// It goes on alone: what was before it is built, what is there of it written.
	mine := append([]byte{}, t.batch[len(t.batch)-t.leaves*w:]...)
	t.batch = t.batch[:len(t.batch)-t.leaves*w]
	own := append([]byte{}, t.keys[len(t.keys)-len(t.key):]...)
	t.keys = t.keys[:len(t.keys)-len(own)]
	if err := t.build(); err != nil {
		return err
	}
	t.batch, t.large = append(t.batch[:0], mine...), true
	t.keys = append(t.keys[:0], own...)
	return t.flush()
}

// flush writes the last leaves of a large group.
func (t *planting) flush() error {
	w := t.b.spec.Profile.Width
	n := len(t.batch) / w
	err := t.b.nodes.write(int(t.f.node[len(t.f.node)-1])+t.leaves-n, t.batch)
	t.batch = t.batch[:0]
	return err
}

// close ends the present group: a large one is built.
func (t *planting) close() error {
	if t.leaves == 0 {
		return nil
	}
	p, f := &t.b.spec.Profile, t.f
	base := int(f.node[len(f.node)-1])
	if t.large {
		if err := t.flush(); err != nil {
			return err
		}
	}
	f.node = append(f.node, uint32(base+innerSize(p.Shape, t.leaves)))
	if !t.large {
		return nil
	}
	tree := newNodeTree(p, base, t.leaves, f.lone)
	if err := tree.fill(t.b.ctx, t.b.nodes, t.memory); err != nil {
		return err
	}
	root := make([]byte, p.Width)
	if err := t.b.nodes.read(tree.rootSlot(), root); err != nil {
		return err
	}
	t.large = false
	return t.raise(root)
}

// build builds the trees of the groups whose leaves are in batch.
func (t *planting) build() error {
	p, f := &t.b.spec.Profile, t.f
	w := p.Width
	groups := len(t.keys) / len(t.key)
	if groups == 0 {
		return nil
	}
	base := f.node[t.first]
	x := forest{shared: nodes{shape: p.Shape, width: w, prefix: p.NodePrefix, sorted: p.Pair == PairSorted, lone: f.lone}}
	for i := range groups + 1 {
		x.node = append(x.node, f.node[t.first+i]-base)
		if i < groups {
			x.start = append(x.start, f.start[t.first+i]-f.start[t.first])
		}
	}
	x.start = append(x.start, uint32(len(t.batch)/w))
	t.inner.raw = resize(t.inner.raw, int(x.node[groups])*w)
	x.hashes = t.inner.raw
	leaves, roots := t.batch, make([]byte, 0, groups*w)
	for i := range groups {
		tree := x.inner(i, &t.inner.levels)
		for k := range tree.leaves {
			copy(tree.leaf(k), leaves[k*w:(k+1)*w])
		}
		leaves = leaves[tree.leaves*w:]
		if !x.small(i) {
			tree.fill(t.inner.h)
		}
	}
	t.inner.fillSmall(&x, 0, groups)
	for i := range groups {
		roots = append(roots, x.root(i)...)
		if p.Shape == Heap {
			reverse(x.memory(i), w)
		}
	}
	if err := t.b.nodes.write(int(base), x.hashes); err != nil {
		return err
	}
	t.batch = t.batch[:0]
	return t.raise(roots)
}

// reverse turns the order of nodes.
func reverse(level []byte, width int) {
	var node [32]byte
	for lo, hi := 0, len(level)-width; lo < hi; lo, hi = lo+width, hi-width {
		copy(node[:], level[lo:lo+width])
		copy(level[lo:], level[hi:hi+width])
		copy(level[hi:], node[:width])
	}
}

// raise makes the roots of the next groups leaves of the upper tree.
func (t *planting) raise(roots []byte) error {
	p := &t.b.spec.Profile
	w := p.Width
	first, n := t.first, len(roots)/w
	t.first += n
	if t.b.form.digits > 0 {
		t.roots, t.keys = append(t.roots, roots...), t.keys[:0]
		return nil
	}
	var raw []byte
	size := len(t.key)
	for i := range n {
		raw = append(append(raw, t.keys[i*size:(i+1)*size]...), roots[i*w:(i+1)*w]...)
	}
	t.keys = t.keys[:0]
	leaves := make([]byte, n*w)
	t.inner.h.Messages(leaves, raw, p.LeafPrefixes[1], size+w)
	return t.f.upper.write(first, leaves)
}

// end builds the last groups; n is the number of leaves.
func (t *planting) end(n int) error {
	if err := t.close(); err != nil {
		return err
	}
	t.f.start = append(t.f.start, uint32(n))
	return t.build()
}

// over builds the upper tree.
func (t *planting) over() error {
	p, f := &t.b.spec.Profile, t.f
	groups := len(f.start) - 1
	if t.b.form.digits > 0 {
		order, err := byLeaf(t.b.ctx, t.b.w, t.roots, p.Width)
		if err != nil {
			return err
		}
		f.place = ranks(order)
		sorted := make([]byte, len(t.roots))
		if err := gather(t.b.ctx, t.b.w, sorted, t.roots, order, &Profile{Width: p.Width}, nil); err != nil {
			return err
		}
		if err := f.upper.write(0, sorted); err != nil {
			return err
		}
	}
	f.outer = newNodeTree(p, 0, groups, f.lone)
	f.upper.used(f.outer.size())
	t.b.nodes.used(int(f.node[groups]))
	if err := f.outer.fill(t.b.ctx, f.upper, t.memory); err != nil {
		return err
	}
	var steps []step
	for i := range groups {
		inner := bits.Len32(f.start[i+1] - f.start[i] - 1)
		if inner+f.outer.height() <= f.depth {
			continue
		}
		n := inner
		steps = f.outer.steps(steps[:0], f.placeOf(i))
		for k := range steps {
			if !steps[k].lacks() {
				n++
			}
		}
		f.depth = max(f.depth, n)
	}
	return errors.Join(t.b.ctx.Err(), f.keepUpper(t.b))
}

// keepUpper keeps as much of the upper levels of large groups as there is memory for.
func (f *filedForest) keepUpper(b *filing) error {
	groups, w := len(f.start)-1, b.spec.Profile.Width
	if b.nodes.from == 0 || groups > b.n/16 {
		return nil
	}
	for f.part = 1; f.part < 32 && int64(f.node[groups])>>f.part*int64(w) > b.d.Memory/4; f.part++ {
	}
	f.topAt = make([]uint32, groups)
	at := 0
	for i := range groups {
		f.topAt[i] = uint32(at)
		at += f.upperOf(i)
	}
	f.top = make([]byte, at*w)
	for i := range groups {
		n := f.upperOf(i)
		if err := b.nodes.read(int(f.node[i+1])-n, f.top[int(f.topAt[i])*w:][:n*w]); err != nil {
			return err
		}
	}
	return nil
}

// upperOf is how many slots of a group are in top.
func (f *filedForest) upperOf(i int) int { return int(f.node[i+1]-f.node[i]) >> f.part }

// kept is the node in a slot of a group, nil when it is in the file only.
func (f *filedForest) kept(i, slot, width int) []byte {
	if f.topAt == nil {
		return nil
	}
	n := f.upperOf(i)
	k := slot - (int(f.node[i+1]) - n)
	if k < 0 {
		return nil
	}
	at := (int(f.topAt[i]) + k) * width
	return f.top[at : at+width]
}

func (f *filedForest) placeOf(i int) int {
	if f.place == nil {
		return i
	}
	return int(f.place[i])
}

// group is the group that holds a position, and its tree, whose memory offsets is.
func (f *filedForest) group(p *Profile, pos int, offsets []int) (int, nodeTree) {
	i := (&forest{start: f.start}).at(pos)
	t := nodeTree{base: int(f.node[i]), nodes: nodes{shape: p.Shape, width: p.Width, leaves: int(f.start[i+1] - f.start[i]), lone: f.lone}, offsets: offsets}
	t.lay()
	return i, t
}

// steps appends the steps from a position through group and upper tree, and says which group it is and how many are of it.
func (f *filedForest) steps(p *Profile, dst []step, pos int, offsets []int) (_ []step, group, inner int) {
	i, t := f.group(p, pos, offsets)
	dst = t.steps(dst, pos-int(f.start[i]))
	inner = len(dst)
	dst = f.outer.steps(dst, f.placeOf(i))
	for k := inner; k < len(dst); k++ {
		dst[k].upper = true
	}
	return dst, i, inner
}

// fillAll is what BuildFiled does with an ungrouped tree.
func (b *filing) fillAll(ctx context.Context, leaves int, memory []*pairMemory) (*nodeTree, error) {
	p := &b.spec.Profile
	t := newNodeTree(p, 0, leaves, lonePads(p, bits.Len(uint(leaves-1))))
	b.nodes.used(t.size())
	if err := t.fill(ctx, b.nodes, memory); err != nil {
		return nil, err
	}
	return t, b.nodes.keep(b.d.Memory / 2)
}
