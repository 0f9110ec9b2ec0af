package verify

import (
	"errors"
	"fmt"
	"math/big"
)

// fixed is fixed/v1: the amounts of a list as they are. It fills the allocation whole.
func fixed(c *campaign, d *ruleData, a *allocation, gone []bool) error {
	at := map[int32]int{} // entrant → place in claim order: that of its first row
	for _, row := range d.list {
		if _, ok := at[row.ent]; !ok && !gone[row.ent] {
			at[row.ent] = len(a.ents)
			a.ents = append(a.ents, d.ents.list[row.ent])
		}
	}
	n := len(a.ents)
	exact := make([]*big.Rat, len(c.tokens)) // Σ of all rows
	sums := make([]map[int][2]*big.Rat, len(c.tokens))
	for k, t := range c.tokens {
		r := &tokenResult{amounts: make([]num, n), locked: make([]num, n), own: make([][]string, n), entitled: make([]bool, n), pool: t.pool}
		if d.indexed {
			r.index = make([]num, n)
		}
		a.tokens = append(a.tokens, r)
		exact[k], sums[k] = new(big.Rat), map[int][2]*big.Rat{}
	}
	for j := range d.list {
		row := &d.list[j]
		if gone[row.ent] {
			continue
		}
		i, k := at[row.ent], row.token
		r, t := a.tokens[k], c.tokens[k]
		if r.entitled[i] && c.rule.duplicates != "sum" {
			return fmt.Errorf("data row %d: %s has token %s twice, and duplicates are errors", j+1, a.ents[i].acct.text(), t.id)
		}
		if !r.entitled[i] {
			r.own[i] = row.own
			if d.indexed {
				r.index[i] = row.index
			}
			sums[k][i] = [2]*big.Rat{new(big.Rat), new(big.Rat)}
		}
		r.entitled[i] = true
		unit := t.on(a.ents[i].chain).unit
		for part, v := range []decimal{row.amount, row.locked} {
			x := v.rat()
			if c.rule.unit == "token" {
				x.Mul(x, new(big.Rat).SetInt(pow10(t.decimals)))
			}
			exact[k].Add(exact[k], x)
			if c.rule.precision == "floor-row" {
				x.SetInt(floorRat(x))
			}
			if c.rule.precision != "floor-sum" && new(big.Int).Rem(floorRat(x), unit).Sign() != 0 {
				return fmt.Errorf("data row %d: not a multiple of %s, which is one base unit on %s", j+1, unit, a.ents[i].chain)
			}
			sums[k][i][part].Add(sums[k][i][part], x)
		}
		if exact[k].Cmp(new(big.Rat).SetInt(t.pool)) > 0 {
			return fmt.Errorf("data row %d: token %s passes its pool of %s base units", j+1, t.id, t.pool)
		}
	}
	for k, t := range c.tokens {
		r := a.tokens[k]
		r.ruled = d.ruled
		r.earned = floorRat(exact[k])
		for i, pair := range sums[k] {
			amount, locked := floorRat(pair[0]), floorRat(pair[1])
			unit := t.on(a.ents[i].chain).unit
			if new(big.Int).Rem(amount, unit).Sign() != 0 || new(big.Int).Rem(locked, unit).Sign() != 0 {
				return errors.New("the sum of " + a.ents[i].acct.text() + " is not a multiple of one base unit on " + a.ents[i].chain)
			}
			var ok1, ok2 bool
			r.amounts[i], ok1 = toNum(amount)
			r.locked[i], ok2 = toNum(locked)
			if !ok1 || !ok2 {
				return errors.New("a claim is wider than 256 bits")
			}
		}
	}
	if err := a.moveResidual(c); err != nil {
		return err
	}
	return a.close(c)
}
