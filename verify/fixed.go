package verify

import (
	"fmt"
	"math/big"
)

// fixed is fixed/v1: the amounts of a list as they are. It fills the allocation whole.
func fixed(c *campaign, d *ruleData, a *allocation, gone []bool) error {
	at := make([]int32, len(d.ents.list)) // entrant → place in claim order, that of its first row, from 1
	for _, row := range d.list {
		if at[row.ent] == 0 && !gone[row.ent] {
			a.ents = append(a.ents, d.ents.list[row.ent])
			at[row.ent] = int32(len(a.ents))
		}
	}
	n := len(a.ents)
	sums := make([]*listSum, len(c.tokens))
	for k, t := range c.tokens {
		r := &tokenResult{amounts: make([]num, n), entitled: make([]bool, n), pool: t.pool, ruled: d.ruled}
		if d.more != nil {
			r.locked, r.own = make([]num, n), make([][]string, n)
		}
		if d.indexed {
			r.index = make([]num, n)
		}
		a.tokens = append(a.tokens, r)
		sums[k] = &listSum{c: c, t: t, r: r, parts: map[int]*[2]big.Rat{}}
	}
	for j := range d.list {
		row := &d.list[j]
		if gone[row.ent] {
			continue
		}
		i, s := int(at[row.ent])-1, sums[row.token]
		r, en := s.r, &a.ents[i]
		if r.entitled[i] && c.rule.duplicates != "sum" {
			return fmt.Errorf("data row %d: %s has token %s twice, and duplicates are errors", j+1, en.acct.text(), s.t.id)
		}
		if d.more != nil && !r.entitled[i] {
			r.own[i] = d.more[j].own
			if d.indexed {
				r.index[i] = d.more[j].index
			}
		}
		r.entitled[i] = true
		err := s.add(i, 0, row, en.chain)
		if err == nil && d.more != nil {
			err = s.add(i, 1, &d.more[j].locked, en.chain)
		}
		if err != nil {
			return fmt.Errorf("data row %d: %w", j+1, err)
		}
	}
	for _, s := range sums {
		if err := s.close(a.ents); err != nil {
			return err
		}
	}
	if err := a.moveResidual(c); err != nil {
		return err
	}
	return a.close(c)
}
