package verify

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
)

func (d *ruleData) listRow(m *columnMap) func(c [][]byte) error {
	for i, at := range m.at {
		d.ruled = d.ruled || (at >= 0 && (i == 4 || i > 5))
		d.indexed = d.indexed || (at >= 0 && i == 4)
	}
	more := m.at[4] >= 0 || m.at[5] >= 0 || len(m.at) > 6
	return func(c [][]byte) error {
		tok := 0
		if c[2] != nil {
			tok = slices.IndexFunc(d.camp.tokens, func(t *token) bool { return t.id == string(c[2]) })
			if tok < 0 {
				return fmt.Errorf("token %s is not in the campaign", quoted(c[2]))
			}
		} else if len(d.camp.tokens) > 1 {
			return errors.New("no column token, and the campaign has several")
		}
		var row listRow
		var rest listMore
		ent, err := d.entrantOf(c, 0, 3, tok)
		if err != nil {
			return err
		}
		if row.digits, row.frac, err = d.listAmount(c, 1, tok); err != nil {
			return fmt.Errorf("amount %s: %w", quoted(c[1]), err)
		}
		if rest.locked.digits, rest.locked.frac, err = d.listAmount(c, 5, tok); err != nil {
			return fmt.Errorf("locked %s: %w", quoted(c[5]), err)
		}
		row.ent, row.token = ent, uint16(tok)
		d.sums["list"].add(row.digits.big(&d.scratch), int(row.frac))
		if c[4] != nil {
			n, ok := parseNum(string(c[4]))
			if !ok || n.bits() > 64 {
				return fmt.Errorf("index %s: not a whole number below 2^64", quoted(c[4]))
			}
			rest.index = n
		}
		for _, cell := range c[6:] {
			rest.own = append(rest.own, string(cell))
		}
		d.list = append(d.list, row)
		if more {
			d.more = append(d.more, rest)
		}
		return nil
	}
}

// listAmount reads an amount in the rule's unit, as digits · 10^-frac without trailing fraction zeros, and spells it canonically; a column that is not there is 0.
func (d *ruleData) listAmount(c [][]byte, i, tok int) (digits num, frac uint8, err error) {
	if c[i] == nil {
		return digits, 0, nil
	}
	s := string(c[i])
	if d.camp.rule.unit == "base" {
		digits, ok := parseNum(s)
		if !ok {
			return digits, 0, errors.New("not digits of at most 256 bits")
		}
		return digits, 0, nil
	}
	_, places, err := splitDecimal(s)
	if err != nil {
		return digits, 0, err
	}
	whole, part, _ := strings.Cut(trimDecimal(s), ".")
	digits, ok := parseNum(cmp.Or(strings.TrimLeft(whole+part, "0"), "0"))
	switch {
	case !ok:
		err = errors.New("wider than 256 bits")
	case d.camp.rule.precision == "exact" && len(places) > d.camp.tokens[tok].decimals:
		err = errPrecision
	}
	c[i] = []byte(trimDecimal(s))
	return digits, uint8(len(part)), err
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
