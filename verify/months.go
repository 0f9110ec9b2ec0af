package verify

import (
	"errors"
	"fmt"
	"math/big"
	"slices"
)

// monthEngine closes one month, entrant by entrant. All amounts are base units of the token.
type monthEngine struct {
	c    *campaign
	d    *monthData
	rule *monthRule
	r    *tokenResult
	p    *big.Int // what is shared
	w    *big.Int // Σ of the weights that count
	gone []bool

	byElection, byExit, byPosition, byStake, byPaid grouping

	paid   []*big.Int // so far, this month included; by number in claim order
	rank   []int32
	opened []position // new after the close, by entrant from start; those carried on are in d.positions
	start  []int
	voting []*big.Rat // nil: not in the table
	power  map[[2]int32]*big.Rat

	// of the entrant at hand
	unit   *big.Int
	pays   *big.Int
	made   map[int32]*[2]*big.Int // positions of this month by period: allocation and entitlement
	kept   []position
	leaves map[int64]*big.Int // by unlock
}

// months is noon-active-staking/v1 and noon-open-staking/v1. It fills the allocation whole.
func months(c *campaign, d *ruleData, a *allocation, gone []bool, rank []int32) error {
	m := d.months
	if m == nil {
		return errors.New("no input of the month")
	}
	r := &tokenResult{pool: c.tokens[0].pool, rolledTo: c.rule.months.roll, residualTo: c.rounding.to}
	r.zeroLines()
	a.tokens = []*tokenResult{r}
	e := &monthEngine{c: c, d: m, rule: c.rule.months, r: r, p: new(big.Int).Set(r.pool), w: new(big.Int), gone: gone, rank: rank, power: map[[2]int32]*big.Rat{}}
	for i := range m.rolled {
		z, _ := parseDigits(m.rolled[i].amount)
		r.rolledIn.Add(r.rolledIn, z)
	}
	e.p.Add(e.p, r.rolledIn)
	n := len(d.ents.list)
	e.byElection = groupRows(n, len(m.elections), func(i int) int32 { return m.elections[i].ent })
	e.byExit = groupRows(n, len(m.exits), func(i int) int32 { return m.exits[i].ent })
	e.byPosition = groupRows(n, len(m.positions), func(i int) int32 { return m.positions[i].ent })
	e.byStake = groupRows(n, len(m.stakes), func(i int) int32 { return m.stakes[i].ent })
	e.byPaid = groupRows(n, len(m.paid), func(i int) int32 { return m.paid[i].ent })
	for id := range n {
		if gone[id] {
			continue
		}
		if w := m.weights.of(int32(id)); w != nil {
			e.w.Add(e.w, w)
		}
		for _, i := range e.byStake.of(int32(id)) {
			e.w.Add(e.w, m.stakes[i].amount.big(new(big.Int)))
		}
	}
	r.earned = new(big.Int)
	if e.w.Sign() > 0 {
		r.earned.Set(e.p)
	}
	shared := new(big.Int)
	for _, id := range rank {
		en := d.ents.list[id]
		got, err := e.entrant(id, &en)
		if err != nil {
			return fmt.Errorf("%s: %w", en.acct.text(), err)
		}
		shared.Add(shared, got)
		a.ents = append(a.ents, en)
	}
	r.unallocated = new(big.Int).Sub(e.p, r.earned)
	r.residual = new(big.Int).Sub(r.earned, shared)
	e.tables(a)
	a.figure = e.figure
	return r.finish(c.tokens[0])
}

// grouping lists rows by entrant, in the order of the rows.
type grouping struct{ start, rows []int32 }

func (g *grouping) of(ent int32) []int32 { return g.rows[g.start[ent]:g.start[ent+1]] }

func groupRows(entrants, rows int, of func(i int) int32) grouping {
	g := grouping{make([]int32, entrants+1), make([]int32, rows)}
	for i := range rows {
		g.start[of(i)+1]++
	}
	for i := range entrants {
		g.start[i+1] += g.start[i]
	}
	next := slices.Clone(g.start)
	for i := range rows {
		g.rows[next[of(i)]] = int32(i)
		next[of(i)]++
	}
	return g
}

// floorUnit is ⌊x⌋ to a multiple of the entrant's unit.
func (e *monthEngine) floorUnit(x *big.Rat) *big.Int {
	z := new(big.Int).Quo(x.Num(), new(big.Int).Mul(x.Denom(), e.unit))
	return z.Mul(z, e.unit)
}

