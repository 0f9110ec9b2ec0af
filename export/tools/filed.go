package tools

import (
	"context"
	"errors"
	"io"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/tree"
)

// Filed is a tree whose nodes and rows are on disk.
type Filed struct {
	Tree *tree.Filed
	Rows *tree.RowFile // those that it was built from
	// Disk is where rows are put in the order of what is written: at most as many bytes again as Rows has twice, and 4 bytes of memory a row beside Memory.
	// Name begins the names of those files.
	Disk tree.Disk

	from int // the tree is of the rows from here on
}

// temp is the disk with a name for some files.
func (d *Filed) temp(name string) tree.Disk {
	return tree.Disk{Dir: d.Disk.Dir, Name: d.Disk.Name + name, Memory: d.Disk.Memory / 4}
}

// Least is the least number of bytes that a kind writes of the tree: of most kinds a leaf's proof for each row, in hex digits.
func (d Filed) Least(k Kind, o Options) int64 {
	width, rows := int64(d.Tree.Profile().Width), int64(d.Tree.Rows())
	f, err := find(k.Name)
	switch {
	case err != nil:
		return 0
	case !f.proofs: // an account at least
		return rows * 20
	case o.Split > 0 || d.Tree.Profile().Grouped():
		return rows * width
	}
	return rows * (width + int64(d.Tree.Depth()-1)*2*width) // a lone node has a shorter proof
}

// WriteFiled is Write for a tree on disk: the same bytes and refusals.
func WriteFiled(ctx context.Context, kind, dst string, t Filed, o Options) (_ []Written, err error) {
	j, err := prepareFiled(ctx, kind, t, o)
	if err != nil {
		return nil, err
	}
	return j.put(dst)
}

// StreamFiled is Stream for a tree on disk: the same bytes and refusals.
func StreamFiled(ctx context.Context, kind string, out io.Writer, t Filed, o Options) error {
	j, err := prepareFiled(ctx, kind, t, o)
	if err != nil {
		return err
	}
	return j.stream(out)
}

func prepareFiled(ctx context.Context, kind string, t Filed, o Options) (*job, error) {
	j := &job{ctx: ctx, d: &t, b: t.Tree, n: t.Tree.Rows(), o: o}
	first, err := t.Rows.Reader()
	if err != nil {
		return nil, err
	}
	var row tree.Rows
	if err := first.Read(0, 1, &row); err != nil {
		return nil, err
	}
	j.tokens = row.Tokens != nil
	for _, c := range row.Columns {
		j.columns = append(j.columns, c.Name)
	}
	return j.prepared(kind)
}

// heap calls each for the nodes of the array of a heap, from the root on.
func (j *job) heap(each func(node []byte) error) error {
	nodes, w := 2*j.b.Len()-1, j.p.Width
	if j.t != nil {
		var h merkle.Hash // one for all
		for i := range nodes {
			h, _ = j.t.HeapNode(i) // i is in the array and the shape is Heap
			if err := each(h[:w]); err != nil {
				return err
			}
		}
		return nil
	}
	buf := make([]byte, 1024*w)
	for i := 0; i < nodes; i += 1024 {
		buf = buf[:min(1024, nodes-i)*w]
		if err := errors.Join(j.ctx.Err(), j.d.Tree.HeapNodes(i, buf)); err != nil {
			return err
		}
		for at := 0; at < len(buf); at += w {
			if err := each(buf[at : at+w]); err != nil {
				return err
			}
		}
	}
	return nil
}
