package tree

import (
	"iter"
	"slices"
	"strings"

	merkle "github.com/merkle-drop/merkle"
)

// Group is one part of a grouped tree: a shard, or the rows of one account. Its leaves are a tree of their own, whose root is
// (shard-K) or goes into (two-level) one leaf of the upper tree.
type Group struct {
	Key     string         // shard-K: the lower-case hex digits that its accounts begin with, without 0x; two-level: empty
	Account merkle.Account // two-level: whose rows they are; shard-K: zero
	First   int            // its leaves stand at positions First to First+Len-1 of the tree
	Len     int            // leaves
	Place   int            // of its leaf among those of the upper tree; two-level: the rank of the account
	Root    merkle.Hash    // of its own tree, in the first Width bytes
	Leaf    merkle.Hash    // in the upper tree, in the first Width bytes; shard-K: the root itself
}

// Grouped reports whether the profile has two levels of trees.
func (p *Profile) Grouped() bool { return p.Grouping != GroupingNone }

// shardDigits is K of shard-K, 0 for all else.
func (p *Profile) shardDigits() int {
	k, ok := strings.CutPrefix(p.Grouping, GroupingShard)
	if !ok || len(k) != 1 || k[0] < '1' || k[0] > '4' {
		return 0
	}
	return int(k[0] - '0')
}

// GroupCount is the number of groups, 0 for a profile without grouping.
func (t *Tree) GroupCount() int {
	if t.groups == nil {
		return 0
	}
	return len(t.groups.start) - 1
}

// Groups yields the groups in the order of the tree: shards by their digits, accounts by their bytes. The number is what Group,
// GroupProof and GroupRows take.
func (t *Tree) Groups() iter.Seq2[int, Group] {
	return func(yield func(int, Group) bool) {
		for i := range t.GroupCount() {
			if !yield(i, t.Group(i)) {
				return
			}
		}
	}
}

// Group is group i, 0 ≤ i < GroupCount.
func (t *Tree) Group(i int) Group {
	f := t.groups
	g := Group{First: int(f.start[i]), Len: int(f.start[i+1] - f.start[i]), Place: f.placeOf(i)}
	first := t.rows.Accounts[t.rowAt(g.First)]
	if f.digits > 0 {
		g.Key = string(first.AppendText(nil)[2 : 2+f.digits])
	} else {
		g.Account = first
	}
	copy(g.Root[:], f.root(i))
	copy(g.Leaf[:], f.outer.leaf(g.Place))
	return g
}

// GroupOf is the number of the group that holds a row; -1 for a profile without grouping.
func (t *Tree) GroupOf(row int) int {
	if t.groups == nil {
		return -1
	}
	return t.groups.at(t.Position(row))
}

// GroupRows is the rows of group i in claim order, those with equal leaves too.
func (t *Tree) GroupRows(i int) []int {
	f := t.groups
	var out []int
	if f.dealt != nil {
		for _, row := range f.dealt[i] {
			out = append(out, int(row))
		}
		return out
	}
	for pos := f.start[i]; pos < f.start[i+1]; pos++ {
		out = append(out, t.rowAt(int(pos)))
	}
	slices.Sort(out)
	return out
}

// GroupProof appends to dst[:0] the proof of the leaf of group i in the upper tree: what follows the InnerLen entries of every row of the group.
func (t *Tree) GroupProof(i int, dst []merkle.Hash) []merkle.Hash {
	dst = dst[:0]
	t.groups.outer.path(t.groups.placeOf(i), func(sibling []byte, _ bool) { dst = appendEntry(dst, sibling) })
	return dst
}

// InnerLen is how many entries of the proof of a row, from its beginning, are of the row's group; the rest is that of the group in the upper
// tree. 0 for a profile without grouping.
func (t *Tree) InnerLen(row int) (n int) {
	if t.groups == nil {
		return 0
	}
	i := t.GroupOf(row)
	t.groups.path(i, t.Position(row)-int(t.groups.start[i]), func(sibling []byte, _ bool) {
		if sibling != nil {
			n++
		}
	})
	return n
}
