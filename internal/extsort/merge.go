package extsort

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
)

// Reader gives records in order.
type Reader struct {
	size  int
	data  []byte // all records, when there are no runs
	order []entry
	at    int

	heap    []*run // smallest record first
	compare func(a, b []byte) int
	record  []byte
	left    int64  // records that the runs must still have
	name    string // of a run, for errors
	err     error
}

// run is a sorted file while it is read.
type run struct {
	key    uint64
	record []byte
	in     *bufio.Reader
	file   *os.File
}

// merge reads runs that have n records together.
func (s *Sorter) merge(paths []string, n int64) (*Reader, error) {
	r := &Reader{size: s.c.Size, compare: s.c.Compare, record: make([]byte, s.c.Size), left: n, name: paths[0]}
	for _, path := range paths {
		f, err := os.Open(path)
		if err != nil {
			return nil, errors.Join(err, r.Close())
		}
		x := &run{in: bufio.NewReaderSize(f, s.block()), file: f, record: make([]byte, s.c.Size)}
		r.heap = append(r.heap, x)
		err = x.next()
		if err == io.EOF { // a run is never empty, but somebody may have cut it short
			err = fmt.Errorf("%s: %w", path, io.ErrUnexpectedEOF)
		}
		if err != nil {
			return nil, errors.Join(err, r.Close())
		}
	}
	for i := len(r.heap)/2 - 1; i >= 0; i-- {
		r.sift(i)
	}
	return r, nil
}

// next reads the run's next record; at its end the error is io.EOF.
func (x *run) next() error {
	_, err := io.ReadFull(x.in, x.record)
	if err != nil {
		if err != io.EOF {
			err = fmt.Errorf("%s: %w", x.file.Name(), err)
		}
		return err
	}
	x.key = binary.BigEndian.Uint64(x.record)
	return nil
}

func (r *Reader) less(a, b *run) bool {
	if a.key != b.key {
		return a.key < b.key
	}
	return r.compare(a.record, b.record) < 0
}

func (r *Reader) sift(i int) {
	for {
		least := 2*i + 1
		if least >= len(r.heap) {
			return
		}
		if least+1 < len(r.heap) && r.less(r.heap[least+1], r.heap[least]) {
			least++
		}
		if !r.less(r.heap[least], r.heap[i]) {
			return
		}
		r.heap[i], r.heap[least] = r.heap[least], r.heap[i]
		i = least
	}
}

// Next goes to the next record. It reports false at the end and after an error.
func (r *Reader) Next() bool {
	if r.heap == nil || r.err != nil {
		if r.at < len(r.order) {
			at := int(r.order[r.at].at) * r.size
			r.record = r.data[at : at+r.size]
			r.at++
			return true
		}
		if r.left != 0 && r.err == nil { // a file that somebody has cut short between two records
			r.err = fmt.Errorf("%s and the runs merged with it: %w: %d records are missing", r.name, io.ErrUnexpectedEOF, r.left)
		}
		return false
	}
	r.left--
	x := r.heap[0]
	x.record, r.record = r.record, x.record
	switch err := x.next(); {
	case err == nil:
	case err == io.EOF:
		last := len(r.heap) - 1
		r.heap[0] = r.heap[last]
		r.heap = r.heap[:last]
		if err := x.file.Close(); err != nil {
			r.err = err
			return false
		}
		if last == 0 {
			r.heap = nil
		}
	default:
		r.err = err
		return false
	}
	r.sift(0)
	return true
}

// Record is the present record, valid until Next.
func (r *Reader) Record() []byte { return r.record }

// Err is what ended the reading early.
func (r *Reader) Err() error { return r.err }

// Close closes the runs.
func (r *Reader) Close() error {
	var errs []error
	for _, x := range r.heap {
		errs = append(errs, x.file.Close())
	}
	r.heap, r.order, r.data, r.left = nil, nil, nil, 0
	return errors.Join(errs...)
}
