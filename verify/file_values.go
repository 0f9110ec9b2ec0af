package verify

import (
	"math/big"
	"strings"
)

// evmAccount reads an address as files spell it, into lower-case text and bytes, and notes what is odd with its place. lower counts the keys without checksum.
func (p *filePass) evmAccount(text, where string) (a account, ok bool) {
	s := strings.TrimSpace(text)
	if s != text {
		p.remark(RowSpelling, where, quotedText(text), "without the blanks")
	}
	if strings.HasPrefix(s, "0X") {
		p.remark(RowSpelling, where, quotedText(text), "0x")
	}
	bare := s
	if len(s) > 1 && s[0] == '0' && (s[1] == 'x' || s[1] == 'X') {
		bare = s[2:]
	}
	if len(bare) != 40 {
		p.fault(RowAccount, where, quotedText(text), "0x and 40 hex digits")
		return a, false
	}
	var lower, upper bool
	for i := 0; i < 40; i++ {
		v, up, ok := nibble(bare[i])
		if !ok {
			p.fault(RowAccount, where, quotedText(text), "0x and 40 hex digits")
			return a, false
		}
		if v > 9 {
			lower, upper = lower || !up, upper || up
		}
		a.raw[i/2] = a.raw[i/2]<<4 | v
	}
	a.fam = evm
	switch {
	case lower && upper:
		if want := checksumText(a.raw[:20]); want[2:] != bare {
			p.fault(RowChecksum, where, quotedText(text), want)
		}
	case upper:
		if want := checksumText(a.raw[:20]); want[2:] != bare {
			p.remark(RowSpelling, where, quotedText(text), want)
		}
	}
	return a, true
}

// lowerCase reports an address with letters, all of them small, so that nothing checks its digits.
func lowerCase(text string) bool {
	return len(text) >= 40 && text == strings.ToLower(text) && strings.ContainsAny(text[max(0, len(text)-40):], "abcdef")
}

func quotedText(s string) string { return `"` + clip(s) + `"` }

// integer reads a non-negative integer as files spell it: decimal digits or 0x and hex digits in a string, a JSON number of any size (whole, also with an exponent),
// or the object {"type": "BigNumber", "hex": "0x…"} that ethers writes. It is exact. odd says that the spelling is one that other readers may take for another value.
func integer(v jval) (n *big.Int, odd string, ok bool) {
	switch v.kind() {
	case '"':
		return integerText(v.text())
	case '0':
		return wholeNumber(v.text())
	case '{':
		if h, ok := firstOf(v, "hex", "_hex"); ok && h.kind() == '"' {
			return integerText(h.text())
		}
	}
	return nil, "", false
}

func integerText(s string) (n *big.Int, odd string, ok bool) {
	if t := strings.TrimSpace(s); t != s {
		s, odd = t, "blanks around a number"
	}
	if len(s) > maxDigits {
		return nil, "", false
	}
	if strings.HasPrefix(s, "0X") {
		odd = "0X"
	}
	if strings.HasPrefix(s, "0x") || odd == "0X" {
		if len(s) == 2 {
			return nil, "", false
		}
		for i := 2; i < len(s); i++ {
			if _, _, ok := nibble(s[i]); !ok {
				return nil, "", false
			}
		}
		n, ok = new(big.Int).SetString(s[2:], 16)
		return n, odd, ok
	}
	if s == "" {
		return nil, "", false
	}
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return nil, "", false
		}
	}
	if len(s) > 1 && s[0] == '0' {
		odd = "leading zeros"
	}
	n, ok = new(big.Int).SetString(s, 10)
	return n, odd, ok
}

