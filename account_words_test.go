package merkle

import (
	"bytes"
	"encoding/binary"
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
	}
}
