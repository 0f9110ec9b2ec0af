package export

import (
	"errors"
	"fmt"
	"slices"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/alloc"
	"github.com/merkle-drop/merkle/campaign"
	"github.com/merkle-drop/merkle/tree"
)

// slicedTree is a tree whose claims are on disk, and its group.
type slicedTree struct {
	*family
	id     string // of the group
	claims *alloc.Sorted
	tree   *tree.Sliced
	shard  int
	fields []int // of the leaf, that are cells
}

// sliced builds the campaign's trees, and refuses what Trees refuses.
func (w *writer) sliced(out *alloc.Outline) ([]*slicedTree, error) {
	a := *out.Allocation
	a.Entrants, a.Tokens = nil, slices.Clone(a.Tokens) // the few that are there are for printed figures
	a.Tokens[0].Amounts = nil
	if out.Indexed {
		a.Tokens[0].Index = []uint64{}
	}
	families, err := planFamilies(&a)
	if err != nil {
		return nil, err
	}
	var faults merkle.Faults
	token := out.Tokens[0].Token
	for _, claims := range out.Sorted {
		if !slices.ContainsFunc(families, func(f *family) bool { return f.chain == claims.Chain }) {
			faults.Addf(token.Pos, "token %s: no tree for %d claims on %s, the first by %s", token.ID, claims.Len, claims.Chain, claims.First)
		}
	}
	if err := faults.Err(); err != nil {
		return nil, err
	}
	var trees []*slicedTree
	for _, f := range families {
		i := slices.IndexFunc(out.Sorted, func(s *alloc.Sorted) bool { return s.Chain == f.chain })
		if i < 0 {
			continue
		}
		t := &slicedTree{family: f, claims: out.Sorted[i], shard: a.Campaign.Publish.Shard}
		if t.shard == 0 {
			t.shard = DefaultShard
		}
		t.refuseWide(&faults)
		trees = append(trees, t)
	}
	if err := faults.Err(); err != nil {
		return nil, err
	}
	for i, t := range trees {
		w.o.progress("trees", int64(i), int64(len(trees)))
		if err := t.build(w, &faults); err != nil {
			return nil, err
		}
	}
	if err := faults.Err(); err != nil {
		return nil, err
	}
	if len(trees) == 0 {
		faults.Addf(merkle.Pos{File: a.Campaign.Path}, "no claim is above 0, there is no tree to build")
		return nil, faults.Err()
	}
	w.o.progress("trees", int64(len(trees)), int64(len(trees)))
	return trees, checkHeld(out, trees)
}

// checkHeld proves that the trees hold what the ledger pays: leaves and base units.
func checkHeld(out *alloc.Outline, trees []*slicedTree) error {
	l := &out.Tokens[0].Ledger
	for _, line := range l.Chains {
		i := slices.IndexFunc(trees, func(t *slicedTree) bool { return t.chain == line.Chain })
		if i < 0 {
			return fmt.Errorf("export: no tree holds the claims on %s", line.Chain)
		}
		t := trees[i]
		on := t.tokens[0]
		held := t.tree.Total().Big()
		held.Mul(held, on.asset.Unit(*on.token))
		if held.Cmp(line.Claims.Big()) != 0 || t.tree.Len() != line.Leaves {
			return fmt.Errorf("export: %d leaves on %s hold %d base units of %s, the ledger has %d leaves and claims of %s",
				t.tree.Len(), t.chain, held, on.token.ID, line.Leaves, line.Claims)
		}
	}
	return nil
}

// refuseWide is what fillAmounts refuses.
func (t *slicedTree) refuseWide(faults *merkle.Faults) {
	f := t.family
	for _, x := range t.claims.Wide {
		what := "amount"
		if x.Locked {
			what = "locked amount"
		}
		faults.Addf(f.tree.Pos, "tree %q: %s of %s is %s, wider than the %d bits of profile %s",
			f.tree.ID, what, x.Account, x.Amount, f.profile.AmountBits, f.profile.Name)
	}
	faults.More += t.claims.More
	if t.claims.Locked && !f.profile.Has(tree.SourceLocked) {
		faults.Addf(f.tree.Pos, "tree %q: the list has locked amounts, the leaf of profile %s has no field for them", f.tree.ID, f.profile.Name)
	}
}

