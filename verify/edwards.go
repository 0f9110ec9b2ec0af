package verify

import (
	"encoding/binary"
	"math/big"
	"math/bits"
)

// edwards tells which 32 bytes are a point of ed25519, −x² + y² = 1 + d·x²·y² over the field of p = 2^255 − 19. A Solana account that is none has no private key: only a
// program can act for it.
type edwards struct{ p, d limbs }

// limbs is a number below 2^256, least significant word first.
type limbs [4]uint64

func newEdwards() *edwards {
	p := new(big.Int).Lsh(big.NewInt(1), 255)
	p.Sub(p, big.NewInt(19))
	d := new(big.Int).ModInverse(big.NewInt(121666), p) // d = −121665 / 121666
	d.Mul(d, big.NewInt(-121665))
	return &edwards{toLimbs(p), toLimbs(d.Mod(d, p))}
}

// toLimbs takes a number below 2^256.
func toLimbs(z *big.Int) (a limbs) {
	var b [32]byte
	z.FillBytes(b[:])
	for i := range a {
		a[i] = binary.BigEndian.Uint64(b[24-8*i:])
	}
	return a
}

// has reports whether b, a little-endian y of 255 bits and the sign of x, is the encoding of a point: x² = (y² − 1) / (d·y² + 1) must be a square, which it is when
// the product of numerator and denominator is. Like the runtime's own test it takes a y that is not reduced, and does not look at the sign.
func (c *edwards) has(b *[32]byte) bool {
	var y limbs
	for i := range y {
		y[i] = binary.LittleEndian.Uint64(b[8*i:])
	}
	y[3] &= 1<<63 - 1
	y = c.mul(&y, &y)
	u, v := y, c.mul(&y, &c.d)
	u.sub(&limbs{1}, &c.p) // y² − 1
	v.add(&limbs{1})       // below p + 1, which the product takes
	u = c.mul(&u, &v)
	return c.jacobi(u) >= 0
}

// add adds without reducing; the sum must be below 2^256.
func (a *limbs) add(b *limbs) {
	carry := uint64(0)
	for i := range a {
		a[i], carry = bits.Add64(a[i], b[i], carry)
	}
}

// sub subtracts, and adds the modulus when the difference is negative.
func (a *limbs) sub(b, modulus *limbs) {
	borrow := uint64(0)
	for i := range a {
		a[i], borrow = bits.Sub64(a[i], b[i], borrow)
	}
	if borrow != 0 {
		a.add(modulus)
	}
}

func (a *limbs) less(b *limbs) bool {
	for i := 3; i > 0; i-- {
		if a[i] != b[i] {
			return a[i] < b[i]
		}
	}
	return a[0] < b[0]
}

// mul is a·b mod p, of any numbers below 2^256.
func (c *edwards) mul(a, b *limbs) limbs {
	var wide [8]uint64
	for i := range a {
		carry := uint64(0)
		for j := range b {
			hi, lo := bits.Mul64(a[i], b[j])
			var x uint64
			lo, x = bits.Add64(lo, carry, 0)
			hi += x
			wide[i+j], x = bits.Add64(wide[i+j], lo, 0)
			carry = hi + x
		}
		wide[i+4] = carry
	}
	// 2^256 is 38 mod p
	out, over := limbs(wide[:4]), uint64(0)
	for i := range out {
		hi, lo := bits.Mul64(wide[i+4], 38)
		var x, y uint64
		out[i], x = bits.Add64(out[i], lo, 0)
		out[i], y = bits.Add64(out[i], over, 0)
		over = hi + x + y
	}
	for over > 0 { // at most 38, then at most 1
		carry := uint64(0)
		out[0], carry = bits.Add64(out[0], 38*over, 0)
		for i := 1; i < 4; i++ {
			out[i], carry = bits.Add64(out[i], 0, carry)
		}
		over = carry
	}
	for !out.less(&c.p) {
		out.sub(&c.p, &c.p)
	}
	return out
}

// jacobi is the Jacobi symbol of a and p: 1 for a square, −1 for none, 0 for 0. Twos are taken out, and the two odd numbers are exchanged and subtracted until one is 0.
func (c *edwards) jacobi(a limbs) int {
	n, t := c.p, 1
	for a != (limbs{}) {
		zeros := 0
		for a[0] == 0 {
			a, zeros = limbs{a[1], a[2], a[3], 0}, zeros+64
		}
		if k := bits.TrailingZeros64(a[0]); k > 0 {
			for i := range 3 {
				a[i] = a[i]>>k | a[i+1]<<(64-k)
			}
			a[3], zeros = a[3]>>k, zeros+k
		}
		if r := n[0] & 7; zeros%2 == 1 && (r == 3 || r == 5) {
			t = -t
		}
		if a.less(&n) {
			a, n = n, a
			if a[0]&3 == 3 && n[0]&3 == 3 {
				t = -t
			}
		}
		a.sub(&n, &n)
	}
	if n != (limbs{1}) {
		return 0
	}
	return t
}
