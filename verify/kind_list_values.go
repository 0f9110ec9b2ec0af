package verify

import (
	"errors"
	"math/big"
	"strconv"
	"strings"
	"time"
)

var (
	errAmountText  = errors.New("not an amount: digits with at most one point")
	errDecimals    = errors.New("decimals are 0 to 77")
	errListInstant = errors.New("not an instant such as 2022-07-07T22:00:00+00:00, nor seconds since 1970")
)

// humanUnits reads an amount in whole tokens as base units of 10^-places. What stands behind that many fraction digits is handed back: the tools of these lists cut it
// off without a word. Leading zeros and a missing digit on one side of the point are read, since the spreadsheets that such lists come from write them.
func humanUnits(s string, places int) (units *big.Int, cut string, err error) {
	if places < 0 || places > 77 {
		return nil, "", errDecimals
	}
	if len(s) > maxDigits {
		return nil, "", errAmountText
	}
	whole, frac, _ := strings.Cut(s, ".")
	if whole == "" && frac == "" {
		return nil, "", errAmountText
	}
	for _, part := range [2]string{whole, frac} {
		for i := 0; i < len(part); i++ {
			if part[i] < '0' || part[i] > '9' {
				return nil, "", errAmountText
			}
		}
	}
	if len(frac) > places {
		frac, cut = frac[:places], frac[places:]
		if strings.Trim(cut, "0") == "" {
			cut = ""
		}
	}
	text := whole + frac + strings.Repeat("0", places-len(frac))
	if text == "" { // ".5" of a token without decimals
		return new(big.Int), cut, nil
	}
	units, _ = new(big.Int).SetString(text, 10)
	return units, cut, nil
}

// instantSeconds reads an instant of a list: RFC 3339 with an offset, or seconds since 1970 as digits. Fractions of a second are refused unless they are zero.
func instantSeconds(s string) (int64, error) {
	if digitsOnly(s) {
		if n, err := strconv.ParseInt(s, 10, 64); err == nil {
			return n, nil
		}
		return 0, errListInstant
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil || t.Nanosecond() != 0 || t.Unix() < 0 {
		return 0, errListInstant
	}
	return t.Unix(), nil
}
