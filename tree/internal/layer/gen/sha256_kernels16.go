package main

import "fmt"

// nodes16 hashes nodes: a prefix byte and 64 bytes, in two blocks.
func nodes16(a *asm) {
	a.text("·sha256Nodes16", "NOSPLIT", "$512-40")
	a.op("MOVQ", "dst+0(FP)", "DI")
	a.op("MOVQ", "src+8(FP)", "SI")
	a.op("MOVQ", "groups+16(FP)", "CX")
	a.op("MOVQ", "prefix+24(FP)", "R9")
	a.op("MOVQ", "sorted+32(FP)", "DX")
	a.op("SHLQ", imm(24), "R9")
	a.op("LEAQ", "roundConstants16<>+0(SB)", "R8")
	a.op("LEAQ", "initial16<>+0(SB)", "R10")
	a.label("nodes")
	load16(a)
	transpose16(a)
	a.op("TESTQ", "DX", "DX")
	a.op("JZ", "shift")
	sortHalves16(a)
	a.label("shift") // everything one byte later, behind the prefix
	a.op("VPSLLD", imm(24), zmm(23), zmm(31))
	a.op("VPORD.BCST", "tail16<>+0(SB)", zmm(31), zmm(31)) // what does not fit, and the padding bit
	for i := 15; i >= 0; i-- {
		w := zmm(8 + i)
		a.op("VPSRLD", imm(8), w, w)
		if i > 0 {
			a.op("VPSLLD", imm(24), zmm(7+i), zmm(24))
		} else {
			a.op("VPBROADCASTD", "R9", zmm(24))
		}
		a.op("VPORD", zmm(24), w, w)
	}
	for i := range 8 {
		a.op("VPBROADCASTD", mem(4*i, "R10"), zmm(i))
	}
	a.op("CALL", "sha256x16<>(SB)")
	for i := range 8 {
		a.op("VPADDD.BCST", mem(4*i, "R10"), zmm(i), zmm(i))
		a.op("VMOVDQU64", zmm(i), kept16(i))
	}
	a.op("VMOVDQA64", zmm(31), zmm(8))
	a.op("LEAQ", "secondConstants16<>+0(SB)", "R8")
	a.op("CALL", "sha256Second16<>(SB)")
	a.op("LEAQ", "roundConstants16<>+0(SB)", "R8")
	for i := range 8 {
		a.op("VPADDD", kept16(i), zmm(i), zmm(i))
	}
	store16(a)
	a.op("ADDQ", imm(1024), "SI")
	a.op("ADDQ", imm(512), "DI")
	a.op("DECQ", "CX")
	a.op("JNZ", "nodes")
	a.WriteString("\tVZEROUPPER\n")
	a.ret()
}

// short16 loads only the bytes that mask names, counted from shift bytes before each message; fixed is the other words of the block, prefix,
// padding and length.
func short16(a *asm) {
	a.text("·sha256Short16", "NOSPLIT", "$0-56")
	a.op("MOVQ", "dst+0(FP)", "DI")
	a.op("MOVQ", "src+8(FP)", "SI")
	a.op("MOVQ", "groups+16(FP)", "CX")
	a.op("MOVQ", "stride+24(FP)", "R9")
	a.op("SUBQ", "shift+32(FP)", "SI")
	a.op("KMOVQ", "mask+40(FP)", "K1")
	a.op("MOVQ", "fixed+48(FP)", "R11")
	a.op("LEAQ", "roundConstants16<>+0(SB)", "R8")
	a.op("LEAQ", "initial16<>+0(SB)", "R10")
	a.label("short")
	for i := range 16 {
		a.op("VMOVDQU8.Z", "(SI)", "K1", zmm(8+i))
		a.op("ADDQ", "R9", "SI")
	}
	transpose16(a)
	for i := range 16 {
		a.op("VPORD.BCST", mem(4*i, "R11"), zmm(8+i), zmm(8+i))
	}
	for i := range 8 {
		a.op("VPBROADCASTD", mem(4*i, "R10"), zmm(i))
	}
	a.op("CALL", "sha256x16<>(SB)")
	for i := range 8 {
		a.op("VPADDD.BCST", mem(4*i, "R10"), zmm(i), zmm(i))
	}
	store16(a)
	a.op("ADDQ", imm(512), "DI")
	a.op("DECQ", "CX")
	a.op("JNZ", "short")
	a.WriteString("\tVZEROUPPER\n")
	a.ret()
}

// padded16 keeps the states of a group in its frame from block to block.
func padded16(a *asm) {
	a.text("·sha256Padded16", "NOSPLIT", "$512-32")
	a.op("MOVQ", "dst+0(FP)", "DI")
	a.op("MOVQ", "blocks+8(FP)", "SI")
	a.op("MOVQ", "groups+16(FP)", "CX")
	a.op("MOVQ", "n+24(FP)", "R9")
	a.op("MOVQ", "R9", "R11")
	a.op("SHLQ", imm(6), "R11") // from a message to the next
	a.op("LEAQ", "roundConstants16<>+0(SB)", "R8")
	a.op("LEAQ", "initial16<>+0(SB)", "R10")
	a.label("messages")
	a.op("MOVQ", "R9", "DX")
	for i := range 8 {
		a.op("VPBROADCASTD", mem(4*i, "R10"), zmm(i))
		a.op("VMOVDQU64", zmm(i), kept16(i))
	}
	a.label("blocks")
	a.op("MOVQ", "SI", "R12")
	for i := range 16 {
		a.op("VMOVDQU64", "(R12)", zmm(8+i))
		a.op("ADDQ", "R11", "R12")
	}
	transpose16(a)
	for i := range 8 {
		a.op("VMOVDQU64", kept16(i), zmm(i))
	}
	a.op("CALL", "sha256x16<>(SB)")
	for i := range 8 {
		a.op("VPADDD", kept16(i), zmm(i), zmm(i))
		a.op("VMOVDQU64", zmm(i), kept16(i))
	}
	a.op("ADDQ", imm(64), "SI")
	a.op("DECQ", "DX")
	a.op("JNZ", "blocks")
	store16(a)
	a.op("SUBQ", "R11", "R12") // the last message, one block on is the next group
	a.op("LEAQ", "64(R12)", "SI")
	a.op("ADDQ", imm(512), "DI")
	a.op("DECQ", "CX")
	a.op("JNZ", "messages")
	a.WriteString("\tVZEROUPPER\n")
	a.ret()
}

// kept16 is a place of the frame for row i of the states.
func kept16(i int) string { return fmt.Sprintf("state-%d(SP)", 512-64*i) }
