package layer

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"hash"
	"math/rand/v2"
	"testing"

	"golang.org/x/crypto/sha3"
)

// plain is one hash by the other implementation: golang.org/x/crypto's keccak, and sha256 as a stream.
func plain(alg Alg, width int, parts ...[]byte) []byte {
	h := map[Alg]func() hash.Hash{Keccak256: sha3.NewLegacyKeccak256, SHA256: sha256.New}[alg]()
	for _, p := range parts {
		h.Write(p)
	}
	return h.Sum(nil)[:width]
}

func random(rng *rand.Rand, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(rng.Uint32())
	}
	return b
}

func TestHasher_isThePlainHash(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	for _, alg := range []Alg{Keccak256, SHA256} {
		for _, width := range []int{16, 20, 32} {
			h := New(alg, width)
			for _, prefix := range [][]byte{nil, {0}, []byte("claim")} {
				for size := 1; size <= 300; size++ { // over the block sizes of both, 64 and 136
					src := random(rng, 3*size)
					dst := make([]byte, 3*width)
					h.Messages(dst, src, prefix, size)
					for i := range 3 {
						if want := plain(alg, width, prefix, src[i*size:(i+1)*size]); !bytes.Equal(dst[i*width:(i+1)*width], want) {
							t.Fatalf("alg %d width %d size %d message %d: got %x, want %x", alg, width, size, i, dst[i*width:(i+1)*width], want)
						}
					}
				}
				for n := range 9 {
					src := random(rng, 2*n*width)
					if n > 1 {
						copy(src[width:2*width], src[:width]) // equal children
					}
					for _, sorted := range []bool{false, true} {
						dst := make([]byte, n*width)
						h.Pairs(dst, src, prefix, sorted)
						for i := range n {
							a, b := src[2*i*width:(2*i+1)*width], src[(2*i+1)*width:(2*i+2)*width]
							if sorted && bytes.Compare(a, b) > 0 {
								a, b = b, a
							}
							if want := plain(alg, width, prefix, a, b); !bytes.Equal(dst[i*width:(i+1)*width], want) {
								t.Fatalf("alg %d width %d sorted %v pair %d: got %x, want %x", alg, width, sorted, i, dst[i*width:(i+1)*width], want)
							}
						}
					}
				}
			}
		}
	}
}

func TestHasher_allocatesNothing(t *testing.T) {
	src, dst, prefix := make([]byte, 64*64), make([]byte, 64*32), []byte{1}
	for _, alg := range []Alg{Keccak256, SHA256} {
		h := New(alg, 32)
		if n := testing.AllocsPerRun(10, func() {
			h.Messages(dst, src, prefix, 64)
			h.Pairs(dst[:32*32], src[:64*32], prefix, true)
		}); n != 0 {
			t.Errorf("alg %d: %.1f allocations for 96 hashes", alg, n)
		}
	}
}

func BenchmarkPairs(b *testing.B) {
	for _, alg := range []Alg{Keccak256, SHA256} {
		b.Run(fmt.Sprintf("alg=%d", alg), func(b *testing.B) {
			const n = 4096
			h, src, dst := New(alg, 32), random(rand.New(rand.NewPCG(1, 1)), 64*n), make([]byte, 32*n)
			b.SetBytes(64 * n)
			b.ReportAllocs()
			for b.Loop() {
				h.Pairs(dst, src, nil, true)
			}
		})
	}
}
