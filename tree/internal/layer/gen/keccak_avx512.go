package main

import "fmt"

// keccakAVX512 writes the 8-way kernels: register i holds lane i of 8 messages.
//
//	keccakPairs8    n groups of 8 messages of 64 bytes that lie end to end, with or without sorting the halves
//	keccakShort8    n groups of 8 messages of 32 bytes
//	keccakBlocks8   n groups of 8 messages of one length up to 128 bytes, of which what all share is given apart
//	keccakPadded8   n groups of 8 messages that are padded already, all of the same number of blocks
func keccakAVX512(a *asm) {
	a.words64("roundConstants512", roundConstants())
	a.words64("swapBytes512", []uint64{0x0001020304050607, 0x08090a0b0c0d0e0f, 0x0001020304050607, 0x08090a0b0c0d0e0f,
		0x0001020304050607, 0x08090a0b0c0d0e0f, 0x0001020304050607, 0x08090a0b0c0d0e0f})
	a.words64("firstHashes", []uint64{0, 1, 8, 9, 2, 3, 10, 11})
	a.words64("lastHashes", []uint64{4, 5, 12, 13, 6, 7, 14, 15})
	a.words64("padding512", []uint64{0x01, 0x8000000000000000})
	rounds8(a)
	pairs8(a)
	short8(a)
	blocks8(a)
	paddedKeccak8(a)
}

// state8 is the register of each lane. They are renamed rather than moved by pi; after 24 rounds every lane is back in its own.
type state8 [25]zmm

// start8 is lane i in register i.
func start8() (s state8) {
	for i := range s {
		s[i] = zmm(i)
	}
	return s
}

// permute8 is the permutation. Only the first lanes of the state and lane 16 are set, the others are zero whatever their
// registers hold; with short, only lanes 0 to 3 are wanted of the result.
func permute8(a *asm, first int, short bool) {
	s := round8(a, start8(), 0, first, false)
	a.op("CALL", "keccakRounds8<>(SB)")
	for round := 1; round < 23; round++ {
		s = round8(new(asm), s, round, 25, false)
	}
	if s = round8(a, s, 23, 25, short); s != start8() {
		panic(fmt.Sprintf("lanes end in %v", s))
	}
}

// round8 is one round on the first lanes and lane 16, the first or the last of 24. Registers 25 to 31 are lost.
func round8(a *asm, s state8, round, first int, short bool) state8 {
	column := func(x int) zmm { return zmm(25 + x%5) }
	has := func(lane int) bool { return lane < first || lane == 16 }
	var rest [5][]zmm // what a column's parity still lacks
	for x := range 5 {
		var lanes []zmm
		for y := range 5 {
			if has(5*y + x) {
				lanes = append(lanes, s[5*y+x])
			}
		}
		if len(lanes)%2 == 0 {
			a.op("VPXORQ", lanes[0], lanes[1], column(x))
			rest[x] = lanes[2:]
			continue
		}
		a.op("VMOVDQA64", lanes[0], column(x))
		if len(lanes) > 1 {
			a.op("VPTERNLOGQ", xor3, lanes[1], lanes[2], column(x))
			rest[x] = lanes[3:]
		}
	}
	for x := range 5 {
		if len(rest[x]) > 0 {
			a.op("VPTERNLOGQ", xor3, rest[x][0], rest[x][1], column(x))
		}
	}
	rot := rotations()
	var turned [25]bool
	for x := range 5 {
		effect := zmm(30 + x%2)
		a.op("VPROLQ", imm(1), column(x+1), effect)
		if first < 25 {
			a.op("VPXORQ", column(x+4), effect, effect)
		}
		for y := range 5 {
			lane := 5*y + x
			switch {
			case short && piTarget(lane) > 4: // not wanted
			case first == 25:
				a.op("VPTERNLOGQ", xor3, column(x+4), effect, s[lane])
			case has(lane):
				a.op("VPXORQ", effect, s[lane], s[lane])
			default:
				a.op("VPROLQ", imm(rot[lane]), effect, s[lane])
				turned[lane] = true
			}
		}
	}
	var next state8
	var source [25]int
	for lane := range 25 {
		next[piTarget(lane)], source[piTarget(lane)] = s[lane], lane
	}
	for y := range 5 {
		if short && y > 0 {
			break
		}
		row, t0, t1 := next[5*y:5*y+5], zmm(25+2*(y%3)), zmm(26+2*(y%3))
		for x := range 5 {
			if lane := source[5*y+x]; rot[lane] != 0 && !turned[lane] {
				a.op("VPROLQ", imm(rot[lane]), row[x], row[x])
			}
		}
		a.op("VMOVDQA64", row[0], t0)
		if !short {
			a.op("VMOVDQA64", row[1], t1)
		}
		a.op("VPTERNLOGQ", chiABC, row[2], row[1], row[0])
		a.op("VPTERNLOGQ", chiABC, row[3], row[2], row[1])
		a.op("VPTERNLOGQ", chiABC, row[4], row[3], row[2])
		a.op("VPTERNLOGQ", chiABC, t0, row[4], row[3])
		if !short {
			a.op("VPTERNLOGQ", chiABC, t1, t0, row[4])
		}
		if y == 0 {
			a.op("VPXORQ.BCST", mem(8*round, "R8"), row[0], row[0])
		}
	}
	return next
}
