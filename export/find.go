package export

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"

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
		for _, i := range shards {
			f, name, err := r.shard(g, i)
			if err != nil {
				return nil, err
			}
			err = g.search(f, text, func(t *readTree, p Proven) {
				p.File = name
				found = append(found, placed{p, t.place})
			})
			if err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
		}
	}
	slices.SortStableFunc(found, func(a, b placed) int { return cmp.Compare(a.place, b.place) })
	out := make([]Proven, len(found))
	for i := range found {
		out[i] = found[i].Proven
	}
	return out, nil
}

// search gives every claim of the account in a shard to found.
func (g *readGroup) search(f *shardFile, account string, found func(*readTree, Proven)) error {
	var hits []int
	for i := range f.Rows {
		cells, err := f.row(i, g)
		if err != nil {
			return err
		}
		if cells[0] == account {
			hits = append(hits, i)
		}
	}
	if len(hits) == 0 {
		return nil
	}
	from := 1
	for k, family := range g.families {
		columns := g.cells[k]
		to := from + len(columns)
		if g.Layout == LayoutSubtree {
			if err := g.proveSubtree(f, k, from, hits, found); err != nil {
				return fmt.Errorf("tree %q: %w", family[0].ID, err)
			}
		} else {
			for _, i := range hits {
				if err := g.proveInline(f, k, from, i, found); err != nil {
					return fmt.Errorf("tree %q: row %d: %w", family[0].Family, i, err)
				}
			}
		}
		from = to
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

// proveInline takes the proof as the row has it.
func (g *readGroup) proveInline(f *shardFile, family, from, row int, found func(*readTree, Proven)) error {
	cells := f.Rows[row].([]any)
	trees := g.families[family]
	part, position := 0, -1
	var texts []any
	for c, column := range g.cells[family] {
		cell := cells[from+c]
		var err error
		switch column.Field {
		case cellPart:
			part, err = strconv.Atoi(cell.(string))
		case cellPosition:
			position, err = strconv.Atoi(cell.(string))
		case cellProof:
			texts = cell.([]any)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", column.Field, err)
		}
	}
	if part < 0 || part >= len(trees) {
		return fmt.Errorf("part %d of %d", part, len(trees))
	}
	t := trees[part]
	if t.Order == string(tree.OrderAccount) {
		if position = f.Shard*g.shardSize + row; t.Parts > 1 {
			for _, before := range trees[:part] {
				position -= before.Leaves
			}
		}
	}
	var proof []merkle.Hash
	for j, text := range texts {
		s, _ := text.(string)
		h, err := parseHash(s, t.Profile.Width)
		if err != nil {
			return fmt.Errorf("proof entry %d: %w", j, err)
		}
		proof = append(proof, h)
	}
	rows := newCells(t, g.cells[family], 1)
	if err := rows.add(cells, from); err != nil {
		return err
	}
	leaf, err := t.build(rows, 0)
	if err != nil {
		return err
	}
	sides := 0
	if t.Profile.Pair == tree.PairPositional {
		if position < 0 || position >= t.Leaves {
			return fmt.Errorf("position %d of %d leaves", position, t.Leaves)
		}
		sides = sidesOf(t.Profile.Shape, t.Leaves, position)
	}
	p, err := t.proven(leaf, 0, proof, sides)
	if err != nil {
		return err
	}
	found(t, p)
	return nil
}

// build hashes rows as a shard's subtree, or for a single row just its leaf.
func (t *readTree) build(rows *cells, levels int) (*tree.Tree, error) {
	if t.Profile.Shape == tree.Heap {
		levels = 0
	}
	return tree.Build(context.Background(), tree.Spec{
		Profile: t.Profile, Order: tree.OrderInput, Token: t.token, Constants: rows.constants, Workers: 1, Levels: levels, KeepDuplicates: true,
	}, &rows.Rows)
}
