//go:build amd64 && !purego

package layer

import "encoding/binary"

// block writes block b of prefix ‖ message with its padding, of which the last one has the length.
func block(to, prefix, message []byte, b int, last bool) {
	length := len(prefix) + len(message)
	if n := fill(to, prefix, message, 64*b); n < 64 {
		clear(to[n:])
		if at := length - 64*b; at >= 0 {
			to[at] = 0x80
		}
	}
	if last {
		binary.BigEndian.PutUint64(to[56:], uint64(length)*8)
	}
}

// longest is how many blocks a message has at most that is hashed beside others: what is longer would need more
// memory, and time without preemption, than the library.
const longest = 1024

// sha hashes the messages of all lanes, each padded as a whole.
func (k *kernels) sha(h *Hasher, prefix []byte) {
	n := h.blocks(len(prefix) + len(k.messages[0]))
	if n > longest {
		for m := range h.lanes {
			h.Sum(k.outs[m], prefix, k.messages[m], nil)
		}
		return
	}
	if need := 64 * n * h.lanes; cap(k.long) < need {
		k.long = make([]byte, need)
	}
	all := k.long[:64*n*h.lanes]
	for m := range h.lanes {
		for b := range n {
			at := 64 * (n*m + b)
			block(all[at:at+64], prefix, k.messages[m], b, b == n-1)
		}
	}
	k.blocksOf(h, k.hashes[:], all, 1, n)
	for m := range h.lanes {
		copy(k.outs[m], k.hashes[32*m:32*(m+1)])
	}
}

// blocksOf calls the kernel for groups of padded messages of n blocks.
func (k *kernels) blocksOf(h *Hasher, dst, blocks []byte, groups, n int) {
	switch h.level {
	case AVX512:
		sha256Padded16(&dst[0], &blocks[0], groups, n)
	case SHANI:
		sha256Padded2(&dst[0], &blocks[0], groups, n)
	default:
		sha256Padded8(&dst[0], &blocks[0], groups, n, &k.words)
	}
}

// padded hashes messages of one or two blocks and returns how many: what they share, prefix and padding, is written once, and each message copied into it.
func (k *kernels) padded(h *Hasher, dst, src, prefix []byte, size int) (done int) {
	n := h.blocks(len(prefix) + size)
	if n > 2 {
		return 0
	}
	whole := len(src) / (size * h.lanes) * h.lanes
	slots := min(oneBlock/n, whole)
	for m := range slots {
		for b := range n {
			at := 64 * (n*m + b)
			block(k.blocks[at:at+64], prefix, src[:size], b, b == n-1)
		}
	}
	for done < whole {
		count := min(slots, whole-done)
		for m := range count {
			copy(k.blocks[64*n*m+len(prefix):], src[(done+m)*size:(done+m+1)*size])
		}
		out := k.hashes[:]
		if h.width == 32 {
			out = dst[32*done:]
		}
		k.blocksOf(h, out, k.blocks[:], count/h.lanes, n)
		for m := 0; h.width < 32 && m < count; m++ {
			copy(dst[(done+m)*h.width:(done+m+1)*h.width], k.hashes[32*m:])
		}
		done += count
	}
	return done
}
