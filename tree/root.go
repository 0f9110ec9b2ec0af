package tree

import (
	"encoding/binary"
	"errors"
	"fmt"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/internal/pages"
	"github.com/merkle-drop/merkle/tree/internal/layer"
)

// ErrUnclear says that some row may be one that the tree cannot hold. Build tells.
var ErrUnclear = errors.New("some row may be refused")

// Gathered is what is known of a tree whose rows and nodes nobody kept.
type Gathered struct {
	Root   merkle.Hash // in the first Width bytes
	Leaves int
	Depth  int
	Order  Order
	Total  merkle.Amount // as Tree.Total, with Summed as its second result
	Summed bool
}

// RootBuilder computes the root of the tree that Build makes, and nothing else of it, while rows are read: of a row only its leaf is kept, and 8
// bytes that tell whether its account may be there twice. It takes rows with nothing the matter and says ErrUnclear where there may be others.
type RootBuilder struct {
	spec      Spec
	order     Order
	w         int
	indexed   bool // rows have an index
	indexBits int
	unique    bool // no account twice
	leaves    []byte
	spare     []byte // what the leaves are sorted and folded into; before that, keys by row, 8 bytes each: spread like hashes, equal for equal accounts
	workers   []*RootWorker
}

// NewRootBuilder begins a tree. indexed: the rows have an index. Trees whose leaves cannot be hashed and ordered row by row are ErrSliced; what Build
// refuses of s is refused.
func NewRootBuilder(s Spec, indexed bool) (*RootBuilder, error) {
	s.Profile = s.Profile.clone()
	p := &s.Profile
	order, err := resolveOrder(p, s.Order)
	if err := errors.Join(p.Validate(), err, p.CheckDecimals(s.Decimals)); err != nil {
		return nil, err
	}
	b := &RootBuilder{order: order, w: workers(s.Workers), indexed: indexed, unique: p.Has(SourceAccount) && !s.KeepDuplicates && len(p.Key) == 0}
	switch {
	case p.Grouped():
		return nil, fmt.Errorf("%w: the leaves of profile %s stand in groups", ErrSliced, p)
	case order != OrderInput && order != OrderLeafHash:
		return nil, fmt.Errorf("%w: order %s", ErrSliced, order)
	case order == OrderInput && p.Dedupe:
		return nil, fmt.Errorf("%w: equal leaves in order %s", ErrSliced, order)
	case p.HasUnlock(), len(p.Key) > 0 && !(len(p.Key) == 1 && p.Key[0] == p.name(SourceIndex)):
		return nil, fmt.Errorf("%w: profile %s pays by other fields than the account", ErrSliced, p)
	case p.Has(SourceIndex) && !indexed && p.Index != IndexInputRow:
		return nil, fmt.Errorf("%w: the index of profile %s is by the text of accounts", ErrSliced, p)
	case p.Width < 8 || p.Shape == Heap && p.Pair != PairSorted:
		return nil, fmt.Errorf("%w: profile %s", ErrSliced, p)
	case s.Levels != 0 || p.Has(SourceToken) && s.Token.Family() != p.Accounts:
		return nil, fmt.Errorf("%w: levels or token", ErrSliced)
	}
	if s.Constants, err = p.constants(s.Constants); err != nil {
		return nil, err
	}
	b.spec = s
	b.indexBits, err = p.indexBits()
	return b, err
}

// Grow makes room for rows 0 to n-1, no worker being at work.
func (b *RootBuilder) Grow(n int) {
	width, spare := b.spec.Profile.Width, 0
	if b.order == OrderLeafHash {
		spare = n * width
	} else {
		spare = (n + 1) / 2 * width
	}
	if b.unique {
		spare = max(spare, 2*8*n) // twice: they are dealt into the rest
	}
	leaves, keys := pages.Make[byte](n*width), pages.Make[byte](spare)
	copy(leaves, b.leaves)
	if b.unique {
		copy(keys, b.spare[:min(len(b.spare), 8*(len(b.leaves)/width))])
	}
	b.leaves, b.spare = leaves, keys
}

