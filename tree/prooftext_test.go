package tree

import (
	"math/rand/v2"
	"strings"
	"testing"

	merkle "github.com/merkle-drop/merkle"
)

// The text of every proof is that of its hashes one by one, in any order of rows, for every profile.
func TestProofText_isTheProof(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 9))
	for p := range Profiles() {
		for _, n := range []int{1, 2, 3, 5, 8, 13, 64, 65, 200} {
			s, r := sample(t, p, uint64(n), n)
			tree := build(t, s, r)
			text := tree.ProofText()
			visit := func(row int) {
				var want []string
				for _, h := range tree.Proof(row, nil) {
					want = append(want, `"`+h.Text(p.Width)+`"`)
				}
				if got := text.Append([]byte("kept"), row); string(got) != "kept"+strings.Join(want, ",") {
					t.Fatalf("%s n %d row %d: got %s, want %s", p.Name, n, row, got, want)
				}
			}
			for pos := range tree.Len() {
				visit(tree.Row(pos))
			}
			for range 2 * n {
				visit(rng.IntN(n))
			}
		}
	}
}

func BenchmarkProofText(b *testing.B) {
	const n = 1e6
	for _, c := range []struct{ name, profile string }{{"heap", "oz-standard-v1"}, {"promote", "uniswap-v1"}} {
		tree := build(b, Spec{Profile: lookup(b, c.profile), Order: OrderProfile}, someRows(b, merkle.EVM, 1, n))
		for _, order := range []string{"tree", "rows"} {
			b.Run(c.name+"/"+order, func(b *testing.B) {
				text, dst, proofs := tree.ProofText(), make([]byte, 0, 4096), 0
				b.ReportAllocs()
				for i := 0; b.Loop(); i++ {
					row := i % n
					if order == "tree" {
						row = tree.Row(row)
					}
					dst = text.Append(dst[:0], row)
					proofs++
				}
				b.SetBytes(int64(len(dst)))
			})
		}
	}
}
