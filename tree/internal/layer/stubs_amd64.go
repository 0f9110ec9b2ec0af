//go:build amd64 && !purego

package layer

// In gen/ is what these do; go generate writes them.

//go:noescape
func keccakPairs8(dst, src *byte, groups, sorted int)

//go:noescape
func keccakShort8(dst, src *byte, groups int)

//go:noescape
func keccakBlocks8(dst, src *byte, groups, stride, shift int, low, high uint64, fixed *[17]uint64)

//go:noescape
func keccakPadded8(dst, blocks *byte, groups, n int, state *[200]uint64)

//go:noescape
func keccakPairs4(dst, src *byte, groups, sorted int, states *[200]uint64)

//go:noescape
func keccakPadded4(dst, blocks *byte, groups, n int, states *[200]uint64)

//go:noescape
func sha256Nodes16(dst, src *byte, groups, prefix, sorted int)

//go:noescape
func sha256Short16(dst, src *byte, groups, stride, shift int, mask uint64, fixed *[16]uint32)

//go:noescape
func sha256Padded16(dst, blocks *byte, groups, n int)

//go:noescape
func sha256Nodes8(dst, src *byte, groups, prefix, sorted int, words *[200]uint32)

//go:noescape
func sha256Padded8(dst, blocks *byte, groups, n int, words *[200]uint32)

//go:noescape
func sha256Nodes2(dst, src *byte, groups, prefix, sorted int)

//go:noescape
func sha256Padded2(dst, blocks *byte, groups, n int)

func hasSHA() bool

//go:noescape
func spell32(dst *byte, stride int, nodes **[32]byte, n int)

//go:noescape
func fetch32(nodes **[32]byte, n int)
