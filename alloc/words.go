package alloc

import (
	"math/big"
	"math/bits"
)

// Multi-word arithmetic on flat slices of 64 bits, least significant word first, for what is made once a row or an entrant. Everything
// else is big.Int.

// addMul adds c·v to acc and reports whether the result fits.
func addMul(acc, c, v []uint64) bool {
	for i, x := range v {
		if x == 0 {
			continue
		}
		var carry, c0 uint64
		for j, y := range c {
			hi, lo := bits.Mul64(x, y)
			lo, c0 = bits.Add64(lo, carry, 0)
			hi += c0
			if i+j >= len(acc) {
				if lo|hi != 0 {
					return false
				}
				carry = 0
				continue
			}
			acc[i+j], c0 = bits.Add64(acc[i+j], lo, 0)
			carry = hi + c0
		}
		for k := i + len(c); carry != 0; k++ {
			if k >= len(acc) {
				return false
			}
			acc[k], c0 = bits.Add64(acc[k], carry, 0)
			carry = c0
		}
	}
	return true
}

// addWords adds v, without leading zero words, to acc and reports whether the result fits.
func addWords(acc, v []uint64) bool {
	if len(v) > len(acc) {
		return false
	}
	var carry uint64
	for i := range acc {
		var w uint64
		if i < len(v) {
			w = v[i]
		} else if carry == 0 {
			return true
		}
		acc[i], carry = bits.Add64(acc[i], w, carry)
	}
	return carry == 0
}

// compareWords compares numbers of the same number of words.
func compareWords(a, b []uint64) int {
	for i := len(a) - 1; i >= 0; i-- {
		if a[i] != b[i] {
			if a[i] < b[i] {
				return -1
			}
			return 1
		}
	}
	return 0
}

// trimmed is w without leading zero words. It shares w's memory.
func trimmed(w []uint64) []uint64 {
	for len(w) > 0 && w[len(w)-1] == 0 {
		w = w[:len(w)-1]
	}
	return w
}

// wordsFor is how many words v needs.
func wordsFor(v *big.Int) int { return (v.BitLen() + 63) / 64 }

// wordsOf writes v, which is not below 0, to the words of dst and reports whether it fits.
func wordsOf(dst []uint64, v *big.Int) bool {
	clear(dst)
	for i, w := range v.Bits() {
		at := i * bits.UintSize / 64
		if at >= len(dst) {
			return false
		}
		dst[at] |= uint64(w) << (i * bits.UintSize % 64)
	}
	return true
}

// setWords sets z to w. room is what z keeps; it is returned as it has grown.
func setWords(z *big.Int, room []big.Word, w []uint64) []big.Word {
	room = appendWords(room[:0], w...)
	z.SetBits(room)
	return room
}
