package verify

import "math/big"

// edwards tells which 32 bytes are a point of ed25519, −x² + y² = 1 + d·x²·y² over the field of p = 2^255 − 19. A Solana account that is none has no private key: only a
// program can act for it.
type edwards struct {
	p, d    *big.Int
	y, u, v big.Int
}

func newEdwards() *edwards {
	one := big.NewInt(1)
	p := new(big.Int).Lsh(one, 255)
	p.Sub(p, big.NewInt(19))
	d := new(big.Int).ModInverse(big.NewInt(121666), p) // d = −121665 / 121666
	d.Mul(d, big.NewInt(-121665))
	return &edwards{p: p, d: d.Mod(d, p)}
}

// has reports whether b, a little-endian y of 255 bits and the sign of x, is the encoding of a point: x² = (y² − 1) / (d·y² + 1) must be a square, which it is when
// the product of numerator and denominator is. Like the runtime's own test it takes a y that is not reduced, and does not look at the sign. Not for several goroutines.
func (c *edwards) has(b *[32]byte) bool {
	var be [32]byte
	for i := range be {
		be[i] = b[31-i]
	}
	be[0] &= 0x7f
	c.y.SetBytes(be[:])
	c.y.Mul(&c.y, &c.y)
	c.y.Mod(&c.y, c.p)
	c.v.Mul(&c.y, c.d)
	c.v.Add(&c.v, big.NewInt(1))
	c.u.Sub(&c.y, big.NewInt(1))
	c.u.Mul(&c.u, &c.v)
	c.u.Mod(&c.u, c.p)
	return big.Jacobi(&c.u, c.p) >= 0
}
