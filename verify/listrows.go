package verify

import (
	"errors"
	"fmt"
	"math/big"
	"slices"
)

func (d *ruleData) listRow(m *columnMap) func(c [][]byte) error {
	for i, at := range m.at {
		d.ruled = d.ruled || (at >= 0 && (i == 4 || i > 5))
		d.indexed = d.indexed || (at >= 0 && i == 4)
	}
	return func(c [][]byte) error {
		row := listRow{token: 0}
		if c[2] != nil {
			row.token = slices.IndexFunc(d.camp.tokens, func(t *token) bool { return t.id == string(c[2]) })
			if row.token < 0 {
				return fmt.Errorf("token %s is not in the campaign", quoted(c[2]))
			}
		} else if len(d.camp.tokens) > 1 {
			return errors.New("no column token, and the campaign has several")
		}
		var err error
		if row.ent, err = d.entrantOf(c, 0, 3, row.token); err != nil {
			return err
		}
		if row.amount, err = d.listAmount(c, 1, row.token); err != nil {
			return fmt.Errorf("amount %s: %w", quoted(c[1]), err)
		}
		if row.locked, err = d.listAmount(c, 5, row.token); err != nil {
			return fmt.Errorf("locked %s: %w", quoted(c[5]), err)
		}
		d.sums["list"].add(row.amount.digits, row.amount.frac)
		if c[4] != nil {
			n, ok := parseNum(string(c[4]))
			if !ok || n.big(new(big.Int)).BitLen() > 64 {
				return fmt.Errorf("index %s: not a whole number below 2^64", quoted(c[4]))
			}
			row.index = n
		}
		for _, cell := range c[6:] {
			row.own = append(row.own, string(cell))
		}
		d.list = append(d.list, row)
		return nil
	}
}

// listAmount reads an amount in the rule's unit and spells it canonically; a column that is not there is 0.
func (d *ruleData) listAmount(c [][]byte, i, tok int) (decimal, error) {
	if c[i] == nil {
		return decimal{new(big.Int), 0}, nil
	}
	s := string(c[i])
	if d.camp.rule.unit == "base" {
		z, ok := parseDigits(s)
		if !ok || z.BitLen() > 256 {
			return decimal{}, errors.New("not digits of at most 256 bits")
		}
		return decimal{z, 0}, nil
	}
	a, err := parseDecimal(s)
	if err == nil && wide(s) {
		err = errors.New("wider than 256 bits")
	}
	if err == nil && d.camp.rule.precision == "exact" && a.frac > d.camp.tokens[tok].decimals {
		err = errPrecision
	}
	c[i] = []byte(trimDecimal(s))
	return a, err
}

func (d *ruleData) exclusionRow(c [][]byte) error {
	l := &d.excluded[len(d.excluded)-1]
	a, err := parseAccount(string(c[0]))
	if err != nil {
		return fmt.Errorf("account %s: %w", quoted(c[0]), err)
	}
	if len(c[1]) == 0 {
		return errors.New("an empty reason")
	}
	c[0] = []byte(a.text())
	l.rows++
	if c[2] == nil {
		if l.accounts[a] {
			return fmt.Errorf("account %s stands twice", c[0])
		}
		l.accounts[a] = true
		return nil
	}
	e := entrant{a, string(c[2])}
	if fam, ok := chainFamily(e.chain); !ok || fam != a.fam || l.pairs[e] {
		return fmt.Errorf("account %s on chain %s: not such a chain, or it stands twice", c[0], quoted(c[2]))
	}
	l.pairs[e] = true
	return nil
}
