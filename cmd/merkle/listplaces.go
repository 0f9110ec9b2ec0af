package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"syscall"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/tree"
)

// locate turns refused rows of the tree into faults with their places, by reading the file once more.
func (l *list) locate(err error) error {
	var rows *tree.RowErrors
	if !errors.As(err, &rows) {
		if errors.Is(err, context.Canceled) || ofFiles(err) {
			return err
		}
		return &refusedError{fmt.Errorf("%s: %w", l.path, err)}
	}
	if l.spill != nil {
		if err := l.spill.numbered(rows); err != nil {
			return err
		}
	}
	wanted := map[uint32]bool{}
	for _, e := range rows.List {
		wanted[l.number(e.Row)] = true
		if e.Other >= 0 {
			wanted[l.number(e.Other)] = true
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
			cause = fmt.Errorf("%w, at %s", e.Err, places[l.number(e.Other)][e.Field])
			if errors.Is(e.Err, tree.ErrDuplicate) {
				cause = fmt.Errorf("%w; --duplicates sum adds its rows up, --duplicates keep gives each a leaf", cause)
			}
		}
		if errors.Is(e.Err, tree.ErrZero) {
			cause = fmt.Errorf("%w (--allow zero-amount keeps it)", e.Err)
		}
		at := places[l.number(e.Row)]
		faults.Add(&merkle.Fault{Pos: cmp.Or(at[e.Field], at[""]), Field: e.Field, Value: e.Value, Err: cause})
	}
	return faults.Err()
}

// ofFiles reports that a temporary file could not be written or read, for which the list cannot help.
func ofFiles(err error) bool {
	var code syscall.Errno
	return errors.As(err, &code) || errors.Is(err, io.ErrUnexpectedEOF)
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
