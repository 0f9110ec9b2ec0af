package alloc

import (
	"context"
	"sync"

	merkle "github.com/merkle-drop/merkle"
)

// How far reading runs ahead of the rule. Two batches are being filled or waiting while one is worked on; each is a few hundred kilobytes.
const (
	batchRows  = 2048
	batchBytes = 192 << 10
	batches    = 3
)

// batch is some rows of a table, with their accounts read.
type batch struct {
	text     []byte // of the cells
	cells    []cell // width cells a row
	rows     int
	accounts []accountCell
	faults   []batchFaults // in the order of rows

	letters []byte // hex digits of the addresses whose checksum is still to be compared
	mixed   []int  // their rows
	wrong   []int
}

// accountCell is what an account's text is.
type accountCell struct {
	account merkle.Account
	err     error
}

// batchFaults are the malformed rows between row-1 and row of a batch.
type batchFaults struct {
	row  int
	list []*merkle.Fault
	more int
}

// ahead reads a table in a goroutine of its own: lines are cut, checked and their accounts read while the rule works on the rows before.
// Faults of malformed rows come out between the same rows as if the table were read row by row.
type ahead struct {
	t      *Table
	col    int // of the account; below 0: none
	check  func(letters []byte, wrong []int) []int
	faults merkle.Faults // of the table, until they are in a batch

	full, free chan *batch
	ctx        context.Context
	stop       context.CancelFunc
	wait       sync.WaitGroup
}

// newAhead starts reading. The table, but for its name, belongs to the goroutine until stop has returned or full is closed.
func newAhead(ctx context.Context, t *Table, account int, check func(letters []byte, wrong []int) []int) *ahead {
	a := &ahead{t: t, col: account, check: check, full: make(chan *batch, batches), free: make(chan *batch, batches)}
	a.ctx, a.stop = context.WithCancel(ctx)
	for range batches {
		a.free <- new(batch)
	}
	t.faults = &a.faults
	a.wait.Go(a.run)
	return a
}

func (a *ahead) run() {
	defer close(a.full)
	for more := true; more; {
		select {
		case <-a.ctx.Done():
			return
		case b := <-a.free:
			more = a.fill(b)
			a.full <- b // never waits: there are no more batches than places
		}
	}
}

// fill reads rows into b; it reports false at the end of the table.
func (a *ahead) fill(b *batch) (more bool) {
	b.text, b.cells, b.rows, b.accounts, b.faults = b.text[:0], b.cells[:0], 0, b.accounts[:0], b.faults[:0]
	for more = true; more && b.rows < batchRows && len(b.text) < batchBytes; {
		more = a.t.Next()
		if len(a.faults.List) > 0 {
			b.faults = append(b.faults, batchFaults{b.rows, a.faults.List, a.faults.More})
			a.faults = merkle.Faults{}
		}
		if !more {
			break
		}
		for _, c := range a.t.cells { // a cell keeps its text when b.text grows: append copies, and the old bytes stay as they are
			from := len(b.text)
			b.text = append(b.text, c.text...)
			c.text = b.text[from:len(b.text):len(b.text)]
			b.cells = append(b.cells, c)
		}
		b.rows++
	}
	if a.col >= 0 {
		a.accounts(b)
	}
	return more
}

// accounts reads the account of every row, the checksums together.
func (a *ahead) accounts(b *batch) {
	width := len(a.t.header)
	b.letters, b.mixed = b.letters[:0], b.mixed[:0]
	for i := range b.rows {
		text := b.cells[i*width+a.col].text
		if a.check == nil {
			account, err := merkle.ParseAccountBytes(text)
			b.accounts = append(b.accounts, accountCell{account, err})
			continue
		}
		account, mixed, err := merkle.ParseAccountUnchecked(text)
		b.accounts = append(b.accounts, accountCell{account, err})
		if mixed {
			b.letters, b.mixed = append(b.letters, text[2:]...), append(b.mixed, i)
		}
	}
	if len(b.mixed) == 0 {
		return
	}
	b.wrong = a.check(b.letters, b.wrong[:0])
	for _, at := range b.wrong {
		c := &b.accounts[b.mixed[at]]
		c.account, c.err = merkle.ParseAccountBytes(b.cells[b.mixed[at]*width+a.col].text)
	}
}

// end stops reading and waits for it.
func (a *ahead) end() {
	a.stop()
	a.wait.Wait()
}

// next goes to the next row and looks after progress and cancellation.
func (s *source) next() bool {
	if s.met%65536 == 0 {
		if s.r.ctx.Err() != nil {
			s.finish()
			return false
		}
		s.r.progress(s.role, s.met, s.total)
	}
	s.met++
	if s.ahead == nil {
		s.begin()
	}
	s.row++
	for s.batch == nil || s.row >= s.batch.rows {
		if s.batch != nil {
			s.report(s.row)
			s.ahead.free <- s.batch
		}
		b, more := <-s.ahead.full
		if s.batch, s.row, s.reported = b, 0, 0; !more {
			s.finish()
			return false
		}
		s.r.roll.touch(s.batch.accounts)
	}
	s.report(s.row)
	width := len(s.header)
	s.cells = s.batch.cells[s.row*width : (s.row+1)*width]
	return true
}

// accountColumn is the place of the accounts in a row, or -1.
func (s *source) accountColumn() int {
	for i, w := range s.want {
		if w.name == "account" {
			return s.col[i]
		}
	}
	return -1
}

func (s *source) begin() {
	account := s.accountColumn()
	var check func(letters []byte, wrong []int) []int
	if s.r.o.Checksums != nil {
		check = s.r.o.Checksums()
	}
	s.ahead = newAhead(s.r.ctx, s.Table, account, check)
}

// report hands on the faults of malformed rows before a row of the batch.
func (s *source) report(row int) {
	for ; s.reported < len(s.batch.faults) && s.batch.faults[s.reported].row <= row; s.reported++ {
		f := &s.batch.faults[s.reported]
		for _, x := range f.list {
			s.r.faults.Add(x)
		}
		s.r.faults.More += f.more
	}
}

// finish ends the reading ahead; then the table is as if it had been read row by row.
func (s *source) finish() {
	if s.ahead == nil {
		return
	}
	s.ahead.end()
	s.bad += s.refused
	s.Table.faults, s.refused, s.batch, s.cells = s.r.faults, 0, nil, nil
}

// refuse adds a fault about cell i of the present row.
func (s *source) refuse(i int, field string, err error) {
	s.refused++
	c := &s.cells[i]
	s.r.faults.Add(&merkle.Fault{Pos: s.at(*c), Field: field, Value: string(c.text), Err: err})
}

// Cell is the text of cell i of the present row. The bytes are valid until next.
func (s *source) Cell(i int) []byte { return s.cells[i].text }

// Pos is the place of cell i of the present row.
func (s *source) Pos(i int) merkle.Pos { return s.at(s.cells[i]) }

// read is the account of the present row, of the column of that name.
func (s *source) read() (merkle.Account, error) {
	c := &s.batch.accounts[s.row]
	return c.account, c.err
}
