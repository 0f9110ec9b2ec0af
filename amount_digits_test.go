package merkle

import (
	"encoding/binary"
	"fmt"
	"math/big"
	"math/rand/v2"
	"testing"
)

func TestEightDigits(t *testing.T) {
	check := func(v uint64) {
		var got [8]byte
		binary.LittleEndian.PutUint64(got[:], eightDigits(v))
		if want := fmt.Sprintf("%08d", v); string(got[:]) != want {
			t.Fatalf("%s, want %s", got, want)
		}
	}
	for v := range uint64(10000) { // each half, beside all kinds of others
		check(v)
		check(v * 10000)
		check(v*10000 + 9999 - v)
	}
}

func TestAmount_appendText(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 9))
	check := func(v *big.Int) {
		a, ok := AmountFromBig(v)
		if got := a.AppendText([]byte("x")); !ok || string(got) != "x"+v.String() {
			t.Fatalf("%s, want x%s", got, v)
		}
	}
	ten := big.NewInt(10)
	for digits := range int64(78) {
		v := new(big.Int).Exp(ten, big.NewInt(digits), nil)
		check(v)
		check(new(big.Int).Sub(v, big.NewInt(1)))
		if digits < 77 {
			check(new(big.Int).Mul(v, big.NewInt(9)))
		}
	}
	for range 20000 {
		v := new(big.Int)
		for range random.IntN(5) {
			v.Or(v.Lsh(v, 64), new(big.Int).SetUint64(random.Uint64()>>random.IntN(64)))
		}
		check(v)
	}
}
