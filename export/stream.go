package export

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/alloc"
	"github.com/merkle-drop/merkle/campaign"
	"github.com/merkle-drop/merkle/tree"
)

// Streams reports why WriteStream cannot build a campaign; nil when it can: what alloc.Streams allows, with layout subtree, ungrouped trees without a
// split, and no claim facts.
func Streams(c *campaign.Campaign) error {
	if err := alloc.Streams(c, alloc.Options{LeafColumns: LeafColumns}); err != nil {
		return err
	}
	no := func(t *campaign.Tree, format string, args ...any) error {
		return fmt.Errorf("tree %q: %s %w", t.ID, fmt.Sprintf(format, args...), alloc.ErrInMemory)
	}
	for i := range c.Trees {
		t := &c.Trees[i]
		p, _, err := LeafProfile(t)
		if err != nil {
			return nil // what is wrong with it is told by the build
		}
		switch err := tree.CanSlice(&p, tree.Order(t.Order)); {
		case err != nil:
			return no(t, "%v, so it", err)
		case t.Split > 0:
			return no(t, "a tree that is split")
		case c.Publish.Proofs == LayoutInline, c.Publish.Proofs == "" && tree.Order(t.Order) != tree.OrderAccount:
			return no(t, "layout %s", LayoutInline)
		case c.Publish.Facts && p.Accounts == merkle.Solana:
			return no(t, "a file of claim facts")
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
	s, err := stage(dir)
	if err != nil {
		return nil, nil, err
	}
	s.noSync = o.noSync
	w := &writer{ctx: ctx, staging: s, o: o, publish: c.Publish.Pos, made: map[string]bool{}}
	out, m, err := w.streamed(c, ao, x)
	if out != nil {
		for _, f := range out.Sorted {
			err = errors.Join(err, f.Close())
		}
	}
	if err != nil {
		s.discard()
		return nil, nil, err
	}
	return out, m, nil
}

// demand says what the trees need of the claims.
func demand(c *campaign.Campaign, x *alloc.External) {
	x.AmountBits = map[alloc.OnChain]int{}
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
		if p.Has(tree.SourceIndex) {
			numbered := p.Index == tree.IndexInputRow
			x.Numbered = x.Numbered || numbered
			x.Given = x.Given || numbered && c.Rule.Fixed.Duplicates == "sum" || p.Index == tree.IndexEIP55 || p.Index == tree.IndexBase58
		}
	}
}

// computing is alloc.Stream as something that writes the list.
type computing func(list io.Writer) error

func (f computing) WriteTo(list io.Writer) (int64, error) {
	n := &counted{w: list}
	err := f(n)
	return n.n, err
}

type counted struct {
	w io.Writer
	n int64
}

func (c *counted) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}

func (w *writer) streamed(c *campaign.Campaign, ao alloc.Options, x alloc.External) (out *alloc.Outline, m *Manifest, err error) {
	demand(c, &x)
	if err := w.file(CampaignFile, c.Source); err != nil {
		return nil, nil, err
	}
	compute := computing(func(list io.Writer) (err error) {
		x.List = list
		out, err = alloc.Stream(w.ctx, c, ao, x)
		return err
	})
	var digest string
	if c.Publish.Inputs == "" || c.Publish.Inputs == "copy" {
		digest, err = w.stream("inputs/list.csv", compute)
	} else {
		sum := sha256.New()
		_, err = compute.WriteTo(&digester{sum, w})
		digest = hex.EncodeToString(sum.Sum(nil))
	}
	if err != nil {
		return out, nil, plainFaults(err)
	}
	trees, err := w.sliced(out)
	if err != nil {
		return out, nil, err
	}
	if m, err = newManifest(out.Allocation, LayoutSubtree); err != nil {
		return out, nil, err
	}
	if err := m.outline(out.Allocation); err != nil {
		return out, nil, err
	}
	m.Inputs[0].SHA256 = digest
	for i := range out.Inputs[1:] {
		if err := w.input(&out.Inputs[i+1], &m.Inputs[i+1]); err != nil {
			return out, nil, err
		}
	}
	for i, t := range trees {
		t.id = fmt.Sprintf("g%d", i)
		info, err := t.treeInfo()
		if err != nil {
			return out, nil, err
		}
		m.Trees = append(m.Trees, info)
		if err := w.slicedShards(t); err != nil {
			return out, nil, err
		}
		group, err := w.slicedGroup(t)
		if err != nil {
			return out, nil, err
		}
		m.Groups = append(m.Groups, group)
	}
	if err := w.sums(m); err != nil {
		return out, nil, err
	}
	text, err := m.Encode()
	if err != nil {
		return out, nil, err
	}
	if err := w.file(ManifestFile, text); err != nil {
		return out, nil, err
	}
	total := int64(len(w.files))
	w.o.progress("sync", 0, total)
	if err := w.commit(w.ctx, w.dirs, func(n int) { w.o.progress("sync", int64(n), total) }); err != nil {
		return out, nil, err
	}
	w.o.progress("sync", total, total)
	return out, m, nil
}

// plainFaults takes faults out of what they were joined with.
func plainFaults(err error) error {
	if faults, ok := merkle.AsFaults(err); ok {
		return faults
	}
	return err
}
