package main

// keccakAVX2 writes the 4-way kernels: row i of a state in memory holds lane i of 4 messages. 16 registers do not hold
// 25 lanes, so a round reads one state and writes another.
func keccakAVX2(a *asm) {
	a.words64("roundConstants256", fourfold(roundConstants()))
	a.words64("swapBytes256", []uint64{0x0001020304050607, 0x08090a0b0c0d0e0f, 0x0001020304050607, 0x08090a0b0c0d0e0f})
	a.words64("turn8", []uint64{0x0605040302010007, 0x0e0d0c0b0a09080f, 0x0605040302010007, 0x0e0d0c0b0a09080f})
	a.words64("turn56", []uint64{0x0007060504030201, 0x080f0e0d0c0b0a09, 0x0007060504030201, 0x080f0e0d0c0b0a09})
	a.words64("padding256", fourfold([]uint64{0x01, 0x8000000000000000}))
	permute4(a)
	pairs4(a)
	paddedKeccak4(a)
}

func fourfold(words []uint64) (out []uint64) {
	for _, w := range words {
		out = append(out, w, w, w, w)
	}
	return out
}

const stateSize = 25 * 32

// permute4 permutes the state at R9 in place, with R10 as the second state. R8 points to the round constants.
func permute4(a *asm) {
	a.text("keccakF4<>", "NOSPLIT|NOFRAME", "$0-0")
	a.op("LEAQ", "roundConstants256<>+0(SB)", "R8")
	a.op("MOVQ", imm(12), "AX")
	a.label("rounds")
	round4(a, "R9", "R10", 0)
	round4(a, "R10", "R9", 32)
	a.op("ADDQ", imm(64), "R8")
	a.op("DECQ", "AX")
	a.op("JNZ", "rounds")
	a.ret()
}

func round4(a *asm, from, to string, constant int) {
	column := func(x int) ymm { return ymm((x + 5) % 5) }
	diff := func(x int) ymm { return ymm(5 + x) }
	for x := range 5 {
		a.op("VMOVDQU", mem(32*x, from), column(x))
		for y := 1; y < 5; y++ {
			a.op("VPXOR", mem(32*(5*y+x), from), column(x), column(x))
		}
	}
	for x := range 5 { // column before ^ column after turned by 1
		a.op("VPADDQ", column((x+1)%5), column((x+1)%5), diff(x))
		a.op("VPSRLQ", imm(63), column((x+1)%5), ymm(10))
		a.op("VPXOR", column(x-1), diff(x), diff(x))
		a.op("VPXOR", ymm(10), diff(x), diff(x))
	}
	var source [25]int
	for lane := range 25 {
		source[piTarget(lane)] = lane
	}
	rot := rotations()
	for y := range 5 {
		for x := range 5 { // a row into registers 0 to 4
			lane := source[5*y+x]
			r, t := ymm(x), ymm(10+x%2)
			a.op("VPXOR", mem(32*lane, from), diff(lane%5), r)
			switch n := rot[lane]; n {
			case 0:
			case 8:
				a.op("VPSHUFB", "turn8<>+0(SB)", r, r)
			case 56:
				a.op("VPSHUFB", "turn56<>+0(SB)", r, r)
			default:
				a.op("VPSRLQ", imm(64-n), r, t)
				a.op("VPSLLQ", imm(n), r, r)
				a.op("VPOR", t, r, r)
			}
		}
		for x := range 5 {
			t := ymm(10 + x%4)
			a.op("VPANDN", ymm((x+2)%5), ymm((x+1)%5), t)
			a.op("VPXOR", ymm(x), t, t)
			if 5*y+x == 0 {
				a.op("VPXOR", mem(constant, "R8"), t, t)
			}
			a.op("VMOVDQU", t, mem(32*(5*y+x), to))
		}
	}
}

// transpose4 turns rows 0 to 3 (4 quadwords of one message each) into columns in registers 0 to 3, using 4 to 7.
func transpose4(a *asm) {
	a.op("VPUNPCKLQDQ", ymm(1), ymm(0), ymm(4))
	a.op("VPUNPCKHQDQ", ymm(1), ymm(0), ymm(5))
	a.op("VPUNPCKLQDQ", ymm(3), ymm(2), ymm(6))
	a.op("VPUNPCKHQDQ", ymm(3), ymm(2), ymm(7))
	a.op("VPERM2I128", imm(0x20), ymm(6), ymm(4), ymm(0))
	a.op("VPERM2I128", imm(0x20), ymm(7), ymm(5), ymm(1))
	a.op("VPERM2I128", imm(0x31), ymm(6), ymm(4), ymm(2))
	a.op("VPERM2I128", imm(0x31), ymm(7), ymm(5), ymm(3))
}

// columns4 loads 4 quadwords of each of 4 messages, as columns in registers 0 to 3. at is where a message lies.
func columns4(a *asm, at func(message int) string) {
	for m := range 4 {
		a.op("VMOVDQU", at(m), ymm(m))
	}
	transpose4(a)
}

