package main

import (
	"slices"
	"testing"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/alloc"
	"pgregory.net/rapid"
)

// TestSizesAreThoseOfSortedClaims: many claims of few kinds of sizes, so that telling apart goes on to the last bit, and wide ones.
func TestSizesAreThoseOfSortedClaims(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		base := [4]uint64{rapid.Uint64().Draw(t, "low"), rapid.Uint64().Draw(t, "second"), rapid.SampledFrom([]uint64{0, 1, 1 << 63}).Draw(t, "third"), rapid.SampledFrom([]uint64{0, 0, 7}).Draw(t, "high")}
		spread := rapid.SampledFrom([]uint64{1, 3, 4000, 1 << 40}).Draw(t, "spread")
		if rapid.Bool().Draw(t, "small") {
			base = [4]uint64{rapid.Uint64Range(0, 2).Draw(t, "least")}
		}
		n := rapid.SampledFrom([]int{1, 2, 5, 4096, 4097, 9001}).Draw(t, "claims")
		token := &alloc.TokenAllocation{Amounts: make([]merkle.Amount, n)}
		if rapid.Bool().Draw(t, "with locked amounts") {
			token.Locked = make([]merkle.Amount, n)
		}
		step := rapid.Uint64().Draw(t, "step") | 1
		var sorted []merkle.Amount
		for i := range n {
			v, ok := merkle.AmountFromWords(base).Add(merkle.NewAmount(uint64(i) * step % spread))
			if !ok {
				t.Skip("a sum above 256 bits")
			}
			if token.Amounts[i] = v; token.Locked != nil {
				token.Locked[i] = merkle.NewAmount(uint64(i % 2))
				v, _ = v.Add(token.Locked[i])
			}
			if !v.IsZero() {
				sorted = append(sorted, v)
			}
		}
		slices.SortFunc(sorted, merkle.Amount.Cmp)
		s := sizesOf(token)
		if s.count != len(sorted) {
			t.Fatalf("%d claims, want %d", s.count, len(sorted))
		}
		if s.count == 0 {
			return
		}
		if s.smallest != sorted[0] || s.median != sorted[(len(sorted)-1)/2] || s.largest != sorted[len(sorted)-1] {
			t.Fatalf("got %s, %s, %s; want %s, %s, %s", s.smallest, s.median, s.largest, sorted[0], sorted[(len(sorted)-1)/2], sorted[len(sorted)-1])
		}
	})
}

func TestSpark(t *testing.T) {
	token := &alloc.TokenAllocation{}
	for _, v := range []uint64{1, 1, 1, 1, 40, 40, 2000} {
		token.Amounts = append(token.Amounts, merkle.NewAmount(v))
	}
	if got, want := sizesOf(token).spark(), "█ ▄  ▂"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
