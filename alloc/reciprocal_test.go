package alloc

import (
	"math/big"
	"math/rand/v2"
	"testing"

	merkle "github.com/merkle-drop/merkle"
	"pgregory.net/rapid"
)

// someNumber is a number of at most so many bits: any, near a power of two, or near the most there is.
func someNumber(t *rapid.T, bits int, name string) *big.Int {
	n := rapid.IntRange(0, bits).Draw(t, name+", bits")
	v := new(big.Int).SetBytes(rapid.SliceOfN(rapid.Byte(), (n+7)/8, (n+7)/8).Draw(t, name))
	v.Rsh(v, uint((8-n%8)%8))
	switch rapid.IntRange(0, 3).Draw(t, name+", kind") {
	case 0:
		v.Lsh(big.NewInt(1), uint(max(0, n-1)))
	case 1:
		v.Sub(v.Lsh(big.NewInt(1), uint(n)), big.NewInt(1))
	}
	return v
}

func wordsFrom(v *big.Int, n int) []uint64 {
	w := make([]uint64, n)
	if !wordsOf(w, v) {
		panic("a number longer than its words")
	}
	return w
}

// exactPart is what the words must come to: ⌊s·mul/den⌋, down to a multiple of unit.
func exactPart(s, mul, den, unit *big.Int) *big.Int {
	q := new(big.Int).Mul(s, mul)
	q.Quo(q, den)
	if unit != nil && unit.Sign() > 0 {
		q.Sub(q, new(big.Int).Rem(q, unit))
	}
	return q
}

// TestReciprocal holds what is certain against big integers, for s up to and around the most.
func TestReciprocal(t *testing.T) {
	certain := 0
	rapid.Check(t, func(t *rapid.T) {
		den := someNumber(t, rapid.SampledFrom([]int{8, 64, 192, 200, 256, 512, 1500}).Draw(t, "width"), "den")
		den.Add(den, big.NewInt(1))
		mul := someNumber(t, rapid.SampledFrom([]int{20, 64, 120, 127, 256}).Draw(t, "mul width"), "mul")
		most := new(big.Int).Set(den)
		if rapid.Bool().Draw(t, "smaller") {
			most.Rsh(most, 13)
		}
		r, ok := newReciprocal(mul, den, most)
		if !ok {
			if most.Cmp(den) == 0 && mul.BitLen() <= 127 {
				t.Fatalf("refused: %d bits over %d", mul.BitLen(), den.BitLen())
			}
			return
		}
		for range 8 {
			s := someNumber(t, den.BitLen()+2, "s")
			switch rapid.IntRange(0, 4).Draw(t, "edge") {
			case 0:
				s.Set(most)
			case 1:
				s.Mod(s, den)
			case 2: // s·mul next to a multiple of den
				if mul.Sign() > 0 {
					s.Mul(s.Mod(s, new(big.Int).Add(mul, big.NewInt(1))), den)
					s.Quo(s, mul)
				}
			}
			low, high, ok := r.floor(wordsFrom(s, wordsFor(den)+1))
			if !ok {
				continue
			}
			certain++
			if drop := uint(max(0, most.BitLen()-shareBits)); new(big.Int).Rsh(s, drop).Cmp(new(big.Int).Rsh(most, drop)) > 0 {
				t.Fatalf("%s is above %s, and was taken as certain", s, most)
			}
			if got, want := downTo(low, high, 0).Big(), exactPart(s, mul, den, nil); got.Cmp(want) != 0 {
				t.Fatalf("%s·%s/%s: %s, want %s", s, mul, den, got, want)
			}
		}
	})
	if certain < 100 {
		t.Errorf("only %d cases were certain", certain)
	}
}

// TestReciprocal_rarelyUncertain: of numbers as campaigns have them, none of 200,000 needs the long way; whole results always do.
func TestReciprocal_rarelyUncertain(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, bits := range []int{40, 64, 245, 470, 700} {
		random := func() *big.Int {
			v := new(big.Int)
			for range bits/64 + 1 {
				v.Add(v.Lsh(v, 64), new(big.Int).SetUint64(rng.Uint64()))
			}
			return v.Rsh(v, uint((bits/64+1)*64-bits))
		}
		den := new(big.Int).SetBit(random(), bits-1, 1)
		mul := big.NewInt(50_000_000_000_001)
		r, ok := newReciprocal(mul, den, den)
		if !ok {
			t.Fatalf("%d bits do not fit", bits)
		}
		for range 40_000 {
			s := random()
			s.Mod(s, den)
			low, high, ok := r.floor(wordsFrom(s, wordsFor(den)))
			if whole := new(big.Int).Mul(s, mul); !ok && whole.Rem(whole, den).Sign() != 0 && bits > 64 {
				t.Fatalf("%s of %s is uncertain", s, den)
			}
			if want := exactPart(s, mul, den, nil); ok && downTo(low, high, 0).Big().Cmp(want) != 0 {
				t.Fatalf("%s of %s: %d, %d; want %s", s, den, low, high, want)
			}
		}
	}
}

