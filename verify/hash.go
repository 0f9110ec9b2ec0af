package verify

import (
	"bytes"
	"crypto/sha256"
	"hash"

	"golang.org/x/crypto/sha3"
)

// digest is a tree hash or a SHA-256. Of a tree hash with fewer bytes than 32 the rest is zero.
type digest = [32]byte

type hashKind uint8

const (
	keccak hashKind = iota
	sha2
)

// hasher hashes with one function, reusing its state. It is not safe for use by several goroutines.
type hasher struct {
	h   hash.Hash
	buf []byte
	out []byte
}

func newHasher(k hashKind) *hasher {
	if k == sha2 {
		return &hasher{h: sha256.New(), buf: make([]byte, 0, 256), out: make([]byte, 0, 32)}
	}
	return &hasher{h: sha3.NewLegacyKeccak256(), buf: make([]byte, 0, 256), out: make([]byte, 0, 32)}
}

func (h *hasher) sum(p []byte) (d digest) {
	h.h.Reset()
	h.h.Write(p)
	h.out = h.h.Sum(h.out[:0])
	copy(d[:], h.out)
	return d
}

// cut keeps the first bytes of a hash, of a tree whose hashes are that short.
func (h *hasher) cut(p []byte, width int) digest {
	d := h.sum(p)
	clear(d[width:])
	return d
}

// sortPair puts the bytewise smaller child first.
func sortPair(a, b *digest) (*digest, *digest) {
	if bytes.Compare(a[:], b[:]) > 0 {
		return b, a
	}
	return a, b
}
