package tree

import (
	"bufio"
	"context"
	"errors"
	"io"
	"math/bits"
	"os"
	"path/filepath"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/tree/internal/layer"
)

// levelFolder hashes leaves that come one after the other to their root. It keeps a few nodes a level.
type levelFolder struct {
	ctx    context.Context
	p      *Profile
	dir    string
	h      *layer.Hasher
	nodes  nodes
	levels [][]byte // nodes that wait for their neighbours
	full   int      // bytes of a level that are hashed at once
}

// fold returns the root of n leaves.
func (f *levelFolder) fold(n int, next func() ([]byte, error)) (root merkle.Hash, err error) {
	p := f.p
	f.h = layer.New(p.alg(), p.Width)
	f.nodes = nodes{shape: p.Shape, width: p.Width, prefix: p.NodePrefix, sorted: p.Pair == PairSorted}
	f.full = 512 * p.Width
	depth := bits.Len(uint(n - 1))
	f.levels = make([][]byte, depth+1)
	if p.Shape != Heap {
		f.nodes.lone = lonePads(p, depth)
		if err := f.take(n, next); err != nil {
			return root, err
		}
		copy(root[:], f.end())
		return root, nil
	}
	// The leaves of the bottom level come first. Their parents stand behind the other leaves, one level up, which is then complete.
	bottom := 2*n - 1<<depth
	if n == 1 {
		bottom = 0
	}
	parents, err := f.spill(bottom, next)
	if err != nil {
		return root, err
	}
	defer func() { err = errors.Join(err, parents.Close(), os.Remove(parents.Name())) }()
	if err := f.take(n-bottom, next); err != nil {
		return root, err
	}
	again, end, err := fileNodes(parents, p.Width)
	if err != nil {
		return root, err
	}
	if err := errors.Join(f.take(bottom/2, again), end()); err != nil {
		return root, err
	}
	if n > 1 {
		f.levels = f.levels[:depth] // without the bottom level
	}
	copy(root[:], f.end())
	return root, nil
}

// take adds n nodes at the lowest level.
func (f *levelFolder) take(n int, next func() ([]byte, error)) error {
	for i := range n {
		if i%65536 == 0 && f.ctx.Err() != nil {
			return f.ctx.Err()
		}
		node, err := next()
		if node == nil || err != nil {
			return errors.Join(err, io.ErrUnexpectedEOF)
		}
		f.levels[0] = append(f.levels[0], node...)
		for j := 0; len(f.levels[j]) == f.full; j++ {
			f.up(j)
		}
	}
	return nil
}

// up hashes the nodes of a level, an even number, to the level above.
func (f *levelFolder) up(j int) {
	level, w := f.levels[j], f.p.Width
	into := &f.levels[j+1]
	at := len(*into)
	*into = append(*into, make([]byte, len(level)/2)...)
	f.h.Pairs((*into)[at:at+len(level)/w/2*w], level, f.nodes.prefix, f.nodes.sorted)
	f.levels[j] = level[:0]
}

// end hashes what waits, level by level, to the root.
func (f *levelFolder) end() []byte {
	w := f.p.Width
	for j := range len(f.levels) - 1 {
		level := f.levels[j]
		n := len(level) / w
		next := make([]byte, (n+1)/2*w)
		f.h.Pairs(next, level[:n/2*2*w], f.nodes.prefix, f.nodes.sorted)
		f.nodes.lastOf(f.h, next, level, j)
		f.levels[j+1] = append(f.levels[j+1], next...)
	}
	return f.levels[len(f.levels)-1]
}

// spill hashes n nodes in pairs into a file.
func (f *levelFolder) spill(n int, next func() ([]byte, error)) (*os.File, error) {
	file, err := os.OpenFile(filepath.Join(f.dir, "parents"), os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	out := bufio.NewWriterSize(file, 1<<18)
	var pairs []byte
	parents := make([]byte, f.full/2)
	for i := range n {
		var node []byte
		if i%65536 == 0 {
			err = f.ctx.Err()
		}
		if err == nil {
			if node, err = next(); node == nil && err == nil {
				err = io.ErrUnexpectedEOF
			}
		}
		if err == nil {
			if pairs = append(pairs, node...); len(pairs) == f.full || i == n-1 {
				f.h.Pairs(parents, pairs, f.nodes.prefix, f.nodes.sorted)
				_, err = out.Write(parents[:len(pairs)/2])
				pairs = pairs[:0]
			}
		}
		if err != nil {
			break
		}
	}
	if err == nil {
		err = out.Flush()
	}
	if err != nil {
		return nil, errors.Join(err, file.Close(), os.Remove(file.Name()))
	}
	return file, nil
}

// fileNodes reads the nodes of a file from its beginning.
func fileNodes(file *os.File, width int) (next func() ([]byte, error), end func() error, err error) {
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return nil, nil, err
	}
	in := bufio.NewReaderSize(file, 1<<18)
	node := make([]byte, width)
	return func() ([]byte, error) {
		_, err := io.ReadFull(in, node)
		if err == io.EOF {
			return nil, nil
		}
		return node, err
	}, func() error { return nil }, nil
}
