package verify

import (
	"context"
	"fmt"
	"strings"
	"testing"
)

// BenchmarkVerifySolanaTree judges a tree file of 10,000 wallets as Jupiter's tool prints it.
func BenchmarkVerifySolanaTree(b *testing.B) {
	text := nodeFile(b, someClaims(10_000), "jupiter", 0, numbered, numbered)
	benchFile(b, textFile("tree_0.json", text), FileOptions{Decimals: -1}, len(text))
}

// BenchmarkVerifyList judges a CSV of 100,000 addresses, of which the root is given.
func BenchmarkVerifyList(b *testing.B) {
	var text strings.Builder
	text.WriteString("address,amount\n")
	var rows [][]string
	for i, a := range evmTexts(100_000) {
		rows = append(rows, []string{a, fmt.Sprint(1_000_000 + i)})
		fmt.Fprintf(&text, "%s,%d\n", a, 1_000_000+i)
	}
	root := listRoot(b, []string{"account", "amount"}, rows, candidate{profile: "hedgey-v1"})
	benchFile(b, textFile("list.csv", text.String()), FileOptions{Decimals: -1, Root: root}, text.Len())
}

func benchFile(b *testing.B, f File, o FileOptions, size int) {
	b.SetBytes(int64(size))
	b.ReportAllocs()
	for b.Loop() {
		r, err := CheckFiles(context.Background(), []File{f}, o)
		if err != nil || !r.OK() || len(r.Trees) != 1 || !r.Trees[0].Matched {
			b.Fatal(err, r)
		}
	}
}
