package verify

import (
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"
)

var errProof = errors.New("not a list of hashes")

// judge is the work on one listing.
type judge struct {
	p       *filePass
	l       *listing
	tree    FileTree
	target  digest // the stated root, once parsed for a width
	implied bool   // no root is stated, and target is what the proofs lead to
	agreed  bool   // the root is not met, but list and proofs agree on another
	amount  int    // column, -1: none
}

// builtList is the tree of one candidate.
type builtList struct {
	c      *candidate
	prof   *profile
	rule   *leafRule
	rows   []*fileRow // that are leaves of the candidate
	leaves []digest   // aligned with rows
	tree   *rebuilt   // nil when there are leaves that could not be hashed
	bad    []rowFault
	err    error
}

// judge judges every listing, in order.
func (p *filePass) judge() error {
	for i, l := range p.listings {
		p.o.Progress("judging", int64(i), int64(len(p.listings)))
		j := &judge{p: p, l: l, amount: l.column("amount")}
		counted := p.faults.total()
		if err := j.run(); err != nil {
			return err
		}
		j.tree.OK = counted == p.faults.total()
		p.trees = append(p.trees, j.tree)
	}
	p.o.Progress("judging", int64(len(p.listings)), int64(len(p.listings)))
	return nil
}

func (j *judge) run() error {
	p, l := j.p, j.l
	j.tree = FileTree{Name: l.name, Leaves: len(l.rows)}
	if len(l.rows) == 0 {
		p.fault(ListEmpty, l.src.place(max(0, l.rootAt)), "no row", "at least one")
		return nil
	}
	j.statedRoot()
	if total := l.sum("amount"); total != nil {
		j.tree.Total = sumText(total)
	}
	best, err := j.match()
	if err != nil {
		return err
	}
	if best == nil {
		p.skip("%s: leaves, root and proofs: none of the candidates could be built", l.name)
		if j.tree.Stated != "" || slices.ContainsFunc(l.rows, func(r fileRow) bool { return r.proof >= 0 }) {
			// A root or proofs that nothing was compared with are not good.
			p.fault(ListRoot, l.src.place(max(0, l.rootAt)), clip(j.tree.Stated), "a tree that can be built of the rows: see what was not checked")
		}
		j.checkFigures()
		return nil
	}
	j.describe(best)
	j.checkStated(best)
	if err := j.checkProofs(best); err != nil {
		return err
	}
	j.checkRoot(best)
	j.checkFigures()
	j.checkRows(best)
	if l.after != nil {
		l.after(j, best, j.tree.Matched)
	}
	return p.ctx.Err()
}

// statedRoot settles which root is to be met: the one given to the run, else that of the file, else that of a companion.
func (j *judge) statedRoot() {
	p, l := j.p, j.l
	if l.root == "" && len(p.roots) > 0 && len(p.listings) == 1 {
		l.root, l.rootAt, l.src = p.roots[0].text, p.roots[0].at, p.roots[0].src
	} else if len(p.listings) == 1 {
		for _, r := range p.roots {
			if !sameHash(r.text, l.root) {
				p.fault(ListDiffers, r.src.place(r.at), r.text, l.root+" as in "+l.name)
			}
		}
	}
	j.tree.Stated = l.root
	if l.root != "" && !sameHash(l.root, l.root) {
		p.fault(RowValue, l.src.place(l.rootAt)+" root", clip(l.root), "a hash")
		j.tree.Stated = ""
	}
	if p.o.Root == "" {
		return
	}
	for i := range p.listings {
		if p.listings[i] != l && len(p.listings) > 1 && sameHash(p.listings[i].root, p.o.Root) {
			return // the root given is that of another tree of these files
		}
	}
	if l.root != "" && !sameHash(l.root, p.o.Root) {
		p.fault(ListRootGiven, l.src.place(l.rootAt), l.root, p.o.Root)
	}
	if j.tree.Stated == "" {
		j.tree.Stated = p.o.Root
	}
}

