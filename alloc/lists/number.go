package lists

import (
	"bytes"
	"errors"
	"fmt"
	"math/big"

	merkle "github.com/merkle-drop/merkle"
)

// What may be wrong with a number of somebody else's list.
var (
	ErrHex       = errors.New("not a hexadecimal number")
	ErrExponent  = errors.New("a number with an exponent: what wrote it may have rounded it (--allow exponent reads the digits as they stand)")
	ErrNotWhole  = errors.New("not a whole number")
	ErrFraction  = errors.New("a fraction: the list seems to be in whole tokens (--unit token --decimals N)")
	ErrTooPrecis = errors.New("more fraction digits than the token has (--excess cut drops them, as the original tool does)")
)

// unlimited is 2^256-1, which contracts take for no limit.
const unlimited = "115792089237316195423570985008687907853269984665640564039457584007913129639935"

// Number says how a column of numbers is written. The zero value is a decimal count of base units.
type Number struct {
	Hex       bool // 0x… is a number
	Exponent  bool // 2.5e21 is a number
	Unlimited bool // the word unlimited is 2^256-1
	Tokens    bool // whole tokens with Decimals fraction digits; 0x… stays base units
	Decimals  int  // 0 to 77
	Cut       bool // digits beyond Decimals are dropped

	CutRows   int     // rows that lost something by Cut
	cutUnits  big.Int // what was dropped, in units of 10^-cutDigits of a base unit
	cutDigits int
}

// Append appends the number as a decimal count of base units.
func (n *Number) Append(dst, cell []byte) ([]byte, error) {
	switch {
	case n.Hex && len(cell) > 1 && cell[0] == '0' && (cell[1] == 'x' || cell[1] == 'X'):
		return appendHex(dst, cell[2:])
	case n.Unlimited && string(cell) == "unlimited":
		return append(dst, unlimited...), nil
	case bytes.ContainsAny(cell, "eE") && len(cell) > 1 && cell[0] >= '0' && cell[0] <= '9':
		return n.appendExponent(dst, cell)
	case n.Tokens:
		return n.appendTokens(dst, cell)
	}
	if err := merkle.CheckDecimal(string(cell), 0); err != nil {
		if errors.Is(err, merkle.ErrNoFraction) {
			err = ErrFraction
		}
		return dst, err
	}
	return append(dst, cell...), nil
}

// appendHex reads hexadecimal digits; leading zeros are common, because tools print whole bytes.
func appendHex(dst, digits []byte) ([]byte, error) {
	for _, c := range digits {
		if hexDigit(c) < 0 {
			return dst, ErrHex
		}
	}
	if len(digits) == 0 || len(digits) > 256 {
		return dst, ErrHex
	}
	v, _ := new(big.Int).SetString(string(digits), 16)
	a, fits := merkle.AmountFromBig(v)
	if !fits {
		return dst, merkle.ErrOverflow
	}
	return a.AppendText(dst), nil
}

// appendExponent reads digits[.digits]e[+|-]digits exactly.
func (n *Number) appendExponent(dst, cell []byte) ([]byte, error) {
	if !n.Exponent {
		return dst, ErrExponent
	}
	mantissa, exponent, _ := bytes.Cut(bytes.ToLower(cell), []byte("e"))
	exponent = bytes.TrimPrefix(exponent, []byte("+"))
	down := bytes.HasPrefix(exponent, []byte("-"))
	shift, err := merkle.ParseAmountBytes(bytes.TrimPrefix(exponent, []byte("-")))
	if err != nil {
		return dst, err
	}
	if err := merkle.CheckDecimal(string(mantissa), 156); err != nil {
		return dst, err
	}
	by, small := shift.Uint64()
	if !small || by > 156 {
		return dst, merkle.ErrOverflow
	}
	whole, fraction, _ := bytes.Cut(mantissa, []byte("."))
	digits := append(bytes.Clone(whole), fraction...)
	point := len(whole) + int(by)
	if down {
		point = len(whole) - int(by)
	}
	for len(digits) < point {
		digits = append(digits, '0')
	}
	for point < 0 {
		digits, point = append([]byte{'0'}, digits...), point+1
	}
	if len(bytes.Trim(digits[point:], "0")) > 0 && !n.Tokens {
		return dst, ErrNotWhole
	}
	plain := bytes.TrimLeft(digits[:point], "0")
	if len(plain) == 0 {
		plain = []byte("0")
	}
	if n.Tokens {
		if rest := bytes.TrimRight(digits[point:], "0"); len(rest) > 0 {
			plain = append(append(bytes.Clone(plain), '.'), rest...)
		}
		return n.appendTokens(dst, plain)
	}
	return append(dst, plain...), nil
}

// appendTokens reads whole tokens: 12.5 with 6 decimals is 12500000.
func (n *Number) appendTokens(dst, cell []byte) ([]byte, error) {
	if err := merkle.CheckDecimal(string(cell), 156); err != nil {
		return dst, err
	}
	whole, fraction, _ := bytes.Cut(cell, []byte("."))
	if len(fraction) > n.Decimals {
		rest := fraction[n.Decimals:]
		if !n.Cut {
			return dst, fmt.Errorf("%w: %d, it has %d", ErrTooPrecis, len(fraction), n.Decimals)
		}
		n.drop(rest)
		fraction = fraction[:n.Decimals]
	}
	from := len(dst)
	dst = append(append(dst, whole...), fraction...)
	for range n.Decimals - len(fraction) {
		dst = append(dst, '0')
	}
	plain := bytes.TrimLeft(dst[from:], "0")
	if len(plain) == 0 {
		plain = []byte("0")
	}
	return append(dst[:from], plain...), nil
}

// drop adds digits behind the last decimal to what was cut.
func (n *Number) drop(digits []byte) {
	v, _ := new(big.Int).SetString(string(digits), 10)
	if v.Sign() == 0 {
		return
	}
	n.CutRows++
	ten := func(k int) *big.Int { return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(k)), nil) }
	if len(digits) > n.cutDigits {
		n.cutUnits.Mul(&n.cutUnits, ten(len(digits)-n.cutDigits))
		n.cutDigits = len(digits)
	}
	n.cutUnits.Add(&n.cutUnits, v.Mul(v, ten(n.cutDigits-len(digits))))
}

// CutTotal is the sum of what Cut has dropped, in base units, exactly: "2.34".
func (n *Number) CutTotal() string {
	digits := n.cutUnits.String()
	for len(digits) <= n.cutDigits {
		digits = "0" + digits
	}
	if n.cutDigits == 0 {
		return digits
	}
	at := len(digits) - n.cutDigits
	return digits[:at] + "." + digits[at:]
}
