package verify

import (
	"errors"
	"fmt"
	"math/big"
)

// listSum adds the rows of a list for one token, in its base units.
type listSum struct {
	c     *campaign
	t     *token
	r     *tokenResult
	whole big.Int             // Σ of all rows' whole base units
	exact big.Rat             // Σ of all rows' fractions of them
	parts map[int]*[2]big.Rat // fractions of base units that rows have left, by place: of the amount and of what is locked

	z, rest, unit big.Int // scratch
}

// add adds a row's amount, or what it has locked (part 1), to the claim at a place, by the rule's precision.
func (s *listSum) add(i, part int, row *listRow, chain string) error {
	z := row.digits.big(&s.z)
	var fraction *big.Rat
	places := int(row.frac)
	if s.c.rule.unit == "token" {
		places -= s.t.decimals
	}
	if places < 0 {
		z.Mul(z, pow10(-places))
	} else if places > 0 {
		q := pow10(places)
		z.QuoRem(z, q, &s.rest)
		if s.rest.Sign() != 0 {
			fraction = new(big.Rat).SetFrac(&s.rest, q)
			s.exact.Add(&s.exact, fraction)
		}
	}
	s.whole.Add(&s.whole, z)
	unit := s.t.on(chain).unit
	if s.c.rule.precision != "floor-sum" && s.unit.Rem(z, unit).Sign() != 0 {
		return fmt.Errorf("not a multiple of %s, which is one base unit on %s", unit, chain)
	}
	if s.whole.Cmp(s.t.pool) > 0 || s.exact.Sign() > 0 && s.sum().Cmp(new(big.Rat).SetInt(s.t.pool)) > 0 {
		return fmt.Errorf("token %s passes its pool of %s base units", s.t.id, s.t.pool)
	}
	if fraction != nil && s.c.rule.precision != "floor-row" {
		if s.parts[i] == nil {
			s.parts[i] = new([2]big.Rat)
		}
		s.parts[i][part].Add(&s.parts[i][part], fraction)
	}
	return s.put(i, part, z)
}

// sum is that of all rows.
func (s *listSum) sum() *big.Rat { return new(big.Rat).Add(&s.exact, new(big.Rat).SetInt(&s.whole)) }

// put adds z to the claim at a place.
func (s *listSum) put(i, part int, z *big.Int) error {
	n := &s.r.amounts[i]
	if part == 1 {
		n = &s.r.locked[i]
	}
	var ok bool
	if *n, ok = toNum(z.Add(z, n.big(&s.rest))); !ok {
		return errWideClaim
	}
	return nil
}

var errWideClaim = errors.New("a claim is wider than 256 bits")

// close adds what fractions make whole, and checks the claims.
func (s *listSum) close(ents []entrant) error {
	for i, parts := range s.parts {
		for part := range parts {
			if z := floorRat(&parts[part]); z.Sign() > 0 {
				if err := s.put(i, part, z); err != nil {
					return err
				}
			}
		}
	}
	s.r.earned = floorRat(s.sum())
	for i, entitled := range s.r.entitled {
		if !entitled {
			continue // of another token; this one may not be on its chain
		}
		unit := s.t.on(ents[i].chain).unit
		for part := range 2 {
			n := &s.r.amounts[i]
			if part == 1 {
				if s.r.locked == nil {
					break
				}
				n = &s.r.locked[i]
			}
			if s.unit.Rem(n.big(&s.z), unit).Sign() != 0 {
				return errors.New("the sum of " + ents[i].acct.text() + " is not a multiple of one base unit on " + ents[i].chain)
			}
		}
	}
	return nil
}
