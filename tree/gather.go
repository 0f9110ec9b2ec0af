package tree

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"
	"os"
	"path/filepath"
	"slices"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/internal/extsort"
)

// Gathered is what is known of a tree whose rows and nodes nobody kept.
type Gathered struct {
	Root   merkle.Hash // in the first Width bytes
	Leaves int
	Depth  int
	Order  Order
	Total  merkle.Amount // as Tree.Total, with Summed as its second result
	Summed bool
}

// Gatherer computes the root of a tree from rows that come in batches, through files where memory would not hold them. It is for one
// goroutine.
type Gatherer struct {
	spec    Spec
	order   Order
	dir     string
	w       int
	rows    int
	total   merkle.Amount
	fits    bool
	leaves  *extsort.Sorter // nil in order input
	plain   *os.File        // leaves in order input
	unique  *extsort.Sorter // accounts
	indexes *extsort.Sorter // given ones
	wrong   rowPile         // what the contract cannot hold
	unread  rowPile         // what the leaf cannot hold
	width   int             // bytes of an account and token in a record
	record  []byte
	hashes  []byte
}

// CanGather reports why the root of a tree cannot be computed from batches; nil when it can. indexed: the rows have an index.
func CanGather(s Spec, indexed bool) error {
	p := &s.Profile
	order, err := resolveOrder(p, s.Order)
	switch {
	case err != nil:
		return err
	case p.Grouped():
		return fmt.Errorf("%w: the leaves of profile %s stand in groups", ErrSliced, p)
	case order == OrderKey:
		return fmt.Errorf("%w: order %s", ErrSliced, order)
	case p.HasUnlock(), len(p.Key) > 0 && !(len(p.Key) == 1 && p.Key[0] == p.name(SourceIndex)):
		return fmt.Errorf("%w: profile %s pays by other fields than the account", ErrSliced, p)
	case p.Has(SourceIndex) && !indexed && p.Index != IndexInputRow:
		return fmt.Errorf("%w: the index of profile %s is by the text of accounts", ErrSliced, p)
	case order == OrderAccount && s.KeepDuplicates, order != OrderLeafHash && p.Dedupe && (s.KeepDuplicates || !p.Has(SourceAccount)):
		return fmt.Errorf("%w: equal leaves in order %s", ErrSliced, order)
	case p.Width < 8 || p.Shape == Heap && p.Pair != PairSorted:
		return fmt.Errorf("%w: profile %s", ErrSliced, p)
	}
	return nil
}

