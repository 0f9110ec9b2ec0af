package alloc

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/internal/extsort"
)

// canonicalText makes the canonical form of an input of rows with an account and a number, and perhaps a proposal before and a time behind it:
// rows by their bytes, sorted through disk, in a file.
type canonicalText struct {
	s       *stream
	sorter  *extsort.Sorter // nil: rows stay as they are read
	file    *tempFile
	cells   [][]byte // what rows begin with, by rank, with the comma
	tails   [][]byte // what stands between account and number, by rank, with a comma before; nil: nothing
	room    int      // bytes for an account
	number  int      // bytes for the digits of a number
	chain   bool
	time    bool
	before  bool // the time stands before the number, as it is
	joined  bool // and has the comma, and whatever else stands between them
	first   bool // the chain stands before the number
	longest int  // bytes of the longest time
	record  []byte
	line    []byte
}

// longestTime is the longest text of a time that is kept in a record: two of RFC 3339 with seconds and an offset, and a comma, or one with nanoseconds.
const longestTime = 51

// newCanonical makes one for an input with a chain column or not, rows that begin with one of cells, and with times or not.
func (s *stream) newCanonical(src *source, name string, chainCol, number int) (*canonicalText, error) {
	return s.newText(name, src.has(chainCol), number)
}

// newText makes one for rows with a chain or not; number is bytes of the digits of a number, and 0 when rows have none.
func (s *stream) newText(name string, chain bool, number int) (*canonicalText, error) {
	t := &canonicalText{s: s, number: number, chain: chain, room: merkle.EVM.Width(), longest: longestTime}
	for _, chain := range s.chains {
		if chain.Family() == merkle.Solana {
			t.room = base58Room
		}
	}
	var err error
	t.file, err = s.temp("canonical-" + name)
	s.canonical[name] = t.file
	return t, err
}

// The record: rank (2 bytes), family (1), account, chain (2), scale (1), digits, and the time with its length before it.
func (t *canonicalText) chainAt() int { return 3 + t.room }
func (t *canonicalText) digitAt() int { return t.chainAt() + 3 }
func (t *canonicalText) timeAt() int  { return t.digitAt() + t.number }
func (t *canonicalText) size() int    { return t.timeAt() + (1+t.longest)*btoi(t.time) }

// sort has rows sorted; cells and time are set before.
func (t *canonicalText) sort(memory int64) (err error) {
	t.sorter, err = extsort.New(extsort.Config{Dir: t.s.x.Dir, Name: "text", Size: t.size(), Memory: memory, Workers: t.s.x.Workers, Compare: t.compare})
	return err
}

// compare orders rows by their bytes. Accounts are compared as their texts are: hex, which begins with 0, before base58; zero bytes fill up, as they
// are below all of base58 and the comma is.
func (t *canonicalText) compare(a, b []byte) int {
	if c := bytes.Compare(a[:t.chainAt()], b[:t.chainAt()]); c != 0 {
		return c
	}
	if t.before { // times mostly differ
		x, y := t.timeOf(a), t.timeOf(b)
		n := min(len(x), len(y))
		if c := bytes.Compare(x[:n], y[:n]); c != 0 {
			return c
		}
	}
	var x, y [192]byte // several goroutines compare
	return bytes.Compare(t.rest(x[:0], a), t.rest(y[:0], b))
}

// timeOf is the time of a record.
func (t *canonicalText) timeOf(r []byte) []byte { return r[t.timeAt()+1:][:r[t.timeAt()]] }

