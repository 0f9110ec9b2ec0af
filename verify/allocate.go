package verify

import (
	"cmp"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strconv"
)

// allocation is who is due what, recomputed from the inputs.
type allocation struct {
	ents       []entrant // all that any token's rows or the residual name, in claim order
	tokens     []*tokenResult
	exclusions []exclusionCount
	excluded   map[entrant]string // entrants of the rows that a list took out, with the list's name
	totals     []*big.Int         // V(p), jupiter-asr/v1, in units of 10^-decimals of power
	weights    *big.Rat           // Σ of all proposals' weights
	tables     []*recomputedTable
	figure     func(f *assertion, a *allocation) (*big.Rat, error) // published figures that only this rule has; nil: none
}

type exclusionCount struct{ accounts, matched int }

// tokenResult holds one token's claims, aligned with the entrants, in base units of the token, and its ledger.
type tokenResult struct {
	amounts  []num
	locked   []num      // nil: none
	index    []num      // nil: none given
	own      [][]string // nil: no own columns
	entitled []bool
	ruled    bool // the list gives an index or own columns, which a new claim would lack

	pool, earned, claims, unallocated, residual *big.Int
	residualTo                                  string
	leaves, dropped                             int

	// the lines that only some rules have; nil stands for 0
	carriedIn, rolledIn, lockedLine, unelected, unvested, forgone, rolled, paidBefore *big.Int
	rolledTo                                                                          string
	tranches                                                                          [][]tranche // aligned with the entrants; nil: one leaf an entrant
	chains                                                                            map[string]*chainLine
}

func (t *tokenResult) due(i int) *big.Int {
	z := t.amounts[i].big(new(big.Int))
	if t.locked != nil {
		z.Add(z, t.locked[i].big(new(big.Int)))
	}
	return z
}

// allocate applies the campaign's rule to its inputs.
func (k *checker) allocate() {
	if k.camp == nil || k.data == nil {
		return
	}
	k.progress("allocation", 0, 1)
	a, err := compute(k.camp, k.data)
	if err != nil {
		k.f.add(RuleRefused, "campaign.yaml rule", err.Error(), "")
		k.skipped = append(k.skipped, "the allocation: the rule refuses the campaign and its inputs")
		return
	}
	k.alloc = a
	k.data.votes, k.data.times, k.data.list, k.data.more, k.data.weights, k.data.stakes = nil, nil, nil, nil, nil, nil // not needed any more, and large
	k.checked = append(k.checked, fmt.Sprintf("allocation of %d tokens to %d entrants recomputed by %s", len(a.tokens), len(a.ents), k.camp.rule.name))
	k.progress("allocation", 1, 1)
}

// shares is what a rule gives: for each token the exact entitlement of each entrant as a fraction with one denominator for all.
type shares struct {
	ids   []int32                                             // entitled, by number in ruleData.ents, entrant order
	exact func(k int) (numers []*big.Int, denom *big.Int)     // aligned with ids
	parts func(k int, i int, unit *big.Int, z *big.Int) error // claim by sub-pools, when the rounding asks for it
}

func compute(c *campaign, d *ruleData) (*allocation, error) {
	a := &allocation{excluded: map[entrant]string{}, weights: new(big.Rat)}
	gone := a.exclude(c, d)
	if c.rule.name == "fixed/v1" {
		return a, fixed(c, d, a, gone)
	}
	rank := make([]int32, len(d.ents.list)) // entrant order
	for i := range rank {
		rank[i] = int32(i)
	}
	slices.SortFunc(rank, func(x, y int32) int { return compareEntrants(&d.ents.list[x], &d.ents.list[y]) })
	var s *shares
	var err error
	switch {
	case c.rule.months != nil:
		return a, months(c, d, a, gone, rank)
	case c.rule.astra != nil:
		return a, astra(c, d, a, gone, rank)
	case c.rule.close != nil:
		return a, closeRound(c, d, a)
	case c.rule.stake != nil:
		s, err = averageStake(c, d, gone, rank)
	case c.rule.name == "jupiter-asr/v1":
		s, err = asr(c, d, a, gone, rank)
	default:
		s, err = proRata(c, d, gone, rank)
	}
	if err != nil {
		return nil, err
	}
	for _, id := range s.ids {
		a.ents = append(a.ents, d.ents.list[id])
	}
	for k, t := range c.tokens {
		r, err := round(c, t, k, s, a.ents)
		if err != nil {
			return nil, err
		}
		a.tokens = append(a.tokens, r)
	}
	if err := a.moveResidual(c); err != nil {
		return nil, err
	}
	return a, a.close(c)
}

