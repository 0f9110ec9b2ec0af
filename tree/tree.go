package tree

import (
	"fmt"
	"strconv"

	merkle "github.com/merkle-drop/merkle"
)

// Root is the tree's root, in the first Width bytes.
func (t *Tree) Root() (h merkle.Hash) {
	if t.groups != nil {
		copy(h[:], t.groups.outer.root())
	} else {
		copy(h[:], t.nodes.root())
	}
	return h
}

// Len is the number of leaves; with Dedupe it can be below the number of rows. Of a grouped tree it counts those of all groups.
func (t *Tree) Len() int {
	if t.groups != nil {
		return len(t.row)
	}
	return t.nodes.leaves
}

// Depth is the length of the longest proof: ⌈log₂ Len⌉ for every shape, or Spec.Levels where that is given. Of a grouped tree it is that of the
// longest whole proof, through group and upper tree.
func (t *Tree) Depth() int {
	if t.groups != nil {
		return t.groups.depth
	}
	return t.nodes.depth()
}

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
	copy(h[:], t.leafAt(t.Position(row)))
	return h
}

// leafAt is the leaf at a position.
func (t *Tree) leafAt(pos int) []byte {
	if t.groups == nil {
		return t.nodes.leaf(pos)
	}
	i := t.groups.at(pos)
	return t.groups.leaf(i, pos-int(t.groups.start[i]))
}

// walk calls entry for each node from the leaf of a row up to the root, as nodes.path does; of a grouped tree through group and upper tree.
func (t *Tree) walk(row int, entry func(sibling []byte, right bool)) {
	pos := t.Position(row)
	if t.groups == nil {
		t.nodes.path(pos, entry)
		return
	}
	i := t.groups.at(pos)
	t.groups.path(i, pos-int(t.groups.start[i]), entry)
	t.groups.outer.path(t.groups.placeOf(i), entry)
}

// Preimage appends the bytes that are hashed to the leaf of a row, without prefixes. For two-level that is all but the account.
func (t *Tree) Preimage(dst []byte, row int) []byte {
	dst, _ = t.leaf.append(dst, row) // Build has encoded it before
	return dst
}

// Total is the sum of all rows' amounts and locked amounts. It is false for a profile without an amount field, and for limits (AmountLimit)
// whose sum is wider than 256 bits.
func (t *Tree) Total() (sum merkle.Amount, ok bool) {
	return t.total, t.summed && t.spec.Profile.Has(SourceAmount)
}

// Proof appends to dst[:0] the proof of a row, from leaf to root: at most Depth hashes, none when Len is 1. It
// allocates only when dst is too small. For a grouped tree see InnerLen.
func (t *Tree) Proof(row int, dst []merkle.Hash) []merkle.Hash {
	dst = dst[:0]
	t.walk(row, func(sibling []byte, _ bool) { dst = appendEntry(dst, sibling) })
	return dst
}

// appendEntry appends a sibling unless the node is carried up.
func appendEntry(dst []merkle.Hash, sibling []byte) []merkle.Hash {
	if sibling == nil {
		return dst
	}
	var h merkle.Hash
	copy(h[:], sibling)
	return append(dst, h)
}

// Sides is what Verify and VerifyTwoLevel take as position: bit j is 1 when the node that entry j of the row's proof is hashed with is
// a right child. For shapes with an entry for every level it equals Position; of a grouped tree it is the position in the group
// and, above the InnerLen bits of that, the group's place.
func (t *Tree) Sides(row int) int {
	sides, bit := 0, 1
	t.walk(row, func(sibling []byte, right bool) {
		if sibling != nil {
			if right {
				sides |= bit
			}
			bit <<= 1
		}
	})
	return sides
}

// AppendValue appends the text of a leaf field of a row as bundles hold it: numbers in decimal, bytes and EVM
// addresses in lower-case hex, Solana keys in base58. Field counts from 0 in the profile's order.
func (t *Tree) AppendValue(dst []byte, row, field int) []byte {
	return t.enc.appendValue(dst, row, field)
}

func (e *encoder) appendValue(dst []byte, row, field int) []byte {
	f := &e.fields[field]
	text := f.fixed
	switch f.Source {
	case SourceAccount:
		return e.rows.Accounts[row].AppendText(dst)
	case SourceToken:
		if e.rows.Tokens == nil {
			return e.token.AppendText(dst)
		}
		return e.rows.Tokens[row].AppendText(dst)
	case SourceAmount:
		return e.rows.Amounts[row].AppendText(dst)
	case SourceLocked:
		return e.rows.locked(row).AppendText(dst)
	case SourceIndex:
		return strconv.AppendUint(dst, e.index[row], 10)
	case SourceColumn:
		text = f.column[row]
	}
	var err error
	if f.typ.kind == identityKind {
		dst, err = appendIdentityText(dst, f.ecosystem[row], text)
	} else {
		dst, err = f.typ.appendText(dst, text)
	}
	if err != nil { // Build has read it before
		panic(fmt.Sprintf("tree: field %s of row %d changed after the build: %v", f.Name, row, err))
	}
	return dst
}
