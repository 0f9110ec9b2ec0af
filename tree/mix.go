package tree

import (
	"encoding/binary"
	"math/bits"

	merkle "github.com/merkle-drop/merkle"
)

// The functions here spread values over 64 bits for anyEqual. Equal values give equal results; others may too, which costs time and
// nothing else, as whoever asks compares the values themselves then.

const (
	spread1 = 0x9e3779b97f4a7c15 // 2^64 divided by the golden ratio
	spread2 = 0xbf58476d1ce4e5b9
)

func mix(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a^spread1, b^spread2)
	return hi ^ lo
}

func mixAccount(a *merkle.Account) uint64 {
	w := a.Words()
	return mix(mix(w[0], w[1]), mix(w[2], w[3])^spread1)
}

func mixBytes(seed uint64, b []byte) uint64 {
	seed = mix(seed, uint64(len(b)))
	for ; len(b) >= 8; b = b[8:] {
		seed = mix(seed, binary.LittleEndian.Uint64(b))
	}
	var rest [8]byte
	copy(rest[:], b)
	return mix(seed, binary.LittleEndian.Uint64(rest[:]))
}

// ascending reports whether every value is above the one before.
func ascending(values []uint64) bool {
	for i := 1; i < len(values); i++ {
		if values[i-1] >= values[i] {
			return false
		}
	}
	return true
}
