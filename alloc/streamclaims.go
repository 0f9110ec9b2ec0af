package alloc

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"io"
	"os"

	merkle "github.com/merkle-drop/merkle"
)

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
	Again  bool           // several claims have one index

	file   *os.File
	kept   bool // the file stays when it is closed
	form   claimForm
	family merkle.Family
	unit   merkle.Amount
	hole   int       // place of the record that is no claim; -1: there is none
	texts  *tempFile // of own columns
	names  int       // own columns
}

// claimForm is what a record of Sorted holds: the account, the amount, and in this order what it has.
type claimForm struct {
	account int // bytes of an account
	width   int // of an amount
	locked  bool
	index   bool // 8 bytes
	order   bool // 4 bytes
	text    bool // 8 bytes of the place among the texts, 4 of the length
}

func (m *claimForm) indexAt() int { return m.account + m.width*(1+btoi(m.locked)) }
func (m *claimForm) orderAt() int { return m.indexAt() + 8*btoi(m.index) }
func (m *claimForm) textAt() int  { return m.orderAt() + 4*btoi(m.order) }
func (m *claimForm) size() int    { return m.textAt() + 12*btoi(m.text) }

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// WideAmount is an amount that a contract cannot hold.
type WideAmount struct {
	Account merkle.Account
	Amount  merkle.Amount
	Locked  bool
	row     uint32
}

// Compare is the claim order of two amounts of one chain: by row, or by account where rows say nothing. Amounts of one account are equal.
func (w WideAmount) Compare(x WideAmount) int {
	return cmp.Or(cmp.Compare(w.row, x.row), w.Account.Compare(x.Account))
}

// ClaimRows are some claims of Sorted, aligned; amounts in base units of the chain.
type ClaimRows struct {
	Accounts []merkle.Account
	Amounts  []merkle.Amount
	Locked   []merkle.Amount // nil when none of all claims has any
	Index    []uint64        // nil when there are none
	Row      []uint32        // with External.Ordered: claim order is that of these numbers, the same for all tokens of an account on a chain; nil: it is account order
	Columns  [][]string      // by column of the trees' own, then claim

	buf, text []byte
	bare      bool // columns are not read
}

// place is where claim i stands in the file.
func (f *Sorted) place(i int) int {
	if f.hole >= 0 && i >= f.hole {
		return i + 1
	}
	return i
}

// Read reads claims [lo, hi) into rows, whose memory it uses again.
func (f *Sorted) Read(lo, hi int, rows *ClaimRows) error {
	rows.clear(f)
	if lo >= hi {
		return nil
	}
	size := f.form.size()
	from, to := f.place(lo), f.place(hi-1)+1
	buf, err := readPart(f.file, rows.buf, int64(from)*int64(size), (to-from)*size)
	if rows.buf = buf; err != nil {
		return err
	}
	for at := from; at < to; at, buf = at+1, buf[size:] {
		if at == f.hole {
			continue
		}
		if err := f.read(buf[:size], rows); err != nil {
			return fmt.Errorf("%s: %w", f.file.Name(), err)
		}
	}
	return nil
}

// clear empties rows, and makes those columns nil that the claims do not have.
func (rows *ClaimRows) clear(f *Sorted) {
	rows.Accounts, rows.Amounts = rows.Accounts[:0], rows.Amounts[:0]
	if rows.Locked = rows.Locked[:0]; !f.Locked {
		rows.Locked = nil
	}
	if rows.Index = rows.Index[:0]; !f.form.index {
		rows.Index = nil
	}
	if rows.Row = rows.Row[:0]; !f.form.order {
		rows.Row = nil
	}
	if len(rows.Columns) != f.names {
		rows.Columns = make([][]string, f.names)
	}
	for i := range rows.Columns {
		rows.Columns[i] = rows.Columns[i][:0]
	}
}

// read appends one record.
func (f *Sorted) read(record []byte, rows *ClaimRows) error {
	m := &f.form
	a, err := merkle.NewAccount(f.family, record[:m.account])
	if err != nil {
		return err
	}
	rows.Accounts = append(rows.Accounts, a)
	rows.Amounts = append(rows.Amounts, getAmount(record[m.account:m.account+m.width]))
	if m.locked && f.Locked {
		rows.Locked = append(rows.Locked, getAmount(record[m.account+m.width:m.indexAt()]))
	}
	if m.index {
		rows.Index = append(rows.Index, binary.BigEndian.Uint64(record[m.indexAt():]))
	}
	if m.order {
		rows.Row = append(rows.Row, binary.BigEndian.Uint32(record[m.orderAt():]))
	}
	if !m.text || rows.bare {
		return nil
	}
	at, n := binary.BigEndian.Uint64(record[m.textAt():]), binary.BigEndian.Uint32(record[m.textAt()+8:])
	text, err := readPart(f.texts.file, rows.text, int64(at), int(n))
	if rows.text = text; err != nil {
		return err
	}
	for i := range rows.Columns {
		size, skip := binary.Uvarint(text)
		if skip <= 0 || uint64(len(text)-skip) < size {
			return io.ErrUnexpectedEOF
		}
		rows.Columns[i] = append(rows.Columns[i], string(text[skip:skip+int(size)]))
		text = text[skip+int(size):]
	}
	return nil
}

// readPart reads n bytes at a place of a file into buf, or a larger one.
func readPart(f *os.File, buf []byte, at int64, n int) ([]byte, error) {
	if cap(buf) < n {
		buf = make([]byte, n)
	}
	buf = buf[:n]
	if got, err := f.ReadAt(buf, at); got < n {
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		return buf, fmt.Errorf("%s: %w", f.Name(), err)
	}
	return buf, nil
}

// Close closes and removes the file.
func (f *Sorted) Close() error {
	if f == nil || f.file == nil {
		return nil
	}
	err := f.file.Close()
	if !f.kept {
		if gone := os.Remove(f.file.Name()); err == nil {
			err = gone
		}
	}
	f.file = nil
	return err
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
