package verify

import (
	"errors"
	"math/big"
	"strconv"
)

// votes is the voting power of an entrant's open positions, in base units; nil when it has none that counts.
func (e *monthEngine) votes(id int32, carried []*position, made []position) *big.Rat {
	var sum *big.Rat
	add := func(s *num, t, p int32) {
		if sum == nil {
			sum = new(big.Rat)
		}
		sum.Add(sum, new(big.Rat).Mul(new(big.Rat).SetInt(s.big(new(big.Int))), e.powerOf(t, p)))
	}
	if e.rule.open { // what is staked in the present month counts, whatever it earns
		if e.gone[id] {
			return nil
		}
		for _, i := range e.byStake.of(id) {
			add(&e.d.stakes[i].amount, 0, e.d.stakes[i].period)
		}
		return sum
	}
	for _, p := range carried {
		if p.period > 0 && !p.exited && !p.allocation.isZero() {
			add(&p.allocation, int32(e.rule.month-p.month), p.period)
		}
	}
	for i := range made {
		add(&made[i].allocation, 0, made[i].period)
	}
	return sum
}

// powerOf is the power of one base unit that is staked for p months, after t of them.
func (e *monthEngine) powerOf(t, p int32) *big.Rat {
	if f := e.power[[2]int32{t, p}]; f != nil {
		return f
	}
	curve, full := &e.rule.vest.curve, e.rule.vest.full
	run := int(t)
	if e.rule.committed {
		run = int(p)
	}
	f := new(big.Rat).Set(curve.ofMonths(run, e.rule.votingFull))
	if !e.rule.open {
		f.Mul(f, curve.ofMonths(int(min(t, p)), full))
	}
	e.power[[2]int32{t, p}] = f
	return f
}

// figure is the exact value of a published figure that only months have.
func (e *monthEngine) figure(f *assertion, a *allocation) (*big.Rat, error) {
	curve := &e.rule.vest.curve
	switch f.figure {
	case "fraction":
		x := e.rule.vest.at(f.period)
		if x == nil {
			return nil, errors.New("period " + strconv.Itoa(f.period) + " is neither 0 nor offered")
		}
		for _, p := range append([]int{0}, e.rule.vest.periods...) {
			if p == f.period {
				return new(big.Rat).Mul(x, big.NewRat(100, 1)), nil
			}
		}
		return nil, errors.New("period " + strconv.Itoa(f.period) + " is neither 0 nor offered")
	case "voting-fraction":
		return new(big.Rat).Mul(curve.ofMonths(f.period, e.rule.votingFull), big.NewRat(100, 1)), nil
	case "voting-ratio":
		over := curve.ofMonths(f.over, e.rule.votingFull)
		if over.Sign() == 0 {
			return nil, errors.New("over a power of 0")
		}
		return new(big.Rat).Quo(curve.ofMonths(f.period, e.rule.votingFull), over), nil
	case "voting-power":
		i, err := a.entrantOf(f)
		if err != nil {
			return nil, err
		}
		if i < 0 || e.voting[i] == nil {
			return new(big.Rat), nil
		}
		return new(big.Rat).Quo(e.voting[i], new(big.Rat).SetInt(pow10(e.c.tokens[0].decimals))), nil
	}
	return nil, errors.New("no figure " + strconv.Quote(f.figure))
}
