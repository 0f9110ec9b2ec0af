package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
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
	numbers []uint32 // data row (from 0) of each row kept
	notes   []string // what a person should know
	stated  string   // the root that the file itself states; empty: none

	faults  merkle.Faults
	cols    []column
	sums    map[[2]merkle.Account]int
	kindsOf *kindFinder
	key     int    // column with the keys of a JSON object when a member is the account too, else -1
	buf     []byte // of a number
	stdin   []byte
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
	for n := uint32(0); table.Next(); n++ {
		if n%8192 == 0 {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			bar.update("reading", int64(n), -1)
		}
		l.row(table, n)
		l.kindsOf.next(l.rows.Accounts, false)
	}
	if err := table.Err(); err != nil {
		return nil, err
	}
	if l.rows.Len() == 0 && len(l.faults.List) == 0 {
		l.faults.Addf(merkle.Pos{File: l.path}, "no rows: a tree has at least one leaf")
	}
	l.stated = table.Root
	l.afterwards(table)
	if err := l.faults.Err(); err != nil {
		return nil, err
	}
	l.repeated()
	return l, nil
}

func (l *list) open(faults *merkle.Faults) (*lists.List, io.Closer, error) {
	f := io.NopCloser(bytes.NewReader(l.stdin))
	if l.stdin == nil {
		var err error
		if f, err = alloc.OpenFile(func(name string) (io.ReadCloser, error) { return os.Open(name) }, l.path); err != nil {
			return nil, nil, err
		}
	}
	table, err := lists.Open(f, l.path, l.set.from, l.set.read, faults)
	if err != nil {
		return nil, nil, errors.Join(err, f.Close())
	}
	return table, f, nil
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

// claim is one row while it is read.
type claim struct {
	account, token merkle.Account
	amount, locked merkle.Amount
	index          uint64
}

func (l *list) row(table *lists.List, n uint32) {
	var c claim
	before := len(l.faults.List) + l.faults.More
	for i := range l.cols {
		col := &l.cols[i]
		if col.field < 0 {
			continue
		}
		cell, err := l.cell(table, i)
		field := &l.profile.Fields[col.field]
		if err == nil {
			switch field.Source {
			case tree.SourceAccount:
				err = l.claimant(table, col, &c, cell)
			case tree.SourceToken:
				c.token, err = l.account(cell)
			case tree.SourceAmount:
				c.amount, err = merkle.ParseAmountBytes(cell)
			case tree.SourceLocked:
				c.locked, err = merkle.ParseAmountBytes(cell)
			case tree.SourceIndex:
				c.index, err = parseIndex(cell)
			}
		}
		if err != nil {
			l.faults.Add(&merkle.Fault{Pos: table.Pos(i), Field: field.Name, Value: string(table.Cell(i)), Err: err})
		}
	}
	if len(l.faults.List)+l.faults.More > before || l.merged(table, &c) {
		return
	}
	l.keep(table, &c)
	l.numbers = append(l.numbers, n)
}

// cell is the text of a column, with numbers as decimal base units. It is valid until the next call.
func (l *list) cell(table *lists.List, i int) ([]byte, error) {
	cell, col := table.Cell(i), &l.cols[i]
	if cell == nil && col.absent != nil {
		cell = col.absent
	}
	if cell == nil && table.Kind.Name != "table" {
		return nil, errors.New("missing in this row")
	}
	if col.number == nil {
		return cell, nil
	}
	var err error
	l.buf, err = col.number.Append(l.buf[:0], cell)
	return l.buf, err
}

// claimant sets the account, or compares a second naming of it with the first.
func (l *list) claimant(table *lists.List, col *column, c *claim, cell []byte) error {
	a, err := l.account(cell)
	switch {
	case err != nil:
		return err
	case a.Family() != l.profile.Accounts:
		return errFamily
	case col.same && a != c.account:
		return fmt.Errorf("the key of this claim is %s", table.Cell(l.key))
	}
	c.account = a
	return nil
}

// merged adds the row to the account's first one (of the token, where the leaf has one), with --duplicates sum.
func (l *list) merged(table *lists.List, c *claim) bool {
	if l.sums == nil {
		return false
	}
	key := [2]merkle.Account{c.account, c.token}
	first, again := l.sums[key]
	if !again {
		l.sums[key] = l.rows.Len()
		return false
	}
	sum, fits := l.rows.Amounts[first].Add(c.amount)
	if fits && l.rows.Locked != nil {
		l.rows.Locked[first], fits = l.rows.Locked[first].Add(c.locked)
	}
	if !fits {
		l.faults.Add(&merkle.Fault{Pos: table.Pos(0), Err: merkle.ErrOverflow})
	}
	l.rows.Amounts[first] = sum
	for i := range l.cols {
		if f := l.cols[i].field; f >= 0 && l.profile.Fields[f].Source == tree.SourceColumn {
			cell, err := l.cell(table, i)
			if was := l.rows.Columns[l.cols[i].at].Values[first]; err == nil && was != string(cell) {
				l.faults.Add(&merkle.Fault{Pos: table.Pos(i), Field: l.profile.Fields[f].Name, Value: string(cell),
					Err: fmt.Errorf("the account's first row has %q: rows with different values are not added up", was)})
			}
		}
	}
	return true
}

func (l *list) keep(table *lists.List, c *claim) {
	r := &l.rows
	for i := range l.cols {
		col := &l.cols[i]
		if col.field < 0 || col.same {
			continue
		}
		switch l.profile.Fields[col.field].Source {
		case tree.SourceAccount:
			r.Accounts = append(r.Accounts, c.account)
		case tree.SourceToken:
			r.Tokens = append(r.Tokens, c.token)
		case tree.SourceAmount:
			r.Amounts = append(r.Amounts, c.amount)
		case tree.SourceLocked:
			r.Locked = append(r.Locked, c.locked)
		case tree.SourceIndex:
			r.Index = append(r.Index, c.index)
		case tree.SourceColumn:
			cell, _ := l.cell(table, i)
			if col.addr {
				cell = l.spelled(cell)
			}
			r.Columns[col.at].Values = append(r.Columns[col.at].Values, string(cell))
		}
	}
}

// What may be wrong with the spelling of an account in somebody else's list.
var (
	errBlank  = errors.New("blanks around it (--allow blank reads it without them)")
	errUpper  = errors.New("not as EIP-55 writes it, so that nothing guards against a typing error (--allow checksum reads it)")
	errPrefix = errors.New("begins with 0X (--allow checksum reads it)")
)

// spelled is the text of an account without the blemishes that are allowed.
func (l *list) spelled(cell []byte) []byte {
	if l.set.blanks {
		cell = bytes.TrimSpace(cell)
	}
	if l.set.anyChecksum && len(cell) == 42 && cell[0] == '0' {
		cell = bytes.ToLower(cell)
	}
	return cell
}

func (l *list) account(cell []byte) (merkle.Account, error) {
	text := cell
	if l.set.anyChecksum || l.set.blanks {
		text = l.spelled(cell)
	}
	read := merkle.ParseAccountBytes
	if l.set.zeroAccount {
		read = merkle.ParseAccountAny
	}
	a, err := read(text)
	switch {
	case err != nil && len(bytes.TrimSpace(text)) < len(text):
		err = errBlank
	case err != nil && len(text) == 42 && text[1] == 'X':
		err = errPrefix
	case errors.Is(err, merkle.ErrChecksum):
		err = fmt.Errorf("%w (--allow checksum reads it)", err)
	case errors.Is(err, merkle.ErrZeroAccount):
		err = fmt.Errorf("%w (--allow zero-account keeps it)", err)
	case err == nil && a.Family() == merkle.EVM && shouted(text) && a.String() != string(text):
		err = errUpper
	}
	return a, err
}

// shouted reports whether all letters of an EVM address are upper-case and there is one.
func shouted(text []byte) bool {
	upper := false
	for _, c := range text[2:] {
		if c >= 'a' {
			return false
		}
		upper = upper || c >= 'A'
	}
	return upper
}

func parseIndex(cell []byte) (uint64, error) {
	a, err := merkle.ParseAmountBytes(cell)
	if err != nil {
		return 0, err
	}
	v, ok := a.Uint64()
	if !ok {
		return 0, strconv.ErrRange
	}
	return v, nil
}

// locate turns refused rows of the tree into faults with their places, by reading the file once more.
func (l *list) locate(err error) error {
	var rows *tree.RowErrors
	if !errors.As(err, &rows) {
		if errors.Is(err, context.Canceled) {
			return err
		}
		return &refusedError{fmt.Errorf("%s: %w", l.path, err)}
	}
	wanted := map[uint32]bool{}
	for _, e := range rows.List {
		wanted[l.numbers[e.Row]] = true
		if e.Other >= 0 {
			wanted[l.numbers[e.Other]] = true
		}
	}
	places, openErr := l.places(wanted)
	if openErr != nil {
		return openErr
	}
	faults := merkle.Faults{More: rows.More}
	for _, e := range rows.List {
		cause := e.Err
		if e.Other >= 0 {
			cause = fmt.Errorf("%w, at %s", e.Err, places[l.numbers[e.Other]][e.Field])
			if errors.Is(e.Err, tree.ErrDuplicate) {
				cause = fmt.Errorf("%w; --duplicates sum adds its rows up, --duplicates keep gives each a leaf", cause)
			}
		}
		if errors.Is(e.Err, tree.ErrZero) {
			cause = fmt.Errorf("%w (--allow zero-amount keeps it)", e.Err)
		}
		at := places[l.numbers[e.Row]]
		faults.Add(&merkle.Fault{Pos: cmp.Or(at[e.Field], at[""]), Field: e.Field, Value: e.Value, Err: cause})
	}
	return faults.Err()
}

// places reads the file once more for where the fields of some data rows stand; the field without a name is the row.
func (l *list) places(wanted map[uint32]bool) (map[uint32]map[string]merkle.Pos, error) {
	table, closer, err := l.open(&merkle.Faults{})
	if err != nil {
		return nil, err
	}
	defer closer.Close()
	out := map[uint32]map[string]merkle.Pos{}
	for n := uint32(0); len(out) < len(wanted) && table.Next(); n++ {
		if !wanted[n] {
			continue
		}
		at := map[string]merkle.Pos{"": table.Pos(0)}
		for i := range l.cols {
			if f := l.cols[i].field; f >= 0 && !l.cols[i].same {
				at[l.profile.Fields[f].Name] = table.Pos(i)
			}
		}
		out[n] = at
	}
	return out, table.Err()
}

// typeOf is the field's type without what fold makes of it.
func isWhole(typ string) bool {
	return (strings.HasPrefix(typ, "uint") || typ == "u64") && !strings.Contains(typ, "[")
}
