package export

import (
	"slices"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/alloc"
	"github.com/merkle-drop/merkle/tree"
)

// heldFamilies is planFamilies for claims on disk, and joins the claims of each family.
func (w *writer) heldFamilies(out *alloc.Outline) ([]*heldFamily, error) {
	a := *out.Allocation
	a.Entrants, a.Tokens = nil, slices.Clone(a.Tokens) // the few that are there are for printed figures
	for k := range a.Tokens {
		a.Tokens[k].Amounts = nil
		if a.Tokens[k].Index = nil; out.Indexed {
			a.Tokens[k].Index = []uint64{}
		}
		a.Tokens[k].Extra = nil
		for _, name := range out.Columns {
			a.Tokens[k].Extra = append(a.Tokens[k].Extra, alloc.Column{Name: name})
		}
	}
	families, err := planFamilies(&a)
	if err != nil {
		return nil, err
	}
	var faults merkle.Faults
	used := make([]bool, len(out.Sorted))
	var held []*heldFamily
	for _, f := range families {
		claims, some := make([]*alloc.Sorted, len(f.tokens)), false
		for i, s := range out.Sorted {
			token := out.Tokens[s.Token].Token
			j := slices.IndexFunc(f.tokens, func(t familyToken) bool { return t.token == token })
			if j >= 0 && s.Chain == f.chain {
				claims[j], used[i], some = s, true, true
			}
		}
		if some {
			held = append(held, &heldFamily{family: f, rows: &heldRows{claims: claims}})
		}
	}
	for i, s := range out.Sorted {
		if token := out.Tokens[s.Token].Token; !used[i] {
			faults.Addf(token.Pos, "token %s: no tree for %d claims on %s, the first by %s", token.ID, s.Len, s.Chain, s.First)
		}
	}
	if err := faults.Err(); err != nil {
		return nil, err
	}
	for _, f := range held {
		if f.rows, err = w.hold(f.family, f.rows.claims, out.Columns); err != nil {
			return nil, err
		}
	}
	return held, nil
}

// refuseWide is what fillAmounts refuses. paid names what leaves hold: amounts, or tranches.
func (f *heldFamily) refuseWide(paid string, faults *merkle.Faults) {
	var wide []alloc.WideAmount
	more := 0
	for _, claims := range f.rows.claims {
		if claims != nil {
			wide, more = append(wide, claims.Wide...), more+claims.More
		}
	}
	slices.SortStableFunc(wide, alloc.WideAmount.Compare) // an account's tokens stay as they are
	for _, x := range wide {
		what := paid
		if x.Locked {
			what = "locked amount"
		}
		faults.Addf(f.tree.Pos, "tree %q: %s of %s is %s, wider than the %d bits of profile %s",
			f.tree.ID, what, x.Account, x.Amount, f.profile.AmountBits, f.profile.Name)
	}
	faults.More += more
	if f.rows.locked && !f.profile.Has(tree.SourceLocked) {
		faults.Addf(f.tree.Pos, "tree %q: the list has locked amounts, the leaf of profile %s has no field for them", f.tree.ID, f.profile.Name)
	}
}
