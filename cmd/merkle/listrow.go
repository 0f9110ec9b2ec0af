package main

import (
	"errors"
	"fmt"
	"strconv"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/alloc/lists"
	"github.com/merkle-drop/merkle/tree"
)

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
