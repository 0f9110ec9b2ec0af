package tools

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/merkle-drop/merkle/internal/extsort"
	"github.com/merkle-drop/merkle/tree"
)

// order is an order in which rows are written.
type order struct {
	n    int
	rows []uint32      // in memory: place -> row; nil: as they stand in the list, or
	tree bool          // in memory: as their leaves stand in the tree
	file *tree.RowFile // on disk: the rows in that order, numbered; nil: as they stand in the list
}

// inList is the order of the list.
func (j *job) inList() *order { return &order{n: j.n} }

// inTree is the order of the leaves, where every row has one of its own.
func (j *job) inTree() (*order, error) {
	if j.t != nil {
		return &order{n: j.n, tree: true}, nil
	}
	place := make([]uint32, j.n)
	for row := range place {
		place[row] = uint32(j.b.Position(row))
	}
	return j.arranged(place)
}

// arranged is the order in which a row stands at place[row], on disk.
func (j *job) arranged(place []uint32) (*order, error) {
	same := true
	for row, at := range place {
		if same = int(at) == row; !same {
			break
		}
	}
	if same {
		return j.inList(), nil
	}
	d := j.d.temp(fmt.Sprintf("order%d-", len(j.files)))
	file, err := j.d.Rows.Arranged(j.ctx, j.d.from, j.d.from+j.n, place, d)
	if err != nil {
		return nil, err
	}
	j.files = append(j.files, file)
	return &order{n: j.n, file: file}, nil
}

// release removes the files of orders.
func (j *job) release() (err error) {
	for _, file := range j.files {
		err = errors.Join(err, file.Close())
	}
	j.files = nil
	return err
}

// rowKey is what rows are sorted by: so many bytes, which append appends for a row.
type rowKey struct {
	size   int
	append func(b []byte, w *window, i int) []byte
}

// sortedBy calls each for all rows by the bytes of their keys, rows with one key as they stand in the list. before is the row before, when it has the same
// key, else -1.
func (j *job) sortedBy(k rowKey, each func(row, before int) error) (err error) {
	sorter, err := extsort.New(extsort.Config{Dir: j.d.Disk.Dir, Name: j.d.temp("sorted").Name, Size: k.size + 4, Memory: max(j.d.Disk.Memory/4, 1), Workers: j.workers()})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, sorter.Close()) }()
	record := make([]byte, 0, k.size+4)
	if err := j.each(j.inList(), func(w *window, i int) error {
		record = k.append(record[:0], w, i)
		for len(record) < k.size {
			record = append(record, 0)
		}
		if len(record) > k.size {
			return fmt.Errorf("row %d: a key of %d bytes", i, len(record))
		}
		record = binary.BigEndian.AppendUint32(record, uint32(i))
		return sorter.Add(record)
	}); err != nil {
		return err
	}
	in, err := sorter.Sort(j.ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	last := record[:0]
	for n := 0; in.Next(); n++ {
		if n%65536 == 0 && j.ctx.Err() != nil {
			return j.ctx.Err()
		}
		r, before := in.Record(), -1
		if n > 0 && bytes.Equal(last[:k.size], r[:k.size]) {
			before = int(binary.BigEndian.Uint32(last[k.size:]))
		}
		last = append(last[:0], r...)
		if err := each(int(binary.BigEndian.Uint32(r[k.size:])), before); err != nil {
			return err
		}
	}
	return in.Err()
}

// by is the order of keys, on disk.
func (j *job) by(k rowKey) (*order, error) {
	place := make([]uint32, j.n)
	n := uint32(0)
	if err := j.sortedBy(k, func(row, _ int) error {
		place[row] = n
		n++
		return nil
	}); err != nil {
		return nil, err
	}
	return j.arranged(place)
}

// sorted is all rows of a tree in memory by compare, rows that are equal by it in claim order.
func (j *job) sorted(compare func(a, b int) int) []uint32 {
	order := make([]uint32, j.n)
	for i := range order {
		order[i] = uint32(i)
	}
	slices.SortFunc(order, func(a, b uint32) int {
		if c := compare(int(a), int(b)); c != 0 {
			return c
		}
		return cmp.Compare(a, b)
	})
	return order
}

// accountKey is the bytes of an account, and those of the token where rows have tokens.
func (j *job) accountKey() rowKey {
	width := j.p.Accounts.Width()
	k := rowKey{size: width, append: func(b []byte, w *window, i int) []byte { return w.account(i).AppendBytes(b) }}
	if j.tokens {
		k = rowKey{size: width + 32, append: func(b []byte, w *window, i int) []byte {
			return w.token(i).AppendBytes(w.account(i).AppendBytes(b))
		}}
	}
	return k
}

// byAccount is all rows by the bytes of account and token.
func (j *job) byAccount() (*order, error) {
	if j.t == nil {
		return j.by(j.accountKey())
	}
	return &order{n: j.n, rows: j.accountsSorted()}, nil
}

// accountsSorted is byAccount of a tree in memory.
func (j *job) accountsSorted() []uint32 {
	accounts, tokens := j.t.Rows().Accounts, j.t.Rows().Tokens
	return j.sorted(func(a, b int) int {
		c := accounts[a].Compare(accounts[b])
		if c == 0 && tokens != nil {
			c = tokens[a].Compare(tokens[b])
		}
		return c
	})
}

// byIndex is all rows by their claim index.
func (j *job) byIndex() (*order, error) {
	if j.t == nil {
		return j.by(rowKey{8, func(b []byte, w *window, i int) []byte {
			index, _ := w.indexOf(i)
			return binary.BigEndian.AppendUint64(b, index)
		}})
	}
	indexes := make([]uint64, j.n)
	for row := range indexes {
		indexes[row], _ = j.t.Index(row)
	}
	return &order{n: j.n, rows: j.sorted(func(a, b int) int { return cmp.Compare(indexes[a], indexes[b]) })}, nil
}

// byNumber sorts texts of numbers without leading zeros by their value.
func byNumber(texts []string) []string {
	slices.SortFunc(texts, func(a, b string) int {
		if c := cmp.Compare(len(a), len(b)); c != 0 {
			return c
		}
		return strings.Compare(a, b)
	})
	return texts
}
