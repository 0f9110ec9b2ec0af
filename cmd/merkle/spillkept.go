package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/urfave/cli/v2"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/export/tools"
	"github.com/merkle-drop/merkle/internal/extsort"
	"github.com/merkle-drop/merkle/tree"
)

// keep adds the list's rows to the file.
func (s *spill) keep(l *list) error {
	tokens := l.rows.Tokens
	for i, a := range tokens {
		if i == 0 || a != tokens[i-1] {
			s.tokens[a] = true
		}
	}
	if s.sums { // of a list with faults not every row is kept
		return s.kept.AppendNumbered(&l.rows, l.numbers)
	}
	return s.kept.Append(&l.rows)
}

// finish takes the last rows, adds up those of one account where that is asked for, and tells what cannot be.
func (s *spill) finish(ctx context.Context, l *list) error {
	if err := s.take(l, 1); err != nil {
		return err
	}
	if s.sums {
		summed, err := s.kept.Summed(ctx, s.disk)
		var refused *tree.RowErrors
		if errors.As(err, &refused) {
			return s.refuse(l, refused)
		}
		if err != nil {
			return err
		}
		if err := s.kept.Close(); err != nil {
			return errors.Join(err, summed.Close())
		}
		s.kept, s.rows = summed, summed.Len()
	}
	if len(l.profile.Key) > 1 && l.set.duplicates == "refuse" && len(l.faults.List) == 0 {
		return s.repeated(ctx, l)
	}
	return nil
}

// refuse adds what cannot be added up to the list's faults, as merged does.
func (s *spill) refuse(l *list, refused *tree.RowErrors) error {
	if err := s.numbered(refused); err != nil {
		return err
	}
	wanted := map[uint32]bool{}
	for _, e := range refused.List {
		wanted[uint32(e.Row)] = true
	}
	places, err := l.places(wanted)
	if err != nil {
		return err
	}
	for _, e := range refused.List {
		l.faults.Add(&merkle.Fault{Pos: places[uint32(e.Row)][e.Field], Field: e.Field, Value: e.Value, Err: e.Err})
	}
	l.faults.More += refused.More
	return nil
}

// repeated is list.repeated.
func (s *spill) repeated(ctx context.Context, l *list) error {
	n, again, first, err := s.kept.Repeats(ctx, s.disk)
	if err != nil || n == 0 {
		return err
	}
	in, err := s.kept.Reader()
	if err != nil {
		return err
	}
	var rows tree.Rows
	if err := in.Read(again, again+1, &rows); err != nil {
		return err
	}
	l.noteRepeated(n, rows.Accounts[0], uint32(first), uint32(again))
	return nil
}

// judge finds the kinds of all accounts of rows that were kept: which are the distribution's own is known when all tokens are.
func (s *spill) judge(ctx context.Context, l *list) error {
	for a := range s.tokens {
		if !a.IsZero() {
			s.own[a] = true
		}
	}
	in, err := s.kept.Reader()
	if err != nil {
		return err
	}
	var rows tree.Rows
	for lo := 0; lo < s.kept.Len(); lo += keptRows {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := in.Read(lo, min(lo+keptRows, s.kept.Len()), &rows); err != nil {
			return err
		}
		s.look(l, rows.Accounts, lo)
	}
	return nil
}

// numbered makes the rows of errors data rows of the list.
func (s *spill) numbered(rows *tree.RowErrors) error {
	if !s.sums {
		return nil
	}
	in, err := s.kept.Reader()
	if err != nil {
		return err
	}
	for _, e := range rows.List {
		for _, at := range []*int{&e.Row, &e.Other} {
			if *at < 0 {
				continue
			}
			n, err := in.Number(*at)
			if err != nil {
				return err
			}
			*at = int(n)
		}
	}
	return nil
}

// build makes the tree, or its root alone.
func (s *spill) build(ctx context.Context, spec tree.Spec) (*tree.Gathered, error) {
	read, err := s.kept.Slices()
	if err != nil {
		return nil, err
	}
	if s.filed, err = tree.BuildFiled(ctx, spec, s.kept.Len(), read, s.disk); err != nil {
		s.filed = nil
		return nil, err
	}
	t := s.filed
	total, ok := t.Total()
	return &tree.Gathered{Root: t.Root(), Leaves: t.Len(), Depth: t.Depth(), Order: t.Order(), Total: total, Summed: ok}, nil
}

// tools is the tree for export/tools.
func (s *spill) tools() tools.Filed {
	return tools.Filed{Tree: s.filed, Rows: s.kept, Disk: s.disk}
}

// write is output.write for a tree on disk.
func (s *spill) write(c *cli.Context, out *output, bar *progress) ([]tools.Written, error) {
	o := out.o
	o.Progress = func(done, total int64) { bar.update("writing claims", done, total) }
	if out.path == "-" {
		return nil, formatError(c, tools.StreamFiled(c.Context, out.kind.Name, c.App.Writer, s.tools(), o))
	}
	dir, least := filepath.Dir(out.path), s.tools().Least(out.kind, o)
	if free, known := extsort.Free(dir); known && free < least {
		return nil, fmt.Errorf("%s: %s are free, more than %s are needed for the output", dir, sizeText(free), sizeText(least))
	}
	made, err := tools.WriteFiled(c.Context, out.kind.Name, out.path, s.tools(), o)
	return out.parts(made), formatError(c, err)
}
