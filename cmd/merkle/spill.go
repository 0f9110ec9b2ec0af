package main

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"

	"github.com/urfave/cli/v2"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/internal/extsort"
	"github.com/merkle-drop/merkle/tree"
)

// spillRows is how many rows of a list that goes through disk are in memory.
const spillRows = 1 << 16

// treeRowMemory is what a row of a list takes in merkle tree, in bytes, measured (docs/performance.md).
const treeRowMemory = 280

// spill takes the rows of a list that memory would not hold to the tree's files, batch by batch.
type spill struct {
	gatherer *tree.Gatherer
	place    *extsort.Place
	rows     int
	own      map[merkle.Account]bool
	kinds    kindsSeen
	before   int64 // memory limit of the process
}

// maySpill begins to spill when the list is too long for the memory that may be used. What needs all rows at once is refused where the limit was given, and
// else done in memory.
func (l *list) maySpill(c *cli.Context, most limit, proofs bool) (*spill, error) {
	info, err := os.Stat(l.path)
	if l.stdin != nil || err != nil {
		return nil, nil // it is in memory already
	}
	size := info.Size()
	if strings.HasSuffix(l.path, ".gz") || strings.HasSuffix(l.path, ".zst") || strings.HasSuffix(l.path, ".parquet") {
		size *= packed
	}
	need := size / leastRow * treeRowMemory
	if !most.exceeded(need) {
		clearTemp(c, l.path)
		return nil, nil
	}
	spec := tree.Spec{Profile: l.profile, Order: tree.Order(c.String("order")), Token: l.set.token, Constants: l.set.constants,
		Workers: l.set.workers, KeepDuplicates: l.set.duplicates == "keep", Decimals: max(0, l.set.read.Decimals)}
	indexed, tokens := false, false
	for i := range l.cols {
		if f := l.cols[i].field; f >= 0 {
			indexed = indexed || l.profile.Fields[f].Source == tree.SourceIndex
			tokens = tokens || l.profile.Fields[f].Source == tree.SourceToken
		}
	}
	switch err = tree.CanGather(spec, indexed); {
	case err != nil:
	case proofs:
		err = fmt.Errorf("%w: proofs", tree.ErrSliced)
	case tokens:
		err = fmt.Errorf("%w: a column of tokens", tree.ErrSliced)
	case l.sums != nil:
		err = fmt.Errorf("%w: --duplicates sum", tree.ErrSliced)
	}
	if err != nil {
		err = fmt.Errorf("%s: about %s of memory are needed, the limit is %s, and it %v", l.path, sizeText(need), sizeText(most.bytes), err)
		if most.given {
			return nil, &refusedError{err}
		}
		fmt.Fprintf(c.App.ErrWriter, "merkle: warning: %v\n", err)
		return nil, nil
	}
	s := &spill{own: l.own(), before: most.collect()}
	if s.place, err = tempPlace(c, l.path, size*tempFactor, 0); err == nil {
		s.gatherer, err = tree.NewGatherer(spec, s.place.Path(), most.bytes/2)
	}
	if err != nil {
		s.release()
		return nil, err
	}
	return s, nil
}

// some reports whether rows were taken.
func (s *spill) some() bool { return s != nil && s.rows > 0 }

// take adds the list's rows when there are at least so many, and empties it.
func (s *spill) take(ctx context.Context, l *list, least int) error {
	n := l.rows.Len()
	if n < least || n == 0 {
		return nil
	}
	if len(l.faults.List) == 0 { // else the list is refused for them
		s.look(l)
		if err := s.gatherer.Add(ctx, &l.rows); err != nil {
			return l.locate(err)
		}
	}
	s.rows += n
	r := &l.rows
	r.Accounts, r.Amounts, r.Locked, r.Index = r.Accounts[:0], r.Amounts[:0], r.Locked[:0], r.Index[:0]
	for i := range r.Columns {
		r.Columns[i].Values = r.Columns[i].Values[:0]
	}
	l.numbers = nil // a row is its data row: lists that are added up do not come here
	return nil
}

// look finds the kinds of the accounts.
func (s *spill) look(l *list) {
	accounts := l.rows.Accounts
	kinds := make([]merkle.AccountKind, len(accounts))
	w := l.set.workers
	if w <= 0 {
		w = runtime.GOMAXPROCS(0)
	}
	var wait sync.WaitGroup
	for part := range w {
		wait.Go(func() {
			for i := part * len(accounts) / w; i < (part+1)*len(accounts)/w; i++ {
				if kinds[i] = accounts[i].Kind(); kinds[i] != merkle.KindZero && s.own[accounts[i]] {
					kinds[i] = merkle.KindOwn
				}
			}
		})
	}
	wait.Wait()
	for i, k := range kinds {
		s.kinds.counts[k]++
		l.see(&s.kinds, k, s.rows+i, accounts[i])
	}
}

// release removes the files.
func (s *spill) release() {
	if s == nil {
		return
	}
	debug.SetMemoryLimit(s.before)
	if s.gatherer != nil {
		_ = s.gatherer.Close() // the place goes as a whole
	}
	if s.place != nil {
		_ = s.place.Release() // what is left is removed by the next run
	}
}
