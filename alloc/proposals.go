package alloc

import (
	"errors"
	"fmt"
	"math/big"
	"strings"

	merkle "github.com/merkle-drop/merkle"
)

// What may be wrong with the proposals of jupiter-asr/v1.
var (
	ErrProposalID  = errors.New("an id has 1 to 256 bytes")
	ErrWeight      = errors.New("a weight is a decimal, or a fraction a/b of whole numbers with b above 0")
	ErrWeightsZero = errors.New("the weights add up to 0")
	ErrProposals   = errors.New("more than 65535 proposals")
)

// proposals are the sub-pools of jupiter-asr/v1, in the order of the file.
type proposals struct {
	ids     []string
	weights []*big.Rat
	index   map[string]int
	places  []merkle.Pos
}

const maxProposals = 1<<16 - 1

func (r *reading) readProposals() (*proposals, error) {
	p := &proposals{index: map[string]int{}}
	in := &r.c.Rule.JupiterASR.Proposals
	const id, weight = 0, 1
	s, err := r.open(in, "proposals", []column{{"id", false}, {"weight", false}})
	if s == nil {
		return p, err
	}
	canon := new(texts)
	sum := new(big.Rat)
	for s.next() {
		name := string(s.cell(id))
		w, text, err := parseWeight(string(s.cell(weight)))
		if err != nil {
			s.no(weight, err)
		}
		switch was, twice := p.index[name]; {
		case name == "" || len(name) > 256:
			s.no(id, ErrProposalID)
			continue
		case twice:
			s.no(id, fmt.Errorf("%w, already at %s", ErrDuplicate, p.places[was]))
			continue
		case len(p.ids) == maxProposals:
			s.no(id, ErrProposals)
			continue
		}
		p.index[name] = len(p.ids) // also with a bad weight, so that its votes are not called unknown
		p.ids, p.places = append(p.ids, name), append(p.places, s.Pos(s.col[id]))
		if err != nil {
			w = new(big.Rat)
		}
		p.weights = append(p.weights, w)
		sum.Add(sum, w)
		canon.add(append(appendCell(nil, name), ","+text...))
	}
	if s.bad == 0 && s.Err() == nil && sum.Sign() == 0 {
		r.faults.Addf(merkle.Pos{File: in.File}, "%w", ErrWeightsZero)
	}
	return p, s.close("file", "", canon.emit)
}

// parseWeight reads a decimal or a fraction and returns its value and canonical text.
func parseWeight(text string) (*big.Rat, string, error) {
	above, below, fraction := strings.Cut(text, "/")
	if !fraction {
		digits, scale, err := parseDecimal([]byte(text), maxFraction)
		if err != nil {
			return nil, "", err
		}
		return new(big.Rat).SetFrac(digits.Big(), pow10(int(scale))), string(appendDecimal(nil, digits, int(scale))), nil
	}
	a, err := merkle.ParseAmount(above)
	if err != nil {
		return nil, "", fmt.Errorf("%w: %w", ErrWeight, err)
	}
	b, err := merkle.ParseAmount(below)
	if err == nil && b.IsZero() {
		err = errors.New("division by 0")
	}
	if err != nil {
		return nil, "", fmt.Errorf("%w: %w", ErrWeight, err)
	}
	w := new(big.Rat).SetFrac(a.Big(), b.Big())
	return w, w.RatString(), nil
}

// scaled returns whole numbers in the ratio of the weights that active selects, and 0 for the others.
func (p *proposals) scaled(active func(i int) bool) (weights []*big.Int, sum *big.Int) {
	common := big.NewInt(1) // of the denominators
	for i, w := range p.weights {
		if active(i) {
			g := new(big.Int).GCD(nil, nil, common, w.Denom())
			common.Mul(common, new(big.Int).Quo(w.Denom(), g))
		}
	}
	weights, sum = make([]*big.Int, len(p.weights)), new(big.Int)
	for i, w := range p.weights {
		weights[i] = new(big.Int)
		if active(i) {
			weights[i].Mul(w.Num(), new(big.Int).Quo(common, w.Denom()))
			sum.Add(sum, weights[i])
		}
	}
	return weights, sum
}
