package merkle

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/big"
	"math/bits"

	"github.com/holiman/uint256"
	"github.com/shopspring/decimal"
)

// What may be wrong with the text of an amount. The grammar is (0|[1-9][0-9]*)(\.[0-9]+)?
var (
	ErrEmpty      = errors.New("empty")
	ErrExponent   = errors.New("exponent not allowed")
	ErrSign       = errors.New("sign not allowed")
	ErrSeparator  = errors.New("digit separator not allowed")
	ErrBlank      = errors.New("blank not allowed")
	ErrDigits     = errors.New("not a decimal number")
	ErrLeadZero   = errors.New("leading zero not allowed")
	ErrPrecision  = errors.New("more fraction digits than allowed")
	ErrOverflow   = errors.New("does not fit in 256 bits")
	ErrNoFraction = errors.New("fraction not allowed")
)

// maxAmountText bounds the text of an amount: 78 digits of 2^256, a point, 77 fraction digits.
const maxAmountText = 156

// Amount counts base units (wei, lamports): 0 to 2^256-1. Values are comparable with ==; the zero value is 0.
type Amount struct{ u uint256.Int }

// NewAmount returns v base units.
func NewAmount(v uint64) Amount { return Amount{*uint256.NewInt(v)} }

// AmountFromBig converts v; it reports false when v is negative or wider than 256 bits.
func AmountFromBig(v *big.Int) (Amount, bool) {
	if v.Sign() < 0 {
		return Amount{}, false
	}
	var a Amount
	overflow := a.u.SetFromBig(v)
	return a, !overflow
}

// AmountFromWords returns the amount with the given 64-bit words, least significant first.
func AmountFromWords(w [4]uint64) Amount { return Amount{uint256.Int(w)} }

// Words returns the four 64-bit words, least significant first.
func (a Amount) Words() [4]uint64 { return a.u }

// ParseAmount reads a count of base units: digits only.
func ParseAmount(text string) (Amount, error) { return ParseAmountBytes([]byte(text)) }

// ParseAmountBytes is ParseAmount without a copy.
func ParseAmountBytes(text []byte) (Amount, error) {
	if err := checkDecimal(text, 0); err != nil {
		return Amount{}, err
	}
	var a Amount
	for len(text) > 0 {
		n := min(19, len(text))
		var v, scale uint64 = 0, 1
		for _, c := range text[:n] {
			v, scale = v*10+uint64(c-'0'), scale*10
		}
		if n == 19 {
			scale = 1e19
		}
		if !a.mulAdd(scale, v) {
			return Amount{}, ErrOverflow
		}
		text = text[n:]
	}
	return a, nil
}

// mulAdd sets a to a*m + v and reports whether it fits.
func (a *Amount) mulAdd(m, v uint64) bool {
	for i := range a.u {
		hi, lo := bits.Mul64(a.u[i], m)
		var c uint64
		a.u[i], c = bits.Add64(lo, v, 0)
		v = hi + c
	}
	return v == 0
}

// ParseTokens reads a whole-token decimal ("12.5") as base units of a token with the given decimals (0 to 77).
// More fraction digits than decimals is ErrPrecision, also when they are zeros: an input is never rounded.
func ParseTokens(text string, decimals uint8) (Amount, error) {
	if err := checkDecimal([]byte(text), int(decimals)); err != nil {
		return Amount{}, err
	}
	d, err := decimal.NewFromString(text)
	if err != nil {
		return Amount{}, ErrDigits
	}
	a, ok := AmountFromBig(d.Shift(int32(decimals)).BigInt())
	if !ok {
		return Amount{}, ErrOverflow
	}
	return a, nil
}

// CheckDecimal refuses text that is not (0|[1-9][0-9]*)(\.[0-9]+)? or has more than the given fraction digits.
func CheckDecimal(text string, decimals int) error { return checkDecimal([]byte(text), decimals) }

