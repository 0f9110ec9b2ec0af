package main

import (
	"encoding/binary"
	"math/bits"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/tree"
)

// step is how a cell of a line is read that is not looked for first: its contents end where they are no longer what they should be.
type step uint8

const (
	stepAccount step = iota // an EVM address
	stepAmount
	stepLocked
	stepIndex
)

// steps are those of a list of EVM addresses and numbers; nil for others.
func (l *list) steps() (steps []step) {
	if l.profile.Accounts != merkle.EVM {
		return nil
	}
	for _, c := range l.cols {
		if c.field < 0 || c.number != nil || c.same || c.absent != nil {
			return nil
		}
		switch l.profile.Fields[c.field].Source {
		case tree.SourceAccount:
			steps = append(steps, stepAccount)
		case tree.SourceAmount:
			steps = append(steps, stepAmount)
		case tree.SourceLocked:
			steps = append(steps, stepLocked)
		case tree.SourceIndex:
			steps = append(steps, stepIndex)
		default:
			return nil
		}
	}
	return steps
}

// plainLine reads the row in hand i from a line that has nothing but what most lines have, and returns what stands behind it. It reports false for
// any other line, which is then to be read again, and at the end of text.
func (f *filler) plainLine(text []byte, i int) (rest []byte, ok bool) {
	if len(f.steps) == 0 {
		return nil, false
	}
	r := f.rows
	for k, s := range f.steps {
		if k > 0 {
			if text[0] != ',' { // there is one: each step leaves some
				return nil, false
			}
			text = text[1:]
		}
		if s == stepAccount {
			if len(text) <= 44 || text[0] != '0' || text[1] != 'x' {
				return nil, false
			}
			letters := (*[40]byte)(text[2:])
			words, small, capital, ok := readAddress(letters)
			if !ok || capital && !small {
				return nil, false
			}
			if capital {
				f.letters = append(f.letters, letters[:]...)
			}
			a := merkle.AccountFromWords(merkle.EVM, words)
			r.Accounts[i], f.kinds[i] = a, a.Kind()
			if f.kinds[i] == merkle.KindZero {
				return nil, false
			}
			text = text[42:]
			continue
		}
		if len(text) <= numberRoom+1 {
			return nil, false
		}
		high, low, n := leadingNumber((*[numberRoom]byte)(text))
		if n == 0 || n > 1 && text[0] == '0' {
			return nil, false
		}
		text = text[n:]
		switch s {
		case stepAmount:
			r.Amounts[i] = merkle.AmountFromWords([4]uint64{low, high})
		case stepLocked:
			r.Locked[i] = merkle.AmountFromWords([4]uint64{low, high})
		case stepIndex:
			if r.Index[i] = low; high != 0 {
				return nil, false
			}
		}
	}
	if text[0] == '\r' {
		text = text[1:]
	}
	if text[0] != '\n' {
		return nil, false
	}
	return text[1:], true
}

// numberRoom is how many bytes leadingNumber looks at.
const numberRoom = 24

// leadingNumber reads the digits at the beginning of text, 8 at a time: their number n, and their value as 2^64·high + low.
func leadingNumber(text *[numberRoom]byte) (high, low uint64, n int) {
	v, k := leadingDigits(binary.LittleEndian.Uint64(text[:]))
	if k < 8 {
		return 0, v, k
	}
	w, k := leadingDigits(binary.LittleEndian.Uint64(text[8:]))
	v = v*powers10[k] + w
	if k < 8 {
		return 0, v, 8 + k
	}
	w, k = leadingDigits(binary.LittleEndian.Uint64(text[16:]))
	high, low = bits.Mul64(v, powers10[k])
	low, carry := bits.Add64(low, w, 0)
	return high + carry, low, 16 + k
}

// leadingDigits is the value of the decimal digits that 8 letters, the first in the lowest byte, begin with, and how many these are.
func leadingDigits(v uint64) (value uint64, n int) {
	v ^= '0' * each
	other := (v + 0x76*each | v) & top // what is above 9; a carry goes to letters behind it only
	n = bits.TrailingZeros64(other) / 8
	v <<= uint(64 - 8*n) // zeros before the digits
	v = v * (10<<8 + 1) >> 8
	v = v & 0x00ff00ff00ff00ff * (100<<16 + 1) >> 16
	return v & 0x0000ffff0000ffff * (10000<<32 + 1) >> 32, n
}

// powers10 is 10 to the 0 to 8.
var powers10 = [9]uint64{1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000}
