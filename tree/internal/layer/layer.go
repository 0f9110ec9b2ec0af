// Package layer hashes whole layers of a tree: many equal-length messages that lie end to end go in, their hashes come
// out end to end. Callers own all memory; nothing here allocates a hash.
//
// Messages and Pairs use the widest vector kernels of the machine (Level), Sum the library. With -tags purego, and on
// other processors than amd64 and arm64, all is the library's.
package layer

import (
	"bytes"
	"crypto/sha256"
	"hash"
	"io"

	"github.com/ethereum/go-ethereum/crypto/keccak"
)

// Alg is a hash function with 32 bytes of output.
type Alg uint8

// The hash functions.
const (
	Keccak256 Alg = 1 // the padding of Ethereum, not of FIPS 202
	SHA256    Alg = 2
)

type sponge interface {
	hash.Hash
	io.Reader // squeezes without a copy of the state
}

// Hasher keeps the state of one worker. It is not safe for concurrent use.
type Hasher struct {
	alg    Alg
	level  Level
	lanes  int // messages that a kernel hashes at once, 1 without one
	width  int
	sponge sponge // nil for SHA256
	buf    []byte // prefix and message, SHA256 only
	out    [32]byte
	many   *kernels
	rest   []byte // messages and hashes of a group that is not full
	left   []int  // messages of Various that are not hashed yet
	same   []int  // and those of them with equally many blocks
	nodes  []byte // ordered pairs for kernels that take messages
}

// New returns a hasher that keeps the first width bytes (1 to 32) of each hash, with the fastest kernels of this machine.
func New(alg Alg, width int) *Hasher { return NewAt(alg, width, Best()) }

// NewAt is New with the kernels of a level that this machine has (Level.Has).
func NewAt(alg Alg, width int, level Level) *Hasher {
	h := &Hasher{alg: alg, level: level, lanes: level.lanes(alg), width: width}
	if alg == Keccak256 {
		h.sponge = keccak.NewLegacyKeccak256().(sponge)
	}
	return h
}

// kernels is made when it is first needed: who hashes one proof does not need it.
func (h *Hasher) kernels() *kernels {
	if h.many == nil {
		h.many = new(kernels)
	}
	return h.many
}

// Width is the number of bytes kept of each hash.
func (h *Hasher) Width() int { return h.width }

// Sum writes hash(prefix ‖ a ‖ b) to dst[:width]. dst may overlap a or b.
func (h *Hasher) Sum(dst, prefix, a, b []byte) {
	if h.sponge != nil {
		h.sponge.Reset()
		h.sponge.Write(prefix)
		h.sponge.Write(a)
		h.sponge.Write(b)
		h.sponge.Read(h.out[:])
	} else {
		h.buf = append(append(append(h.buf[:0], prefix...), a...), b...)
		h.out = sha256.Sum256(h.buf)
	}
	copy(dst[:h.width], h.out[:])
}

// Messages hashes len(src)/size messages of size bytes, each behind prefix, into dst, width bytes apart.
// dst and src may be the same memory only when width is at most size. Size is at least 1.
func (h *Hasher) Messages(dst, src, prefix []byte, size int) {
	n, w := len(src)/size, h.width
	i := 0
	if h.lanes > 1 {
		for i = h.kernels().short(h, dst, src[:n*size], prefix, size); i+h.lanes <= n; i += h.lanes {
			h.kernels().group(h, dst[i*w:], src[i*size:], prefix, size)
		}
		if left := n - i; left > 1 { // a full group of which only some is used costs less than one by one
			h.rest = append(h.rest[:0], src[i*size:n*size]...)
			h.rest = append(h.rest, make([]byte, (h.lanes-left)*size+h.lanes*w)...)
			out := h.rest[h.lanes*size:]
			h.kernels().group(h, out, h.rest, prefix, size)
			copy(dst[i*w:n*w], out)
			i = n
		}
	}
	for ; i < n; i++ {
		h.Sum(dst[i*w:], prefix, src[i*size:(i+1)*size], nil)
	}
}

// Various hashes messages of any lengths that lie end to end in src, each behind prefix, into dst, width bytes apart. Message i ends at ends[i].
func (h *Hasher) Various(dst, src, prefix []byte, ends []int) {
	size := func(i int) int {
		if i == 0 {
			return ends[0]
		}
		return ends[i] - ends[i-1]
	}
	h.left = h.left[:0]
	for i := range ends {
		h.left = append(h.left, i)
	}
	for h.lanes > 1 && len(h.left) > 0 { // all of one number of blocks, then the rest
		blocks, other := h.blocks(len(prefix)+size(h.left[0])), 0
		h.same = h.same[:0]
		for _, i := range h.left {
			if h.blocks(len(prefix)+size(i)) == blocks {
				h.same = append(h.same, i)
			} else {
				h.left[other] = i
				other++
			}
		}
		h.left = h.left[:other]
		h.kernels().various(h, dst, src, prefix, ends, h.same)
	}
	for _, i := range h.left {
		h.Sum(dst[i*h.width:], prefix, src[ends[i]-size(i):ends[i]], nil)
	}
}

// blocks is how many blocks a message of a length has with its padding.
func (h *Hasher) blocks(length int) int {
	if h.alg == SHA256 {
		return (length+8)/64 + 1
	}
	return length/136 + 1
}

// Pairs hashes neighbours: dst[i] = hash(prefix ‖ src[2i] ‖ src[2i+1]), with the bytewise smaller of the two first
// when sorted. src holds a whole number of pairs of nodes; dst, which must not overlap src, half as many nodes.
func (h *Hasher) Pairs(dst, src, prefix []byte, sorted bool) {
	w, n := h.width, len(src)/(2*h.width)
	i := 0
	if h.lanes > 1 {
		i = h.kernels().pairs(h, dst, src[:2*n*w], prefix, sorted)
	}
	for h.lanes > 1 && n-i > 1 {
		part := min(n-i, 64)
		h.nodes = append(h.nodes[:0], src[2*i*w:2*(i+part)*w]...)
		for k := 0; sorted && k < part; k++ {
			a, b := h.nodes[2*k*w:(2*k+1)*w], h.nodes[(2*k+1)*w:(2*k+2)*w]
			if bytes.Compare(a, b) > 0 {
				for j := range a {
					a[j], b[j] = b[j], a[j]
				}
			}
		}
		h.Messages(dst[i*w:], h.nodes, prefix, 2*w)
		i += part
	}
	for ; i < n; i++ {
		a, b := src[2*i*w:(2*i+1)*w], src[(2*i+1)*w:(2*i+2)*w]
		if sorted && bytes.Compare(a, b) > 0 {
			a, b = b, a
		}
		h.Sum(dst[i*w:], prefix, a, b)
	}
}
