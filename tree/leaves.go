package tree

import (
	"context"
	"encoding/binary"
	"slices"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/tree/internal/layer"
)

// leafBatch is how many leaves are encoded and hashed at once: pre-images and first hashes stay in the nearest cache.
const leafBatch = 256

// leafMemory is what one worker needs to hash leaves.
type leafMemory struct {
	h     *layer.Hasher
	buf   []byte // pre-images
	ends  []int  // of each pre-image, where lengths differ
	inner []byte // between two hashes
}

// hashLeaves writes the leaves of all rows to out, in the order of rows.
func (t *Tree) hashLeaves(ctx context.Context, w int, out []byte) error {
	p := &t.spec.Profile
	states := make([]leafMemory, w)
	found := make([][]*RowError, w)
	err := parallel(ctx, w, t.rows.Len(), func(worker, lo, hi int) {
		s := &states[worker]
		if s.h == nil {
			s.h, s.inner = layer.New(p.alg(), p.Width), make([]byte, leafBatch*p.Width)
		}
		for ; lo < hi; lo += leafBatch {
			end := min(lo+leafBatch, hi)
			found[worker] = append(found[worker], s.hash(p, t.leaf, out[lo*p.Width:end*p.Width], lo, end)...)
		}
	})
	if err != nil {
		return err
	}
	return rowErrors(slices.Concat(found...))
}

// hash writes the leaves of the rows [lo, hi) to dst. When some row has none, it says so and dst is of no use.
func (s *leafMemory) hash(p *Profile, e *encoder, dst []byte, lo, hi int) []*RowError {
	first := dst
	if p.LeafHashes == 2 {
		first = s.inner[:len(dst)]
	}
	size := 0
	if !e.dynamic {
		size = (hi - lo) * e.size
	}
	s.buf = slices.Grow(s.buf[:0], size)[:size]
	switch {
	case e.dynamic || !e.block(s.buf, lo, hi): // row by row, which also says what is wrong with which
		if found := s.hashEach(p, e, first, lo, hi); len(found) > 0 {
			return found
		}
	case p.LeafHashes == 0:
		copy(dst, s.buf)
	default:
		s.h.Messages(first, s.buf, e.prefixes[0], e.size)
	}
	if p.LeafHashes == 2 {
		s.h.Messages(dst, first, e.prefixes[1], p.Width)
	}
	return nil
}

// hashEach hashes rows of pre-images of any length.
func (s *leafMemory) hashEach(p *Profile, e *encoder, dst []byte, lo, hi int) (found []*RowError) {
	s.buf, s.ends = s.buf[:0], s.ends[:0]
	for i := lo; i < hi; i++ {
		var bad *RowError
		if s.buf, bad = e.append(s.buf, i); bad != nil {
			found = append(found, bad)
		}
		s.ends = append(s.ends, len(s.buf))
	}
	switch {
	case len(found) > 0: // the pre-images are not whole
	case p.LeafHashes == 0:
		copy(dst, s.buf)
	default:
		s.h.Various(dst, s.buf, e.prefixes[0], s.ends)
	}
	return found
}

// block writes the pre-images of the rows [lo, hi), which are all of e.size bytes, field by field. It is false when some value cannot be
// written, and then block is of no use.
func (e *encoder) block(block []byte, lo, hi int) bool {
	if e.form == spelt {
		return e.blockEach(block, lo, hi)
	}
	at := 0
	for i := range e.leaf {
		f := &e.leaf[i]
		size := f.typ.minSize(e.encoding)
		column := stripe{block[at:], e.size}
		switch {
		case f.static != nil:
			for i := range hi - lo {
				copy(column.at(i), f.static)
			}
		case f.Source == SourceAccount:
			column.accounts(e.rows.Accounts[lo:hi], size)
		case f.Source == SourceToken:
			column.accounts(e.rows.Tokens[lo:hi], size)
		case f.Source == SourceAmount:
			column.amounts(e.rows.Amounts[lo:hi], size, e.form)
		case f.Source == SourceLocked && e.rows.Locked != nil:
			column.amounts(e.rows.Locked[lo:hi], size, e.form)
		case f.Source == SourceLocked:
			for i := range hi - lo {
				clear(column.at(i)[:size])
			}
		case f.Source == SourceIndex:
			column.numbers(e.index[lo:hi], size, e.form)
		default:
			for i := range hi - lo {
				b := column.at(i)
				out, bad := e.field(b[:0:size], f, lo+i)
				if bad != nil || len(out) != size {
					return false
				}
			}
		}
		at += size
	}
	return true
}

