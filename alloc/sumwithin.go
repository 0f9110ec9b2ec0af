package alloc

import (
	"math/big"
	"math/bits"

	merkle "github.com/merkle-drop/merkle"
)

// sumWithin is an exact sum of decimals that is held against a limit row by row. Rows whose digits fit in 64 bits, nearly all there are, are
// added in 384 bits: a row is below 2^64·10^19 < 2^128, and there are at most 2^32. All others are added as big.Int.
type sumWithin struct {
	short total
	wide  *big.Int // of the rows that do not fit; nil: none
	limit *big.Int
	most  [6]uint64 // limit in words
	fits  bool      // limit has at most 384 bits
}

// open sets the limit to pool·10^n.
func (s *sumWithin) open(pool merkle.Amount, n int) {
	s.limit = pool.Big()
	s.limit.Mul(s.limit, pow10(n))
	if s.fits = s.limit.BitLen() <= 384; s.fits {
		var text [48]byte
		s.limit.FillBytes(text[:])
		for i := range s.most {
			for _, b := range text[40-8*i : 48-8*i] {
				s.most[i] = s.most[i]<<8 | uint64(b)
			}
		}
	}
}

// add adds digits·10^n.
func (s *sumWithin) add(digits merkle.Amount, n int) {
	if v, ok := digits.Uint64(); ok && n <= 19 {
		hi, lo := bits.Mul64(v, small10(n))
		s.short.add(merkle.AmountFromWords([4]uint64{lo, hi}))
		return
	}
	if s.wide == nil {
		s.wide = new(big.Int)
	}
	v := digits.Big()
	s.wide.Add(s.wide, v.Mul(v, pow10(n)))
}

// above reports whether the sum is more than the limit.
func (s *sumWithin) above() bool {
	if s.wide != nil || !s.fits {
		return s.big().Cmp(s.limit) > 0
	}
	for i := 5; i >= 0; i-- {
		if s.short.w[i] != s.most[i] {
			return s.short.w[i] > s.most[i]
		}
	}
	return false
}

// big is the sum.
func (s *sumWithin) big() *big.Int {
	sum := s.short.big()
	if s.wide != nil {
		sum.Add(sum, s.wide)
	}
	return sum
}

// small10 is 10^n for 0 ≤ n ≤ 19.
func small10(n int) uint64 {
	v := uint64(1)
	for range n {
		v *= 10
	}
	return v
}
