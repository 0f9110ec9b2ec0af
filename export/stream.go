package export

import (
	"context"
	"errors"
	"fmt"
	"hash"
	"io"
	"path"
	"slices"

	"crypto/sha256"
	"encoding/hex"

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
	x.AmountBits = map[merkle.Chain]int{}
	for i := range c.Trees {
		t := &c.Trees[i]
		p, _, err := LeafProfile(t)
		if err != nil {
			continue
		}
		chain := t.Chain
		if assets := c.Tokens[0].Assets; chain == "" && len(assets) == 1 {
			chain = assets[0].Asset.Chain
		}
		x.AmountBits[chain] = p.AmountBits
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
		var sum hash.Hash = sha256.New()
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
	spec := tree.Spec{Profile: f.profile, Order: f.order, Constants: f.constants, Workers: min(w.o.Workers, len(states)), Token: f.tokens[0].asset.Asset.Token}
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

func (t *slicedTree) treeInfo() (TreeInfo, error) {
	f, p := t.family, t.tree.Profile()
	root := t.tree.Root()
	info := TreeInfo{
		ID: f.tree.ID, Family: f.tree.ID, Parts: 1, Chain: string(f.chain), Tokens: []string{f.tokens[0].token.ID}, Totals: []merkle.Amount{t.tree.Total()},
		Group: t.id, Order: string(tree.OrderAccount), Leaves: t.tree.Len(), Depth: t.tree.Depth(), Root: root.Text(p.Width),
		Constants: map[string]string{}, Profile: *p, Deployment: f.tree.Deployment,
	}
	rows := new(tree.Rows)
	value, err := t.tree.Values(rows)
	if err == nil {
		err = t.reader(rows)(0, 1)
	}
	if err != nil {
		return info, err
	}
	for i, field := range p.Fields {
		if t.constant(field) {
			info.Constants[field.Name] = string(value(nil, 0, i))
		}
	}
	return info, nil
}

func (w *writer) slicedGroup(t *slicedTree) (GroupInfo, error) {
	cut := t.tree.Cut()
	info := GroupInfo{
		ID: t.id, Chain: string(t.chain), Order: string(tree.OrderAccount), Layout: LayoutSubtree, Claims: t.tree.Len(), Cut: &cut,
		Families: [][]string{{t.family.tree.ID}}, Shards: t.tree.Shards(), Index: []string{},
	}
	for _, i := range t.fields {
		info.Columns = append(info.Columns, ColumnInfo{t.family.tree.ID, t.profile.Fields[i].Name})
	}
	keys := t.keys()
	var err error
	if info.First, err = keys(0); err == nil {
		info.Last, err = keys(info.Claims - 1)
	}
	if err != nil {
		return info, err
	}
	segments, err := t.segments(keys)
	if err != nil {
		return info, err
	}
	for page, list := range slices.Collect(slices.Chunk(segments, pageSegments)) {
		info.Index = append(info.Index, list[0].separator)
		_, name := numbered(t.id, "index", page)
		text, err := indexPage(t.id, page, list)
		if err == nil {
			err = w.mkdir(path.Dir(name))
		}
		if err == nil {
			err = w.file(name, text)
		}
		if err != nil {
			return info, err
		}
	}
	return info, nil
}

// keys returns what reads the key of a place as it is written.
func (t *slicedTree) keys() func(place int) (string, error) {
	var rows alloc.ClaimRows
	return func(place int) (string, error) {
		if err := t.claims.Read(place, place+1, &rows); err != nil {
			return "", err
		}
		k := tree.AccountKey(rows.Accounts[0])
		return hex.EncodeToString(k[:]), nil
	}
}

// segments is group.segments.
func (t *slicedTree) segments(key func(int) (string, error)) ([]segment, error) {
	type placed struct{ from, shard int }
	var runs []placed
	for i := range t.tree.Shards() {
		for _, r := range joinRuns(t.tree.Runs(i)) {
			runs = append(runs, placed{r[0], i})
		}
	}
	slices.SortFunc(runs, func(a, b placed) int { return a.from - b.from })
	out := make([]segment, len(runs))
	for i, r := range runs {
		out[i].shard = r.shard
		if i == 0 {
			continue
		}
		last, err := key(r.from - 1)
		if err != nil {
			return nil, err
		}
		next, err := key(r.from)
		if err != nil {
			return nil, err
		}
		out[i].separator = separator(last, next)
	}
	return out, nil
}