// exclude counts each list and tells which entrants are taken out; the first list that names one counts it.
func (a *allocation) exclude(c *campaign, d *ruleData) []bool {
	gone := make([]bool, len(d.ents.list))
	a.exclusions = make([]exclusionCount, len(d.excluded))
	for j := range d.excluded {
		a.exclusions[j].accounts = d.excluded[j].rows
	}
	for i, e := range d.ents.list {
		for j := range d.excluded {
			if l := &d.excluded[j]; l.accounts[e.acct] || l.pairs[e] {
				gone[i] = true
				a.exclusions[j].matched++
				a.excluded[e] = c.exclude[j].list
				break
			}
		}
	}
	return gone
}

// round turns exact entitlements into claims of one token.
func round(c *campaign, t *token, k int, s *shares, ents []entrant) (*tokenResult, error) {
	numers, denom := s.exact(k)
	r := &tokenResult{amounts: make([]num, len(s.ids)), pool: t.pool, entitled: make([]bool, len(s.ids))}
	units := map[string]*big.Int{}
	for _, as := range t.assets {
		units[as.chain] = as.unit
		if c.rounding.method == "largest-remainder" && as.decimals != t.decimals {
			return nil, errors.New("largest-remainder: token " + t.id + " has another number of decimals on " + as.chain)
		}
	}
	if c.rounding.method == "largest-remainder" && c.rounding.at != "account-token" {
		return nil, errors.New("largest-remainder is only for at: account-token")
	}
	sum, paid, z, q := new(big.Int), new(big.Int), new(big.Int), new(big.Int)
	for i := range s.ids {
		r.entitled[i] = true
		sum.Add(sum, numers[i])
		unit := units[ents[i].chain]
		if s.parts != nil {
			if err := s.parts(k, i, unit, z); err != nil {
				return nil, err
			}
		} else {
			z.Quo(numers[i], q.Mul(denom, unit))
			z.Mul(z, unit)
		}
		paid.Add(paid, z)
		r.amounts[i], _ = toNum(z)
	}
	r.earned = floorDiv(sum, denom)
	if c.rounding.method == "largest-remainder" {
		largestRemainder(r, numers, denom, new(big.Int).Sub(r.earned, paid))
	}
	return r, nil
}

// largestRemainder gives one base unit more to as many entrants as are left over, those with the largest remainder first, ties by entrant order.
func largestRemainder(r *tokenResult, numers []*big.Int, denom, left *big.Int) {
	rest := make([]*big.Int, len(numers))
	order := make([]int, len(numers))
	for i := range numers {
		rest[i], order[i] = new(big.Int).Rem(numers[i], denom), i
	}
	slices.SortStableFunc(order, func(x, y int) int { return cmp.Or(rest[y].Cmp(rest[x]), cmp.Compare(x, y)) })
	one, z := big.NewInt(1), new(big.Int)
	for _, i := range order[:left.Int64()] {
		r.amounts[i], _ = toNum(z.Add(r.amounts[i].big(z), one))
	}
}

