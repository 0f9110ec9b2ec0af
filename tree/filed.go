package tree

import (
	"context"
	"errors"
	"fmt"
	"math/big"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/tree/internal/layer"
)

// Disk says where a tree on disk lies.
type Disk struct {
	Dir  string // existing directory for temporary files; those of a tree are removed by its Close
	Name string // begins the names of its files, so that several trees may share Dir

	// Memory is bytes for buffers and for the upper levels, about. Beside it are 4 bytes a row where the tree's order is another than that of the rows, and
	// 4 for indexes by the text of accounts.
	Memory int64

	Keyed  bool     // rows come in order account
	Claims []uint32 // row -> its place in claim order, a permutation of 0 to n-1; nil: rows come in claim order, or it does not matter
	Unique bool     // refuse repeated rows and indexes, as Build does; else they are the caller's to know
}

// Filed is the tree that Build makes of the same rows, with its nodes in a file. It does not change and may be read by several goroutines, each with a
// FiledReader of its own. Rows are counted as they were read.
type Filed struct {
	b      *filing
	index  bool         // found by rule
	tree   *nodeTree    // nil when grouped
	groups *filedForest // nil when not grouped
	leaves int
	root   merkle.Hash
}

// CanFile reports why trees of the profile cannot be built by BuildFiled; nil when they can.
func CanFile(p *Profile, o Order) error {
	_, err := resolveOrder(p, o)
	switch {
	case err != nil:
		return err
	case p.Width < 8:
		return fmt.Errorf("%w: profile %s", ErrSliced, p)
	}
	return nil
}

// BuildFiled is Build for n rows that read gives, through files. A rule's indexes are found, so rows need to have them only where they are given. A
// *RowErrors counts rows as they are read. The caller closes the tree.
func BuildFiled(ctx context.Context, s Spec, n int, read Slices, d Disk) (_ *Filed, err error) {
	s.Profile = s.Profile.clone()
	p := &s.Profile
	if err := errors.Join(p.Validate(), CanFile(p, s.Order), p.CheckDecimals(s.Decimals)); err != nil {
		return nil, err
	}
	if err := d.check(n); err != nil || s.Levels != 0 {
		return nil, errors.Join(err, checkLevels(s.Levels))
	}
	s.Order, _ = resolveOrder(p, s.Order)
	if s.Constants, err = p.constants(s.Constants); err != nil {
		return nil, err
	}
	b := &filing{ctx: ctx, spec: s, d: d, w: workers(s.Workers), n: n, read: read}
	defer func() {
		if err != nil {
			err = errors.Join(err, b.close())
		}
	}()
	if b.nodes = newNodeFile(b.path("nodes"), p.Width, innerSize(p.Shape, n), d.Memory/2); p.Grouped() {
		// All groups' trees end to end, which have no upper levels of their own: in memory or not at all.
		if b.nodes = newNodeFile(b.path("nodes"), p.Width, 3*n, d.Memory/4); b.nodes.from > 0 {
			b.nodes.from = b.nodes.size
		}
	}
	if err := b.begin(); err != nil {
		return nil, err
	}
	if err := b.rank(); err != nil {
		return nil, err
	}
	if err := b.pass(); err != nil {
		return nil, err
	}
	if err := b.refused(); err != nil {
		return nil, err
	}
	memory := make([]*pairMemory, b.w)
	for i := range memory {
		memory[i] = &pairMemory{h: layer.New(p.alg(), p.Width)}
	}
	t := &Filed{b: b, index: p.Has(SourceIndex) && !b.given}
	if p.Grouped() {
		if t.groups, t.leaves, err = b.plant(memory); err != nil {
			return nil, err
		}
		return t, t.groups.upper.read(t.groups.outer.rootSlot(), t.root[:p.Width])
	}
	if t.leaves, err = b.order(); err == nil {
		t.leaves, err = b.once(t.leaves)
	}
	if err == nil {
		t.tree, err = b.fillAll(ctx, t.leaves, memory)
	}
	if err != nil {
		return nil, err
	}
	return t, b.nodes.read(t.tree.rootSlot(), t.root[:p.Width])
}

