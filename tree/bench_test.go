package tree

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"testing"

	merkle "github.com/merkle-drop/merkle"
)

// someRows makes n different rows; the same for the same seed.
func someRows(t testing.TB, f merkle.Family, seed uint64, n int) *Rows {
	t.Helper()
	r := &Rows{Accounts: make([]merkle.Account, n), Amounts: make([]merkle.Amount, n)}
	for i := range n {
		h := sha256.Sum256(binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(nil, seed), uint64(i)))
		a, err := merkle.NewAccount(f, h[:f.Width()])
		if err != nil {
			t.Fatal(err)
		}
		r.Accounts[i] = a
		r.Amounts[i] = merkle.NewAmount(1 + binary.BigEndian.Uint64(h[24:])>>25)
	}
	return r
}

func BenchmarkBuild(b *testing.B) {
	for p := range Profiles() {
		for _, order := range []Order{OrderProfile, OrderAccount} {
			if order == OrderAccount && (p.Grouped() || !p.Has(SourceAccount)) {
				continue
			}
			for _, n := range sizes(1e4, 1e5, 1e6) {
				b.Run(fmt.Sprintf("%s/%s/n=%d", p.Name, order, n), func(b *testing.B) {
					s, r := sample(b, p, 1, n)
					s.Order = order
					b.ReportAllocs()
					for b.Loop() {
						if _, err := Build(context.Background(), s, r); err != nil {
							b.Fatal(err)
						}
					}
				})
			}
		}
	}
}

func BenchmarkProof(b *testing.B) {
	for p := range Profiles() {
		for _, n := range sizes(1e4, 1e6) {
			b.Run(fmt.Sprintf("%s/n=%d", p.Name, n), func(b *testing.B) {
				s, r := sample(b, p, 1, n)
				tree := build(b, s, r)
				proof := make([]merkle.Hash, 0, 64)
				b.ReportAllocs()
				for i := 0; b.Loop(); i++ {
					proof = tree.Proof(i%n, proof)
				}
			})
		}
	}
}

// BenchmarkPreimage is the writing of one row's bytes, by encoding and type.
func BenchmarkPreimage(b *testing.B) {
	for p := range Profiles() {
		b.Run(p.Name, func(b *testing.B) {
			s, r := sample(b, p, 1, 1000)
			tree := build(b, s, r)
			buf := make([]byte, 0, 1024)
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				buf = tree.Preimage(buf[:0], i%1000)
			}
			b.SetBytes(int64(len(buf)))
		})
	}
}

func BenchmarkVerify(b *testing.B) {
	for p := range Profiles() {
		b.Run(p.Name, func(b *testing.B) {
			s, r := sample(b, p, 1, 1e4)
			tree := build(b, s, r)
			proof, leaf, sides, root := tree.Proof(7, nil), tree.Leaf(7), tree.Sides(7), tree.Root()
			b.ReportAllocs()
			for b.Loop() {
				if p.Grouping != GroupingTwoLevel && !Verify(&p, leaf, sides, proof, root) {
					b.Fatal("proof refused")
				}
			}
		})
	}
}

func BenchmarkCut(b *testing.B) {
	tree := build(b, Spec{Profile: lookup(b, "oz-standard-v1"), Order: OrderAccount}, someRows(b, merkle.EVM, 1, 1e6))
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := tree.Cut(256); err != nil {
			b.Fatal(err)
		}
	}
}

// sizes of a benchmark, the first alone with -short: that it runs.
func sizes(all ...int) []int {
	if testing.Short() {
		return all[:1]
	}
	return all
}

// BenchmarkRootBuilder adds a million rows with as many goroutines as processors, and computes their root.
func BenchmarkRootBuilder(b *testing.B) {
	const n, piece = 1_000_000, 512
	for _, name := range []string{"oz-standard-v1", "jito-v1"} {
		b.Run(name, func(b *testing.B) {
			p := lookup(b, name)
			rows := someRows(b, p.Accounts, 1, n)
			b.ReportAllocs()
			for b.Loop() {
				builder, err := NewRootBuilder(Spec{Profile: p, Order: OrderProfile}, false)
				if err != nil {
					b.Fatal(err)
				}
				w := workers(0)
				var adders []*RootWorker
				for range w {
					adders = append(adders, builder.Worker())
				}
				builder.Grow(n)
				if err := parallel(b.Context(), w, n, func(worker, lo, hi int) {
					for ; lo < hi; lo += piece {
						to := min(lo+piece, hi)
						if !adders[worker].Add(lo, &Rows{Accounts: rows.Accounts[lo:to], Amounts: rows.Amounts[lo:to]}) {
							b.Error("refused")
						}
					}
				}); err != nil {
					b.Fatal(err)
				}
				if _, err := builder.Finish(b.Context(), n); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/row")
		})
	}
}
