package tree

import (
	"bytes"
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

// Of trees with levels that are fetched ahead, too, and the hex of their leaves.
func TestProofText_large(t *testing.T) {
	for _, name := range []string{"oz-standard-v1", "uniswap-v1", "jito-v1"} {
		p := lookup(t, name)
		s, r := sample(t, p, 8, 40_000)
		tree := build(t, s, r)
		text := tree.ProofText()
		var proof []merkle.Hash
		for row := range r.Len() {
			var want []byte
			proof = tree.Proof(row, proof)
			for i, h := range proof {
				if i > 0 {
					want = append(want, ',')
				}
				want = append(h.AppendText(append(want, '"'), p.Width), '"')
			}
			if got := text.Append(nil, row); !bytes.Equal(got, want) {
				t.Fatalf("%s row %d: got %s, want %s", name, row, got, want)
			}
			leaf := tree.Leaf(row)
			if got := text.AppendLeaf([]byte("0x"), row); string(got) != leaf.Text(p.Width) {
				t.Fatalf("%s row %d: leaf %s, want %s", name, row, got, leaf.Text(p.Width))
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
