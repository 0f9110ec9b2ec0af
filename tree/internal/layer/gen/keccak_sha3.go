package main

import "fmt"

// keccakSHA3 writes the 2-way kernels of arm64's SHA3 instructions: register i holds lane i of 2 messages.
//
//	keccakPairs2    n groups of 2 messages of 64 bytes that lie end to end, with or without sorting the halves
//	keccakPadded2   n groups of 2 messages that are padded already, all of the same number of blocks
//
// R0 is where hashes go, R1 where messages are, R2 the groups left, R8 the round constants.
func keccakSHA3(a *asm) {
	a.words64("roundConstants", roundConstants())
	pairs2(a)
	paddedKeccak2(a)
}

// neon is a vector register; d2 and b16 are its names as two quadwords and as bytes.
type neon int

func (r neon) d2() string  { return fmt.Sprintf("V%d.D2", int(r)) }
func (r neon) b16() string { return fmt.Sprintf("V%d.B16", int(r)) }

// state2 is the register of each lane, spare are the other seven.
type state2 struct {
	lanes [25]neon
	spare [7]neon
}

func start2() (s state2) {
	for i := range s.lanes {
		s.lanes[i] = neon(i)
	}
	for i := range s.spare {
		s.spare[i] = neon(25 + i)
	}
	return s
}

// rounds2 permutes, 24 rounds written out. Registers are renamed rather than moved: the result tells where lanes are.
func rounds2(a *asm, s state2) state2 {
	rot := rotations()
	a.op("MOVD", "R8", "R9")
	for range 24 {
		column, effect := func(x int) neon { return s.spare[(x+5)%5] }, s.spare[5:]
		for x := range 5 {
			a.op("VEOR3", s.lanes[x+10].b16(), s.lanes[x+5].b16(), s.lanes[x].b16(), column(x).b16())
		}
		for x := range 5 {
			a.op("VEOR3", s.lanes[x+20].b16(), s.lanes[x+15].b16(), column(x).b16(), column(x).b16())
		}
		var next [25]neon
		for x := range 5 {
			e := effect[x%2]
			a.op("VRAX1", column(x+1).d2(), column(x-1).d2(), e.d2())
			for y := range 5 {
				lane := 5*y + x
				r := s.lanes[lane]
				if rot[lane] == 0 {
					a.op("VEOR", e.b16(), r.b16(), r.b16())
				} else {
					a.op("VXAR", imm(64-rot[lane]), e.d2(), r.d2(), r.d2())
				}
				next[piTarget(lane)] = r
			}
		}
		s.lanes = next
		a.op("VLD1R.P", "8(R9)", "["+s.spare[6].d2()+"]")
		for y := range 5 {
			row := s.lanes[5*y : 5*y+5]
			first, second := s.spare[0], s.spare[1]
			chi := func(x int, to neon) { // lane ^ (^next & one after next)
				a.op("VBCAX", row[(x+1)%5].b16(), row[(x+2)%5].b16(), row[x].b16(), to.b16())
			}
			chi(0, first)
			chi(1, second)
			chi(2, row[2])
			a.op("VBCAX", row[4].b16(), row[0].b16(), row[3].b16(), row[3].b16())
			a.op("VBCAX", row[0].b16(), row[1].b16(), row[4].b16(), row[4].b16())
			s.spare[0], s.spare[1], row[0], row[1] = row[0], row[1], first, second
			if y == 0 {
				a.op("VEOR", s.spare[6].b16(), row[0].b16(), row[0].b16())
			}
		}
	}
	return s
}

// zip2 makes two lanes of both messages of two quadwords of each.
func zip2(a *asm, one, other, low, high neon) {
	a.op("VZIP1", other.d2(), one.d2(), low.d2())
	a.op("VZIP2", other.d2(), one.d2(), high.d2())
}

// hashes2 writes lanes 0 to 3 of both messages to R0, which goes on.
func hashes2(a *asm, s state2) {
	l := s.lanes
	for m, zip := range []string{"VZIP1", "VZIP2"} {
		a.op(zip, l[1].d2(), l[0].d2(), s.spare[2*m].d2())
		a.op(zip, l[3].d2(), l[2].d2(), s.spare[2*m+1].d2())
	}
	for i := range 4 {
		a.op("VST1.P", "["+s.spare[i].d2()+"]", "16(R0)")
	}
}

