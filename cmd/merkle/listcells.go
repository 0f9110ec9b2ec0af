package main

import (
	"bytes"
	"encoding/binary"
	"math/bits"

	merkle "github.com/merkle-drop/merkle"
)

// longestLine is where the tables of package alloc refuse a line, or before.
const longestLine = 1 << 20

// cutCSV divides a line of CSV. It reports false for rows that are wrong and for cells in quotes with quotes or line ends in them.
func (f *filler) cutCSV(line []byte) bool {
	if len(line) > longestLine {
		return false
	}
	for i := range f.cells {
		if i > 0 {
			if len(line) == 0 || line[0] != ',' {
				return false
			}
			line = line[1:]
		}
		if len(line) > 0 && line[0] == '"' {
			n := bytes.IndexByte(line[1:], '"')
			if n < 0 {
				return false
			}
			f.cells[i], line = line[1:1+n], line[n+2:]
			continue
		}
		n := bytes.IndexByte(line, ',')
		if n < 0 {
			n = len(line)
		}
		f.cells[i], line = line[:n], line[n:]
		if bytes.IndexByte(f.cells[i], '"') >= 0 {
			return false
		}
	}
	return len(line) == 0
}

// cutJSON divides a line of JSON whose keys stand in the order of the first line. It reports false for any other, and for escapes.
func (f *filler) cutJSON(line []byte) bool {
	if len(line) > longestLine {
		return false
	}
	begin := byte('{')
	for i, name := range f.names {
		if line = unblank(line); len(line) == 0 || line[0] != begin {
			return false
		}
		begin = ','
		line = unblank(line[1:])
		if len(line) < len(name)+3 || line[0] != '"' || string(line[1:1+len(name)]) != name || line[1+len(name)] != '"' {
			return false
		}
		if line = unblank(line[len(name)+2:]); len(line) == 0 || line[0] != ':' {
			return false
		}
		if line = unblank(line[1:]); len(line) == 0 || line[0] != '"' {
			return false
		}
		n := bytes.IndexByte(line[1:], '"')
		if n < 0 {
			return false
		}
		f.cells[i], line = line[1:1+n], line[n+2:]
		for _, c := range f.cells[i] {
			if c < ' ' || c == '\\' {
				return false
			}
		}
	}
	line = unblank(line)
	return len(line) > 0 && line[0] == '}' && len(unblank(line[1:])) == 0
}

func unblank(line []byte) []byte {
	for len(line) > 0 && (line[0] == ' ' || line[0] == '\t') {
		line = line[1:]
	}
	return line
}

// Bytes of a word that are all the same.
const (
	each   = 0x0101010101010101
	top    = 0x80 * each
	nibble = 0x0f * each
)

// readAddress reads 40 hex digits, 8 at a time, as the words of an account, and tells whether there are small and capital letters among them.
func readAddress(text *[40]byte) (words [4]uint64, small, capital, ok bool) {
	var smalls, capitals uint64
	valid := uint64(top)
	for k := range 5 {
		v := binary.LittleEndian.Uint64(text[8*k:])
		low := v &^ top // so that no sum below carries; bytes above 0x7f are refused by the last term
		digit := (low + (0x80-'0')*each) &^ (low + (0x80-'9'-1)*each)
		folded := low | 0x20*each
		letter := (folded + (0x80-'a')*each) &^ (folded + (0x80-'f'-1)*each) & top
		valid &= (digit | letter) &^ v
		smalls |= letter >> 2 & v
		capitals |= letter >> 2 &^ v
		d := v&nibble + letter>>7*9 // a digit a byte, the high one first
		d = (d<<4 | d>>8) & 0x00ff00ff00ff00ff
		d = (d | d>>8) & 0x0000ffff0000ffff
		words[k/2] |= uint64(bits.ReverseBytes32(uint32(d|d>>16))) << (32 * (1 - k%2))
	}
	return words, smalls != 0, capitals != 0, valid == top
}

// readAmount is merkle.ParseAmountBytes without a reason.
func readAmount(cell []byte) (merkle.Amount, bool) {
	n := len(cell)
	if n == 0 || n > 38 || cell[0] == '0' {
		a, err := merkle.ParseAmountBytes(cell)
		return a, err == nil
	}
	high, ok := readDigits(cell[:max(0, n-19)])
	low, also := readDigits(cell[max(0, n-19):])
	if !ok || !also {
		return merkle.Amount{}, false
	}
	w1, w0 := bits.Mul64(high, 1e19)
	w0, carry := bits.Add64(w0, low, 0)
	return merkle.AmountFromWords([4]uint64{w0, w1 + carry}), true
}

// readDigits reads at most 19 decimal digits, 8 at a time.
func readDigits(text []byte) (sum uint64, ok bool) {
	for ; len(text) >= 8; text = text[8:] {
		v := binary.LittleEndian.Uint64(text)
		if v&(0xf0*each)|(v+0x06*each)&(0xf0*each)>>4 != 0x33*each {
			return 0, false
		}
		v = v & nibble * (10<<8 + 1) >> 8
		v = v & 0x00ff00ff00ff00ff * (100<<16 + 1) >> 16
		v = v & 0x0000ffff0000ffff * (10000<<32 + 1) >> 32
		sum = sum*1e8 + v
	}
	for _, c := range text {
		if c -= '0'; c > 9 {
			return 0, false
		}
		sum = sum*10 + uint64(c)
	}
	return sum, true
}
