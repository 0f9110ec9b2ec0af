package tree

import (
	"math/bits"

	merkle "github.com/merkle-drop/merkle"
)

// wideSum is a sum of at most 2^64 amounts, the lowest word first.
type wideSum [5]uint64

// add adds amounts and returns how many bits the widest has.
func (s *wideSum) add(amounts []merkle.Amount) (width int) {
	var any [4]uint64
	for i := range amounts {
		a := amounts[i].Words()
		any[0], any[1], any[2], any[3] = any[0]|a[0], any[1]|a[1], any[2]|a[2], any[3]|a[3]
		s.addWords(a[0], a[1], a[2], a[3], 0)
	}
	return merkle.AmountFromWords(any).BitLen()
}

// addRows adds what a tree's rows pay.
func (s *wideSum) addRows(p *Profile, r *Rows) {
	s.add(r.Amounts)
	if p.Has(SourceLocked) {
		s.add(r.Locked)
	}
}

func (s *wideSum) addWords(a, b, c, d, e uint64) {
	var carry uint64
	s[0], carry = bits.Add64(s[0], a, 0)
	s[1], carry = bits.Add64(s[1], b, carry)
	s[2], carry = bits.Add64(s[2], c, carry)
	s[3], carry = bits.Add64(s[3], d, carry)
	s[4], _ = bits.Add64(s[4], e, carry)
}

// sumOf is the sum of sums and whether it fits an amount.
func sumOf(sums []wideSum) (total merkle.Amount, fits bool) {
	var all wideSum
	for _, s := range sums {
		all.addWords(s[0], s[1], s[2], s[3], s[4])
	}
	return merkle.AmountFromWords([4]uint64(all[:4])), all[4] == 0
}