func pairs2(a *asm) {
	a.text("·keccakPairs2", "NOSPLIT", "$0-32")
	a.op("MOVD", "dst+0(FP)", "R0")
	a.op("MOVD", "src+8(FP)", "R1")
	a.op("MOVD", "groups+16(FP)", "R2")
	a.op("MOVD", "sorted+24(FP)", "R3")
	a.op("MOVD", "$roundConstants<>(SB)", "R8")
	a.label("pairs")
	for m := range 2 { // R4 is where the first half is, R5 the second
		a.op("MOVD", "R1", "R4")
		a.op("ADD", imm(32), "R1", "R5")
		a.op("CBZ", "R3", fmt.Sprintf("ordered%d", m))
		for i := 3; i >= 0; i-- { // the borrow of second - first: second is the smaller
			a.op("MOVD", mem(32+8*i, "R1"), "R6")
			a.op("MOVD", mem(8*i, "R1"), "R7")
			a.op("REV", "R6", "R6")
			a.op("REV", "R7", "R7")
			if i == 3 {
				a.op("CMP", "R7", "R6")
			} else {
				a.op("SBCS", "R7", "R6", "R6")
			}
		}
		a.op("CSEL", "LO", "R5", "R4", "R6")
		a.op("CSEL", "LO", "R4", "R5", "R5")
		a.op("MOVD", "R6", "R4")
		a.label(fmt.Sprintf("ordered%d", m))
		v := neon(4 * m)
		a.op("VLD1", "(R4)", fmt.Sprintf("[%s, %s]", v.d2(), (v+1).d2()))
		a.op("VLD1", "(R5)", fmt.Sprintf("[%s, %s]", (v+2).d2(), (v+3).d2()))
		a.op("ADD", imm(64), "R1")
	}
	s := start2()
	for i := range 4 { // registers 0 to 3 and 4 to 7 to lanes 0 to 7, by way of 10 to 17
		zip2(a, neon(i), neon(4+i), neon(10+2*i), neon(11+2*i))
	}
	for i := range 8 {
		s.lanes[i], s.lanes[10+i] = s.lanes[10+i], s.lanes[i]
	}
	for i := 8; i < 25; i++ {
		r := s.lanes[i]
		a.op("VEOR", r.b16(), r.b16(), r.b16())
	}
	a.op("MOVD", imm(1), "R6")
	a.op("VDUP", "R6", s.lanes[8].d2())
	a.op("MOVD", imm(1<<63), "R6")
	a.op("VDUP", "R6", s.lanes[16].d2())
	hashes2(a, rounds2(a, s))
	a.op("SUB", imm(1), "R2")
	a.op("CBNZ", "R2", "pairs")
	a.ret()
}

// paddedKeccak2 keeps states as 25 rows of 2 lanes, at R11, from block to block.
func paddedKeccak2(a *asm) {
	a.text("·keccakPadded2", "NOSPLIT", "$0-40")
	a.op("MOVD", "dst+0(FP)", "R0")
	a.op("MOVD", "blocks+8(FP)", "R1")
	a.op("MOVD", "groups+16(FP)", "R2")
	a.op("MOVD", "n+24(FP)", "R3")
	a.op("MOVD", "states+32(FP)", "R10")
	a.op("MOVD", imm(136), "R6")
	a.op("MUL", "R3", "R6", "R6") // from a message to the next
	a.op("MOVD", "$roundConstants<>(SB)", "R8")
	a.label("messages")
	a.op("VEOR", neon(0).b16(), neon(0).b16(), neon(0).b16())
	a.op("MOVD", "R10", "R11")
	for range 25 {
		a.op("VST1.P", "["+neon(0).d2()+"]", "16(R11)")
	}
	a.op("MOVD", "R3", "R7")
	a.label("blocks")
	a.op("MOVD", "R1", "R4")
	a.op("ADD", "R6", "R1", "R5")
	for part := range 4 { // two quadwords a register: 17 and 18 of the first message, 19 and 20 of the second
		for m, from := range []string{"R4", "R5"} {
			a.op("VLD1.P", "32("+from+")", fmt.Sprintf("[%s, %s]", neon(17+2*m).d2(), neon(18+2*m).d2()))
		}
		zip2(a, 17, 19, neon(4*part), neon(4*part+1))
		zip2(a, 18, 20, neon(4*part+2), neon(4*part+3))
	}
	a.op("VLD1", "(R4)", "V16.D[0]")
	a.op("VLD1", "(R5)", "V16.D[1]")
	a.op("MOVD", "R10", "R11")
	for i := range 25 {
		if i < 17 {
			a.op("VLD1.P", "16(R11)", "["+neon(25).d2()+"]")
			a.op("VEOR", neon(25).b16(), neon(i).b16(), neon(i).b16())
		} else {
			a.op("VLD1.P", "16(R11)", "["+neon(i).d2()+"]")
		}
	}
	s := rounds2(a, start2())
	a.op("MOVD", "R10", "R11")
	for i := range 25 {
		a.op("VST1.P", "["+s.lanes[i].d2()+"]", "16(R11)")
	}
	a.op("ADD", imm(136), "R1")
	a.op("SUB", imm(1), "R7")
	a.op("CBNZ", "R7", "blocks")
	hashes2(a, s)
	a.op("ADD", "R6", "R1") // the group's other message
	a.op("SUB", imm(1), "R2")
	a.op("CBNZ", "R2", "messages")
	a.ret()
}
