package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/export/tools"
	"github.com/merkle-drop/merkle/tree"
)

// proven is the accounts that --multiproof names and the rows that they have.
type proven struct {
	c      *cli.Context
	wanted map[merkle.Account]bool // whether the list has it
	rows   []int
}

func newProven(c *cli.Context) (*proven, error) {
	p := &proven{c: c, wanted: map[merkle.Account]bool{}}
	for _, text := range strings.Split(c.String("multiproof"), ",") {
		a, err := argAccount(c, strings.TrimSpace(text))
		if err != nil {
			return nil, err
		}
		p.wanted[a] = false
	}
	return p, nil
}

// look finds rows, the first of which is row first.
func (p *proven) look(first int, accounts []merkle.Account) {
	for i, a := range accounts {
		if _, ok := p.wanted[a]; ok {
			p.wanted[a] = true
			p.rows = append(p.rows, first+i)
		}
	}
}

// missing tells of the first account that the list has not.
func (p *proven) missing() error {
	for _, text := range strings.Split(p.c.String("multiproof"), ",") {
		if a, err := argAccount(p.c, strings.TrimSpace(text)); err == nil && !p.wanted[a] {
			return usage("tree: --multiproof %s: the list has no such account", a)
		}
	}
	return nil
}

func multiProofError(err error) error {
	if errors.Is(err, tree.ErrNoMultiProof) {
		return usage("tree: --multiproof: %v", err)
	}
	return err
}

// multiProof prints one proof of all leaves of the accounts that --multiproof names.
func (l *list) multiProof(c *cli.Context, t *tree.Tree) error {
	p, err := newProven(c)
	if err != nil {
		return err
	}
	p.look(0, t.Rows().Accounts)
	if err := p.missing(); err != nil {
		return err
	}
	return multiProofError(tools.StreamMultiProof(c.Context, c.App.Writer, t, p.rows))
}

// provenMemory is what a row in a multiproof takes in memory, in bytes, at most about: its leaf and a proof of its own.
const provenMemory = 2048

// multiProof is list.multiProof for a tree on disk. What is proven is in memory: accounts that have too many rows are refused.
func (s *spill) multiProof(c *cli.Context, l *list) error {
	p, err := newProven(c)
	if err != nil {
		return err
	}
	in, err := s.kept.Reader()
	if err != nil {
		return err
	}
	var rows tree.Rows
	for lo := 0; lo < s.kept.Len(); lo += keptRows {
		if err := c.Context.Err(); err != nil {
			return err
		}
		if err := in.Read(lo, min(lo+keptRows, s.kept.Len()), &rows); err != nil {
			return err
		}
		p.look(lo, rows.Accounts)
		if need := int64(len(p.rows)) * provenMemory; s.most.given && need > max(s.most.bytes, leastMemory)/2 {
			return &refusedError{s.most.tooLittle(l.path, int64(s.kept.Len())*treeRowMemory, fmt.Errorf("%w: --multiproof", tree.ErrSliced))}
		}
	}
	if err := p.missing(); err != nil {
		return err
	}
	return multiProofError(tools.StreamMultiProofFiled(c.Context, c.App.Writer, s.tools(), p.rows))
}