func checkDecimal(text []byte, decimals int) error {
	if len(text) == 0 {
		return ErrEmpty
	}
	if len(text) > maxAmountText {
		return fmt.Errorf("%w: %d characters", ErrOverflow, len(text))
	}
	point := -1
	for i, c := range text {
		switch {
		case c >= '0' && c <= '9':
		case c == '.' && point < 0:
			point = i
		case c == '+' || c == '-':
			if i > 0 && (text[i-1] == 'e' || text[i-1] == 'E') {
				return ErrExponent
			}
			return ErrSign
		case (c == 'e' || c == 'E') && i > 0 && i+1 < len(text):
			return ErrExponent
		case c == ',' || c == '_' || c == '\'':
			return ErrSeparator
		case c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == 0xa0:
			return ErrBlank
		default:
			return ErrDigits
		}
	}
	switch whole := text; {
	case point == 0 || point == len(text)-1:
		return ErrDigits
	case point > 0:
		whole = text[:point]
		fallthrough
	default:
		if len(whole) > 1 && whole[0] == '0' {
			return ErrLeadZero
		}
	}
	if point > 0 && len(text)-point-1 > decimals {
		if decimals == 0 {
			return ErrNoFraction
		}
		return fmt.Errorf("%w (%d)", ErrPrecision, decimals)
	}
	return nil
}

// Add returns a+b; ok is false when the sum does not fit in 256 bits.
func (a Amount) Add(b Amount) (sum Amount, ok bool) {
	_, overflow := sum.u.AddOverflow(&a.u, &b.u)
	return sum, !overflow
}

// Sub returns a-b; ok is false when b is larger than a.
func (a Amount) Sub(b Amount) (diff Amount, ok bool) {
	_, underflow := diff.u.SubOverflow(&a.u, &b.u)
	return diff, !underflow
}

// Cmp is -1, 0 or +1.
func (a Amount) Cmp(b Amount) int { return a.u.Cmp(&b.u) }

// IsZero reports whether a is 0.
func (a Amount) IsZero() bool { return a.u.IsZero() }

// BitLen is the number of bits needed: 0 for 0, 256 at most.
func (a Amount) BitLen() int { return a.u.BitLen() }

// Uint64 returns the value; ok is false above 2^64-1.
func (a Amount) Uint64() (v uint64, ok bool) { return a.u.Uint64(), a.u.IsUint64() }

// Big returns the value in a new big.Int.
func (a Amount) Big() *big.Int { return a.u.ToBig() }

// Bytes32 returns the value as 32 big-endian bytes.
func (a Amount) Bytes32() [32]byte { return a.u.Bytes32() }

// String is the count of base units in decimal digits.
func (a Amount) String() string { return string(a.AppendText(nil)) }

// AppendText appends the count of base units in decimal digits.
func (a Amount) AppendText(dst []byte) []byte {
	var buf [5 * 19]byte
	n := len(buf)
	w := a.u
	for words := 4; ; n -= 19 { // 19 digits at a time, the last first
		for words > 0 && w[words-1] == 0 {
			words--
		}
		if words == 0 {
			break
		}
		var rem uint64
		for i := words - 1; i >= 0; i-- {
			w[i], rem = bits.Div64(rem, w[i], 1e19)
		}
		high, low := rem/1e8, rem%1e8
		binary.LittleEndian.PutUint64(buf[n-8:], eightDigits(low))
		high, low = high/1e8, high%1e8
		binary.LittleEndian.PutUint64(buf[n-16:], eightDigits(low))
		buf[n-17], buf[n-18], buf[n-19] = byte('0'+high%10), byte('0'+high/10%10), byte('0'+high/100)
	}
	if n == len(buf) {
		return append(dst, '0')
	}
	for buf[n] == '0' { // some digit is none
		n++
	}
	return append(dst, buf[n:]...)
}

// eightDigits is the decimal digits of v, below 10^8, with zeros before them, the first in the lowest byte: all four digits' halves, then all pairs',
// then all digits are divided at once.
func eightDigits(v uint64) uint64 {
	v = v/10000 | v%10000<<32
	high := v * 10486 >> 20 & 0x0000007f0000007f // a hundredth
	v = high | (v-100*high)<<16
	high = v * 103 >> 10 & 0x000f000f000f000f // a tenth
	return (high | (v-10*high)<<8) + 0x3030303030303030
}

// Tokens is the whole-token form with all decimals kept: 1500000 with 6 decimals is "1.500000".
func (a Amount) Tokens(decimals uint8) string {
	return decimal.NewFromBigInt(a.Big(), -int32(decimals)).StringFixed(int32(decimals))
}