// sameHash compares two spellings of a hash of 16, 20 or 32 bytes.
func sameHash(a, b string) bool {
	for _, width := range []int{32, 20, 16} {
		x, ok1 := hashOf(a, width)
		y, ok2 := hashOf(b, width)
		if ok1 && ok2 {
			return x == y
		}
	}
	return false
}

// describe fills in what is known of the tree.
func (j *judge) describe(b *builtList) {
	t := &j.tree
	t.Profile, t.Order, t.Shape, t.Index = b.prof.text["name"], b.prof.text["order"], b.prof.text["shape"], b.prof.text["index"]
	for _, bad := range b.bad {
		j.p.fault(RowValue, j.l.where(b.rows[bad.row], 0, ""), bad.err.Error(), "values that profile "+t.Profile+" can hold")
	}
	if b.tree != nil {
		t.Leaves, t.Depth, t.Rebuilt = b.tree.leaves, b.tree.depth, b.rule.hashText(&b.tree.root)
	}
	if b.prof.text["amount"] == "limit" {
		t.Total = "" // a sum of limits means nothing
	}
}

// checkRoot says which candidate gave the stated root, or reports that none did. It comes after the proofs, which name the rows that are wrong.
func (j *judge) checkRoot(b *builtList) {
	t, p, l := &j.tree, j.p, j.l
	where := l.name
	if l.root != "" {
		where = l.src.place(l.rootAt) + " root"
	}
	switch {
	case l.partial:
		p.skip("%s: the root, of which these are some rows only", l.name)
	case b.tree == nil && t.Stated != "":
		p.fault(ListRoot, where, t.Stated, "a root that can be rebuilt: some rows cannot be leaves of "+t.Profile)
	case b.tree == nil:
	case j.implied && b.tree.root != j.target:
		p.skip("%s: the root, since none is stated: the proofs lead to %s by %s, of whose tree these are some rows only", l.name, b.rule.hashText(&j.target), b.c)
	case t.Stated == "" && t.Proofs > 0:
		p.skip("%s: the root, since none is stated: list and proofs give %s by %s", l.name, t.Rebuilt, b.c)
	case t.Stated == "":
		p.skip("%s: the root, since none is stated: the list gives %s by %s", l.name, t.Rebuilt, b.c)
	case t.Matched:
		p.check("%s: root %s rebuilt from %d rows by %s", l.name, t.Rebuilt, len(b.rows), b.c)
	case j.agreed:
		p.fault(ListRoot, where, t.Stated, t.Rebuilt+", on which the list and its proofs agree, by "+b.c.String())
	default:
		p.fault(ListRoot, where, t.Stated, fmt.Sprintf("%s, which the list gives by %s (%d candidates tried)", t.Rebuilt, b.c, len(t.Tried)))
	}
}

// checkFigures compares every total and count with the exact sum of the rows, by =.
func (j *judge) checkFigures() {
	for _, f := range j.l.figures {
		want, code := f.want, ListTotal
		if want == nil && f.column != "" {
			want = j.l.sum(f.column)
		}
		if want == nil {
			want, code = big.NewInt(int64(len(j.l.rows))), ListCount
		}
		sign := "="
		if f.got.Cmp(want) != 0 {
			sign = "≠"
			j.p.fault(code, f.src.place(f.at)+" "+f.name, f.got.String(), want.String())
		}
		j.tree.Figures = append(j.tree.Figures, fmt.Sprintf("%s %s %s %s", f.name, f.got, sign, want))
	}
	if len(j.tree.Figures) > 0 {
		j.p.check("%s: %s", j.l.name, strings.Join(j.tree.Figures, ", "))
	}
}

// checkStated compares leaf hashes that the file states.
func (j *judge) checkStated(b *builtList) {
	n := 0
	for i, r := range b.rows {
		if r.leaf == "" {
			continue
		}
		n++
		if d, ok := hashOf(r.leaf, b.rule.width); !ok || d != b.leaves[i] {
			j.p.fault(RowLeaf, j.l.where(r, r.leafAt, "leaf"), r.leaf, b.rule.hashText(&b.leaves[i]))
		}
	}
	if n > 0 {
		j.p.check("%s: %d stated leaf hashes", j.l.name, n)
	}
}