// reader returns a reading of claims as rows of the tree, with memory of its own.
func (t *slicedTree) reader(rows *tree.Rows) func(lo, hi int) error {
	var claims alloc.ClaimRows
	indexed := t.profile.Has(tree.SourceIndex)
	return func(lo, hi int) error {
		err := t.claims.Read(lo, hi, &claims)
		rows.Accounts, rows.Amounts, rows.Locked = claims.Accounts, claims.Amounts, claims.Locked
		if indexed {
			rows.Index = claims.Index
		}
		return err
	}
}

func (t *slicedTree) build(w *writer, faults *merkle.Faults) error {
	f := t.family
	if t.claims.Amount.BitLen() > f.profile.TotalBits {
		faults.Addf(f.tree.Pos, "tree %q: the sum of token %s passes the %d bits of profile %s", f.tree.ID, f.tokens[0].token.ID, f.profile.TotalBits, f.profile.Name)
		return nil
	}
	type state struct {
		rows *tree.Rows
		read func(lo, hi int) error
	}
	states := make([]state, 1024)
	spec := tree.Spec{Profile: f.profile, Order: f.order, Constants: f.constants, Workers: min(w.o.Workers, len(states)), Token: f.tokens[0].asset.Asset.Token, Decimals: int(f.tokens[0].asset.Decimals)}
	var err error
	t.tree, err = tree.BuildSliced(w.ctx, spec, t.claims.Len, t.shard, func(worker, lo, hi int, rows *tree.Rows) error {
		if states[worker].rows != rows {
			states[worker] = state{rows, t.reader(rows)}
		}
		return states[worker].read(lo, hi)
	})
	var refused *tree.RowErrors
	switch {
	case w.ctx.Err() != nil:
		return w.ctx.Err()
	case errors.As(err, &refused):
		return t.refuseRows(refused, faults)
	case err != nil:
		faults.Addf(f.tree.Pos, "tree %q: %w", f.tree.ID, err)
		return nil
	}
	if name, ok := t.indexField(); ok {
		for _, x := range t.claims.Same {
			faults.Addf(f.tree.Pos, "tree %q: %s: %s %q: %w, for %s", f.tree.ID, x.Account, name, fmt.Sprint(x.Index), tree.ErrIndex, x.Other)
		}
		faults.More += t.claims.MoreOf
	}
	for i, field := range f.profile.Fields {
		if field.Source != tree.SourceAccount && !t.constant(field) {
			t.fields = append(t.fields, i)
		}
	}
	return nil
}

func (t *slicedTree) indexField() (string, bool) {
	i := slices.IndexFunc(t.profile.Fields, func(f tree.Field) bool { return f.Source == tree.SourceIndex })
	if i < 0 {
		return "", false
	}
	return t.profile.Fields[i].Name, true
}

// constant is Tree.constant.
func (t *slicedTree) constant(f tree.Field) bool {
	like := Tree{Tokens: []*campaign.Token{t.tokens[0].token}, NoLocked: !t.claims.Locked}
	return like.constant(f)
}

// refuseRows is family.refuse for rows that are counted by position.
func (t *slicedTree) refuseRows(refused *tree.RowErrors, faults *merkle.Faults) error {
	var rows alloc.ClaimRows
	for _, e := range refused.List {
		if err := t.claims.Read(e.Row, e.Row+1, &rows); err != nil {
			return err
		}
		faults.Addf(t.family.tree.Pos, "tree %q: %s: %s %q: %w", t.family.tree.ID, rows.Accounts[0], e.Field, e.Value, e.Err)
	}
	faults.More += refused.More
	return nil
}
