package alloc

import (
	"bytes"
	"math/big"
	"math/bits"

	merkle "github.com/merkle-drop/merkle"
)

// maxFraction is the most fraction digits of any number in an input.
const maxFraction = 77

// parseDecimal reads (0|[1-9][0-9]*)(\.[0-9]+)? with at most the given fraction digits as digits·10^-scale, without trailing
// fraction zeros: 10.50 is 105 and 1. The digits must fit in 256 bits.
func parseDecimal(text []byte, fraction int) (digits merkle.Amount, scale uint8, err error) {
	if v, s, ok := parseShort(text, fraction); ok {
		return merkle.NewAmount(v), s, nil
	}
	if err := merkle.CheckDecimal(string(text), fraction); err != nil {
		return merkle.Amount{}, 0, err
	}
	if point := bytes.IndexByte(text, '.'); point >= 0 {
		frac := bytes.TrimRight(text[point+1:], "0")
		scale = uint8(len(frac))
		text = append(append(make([]byte, 0, len(text)), text[:point]...), frac...)
		if text = bytes.TrimLeft(text, "0"); len(text) == 0 {
			text = []byte{'0'}
		}
	}
	digits, err = merkle.ParseAmountBytes(text)
	return digits, scale, err
}

// parseShort is parseDecimal for text of at most 19 characters, nearly all there is; ok is false when parseDecimal must look.
func parseShort(text []byte, fraction int) (v uint64, scale uint8, ok bool) {
	if len(text) == 0 || len(text) > 19 || text[0] == '0' && len(text) > 1 && text[1] != '.' {
		return 0, 0, false
	}
	point := -1
	for i, c := range text {
		if c == '.' && point < 0 {
			point = i
			continue
		}
		if c -= '0'; c > 9 {
			return 0, 0, false
		}
		v = v*10 + uint64(c)
	}
	if point < 0 {
		return v, 0, true
	}
	n := len(text) - point - 1
	if point == 0 || n == 0 || n > fraction {
		return 0, 0, false
	}
	for ; n > 0 && v%10 == 0; n-- {
		v /= 10
	}
	return v, uint8(n), true
}

// pow10 is 10^n.
func pow10(n int) *big.Int {
	if n <= 19 {
		return new(big.Int).SetUint64(small10(n))
	}
	return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil)
}

// shift returns a·10^n; ok is false when it does not fit in 256 bits.
func shift(a merkle.Amount, n int) (merkle.Amount, bool) {
	if n > 77 && !a.IsZero() { // 10^78 is above 2^256
		return merkle.Amount{}, false
	}
	for ok := true; n > 0; n -= 19 {
		if a, ok = product(a, small10(min(n, 19))); !ok {
			return merkle.Amount{}, false
		}
	}
	return a, true
}

// cutDigits is ⌊a/10^n⌋.
func cutDigits(a merkle.Amount, n int) merkle.Amount {
	for ; n > 0 && !a.IsZero(); n -= 19 { // the floor of a floor is the floor of both at once
		a, _ = partOf(a, 1, small10(min(n, 19))) // not above a
	}
	return a
}

// appendDecimal writes digits·10^-scale without trailing fraction zeros.
func appendDecimal(dst []byte, digits merkle.Amount, scale int) []byte {
	if scale == 0 {
		return digits.AppendText(dst)
	}
	var room [78]byte
	return appendPointed(dst, digits.AppendText(room[:0]), scale)
}

// decimalText is digits·10^-scale without trailing fraction zeros.
func decimalText(digits *big.Int, scale int) string {
	return string(appendPointed(nil, digits.Append(nil, 10), scale))
}

func appendPointed(dst, digits []byte, scale int) []byte {
	if scale == 0 {
		return append(dst, digits...)
	}
	start := len(dst)
	if n := len(digits) - scale; n <= 0 {
		dst = append(dst, '0', '.')
		for ; n < 0; n++ {
			dst = append(dst, '0')
		}
		dst = append(dst, digits...)
	} else {
		dst = append(append(append(dst, digits[:n]...), '.'), digits[n:]...)
	}
	for dst[len(dst)-1] == '0' && len(dst) > start {
		dst = dst[:len(dst)-1]
	}
	return bytes.TrimSuffix(dst, []byte{'.'})
}

// numbers keeps amounts as codes of 8 bytes: those below 2^63 are their own code, wider ones are numbered.
type numbers struct{ wide []merkle.Amount }

const wideCode = 1 << 63

func (n *numbers) code(a merkle.Amount) uint64 {
	if v, ok := a.Uint64(); ok && v < wideCode {
		return v
	}
	n.wide = append(n.wide, a)
	return wideCode | uint64(len(n.wide)-1)
}

func (n *numbers) amount(code uint64) merkle.Amount {
	if code < wideCode {
		return merkle.NewAmount(code)
	}
	return n.wide[code&^wideCode]
}

func (n *numbers) compare(a, b uint64) int {
	return n.amount(a).Cmp(n.amount(b))
}

// words writes the number behind code to dst[:0], least significant word first, without leading zero words.
func (n *numbers) words(dst []uint64, code uint64) []uint64 {
	if code < wideCode {
		return trimmed(append(dst[:0], code))
	}
	w := n.wide[code&^wideCode].Words()
	return trimmed(append(dst[:0], w[:]...))
}

func appendWords(dst []big.Word, list ...uint64) []big.Word {
	for _, v := range list {
		dst = append(dst, big.Word(v))
		if bits.UintSize == 32 {
			dst = append(dst, big.Word(v>>32))
		}
	}
	for len(dst) > 0 && dst[len(dst)-1] == 0 {
		dst = dst[:len(dst)-1]
	}
	return dst
}

// total is a sum of amounts that cannot overflow: 384 bits for at most 2^32 amounts of 256.
type total struct{ w [6]uint64 }

func (t *total) add(a merkle.Amount) {
	var c uint64
	for i, v := range a.Words() {
		t.w[i], c = bits.Add64(t.w[i], v, c)
	}
	for i := 4; c != 0; i++ {
		t.w[i], c = bits.Add64(t.w[i], 0, c)
	}
}

func (t *total) addSmall(v uint64) {
	var c uint64
	t.w[0], c = bits.Add64(t.w[0], v, 0)
	for i := 1; c != 0; i++ {
		t.w[i], c = bits.Add64(t.w[i], 0, c)
	}
}

func (t *total) addCode(n *numbers, code uint64) {
	if code < wideCode {
		t.addSmall(code)
		return
	}
	t.add(n.wide[code&^wideCode])
}

func (t *total) big() *big.Int {
	return new(big.Int).SetBits(appendWords(nil, t.w[:]...))
}
