package merkle

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/gagliardetto/solana-go"
	"pgregory.net/rapid"
)

func TestAccount_agreesWithChainLibraries(t *testing.T) {
	for i := range 2000 {
		h := sha256.Sum256(fmt.Append(nil, i))
		for z := range i % 5 { // leading zero bytes
			h[z] = 0
		}
		evm, err := NewAccount(EVM, h[:20])
		if err != nil {
			t.Fatal(err)
		}
		if want := common.BytesToAddress(h[:20]).Hex(); evm.String() != want {
			t.Fatalf("got %s, want %s", evm, want)
		}
		sol, err := NewAccount(Solana, h[:])
		if err != nil {
			t.Fatal(err)
		}
		if want := solana.PublicKeyFromBytes(h[:]).String(); sol.String() != want {
			t.Fatalf("got %s, want %s", sol, want)
		}
		for _, a := range []Account{evm, sol} {
			for _, text := range []string{a.String(), a.Text()} {
				if back, err := ParseAccount(text); err != nil || back != a {
					t.Fatalf("%s: got %v, %v", text, back, err)
				}
			}
		}
	}
}

func TestParseAccount_refuses(t *testing.T) {
	good := "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
	if _, err := ParseAccount("0x" + strings.ToUpper(good[2:])); err != nil {
		t.Errorf("all upper case carries no checksum: %v", err)
	}
	for text, want := range map[string]error{
		"0x5AAeb6053F3E94C9b9A09f33669435E7Ef1BeAed": ErrChecksum,
		"0X5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed": ErrAccountPrefix,
		good[:41]:  ErrAccountLength,
		good + " ": ErrAccountLength,
		"0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeg":   ErrAccountChar,
		"0x0000000000000000000000000000000000000000":   ErrZeroAccount,
		"11111111111111111111111111111111":             ErrZeroAccount,
		"1111111111111111111111111111111":              ErrAccountLength,
		"111111111111111111111111111111111":            ErrAccountLength,
		"BDeR6GdU9aCJvDfWAMoGuC9LFdKyrKJXvZF3bZw1fi":   ErrAccountLength,
		"BDeR6GdU9aCJvDfWAMoGuC9LFdKyrKJXvZF3bZw1fihO": ErrAccountChar,
		"zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz": ErrAccountLength,
		"": ErrAccountLength,
		"5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed\x00": ErrAccountChar,
	} {
		if _, err := ParseAccount(text); !errors.Is(err, want) {
			t.Errorf("%q: got %v, want %v", text, err, want)
		}
	}
}

func TestAmount_textRoundTripsAndAgreesWithBig(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := new(big.Int).SetBytes(rapid.SliceOfN(rapid.Byte(), 0, 32).Draw(t, "bytes"))
		a, ok := AmountFromBig(v)
		if !ok || a.String() != v.String() || a.Big().Cmp(v) != 0 {
			t.Fatalf("got %s, want %s", a, v)
		}
		if back, err := ParseAmount(v.String()); err != nil || back != a {
			t.Fatalf("got %s, %v", back, err)
		}
		decimals := rapid.Uint8Range(0, 40).Draw(t, "decimals")
		if back, err := ParseTokens(a.Tokens(decimals), decimals); err != nil || back != a {
			t.Fatalf("tokens %s: got %s, %v", a.Tokens(decimals), back, err)
		}
	})
}

func TestParseAmount_refuses(t *testing.T) {
	tooBig := new(big.Int).Lsh(big.NewInt(1), 256).String()
	for text, want := range map[string]error{
		"": ErrEmpty, "1e21": ErrExponent, "1E3": ErrExponent, "1e+3": ErrExponent, "+5": ErrSign, "-5": ErrSign, "1,000": ErrSeparator, "1_0": ErrSeparator,
		" 1": ErrBlank, "1 ": ErrBlank, "01": ErrLeadZero, ".5": ErrDigits, "5.": ErrDigits, "1.0": ErrNoFraction,
		"0x10": ErrDigits, "١": ErrDigits, "1\x00": ErrDigits, "1.2.3": ErrDigits, tooBig: ErrOverflow, strings.Repeat("9", 1000): ErrOverflow, "NaN": ErrDigits, "e5": ErrDigits,
	} {
		if a, err := ParseAmount(text); !errors.Is(err, want) {
			t.Errorf("%q: got %s, %v, want %v", text, a, err, want)
		}
	}
	if _, err := ParseTokens("1.0000001", 6); !errors.Is(err, ErrPrecision) {
		t.Errorf("got %v", err)
	}
	if _, err := ParseTokens("1.0000000", 6); !errors.Is(err, ErrPrecision) {
		t.Errorf("zeros beyond the decimals are refused too: got %v", err)
	}
}

func TestAmount_neverWraps(t *testing.T) {
	most, _ := AmountFromBig(new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 256), big.NewInt(1)))
	if _, ok := most.Add(NewAmount(1)); ok {
		t.Error("2^256-1 + 1 fits")
	}
	if _, ok := NewAmount(1).Sub(NewAmount(2)); ok {
		t.Error("1 - 2 fits")
	}
	if _, ok := AmountFromBig(big.NewInt(-1)); ok {
		t.Error("-1 is an amount")
	}
}

func TestParseAsset(t *testing.T) {
	for _, text := range []string{
		"solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp/token:JUPyiwrYJFskUPiHa7hkeR8VUtAeFoSYbKedZNsDvCN",
		"eip155:1/erc20:0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "eip155:1/slip44:60",
	} {
		a, err := ParseAsset(text)
		if err != nil || a.String() != text {
			t.Errorf("%s: got %s, %v", text, a, err)
		}
	}
	for _, text := range []string{
		"", "eip155:1", "eip155:01/slip44:60", "eip155:1/token:JUPyiwrYJFskUPiHa7hkeR8VUtAeFoSYbKedZNsDvCN", "EIP155:1/slip44:60",
		"eip155:1/erc20:0x5AAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "solana:x/erc20:0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "bip122:x/slip44:0",
	} {
		if a, err := ParseAsset(text); err == nil {
			t.Errorf("%q: got %s, want an error", text, a)
		}
	}
}

func BenchmarkParseAccount(b *testing.B) {
	for _, text := range []string{"0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed", "BDeR6GdU9aCJvDfWAMoGuC9LFdKyrKJXvZF3bZw1fihj"} {
		b.Run(text[:6], func(b *testing.B) {
			b.ReportAllocs()
			in := []byte(text)
			for b.Loop() {
				if _, err := ParseAccountBytes(in); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
