package verify

import (
	"errors"
	"fmt"
	"math/big"
	"slices"
)

// ballot is the votes of one entrant that count, by proposal.
type ballot struct {
	id    int32
	votes []vote
}

// asr is jupiter-asr/v1: for each proposal p the sub-pool P·w/W is shared by v/V(p). With D the least common multiple of all V(p), every entrant's part of every token is
// P·S / (W·D), where S = Σ over p of w·v·(D/V(p)): one integer an entrant, one denominator for all.
func asr(c *campaign, d *ruleData, a *allocation, gone []bool, rank []int32) (*shares, error) {
	ballots, err := ballots(c, d, gone, rank)
	if err != nil {
		return nil, err
	}
	n := len(d.proposals)
	totals := make([]*big.Int, n) // V(p)
	for p := range totals {
		totals[p] = new(big.Int)
	}
	z := new(big.Int)
	count := func(b *ballot) {
		for i := range b.votes {
			p := b.votes[i].prop
			totals[p].Add(totals[p], b.votes[i].scaled(z))
		}
	}
	if c.rule.denominator == "before" {
		for i := range ballots {
			count(&ballots[i])
		}
	}
	entitled := ballots[:0]
	for _, b := range ballots {
		if b.votes = eligible(c, n, b.votes); b.votes != nil {
			entitled = append(entitled, b)
			if c.rule.denominator != "before" {
				count(&b)
			}
		}
	}
	a.totals = totals
	w := subPools(c, d, a, totals)
	s := &shares{}
	var sums []*big.Int // S, by entitled entrant
	for i := range entitled {
		sum := new(big.Int)
		for _, v := range entitled[i].votes {
			if w.coef[v.prop] != nil {
				sum.Add(sum, v.scaled(z).Mul(z, w.coef[v.prop]))
			}
		}
		s.ids = append(s.ids, entitled[i].id)
		sums = append(sums, sum)
	}
	s.exact = func(k int) ([]*big.Int, *big.Int) {
		numers := make([]*big.Int, len(sums))
		for i := range sums {
			numers[i] = new(big.Int).Mul(c.tokens[k].pool, sums[i])
		}
		return numers, w.denom
	}
	if c.rounding.at != "account-token" {
		s.parts = func(k, i int, unit, z *big.Int) error {
			return w.floors(c.tokens[k].pool, entitled[i].votes, unit, c.rounding.at == "floored-sub-pool", z)
		}
	}
	return s, nil
}

// ballots applies the duplicates rule to the votes of those who are not excluded; by entrant order, each with its votes by proposal.
func ballots(c *campaign, d *ruleData, gone []bool, rank []int32) ([]ballot, error) {
	start := make([]int32, len(d.ents.list)+1)
	for i := range d.votes {
		start[d.votes[i].ent+1]++
	}
	for i := 1; i < len(start); i++ {
		start[i] += start[i-1]
	}
	next := slices.Clone(start)
	byEnt := make([]int32, len(d.votes)) // votes by entrant, in file order
	for i := range d.votes {
		e := d.votes[i].ent
		byEnt[next[e]] = int32(i)
		next[e]++
	}
	var out []ballot
	for _, id := range rank {
		rows := byEnt[start[id]:start[id+1]]
		if gone[id] || len(rows) == 0 {
			continue
		}
		slices.SortStableFunc(rows, func(x, y int32) int { return int(d.votes[x].prop - d.votes[y].prop) })
		b := ballot{id: id, votes: make([]vote, 0, len(rows))}
		for i := 0; i < len(rows); {
			j := i + 1
			for j < len(rows) && d.votes[rows[j]].prop == d.votes[rows[i]].prop {
				j++
			}
			v, err := oneVote(c, d, rows[i:j])
			if err != nil {
				e := d.ents.list[id]
				return nil, fmt.Errorf("%s in proposal %q: %w", e.acct.text(), d.proposals[d.votes[rows[i]].prop].id, err)
			}
			b.votes = append(b.votes, v)
			i = j
		}
		out = append(out, b)
	}
	return out, nil
}

