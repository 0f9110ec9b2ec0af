package lists

import (
	"errors"
	"math/big"
	"strings"
	"testing"

	merkle "github.com/merkle-drop/merkle"
	"pgregory.net/rapid"
)

func TestNumber(t *testing.T) {
	hex, tokens := Number{Hex: true}, Number{Tokens: true, Decimals: 6}
	cut, exp := Number{Tokens: true, Decimals: 2, Cut: true}, Number{Exponent: true}
	for _, c := range []struct {
		n    Number
		cell string
		want string
		err  error
	}{
		{hex, "0x0de0b6b3a7640000", "1000000000000000000", nil},
		{hex, "0X64", "100", nil},
		{hex, "0x0", "0", nil},
		{hex, "100", "100", nil},
		{hex, "0x", "", ErrHex},
		{hex, "0xg", "", ErrHex},
		{hex, "0x1_0", "", ErrHex},
		{hex, "0x+1", "", ErrHex},
		{hex, "0x1" + strings.Repeat("0", 64), "", merkle.ErrOverflow},
		{hex, "0x" + strings.Repeat("0", 300), "", ErrHex},
		{hex, "0x" + strings.Repeat("f", 64), unlimited, nil},
		{Number{}, "0x64", "", merkle.ErrDigits},
		{Number{}, "1.5", "", ErrFraction},
		{Number{}, "-1", "", merkle.ErrSign},
		{Number{}, "", "", merkle.ErrEmpty},
		{Number{}, "1e3", "", ErrExponent},
		{Number{}, "unlimited", "", merkle.ErrDigits},
		{Number{Unlimited: true}, "unlimited", unlimited, nil},
		{tokens, "1.5", "1500000", nil},
		{tokens, "0.000001", "1", nil},
		{tokens, "0", "0", nil},
		{tokens, "1.0000001", "", ErrTooPrecis},
		{tokens, "1,5", "", merkle.ErrSeparator},
		{tokens, ".5", "", merkle.ErrDigits},
		{tokens, "1.", "", merkle.ErrDigits},
		{tokens, "01", "", merkle.ErrLeadZero},
		{cut, "1.239", "123", nil},
		{cut, "0.009", "0", nil},
		{exp, "2.5e+21", "2500000000000000000000", nil},
		{exp, "1E3", "1000", nil},
		{exp, "1200e-2", "12", nil},
		{exp, "12e-1", "", ErrNotWhole},
		{exp, "1e-400", "", merkle.ErrOverflow},
		{exp, "1e999999999999", "", merkle.ErrOverflow},
		{exp, "1e", "", merkle.ErrEmpty},
		{Number{Exponent: true, Tokens: true, Decimals: 18}, "1e-18", "1", nil},
	} {
		got, err := c.n.Append([]byte("x"), []byte(c.cell))
		if !errors.Is(err, c.err) || err == nil && string(got) != "x"+c.want {
			t.Errorf("%q: got %s, %v, want %s, %v", c.cell, got, err, c.want, c.err)
		}
	}
}

// What is kept and what is cut off add up to the text, to the digit.
func TestNumber_cutIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := Number{Tokens: true, Cut: true, Decimals: rapid.IntRange(0, 18).Draw(t, "decimals")}
		all, kept := new(big.Rat), new(big.Rat)
		unit := new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n.Decimals)), nil))
		for _, text := range rapid.SliceOfN(rapid.StringMatching(`(0|[1-9][0-9]{0,20})(\.[0-9]{1,25})?`), 1, 6).Draw(t, "amounts") {
			v, ok := new(big.Rat).SetString(text)
			got, err := n.Append(nil, []byte(text))
			if !ok || err != nil {
				t.Fatalf("%s: %v", text, err)
			}
			a, err := merkle.ParseAmountBytes(got)
			if err != nil {
				t.Fatalf("%s: %s: %v", text, got, err)
			}
			all.Add(all, v.Mul(v, unit))
			kept.Add(kept, new(big.Rat).SetInt(a.Big()))
		}
		lost, ok := new(big.Rat).SetString(n.CutTotal())
		if !ok || new(big.Rat).Add(kept, lost).Cmp(all) != 0 {
			t.Fatalf("kept %s and cut %s are not %s", kept, n.CutTotal(), all)
		}
	})
}
