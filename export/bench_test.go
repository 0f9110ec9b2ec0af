package export

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/merkle-drop/merkle/alloc"
)

// proRata is an allocation of five tokens to n accounts by weight.
func proRata(b *testing.B, n int, profile, proofs string) *alloc.Allocation {
	b.Helper()
	s := sample{profile: profile}
	var yaml, list strings.Builder
	chain, kind := solanaChain, "token"
	if s.evm() {
		chain, kind = evmChain, "erc20"
	}
	yaml.WriteString("format: merkle-campaign/v1\nid: bench\ntokens:\n")
	for k := range 5 {
		fmt.Fprintf(&yaml, "  T%d: {asset: \"%s/%s:%s\", decimals: 9, pool: \"50000000\"}\n", k, chain, kind, s.account(-1-k).Text())
	}
	yaml.WriteString("rule: {name: pro-rata/v1, weights: {file: weights.csv}, duplicates: error}\n")
	yaml.WriteString("rounding: {method: floor, at: account-token, residual: {to: treasury}}\ntrees:\n")
	for k := range 5 {
		fmt.Fprintf(&yaml, "  - {id: t%d, tokens: [T%d], profile: %s, order: account, split: 0}\n", k, k, profile)
	}
	fmt.Fprintf(&yaml, "publish: {proofs: %s, shard: 256, inputs: copy}\n", proofs)
	list.WriteString("account,weight\n")
	for i := range n {
		fmt.Fprintf(&list, "%s,%d\n", s.account(i).Text(), 10+i*7919%100003)
	}
	return allocation(b, yaml.String(), map[string]string{"weights.csv": list.String()})
}

// BenchmarkWrite writes bundles of five tokens. Run the largest with -benchtime 1x.
func BenchmarkWrite(b *testing.B) {
	for _, n := range []int{1e4, 1e5, 1e6} {
		for _, kind := range []struct{ profile, proofs string }{{"jito-v1", "subtree"}, {"uniswap-v1", "subtree"}, {"jito-v1", "inline"}} {
			if n == 1e6 && (kind.proofs == "inline" || testing.Short()) {
				continue // inline would be 6 GB
			}
			b.Run(fmt.Sprintf("%s/%s/n=%d", kind.profile, kind.proofs, n), func(b *testing.B) {
				a := proRata(b, n, kind.profile, kind.proofs)
				trees, err := Trees(context.Background(), a, Options{})
				if err != nil {
					b.Fatal(err)
				}
				dir := b.TempDir()
				b.ReportAllocs()
				for i := 0; b.Loop(); i++ {
					m, err := Write(context.Background(), filepath.Join(dir, fmt.Sprint(i)), a, trees, Options{})
					if err != nil {
						b.Fatal(err)
					}
					b.SetBytes(m.Files.Bytes)
					b.ReportMetric(float64(m.Files.Bytes)/float64(n*5), "B/claim")
					b.StopTimer()
					os.RemoveAll(filepath.Join(dir, fmt.Sprint(i)))
					b.StartTimer()
				}
			})
		}
	}
}

func BenchmarkTrees(b *testing.B) {
	for _, n := range []int{1e4, 1e5, 1e6} {
		if n == 1e6 && testing.Short() {
			continue
		}
		b.Run(fmt.Sprintf("jito-v1/tokens=5/n=%d", n), func(b *testing.B) {
			a := proRata(b, n, "jito-v1", "subtree")
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Trees(context.Background(), a, Options{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkFind(b *testing.B) {
	for _, proofs := range []string{"subtree", "inline"} {
		b.Run(proofs+"/tokens=5/n=20000", func(b *testing.B) {
			a := proRata(b, 20000, "jito-v1", proofs)
			trees, err := Trees(context.Background(), a, Options{})
			if err != nil {
				b.Fatal(err)
			}
			dir := filepath.Join(b.TempDir(), "bundle")
			if _, err := Write(context.Background(), dir, a, trees, Options{}); err != nil {
				b.Fatal(err)
			}
			r, err := Open(os.DirFS(dir))
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				if got, err := r.Find(sample{profile: "jito-v1"}.account(i * 7 % 20000)); err != nil || len(got) != 5 {
					b.Fatalf("got %d claims, %v", len(got), err)
				}
			}
		})
	}
}
