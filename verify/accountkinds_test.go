package verify

import (
	"crypto/ed25519"
	"crypto/sha256"
	"fmt"
	"math/big"
	"testing"
)

func TestKinds_tables(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range append(burnAddresses(), programAddresses()...) {
		a, err := parseAccount(s)
		if err != nil || a.text() != s || seen[s] {
			t.Errorf("%s: %v, comes back as %s, twice: %v", s, err, a.text(), seen[s])
		}
		seen[s] = true
	}
}

func TestKinds_of(t *testing.T) {
	own := mustAccount("0x1F402460c7Aaf7b3eD4389b116960f8745493111")
	k, c := newKinds(own, account{}), newEdwards()
	for text, want := range map[string]string{
		"0x0000000000000000000000000000000000000000":   kindZero,
		"0x0000000000000000000000000000000000000001":   kindPrecompile,
		"0x0000000000000000000000000000000000000011":   kindPrecompile,
		"0x0000000000000000000000000000000000000012":   "",
		"0x0000000000000000000000000000000000000100":   kindPrecompile,
		"0x0000000000000000000000000000000000000101":   "",
		"0x000000000000000000000000000000000000dEaD":   kindBurn,
		"0xdeadc4b3c5575b54b044c418db1c0f3c2b9ba8e8":   "",
		"0xffffffffffffffffffffffffffffffffffffffff":   kindBurn,
		"0x1111111111111111111111111111111111111111":   kindBurn,
		"0x1212121212121212121212121212121212121212":   "",
		"0x1F402460c7Aaf7b3eD4389b116960f8745493111":   kindOwn,
		"11111111111111111111111111111111":             kindZero,
		"1nc1nerator11111111111111111111111111111111":  kindBurn,
		"SysvarRent111111111111111111111111111111111":  kindProgram,
		"TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA":  kindProgram,
		"8Xm3tkQH581s3MoRHWUNYA5jKbgPATW4tJAAxgwDC6T6": kindOffCurve, // the vault of an airdrop, a derived address
	} {
		a, err := parseAccount(text)
		if err != nil && err != errZero {
			t.Fatal(text, err)
		}
		if got := k.of(a, c); got != want {
			t.Errorf("%s is %q, want %q", text, got, want)
		}
	}
}

// TestEdwards_vectors: derived addresses are off the curve by their construction.
func TestEdwards_vectors(t *testing.T) {
	var file jmap
	readVectors(t, "solana.json", &file)
	c, n := newEdwards(), 0
	for _, x := range file["pdas"].(jmap)["cases"].([]any) {
		a, err := parseAccount(str(x.(jmap)["address"]))
		if err != nil {
			t.Fatal(err)
		}
		n++
		if c.has(&a.raw) {
			t.Errorf("%s is on the curve", a.text())
		}
	}
	if n < 10 {
		t.Errorf("only %d addresses", n)
	}
}

// TestEdwards_keys: public keys are points; half of all strings are.
func TestEdwards_keys(t *testing.T) {
	c, on := newEdwards(), 0
	for i := range 300 {
		seed := sha256.Sum256([]byte(fmt.Sprint("seed ", i)))
		key := [32]byte(ed25519.NewKeyFromSeed(seed[:]).Public().(ed25519.PublicKey))
		if !c.has(&key) {
			t.Errorf("public key %x is not on the curve", key)
		}
		key[31] ^= 0x80
		if !c.has(&key) {
			t.Errorf("the negative of public key %x is not on the curve", key)
		}
		if c.has(&seed) {
			on++
		}
	}
	if on < 110 || on > 190 {
		t.Errorf("%d of 300 strings are on the curve", on)
	}
	// y = 1 has x = 0; y = 2 is known to be no point; p + 1 is 1 unreduced
	for y, want := range map[[32]byte]bool{{1}: true, {2}: false, {0}: true, {0: 0xee, 1: 0xff, 2: 0xff, 3: 0xff, 4: 0xff, 5: 0xff, 6: 0xff, 7: 0xff, 8: 0xff, 9: 0xff, 10: 0xff,
		11: 0xff, 12: 0xff, 13: 0xff, 14: 0xff, 15: 0xff, 16: 0xff, 17: 0xff, 18: 0xff, 19: 0xff, 20: 0xff, 21: 0xff, 22: 0xff, 23: 0xff, 24: 0xff, 25: 0xff, 26: 0xff, 27: 0xff,
		28: 0xff, 29: 0xff, 30: 0xff, 31: 0x7f}: true} {
		if got := c.has(&y); got != want {
			t.Errorf("%x: %v, want %v", y, got, want)
		}
	}
}

func TestKinds_all(t *testing.T) {
	k := newKinds()
	at := func(i int) account { return account{raw: sha256.Sum256([]byte{byte(i), byte(i >> 8)}), fam: solana} }
	one, many := k.all(1, 1500, at), k.all(7, 1500, at)
	c := newEdwards()
	for i := range one {
		if one[i] != many[i] || one[i] != k.of(at(i), c) {
			t.Fatalf("account %d: %q, %q", i, one[i], many[i])
		}
	}
}

func BenchmarkKinds(b *testing.B) {
	k, c := newKinds(), newEdwards()
	a := account{raw: sha256.Sum256([]byte("wallet")), fam: solana}
	b.ReportAllocs()
	for range b.N {
		a.raw[0]++
		k.of(a, c)
	}
}

// TestEdwards_big compares products and Jacobi symbols with those of math/big, also at the ends of the range.
func TestEdwards_big(t *testing.T) {
	c := newEdwards()
	p := new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 255), big.NewInt(19))
	list := []*big.Int{big.NewInt(0), big.NewInt(1), big.NewInt(2), new(big.Int).Sub(p, big.NewInt(1)), p, new(big.Int).Add(p, big.NewInt(1)),
		new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 256), big.NewInt(1)), new(big.Int).Lsh(big.NewInt(1), 192), new(big.Int).Lsh(big.NewInt(3), 64)}
	for i := range 200 {
		d := sha256.Sum256([]byte(fmt.Sprint("number ", i)))
		list = append(list, new(big.Int).SetBytes(d[:1+i%32]))
	}
	for i, x := range list {
		y := list[(i*7+3)%len(list)]
		a, b := toLimbs(x), toLimbs(y)
		want := new(big.Int).Mul(x, y)
		want.Mod(want, p)
		if got := c.mul(&a, &b); got != toLimbs(want) {
			t.Errorf("%x · %x is %x, want %x", x, y, got, want)
		}
		if got := c.jacobi(toLimbs(want)); got != big.Jacobi(want, p) {
			t.Errorf("the Jacobi symbol of %x is %d", want, got)
		}
	}
}
