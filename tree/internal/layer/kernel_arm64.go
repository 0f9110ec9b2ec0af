//go:build arm64 && !purego

package layer

// memory is what the kernels of this processor need.
type memory struct {
	states [50]uint64 // 25 rows of 2 quadwords
}

// nodes hashes groups of pairs of nodes where they lie.
func (k *kernels) nodes(_ *Hasher, dst, src *byte, groups int, _ []byte, sorted int) {
	keccakPairs2(dst, src, groups, sorted)
}

// fewer is for pairs that do not fill the lanes; one pair is the library's.
func (k *kernels) fewer(*Hasher, []byte, []byte, []byte, int) int { return 0 }

// padded hashes groups of messages of n blocks that are padded already.
func (k *kernels) padded(_ *Hasher, dst, blocks *byte, groups, n int) {
	keccakPadded2(dst, blocks, groups, n, &k.states)
}

// direct is for kernels that pad messages themselves; there is none.
func (k *kernels) direct(*Hasher, []byte, []byte, []byte, int) int { return 0 }

// In gen/ is what these do; go generate writes them.

//go:noescape
func keccakPairs2(dst, src *byte, groups, sorted int)

//go:noescape
func keccakPadded2(dst, blocks *byte, groups, n int, states *[50]uint64)
