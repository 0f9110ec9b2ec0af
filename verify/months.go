package verify

import (
	"errors"
	"fmt"
	"maps"
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
	e.byElection = group2(n, len(m.elections), func(i int) int32 { return m.elections[i].ent })
	e.byExit = group2(n, len(m.exits), func(i int) int32 { return m.exits[i].ent })
	e.byPosition = group2(n, len(m.positions), func(i int) int32 { return m.positions[i].ent })
	e.byStake = group2(n, len(m.stakes), func(i int) int32 { return m.stakes[i].ent })
	e.byPaid = group2(n, len(m.paid), func(i int) int32 { return m.paid[i].ent })
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

func group2(entrants, rows int, of func(i int) int32) grouping {
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

// stake adds a part to the position of this month and a period.
func (e *monthEngine) stake(s *big.Int, period int32) {
	if s.Sign() == 0 {
		return
	}
	v := e.vested(s, int(period))
	if !e.rule.completion {
		e.r.unvested.Add(e.r.unvested, new(big.Int).Sub(s, v))
	}
	if e.made[period] == nil {
		e.made[period] = &[2]*big.Int{new(big.Int), new(big.Int)}
	}
	e.made[period][0].Add(e.made[period][0], s)
	e.made[period][1].Add(e.made[period][1], v)
}

// exits leaves positions of earlier months early.
func (e *monthEngine) exits(id int32, carried []*position) error {
	for _, i := range e.byExit.of(id) {
		x := e.d.exits[i]
		t := int(e.rule.month - x.month)
		if t <= 0 {
			return fmt.Errorf("an exit from %s, which is not before %s", x.month, e.rule.month)
		}
		if t >= int(x.period) {
			return fmt.Errorf("an exit from a position of %s for %d months, which completes anyway", x.month, x.period)
		}
		at := slices.IndexFunc(carried, func(p *position) bool { return p.month == x.month && p.period == x.period })
		if at < 0 || carried[at].exited {
			return fmt.Errorf("an exit from a position of %s for %d months, which is not there or was left", x.month, x.period)
		}
		e.exit(carried[at], t)
	}
	return nil
}

func (e *monthEngine) exit(p *position, t int) {
	s, v := p.allocation.big(new(big.Int)), p.entitlement.big(new(big.Int))
	pays := new(big.Int)
	switch {
	case e.rule.open:
	case t >= e.rule.vest.full:
		pays.Set(v)
	default:
		q := 0
		for _, period := range e.rule.vest.periods {
			if period <= t {
				q = period
			}
		}
		if q > 0 || !e.rule.nothing {
			pays = e.vested(s, q)
		}
		if pays.Cmp(v) > 0 {
			pays.Set(v)
		}
	}
	e.r.forgone.Add(e.r.forgone, new(big.Int).Sub(v, pays))
	if e.rule.completion {
		e.r.unvested.Add(e.r.unvested, new(big.Int).Sub(s, v))
	}
	p.exited = true
	if !e.rule.atEnd {
		e.pay(pays)
		pays = new(big.Int)
	}
	p.allocation, _ = toNum(pays)
	p.entitlement = p.allocation
}

func (e *monthEngine) pay(z *big.Int) { e.pays.Add(e.pays, z) }

// complete pays the positions that end with this month.
func (e *monthEngine) complete(carried []*position) {
	for _, p := range carried {
		if p.period == 0 || int32(e.rule.month-p.month) != p.period {
			continue
		}
		s, v := p.allocation.big(new(big.Int)), p.entitlement.big(new(big.Int))
		e.pay(v)
		if e.rule.completion {
			e.r.unvested.Add(e.r.unvested, s.Sub(s, v))
		}
		p.allocation, p.entitlement = num{}, num{}
	}
}

// elect divides this month's allocation and those of earlier months that are elected now.
func (e *monthEngine) elect(id int32, entitled bool, shared *big.Int, carried []*position) error {
	byMonth := map[month][]election{}
	for _, i := range e.byElection.of(id) {
		x := e.d.elections[i]
		byMonth[x.month] = append(byMonth[x.month], x)
	}
	for _, m := range slices.Sorted(maps.Keys(byMonth)) {
		parts, s := byMonth[m], shared
		if m == e.rule.month {
			if e.gone[id] {
				continue
			}
			if !entitled {
				return errors.New("an election, and no allocation of this month")
			}
		} else {
			at := slices.IndexFunc(carried, func(p *position) bool { return p.month == m && p.period == 0 })
			if at < 0 {
				return errors.New("an election of an allocation that is not open")
			}
			s = carried[at].allocation.big(new(big.Int))
			carried[at].allocation, carried[at].entitlement = num{}, num{}
		}
		if err := e.divide(s, parts); err != nil {
			return err
		}
	}
	if len(byMonth[e.rule.month]) == 0 || e.gone[id] {
		n, _ := toNum(shared)
		e.kept = append(e.kept, position{month: e.rule.month, allocation: n, entitlement: n})
	}
	return nil
}

func (e *monthEngine) divide(s *big.Int, parts []election) error {
	slices.SortFunc(parts, func(x, y election) int { return int(x.choice - y.choice) })
	sum, before := new(big.Rat), new(big.Int)
	if len(parts) > 1 && !e.rule.mixed {
		return errors.New("several choices for one allocation, and mixed is no")
	}
	for i, x := range parts {
		if i > 0 && x.choice == parts[i-1].choice {
			return errors.New("the same choice twice for one allocation")
		}
		sum.Add(sum, e.d.parts[x.part])
		upTo := e.floorUnit(new(big.Rat).Mul(new(big.Rat).SetInt(s), sum))
		part := new(big.Int).Sub(upTo, before)
		before = upTo
		if x.choice > 0 {
			e.stake(part, x.choice)
			continue
		}
		now := e.vested(part, 0)
		e.pay(now)
		e.r.unvested.Add(e.r.unvested, part.Sub(part, now))
	}
	if sum.Cmp(big.NewRat(1, 1)) != 0 {
		return errors.New("the parts of one allocation add up to " + sum.RatString())
	}
	return nil
}

// keep lists what stays open, and adds it to the ledger; with tranches the positions of this month become leaves.
func (e *monthEngine) keep(id int32, carried []*position) {
	e.kept = slices.DeleteFunc(e.kept, func(p position) bool { return p.allocation.isZero() })
	var periods []int32
	for p := range e.made {
		periods = append(periods, p)
	}
	slices.Sort(periods)
	var made []position
	for _, period := range periods {
		s, _ := toNum(e.made[period][0])
		v, _ := toNum(e.made[period][1])
		made = append(made, position{month: e.rule.month, period: period, allocation: s, entitlement: v})
	}
	e.voting = append(e.voting, e.votes(id, carried, made))
	if e.rule.claims == "tranches" {
		e.tranche(e.rule.month+1, e.pays)
		for i := range made {
			v := made[i].entitlement.big(new(big.Int))
			e.tranche(e.rule.month+month(made[i].period)+1, v)
			e.pay(v)
		}
	} else {
		e.kept = append(e.kept, made...)
	}
	for i := range e.kept {
		carried = append(carried, &e.kept[i])
	}
	for _, p := range carried {
		if p.period == 0 {
			e.r.unelected.Add(e.r.unelected, e.holds(p))
		} else {
			e.r.lockedLine.Add(e.r.lockedLine, e.holds(p))
		}
	}
	e.start = append(e.start, len(e.opened))
	e.opened = append(e.opened, e.kept...)
}

func (e *monthEngine) tranche(m month, z *big.Int) {
	if z.Sign() == 0 {
		return
	}
	at := m.begin(e.rule.zone)
	if e.leaves[at] == nil {
		e.leaves[at] = new(big.Int)
	}
	e.leaves[at].Add(e.leaves[at], z)
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
