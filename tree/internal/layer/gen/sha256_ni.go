package main

import "fmt"

// sha256NI writes the kernels of the SHA instructions, two messages at a time: one message waits for each instruction's
// result before the next, two fill each other's waits.
//
//	sha256Nodes2    n groups of 2 messages of one prefix byte and 64 bytes, with or without sorting the halves
//	sha256Padded2   n groups of 2 messages that are padded already, all of the same number of blocks
//	hasSHA          whether the processor has the instructions (CPUID leaf 7, EBX bit 29)
//
// The state of a message is in two registers, from the highest word down ABEF and CDGH. X0 is an operand that the
// instructions do not name.
func sha256NI(a *asm) {
	a.words32("roundConstants1", rootFractions(64, 3))
	h := rootFractions(8, 2)
	a.words32("initial1", []uint32{h[5], h[4], h[1], h[0], h[7], h[6], h[3], h[2]})
	a.words64("swapBytes1", []uint64{0x0405060700010203, 0x0c0d0e0f08090a0b})
	a.words64("turnWords1", []uint64{0x0001020304050607, 0x08090a0b0c0d0e0f})
	a.words32("lengthOfNode1", []uint32{0, 0, 0, 65 * 8})
	compress2(a)
	nodes2(a)
	padded2(a)
	a.text("·hasSHA", "NOSPLIT", "$0-1")
	a.op("MOVL", imm(7), "AX")
	a.op("XORL", "CX", "CX")
	a.WriteString("\tCPUID\n")
	a.op("SHRL", imm(29), "BX")
	a.op("ANDL", imm(1), "BX")
	a.op("MOVB", "BX", "ret+0(FP)")
	a.ret()
}

// stream is the registers of one message: two of state, four of the message's words.
type stream struct {
	abef, cdgh xmm
	words      [4]xmm
	spare      xmm
}

var streams = [2]stream{
	{1, 2, [4]xmm{3, 4, 5, 6}, 13},
	{7, 8, [4]xmm{9, 10, 11, 12}, 14},
}

// compress2 runs the 64 rounds of FIPS 180-4 section 6.2.2 for both messages, without the addition at the end. R8 points
// to the round constants; the words of the messages are lost.
func compress2(a *asm) {
	a.text("sha256x2<>", "NOSPLIT|NOFRAME", "$0-0")
	for i := range 16 { // four rounds each
		for _, s := range streams {
			w := func(k int) xmm { return s.words[(i+k+4)%4] }
			a.op("VPADDD", mem(16*i, "R8"), w(0), xmm(0))
			a.op("SHA256RNDS2", xmm(0), s.abef, s.cdgh)
			if 3 <= i && i < 15 {
				a.op("VPALIGNR", imm(4), w(-1), w(0), s.spare)
				a.op("VPADDD", s.spare, w(1), w(1))
				a.op("SHA256MSG2", w(0), w(1))
			}
			a.op("VPSHUFD", imm(0x0e), xmm(0), xmm(0))
			a.op("SHA256RNDS2", xmm(0), s.cdgh, s.abef)
			if 1 <= i && i < 13 {
				a.op("SHA256MSG1", w(0), w(-1))
			}
		}
	}
	a.ret()
}

// begin2 sets both states to the initial one, at R10.
func begin2(a *asm) {
	for _, s := range streams {
		a.op("VMOVDQU", mem(0, "R10"), s.abef)
		a.op("VMOVDQU", mem(16, "R10"), s.cdgh)
	}
}

// kept is a place of the frame for the states before a block.
func kept(i int) string { return fmt.Sprintf("state-%d(SP)", 64-16*i) }

// store2 writes both states as hashes of 32 bytes to DI.
func store2(a *asm) {
	a.op("VMOVDQU", "turnWords1<>+0(SB)", xmm(0))
	for m, s := range streams {
		a.op("VPUNPCKHQDQ", s.cdgh, s.abef, s.words[0]) // B A D C
		a.op("VPUNPCKLQDQ", s.cdgh, s.abef, s.words[1]) // F E H G
		for half := range 2 {
			a.op("VPSHUFB", xmm(0), s.words[half], s.words[half])
			a.op("VMOVDQU", s.words[half], mem(32*m+16*half, "DI"))
		}
	}
}

