package tree

import (
	"bytes"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/tree/internal/layer"
)

// folder hashes a running node with the entries of a proof.
type folder struct {
	h      *layer.Hasher
	prefix []byte
	sorted bool
}

func newFolder(p *Profile) folder {
	return folder{h: layer.New(p.alg(), p.Width), prefix: p.NodePrefix, sorted: p.Pair == PairSorted}
}

// fold replaces running by the node above it. Both are Width bytes.
func (f *folder) fold(running, sibling []byte, right bool) {
	a, b := running, sibling
	if f.sorted && bytes.Compare(a, b) > 0 || !f.sorted && right {
		a, b = b, a
	}
	f.h.Sum(running, f.prefix, a, b)
}

// Verify folds a proof from leaf to root as the contract does and reports whether it ends at root. With positional
// pairs bit j of position says whether the running hash is the right child at entry j (see Tree.Sides), and a position
// beyond the proof's length is refused; with sorted pairs position is not used. Bytes beyond Width must be zero. A proof of
// a two-level profile needs the account too: it is refused here, see VerifyTwoLevel.
//
// True says that the root was built over a node equal to leaf. That the node is a leaf and not an inner node follows from the profile's
// leaf rule, so p must be valid and leaf computed from the claim's values.
func Verify(p *Profile, leaf merkle.Hash, position int, proof []merkle.Hash, root merkle.Hash) bool {
	if p.Grouping == GroupingTwoLevel || !p.holds(leaf, root) || !p.onPath(position, len(proof)) {
		return false
	}
	f := newFolder(p)
	return f.climb(&leaf, position, proof) && leaf == root
}

// VerifyTwoLevel is Verify for a two-level profile: leaf is folded with inner to the root of the account's rows, that is hashed with
// the account to its leaf in the upper tree, and this folded with outer. Bit j of position belongs to entry j of inner, bits from
// len(inner) on to outer. It is false for other profiles.
func VerifyTwoLevel(p *Profile, account merkle.Account, leaf merkle.Hash, position int, inner, outer []merkle.Hash, root merkle.Hash) bool {
	if p.Grouping != GroupingTwoLevel || len(p.LeafPrefixes) != 2 || account.Family() != p.Accounts {
		return false
	}
	if !p.holds(leaf, root) || !p.onPath(position, len(inner)+len(outer)) {
		return false
	}
	f := newFolder(p)
	if !f.climb(&leaf, position, inner) {
		return false
	}
	var raw [32]byte
	f.h.Sum(leaf[:], p.LeafPrefixes[1], account.AppendBytes(raw[:0]), leaf[:p.Width])
	return f.climb(&leaf, position>>len(inner), outer) && leaf == root
}

// Proves folds a proof of the row's leaf as the contract does, for every grouping, and reports whether it ends at the root.
func (t *Tree) Proves(row int, proof []merkle.Hash) bool {
	p := &t.spec.Profile
	if p.Grouping != GroupingTwoLevel {
		return Verify(p, t.Leaf(row), t.Sides(row), proof, t.Root())
	}
	inner := t.InnerLen(row)
	if len(proof) < inner {
		return false
	}
	return VerifyTwoLevel(p, t.rows.Accounts[row], t.Leaf(row), t.Sides(row), proof[:inner], proof[inner:], t.Root())
}

// holds reports whether hashes are as wide as the profile's and no wider.
func (p *Profile) holds(hashes ...merkle.Hash) bool {
	if p.Width < 1 || p.Width > 32 {
		return false
	}
	for i := range hashes {
		if bytes.Count(hashes[i][p.Width:], []byte{0}) != 32-p.Width {
			return false
		}
	}
	return true
}

// onPath reports whether a position can be that of a proof of so many entries.
func (p *Profile) onPath(position, entries int) bool {
	return entries <= 62 && (p.Pair != PairPositional || position >= 0 && position>>entries == 0)
}

// climb folds entries into running, in place. It is false for an entry wider than the profile's.
func (f *folder) climb(running *merkle.Hash, position int, entries []merkle.Hash) bool {
	w := f.h.Width()
	for j := range entries {
		if bytes.Count(entries[j][w:], []byte{0}) != 32-w {
			return false
		}
		f.fold(running[:w], entries[j][:w], position>>j&1 == 1)
	}
	return true
}
