package verify

import (
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strconv"
)

// astraStake is one entrant's stake in one pool.
type astraStake struct {
	ent  int32
	pool int32
	am   *big.Rat
}

// rewardPool is what is shared by UBM: a pool, or with shares flat all pools together.
type rewardPool struct {
	reward *big.Rat
	weight *pile // PBM
	shared bool  // somebody has weight
}

// astraEngine is astra-rewards/v1.
type astraEngine struct {
	c      *campaign
	d      *ruleData
	rule   *astraRule
	scores map[int32]*big.Rat // of entrants with history that count
	rm     map[int32]*big.Rat
	stakes []astraStake // of those who count
	by     grouping
	pools  []rewardPool
	piles  []*pile
}

func astra(c *campaign, d *ruleData, a *allocation, gone []bool, rank []int32) error {
	e := &astraEngine{c: c, d: d, rule: c.rule.astra, scores: map[int32]*big.Rat{}, rm: map[int32]*big.Rat{}}
	if d.astra == nil {
		return errors.New("no input of the rule")
	}
	out := slices.Clone(gone) // excluded or in cool-down
	for id := range d.astra.cooling {
		out[id] = true
	}
	if err := e.replay(out); err != nil {
		return err
	}
	listed := make([]bool, len(d.ents.list)) // with a row of stakes
	for q, rows := range d.astra.pools {
		for _, s := range rows {
			listed[s.ent] = true
			if !out[s.ent] {
				e.stakes = append(e.stakes, astraStake{s.ent, int32(q), s.amount.rat()})
			}
		}
	}
	d.astra.events, d.astra.pools = nil, nil
	e.by = groupRows(len(d.ents.list), len(e.stakes), func(i int) int32 { return e.stakes[i].ent })
	e.reward()
	r := &tokenResult{pool: c.tokens[0].pool, residualTo: c.rounding.to, rolledTo: e.rule.roll}
	r.zeroLines()
	a.tokens = []*tokenResult{r}
	earned := new(big.Rat)
	for _, p := range e.pools {
		if p.shared {
			earned.Add(earned, p.reward)
		}
	}
	r.earned = floorRat(earned)
	r.unallocated.Sub(r.pool, r.earned)
	r.residual.Set(r.earned)
	due := make([]*big.Int, len(rank)) // c, in claim order; nil: not entitled
	for i, id := range rank {
		a.ents = append(a.ents, d.ents.list[id])
		if len(e.by.of(id)) == 0 {
			continue
		}
		due[i] = e.claim(id)
		r.residual.Sub(r.residual, due[i])
		if due[i].Sign() == 0 {
			r.dropped++
		}
	}
	for id := range d.ents.list {
		if _, ok := d.astra.elections[int32(id)]; ok && !listed[id] && !out[id] {
			return fmt.Errorf("%s: an election, and no row of stakes", d.ents.list[id].acct.text())
		}
	}
	if err := e.early(a, r, due, rank); err != nil {
		return err
	}
	a.figure = func(f *assertion, a *allocation) (*big.Rat, error) { return e.figure(f, a, rank) }
	return r.finish(c.tokens[0])
}

// replay computes scores and multipliers; every history is checked, also of those who do not count.
func (e *astraEngine) replay(out []bool) error {
	events := e.d.astra.events
	slices.SortStableFunc(events, func(x, y lockEvent) int { return int(x.ent - y.ent) })
	for i := 0; i < len(events); {
		j := i
		for j < len(events) && events[j].ent == events[i].ent {
			j++
		}
		id := events[i].ent
		held, err := e.rule.holdings(events[i:j])
		if err != nil {
			return fmt.Errorf("%s: %w", e.d.ents.list[id].acct.text(), err)
		}
		if !out[id] {
			e.scores[id], e.rm[id] = e.rule.multiplier(held)
		}
		i = j
	}
	return nil
}

func (e *astraEngine) multiplierOf(id int32) *big.Rat {
	if rm := e.rm[id]; rm != nil {
		return rm
	}
	return big.NewRat(1, 1)
}

