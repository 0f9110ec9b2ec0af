package layer

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"testing"
)

// levels are those that this machine can run; one that it cannot is named, as its kernels are not tested here. With
// MERKLE_LEVELS=required that is a failure: for an emulator, which has all of them.
func levels(t testing.TB) []Level {
	for _, l := range kernelsOf(runtime.GOARCH) {
		switch {
		case l.Has():
		case os.Getenv("MERKLE_LEVELS") == "required":
			t.Fatalf("no %s here", l)
		default:
			t.Logf("this machine or build has no %s: its kernels are not tested", l)
		}
	}
	return Levels()
}

// kernelsOf are all levels with kernels for a processor.
func kernelsOf(arch string) []Level {
	return map[string][]Level{"amd64": {AVX2, SHANI, AVX512}, "arm64": {SHA3}}[arch]
}

// The levels that are used are those that can run, the best of them when nobody says which.
func TestLevels_bestIsLast(t *testing.T) {
	all := Levels()
	if all[0] != Scalar || Best() != all[len(all)-1] || !slices.IsSorted(all) {
		t.Errorf("levels %v, best %s", all, Best())
	}
	for _, l := range []Level{Scalar, AVX2, SHANI, AVX512, SHA3} {
		if l.Has() != slices.Contains(all, l) {
			t.Errorf("%s: Has is %v of %v", l, l.Has(), all)
		}
	}
}

// Every level gives what the plain hash gives, for full and part groups of lanes, for messages of one block and of
// more, and in place.
func TestLevels_giveThePlainHash(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for _, level := range levels(t) {
		for _, alg := range []Alg{Keccak256, SHA256} {
			for _, width := range []int{16, 20, 32} {
				h := NewAt(alg, width, level)
				for n := range 70 {
					prefix := random(rng, rng.IntN(3)*rng.IntN(40))
					size := 1 + rng.IntN(300)
					if n%3 == 0 {
						prefix, size = nil, []int{32, 47, 55, 56, 63, 64, 119, 120, 135, 136, 137, 271, 272}[rng.IntN(13)]
					}
					src := random(rng, n*size)
					dst := make([]byte, n*width)
					h.Messages(dst, src, prefix, size)
					for i := range n {
						if want := plain(alg, width, prefix, src[i*size:(i+1)*size]); !bytes.Equal(dst[i*width:(i+1)*width], want) {
							t.Fatalf("%s alg %d width %d n %d prefix %d size %d message %d: got %x, want %x", level, alg, width, n, len(prefix), size, i, dst[i*width:(i+1)*width], want)
						}
					}
					if size >= width {
						h.Messages(src, src, prefix, size)
						if !bytes.Equal(src[:n*width], dst) {
							t.Fatalf("%s alg %d width %d n %d size %d: in place differs", level, alg, width, n, size)
						}
					}
				}
			}
		}
	}
}

// Messages of any lengths together, none among them, are what each is alone.
func TestLevels_variousLengths(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 1))
	for _, level := range levels(t) {
		for _, alg := range []Alg{Keccak256, SHA256} {
			for _, width := range []int{20, 32} {
				h := NewAt(alg, width, level)
				for n := range 80 {
					prefix, most := random(rng, rng.IntN(2)*rng.IntN(40)), 1+rng.IntN(500)
					var src []byte
					ends := make([]int, n)
					for i := range ends {
						src = append(src, random(rng, rng.IntN(most))...)
						ends[i] = len(src)
					}
					dst := make([]byte, n*width)
					h.Various(dst, src, prefix, ends)
					from := 0
					for i, end := range ends {
						if want := plain(alg, width, prefix, src[from:end]); !bytes.Equal(dst[i*width:(i+1)*width], want) {
							t.Fatalf("%s alg %d width %d: message %d of %d, %d bytes behind %d: got %x, want %x", level, alg, width, i, n, end-from, len(prefix), dst[i*width:(i+1)*width], want)
						}
						from = end
					}
				}
			}
		}
	}
}

// Pairs are ordered by all their bytes: nodes that differ in one byte only, in every place, and equal ones.
func TestLevels_orderPairs(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, level := range levels(t) {
		for _, alg := range []Alg{Keccak256, SHA256} {
			for _, width := range []int{16, 20, 32} {
				for _, prefix := range [][]byte{nil, {1}, {0xff}, {1, 2}} {
					h := NewAt(alg, width, level)
					n := 4*width + rng.IntN(20)
					src := random(rng, 2*n*width)
					for i := range 4 * width {
						a, b := src[2*i*width:(2*i+1)*width], src[(2*i+1)*width:(2*i+2)*width]
						copy(b, a)
						if i < 2*width {
							b[i/2] = []byte{0, 0x7f, 0x80, 0xff}[rng.IntN(4)]
							if i%2 == 1 {
								a[i/2], b[i/2] = b[i/2], a[i/2]
							}
						}
					}
					for _, sorted := range []bool{false, true} {
						dst := make([]byte, n*width)
						before := bytes.Clone(src)
						h.Pairs(dst, src, prefix, sorted)
						if !bytes.Equal(src, before) {
							t.Fatalf("%s alg %d width %d: the layer below was changed", level, alg, width)
						}
						for i := range n {
							a, b := src[2*i*width:(2*i+1)*width], src[(2*i+1)*width:(2*i+2)*width]
							if sorted && bytes.Compare(a, b) > 0 {
								a, b = b, a
							}
							if want := plain(alg, width, prefix, a, b); !bytes.Equal(dst[i*width:(i+1)*width], want) {
								t.Fatalf("%s alg %d width %d prefix %x sorted %v pair %d (%x, %x): got %x, want %x", level, alg, width, prefix, sorted, i, a, b, dst[i*width:(i+1)*width], want)
							}
						}
					}
				}
			}
		}
	}
}

