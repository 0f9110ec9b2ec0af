package main

import "math/bits"

// words16 are the words of a block as far as the generator knows them: the second block of a node is padding but for its first
// word, so that much of its schedule is known.
type words16 [64]struct {
	known bool
	value uint32 // of a known word; of another, what is known of its sum
}

// secondOfNode is the second block of a prefix byte and 64 bytes.
func secondOfNode() (w words16) {
	for t := 1; t < 16; t++ {
		w[t].known = true
	}
	w[15].value = 65 * 8
	w.plan()
	return w
}

// plan fills in words 16 to 63 of the schedule.
func (w *words16) plan() {
	sigma := func(x uint32, r1, r2, shift int) uint32 {
		return bits.RotateLeft32(x, -r1) ^ bits.RotateLeft32(x, -r2) ^ x>>shift
	}
	for t := 16; t < 64; t++ {
		w[t].known = true
		for _, term := range []struct {
			word  int
			apply func(uint32) uint32
		}{
			{t - 16, func(x uint32) uint32 { return x }},
			{t - 15, func(x uint32) uint32 { return sigma(x, 7, 18, 3) }},
			{t - 7, func(x uint32) uint32 { return x }},
			{t - 2, func(x uint32) uint32 { return sigma(x, 17, 19, 10) }},
		} {
			if w[term.word].known {
				w[t].value += term.apply(w[term.word].value)
			} else {
				w[t].known = false
			}
		}
	}
}

// constants16 prints the round constants with the known words in them, and behind them what is known of the other words.
func constants16(a *asm, name string, w words16) {
	k := rootFractions(64, 3)
	sums := make([]uint32, 64)
	for t := range w {
		if w[t].known {
			k[t] += w[t].value
		} else {
			sums[t] = w[t].value
		}
	}
	a.words32(name, append(k, sums...))
}
