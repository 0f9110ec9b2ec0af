package alloc

import (
	"errors"
	"fmt"
	"math/big"
	"slices"

	merkle "github.com/merkle-drop/merkle"
)

// diagnose refuses repeated accounts and the row with which the pool is passed, as fixed.refine does. The list is read once more for their places,
// and only when there is something to say.
func (s *stream) diagnose() (err error) {
	pool := s.c.Tokens[0].Pool.Big()
	scale := max(s.finest, s.decimals)
	limit := pool.Mul(pool, pow10(scale-s.decimals))
	if s.twice.count == 0 && s.earned.at(scale).Cmp(limit) <= 0 {
		return nil
	}
	s.twice.cut()
	before := map[uint32]uint32{} // row -> the first of its account
	places := map[uint32]merkle.Pos{}
	for _, r := range s.twice.first {
		before[r.row] = r.before
		places[r.before] = merkle.Pos{}
	}
	faults := s.faults
	s.faults = new(merkle.Faults) // what is wrong with single rows is known
	opened := s.opened
	defer func() { s.faults, s.opened = faults, opened }()
	src, err := s.openList()
	if src == nil {
		return errors.Join(err, s.faults.Err())
	}
	defer func() { err = errors.Join(err, src.abandon(), src.Err(), s.ctx.Err()) }()
	sum := new(big.Int)
	exact := func(digits merkle.Amount, of uint8) *big.Int {
		v := digits.Big()
		return v.Mul(v, pow10(scale-int(of)))
	}
	return s.scan(src, func(row *streamRow) error {
		if row.excluded {
			return nil
		}
		n := uint32(s.rows)
		if _, wanted := places[n]; wanted {
			places[n] = placeOf(src.name, row.account)
		}
		if s.twice.has(s.rows) {
			first, known := before[n]
			what := error(ErrDuplicate)
			if known {
				what = fmt.Errorf("%w, first at %s", ErrDuplicate, places[first])
			}
			faults.Add(&merkle.Fault{Pos: placeOf(src.name, row.account), Field: "account", Value: row.e.Account.String(), Err: what})
			return nil
		}
		within := sum.Cmp(limit) <= 0
		sum.Add(sum, exact(row.digits, row.scale))
		if s.locked {
			sum.Add(sum, exact(row.ldigits, row.lscale))
		}
		if within && sum.Cmp(limit) > 0 {
			over := new(big.Int).Sub(sum, limit)
			faults.Add(&merkle.Fault{Pos: placeOf(src.name, row.amountCell), Field: "amount", Value: string(appendDecimal(nil, row.digits, int(row.scale))),
				Err: fmt.Errorf("%w of token %s (%s over)", ErrPool, s.c.Tokens[0].ID, decimalText(over, scale))})
		}
		return nil
	})
}

// placeOf is a place as places keeps it.
func placeOf(file string, c cell) merkle.Pos {
	var p places
	p.add(c)
	return p.at(file, 0)
}

// settleAll closes the ledger and says what there is to say about the claims.
func (s *stream) settleAll(sorted []*Sorted) (*Outline, error) {
	a := &Allocation{Campaign: s.c, Inputs: s.entries, Exclusions: s.results, chains: s.chains, Tokens: []TokenAllocation{{Token: &s.c.Tokens[0]}}}
	out := &Outline{Allocation: a, Indexed: s.indexed, Sizes: make([]ClaimSizes, 1)}
	out.Sorted = sorted
	if err := s.look(out); err != nil {
		return nil, err
	}
	if err := s.closeLedger(out); err != nil {
		return nil, err
	}
	a.checkCaps(s.reading, 0)
	t := &a.Tokens[0]
	for e := range s.found {
		a.Entrants = append(a.Entrants, e)
	}
	slices.SortFunc(a.Entrants, Entrant.compare)
	for _, e := range a.Entrants {
		t.Amounts = append(t.Amounts, s.found[e])
	}
	a.assert(s.reading, new(fixed))
	if err := s.faults.Err(); err != nil {
		return nil, err
	}
	a.notes(s.reading)
	a.Notes = append(a.Notes, s.kinds.notes(s.c)...)
	a.Accounts = s.kinds.counts
	out.Enrolled = t.Ledger.Leaves + t.Ledger.Dropped
	return out, nil
}

// closeLedger is Allocation.close for claims on disk.
func (s *stream) closeLedger(out *Outline) error {
	a := out.Allocation
	t := &a.Tokens[0]
	l := &t.Ledger
	scale := max(s.finest, s.decimals)
	earned, fits := merkle.AmountFromBig(new(big.Int).Quo(s.earned.at(scale), pow10(scale-s.decimals)))
	l.Pool, l.Dropped = t.Token.Pool, s.dropped
	claims := new(big.Int)
	for _, f := range out.Sorted {
		unit := f.unit.Big()
		claims.Add(claims, unit.Mul(unit, f.Amount.Big()))
	}
	won, ok := merkle.AmountFromBig(claims)
	if fits = fits && ok; fits {
		l.Unallocated, fits = l.Pool.Sub(earned)
	}
	if fits {
		l.Residual, fits = earned.Sub(won)
	}
	if !fits {
		return fmt.Errorf("%w: token %s: claims of %s, earned %s of a pool of %s", errInternal, t.Token.ID, claims, earned, l.Pool)
	}
	if l.ResidualTo = a.Campaign.Rounding.Residual.To; l.ResidualTo == "largest" {
		if err := s.moveToLargest(out); err != nil {
			return err
		}
	}
	for _, f := range out.Sorted {
		unit := f.unit.Big()
		paid, _ := merkle.AmountFromBig(unit.Mul(unit, f.Amount.Big()))
		l.Claims, _ = l.Claims.Add(paid)
		l.Chains = append(l.Chains, ChainLine{f.Chain, paid, f.Len})
		l.Leaves += f.Len
	}
	return a.prove(0)
}

// moveToLargest adds the residual to the largest claim, as far as its chain can pay it: its record is written anew.
func (s *stream) moveToLargest(out *Outline) error {
	l := &out.Tokens[0].Ledger
	l.ResidualTo = "treasury"
	w := s.winner
	if w.file == nil {
		return nil
	}
	left := l.Residual.Big()
	units, rest := new(big.Int).QuoRem(left, w.file.unit.Big(), new(big.Int))
	more, _ := merkle.AmountFromBig(units)
	l.Residual, _ = merkle.AmountFromBig(rest)
	if more.IsZero() {
		return nil
	}
	at := int64(w.at)*int64(w.file.size()) + int64(w.file.account)
	buf := make([]byte, w.file.width)
	if _, err := w.file.file.ReadAt(buf, at); err != nil {
		return err
	}
	amount, fits := getAmount(buf).Add(more)
	if !fits {
		return fmt.Errorf("%w: token %s: a claim above 256 bits", errInternal, out.Tokens[0].Token.ID)
	}
	putAmount(buf, amount)
	if _, err := w.file.file.WriteAt(buf, at); err != nil {
		return err
	}
	w.file.Amount, _ = w.file.Amount.Add(more)
	moved, _ := merkle.AmountFromBig(units.Mul(units, w.file.unit.Big()))
	if v, watched := s.found[w.entrant]; watched {
		s.found[w.entrant], _ = v.Add(moved)
	}
	if bits, known := s.x.AmountBits[OnChain{w.file.Token, w.file.Chain}]; known && amount.BitLen() > bits {
		w.file.Wide = append(w.file.Wide, WideAmount{Account: w.entrant.Account, Amount: amount})
	}
	return s.look(out)
}
