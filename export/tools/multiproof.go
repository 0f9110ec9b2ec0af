package tools

import (
	"context"
	"io"

	"github.com/merkle-drop/merkle/tree"
)

// StreamMultiProof writes one proof of several rows of a tree that the OpenZeppelin contracts take:
//
//	{"root":…,"leaves":[hash,…],"values":[[value,…],…],"proof":[hash,…],"proofFlags":[true,…]}
//
// Leaves and values stand in the order of the proof; values are spelled as in a dump. Trees of other shapes are refused with tree.ErrNoMultiProof.
func StreamMultiProof(ctx context.Context, out io.Writer, t *tree.Tree, rows []int) error {
	mp, err := t.MultiProof(rows)
	if err != nil {
		return err
	}
	return newJob(ctx, t, Options{}).multiProof(out, mp)
}

// StreamMultiProofFiled is StreamMultiProof of a tree on disk. What is proven is in memory.
func StreamMultiProofFiled(ctx context.Context, out io.Writer, t Filed, rows []int) error {
	mp, err := t.Tree.MultiProof(rows)
	if err != nil {
		return err
	}
	return (&job{ctx: ctx, d: &t, b: t.Tree, p: t.Tree.Profile(), n: t.Tree.Rows()}).multiProof(out, mp)
}

func (j *job) multiProof(out io.Writer, mp *tree.MultiProof) error {
	e := newEncoder(j.ctx, out, 2)
	root := j.b.Root()
	e.open('{')
	e.key("root")
	e.hash(&root, j.p.Width)
	e.key("leaves")
	e.hashes(mp.Leaves, j.p.Width)
	e.key("values")
	e.open('[')
	w := j.window(j.inList())
	var names spelling
	for _, row := range mp.Rows {
		if err := w.begin(row, row+1); err != nil {
			return err
		}
		if j.p.Has(tree.SourceAccount) {
			names.begin(row, row+1, w.account)
		}
		e.item()
		e.open('[')
		for i := range j.p.Fields {
			e.item()
			j.dumpField(e, w, row, i, &names)
		}
		e.close(']')
	}
	e.close(']')
	e.key("proof")
	e.hashes(mp.Proof, j.p.Width)
	e.key("proofFlags")
	e.open('[')
	for _, known := range mp.Flags {
		e.item()
		if known {
			e.raw("true")
		} else {
			e.raw("false")
		}
	}
	e.close(']')
	e.close('}')
	e.raw("\n")
	if w.err != nil {
		return w.err
	}
	return e.end()
}
