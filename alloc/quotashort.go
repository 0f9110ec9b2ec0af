package alloc

import "math/big"

// shortQuota is how many bits the factors of a quotaShort have.
const shortQuota = 192

// quotaShort is a quotaBounds in which the factor of each pool is a number of 192 bits, so that a claim costs one short division instead of two of
// thousands of bits. What was cut off is kept as an upper bound, so nothing that is taken as certain depends on it.
//
// Entrant e with multiplier n/d has x = n/d·Σ over pools of c(q)·amount(q,e), with c(q) = mul(q)·scale/div. The larger totals give the smaller c. With
// low(q) = ⌊c(q)·2^shift⌋ for the larger totals, and low(q) + over(q) above c(q)·2^shift for the smaller ones, x lies between L/D and (L + O)/D, where L = n·Σ low(q)·amount,
// O = n·Σ over(q)·amount and D = d·2^shift. Let L = k·D + rest. If rest + O < D, the floor of x is k.
type quotaShort struct {
	usable    bool // every pool with larger totals has smaller ones
	shift     uint
	low, over []*big.Int // by pool; nil for one without totals
}

// set makes s of b.
func (s *quotaShort) set(b *quotaBounds) {
	scaled := make([]*big.Int, len(b.mul[1]))
	longest := 0
	for p, m := range b.mul[1] {
		if m != nil {
			scaled[p] = new(big.Int).Mul(m, b.scale)
			longest = max(longest, scaled[p].BitLen()-b.div[1].BitLen())
		}
	}
	s.shift = uint(max(0, shortQuota-longest))
	s.low, s.over = make([]*big.Int, len(scaled)), make([]*big.Int, len(scaled))
	for p, v := range scaled {
		if v == nil {
			continue
		}
		if b.mul[0][p] == nil {
			return
		}
		s.low[p] = v.Quo(v.Lsh(v, s.shift), b.div[1])
		most := new(big.Int).Mul(b.mul[0][p], b.scale)
		most.Quo(most.Lsh(most, s.shift), b.div[0])
		s.over[p] = most.Add(most.Sub(most, s.low[p]), big.NewInt(1))
	}
	s.usable = true
}

// shortly sets w.q to the floor of x, down to a multiple of unit, and reports whether it is certain.
func (q *quotas) shortly(w *quotaRoom, s *quotaShort, e int, unit *big.Int) bool {
	if !s.usable {
		return false
	}
	w.sum.SetInt64(0)
	w.wide.SetInt64(0)
	for p := range q.pools {
		if s.low[p] == nil {
			continue
		}
		if v := q.amount(p, e).Words(); v != [4]uint64{} {
			w.words = setWords(&w.v, w.words, v[:])
			w.sum.Add(&w.sum, w.term.Mul(&w.v, s.low[p]))
			w.wide.Add(&w.wide, w.term.Mul(&w.v, s.over[p]))
		}
	}
	n, d := q.ratio(e)
	w.code = q.codes.words(w.code, n)
	w.room[0] = setWords(&w.multiplier, w.room[0], w.code)
	w.code = q.codes.words(w.code, d)
	w.room[1] = setWords(&w.divisor, w.room[1], w.code)
	w.den.Lsh(&w.divisor, s.shift)
	w.num.Mul(&w.sum, &w.multiplier)
	w.q.QuoRem(&w.num, &w.den, &w.r)
	w.term.Mul(&w.wide, &w.multiplier)
	if w.r.Add(&w.r, &w.term).Cmp(&w.den) >= 0 {
		return false
	}
	if unit != nil && unit.BitLen() > 1 {
		w.q.Sub(&w.q, w.r.Rem(&w.q, unit))
	}
	return true
}
