package export

import (
	"fmt"
	"slices"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/alloc"
	"github.com/merkle-drop/merkle/campaign"
	"github.com/merkle-drop/merkle/tree"
)

// heldFamily is a family whose claims are on disk.
type heldFamily struct {
	*family
	rows    *heldRows
	parts   []*heldTree
	claimed []uint32 // by place: the place in claim order; nil until it is asked for
	fields  []int    // of the leaf, that are cells
}

// heldTree is one tree of a family.
type heldTree struct {
	f       *heldFamily
	part    int
	group   string
	lo, n   int          // places [lo, lo+n) of the family
	places  []uint32     // ascending, of a part that is no run of places; else nil
	outline TreeOutline  // as Tree.Outline
	sliced  *tree.Sliced // layout subtree
	filed   *tree.Filed  // layout inline
}

// partOf is the part that the leaf at a place is in.
func (f *heldFamily) partOf(place int) int {
	switch {
	case len(f.parts) == 1:
		return 0
	case f.order == tree.OrderAccount:
		return place / f.tree.Split
	}
	return int(f.claimed[place]) / f.tree.Split
}

// at is the tree that the leaf at a place is in, and its row there.
func (f *heldFamily) at(place int) (t *heldTree, row int) {
	t = f.parts[f.partOf(place)]
	if t.places == nil {
		return t, place - t.lo
	}
	row, _ = slices.BinarySearch(t.places, uint32(place))
	return t, row
}

// heldTrees builds the campaign's trees, and refuses what Trees refuses. Families without claims are left out. The caller closes the trees also of an error.
func (w *writer) heldTrees(out *alloc.Outline, layout string) ([]*heldFamily, error) {
	if len(out.Campaign.Trees) == 0 { // a closed round: its claims were paid from another bundle
		return nil, nil
	}
	families, err := w.heldFamilies(out)
	if err != nil {
		return nil, err
	}
	var faults merkle.Faults
	paid := "amount"
	if tranches(out.Allocation) {
		paid = "tranche"
	}
	for _, f := range families {
		f.refuseWide(paid, &faults)
	}
	if err := faults.Err(); err != nil {
		return families, err
	}
	if layout == LayoutSubtree {
		for _, f := range families {
			if f.order != tree.OrderAccount {
				return nil, refuseSubtree(out.Campaign, (&heldTree{f: f}).id(), f.order)
			}
		}
	}
	w.open = 0
	for _, f := range families {
		w.open++
		if f.tree.Split > 0 {
			w.open += (f.rows.len - 1) / f.tree.Split
		}
	}
	for i, f := range families {
		w.o.progress("trees", int64(i), int64(len(families)))
		if err := f.build(w, out.Campaign, layout, &faults); err != nil {
			return families, err
		}
	}
	if err := faults.Err(); err != nil {
		return families, err
	}
	if len(families) == 0 && len(out.Tables) == 0 {
		faults.Addf(merkle.Pos{File: out.Campaign.Path}, "no claim is above 0, there is no tree to build")
		return families, faults.Err()
	}
	w.o.progress("trees", int64(len(families)), int64(len(families)))
	return families, nil
}

// cutTrees cuts the family into its trees, as family.parts does: runs of the split in account order, else in claim order.
func (f *heldFamily) cutTrees(w *writer) error {
	most := f.tree.Split
	if most == 0 {
		most = f.rows.len
	}
	for lo := 0; lo < f.rows.len; lo += most {
		f.parts = append(f.parts, &heldTree{f: f, part: len(f.parts), lo: lo, n: min(most, f.rows.len-lo)})
	}
	if f.order == tree.OrderAccount || len(f.parts) == 1 {
		return nil
	}
	if err := f.number(w); err != nil {
		return err
	}
	all := make([]uint32, f.rows.len)
	for _, t := range f.parts {
		t.places = all[t.lo : t.lo : t.lo+t.n]
	}
	for place := range f.rows.len {
		t := f.parts[f.partOf(place)]
		t.places = append(t.places, uint32(place))
	}
	return nil
}

func (t *heldTree) id() string {
	if t.f.tree.Split > 0 {
		return fmt.Sprintf("%s-%d", t.f.tree.ID, t.part)
	}
	return t.f.tree.ID
}

// build builds the family's trees. What a tree cannot hold is added to faults; the error is for all else.
func (f *heldFamily) build(w *writer, c *campaign.Campaign, layout string, faults *merkle.Faults) error {
	if err := f.cutTrees(w); err != nil {
		return err
	}
	for i, field := range f.profile.Fields {
		if field.Source != tree.SourceAccount && !f.constant(field) {
			f.fields = append(f.fields, i)
		}
	}
	passed, err := f.passed(w)
	if err != nil {
		return err
	}
	if err := f.rank(w); err != nil {
		return err
	}
	same, err := f.sameIndexes(w)
	if err != nil {
		return err
	}
	shard := c.Publish.Shard
	if shard == 0 {
		shard = DefaultShard
	}
	for _, t := range f.parts {
		if passed != nil && passed[t.part] != nil {
			faults.Addf(f.tree.Pos, "tree %q: %w", f.tree.ID, passed[t.part])
			continue
		}
		build := t.file
		if layout == LayoutSubtree {
			build = func(w *writer) error { return t.slice(w, shard) }
		}
		refused, err := f.refused(w, t, build(w), faults)
		if err != nil {
			return err
		}
		if !refused && same != nil {
			same[t.part].tell(f, faults)
		}
	}
	return nil
}

