package layer

import (
	"bytes"
	"encoding/hex"
	"math/rand/v2"
	"testing"
)

func TestSpell_isHex(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 4))
	for n := range 70 {
		stride := 64 + rng.IntN(10)
		want := random(rng, n*stride+64)
		got := bytes.Clone(want)
		hashes := make([]*[32]byte, n)
		for k := range hashes {
			if rng.IntN(4) > 0 {
				hashes[k] = (*[32]byte)(random(rng, 32))
				hex.Encode(want[k*stride:], hashes[k][:])
			}
		}
		Spell(got, stride, hashes)
		if !bytes.Equal(got, want) {
			t.Fatalf("%d hashes, stride %d: got %s, want %s", n, stride, got, want)
		}
	}
}

func TestSpellHex_everyByte(t *testing.T) {
	all := make([]byte, 256)
	for i := range all {
		all[i] = byte(i)
	}
	got := make([]byte, 512)
	SpellHex(got, all)
	if string(got) != hex.EncodeToString(all) {
		t.Errorf("got %s", got)
	}
}

// One that is too short is a fault of the caller, not of memory behind it.
func TestSpell_keepsToItsMemory(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("wrote behind the end")
		}
	}()
	Spell(make([]byte, 67+63), 67, []*[32]byte{{}, {}})
}

// Fetch reads nothing, so no hash is an error.
func TestFetch_none(t *testing.T) {
	h := [32]byte{1}
	Fetch(nil)
	Fetch([]*[32]byte{nil, &h, nil})
	if h != [32]byte{1} {
		t.Error("a hash was written to")
	}
}
