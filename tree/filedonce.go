package tree

import (
	"cmp"
	"encoding/binary"
	"slices"
)

// drop is a leaf that equals an earlier one, by their positions.
type drop struct{ at, first uint32 }

// once drops leaves that equal an earlier one, where the profile has them once and they are not neighbours anyway, and returns how many are left. It
// holds 8 bytes for each of them.
func (b *filing) once(n int) (left int, err error) {
	p := &b.spec.Profile
	if !p.Dedupe || b.spec.Order == OrderLeafHash || b.form.digits > 0 || p.Has(SourceAccount) && !b.spec.KeepDuplicates {
		return n, nil // the leaves of two accounts differ
	}
	w := p.Width
	sorter, err := b.sorter("equal", w+4, b.d.Memory/2, nil)
	if err != nil {
		return 0, err
	}
	defer func() {
		if gone := sorter.Close(); err == nil {
			err = gone
		}
	}()
	level, record := make([]byte, chunk*w), make([]byte, w+4)
	for lo := 0; lo < n; lo += chunk {
		part := level[:min(chunk, n-lo)*w]
		if err := b.nodes.read(lo, part); err != nil {
			return 0, err
		}
		for i := range len(part) / w {
			copy(record, part[i*w:(i+1)*w])
			binary.BigEndian.PutUint32(record[w:], uint32(lo+i))
			if err := sorter.Add(record); err != nil {
				return 0, err
			}
		}
	}
	var drops []drop
	if err := repeatedRecords(b.ctx, sorter, w, func(first, at int, _ []byte) {
		drops = append(drops, drop{uint32(at), uint32(first)})
	}); err != nil || len(drops) == 0 {
		return n, err
	}
	slices.SortFunc(drops, func(a, c drop) int { return cmp.Compare(a.at, c.at) })
	return n - len(drops), b.dropLeaves(n, drops)
}

// dropLeaves moves the leaves that are left together and settles the positions of rows.
func (b *filing) dropLeaves(n int, drops []drop) error {
	w, into, next := b.spec.Profile.Width, 0, 0
	level := make([]byte, chunk*w)
	for lo := 0; lo < n; lo += chunk {
		part := level[:min(chunk, n-lo)*w]
		if err := b.nodes.read(lo, part); err != nil {
			return err
		}
		kept := part[:0]
		for i := range len(part) / w {
			if next < len(drops) && int(drops[next].at) == lo+i {
				next++
				continue
			}
			kept = append(kept, part[i*w:(i+1)*w]...)
		}
		if err := b.nodes.write(into, kept); err != nil {
			return err
		}
		into += len(kept) / w
	}
	place := func(at uint32) uint32 { // of a leaf that is left
		before, _ := slices.BinarySearchFunc(drops, at, func(d drop, at uint32) int { return cmp.Compare(d.at, at) })
		return at - uint32(before)
	}
	if b.pos == nil {
		b.pos = make([]uint32, b.n)
		for i := range b.pos {
			b.pos[i] = uint32(i)
		}
	}
	for row, at := range b.pos {
		if i, dropped := slices.BinarySearchFunc(drops, at, func(d drop, at uint32) int { return cmp.Compare(d.at, at) }); dropped {
			at = drops[i].first
		}
		b.pos[row] = place(at)
	}
	return nil
}