func checkLevels(levels int) error {
	if levels != 0 {
		return fmt.Errorf("levels %d: a tree on disk is folded to its root", levels)
	}
	return nil
}

func (d *Disk) check(n int) error {
	switch {
	case n < 1:
		return ErrNoRows
	case n > MaxRows:
		return fmt.Errorf("%d rows, at most %d in a tree", n, MaxRows)
	case d.Claims == nil:
		return nil
	case len(d.Claims) != n:
		return fmt.Errorf("%d places in claim order for %d rows", len(d.Claims), n)
	case d.Unique:
		return errors.New("repeated rows are looked for in claim order only")
	}
	seen := make([]uint64, (n+63)/64)
	for _, c := range d.Claims {
		if int(c) >= n || seen[c/64]>>(c%64)&1 == 1 {
			return fmt.Errorf("place %d in claim order: there are %d, each once", c, n)
		}
		seen[c/64] |= 1 << (c % 64)
	}
	return nil
}

// Root is the tree's root, in the first Width bytes.
func (t *Filed) Root() merkle.Hash { return t.root }

// Len is the number of leaves, as Tree.Len.
func (t *Filed) Len() int { return t.leaves }

// Rows is the number of rows.
func (t *Filed) Rows() int { return t.b.n }

// Depth is the length of the longest proof, as Tree.Depth.
func (t *Filed) Depth() int {
	if t.groups != nil {
		return t.groups.depth
	}
	return t.tree.height()
}

// Order is the order of the leaves; never OrderProfile.
func (t *Filed) Order() Order { return t.b.spec.Order }

// Profile is the profile that built the tree. The caller must not change it.
func (t *Filed) Profile() *Profile { return &t.b.spec.Profile }

// Spec is what the tree was built by.
func (t *Filed) Spec() Spec { return t.b.spec }

// Total is the sum of all rows' amounts and locked amounts, as Tree.Total.
func (t *Filed) Total() (sum merkle.Amount, ok bool) {
	sum, ok = t.b.total()
	return sum, ok && t.b.spec.Profile.Has(SourceAmount)
}

// Sum is Total of any width, 0 for a profile without an amount field.
func (t *Filed) Sum() *big.Int {
	sum := new(big.Int)
	if !t.b.spec.Profile.Has(SourceAmount) {
		return sum
	}
	for i := len(t.b.sum) - 1; i >= 0; i-- {
		sum.Or(sum.Lsh(sum, 64), new(big.Int).SetUint64(t.b.sum[i]))
	}
	return sum
}

// Position is the place in the tree of the leaf of a row, 0 ≤ row < Rows.
func (t *Filed) Position(row int) int {
	if t.b.pos == nil {
		return row
	}
	return int(t.b.pos[row])
}

// Index is the index that the profile's rule gives a row; false where indexes are given or there are none.
func (t *Filed) Index(row int) (index uint64, ok bool) {
	if !t.index {
		return 0, false
	}
	return t.b.index(row), true
}

// Filled is read with the index that the profile's rule gives, for the values of rows.
func (t *Filed) Filled(read Slices) Slices {
	if !t.index {
		return read
	}
	return func(worker, lo, hi int, rows *Rows) error {
		rows.Index = nil
		err := read(worker, lo, hi, rows)
		t.b.number(rows, lo, nil)
		return err
	}
}

// Values returns what appends the text of a leaf field (by its number) of a row of rows, as Tree.AppendValue does. rows must be those of a call of
// Filled; they may be read anew between calls.
func (t *Filed) Values(rows *Rows) (func(dst []byte, row, field int) []byte, error) {
	e, err := newEncoder(&t.b.spec.Profile, &t.b.spec, rows, rows.Index)
	if err != nil {
		return nil, err
	}
	return e.values(), nil
}

// Close removes the tree's files.
func (t *Filed) Close() error { return t.b.close() }
