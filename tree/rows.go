package tree

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	merkle "github.com/merkle-drop/merkle"
)

// Rows are the claims of one tree in claim order, column by column. All columns that are not nil have one length.
type Rows struct {
	Accounts []merkle.Account
	Amounts  []merkle.Amount  // base units of the chain
	Locked   []merkle.Amount  // base units of the chain; nil: all 0
	Index    []uint64         // nil: by the profile's index rule
	Tokens   []merkle.Account // nil: Spec.Token in every row
	Columns  []Column         // further values, by the name of the field
}

// Column is a leaf field's values as text, one a row. Numbers are decimal, bytes 0x and hex, addresses 0x hex or base58, booleans true or
// false, arrays [a,b] without blanks, with strings inside arrays quoted as in JSON.
type Column struct {
	Name   string
	Values []string
}

// MaxRows is the most rows of one tree.
const MaxRows = 1 << 30

// What may be wrong with a row.
var (
	ErrNoRows    = errors.New("no rows: a tree has at least one leaf")
	ErrDuplicate = errors.New("account is there already")
	ErrIndex     = errors.New("index is there already")
	ErrWidth     = errors.New("wider than the contract can hold")
	ErrZero      = errors.New("the contract's own tool refuses a claim of nothing")
)

// RowError is a row that the tree cannot hold.
type RowError struct {
	Row   int    // place in Rows
	Other int    // the earlier row of a duplicate, else -1
	Field string // name of the leaf field
	Value string
	Err   error
}

// Error is `row 3: amount "5": reason`; rows count from 0.
func (e *RowError) Error() string {
	if e.Other >= 0 {
		return fmt.Sprintf("row %d: %s %q: %v at row %d", e.Row, e.Field, e.Value, e.Err, e.Other)
	}
	return fmt.Sprintf("row %d: %s %q: %v", e.Row, e.Field, e.Value, e.Err)
}

// Unwrap returns Err.
func (e *RowError) Unwrap() error { return e.Err }

// RowErrors is all rows that were refused in one run, by row.
type RowErrors struct {
	List []*RowError
	More int // refused rows beyond merkle.MaxFaults, which are counted only
}

// Error is one row a line.
func (es *RowErrors) Error() string {
	lines := make([]string, len(es.List))
	for i, e := range es.List {
		lines[i] = e.Error()
	}
	if es.More > 0 {
		lines = append(lines, fmt.Sprintf("and %d more", es.More))
	}
	return strings.Join(lines, "\n")
}

// Unwrap gives errors.Is and errors.As every row.
func (es *RowErrors) Unwrap() []error {
	out := make([]error, len(es.List))
	for i, e := range es.List {
		out[i] = e
	}
	return out
}

// rowErrors sorts and shortens what the workers found; nil when that is nothing.
func rowErrors(found []*RowError) error {
	if len(found) == 0 {
		return nil
	}
	slices.SortStableFunc(found, func(a, b *RowError) int { return a.Row - b.Row })
	es := &RowErrors{List: found}
	if over := len(found) - merkle.MaxFaults; over > 0 {
		es.List, es.More = found[:merkle.MaxFaults], over
	}
	return es
}

// Len is the number of rows.
func (r *Rows) Len() int {
	n := max(len(r.Accounts), len(r.Amounts), len(r.Index), len(r.Tokens), len(r.Locked))
	for _, c := range r.Columns {
		n = max(n, len(c.Values))
	}
	return n
}

func (r *Rows) column(name string) []string {
	for _, c := range r.Columns {
		if c.Name == name {
			return c.Values
		}
	}
	return nil
}

func (r *Rows) locked(row int) merkle.Amount {
	if r.Locked == nil {
		return merkle.Amount{}
	}
	return r.Locked[row]
}

// checkColumns refuses columns that are missing or of different lengths, and amounts that would be in no leaf. Other
// columns that the leaf does not hold are not read.
func (r *Rows) checkColumns(p *Profile) error {
	n := r.Len()
	if n == 0 {
		return ErrNoRows
	}
	if limit := min(MaxRows, math.MaxInt/128); n > limit { // so that no offset into two nodes a leaf overflows
		return fmt.Errorf("%d rows, at most %d in a tree", n, limit)
	}
	for _, c := range []struct {
		name   string
		length int
		needed bool
	}{
		{"accounts", len(r.Accounts), r.Accounts != nil || p.Has(SourceAccount)},
		{"amounts", len(r.Amounts), r.Amounts != nil || p.Has(SourceAmount)},
		{"locked", len(r.Locked), r.Locked != nil},
		{"index", len(r.Index), r.Index != nil || p.Index == IndexGiven},
		{"tokens", len(r.Tokens), r.Tokens != nil},
	} {
		if c.length != n && c.needed {
			return fmt.Errorf("%s: %d values for %d rows", c.name, c.length, n)
		}
	}
	if r.Amounts != nil && !p.Has(SourceAmount) {
		return fmt.Errorf("amounts: profile %s has no amount field, so the amounts would be in no leaf", p)
	}
	for i, c := range r.Columns {
		if len(c.Values) != n {
			return fmt.Errorf("column %s: %d values for %d rows", c.Name, len(c.Values), n)
		}
		if slices.ContainsFunc(r.Columns[:i], func(o Column) bool { return o.Name == c.Name }) {
			return fmt.Errorf("column %s: twice", c.Name)
		}
	}
	return nil
}
