package export

import (
	"fmt"
	"strconv"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/tree"
)

// stated is what a row of layout inline says of a family's claim beside its leaf.
type stated struct {
	tree     *readTree
	position int // -1: not said
	proof    []merkle.Hash
}

// stated reads the cells of a row that are no leaf fields.
func (g *readGroup) stated(cells []any, family, from int) (s stated, err error) {
	trees := g.families[family]
	part, texts := 0, []any(nil)
	s.position = -1
	for c, column := range g.cells[family] {
		cell := cells[from+c]
		switch column.Field {
		case cellPart:
			part, err = strconv.Atoi(cell.(string))
		case cellPosition:
			s.position, err = strconv.Atoi(cell.(string))
		case cellProof:
			texts = cell.([]any)
		}
		if err != nil {
			return s, fmt.Errorf("%s: %w", column.Field, err)
		}
	}
	if part < 0 || part >= len(trees) {
		return s, fmt.Errorf("part %d of %d", part, len(trees))
	}
	s.tree = trees[part]
	for j, text := range texts {
		entry, _ := text.(string)
		h, err := parseHash(entry, s.tree.Profile.Width)
		if err != nil {
			return s, fmt.Errorf("proof entry %d: %w", j, err)
		}
		s.proof = append(s.proof, h)
	}
	return s, nil
}

// proveInline takes the proof as the row has it.
func (g *readGroup) proveInline(f *shardFile, family, from, row int, found func(*readTree, Proven)) error {
	cells := f.Rows[row].([]any)
	s, err := g.stated(cells, family, from)
	if err != nil {
		return err
	}
	t := s.tree
	if t.Order == string(tree.OrderAccount) {
		if s.position = f.Shard*g.shardSize + row; t.Parts > 1 {
			for _, before := range g.families[family][:t.Part] {
				s.position -= before.Leaves
			}
		}
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
		if s.position < 0 || s.position >= t.Leaves {
			return fmt.Errorf("position %d of %d leaves", s.position, t.Leaves)
		}
		sides = sidesOf(t.Profile.Shape, t.Leaves, s.position)
	}
	p, err := t.proven(leaf, 0, s.proof, sides)
	if err != nil {
		return err
	}
	found(t, p)
	return nil
}

// proveTwoLevel builds the account's own tree from all its rows, wherever they stand, and continues each proof in the upper tree as the rows
// have it.
func (g *readGroup) proveTwoLevel(hits []hit, family, from int, found func(hit, *readTree, Proven)) error {
	type place struct {
		hit
		row int
		stated
	}
	rows := map[*readTree]*cells{}
	places := map[*readTree][]place{} // rows of one account are in one tree, since such trees are not split; a hostile bundle may say otherwise
	for _, h := range hits {
		for _, i := range h.rows {
			line := h.file.Rows[i].([]any)
			s, err := g.stated(line, family, from)
			if err == nil && rows[s.tree] == nil {
				rows[s.tree] = newCells(s.tree, g.cells[family], 1)
			}
			if err == nil {
				err = rows[s.tree].add(line, from)
			}
			if err != nil {
				return fmt.Errorf("%s: tree %q: row %d: %w", h.name, g.families[family][0].Family, i, err)
			}
			places[s.tree] = append(places[s.tree], place{h, i, s})
		}
	}
	for _, t := range g.families[family] {
		if rows[t] == nil {
			continue
		}
		own, err := t.build(rows[t], 0)
		if err != nil {
			return fmt.Errorf("%s: tree %q: %w", places[t][0].name, t.ID, err)
		}
		for i, at := range places[t] {
			p, err := t.provenTwoLevel(own, i, at.stated)
			if err != nil {
				return fmt.Errorf("%s: tree %q: row %d: %w", at.name, t.ID, at.row, err)
			}
			found(at.hit, t, p)
		}
	}
	return nil
}

// provenTwoLevel checks the proof that a row states. own is the tree of its account's rows.
func (t *readTree) provenTwoLevel(own *tree.Tree, row int, s stated) (p Proven, err error) {
	inner := own.Proof(row, nil)
	if len(s.proof) < len(inner) {
		return p, fmt.Errorf("proof of %d hashes, the account's %d rows alone need %d", len(s.proof), own.Len(), len(inner))
	}
	if s.position < 0 || s.position >= t.Leaves {
		return p, fmt.Errorf("position %d of %d leaves", s.position, t.Leaves)
	}
	p = t.describe(own, row, s.proof)
	p.Inner, p.InnerRoot, p.Rank, p.Position = len(inner), own.Group(0).Root, own.Position(row), s.position
	sides := own.Sides(row) | s.position<<len(inner)
	if len(s.proof) > t.Depth || !tree.VerifyTwoLevel(&t.Profile, p.Account, p.Leaf, sides, s.proof[:len(inner)], s.proof[len(inner):], t.root) {
		return p, t.refused(&p)
	}
	return p, nil
}
