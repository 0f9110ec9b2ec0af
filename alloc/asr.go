package alloc

import (
	"fmt"
	"math/big"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/campaign"
)

// asr is jupiter-asr/v1 (docs/rules/jupiter-asr-v1.md).
type asr struct {
	set   *campaign.JupiterASR
	props *proposals
	rows  *voteRows
	votes *ballots

	min     *merkle.Amount // in 10^-decimals; nil without eligibility
	passed  []bool         // by entrant number: has votes, is not excluded, reaches the minimum
	powers  []*big.Int     // V(p) by proposal
	earned  []*big.Int     // power of those who passed, by proposal; the same as powers unless denominator is before
	active  []bool         // by proposal: has a part in W
	weights []*big.Int     // w(p) in whole numbers, 0 when not active
	sum     *big.Int       // W of those
	common  *big.Int       // D: least common multiple of V(p) over the paying proposals
	factors [][]uint64     // w(p)·D/V(p); nil for proposals that pay nothing
}

func (a *asr) read(r *reading) error {
	var err error
	a.set = r.c.Rule.JupiterASR
	if a.props, err = r.readProposals(); err != nil {
		return err
	}
	a.rows, err = r.readVotes(a.props)
	return err
}

func (a *asr) refine(r *reading, keepRows bool) {
	a.votes = a.rows.cast(r, a.props, keepRows)
	if e := a.set.Eligibility; e != nil {
		a.min = r.minimum(e, int(a.set.Decimals), int(a.set.Decimals), "max-power", "mean-power", "last-power", "each-vote")
	}
	if !keepRows {
		a.rows.places = places{}
	}
}

// measure decides who is eligible, removes what does not count, and sums V(p).
func (a *asr) measure(r *reading) {
	n := len(a.props.ids)
	all, good := make([]total, n), make([]total, n)
	a.passed = make([]bool, r.roll.len())
	after := a.set.Eligibility == nil || a.set.Eligibility.Denominator != "before"
	for e := range a.passed {
		from, to := a.votes.of(uint32(e))
		passed := from < to && a.eligible(from, to)
		a.passed[e] = passed
		for i := from; i < to; i++ {
			p, code := a.votes.proposals[i], a.votes.powers[i]
			if !after {
				all[p].addCode(a.votes.numbers, code)
			}
			if passed && a.counts(i) {
				good[p].addCode(a.votes.numbers, code)
			}
		}
	}
	a.powers, a.earned = make([]*big.Int, n), make([]*big.Int, n)
	for p := range n {
		a.earned[p] = good[p].big()
		if a.powers[p] = a.earned[p]; !after {
			a.powers[p] = all[p].big()
		}
	}
}

// counts reports whether a vote of an entrant who passed is paid.
func (a *asr) counts(i uint32) bool {
	return a.min == nil || a.set.Eligibility.Metric != "each-vote" || a.atLeast(a.votes.powers[i])
}

func (a *asr) atLeast(code uint64) bool {
	return a.votes.numbers.amount(code).Cmp(*a.min) >= 0
}

// eligible applies the metric to the votes from..to of one entrant, which are in the order of the proposals file.
func (a *asr) eligible(from, to uint32) bool {
	if a.min == nil {
		return true
	}
	switch a.set.Eligibility.Metric {
	case "mean-power":
		sum := a.sumPowers(from, to)
		least := big.NewInt(int64(len(a.props.ids)))
		return sum.Cmp(least.Mul(least, a.min.Big())) >= 0
	case "last-power":
		return a.atLeast(a.votes.powers[to-1])
	default: // max-power, and each-vote: one vote has to stay
		for i := from; i < to; i++ {
			if a.atLeast(a.votes.powers[i]) {
				return true
			}
		}
		return false
	}
}

func (a *asr) sumPowers(from, to uint32) *big.Int {
	var sum total
	for i := from; i < to; i++ {
		sum.addCode(a.votes.numbers, a.votes.powers[i])
	}
	return sum.big()
}

