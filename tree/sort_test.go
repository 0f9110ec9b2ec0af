package tree

import (
	"cmp"
	"context"
	"math/rand/v2"
	"slices"
	"testing"
)

// keysLike are keys that a sort by digits may stumble over.
func keysLike() map[string]func(rng *rand.Rand, i, n int) uint64 {
	return map[string]func(rng *rand.Rand, i, n int) uint64{
		"random":       func(rng *rand.Rand, _, _ int) uint64 { return rng.Uint64() },
		"equal":        func(*rand.Rand, int, int) uint64 { return 0x0123456789abcdef },
		"ascending":    func(_ *rand.Rand, i, _ int) uint64 { return uint64(i) },
		"descending":   func(_ *rand.Rand, i, n int) uint64 { return uint64(n-i) << 40 },
		"few":          func(rng *rand.Rand, _, _ int) uint64 { return rng.Uint64N(5) << 61 },
		"low bits":     func(rng *rand.Rand, _, _ int) uint64 { return 7<<60 | rng.Uint64N(1<<12) },
		"one far away": func(_ *rand.Rand, i, _ int) uint64 { return ^uint64(0) * uint64(i&1) },
		"pairs":        func(_ *rand.Rand, i, _ int) uint64 { return uint64(i/2) * spread1 },
	}
}

func TestSorted_isAStableSort(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 4))
	for name, key := range keysLike() {
		for _, n := range []int{0, 1, 2, 3, 63, 64, 65, 1000, chunk, 3*chunk + 5, 17*16*chunk/10 + 1} {
			keys, tied := make([]uint64, n), make([]int, n)
			for i := range keys {
				keys[i], tied[i] = key(rng, i, n), rng.IntN(3)
			}
			want := make([]uint32, n)
			for i := range want {
				want[i] = uint32(i)
			}
			slices.SortStableFunc(want, func(a, b uint32) int {
				return cmp.Or(cmp.Compare(keys[a], keys[b]), cmp.Compare(tied[a], tied[b]))
			})
			equal := false
			for i := 1; i < n; i++ {
				equal = equal || keys[want[i-1]] == keys[want[i]]
			}
			fill := func(_, lo, hi int, out []uint64) { copy(out, keys[lo:hi]) }
			for _, w := range []int{1, 2, 5} {
				got, err := sorted(context.Background(), w, n, fill, func(a, b uint32) int {
					if keys[a] != keys[b] {
						t.Fatalf("%s n %d: asked about different keys", name, n)
					}
					return cmp.Compare(tied[a], tied[b])
				})
				if err != nil || !slices.Equal(got, want) {
					t.Fatalf("%s n %d workers %d: another order (%v)", name, n, w, err)
				}
				if some, err := anyEqual(context.Background(), w, n, fill); err != nil || some != equal {
					t.Fatalf("%s n %d workers %d: equal keys %v, want %v (%v)", name, n, w, some, equal, err)
				}
			}
		}
	}
}

func TestSorted_endsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	calls := 0
	_, err := sorted(ctx, 1, 40*chunk, func(_, lo, hi int, keys []uint64) {
		if calls++; calls == 2 {
			cancel()
		}
	}, func(a, b uint32) int { return 0 })
	if err != context.Canceled || calls > 17 {
		t.Errorf("after %d calls: %v", calls, err)
	}
}

func BenchmarkSorted(b *testing.B) {
	const n = 1 << 20
	for name, key := range keysLike() {
		b.Run(name, func(b *testing.B) {
			rng, keys := rand.New(rand.NewPCG(1, 4)), make([]uint64, n)
			for i := range keys {
				keys[i] = key(rng, i, n)
			}
			fill := func(_, lo, hi int, out []uint64) { copy(out, keys[lo:hi]) }
			b.ReportAllocs()
			for b.Loop() {
				if _, err := sorted(context.Background(), 1, n, fill, func(a, b uint32) int { return 0 }); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/key")
		})
	}
}
