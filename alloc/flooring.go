package alloc

import (
	"math/big"

	merkle "github.com/merkle-drop/merkle"
)

// flooring takes exact parts of amounts. It is one goroutine's room: nothing is allocated a part.
type flooring struct {
	s, product, q, rem big.Int
	words              []big.Word
}

// part is ⌊v·num/den⌋, down to a multiple of unit. The part is at most v, so it fits.
func (f *flooring) part(v merkle.Amount, num, den, unit *big.Int) merkle.Amount {
	if num.IsUint64() && den.IsUint64() && (unit == nil || unit.IsUint64()) {
		out, ok := partOf(v, num.Uint64(), den.Uint64())
		if ok && unit != nil && unit.BitLen() > 1 {
			out, _ = out.Sub(merkle.NewAmount(remainder(out, unit.Uint64()))) // not above out
		}
		if ok {
			return out
		}
	}
	w := v.Words()
	f.words = setWords(&f.s, f.words, w[:])
	f.product.Mul(&f.s, num)
	f.q.QuoRem(&f.product, den, &f.rem)
	if unit != nil && unit.BitLen() > 1 {
		f.q.Sub(&f.q, f.rem.Rem(&f.q, unit))
	}
	out, _ := merkle.AmountFromBig(&f.q)
	return out
}

// of is part for a rational.
func (f *flooring) of(v merkle.Amount, share *big.Rat, unit *big.Int) merkle.Amount {
	return f.part(v, share.Num(), share.Denom(), unit)
}

// less is a − b for b ≤ a.
func less(a, b merkle.Amount) merkle.Amount {
	d, _ := a.Sub(b)
	return d
}

// amount is the sum as an amount; ok is false when it is wider than 256 bits.
func (t *total) amount() (merkle.Amount, bool) { return merkle.AmountFromBig(t.big()) }

// sumAmounts is the exact sum of a column.
func sumAmounts(list []merkle.Amount) *big.Int {
	var t total
	for _, v := range list {
		t.add(v)
	}
	return t.big()
}
