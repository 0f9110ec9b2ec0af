// Package layer hashes whole layers of a tree: many equal-length messages that lie end to end go in, their hashes come
// out end to end. Callers own all memory; nothing here allocates a hash. Faster kernels replace the loops behind the
// same two methods.
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
	width  int
	sponge sponge // nil for SHA256
	buf    []byte // prefix and message, SHA256 only
	out    [32]byte
}

// New returns a hasher that keeps the first width bytes (1 to 32) of each hash.
func New(alg Alg, width int) *Hasher {
	h := &Hasher{width: width}
	if alg == Keccak256 {
		h.sponge = keccak.NewLegacyKeccak256().(sponge)
	}
	return h
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
	w := h.width
	if h.sponge == nil && len(prefix) == 0 {
		for ; len(src) >= size; src, dst = src[size:], dst[w:] {
			h.out = sha256.Sum256(src[:size])
			copy(dst[:w], h.out[:])
		}
		return
	}
	for ; len(src) >= size; src, dst = src[size:], dst[w:] {
		h.Sum(dst, prefix, src[:size], nil)
	}
}

// Pairs hashes neighbours: dst[i] = hash(prefix ‖ src[2i] ‖ src[2i+1]), with the bytewise smaller of the two first
// when sorted. src holds a whole number of pairs of nodes; dst, which must not overlap src, half as many nodes.
func (h *Hasher) Pairs(dst, src, prefix []byte, sorted bool) {
	w := h.width
	for ; len(src) >= 2*w; src, dst = src[2*w:], dst[w:] {
		a, b := src[:w], src[w:2*w]
		if sorted && bytes.Compare(a, b) > 0 {
			a, b = b, a
		}
		h.Sum(dst, prefix, a, b)
	}
}