// oneVote merges the rows of one entrant in one proposal, given in file order.
func oneVote(c *campaign, d *ruleData, rows []int32) (vote, error) {
	if len(rows) == 1 {
		return d.votes[rows[0]], nil
	}
	best := rows[0]
	switch c.rule.duplicates {
	case "first", "last":
		if d.times != nil {
			slices.SortStableFunc(rows, func(x, y int32) int { return d.times[x].compare(d.times[y]) })
			for i := 1; i < len(rows); i++ {
				if d.times[rows[i]] == d.times[rows[i-1]] {
					return vote{}, errors.New("two votes at the same time")
				}
			}
		}
		best = rows[0]
		if c.rule.duplicates == "last" {
			best = rows[len(rows)-1]
		}
	case "max":
		for _, r := range rows {
			if d.votes[r].scaled(new(big.Int)).Cmp(d.votes[best].scaled(new(big.Int))) > 0 {
				best = r
			}
		}
	case "sum":
		v, sum := d.votes[best], new(big.Int)
		for _, r := range rows {
			sum.Add(sum, d.votes[r].scaled(new(big.Int)))
		}
		var ok bool
		if v.power, v.zeros, ok = packPower(sum, c.rule.decimals); !ok {
			return v, errors.New("votes that add up to more than 256 bits")
		}
		return v, nil
	default:
		return vote{}, errors.New("two votes, and duplicates are errors")
	}
	return d.votes[best], nil
}

func (t timeKey) compare(o timeKey) int {
	if t.major != o.major {
		if t.major < o.major {
			return -1
		}
		return 1
	}
	switch {
	case t.minor < o.minor:
		return -1
	case t.minor > o.minor:
		return 1
	}
	return 0
}

// eligible returns the votes that stay; nil when the entrant is below the minimum.
func eligible(c *campaign, proposals int, votes []vote) []vote {
	if c.rule.metric == "" {
		return votes
	}
	least, _ := scaled(c.rule.min, c.rule.decimals)
	metric, z := new(big.Int), new(big.Int)
	switch c.rule.metric {
	case "each-vote":
		var stay []vote
		for _, v := range votes {
			if v.scaled(z).Cmp(least) >= 0 {
				stay = append(stay, v)
			}
		}
		return stay
	case "max-power":
		for i := range votes {
			if votes[i].scaled(z).Cmp(metric) > 0 {
				metric.Set(z)
			}
		}
	case "mean-power": // Σ ÷ proposals ≥ min, without the division
		for i := range votes {
			metric.Add(metric, votes[i].scaled(z))
		}
		least.Mul(least, big.NewInt(int64(proposals)))
	case "last-power":
		votes[len(votes)-1].scaled(metric)
	}
	if metric.Cmp(least) < 0 {
		return nil
	}
	return votes
}

// pools is how each proposal's part of a pool is shared.
type pools struct {
	weight []*big.Int // w(p) over one denominator; nil: the proposal gives nothing
	total  *big.Int   // W over the same denominator
	votes  []*big.Int // V(p)
	coef   []*big.Int // w(p)·D/V(p); nil: the proposal gives nothing
	denom  *big.Int   // W·D
}

func subPools(c *campaign, d *ruleData, a *allocation, totals []*big.Int) *pools {
	n := len(d.proposals)
	w := &pools{weight: make([]*big.Int, n), coef: make([]*big.Int, n), votes: totals, total: new(big.Int), denom: big.NewInt(1)}
	scale := big.NewInt(1) // least common multiple of the weights' denominators
	for _, p := range d.proposals {
		scale = lcm(scale, p.weight.Denom())
		a.weights.Add(a.weights, p.weight)
	}
	most := big.NewInt(1) // D
	for p := range d.proposals {
		x := new(big.Int).Mul(d.proposals[p].weight.Num(), new(big.Int).Quo(scale, d.proposals[p].weight.Denom()))
		if c.rule.unearned == "unallocated" || totals[p].Sign() > 0 {
			w.total.Add(w.total, x)
		}
		if totals[p].Sign() > 0 && x.Sign() > 0 {
			w.weight[p] = x
			most = lcm(most, totals[p])
		}
	}
	for p := range w.weight {
		if w.weight[p] != nil {
			w.coef[p] = new(big.Int).Mul(w.weight[p], new(big.Int).Quo(most, totals[p]))
		}
	}
	if w.total.Sign() > 0 {
		w.denom = new(big.Int).Mul(w.total, most)
	}
	return w
}

func lcm(a, b *big.Int) *big.Int {
	g := new(big.Int).GCD(nil, nil, a, b)
	return new(big.Int).Mul(new(big.Int).Quo(a, g), b)
}

// floors adds up an entrant's shares of the sub-pools of one token, each floored to the unit; with whole, each sub-pool is floored to a base unit first.
func (w *pools) floors(pool *big.Int, votes []vote, unit *big.Int, whole bool, z *big.Int) error {
	z.SetInt64(0)
	x, y := new(big.Int), new(big.Int)
	for i := range votes {
		p := votes[i].prop
		if w.weight[p] == nil {
			continue
		}
		x.Mul(pool, w.weight[p])
		y.Mul(w.votes[p], unit)
		if whole {
			x.Quo(x, w.total)
		} else {
			y.Mul(y, w.total)
		}
		x.Mul(x, votes[i].scaled(new(big.Int)))
		z.Add(z, x.Quo(x, y))
	}
	z.Mul(z, unit)
	return nil
}
