//go:build amd64 && !purego

package layer

import "encoding/binary"

// memory is what the kernels of this processor need.
type memory struct {
	states  [200]uint64 // 25 rows of 8 quadwords, or two states of 4
	words   [200]uint32 // 25 rows of 8 words
	fixed   [136]byte   // of a block, what all messages share
	fixed64 [17]uint64
	fixed32 [16]uint32
}

// nodes hashes groups of pairs of nodes where they lie.
func (k *kernels) nodes(h *Hasher, dst, src *byte, groups int, prefix []byte, sorted int) {
	switch {
	case h.alg == SHA256 && h.level == AVX512:
		sha256Nodes16(dst, src, groups, int(prefix[0]), sorted)
	case h.alg == SHA256 && h.level == SHANI:
		sha256Nodes2(dst, src, groups, int(prefix[0]), sorted)
	case h.alg == SHA256:
		sha256Nodes8(dst, src, groups, int(prefix[0]), sorted, &k.words)
	case h.level == AVX512:
		keccakPairs8(dst, src, groups, sorted)
	default:
		keccakPairs4(dst, src, groups, sorted, &k.states)
	}
}

// fewer hashes pairs of nodes that do not fill the lanes, by the kernel of another level where that is faster, and returns
// how many: the upper layers of a small tree are nothing else.
func (k *kernels) fewer(h *Hasher, dst, src, prefix []byte, sorted int) int {
	n := len(src) / (2 * 64)
	if n == 0 || h.alg != SHA256 || h.level != AVX512 || !SHANI.Has() {
		return 0
	}
	sha256Nodes2(&dst[0], &src[0], n, int(prefix[0]), sorted)
	return 2 * n
}

// padded hashes groups of messages of n blocks that are padded already.
func (k *kernels) padded(h *Hasher, dst, blocks *byte, groups, n int) {
	switch {
	case h.alg == SHA256 && h.level == AVX512:
		sha256Padded16(dst, blocks, groups, n)
	case h.alg == SHA256 && h.level == SHANI:
		sha256Padded2(dst, blocks, groups, n)
	case h.alg == SHA256:
		sha256Padded8(dst, blocks, groups, n, &k.words)
	case h.level == AVX512:
		keccakPadded8(dst, blocks, groups, n, &k.states)
	default:
		keccakPadded4(dst, blocks, groups, n, &k.states)
	}
}

// direct hashes as many messages of one block as the kernels that take them where they lie can; 0 when there is none for the
// level or length.
func (k *kernels) direct(h *Hasher, dst, src, prefix []byte, size int) (done int) {
	length := len(prefix) + size
	switch {
	case h.level != AVX512:
		return 0
	case h.alg == Keccak256 && h.width == 32 && size == 32 && len(prefix) == 0:
		return k.bare(dst, src)
	case h.alg == Keccak256 && length <= 128:
		clear(k.fixed[:])
		copy(k.fixed[:], prefix)
		k.fixed[length] = 0x01
		k.fixed[135] |= 0x80
		for i := range k.fixed64 {
			k.fixed64[i] = binary.LittleEndian.Uint64(k.fixed[8*i:])
		}
	case h.alg == SHA256 && length <= 55:
		clear(k.fixed[:64])
		copy(k.fixed[:], prefix)
		k.fixed[length] = 0x80
		binary.BigEndian.PutUint64(k.fixed[56:], uint64(length)*8)
		for i := range k.fixed32 {
			k.fixed32[i] = binary.BigEndian.Uint32(k.fixed[4*i:])
		}
	default:
		return 0
	}
	low, high := maskOf(len(prefix), length), maskOf(len(prefix)-64, length-64)
	for groups := len(src) / (size * h.lanes); groups > 0; {
		n, out := min(groups, most), dst[h.width*done:]
		if h.width < 32 {
			n, out = min(groups, together/h.lanes), k.hashes[:]
		}
		if h.alg == SHA256 {
			sha256Short16(&out[0], &src[size*done], n, size, len(prefix), low, &k.fixed32)
		} else {
			keccakBlocks8(&out[0], &src[size*done], n, size, len(prefix), low, high, &k.fixed64)
		}
		for m := 0; h.width < 32 && m < n*h.lanes; m++ {
			copy(dst[(done+m)*h.width:(done+m+1)*h.width], k.hashes[32*m:])
		}
		done += n * h.lanes
		groups -= n
	}
	return done
}

// maskOf has the bits from lo to below hi, as far as these are of a word.
func maskOf(lo, hi int) uint64 {
	lo, hi = max(lo, 0), min(hi, 64)
	if lo >= hi {
		return 0
	}
	return (^uint64(0) >> (64 - (hi - lo))) << lo
}

// bare hashes messages of 32 bytes.
func (k *kernels) bare(dst, src []byte) (done int) {
	for groups := len(src) / (32 * 8); groups > 0; {
		n := min(groups, most)
		keccakShort8(&dst[32*done], &src[32*done], n)
		done += 8 * n
		groups -= n
	}
	return done
}
