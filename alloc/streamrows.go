package alloc

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/internal/extsort"
)

// chainRows are rows of an input on one chain, sorted by key, rows of one account by what they are about, and then as they stand in the
// input. A record is 8 bytes of the key, the account, what the row is about (the number of a token or proposal in 2 bytes, and perhaps a time), the
// row's number (4 bytes), and what the rule adds.
type chainRows struct {
	sorter  *extsort.Sorter
	chain   uint16
	account int // bytes of an account
	about   int // bytes
	size    int
	record  []byte
}

func (c *chainRows) aboutAt() int { return 8 + c.account }
func (c *chainRows) rowAt() int   { return c.aboutAt() + c.about }
func (c *chainRows) restAt() int  { return c.rowAt() + 4 }

// raw is the account of a record.
func (c *chainRows) raw(record []byte) []byte { return record[8:c.aboutAt()] }

// number is the number of the token or proposal that a record is about.
func (c *chainRows) number(record []byte) int {
	if c.about == 0 {
		return 0
	}
	return int(binary.BigEndian.Uint16(record[c.aboutAt():]))
}

func (c *chainRows) rowOf(record []byte) uint32 { return binary.BigEndian.Uint32(record[c.rowAt():]) }

// openChains makes a sorter for each chain, with so much of memory; about and rest are bytes of a record.
func (s *stream) openChains(name string, about, rest int, memory int64) ([]*chainRows, error) {
	out := make([]*chainRows, len(s.chains))
	for i, chain := range s.chains {
		c := &chainRows{chain: uint16(i), account: chain.Family().Width(), about: about}
		c.size = c.restAt() + rest
		c.record = make([]byte, c.size)
		var err error
		c.sorter, err = extsort.New(extsort.Config{Dir: s.x.Dir, Name: fmt.Sprintf("%s-%d", name, i), Size: c.size,
			Memory: memory / int64(len(s.chains)), Workers: s.x.Workers, Compare: c.compare})
		if err != nil {
			return out, err
		}
		out[i] = c
	}
	return out, nil
}

// closeChains lets go of sorters.
func closeChains(chains []*chainRows) (err error) {
	for _, c := range chains {
		if c != nil {
			if gone := c.sorter.Close(); err == nil {
				err = gone
			}
		}
	}
	return err
}

// compare orders records whose keys begin alike: by the whole key, then by what rows are about, then as they stand in the input.
func (c *chainRows) compare(a, b []byte) int {
	x, y := c.raw(a), c.raw(b)
	if bytes.Equal(x, y) {
		return bytes.Compare(a[c.aboutAt():c.restAt()], b[c.aboutAt():c.restAt()])
	}
	k, l := sha256.Sum256(x), sha256.Sum256(y)
	return bytes.Compare(k[:], l[:])
}

// begin starts the record of a row; what it is about is filled with the number alone, and what the rule adds is the rest.
func (c *chainRows) begin(a merkle.Account, number int, row uint32) (rest []byte) {
	r := c.record
	a.AppendBytes(r[:8])
	key := sha256.Sum256(c.raw(r))
	copy(r, key[:8])
	if c.about > 0 {
		binary.BigEndian.PutUint16(r[c.aboutAt():], uint16(number))
	}
	binary.BigEndian.PutUint32(r[c.rowAt():], row)
	return r[c.restAt():]
}

// eachRecord calls visit for every record in order, and done after the last one of each account.
func (s *stream) eachRecord(c *chainRows, visit func(record []byte), done func(raw []byte) error) error {
	in, err := c.sorter.Sort(s.ctx)
	if err != nil {
		return err
	}
	defer in.Close()
	var last []byte
	met, all := int64(0), c.sorter.Len()
	for in.Next() {
		if met%65536 == 0 {
			if err := s.ctx.Err(); err != nil {
				return err
			}
			s.progress("sorting", met, all)
		}
		met++
		r := in.Record()
		if last != nil && !bytes.Equal(last, c.raw(r)) {
			if err := done(last); err != nil {
				return err
			}
		}
		last = append(last[:0], c.raw(r)...)
		visit(r)
	}
	if err := in.Err(); err != nil {
		return err
	}
	if last != nil {
		if err := done(last); err != nil {
			return err
		}
	}
	s.progress("sorting", all, all)
	return in.Close()
}

// drain calls visit for all records of a sorter in order, and lets go of it.
func (s *stream) drain(sorter *extsort.Sorter, visit func(record []byte) error) (err error) {
	defer func() { err = errors.Join(err, sorter.Close()) }()
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