func nodes2(a *asm) {
	a.text("·sha256Nodes2", "NOSPLIT", "$64-40")
	a.op("MOVQ", "dst+0(FP)", "DI")
	a.op("MOVQ", "src+8(FP)", "SI")
	a.op("MOVQ", "groups+16(FP)", "CX")
	a.op("MOVQ", "prefix+24(FP)", "R9")
	a.op("MOVQ", "sorted+32(FP)", "DX")
	a.op("LEAQ", "roundConstants1<>+0(SB)", "R8")
	a.op("LEAQ", "initial1<>+0(SB)", "R10")
	a.label("nodes")
	for m, s := range streams {
		lo, hi, last := "R11", "R12", []string{"R13", "R15"}[m]
		a.op("LEAQ", mem(64*m, "SI"), lo)
		a.op("LEAQ", mem(64*m+32, "SI"), hi)
		a.op("TESTQ", "DX", "DX")
		a.op("JZ", fmt.Sprintf("ordered%d", m))
		for i := 3; i >= 0; i-- { // the borrow of second - first: second is the smaller
			a.op("MOVQ", mem(64*m+32+8*i, "SI"), "AX")
			a.op("MOVQ", mem(64*m+8*i, "SI"), "BX")
			a.op("BSWAPQ", "AX")
			a.op("BSWAPQ", "BX")
			if i == 3 {
				a.op("CMPQ", "AX", "BX")
			} else {
				a.op("SBBQ", "BX", "AX")
			}
		}
		a.op("MOVQ", lo, "AX")
		a.op("CMOVQCS", hi, lo)
		a.op("CMOVQCS", "AX", hi)
		a.label(fmt.Sprintf("ordered%d", m))
		a.op("VMOVQ", "R9", xmm(0))
		a.op("VMOVDQU", mem(0, lo), s.words[0])
		a.op("VPSLLDQ", imm(1), s.words[0], s.words[0])
		a.op("VPOR", xmm(0), s.words[0], s.words[0])
		a.op("VMOVDQU", mem(15, lo), s.words[1])
		a.op("VMOVDQU", mem(16, lo), s.spare)
		a.op("VMOVDQU", mem(0, hi), s.words[2])
		a.op("VPALIGNR", imm(15), s.spare, s.words[2], s.words[2])
		a.op("VMOVDQU", mem(15, hi), s.words[3])
		a.op("MOVBLZX", mem(31, hi), last)
		a.op("SHLL", imm(24), last)
		a.op("ORL", imm(0x800000), last)
	}
	swap2(a)
	begin2(a)
	a.op("CALL", "sha256x2<>(SB)")
	for m, s := range streams {
		a.op("VPADDD", mem(0, "R10"), s.abef, s.abef)
		a.op("VPADDD", mem(16, "R10"), s.cdgh, s.cdgh)
		a.op("VMOVDQU", s.abef, kept(2*m))
		a.op("VMOVDQU", s.cdgh, kept(2*m+1))
		a.op("VMOVD", []string{"R13", "R15"}[m], s.words[0]) // what did not fit, and the padding bit
		a.op("VPXOR", s.words[1], s.words[1], s.words[1])
		a.op("VPXOR", s.words[2], s.words[2], s.words[2])
		a.op("VMOVDQU", "lengthOfNode1<>+0(SB)", s.words[3])
	}
	a.op("CALL", "sha256x2<>(SB)")
	add2(a)
	store2(a)
	a.op("ADDQ", imm(128), "SI")
	a.op("ADDQ", imm(64), "DI")
	a.op("DECQ", "CX")
	a.op("JNZ", "nodes")
	a.ret()
}

// swap2 puts the bytes of all words in the order of numbers.
func swap2(a *asm) {
	a.op("VMOVDQU", "swapBytes1<>+0(SB)", xmm(0))
	for _, s := range streams {
		for _, w := range s.words {
			a.op("VPSHUFB", xmm(0), w, w)
		}
	}
}

// add2 adds the states that were kept.
func add2(a *asm) {
	for m, s := range streams {
		a.op("VPADDD", kept(2*m), s.abef, s.abef)
		a.op("VPADDD", kept(2*m+1), s.cdgh, s.cdgh)
	}
}

func padded2(a *asm) {
	a.text("·sha256Padded2", "NOSPLIT", "$64-32")
	a.op("MOVQ", "dst+0(FP)", "DI")
	a.op("MOVQ", "blocks+8(FP)", "SI")
	a.op("MOVQ", "groups+16(FP)", "CX")
	a.op("MOVQ", "n+24(FP)", "R9")
	a.op("MOVQ", "R9", "R11")
	a.op("SHLQ", imm(6), "R11") // from a message to the next
	a.op("LEAQ", "roundConstants1<>+0(SB)", "R8")
	a.op("LEAQ", "initial1<>+0(SB)", "R10")
	a.label("messages")
	begin2(a)
	a.op("MOVQ", "R9", "DX")
	a.label("blocks")
	for m, s := range streams {
		a.op("VMOVDQU", s.abef, kept(2*m))
		a.op("VMOVDQU", s.cdgh, kept(2*m+1))
		for i, w := range s.words {
			a.op("VMOVDQU", fmt.Sprintf("%d(SI)%s", 16*i, []string{"", "(R11*1)"}[m]), w)
		}
	}
	swap2(a)
	a.op("CALL", "sha256x2<>(SB)")
	add2(a)
	a.op("ADDQ", imm(64), "SI")
	a.op("DECQ", "DX")
	a.op("JNZ", "blocks")
	store2(a)
	a.op("ADDQ", "R11", "SI")
	a.op("ADDQ", imm(64), "DI")
	a.op("DECQ", "CX")
	a.op("JNZ", "messages")
	a.ret()
}
