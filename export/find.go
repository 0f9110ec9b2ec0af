package export

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/tree"
)

// Find returns all claims of an account, by place of their trees in the manifest; none when it has no claim. A claim whose
// proof does not lead to the manifest's root is never returned: it is an error that names the file.
func (r *Reader) Find(a merkle.Account) ([]Proven, error) {
	type placed struct {
		Proven
		place int
	}
	var found []placed
	key, text := keyText(a), a.Text()
	for _, g := range r.groups {
		if g.family != a.Family() {
			continue
		}
		shards, err := r.shardsFor(g, key)
		if err != nil {
			return nil, err
		}
		slices.Reverse(shards)
		var hits []hit
		for _, i := range shards {
			f, name, err := r.shard(g, i)
			if err != nil {
				return nil, err
			}
			of, err := g.search(f, text)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			if of.name = name; len(of.rows) > 0 {
				hits = append(hits, of)
			}
		}
		if err := g.prove(hits, func(h hit, t *readTree, p Proven) {
			p.File = h.name
			found = append(found, placed{p, t.place})
		}); err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(found, func(a, b placed) int { return cmp.Compare(a.place, b.place) })
	out := make([]Proven, len(found))
	for i := range found {
		out[i] = found[i].Proven
	}
	return out, nil
}

// hit is a shard with rows of the account that is looked for.
type hit struct {
	name string
	file *shardFile
	rows []int
}

// search finds the account's rows in a shard. All rows are checked for their form.
func (g *readGroup) search(f *shardFile, account string) (hit, error) {
	h := hit{file: f}
	for i := range f.Rows {
		cells, err := f.row(i, g)
		if err != nil {
			return h, err
		}
		if cells[0] == account {
			h.rows = append(h.rows, i)
		}
	}
	return h, nil
}

// prove gives every claim of the rows found to found.
func (g *readGroup) prove(hits []hit, found func(hit, *readTree, Proven)) error {
	from := 1
	for k, family := range g.families {
		if g.Layout == LayoutInline && family[0].Profile.Grouping == tree.GroupingTwoLevel {
			if err := g.proveTwoLevel(hits, k, from, found); err != nil {
				return err
			}
		} else {
			for _, h := range hits {
				if err := g.proveShard(h, k, from, found); err != nil {
					return fmt.Errorf("%s: %w", h.name, err)
				}
			}
		}
		from += len(g.cells[k])
	}
	return nil
}

// proveShard gives the claims of a family's tree in one shard to found.
func (g *readGroup) proveShard(h hit, family, from int, found func(hit, *readTree, Proven)) error {
	give := func(t *readTree, p Proven) { found(h, t, p) }
	if g.Layout == LayoutSubtree {
		if err := g.proveSubtree(h.file, family, from, h.rows, give); err != nil {
			return fmt.Errorf("tree %q: %w", g.families[family][0].ID, err)
		}
		return nil
	}
	for _, i := range h.rows {
		if err := g.proveInline(h.file, family, from, i, give); err != nil {
			return fmt.Errorf("tree %q: row %d: %w", g.families[family][0].Family, i, err)
		}
	}
	return nil
}

// proveSubtree builds the shard's subtree of a family's tree and continues each proof on the path to the root.
func (g *readGroup) proveSubtree(f *shardFile, family, from int, hits []int, found func(*readTree, Proven)) error {
	t := g.families[family][0]
	path, sides, err := g.path(f, family)
	if err != nil {
		return err
	}
	rows := newCells(t, g.cells[family], len(f.Rows))
	for i := range f.Rows {
		if err := rows.add(f.Rows[i].([]any), from); err != nil {
			return fmt.Errorf("row %d: %w", i, err)
		}
	}
	sub, err := t.build(rows, *g.Cut)
	if err != nil {
		return err
	}
	for _, i := range hits {
		inside := sub.Proof(i, nil)
		p, err := t.proven(sub, i, append(inside, path...), sub.Sides(i)|sides<<len(inside))
		if err != nil {
			return fmt.Errorf("row %d: %w", i, err)
		}
		found(t, p)
	}
	return nil
}

// path is the part of a proof above the shard, and which of its siblings stand left (bit set: the running node is right).
func (g *readGroup) path(f *shardFile, family int) (proof []merkle.Hash, sides int, err error) {
	t := g.families[family][0]
	levels := t.Depth - *g.Cut
	if t.Profile.Shape == tree.Heap {
		levels = *g.Cut
	}
	if len(f.Paths[family]) != levels {
		return nil, 0, fmt.Errorf("path of %d entries, want %d", len(f.Paths[family]), levels)
	}
	for j, text := range f.Paths[family] {
		if text == "" {
			continue
		}
		h, err := parseHash(text, t.Profile.Width)
		if err != nil {
			return nil, 0, fmt.Errorf("path entry %d: %w", j, err)
		}
		sides |= f.Shard >> j & 1 << len(proof)
		proof = append(proof, h)
	}
	return proof, sides, nil
}

// build hashes rows as a shard's subtree, or for a single row just its leaf; for a two-level profile the rows of one account as their tree.
func (t *readTree) build(rows *cells, levels int) (*tree.Tree, error) {
	order := tree.OrderInput
	if t.Profile.Grouped() {
		order = tree.OrderProfile
	}
	if t.Profile.Shape == tree.Heap {
		levels = 0
	}
	return tree.Build(context.Background(), tree.Spec{
		Profile: t.Profile, Order: order, Token: t.token, Constants: rows.constants, Workers: 1, Levels: levels, KeepDuplicates: true,
	}, &rows.Rows)
}
