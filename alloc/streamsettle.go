package alloc

import (
	"errors"
	"fmt"
	"math/big"
	"slices"

	merkle "github.com/merkle-drop/merkle"
)

// settleAll closes the ledgers and says what there is to say about the claims. The outline has all files, also with an error.
func (s *running) settleAll(writers []*claimWriter) (*Outline, error) {
	a := &Allocation{Campaign: s.c, Inputs: s.entries, Exclusions: s.results, chains: s.chains, Tokens: make([]TokenAllocation, len(s.c.Tokens))}
	out := &Outline{Allocation: a, Sizes: make([]ClaimSizes, len(s.c.Tokens)), files: s.files, canonical: s.canonical}
	for _, w := range writers {
		out.Sorted = append(out.Sorted, w.f)
	}
	for k := range a.Tokens {
		a.Tokens[k].Token = &s.c.Tokens[k]
	}
	if err := s.rule.told(out); err != nil {
		return out, err
	}
	gained := false
	for k := range a.Tokens {
		if err := s.rule.closeLedger(out, writers, k); err != nil {
			return out, err
		}
		if s.c.Rule.Close == nil { // what was claimed is paid already
			a.checkCaps(s.reading, k)
		}
		gained = gained || s.gaining.claims(writers, k)
	}
	if gained {
		s.tally.meet(s.gaining.entrant)
		s.tally.judge()
	}
	if err := s.name(a); err != nil {
		return out, err
	}
	a.Notes = append(a.Notes, s.tally.notes(s.c)...)
	a.Accounts = s.tally.counts
	out.Enrolled = s.enrolled
	return out, out.finish()
}

// name compares printed figures.
func (s *running) name(a *Allocation) error {
	for e := range s.found {
		a.Entrants = append(a.Entrants, e)
	}
	slices.SortFunc(a.Entrants, Entrant.compare)
	for k := range a.Tokens {
		for _, e := range a.Entrants {
			a.Tokens[k].Amounts = append(a.Tokens[k].Amounts, s.found[e][k])
		}
	}
	a.assert(s.reading, s.rule.ruled())
	a.notes(s.reading)
	return s.faults.Err()
}

// finish lets go of files without claims.
func (o *Outline) finish() error {
	kept := o.Sorted[:0]
	var errs []error
	for _, f := range o.Sorted {
		if f.Len > 0 {
			kept = append(kept, f)
		} else {
			errs = append(errs, f.Close())
		}
	}
	o.Sorted = kept
	return errors.Join(errs...)
}

// closeLedger is Allocation.close for claims on disk.
func (s *stream) closeLedger(out *Outline, writers []*claimWriter, k int) error {
	a := out.Allocation
	t := &a.Tokens[k]
	l := &t.Ledger
	l.Pool = t.Token.Pool
	claims := new(big.Int)
	for _, f := range out.of(k) {
		claims.Add(claims, f.inUnits(f.Amount))
	}
	earned, fits := merkle.AmountFromBig(s.earned[k])
	won, ok := merkle.AmountFromBig(claims)
	if fits = fits && ok; fits {
		l.Unallocated, fits = l.Pool.Sub(earned)
	}
	if fits {
		for _, v := range []merkle.Amount{l.Locked, l.Forgone} { // what the rule has told of
			if fits {
				earned, fits = earned.Sub(v)
			}
		}
		l.Residual = earned
	}
	if fits {
		l.Residual, fits = earned.Sub(won)
	}
	if !fits {
		return fmt.Errorf("%w: token %s: claims of %s, earned %s of a pool of %s", errInternal, t.Token.ID, claims, s.earned[k], l.Pool)
	}
	if err := s.moveResidual(out, writers, k); err != nil {
		return err
	}
	l.Dropped = s.dropped[k]
	for _, f := range out.of(k) {
		if f.Len == 0 {
			continue
		}
		paid, _ := merkle.AmountFromBig(f.inUnits(f.Amount))
		l.Claims, _ = l.Claims.Add(paid)
		l.Chains = append(l.Chains, ChainLine{f.Chain, paid, f.Len})
		l.Leaves += f.Len
	}
	return a.prove(k)
}

