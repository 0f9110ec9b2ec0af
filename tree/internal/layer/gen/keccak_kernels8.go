package main

import "fmt"

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

// columns8 loads 4 quadwords of each of 8 messages, as columns in 4 registers from first on, using 8 to 15. at is where a
// message lies.
func columns8(a *asm, first zmm, at func(message int) string) {
	for i, m := range []int{0, 1, 4, 5} { // messages m and m+2
		a.op("VMOVDQU", at(m), ymm(8+i))
		a.op("VINSERTI64X4", imm(1), at(m+2), zmm(8+i), zmm(8+i))
	}
	for i := range 4 { // quadwords 0 and 2, 1 and 3 of messages 0 to 3, and of 4 to 7
		a.op([]string{"VPUNPCKLQDQ", "VPUNPCKHQDQ"}[i%2], zmm(9+i/2*2), zmm(8+i/2*2), zmm(12+i))
	}
	for i := range 4 {
		a.op("VSHUFI64X2", []imm{0x88, 0xdd}[i/2], zmm(14+i%2), zmm(12+i%2), first+zmm(i))
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
	for i := range 4 { // even messages, odd ones; two halves of each
		a.op([]string{"VPUNPCKLQDQ", "VPUNPCKHQDQ"}[i%2], zmm(1+i/2*2), zmm(i/2*2), zmm(4+i))
	}
	for i := range 4 {
		from, table := zmm(4+i%2), []string{"firstHashes<>+0(SB)", "lastHashes<>+0(SB)"}[i/2]
		a.op("VMOVDQU64", table, zmm(8+i))
		a.op("VPERMI2Q", from+2, from, zmm(8+i)) // messages i%2+4·(i/2) and 2 more
		first := 32 * (i%2 + 4*(i/2))
		a.op("VMOVDQU", ymm(8+i), mem(first, "DI"))
		a.op("VEXTRACTI64X4", imm(1), zmm(8+i), mem(first+64, "DI"))
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
	for half := range 2 {
		columns8(a, zmm(4*half), func(message int) string { return mem(64*message+32*half, "SI") })
	}
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
	columns8(a, 0, func(message int) string { return mem(32*message, "SI") })
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
