package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/alloc/lists"
	"github.com/merkle-drop/merkle/tree"
)

// blockBytes is how much of a list one worker reads at a time: some thousand rows, and less than a near cache.
const blockBytes = 512 << 10

// block is some whole lines of a list.
type block struct {
	room  []byte
	text  []byte // in room
	first int    // data row of the first line
	rows  int    // lines
}

// blocks reads a plain list on all processors, block by block, straight into the columns of the tree. It knows only rows with nothing the
// matter: at the first other one it gives up, and the list is read row by row, which finds every fault and its place.
type blocks struct {
	l      *list
	root   *rooting // what becomes of the rows; nil: they are kept
	size   int64    // of the list in bytes; 0 is not known
	failed atomic.Bool

	work, free chan *block
	running    sync.WaitGroup // blocks that are handed over and not done
	workers    sync.WaitGroup
	kinds      []merkle.AccountKind
	ends       int // rows handed over
	room       int // rows that there is room for
}

// readAtOnce reads a plain list of which memory holds what is asked for, the root alone or all rows. It reports false when the list has to be read row by row,
// through disk when there is a spill; then nothing was read.
func (l *list) readAtOnce(ctx context.Context, table *lists.List, bar *progress) (done bool, err error) {
	plain := l.plain(table)
	if plain && l.set.rootOnly {
		each := int64(rootRowMemory)
		if isPacked(l.path) { // how many rows there are is not known: room is made several times
			each = treeRowMemory
		}
		if err = l.maySpill(each); l.spill == nil && err == nil {
			done, err = l.readRoot(ctx, table, bar)
		}
		if done || l.spill != nil || err != nil {
			return done, err
		}
	}
	if err = l.maySpill(treeRowMemory); l.spill != nil || err != nil || !plain {
		return false, err
	}
	return l.readBlocks(ctx, table, bar)
}

// maySpill begins to spill when rows of so many bytes would not go into memory.
func (l *list) maySpill(each int64) (err error) {
	if l.set.spilling != nil {
		l.spill, err = l.set.spilling(l, each)
	}
	return err
}

// plain reports whether blocks can read the list.
func (l *list) plain(table *lists.List) bool {
	for i := range l.cols {
		if n := l.cols[i].number; l.cols[i].same || l.cols[i].absent != nil || n != nil && n.Cut {
			return false
		}
	}
	return !l.set.oneByOne && table.Lines != "" && l.sums == nil
}

// readBlocks reads all rows of a plain list.
func (l *list) readBlocks(ctx context.Context, table *lists.List, bar *progress) (done bool, err error) {
	b := &blocks{l: l}
	if done, err = b.all(ctx, table, bar); !done {
		b.drop()
		return false, err
	}
	l.kindsOf.parts, l.kindsOf.done = [][]merkle.AccountKind{b.kinds}, len(b.kinds)
	return true, nil
}

// all opens the list once more and reads it to its end.
func (b *blocks) all(ctx context.Context, table *lists.List, bar *progress) (done bool, err error) {
	in, size, err := b.l.again()
	if in == nil || err != nil {
		return false, err
	}
	defer in.Close()
	b.size = size
	return b.read(ctx, in, table, bar)
}

// again opens the list once more; nil when it can be read only once.
func (l *list) again() (in io.ReadCloser, size int64, err error) {
	if l.stdin == nil {
		info, err := os.Stat(l.path)
		if err != nil || !info.Mode().IsRegular() {
			return nil, 0, nil // what is the matter is said where it is read row by row
		}
		if !strings.HasSuffix(l.path, ".gz") && !strings.HasSuffix(l.path, ".zst") {
			size = info.Size()
		}
	} else {
		size = int64(len(l.stdin))
	}
	in, err = l.input()
	return in, size, err
}

func (b *blocks) read(ctx context.Context, in io.Reader, table *lists.List, bar *progress) (done bool, err error) {
	n := b.l.set.workers
	if n == 0 {
		n = runtime.GOMAXPROCS(0)
	}
	b.work, b.free = make(chan *block, n+1), make(chan *block, n+1)
	for range n + 1 {
		b.free <- new(block)
	}
	for range n {
		to, then := b.place, func(int, *filler) bool { return true }
		if b.root != nil {
			to, then = b.root.worker()
		}
		b.workers.Go(func() {
			f := newFiller(b.l, table)
			for blk := range b.work {
				if !b.failed.Load() && !f.fill(blk, to, then) {
					b.failed.Store(true)
				}
				b.running.Done()
				b.free <- blk
			}
		})
	}
	defer func() {
		close(b.work)
		b.workers.Wait()
		done = done && !b.failed.Load() && b.ends > 0
		if done && b.root == nil {
			b.cut()
		}
	}()
	var rest []byte
	head := table.Lines == "csv" && !table.Headless
	for first, more := true, true; more; first = false {
		if err := ctx.Err(); err != nil {
			return false, err
		}
		if b.failed.Load() {
			return false, nil
		}
		blk := <-b.free
		if blk.room == nil {
			blk.room = make([]byte, blockBytes)
		}
		filled := copy(blk.room, rest)
		read, err := io.ReadFull(in, blk.room[filled:])
		if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
			return false, nil // read row by row, it fails at the same place
		}
		more = err == nil
		text := blk.room[:filled+read]
		if more {
			stop := bytes.LastIndexByte(text, '\n') + 1
			if stop == 0 {
				return false, nil // a very long line
			}
			rest = append(rest[:0], text[stop:]...)
			text = text[:stop]
		}
		if first {
			var ok bool
			if text, ok = withoutHead(text, head); !ok {
				return false, nil
			}
		}
		b.hand(blk, text, more)
		bar.update("reading", int64(b.ends), -1)
	}
	return true, nil
}