// weigh forms W, D and the factors w(p)·D/V(p).
func (a *asr) weigh() {
	renormalise := a.set.Unearned == "renormalise"
	a.active = make([]bool, len(a.props.ids))
	for p := range a.active {
		a.active[p] = !renormalise || a.powers[p].Sign() > 0
	}
	a.weights, a.sum = a.props.scaled(func(p int) bool { return a.active[p] })
	a.common = big.NewInt(1)
	g := new(big.Int)
	for p, v := range a.powers {
		if v.Sign() > 0 && a.weights[p].Sign() > 0 {
			g.GCD(nil, nil, a.common, v)
			a.common.Mul(a.common, new(big.Int).Quo(v, g))
		}
	}
	a.factors = make([][]uint64, len(a.powers))
	for p, v := range a.powers {
		if v.Sign() > 0 && a.weights[p].Sign() > 0 {
			f := new(big.Int).Quo(a.common, v)
			f.Mul(f, a.weights[p])
			a.factors[p] = make([]uint64, wordsFor(f))
			wordsOf(a.factors[p], f)
		}
	}
}

// shares is S(u) = Σ w(p)·v(u,p)·D/V(p) over the denominator W·D; ids are the numbers of the entitled in entrant order.
func (a *asr) shares(ids []uint32) *shares {
	s := &shares{n: len(ids)}
	if a.sum.Sign() > 0 {
		s.den = new(big.Int).Mul(a.sum, a.common)
	}
	s.numerator = func(acc, scratch []uint64, i int) bool {
		from, to := a.votes.of(ids[i])
		for v := from; v < to; v++ {
			if f := a.factors[a.votes.proposals[v]]; f != nil && a.counts(v) {
				if !addMul(acc, f, a.votes.numbers.words(scratch, a.votes.powers[v])) {
					return false
				}
			}
		}
		return true
	}
	return s
}

// proveShares compares Σ S(u), summed entrant by entrant, with Σ w(p)·D/V(p)·(power that passed), summed proposal by
// proposal.
func (a *asr) proveShares(sum *big.Int) error {
	want, part, factor := new(big.Int), new(big.Int), new(big.Int)
	for p, f := range a.factors {
		if f != nil {
			setWords(factor, nil, f)
			want.Add(want, part.Mul(factor, a.earned[p]))
		}
	}
	if want.Cmp(sum) != 0 {
		return fmt.Errorf("%w: shares add up to %s by entrant and to %s by proposal", errInternal, sum, want)
	}
	return nil
}

func (a *asr) allocate(r *reading, out *Allocation) error {
	a.measure(r)
	a.weigh()
	ids := out.enrol(r, func(id uint32) bool { return a.passed[id] })
	s := a.shares(ids)
	budgets := r.budgets(s.den)
	var sum *big.Int
	var earned []*big.Int
	var err error
	if at := r.c.Rounding.At; at == "sub-pool" || at == "floored-sub-pool" {
		if sum, err = s.sum(r.ctx, nil); err == nil {
			earned, err = earnings(r.ctx, s, budgets, sum)
		}
		if err == nil {
			err = a.floorSubPools(r, ids, out, budgets, at == "floored-sub-pool")
		}
	} else {
		sum, earned, err = out.apportion(r, s, budgets)
	}
	if err != nil {
		return err
	}
	if err := a.proveShares(sum); err != nil {
		return err
	}
	a.note(out)
	return out.settle(r, earned)
}

// note tells of proposals that nobody earned, with their exact part of the pool.
func (a *asr) note(out *Allocation) {
	weights, all := a.props.scaled(func(int) bool { return true })
	for p, v := range a.powers {
		if weights[p].Sign() == 0 || v.Sign() > 0 {
			continue
		}
		part := new(big.Rat).SetFrac(weights[p], all)
		what := "its part stays unallocated"
		if a.set.Unearned == "renormalise" {
			what = "its part goes to the other proposals"
		}
		if a.sum.Sign() == 0 {
			what = "no proposal has votes, so the whole pool stays unallocated"
		}
		out.Notes = append(out.Notes, fmt.Sprintf("proposal %q has no power that counts: %s of every pool; %s", a.props.ids[p], part.RatString(), what))
	}
}