// Worker returns what one goroutine adds rows with. Workers are made one after the other, and before rows are added.
func (b *RootBuilder) Worker() *RootWorker {
	p := &b.spec.Profile
	w := &RootWorker{b: b, leaf: leafMemory{h: layer.New(p.alg(), p.Width), inner: make([]byte, leafBatch*p.Width)}}
	b.workers = append(b.workers, w)
	return w
}

// RootWorker takes rows for a RootBuilder, several at different rows at a time.
type RootWorker struct {
	b     *RootBuilder
	enc   *encoder
	leaf  leafMemory
	index []uint64 // of the rows at hand, where they are their numbers
	sum   wideSum
	runs  []indexRun
	bad   bool
}

// indexRun is the given indexes of rows that were added at once, each above the one before.
type indexRun struct {
	row         int
	first, last uint64
}

// Add hashes the rows first to first+rows.Len()-1, for which there is room, and reports false when one of them may be refused. Rows may be used again
// afterwards; the columns are those of Build, without Tokens.
func (w *RootWorker) Add(first int, rows *Rows) bool {
	b := w.b
	p, n := &b.spec.Profile, rows.Len()
	if n == 0 || w.bad {
		return !w.bad
	}
	w.bad = true
	if rows.checkColumns(p) != nil || rows.Tokens != nil || (rows.Index != nil) != (b.indexed && p.Has(SourceIndex)) || !w.plain(first, rows, n) || !w.encode(first, rows, n) {
		return false
	}
	for lo := 0; lo < n; lo += leafBatch {
		hi := min(lo+leafBatch, n)
		if found := w.leaf.hash(p, w.enc, b.leaves[(first+lo)*p.Width:(first+hi)*p.Width], lo, hi); len(found) > 0 {
			return false
		}
	}
	if b.unique {
		keys := b.spare[8*first : 8*(first+n)]
		for i := range n {
			binary.LittleEndian.PutUint64(keys[8*i:], mixAccount(&rows.Accounts[i]))
		}
	}
	w.bad = false
	return true
}

// plain reports whether nothing can be wrong with the values of rows, each taken alone, and adds their amounts up.
func (w *RootWorker) plain(first int, rows *Rows, n int) bool {
	p := &w.b.spec.Profile
	width, hasLocked := min(p.AmountBits, p.TotalBits), p.Has(SourceLocked)
	if rows.Amounts != nil && w.sum.add(rows.Amounts) > width || !hasLocked && rows.Locked != nil || w.sum.add(rows.Locked) > width {
		return false
	}
	if p.Has(SourceAccount) && !allOf(rows.Accounts, p.Accounts) || p.Zero == ZeroRefuse && rows.Amounts != nil && !noZero(rows.Amounts) {
		return false
	}
	if !p.Has(SourceIndex) || rows.Index == nil {
		return true
	}
	if !ascending(rows.Index) || rows.Index[n-1]>>w.b.indexBits != 0 {
		return false
	}
	w.runs = append(w.runs, indexRun{first, rows.Index[0], rows.Index[n-1]})
	return true
}

// encode makes the encoder of rows.
func (w *RootWorker) encode(first int, rows *Rows, n int) bool {
	index := rows.Index
	if w.b.spec.Profile.Has(SourceIndex) && index == nil {
		w.index = w.index[:0]
		for i := range n {
			w.index = append(w.index, uint64(first+i))
		}
		index = w.index
	}
	if w.enc != nil && len(rows.Columns) == 0 {
		w.enc.rows, w.enc.index = rows, index
		return true
	}
	var err error
	w.enc, err = newEncoder(&w.b.spec.Profile, &w.b.spec, rows, index) // which refers to the columns
	return err == nil
}
