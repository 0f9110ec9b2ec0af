package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"

	"github.com/urfave/cli/v2"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/internal/extsort"
	"github.com/merkle-drop/merkle/tree"
)

// keptRows is how many rows of a list that goes through disk are in memory.
const keptRows = 1 << 13

// What a row of a list takes in merkle tree, in bytes, measured (docs/performance.md): where rows are kept, and where only its leaf is until the root is known.
const (
	treeRowMemory = 280
	rootRowMemory = 82
)

// spill takes the rows of a list that memory would not hold to the tree's files, batch by batch.
type spill struct {
	kept   *tree.RowFile
	disk   tree.Disk
	sums   bool                    // rows of one account are added up
	tokens map[merkle.Account]bool // in the list

	place  *extsort.Place
	rows   int
	own    map[merkle.Account]bool
	kinds  kindsSeen
	filed  *tree.Filed
	most   limit
	before int64 // memory limit of the process
}

// isPacked reports that a file is smaller than the list in it.
func isPacked(path string) bool {
	return strings.HasSuffix(path, ".gz") || strings.HasSuffix(path, ".zst") || strings.HasSuffix(path, ".parquet")
}

// newSpill begins to spill when the list is too long for the memory that may be used, with rows of so many bytes in memory; else it is nil. What cannot
// go through disk is refused where the limit was given, and else done in memory.
func newSpill(c *cli.Context, l *list, most limit, out *output, each int64) (*spill, error) {
	spec := l.spec()
	fits := tree.CanFile(&spec.Profile, spec.Order)
	if fits != nil && !errors.Is(fits, tree.ErrSliced) { // no tree has this order, in memory or not: that is said before the rows are read
		return nil, l.locate(fits)
	}
	info, err := os.Stat(l.path)
	if l.stdin != nil || err != nil {
		return nil, nil // it is in memory already
	}
	size := info.Size()
	if l.folder != nil {
		size = l.folder.bytes
	}
	if isPacked(l.path) {
		size *= packed
	}
	rows := size / leastRow
	if each == rootRowMemory {
		rows = size / max(averageRow(l.path), leastRow)
	}
	need := rows * each
	if !most.exceeded(need) {
		clearTemp(c, l.path)
		return nil, nil
	}
	if fits != nil {
		err = most.tooLittle(l.path, need, fits)
		if most.given {
			return nil, &refusedError{err}
		}
		fmt.Fprintf(c.App.ErrWriter, "merkle: warning: %v\n", err)
		return nil, nil
	}
	s := &spill{own: l.own(), most: most, before: most.collect(), sums: l.sums != nil}
	l.sums = nil
	temp := s.tempBytes(l, &spec, size, need/50 > most.bytes, out.path != "" && out.kind.Name != "proofs")
	if s.place, err = tempPlace(c, l.path, temp, 0, extsort.Claim); err == nil {
		s.disk = tree.Disk{Dir: s.place.Path(), Memory: most.bytes / 2, Unique: true}
		s.tokens = map[merkle.Account]bool{}
		s.kept, err = tree.NewRowFile(filepath.Join(s.disk.Dir, "rows"))
	}
	if err != nil {
		s.release()
		return nil, err
	}
	return s, nil
}

// sumRecord is what a row of a list whose rows are added up takes on disk while they are.
const sumRecord = 180

// tempBytes estimates the temporary files for a list of so many bytes; arranged: rows are put in the order of what is written.
func (s *spill) tempBytes(l *list, spec *tree.Spec, size int64, joined, arranged bool) int64 {
	rows := size / max(averageRow(l.path), leastRow)
	each, records := tree.FiledBytes(&spec.Profile, spec.Order)
	kept := size/5*3 + 8*rows // accounts and amounts in bytes
	if len(l.rows.Columns) > 0 {
		kept = size + 8*rows
	}
	if joined { // runs of records are merged to longer ones first
		each += records
	}
	most := rows * each
	if s.sums {
		most = rows*max(sumRecord, each) + kept
	}
	if arranged { // when the tree is there: once as they are dealt out and once in order
		nodes := 3 * int64(spec.Profile.Width)
		most = max(most, rows*nodes+2*(kept+8*rows))
	}
	return kept + most
}

// averageRow is the bytes of a line at the beginning, in the middle or at the end of a list, the least of them; 0 where that says nothing.
func averageRow(path string) int64 {
	f, err := os.Open(path)
	if err != nil {
		return 0
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return 0
	}
	text, least := make([]byte, 1<<16), int64(0)
	last := max(info.Size()-int64(len(text)), 0)
	for _, at := range []int64{0, last / 2, last} {
		n, _ := f.ReadAt(text, at) // an estimate: what cannot be read is told by the reading
		lines := bytes.Count(text[:n], []byte{'\n'})
		if lines < 8 || bytes.IndexByte(text[:n], 0) >= 0 {
			return 0
		}
		if each := int64(n / lines); least == 0 || each < least {
			least = each
		}
	}
	return least
}

// some reports whether rows were taken.
func (s *spill) some() bool { return s != nil && s.rows > 0 }

// take adds the list's rows when there are at least so many, and empties it.
func (s *spill) take(l *list, least int) error {
	n := l.rows.Len()
	if n < least || n == 0 {
		return nil
	}
	if len(l.faults.List) == 0 || s.sums { // with faults what cannot be added up is told too
		if err := s.keep(l); err != nil {
			return err
		}
	}
	s.rows += n
	r := &l.rows
	r.Accounts, r.Amounts, r.Locked, r.Index, r.Tokens = r.Accounts[:0], r.Amounts[:0], r.Locked[:0], r.Index[:0], r.Tokens[:0]
	for i := range r.Columns {
		r.Columns[i].Values = r.Columns[i].Values[:0]
	}
	l.numbers = l.numbers[:0]
	return nil
}

// look finds the kinds of accounts, the first of which is that of row first.
func (s *spill) look(l *list, accounts []merkle.Account, first int) {
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
		l.see(&s.kinds, k, first+i, accounts[i])
	}
}

// release removes the files.
func (s *spill) release() {
	if s == nil {
		return
	}
	debug.SetMemoryLimit(s.before)
	if s.kept != nil {
		_ = s.kept.Close() // the place goes as a whole
	}
	if s.filed != nil {
		_ = s.filed.Close()
	}
	if s.place != nil {
		_ = s.place.Release() // what is left is removed by the next run
	}
}
