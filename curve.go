package merkle

import (
	"encoding/binary"
	"math/bits"
)

// field25519 is a number below 2^256, least significant word first.
type field25519 [4]uint64

// prime25519 is 2^255-19, edwardsD the d of -x²+y² = 1+d·x²·y² (RFC 8032, 5.1).
var (
	prime25519 = field25519{0xffffffffffffffed, 0xffffffffffffffff, 0xffffffffffffffff, 0x7fffffffffffffff}
	edwardsD   = field25519{0x75eb4dca135978a3, 0x00700a4d4141d8ab, 0x8cc740797779e898, 0x52036cee2b6ffe73}
)

// OnCurve reports whether the 32 bytes of a Solana key are a point of ed25519, as the runtime judges it when it derives
// program addresses: the top bit is the sign of x, the rest is y, read modulo the prime, and x² = (y²-1)/(d·y²+1) has
// a root. It is false for EVM addresses and no account.
func (a Account) OnCurve() bool {
	if a.family != Solana {
		return false
	}
	var y field25519
	for i := range y {
		y[i] = binary.LittleEndian.Uint64(a.raw[8*i:])
	}
	y[3] &= 1<<63 - 1
	one := field25519{1}
	yy := y.mul(&y)
	dyy := yy.mul(&edwardsD)
	u, v := yy.add(prime25519.minus(&one)), dyy.add(one) // v is never 0: -1/d has no root
	// u/v has a root exactly when u·v has: they differ by the square v².
	product := u.mul(&v)
	product.reduce()
	return product.isSquare()
}

// reduce brings x below the prime.
func (x *field25519) reduce() {
	for x.cmp(&prime25519) >= 0 {
		*x = x.minus(&prime25519)
	}
}

func (x *field25519) cmp(y *field25519) int {
	for i := 3; i >= 0; i-- {
		if x[i] != y[i] {
			if x[i] < y[i] {
				return -1
			}
			return 1
		}
	}
	return 0
}

// minus is x-y for y ≤ x.
func (x *field25519) minus(y *field25519) (z field25519) {
	var b uint64
	z[0], b = bits.Sub64(x[0], y[0], 0)
	z[1], b = bits.Sub64(x[1], y[1], b)
	z[2], b = bits.Sub64(x[2], y[2], b)
	z[3], _ = bits.Sub64(x[3], y[3], b)
	return z
}

// add is congruent to x+y and below 2^256.
func (x field25519) add(y field25519) (z field25519) {
	var c uint64
	z[0], c = bits.Add64(x[0], y[0], 0)
	z[1], c = bits.Add64(x[1], y[1], c)
	z[2], c = bits.Add64(x[2], y[2], c)
	z[3], c = bits.Add64(x[3], y[3], c)
	return z.fold(c)
}

// fold adds 38·c, because 2^256 is 38 modulo the prime.
func (z field25519) fold(c uint64) field25519 {
	for c != 0 {
		hi, lo := bits.Mul64(c, 38)
		z[0], c = bits.Add64(z[0], lo, 0)
		z[1], c = bits.Add64(z[1], hi, c)
		z[2], c = bits.Add64(z[2], 0, c)
		z[3], c = bits.Add64(z[3], 0, c)
	}
	return z
}

// mul is congruent to x·y and below 2^256.
func (x *field25519) mul(y *field25519) field25519 {
	var wide [8]uint64
	for i, a := range x {
		var carry uint64
		for j, b := range y {
			hi, lo := bits.Mul64(a, b)
			var c uint64
			lo, c = bits.Add64(lo, wide[i+j], 0)
			hi += c
			lo, c = bits.Add64(lo, carry, 0)
			wide[i+j], carry = lo, hi+c
		}
		wide[i+4] = carry
	}
	var z field25519
	var carry uint64
	for i := range z {
		hi, lo := bits.Mul64(wide[i+4], 38)
		var c uint64
		lo, c = bits.Add64(lo, wide[i], 0)
		hi += c
		lo, c = bits.Add64(lo, carry, 0)
		z[i], carry = lo, hi+c
	}
	return z.fold(carry)
}

// isSquare reports whether x, below the prime, has a root: its Jacobi symbol is not -1. The symbol is found as in the
// binary greatest common divisor of a and n: halving a flips it by the rest of n modulo 8, changing places by reciprocity. Which
// of the two is smaller is a coin toss, so it is a mask and no branch; words that both have lost are dropped.
func (x field25519) isSquare() bool {
	a, n := x, prime25519
	flip := uint64(0)
	for a[2]|a[3]|n[2]|n[3] != 0 {
		for a[0] == 0 {
			if a == (field25519{}) {
				return true // only x = 0: n is the prime otherwise, which has no divisor
			}
			a[0], a[1], a[2], a[3] = a[1], a[2], a[3], 0 // 64 halvings: an even number
		}
		s := uint(bits.TrailingZeros64(a[0])) & 63
		flip ^= uint64(s) & (n[0]>>1 ^ n[0]>>2)
		a[0] = a[0]>>s | a[1]<<1<<(63-s)
		a[1] = a[1]>>s | a[2]<<1<<(63-s)
		a[2] = a[2]>>s | a[3]<<1<<(63-s)
		a[3] >>= s
		d0, b := bits.Sub64(a[0], n[0], 0)
		d1, b := bits.Sub64(a[1], n[1], b)
		d2, b := bits.Sub64(a[2], n[2], b)
		d3, b := bits.Sub64(a[3], n[3], b)
		less := -b
		flip ^= less & (a[0] & n[0] >> 1)
		n[0] ^= (n[0] ^ a[0]) & less
		n[1] ^= (n[1] ^ a[1]) & less
		n[2] ^= (n[2] ^ a[2]) & less
		n[3] ^= (n[3] ^ a[3]) & less
		var c uint64
		a[0], c = bits.Add64(d0^less, b, 0)
		a[1], c = bits.Add64(d1^less, 0, c)
		a[2], c = bits.Add64(d2^less, 0, c)
		a[3], _ = bits.Add64(d3^less, 0, c)
	}
	return (flip^jacobi128(a[1], a[0], n[1], n[0]))&1 == 0
}

// jacobi128 goes on with numbers of two words, the high one first; bit 0 of the result is 1 when the symbol is -1.
func jacobi128(a1, a0, n1, n0 uint64) (flip uint64) {
	for a1|n1 != 0 {
		if a0 == 0 {
			if a1 == 0 {
				return flip
			}
			a0, a1 = a1, 0
		}
		s := uint(bits.TrailingZeros64(a0)) & 63
		flip ^= uint64(s) & (n0>>1 ^ n0>>2)
		a0, a1 = a0>>s|a1<<1<<(63-s), a1>>s
		d0, b := bits.Sub64(a0, n0, 0)
		d1, b := bits.Sub64(a1, n1, b)
		less := -b
		flip ^= less & (a0 & n0 >> 1)
		n0 ^= (n0 ^ a0) & less
		n1 ^= (n1 ^ a1) & less
		var c uint64
		a0, c = bits.Add64(d0^less, b, 0)
		a1, _ = bits.Add64(d1^less, 0, c)
	}
	for a0 != 0 {
		s := uint(bits.TrailingZeros64(a0)) & 63
		flip ^= uint64(s) & (n0>>1 ^ n0>>2)
		a0 >>= s
		d, b := bits.Sub64(a0, n0, 0)
		less := -b
		flip ^= less & (a0 & n0 >> 1)
		n0 ^= (n0 ^ a0) & less
		a0 = (d ^ less) + b
	}
	return flip
}