// wholeNumber is the exact value of a JSON number that is whole.
func wholeNumber(s string) (*big.Int, string, bool) {
	if digitsOnly(s) && len(s) <= maxDigits {
		n, ok := new(big.Int).SetString(s, 10)
		return n, "", ok
	}
	mantissa, exponent, _ := strings.Cut(strings.ToLower(s), "e")
	negative := strings.HasPrefix(exponent, "-")
	e, ok := parseCount(strings.TrimLeft(strings.TrimLeft(exponent, "+-"), "0"))
	if !ok {
		if strings.Trim(exponent, "+-0") != "" {
			return nil, "", false
		}
		e = 0
	}
	whole, frac, _ := strings.Cut(mantissa, ".")
	if strings.HasPrefix(whole, "-") || e > maxDigits || len(s) > maxDigits {
		return nil, "", false
	}
	digits, power := whole+frac, e
	if negative {
		power = -e
	}
	power -= len(frac)
	n, ok := new(big.Int).SetString(digits, 10)
	if !ok {
		return nil, "", false
	}
	ten := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(max(power, -power))), nil)
	if power >= 0 {
		return n.Mul(n, ten), "a number with a point or an exponent", true
	}
	n, rest := n.QuoRem(n, ten, new(big.Int))
	return n, "a number with a point or an exponent", rest.Sign() == 0
}

// amount reads a value as an integer of at most 256 bits and returns its decimal digits; what is wrong or odd is noted at where.
func (p *filePass) amount(v jval, where func(at int) string) (string, bool) {
	n, odd, ok := integer(v)
	if !ok {
		p.fault(RowValue, where(v.at), clip(v.raw()), "a whole number that is not negative")
		return "", false
	}
	if odd != "" {
		p.remark(RowSpelling, where(v.at), clip(v.raw()), n.String()+": "+odd)
	}
	if n.BitLen() > 256 {
		p.fault(RowWidth, where(v.at), n.String(), "at most 256 bits")
		return "", false
	}
	return n.String(), true
}

// hashText reads a hash of some width: hex digits of any case with or without 0x, base58 of 32 bytes, or a list of byte numbers.
func hashValue(v jval, width int) (d digest, ok bool) {
	if v.kind() == '[' {
		k, good := 0, true
		v.items(func(i int, item jval) bool {
			n, ok := parseCount(item.text())
			if !ok || n > 255 || i >= width || item.kind() != '0' {
				good = false
				return false
			}
			d[i] = byte(n)
			k++
			return true
		})
		return d, good && k == width
	}
	if x, ok := firstOf(v, "data", "hash", "hex"); ok && v.kind() == '{' { // merkletreejs writes {position, data}, Node a Buffer
		return hashValue(x, width)
	}
	if v.kind() != '"' {
		return d, false
	}
	return hashOf(v.text(), width)
}

func hashOf(s string, width int) (d digest, ok bool) {
	bare := s
	if len(s) > 1 && s[0] == '0' && (s[1] == 'x' || s[1] == 'X') {
		bare = s[2:]
	}
	if len(bare) == 2*width {
		for i := 0; i < len(bare); i++ {
			v, _, ok := nibble(bare[i])
			if !ok {
				return d, false
			}
			d[i/2] = d[i/2]<<4 | v
		}
		return d, true
	}
	if width == 32 && unbase58(&d, s) {
		return d, true
	}
	return digest{}, false
}

// jsonProof reads the proof at a row's place: a list of hashes, or one text of hashes end to end.
func jsonProof(dst []digest, r *fileRow, width int) ([]digest, error) {
	v := jval{r.src.doc, r.proof}
	if v.kind() == '"' {
		s := strings.TrimPrefix(v.text(), "0x")
		if len(s)%(2*width) != 0 {
			return dst, errProof
		}
		for i := 0; i < len(s); i += 2 * width {
			d, ok := hashOf(s[i:i+2*width], width)
			if !ok {
				return dst, errProof
			}
			dst = append(dst, d)
		}
		return dst, nil
	}
	good := v.kind() == '['
	v.items(func(_ int, item jval) bool {
		d, ok := hashValue(item, width)
		good = good && ok
		dst = append(dst, d)
		return good
	})
	if !good {
		return dst, errProof
	}
	return dst, nil
}
