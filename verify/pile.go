package verify

import "math/big"

// pile is a sum of fractions. Where their common denominator is small it is exact. Else it lies between two bounds, which come closer until what depends on it is
// certain: the fractions may have as many denominators as there are accounts.
type pile struct {
	terms  []*big.Rat
	lo, hi *big.Rat // equal when exact
	bits   uint
}

// a common denominator of more bits than this is not worked with while bounds will do
const pileDenominator = 4096

func newPile(terms []*big.Rat) *pile {
	p := &pile{terms: terms}
	common, small := big.NewInt(1), true
	for _, t := range terms {
		if new(big.Int).Rem(common, t.Denom()).Sign() != 0 {
			if common = lcm(common, t.Denom()); common.BitLen() > pileDenominator {
				small = false
				break
			}
		}
	}
	if !small {
		for p.refine(); p.lo.Sign() == 0 && p.lo != p.hi; { // a lower bound is divided by
			p.refine()
		}
		return p
	}
	sum := new(big.Int)
	for _, t := range terms {
		sum.Add(sum, new(big.Int).Mul(t.Num(), new(big.Int).Quo(common, t.Denom())))
	}
	p.lo = new(big.Rat).SetFrac(sum, common)
	p.hi = p.lo
	return p
}

// refine brings the bounds closer, and at last together.
func (p *pile) refine() {
	if p.lo != nil && p.lo == p.hi {
		return
	}
	if p.bits = max(256, 4*p.bits); p.bits > 1<<15 {
		p.lo = addUp(p.terms)
		p.hi = p.lo
		return
	}
	sum, unsure, rest := new(big.Int), int64(0), new(big.Int)
	for _, t := range p.terms {
		q, r := new(big.Int).QuoRem(new(big.Int).Lsh(t.Num(), p.bits), t.Denom(), rest)
		sum.Add(sum, q)
		if r.Sign() != 0 {
			unsure++
		}
	}
	scale := new(big.Int).Lsh(big.NewInt(1), p.bits)
	p.lo = new(big.Rat).SetFrac(sum, scale)
	p.hi = new(big.Rat).SetFrac(new(big.Int).Add(sum, big.NewInt(unsure)), scale)
}

// addUp is the exact sum, halves first, so that the long numbers come last.
func addUp(terms []*big.Rat) *big.Rat {
	switch len(terms) {
	case 0:
		return new(big.Rat)
	case 1:
		return terms[0]
	}
	n := len(terms) / 2
	return new(big.Rat).Add(addUp(terms[:n]), addUp(terms[n:]))
}

// isZero: terms are never negative, so a sum is 0 only when it has no bits at all, and then the pile is exact.
func (p *pile) isZero() bool { return p.hi.Sign() == 0 }

// certain computes an integer that grows when every pile shrinks: with the upper bounds, with the lower ones, and closer until both agree.
func certain(piles []*pile, f func(of func(p *pile) *big.Rat) *big.Int) *big.Int {
	for {
		least := f(func(p *pile) *big.Rat { return p.hi })
		exact := true
		for _, p := range piles {
			exact = exact && p.lo == p.hi
		}
		if exact || least.Cmp(f(func(p *pile) *big.Rat { return p.lo })) == 0 {
			return least
		}
		for _, p := range piles {
			p.refine()
		}
	}
}
