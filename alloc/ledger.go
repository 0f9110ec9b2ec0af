package alloc

import (
	"fmt"
	"math/big"

	merkle "github.com/merkle-drop/merkle"
)

// close fills the ledger of token k from its claims and what was earned of the pool, moves the residual where the campaign
// wants it, and proves the double entry. entitled says who counts as dropped when the claim is 0.
func (a *Allocation) close(r *reading, k int, earned *big.Int, entitled func(i int) bool) error {
	t := &a.Tokens[k]
	l := &t.Ledger
	l.Pool = t.Token.Pool
	claims, err := t.sum()
	if err != nil {
		return err
	}
	won, ok := merkle.AmountFromBig(earned)
	if !ok {
		return fmt.Errorf("%w: token %s: earned %s", errInternal, t.Token.ID, earned)
	}
	if l.Unallocated, ok = l.Pool.Sub(won); !ok {
		return fmt.Errorf("%w: token %s: earned %s of a pool of %s", errInternal, t.Token.ID, won, l.Pool)
	}
	if l.Residual, ok = won.Sub(claims); !ok {
		return fmt.Errorf("%w: token %s: claims of %s, earned %s", errInternal, t.Token.ID, claims, won)
	}
	if err := a.moveResidual(r, k); err != nil {
		return err
	}
	if l.Claims, err = t.sum(); err != nil {
		return err
	}
	a.countChains(r, k, entitled)
	return a.prove(k)
}

// sum adds all amounts and locked amounts.
func (t *TokenAllocation) sum() (merkle.Amount, error) {
	var sum total
	for i, v := range t.Amounts {
		sum.add(v)
		if t.Locked != nil {
			sum.add(t.Locked[i])
		}
	}
	a, ok := merkle.AmountFromBig(sum.big())
	if !ok {
		return a, fmt.Errorf("%w: token %s: claims above 256 bits", errInternal, t.Token.ID)
	}
	return a, nil
}

// claim is amount and locked amount of entrant i. Their sum fits: the ledger's total did.
func (t *TokenAllocation) claim(i int) merkle.Amount {
	c := t.Amounts[i]
	if t.Locked != nil {
		c, _ = c.Add(t.Locked[i])
	}
	return c
}

// moveResidual adds the residual to an entrant when the campaign says so: the largest multiple of its chain's unit.
func (a *Allocation) moveResidual(r *reading, k int) error {
	t := &a.Tokens[k]
	l := &t.Ledger
	to := a.Campaign.Rounding.Residual
	l.ResidualTo = to.To
	winner := -1
	switch to.To {
	default:
		return nil
	case "largest":
		for i := range t.Amounts {
			if c := t.claim(i); !c.IsZero() && (winner < 0 || c.Cmp(t.claim(winner)) > 0) {
				winner = i
			}
		}
	case "account":
		e, err := r.residualEntrant()
		if err != nil {
			return err
		}
		for i := range a.Entrants {
			if a.Entrants[i] == e {
				winner = i
			}
		}
	}
	l.ResidualTo = "treasury"
	if winner < 0 {
		return nil
	}
	unit, there := r.unit(k, a.Entrants[winner].Chain)
	if !there {
		return fmt.Errorf("%w: token %s is not on the chain of the residual's account", errInternal, t.Token.ID)
	}
	left := l.Residual.Big()
	rest := new(big.Int).Rem(left, unit)
	moved, _ := merkle.AmountFromBig(left.Sub(left, rest))
	var ok bool
	if t.Amounts[winner], ok = t.Amounts[winner].Add(moved); !ok {
		return fmt.Errorf("%w: token %s: a claim above 256 bits", errInternal, t.Token.ID)
	}
	l.Residual, _ = merkle.AmountFromBig(rest)
	t.movedTo, t.moved = winner, moved
	return nil
}

// countLeaves is countChains for the rules by months: what leaves hold and what is claimed now may differ, and an entrant may have several
// leaves. drops says who counts as dropped.
func (a *Allocation) countLeaves(r *reading, k int, drops func(i int) bool) {
	t := &a.Tokens[k]
	sums, leaves := make([]total, len(r.chains)), make([]int, len(r.chains))
	for i, v := range t.Amounts {
		chain := a.Entrants[i].Chain
		now := v
		if t.paid != nil {
			now = t.paid[i]
		}
		sums[chain].add(now)
		if !v.IsZero() && a.Tranches == nil {
			leaves[chain]++
		}
		if drops(i) {
			t.Ledger.Dropped++
		}
	}
	for _, x := range a.Tranches {
		leaves[a.Entrants[x.Entrant].Chain]++
	}
	for i, chain := range r.chains {
		if t.Ledger.Leaves += leaves[i]; leaves[i] > 0 {
			sum, _ := merkle.AmountFromBig(sums[i].big())
			t.Ledger.Chains = append(t.Ledger.Chains, ChainLine{chain, sum, leaves[i]})
		}
	}
}

func (a *Allocation) countChains(r *reading, k int, entitled func(i int) bool) {
	t := &a.Tokens[k]
	sums, leaves := make([]total, len(r.chains)), make([]int, len(r.chains))
	for i := range t.Amounts {
		c := t.claim(i)
		switch chain := a.Entrants[i].Chain; {
		case !c.IsZero():
			sums[chain].add(c)
			leaves[chain]++
			t.Ledger.Leaves++
		case entitled(i):
			t.Ledger.Dropped++
		}
	}
	for i, chain := range r.chains {
		if leaves[i] > 0 {
			sum, _ := merkle.AmountFromBig(sums[i].big())
			t.Ledger.Chains = append(t.Ledger.Chains, ChainLine{chain, sum, leaves[i]})
		}
	}
}

// prove checks what must hold whatever was read: the double entry, the chains against the total, and the units.
func (a *Allocation) prove(k int) error {
	t := &a.Tokens[k]
	l := &t.Ledger
	sum := new(big.Int)
	for _, v := range []merkle.Amount{l.Claims, l.Locked, l.Unelected, l.Unallocated, l.Unvested, l.Forgone, l.Rolled, l.Residual} {
		sum.Add(sum, v.Big())
	}
	sources := new(big.Int).Add(l.Pool.Big(), l.CarriedIn.Big())
	if sources.Add(sources, l.RolledIn.Big()); sum.Cmp(sources) != 0 {
		return fmt.Errorf("%w: token %s: ledger lines add up to %s, the sources to %s", errInternal, t.Token.ID, sum, sources)
	}
	sum.SetInt64(0)
	for _, c := range l.Chains {
		sum.Add(sum, c.Claims.Big())
	}
	if sum.Cmp(l.Claims.Big()) != 0 {
		return fmt.Errorf("%w: token %s: chains add up to %s, claims are %s", errInternal, t.Token.ID, sum, l.Claims)
	}
	return nil
}

// checkCaps refuses more on a chain than its cap.
func (a *Allocation) checkCaps(r *reading, k int) {
	t := a.Tokens[k].Token
	for _, line := range a.Tokens[k].Ledger.Chains {
		for i := range t.Assets {
			on := &t.Assets[i]
			if on.Asset.Chain == line.Chain && on.Cap != nil && line.Claims.Cmp(*on.Cap) > 0 {
				r.faults.Addf(on.Pos, "token %s: %w: claims of %s on %s, the cap is %s", t.ID, ErrChainCap, line.Claims.Tokens(t.Decimals), line.Chain, on.Cap.Tokens(t.Decimals))
			}
		}
	}
}
