package alloc

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/internal/extsort"
)

// chainRows are rows of an input on one chain, sorted by key, rows of one account by token, or what stands for it, and then as they stand in the
// input. A record is 8 bytes of the key, the account, the token (2 bytes, where there are several), the row's number (4 bytes), and what the rule adds.
type chainRows struct {
	sorter  *extsort.Sorter
	chain   uint16
	account int // bytes of an account
	token   bool
	size    int
	record  []byte
}

func (c *chainRows) tokenAt() int { return 8 + c.account }
func (c *chainRows) rowAt() int   { return c.tokenAt() + 2*btoi(c.token) }
func (c *chainRows) restAt() int  { return c.rowAt() + 4 }

// raw is the account of a record.
func (c *chainRows) raw(record []byte) []byte { return record[8:c.tokenAt()] }

// tokenOf is the token of a record.
func (c *chainRows) tokenOf(record []byte) int {
	if !c.token {
		return 0
	}
	return int(binary.BigEndian.Uint16(record[c.tokenAt():]))
}

func (c *chainRows) rowOf(record []byte) uint32 { return binary.BigEndian.Uint32(record[c.rowAt():]) }

// openChains makes a sorter for each chain, with so much of memory; rest is how many bytes of a record are the rule's.
func (s *stream) openChains(name string, token bool, rest int, memory int64) ([]*chainRows, error) {
	out := make([]*chainRows, len(s.chains))
	for i, chain := range s.chains {
		c := &chainRows{chain: uint16(i), account: chain.Family().Width(), token: token}
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

// compare orders records whose keys begin alike: by the whole key, then by token, then as they stand in the list.
func (c *chainRows) compare(a, b []byte) int {
	x, y := c.raw(a), c.raw(b)
	if bytes.Equal(x, y) {
		return bytes.Compare(a[c.tokenAt():c.restAt()], b[c.tokenAt():c.restAt()])
	}
	k, l := sha256.Sum256(x), sha256.Sum256(y)
	return bytes.Compare(k[:], l[:])
}

// begin starts the record of a row; what the rule adds is the rest.
func (c *chainRows) begin(a merkle.Account, token int, row uint32) (rest []byte) {
	r := c.record
	a.AppendBytes(r[:8])
	key := sha256.Sum256(c.raw(r))
	copy(r, key[:8])
	if c.token {
		binary.BigEndian.PutUint16(r[c.tokenAt():], uint16(token))
	}
	binary.BigEndian.PutUint32(r[c.rowAt():], row)
	return r[c.restAt():]
}

// each calls visit for every record in order, and done after the last one of each account.
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
