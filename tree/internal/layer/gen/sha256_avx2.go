package main

import "fmt"

// sha256AVX2 writes the 8-way kernels: register i holds word i of 8 states. The words of the messages are rows of 32
// bytes in memory, at R9: 16 of words, 8 of the states before a block, 1 that waits for the second block of a node.
//
//	sha256Nodes8    n groups of 8 messages of one prefix byte and 64 bytes, with or without sorting the halves
//	sha256Padded8   n groups of 8 messages that are padded already, all of the same number of blocks
func sha256AVX2(a *asm) {
	a.words32("roundConstants8", eightfold(rootFractions(64, 3)))
	a.words32("initial8", eightfold(rootFractions(8, 2)))
	a.words64("swapBytes8", []uint64{0x0405060700010203, 0x0c0d0e0f08090a0b, 0x0405060700010203, 0x0c0d0e0f08090a0b})
	a.words32("tail8", eightfold([]uint32{0x00800000, 65 * 8}))
	compress8(a)
	nodes8(a)
	padded8(a)
}

func eightfold(words []uint32) (out []uint32) {
	for _, w := range words {
		out = append(out, w, w, w, w, w, w, w, w)
	}
	return out
}

// row is row i of the memory at R9.
func row(i int) string { return mem(32*i, "R9") }

const (
	stateRow = 16 // the first of 8
	tailRow  = 24
)

// compress8 runs the 64 rounds of FIPS 180-4 section 6.2.2 over the state in Y0 to Y7 and the words in rows 0 to 15,
// without the addition at the end. R8 points to the round constants and comes back there.
func compress8(a *asm) {
	a.text("sha256x8<>", "NOSPLIT|NOFRAME", "$0-0")
	a.op("VPXOR", ymm(2), ymm(1), ymm(14)) // b ^ c, as every round leaves a ^ b to the next
	rounds16(a, false)
	a.op("MOVQ", imm(3), "AX")
	a.label("rounds")
	a.op("ADDQ", imm(512), "R8")
	rounds16(a, true)
	a.op("DECQ", "AX")
	a.op("JNZ", "rounds")
	a.op("SUBQ", imm(3*512), "R8")
	a.ret()
}

// rotated is the exclusive or of rotations of from to the right by r1, r2 and r3, the last a shift when asked, to Y8
// with Y9 and Y10.
func rotated(a *asm, from ymm, r1, r2, r3 int, shift bool) {
	a.op("VPSRLD", imm(r1), from, ymm(8))
	a.op("VPSLLD", imm(32-r1), from, ymm(9))
	a.op("VPSRLD", imm(r2), from, ymm(10))
	a.op("VPXOR", ymm(9), ymm(8), ymm(8))
	a.op("VPSLLD", imm(32-r2), from, ymm(9))
	a.op("VPXOR", ymm(10), ymm(8), ymm(8))
	a.op("VPSRLD", imm(r3), from, ymm(10))
	a.op("VPXOR", ymm(9), ymm(8), ymm(8))
	if !shift {
		a.op("VPSLLD", imm(32-r3), from, ymm(9))
		a.op("VPXOR", ymm(10), ymm(9), ymm(10))
	}
	a.op("VPXOR", ymm(10), ymm(8), ymm(8))
}

func rounds16(a *asm, schedule bool) {
	s := [8]ymm{0, 1, 2, 3, 4, 5, 6, 7}
	for t := range 16 {
		e, f, g, h := s[4], s[5], s[6], s[7]
		a.op("VPADDD", mem(32*t, "R8"), h, h)
		if schedule {
			a.op("VMOVDQU", row((t+1)%16), ymm(11))
			a.op("VMOVDQU", row((t+14)%16), ymm(12))
			rotated(a, ymm(11), 7, 18, 3, true)
			a.op("VPADDD", row(t), ymm(8), ymm(11))
			rotated(a, ymm(12), 17, 19, 10, true)
			a.op("VPADDD", row((t+9)%16), ymm(11), ymm(11))
			a.op("VPADDD", ymm(8), ymm(11), ymm(11))
			a.op("VMOVDQU", ymm(11), row(t))
			a.op("VPADDD", ymm(11), h, h)
		} else {
			a.op("VPADDD", row(t), h, h)
		}
		rotated(a, e, 6, 11, 25, false)
		a.op("VPXOR", g, f, ymm(11))
		a.op("VPAND", e, ymm(11), ymm(11))
		a.op("VPXOR", g, ymm(11), ymm(11)) // e ? f : g
		a.op("VPADDD", ymm(8), h, h)
		a.op("VPADDD", ymm(11), h, h)
		a.op("VPADDD", h, s[3], s[3])
		rotated(a, s[0], 2, 13, 22, false)
		ab, bc := ymm(13+t%2), ymm(14-t%2)
		a.op("VPXOR", s[1], s[0], ab)
		a.op("VPAND", ab, bc, bc)
		a.op("VPXOR", s[1], bc, bc) // the majority of a, b and c
		a.op("VPADDD", ymm(8), h, h)
		a.op("VPADDD", bc, h, h)
		s = [8]ymm{s[7], s[0], s[1], s[2], s[3], s[4], s[5], s[6]}
	}
}

