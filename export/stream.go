package export

import (
	"context"
	"errors"
	"fmt"
	"slices"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/alloc"
	"github.com/merkle-drop/merkle/campaign"
	"github.com/merkle-drop/merkle/tree"
)

// Streams reports why WriteStream cannot build a campaign; nil when it can: what alloc.Streams allows, with trees that can be
// built through disk.
func Streams(c *campaign.Campaign) error {
	if err := alloc.Streams(c, alloc.Options{LeafColumns: LeafColumns}); err != nil {
		return err
	}
	layout, err := declaredLayout(c)
	if err != nil {
		return nil // what is wrong with it is told by the build
	}
	no := func(t *campaign.Tree, format string, args ...any) error {
		return fmt.Errorf("tree %q: %s %w", t.ID, fmt.Sprintf(format, args...), alloc.ErrInMemory)
	}
	for i := range c.Trees {
		t := &c.Trees[i]
		p, _, err := LeafProfile(t)
		if err != nil {
			return nil
		}
		can, order := tree.CanFile, tree.Order(t.Order)
		if layout == LayoutSubtree {
			can, order = tree.CanSlice, tree.OrderAccount
		}
		if err := can(&p, order); err != nil {
			return no(t, "%v, so it", err)
		}
		if len(t.Tokens) > mostTokens {
			return no(t, "a tree of %d tokens", len(t.Tokens))
		}
	}
	return nil
}

// WriteStream is alloc.Compute, Trees and Write in one, for campaigns that Streams allows and claims that memory need not hold: the bundle has the same
// bytes. It fills x where the campaign's trees decide. An error for what needs the list to be known is alloc.ErrInMemory.
func WriteStream(ctx context.Context, dir string, c *campaign.Campaign, ao alloc.Options, o Options, x alloc.External) (_ *alloc.Outline, _ *Manifest, err error) {
	if err := Streams(c); err != nil {
		return nil, nil, err
	}
	resumed := false
	s, err := stageOn(dir, func(s *staging) bool {
		resumed = o.Stages.begun(s)
		return resumed
	})
	if err != nil {
		return nil, nil, err
	}
	s.noSync = o.noSync
	w := &writer{ctx: ctx, staging: s, o: o, publish: c.Publish.Pos, made: map[string]bool{}, x: x, stages: o.Stages, resumed: resumed}
	out, m, err := w.streamed(c, ao, x)
	if out != nil {
		err = errors.Join(err, out.Close())
	}
	if _, refused := merkle.AsFaults(err); err != nil && !refused && o.Stages.begun(s) && o.Stages.Leave {
		s.leave()
		o.Stages.Left = true
	} else if err != nil {
		s.discard()
	}
	if err != nil {
		return nil, nil, err
	}
	return out, m, nil
}

// demand says what the trees need of the claims.
func demand(c *campaign.Campaign, x *alloc.External) {
	x.Ordered, x.AmountBits = true, map[alloc.OnChain]int{}
	for i := range c.Trees {
		t := &c.Trees[i]
		p, _, err := LeafProfile(t)
		if err != nil {
			continue
		}
		for k := range c.Tokens {
			if !slices.Contains(t.Tokens, c.Tokens[k].ID) {
				continue
			}
			chain := t.Chain
			if assets := c.Tokens[k].Assets; chain == "" && len(assets) == 1 {
				chain = assets[0].Asset.Chain
			}
			x.AmountBits[alloc.OnChain{Token: k, Chain: chain}] = p.AmountBits
		}
	}
}

// streamed writes the bundle in stages: claims, trees, shards, and what pins all files.
func (w *writer) streamed(c *campaign.Campaign, ao alloc.Options, x alloc.External) (out *alloc.Outline, m *Manifest, err error) {
	layout, err := declaredLayout(c)
	if err != nil {
		return nil, nil, err
	}
	var inputs []string
	if out, inputs, err = w.claims(c, ao, x, layout); err != nil {
		return out, nil, err
	}
	if err := w.file(CampaignFile, c.Source); err != nil {
		return out, nil, err
	}
	families, err := w.heldTrees(out, layout)
	defer func() { err = errors.Join(err, closeTrees(families)) }()
	if err != nil {
		return out, nil, err
	}
	if m, err = w.told(out, layout, inputs, families); err != nil {
		return out, nil, err
	}
	groups, err := heldGroups(families, layout, m.Publish.Shard)
	if err != nil {
		return out, nil, err
	}
	for _, g := range groups {
		info, err := g.write(w)
		if err != nil {
			return out, nil, err
		}
		m.Groups = append(m.Groups, info)
	}
	for _, f := range families {
		for _, t := range f.parts {
			constants, err := t.constants()
			if err != nil {
				return out, nil, err
			}
			m.Trees = append(m.Trees, t.outline.info(t.group, constants))
		}
	}
	if err := closeTrees(families); err != nil { // before the bundle is there
		return out, nil, err
	}
	return out, m, w.finish(m)
}

// closeTrees removes the files of trees.
func closeTrees(families []*heldFamily) (err error) {
	for _, f := range families {
		for _, t := range f.parts {
			err = errors.Join(err, t.close())
		}
	}
	return err
}

// told begins the manifest, and writes the tables and the claim facts.
func (w *writer) told(out *alloc.Outline, layout string, inputs []string, families []*heldFamily) (*Manifest, error) {
	var trees []TreeOutline
	for _, f := range families {
		for _, t := range f.parts {
			trees = append(trees, t.outline)
		}
	}
	if len(trees) == 0 && len(out.Tables) == 0 {
		return nil, fmt.Errorf("campaign %s has no tree to publish", out.Campaign.ID)
	}
	if err := checkTotals(out.Allocation, trees); err != nil {
		return nil, err
	}
	m, err := newManifest(out.Allocation, layout)
	if err != nil {
		return nil, err
	}
	if err := m.outline(out.Allocation); err != nil {
		return nil, err
	}
	if w.facts, err = factFiles(out.Campaign, trees, w.o); err != nil {
		return nil, err
	}
	for i := range m.Inputs {
		m.Inputs[i].SHA256 = inputs[i]
	}
	return m, w.tables(out.Allocation, m)
}

// plainFaults takes faults out of what they were joined with.
func plainFaults(err error) error {
	if faults, ok := merkle.AsFaults(err); ok {
		return faults
	}
	return err
}
