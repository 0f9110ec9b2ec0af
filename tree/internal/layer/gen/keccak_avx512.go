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

// transpose8 turns rows (8 quadwords of one message each) into columns, using 8 more registers. Rows are lost.
func transpose8(a *asm, rows, spare, columns [8]zmm) {
	for i := 0; i < 8; i += 2 {
		a.op("VPUNPCKLQDQ", rows[i+1], rows[i], spare[i])
		a.op("VPUNPCKHQDQ", rows[i+1], rows[i], spare[i+1])
	}
	for odd := range 2 {
		t := [4]zmm{spare[odd], spare[2+odd], spare[4+odd], spare[6+odd]}
		u := [4]zmm{rows[4*odd], rows[4*odd+1], rows[4*odd+2], rows[4*odd+3]}
		a.op("VSHUFI64X2", imm(0x88), t[1], t[0], u[0])
		a.op("VSHUFI64X2", imm(0xdd), t[1], t[0], u[1])
		a.op("VSHUFI64X2", imm(0x88), t[3], t[2], u[2])
		a.op("VSHUFI64X2", imm(0xdd), t[3], t[2], u[3])
	}
	for odd := range 2 {
		u := rows[4*odd : 4*odd+4]
		a.op("VSHUFI64X2", imm(0x88), u[2], u[0], spare[odd])
		a.op("VSHUFI64X2", imm(0xdd), u[2], u[0], spare[4+odd])
		a.op("VSHUFI64X2", imm(0x88), u[3], u[1], spare[2+odd])
		a.op("VSHUFI64X2", imm(0xdd), u[3], u[1], spare[6+odd])
	}
	for i := range 8 {
		if columns[i] != spare[i] {
			a.op("VMOVDQA64", spare[i], columns[i])
		}
	}
}

func run8(first int) (r [8]zmm) {
	for i := range r {
		r[i] = zmm(first + i)
	}
	return r
}

// pad8 sets the two lanes of the padding of a message that ends with a lane.
func pad8(a *asm, first int) {
	a.op("VPBROADCASTQ", "padding512<>+0(SB)", zmm(first))
	a.op("VPBROADCASTQ", "padding512<>+8(SB)", zmm(16))
}

// store8 writes lanes 0 to 3 of 8 messages to 256 bytes at DI.
func store8(a *asm) {
	a.op("VPUNPCKLQDQ", zmm(1), zmm(0), zmm(4))
	a.op("VPUNPCKHQDQ", zmm(1), zmm(0), zmm(5))
	a.op("VPUNPCKLQDQ", zmm(3), zmm(2), zmm(6))
	a.op("VPUNPCKHQDQ", zmm(3), zmm(2), zmm(7))
	for m := range 8 {
		for half := range 2 {
			a.op("VEXTRACTI64X2", imm(m/2), zmm(4+m%2+2*half), mem(32*m+16*half, "DI"))
		}
	}
}

// sortHalves8 exchanges lanes 0 to 3 with 4 to 7 in the messages where the second half is the smaller as bytes.
func sortHalves8(a *asm) {
	a.op("VMOVDQU64", "swapBytes512<>+0(SB)", zmm(24))
	for i := range 4 {
		a.op("VPSHUFB", zmm(24), zmm(i), zmm(16+i))
		a.op("VPSHUFB", zmm(24), zmm(4+i), zmm(20+i%4))
		a.op("VPCMPUQ", imm(1), zmm(16+i), zmm(20+i), fmt.Sprintf("K%d", 1+i)) // second < first
		if i < 3 {
			a.op("VPCMPEQQ", zmm(16+i), zmm(20+i), fmt.Sprintf("K%d", 5+i))
		}
	}
	for i := 2; i >= 0; i-- { // smaller from word i on: smaller in it, or equal and smaller later
		later := "K4"
		if i < 2 {
			later = fmt.Sprintf("K%d", 2+i)
		}
		a.op("KANDB", later, fmt.Sprintf("K%d", 5+i), fmt.Sprintf("K%d", 5+i))
		a.op("KORB", fmt.Sprintf("K%d", 5+i), fmt.Sprintf("K%d", 1+i), fmt.Sprintf("K%d", 1+i))
	}
	for i := range 4 {
		a.op("VMOVDQA64", zmm(i), zmm(16+i))
		a.op("VPBLENDMQ", zmm(4+i), zmm(i), "K1", zmm(i))
		a.op("VPBLENDMQ", zmm(16+i), zmm(4+i), "K1", zmm(4+i))
	}
}

func pairs8(a *asm) {
	a.text("·keccakPairs8", "NOSPLIT", "$0-32")
	a.op("MOVQ", "dst+0(FP)", "DI")
	a.op("MOVQ", "src+8(FP)", "SI")
	a.op("MOVQ", "groups+16(FP)", "CX")
	a.op("MOVQ", "sorted+24(FP)", "DX")
	a.op("LEAQ", "roundConstants512<>+0(SB)", "R8")
	a.label("pairs")
	for i := range 8 {
		a.op("VMOVDQU64", mem(64*i, "SI"), zmm(8+i))
	}
	transpose8(a, run8(8), run8(0), run8(0))
	a.op("TESTQ", "DX", "DX")
	a.op("JZ", "pad")
	sortHalves8(a)
	a.label("pad")
	pad8(a, 8)
	permute8(a, 9, true)
	store8(a)
	a.op("ADDQ", imm(512), "SI")
	a.op("ADDQ", imm(256), "DI")
	a.op("DECQ", "CX")
	a.op("JNZ", "pairs")
	a.WriteString("\tVZEROUPPER\n")
	a.ret()
}