// add adds a row: the rank of what it begins with, the account, digits·10^-scale, and the time's text.
func (t *canonicalText) add(rank int, e Entrant, digits merkle.Amount, scale uint8, time []byte) error {
	if t.record == nil {
		t.record = make([]byte, t.size())
	}
	r := t.record
	clear(r)
	binary.BigEndian.PutUint16(r, uint16(rank))
	if e.Account.Family() == merkle.Solana {
		r[2] = 1
		e.Account.AppendText(r[3:3])
	} else {
		e.Account.AppendBytes(r[3:3])
	}
	binary.BigEndian.PutUint16(r[t.chainAt():], e.Chain)
	r[t.chainAt()+2] = scale
	putAmount(r[t.digitAt():t.timeAt()], digits)
	if t.time {
		if len(time) > t.longest {
			return fmt.Errorf("a time of more than %d characters %w", t.longest, ErrInMemory)
		}
		r[t.timeAt()] = byte(len(time))
		copy(r[t.timeAt()+1:], time)
	}
	if t.sorter != nil {
		return t.sorter.Add(r)
	}
	return t.write(r)
}

// write writes the row of a record.
func (t *canonicalText) write(r []byte) error {
	dst := t.line[:0]
	if t.cells != nil {
		dst = append(dst, t.cells[binary.BigEndian.Uint16(r)]...)
	}
	if r[2] == 1 {
		dst = append(dst, bytes.TrimRight(r[3:t.chainAt()], "\x00")...)
	} else {
		a, err := merkle.NewAccount(merkle.EVM, r[3:3+merkle.EVM.Width()])
		if err != nil {
			return err
		}
		dst = a.AppendText(dst)
	}
	t.line = append(t.rest(dst, r), '\n')
	_, err := t.file.Write(t.line)
	return err
}

// rest appends what follows the account.
func (t *canonicalText) rest(dst, r []byte) []byte {
	var time []byte
	if t.time {
		time = t.timeOf(r)
	}
	if t.before {
		dst = append(append(dst, ','), time...)
	}
	if t.first {
		dst = append(append(dst, ','), t.s.chains[binary.BigEndian.Uint16(r[t.chainAt():])]...)
	}
	if t.tails != nil {
		dst = append(dst, t.tails[binary.BigEndian.Uint16(r)]...)
	}
	if !t.joined && t.number > 0 {
		dst = append(dst, ',')
	}
	if t.number > 0 {
		dst = appendDecimal(dst, getAmount(r[t.digitAt():t.timeAt()]), int(r[t.chainAt()+2]))
	}
	if t.chain && !t.first {
		dst = append(append(dst, ','), t.s.chains[binary.BigEndian.Uint16(r[t.chainAt():])]...)
	}
	if t.time && !t.before {
		dst = appendCell(append(dst, ','), time)
	}
	return dst
}

// finish ends the adding and returns what emits the rows.
func (t *canonicalText) finish() (func(emit func([]byte) error) error, error) {
	var err error
	if t.sorter != nil {
		err = t.s.drain(t.sorter, t.write)
		t.sorter = nil
	}
	return t.file.lines, errors.Join(err, t.file.Flush())
}

// close lets go of the sorter when the adding has ended early.
func (t *canonicalText) close() {
	if t.sorter != nil {
		t.sorter.Close() //nolint:errcheck // what is left is removed with the directory, and why the adding ended is told
	}
}

// lines calls emit with runs of whole lines, without the last newline.
func (f *tempFile) lines(emit func([]byte) error) error {
	buf := make([]byte, 0, 1<<16)
	for at := int64(0); ; {
		n, err := f.file.ReadAt(buf[len(buf):cap(buf)], at)
		at += int64(n)
		if buf = buf[:len(buf)+n]; err != nil && err != io.EOF {
			return err
		}
		end := bytes.LastIndexByte(buf, '\n')
		if end < 0 && err == io.EOF {
			if len(buf) > 0 {
				return fmt.Errorf("%s: %w", f.file.Name(), io.ErrUnexpectedEOF)
			}
			return nil
		}
		if end < 0 { // a line longer than the buffer
			buf = append(make([]byte, 0, 2*cap(buf)), buf...)
			continue
		}
		if err := emit(buf[:end]); err != nil {
			return err
		}
		buf = append(buf[:0], buf[end+1:]...)
	}
}
