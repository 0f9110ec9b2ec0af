package alloc

import (
	"math/big"
	"math/bits"

	merkle "github.com/merkle-drop/merkle"
)

// The widths of a reciprocal, in bits.
const (
	shareBits  = 192 // of each factor
	guardBits  = 32  // of the fraction, looked at to know that the floor is certain
	leastShift = 256 // with that the whole part of the product begins in its fifth word of six
	mostShift  = 319
)

// reciprocal is ⌊s·mul/den⌋ for many s, by one product of 192 by 192 bits instead of a product and a division of any length. It says when it
// does not know; then the same is computed exactly in big.Int, so that nothing depends on which way was gone.
//
// Let t = ⌊s/2^drop⌋ < 2^192, where drop may be below 0; c = 2^drop·mul/den; and m = ⌊c·2^shift⌋ < 2^192. Then x = s·mul/den lies at or above
// t·m/2^shift, and because s < (t+1)·2^drop and c·2^shift < m+1, below (t+1)·(m+1)/2^shift. So x is less than E/2^shift above t·m/2^shift with
// E = t + m + 1; where drop is not above 0, s is t·2^drop itself and E = t + 1 is enough. newReciprocal makes sure that E ≤ 2^(shift−32) for
// every s ≤ most. Where the first 32 bits of the fraction of t·m/2^shift are not all ones, adding E/2^shift cannot reach the next whole
// number, and its floor is that of x. Else (x is whole, or one case in 2^32) floor reports that it does not know.
//
// As t·m is below 2^384 and shift at least 256, the result is below 2^128. For s ≤ den the width suffices whenever mul is below 2^127, whatever the length
// of den: then drop is its length − 192, and shift 383 − (length of mul) or, where that is more, 319. A pool of 10^20 tokens with 18 decimals is below 2^127.
// newReciprocal does not rest on that: it computes shift and E, and compares.
type reciprocal struct {
	from             int  // drop in words, rounded down
	by               uint // and the bits that are left
	shift            uint // less leastShift
	m0, m1, m2       uint64
	top0, top1, top2 uint64 // ⌊most/2^drop⌋; nothing is said about larger t
}

// newReciprocal prepares ⌊s·mul/den⌋ for 0 ≤ s ≤ most. It reports false when the width does not suffice for all of them. den is above 0.
func newReciprocal(mul, den, most *big.Int) (*reciprocal, bool) {
	drop := most.BitLen() - shareBits
	down, up := uint(max(drop, 0)), uint(max(-drop, 0))
	num, over := new(big.Int).Lsh(mul, down), new(big.Int).Lsh(den, up)
	// num·2^shift/over is below 2^192 when shift is 191 + (length of over) − (length of num).
	shift := min(shareBits-1+over.BitLen()-num.BitLen(), mostShift)
	if shift < leastShift {
		return nil, false
	}
	m := num.Quo(num.Lsh(num, uint(shift)), over)
	t := new(big.Int).Rsh(new(big.Int).Lsh(most, up), down)
	var mw, tw [3]uint64
	if !wordsOf(mw[:], m) || !wordsOf(tw[:], t) {
		return nil, false
	}
	wrong := t.Add(t, big.NewInt(1))
	if drop > 0 {
		wrong.Add(wrong, m)
	}
	if wrong.Cmp(new(big.Int).Lsh(big.NewInt(1), uint(shift)-guardBits)) > 0 {
		return nil, false
	}
	return &reciprocal{drop >> 6, uint(drop & 63), uint(shift - leastShift), mw[0], mw[1], mw[2], tw[0], tw[1], tw[2]}, true
}

// floor is ⌊s·mul/den⌋ in two words; ok is false when it is not certain.
func (r *reciprocal) floor(s []uint64) (low, high uint64, ok bool) {
	var w0, w1, w2, w3 uint64
	if i := r.from; uint(i) < uint(len(s)) {
		w0 = s[i]
	}
	if i := r.from + 1; uint(i) < uint(len(s)) {
		w1 = s[i]
	}
	if i := r.from + 2; uint(i) < uint(len(s)) {
		w2 = s[i]
	}
	if i := r.from + 3; uint(i) < uint(len(s)) {
		w3 = s[i]
		for _, more := range s[i+1:] {
			if more != 0 {
				return 0, 0, false
			}
		}
	}
	a0, a1, a2 := w0>>r.by|w1<<(64-r.by), w1>>r.by|w2<<(64-r.by), w2>>r.by|w3<<(64-r.by)
	_, c := bits.Sub64(r.top0, a0, 0)
	_, c = bits.Sub64(r.top1, a1, c)
	_, c = bits.Sub64(r.top2, a2, c)
	if w3>>r.by != 0 || c != 0 {
		return 0, 0, false
	}
	// Three rows of the product; of the lowest two words of it only the carry is looked at.
	_, p1, p2, p3 := r.times(a0)
	l0, l1, l2, p4 := r.times(a1)
	_, c = bits.Add64(p1, l0, 0)
	p2, c = bits.Add64(p2, l1, c)
	p3, c = bits.Add64(p3, l2, c)
	p4 += c

	l0, l1, l2, p5 := r.times(a2)
	_, c = bits.Add64(p2, l0, 0)
	p3, c = bits.Add64(p3, l1, c)
	p4, c = bits.Add64(p4, l2, c)
	p5 += c

	if fraction := p4<<(64-r.shift) | p3>>r.shift; fraction>>guardBits == 1<<guardBits-1 {
		return 0, 0, false
	}
	return p4>>r.shift | p5<<(64-r.shift), p5 >> r.shift, true
}

// times is a·m.
func (r *reciprocal) times(a uint64) (p0, p1, p2, p3 uint64) {
	h0, p0 := bits.Mul64(a, r.m0)
	h1, l1 := bits.Mul64(a, r.m1)
	h2, l2 := bits.Mul64(a, r.m2)
	p1, c := bits.Add64(l1, h0, 0)
	p2, c = bits.Add64(l2, h1, c)
	return p0, p1, p2, h2 + c
}

// downTo is low + high·2^64, down to a multiple of unit; 0 and 1 change nothing.
func downTo(low, high, unit uint64) merkle.Amount {
	if unit > 1 {
		rem := low % unit
		if high != 0 {
			rem = bits.Rem64(high, low, unit)
		}
		var c uint64
		low, c = bits.Sub64(low, rem, 0)
		high -= c
	}
	return merkle.AmountFromWords([4]uint64{low, high})
}

// remainder is v modulo unit.
func remainder(v merkle.Amount, unit uint64) (rem uint64) {
	if w, short := v.Uint64(); short {
		return w % unit
	}
	w := v.Words()
	for i := len(w) - 1; i >= 0; i-- {
		rem = bits.Rem64(rem, w[i], unit)
	}
	return rem
}
