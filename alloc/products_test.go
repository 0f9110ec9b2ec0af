package alloc

import (
	"math/big"
	"testing"

	merkle "github.com/merkle-drop/merkle"
	"pgregory.net/rapid"
)

func someAmount(t *rapid.T, name string) merkle.Amount {
	v, ok := merkle.AmountFromBig(someNumber(t, rapid.SampledFrom([]int{64, 128, 256}).Draw(t, name+", width"), name))
	if !ok {
		t.Fatal("256 bits do not fit")
	}
	return v
}

func someWord(t *rapid.T, name string) uint64 { return someNumber(t, 64, name).Uint64() }

// TestProducts holds products, parts and sums in words against big integers.
func TestProducts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var plus total
		sum := new(big.Int)
		for range 5 {
			a, m, den := someAmount(t, "a"), someWord(t, "m"), max(1, someWord(t, "den"))
			x := new(big.Int).Mul(a.Big(), new(big.Int).SetUint64(m))
			if v, ok := product(a, m); ok != (x.BitLen() <= 256) || ok && v.Big().Cmp(x) != 0 {
				t.Fatalf("%s·%d: %s (%t)", a, m, v, ok)
			}
			plus.addProduct(a, m)
			sum.Add(sum, x)
			if plus.big().Cmp(sum) != 0 {
				t.Fatalf("sum %s, want %s", plus.big(), sum)
			}
			want := new(big.Int).Quo(x, new(big.Int).SetUint64(den))
			if v, ok := partOf(a, m, den); ok != (want.BitLen() <= 256) || ok && v.Big().Cmp(want) != 0 {
				t.Fatalf("%s·%d/%d: %s (%t), want %s", a, m, den, v, ok, want)
			}
			if got := remainder(a, den); got != x.Rem(a.Big(), new(big.Int).SetUint64(den)).Uint64() {
				t.Fatalf("%s mod %d: %d", a, den, got)
			}
			factor := someNumber(t, 100, "any factor")
			want.Mul(a.Big(), factor)
			if v, ok := timesAny(a, factor); ok != (want.BitLen() <= 256) || ok && v.Big().Cmp(want) != 0 {
				t.Fatalf("%s·%s: %s (%t)", a, factor, v, ok)
			}
			want.Quo(sum, new(big.Int).SetUint64(den))
			if v, ok := plus.over(den); ok != (want.BitLen() <= 256) || ok && v.Big().Cmp(want) != 0 {
				t.Fatalf("%s/%d: %s (%t), want %s", sum, den, v, ok, want)
			}
			n := rapid.IntRange(0, 90).Draw(t, "digits")
			want.Mul(a.Big(), pow10(n))
			if v, ok := shift(a, n); ok != (want.BitLen() <= 256) || ok && v.Big().Cmp(want) != 0 {
				t.Fatalf("%s·10^%d: %s (%t)", a, n, v, ok)
			}
			if v := cutDigits(a, n); v.Big().Cmp(want.Quo(a.Big(), pow10(n))) != 0 {
				t.Fatalf("%s/10^%d: %s, want %s", a, n, v, want)
			}
		}
	})
}

// TestFlooring: the way in words and the way in big integers, chosen by the length of numerator and denominator, give the same parts.
func TestFlooring(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var f flooring
		for range 4 {
			den := someNumber(t, 70, "den")
			den.Add(den, big.NewInt(1))
			num := someNumber(t, 70, "num")
			num.Mod(num, new(big.Int).Add(den, big.NewInt(1)))
			v := someAmount(t, "v")
			unit := pow10(rapid.IntRange(0, 25).Draw(t, "unit"))
			if rapid.Bool().Draw(t, "no unit") {
				unit = nil
			}
			longer := big.NewInt(1)
			longer.Lsh(longer, 64) // the same share, in numbers that do not fit in words
			got := f.part(v, num, den, unit)
			other := f.part(v, new(big.Int).Mul(num, longer), new(big.Int).Mul(den, longer), unit)
			if want := exactPart(v.Big(), num, den, unit); got != other || got.Big().Cmp(want) != 0 {
				t.Fatalf("%s·%s/%s, unit %s: %s and %s, want %s", v, num, den, unit, got, other, want)
			}
		}
	})
}
