package main

import (
	"fmt"
	"strconv"
	"strings"
)

// order8 is the instructions of a round of rounds8, in an order that was found by trying on a processor (AMD Zen 4, where it takes
// seven eighths of the time of the plain order): its window is short, a rotation takes two cycles and an exclusive or of three
// that were read long ago more than half of one. What an instruction needs stands before it; otherwise any order is right.
//
//	Ex    the effect of theta on column x: one parity turned, the other is taken in by T
//	Txy   theta on lane (x, y)
//	Rn    rho on lane n
//	Kyi   lane i of row y kept for the end of the row
//	Xyi   chi on lane i of row y
//	I     iota
//	Px    the parity of column x for the next round: of three rows, then
//	Qx    of the other two
//
// Lanes of chi are counted from chiFirst[y] on; parityRows are the three rows and the two.
const order8 = "" +
	"E1 E0 T03 T11 T14 T04 T00 T01 T02 T10 T12 E2 T24 T13 E3 E4 T22 T31 T30 T21 T20 T33 T43 T44 T42 R6 T34 R1 R12 T40 " +
	"K00 T41 R18 R20 T23 R9 R10 K10 X00 R17 R24 K11 R16 R11 X10 R22 R23 K01 X01 R21 T32 R5 R2 X11 K31 R13 X02 K21 X03 " +
	"X04 R19 R3 K40 K30 R7 X30 K20 X12 X20 X21 X22 R4 X23 R15 X13 X31 R14 R8 X14 X32 X40 K41 X41 I X42 X43 X24 X33 " +
	"X44 P0 P2 X34 P1 P4 Q0 P3 Q3 Q2 Q1 Q4"

var (
	chiFirst   = [5]int{1, 1, 1, 1, 0}
	parityRows = [5]int{4, 1, 2, 0, 3}
)

// pool hands out registers, the one that was free for longest first.
type pool []zmm

func (p *pool) take() zmm {
	r := (*p)[0] // a generator: it fails when there is none
	*p = (*p)[1:]
	return r
}
func (p *pool) give(r zmm) { *p = append(*p, r) }

// rounds8 is rounds 2 to 23, which all kernels share. R8 points to the round constants.
func rounds8(a *asm) {
	a.text("keccakRounds8<>", "NOSPLIT|NOFRAME", "$0-0")
	free := pool(nil)
	for r := zmm(25); r < 32; r++ {
		free.give(r)
	}
	s := round8(new(asm), start8(), 0, 25, false)
	var parity [5]zmm
	for x := range 5 {
		parity[x] = free.take()
		parity3(a, s, x, parity[x])
		parity2(a, s, x, parity[x])
	}
	for round := 1; round < 23; round++ {
		s, parity = ordered8(a, s, parity, &free, round)
	}
	a.ret()
}

func parity3(a *asm, s state8, x int, to zmm) {
	a.op("VMOVDQA64", s[5*parityRows[0]+x], to)
	a.op("VPTERNLOGQ", xor3, s[5*parityRows[1]+x], s[5*parityRows[2]+x], to)
}

func parity2(a *asm, s state8, x int, to zmm) {
	a.op("VPTERNLOGQ", xor3, s[5*parityRows[3]+x], s[5*parityRows[4]+x], to)
}

// ordered8 is one round in the order of order8, with the parities of the columns and those for the next round; the last round
// has no next one.
func ordered8(a *asm, s state8, parity [5]zmm, free *pool, round int) (next state8, nextParity [5]zmm) {
	rot := rotations()
	for lane, r := range s {
		next[piTarget(lane)] = r
	}
	var effect [5]zmm
	var kept [5][2]zmm
	effectUses, parityUses := [5]int{5, 5, 5, 5, 5}, [5]int{6, 6, 6, 6, 6}
	used := func(uses *int, r zmm) {
		if *uses--; *uses == 0 {
			free.give(r)
		}
	}
	for _, step := range strings.Fields(order8) {
		n, _ := strconv.Atoi(step[1:]) // none for I
		x, y, i := n, n%10, n%10
		if len(step) == 3 {
			x = n / 10
		}
		row := func(k int) zmm { return next[5*x+(chiFirst[x]+k)%5] }
		switch step[0] {
		case 'E':
			effect[x] = free.take()
			a.op("VPROLQ", imm(1), parity[(x+1)%5], effect[x])
			used(&parityUses[(x+1)%5], parity[(x+1)%5])
		case 'T':
			a.op("VPTERNLOGQ", xor3, parity[(x+4)%5], effect[x], s[5*y+x])
			used(&effectUses[x], effect[x])
			used(&parityUses[(x+4)%5], parity[(x+4)%5])
		case 'R':
			a.op("VPROLQ", imm(rot[n]), s[n], s[n])
		case 'K':
			kept[x][i] = free.take()
			a.op("VMOVDQA64", row(i), kept[x][i])
		case 'X':
			b, c := row(i+1), row(i+2)
			if i == 3 {
				c = kept[x][0]
			}
			if i == 4 {
				b, c = kept[x][0], kept[x][1]
			}
			a.op("VPTERNLOGQ", chiABC, c, b, row(i))
			if i == 4 {
				free.give(b)
				free.give(c)
			}
		case 'I':
			a.op("VPXORQ.BCST", mem(8*round, "R8"), next[0], next[0])
		case 'P':
			if round < 22 {
				nextParity[x] = free.take()
				parity3(a, next, x, nextParity[x])
			}
		case 'Q':
			if round < 22 {
				parity2(a, next, x, nextParity[x])
			}
		default:
			panic(fmt.Sprintf("no step %q", step))
		}
	}
	return next, nextParity
}
