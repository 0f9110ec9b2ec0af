package merkle

import (
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"
)

// Keys are read as big integers of base 58 are, with a leading 1 for each leading zero byte, and nothing else is a key.
func TestDecodeBase58_isTheNumber(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 8))
	limit := new(big.Int).Lsh(big.NewInt(1), 256)
	kept := 0
	for range 30000 {
		text := []byte(strings.Repeat("1", random.IntN(4)*random.IntN(12)))
		for n := random.IntN(45 - len(text)); n > 0 || len(text) == 0; n-- {
			text = append(text, base58Digits[random.IntN(58)])
		}
		if random.IntN(2) == 0 {
			text = append(text, strings.Repeat("z", 44-len(text))...)
			text[0] = base58Digits[random.IntN(20)]
		}
		v, ones := new(big.Int), 0
		for i, c := range text {
			v.Add(v.Mul(v, big.NewInt(58)), big.NewInt(int64(strings.IndexByte(base58Digits, c))))
			if c == '1' && ones == i {
				ones++
			}
		}
		var got [32]byte
		err := decodeBase58(&got, text)
		isKey := v.Cmp(limit) < 0 && ones+len(v.Bytes()) == 32
		if (err == nil) != isKey || isKey && new(big.Int).SetBytes(got[:]).Cmp(v) != 0 {
			t.Fatalf("%s: %x, %v; want %x, a key: %t", text, got, err, v, isKey)
		}
		if isKey {
			kept++
		}
	}
	if kept < 3000 {
		t.Errorf("only %d of them were keys", kept)
	}
}
