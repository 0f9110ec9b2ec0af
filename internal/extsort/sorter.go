package extsort

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
)

// Config says what is sorted, and with how much memory.
type Config struct {
	Dir     string // existing directory for runs
	Name    string // begins the names of runs, so that several sorters may share Dir
	Size    int    // bytes of a record, at least 8; the first 8 are compared first, as bytes
	Memory  int64  // bytes that all buffers together take, about; 0 is 64 MiB
	Workers int    // goroutines that sort one run; 0 is 1

	// Compare orders records whose first 8 bytes are equal; nil compares the rest by its bytes. Records that it calls equal
	// come out in any order.
	Compare func(a, b []byte) int
}

// maxFan is how many runs are merged at once: each has an open file and a buffer.
const maxFan = 64

// Sorter takes records. It is for one goroutine, and Close must be called once, also after an error.
type Sorter struct {
	c       Config
	records int // of a run
	data    []byte
	spare   []byte // the other buffer, while a run is written
	entries []entry
	runs    []string
	lens    []int64 // records of each run
	made    int
	count   int64
	busy    sync.WaitGroup
	err     error // of the run that was written last
}

// entry is a record of a run: the first 8 bytes and its place.
type entry struct {
	key uint64
	at  uint32
}

// New returns a sorter without records.
func New(c Config) (*Sorter, error) {
	if c.Size < 8 || c.Size > 1<<16 {
		return nil, fmt.Errorf("extsort: records of %d bytes, want 8 to 65536", c.Size)
	}
	if c.Memory <= 0 {
		c.Memory = 64 << 20
	}
	c.Workers = max(c.Workers, 1)
	if c.Compare == nil {
		c.Compare = func(a, b []byte) int { return bytes.Compare(a[8:], b[8:]) }
	}
	s := &Sorter{c: c}
	each := int64(2*c.Size + 16) // a run is filled while the one before it is sorted and written
	s.records = int(min(max(c.Memory/each, 16), 1<<31))
	return s, nil
}

// Len is the number of records added.
func (s *Sorter) Len() int64 { return s.count }

// Add copies a record.
func (s *Sorter) Add(record []byte) error {
	if len(s.data)+s.c.Size > s.records*s.c.Size {
		if err := s.spill(); err != nil {
			return err
		}
	}
	if cap(s.data) == 0 || len(s.data)+s.c.Size > cap(s.data) {
		s.grow()
	}
	s.data = append(s.data, record[:s.c.Size]...)
	s.count++
	return nil
}

// grow doubles the buffer, to a whole run at most, so that few records take little memory and nothing more than a run is ever set aside.
func (s *Sorter) grow() {
	size := max(2*cap(s.data), 1<<16)
	size = min(size, s.records*s.c.Size)
	s.data = append(make([]byte, 0, size), s.data...)
}

// spill begins to write the records in memory as a run, and waits for the run before it.
func (s *Sorter) spill() error {
	s.busy.Wait()
	if s.err != nil {
		return s.err
	}
	data := s.data
	s.data, s.spare = s.spare[:0], nil
	path := s.newRun(int64(len(data) / s.c.Size))
	s.busy.Go(func() {
		order := s.sort(data)
		s.err = s.write(path, data, order)
		s.spare = data[:0]
	})
	return nil
}

// newRun is the path of the next run, which will have n records.
func (s *Sorter) newRun(n int64) string {
	path := filepath.Join(s.c.Dir, fmt.Sprintf("%s-%d.run", s.c.Name, s.made))
	s.made++
	s.runs, s.lens = append(s.runs, path), append(s.lens, n)
	return path
}

