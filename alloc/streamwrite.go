package alloc

import (
	"bufio"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/holiman/uint256"

	merkle "github.com/merkle-drop/merkle"
)

// tempFile is a file of a stream that is written once and then read at any place.
type tempFile struct {
	file *os.File
	out  *bufio.Writer
	at   int64
	kept bool
}

// temp makes a file that lives as long as the outline.
func (s *stream) temp(name string) (*tempFile, error) {
	f, err := s.scratch(name)
	if err == nil {
		s.files = append(s.files, f)
	}
	return f, err
}

// scratch makes a file for whoever asks.
func (s *stream) scratch(name string) (*tempFile, error) {
	f, err := os.OpenFile(filepath.Join(s.x.Dir, name), os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	return &tempFile{file: f, out: bufio.NewWriterSize(f, s.block(16))}, nil
}

// Write appends.
func (f *tempFile) Write(p []byte) (int, error) {
	f.at += int64(len(p))
	return f.out.Write(p)
}

// Flush ends the writing.
func (f *tempFile) Flush() error {
	err := f.out.Flush()
	f.out = nil
	return err
}

// Close closes and removes the file.
func (f *tempFile) Close() error {
	if f == nil || f.file == nil {
		return nil
	}
	err := f.file.Close()
	if !f.kept {
		err = errors.Join(err, os.Remove(f.file.Name()))
	}
	f.file = nil
	return err
}

// block is the size of the buffer of one of n files.
func (s *stream) block(n int) int { return int(min(max(s.x.Memory/int64(4*n), 4<<10), 1<<20)) }

// claimWriter writes the claims of one token on one chain.
type claimWriter struct {
	s      *stream
	f      *Sorted
	out    *bufio.Writer
	chain  uint16
	record []byte
	unit   uint256.Int
	bits   int
	gain   int // place of the record of the account that takes residuals, or -1
}

// newClaims makes the file of a token on a chain, where it is; without a width in form, amounts are as wide as the pool.
func (s *stream) newClaims(k int, chain uint16, form claimForm, names int, texts *tempFile) (*claimWriter, error) {
	return s.newAmounts("claims", k, chain, form, names, texts)
}

// newAmounts is newClaims for a file whose name begins otherwise.
func (s *stream) newAmounts(name string, k int, chain uint16, form claimForm, names int, texts *tempFile) (*claimWriter, error) {
	unit, _ := merkle.AmountFromBig(s.units[k*len(s.chains)+int(chain)])
	id := s.chains[chain]
	form.account = id.Family().Width()
	if form.width == 0 {
		form.width = max(1, (s.c.Tokens[k].Pool.BitLen()+7)/8)
	}
	f := &Sorted{Token: k, Chain: id, form: form, family: id.Family(), unit: unit, hole: -1, names: names, texts: texts}
	var err error
	f.file, err = os.OpenFile(filepath.Join(s.x.Dir, fmt.Sprintf("%s-%d-%d", name, k, chain)), os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	w := &claimWriter{s: s, f: f, out: bufio.NewWriterSize(f.file, s.block(len(s.units))), chain: chain, record: make([]byte, form.size()), unit: uint256.Int(unit.Words()), bits: 256, gain: -1}
	if bits, known := s.x.AmountBits[OnChain{k, id}]; known {
		w.bits = bits
	}
	return w, nil
}

// claim is one claim in base units of its token, and what its record says besides.
type claim struct {
	raw          []byte // of the account
	account      merkle.Account
	paid, locked merkle.Amount
	index        uint64
	order        uint32
	text         [12]byte
}

// add writes a claim that is above 0, or the record of the account that takes residuals.
func (w *claimWriter) add(x *claim) error {
	f := w.f
	if w.s.gaining.is(w.chain, x.raw) {
		w.gain = f.Len
	}
	if f.Len++; w.gain != f.Len-1 || !x.paid.IsZero() || !x.locked.IsZero() {
		f.meet(x.account)
	}
	r := append(w.record[:0], x.raw...)
	for i, v := range [2]merkle.Amount{x.paid, x.locked} {
		if i == 1 && !f.form.locked {
			break
		}
		leaf := v
		if !w.unit.IsUint64() || w.unit.Uint64() != 1 {
			q := uint256.Int(v.Words())
			leaf = merkle.AmountFromWords(*q.Div(&q, &w.unit)) // multiples: floors are, and rows that are not were refused
		}
		if leaf.BitLen() > w.bits {
			f.wide(WideAmount{x.account, leaf, i == 1, x.order})
		}
		f.Locked = f.Locked || i == 1 && !leaf.IsZero()
		f.Amount, _ = f.Amount.Add(leaf)
		r = r[:len(r)+f.form.width]
		putAmount(r[len(r)-f.form.width:], leaf)
	}
	if f.form.index {
		r = binary.BigEndian.AppendUint64(r, x.index)
	}
	if f.form.order {
		r = binary.BigEndian.AppendUint32(r, x.order)
	}
	if f.form.text {
		r = append(r, x.text[:]...)
	}
	_, err := w.out.Write(r)
	return err
}

func (f *Sorted) meet(a merkle.Account) {
	if f.First.IsZero() || a.Compare(f.First) < 0 {
		f.First = a
	}
}

func (f *Sorted) wide(w WideAmount) {
	if f.Wide = append(f.Wide, w); len(f.Wide) >= 4*merkle.MaxFaults {
		f.cutWide()
	}
}

// cutWide keeps the first by claim order, of one claim the amount before the locked amount.
func (f *Sorted) cutWide() {
	slices.SortStableFunc(f.Wide, func(a, b WideAmount) int { return cmp.Or(a.Compare(b), btoi(a.Locked)-btoi(b.Locked)) })
	if over := len(f.Wide) - merkle.MaxFaults; over > 0 {
		f.More += over
		f.Wide = f.Wide[:merkle.MaxFaults]
	}
}

// rowOf is the claim order of the claim at a place of the file; 0 where rows say nothing.
func (f *Sorted) rowOf(at int) (uint32, error) {
	if !f.form.order {
		return 0, nil
	}
	buf, err := readPart(f.file, nil, int64(at)*int64(f.form.size())+int64(f.form.orderAt()), 4)
	if err != nil {
		return 0, err
	}
	return binary.BigEndian.Uint32(buf), nil
}

// grow adds to the amount of the claim at a place of the file, in base units of the chain.
func (w *claimWriter) grow(at int, more merkle.Amount) (merkle.Amount, error) {
	f := w.f
	offset := int64(at)*int64(f.form.size()) + int64(f.form.account)
	buf, err := readPart(f.file, nil, offset, f.form.width)
	if err != nil {
		return more, err
	}
	amount, fits := getAmount(buf).Add(more)
	if !fits {
		return more, fmt.Errorf("%w: token %s: a claim above 256 bits", errInternal, w.s.c.Tokens[f.Token].ID)
	}
	putAmount(buf, amount)
	if _, err := f.file.WriteAt(buf, offset); err != nil {
		return more, err
	}
	f.Amount, _ = f.Amount.Add(more)
	return amount, nil
}
