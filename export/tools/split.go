package tools

import (
	"context"
	"errors"
	"math"

	"github.com/merkle-drop/merkle/tree"
)

// partMemory is what a row of a tree in memory takes, in bytes, about: more than was measured.
const partMemory = 300

// trees calls each for the tree, or for those of a split: runs of Options.Split claims in claim order, tree i with version i on.
// Accounts are checked over the whole list before it is cut, which Jupiter's own tool does not do.
func (j *job) trees(each func(part *job, i int, version uint64) error) error {
	version, err := j.number("version", math.MaxUint32)
	if err != nil {
		return err
	}
	if j.o.Split == 0 {
		return each(j, 0, version)
	}
	for i := 0; i*j.o.Split < j.n; i++ {
		lo := i * j.o.Split
		if err := j.cut(lo, min(lo+j.o.Split, j.n), func(part *job) error { return each(part, i, version+uint64(i)) }); err != nil {
			return err
		}
	}
	return nil
}

// cut calls do for a job of the tree of rows lo to hi-1.
func (j *job) cut(lo, hi int, do func(part *job) error) (err error) {
	spec := j.b.Spec()
	spec.Workers = j.o.Workers
	part := &job{}
	if j.d != nil && int64(hi-lo)*partMemory > j.d.Disk.Memory/2 {
		d, err := j.d.cut(j.ctx, spec, lo, hi)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, d.Tree.Close()) }()
		part = &job{ctx: j.ctx, d: d, b: d.Tree, n: hi - lo, tokens: j.tokens, columns: j.columns, o: j.o}
	} else {
		rows, err := j.slice(lo, hi)
		if err != nil {
			return err
		}
		t, err := tree.Build(j.ctx, spec, rows)
		if err != nil {
			return err
		}
		part = newJob(j.ctx, t, j.o)
	}
	part.f, part.p, part.to, part.done = j.f, part.b.Profile(), j.to, j.done
	if j.o.Progress != nil {
		part.o.Progress = func(done, _ int64) { j.o.Progress(done, int64(j.n)) }
	}
	err = errors.Join(do(part), part.release())
	j.done = part.done
	return err
}

// slice is rows lo to hi-1 in memory.
func (j *job) slice(lo, hi int) (*tree.Rows, error) {
	if j.t == nil {
		in, err := j.d.Rows.Reader()
		if err != nil {
			return nil, err
		}
		rows := &tree.Rows{}
		return rows, in.Read(j.d.from+lo, j.d.from+hi, rows)
	}
	r := j.t.Rows()
	part := &tree.Rows{Accounts: r.Accounts[lo:hi], Amounts: r.Amounts[lo:hi]}
	if r.Locked != nil {
		part.Locked = r.Locked[lo:hi]
	}
	if r.Tokens != nil {
		part.Tokens = r.Tokens[lo:hi]
	}
	if r.Index != nil {
		part.Index = r.Index[lo:hi]
	}
	for _, c := range r.Columns {
		part.Columns = append(part.Columns, tree.Column{Name: c.Name, Values: c.Values[lo:hi]})
	}
	return part, nil
}

// cut builds the tree of rows lo to hi-1 on disk. Rows that stand twice were refused of the whole list.
func (d *Filed) cut(ctx context.Context, spec tree.Spec, lo, hi int) (*Filed, error) {
	read, err := d.Rows.Slices()
	if err != nil {
		return nil, err
	}
	lo, hi = lo+d.from, hi+d.from
	part := &Filed{Rows: d.Rows, Disk: d.temp("part-"), from: lo}
	part.Tree, err = tree.BuildFiled(ctx, spec, hi-lo, func(worker, from, to int, rows *tree.Rows) error {
		return read(worker, lo+from, lo+to, rows)
	}, part.Disk)
	return part, err
}
