package layer

import "slices"

//go:generate go run ./gen

// Level is an instruction set that kernels are written for.
type Level uint8

// The levels, of x86 each faster than the one before. Every one gives the same bytes.
const (
	Scalar Level = iota // one hash at a time, by the library
	AVX2                // 4 Keccak states, 8 SHA-256 states at once
	SHANI               // 4 Keccak states by AVX2, 2 SHA-256 states by the SHA instructions
	AVX512              // 8 Keccak states, 16 SHA-256 states at once
	SHA3                // arm64: 2 Keccak states by the SHA3 instructions; SHA-256 is the library's, which has instructions for it
)

// String names the level.
func (l Level) String() string { return [...]string{"scalar", "avx2", "shani", "avx512", "sha3"}[l] }

// Best is the fastest level that this machine and its operating system can run.
func Best() Level {
	all := Levels()
	return all[len(all)-1]
}

// Has reports whether this machine, its operating system and this build can run the level.
func (l Level) Has() bool { return slices.Contains(Levels(), l) }

// lanes is how many messages a kernel of the level hashes at once, 1 without one.
func (l Level) lanes(alg Alg) int {
	if alg == Keccak256 {
		return [...]int{1, 4, 4, 8, 2}[l]
	}
	return [...]int{1, 8, 2, 16, 1}[l]
}
