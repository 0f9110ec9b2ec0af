package verify

import (
	"errors"
	"math/big"
	"math/bits"
	"strings"
)

// num is an unsigned integer of at most 256 bits, big-endian: the flat form in which amounts are held by the million. Arithmetic is done in big.Int.
type num [32]byte

func (n *num) isZero() bool { return *n == num{} }

func (n *num) big(z *big.Int) *big.Int { return z.SetBytes(n[:]) }

func (n *num) String() string { return new(big.Int).SetBytes(n[:]).String() }

// bits is the width of the number: 0 for 0.
func (n *num) bits() int {
	for i, b := range n {
		if b != 0 {
			return 8*(31-i) + bits.Len8(b)
		}
	}
	return 0
}

// toNum reports false when z is negative or wider than 256 bits.
func toNum(z *big.Int) (n num, ok bool) {
	if z.Sign() < 0 || z.BitLen() > 256 {
		return n, false
	}
	z.FillBytes(n[:])
	return n, true
}

// digitsOnly reports whether s is (0|[1-9][0-9]*).
func digitsOnly(s string) bool {
	if s == "" || (s[0] == '0' && len(s) > 1) {
		return false
	}
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// longest number text that is converted; anything longer is refused before work is spent on it.
const maxDigits = 200

// parseDigits reads (0|[1-9][0-9]*).
func parseDigits(s string) (*big.Int, bool) {
	if len(s) > maxDigits || !digitsOnly(s) {
		return nil, false
	}
	return new(big.Int).SetString(s, 10)
}

// parseNum reads digits of at most 256 bits.
func parseNum(s string) (n num, ok bool) {
	if !digitsOnly(s) {
		return n, false
	}
	if len(s) <= 18 {
		v := uint64(0)
		for i := 0; i < len(s); i++ {
			v = v*10 + uint64(s[i]-'0')
		}
		for i := 31; v > 0; i-- {
			n[i] = byte(v)
			v >>= 8
		}
		return n, true
	}
	z, ok := parseDigits(s)
	if !ok {
		return n, false
	}
	return toNum(z)
}

// parseCount reads digits below 2^31: row counts, positions, shard numbers.
func parseCount(s string) (int, bool) {
	if len(s) > 10 || !digitsOnly(s) {
		return 0, false
	}
	v := 0
	for i := 0; i < len(s); i++ {
		v = v*10 + int(s[i]-'0')
	}
	return v, v < 1<<31
}

var errNumber = errors.New("not a number of the form (0|[1-9][0-9]*)(.[0-9]+)?")
var errPrecision = errors.New("too many fraction digits")

// decimal is digits · 10^-frac, as written.
type decimal struct {
	digits *big.Int
	frac   int
}

// splitDecimal checks (0|[1-9][0-9]*)(\.[0-9]+)? and returns both digit runs.
func splitDecimal(s string) (whole, frac string, err error) {
	if len(s) > maxDigits {
		return "", "", errNumber
	}
	whole, frac, dot := strings.Cut(s, ".")
	if !digitsOnly(whole) || (dot && frac == "") {
		return "", "", errNumber
	}
	for i := 0; i < len(frac); i++ {
		if frac[i] < '0' || frac[i] > '9' {
			return "", "", errNumber
		}
	}
	return whole, frac, nil
}

func parseDecimal(s string) (decimal, error) {
	whole, frac, err := splitDecimal(s)
	if err != nil {
		return decimal{}, err
	}
	z, _ := new(big.Int).SetString(whole+frac, 10)
	return decimal{z, len(frac)}, nil
}

// scaled reads a decimal as an integer of 10^-places; more fraction digits than places are refused, also zeros, since the writer meant a precision
// that the value does not have.
func scaled(s string, places int) (*big.Int, error) {
	d, err := parseDecimal(s)
	if err != nil {
		return nil, err
	}
	if d.frac > places {
		return nil, errPrecision
	}
	return d.digits.Mul(d.digits, pow10(places-d.frac)), nil
}

func (d decimal) rat() *big.Rat { return new(big.Rat).SetFrac(d.digits, pow10(d.frac)) }

func pow10(n int) *big.Int { return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil) }

// decimalText writes z · 10^-places without trailing fraction zeros.
func decimalText(z *big.Int, places int) string {
	s := fixedText(z, places)
	if places > 0 {
		s = strings.TrimRight(s, "0")
		s = strings.TrimSuffix(s, ".")
	}
	return s
}

// fixedText writes z · 10^-places with exactly that many fraction digits. z is not negative.
func fixedText(z *big.Int, places int) string {
	s := z.String()
	if places == 0 {
		return s
	}
	if len(s) <= places {
		s = strings.Repeat("0", places-len(s)+1) + s
	}
	return s[:len(s)-places] + "." + s[len(s)-places:]
}

// trimDecimal is the canonical text of a decimal that splitDecimal accepts.
func trimDecimal(s string) string {
	if strings.IndexByte(s, '.') < 0 {
		return s
	}
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}

// floorDiv is ⌊a/b⌋ for a ≥ 0, b > 0.
func floorDiv(a, b *big.Int) *big.Int { return new(big.Int).Quo(a, b) }

func floorRat(r *big.Rat) *big.Int { return floorDiv(r.Num(), r.Denom()) }

// decimalSum adds decimals of any precision exactly.
type decimalSum struct{ byPlaces map[int]*big.Int }

func (d *decimalSum) add(digits *big.Int, places int) {
	if d.byPlaces == nil {
		d.byPlaces = map[int]*big.Int{}
	}
	z := d.byPlaces[places]
	if z == nil {
		z = new(big.Int)
		d.byPlaces[places] = z
	}
	z.Add(z, digits)
}

// String is the sum without trailing fraction zeros.
func (d *decimalSum) String() string {
	most := 0
	for p := range d.byPlaces {
		most = max(most, p)
	}
	sum := new(big.Int)
	for p, z := range d.byPlaces {
		sum.Add(sum, new(big.Int).Mul(z, pow10(most-p)))
	}
	return decimalText(sum, most)
}
