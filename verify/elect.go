package verify

import (
	"errors"
	"maps"
	"math/big"
	"slices"
)

// elect divides this month's allocation and those of earlier months that are elected now.
func (e *monthEngine) elect(id int32, entitled bool, shared *big.Int, carried []*position) error {
	byMonth := map[month][]election{}
	for _, i := range e.byElection.of(id) {
		x := e.d.elections[i]
		byMonth[x.month] = append(byMonth[x.month], x)
	}
	for _, m := range slices.Sorted(maps.Keys(byMonth)) {
		parts, s := byMonth[m], shared
		if m == e.rule.month {
			if e.gone[id] {
				continue
			}
			if !entitled {
				return errors.New("an election, and no allocation of this month")
			}
		} else {
			at := slices.IndexFunc(carried, func(p *position) bool { return p.month == m && p.period == 0 })
			if at < 0 {
				return errors.New("an election of an allocation that is not open")
			}
			s = carried[at].allocation.big(new(big.Int))
			carried[at].allocation, carried[at].entitlement = num{}, num{}
		}
		if err := e.divide(s, parts); err != nil {
			return err
		}
	}
	if len(byMonth[e.rule.month]) == 0 || e.gone[id] {
		n, _ := toNum(shared)
		e.kept = append(e.kept, position{month: e.rule.month, allocation: n, entitlement: n})
	}
	return nil
}

func (e *monthEngine) divide(s *big.Int, parts []election) error {
	slices.SortFunc(parts, func(x, y election) int { return int(x.choice - y.choice) })
	sum, before := new(big.Rat), new(big.Int)
	if len(parts) > 1 && !e.rule.mixed {
		return errors.New("several choices for one allocation, and mixed is no")
	}
	for i, x := range parts {
		if i > 0 && x.choice == parts[i-1].choice {
			return errors.New("the same choice twice for one allocation")
		}
		sum.Add(sum, e.d.parts[x.part])
		upTo := e.floorUnit(new(big.Rat).Mul(new(big.Rat).SetInt(s), sum))
		part := new(big.Int).Sub(upTo, before)
		before = upTo
		if x.choice > 0 {
			e.stake(part, x.choice)
			continue
		}
		now := e.vested(part, 0)
		e.pay(now)
		e.r.unvested.Add(e.r.unvested, part.Sub(part, now))
	}
	if sum.Cmp(big.NewRat(1, 1)) != 0 {
		return errors.New("the parts of one allocation add up to " + sum.RatString())
	}
	return nil
}