func (e *monthEngine) vested(s *big.Int, m int) *big.Int {
	return e.floorUnit(new(big.Rat).Mul(new(big.Rat).SetInt(s), e.rule.vest.at(m)))
}

// entrant closes the month for one entrant and returns what of the pool was allocated to it.
func (e *monthEngine) entrant(id int32, en *entrant) (shared *big.Int, err error) {
	e.unit = e.c.tokens[0].on(en.chain).unit
	e.pays, e.made, e.kept, e.leaves = new(big.Int), map[int32]*[2]*big.Int{}, nil, map[int64]*big.Int{}
	carried, err := e.carried(id)
	if err != nil {
		return nil, err
	}
	shared, entitled := new(big.Int), false
	if e.rule.open {
		shared, entitled = e.allocateStakes(id)
	} else if w := e.d.weights.of(id); w != nil && !e.gone[id] {
		entitled = true
		if e.w.Sign() > 0 {
			shared = e.floorUnit(new(big.Rat).SetFrac(new(big.Int).Mul(e.p, w), e.w))
		}
	}
	if entitled && shared.Sign() == 0 {
		e.r.dropped++
	}
	if err := e.exits(id, carried); err != nil {
		return nil, err
	}
	e.complete(carried)
	if !e.rule.open {
		if err := e.elect(id, entitled, shared, carried); err != nil {
			return nil, err
		}
	}
	e.keep(id, carried)
	paid := new(big.Int)
	for j, i := range e.byPaid.of(id) {
		if j > 0 {
			return nil, errors.New("two rows of paid")
		}
		paid = e.d.paid[i].amount.big(paid)
	}
	if e.rule.claims == "cumulative" {
		e.r.paidBefore.Add(e.r.paidBefore, paid)
	}
	e.r.claims.Add(e.r.claims, e.pays)
	e.paid = append(e.paid, paid.Add(paid, e.pays))
	return shared, e.leaf(en.chain)
}

// carried are the entrant's rows of the predecessor's positions, each key once. They are changed in place into what they are after the close.
func (e *monthEngine) carried(id int32) ([]*position, error) {
	var out []*position
	for _, i := range e.byPosition.of(id) {
		p := &e.d.positions[i]
		for _, o := range out {
			if o.month == p.month && o.period == p.period {
				return nil, fmt.Errorf("two rows of positions for %s and %d months", p.month, p.period)
			}
		}
		if e.rule.claims == "tranches" && p.period > 0 {
			return nil, errors.New("claims are tranches, and the predecessor has positions")
		}
		e.r.carriedIn.Add(e.r.carriedIn, e.holds(p))
		out = append(out, p)
	}
	return out, nil
}

// holds is what a row counts in the ledger as locked or unelected.
func (e *monthEngine) holds(p *position) *big.Int {
	if e.rule.completion {
		return p.allocation.big(new(big.Int))
	}
	return p.entitlement.big(new(big.Int))
}

// allocateStakes makes a position of each stake's part of the pool.
func (e *monthEngine) allocateStakes(id int32) (shared *big.Int, entitled bool) {
	shared = new(big.Int)
	if e.gone[id] {
		return shared, false
	}
	for _, i := range e.byStake.of(id) {
		s := new(big.Int)
		if e.w.Sign() > 0 {
			s = e.floorUnit(new(big.Rat).SetFrac(new(big.Int).Mul(e.p, e.d.stakes[i].amount.big(s)), e.w))
		}
		shared.Add(shared, s)
		e.stake(s, e.d.stakes[i].period)
		entitled = true
	}
	return shared, entitled
}

// leaf notes what the trees hold for the entrant, and counts it on its chain.
func (e *monthEngine) leaf(chain string) error {
	holds, leaves := e.pays, 0
	if e.rule.claims == "cumulative" {
		holds = e.paid[len(e.paid)-1]
	}
	if holds.Sign() > 0 {
		leaves = 1
	}
	n, ok := toNum(holds)
	if !ok {
		return errors.New("a claim is wider than 256 bits")
	}
	e.r.amounts = append(e.r.amounts, n)
	e.r.entitled = append(e.r.entitled, false)
	if e.rule.claims == "tranches" {
		leaves = len(e.leaves)
		var list []tranche
		for at, z := range e.leaves {
			x, _ := toNum(z)
			list = append(list, tranche{at, x})
		}
		slices.SortFunc(list, func(x, y tranche) int { return int(min(1, max(-1, x.unlock-y.unlock))) })
		e.r.tranches = append(e.r.tranches, list)
	}
	e.r.count(chain, e.pays, leaves)
	return nil
}
