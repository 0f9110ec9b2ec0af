package tree

import (
	"bytes"
	"context"
	"encoding/binary"
)

// build hashes the rows to leaves, puts them in order and builds the levels above, all in one piece of memory.
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
	n := t.rows.Len()
	r := newRoom(p, n, t.spec.Levels)
	leaves := r.spare()
	if t.row == nil && t.order != OrderLeafHash && p.Shape != Heap {
		leaves = r.leaves(n)
	}
	if err := t.hashLeaves(ctx, w, leaves); err != nil {
		return err
	}
	if n, err = t.settle(ctx, w, r, leaves); err != nil {
		return err
	}
	t.nodes, err = newNodes(ctx, w, p, r.level(n), r.above(n), t.spec.Levels)
	return err
}

// settle brings the leaves of all rows, in the order of rows, to their places in r, makes row and pos, and says how many leaves there are.
func (t *Tree) settle(ctx context.Context, w int, r *room, leaves []byte) (n int, err error) {
	p := &t.spec.Profile
	n = t.rows.Len()
	if t.order == OrderLeafHash {
		if t.row, err = byLeaf(ctx, w, leaves, p.Width); err != nil {
			return 0, err
		}
	}
	var equal bool // some leaves may be
	if p.Dedupe && t.order != OrderLeafHash {
		equal, err = anyEqual(ctx, w, n, func(_, lo, hi int, keys []uint64) {
			for i := range keys {
				keys[i] = binary.BigEndian.Uint64(leaves[(lo+i)*p.Width:])
			}
		})
		if err != nil {
			return 0, err
		}
	}
	if !equal {
		if t.row != nil {
			t.pos = make([]uint32, n)
		}
		if t.row != nil || p.Shape == Heap {
			if err := gather(ctx, w, r.leaves(n), leaves, t.row, p, t.pos); err != nil {
				return 0, err
			}
		}
		if !p.Dedupe || t.order != OrderLeafHash || !neighboursEqual(r.leaves(n), p.Width) {
			return n, nil
		}
	}
	byHash := t.row // what follows wants leaves in the order of t.row
	if t.order == OrderLeafHash {
		t.row, t.pos = nil, nil
	} else {
		ordered := make([]byte, len(leaves))
		if err := gather(ctx, w, ordered, leaves, t.row, &Profile{Width: p.Width}, nil); err != nil {
			return 0, err
		}
		leaves = ordered
		if byHash, err = byLeaf(ctx, w, leaves, p.Width); err != nil {
			return 0, err
		}
	}
	place := t.arrange(byHash, leaves)
	if place != nil {
		n = len(place)
	}
	return n, gather(ctx, w, r.leaves(n), leaves, place, p, nil)
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
