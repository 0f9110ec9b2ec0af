package tree

import (
	"encoding/binary"
	"math/bits"
	"slices"

	"github.com/merkle-drop/merkle/tree/internal/layer"
)

// ProofText writes proofs of one tree as they stand in JSON, for all claims of a file. What two proofs that follow on each other share is
// written once, so rows in the order of the tree cost least. It is memory of one goroutine and not safe for concurrent use; any number of
// them may read one tree.
type ProofText struct {
	t      *Tree
	entry  int    // bytes of an entry with its comma
	text   []byte // an entry a depth from the lowest up, the node nearest to the root last
	nodes  []int  // by depth from the root: what the entry there is beside; -1 for nothing yet
	lack   []bool // by depth: the node is carried up and there is no entry
	lacks  int    // how many do
	bottom int    // depth of the current path
	last   int    // position of the row before

	direct  bool     // nodes are of 32 bytes
	changed [][]byte // what is to be written
	hashes  []*[32]byte
}

// ProofText returns a writer of the tree's proofs.
func (t *Tree) ProofText() *ProofText {
	p := &ProofText{t: t, entry: 2*t.spec.Profile.Width + len(`"0x",`)}
	if t.groups == nil {
		depth := t.nodes.depth()
		p.text = make([]byte, depth*p.entry)
		for at := 0; at < len(p.text); at += p.entry {
			copy(p.text[at:], `"0x`)
			copy(p.text[at+p.entry-2:], `",`)
		}
		p.direct = t.nodes.width == 32
		p.nodes, p.lack = make([]int, depth+1), make([]bool, depth+1)
		for i := range p.nodes {
			p.nodes[i] = -1
		}
	}
	return p
}

// Append appends the entries of the proof of a row, from leaf to root, each as "0x…" in quotes with commas between and no brackets around;
// nothing for a proof without entries. They are those of Tree.Proof.
func (p *ProofText) Append(dst []byte, row int) []byte {
	if p.t.groups != nil {
		return p.appendWalk(dst, row)
	}
	pos := p.t.Position(row)
	shared := len(p.nodes) - bits.Len(uint(pos^p.last)) // about how many nodes' siblings
	if p.last = pos; p.direct && 2*shared < len(p.nodes) {
		return p.appendDirect(dst, row, pos)
	}
	p.move(pos)
	if p.bottom == p.lacks {
		return dst
	}
	text := p.text[len(p.text)-p.bottom*p.entry:]
	if p.lacks == 0 {
		return append(dst, text[:len(text)-1]...)
	}
	for d := p.bottom; d > 0; d-- {
		if !p.lack[d] {
			dst = append(dst, text[:p.entry]...)
		}
		text = text[p.entry:]
	}
	return dst[:len(dst)-1]
}

// AppendLeaf appends the hex digits of the leaf of a row, without 0x.
func (p *ProofText) AppendLeaf(dst []byte, row int) []byte {
	leaf := p.t.leafAt(p.t.Position(row))
	if len(leaf) != 32 {
		return AppendHex(dst, leaf)
	}
	from := len(dst)
	dst = slices.Grow(dst, 64)[:from+64]
	p.hashes = append(p.hashes[:0], (*[32]byte)(leaf))
	layer.Spell(dst[from:], 64, p.hashes)
	return dst
}

// move writes the entries of the path from a position that differ from those of the path before.
func (p *ProofText) move(pos int) {
	n := p.t.nodes
	p.changed = p.changed[:0]
	if n.shape == Heap {
		i := 2*n.leaves - 2 - pos
		p.bottom = bits.Len(uint(i+1)) - 1
		if p.bottom+1 < len(p.nodes) {
			p.nodes[p.bottom+1] = -1 // what hangs on it changes
		}
		for d := p.bottom; d > 0 && p.nodes[d] != i; d-- {
			p.nodes[d] = i
			p.changed = append(p.changed, n.sibling(0, i))
			i = (i - 1) / 2
		}
		p.spell()
		return
	}
	depth := len(p.nodes) - 1
	p.bottom = depth
	for j := 0; j < depth && p.nodes[depth-j] != pos; j++ {
		p.nodes[depth-j] = pos
		sibling := n.sibling(j, pos)
		p.changed = append(p.changed, sibling)
		if lacks := sibling == nil; lacks != p.lack[depth-j] {
			p.lack[depth-j] = lacks
			if lacks {
				p.lacks++
			} else {
				p.lacks--
			}
		}
		pos >>= 1
	}
	p.spell()
}