// constant is Tree.constant.
func (f *heldFamily) constant(field tree.Field) bool {
	return oneValue(field, len(f.tokens), !f.rows.locked)
}

// spec is what a tree of the family is built by.
func (f *heldFamily) spec(w *writer) tree.Spec {
	spec := tree.Spec{Profile: f.profile, Order: f.order, Constants: f.constants, Workers: w.workers(), KeepDuplicates: len(f.tokens) > 1}
	if len(f.tokens) == 1 {
		spec.Token, spec.Decimals = f.tokens[0].asset.Asset.Token, int(f.tokens[0].asset.Decimals)
	}
	return spec
}

// reader returns what reads leaves of the tree for several goroutines, each of which always comes with the same number and rows.
func (t *heldTree) reader(workers int) tree.Slices {
	each := make([]*heldReading, workers)
	return func(worker, lo, hi int, rows *tree.Rows) error {
		if each[worker] == nil || each[worker].rows != rows {
			each[worker] = t.f.rows.reading(rows)
		}
		var err error
		if t.places == nil {
			err = each[worker].read(t.lo+lo, t.lo+hi)
		} else {
			err = each[worker].pick(t.places[lo:hi])
		}
		if err != nil {
			return &unreadError{err}
		}
		return nil
	}
}

// slice builds the tree for layout subtree.
func (t *heldTree) slice(w *writer, shard int) (err error) {
	spec := t.f.spec(w)
	if t.sliced, err = tree.BuildSliced(w.ctx, spec, t.n, shard, t.reader(spec.Workers)); err != nil {
		return err
	}
	total := t.sliced.Total()
	t.outline = TreeOutline{Order: t.f.order, Leaves: t.sliced.Len(), Depth: t.sliced.Depth(), Root: t.sliced.Root(), Profile: t.sliced.Profile()}
	t.describe(total)
	return nil
}

// file builds the tree for layout inline.
func (t *heldTree) file(w *writer) (err error) {
	f := t.f
	d := tree.Disk{Dir: w.x.Dir, Name: "tree-" + t.id(), Memory: w.x.Memory / 2 / int64(w.open), Keyed: true}
	if f.order == tree.OrderInput {
		if err := f.number(w); err != nil {
			return err
		}
		if d.Claims = f.claimed; len(f.parts) > 1 {
			d.Claims = make([]uint32, t.n)
			for row, place := range t.places {
				d.Claims[row] = f.claimed[place] - uint32(t.part*f.tree.Split)
			}
		}
	}
	spec := f.spec(w)
	if t.filed, err = tree.BuildFiled(w.ctx, spec, t.n, t.reader(spec.Workers), d); err != nil {
		return err
	}
	total, _ := t.filed.Total()
	t.outline = TreeOutline{Order: f.order, Leaves: t.filed.Len(), Depth: t.filed.Depth(), Root: t.filed.Root(), Profile: t.filed.Profile()}
	t.describe(total)
	return nil
}

// close removes the files of a tree.
func (t *heldTree) close() error {
	if t.filed == nil {
		return nil
	}
	return t.filed.Close()
}

// describe fills in what the family tells of the tree. total is that of a tree of one token.
func (t *heldTree) describe(total merkle.Amount) {
	o, f := &t.outline, t.f
	o.ID, o.Family, o.Part, o.Parts, o.Chain, o.Deployment = t.id(), f.tree.ID, t.part, len(f.parts), f.chain, f.tree.Deployment
	for j, k := range f.tokens {
		o.Tokens = append(o.Tokens, k.token)
		switch claims := f.rows.claims[j]; {
		case len(f.tokens) == 1:
			o.Totals, o.leaves = append(o.Totals, total), append(o.leaves, t.n)
		case claims == nil:
			o.Totals, o.leaves = append(o.Totals, merkle.Amount{}), append(o.leaves, 0)
		default: // a tree of several tokens is never split
			o.Totals, o.leaves = append(o.Totals, claims.Amount), append(o.leaves, claims.Len)
		}
	}
}

// constants is Tree.constants.
func (t *heldTree) constants() (map[string]string, error) {
	rows := new(tree.Rows)
	r := t.f.rows.reading(rows)
	value, err := t.values(rows)
	if err == nil {
		err = r.read(0, 1)
	}
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	for i, field := range t.f.profile.Fields {
		if t.f.constant(field) {
			out[field.Name] = string(value(nil, 0, i))
		}
	}
	return out, nil
}