// NewGatherer begins a tree; files go to dir, and memory is about what its buffers take. Rows of all batches have the same columns, Tokens never.
func NewGatherer(s Spec, dir string, memory int64) (*Gatherer, error) {
	s.Profile = s.Profile.clone()
	p := &s.Profile
	if err := errors.Join(p.Validate(), CanGather(s, true), p.CheckDecimals(s.Decimals)); err != nil {
		return nil, err
	}
	g := &Gatherer{spec: s, dir: dir, w: workers(s.Workers), fits: true}
	g.order, _ = resolveOrder(p, s.Order)
	g.spec.Constants = p.withDefaults(s.Constants)
	var err error
	sorter := func(to **extsort.Sorter, name string, size int, memory int64, compare func(a, b []byte) int) {
		if err == nil {
			*to, err = extsort.New(extsort.Config{Dir: dir, Name: name, Size: size, Memory: memory, Workers: g.w, Compare: compare})
		}
	}
	account := p.Accounts.Width()
	switch g.order {
	case OrderInput:
		g.plain, err = os.OpenFile(filepath.Join(dir, "leaves"), os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	case OrderLeafHash:
		sorter(&g.leaves, "leaves", p.Width, memory/2, nil)
	case OrderAccount: // 8 bytes of the key, the account, the leaf
		sorter(&g.leaves, "leaves", 8+account+p.Width, memory/2, func(a, b []byte) int {
			k, l := sha256.Sum256(a[8:8+account]), sha256.Sum256(b[8:8+account])
			return bytes.Compare(k[:], l[:])
		})
	}
	if p.Has(SourceAccount) && !s.KeepDuplicates && len(p.Key) == 0 {
		g.width = max(account, 8)
		sorter(&g.unique, "accounts", g.width+4, memory/4, nil)
	}
	if p.Has(SourceIndex) {
		sorter(&g.indexes, "indexes", 12, memory/8, nil)
	}
	if err != nil {
		return nil, errors.Join(err, g.Close())
	}
	return g, nil
}

// Add takes rows, in their order; they may be changed afterwards. Rows that the leaf cannot hold are kept for Finish.
func (g *Gatherer) Add(ctx context.Context, rows *Rows) error {
	p, n := &g.spec.Profile, rows.Len()
	if n == 0 {
		return nil
	}
	if err := rows.checkColumns(p); err != nil {
		return err
	}
	if rows.Tokens != nil || g.rows+n > MaxRows {
		return fmt.Errorf("%w: rows of several tokens, or more than %d", ErrSliced, MaxRows)
	}
	sum, fits, err := checkRows(ctx, g.w, p, &g.spec, rows)
	if err != nil && !g.wrong.take(err, g.rows) {
		return err
	}
	var ok bool
	g.total, ok = g.total.Add(sum)
	g.fits = g.fits && fits && ok
	index := rows.Index
	if p.Has(SourceIndex) && index == nil {
		index = make([]uint64, n)
		for i := range index {
			index[i] = uint64(g.rows + i)
		}
	}
	enc, err := newEncoder(p, &g.spec, rows, index)
	if err != nil {
		return err
	}
	if len(g.wrong.list) == 0 {
		t := &Tree{spec: g.spec, order: g.order, rows: rows, enc: enc, leaf: enc}
		g.hashes = resize(g.hashes, n*p.Width)
		if err := t.hashLeaves(ctx, g.w, g.hashes); err != nil && !g.unread.take(err, g.rows) {
			return err
		}
		if err := g.keep(rows, n); err != nil {
			return err
		}
	}
	if err := g.watch(rows); err != nil {
		return err
	}
	g.rows += n
	return nil
}

// rowPile is refused rows of all batches: the first ones, and how many more there are.
type rowPile struct {
	list []*RowError
	more int
}

// take adds the rows of a *RowErrors of a batch that begins at row base; it reports false for other errors.
func (p *rowPile) take(err error, base int) bool {
	var refused *RowErrors
	if !errors.As(err, &refused) {
		return false
	}
	for _, e := range refused.List {
		e.Row += base
		p.list = append(p.list, e)
	}
	p.more += refused.More
	p.cut()
	return true
}

// cut keeps the first rows.
func (p *rowPile) cut() {
	slices.SortStableFunc(p.list, func(a, b *RowError) int { return a.Row - b.Row })
	if over := len(p.list) - merkle.MaxFaults; over > 0 {
		p.list, p.more = p.list[:merkle.MaxFaults], p.more+over
	}
}

// err is the rows as Build tells them, nil when there are none.
func (p *rowPile) err() error {
	if len(p.list) == 0 {
		return nil
	}
	p.cut()
	return &RowErrors{List: p.list, More: p.more}
}

// keep puts the leaves of a batch where they are sorted.
func (g *Gatherer) keep(rows *Rows, n int) error {
	width := g.spec.Profile.Width
	switch g.order {
	case OrderInput:
		_, err := g.plain.Write(g.hashes)
		return err
	case OrderLeafHash:
		for i := range n {
			if err := g.leaves.Add(g.hashes[i*width : (i+1)*width]); err != nil {
				return err
			}
		}
		return nil
	}
	for i := range n {
		g.record = rows.Accounts[i].AppendBytes(append(g.record[:0], 0, 0, 0, 0, 0, 0, 0, 0))
		key := sha256.Sum256(g.record[8:])
		copy(g.record, key[:8])
		if err := g.leaves.Add(append(g.record, g.hashes[i*width:(i+1)*width]...)); err != nil {
			return err
		}
	}
	return nil
}

// watch keeps what may be in the list once only.
func (g *Gatherer) watch(rows *Rows) error {
	for i := range rows.Accounts {
		if g.unique == nil {
			break
		}
		g.record = binary.BigEndian.AppendUint32(rows.Accounts[i].AppendBytes(g.record[:0]), uint32(g.rows+i))
		if err := g.unique.Add(g.record); err != nil {
			return err
		}
	}
	for i, v := range rows.Index {
		if g.indexes == nil {
			break
		}
		g.record = binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint64(g.record[:0], v), uint32(g.rows+i))
		if err := g.indexes.Add(g.record); err != nil {
			return err
		}
	}
	return nil
}

