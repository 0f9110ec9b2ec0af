package export

import (
	"fmt"
	"strconv"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/tree"
)

// cells collects rows of a shard into the columns that tree.Build takes. Values that are constants of the tree are
// added by themselves.
type cells struct {
	tree.Rows
	constants map[string]string
	tree      *readTree
	columns   []ColumnInfo
	sources   []string // of each column; empty for cells that are no leaf field
}

func newCells(t *readTree, columns []ColumnInfo, rows int) *cells {
	c := &cells{tree: t, columns: columns, constants: map[string]string{}, sources: make([]string, len(columns))}
	c.Accounts = make([]merkle.Account, 0, rows)
	for _, f := range t.Profile.Fields {
		if value, ok := t.Constants[f.Name]; ok && (f.Source == tree.SourceConstant || f.Source == tree.SourceDomain) {
			c.constants[f.Name] = value
		}
		for i := range columns {
			if columns[i].Field == f.Name {
				c.sources[i] = f.Source
				if f.Source == tree.SourceColumn {
					c.Columns = append(c.Columns, tree.Column{Name: f.Name})
				}
			}
		}
	}
	return c
}

// add takes one row of a shard; the cells of the tree begin at from. row has checked their kinds.
func (c *cells) add(row []any, from int) error {
	text := row[0].(string)
	a, err := merkle.ParseAccount(text)
	if err == nil && a.Text() != text {
		err = errCanonical
	}
	if err != nil {
		return fmt.Errorf("account %q: %w", text, err)
	}
	c.Accounts = append(c.Accounts, a)
	for i, column := range c.columns {
		if c.sources[i] == "" {
			continue
		}
		if err := c.cell(c.sources[i], column.Field, row[from+i].(string)); err != nil {
			return fmt.Errorf("%s %q: %w", column.Field, row[from+i], err)
		}
	}
	return nil
}

func (c *cells) cell(source, field, text string) error {
	switch source {
	case tree.SourceAmount, tree.SourceLocked:
		v, err := merkle.ParseAmount(text)
		if source == tree.SourceAmount {
			c.Amounts = append(c.Amounts, v)
		} else {
			c.Locked = append(c.Locked, v)
		}
		return err
	case tree.SourceIndex:
		v, err := strconv.ParseUint(text, 10, 64)
		if err == nil && strconv.FormatUint(v, 10) != text {
			err = errInteger
		}
		c.Index = append(c.Index, v)
		return err
	case tree.SourceToken:
		a, err := merkle.ParseAccount(text)
		if _, ok := c.tree.assets[a]; err == nil && (!ok || a.Text() != text) {
			err = fmt.Errorf("not a token of the tree")
		}
		c.Tokens = append(c.Tokens, a)
		return err
	case tree.SourceColumn:
		for i := range c.Columns {
			if c.Columns[i].Name == field {
				c.Columns[i].Values = append(c.Columns[i].Values, text)
			}
		}
		return nil
	}
	return fmt.Errorf("source %q has no cell", source)
}
