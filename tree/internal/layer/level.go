package layer

//go:generate go run ./gen

// Level is an instruction set that kernels are written for.
type Level uint8

// The levels, each faster than the one before. Every one gives the same bytes.
const (
	Scalar Level = iota // one hash at a time, by the library
	AVX2                // 4 Keccak states at once
	AVX512              // 8 Keccak states, 16 SHA-256 states at once
)

// String names the level.
func (l Level) String() string { return [...]string{"scalar", "avx2", "avx512"}[l] }

// lanes is how many messages a kernel of the level hashes at once, 1 without one.
func (l Level) lanes(alg Alg) int {
	switch {
	case l == AVX512 && alg == Keccak256:
		return 8
	case l == AVX512:
		return 16
	case l == AVX2 && alg == Keccak256:
		return 4
	}
	return 1
}
