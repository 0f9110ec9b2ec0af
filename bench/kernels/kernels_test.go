package kernels

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"testing"

	"github.com/cloudflare/circl/simd/keccakf1600"
	"github.com/ethereum/go-ethereum/crypto/keccak"
	minio "github.com/minio/sha256-simd"
	"golang.org/x/crypto/sha3"
)

const nodes = 4096

func source() []byte {
	src := make([]byte, 64*nodes)
	for i := range nodes * 2 {
		h := sha256.Sum256(binary.BigEndian.AppendUint64(nil, uint64(i)))
		copy(src[32*i:], h[:])
	}
	return src
}

// fourway hashes four messages of 64 bytes with circl's permutation of four states.
func fourway(dst, src []byte) {
	var perm keccakf1600.StateX4
	state := perm.Initialize(false)
	for lane := range 4 {
		for w := range 8 {
			state[4*w+lane] = binary.LittleEndian.Uint64(src[64*lane+8*w:])
		}
		state[4*8+lane], state[4*16+lane] = 1, 0x80<<56
	}
	perm.Permute()
	for lane := range 4 {
		for w := range 4 {
			binary.LittleEndian.PutUint64(dst[32*lane+8*w:], state[4*w+lane])
		}
	}
}

// all are the candidates: each hashes 64·n bytes of nodes to 32·n.
var all = []struct {
	name string
	alg  string
	do   func(dst, src []byte)
}{
	{"keccak/node/x-crypto", "keccak", func(dst, src []byte) {
		h := sha3.NewLegacyKeccak256()
		for i := range len(src) / 64 {
			h.Reset()
			h.Write(src[64*i : 64*i+64])
			h.Sum(dst[32*i : 32*i])
		}
	}},
	{"keccak/node/go-ethereum", "keccak", func(dst, src []byte) {
		h := keccak.NewLegacyKeccak256()
		for i := range len(src) / 64 {
			h.Reset()
			h.Write(src[64*i : 64*i+64])
			h.Sum(dst[32*i : 32*i])
		}
	}},
	{"keccak/node/circl-x4", "keccak", func(dst, src []byte) {
		for i := 0; i < len(src)/64; i += 4 {
			fourway(dst[32*i:], src[64*i:])
		}
	}},
	{"sha256/node/crypto", "sha256", func(dst, src []byte) {
		m := [65]byte{1}
		for i := range len(src) / 64 {
			copy(m[1:], src[64*i:])
			h := sha256.Sum256(m[:])
			copy(dst[32*i:], h[:])
		}
	}},
	{"sha256/node/minio", "sha256", func(dst, src []byte) {
		m := [65]byte{1}
		for i := range len(src) / 64 {
			copy(m[1:], src[64*i:])
			h := minio.Sum256(m[:])
			copy(dst[32*i:], h[:])
		}
	}},
}

// leaves are the candidates for a leaf of 32 bytes, one block: each hashes 32·n bytes to 32·n.
var leaves = []struct {
	name string
	alg  string
	do   func(dst, src []byte)
}{
	{"keccak/leaf32/x-crypto", "keccak", func(dst, src []byte) {
		h := sha3.NewLegacyKeccak256()
		for i := 0; i < len(src); i += 32 {
			h.Reset()
			h.Write(src[i : i+32])
			h.Sum(dst[i:i])
		}
	}},
	{"keccak/leaf32/go-ethereum", "keccak", func(dst, src []byte) {
		h := keccak.NewLegacyKeccak256()
		for i := 0; i < len(src); i += 32 {
			h.Reset()
			h.Write(src[i : i+32])
			h.Sum(dst[i:i])
		}
	}},
	{"sha256/leaf32/crypto", "sha256", func(dst, src []byte) {
		for i := 0; i < len(src); i += 32 {
			h := sha256.Sum256(src[i : i+32])
			copy(dst[i:], h[:])
		}
	}},
	{"sha256/leaf32/minio", "sha256", func(dst, src []byte) {
		for i := 0; i < len(src); i += 32 {
			h := minio.Sum256(src[i : i+32])
			copy(dst[i:], h[:])
		}
	}},
}

// All candidates of one hash function give the same hashes: otherwise their times could not be compared.
func TestSameHashes(t *testing.T) {
	src, want := source(), map[string][]byte{}
	same := func(kind, name string, dst []byte) {
		if want[kind] == nil {
			want[kind] = dst
		} else if !bytes.Equal(want[kind], dst) {
			t.Errorf("%s differs", name)
		}
	}
	for _, c := range all {
		dst := make([]byte, 32*nodes)
		c.do(dst, src)
		same(c.alg, c.name, dst)
	}
	for _, c := range leaves {
		dst := make([]byte, 32*nodes)
		c.do(dst, src[:32*nodes])
		same(c.alg+" leaf", c.name, dst)
	}
}

func BenchmarkNode(b *testing.B) {
	src, dst := source(), make([]byte, 32*nodes)
	for _, c := range all {
		b.Run(c.name, func(b *testing.B) { measure(b, func() { c.do(dst, src) }) })
	}
}

func BenchmarkLeaf(b *testing.B) {
	src, dst := source()[:32*nodes], make([]byte, 32*nodes)
	for _, c := range leaves {
		b.Run(c.name, func(b *testing.B) { measure(b, func() { c.do(dst, src) }) })
	}
}

func measure(b *testing.B, do func()) {
	for b.Loop() {
		do()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/nodes, "ns/hash")
}
