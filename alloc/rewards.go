package alloc

import (
	"math/big"
	"slices"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/campaign"
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

// newRewards are the rewards of entrants in memory.
func (a *astra) newRewards(pool *big.Int) *rewards {
	sums := make([]*big.Int, len(a.set.Pools))
	for q := range sums {
		var sum total
		for i := range a.ids {
			sum.add(a.stake(q, i))
		}
		sums[q] = sum.big()
	}
	return rewardsOf(a.set, pool, sums, func(pool int) *quotas {
		q := &quotas{n: len(a.ids), bits: a.precisions, pools: len(sums), codes: &a.codes, amount: a.stake,
			ratio: func(i int) (num, den uint64) { return a.num[a.ids[i]], a.den[a.ids[i]] }}
		if pool >= 0 {
			q.pools, q.amount = 1, func(_, i int) merkle.Amount { return a.stake(pool, i) }
		}
		return q
	})
}

// rewardsOf are the rewards of a token's pool, with the sums of amounts by pool, in 10^-scale. shared makes the quotas, but for their plan, of one pool; of all
// where pool is below 0.
func rewardsOf(set *campaign.Astra, pool *big.Int, sums []*big.Int, shared func(pool int) *quotas) *rewards {
	b := set.Blocks
	w := &rewards{perBlock: new(big.Int).Quo(pool, big.NewInt(int64(b.End-b.Start))), allocSum: new(big.Int), sums: sums}
	scale := 0
	digits, scales := make([]merkle.Amount, len(set.Pools)), make([]uint8, len(set.Pools))
	for q, p := range set.Pools {
		digits[q], scales[q], _ = parseDecimal([]byte(p.Alloc), 18) // was read as a decimal
		scale = max(scale, int(scales[q]))
	}
	covered := new(big.Int)
	for q, p := range set.Pools {
		n := max(0, min(b.Current, b.End)-max(p.Last, b.Start))
		v := digits[q].Big()
		w.allocs, w.blocks = append(w.allocs, v.Mul(v, pow10(scale-int(scales[q])))), append(w.blocks, n)
		w.allocSum.Add(w.allocSum, v)
		part := new(big.Int).Mul(w.perBlock, big.NewInt(int64(n)))
		w.parts = append(w.parts, part.Mul(part, v))
		if w.sums[q].Sign() > 0 {
			covered.Add(covered, part)
		}
	}
	w.earned = new(big.Int)
	if w.allocSum.Sign() > 0 {
		w.earned.Quo(covered, w.allocSum)
	}
	if set.Shares == "bps" {
		for q := range set.Pools {
			one := shared(q)
			one.plan = planOfOne(big.NewInt(10000))
			w.single = append(w.single, one)
		}
		return w
	}
	w.whole = shared(-1)
	w.whole.plan = func(totals []*big.Int) ([]*big.Int, *big.Int) { return w.plan(set.Shares, totals, covered) }
	return w
}

// planOfOne is mul and div of quotaBounds where v is shared out in one pool.
func planOfOne(v *big.Int) func(totals []*big.Int) ([]*big.Int, *big.Int) {
	return func(totals []*big.Int) ([]*big.Int, *big.Int) {
		if totals[0].Sign() == 0 {
			return []*big.Int{nil}, big.NewInt(1)
		}
		return []*big.Int{v}, totals[0]
	}
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
