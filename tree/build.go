package tree

import (
	"context"
	"fmt"
	"maps"
	"slices"

	merkle "github.com/merkle-drop/merkle"
)

// Spec says which tree to build from rows.
type Spec struct {
	Profile        Profile
	Order          Order             // no default
	Token          merkle.Account    // the token field's value where Rows.Tokens is nil
	Constants      map[string]string // values of constant fields, as column text
	Workers        int               // goroutines; 0: one a processor. The result does not depend on it
	Levels         int               // above 0: fold a layered shape for exactly so many levels, for a shard's subtree; 0: to the root. Heap is always folded to the root
	Decimals       int               // those of the token where amounts are its base units; 0: they are not divided further. See Profile.CheckDecimals
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
	if err := p.CheckDecimals(s.Decimals); err != nil {
		return nil, err
	}
	order, err := resolveOrder(p, s.Order)
	if err != nil {
		return nil, err
	}
	if s.Constants, err = p.constants(s.Constants); err != nil {
		return nil, err
	}
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

// constants adds the profile's Defaults to the constants that are given, and refuses those that it has no field for. It does not change given.
func (p *Profile) constants(given map[string]string) (map[string]string, error) {
	for _, name := range slices.Sorted(maps.Keys(given)) {
		if !p.hasConstant(name) {
			return nil, fmt.Errorf("constant %q: profile %s has no constant field of that name", name, p)
		}
	}
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
		return given, nil
	}
	return out, nil
}

func (t *Tree) rowAt(place int) int {
	if t.row == nil {
		return place
	}
	return int(t.row[place])
}
