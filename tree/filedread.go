package tree

import (
	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/tree/internal/layer"
)

// FiledReader reads leaves and proofs of a tree on disk. It is memory of one goroutine, some 4 KiB a level that is in the file, and not safe for concurrent use;
// any number of them may read one tree. Rows in the order of the tree cost least.
type FiledReader struct {
	t      *Filed
	blocks *nodeBlocks
	upper  *nodeBlocks // of a grouped tree
	steps  []step
	group  int   // of a grouped tree: the row's
	inner  int   // how many of the steps are of the group
	levels []int // memory of a group's tree

	entry int    // bytes of an entry of text with its comma
	text  []byte // an entry a step from the lowest up, the node nearest to the root last
	nodes []int  // by entry: the slot of what is spelt there, or of the last node of the level where that has no sibling; -1 for nothing yet
	lower []*[32]byte
}

// Reader returns a reader of the tree.
func (t *Filed) Reader() *FiledReader {
	depth := t.Depth()
	r := &FiledReader{t: t, blocks: newNodeBlocks(t.b.nodes, depth+1), entry: 2*t.b.spec.Profile.Width + len(`"0x",`)}
	if t.groups != nil {
		r.upper = newNodeBlocks(t.b.upper, t.groups.outer.height()+1)
		r.levels = make([]int, 0, 32)
		return r
	}
	r.text = make([]byte, depth*r.entry)
	for at := 0; at < len(r.text); at += r.entry {
		copy(r.text[at:], `"0x`)
		copy(r.text[at+r.entry-2:], `",`)
	}
	r.nodes = make([]int, depth)
	for i := range r.nodes {
		r.nodes[i] = -1
	}
	return r
}

// Leaf is the leaf of a row, in the first Width bytes.
func (r *FiledReader) Leaf(row int) (h merkle.Hash, err error) {
	slot := r.t.Position(row)
	if f := r.t.groups; f != nil {
		i, t := f.group(r.t.Profile(), slot, r.levels)
		slot += t.base - int(f.start[i])
	}
	node, err := r.blocks.node(0, slot)
	copy(h[:], node)
	return h, err
}

// walk finds the steps of a row.
func (r *FiledReader) walk(row int) {
	pos := r.t.Position(row)
	if f := r.t.groups; f != nil {
		r.steps, r.group, r.inner = f.steps(r.t.Profile(), r.steps[:0], pos, r.levels)
		return
	}
	r.steps = r.t.tree.steps(r.steps[:0], pos)
}

// InnerLen is how many entries of the proof of a row, from its beginning, are of the row's group, as Tree.InnerLen.
func (r *FiledReader) InnerLen(row int) (n int) {
	if r.t.groups == nil {
		return 0
	}
	r.walk(row)
	for i := range r.inner {
		if !r.steps[i].lacks() {
			n++
		}
	}
	return n
}

// GroupOf is the number of the group that holds a row, as Tree.GroupOf.
func (r *FiledReader) GroupOf(row int) int {
	f := r.t.groups
	if f == nil {
		return -1
	}
	i, _ := f.group(r.t.Profile(), r.t.Position(row), r.levels)
	return i
}

// appendSteps is AppendProof without anything kept, for grouped trees.
func (r *FiledReader) appendSteps(dst []byte) ([]byte, error) {
	begin := len(dst)
	for i, s := range r.steps {
		node, err := r.node(i, s)
		if err != nil {
			return dst, err
		}
		if node == nil {
			continue
		}
		if len(dst) > begin {
			dst = append(dst, ',')
		}
		dst = append(AppendHex(append(dst, `"0x`...), node), '"')
	}
	return dst, nil
}

// node is what step number i has as sibling; nil: the node is carried up.
func (r *FiledReader) node(i int, s step) ([]byte, error) {
	switch {
	case s.alone:
		return s.pad, nil
	case s.upper:
		return r.upper.node(i-r.inner, s.slot)
	case r.t.groups != nil:
		if node := r.t.groups.kept(r.group, s.slot, r.t.b.spec.Profile.Width); node != nil {
			return node, nil
		}
	}
	return r.blocks.node(i, s.slot)
}

// Proof appends to dst[:0] the proof of a row, from leaf to root, as Tree.Proof does.
func (r *FiledReader) Proof(row int, dst []merkle.Hash) ([]merkle.Hash, error) {
	dst = dst[:0]
	r.walk(row)
	for i, s := range r.steps {
		node, err := r.node(i, s)
		if err != nil {
			return dst, err
		}
		dst = appendEntry(dst, node)
	}
	return dst, nil
}

// Sides is what Verify takes as position, as Tree.Sides.
func (r *FiledReader) Sides(row int) (sides int) {
	bit := 1
	r.walk(row)
	for _, s := range r.steps {
		if s.lacks() {
			continue
		}
		if s.right {
			sides |= bit
		}
		bit <<= 1
	}
	return sides
}

// AppendProof appends the entries of the proof of a row as ProofText.Append does: each as "0x…" in quotes with commas between and no brackets around.
func (r *FiledReader) AppendProof(dst []byte, row int) ([]byte, error) {
	r.walk(row)
	n := len(r.steps)
	if n == 0 {
		return dst, nil
	}
	if r.t.groups != nil {
		return r.appendSteps(dst)
	}
	text := r.text[len(r.text)-n*r.entry:]
	if err := r.spell(text, n); err != nil {
		return dst, err
	}
	lacks := false
	for i := range r.steps {
		lacks = lacks || r.steps[i].lacks()
	}
	if !lacks {
		return append(dst, text[:len(text)-1]...), nil
	}
	begin := len(dst)
	for i := range r.steps {
		if !r.steps[i].lacks() {
			dst = append(dst, text[i*r.entry:(i+1)*r.entry]...)
		}
	}
	if len(dst) > begin {
		dst = dst[:len(dst)-1]
	}
	return dst, nil
}

// spell writes those of the n steps that differ from what is in text: from the lowest up to the first that is the same, for then so is all above it.
func (r *FiledReader) spell(text []byte, n int) error {
	spelt := r.nodes[len(r.nodes)-n:]
	if n < len(r.nodes) {
		r.nodes[len(r.nodes)-n-1] = -1 // what hangs on it changes
	}
	width := r.t.b.spec.Profile.Width
	r.lower = r.lower[:0]
	for i, s := range r.steps {
		if spelt[i] == s.slot {
			break
		}
		node, err := r.node(i, s)
		if err != nil {
			for k := range i + 1 {
				spelt[k] = -1
			}
			return err
		}
		spelt[i] = s.slot
		at := text[i*r.entry+len(`"0x`):]
		switch {
		case width != 32:
			layer.SpellHex(at, node)
		case node == nil:
			r.lower = append(r.lower, nil)
		default:
			r.lower = append(r.lower, (*[32]byte)(node))
		}
	}
	layer.Spell(text[len(`"0x`):], r.entry, r.lower)
	return nil
}
