package verify

import (
	"fmt"
	"strings"
	"testing"
)

// BenchmarkCheck verifies whole bundles with copies of their inputs; 1e6 is measured over a bundle of the command (docs/performance), since the sample writer of the tests is
// not made for it.
func BenchmarkCheck(b *testing.B) {
	for _, profile := range []string{"jito-v1", "oz-standard-v1"} {
		for _, layout := range []string{"subtree", "inline"} {
			for _, n := range []int{10_000, 100_000} {
				b.Run(fmt.Sprintf("%s/%s/%d", profile, layout, n), func(b *testing.B) {
					if n > 10_000 && testing.Short() {
						b.Skip("many claims; leave out -short")
					}
					s := sample{profile: profile, order: "account", layout: layout, n: n, shard: 256, tokens: 1, inputs: "copy"}
					bundle := s.bundle()
					b.ReportAllocs()
					b.ResetTimer()
					for range b.N {
						if r := check(b, bundle, Options{}); !r.OK() {
							b.Fatal(r.Findings)
						}
					}
				})
			}
		}
	}
}

// BenchmarkAllocate reads and allocates votes of n wallets in nine proposals.
func BenchmarkAllocate(b *testing.B) {
	for _, n := range []int{10_000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			if n > 10_000 && testing.Short() {
				b.Skip("many accounts; leave out -short")
			}
			s := sample{profile: "oz-standard-v1"}
			var votes, proposals strings.Builder
			votes.WriteString("proposal,account,power\n")
			proposals.WriteString("id,weight\n")
			for p := range 9 {
				fmt.Fprintf(&proposals, "P%d,1/%d\n", p, 1+p%3)
				for i := range n {
					fmt.Fprintf(&votes, "P%d,%s,%d\n", p, s.accountText(i), 1+(i*7919+p)%100_000)
				}
			}
			rule := "  name: jupiter-asr/v1\n  proposals: {file: p.csv}\n  votes: {file: v.csv}"
			c := fmt.Sprintf(oneToken, 0, "50000000000000", rule, "floor")
			files := map[string]string{"p.csv": proposals.String(), "v.csv": votes.String()}
			b.SetBytes(int64(votes.Len()))
			b.ReportAllocs()
			b.ResetTimer()
			for range b.N {
				if k := recompute(b, c, files); k.alloc == nil || len(k.alloc.ents) != n {
					b.Fatal(k.f.list)
				}
			}
		})
	}
}

func BenchmarkRoot(b *testing.B) {
	for _, shape := range []string{"promote", "duplicate", "heap"} {
		leaves := make([]digest, 10_000)
		for i := range leaves {
			leaves[i] = digest{byte(i), byte(i >> 8)}
		}
		b.Run(shape, func(b *testing.B) {
			s := &shaper{h: newHasher(keccak), shape: shape, width: 32}
			b.ReportAllocs()
			for range b.N {
				s.root(leaves)
			}
		})
	}
}

func BenchmarkJSON(b *testing.B) {
	s := sample{profile: "jito-v1", order: "account", layout: "subtree", n: 256, shard: 256, tokens: 5, inputs: "digest"}
	data := s.bundle()[shard0].Data
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	b.ResetTimer()
	for range b.N {
		v, err := parseJSON(data)
		if err != nil || len(appendJSON(nil, &v)) != len(data) {
			b.Fatal(err)
		}
	}
}

func BenchmarkBase58(b *testing.B) {
	text := "JUPyiwrYJFskUPiHa7hkeR8VUtAeFoSYbKedZNsDvCN"
	b.ReportAllocs()
	for range b.N {
		if _, err := parseAccount(text); err != nil {
			b.Fatal(err)
		}
	}
}
