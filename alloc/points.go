package alloc

import (
	"errors"
	"fmt"
	"math/big"
	"slices"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/campaign"
)

// What may be wrong with points.
var (
	ErrOutside    = errors.New("is not in the month")
	ErrMultiplier = errors.New("multipliers need the columns source and time")
)

// pointRows are the rows of the points file as flat columns.
type pointRows struct {
	entrants []uint32
	digits   []uint64 // codes of numbers
	scales   []uint8
	factors  []uint16 // index of products
	sources  []uint32 // index of names; only with the column
	times    texts    // as written; only with the column
	numbers  numbers
	scale    int // the largest of scales
	hasChain bool
	names    []string

	products []decimalFactor // what the multipliers of a row come to; the first is 1
	factor   int             // the largest of their scales
	places   places
}

// decimalFactor is digits·10^-scale.
type decimalFactor struct {
	digits *big.Int
	scale  int
}

// multiplier is one setting, read.
type multiplier struct {
	source   string
	from, to int64
	factor   decimalFactor
}

func (r *reading) readMultipliers(list []campaign.Multiplier) []multiplier {
	var out []multiplier
	for _, m := range list {
		x := multiplier{source: m.Source, from: -1 << 63, to: 1<<63 - 1}
		digits, scale, err := parseDecimal([]byte(m.Factor), 18)
		x.factor = decimalFactor{digits.Big(), int(scale)}
		if err == nil && m.From != "" {
			x.from, err = campaign.Instant([]byte(m.From))
		}
		if err == nil && m.To != "" {
			x.to, err = campaign.Instant([]byte(m.To))
		}
		if err != nil {
			r.faults.Addf(m.Pos, "multiplier: %w", err)
		}
		out = append(out, x)
	}
	return out
}

func (r *reading) readPoints(set *campaign.NoonActive, from, to int64) (*pointRows, error) {
	const account, points, source, when, chain = 0, 1, 2, 3, 4
	p := &pointRows{products: []decimalFactor{{big.NewInt(1), 0}}}
	multipliers := r.readMultipliers(set.Multipliers)
	s, err := r.open(&set.Points, "points", []column{{"account", false}, {"points", false}, {"source", true}, {"time", true}, {"chain", true}})
	if s == nil {
		return p, err
	}
	if len(multipliers) > 0 && (!s.has(source) || !s.has(when)) {
		s.fault(cell{line: 1, col: 1}, "multipliers", set.Multipliers[0].Source, ErrMultiplier)
		multipliers = nil
	}
	p.hasChain = s.has(chain)
	names := map[string]uint32{}
	sets := map[string]uint16{"": 0}
	var sum scaleSum
	var matched []byte
	for s.next() {
		e, ok := s.account(account, chain)
		digits, scale, err := parseDecimal(s.cell(points), maxFraction)
		if err != nil {
			s.no(points, err)
		}
		var at int64
		if s.has(when) {
			var wrong error
			if at, wrong = campaign.Instant(s.cell(when)); wrong == nil && (at < from || at >= to) {
				wrong = fmt.Errorf("%w %s", ErrOutside, set.Month)
			}
			if wrong != nil {
				s.no(when, wrong)
				continue
			}
		}
		if !ok || err != nil {
			continue
		}
		id, ok := r.enter(s, account, e)
		if !ok || s.full(account, len(p.entrants)) {
			continue
		}
		factor := uint16(0)
		if len(multipliers) > 0 {
			matched = matched[:0]
			for i := range multipliers {
				m := &multipliers[i]
				if m.source == string(s.cell(source)) && m.from <= at && at < m.to {
					matched = append(matched, byte(i), byte(i>>8))
				}
			}
			if factor, ok = sets[string(matched)]; !ok {
				if len(p.products) > 1<<16-1 {
					s.no(source, errors.New("more than 65535 combinations of multipliers"))
					continue
				}
				factor = uint16(len(p.products))
				sets[string(matched)] = factor
				p.products = append(p.products, combined(multipliers, matched))
				p.factor = max(p.factor, p.products[factor].scale)
			}
		}
		code := p.numbers.code(digits)
		sum[scale].addCode(&p.numbers, code)
		p.scale = max(p.scale, int(scale))
		p.entrants, p.digits, p.scales, p.factors = append(p.entrants, id), append(p.digits, code), append(p.scales, scale), append(p.factors, factor)
		if s.has(source) {
			name := string(s.cell(source))
			n, known := names[name]
			if !known {
				n = uint32(len(p.names))
				names[name] = n
				p.names = append(p.names, name)
			}
			p.sources = append(p.sources, n)
		}
		if s.has(when) {
			p.times.add(s.cell(when))
		}
		p.places.add(s.cells[s.col[account]])
	}
	return p, s.close("sorted", decimalText(sum.at(p.scale), p.scale), func(emit func([]byte) error) error { return p.canonical(r, emit) })
}

// combined is the product of those multipliers of list whose numbers are in matched, two bytes each.
func combined(list []multiplier, matched []byte) decimalFactor {
	out := decimalFactor{big.NewInt(1), 0}
	for i := 0; i < len(matched); i += 2 {
		m := list[int(matched[i])|int(matched[i+1])<<8].factor
		out.digits, out.scale = new(big.Int).Mul(out.digits, m.digits), out.scale+m.scale
	}
	return out
}

func (p *pointRows) canonical(r *reading, emit func([]byte) error) error {
	return r.byAccount(len(p.entrants), func(i int) uint32 { return p.entrants[i] }, func(dst []byte, i int) []byte {
		dst = appendDecimal(append(dst, ','), p.numbers.amount(p.digits[i]), int(p.scales[i]))
		if p.sources != nil {
			dst = appendCell(append(dst, ','), p.names[p.sources[i]])
		}
		if p.times.len() > 0 {
			dst = append(append(dst, ','), p.times.at(i)...)
		}
		return r.chainCell(dst, p.hasChain, p.entrants[i])
	}, emit)
}

// weigh adds the weights of every entrant that is not excluded, in 10^-(scale+factor). listed says who has a row that counts.
func (p *pointRows) weigh(r *reading, file string) (weights []merkle.Amount, listed []bool) {
	weights, listed = make([]merkle.Amount, r.roll.len()), make([]bool, r.roll.len())
	scaled := make([][]*big.Int, len(p.products)) // by product, then scale of the points
	for f := range scaled {
		scaled[f] = slices.Repeat([]*big.Int{nil}, p.scale+1)
	}
	for i, e := range p.entrants {
		if r.out[e] > 0 {
			continue
		}
		listed[e] = true
		f := p.factors[i]
		times := scaled[f][p.scales[i]]
		if times == nil {
			times = p.multiplier(int(f), int(p.scales[i]))
			scaled[f][p.scales[i]] = times
		}
		w, ok := timesAny(p.numbers.amount(p.digits[i]), times)
		if ok {
			w, ok = weights[e].Add(w)
		}
		if !ok {
			r.faults.Add(&merkle.Fault{Pos: p.places.at(file, i), Field: "points", Value: string(appendDecimal(nil, p.numbers.amount(p.digits[i]), int(p.scales[i]))), Err: errWide})
			continue
		}
		weights[e] = w
	}
	return weights, listed
}

// multiplier is what a row of a factor and scale is multiplied by, to be in 10^-(scale+factor).
func (p *pointRows) multiplier(factor, scale int) *big.Int {
	x := &p.products[factor]
	return new(big.Int).Mul(x.digits, pow10(p.scale-scale+p.factor-x.scale))
}
