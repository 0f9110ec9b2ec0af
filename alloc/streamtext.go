package alloc

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"sync"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/internal/extsort"
)

// textRows sorts rows that begin with an account by their bytes, through disk, into a file: canonical inputs and published tables. What follows the
// account is kept as bytes of one size, and written out only where it is needed.
type textRows struct {
	s      *stream
	sorter *extsort.Sorter
	file   *tempFile
	rows   int64
	room   int // bytes for an account
	// rest appends what follows the account, with its comma. Several goroutines call it.
	rest   func(dst []byte, chain uint16, kept []byte) []byte
	lead   int // so many bytes of what is kept order rows of one account and chain as their text does
	record []byte
	line   []byte
	texts  sync.Pool // of *[2][]byte, while rows are compared
}

// newTextRows makes the file with that name and a sorter of so much memory; kept is how many bytes a row keeps of what follows its account.
func (s *stream) newTextRows(name string, kept int, memory int64, rest func(dst []byte, chain uint16, kept []byte) []byte) (*textRows, error) {
	t := &textRows{s: s, room: merkle.EVM.Width(), rest: rest}
	for _, chain := range s.chains {
		if chain.Family() == merkle.Solana {
			t.room = base58Room
		}
	}
	t.record = make([]byte, t.keptAt()+kept)
	var err error
	if t.file, err = s.temp(name); err != nil {
		return nil, err
	}
	t.sorter, err = extsort.New(extsort.Config{Dir: s.x.Dir, Name: "rows-of-" + name, Size: len(t.record), Memory: memory, Workers: s.x.Workers, Compare: t.compare})
	return t, err
}

// newInputText is newTextRows for the canonical form of an input.
func (s *stream) newInputText(role string, kept int, rest func(dst []byte, chain uint16, kept []byte) []byte) (*textRows, error) {
	t, err := s.newTextRows("canonical-"+role, kept, s.x.Memory/2, rest)
	if t != nil {
		s.canonical[role] = t.file
	}
	return t, err
}

// The record: family (1 byte), account, chain (2), what is kept. Hex, which begins with 0, is before base58; zero bytes fill up, as they are below all
// of base58 and the comma is.
func (t *textRows) chainAt() int { return 1 + t.room }
func (t *textRows) keptAt() int  { return t.chainAt() + 2 }

func (t *textRows) chain(record []byte) uint16 { return binary.BigEndian.Uint16(record[t.chainAt():]) }

func (t *textRows) compare(a, b []byte) int {
	if c := bytes.Compare(a[:t.chainAt()], b[:t.chainAt()]); c != 0 {
		return c
	}
	x, y := a[t.keptAt():], b[t.keptAt():]
	if c := bytes.Compare(x[:t.lead], y[:t.lead]); c != 0 && t.chain(a) == t.chain(b) {
		return c
	}
	room, _ := t.texts.Get().(*[2][]byte)
	if room == nil {
		room = new([2][]byte)
	}
	defer t.texts.Put(room)
	room[0], room[1] = t.rest(room[0][:0], t.chain(a), x), t.rest(room[1][:0], t.chain(b), y)
	return bytes.Compare(room[0], room[1])
}

// begin starts the row of an entrant and returns what it keeps, zeroed, to be filled before add.
func (t *textRows) begin(e Entrant) []byte {
	r := t.record
	clear(r)
	if e.Account.Family() == merkle.Solana {
		r[0] = 1
		e.Account.AppendText(r[1:1])
	} else {
		e.Account.AppendBytes(r[1:1])
	}
	binary.BigEndian.PutUint16(r[t.chainAt():], e.Chain)
	return r[t.keptAt():]
}

// add adds the row that was begun.
func (t *textRows) add() error {
	t.rows++
	return t.sorter.Add(t.record)
}

// write writes the row of a record.
func (t *textRows) write(r []byte) error {
	dst := t.line[:0]
	if r[0] == 1 {
		dst = append(dst, bytes.TrimRight(r[1:t.chainAt()], "\x00")...)
	} else {
		a, err := merkle.NewAccount(merkle.EVM, r[1:t.chainAt()][:merkle.EVM.Width()])
		if err != nil {
			return err
		}
		dst = a.AppendText(dst)
	}
	t.line = append(t.rest(dst, t.chain(r), r[t.keptAt():]), '\n')
	_, err := t.file.Write(t.line)
	return err
}

// finish ends the adding and returns what emits the rows.
func (t *textRows) finish() (func(emit func([]byte) error) error, error) {
	err := t.s.drain(t.sorter, t.write)
	t.sorter = nil
	return t.file.lines, errors.Join(err, t.file.Flush())
}

// close lets go of the sorter when the adding has ended early.
func (t *textRows) close() error {
	if t == nil || t.sorter == nil {
		return nil
	}
	err := t.sorter.Close()
	t.sorter = nil
	return err
}

// mostTexts is how many different texts of a kind are numbered.
const mostTexts = 1 << 16

// numbered numbers texts of which there are few different ones, and keeps what each stands for. That stays where it is, so that goroutines may read
// what was numbered before they were started.
type numbered[T any] struct {
	numbers map[string]uint16
	pages   [256]*[256]T
}

// find is the number of a text that was met before.
func (t *numbered[T]) find(text []byte) (uint16, bool) {
	n, known := t.numbers[string(text)]
	return n, known
}

// add numbers another text, which stands for v. what names such texts when there are too many.
func (t *numbered[T]) add(text []byte, v T, what string) (uint16, error) {
	if len(t.numbers) == mostTexts {
		return 0, fmt.Errorf("an input with more than %d different %s %w", mostTexts, what, ErrInMemory)
	}
	if t.numbers == nil {
		t.numbers = map[string]uint16{}
	}
	n := uint16(len(t.numbers))
	t.numbers[string(text)] = n
	if t.pages[n>>8] == nil {
		t.pages[n>>8] = new([256]T)
	}
	t.pages[n>>8][n&255] = v
	return n, nil
}

// at is what the text with a number stands for.
func (t *numbered[T]) at(n uint16) *T { return &t.pages[n>>8][n&255] }
