package layer

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

// Levels are those that this machine, its operating system and this build can run, slowest first. The first is Scalar.
func Levels() (out []Level) {
	for l := Scalar; l <= SHA3; l++ {
		if l.Has() {
			out = append(out, l)
		}
	}
	return out
}

// Best is the last of Levels.
func Best() Level {
	best := SHA3
	for !best.Has() {
		best--
	}
	return best
}

// lanes is how many messages a kernel of the level hashes at once, 1 without one.
func (l Level) lanes(alg Alg) int {
	if alg == Keccak256 {
		return [...]int{1, 4, 4, 8, 2}[l]
	}
	return [...]int{1, 8, 2, 16, 1}[l]
}
