package verify

import (
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strconv"
)

// closeRound is close-round/v1: what of a round is claimed, and what rolls.
func closeRound(c *campaign, d *ruleData, a *allocation) error {
	in := d.closing
	if in == nil {
		return errors.New("no input of the rule")
	}
	claimed := make([]bool, len(in.round))
	for i := range in.claimed {
		row := &in.claimed[i]
		at, ok := in.byLeaf[roundKey{row.tree, row.acct}]
		fail := func(why string) error {
			return fmt.Errorf("%s in tree %s: %s", row.acct.text(), strconv.Quote(clip(row.tree)), why)
		}
		switch {
		case !ok:
			return fail("claimed, and the round has no such leaf")
		case claimed[at]:
			return fail("claimed twice")
		case row.chain != "" && row.chain != in.round[at].chain:
			return fail("claimed on " + row.chain + ", the leaf is on " + in.round[at].chain)
		case row.stated && row.amount != in.round[at].amount:
			return fail("claimed " + row.amount.String() + ", the leaf has " + in.round[at].amount.String())
		}
		claimed[at] = true
	}
	for _, t := range c.tokens {
		r := &tokenResult{pool: t.pool, residualTo: c.rounding.to, rolledTo: c.rule.close.unclaimed}
		r.zeroLines()
		r.earned = new(big.Int)
		a.tokens = append(a.tokens, r)
	}
	place := a.roundEntrants(in)
	var lines []string
	for i := range in.round {
		row := &in.round[i]
		r, t := a.tokens[row.token], c.tokens[row.token]
		z := row.amount.big(new(big.Int))
		z.Mul(z, t.on(row.chain).unit)
		r.earned.Add(r.earned, z)
		if claimed[i] {
			r.claims.Add(r.claims, z)
			r.count(row.chain, z, 1)
			at := place[entrant{row.acct, row.chain}]
			var ok bool
			if r.amounts[at], ok = toNum(z.Add(z, r.amounts[at].big(new(big.Int)))); !ok {
				return errors.New("a claim is wider than 256 bits")
			}
			continue
		}
		r.rolled.Add(r.rolled, z)
		lines = append(lines, fmt.Sprintf("%s,%s,%s,%s", row.acct.text(), row.chain, t.id, z))
	}
	for i, r := range a.tokens {
		if r.earned.Cmp(r.pool) != 0 {
			return fmt.Errorf("token %s: the round's leaves hold %s, the pool is %s", c.tokens[i].id, r.earned, r.pool)
		}
		if err := r.finish(c.tokens[i]); err != nil {
			return err
		}
	}
	slices.Sort(lines)
	a.tables = []*recomputedTable{{"unclaimed", tableColumns("unclaimed"), func(yield func([]byte) bool) {
		for _, s := range lines {
			if !yield([]byte(s)) {
				return
			}
		}
	}}}
	return nil
}

// roundEntrants lists the accounts of the round as entrants, each once, and gives every token an amount for each.
func (a *allocation) roundEntrants(in *closeData) map[entrant]int {
	place := map[entrant]int{}
	for i := range in.round {
		e := entrant{in.round[i].acct, in.round[i].chain}
		if _, ok := place[e]; !ok {
			place[e] = 0
			a.ents = append(a.ents, e)
		}
	}
	slices.SortFunc(a.ents, func(x, y entrant) int { return compareEntrants(&x, &y) })
	for i := range a.ents {
		place[a.ents[i]] = i
	}
	for _, r := range a.tokens {
		r.amounts, r.entitled = make([]num, len(a.ents)), make([]bool, len(a.ents))
	}
	return place
}
