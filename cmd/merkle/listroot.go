package main

import (
	"cmp"
	"context"
	"errors"
	"slices"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/alloc/lists"
	"github.com/merkle-drop/merkle/tree"
)

// rooting takes the rows of a list of which nothing but the root is asked for, as they are read. Like blocks it knows only rows with nothing
// the matter.
type rooting struct {
	l     *list
	tree  *tree.RootBuilder
	own   map[merkle.Account]bool
	parts []*rootPart
}

// rootPart is what one goroutine reads.
type rootPart struct {
	r      *rooting
	worker *tree.RootWorker
	rows   tree.Rows
	kinds  []merkle.AccountKind
	counts merkle.AccountCounts
	odd    []oddAccount
}

// oddAccount is one of a goroutine's first accounts of a kind, which may have to be told.
type oddAccount struct {
	row     int
	kind    merkle.AccountKind
	account merkle.Account
}

// readRoot reads a list and computes its root when nothing else is asked for. It reports false when the list has to be read into memory.
func (l *list) readRoot(ctx context.Context, table *lists.List, bar *progress) (done bool, err error) {
	if !l.set.rootOnly || len(l.profile.Key) > 1 {
		return false, nil
	}
	indexed := false
	for _, c := range l.cols {
		if c.field >= 0 {
			switch l.profile.Fields[c.field].Source {
			case tree.SourceToken:
				return false, nil
			case tree.SourceIndex:
				indexed = true
			}
		}
	}
	r := &rooting{l: l, own: l.own()}
	if r.tree, err = tree.NewRootBuilder(l.spec(), indexed); err != nil {
		return false, nil // what is wrong with it Build says
	}
	b := &blocks{l: l, root: r}
	if done, err = b.all(ctx, table, bar); !done || err != nil {
		return false, err
	}
	gathered, err := r.tree.Finish(ctx, b.ends)
	if err != nil {
		if errors.Is(err, tree.ErrUnclear) {
			err = nil
		}
		return false, err
	}
	r.judged()
	l.rooted = gathered
	return true, nil
}

// worker is what another goroutine reads into and what it does with the rows then.
func (r *rooting) worker() (place, func(first int, f *filler) bool) {
	p := &rootPart{r: r, worker: r.tree.Worker(), kinds: make([]merkle.AccountKind, rowsInHand)}
	for _, c := range r.l.rows.Columns {
		p.rows.Columns = append(p.rows.Columns, tree.Column{Name: c.Name})
	}
	r.l.makeRoom(&p.rows, rowsInHand)
	r.parts = append(r.parts, p)
	return func(_, n int) (*tree.Rows, []merkle.AccountKind) { return rowsOf(&p.rows, 0, n), p.kinds[:n] }, p.take
}

func (r *rooting) grow(n int) { r.tree.Grow(n) }

// take hands the rows over.
func (p *rootPart) take(first int, f *filler) bool {
	for i, k := range f.kinds[:len(f.rows.Accounts)] {
		if len(p.r.own) > 0 && k != merkle.KindZero && p.r.own[f.rows.Accounts[i]] {
			k = merkle.KindOwn
		}
		if p.counts[k]++; k > merkle.KindZero && p.counts[k] <= merkle.MaxFaults {
			p.odd = append(p.odd, oddAccount{first + i, k, f.rows.Accounts[i]})
		}
	}
	return p.worker.Add(first, f.rows)
}

// judged gathers the kinds of the accounts in the order of rows. Goroutines read ascending rows, so the first of a list are among the first of each.
func (r *rooting) judged() {
	var odd []oddAccount
	for _, p := range r.parts {
		for k, n := range p.counts {
			r.l.seen.counts[k] += n
		}
		odd = append(odd, p.odd...)
	}
	slices.SortFunc(odd, func(a, b oddAccount) int { return cmp.Compare(a.row, b.row) })
	for _, a := range odd {
		r.l.see(&r.l.seen, a.kind, a.row, a.account)
	}
	if found := &r.l.seen.found; r.l.set.accounts != "warn" {
		found.More = -len(found.List) // of all that are not let through
		for k := merkle.KindZero + 1; int(k) < len(r.l.seen.counts); k++ {
			if !r.l.set.allow[k] {
				found.More += r.l.seen.counts[k]
			}
		}
	}
}