// load8 turns 16 words of 8 messages into rows 0 to 15. at is where a message lies from an offset on.
func load8(a *asm, at func(message, offset int) string) {
	a.op("VMOVDQU", "swapBytes8<>+0(SB)", ymm(15))
	for part := range 4 {
		for i := range 4 { // message i in the lower half, message i+4 in the upper
			a.op("VMOVDQU", at(i, 16*part), xmm(i))
			a.op("VINSERTI128", imm(1), at(i+4, 16*part), ymm(i), ymm(i))
		}
		words8(a, 0, 4, 8)
		for i := range 4 {
			a.op("VPSHUFB", ymm(15), ymm(8+i), ymm(8+i))
			a.op("VMOVDQU", ymm(8+i), row(4*part+i))
		}
	}
}

// words8 turns 4 words of 4 messages in each half into columns, from 4 registers to 4, using 4 more.
func words8(a *asm, from, spare, to ymm) {
	a.op("VPUNPCKLDQ", from+1, from, spare)
	a.op("VPUNPCKHDQ", from+1, from, spare+1)
	a.op("VPUNPCKLDQ", from+3, from+2, spare+2)
	a.op("VPUNPCKHDQ", from+3, from+2, spare+3)
	a.op("VPUNPCKLQDQ", spare+2, spare, to)
	a.op("VPUNPCKHQDQ", spare+2, spare, to+1)
	a.op("VPUNPCKLQDQ", spare+3, spare+1, to+2)
	a.op("VPUNPCKHQDQ", spare+3, spare+1, to+3)
}

// storeStates8 writes the states in Y0 to Y7 as 8 hashes of 32 bytes to DI.
func storeStates8(a *asm) {
	a.op("VMOVDQU", "swapBytes8<>+0(SB)", ymm(15))
	for i := range 8 {
		a.op("VPSHUFB", ymm(15), ymm(i), ymm(i))
	}
	for half := range 2 {
		words8(a, ymm(4*half), 8, 12)
		for i := range 4 {
			a.op("VMOVDQU", xmm(12+i), mem(32*i+16*half, "DI"))
			a.op("VEXTRACTI128", imm(1), ymm(12+i), mem(32*(i+4)+16*half, "DI"))
		}
	}
}

// sortWords8 exchanges rows 0 to 7 with 8 to 15 in the messages where the latter are smaller. There is no unsigned
// comparison, so the top bits are flipped.
func sortWords8(a *asm) {
	a.op("VPCMPEQD", ymm(15), ymm(15), ymm(15))
	a.op("VPSLLD", imm(31), ymm(15), ymm(15))
	for i := 7; i >= 0; i-- { // Y14: second < first from word i on
		a.op("VPXOR", row(i), ymm(15), ymm(0))
		a.op("VPXOR", row(8+i), ymm(15), ymm(1))
		if i == 7 {
			a.op("VPCMPGTD", ymm(1), ymm(0), ymm(14))
			continue
		}
		a.op("VPCMPGTD", ymm(1), ymm(0), ymm(2))
		a.op("VPCMPEQD", ymm(1), ymm(0), ymm(3))
		a.op("VPAND", ymm(3), ymm(14), ymm(14))
		a.op("VPOR", ymm(2), ymm(14), ymm(14))
	}
	for i := range 8 {
		a.op("VMOVDQU", row(i), ymm(0))
		a.op("VMOVDQU", row(8+i), ymm(1))
		a.op("VPXOR", ymm(1), ymm(0), ymm(2))
		a.op("VPAND", ymm(14), ymm(2), ymm(2))
		a.op("VPXOR", ymm(2), ymm(0), ymm(0))
		a.op("VPXOR", ymm(2), ymm(1), ymm(1))
		a.op("VMOVDQU", ymm(0), row(i))
		a.op("VMOVDQU", ymm(1), row(8+i))
	}
}

