package alloc

import (
	"errors"
	"fmt"
	"math/big"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/campaign"
)

// weightRows are the rows of the weights file as flat columns.
type weightRows struct {
	entrants []uint32
	digits   []uint64 // codes of numbers
	scales   []uint8  // weight is digits·10^-scale
	places   places
	numbers  numbers
	scale    int // the largest of scales
}

const (
	weightAccount = iota
	weightWeight
	weightChain
)

// scaleSum is an exact sum of decimals, gathered by scale.
type scaleSum [maxFraction + 1]total

// at returns the sum in units of 10^-scale, which is at least every scale that was added.
func (s *scaleSum) at(scale int) *big.Int {
	sum := new(big.Int)
	for i := range min(scale, maxFraction) + 1 {
		part := s[i].big()
		sum.Add(sum, part.Mul(part, pow10(scale-i)))
	}
	return sum
}

func (r *reading) readWeights() (*weightRows, error) {
	w := new(weightRows)
	in := &r.c.Rule.ProRata.Weights
	s, err := r.open(in, "weights", []column{{"account", false}, {"weight", false}, {"chain", true}})
	if s == nil {
		return w, err
	}
	var sum scaleSum
	for s.next() {
		e, ok := s.account(weightAccount, weightChain)
		digits, scale, err := parseDecimal(s.cell(weightWeight), maxFraction)
		if err != nil {
			s.no(weightWeight, err)
		}
		if !ok || err != nil {
			continue
		}
		id, ok := r.enter(s, weightAccount, e)
		if !ok || s.full(weightAccount, len(w.digits)) {
			continue
		}
		code := w.numbers.code(digits)
		sum[scale].addCode(&w.numbers, code)
		w.scale = max(w.scale, int(scale))
		w.entrants, w.digits, w.scales = append(w.entrants, id), append(w.digits, code), append(w.scales, scale)
		w.places.add(s.cells[s.col[weightAccount]])
	}
	all := sum.at(w.scale)
	if s.bad == 0 && s.Err() == nil && len(w.digits) > 0 && all.Sign() == 0 {
		r.faults.Addf(merkle.Pos{File: in.File}, "%w", ErrWeightsZero)
	}
	rows := func(emit func([]byte) error) error { return w.canonical(r, s.has(weightChain), emit) }
	return w, s.close("sorted", decimalText(all, w.scale), rows)
}

// canonical emits the rows by their bytes.
func (w *weightRows) canonical(r *reading, chain bool, emit func([]byte) error) error {
	return r.byAccount(len(w.entrants), func(i int) uint32 { return w.entrants[i] }, func(dst []byte, i int) []byte {
		dst = appendDecimal(append(dst, ','), w.numbers.amount(w.digits[i]), int(w.scales[i]))
		return r.chainCell(dst, chain, w.entrants[i])
	}, emit)
}

// proRata is pro-rata/v1 (docs/rules/pro-rata-v1.md).
type proRata struct {
	set  *campaign.ProRata
	rows *weightRows

	weights []uint64       // by entrant number, codes in 10^-rows.scale
	numbers numbers        // of weights
	listed  []bool         // by entrant number: has a weight and is not excluded
	min     *merkle.Amount // in 10^-rows.scale; nil without eligibility
	passed  []bool         // by entrant number: listed and not below the minimum
	sum     *big.Int       // W
	ids     []uint32       // numbers of the entitled, in entrant order
	budgets []budget       // by token, after caps
}

// errWide is for weights whose common scale does not fit.
var errWide = errors.New("weights with so many digits before and after the point do not fit in 256 bits")

func (a *proRata) read(r *reading) (err error) {
	a.set = r.c.Rule.ProRata
	a.rows, err = r.readWeights()
	return err
}

// refine merges duplicates and brings all weights to one scale.
func (a *proRata) refine(r *reading, keepRows bool) {
	in := &a.set.Weights
	if e := a.set.Eligibility; e != nil { // its digits may be finer than those of any weight
		if _, scale, err := parseDecimal([]byte(e.Min), maxFraction); err == nil {
			a.rows.scale = max(a.rows.scale, int(scale))
		}
		a.min = r.minimum(e, maxFraction, a.rows.scale, "weight")
	}
	a.listed, a.weights = make([]bool, r.roll.len()), make([]uint64, r.roll.len())
	first := make([]uint32, r.roll.len())
	for i, e := range a.rows.entrants {
		if r.out[e] > 0 {
			continue
		}
		refuse := func(err error) {
			r.faults.Add(&merkle.Fault{Pos: a.rows.places.at(in.File, i), Field: "account", Value: r.roll.entrants[e].Account.String(), Err: err})
		}
		w, ok := shift(a.rows.numbers.amount(a.rows.digits[i]), a.rows.scale-int(a.rows.scales[i]))
		if !ok {
			refuse(errWide)
			continue
		}
		if a.listed[e] {
			if a.set.Duplicates != "sum" {
				refuse(fmt.Errorf("%w, first at %s", ErrDuplicate, a.rows.places.at(in.File, int(first[e]))))
				continue
			}
			if w, ok = w.Add(a.numbers.amount(a.weights[e])); !ok {
				refuse(merkle.ErrOverflow)
				continue
			}
		} else {
			a.listed[e], first[e] = true, uint32(i)
		}
		a.weights[e] = a.numbers.code(w)
	}
}

func (a *proRata) allocate(r *reading, out *Allocation) error {
	a.passed = make([]bool, len(a.listed))
	after := a.set.Eligibility == nil || a.set.Eligibility.Denominator != "before"
	var sum total
	for e, listed := range a.listed {
		if !listed {
			continue
		}
		a.passed[e] = a.min == nil || a.numbers.amount(a.weights[e]).Cmp(*a.min) >= 0
		if a.passed[e] || !after {
			sum.addCode(&a.numbers, a.weights[e])
		}
	}
	a.sum = sum.big()
	ids := out.enrol(r, func(id uint32) bool { return a.passed[id] })
	s := &shares{n: len(ids)}
	if a.sum.Sign() > 0 {
		s.den = a.sum
	}
	s.numerator = func(acc, scratch []uint64, i int) bool {
		return addWords(acc, a.numbers.words(scratch, a.weights[ids[i]]))
	}
	budgets := r.budgets(s.den)
	a.ids, a.budgets = ids, budgets
	for k := range budgets {
		most, capped := a.set.Caps[r.c.Tokens[k].ID]
		if capped && s.den != nil {
			if err := budgets[k].capAt(r.ctx, s, most.Big(), a.set.OverCap == "redistribute"); err != nil {
				return err
			}
		}
	}
	_, earned, err := out.apportion(r, s, budgets)
	if err != nil {
		return err
	}
	return out.settle(r, earned)
}