// withoutHead leaves out the header's line. It reports false for a header that may be longer than a line, and for a byte order mark that
// would stand in the first row.
func withoutHead(text []byte, head bool) ([]byte, bool) {
	if !head {
		return text, !bytes.HasPrefix(text, []byte("\xef\xbb\xbf"))
	}
	line, rows, _ := bytes.Cut(text, []byte("\n"))
	return rows, bytes.IndexByte(line, '"') < 0
}

// hand gives a block to the next worker that is free.
func (b *blocks) hand(blk *block, text []byte, more bool) {
	blk.text, blk.first, blk.rows = text, b.ends, bytes.Count(text, []byte("\n"))
	if n := len(text); n > 0 && text[n-1] != '\n' {
		blk.rows++
	}
	b.ends += blk.rows
	if b.ends > b.room {
		b.grow(blk, more)
	}
	b.running.Add(1)
	b.work <- blk
}

// grow makes room for the rows of a block, and for all that are to be expected when the size of the list is known. Room that is never
// written to costs no memory, so it is rather too much.
func (b *blocks) grow(blk *block, more bool) {
	n := b.ends
	switch {
	case more && b.size > 0 && blk.first == 0:
		n = int(b.size/int64(len(blk.text)+1)+2)*(blk.rows+1) + blk.rows/8
	case more:
		n += n/2 + blk.rows
	}
	b.running.Wait() // workers write where the columns are now
	b.room = n
	if b.root != nil {
		b.root.grow(n)
		return
	}
	b.l.makeRoom(&b.l.rows, n)
	b.kinds = extended(b.kinds, n)
}

// makeRoom gives the columns that are read n rows.
func (l *list) makeRoom(r *tree.Rows, n int) {
	for _, c := range l.cols {
		if c.field < 0 {
			continue
		}
		switch l.profile.Fields[c.field].Source {
		case tree.SourceAccount:
			r.Accounts = extended(r.Accounts, n)
		case tree.SourceToken:
			r.Tokens = extended(r.Tokens, n)
		case tree.SourceAmount:
			r.Amounts = extended(r.Amounts, n)
		case tree.SourceLocked:
			r.Locked = extended(r.Locked, n)
		case tree.SourceIndex:
			r.Index = extended(r.Index, n)
		case tree.SourceColumn:
			r.Columns[c.at].Values = extended(r.Columns[c.at].Values, n)
		}
	}
}

// place is the rows [first, first+n) of the list.
func (b *blocks) place(first, n int) (*tree.Rows, []merkle.AccountKind) {
	return rowsOf(&b.l.rows, first, n), b.kinds[first : first+n]
}

// rowsOf is n of the rows from first on.
func rowsOf(r *tree.Rows, first, n int) *tree.Rows {
	end := first + n
	part := &tree.Rows{Accounts: partOf(r.Accounts, first, end), Amounts: partOf(r.Amounts, first, end), Locked: partOf(r.Locked, first, end),
		Index: partOf(r.Index, first, end), Tokens: partOf(r.Tokens, first, end)}
	for _, c := range r.Columns {
		part.Columns = append(part.Columns, tree.Column{Name: c.Name, Values: partOf(c.Values, first, end)})
	}
	return part
}

// partOf is some of a column; nil of one that there is not.
func partOf[T any](s []T, lo, hi int) []T {
	if s == nil {
		return nil
	}
	return s[lo:hi:hi]
}

// extended is s with length n, with zeros after what was there.
func extended[T any](s []T, n int) []T {
	out := make([]T, n)
	copy(out, s)
	return out
}

// cut leaves as many rows as were read.
func (b *blocks) cut() {
	r, n := &b.l.rows, b.ends
	r.Accounts, r.Tokens, r.Amounts = shortened(r.Accounts, n), shortened(r.Tokens, n), shortened(r.Amounts, n)
	r.Locked, r.Index = shortened(r.Locked, n), shortened(r.Index, n)
	for i := range r.Columns {
		r.Columns[i].Values = shortened(r.Columns[i].Values, n)
	}
	b.kinds = shortened(b.kinds, len(r.Accounts))
}

// drop leaves no rows.
func (b *blocks) drop() {
	r := &b.l.rows
	r.Accounts, r.Tokens, r.Amounts, r.Locked, r.Index = nil, nil, nil, nil, nil
	for i := range r.Columns {
		r.Columns[i].Values = nil
	}
}

func shortened[T any](s []T, n int) []T { return s[:min(n, len(s))] }
