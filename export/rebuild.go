package export

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/tree"
)

// Tree reads every claim of a tree of the manifest, shard by shard, and builds the tree again. A tree whose root is not the manifest's is an error.
//
// Rows stand in claim order where the bundle says it: by position for order input, else by the leaf's index. Without either they stand as
// the shards hold them, which is by key but for heaps. Workers is as in tree.Spec; progress may be nil.
func (r *Reader) Tree(ctx context.Context, id string, workers int, progress func(done, total int64)) (*tree.Tree, error) {
	t := r.trees[id]
	if t == nil {
		return nil, fmt.Errorf("no tree %q", id)
	}
	for _, g := range r.groups {
		from := 1
		for k, family := range g.families {
			if slices.Contains(family, t) {
				rows, err := r.claims(ctx, g, k, from, t, progress)
				if err != nil {
					return nil, fmt.Errorf("tree %q: %w", id, err)
				}
				return t.whole(ctx, rows, workers)
			}
			from += len(g.cells[k])
		}
	}
	return nil, fmt.Errorf("tree %q is in no group", id) // Open has seen each in one
}

// claims collects the rows of a tree from all shards of its group.
func (r *Reader) claims(ctx context.Context, g *readGroup, family, from int, t *readTree, progress func(done, total int64)) (*cells, error) {
	rows := newCells(t, g.cells[family], min(t.Leaves, 1<<16)) // a manifest may say anything
	part, position := -1, -1
	for c, column := range g.cells[family] {
		switch column.Field {
		case cellPart:
			part = from + c
		case cellPosition:
			position = from + c
		}
	}
	var places []uint64
	for i := range g.Shards {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if progress != nil {
			progress(int64(i), int64(g.Shards))
		}
		f, name, err := r.shard(g, i)
		if err != nil {
			return nil, err
		}
		for n := range f.Rows {
			line, err := f.row(n, g)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			if part >= 0 && line[part] != strconv.Itoa(t.Part) {
				continue
			}
			if err := rows.add(line, from); err != nil {
				return nil, fmt.Errorf("%s: row %d: %w", name, n, err)
			}
			if position >= 0 {
				place, err := strconv.ParseUint(line[position].(string), 10, 32)
				if err != nil {
					return nil, fmt.Errorf("%s: row %d: position: %w", name, n, err)
				}
				places = append(places, place)
			}
		}
	}
	if t.Order != string(tree.OrderInput) {
		places = rows.Index
	}
	if err := rows.arrange(places, t.Order == string(tree.OrderInput)); err != nil {
		return nil, err
	}
	return rows, nil
}

// arrange sorts the rows by their places, when they have any. Places of positions are 0 to n-1.
func (c *cells) arrange(places []uint64, positions bool) error {
	if places == nil {
		return nil
	}
	order := make([]int, len(places))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case places[a] < places[b]:
			return -1
		case places[a] > places[b]:
			return 1
		}
		return 0
	})
	for want, i := range order {
		if positions && places[i] != uint64(want) {
			return fmt.Errorf("positions are not 0 to %d: %d", len(order)-1, places[i])
		}
	}
	c.Rows = pickRows(&c.Rows, order)
	return nil
}

// whole builds the tree of all its claims and holds it against the manifest.
func (t *readTree) whole(ctx context.Context, rows *cells, workers int) (*tree.Tree, error) {
	built, err := tree.Build(ctx, tree.Spec{
		Profile: t.Profile, Order: tree.Order(t.Order), Token: t.token, Constants: rows.constants, Workers: workers, KeepDuplicates: true,
	}, &rows.Rows)
	if err != nil {
		return nil, fmt.Errorf("tree %q: %w", t.ID, err)
	}
	if n := rows.Rows.Len(); n != t.Leaves || built.Root() != t.root {
		root := built.Root()
		return nil, fmt.Errorf("tree %q: its %d claims give root %s, the manifest has %d and %s", t.ID, n, root.Text(t.Profile.Width), t.Leaves, t.Root)
	}
	return built, nil
}

// TokenOf is the token of a tree with one token: its id, its decimals on the tree's chain and its account there, which is zero for a chain's own
// coin. It is false for a tree of several tokens, and for one that is not there.
func (r *Reader) TokenOf(id string) (token string, decimals int, account merkle.Account, ok bool) {
	t := r.trees[id]
	if t == nil || len(t.assets) != 1 {
		return "", 0, merkle.Account{}, false
	}
	on := t.assets[t.token]
	return on.id, on.decimals, t.token, true
}
