package main

import "math/big"

// sha256AVX512 writes the 16-way kernels: register i holds word i of 16 messages.
//
//	sha256Nodes16    n groups of 16 messages of one prefix byte and 64 bytes, with or without sorting the halves
//	sha256Short16    n groups of 16 messages of one length up to 55 bytes, of which what all share is given apart
//	sha256Padded16   n groups of 16 messages that are padded already, all of the same number of blocks
func sha256AVX512(a *asm) {
	var any words16
	second := secondOfNode()
	constants16(a, "roundConstants16", any)
	constants16(a, "secondConstants16", second)
	a.words32("initial16", rootFractions(8, 2))
	a.words64("swapBytes16", []uint64{0x0405060700010203, 0x0c0d0e0f08090a0b, 0x0405060700010203, 0x0c0d0e0f08090a0b,
		0x0405060700010203, 0x0c0d0e0f08090a0b, 0x0405060700010203, 0x0c0d0e0f08090a0b})
	a.words32("tail16", []uint32{0x00800000})
	compress16(a, "sha256x16<>", any)
	compress16(a, "sha256Second16<>", second)
	nodes16(a)
	short16(a)
	padded16(a)
}

// rootFractions are the first 32 bits of the fractional parts of the square or cube roots of the first primes (FIPS 180-4
// sections 4.2.2, 5.3.3), from integer roots: floor(root(p · 2^(32·degree))) modulo 2^32.
func rootFractions(n, degree int) (out []uint32) {
	for p := int64(2); len(out) < n; p++ {
		if !big.NewInt(p).ProbablyPrime(20) {
			continue
		}
		want := new(big.Int).Lsh(big.NewInt(p), uint(32*degree))
		root := new(big.Int)
		for bit := 40; bit >= 0; bit-- {
			try := new(big.Int).SetBit(root, bit, 1)
			if new(big.Int).Exp(try, big.NewInt(int64(degree)), nil).Cmp(want) <= 0 {
				root = try
			}
		}
		out = append(out, uint32(root.Uint64()))
	}
	return out
}

// Truth tables of VPTERNLOG: choose and majority of A, B, C.
const (
	choose   = imm(0xca) // A ? B : C
	majority = imm(0xe8)
)

// compress16 runs the 64 rounds of FIPS 180-4 section 6.2.2 over the state in Z0 to Z7 and the unknown words of the message in
// Z8 to Z23, without the addition at the end. R8 points to the constants of w. Z31 is left alone.
func compress16(a *asm, name string, w words16) {
	a.text(name, "NOSPLIT|NOFRAME", "$0-0")
	s := run8(0)
	word := func(t int) zmm { return zmm(8 + t%16) }
	sigma := func(from, to zmm, r1, r2, last int, shift string) { // to = ror r1 ^ ror r2 ^ (ror or shift) last
		a.op("VPRORD", imm(r1), from, to)
		a.op("VPRORD", imm(r2), from, zmm(25))
		a.op(shift, imm(last), from, zmm(26))
		a.op("VPTERNLOGD", xor3, zmm(26), zmm(25), to)
	}
	for t := range 64 {
		if t >= 16 && !w[t].known {
			to, begun := word(t), !w[t-16].known
			add := func(known bool, from zmm, r1, r2, last int) { // a term, turned when r1 is not 0
				switch {
				case known:
				case r1 == 0 && begun:
					a.op("VPADDD", from, to, to)
				case r1 == 0:
					a.op("VMOVDQA64", from, to)
				case begun:
					sigma(from, zmm(24), r1, r2, last, "VPSRLD")
					a.op("VPADDD", zmm(24), to, to)
				default:
					sigma(from, to, r1, r2, last, "VPSRLD")
				}
				begun = begun || !known
			}
			add(w[t-15].known, word(t-15), 7, 18, 3)
			add(w[t-7].known, word(t-7), 0, 0, 0)
			add(w[t-2].known, word(t-2), 17, 19, 10)
			if w[t].value != 0 {
				a.op("VPADDD.BCST", mem(256+4*t, "R8"), to, to)
			}
		}
		e, f, g, h := s[4], s[5], s[6], s[7]
		a.op("VPADDD.BCST", mem(4*t, "R8"), h, h)
		sigma(e, zmm(24), 6, 11, 25, "VPRORD")
		a.op("VMOVDQA64", e, zmm(27))
		a.op("VPTERNLOGD", choose, g, f, zmm(27))
		if !w[t].known {
			a.op("VPADDD", word(t), h, h)
		}
		a.op("VPADDD", zmm(24), zmm(27), zmm(27))
		a.op("VPADDD", zmm(27), h, h)
		sigma(s[0], zmm(28), 2, 13, 22, "VPRORD")
		a.op("VMOVDQA64", s[0], zmm(29))
		a.op("VPTERNLOGD", majority, s[2], s[1], zmm(29))
		a.op("VPADDD", h, s[3], s[3])
		a.op("VPADDD", zmm(28), zmm(29), zmm(29))
		a.op("VPADDD", zmm(29), h, h)
		s = [8]zmm{s[7], s[0], s[1], s[2], s[3], s[4], s[5], s[6]}
	}
	a.ret()
}

