package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/alloc"
	"github.com/merkle-drop/merkle/alloc/lists"
	"github.com/merkle-drop/merkle/tree"
)

// list is a file of claims, read for one profile.
type list struct {
	path    string
	set     *listSettings
	profile tree.Profile
	rows    tree.Rows
	numbers []uint32 // data row (from 0) of each row kept; nil: all are kept
	notes   []string // what a person should know
	stated  string   // the root that the file itself states; empty: none

	faults  merkle.Faults
	cols    []column
	sums    map[[2]merkle.Account]int
	kindsOf *kindFinder
	key     int    // column with the keys of a JSON object when a member is the account too, else -1
	buf     []byte // of a number
	stdin   []byte
	folder  *folder        // the list is all files of it; nil: one file
	spill   *spill         // nil: all rows are kept
	rooted  *tree.Gathered // the tree, where nothing else is asked for and rows were not kept
	seen    kindsSeen      // then: the kinds of the accounts
}

// column says what a column of the file is read as.
type column struct {
	field  int           // leaf field; -1: not read
	at     int           // place in rows.Columns of a field with source column
	number *lists.Number // how its numbers are written; nil: decimal
	addr   bool          // a column of addresses
	absent []byte        // the value of a row that has none; nil: there must be one
	same   bool          // names the account, as the key does, and must be the same
}

// readList reads all rows, or returns every fault of the file.
func readList(ctx context.Context, path string, set *listSettings, bar *progress) (*list, error) {
	l := &list{path: path, set: set, profile: set.profile, key: -1, kindsOf: newKindFinder(set.workers)}
	if set.duplicates == "sum" {
		l.sums = map[[2]merkle.Account]int{}
	}
	if path == "-" {
		l.path = "stdin"
		var err error
		if l.stdin, err = io.ReadAll(set.in); err != nil {
			return nil, fmt.Errorf("stdin: %w", err)
		}
	}
	if path != "-" {
		var err error
		if l.folder, err = newFolder(path); err != nil {
			return nil, err
		}
		if l.folder != nil {
			l.notes = append(l.notes, l.folder.notes...)
		}
	}
	table, closer, err := l.open(&l.faults)
	if err != nil {
		return nil, err
	}
	defer closer.Close()
	if len(l.faults.List) == 0 {
		l.header(table)
	}
	if len(l.faults.List) > 0 {
		return nil, l.faults.Err()
	}
	if l.sums != nil {
		if err := summable(&l.profile); err != nil {
			return nil, err
		}
	}
	done, err := l.readAtOnce(ctx, table, bar)
	if err != nil {
		return nil, err
	}
	for n := uint32(0); !done && table.Next(); n++ {
		if n%8192 == 0 {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			bar.update("reading", int64(n), -1)
		}
		l.row(table, n)
		if l.spill == nil {
			l.kindsOf.next(l.rows.Accounts, false)
		} else if err := l.spill.take(l, keptRows); err != nil {
			return nil, err
		}
	}
	if err := table.Err(); err != nil {
		return nil, err
	}
	if l.rows.Len() == 0 && l.rooted == nil && !l.spill.some() && len(l.faults.List) == 0 {
		l.faults.Addf(merkle.Pos{File: l.path}, "no rows: a tree has at least one leaf")
	}
	l.stated = table.Root
	l.afterwards(table)
	if l.spill != nil {
		if err := l.spill.finish(ctx, l); err != nil {
			return nil, err
		}
	}
	if err := l.faults.Err(); err != nil {
		return nil, err
	}
	if l.spill == nil {
		l.repeated()
	}
	return l, nil
}

// summable refuses to add up the rows of an account where the leaf does not say all that is added: without account or amount, or with a further amount
// beside it, such as Rocket Pool's ETH, of which one row's would be left.
func summable(p *tree.Profile) error {
	if !p.Has(tree.SourceAccount) || !p.Has(tree.SourceAmount) {
		return usage("tree: --duplicates sum: the leaf of profile %s has no account or no amount: there is nothing to add up", p.Name)
	}
	for _, f := range p.Fields {
		if f.Source == tree.SourceColumn && strings.HasPrefix(strings.ToLower(f.Name), "amount") {
			return usage("tree: --duplicates sum: %s of profile %s is an amount too, which is not added up", f.Name, p.Name)
		}
	}
	return nil
}

// spec is the tree of the list.
func (l *list) spec() tree.Spec {
	return tree.Spec{Profile: l.profile, Order: l.set.order, Token: l.set.token, Constants: l.set.constants,
		Workers: l.set.workers, KeepDuplicates: l.set.duplicates == "keep", Decimals: max(0, l.set.read.Decimals)}
}

func (l *list) open(faults *merkle.Faults) (*lists.List, io.Closer, error) {
	if l.folder != nil {
		return l.folder.open(l.set, faults)
	}
	f, err := l.input()
	if err != nil {
		return nil, nil, unpacking(l.path, err)
	}
	table, err := lists.Open(f, l.path, l.set.from, l.set.read, faults)
	if err != nil {
		return nil, nil, errors.Join(err, f.Close())
	}
	return table, f, nil
}

// unpacking makes a packed file that is damaged at its very beginning a refused list.
func unpacking(path string, err error) error {
	if errors.Is(err, alloc.ErrUnpack) {
		return &refusedError{fmt.Errorf("%s: %w", path, err)}
	}
	return err
}

// input is the list's bytes, unpacked.
func (l *list) input() (io.ReadCloser, error) {
	if l.stdin != nil {
		return io.NopCloser(bytes.NewReader(l.stdin)), nil
	}
	return alloc.OpenFile(func(name string) (io.ReadCloser, error) { return os.Open(name) }, l.path)
}

// number is the data row, from 0, of a row.
func (l *list) number(row int) uint32 {
	if l.numbers == nil || l.spill != nil {
		return uint32(row)
	}
	return l.numbers[row]
}

// afterwards notes what reading has left out.
func (l *list) afterwards(table *lists.List) {
	if table.Notes != nil {
		l.notes = append(l.notes, table.Notes()...)
	}
	if n := table.Amount; n != nil && n.CutRows > 0 {
		l.notes = append(l.notes, fmt.Sprintf("digits beyond the token's %d decimals were cut off %d amounts: %s base units in all", n.Decimals, n.CutRows, n.CutTotal()))
	}
}

// say tells what reading has left out or found out.
func (l *list) say(errw io.Writer) {
	for _, note := range l.notes {
		fmt.Fprintf(errw, "merkle: %s: %s\n", l.path, note)
	}
}

// compare tells whether the tree's root is the one that the file states.
func (l *list) compare(errw io.Writer, root string) {
	switch {
	case l.stated == "":
	case strings.EqualFold(l.stated, root):
		fmt.Fprintf(errw, "merkle: %s: states this root\n", l.path)
	default:
		fmt.Fprintf(errw, "merkle: warning: %s: states another root, %s: another profile or --order, or a changed file; merkle verify says more\n", l.path, l.stated)
	}
}
