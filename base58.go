package merkle

import (
	"encoding/binary"
	"fmt"
	"math/bits"
)

const (
	base58Digits = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
	fiveDigits   = 58 * 58 * 58 * 58 * 58 // digits are handled five or ten at a time
)

var base58Value = func() (t [256]uint8) {
	for i := range t {
		t[i] = 255
	}
	for i := range base58Digits {
		t[base58Digits[i]] = uint8(i)
	}
	return t
}()

// decodeBase58 reads exactly 32 bytes. A key has one leading '1' for each leading zero byte.
func decodeBase58(dst *[32]byte, text []byte) error {
	if len(text) == 0 {
		return fmt.Errorf("%w: empty", ErrAccountLength)
	}
	if len(text) > 44 {
		return fmt.Errorf("%w: %d characters, a Solana key has at most 44", ErrAccountLength, len(text))
	}
	var limbs [4]uint64 // little-endian
	ones := 0
	for ones < len(text) && text[ones] == '1' {
		ones++
	}
	for i := 0; i < len(text); {
		var v, scale uint64 = 0, 1
		for ; i < len(text) && scale < fiveDigits*fiveDigits; i++ {
			d := base58Value[text[i]]
			if d == 255 {
				return fmt.Errorf("%w: %q is not a base58 digit", ErrAccountChar, text[i:i+1])
			}
			v, scale = v*58+uint64(d), scale*58
		}
		for j := range limbs {
			high, low := bits.Mul64(limbs[j], scale)
			low, carry := bits.Add64(low, v, 0)
			limbs[j], v = low, high+carry
		}
		if v != 0 {
			return fmt.Errorf("%w: more than 32 bytes", ErrAccountLength)
		}
	}
	zeros := 0
	for j := range limbs {
		binary.BigEndian.PutUint64(dst[24-8*j:], limbs[j])
	}
	for zeros < 32 && dst[zeros] == 0 {
		zeros++
	}
	if ones != zeros {
		return fmt.Errorf("%w: %d bytes, a Solana key has 32", ErrAccountLength, 32-zeros+ones)
	}
	return nil
}

func appendBase58(dst []byte, raw *[32]byte) []byte {
	var limbs [8]uint32 // big-endian
	zeros := 0
	for zeros < 32 && raw[zeros] == 0 {
		zeros++
	}
	for j := range limbs {
		limbs[j] = uint32(raw[4*j])<<24 | uint32(raw[4*j+1])<<16 | uint32(raw[4*j+2])<<8 | uint32(raw[4*j+3])
	}
	var text [45]byte
	n := len(text)
	for first := 0; first < 8; {
		var rem uint64
		for j := first; j < 8; j++ {
			v := rem<<32 | uint64(limbs[j])
			limbs[j], rem = uint32(v/fiveDigits), v%fiveDigits
		}
		for range 5 {
			n--
			text[n] = base58Digits[rem%58]
			rem /= 58
		}
		for first < 8 && limbs[first] == 0 {
			first++
		}
	}
	for n < len(text) && text[n] == '1' {
		n++
	}
	for range zeros {
		dst = append(dst, '1')
	}
	return append(dst, text[n:]...)
}
