package tree

import (
	"bytes"
	"context"
	"math/bits"

	"github.com/merkle-drop/merkle/internal/pages"
)

// room is the memory of a tree's hashes in one piece: for layered shapes the leaves and then level upon level, for Heap one slot and the array,
// whose end are the leaves. Where the levels above the leaves come to stand, there is room before for the leaves of all rows in another order.
type room struct {
	heap   bool
	width  int
	rows   int
	memory []byte
}

func newRoom(p *Profile, rows, fold int) *room {
	r := &room{heap: p.Shape == Heap, width: p.Width, rows: rows}
	size := rows
	depth := max(fold, bits.Len(uint(rows-1)))
	for n := rows; depth > 0; depth-- {
		n = (n + 1) / 2
		size += n
	}
	r.memory = pages.Make[byte](max(size, 2*rows) * p.Width)
	return r
}

// spare is room for the leaves of all rows that is apart from leaves.
func (r *room) spare() []byte {
	if r.heap {
		return r.memory[:r.rows*r.width]
	}
	return r.memory[len(r.memory)-r.rows*r.width:]
}

// leaves is the place of n leaves in the tree: Heap has the first leaf last.
func (r *room) leaves(n int) []byte {
	if r.heap {
		return r.memory[len(r.memory)-n*r.width:]
	}
	return r.memory[:n*r.width]
}

// level is what newNodes takes for a tree of n leaves, above what it may use for the levels above.
func (r *room) level(n int) []byte {
	if r.heap {
		return r.memory[len(r.memory)-(2*n-1)*r.width:]
	}
	return r.leaves(n)
}

func (r *room) above(n int) []byte {
	if r.heap {
		return nil
	}
	return r.memory[n*r.width:]
}

// gather copies the leaves that order names, or all when it is nil, to their places: for Heap the first last. It writes the place of each
// leaf of src to pos unless that is nil.
func gather(ctx context.Context, w int, dst, src []byte, order []uint32, p *Profile, pos []uint32) error {
	width, n := p.Width, len(dst)/p.Width
	return parallel(ctx, w, n, func(_, lo, hi int) {
		at, step := lo*width, width
		if p.Shape == Heap {
			at, step = (n-1-lo)*width, -width
		}
		switch {
		case order == nil:
			for i := lo; i < hi; i++ {
				copy(dst[at:at+width], src[i*width:(i+1)*width])
				at += step
			}
		case width == 32:
			for _, from := range order[lo:hi] {
				leaf := *(*[32]byte)(src[int(from)*32:]) // by way of registers: what may overlap is copied by a call
				*(*[32]byte)(dst[at:]) = leaf
				at += step
			}
		default:
			for _, from := range order[lo:hi] {
				copy(dst[at:at+width], src[int(from)*width:int(from+1)*width])
				at += step
			}
		}
		if pos != nil {
			for i, from := range order[lo:hi] {
				pos[from] = uint32(lo + i)
			}
		}
	})
}

// neighboursEqual reports whether some node equals the next one.
func neighboursEqual(level []byte, width int) bool {
	for at := width; at < len(level); at += width {
		if bytes.Equal(level[at-width:at], level[at:at+width]) {
			return true
		}
	}
	return false
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
