package merkle

import (
	"encoding/json"
	"math/big"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func mustAccount(t testing.TB, text string) Account {
	t.Helper()
	a, err := ParseAccountAny([]byte(text))
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return a
}

func TestAccountKind(t *testing.T) {
	for text, want := range map[string]AccountKind{
		"0x0000000000000000000000000000000000000000":   KindZero,
		"11111111111111111111111111111111":             KindZero,
		"0x0000000000000000000000000000000000000001":   KindPrecompile,
		"0x0000000000000000000000000000000000000011":   KindPrecompile,
		"0x0000000000000000000000000000000000000012":   KindWallet,
		"0x0000000000000000000000000000000000000100":   KindPrecompile,
		"0x0000000000000000000000000000000000000101":   KindWallet,
		"0x0100000000000000000000000000000000000001":   KindWallet,
		"0x000000000000000000000000000000000000dEaD":   KindBurn,
		"0xEeeeeEeeeEeEeeEeEeEeeEEEeeeeEeeeeeeeEEeE":   KindBurn,
		"0xa364340D2E9e34CE05c1Bf61d05acFE45CEF8C9e":   KindWallet,
		"1nc1nerator11111111111111111111111111111111":  KindBurn,
		"TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA":  KindProgram,
		"SysvarC1ock11111111111111111111111111111111":  KindProgram,
		"So11111111111111111111111111111111111111112":  KindProgram,
		"8Xm3tkQH581s3MoRHWUNYA5jKbgPATW4tJAAxgwDC6T6": KindOffCurve, // the vault of the JTO airdrop
		"BDeR6GdU9aCJvDfWAMoGuC9LFdKyrKJXvZF3bZw1fihj": kindOf(t, "BDeR6GdU9aCJvDfWAMoGuC9LFdKyrKJXvZF3bZw1fihj"),
	} {
		if got := mustAccount(t, text).Kind(); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
	if (Account{}).Kind() != KindZero {
		t.Error("no account is not KindZero")
	}
	for a, kind := range knownAccounts {
		if a.IsZero() || kind == KindWallet || a.Kind() != kind {
			t.Errorf("%s: %s", a, kind)
		}
	}
}

// kindOf is KindWallet or KindOffCurve by the definition, with big integers.
func kindOf(t testing.TB, text string) AccountKind {
	if onCurveByDefinition(mustAccount(t, text)) {
		return KindWallet
	}
	return KindOffCurve
}

func TestAccountKind_names(t *testing.T) {
	for _, k := range AccountKinds() {
		back, ok := ParseAccountKind(k.String())
		if !ok || back != k || (k.Why() == "") != (k == KindWallet) {
			t.Errorf("kind %d: %q, %q", k, k, k.Why())
		}
	}
	if _, ok := ParseAccountKind("unknown"); ok || AccountKind(99).String() != "unknown" || AccountKind(99).Why() != "" {
		t.Error("a kind that there is not has a meaning")
	}
	counts := AccountCounts{KindWallet: 5, KindBurn: 2, KindOwn: 1}
	if counts.Suspicious() != 3 {
		t.Errorf("%v", counts)
	}
}

// Program-derived addresses are off the curve by construction: the bump is raised until they are.
func TestOnCurve_programAddresses(t *testing.T) {
	text, err := os.ReadFile("fixtures/vectors/solana.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		PDAs struct {
			Cases []struct{ Name, Address string }
		}
	}
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	if len(file.PDAs.Cases) < 20 {
		t.Fatalf("%d addresses", len(file.PDAs.Cases))
	}
	for _, c := range file.PDAs.Cases {
		a := mustAccount(t, c.Address)
		if a.OnCurve() || a.Kind() != KindOffCurve {
			t.Errorf("%s %s: on the curve, %s", c.Name, c.Address, a.Kind())
		}
	}
}

// onCurveByDefinition solves x² = (y²-1)/(d·y²+1) with math/big.
func onCurveByDefinition(a Account) bool {
	p := new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 255), big.NewInt(19))
	raw := a.Bytes()
	for i, j := 0, 31; i < j; i, j = i+1, j-1 {
		raw[i], raw[j] = raw[j], raw[i]
	}
	raw[0] &= 0x7f
	y := new(big.Int).SetBytes(raw)
	yy := new(big.Int).Mul(y, y)
	d := new(big.Int).ModInverse(big.NewInt(121666), p)
	d.Mul(d, big.NewInt(-121665)).Mod(d, p)
	u := new(big.Int).Sub(yy, big.NewInt(1))
	v := new(big.Int).Mul(yy, d)
	v.Add(v, big.NewInt(1)).Mod(v, p)
	u.Mul(u, v.ModInverse(v, p)).Mod(u, p)
	return u.Sign() == 0 || new(big.Int).ModSqrt(u, p) != nil
}

func TestOnCurve_againstTheDefinition(t *testing.T) {
	on := 0
	rapid.Check(t, func(t *rapid.T) {
		raw := rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "key")
		raw[0] |= 1
		a, err := NewAccount(Solana, raw)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := a.OnCurve(), onCurveByDefinition(a); got != want {
			t.Fatalf("%x: %v, want %v", raw, got, want)
		} else if got {
			on++
		}
	})
	if on == 0 {
		t.Error("no key was on the curve")
	}
	// y around 0, 1, the prime and the sign bit
	for _, first := range []byte{0, 1, 2, 0xea, 0xeb, 0xec, 0xed, 0xee, 0xef, 0xff} {
		for _, fill := range []byte{0, 0xff} {
			for _, last := range []byte{0, 1, 0x7f, 0x80, 0xff} {
				raw := []byte(strings.Repeat(string([]byte{fill}), 32))
				raw[0], raw[31] = first, last
				a, err := NewAccount(Solana, raw)
				if err != nil {
					continue // the zero key
				}
				if got, want := a.OnCurve(), onCurveByDefinition(a); got != want {
					t.Errorf("%x: %v, want %v", raw, got, want)
				}
			}
		}
	}
	if mustAccount(t, "0xa364340D2E9e34CE05c1Bf61d05acFE45CEF8C9e").OnCurve() {
		t.Error("an EVM address is on ed25519")
	}
}

func BenchmarkAccountKind_solana(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 2))
	accounts := make([]Account, 1024)
	for i := range accounts {
		var raw [32]byte
		for j := range raw {
			raw[j] = byte(rng.Uint32())
		}
		accounts[i], _ = NewAccount(Solana, raw[:])
	}
	b.ReportAllocs()
	n := 0
	for i := 0; b.Loop(); i++ {
		n += int(accounts[i%len(accounts)].Kind())
	}
	if n == 0 && b.N >= len(accounts) { // about half of random keys are
		b.Fatal("no key is off the curve")
	}
}
