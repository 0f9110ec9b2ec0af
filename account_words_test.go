package merkle

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"testing"
)

func TestAccount_wordsAreItsBytes(t *testing.T) {
	raw := make([]byte, 32)
	for i := range raw {
		raw[i] = byte(0xf0 + i)
	}
	for _, f := range []Family{EVM, Solana} {
		a, err := NewAccount(f, raw[:f.Width()])
		if err != nil {
			t.Fatal(err)
		}
		var got []byte
		for _, w := range a.Words() {
			got = binary.BigEndian.AppendUint64(got, w)
		}
		if !bytes.Equal(got[:f.Width()], raw[:f.Width()]) || !bytes.Equal(got[f.Width():], make([]byte, 32-f.Width())) {
			t.Errorf("%s: words %x, bytes %x", f, got, a.Bytes())
		}
		if again := AccountFromWords(f, a.Words()); again != a {
			t.Errorf("%s: %v from the words of %v", f, again, a)
		}
	}
}

func TestAccountFromWords_edges(t *testing.T) {
	if a := AccountFromWords(0, [4]uint64{1, 2, 3, 4}); a != (Account{}) {
		t.Errorf("%v of no family", a)
	}
	if a := AccountFromWords(EVM, [4]uint64{2: 0xffffffff, 3: 1}); !a.IsZero() || a.Family() != EVM {
		t.Errorf("%v from words that an EVM address has not", a)
	}
}

func TestHexDigits_everyByte(t *testing.T) {
	for b := range 256 {
		raw := []byte{byte(b), byte(b * 7), byte(b + 100), byte(255 - b)}
		var got [8]byte
		binary.LittleEndian.PutUint64(got[:], hexDigits(binary.LittleEndian.Uint32(raw)))
		if want := hex.EncodeToString(raw); string(got[:]) != want {
			t.Fatalf("%s, want %s", got, want)
		}
	}
}
