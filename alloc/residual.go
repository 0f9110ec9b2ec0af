package alloc

import (
	"fmt"
	"slices"

	merkle "github.com/merkle-drop/merkle"
)

// residualEntrant is the account that residual {to: account} names.
func (r *reading) residualEntrant() (Entrant, error) {
	to := r.c.Rounding.Residual
	if to.Account.IsZero() {
		return Entrant{}, merkle.ErrZeroAccount
	}
	if to.Chain == "" {
		chain, err := r.chainOf(to.Account)
		return Entrant{to.Account, chain}, err
	}
	i, found := slices.BinarySearch(r.chains, to.Chain)
	switch {
	case !found:
		return Entrant{}, ErrOtherChain
	case to.Chain.Family() != to.Account.Family():
		return Entrant{}, merkle.ErrFamily
	}
	return Entrant{to.Account, uint16(i)}, nil
}

// checkResidual refuses an account that could not be paid.
func (r *reading) checkResidual() {
	if r.c.Rounding.Residual.To != "account" {
		return
	}
	e, err := r.residualEntrant()
	for k := range r.c.Tokens {
		if err != nil {
			break
		}
		if _, there := r.unit(k, e.Chain); !there {
			err = r.shadowed(k, e)
		}
	}
	if err != nil {
		r.faults.Addf(r.c.Rounding.Pos, "%w: %w", ErrResidual, err)
	}
}

// addResidualEntrant makes room for the account that takes residuals when it is not an entrant yet, and returns its
// index, or -1 when nothing was added.
func (a *Allocation) addResidualEntrant(r *reading) int {
	if r.c.Rounding.Residual.To != "account" {
		return -1
	}
	e, err := r.residualEntrant()
	if err != nil { // was refused by checkResidual
		return -1
	}
	at, found := slices.BinarySearchFunc(a.Entrants, e, Entrant.compare)
	if found {
		return -1
	}
	a.Entrants = slices.Insert(a.Entrants, at, e)
	for k := range a.Tokens {
		t := &a.Tokens[k]
		t.Amounts = slices.Insert(t.Amounts, at, merkle.Amount{})
		if t.Locked != nil {
			t.Locked = slices.Insert(t.Locked, at, merkle.Amount{})
		}
	}
	if a.Order != nil { // last in claim order: it has no row
		for i := range a.Order {
			if int(a.Order[i]) >= at {
				a.Order[i]++
			}
		}
		a.Order = append(a.Order, uint32(at))
	}
	return at
}

// refuseResidual is the fault of a list whose leaves need what a new claim does not have.
func (r *reading) refuseResidual(e Entrant, what string) {
	r.faults.Addf(r.c.Rounding.Pos, "%w: %s has no row in the list, and a new claim has no %s", ErrResidual, e.Account, what)
}

// dropped is the note about entitled entrants without a claim.
func dropped(t *TokenAllocation) string {
	return fmt.Sprintf("token %s: %d entitled entrants get nothing because their claim is 0", t.Token.ID, t.Ledger.Dropped)
}