// reward is R of each pool: blocks of the pool times the reward of a block, by the pools' weights.
func (e *astraEngine) reward() {
	rule := e.rule
	apb := floorDiv(e.c.tokens[0].pool, big.NewInt(rule.end-rule.start))
	total := new(big.Rat)
	for _, p := range rule.pools {
		total.Add(total, p.alloc)
	}
	ubm := make([][]*big.Rat, len(rule.pools))
	am := make([]*big.Rat, len(rule.pools)) // Σ AM
	for q := range am {
		am[q] = new(big.Rat)
	}
	for _, s := range e.stakes {
		ubm[s.pool] = append(ubm[s.pool], new(big.Rat).Mul(s.am, e.multiplierOf(s.ent)))
		am[s.pool].Add(am[s.pool], s.am)
	}
	sum, held := new(big.Rat), new(big.Rat) // of pools with weight
	for q, p := range rule.pools {
		blocks := max(0, min(rule.current, rule.end)-max(p.last, rule.start))
		reward := new(big.Rat).SetInt(new(big.Int).Mul(apb, big.NewInt(blocks)))
		reward.Mul(reward, p.alloc).Quo(reward, total)
		w := newPile(ubm[q])
		e.pools = append(e.pools, rewardPool{reward, w, !w.isZero()})
		if !w.isZero() {
			sum.Add(sum, reward)
			held.Add(held, am[q])
		}
	}
	switch rule.shares {
	case "flat":
		all := newPile(slices.Concat(ubm...))
		e.pools = []rewardPool{{sum, all, !all.isZero()}}
	case "tvl":
		for q := range e.pools {
			if e.pools[q].shared {
				e.pools[q].reward = new(big.Rat).Quo(new(big.Rat).Mul(sum, am[q]), held)
			}
		}
	}
	for q := range e.pools {
		e.piles = append(e.piles, e.pools[q].weight)
	}
}

// claim is ⌊x(u)⌋ to the entrant's unit.
func (e *astraEngine) claim(id int32) *big.Int {
	unit := e.c.tokens[0].on(e.d.ents.list[id].chain).unit
	rm := e.multiplierOf(id)
	return certain(e.piles, func(of func(p *pile) *big.Rat) *big.Int {
		num, den := new(big.Int), big.NewInt(1) // x(u), not in lowest terms: that would cost more than all else
		for _, i := range e.by.of(id) {
			s := &e.stakes[i]
			q := s.pool
			if e.rule.shares == "flat" {
				q = 0
			}
			p := &e.pools[q]
			if !p.shared {
				continue
			}
			all := of(p.weight)
			n, d := product(s.am.Num(), rm.Num(), all.Denom()), product(s.am.Denom(), rm.Denom(), all.Num()) // UBM / PBM
			if e.rule.shares == "bps" {
				n, d = floorDiv(n.Mul(n, big.NewInt(10000)), d), big.NewInt(10000)
			}
			n.Mul(n, p.reward.Num())
			d.Mul(d, p.reward.Denom())
			num.Add(num.Mul(num, d), n.Mul(n, den))
			den.Mul(den, d)
		}
		num.Quo(num, den.Mul(den, unit))
		return num.Mul(num, unit)
	})
}

func product(x, y, z *big.Int) *big.Int {
	p := new(big.Int).Mul(x, y)
	return p.Mul(p, z)
}

func floorTo(x *big.Rat, unit *big.Int) *big.Int {
	z := new(big.Int).Quo(x.Num(), new(big.Int).Mul(x.Denom(), unit))
	return z.Mul(z, unit)
}

// weightOf is an entrant's UBM over all pools.
func (e *astraEngine) weightOf(id int32) *big.Rat {
	sum := new(big.Rat)
	for _, i := range e.by.of(id) {
		sum.Add(sum, e.stakes[i].am)
	}
	return sum.Mul(sum, e.multiplierOf(id))
}

// figure is the exact value of a published figure that only this rule has.
func (e *astraEngine) figure(f *assertion, a *allocation, rank []int32) (*big.Rat, error) {
	if f.figure != "score" && f.figure != "multiplier" {
		return nil, errors.New("no figure " + strconv.Quote(f.figure))
	}
	i, err := a.entrantOf(f)
	if err != nil {
		return nil, err
	}
	if i >= 0 && f.figure == "multiplier" {
		return e.multiplierOf(rank[i]), nil
	}
	if i >= 0 && e.scores[rank[i]] != nil {
		return e.scores[rank[i]], nil
	}
	if f.figure == "multiplier" {
		return big.NewRat(1, 1), nil
	}
	return new(big.Rat), nil
}