// A layer longer than one call of a kernel does.
func TestLevels_longLayers(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	src := random(rng, 64*(16*512*2+37))
	for _, alg := range []Alg{Keccak256, SHA256} {
		for _, prefix := range [][]byte{nil, {1}} {
			want := make([]byte, len(src)/2)
			NewAt(alg, 32, Scalar).Pairs(want, src, prefix, true)
			messages := make([]byte, len(src))
			NewAt(alg, 32, Scalar).Messages(messages, src, nil, 32)
			for _, level := range levels(t) {
				got := make([]byte, len(src)/2)
				NewAt(alg, 32, level).Pairs(got, src, prefix, true)
				if !bytes.Equal(got, want) {
					t.Errorf("%s alg %d prefix %x: pairs differ", level, alg, prefix)
				}
				again := make([]byte, len(src))
				NewAt(alg, 32, level).Messages(again, src, nil, 32)
				if !bytes.Equal(again, messages) {
					t.Errorf("%s alg %d: messages differ", level, alg)
				}
			}
		}
	}
}

// Messages of very many blocks, some of them more than are hashed side by side.
func TestLevels_longMessages(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 1))
	for _, level := range levels(t) {
		for _, alg := range []Alg{Keccak256, SHA256} {
			h := NewAt(alg, 32, level)
			for _, size := range []int{5000, 64*1024 - 10, 64*1024 - 9, 70000} {
				src, dst := random(rng, 5*size), make([]byte, 5*32)
				h.Messages(dst, src, []byte{7}, size)
				for i := range 5 {
					if want := plain(alg, 32, []byte{7}, src[i*size:(i+1)*size]); !bytes.Equal(dst[32*i:32*(i+1)], want) {
						t.Fatalf("%s alg %d size %d message %d: got %x, want %x", level, alg, size, i, dst[32*i:32*(i+1)], want)
					}
				}
			}
		}
	}
}

func FuzzLevels(f *testing.F) {
	f.Add([]byte("some bytes that are hashed"), []byte{1}, uint8(5), uint8(32), true)
	f.Fuzz(func(t *testing.T, data, prefix []byte, size, width uint8, sorted bool) {
		w := 1 + int(width)%32
		s := 1 + int(size)
		for len(data) < 40*2*w+s && len(data) > 0 {
			data = append(data, data...)
		}
		for _, alg := range []Alg{Keccak256, SHA256} {
			var messages, pairs [][]byte
			for _, level := range levels(t) {
				h := NewAt(alg, w, level)
				m := make([]byte, len(data)/s*w)
				h.Messages(m, data[:len(data)/s*s], prefix, s)
				p := make([]byte, len(data)/(2*w)*w)
				h.Pairs(p, data[:len(data)/(2*w)*2*w], prefix, sorted)
				messages, pairs = append(messages, m), append(pairs, p)
			}
			for i := range messages {
				if !bytes.Equal(messages[i], messages[0]) || !bytes.Equal(pairs[i], pairs[0]) {
					t.Fatalf("alg %d level %s differs from scalar", alg, levels(t)[i])
				}
			}
		}
	})
}

// One hash of a layer of 4,096, by level, against golang.org/x/crypto or crypto/sha256.
func BenchmarkLevels(b *testing.B) {
	const n = 4096
	rng := rand.New(rand.NewPCG(9, 9))
	src, dst := random(rng, 64*n), make([]byte, 32*n)
	per := func(b *testing.B) { b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/hash") }
	for _, alg := range []Alg{Keccak256, SHA256} {
		prefix := map[Alg][]byte{SHA256: {1}}[alg]
		name := map[Alg]string{Keccak256: "keccak", SHA256: "sha256"}[alg]
		b.Run(name+"/node/peer", func(b *testing.B) {
			for b.Loop() {
				for i := range n {
					copy(dst[32*i:], plain(alg, 32, prefix, src[64*i:64*(i+1)]))
				}
			}
			per(b)
		})
		for _, level := range levels(b) {
			h := NewAt(alg, 32, level)
			for _, sorted := range []bool{false, true} {
				b.Run(fmt.Sprintf("%s/node/%s/sorted=%v", name, level, sorted), func(b *testing.B) {
					b.ReportAllocs()
					for b.Loop() {
						h.Pairs(dst, src, prefix, sorted)
					}
					per(b)
				})
			}
			for _, size := range []int{32, 48, 64} {
				count := min(n, len(src)/size)
				b.Run(fmt.Sprintf("%s/leaf%d/%s", name, size, level), func(b *testing.B) {
					b.ReportAllocs()
					for b.Loop() {
						h.Messages(dst, src[:count*size], nil, size)
					}
					per(b)
				})
			}
		}
	}
}
