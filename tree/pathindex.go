package tree

// Index is the claim index of a row: the leaf's index field, or for IndexPath what PathIndex says. It is false for profiles without an
// index.
func (t *Tree) Index(row int) (index uint64, ok bool) {
	switch {
	case t.enc.index != nil:
		return t.enc.index[row], true
	case t.spec.Profile.Index == IndexPath:
		return t.PathIndex(row)
	}
	return 0, false
}

// PathIndex is the number that a contract of IndexPath reads from the proof of a row and marks as claimed: bit i is 1 when the running hash is
// the larger at entry i, and all is shifted left by Depth minus the length of the proof, so that leaves under nodes carried up
// have numbers of their own. It is false for positional pairs, whose sides are the position, and for grouped trees.
func (t *Tree) PathIndex(row int) (index uint64, ok bool) {
	p := &t.spec.Profile
	if p.Pair != PairSorted || p.Grouped() {
		return 0, false
	}
	f, bit := newFolder(p), 0
	running := append([]byte(nil), t.leafAt(t.Position(row))...)
	t.walk(row, func(sibling []byte, right bool) {
		if sibling == nil {
			return
		}
		if string(running) > string(sibling) {
			index |= 1 << bit
		}
		bit++
		f.fold(running, sibling, right)
	})
	return index << (t.Depth() - bit), true
}
