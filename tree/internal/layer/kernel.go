//go:build (amd64 || arm64) && !purego

package layer

import "encoding/binary"

// kernels is the memory of one worker that hashes many messages at once. Padded blocks and hashes live here, so that a
// layer costs no allocation.
type kernels struct {
	blocks [together * 136]byte
	hashes [together * 32]byte // where fewer than 32 bytes of each are kept
	long   []byte              // padded messages of more than two blocks
	// messages are those of the lanes, outs where their hashes go.
	messages, outs [16][]byte
	memory
}

// together is how many messages of one block are copied side by side; twice a multiple of the lanes of every kernel.
const together = 32

// most is how many groups one call of a kernel does: assembly cannot be preempted, and this is well below a millisecond.
const most = 512

// longest is how many blocks a message has at most that is hashed beside others: what is longer would need more memory, and time
// without preemption, than the library.
const longest = 1024

// pairs hashes as many pairs of nodes as a kernel without copies can, and returns how many; 0 when there is none for the
// width and prefix.
func (k *kernels) pairs(h *Hasher, dst, src, prefix []byte, sorted bool) (done int) {
	if h.width != 32 || h.alg == Keccak256 && len(prefix) != 0 || h.alg == SHA256 && len(prefix) != 1 {
		return 0
	}
	sort := 0
	if sorted {
		sort = 1
	}
	for groups := len(src) / (64 * h.lanes); groups > 0; {
		n := min(groups, most)
		k.nodes(h, &dst[32*done], &src[64*done], n, prefix, sort)
		done += n * h.lanes
		groups -= n
	}
	return done + k.fewer(h, dst[32*done:], src[64*done:], prefix, sort)
}

// short hashes as many messages of one or two blocks as fill the lanes, and returns how many.
func (k *kernels) short(h *Hasher, dst, src, prefix []byte, size int) (done int) {
	if len(src) < h.lanes*size {
		return 0
	}
	if done = k.direct(h, dst, src, prefix, size); done > 0 {
		return done
	}
	return k.copied(h, dst, src, prefix, size)
}

// copied hashes messages of one or two blocks and returns how many: what they share, prefix and padding, is written once, and
// each message copied into it.
func (k *kernels) copied(h *Hasher, dst, src, prefix []byte, size int) (done int) {
	n, block := h.blocks(len(prefix)+size), h.blockSize()
	if n > 2 {
		return 0
	}
	whole := len(src) / (size * h.lanes) * h.lanes
	slots := min(together/n, whole)
	for m := range slots {
		h.pad(k.blocks[block*n*m:block*n*(m+1)], prefix, src[:size])
	}
	for done < whole {
		count := min(slots, whole-done)
		for m := range count {
			copy(k.blocks[block*n*m+len(prefix):], src[(done+m)*size:(done+m+1)*size])
		}
		out := k.hashes[:]
		if h.width == 32 {
			out = dst[32*done:]
		}
		k.padded(h, &out[0], &k.blocks[0], count/h.lanes, n)
		for m := 0; h.width < 32 && m < count; m++ {
			copy(dst[(done+m)*h.width:(done+m+1)*h.width], k.hashes[32*m:])
		}
		done += count
	}
	return done
}

// group hashes exactly lanes messages of one length.
func (k *kernels) group(h *Hasher, dst, src, prefix []byte, size int) {
	for m := range h.lanes {
		k.messages[m], k.outs[m] = src[m*size:(m+1)*size], dst[m*h.width:(m+1)*h.width]
	}
	k.each(h, prefix)
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
		k.each(h, prefix)
		which = which[n:]
	}
}

// each hashes the messages of all lanes, which have an equal number of blocks behind prefix, to outs.
func (k *kernels) each(h *Hasher, prefix []byte) {
	n := h.blocks(len(prefix) + len(k.messages[0]))
	if n > longest {
		for m := range h.lanes {
			h.Sum(k.outs[m], prefix, k.messages[m], nil)
		}
		return
	}
	size := h.blockSize() * n
	all := k.blocks[:]
	if len(all) < size*h.lanes {
		if cap(k.long) < size*h.lanes {
			k.long = make([]byte, size*h.lanes)
		}
		all = k.long[:size*h.lanes]
	}
	for m := range h.lanes {
		h.pad(all[size*m:size*(m+1)], prefix, k.messages[m])
	}
	k.padded(h, &k.hashes[0], &all[0], 1, n)
	for m := range h.lanes {
		copy(k.outs[m], k.hashes[32*m:32*(m+1)])
	}
}

// blockSize is how many bytes a block takes in.
func (h *Hasher) blockSize() int {
	if h.alg == SHA256 {
		return 64
	}
	return 136
}

// pad writes prefix ‖ message and its padding; to is as long as its blocks.
func (h *Hasher) pad(to, prefix, message []byte) {
	n := copy(to, prefix)
	n += copy(to[n:], message)
	clear(to[n:])
	if h.alg == SHA256 {
		to[n] = 0x80
		binary.BigEndian.PutUint64(to[len(to)-8:], uint64(n)*8)
		return
	}
	to[n] = 0x01
	to[len(to)-1] |= 0x80
}