// moveResidual moves what rounding left over to the largest claim or a named account, where the campaign says so.
func (a *allocation) moveResidual(c *campaign) error {
	to := -1
	if c.rounding.to == "account" {
		acct, err := parseAccount(c.rounding.account)
		if err != nil {
			return fmt.Errorf("rounding.residual.account: %w", err)
		}
		e := entrant{acct, c.rounding.chain}
		if e.chain == "" {
			if e.chain, err = c.chainOf(acct.fam); err != nil {
				return fmt.Errorf("rounding.residual.account: %w", err)
			}
		}
		if to = slices.Index(a.ents, e); to < 0 {
			if a.tokens[0].ruled {
				return errors.New("rounding.residual.account: not in the list, which has an index or columns of its own")
			}
			to = a.insert(c, e)
		}
	}
	for k, r := range a.tokens {
		paid := new(big.Int)
		best, most := -1, new(big.Int)
		for i := range r.amounts {
			due := r.due(i)
			paid.Add(paid, due)
			if x := due.Cmp(most); x > 0 || (x == 0 && best >= 0 && compareEntrants(&a.ents[i], &a.ents[best]) < 0) {
				best, most = i, due
			}
		}
		r.claims = paid
		r.residual = new(big.Int).Sub(r.earned, paid)
		r.residualTo = c.rounding.to
		target := best
		switch c.rounding.to {
		case "account":
			target = to
		case "largest":
		default:
			continue
		}
		r.residualTo = "treasury"
		if target < 0 {
			continue
		}
		on := c.tokens[k].on(a.ents[target].chain)
		if on == nil {
			return errors.New("rounding.residual.account: token " + c.tokens[k].id + " is not on its chain")
		}
		move := new(big.Int).Quo(r.residual, on.unit)
		move.Mul(move, on.unit)
		r.residual.Sub(r.residual, move)
		r.claims.Add(r.claims, move)
		var ok bool
		if r.amounts[target], ok = toNum(move.Add(move, r.amounts[target].big(new(big.Int)))); !ok {
			return errors.New("a claim is wider than 256 bits")
		}
	}
	return nil
}

// insert makes room for an entrant that only the residual names: at its place in entrant order, in fixed/v1 at the end.
func (a *allocation) insert(c *campaign, e entrant) int {
	at := len(a.ents)
	if c.rule.name != "fixed/v1" {
		at, _ = slices.BinarySearchFunc(a.ents, e, func(x, y entrant) int { return compareEntrants(&x, &y) })
	}
	a.ents = slices.Insert(a.ents, at, e)
	for _, r := range a.tokens {
		r.amounts = slices.Insert(r.amounts, at, num{})
		r.entitled = slices.Insert(r.entitled, at, false)
		if r.locked != nil {
			r.locked = slices.Insert(r.locked, at, num{})
		}
		if r.index != nil {
			r.index = slices.Insert(r.index, at, num{})
		}
		if r.own != nil {
			r.own = slices.Insert(r.own, at, nil)
		}
	}
	return at
}

// close counts leaves and dropped entrants and checks conservation, pools and caps.
func (a *allocation) close(c *campaign) error {
	for k, r := range a.tokens {
		t := c.tokens[k]
		r.unallocated = new(big.Int).Sub(r.pool, r.earned)
		if r.unallocated.Sign() < 0 || r.residual.Sign() < 0 {
			return fmt.Errorf("token %s: more is due than its pool of %s", t.id, t.pool)
		}
		byChain := map[string]*big.Int{}
		for i := range r.amounts {
			due := r.due(i)
			if due.Sign() > 0 {
				r.leaves++
			} else if r.entitled[i] {
				r.dropped++
			}
			if z := byChain[a.ents[i].chain]; z == nil {
				byChain[a.ents[i].chain] = due
			} else {
				z.Add(z, due)
			}
		}
		for _, as := range t.assets {
			if z := byChain[as.chain]; as.cap != nil && z != nil && z.Cmp(as.cap) > 0 {
				return fmt.Errorf("token %s on %s: claims of %s are above the cap of %s base units", t.id, as.chain, z, as.cap)
			}
		}
	}
	return nil
}

func (r *tokenResult) String() string {
	return fmt.Sprintf("pool %s = claims %s + unallocated %s + residual %s (%s), leaves %s", r.pool, r.claims, r.unallocated, r.residual, r.residualTo, strconv.Itoa(r.leaves))
}
