package verify

import (
	"fmt"
	"math/big"
	"slices"
)

// deposit is what is left of one deposit under a lock.
type deposit struct {
	at     int64
	amount *big.Int
}

// holding is what an entrant's history under one lock comes to at the instant of the distribution. Amounts are in units of 10^-stakeDecimals.
type holding struct {
	lock     *lockRule
	balance  *big.Int
	score    *big.Rat
	deposits []deposit // still open, oldest first
}

// holdings replays the events of one entrant, lock by lock and instant by instant.
func (a *astraRule) holdings(events []lockEvent) ([]holding, error) {
	slices.SortFunc(events, func(x, y lockEvent) int {
		switch {
		case x.lock != y.lock:
			return int(x.lock - y.lock)
		case x.at < y.at:
			return -1
		case x.at > y.at:
			return 1
		}
		return int(x.row - y.row)
	})
	var out []holding
	for i := 0; i < len(events); {
		h := holding{lock: &a.locks[events[i].lock], balance: new(big.Int)}
		lock, since := events[i].lock, int64(0)
		window := h.lock.days * secondsOfDay
		area, z := new(big.Int), new(big.Int)
		hold := func(until int64) { // the balance since the last event, inside the window
			if from := max(since, a.at-window); from < until {
				area.Add(area, z.Mul(h.balance, big.NewInt(until-from)))
			}
		}
		for i < len(events) && events[i].lock == lock {
			at, net := events[i].at, new(big.Int)
			row := events[i].row
			for ; i < len(events) && events[i].lock == lock && events[i].at == at; i++ {
				row = events[i].row
				if events[i].negated {
					net.Sub(net, events[i].change.big(z))
				} else {
					net.Add(net, events[i].change.big(z))
				}
			}
			hold(at)
			since = at
			h.balance.Add(h.balance, net)
			if h.balance.Sign() < 0 {
				return nil, fmt.Errorf("history row %d takes out more than there is under the lock of %d months", row, h.lock.months)
			}
			h.move(at, net, a.newest)
		}
		hold(a.at)
		h.score = a.scoreOf(&h, area, window)
		out = append(out, h)
	}
	return out, nil
}

// move opens a deposit, or takes a withdrawal from the open ones.
func (h *holding) move(at int64, net *big.Int, newest bool) {
	if net.Sign() > 0 {
		h.deposits = append(h.deposits, deposit{at, net})
		return
	}
	left := new(big.Int).Neg(net)
	for left.Sign() > 0 {
		i := 0
		if newest {
			i = len(h.deposits) - 1
		}
		d := &h.deposits[i]
		if d.amount.Cmp(left) > 0 {
			d.amount.Sub(d.amount, left)
			return
		}
		left.Sub(left, d.amount)
		h.deposits = slices.Delete(h.deposits, i, i+1)
	}
}

// scoreOf is the staking score of one lock, in whole tokens.
func (a *astraRule) scoreOf(h *holding, area *big.Int, window int64) *big.Rat {
	scale := pow10(a.stakeDecimals)
	if window == 0 {
		return new(big.Rat).SetFrac(h.balance, scale)
	}
	if a.age {
		area = new(big.Int)
		for _, d := range h.deposits {
			area.Add(area, new(big.Int).Mul(d.amount, big.NewInt(min(a.at-d.at, window))))
		}
	}
	return new(big.Rat).SetFrac(area, scale.Mul(scale, big.NewInt(window)))
}

// multiplier is score S and reward multiplier RM = SSM + LVM − 1 of an entrant.
func (a *astraRule) multiplier(held []holding) (score, rm *big.Rat) {
	score = new(big.Rat)
	for _, h := range held {
		score.Add(score, h.score)
	}
	if a.plain {
		return score, big.NewRat(1, 1)
	}
	rm = a.lockFactor(held)
	for i := len(a.tiers) - 1; i >= 0; i-- {
		if score.Cmp(a.tiers[i].from) >= 0 {
			return score, rm.Add(rm, new(big.Rat).Sub(a.tiers[i].factor, big.NewRat(1, 1)))
		}
	}
	return score, rm
}

// lockFactor is LVM; 1 without any balance.
func (a *astraRule) lockFactor(held []holding) *big.Rat {
	sum, of, n := new(big.Rat), new(big.Rat), int64(0)
	most := big.NewRat(1, 1)
	tenths := new(big.Rat)
	for _, h := range held {
		if h.balance.Sign() == 0 {
			continue
		}
		b := new(big.Rat).SetInt(h.balance)
		of.Add(of, b)
		sum.Add(sum, b.Mul(b, h.lock.factor))
		if h.lock.factor.Cmp(most) > 0 {
			most.Set(h.lock.factor)
		}
		for range h.deposits {
			tenths.Add(tenths, h.lock.factor)
			n++
		}
	}
	switch {
	case of.Sign() == 0:
		return big.NewRat(1, 1)
	case a.lvm == "max":
		return most
	case a.lvm == "mean-tenths":
		tenths.Mul(tenths, big.NewRat(10, n))
		return new(big.Rat).SetFrac(floorRat(tenths), big.NewInt(10))
	}
	return sum.Quo(sum, of)
}
