package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/alloc"
	"github.com/merkle-drop/merkle/tree"
)

// What may be wrong with a list as a whole.
var (
	errNoColumn = errors.New("missing: the profile needs this column")
	errUnknown  = errors.New("not a field of the profile (--ignore leaves a column out)")
	errNoType   = errors.New("needs a type, name:type")
	errFamily   = errors.New("account is of another chain family than the profile's")
)

// list is a file of claims, read for one profile.
type list struct {
	path    string
	set     *listSettings
	profile tree.Profile
	rows    tree.Rows
	numbers []uint32 // data row (from 0) of each row kept

	faults merkle.Faults
	fields []int // leaf field of each column, -1 for ignored ones
	sums   map[merkle.Account]int
}

// readList reads all rows, or returns every fault of the file.
func readList(ctx context.Context, path string, set *listSettings, bar *progress) (*list, error) {
	l := &list{path: path, set: set, profile: set.profile}
	if set.duplicates == "sum" {
		l.sums = map[merkle.Account]int{}
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
	}
	if err := table.Err(); err != nil {
		return nil, err
	}
	if l.rows.Len() == 0 && len(l.faults.List) == 0 {
		l.faults.Addf(merkle.Pos{File: path}, "no rows: a tree has at least one leaf")
	}
	return l, l.faults.Err()
}

func (l *list) open(faults *merkle.Faults) (*alloc.Table, io.Closer, error) {
	f, err := alloc.OpenFile(func(name string) (io.ReadCloser, error) { return os.Open(name) }, l.path)
	if err != nil {
		return nil, nil, err
	}
	format := "csv"
	name := strings.TrimSuffix(strings.TrimSuffix(l.path, ".gz"), ".zst")
	if strings.HasSuffix(name, ".jsonl") || strings.HasSuffix(name, ".ndjson") {
		format = "jsonl"
	}
	table, err := alloc.OpenTable(f, l.path, format, faults)
	if err != nil {
		return nil, nil, errors.Join(err, f.Close())
	}
	return table, f, nil
}

// usualTypes are the types of fields whose column names no type.
var usualTypes = map[string]string{"account": "address", "amount": "uint256", "index": "uint256", "token": "address"}

// header matches the columns with the profile's fields.
func (l *list) header(table *alloc.Table) {
	heads := table.Header()
	names := make([]string, len(heads))
	var typed []string
	for i, head := range heads {
		name, typ, hasType := strings.Cut(head, ":")
		names[i] = name
		if slices.Contains(l.set.ignore, head) || slices.Contains(l.set.ignore, name) {
			names[i] = ""
			continue
		}
		if !hasType {
			typ = usualTypes[name]
		}
		switch {
		case l.profile.AnyFields && typ == "":
			l.faults.Add(&merkle.Fault{Pos: table.HeaderPos(i), Field: "column", Value: head, Err: errNoType})
		case !l.profile.AnyFields && hasType:
			names[i] = head // no field is called that
		}
		typed = append(typed, name+":"+typ)
	}
	if l.profile.AnyFields && len(l.faults.List) == 0 {
		p, err := l.profile.WithFields(typed)
		if err != nil {
			l.faults.Add(&merkle.Fault{Pos: merkle.Pos{File: l.path, Line: 1, Col: 1}, Err: err})
			return
		}
		l.profile = p
	}
	if l.set.zeroAmount {
		l.profile.Zero = tree.ZeroKeep
	}
	l.match(table, heads, names)
}