// load16 loads 16 messages of 64 bytes from SI into Z8 to Z23.
func load16(a *asm) {
	for i := range 16 {
		a.op("VMOVDQU64", mem(64*i, "SI"), zmm(8+i))
	}
}

// transpose16 turns the messages in Z8 to Z23 into word columns there, bytes in the order of numbers. It uses Z0 to Z7 and
// Z24 to Z31 too.
func transpose16(a *asm) {
	row := func(i int) zmm { return zmm(8 + i) }
	spare := func(i int) zmm {
		if i < 8 {
			return zmm(i)
		}
		return zmm(16 + i)
	}
	for i := 0; i < 16; i += 2 {
		a.op("VPUNPCKLDQ", row(i+1), row(i), spare(i))
		a.op("VPUNPCKHDQ", row(i+1), row(i), spare(i+1))
	}
	for g := range 4 { // row(4g+k): words k, 4+k, 8+k, 12+k of rows 4g to 4g+3
		a.op("VPUNPCKLQDQ", spare(4*g+2), spare(4*g), row(4*g))
		a.op("VPUNPCKHQDQ", spare(4*g+2), spare(4*g), row(4*g+1))
		a.op("VPUNPCKLQDQ", spare(4*g+3), spare(4*g+1), row(4*g+2))
		a.op("VPUNPCKHQDQ", spare(4*g+3), spare(4*g+1), row(4*g+3))
	}
	for k := range 4 {
		a.op("VSHUFI32X4", imm(0x88), row(4+k), row(k), spare(4*k))
		a.op("VSHUFI32X4", imm(0xdd), row(4+k), row(k), spare(4*k+1))
		a.op("VSHUFI32X4", imm(0x88), row(12+k), row(8+k), spare(4*k+2))
		a.op("VSHUFI32X4", imm(0xdd), row(12+k), row(8+k), spare(4*k+3))
	}
	for k := range 4 {
		a.op("VSHUFI32X4", imm(0x88), spare(4*k+2), spare(4*k), row(k))
		a.op("VSHUFI32X4", imm(0xdd), spare(4*k+2), spare(4*k), row(8+k))
		a.op("VSHUFI32X4", imm(0x88), spare(4*k+3), spare(4*k+1), row(4+k))
		a.op("VSHUFI32X4", imm(0xdd), spare(4*k+3), spare(4*k+1), row(12+k))
	}
	a.op("VMOVDQU64", "swapBytes16<>+0(SB)", zmm(24))
	for i := range 16 {
		a.op("VPSHUFB", zmm(24), row(i), row(i))
	}
}

// sortHalves16 exchanges words 0 to 7 with 8 to 15 in the messages where the second half is the smaller.
func sortHalves16(a *asm) {
	first := func(i int) zmm { return zmm(8 + i) }
	second := func(i int) zmm { return zmm(16 + i) }
	for i := 7; i >= 0; i-- { // K1: second < first from word i on
		a.op("VPCMPUD", imm(1), first(i), second(i), "K2")
		if i == 7 {
			a.op("KMOVW", "K2", "K1")
			continue
		}
		a.op("VPCMPEQD", first(i), second(i), "K3")
		a.op("KANDW", "K3", "K1", "K1")
		a.op("KORW", "K2", "K1", "K1")
	}
	for i := range 8 {
		a.op("VMOVDQA64", first(i), zmm(24))
		a.op("VPBLENDMD", second(i), first(i), "K1", first(i))
		a.op("VPBLENDMD", zmm(24), second(i), "K1", second(i))
	}
}

// store16 writes the states in Z0 to Z7 as 16 hashes of 32 bytes to DI.
func store16(a *asm) {
	a.op("VMOVDQU64", "swapBytes16<>+0(SB)", zmm(24))
	for i := range 8 {
		a.op("VPSHUFB", zmm(24), zmm(i), zmm(i))
	}
	for half := range 2 {
		s := func(i int) zmm { return zmm(4*half + i) }
		t := func(i int) zmm { return zmm(8 + i) }
		u := func(i int) zmm { return zmm(16 + 4*half + i) }
		a.op("VPUNPCKLDQ", s(1), s(0), t(0))
		a.op("VPUNPCKHDQ", s(1), s(0), t(1))
		a.op("VPUNPCKLDQ", s(3), s(2), t(2))
		a.op("VPUNPCKHDQ", s(3), s(2), t(3))
		a.op("VPUNPCKLQDQ", t(2), t(0), u(0))
		a.op("VPUNPCKHQDQ", t(2), t(0), u(1))
		a.op("VPUNPCKLQDQ", t(3), t(1), u(2))
		a.op("VPUNPCKHQDQ", t(3), t(1), u(3))
	}
	for m := range 16 {
		for half := range 2 {
			a.op("VEXTRACTI32X4", imm(m/4), zmm(16+4*half+m%4), mem(32*m+16*half, "DI"))
		}
	}
}
