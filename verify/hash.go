package verify

import (
	"bytes"
	"crypto/sha256"
	"hash"

	"golang.org/x/crypto/sha3"
)

// digest is a tree hash or a SHA-256: all profiles that this verifier knows keep 32 bytes.
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

// node is the hash of a pair after the sorted pair rule, which every known profile has: prefix, the bytewise smaller child, the other.
func (h *hasher) node(prefix []byte, a, b *digest) digest {
	if bytes.Compare(a[:], b[:]) > 0 {
		a, b = b, a
	}
	h.buf = append(append(append(h.buf[:0], prefix...), a[:]...), b[:]...)
	return h.sum(h.buf)
}