// short8 loads two messages a register: quadwords 0 to 3 are the even message's, 4 to 7 the odd one's.
func short8(a *asm) {
	a.text("·keccakShort8", "NOSPLIT", "$0-24")
	a.op("MOVQ", "dst+0(FP)", "DI")
	a.op("MOVQ", "src+8(FP)", "SI")
	a.op("MOVQ", "groups+16(FP)", "CX")
	a.op("LEAQ", "roundConstants512<>+0(SB)", "R8")
	a.label("short")
	for m := range 8 { // one message a register, upper half not used
		a.op("VMOVDQU", mem(32*m, "SI"), ymm(8+m))
	}
	transpose8(a, run8(8), run8(0), run8(0))
	pad8(a, 4)
	permute8(a, 5, true)
	store8(a)
	a.op("ADDQ", imm(256), "SI")
	a.op("ADDQ", imm(256), "DI")
	a.op("DECQ", "CX")
	a.op("JNZ", "short")
	a.WriteString("\tVZEROUPPER\n")
	a.ret()
}

// blocks8 loads only the bytes that the masks low and high name, counted from shift bytes before each message; fixed is the other bytes of the
// block, prefix and padding.
func blocks8(a *asm) {
	a.text("·keccakBlocks8", "NOSPLIT", "$0-64")
	a.op("MOVQ", "dst+0(FP)", "DI")
	a.op("MOVQ", "src+8(FP)", "SI")
	a.op("MOVQ", "groups+16(FP)", "CX")
	a.op("MOVQ", "stride+24(FP)", "R9")
	a.op("SUBQ", "shift+32(FP)", "SI")
	a.op("KMOVQ", "low+40(FP)", "K1")
	a.op("MOVQ", "high+48(FP)", "DX")
	a.op("KMOVQ", "DX", "K2")
	a.op("MOVQ", "fixed+56(FP)", "R11")
	a.op("LEAQ", "roundConstants512<>+0(SB)", "R8")
	rows := func(offset, first int, mask string) {
		a.op("MOVQ", "SI", "R10")
		for m := range 8 {
			a.op("VMOVDQU8.Z", mem(offset, "R10"), mask, zmm(first+m))
			a.op("ADDQ", "R9", "R10")
		}
	}
	a.label("blocks")
	rows(0, 8, "K1")
	transpose8(a, run8(8), run8(0), run8(0))
	a.op("TESTQ", "DX", "DX")
	a.op("JZ", "fixed")
	rows(64, 16, "K2")
	transpose8(a, run8(16), run8(8), run8(8))
	for i := 8; i < 16; i++ {
		a.op("VPORQ.BCST", mem(8*i, "R11"), zmm(i), zmm(i))
	}
	a.op("JMP", "permute")
	a.label("fixed")
	for i := 8; i < 16; i++ {
		a.op("VPBROADCASTQ", mem(8*i, "R11"), zmm(i))
	}
	a.label("permute")
	for i := range 8 {
		a.op("VPORQ.BCST", mem(8*i, "R11"), zmm(i), zmm(i))
	}
	a.op("VPBROADCASTQ", mem(8*16, "R11"), zmm(16))
	permute8(a, 17, true)
	store8(a)
	a.op("LEAQ", "(SI)(R9*8)", "SI")
	a.op("ADDQ", imm(256), "DI")
	a.op("DECQ", "CX")
	a.op("JNZ", "blocks")
	a.WriteString("\tVZEROUPPER\n")
	a.ret()
}

// paddedKeccak8 keeps states as 25 rows of 8 lanes: lane i of message m at 64i+8m.
func paddedKeccak8(a *asm) {
	a.text("·keccakPadded8", "NOSPLIT", "$0-40")
	a.op("MOVQ", "dst+0(FP)", "DI")
	a.op("MOVQ", "blocks+8(FP)", "SI")
	a.op("MOVQ", "groups+16(FP)", "CX")
	a.op("MOVQ", "n+24(FP)", "BX")
	a.op("MOVQ", "state+32(FP)", "R9")
	a.op("IMUL3Q", imm(136), "BX", "R11") // from a message to the next
	a.op("LEAQ", "roundConstants512<>+0(SB)", "R8")
	a.label("messages")
	a.op("VPXORQ", zmm(0), zmm(0), zmm(0))
	for i := range 25 {
		a.op("VMOVDQU64", zmm(0), mem(64*i, "R9"))
	}
	a.op("MOVQ", "BX", "DX")
	a.label("blocks")
	for half := range 2 {
		a.op("MOVQ", "SI", "R10")
		for m := range 8 {
			a.op("VMOVDQU64", mem(64*half, "R10"), zmm(16+m))
			if half == 1 {
				a.op("MOVQ", "128(R10)", "AX")
				a.op("XORQ", "AX", mem(64*16+8*m, "R9"))
			}
			a.op("ADDQ", "R11", "R10")
		}
		transpose8(a, run8(16), run8(8*half), run8(8*half))
	}
	for i := range 25 {
		if i < 16 {
			a.op("VPXORQ", mem(64*i, "R9"), zmm(i), zmm(i))
		} else {
			a.op("VMOVDQU64", mem(64*i, "R9"), zmm(i))
		}
	}
	permute8(a, 25, false)
	for i := range 25 {
		a.op("VMOVDQU64", zmm(i), mem(64*i, "R9"))
	}
	a.op("ADDQ", imm(136), "SI")
	a.op("DECQ", "DX")
	a.op("JNZ", "blocks")
	store8(a)
	a.op("LEAQ", "(R11)(R11*2)", "R10") // the group's other messages
	a.op("LEAQ", "(R10)(R11*4)", "R10")
	a.op("ADDQ", "R10", "SI")
	a.op("ADDQ", imm(256), "DI")
	a.op("DECQ", "CX")
	a.op("JNZ", "messages")
	a.WriteString("\tVZEROUPPER\n")
	a.ret()
}
