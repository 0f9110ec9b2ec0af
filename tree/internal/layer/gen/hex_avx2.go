package main

import "encoding/binary"

// hexAVX2 writes spell32: hashes of 32 bytes as hex; and fetch32, which brings hashes near.
func hexAVX2(a *asm) {
	digits := []byte("0123456789abcdef0123456789abcdef")
	var table []uint64
	for i := 0; i < len(digits); i += 8 {
		table = append(table, binary.LittleEndian.Uint64(digits[i:]))
	}
	a.words64("digits256", table)
	low := uint64(0x0f0f0f0f0f0f0f0f)
	a.words64("lowHalves256", []uint64{low, low, low, low})
	a.text("·spell32", "NOSPLIT", "$0-32")
	a.op("MOVQ", "dst+0(FP)", "DI")
	a.op("MOVQ", "stride+8(FP)", "R9")
	a.op("MOVQ", "nodes+16(FP)", "SI")
	a.op("MOVQ", "n+24(FP)", "CX")
	a.op("VMOVDQU", "digits256<>+0(SB)", ymm(6))
	a.op("VMOVDQU", "lowHalves256<>+0(SB)", ymm(7))
	a.label("node")
	a.op("MOVQ", "(SI)", "AX")
	a.op("TESTQ", "AX", "AX")
	a.op("JZ", "next")
	a.op("VMOVDQU", "(AX)", ymm(0))
	a.op("VPSRLW", imm(4), ymm(0), ymm(1))
	a.op("VPAND", ymm(7), ymm(0), ymm(0))
	a.op("VPAND", ymm(7), ymm(1), ymm(1))
	a.op("VPSHUFB", ymm(0), ymm(6), ymm(0))
	a.op("VPSHUFB", ymm(1), ymm(6), ymm(1))
	a.op("VPUNPCKLBW", ymm(0), ymm(1), ymm(2)) // bytes 0 to 7 and 16 to 23
	a.op("VPUNPCKHBW", ymm(0), ymm(1), ymm(3)) // 8 to 15 and 24 to 31
	a.op("VPERM2I128", imm(0x20), ymm(3), ymm(2), ymm(4))
	a.op("VPERM2I128", imm(0x31), ymm(3), ymm(2), ymm(5))
	a.op("VMOVDQU", ymm(4), "(DI)")
	a.op("VMOVDQU", ymm(5), "32(DI)")
	a.label("next")
	a.op("ADDQ", imm(8), "SI")
	a.op("ADDQ", "R9", "DI")
	a.op("DECQ", "CX")
	a.op("JNZ", "node")
	a.WriteString("\tVZEROUPPER\n")
	a.ret()
	a.text("·fetch32", "NOSPLIT", "$0-16")
	a.op("MOVQ", "nodes+0(FP)", "SI")
	a.op("MOVQ", "n+8(FP)", "CX")
	a.label("fetch")
	a.op("MOVQ", "(SI)", "AX")
	a.op("PREFETCHT0", "(AX)")
	a.op("ADDQ", imm(8), "SI")
	a.op("DECQ", "CX")
	a.op("JNZ", "fetch")
	a.ret()
}
