package alloc

import (
	"fmt"
	"math/big"
	"slices"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/campaign"
)

// close fills the allocation: entrants, leaves, ledger and tables. allocated says who shared in the month's pool; earned is of the month's pool and
// what rolled in, given is what became allocations of it.
func (m *months) close(r *reading, out *Allocation, allocated func(e uint32) bool, drops func(e uint32) bool, earned, given *big.Int) error {
	before := make([]merkle.Amount, r.roll.len())
	for i, e := range m.paid.entrants {
		before[e], _ = before[e].Add(m.paid.amounts[i])
	}
	after := before
	for e, v := range m.payments {
		var ok bool
		if after[e], ok = after[e].Add(v); !ok {
			return fmt.Errorf("%w: %s has been paid more than 256 bits", errInternal, r.roll.entrants[e].Account)
		}
	}
	cumulative := m.set.Claims == "cumulative"
	ids := out.enrol(r, func(e uint32) bool {
		return allocated(e) || !m.payments[e].IsZero() || cumulative && !after[e].IsZero()
	})
	t := &out.Tokens[0]
	paid := make([]merkle.Amount, len(ids))
	for i, e := range ids {
		paid[i] = m.payments[e]
	}
	if t.Amounts = paid; cumulative {
		t.paid, t.Amounts = paid, make([]merkle.Amount, len(ids))
		for i, e := range ids {
			t.Amounts[i] = after[e]
		}
	}
	if m.tranches() {
		m.unlocks(r, out, ids)
	}
	if err := m.ledger(r, out, ids, drops, earned, given); err != nil {
		return err
	}
	m.publish(r, out, after)
	return nil
}

// ledger closes the double entry.
func (m *months) ledger(r *reading, out *Allocation, ids []uint32, drops func(e uint32) bool, earned, given *big.Int) error {
	t := &out.Tokens[0]
	l := &t.Ledger
	l.Pool, l.RolledIn = t.Token.Pool, m.rolledIn
	l.ResidualTo, l.RolledTo = r.c.Rounding.Residual.To, m.set.Roll
	var carried, locked, unelected, claims, before total
	for i := range m.in.entrants {
		carried.add(m.in.carried(i, m.completion()))
	}
	m.passed(func(p *positionRows, i int) {
		if p.periods[i] == 0 {
			unelected.add(p.allocations[i])
		} else {
			locked.add(p.carried(i, m.completion()))
		}
	})
	for i := range ids {
		claims.add(m.payments[ids[i]])
	}
	if t.paid != nil {
		for _, v := range m.paid.amounts {
			before.add(v)
		}
	}
	supply := new(big.Int).Add(l.Pool.Big(), l.RolledIn.Big())
	ok := true
	set := func(to *merkle.Amount, v *big.Int) {
		a, fits := merkle.AmountFromBig(v)
		*to, ok = a, ok && fits
	}
	set(&l.CarriedIn, carried.big())
	set(&l.Locked, locked.big())
	set(&l.Unelected, unelected.big())
	set(&l.Claims, claims.big())
	set(&l.PaidBefore, before.big())
	set(&l.Unvested, m.unvested.big())
	set(&l.Forgone, m.forgone.big())
	set(&l.Unallocated, supply.Sub(supply, earned))
	set(&l.Residual, new(big.Int).Sub(earned, given))
	if !ok {
		return fmt.Errorf("%w: a ledger line does not fit", errInternal)
	}
	out.countLeaves(r, 0, func(i int) bool { return drops(ids[i]) })
	out.checkCaps(r, 0)
	return out.prove(0)
}

// unlocks makes the tranches: what is claimable at once, and each position made this month at its end.
func (m *months) unlocks(r *reading, out *Allocation, ids []uint32) {
	at := slices.Repeat([]uint32{nowhere}, r.roll.len())
	out.Tranches = []Tranche{} // also when there is none: not nil says that leaves are tranches
	for i, e := range ids {
		at[e] = uint32(i)
		if !m.sooner[e].IsZero() {
			out.Tranches = append(out.Tranches, Tranche{uint32(i), m.sooner[e], campaign.MonthEnd(m.month, m.zone)})
		}
	}
	for i, e := range m.fresh.entrants {
		if m.fresh.periods[i] > 0 && !m.fresh.entitlements[i].IsZero() {
			out.Tranches = append(out.Tranches, Tranche{at[e], m.fresh.entitlements[i], campaign.MonthEnd(m.month+int(m.fresh.periods[i]), m.zone)})
		}
	}
	slices.SortFunc(out.Tranches, func(a, b Tranche) int {
		if a.Entrant != b.Entrant {
			return int(a.Entrant) - int(b.Entrant)
		}
		return int(a.Unlock - b.Unlock)
	})
}