func nodes8(a *asm) {
	a.text("·sha256Nodes8", "NOSPLIT", "$0-48")
	a.op("MOVQ", "dst+0(FP)", "DI")
	a.op("MOVQ", "src+8(FP)", "SI")
	a.op("MOVQ", "groups+16(FP)", "CX")
	a.op("MOVQ", "prefix+24(FP)", "R11")
	a.op("MOVQ", "sorted+32(FP)", "DX")
	a.op("MOVQ", "words+40(FP)", "R9")
	a.op("SHLQ", imm(24), "R11")
	a.op("LEAQ", "roundConstants8<>+0(SB)", "R8")
	a.op("LEAQ", "initial8<>+0(SB)", "R10")
	a.label("nodes")
	load8(a, func(message, offset int) string { return mem(64*message+offset, "SI") })
	a.op("TESTQ", "DX", "DX")
	a.op("JZ", "shift")
	sortWords8(a)
	a.label("shift") // everything one byte later, behind the prefix
	a.op("VMOVQ", "R11", xmm(0))
	a.op("VPBROADCASTD", xmm(0), ymm(0))
	for i := range 16 {
		a.op("VMOVDQU", row(i), ymm(1))
		a.op("VPSRLD", imm(8), ymm(1), ymm(2))
		a.op("VPOR", ymm(0), ymm(2), ymm(2))
		a.op("VMOVDQU", ymm(2), row(i))
		a.op("VPSLLD", imm(24), ymm(1), ymm(0))
	}
	a.op("VPOR", "tail8<>+0(SB)", ymm(0), ymm(0)) // what did not fit, and the padding bit
	a.op("VMOVDQU", ymm(0), row(tailRow))
	for i := range 8 {
		a.op("VMOVDQU", mem(32*i, "R10"), ymm(i))
	}
	a.op("CALL", "sha256x8<>(SB)")
	for i := range 8 {
		a.op("VPADDD", mem(32*i, "R10"), ymm(i), ymm(i))
		a.op("VMOVDQU", ymm(i), row(stateRow+i))
	}
	a.op("VMOVDQU", row(tailRow), ymm(8))
	a.op("VMOVDQU", ymm(8), row(0))
	a.op("VPXOR", ymm(8), ymm(8), ymm(8))
	for i := 1; i < 15; i++ {
		a.op("VMOVDQU", ymm(8), row(i))
	}
	a.op("VMOVDQU", "tail8<>+32(SB)", ymm(8))
	a.op("VMOVDQU", ymm(8), row(15))
	a.op("CALL", "sha256x8<>(SB)")
	for i := range 8 {
		a.op("VPADDD", row(stateRow+i), ymm(i), ymm(i))
	}
	storeStates8(a)
	a.op("ADDQ", imm(512), "SI")
	a.op("ADDQ", imm(256), "DI")
	a.op("DECQ", "CX")
	a.op("JNZ", "nodes")
	a.WriteString("\tVZEROUPPER\n")
	a.ret()
}

func padded8(a *asm) {
	a.text("·sha256Padded8", "NOSPLIT", "$0-40")
	a.op("MOVQ", "dst+0(FP)", "DI")
	a.op("MOVQ", "blocks+8(FP)", "SI")
	a.op("MOVQ", "groups+16(FP)", "CX")
	a.op("MOVQ", "n+24(FP)", "BX")
	a.op("MOVQ", "words+32(FP)", "R9")
	a.op("MOVQ", "BX", "R11")
	a.op("SHLQ", imm(6), "R11") // from a message to the next
	a.op("LEAQ", "(R11)(R11*2)", "R12")
	a.op("LEAQ", "roundConstants8<>+0(SB)", "R8")
	a.op("LEAQ", "initial8<>+0(SB)", "R10")
	a.label("messages")
	a.op("MOVQ", "BX", "DX")
	for i := range 8 {
		a.op("VMOVDQU", mem(32*i, "R10"), ymm(8))
		a.op("VMOVDQU", ymm(8), row(stateRow+i))
	}
	a.label("blocks")
	a.op("LEAQ", "(SI)(R11*4)", "R13")
	load8(a, func(message, offset int) string {
		return fmt.Sprintf("%d(%s)%s", offset, []string{"SI", "R13"}[message/4], []string{"", "(R11*1)", "(R11*2)", "(R12*1)"}[message%4])
	})
	for i := range 8 {
		a.op("VMOVDQU", row(stateRow+i), ymm(i))
	}
	a.op("CALL", "sha256x8<>(SB)")
	for i := range 8 {
		a.op("VPADDD", row(stateRow+i), ymm(i), ymm(i))
		a.op("VMOVDQU", ymm(i), row(stateRow+i))
	}
	a.op("ADDQ", imm(64), "SI")
	a.op("DECQ", "DX")
	a.op("JNZ", "blocks")
	storeStates8(a)
	a.op("LEAQ", "(SI)(R11*4)", "SI")
	a.op("ADDQ", "R12", "SI")
	a.op("ADDQ", imm(256), "DI")
	a.op("DECQ", "CX")
	a.op("JNZ", "messages")
	a.WriteString("\tVZEROUPPER\n")
	a.ret()
}