// sort returns the places of records in order.
func (s *Sorter) sort(data []byte) []entry {
	const bits = 12
	n, size := len(data)/s.c.Size, s.c.Size
	if cap(s.entries) < n {
		s.entries = make([]entry, n)
	}
	out := s.entries[:n]
	var start [1<<bits + 1]int
	// Keys of little spread, such as small numbers, are dealt by the bits in which they differ.
	lowest, highest := ^uint64(0), uint64(0)
	for i := 0; i < len(data); i += size {
		k := binary.BigEndian.Uint64(data[i:])
		lowest, highest = min(lowest, k), max(highest, k)
	}
	shift := 0
	for n > 0 && (highest-lowest)>>shift >= 1<<bits {
		shift++
	}
	for i := 0; i < len(data); i += size {
		start[(binary.BigEndian.Uint64(data[i:])-lowest)>>shift+1]++
	}
	for i := range len(start) - 1 {
		start[i+1] += start[i]
	}
	next := start
	for i := range n {
		k := binary.BigEndian.Uint64(data[i*size:])
		b := (k - lowest) >> shift
		out[next[b]] = entry{k, uint32(i)}
		next[b]++
	}
	compare := func(x, y entry) int {
		if c := cmp.Compare(x.key, y.key); c != 0 {
			return c
		}
		return s.c.Compare(data[int(x.at)*size:][:size], data[int(y.at)*size:][:size])
	}
	var bucket atomic.Int64
	var wait sync.WaitGroup
	for range s.c.Workers {
		wait.Go(func() {
			for {
				b := bucket.Add(1) - 1
				if b >= 1<<bits {
					return
				}
				slices.SortFunc(out[start[b]:start[b+1]], compare)
			}
		})
	}
	wait.Wait()
	return out
}

func (s *Sorter) write(path string, data []byte, order []entry) (err error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	out := bufio.NewWriterSize(f, s.block())
	size := s.c.Size
	for i := range order {
		at := int(order[i].at) * size
		if _, err := out.Write(data[at : at+size]); err != nil {
			return err
		}
	}
	return out.Flush()
}

// block is the size of a file's buffer.
func (s *Sorter) block() int {
	return int(min(max(s.c.Memory/(maxFan+1), 4<<10), 1<<20))
}

// Sort ends the adding and returns the records in order. The reader must be closed before the sorter.
func (s *Sorter) Sort(ctx context.Context) (*Reader, error) {
	s.busy.Wait()
	if s.err != nil {
		return nil, s.err
	}
	if len(s.runs) == 0 {
		return &Reader{size: s.c.Size, data: s.data, order: s.sort(s.data)}, nil
	}
	if len(s.data) > 0 {
		if err := s.spill(); err != nil {
			return nil, err
		}
		s.busy.Wait()
		if s.err != nil {
			return nil, s.err
		}
	}
	s.data, s.spare, s.entries = nil, nil, nil
	for len(s.runs) > maxFan {
		if err := s.join(ctx); err != nil {
			return nil, err
		}
	}
	return s.merge(s.runs, s.count)
}

// join merges the oldest runs into one, when there are too many to merge all at once.
func (s *Sorter) join(ctx context.Context) (err error) {
	old, n := s.runs[:maxFan], int64(0)
	for _, records := range s.lens[:maxFan] {
		n += records
	}
	r, err := s.merge(old, n)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	path := s.newRun(n)
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	out := bufio.NewWriterSize(f, s.block())
	for n := 0; r.Next(); n++ {
		if n%65536 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if _, err := out.Write(r.Record()); err != nil {
			return err
		}
	}
	if err := errors.Join(r.Err(), out.Flush()); err != nil {
		return err
	}
	for _, path := range old {
		if err := os.Remove(path); err != nil {
			return err
		}
	}
	s.runs, s.lens = s.runs[maxFan:], s.lens[maxFan:]
	return nil
}

// Close waits for what is being written, removes all runs and lets go of the memory.
func (s *Sorter) Close() error {
	s.busy.Wait()
	var errs []error
	for _, path := range s.runs {
		if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	s.runs, s.lens, s.data, s.spare, s.entries = nil, nil, nil, nil, nil
	return errors.Join(errs...)
}