// blockEach is block row by row.
func (e *encoder) blockEach(block []byte, lo, hi int) bool {
	out := block[:0:len(block)]
	for i := lo; i < hi; i++ {
		var bad *RowError
		if out, bad = e.append(out, i); bad != nil {
			return false
		}
	}
	return len(out) == len(block)
}

// stripe is one field of pre-images that lie end to end.
type stripe struct {
	block  []byte // from the field of the first on
	stride int
}

func (s stripe) at(i int) []byte { return s.block[i*s.stride:] }

// accounts writes accounts at the end of size bytes, zeros before them.
func (s stripe) accounts(accounts []merkle.Account, size int) {
	switch accounts[0].Family() {
	case merkle.Solana:
		for i := range accounts {
			w, b := accounts[i].Words(), s.at(i)[:32]
			binary.BigEndian.PutUint64(b, w[0])
			binary.BigEndian.PutUint64(b[8:], w[1])
			binary.BigEndian.PutUint64(b[16:], w[2])
			binary.BigEndian.PutUint64(b[24:], w[3])
		}
	case merkle.EVM:
		for i := range accounts {
			w, b := accounts[i].Words(), s.at(i)
			if size == 32 {
				binary.BigEndian.PutUint64(b, 0)
				binary.BigEndian.PutUint32(b[8:], 0)
				b = b[12:]
			}
			b = b[:20]
			binary.BigEndian.PutUint64(b, w[0])
			binary.BigEndian.PutUint64(b[8:], w[1])
			binary.BigEndian.PutUint32(b[16:], uint32(w[2]>>32))
		}
	}
}

// amounts writes numbers that fit in size bytes.
func (s stripe) amounts(amounts []merkle.Amount, size int, f form) {
	for i := range amounts {
		w, b := amounts[i].Words(), s.at(i)[:size]
		switch {
		case size == 32 && f != little:
			binary.BigEndian.PutUint64(b, w[3])
			binary.BigEndian.PutUint64(b[8:], w[2])
			binary.BigEndian.PutUint64(b[16:], w[1])
			binary.BigEndian.PutUint64(b[24:], w[0])
		case size == 8 && f == little:
			binary.LittleEndian.PutUint64(b, w[0])
		default:
			putNumber(b, &w, f)
		}
	}
}

func (s stripe) numbers(numbers []uint64, size int, f form) {
	for i, v := range numbers {
		w := [4]uint64{v}
		putNumber(s.at(i)[:size], &w, f)
	}
}

// putNumber writes a number of words, the lowest first, that fits in b.
func putNumber(b []byte, w *[4]uint64, f form) {
	if f == little {
		for k := 0; k < len(b); k += 8 {
			if len(b)-k >= 8 {
				binary.LittleEndian.PutUint64(b[k:], w[k/8])
				continue
			}
			for j := k; j < len(b); j++ {
				b[j] = byte(w[k/8] >> (8 * (j - k)))
			}
		}
		return
	}
	for k := 0; len(b) > 0; k++ {
		if len(b) >= 8 {
			binary.BigEndian.PutUint64(b[len(b)-8:], w[k])
			b = b[:len(b)-8]
			continue
		}
		for j := range b {
			b[j] = byte(w[k] >> (8 * (len(b) - 1 - j)))
		}
		return
	}
}
