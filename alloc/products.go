package alloc

import (
	"math/big"
	"math/bits"

	merkle "github.com/merkle-drop/merkle"
)

// timesWord is a·m in 320 bits, least significant word first.
func timesWord(a merkle.Amount, m uint64) (p [5]uint64) {
	for i, w := range a.Words() {
		hi, lo := bits.Mul64(w, m)
		var c uint64
		p[i], c = bits.Add64(p[i], lo, 0)
		p[i+1] = hi + c // at most 2^64−2 and 1
	}
	return p
}

// product is a·m; ok is false when it does not fit in 256 bits.
func product(a merkle.Amount, m uint64) (v merkle.Amount, ok bool) {
	p := timesWord(a, m)
	return merkle.AmountFromWords([4]uint64(p[:4])), p[4] == 0
}

// timesAny is product for a factor of any length.
func timesAny(a merkle.Amount, m *big.Int) (merkle.Amount, bool) {
	if m.IsUint64() {
		return product(a, m.Uint64())
	}
	v := a.Big()
	return merkle.AmountFromBig(v.Mul(v, m))
}

// partOf is ⌊a·num/den⌋; ok is false when it does not fit in 256 bits. den is above 0.
func partOf(a merkle.Amount, num, den uint64) (v merkle.Amount, ok bool) {
	if w, short := a.Uint64(); short {
		if hi, lo := bits.Mul64(w, num); hi < den {
			q, _ := bits.Div64(hi, lo, den)
			return merkle.NewAmount(q), true
		}
	}
	p := timesWord(a, num)
	rem := uint64(0)
	for i := len(p) - 1; i >= 0; i-- { // rem is below den, so each quotient fits in a word
		p[i], rem = bits.Div64(rem, p[i], den)
	}
	return merkle.AmountFromWords([4]uint64(p[:4])), p[4] == 0
}

// addProduct adds a·m: at most 320 bits, so 2^32 of them fit in the 384 of a total with room to spare.
func (t *total) addProduct(a merkle.Amount, m uint64) {
	if v, ok := a.Uint64(); ok {
		hi, lo := bits.Mul64(v, m)
		var c uint64
		t.w[0], c = bits.Add64(t.w[0], lo, 0)
		t.w[1], c = bits.Add64(t.w[1], hi, c)
		for i := 2; c != 0; i++ {
			t.w[i], c = bits.Add64(t.w[i], 0, c)
		}
		return
	}
	var c uint64
	for i, w := range timesWord(a, m) {
		t.w[i], c = bits.Add64(t.w[i], w, c)
	}
	t.w[5] += c
}

// over is ⌊t/den⌋; ok is false when it does not fit in 256 bits. den is above 0.
func (t *total) over(den uint64) (v merkle.Amount, ok bool) {
	q, rem := t.w, uint64(0)
	for i := len(q) - 1; i >= 0; i-- {
		q[i], rem = bits.Div64(rem, q[i], den)
	}
	return merkle.AmountFromWords([4]uint64(q[:4])), q[4]|q[5] == 0
}
