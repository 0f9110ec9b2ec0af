package main

// Keccak-f[1600] as FIPS 202 section 3.2 has it: 25 lanes of 64 bits, lane (x, y) is number 5y+x.

// roundConstants are the iota constants, from the linear feedback shift register of section 3.2.5.
func roundConstants() []uint64 {
	var out []uint64
	lfsr := uint8(1)
	for range 24 {
		var rc uint64
		for j := range 7 {
			if lfsr&1 == 1 {
				rc |= 1 << (1<<j - 1)
			}
			high := lfsr >> 7
			lfsr <<= 1
			if high == 1 {
				lfsr ^= 0x71
			}
		}
		out = append(out, rc)
	}
	return out
}

// rotations are the rho offsets of section 3.2.2, by lane number.
func rotations() (r [25]int) {
	x, y := 1, 0
	for t := range 24 {
		r[5*y+x] = (t + 1) * (t + 2) / 2 % 64
		x, y = y, (2*x+3*y)%5
	}
	return r
}

// piTarget is where pi (section 3.2.3) moves a lane.
func piTarget(lane int) int {
	x, y := lane%5, lane/5
	return 5*((2*x+3*y)%5) + y
}

// Truth tables of VPTERNLOG for operands A (destination), B, C.
const (
	xor3   = imm(0x96) // A ^ B ^ C
	chiABC = imm(0xd2) // A ^ (^B & C)
)
