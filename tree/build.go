package tree

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/tree/internal/layer"
)

// Spec says which tree to build from rows.
type Spec struct {
	Profile        Profile
	Order          Order             // no default
	Token          merkle.Account    // the token field's value where Rows.Tokens is nil
	Constants      map[string]string // values of constant fields, as column text
	Workers        int               // goroutines; 0: one a processor. The result does not depend on it
	Levels         int               // above 0: fold a layered shape for exactly so many levels, for a shard's subtree; 0: to the root. Heap is always folded to the root
	KeepDuplicates bool              // let an account have several rows, to judge other people's lists
}

// Tree is a built tree. It does not change and may be read by several goroutines. It refers to the rows that it was
// built from, which must not change either.
type Tree struct {
	spec   Spec
	order  Order
	rows   *Rows
	enc    *encoder
	leaf   *encoder // writes what is hashed to a leaf: enc, for two-level enc without the account
	nodes  *nodes   // nil when grouped
	groups *forest  // nil when not grouped
	total  merkle.Amount
	summed bool     // total is the sum, which fits
	row    []uint32 // position -> row; nil: the same
	pos    []uint32 // row -> position; nil: the same
}

// Build makes the tree of rows. Rows that the leaf or the contract cannot hold, repeated accounts (unless
// KeepDuplicates) and repeated indexes are a *RowErrors. No rows is ErrNoRows.
func Build(ctx context.Context, s Spec, rows *Rows) (*Tree, error) {
	s.Profile = s.Profile.clone()
	p := &s.Profile
	if err := p.Validate(); err != nil {
		return nil, err
	}
	if s.Levels < 0 || s.Levels > 62 || s.Levels > 0 && p.Grouped() {
		return nil, fmt.Errorf("levels %d: want 0 to 62, and 0 for a grouped tree", s.Levels)
	}
	order, err := resolveOrder(p, s.Order)
	if err != nil {
		return nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(s.Constants)) {
		if !p.hasConstant(name) {
			return nil, fmt.Errorf("constant %q: profile %s has no constant field of that name", name, p)
		}
	}
	s.Constants = p.withDefaults(s.Constants)
	if err := rows.checkColumns(p); err != nil {
		return nil, err
	}
	w := workers(s.Workers)
	t := &Tree{spec: s, order: order, rows: rows}
	if t.total, t.summed, err = checkRows(ctx, w, p, &s, rows); err != nil {
		return nil, err
	}
	index, err := leafIndexes(ctx, w, p, rows)
	if err != nil {
		return nil, err
	}
	if t.enc, err = newEncoder(p, &t.spec, rows, index); err != nil {
		return nil, err
	}
	if err := checkUnique(ctx, w, p, rows, t.enc, s.KeepDuplicates); err != nil {
		return nil, err
	}
	t.leaf = t.enc
	if !p.Grouped() {
		return t, t.build(ctx, w)
	}
	if p.Grouping == GroupingTwoLevel {
		t.leaf = t.enc.withoutFirst()
	}
	return t, t.plant(ctx, w)
}

func (p *Profile) hasConstant(name string) bool {
	for _, f := range p.Fields {
		if f.Name == name && (f.Source == SourceConstant || f.Source == SourceDomain) {
			return true
		}
	}
	return false
}

// withDefaults adds the profile's Defaults to the constants that are given; it does not change given.
func (p *Profile) withDefaults(given map[string]string) map[string]string {
	var out map[string]string
	for _, d := range p.Defaults {
		if _, ok := given[d.Field]; !ok && p.hasConstant(d.Field) {
			if out == nil {
				out = make(map[string]string, len(given)+len(p.Defaults))
				maps.Copy(out, given)
			}
			out[d.Field] = d.Value
		}
	}
	if out == nil {
		return given
	}
	return out
}

func (t *Tree) build(ctx context.Context, w int) (err error) {
	p := &t.spec.Profile
	switch t.order {
	case OrderAccount:
		t.row, err = byAccount(ctx, w, p, t.rows)
	case OrderKey:
		t.row, err = byKey(ctx, w, t.enc, p.OrderKey)
	}
	if err != nil {
		return err
	}
	leaves, err := t.hashLeaves(ctx, w)
	if err != nil {
		return err
	}
	var place []uint32 // position in the tree -> place in leaves; nil: the same
	if t.order == OrderLeafHash || p.Dedupe {
		sortedPlaces, err := byLeaf(ctx, w, leaves, p.Width)
		if err != nil {
			return err
		}
		place = t.arrange(sortedPlaces, leaves)
	} else if t.row != nil {
		t.pos = ranks(t.row)
	}
	n := len(leaves) / p.Width
	if place != nil {
		n = len(place)
	}
	level := leaves
	if place != nil || p.Shape == Heap {
		level = lay(leaves, place, n, p)
	}
	t.nodes, err = newNodes(ctx, w, p, level, t.spec.Levels)
	return err
}

