package main

import (
	"slices"
	"strings"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/alloc"
)

// sizes says how large the claims of a token are. Ten million claims are not sorted for it, and not copied.
type sizes struct {
	count                     int
	largest, median, smallest merkle.Amount
	bits                      [257]int // claims by the bits that their amount needs; 0 is none
}

// sizesOf looks at the claims above 0, amount and locked amount together.
func sizesOf(t *alloc.TokenAllocation) *sizes {
	s := new(sizes)
	each := func(do func(v merkle.Amount)) {
		for i, v := range t.Amounts {
			if t.Locked != nil {
				v, _ = v.Add(t.Locked[i]) // the ledger holds the sum of all, so one fits
			}
			if !v.IsZero() {
				do(v)
			}
		}
	}
	each(func(v merkle.Amount) {
		if s.count++; s.count == 1 || v.Cmp(s.smallest) < 0 {
			s.smallest = v
		}
		if v.Cmp(s.largest) > 0 {
			s.largest = v
		}
		s.bits[v.BitLen()]++
	})
	if s.count > 0 {
		s.median = s.rank(each, (s.count-1)/2)
	}
	return s
}

// rank is the amount that would stand at a place, from 0, if all were sorted: those with as many bits are told apart by their next bits until few
// are left, which are sorted.
func (s *sizes) rank(each func(func(v merkle.Amount)), place int) merkle.Amount {
	const digit, few = 12, 1 << 12
	length := 0
	for place >= s.bits[length] {
		place -= s.bits[length]
		length++
	}
	if length == 1 {
		return merkle.NewAmount(1)
	}
	left, known := s.bits[length], 1 // how many begin like the one that is looked for, and how many bits that beginning has
	var begin merkle.Amount          // that beginning, with zeros behind it
	alike := func(v merkle.Amount) bool { return v.BitLen() == length }
	for left > few && known < length {
		shift := max(0, length-known-digit)
		counts := make([]int, 1<<digit)
		each(func(v merkle.Amount) {
			if alike(v) {
				counts[bitsFrom(v, shift)&(1<<(length-known-shift)-1)]++
			}
		})
		at := 0
		for place >= counts[at] {
			place -= counts[at]
			at++
		}
		first := true
		was := alike
		each(func(v merkle.Amount) {
			if first && was(v) && int(bitsFrom(v, shift)&(1<<(length-known-shift)-1)) == at {
				begin, first = v, false
			}
		})
		left, known = counts[at], length-shift
		alike = func(v merkle.Amount) bool { return v.BitLen() == length && sameFrom(v, begin, shift) }
	}
	if known == length { // all that are left are equal
		return begin
	}
	rest := make([]merkle.Amount, 0, left)
	each(func(v merkle.Amount) {
		if alike(v) {
			rest = append(rest, v)
		}
	})
	slices.SortFunc(rest, merkle.Amount.Cmp)
	return rest[place]
}

// bitsFrom is the 64 bits of v above the lowest shift.
func bitsFrom(v merkle.Amount, shift int) uint64 {
	w := v.Words()
	low := w[shift/64] >> (shift % 64)
	if shift%64 > 0 && shift/64 < 3 {
		low |= w[shift/64+1] << (64 - shift%64)
	}
	return low
}

// sameFrom reports whether two amounts are equal but for the lowest shift bits.
func sameFrom(a, b merkle.Amount, shift int) bool {
	x, y := a.Words(), b.Words()
	for i := shift / 64; i < 4; i++ {
		differ := x[i] ^ y[i]
		if i == shift/64 {
			differ >>= shift % 64
		}
		if differ != 0 {
			return false
		}
	}
	return true
}

// spark draws how many claims there are at each size: one column for every four doublings of the amount.
func (s *sizes) spark() string {
	const bars = "▁▂▃▄▅▆▇█"
	first := (s.smallest.BitLen() - 1) / 2
	counts := make([]int, (s.largest.BitLen()-1)/2-first+1)
	most := 0
	for n, of := range s.bits {
		if of > 0 {
			i := (n-1)/2 - first
			counts[i] += of
			most = max(most, counts[i])
		}
	}
	var b strings.Builder
	for _, n := range counts {
		if n == 0 {
			b.WriteByte(' ')
			continue
		}
		b.WriteRune([]rune(bars)[(n*8-1)/most])
	}
	return b.String()
}
