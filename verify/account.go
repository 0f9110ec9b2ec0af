package verify

import (
	"crypto/sha256"
	"errors"
	"math/bits"
)

// family is the kind of an account: its length and its text.
type family uint8

const (
	evm family = iota
	solana
)

func (f family) size() int {
	if f == evm {
		return 20
	}
	return 32
}

func (f family) String() string {
	if f == evm {
		return "evm"
	}
	return "solana"
}

// chainFamily tells the family of a CAIP-2 chain id.
func chainFamily(chain string) (family, bool) {
	switch {
	case len(chain) > 7 && chain[:7] == "eip155:":
		return evm, true
	case len(chain) > 7 && chain[:7] == "solana:":
		return solana, true
	}
	return 0, false
}

// account holds the raw bytes at the front: 20 for EVM, 32 for Solana; the rest is zero.
type account struct {
	raw [32]byte
	fam family
}

func (a *account) bytes() []byte { return a.raw[:a.fam.size()] }

func (a *account) isZero() bool { return a.raw == [32]byte{} }

// key is the place of an account in shards and in order "account".
func (a *account) key() digest { return sha256.Sum256(a.bytes()) }

// text is the spelling in shards, inputs and look-ups.
func (a *account) text() string {
	if a.fam == evm {
		return hex0x(a.raw[:20])
	}
	return base58(a.raw[:])
}

const hexDigits = "0123456789abcdef"

func hexText(b []byte) string {
	out := make([]byte, 0, 2*len(b))
	for _, c := range b {
		out = append(out, hexDigits[c>>4], hexDigits[c&15])
	}
	return string(out)
}

func hex0x(b []byte) string { return "0x" + hexText(b) }

// nibble is the value of a hex digit; upper reports A-F.
func nibble(c byte) (v byte, upper, ok bool) {
	switch {
	case c >= '0' && c <= '9':
		return c - '0', false, true
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10, false, true
	case c >= 'A' && c <= 'F':
		return c - 'A' + 10, true, true
	}
	return 0, false, false
}

// unhex reads lower-case hex without 0x into dst, which it must fill exactly.
func unhex(dst []byte, s string) bool {
	if len(s) != 2*len(dst) {
		return false
	}
	for i := range dst {
		h, u1, ok1 := nibble(s[2*i])
		l, u2, ok2 := nibble(s[2*i+1])
		if !ok1 || !ok2 || u1 || u2 {
			return false
		}
		dst[i] = h<<4 | l
	}
	return true
}

// unhex0x reads 0x and lower-case hex of any length.
func unhex0x(s string) ([]byte, bool) {
	if len(s) < 2 || s[:2] != "0x" || len(s)%2 != 0 {
		return nil, false
	}
	out := make([]byte, len(s)/2-1)
	return out, unhex(out, s[2:])
}

var (
	errEVM      = errors.New("not 0x and 40 hex digits")
	errChecksum = errors.New("letters are of mixed case and are not the EIP-55 checksum")
	errBase58   = errors.New("not base58 of 32 bytes")
	errZero     = errors.New("the zero account")
)

// parseAccount reads an account as inputs may spell it. An EVM account starts with 0x, which base58 cannot: it has no digit 0.
func parseAccount(s string) (a account, err error) {
	if len(s) >= 2 && s[0] == '0' {
		a.fam = evm
		err = parseEVM(a.raw[:20], s)
	} else {
		a.fam = solana
		if !unbase58(&a.raw, s) {
			err = errBase58
		}
	}
	if err == nil && a.isZero() {
		err = errZero
	}
	return a, err
}

func parseEVM(dst []byte, s string) error {
	if len(s) != 42 || s[:2] != "0x" {
		return errEVM
	}
	var lower, upper bool
	for i := 2; i < 42; i++ {
		v, up, ok := nibble(s[i])
		if !ok {
			return errEVM
		}
		if v > 9 {
			lower, upper = lower || !up, upper || up
		}
		if i%2 == 0 {
			dst[i/2-1] = v << 4
		} else {
			dst[i/2-1] |= v
		}
	}
	if lower && upper && checksumText(dst) != s {
		return errChecksum
	}
	return nil
}

// checksumText is the EIP-55 spelling: a letter is upper-case when the nibble of keccak256 of the lower-case hex text at its place is 8 or more.
func checksumText(b []byte) string {
	text := []byte(hexText(b))
	sum := newHasher(keccak).sum(text)
	for i, c := range text {
		n := sum[i/2] >> 4
		if i%2 == 1 {
			n = sum[i/2] & 15
		}
		if c >= 'a' && n >= 8 {
			text[i] = c - 'a' + 'A'
		}
	}
	return "0x" + string(text)
}

const base58Digits = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"

// base58Value is the value of a base58 digit, or -1.
func base58Value(c byte) int {
	switch {
	case c >= '1' && c <= '9':
		return int(c - '1')
	case c >= 'A' && c <= 'H':
		return int(c-'A') + 9
	case c >= 'J' && c <= 'N':
		return int(c-'J') + 17
	case c >= 'P' && c <= 'Z':
		return int(c-'P') + 22
	case c >= 'a' && c <= 'k':
		return int(c-'a') + 33
	case c >= 'm' && c <= 'z':
		return int(c-'m') + 44
	}
	return -1
}

// unbase58 reads exactly 32 bytes: each leading 1 is a zero byte, the rest is one number to base 58.
func unbase58(dst *[32]byte, s string) bool {
	if len(s) < 32 || len(s) > 44 {
		return false
	}
	var limb [4]uint64 // little-endian limbs of a 256-bit number
	for i := 0; i < len(s); i++ {
		v := base58Value(s[i])
		if v < 0 {
			return false
		}
		carry := uint64(v)
		for j := range limb {
			hi, lo := bits.Mul64(limb[j], 58)
			var c uint64
			limb[j], c = bits.Add64(lo, carry, 0)
			carry = hi + c
		}
		if carry != 0 {
			return false
		}
	}
	for j := range limb {
		for k := range 8 {
			dst[31-8*j-k] = byte(limb[j] >> (8 * k))
		}
	}
	ones, zeros := 0, 0
	for ones < len(s) && s[ones] == '1' {
		ones++
	}
	for zeros < 32 && dst[zeros] == 0 {
		zeros++
	}
	return ones == zeros
}

func base58(b []byte) string {
	rest := append([]byte(nil), b...)
	zeros := 0
	for zeros < len(b) && b[zeros] == 0 {
		zeros++
	}
	var out []byte // least significant digit first
	for start := zeros; start < len(rest); {
		carry := 0
		for i := start; i < len(rest); i++ {
			carry = carry<<8 | int(rest[i])
			rest[i] = byte(carry / 58)
			carry %= 58
		}
		out = append(out, base58Digits[carry])
		for start < len(rest) && rest[start] == 0 {
			start++
		}
	}
	for range zeros {
		out = append(out, '1')
	}
	for i, j := 0, len(out)-1; i < j; i, j = i+1, j-1 {
		out[i], out[j] = out[j], out[i]
	}
	return string(out)
}
