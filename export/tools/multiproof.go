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
	j := &job{ctx: ctx, t: t, p: t.Profile()}
	e := newEncoder(ctx, out, 2)
	root := t.Root()
	e.open('{')
	e.key("root")
	e.hash(&root, j.p.Width)
	e.key("leaves")
	e.hashes(mp.Leaves, j.p.Width)
	e.key("values")
	e.open('[')
	for _, row := range mp.Rows {
		e.item()
		e.open('[')
		for i := range j.p.Fields {
			e.item()
			j.dumpField(e, row, i, func(b []byte) []byte { return append(b, j.account(row).String()...) })
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
	return e.end()
}