// arrange settles row and pos when leaves are sorted by hash or equal ones dropped; it returns the place in leaves of
// each position, nil when nothing moves.
func (t *Tree) arrange(byHash []uint32, leaves []byte) []uint32 {
	width, n := t.spec.Profile.Width, len(byHash)
	first := make([]uint32, n) // place -> the first place with an equal leaf
	kept := 0
	for i, at := range byHash {
		first[at] = at
		if i > 0 && t.spec.Profile.Dedupe {
			before := byHash[i-1]
			if bytes.Equal(leaves[int(before)*width:int(before+1)*width], leaves[int(at)*width:int(at+1)*width]) {
				first[at] = first[before] // equal leaves are in ascending place, so this is the lowest
			}
		}
		if first[at] == at {
			kept++
		}
	}
	if t.order != OrderLeafHash {
		if kept == n {
			if t.row != nil {
				t.pos = ranks(t.row)
			}
			return nil
		}
		for i := range byHash {
			byHash[i] = uint32(i)
		}
	}
	place := make([]uint32, 0, kept)
	position := make([]uint32, n) // place -> position
	for _, at := range byHash {
		if first[at] == at {
			position[at] = uint32(len(place))
			place = append(place, at)
		}
	}
	t.pos = make([]uint32, n)
	row := make([]uint32, kept)
	for i := range n {
		r := uint32(i)
		if t.row != nil {
			r = t.row[i]
		}
		t.pos[r] = position[first[i]]
	}
	for i, at := range place {
		row[i] = at
		if t.row != nil {
			row[i] = t.row[at]
		}
	}
	t.row = row
	return place
}

// hashLeaves returns the leaves by row order t.row, end to end.
func (t *Tree) hashLeaves(ctx context.Context, w int) ([]byte, error) {
	p := &t.spec.Profile
	n, width := t.rows.Len(), p.Width
	out := make([]byte, n*width)
	type state struct {
		h     *layer.Hasher
		buf   []byte
		inner []byte // between two hashes
	}
	states := make([]state, w)
	found := make([][]*RowError, w)
	err := parallel(ctx, w, n, func(worker, lo, hi int) {
		s := &states[worker]
		if s.h == nil {
			s.h, s.inner = layer.New(p.alg(), width), make([]byte, chunk*width)
		}
		dst := out[lo*width : hi*width]
		first := dst
		if p.LeafHashes == 2 {
			first = s.inner[:len(dst)]
		}
		s.buf = s.buf[:0]
		for i := lo; i < hi; i++ {
			var bad *RowError
			if s.buf, bad = t.leaf.append(s.buf, t.rowAt(i)); bad != nil {
				found[worker] = append(found[worker], bad)
			}
			if t.leaf.dynamic {
				s.h.Sum(first[(i-lo)*width:], t.leaf.prefixes[0], s.buf, nil)
				s.buf = s.buf[:0]
			}
		}
		switch {
		case len(found[worker]) > 0: // the pre-images are not whole
			return
		case p.LeafHashes == 0:
			copy(dst, s.buf)
			return
		case !t.leaf.dynamic:
			s.h.Messages(first, s.buf, t.leaf.prefixes[0], t.leaf.size)
		}
		if p.LeafHashes == 2 {
			s.h.Messages(dst, first, t.leaf.prefixes[1], width)
		}
	})
	if err != nil {
		return nil, err
	}
	var all []*RowError
	for _, f := range found {
		all = append(all, f...)
	}
	return out, rowErrors(all)
}

func (t *Tree) rowAt(place int) int {
	if t.row == nil {
		return place
	}
	return int(t.row[place])
}

// lay copies n leaves to tree order, for Heap to array order behind room for the nodes above.
func lay(leaves []byte, place []uint32, n int, p *Profile) []byte {
	w := p.Width
	size := n
	if p.Shape == Heap {
		size = 2*n - 1
	}
	out := make([]byte, size*w)
	for i := range n {
		from, to := i, i
		if place != nil {
			from = int(place[i])
		}
		if p.Shape == Heap {
			to = size - 1 - i
		}
		copy(out[to*w:(to+1)*w], leaves[from*w:(from+1)*w])
	}
	return out
}
