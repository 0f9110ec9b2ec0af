package alloc

import (
	"fmt"
	"math/big"

	merkle "github.com/merkle-drop/merkle"
)

// early applies the elections: who takes pays a fee by the age of its stake, who restakes has its claim locked and shares in the fees.
func (a *astra) early(r *reading, out *Allocation) error {
	t := &out.Tokens[0]
	l := &t.Ledger
	a.fees, a.more = make([]merkle.Amount, len(a.ids)), make([]merkle.Amount, len(a.ids))
	var calc flooring
	var fees, locked, shared total
	hundred := big.NewInt(100)
	for i, e := range a.ids {
		if !a.takesNow(e) {
			t.Amounts[i] = merkle.Amount{}
			locked.add(a.claims[i])
			continue
		}
		a.fees[i] = calc.part(a.claims[i], big.NewInt(a.percent(e)), hundred, r.unitOf(e))
		t.Amounts[i] = less(a.claims[i], a.fees[i])
		fees.add(a.fees[i])
	}
	all := fees.big()
	if a.set.Redistribute != "next" {
		if err := a.redistribute(r, all); err != nil {
			return err
		}
	}
	restaked := new(paidRows)
	for i, e := range a.ids {
		shared.add(a.more[i])
		if a.takesNow(e) {
			continue
		}
		v, ok := a.claims[i].Add(a.more[i])
		if !ok {
			return fmt.Errorf("%w: a claim above 256 bits", errInternal)
		}
		if !v.IsZero() {
			restaked.entrants, restaked.amounts = append(restaked.entrants, e), append(restaked.amounts, v)
		}
	}
	given := shared.big()
	lockedSum := locked.big()
	var ok1, ok2 bool
	l.Locked, ok1 = merkle.AmountFromBig(lockedSum.Add(lockedSum, given))
	l.Forgone, ok2 = merkle.AmountFromBig(all.Sub(all, given))
	if !ok1 || !ok2 {
		return fmt.Errorf("%w: fees of %s, %s shared", errInternal, fees.big(), given)
	}
	out.Tables = append(out.Tables, PublishedTable{"restaked", columnNames(paidColumns), int64(len(restaked.entrants)), r.amountRows(restaked.entrants, restaked.amounts)})
	return nil
}

// takesNow reports whether an entrant takes its claim; without a row it restakes.
func (a *astra) takesNow(e uint32) bool {
	return a.set.Elections == nil || a.takeRow[e] > 0 && a.takes.take[a.takeRow[e]-1]
}

// percent is the fee of an entrant who takes, in points.
func (a *astra) percent(e uint32) int64 {
	return max(0, int64(a.set.FeePercent)-int64(a.takes.ages[a.takeRow[e]-1]))
}

// redistribute splits the fees among those who restake, by amount × multiplier over all pools.
func (a *astra) redistribute(r *reading, fees *big.Int) error {
	q := &quotas{n: len(a.ids), bits: a.precisions, pools: 1, codes: &a.codes,
		ratio: func(i int) (num, den uint64) { return a.num[a.ids[i]], a.den[a.ids[i]] },
		amount: func(_, i int) (sum merkle.Amount) {
			if a.takesNow(a.ids[i]) {
				return sum
			}
			for p := range a.stakes {
				sum, _ = sum.Add(a.stake(p, i)) // at most 240 bits each
			}
			return sum
		},
		plan: planOfOne(fees),
	}
	return r.eachQuota(len(a.ids), "fees", func(w *quotaRoom, i int) {
		if !a.takesNow(a.ids[i]) {
			a.more[i], _ = merkle.AmountFromBig(q.floor(w, i, r.unitOf(a.ids[i]))) // at most the fees
		}
	})
}
