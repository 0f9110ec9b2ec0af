package alloc

import (
	"math/big"
	"math/bits"
)

// Multi-word arithmetic on flat slices, least significant word first, for the sums that are made once a vote. Everything
// else is big.Int.

// addMul adds c·v to acc and reports whether the result fits.
func addMul(acc, c, v []big.Word) bool {
	for i, x := range v {
		if x == 0 {
			continue
		}
		var carry uint
		for j, y := range c {
			hi, lo := bits.Mul(uint(x), uint(y))
			lo, c0 := bits.Add(lo, carry, 0)
			hi += c0
			if i+j >= len(acc) {
				if lo|hi != 0 {
					return false
				}
				carry = 0
				continue
			}
			lo, c0 = bits.Add(uint(acc[i+j]), lo, 0)
			acc[i+j], carry = big.Word(lo), hi+c0
		}
		for k := i + len(c); carry != 0; k++ {
			if k >= len(acc) {
				return false
			}
			var c0 uint
			lo, c0 := bits.Add(uint(acc[k]), carry, 0)
			acc[k], carry = big.Word(lo), c0
		}
	}
	return true
}

// addWords adds v to acc and reports whether the result fits. v is not longer than acc.
func addWords(acc, v []big.Word) bool {
	var carry uint
	for i := range acc {
		var w uint
		if i < len(v) {
			w = uint(v[i])
		} else if carry == 0 {
			return true
		}
		sum, c := bits.Add(uint(acc[i]), w, carry)
		acc[i], carry = big.Word(sum), c
	}
	return carry == 0
}

// compareWords compares numbers of the same number of words.
func compareWords(a, b []big.Word) int {
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

// trimmed is w without leading zero words, as big.Int wants it. It shares w's memory.
func trimmed(w []big.Word) []big.Word {
	for len(w) > 0 && w[len(w)-1] == 0 {
		w = w[:len(w)-1]
	}
	return w
}

// wordsFor is how many words v needs.
func wordsFor(v *big.Int) int { return (v.BitLen() + bits.UintSize - 1) / bits.UintSize }
