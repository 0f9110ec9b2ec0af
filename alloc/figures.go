package alloc

import (
	"errors"
	"fmt"
	"math/big"

	"github.com/merkle-drop/merkle/campaign"
)

// ruleFigure is the exact value of a figure that only some rules have; known is false for the others.
func (a *Allocation) ruleFigure(r *reading, rule rule, as *campaign.Assertion) (exact *big.Rat, err error, known bool) {
	switch as.Figure {
	case "fraction", "voting-fraction", "voting-ratio", "voting-power":
		m, ok := rule.(interface{ engine() *months })
		if !ok {
			return nil, errors.New("only the rules by months have vesting and voting power"), true
		}
		exact, err = m.engine().figure(r, as)
		return exact, err, true
	case "score", "multiplier":
		s, ok := rule.(interface {
			scoreFigure(r *reading, as *campaign.Assertion) (*big.Rat, error)
		})
		if !ok {
			return nil, errors.New("only astra-rewards/v1 has scores and multipliers"), true
		}
		exact, err = s.scoreFigure(r, as)
		return exact, err, true
	}
	return nil, nil, false
}

func (m *months) figure(r *reading, as *campaign.Assertion) (*big.Rat, error) {
	hundred := big.NewRat(100, 1)
	g := func(period int) *big.Rat { return m.table.curve.months(period, m.set.VotingPower.Full) }
	switch as.Figure {
	case "fraction":
		f := m.table.fraction(as.Period)
		if f == nil {
			return nil, fmt.Errorf("%d is not one of the periods", as.Period)
		}
		return hundred.Mul(hundred, f), nil
	case "voting-fraction":
		return hundred.Mul(hundred, g(as.Period)), nil
	case "voting-ratio":
		over := g(as.Over)
		if over.Sign() == 0 {
			return nil, errors.New("division by 0")
		}
		return over.Quo(g(as.Period), over), nil
	}
	id, found, err := r.entrantOf(as)
	if err != nil || !found {
		return new(big.Rat), err
	}
	power := m.powers(r)
	exact := new(big.Rat).SetFrac(power.of(id), power.den)
	return exact.Quo(exact, new(big.Rat).SetInt(pow10(int(r.c.Tokens[0].Decimals)))), nil
}

// entrantOf is the number of the entrant that a figure is about; found is false when it stands in no input.
func (r *reading) entrantOf(as *campaign.Assertion) (id uint32, found bool, err error) {
	e, found, err := r.entrantAmong(as, func(e Entrant) bool {
		_, there := r.roll.lookup(e)
		return there
	})
	if found {
		id, _ = r.roll.lookup(e)
	}
	return id, found, err
}

// entrantAmong is the entrant that a figure is about, of those that stand in an input.
func (r *reading) entrantAmong(as *campaign.Assertion, there func(Entrant) bool) (e Entrant, found bool, err error) {
	for i, chain := range r.chains {
		on := Entrant{as.Account, uint16(i)}
		switch {
		case as.Chain != "" && chain != as.Chain, !there(on):
		case found:
			return Entrant{}, false, fmt.Errorf("account %s is an entrant on several chains; name the chain", as.Account)
		default:
			e, found = on, true
		}
	}
	return e, found, nil
}