func pairs4(a *asm) {
	a.text("·keccakPairs4", "NOSPLIT", "$0-40")
	a.op("MOVQ", "dst+0(FP)", "DI")
	a.op("MOVQ", "src+8(FP)", "SI")
	a.op("MOVQ", "groups+16(FP)", "CX")
	a.op("MOVQ", "sorted+24(FP)", "DX")
	a.op("MOVQ", "states+32(FP)", "R9")
	a.op("LEAQ", mem(stateSize, "R9"), "R10")
	a.label("pairs")
	columns4(a, func(m int) string { return mem(64*m+32, "SI") })
	for i := range 4 {
		a.op("VMOVDQA", ymm(i), ymm(8+i))
	}
	columns4(a, func(m int) string { return mem(64*m, "SI") })
	a.op("TESTQ", "DX", "DX")
	a.op("JZ", "store")
	sortHalves4(a)
	a.label("store")
	for i := range 4 {
		a.op("VMOVDQU", ymm(i), mem(32*i, "R9"))
		a.op("VMOVDQU", ymm(8+i), mem(32*(4+i), "R9"))
	}
	a.op("VPXOR", ymm(0), ymm(0), ymm(0))
	for i := 9; i < 25; i++ {
		if i != 16 {
			a.op("VMOVDQU", ymm(0), mem(32*i, "R9"))
		}
	}
	a.op("VMOVDQU", "padding256<>+0(SB)", ymm(1))
	a.op("VMOVDQU", ymm(1), mem(32*8, "R9"))
	a.op("VMOVDQU", "padding256<>+32(SB)", ymm(1))
	a.op("VMOVDQU", ymm(1), mem(32*16, "R9"))
	a.op("CALL", "keccakF4<>(SB)")
	hashes4(a)
	a.op("ADDQ", imm(256), "SI")
	a.op("ADDQ", imm(128), "DI")
	a.op("DECQ", "CX")
	a.op("JNZ", "pairs")
	a.WriteString("\tVZEROUPPER\n")
	a.ret()
}

// hashes4 writes lanes 0 to 3 of the states at R9 to DI.
func hashes4(a *asm) {
	for i := range 4 {
		a.op("VMOVDQU", mem(32*i, "R9"), ymm(i))
	}
	transpose4(a)
	for m := range 4 {
		a.op("VMOVDQU", ymm(m), mem(32*m, "DI"))
	}
}

// sortHalves4 exchanges registers 0 to 3 with 8 to 11 in the messages where the latter are smaller as bytes. There is no
// unsigned comparison, so the top bits are flipped.
func sortHalves4(a *asm) {
	a.op("VPCMPEQQ", ymm(15), ymm(15), ymm(15))
	a.op("VPSLLQ", imm(63), ymm(15), ymm(15))
	a.op("VMOVDQU", "swapBytes256<>+0(SB)", ymm(14))
	for i := 3; i >= 0; i-- { // ymm7: second < first from word i on
		a.op("VPSHUFB", ymm(14), ymm(i), ymm(4))
		a.op("VPSHUFB", ymm(14), ymm(8+i), ymm(5))
		a.op("VPXOR", ymm(15), ymm(4), ymm(4))
		a.op("VPXOR", ymm(15), ymm(5), ymm(5))
		a.op("VPCMPGTQ", ymm(5), ymm(4), ymm(6)) // first > second
		if i < 3 {
			a.op("VPCMPEQQ", ymm(5), ymm(4), ymm(4))
			a.op("VPAND", ymm(4), ymm(7), ymm(7))
			a.op("VPOR", ymm(6), ymm(7), ymm(7))
		} else {
			a.op("VMOVDQA", ymm(6), ymm(7))
		}
	}
	for i := range 4 {
		a.op("VPXOR", ymm(8+i), ymm(i), ymm(4))
		a.op("VPAND", ymm(7), ymm(4), ymm(4))
		a.op("VPXOR", ymm(4), ymm(i), ymm(i))
		a.op("VPXOR", ymm(4), ymm(8+i), ymm(8+i))
	}
}

// paddedKeccak4 hashes n groups of 4 messages that are padded already, all of the same number of blocks. States are 25 rows of
// 4 lanes: lane i of message m at 32i+8m.
func paddedKeccak4(a *asm) {
	a.text("·keccakPadded4", "NOSPLIT", "$0-40")
	a.op("MOVQ", "dst+0(FP)", "DI")
	a.op("MOVQ", "blocks+8(FP)", "SI")
	a.op("MOVQ", "groups+16(FP)", "CX")
	a.op("MOVQ", "n+24(FP)", "BX")
	a.op("MOVQ", "states+32(FP)", "R9")
	a.op("LEAQ", mem(stateSize, "R9"), "R10")
	a.op("IMUL3Q", imm(136), "BX", "R11") // from a message to the next
	a.op("LEAQ", "(R11)(R11*2)", "R12")
	a.label("messages")
	a.op("VPXOR", ymm(0), ymm(0), ymm(0))
	for i := range 25 {
		a.op("VMOVDQU", ymm(0), mem(32*i, "R9"))
	}
	a.op("MOVQ", "BX", "DX")
	a.label("blocks")
	at := func(offset, m int) string {
		return mem(offset, "SI") + []string{"", "(R11*1)", "(R11*2)", "(R12*1)"}[m]
	}
	for part := range 4 {
		columns4(a, func(m int) string { return at(32*part, m) })
		for i := range 4 {
			row := mem(32*(4*part+i), "R9")
			a.op("VPXOR", row, ymm(i), ymm(i))
			a.op("VMOVDQU", ymm(i), row)
		}
	}
	for m := range 4 {
		a.op("MOVQ", at(128, m), "AX")
		a.op("XORQ", "AX", mem(32*16+8*m, "R9"))
	}
	a.op("CALL", "keccakF4<>(SB)")
	a.op("ADDQ", imm(136), "SI")
	a.op("DECQ", "DX")
	a.op("JNZ", "blocks")
	hashes4(a)
	a.op("ADDQ", "R12", "SI") // the group's other messages
	a.op("ADDQ", imm(128), "DI")
	a.op("DECQ", "CX")
	a.op("JNZ", "messages")
	a.WriteString("\tVZEROUPPER\n")
	a.ret()
}
