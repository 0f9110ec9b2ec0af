package alloc

import (
	"math/big"
	"slices"

	merkle "github.com/merkle-drop/merkle"
)

// rewards are the block rewards of the pools and how entrants share in them.
type rewards struct {
	perBlock *big.Int   // APB
	blocks   []int      // n(q)
	allocs   []*big.Int // alloc(q) as whole numbers
	allocSum *big.Int
	parts    []*big.Int // numerators of R(q) over allocSum
	sums     []*big.Int // Σ amounts by pool, in 10^-scale
	earned   *big.Int

	whole  *quotas   // individual, flat, tvl
	single []*quotas // bps: one a pool
}

func (a *astra) newRewards(pool *big.Int) *rewards {
	b := a.set.Blocks
	w := &rewards{perBlock: new(big.Int).Quo(pool, big.NewInt(int64(b.End-b.Start))), allocSum: new(big.Int)}
	scale := 0
	digits, scales := make([]merkle.Amount, len(a.set.Pools)), make([]uint8, len(a.set.Pools))
	for q, p := range a.set.Pools {
		digits[q], scales[q], _ = parseDecimal([]byte(p.Alloc), 18) // was read as a decimal
		scale = max(scale, int(scales[q]))
	}
	covered := new(big.Int)
	for q, p := range a.set.Pools {
		n := max(0, min(b.Current, b.End)-max(p.Last, b.Start))
		v := digits[q].Big()
		w.allocs, w.blocks = append(w.allocs, v.Mul(v, pow10(scale-int(scales[q])))), append(w.blocks, n)
		w.allocSum.Add(w.allocSum, v)
		part := new(big.Int).Mul(w.perBlock, big.NewInt(int64(n)))
		w.parts = append(w.parts, part.Mul(part, v))
		var sum total
		for i := range a.ids {
			sum.add(a.stake(q, i))
		}
		w.sums = append(w.sums, sum.big())
		if w.sums[q].Sign() > 0 {
			covered.Add(covered, part)
		}
	}
	w.earned = new(big.Int)
	if w.allocSum.Sign() > 0 {
		w.earned.Quo(covered, w.allocSum)
	}
	make1 := func(pools int, amount func(q, e int) merkle.Amount, plan func([]*big.Int) ([]*big.Int, *big.Int)) *quotas {
		return &quotas{n: len(a.ids), bits: a.precisions, pools: pools, codes: &a.codes, amount: amount, plan: plan,
			ratio: func(i int) (num, den uint64) { return a.num[a.ids[i]], a.den[a.ids[i]] }}
	}
	if a.set.Shares == "bps" {
		for q := range a.set.Pools {
			w.single = append(w.single, make1(1, func(_, i int) merkle.Amount { return a.stake(q, i) }, func(totals []*big.Int) ([]*big.Int, *big.Int) {
				if totals[0].Sign() == 0 {
					return []*big.Int{nil}, big.NewInt(1)
				}
				return []*big.Int{big.NewInt(10000)}, totals[0]
			}))
		}
		return w
	}
	w.whole = make1(len(a.set.Pools), a.stake, func(totals []*big.Int) ([]*big.Int, *big.Int) { return w.plan(a.set.Shares, totals, covered) })
	return w
}

// plan is mul and div of quotaBounds: x = m·Σ mul(q)·amount ÷ div.
func (w *rewards) plan(how string, totals []*big.Int, covered *big.Int) ([]*big.Int, *big.Int) {
	mul := make([]*big.Int, len(totals))
	if how == "flat" {
		sum := new(big.Int)
		for _, t := range totals {
			sum.Add(sum, t)
		}
		if sum.Sign() == 0 {
			return mul, big.NewInt(1)
		}
		return slices.Repeat([]*big.Int{covered}, len(totals)), sum.Mul(sum, w.allocSum)
	}
	all := big.NewInt(1) // product of the totals above 0
	tvl := new(big.Int)
	for q, t := range totals {
		if t.Sign() > 0 {
			all.Mul(all, t)
			tvl.Add(tvl, w.sums[q])
		}
	}
	div := new(big.Int).Mul(all, w.allocSum)
	for q, t := range totals {
		if t.Sign() == 0 {
			continue
		}
		part := w.parts[q]
		if how == "tvl" {
			part = new(big.Int).Mul(covered, w.sums[q])
		}
		mul[q] = new(big.Int).Mul(part, new(big.Int).Quo(all, t))
	}
	if how == "tvl" && tvl.Sign() > 0 {
		div.Mul(div, tvl)
	}
	return mul, div
}

// floor is the claim of entrant i, a multiple of unit. It is valid until the next call with the same room.
func (w *rewards) floor(room *quotaRoom, i int, unit *big.Int) *big.Int {
	if w.whole != nil {
		return w.whole.floor(room, i, unit)
	}
	sum := new(big.Int)
	for q, s := range w.single {
		points := s.floor(room, i, nil)
		sum.Add(sum, room.term.Mul(points, w.parts[q]))
	}
	den := new(big.Int).Mul(w.allocSum, big.NewInt(10000))
	sum.Quo(sum, den)
	if unit != nil && unit.BitLen() > 1 {
		sum.Sub(sum, den.Rem(sum, unit))
	}
	return sum
}
