package alloc

import (
	"errors"
	"fmt"
	"strconv"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/campaign"
)

// What may be wrong with the other inputs of astra-rewards/v1.
var (
	ErrTakeRestake = errors.New("is neither take nor restake")
	ErrAge         = errors.New("an age is a whole number of days below 2^32")
	ErrNoStake     = errors.New("has no row in the stakes of any pool")
)

// poolRows are the stakes of one reward pool.
type poolRows struct {
	entrants []uint32
	digits   []uint64 // codes of numbers
	scales   []uint8
	numbers  numbers
	chain    bool
	places   places
	scale    int
}

// Columns of the stakes of a pool.
const (
	poolAccount = iota
	poolAmount
	poolChain
)

func poolColumns() []column {
	return []column{{"account", false}, {"amount", false}, {"chain", true}}
}

// poolRow reads the present row of the stakes of a pool; ok is false when it was refused.
func (s *source) poolRow() (e Entrant, digits merkle.Amount, scale uint8, ok bool) {
	e, ok = s.account(poolAccount, poolChain)
	digits, scale, err := parseDecimal(s.cell(poolAmount), maxFraction)
	if err != nil {
		s.no(poolAmount, err)
	}
	return e, digits, scale, ok && err == nil
}

func (r *reading) readPool(p *campaign.RewardPool) (*poolRows, error) {
	l := new(poolRows)
	s, err := r.open(&p.Stakes, "stakes-"+p.ID, poolColumns())
	if s == nil {
		return l, err
	}
	l.chain = s.has(poolChain)
	var sum scaleSum
	for s.next() {
		e, digits, scale, ok := s.poolRow()
		if !ok {
			continue
		}
		id, ok := r.enter(s, poolAccount, e)
		if !ok || s.full(poolAccount, len(l.entrants)) {
			continue
		}
		code := l.numbers.code(digits)
		sum[scale].addCode(&l.numbers, code)
		l.scale = max(l.scale, int(scale))
		l.entrants, l.digits, l.scales = append(l.entrants, id), append(l.digits, code), append(l.scales, scale)
		l.places.add(s.cells[s.col[poolAccount]])
	}
	return l, s.close("sorted", decimalText(sum.at(l.scale), l.scale), func(emit func([]byte) error) error {
		return r.byAccount(len(l.entrants), func(i int) uint32 { return l.entrants[i] }, func(dst []byte, i int) []byte {
			dst = appendDecimal(append(dst, ','), l.numbers.amount(l.digits[i]), int(l.scales[i]))
			return r.chainCell(dst, l.chain, l.entrants[i])
		}, emit)
	})
}

// accountRows are a plain list of entrants.
type accountRows struct {
	entrants []uint32
	chain    bool
	places   places
}

// Columns of a plain list of entrants.
const (
	cooldownAccount = iota
	cooldownChain
)

func cooldownColumns() []column { return []column{{"account", false}, {"chain", true}} }

func (r *reading) readCooldown(in *campaign.Input) (*accountRows, error) {
	const account, chain = cooldownAccount, cooldownChain
	l := new(accountRows)
	if in == nil {
		return l, nil
	}
	s, err := r.open(in, "cooldown", cooldownColumns())
	if s == nil {
		return l, err
	}
	l.chain = s.has(chain)
	for s.next() {
		e, ok := s.account(account, chain)
		if !ok {
			continue
		}
		id, ok := r.enter(s, account, e)
		if !ok || s.full(account, len(l.entrants)) {
			continue
		}
		l.entrants = append(l.entrants, id)
		l.places.add(s.cells[s.col[account]])
	}
	return l, s.close("sorted", "", func(emit func([]byte) error) error {
		return r.byAccount(len(l.entrants), func(i int) uint32 { return l.entrants[i] }, func(dst []byte, i int) []byte {
			return r.chainCell(dst, l.chain, l.entrants[i])
		}, emit)
	})
}

// takeRows are the elections: who takes the rewards now, and how old the stake is.
type takeRows struct {
	accountRows
	take []bool
	ages []uint32
}

// Columns of the elections.
const (
	takeAccount = iota
	takeChoice
	takeAge
	takeChain
)

func takeColumns() []column {
	return []column{{"account", false}, {"choice", false}, {"age", false}, {"chain", true}}
}

// takeRow reads the present election; ok is false when it was refused.
func (s *source) takeRow() (e Entrant, take bool, age uint32, ok bool) {
	e, ok = s.account(takeAccount, takeChain)
	take = string(s.cell(takeChoice)) == "take"
	if !take && string(s.cell(takeChoice)) != "restake" {
		s.no(takeChoice, ErrTakeRestake)
		ok = false
	}
	v, err := merkle.ParseAmountBytes(s.cell(takeAge))
	days, small := v.Uint64()
	if err != nil || !small || days > 1<<32-1 {
		s.no(takeAge, ErrAge)
		ok = false
	}
	return e, take, uint32(days), ok
}

func (r *reading) readTakes(in *campaign.Input) (*takeRows, error) {
	l := new(takeRows)
	if in == nil {
		return l, nil
	}
	s, err := r.open(in, "elections", takeColumns())
	if s == nil {
		return l, err
	}
	l.chain = s.has(takeChain)
	for s.next() {
		e, take, age, ok := s.takeRow()
		if !ok {
			continue
		}
		id, ok := r.enter(s, takeAccount, e)
		if !ok || s.full(takeAccount, len(l.entrants)) {
			continue
		}
		l.entrants, l.take, l.ages = append(l.entrants, id), append(l.take, take), append(l.ages, age)
		l.places.add(s.cells[s.col[takeAccount]])
	}
	return l, s.close("sorted", "", func(emit func([]byte) error) error {
		return r.byAccount(len(l.entrants), func(i int) uint32 { return l.entrants[i] }, func(dst []byte, i int) []byte {
			if dst = append(dst, ",restake,"...); l.take[i] {
				dst = append(dst[:len(dst)-len("restake,")], "take,"...)
			}
			return r.chainCell(strconv.AppendUint(dst, uint64(l.ages[i]), 10), l.chain, l.entrants[i])
		}, emit)
	})
}

// once refuses an entrant that stands twice in a list.
func (r *reading) once(entrants []uint32, p *places, file string) {
	first := make([]uint32, r.roll.len())
	for i, e := range entrants {
		if first[e] > 0 {
			r.faults.Add(&merkle.Fault{Pos: p.at(file, i), Field: "account", Value: r.roll.entrants[e].Account.String(),
				Err: fmt.Errorf("%w, first at %s", ErrDuplicate, p.at(file, int(first[e]-1)))})
			continue
		}
		first[e] = uint32(i) + 1
	}
}
