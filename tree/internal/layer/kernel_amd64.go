//go:build amd64 && !purego

package layer

import (
	"encoding/binary"
)

// kernels is the memory of one worker that hashes many messages at once. Padded blocks and states live here, so that a
// layer costs no allocation.
type kernels struct {
	blocks [16 * 64 * 2]byte // a block a lane: 8 or 4 of 136 bytes, 16 of 64
	state8 [200]uint64
	state4 [100]uint64
	words  [200]uint32 // 25 rows of 8 words
	// messages are those of the lanes, outs where their hashes go.
	messages, outs [16][]byte

	fixed   [136]byte // of a block, what all messages share
	lanes8  [17]uint64
	words16 [16]uint32
	hashes  [oneBlock * 32]byte // where fewer than 32 bytes of each are kept
	long    []byte              // padded messages of more than two blocks
}

// oneBlock is how many messages of one block are hashed to hashes at once; a multiple of the lanes of every kernel.
const oneBlock = 32

// most is how many groups one call of a kernel does: assembly cannot be preempted, and this is well below a millisecond.
const most = 512

// pairs hashes as many pairs of nodes as a kernel without copies can, and returns how many; 0 when there is none for the
// width and prefix.
func (k *kernels) pairs(h *Hasher, dst, src, prefix []byte, sorted bool) int {
	keccak := h.alg == Keccak256 && len(prefix) == 0
	sha := h.alg == SHA256 && len(prefix) == 1
	if h.width != 32 || !keccak && !sha {
		return 0
	}
	sort := 0
	if sorted {
		sort = 1
	}
	done, groups := 0, len(src)/(64*h.lanes)
	for groups > 0 {
		n := min(groups, most)
		d, s := &dst[32*done], &src[64*done]
		switch {
		case sha && h.level == AVX512:
			sha256Nodes16(d, s, n, int(prefix[0]), sort)
		case sha && h.level == SHANI:
			sha256Nodes2(d, s, n, int(prefix[0]), sort)
		case sha:
			sha256Nodes8(d, s, n, int(prefix[0]), sort, &k.words)
		case h.level == AVX512:
			keccakPairs8(d, s, n, sort)
		default:
			keccakPairs4(d, s, n, sort, &k.state8)
		}
		done += n * h.lanes
		groups -= n
	}
	return done
}

// short hashes as many messages of one block as the kernels that take them where they lie can; 0 when there is none for the length.
func (k *kernels) short(h *Hasher, dst, src, prefix []byte, size int) (done int) {
	length := len(prefix) + size
	switch {
	case len(src) < h.lanes*size:
		return 0
	case h.alg == SHA256 && (h.level != AVX512 || length > 55):
		return k.padded(h, dst, src, prefix, size)
	case h.level != AVX512:
		return 0
	case h.alg == Keccak256 && h.width == 32 && size == 32 && len(prefix) == 0:
		return k.bare(dst, src)
	case h.alg == Keccak256 && length <= 128:
		clear(k.fixed[:])
		copy(k.fixed[:], prefix)
		k.fixed[length] = 0x01
		k.fixed[135] |= 0x80
		for i := range k.lanes8 {
			k.lanes8[i] = binary.LittleEndian.Uint64(k.fixed[8*i:])
		}
	case h.alg == SHA256:
		clear(k.fixed[:64])
		copy(k.fixed[:], prefix)
		k.fixed[length] = 0x80
		binary.BigEndian.PutUint64(k.fixed[56:], uint64(length)*8)
		for i := range k.words16 {
			k.words16[i] = binary.BigEndian.Uint32(k.fixed[4*i:])
		}
	default:
		return 0
	}
	low, high := maskOf(len(prefix), length), maskOf(len(prefix)-64, length-64)
	for groups := len(src) / (size * h.lanes); groups > 0; {
		n, out := min(groups, most), dst[h.width*done:]
		if h.width < 32 {
			n, out = min(groups, oneBlock/h.lanes), k.hashes[:]
		}
		if h.alg == SHA256 {
			sha256Short16(&out[0], &src[size*done], n, size, len(prefix), low, &k.words16)
		} else {
			keccakBlocks8(&out[0], &src[size*done], n, size, len(prefix), low, high, &k.lanes8)
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

// group hashes exactly lanes messages of one length.
func (k *kernels) group(h *Hasher, dst, src, prefix []byte, size int) {
	for m := range h.lanes {
		k.messages[m], k.outs[m] = src[m*size:(m+1)*size], dst[m*h.width:(m+1)*h.width]
	}
	k.lanes(h, prefix)
}

// lanes hashes the messages of all lanes, which have an equal number of blocks behind prefix, to outs.
func (k *kernels) lanes(h *Hasher, prefix []byte) {
	if h.alg == SHA256 {
		k.sha(h, prefix)
		return
	}
	const rate = 136
	last := (len(prefix) + len(k.messages[0])) / rate
	clear(k.state8[:])
	clear(k.state4[:])
	for b := 0; b <= last; b++ {
		for m := range h.lanes {
			block := k.blocks[rate*m : rate*(m+1)]
			n := fill(block, prefix, k.messages[m], rate*b)
			if b == last {
				clear(block[n:])
				block[n] = 0x01
				block[rate-1] |= 0x80
			}
		}
		if h.lanes == 8 {
			keccakAbsorb8(&k.state8, &k.blocks[0])
		} else {
			keccakAbsorb4(&k.state4, &k.blocks[0], &k.state8)
		}
	}
	state := k.state4[:]
	if h.lanes == 8 {
		state = k.state8[:]
	}
	for m := range h.lanes {
		var out [32]byte
		for i := range 4 {
			binary.LittleEndian.PutUint64(out[8*i:], state[i*h.lanes+m])
		}
		copy(k.outs[m], out[:])
	}
}

// various hashes the messages that which names, all of an equal number of blocks, lanes at a time.
func (k *kernels) various(h *Hasher, dst, src, prefix []byte, ends []int, which []int) {
	for len(which) > 0 {
		n := min(h.lanes, len(which))
		for m := range h.lanes {
			i := which[min(m, n-1)] // lanes without a message of their own hash the last one again
			from := 0
			if i > 0 {
				from = ends[i-1]
			}
			k.messages[m], k.outs[m] = src[from:ends[i]], dst[i*h.width:(i+1)*h.width]
		}
		k.lanes(h, prefix)
		which = which[n:]
	}
}

// fill copies what prefix ‖ message has from an offset on into block and returns how much that was.
func fill(block, prefix, message []byte, from int) (n int) {
	if from < len(prefix) {
		n = copy(block, prefix[from:])
		from = 0
	} else {
		from -= len(prefix)
	}
	if from < len(message) {
		n += copy(block[n:], message[from:])
	}
	return n
}
