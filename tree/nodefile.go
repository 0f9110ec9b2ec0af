package tree

import (
	"errors"
	"os"
)

// nodeFile is nodes of one width end to end, by slot. The first ones are in a file, those from a slot on in memory: what a tree keeps there are
// its upper levels, which every proof needs.
type nodeFile struct {
	path  string
	width int
	size  int      // slots
	from  int      // slots from here on are in memory
	file  *os.File // nil while nothing was written to it
	top   []byte   // nil while nothing was written to it
	more  []byte   // nodes before from that are in memory too, when all are written
}

// newNodeFile has size slots, as many of the last ones in memory bytes as go there. The file is made when it is written to.
func newNodeFile(path string, width, size int, memory int64) *nodeFile {
	fit := max(memory, 0) / int64(width)
	return &nodeFile{path: path, width: width, size: size, from: int(max(int64(size)-fit, 0))}
}

// write puts whole nodes to the slots from first on. Several goroutines may write different slots after prepare.
func (f *nodeFile) write(first int, nodes []byte) error {
	n := len(nodes) / f.width
	if first < f.from {
		lower := nodes[:min(n, f.from-first)*f.width]
		if _, err := f.file.WriteAt(lower, int64(first)*int64(f.width)); err != nil {
			return err
		}
		nodes, first = nodes[len(lower):], first+len(lower)/f.width
	}
	if len(nodes) > 0 {
		copy(f.top[(first-f.from)*f.width:], nodes)
	}
	return nil
}

// prepare makes file and memory.
func (f *nodeFile) prepare() (err error) {
	if f.from > 0 {
		if f.file, err = os.OpenFile(f.path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600); err != nil {
			f.file = nil
			return err
		}
	}
	f.top = make([]byte, (f.size-f.from)*f.width)
	return nil
}

// used says that slots from n on are never written, which several nodes must not be read from.
func (f *nodeFile) used(n int) { f.from = min(f.from, n) }

// keep takes as many more nodes as memory bytes hold from the file, when all are written: what the building took is free then.
func (f *nodeFile) keep(memory int64) error {
	n := int(min(max(memory, 0)/int64(f.width), int64(f.from)))
	more := make([]byte, n*f.width)
	if err := f.read(f.from-n, more); err != nil {
		return err
	}
	f.more = more
	return nil
}

// read fills dst with whole nodes from slot first on.
func (f *nodeFile) read(first int, dst []byte) error {
	if first < f.from {
		n := min(len(dst)/f.width, f.from-first) * f.width
		if _, err := f.file.ReadAt(dst[:n], int64(first)*int64(f.width)); err != nil {
			return err
		}
		dst, first = dst[n:], first+n/f.width
	}
	if len(dst) > 0 {
		copy(dst, f.top[(first-f.from)*f.width:])
	}
	return nil
}

// close removes the file.
func (f *nodeFile) close() (err error) {
	if f.file != nil {
		err = errors.Join(f.file.Close(), os.Remove(f.path))
		f.file = nil
	}
	f.top, f.more = nil, nil
	return err
}

// How many nodes of a level a reader takes at a time: some, because proofs of neighbours share them, and more, of 32 bytes each a page, where it goes on from
// what it took last.
const (
	fewNodes   = 8
	blockNodes = 128
)

// nodeBlocks reads single nodes for one goroutine. Of each of several levels it keeps the nodes around the one read last, so that neighbours cost one
// reading.
type nodeBlocks struct {
	f     *nodeFile
	level []nodeBlock
}

type nodeBlock struct {
	nodes []byte
	first int // slot
}

func newNodeBlocks(f *nodeFile, levels int) *nodeBlocks {
	return &nodeBlocks{f, make([]nodeBlock, levels)}
}

// node is the node in a slot, valid until the next call for the same level.
func (b *nodeBlocks) node(level, slot int) ([]byte, error) {
	w := b.f.width
	if slot >= b.f.from {
		at := (slot - b.f.from) * w
		return b.f.top[at : at+w], nil
	}
	if at := len(b.f.more) - (b.f.from-slot)*w; at >= 0 {
		return b.f.more[at : at+w], nil
	}
	x := &b.level[level]
	if at := slot - x.first; at < 0 || at >= len(x.nodes)/w {
		first, n := slot&^(fewNodes-1), fewNodes
		if at >= 0 && at < len(x.nodes)/w+fewNodes {
			n = blockNodes
		}
		n = min(n, b.f.from-first)
		x.nodes = resize(x.nodes, n*w)
		if err := b.f.read(first, x.nodes); err != nil {
			x.nodes = x.nodes[:0]
			return nil, err
		}
		x.first = first
	}
	at := (slot - x.first) * w
	return x.nodes[at : at+w], nil
}
