package alloc

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"runtime"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/internal/extsort"
)

// chainRows are the rows of the list on one chain, sorted by key, rows of one account as they stand in the list. A record is
// 8 bytes of the key, the account, the row's number (4 bytes), with an index this (8), the amount and, with the column, the locked amount.
type chainRows struct {
	sorter  *extsort.Sorter
	chain   uint16
	account int // bytes of an account
	width   int // of an amount
	index   bool
	locked  bool
	unit    merkle.Amount
	record  []byte
}

func (c *chainRows) rowAt() int    { return 8 + c.account }
func (c *chainRows) indexAt() int  { return c.rowAt() + 4 }
func (c *chainRows) amountAt() int { return c.indexAt() + 8*btoi(c.index) }
func (c *chainRows) size() int     { return c.amountAt() + c.width*(1+btoi(c.locked)) }

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// openChains makes a sorter for each chain on which the token is.
func (s *stream) openChains() ([]*chainRows, error) {
	out := make([]*chainRows, len(s.chains))
	w := s.x.Workers
	if w <= 0 {
		w = runtime.GOMAXPROCS(0)
	}
	for i, chain := range s.chains {
		unit, there := s.unit(0, uint16(i))
		if !there {
			continue
		}
		c := &chainRows{chain: uint16(i), account: chain.Family().Width(), width: s.width, index: s.indexed || s.x.Numbered, locked: s.locked}
		c.unit, _ = merkle.AmountFromBig(unit)
		c.record = make([]byte, c.size())
		var err error
		c.sorter, err = extsort.New(extsort.Config{Dir: s.x.Dir, Name: fmt.Sprintf("rows-%d", i), Size: c.size(),
			Memory: s.x.Memory / int64(len(s.chains)), Workers: w, Compare: c.compare})
		if err != nil {
			return out, err
		}
		out[i] = c
	}
	return out, nil
}

// compare orders records whose keys begin alike: by the whole key, then as they stand in the list.
func (c *chainRows) compare(a, b []byte) int {
	x, y := a[8:c.rowAt()], b[8:c.rowAt()]
	if bytes.Equal(x, y) {
		return bytes.Compare(a[c.rowAt():c.indexAt()], b[c.rowAt():c.indexAt()])
	}
	k, l := sha256.Sum256(x), sha256.Sum256(y)
	return bytes.Compare(k[:], l[:])
}

// add makes the record of a row. An amount above the pool is kept as 0: the list is refused for it.
func (c *chainRows) add(s *stream, row *streamRow) error {
	r := c.record
	raw := row.e.Account.AppendBytes(r[:8])
	key := sha256.Sum256(raw[8:])
	copy(r, key[:8])
	binary.BigEndian.PutUint32(r[c.rowAt():], uint32(s.rows))
	if s.indexed {
		binary.BigEndian.PutUint64(r[c.indexAt():], row.index)
	} else if s.x.Numbered {
		binary.BigEndian.PutUint64(r[c.indexAt():], s.numbered[c.chain])
		if !row.base.IsZero() || !row.lbase.IsZero() {
			s.numbered[c.chain]++
		}
	}
	putAmount(r[c.amountAt():c.amountAt()+c.width], row.base)
	if c.locked {
		putAmount(r[c.amountAt()+c.width:], row.lbase)
	}
	return c.sorter.Add(r)
}

// putAmount writes a big-endian amount, 0 when it does not fit.
func putAmount(dst []byte, a merkle.Amount) {
	if a.BitLen() > 8*len(dst) {
		a = merkle.Amount{}
	}
	w := a.Words()
	for i := range dst {
		at := len(dst) - 1 - i // byte at counts from the least
		dst[i] = byte(w[at/8] >> (8 * (at % 8)))
	}
}

// getAmount reads what putAmount has written.
func getAmount(src []byte) merkle.Amount {
	var w [4]uint64
	for i, v := range src {
		at := len(src) - 1 - i
		w[at/8] |= uint64(v) << (8 * (at % 8))
	}
	return merkle.AmountFromWords(w)
}

// Sorted is the claims above 0 of one token on one chain by their keys, in a file. It may be read by several goroutines.
type Sorted struct {
	Token  int // index into Outline.Tokens
	Chain  merkle.Chain
	Len    int
	Amount merkle.Amount  // sum of amounts and locked amounts, in base units of the chain
	First  merkle.Account // the smallest by its bytes
	Locked bool           // one at least is above 0
	Wide   []WideAmount   // what is wider than External.AmountBits says: the first by claim order
	More   int            // how many more there are
	Same   []SameIndex    // repeated indexes, by claim order
	MoreOf int            // how many more there are

	file    *os.File
	account int
	width   int
	locked  bool
	index   bool
	ordered bool
	family  merkle.Family
	unit    merkle.Amount
}

// WideAmount is an amount that a contract cannot hold.
type WideAmount struct {
	Account merkle.Account
	Amount  merkle.Amount
	Locked  bool
	row     uint32
}

// ClaimRows are some claims of Sorted, aligned; amounts in base units of the chain.
type ClaimRows struct {
	Accounts []merkle.Account
	Amounts  []merkle.Amount
	Locked   []merkle.Amount // nil when none of all claims has any
	Index    []uint64        // nil when there are none
	Row      []uint32        // with External.Ordered: claim order is that of these numbers, the same for all tokens of an account on a chain; nil: it is account order

	buf []byte
}

func (f *Sorted) size() int {
	return f.account + f.width*(1+btoi(f.locked)) + 8*btoi(f.index) + 4*btoi(f.ordered)
}

// Read reads claims [lo, hi) into rows, whose memory it uses again.
func (f *Sorted) Read(lo, hi int, rows *ClaimRows) error {
	n, size := hi-lo, f.size()
	if cap(rows.buf) < n*size {
		rows.buf = make([]byte, n*size)
	}
	buf := rows.buf[:n*size]
	if got, err := f.file.ReadAt(buf, int64(lo)*int64(size)); got < len(buf) {
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		return fmt.Errorf("%s: %w", f.file.Name(), err)
	}
	rows.Accounts, rows.Amounts = rows.Accounts[:0], rows.Amounts[:0]
	if rows.Locked = rows.Locked[:0]; !f.Locked {
		rows.Locked = nil
	}
	rows.Index, rows.Row = rows.Index[:0], rows.Row[:0]
	for ; len(buf) > 0; buf = buf[size:] {
		a, err := merkle.NewAccount(f.family, buf[:f.account])
		if err != nil {
			return fmt.Errorf("%s: %w", f.file.Name(), err)
		}
		at := f.account
		rows.Accounts = append(rows.Accounts, a)
		rows.Amounts = append(rows.Amounts, getAmount(buf[at:at+f.width]))
		if at += f.width; f.locked {
			if f.Locked {
				rows.Locked = append(rows.Locked, getAmount(buf[at:at+f.width]))
			}
			at += f.width
		}
		if f.index {
			rows.Index = append(rows.Index, binary.BigEndian.Uint64(buf[at:]))
			at += 8
		}
		if f.ordered {
			rows.Row = append(rows.Row, binary.BigEndian.Uint32(buf[at:]))
		}
	}
	if !f.index {
		rows.Index = nil
	}
	if !f.ordered {
		rows.Row = nil
	}
	return nil
}

// Close closes and removes the file.
func (f *Sorted) Close() error {
	if f == nil || f.file == nil {
		return nil
	}
	err := f.file.Close()
	if gone := os.Remove(f.file.Name()); err == nil {
		err = gone
	}
	f.file = nil
	return err
}