func (l *list) match(table *alloc.Table, heads, names []string) {
	have := map[string]bool{}
	l.fields = make([]int, len(heads))
	for i, name := range names {
		l.fields[i] = slices.IndexFunc(l.profile.Fields, func(f tree.Field) bool { return f.Name == name && f.Source != tree.SourceConstant })
		if l.fields[i] < 0 && name != "" {
			l.faults.Add(&merkle.Fault{Pos: table.HeaderPos(i), Field: "column", Value: heads[i], Err: errUnknown})
		}
		have[name] = true
	}
	for _, f := range l.profile.Fields {
		needed := f.Source == tree.SourceAccount || f.Source == tree.SourceAmount || f.Source == tree.SourceColumn ||
			f.Source == tree.SourceIndex && l.profile.Index == tree.IndexGiven ||
			f.Source == tree.SourceToken && l.set.token.IsZero()
		if needed && !have[f.Name] {
			l.faults.Add(&merkle.Fault{Pos: merkle.Pos{File: l.path, Line: 1, Col: 1}, Field: "column", Value: f.Name, Err: errNoColumn})
		}
		if f.Source == tree.SourceColumn && have[f.Name] {
			l.rows.Columns = append(l.rows.Columns, tree.Column{Name: f.Name})
		}
	}
}

// claim is one row while it is read.
type claim struct {
	account, token merkle.Account
	amount, locked merkle.Amount
	index          uint64
}

func (l *list) row(table *alloc.Table, n uint32) {
	var c claim
	before := len(l.faults.List) + l.faults.More
	for i, f := range l.fields {
		if f < 0 {
			continue
		}
		cell := table.Cell(i)
		var err error
		switch field := &l.profile.Fields[f]; field.Source {
		case tree.SourceAccount:
			if c.account, err = l.account(cell); err == nil && c.account.Family() != l.profile.Accounts {
				err = errFamily
			}
		case tree.SourceToken:
			c.token, err = merkle.ParseAccountBytes(cell)
		case tree.SourceAmount:
			c.amount, err = merkle.ParseAmountBytes(cell)
		case tree.SourceLocked:
			c.locked, err = merkle.ParseAmountBytes(cell)
		case tree.SourceIndex:
			c.index, err = parseIndex(cell)
		}
		if err != nil {
			l.faults.Add(&merkle.Fault{Pos: table.Pos(i), Field: l.profile.Fields[f].Name, Value: string(cell), Err: err})
		}
	}
	if len(l.faults.List)+l.faults.More > before || l.merged(table, &c) {
		return
	}
	l.keep(table, &c)
	l.numbers = append(l.numbers, n)
}

// merged adds the row to the account's first one, with --duplicates sum.
func (l *list) merged(table *alloc.Table, c *claim) bool {
	if l.sums == nil {
		return false
	}
	first, again := l.sums[c.account]
	if !again {
		l.sums[c.account] = l.rows.Len()
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
	return true
}

func (l *list) keep(table *alloc.Table, c *claim) {
	r := &l.rows
	column := 0
	for i, f := range l.fields {
		if f < 0 {
			continue
		}
		switch l.profile.Fields[f].Source {
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
			column = slices.IndexFunc(r.Columns, func(col tree.Column) bool { return col.Name == l.profile.Fields[f].Name })
			r.Columns[column].Values = append(r.Columns[column].Values, string(table.Cell(i)))
		}
	}
}

func (l *list) account(cell []byte) (merkle.Account, error) {
	if l.set.anyChecksum && len(cell) == 42 && l.profile.Accounts == merkle.EVM {
		cell = bytes.ToLower(cell)
	}
	if l.set.zeroAccount {
		return merkle.ParseAccountAny(cell)
	}
	return merkle.ParseAccountBytes(cell)
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
	places := map[uint32]map[string]merkle.Pos{}
	for _, e := range rows.List {
		places[l.numbers[e.Row]] = nil
		if e.Other >= 0 {
			places[l.numbers[e.Other]] = nil
		}
	}
	table, closer, openErr := l.open(&merkle.Faults{})
	if openErr != nil {
		return openErr
	}
	defer closer.Close()
	for n := uint32(0); table.Next(); n++ {
		if _, wanted := places[n]; !wanted {
			continue
		}
		at := map[string]merkle.Pos{}
		for i, f := range l.fields {
			if f >= 0 {
				at[l.profile.Fields[f].Name] = table.Pos(i)
			}
		}
		places[n] = at
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
		faults.Add(&merkle.Fault{Pos: places[l.numbers[e.Row]][e.Field], Field: e.Field, Value: e.Value, Err: cause})
	}
	return faults.Err()
}