// appendDirect is Append of a path that shares little with the one before: what is written for all and then copied costs more than it saves.
func (p *ProofText) appendDirect(dst []byte, row, pos int) []byte {
	if ahead := row + fetchAhead; ahead < len(p.t.pos) {
		p.siblings(int(p.t.pos[ahead]), len(p.nodes)-nearLevels)
		layer.Fetch(p.hashes)
	}
	p.siblings(pos, len(p.nodes))
	from, size := len(dst), len(p.hashes)*directEntry
	if size == 0 {
		return dst
	}
	const room = 8 // a frame is written as one word, of which the digits write over the end
	dst = slices.Grow(dst, size+room)[:from+size+room]
	text := dst[from:]
	for at := 0; at <= size; at += directEntry {
		binary.LittleEndian.PutUint64(text[at:], directFrame>>16)
		if at > 0 {
			binary.LittleEndian.PutUint16(text[at-2:], directFrame&0xffff)
		}
	}
	layer.Spell(text[len(`"0x`):], directEntry, p.hashes)
	return dst[:from+size-1]
}

// Rows are mostly written one after the other, and their siblings lie anywhere: those of a row that comes soon are fetched from far memory
// beside the writing, but for the levels near the root, which stay near.
const (
	fetchAhead = 8
	nearLevels = 14
)

// siblings sets hashes to those beside the path from a position, the lowest first, of so many levels.
func (p *ProofText) siblings(pos, levels int) {
	p.hashes = p.hashes[:0]
	n := p.t.nodes
	if n.shape == Heap {
		for i := 2*n.leaves - 2 - pos; i > 0 && levels > 0; i, levels = (i-1)/2, levels-1 {
			at := ((i - 1) ^ 1 + 1) * 32
			p.hashes = append(p.hashes, (*[32]byte)(n.heap[at:]))
		}
		return
	}
	for j := range min(levels, n.depth()) {
		if sibling := n.sibling(j, pos>>j); sibling != nil {
			p.hashes = append(p.hashes, (*[32]byte)(sibling))
		}
	}
}

// directEntry is the bytes of an entry with its comma where nodes are of 32 bytes.
const directEntry = len(`"",0x`) + 64

// directFrame is `","0x`, which stands between the digits of two entries, the first letter in the lowest byte.
const directFrame = '"' | ','<<8 | '"'<<16 | '0'<<24 | 'x'<<32

// spell writes the changed entries, the lowest first.
func (p *ProofText) spell() {
	if len(p.changed) == 0 {
		return
	}
	width := p.t.spec.Profile.Width
	at := len(p.text) - p.bottom*p.entry + len(`"0x`)
	if width != 32 {
		for _, node := range p.changed {
			layer.SpellHex(p.text[at:], node)
			at += p.entry
		}
		return
	}
	p.hashes = p.hashes[:0]
	for _, node := range p.changed {
		if node == nil {
			p.hashes = append(p.hashes, nil)
		} else {
			p.hashes = append(p.hashes, (*[32]byte)(node))
		}
	}
	layer.Spell(p.text[at:], p.entry, p.hashes)
}

// appendWalk is Append without anything kept, for grouped trees.
func (p *ProofText) appendWalk(dst []byte, row int) []byte {
	begin := len(dst)
	p.t.walk(row, func(sibling []byte, _ bool) {
		if sibling == nil {
			return
		}
		if len(dst) > begin {
			dst = append(dst, ',')
		}
		dst = append(AppendHex(append(dst, `"0x`...), sibling), '"')
	})
	return dst
}

// AppendHex appends the lower-case hex digits of src, which is a multiple of 4 bytes.
func AppendHex(dst, src []byte) []byte {
	at := len(dst)
	dst = append(dst, make([]byte, 2*len(src))...)
	layer.SpellHex(dst[at:], src)
	return dst
}
