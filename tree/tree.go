package tree

import (
	"fmt"
	"strconv"

	merkle "github.com/merkle-drop/merkle"
)

// Root is the tree's root, in the first Width bytes.
func (t *Tree) Root() (h merkle.Hash) {
	copy(h[:], t.nodes.root())
	return h
}

// Len is the number of leaves; with Dedupe it can be below the number of rows.
func (t *Tree) Len() int { return t.nodes.leaves }

// Depth is the length of the longest proof: ⌈log₂ Len⌉ for every shape, or Spec.Levels where that is given.
func (t *Tree) Depth() int { return t.nodes.depth() }

// Order is the order of the leaves; never OrderProfile.
func (t *Tree) Order() Order { return t.order }

// Profile is the profile that built the tree. The caller must not change it.
func (t *Tree) Profile() *Profile { return &t.spec.Profile }

// Spec is what the tree was built by.
func (t *Tree) Spec() Spec { return t.spec }

// Rows is what the tree was built from.
func (t *Tree) Rows() *Rows { return t.rows }

// Row is the row whose leaf stands at a position, 0 ≤ pos < Len. Of rows with one leaf it is the first in tree order.
func (t *Tree) Row(pos int) int { return t.rowAt(pos) }

// Position is the place in the tree of the leaf of a row, 0 ≤ row < number of rows.
func (t *Tree) Position(row int) int {
	if t.pos == nil {
		return row
	}
	return int(t.pos[row])
}

// Leaf is the leaf of a row, in the first Width bytes.
func (t *Tree) Leaf(row int) (h merkle.Hash) {
	copy(h[:], t.nodes.leaf(t.Position(row)))
	return h
}

// Preimage appends the bytes that are hashed to the leaf of a row, without prefixes.
func (t *Tree) Preimage(dst []byte, row int) []byte {
	dst, _ = t.enc.append(dst, row) // Build has encoded it before
	return dst
}

// Total is the sum of all rows' amounts and locked amounts. It is false for a profile without an amount field.
func (t *Tree) Total() (sum merkle.Amount, ok bool) { return t.total, t.spec.Profile.Has(SourceAmount) }

// Proof appends to dst[:0] the proof of a row, from leaf to root: at most Depth hashes, none when Len is 1. It
// allocates only when dst is too small.
func (t *Tree) Proof(row int, dst []merkle.Hash) []merkle.Hash {
	dst = dst[:0]
	t.nodes.path(t.Position(row), func(sibling []byte, _ bool) {
		if sibling != nil {
			var h merkle.Hash
			copy(h[:], sibling)
			dst = append(dst, h)
		}
	})
	return dst
}

// Sides is what Verify takes as position: bit j is 1 when the node that entry j of the row's proof is hashed with is
// a right child. For shapes with an entry for every level it equals Position.
func (t *Tree) Sides(row int) int {
	sides, bit := 0, 1
	t.nodes.path(t.Position(row), func(sibling []byte, right bool) {
		if sibling != nil {
			if right {
				sides |= bit
			}
			bit <<= 1
		}
	})
	return sides
}

// Index is the claim index of a row: the leaf's index field, or for IndexPath the number that the contract reads from
// the proof (bit i of it is 1 when the running hash is the larger at entry i, shifted left by Depth minus the length of the proof).
// It is false for profiles without an index.
func (t *Tree) Index(row int) (index uint64, ok bool) {
	if t.enc.index != nil {
		return t.enc.index[row], true
	}
	if t.spec.Profile.Index != IndexPath {
		return 0, false
	}
	bit := 0
	h := newFolder(&t.spec.Profile)
	running := append([]byte(nil), t.nodes.leaf(t.Position(row))...)
	t.nodes.path(t.Position(row), func(sibling []byte, right bool) {
		if sibling == nil {
			return
		}
		if string(running) > string(sibling) {
			index |= 1 << bit
		}
		bit++
		h.fold(running, sibling, right)
	})
	return index << (t.Depth() - bit), true
}

// AppendValue appends the text of a leaf field of a row as bundles hold it: numbers in decimal, bytes and EVM
// addresses in lower-case hex, Solana keys in base58. Field counts from 0 in the profile's order.
func (t *Tree) AppendValue(dst []byte, row, field int) []byte {
	f := &t.enc.fields[field]
	text := f.fixed
	switch f.Source {
	case SourceAccount:
		return t.rows.Accounts[row].AppendText(dst)
	case SourceToken:
		if t.rows.Tokens == nil {
			return t.spec.Token.AppendText(dst)
		}
		return t.rows.Tokens[row].AppendText(dst)
	case SourceAmount:
		return t.rows.Amounts[row].AppendText(dst)
	case SourceLocked:
		return t.rows.locked(row).AppendText(dst)
	case SourceIndex:
		return strconv.AppendUint(dst, t.enc.index[row], 10)
	case SourceColumn:
		text = f.column[row]
	}
	dst, err := f.typ.appendText(dst, text)
	if err != nil { // Build has read it before
		panic(fmt.Sprintf("tree: field %s of row %d changed after the build: %v", f.Name, row, err))
	}
	return dst
}