// inUnits is an amount in base units of the token.
func (f *Sorted) inUnits(v merkle.Amount) *big.Int {
	b := v.Big()
	return b.Mul(b, f.unit.Big())
}

// moveResidual is Allocation.moveResidual for claims on disk, and looks at the claims: the largest must be known before, and afterwards it is another.
func (s *stream) moveResidual(out *Outline, writers []*claimWriter, k int) error {
	l := &out.Tokens[k].Ledger
	l.ResidualTo = s.c.Rounding.Residual.To
	if s.c.Rule.Astra != nil { // it stays where it is
		return s.look(out, k)
	}
	switch l.ResidualTo {
	case "largest":
		l.ResidualTo = "treasury"
		if err := s.look(out, k); err != nil || s.winner.file == nil {
			return err
		}
		w := writers[slices.IndexFunc(writers, func(w *claimWriter) bool { return w.f == s.winner.file })]
		if moved, err := s.move(out, w, w.f.place(s.winner.at), s.winner.entrant); err != nil || !moved {
			return err
		}
		return s.look(out, k)
	case "account":
		l.ResidualTo = "treasury"
		for _, w := range writers {
			if w.f.Token != k || w.gain < 0 {
				continue
			}
			moved, err := s.move(out, w, w.gain, s.gaining.entrant)
			if err != nil {
				return err
			}
			if moved && s.gaining.dropped[k] {
				s.dropped[k]--
			}
			if err := w.settle(); err != nil {
				return err
			}
		}
	}
	return s.look(out, k)
}

// move adds the residual of a token to the claim at a place, as far as its chain can pay it.
func (s *stream) move(out *Outline, w *claimWriter, at int, e Entrant) (bool, error) {
	f := w.f
	l := &out.Tokens[f.Token].Ledger
	units, rest := new(big.Int).QuoRem(l.Residual.Big(), f.unit.Big(), new(big.Int))
	more, _ := merkle.AmountFromBig(units)
	l.Residual, _ = merkle.AmountFromBig(rest)
	if more.IsZero() {
		return false, nil
	}
	amount, err := w.grow(at, more)
	if err != nil {
		return false, err
	}
	f.meet(e.Account)
	moved, _ := merkle.AmountFromBig(units.Mul(units, f.unit.Big()))
	if v := s.found[e]; v != nil {
		v[f.Token], _ = v[f.Token].Add(moved)
	}
	if amount.BitLen() <= w.bits {
		return true, nil
	}
	if was, _ := amount.Sub(more); was.BitLen() > w.bits { // it is among them, or among those that are counted only
		if i := slices.IndexFunc(f.Wide, func(x WideAmount) bool { return x.Account == e.Account && !x.Locked }); i >= 0 {
			f.Wide[i].Amount = amount
		}
		return true, nil
	}
	row, err := f.rowOf(at)
	if err != nil {
		return false, err
	}
	f.Wide = append(f.Wide, WideAmount{Account: e.Account, Amount: amount, row: row})
	f.cutWide()
	return true, nil
}

// settle makes a hole of the record of the account that takes residuals, when it is no claim after all.
func (w *claimWriter) settle() error {
	f := w.f
	m := &f.form
	record, err := readPart(f.file, nil, int64(w.gain)*int64(m.size()), m.indexAt())
	if err != nil {
		return err
	}
	for _, b := range record[m.account:] {
		if b != 0 {
			return nil
		}
	}
	f.hole = w.gain
	f.Len--
	return nil
}

// claims reports whether the account has a claim of a token.
func (g *gaining) claims(writers []*claimWriter, k int) bool {
	return slices.ContainsFunc(writers, func(w *claimWriter) bool { return w.f.Token == k && w.gain >= 0 && w.f.hole < 0 })
}
