package alloc

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"github.com/merkle-drop/merkle/internal/extsort"
)

// number writes for every claim how many stand before it in claim order.
func (s *stream) number(out *Outline, f *Sorted) (err error) {
	chain, _ := slices.BinarySearch(s.chains, f.Chain)
	name := fmt.Sprintf("number-%d-%d", f.Token, chain)
	sorter := func(step string) (*extsort.Sorter, error) {
		return extsort.New(extsort.Config{Dir: s.x.Dir, Name: name + step, Size: 8, Memory: s.x.Memory / 4, Workers: s.x.Workers})
	}
	byOrder, err := sorter("-a")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, byOrder.Close()) }()
	byPlace, err := sorter("-b")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, byPlace.Close()) }()
	var record [8]byte
	var rows ClaimRows
	for lo := 0; lo < f.Len; lo += lookChunk {
		if err := errors.Join(s.ctx.Err(), f.Read(lo, min(lo+lookChunk, f.Len), &rows)); err != nil {
			return err
		}
		for i, order := range rows.Row {
			binary.BigEndian.PutUint32(record[:], order)
			binary.BigEndian.PutUint32(record[4:], uint32(lo+i))
			if err := byOrder.Add(record[:]); err != nil {
				return err
			}
		}
	}
	if f.dense, err = s.scratch(name); err != nil {
		return err
	}
	out.files = append(out.files, f.dense)
	n := uint32(0)
	err = s.drain(byOrder, func(r []byte) error {
		copy(record[:4], r[4:])
		binary.BigEndian.PutUint32(record[4:], n)
		n++
		return byPlace.Add(record[:])
	})
	if err == nil {
		err = s.drain(byPlace, func(r []byte) error {
			_, err := f.dense.Write(r[4:])
			return err
		})
	}
	return errors.Join(err, f.dense.Flush())
}

// drain calls visit for all records of a sorter in order.
func (s *stream) drain(sorter *extsort.Sorter, visit func(record []byte) error) (err error) {
	in, err := sorter.Sort(s.ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	for n := 0; in.Next(); n++ {
		if n%65536 == 0 && s.ctx.Err() != nil {
			return s.ctx.Err()
		}
		if err := visit(in.Record()); err != nil {
			return err
		}
	}
	return in.Err()
}
