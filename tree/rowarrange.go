package tree

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// maxShelves is how many files rows are dealt to at once, and shelfBuffer the memory of each.
const (
	maxShelves  = 512
	shelfBuffer = 1 << 14
)

// shelf is the rows of consecutive places, in any order: each its place, the bytes of its text and the text.
type shelf struct {
	path string
	file *os.File
	out  *bufio.Writer
	size int64
}

// Arranged makes the file d.Dir/d.Name+"arranged" of rows [lo, hi) in another order: row lo+i stands at place[i], a permutation of 0 to hi-lo-1, and has the
// number i. On the way the rows are on disk twice. d.Memory is what it takes beside place, about.
func (f *RowFile) Arranged(ctx context.Context, lo, hi int, place []uint32, d Disk) (_ *RowFile, err error) {
	if lo < 0 || hi < lo || hi > f.rows || len(place) != hi-lo {
		return nil, fmt.Errorf("%d places for rows %d to %d of %d", len(place), lo, hi, f.rows)
	}
	in, err := f.Reader()
	if err != nil {
		return nil, err
	}
	form := f.form
	form.numbers = true
	out, err := NewRowFile(filepath.Join(d.Dir, d.Name+"arranged"))
	if err != nil {
		return nil, err
	}
	out.form, out.names = form, f.names
	n := hi - lo
	const each = 24 // of a row: its place, where it is, and its number
	most := max(d.Memory/2, 1<<16)
	count := int(min(max((f.between(lo, hi)+each*int64(n))/most+1, 1), maxShelves, max(d.Memory/2/shelfBuffer, 1), int64(max(n, 1))))
	size := (n + count - 1) / max(count, 1)
	shelves := make([]shelf, count)
	defer func() {
		for i := range shelves {
			err = errors.Join(err, shelves[i].close())
		}
		if err != nil {
			err = errors.Join(err, out.Close())
		}
	}()
	for i := range shelves {
		if err := shelves[i].open(fmt.Sprintf("%s-%d", out.path, i)); err != nil {
			return nil, err
		}
	}
	var rows Rows
	var numbers []uint32
	var text, head []byte
	for at := lo; at < hi; at += fileBatch {
		end := min(at+fileBatch, hi)
		if err := errors.Join(ctx.Err(), in.Read(at, end, &rows)); err != nil {
			return nil, err
		}
		numbers = numbers[:0]
		for i := at; i < end; i++ {
			numbers = append(numbers, uint32(i-lo))
		}
		for i := range end - at {
			to := place[at-lo+i]
			if int(to) >= n {
				return nil, fmt.Errorf("place %d of %d", to, n)
			}
			text = appendRow(text[:0], form, &rows, numbers, i)
			head = binary.AppendUvarint(binary.BigEndian.AppendUint32(head[:0], to), uint64(len(text)))
			if err := shelves[int(to)/size].add(head, text); err != nil {
				return nil, err
			}
		}
	}
	s := shelved{}
	for i := range shelves {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if err := s.move(&shelves[i], i*size, min((i+1)*size, n), out); err != nil {
			return nil, err
		}
	}
	return out, out.flush() // readers are made on several goroutines
}

// between is the bytes of rows [lo, hi) and of those that stand in a block with them.
func (f *RowFile) between(lo, hi int) int64 {
	if lo == hi {
		return 0
	}
	return f.offsets[(hi-1)/rowBlock+1] - f.offsets[lo/rowBlock]
}

func (s *shelf) open(path string) error {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err == nil {
		s.path, s.file, s.out = path, file, bufio.NewWriterSize(file, shelfBuffer)
	}
	return err
}

func (s *shelf) add(head, text []byte) error {
	s.size += int64(len(head) + len(text))
	if _, err := s.out.Write(head); err != nil {
		return err
	}
	_, err := s.out.Write(text)
	return err
}

// close removes the file.
func (s *shelf) close() error {
	if s.file == nil {
		return nil
	}
	err := errors.Join(s.file.Close(), os.Remove(s.path))
	s.file, s.out = nil, nil
	return err
}

// shelved is memory for one shelf at a time.
type shelved struct {
	all  []byte
	text [][2]int // by place: where the row's text begins and ends
}

// move appends the rows of a shelf, which are those of places [lo, hi), in order, and removes it.
func (x *shelved) move(s *shelf, lo, hi int, out *RowFile) error {
	if hi <= lo {
		return s.close()
	}
	if err := s.out.Flush(); err != nil {
		return err
	}
	x.all = resize(x.all, int(s.size))
	if _, err := s.file.ReadAt(x.all, 0); err != nil {
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		return fmt.Errorf("%s: %w", s.path, err)
	}
	if cap(x.text) < hi-lo {
		x.text = make([][2]int, hi-lo)
	}
	x.text = x.text[:hi-lo]
	clear(x.text)
	for at := 0; at < len(x.all); {
		c := rowCursor{b: x.all, at: at}
		from, end := c.bytes(4)
		if c.broken {
			return fmt.Errorf("%s: not as it was written", s.path)
		}
		place := int(binary.BigEndian.Uint32(x.all[from:end])) - lo
		from, end = c.bytes(int(min(c.uvarint(), 1<<31)))
		if c.broken || place < 0 || place >= len(x.text) || x.text[place][1] != 0 {
			return fmt.Errorf("%s: not as it was written, or two rows at place %d", s.path, place+lo)
		}
		x.text[place] = [2]int{from, end}
		at = end
	}
	for i, t := range x.text {
		if t[1] == 0 {
			return fmt.Errorf("%s: no row for place %d", s.path, lo+i)
		}
		if err := out.appendRaw(x.all[t[0]:t[1]]); err != nil {
			return err
		}
	}
	return s.close()
}
