package alloc

import (
	"math/big"

	merkle "github.com/merkle-drop/merkle"
)

// fraction takes ⌊s·mul/den⌋ of many s, down to a multiple of a chain's unit. Whether words of fixed width suffice depends on the campaign and
// its sums alone, so it is decided once, before the first s.
type fraction struct {
	mul, den *big.Int   // den nil: nobody has a share
	units    []*big.Int // by chain; nil is 1
	quick    *reciprocal
	small    []uint64 // units, where quick is not nil
}

// newFraction prepares mul/den for s ≤ most.
func newFraction(mul, den, most *big.Int, units []*big.Int) fraction {
	f := fraction{mul: mul, den: den, units: units}
	if den == nil || den.Sign() == 0 {
		f.den = nil
		return f
	}
	small := make([]uint64, len(units))
	for i, u := range units {
		switch {
		case u == nil:
		case u.IsUint64():
			small[i] = u.Uint64()
		default:
			return f
		}
	}
	if quick, wide := newReciprocal(mul, den, most); wide {
		f.quick, f.small = quick, small
	}
	return f
}

// bigRoom is one goroutine's room for what is computed in big.Int.
type bigRoom struct {
	s, product, quo, rem big.Int
	words                []big.Word
}

// floor is the part of s. It reports false when that has more than 256 bits.
func (f *fraction) floor(w *bigRoom, s []uint64, chain uint16) (merkle.Amount, bool) {
	if f.den == nil {
		return merkle.Amount{}, true
	}
	if f.quick != nil {
		if low, high, ok := f.quick.floor(s); ok {
			return downTo(low, high, f.small[chain]), true
		}
	}
	w.words = setWords(&w.s, w.words, s)
	w.product.Mul(&w.s, f.mul)
	w.quo.QuoRem(&w.product, f.den, &w.rem)
	return f.down(w, chain)
}

// down is w.quo as an amount, down to a multiple of the unit.
func (f *fraction) down(w *bigRoom, chain uint16) (merkle.Amount, bool) {
	if unit := f.units[chain]; unit != nil {
		w.quo.Sub(&w.quo, w.rem.Rem(&w.quo, unit))
	}
	return merkle.AmountFromBig(&w.quo)
}
