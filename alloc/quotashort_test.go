package alloc

import (
	"math/big"
	"testing"

	merkle "github.com/merkle-drop/merkle"
	"pgregory.net/rapid"
)

// TestQuotas_shortAndLong: whatever the short division takes as certain is what the bounds of any length come to, with one to three pools, totals that are
// known exactly or between bounds, and units.
func TestQuotas_shortAndLong(t *testing.T) {
	certain, all := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		pools, n := rapid.IntRange(1, 3).Draw(t, "pools"), rapid.IntRange(1, 6).Draw(t, "entrants")
		var codes numbers
		amounts := make([]merkle.Amount, pools*n)
		for i := range amounts {
			v := someNumber(t, rapid.SampledFrom([]int{0, 10, 90, 240}).Draw(t, "width"), "amount")
			amounts[i], _ = merkle.AmountFromBig(v)
		}
		nums, dens := make([]uint64, n), make([]uint64, n)
		for e := range n {
			width := rapid.SampledFrom([]int{3, 60, 130}).Draw(t, "multiplier width")
			num, _ := merkle.AmountFromBig(new(big.Int).Add(someNumber(t, width, "num"), big.NewInt(1)))
			den, _ := merkle.AmountFromBig(new(big.Int).Add(someNumber(t, width, "den"), big.NewInt(1)))
			nums[e], dens[e] = codes.code(num), codes.code(den)
		}
		parts := make([]*big.Int, pools)
		for p := range parts {
			parts[p] = someNumber(t, 120, "pool")
		}
		q := &quotas{n: n, pools: pools, codes: &codes, bits: [3]uint{rapid.SampledFrom([]uint{1, 64, 1024}).Draw(t, "precision"), 8192, 0},
			ratio:  func(e int) (num, den uint64) { return nums[e], dens[e] },
			amount: func(p, e int) merkle.Amount { return amounts[p*n+e] },
			plan:   (&rewards{allocSum: big.NewInt(7), parts: parts}).plan7,
		}
		unit := rapid.SampledFrom([]*big.Int{nil, big.NewInt(1), big.NewInt(1000), pow10(30)}).Draw(t, "unit")
		for e := range n {
			var w, long quotaRoom
			ok := q.shortly(&w, &q.at(0).short, e, unit)
			q.bound(&long, q.at(2), 1, e, unit)
			if all++; ok {
				certain++
			}
			if ok && w.q.Cmp(&long.q) != 0 {
				t.Fatalf("entrant %d: %s, exactly %s", e, &w.q, &long.q)
			}
			if got := q.floor(&w, e, unit); got.Cmp(&long.q) != 0 {
				t.Fatalf("entrant %d: floor %s, exactly %s", e, got, &long.q)
			}
		}
	})
	if certain*4 < all {
		t.Errorf("%d of %d were certain", certain, all)
	}
}

// plan7 is plan for shares of each pool alone.
func (w *rewards) plan7(totals []*big.Int) ([]*big.Int, *big.Int) {
	w.sums = totals
	return w.plan("individual", totals, new(big.Int))
}
