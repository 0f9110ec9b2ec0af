package tree

import (
	"fmt"

	merkle "github.com/merkle-drop/merkle"
)

// HeapNodes fills dst with nodes of the array of a tree of shape Heap from place first on, as HeapNode numbers them: the root is 0. dst is whole nodes of Width
// bytes, of which the array of 2·Len-1 has enough.
func (t *Filed) HeapNodes(first int, dst []byte) error {
	w := t.b.spec.Profile.Width
	n := len(dst) / w
	if t.tree == nil || t.tree.shape != Heap || first < 0 || first+n > t.tree.size() {
		return fmt.Errorf("nodes %d to %d of an array: there is none, or not so many", first, first+n)
	}
	if err := t.b.nodes.read(t.tree.size()-first-n, dst[:n*w]); err != nil {
		return err
	}
	reverse(dst[:n*w], w)
	return nil
}

// MultiProof is Tree.MultiProof. It takes some memory for each row that is proven, whatever the tree has.
func (t *Filed) MultiProof(rows []int) (*MultiProof, error) {
	p := &t.b.spec.Profile
	if err := p.multiProves(); err != nil {
		return nil, err
	}
	blocks := newNodeBlocks(t.b.nodes, 1)
	return multiProof(rows, t.Rows(), t.Len(), t.Position, func(i int) (h merkle.Hash, err error) {
		node, err := blocks.node(0, t.tree.size()-1-i)
		copy(h[:], node)
		return h, err
	})
}

// Preimages returns what appends the bytes that are hashed to the leaf of a row of rows, as Tree.Preimage does. rows are those that Values takes.
func (t *Filed) Preimages(rows *Rows) (func(dst []byte, row int) []byte, error) {
	e, err := newEncoder(&t.b.spec.Profile, &t.b.spec, rows, rows.Index)
	if err != nil {
		return nil, err
	}
	if t.b.spec.Profile.Grouping == GroupingTwoLevel {
		e = e.withoutFirst()
	}
	return func(dst []byte, row int) []byte {
		e.index = rows.Index
		for i := range e.leaf {
			if f := &e.leaf[i]; f.Source == SourceColumn {
				f.column = rows.column(f.Name)
				if f.typ.kind == identityKind {
					f.ecosystem = rows.column(e.leaf[i-1].Name)
				}
			}
		}
		dst, _ = e.append(dst, row) // BuildFiled has encoded it before
		return dst
	}, nil
}

// GroupCount is the number of groups, as Tree.GroupCount.
func (t *Filed) GroupCount() int {
	if t.groups == nil {
		return 0
	}
	return len(t.groups.start) - 1
}

// Group is group i, 0 ≤ i < GroupCount, as Tree.Group, without Key and Account: those are of its rows.
func (r *FiledReader) Group(i int) (g Group, err error) {
	f, p := r.t.groups, r.t.Profile()
	g = Group{First: int(f.start[i]), Len: int(f.start[i+1] - f.start[i]), Place: f.placeOf(i)}
	node := f.kept(i, int(f.node[i+1])-1, p.Width) // a group's root is its last slot
	if node == nil {
		if node, err = r.blocks.node(r.t.Depth(), int(f.node[i+1])-1); err != nil {
			return g, err
		}
	}
	copy(g.Root[:], node)
	node, err = r.upper.node(f.outer.height(), g.Place)
	copy(g.Leaf[:], node)
	return g, err
}

// GroupProof appends to dst[:0] the proof of group i, as Tree.GroupProof.
func (r *FiledReader) GroupProof(i int, dst []merkle.Hash) ([]merkle.Hash, error) {
	f := r.t.groups
	dst = dst[:0]
	r.steps, r.inner = f.outer.steps(r.steps[:0], f.placeOf(i)), 0
	for k := range r.steps {
		r.steps[k].upper = true
		node, err := r.node(k, r.steps[k])
		if err != nil {
			return dst, err
		}
		dst = appendEntry(dst, node)
	}
	return dst, nil
}