// TestFraction holds both ways against each other, and against the plain formula.
func TestFraction(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		den := someNumber(t, rapid.SampledFrom([]int{3, 64, 256, 600}).Draw(t, "width"), "den")
		mul := someNumber(t, 256, "mul")
		units := []*big.Int{nil, big.NewInt(2), pow10(rapid.SampledFrom([]int{1, 9, 19, 19, 19, 20, 40}).Draw(t, "unit"))}
		fast := newFraction(mul, den, den, units)
		slow := fast
		slow.quick = nil
		var a, b bigRoom
		for range 4 {
			s := someNumber(t, 600, "s")
			if den.Sign() > 0 {
				s.Mod(s, new(big.Int).Add(den, big.NewInt(1)))
			}
			words := wordsFrom(s, 10)
			for chain, unit := range units {
				x, ok1 := fast.floor(&a, words, uint16(chain))
				y, ok2 := slow.floor(&b, words, uint16(chain))
				if x != y || !ok1 || !ok2 {
					t.Fatalf("%s·%s/%s, unit %s: %s (%t) and %s (%t)", s, mul, den, unit, x, ok1, y, ok2)
				}
				want := new(big.Int)
				if den.Sign() > 0 {
					want = exactPart(s, mul, den, unit)
				}
				if x.Big().Cmp(want) != 0 {
					t.Fatalf("%s·%s/%s, unit %s: %s, want %s", s, mul, den, unit, x, want)
				}
			}
		}
	})
}

// A part above 256 bits is told, not cut.
func TestFraction_tooWide(t *testing.T) {
	f := newFraction(merkle.AmountFromWords([4]uint64{0, 0, 0, 1 << 63}).Big(), big.NewInt(1), big.NewInt(3), []*big.Int{nil})
	var w bigRoom
	if v, ok := f.floor(&w, []uint64{2}, 0); ok {
		t.Errorf("2^256 became %s", v)
	}
}

func FuzzReciprocal(f *testing.F) {
	f.Add([]byte{1}, []byte{1}, []byte{1})
	f.Add([]byte{255, 255, 255, 255, 255, 255, 255, 255}, []byte{1, 0, 0, 0, 0, 0, 0, 0, 0}, []byte{255, 1})
	f.Add(make([]byte, 60), []byte("fifty million tokens"), []byte("a denominator that is far longer than a factor of the product is"))
	f.Fuzz(func(t *testing.T, s, mul, den []byte) {
		if len(s) > 200 || len(mul) > 40 || len(den) > 200 {
			return
		}
		d := new(big.Int).SetBytes(den)
		d.Add(d, big.NewInt(1))
		m, x := new(big.Int).SetBytes(mul), new(big.Int).SetBytes(s)
		r, ok := newReciprocal(m, d, d)
		if !ok {
			return
		}
		if low, high, ok := r.floor(wordsFrom(x, wordsFor(x))); ok && downTo(low, high, 0).Big().Cmp(exactPart(x, m, d, nil)) != 0 {
			t.Errorf("%s·%s/%s: %d, %d", x, m, d, low, high)
		}
	})
}

func BenchmarkFraction(b *testing.B) {
	rng := rand.New(rand.NewPCG(3, 4))
	den, s := make([]uint64, 4), make([]uint64, 4)
	for i := range den {
		den[i], s[i] = rng.Uint64(), rng.Uint64()
	}
	s[3] = den[3] / 3
	var d big.Int
	setWords(&d, nil, den)
	fast := newFraction(big.NewInt(50_000_000_000_000), &d, &d, []*big.Int{nil})
	slow := fast
	slow.quick = nil
	for _, way := range []struct {
		name string
		f    fraction
	}{{"words", fast}, {"big", slow}} {
		b.Run(way.name, func(b *testing.B) {
			b.ReportAllocs()
			var w bigRoom
			for b.Loop() {
				s[0]++
				if _, ok := way.f.floor(&w, s, 0); !ok {
					b.Fatal("does not fit")
				}
			}
		})
	}
}
