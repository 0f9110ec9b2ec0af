package export

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/tree"
)

// parts cuts the rows into runs of the campaign's split, in the tree's order (docs/rules/common.md): account order by key,
// all others in claim order. Inside a part rows stay in claim order. A tree that is not split is one part, all rows: nil.
func (f *family) parts() [][]int {
	n, most := len(f.entrants), f.tree.Split
	if most == 0 {
		return [][]int{nil}
	}
	rows := make([]int, n)
	for r := range rows {
		rows[r] = r
	}
	if f.order == tree.OrderAccount {
		keys := make([][32]byte, n)
		for r, a := range f.rows.Accounts {
			keys[r] = tree.AccountKey(a)
		}
		slices.SortFunc(rows, func(a, b int) int {
			return cmp.Or(bytes.Compare(keys[a][:], keys[b][:]), a-b)
		})
	}
	parts := slices.Collect(slices.Chunk(rows, most))
	for _, p := range parts {
		slices.Sort(p)
	}
	return parts
}

// build makes the family's trees, one a part. Without claims there are none. What a tree cannot hold is added to faults; the
// error is for all else.
func (f *family) build(ctx context.Context, o Options, faults *merkle.Faults) ([]*Tree, error) {
	if len(f.entrants) == 0 {
		return nil, nil
	}
	parts := f.parts()
	var trees []*Tree
	for i, rows := range parts {
		t := &Tree{ID: f.tree.ID, Family: f.tree.ID, Part: i, Parts: len(parts), Chain: f.chain, NoLocked: f.rows.Locked == nil, Deployment: f.tree.Deployment}
		if f.tree.Split > 0 {
			t.ID = fmt.Sprintf("%s-%d", f.tree.ID, i)
		}
		for _, k := range f.tokens {
			t.Tokens = append(t.Tokens, k.token)
		}
		part := f.rows
		t.Entrants = f.entrants
		if len(parts) > 1 {
			part = pickRows(&f.rows, rows)
			t.Entrants = pick(f.entrants, rows)
		}
		spec := tree.Spec{Profile: f.profile, Order: f.order, Constants: f.constants, Workers: o.Workers, KeepDuplicates: len(f.tokens) > 1}
		if len(f.tokens) == 1 {
			spec.Token, spec.Decimals = f.tokens[0].asset.Asset.Token, int(f.tokens[0].asset.Decimals)
		}
		var err error
		if t.Totals, err = f.totals(&part, rows); err != nil {
			faults.Addf(f.tree.Pos, "tree %q: %w", f.tree.ID, err)
			continue
		}
		if t.Tree, err = tree.Build(ctx, spec, &part); err != nil {
			if ctx.Err() != nil {
				return nil, err
			}
			f.refuse(err, &part, faults)
			continue
		}
		trees = append(trees, t)
	}
	return trees, nil
}

// refuse says what the builder found, with accounts in place of row numbers.
func (f *family) refuse(err error, part *tree.Rows, faults *merkle.Faults) {
	var rows *tree.RowErrors
	if !errors.As(err, &rows) {
		faults.Addf(f.tree.Pos, "tree %q: %w", f.tree.ID, err)
		return
	}
	for _, e := range rows.List {
		text := fmt.Sprintf("tree %q: %s: %s %q", f.tree.ID, part.Accounts[e.Row], e.Field, e.Value)
		if e.Other >= 0 {
			faults.Addf(f.tree.Pos, "%s: %w, for %s", text, e.Err, part.Accounts[e.Other])
		} else {
			faults.Addf(f.tree.Pos, "%s: %w", text, e.Err)
		}
	}
	faults.More += rows.More
}

// totals adds amount and locked per token; rows are the part's rows of the family, nil for all.
func (f *family) totals(part *tree.Rows, rows []int) ([]merkle.Amount, error) {
	totals := make([]merkle.Amount, len(f.tokens))
	for r := range part.Amounts {
		j := 0
		if f.owner != nil {
			row := r
			if rows != nil {
				row = rows[r]
			}
			j = f.owner[row]
		}
		fits := true
		if totals[j], fits = totals[j].Add(part.Amounts[r]); fits && part.Locked != nil {
			totals[j], fits = totals[j].Add(part.Locked[r])
		}
		if !fits || totals[j].BitLen() > f.profile.TotalBits {
			return nil, fmt.Errorf("at %s the sum of token %s passes the %d bits of profile %s",
				part.Accounts[r], f.tokens[j].token.ID, f.profile.TotalBits, f.profile.Name)
		}
	}
	return totals, nil
}

func pickRows(rows *tree.Rows, keep []int) tree.Rows {
	out := tree.Rows{
		Accounts: pick(rows.Accounts, keep), Amounts: pick(rows.Amounts, keep), Locked: pick(rows.Locked, keep),
		Index: pick(rows.Index, keep), Tokens: pick(rows.Tokens, keep),
	}
	for _, c := range rows.Columns {
		out.Columns = append(out.Columns, tree.Column{Name: c.Name, Values: pick(c.Values, keep)})
	}
	return out
}

// pick returns the elements at the given places; nil stays nil.
func pick[T any](of []T, keep []int) []T {
	if of == nil {
		return nil
	}
	out := make([]T, len(keep))
	for i, k := range keep {
		out[i] = of[k]
	}
	return out
}