// Finish returns the tree's root, or what Build would refuse of the rows: a *RowErrors counts them over all batches.
func (g *Gatherer) Finish(ctx context.Context) (*Gathered, error) {
	p := &g.spec.Profile
	if g.rows == 0 {
		return nil, ErrNoRows
	}
	if err := g.wrong.err(); err != nil {
		return nil, err
	}
	if (!g.fits || g.total.BitLen() > p.TotalBits) && p.Amount != AmountLimit {
		return nil, fmt.Errorf("sum of the tree's amounts: %w: %d bits", ErrWidth, p.TotalBits)
	}
	if bits, err := p.indexBits(); err != nil || p.Has(SourceIndex) && g.indexes.Len() == 0 && uint64(g.rows-1)>>bits != 0 {
		return nil, errors.Join(fmt.Errorf("field %s: indexes of %d rows: %w: %d bits", p.name(SourceIndex), g.rows, ErrWidth, bits), err)
	}
	if err := g.repeated(ctx); err != nil {
		return nil, err
	}
	if err := g.unread.err(); err != nil {
		return nil, err
	}
	n, err := g.count(ctx)
	if err != nil {
		return nil, err
	}
	leaves, end, err := g.ordered(ctx)
	if err != nil {
		return nil, err
	}
	f := &levelFolder{ctx: ctx, p: p, dir: g.dir}
	out := &Gathered{Order: g.order, Total: g.total, Summed: g.fits && p.Has(SourceAmount)}
	out.Leaves = n
	out.Root, err = f.fold(n, leaves)
	if err := errors.Join(err, end()); err != nil {
		return nil, err
	}
	out.Depth = bits.Len(uint(out.Leaves - 1))
	return out, nil
}

// repeated refuses accounts and indexes that are there already.
func (g *Gatherer) repeated(ctx context.Context) error {
	p := &g.spec.Profile
	var found rowPile
	for _, x := range []struct {
		sorter *extsort.Sorter
		key    int
		field  string
		err    error
		text   func(key []byte) string
	}{
		{g.unique, p.Accounts.Width(), p.name(SourceAccount), ErrDuplicate, func(key []byte) string {
			a, err := merkle.NewAccount(p.Accounts, key)
			if err != nil { // the zero account, which was let through
				var zero [64]byte
				if p.Accounts == merkle.EVM {
					return "0x" + fmt.Sprintf("%x", zero[:20])
				}
				return "11111111111111111111111111111111"
			}
			return a.Text()
		}},
		{g.indexes, 8, p.name(SourceIndex), ErrIndex, func(key []byte) string { return fmt.Sprint(binary.BigEndian.Uint64(key)) }},
	} {
		if x.sorter == nil {
			continue
		}
		in, err := x.sorter.Sort(ctx)
		if err != nil {
			return err
		}
		first := []byte(nil)
		for n := 0; in.Next(); n++ {
			if n%65536 == 0 && ctx.Err() != nil {
				return errors.Join(ctx.Err(), in.Close())
			}
			r := in.Record()
			if first == nil || !bytes.Equal(first[:x.key], r[:x.key]) {
				first = append(first[:0], r...)
				continue
			}
			found.list = append(found.list, &RowError{Row: int(binary.BigEndian.Uint32(r[x.key:])), Other: int(binary.BigEndian.Uint32(first[x.key:])),
				Field: x.field, Value: x.text(first[:x.key]), Err: x.err})
			if len(found.list) >= 4*merkle.MaxFaults {
				found.cut()
			}
		}
		if err := errors.Join(in.Err(), in.Close(), x.sorter.Close()); err != nil {
			return err
		}
	}
	return found.err()
}

// ordered returns what gives the leaves in order, one a call, nil at the end; and what closes it.
func (g *Gatherer) ordered(ctx context.Context) (next func() ([]byte, error), end func() error, err error) {
	width := g.spec.Profile.Width
	if g.order == OrderInput {
		return fileNodes(g.plain, width)
	}
	in, err := g.leaves.Sort(ctx)
	if err != nil {
		return nil, nil, err
	}
	dedupe := g.spec.Profile.Dedupe && g.order == OrderLeafHash
	var last []byte
	return func() ([]byte, error) {
		for in.Next() {
			r := in.Record()
			leaf := r[len(r)-width:]
			if dedupe {
				if last != nil && bytes.Equal(last, leaf) {
					continue
				}
				last = append(last[:0], leaf...)
			}
			return leaf, nil
		}
		return nil, in.Err()
	}, in.Close, nil
}

// count is the number of leaves, which with Dedupe can be below that of rows.
func (g *Gatherer) count(ctx context.Context) (int, error) {
	if !g.spec.Profile.Dedupe || g.order != OrderLeafHash {
		return g.rows, nil
	}
	next, end, err := g.ordered(ctx)
	if err != nil {
		return 0, err
	}
	n := 0
	for {
		leaf, err := next()
		if leaf == nil || err != nil {
			return n, errors.Join(err, end())
		}
		if n++; n%65536 == 0 && ctx.Err() != nil {
			return 0, errors.Join(ctx.Err(), end())
		}
	}
}

// Close removes the files.
func (g *Gatherer) Close() (err error) {
	for _, s := range []*extsort.Sorter{g.leaves, g.unique, g.indexes} {
		if s != nil {
			err = errors.Join(err, s.Close())
		}
	}
	if g.plain != nil {
		err = errors.Join(err, g.plain.Close(), os.Remove(g.plain.Name()))
		g.plain = nil
	}
	return err
}
