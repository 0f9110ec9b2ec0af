package tools

import (
	"context"
	"fmt"
	"io"

	"github.com/merkle-drop/merkle/tree"
)

// Filed is a tree whose nodes and rows are on disk.
type Filed struct {
	Tree *tree.Filed
	Rows *tree.RowFile // those that it was built from
}

// CanFile is nil when a kind can be written of a tree on disk: claim by claim, without all rows in memory.
func CanFile(kind string) error {
	if kind != proofsFormat().Name {
		return fmt.Errorf("format %s is written with all rows in memory", kind)
	}
	return nil
}

// WriteFiled is Write for a tree on disk, of a kind that CanFile allows.
func WriteFiled(ctx context.Context, kind, dst string, t Filed, o Options) ([]Written, error) {
	j, err := prepareFiled(ctx, kind, t, o)
	if err != nil {
		return nil, err
	}
	return j.file(dst)
}

// StreamFiled is Stream for a tree on disk, of a kind that CanFile allows.
func StreamFiled(ctx context.Context, kind string, out io.Writer, t Filed, o Options) error {
	j, err := prepareFiled(ctx, kind, t, o)
	if err != nil {
		return err
	}
	j.to = stream{out}
	return j.f.write(j)
}

func prepareFiled(ctx context.Context, kind string, t Filed, o Options) (*job, error) {
	if err := CanFile(kind); err != nil {
		return nil, err
	}
	f := proofsFormat()
	if err := f.suits(t.Tree.Profile()); err != nil {
		return nil, err
	}
	if err := f.Check(o); err != nil {
		return nil, err
	}
	total, _ := t.Tree.Total()
	f.write = t.writeProofs
	return &job{ctx: ctx, f: &f, p: t.Tree.Profile(), o: o, part: []Written{{"", t.Tree.Root(), t.Tree.Len(), total, t.Tree.Depth()}}}, nil
}

// writeProofs is what writeProofs writes of the same tree in memory.
func (t Filed) writeProofs(j *job) error {
	return j.json("proofs.json", 0, proofsEnd, func(e *encoder) error {
		e.b = proofsHead{j.p, t.Tree.Order(), t.Tree.Root(), t.Tree.Len()}.append(e.b)
		e.b = append(t.Tree.Sum().Append(e.b, 10), `","claims":[`...)
		return j.ordered(e, t.Rows.Len(), func() func(b []byte, lo, hi int) ([]byte, error) { return t.claims(j.p) })
	})
}

// claims is job.claims of the same tree in memory.
func (t Filed) claims(p *tree.Profile) func(b []byte, lo, hi int) ([]byte, error) {
	in, failed := t.Rows.Reader()
	read := t.Tree.Filled(func(_, lo, hi int, rows *tree.Rows) error { return in.Read(lo, hi, rows) })
	proofs, before := t.Tree.Reader(), proofsKeys(p)
	var rows tree.Rows
	var value func(dst []byte, row, field int) []byte
	return func(b []byte, lo, hi int) (_ []byte, err error) {
		if failed == nil {
			failed = read(0, lo, hi, &rows)
		}
		if failed == nil && value == nil {
			value, failed = t.Tree.Values(&rows)
		}
		if failed != nil {
			return b, failed
		}
		for row := lo; row < hi; row++ {
			if row > 0 {
				b = append(b, ',')
			}
			b = append(b, '\n', '{')
			for i, key := range before {
				if key != "" {
					b = append(append(b, key...), '"')
					b = append(quoted(value(b, row-lo, i), len(b), p.Fields[i].Source), ',')
				}
			}
			leaf, err := proofs.Leaf(row)
			if err != nil {
				return b, err
			}
			b = tree.AppendHex(append(b, `"leaf":"0x`...), leaf[:p.Width])
			if b, err = proofs.AppendProof(append(b, `","proof":[`...), row); err != nil {
				return b, err
			}
			b = append(b, "]}"...)
		}
		return b, nil
	}
}
