package verify

import (
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestHumanUnits(t *testing.T) {
	for _, c := range []struct {
		text       string
		places     int
		units, cut string
		wrong      bool
	}{
		{"1000.12345678", 6, "1000123456", "78", false},
		{"9.12345678", 6, "9123456", "78", false},
		{"1", 9, "1000000000", "", false},
		{"0", 9, "0", "", false},
		{".5", 1, "5", "", false},
		{".5", 0, "0", "5", false},
		{"5.", 2, "500", "", false},
		{"1.1000", 1, "11", "", false},
		{"007", 0, "7", "", false},
		{"18446744073.709551616", 9, "18446744073709551616", "", false},
		{"", 6, "", "", true},
		{".", 6, "", "", true},
		{"1,5", 6, "", "", true},
		{"1e3", 6, "", "", true},
		{"-1", 6, "", "", true},
		{"1.2.3", 6, "", "", true},
		{" 1", 6, "", "", true},
		{"1", 78, "", "", true},
		{strings.Repeat("9", 500), 6, "", "", true},
	} {
		units, cut, err := humanUnits(c.text, c.places)
		if (err != nil) != c.wrong {
			t.Errorf("%q with %d decimals: error %v", c.text, c.places, err)
			continue
		}
		if err == nil && (units.String() != c.units || cut != c.cut) {
			t.Errorf("%q with %d decimals: %s, cut %q; want %s, cut %q", c.text, c.places, units, cut, c.units, c.cut)
		}
	}
}

// What is read and what is cut off together are the text again, whatever the number of decimals.
func TestHumanUnitsLosesNothingUnsaid(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		whole := rapid.StringMatching(`0|[1-9][0-9]{0,20}`).Draw(t, "whole")
		frac := rapid.StringMatching(`[0-9]{0,25}`).Draw(t, "frac")
		places := rapid.IntRange(0, 30).Draw(t, "places")
		units, cut, err := humanUnits(whole+"."+frac, places)
		if err != nil {
			t.Fatal(err)
		}
		all, _ := new(big.Int).SetString(whole+frac+strings.Repeat("0", 60-len(frac)), 10)
		back := new(big.Int).Mul(units, pow10(60-places))
		if cut != "" {
			rest, _ := new(big.Int).SetString(cut, 10)
			back.Add(back, rest.Mul(rest, pow10(60-places-len(cut))))
		}
		if back.Cmp(all) != 0 {
			t.Fatalf("%s.%s with %d decimals: %s and cut %q", whole, frac, places, units, cut)
		}
	})
}

func TestInstantSeconds(t *testing.T) {
	for _, c := range []struct {
		text  string
		want  int64
		wrong bool
	}{
		{"2018-09-27T10:00:00+00:00", 1538042400, false},
		{"2022-07-07T22:00:00.000Z", 1657231200, false},
		{"2025-12-06T00:00:00+00:00", 1764979200, false},
		{"1538042400", 1538042400, false},
		{"2022-07-07T22:00:00.5Z", 0, true},
		{"2022-07-07", 0, true},
		{"2022-07-07T22:00:00", 0, true},
		{"", 0, true},
		{"1960-01-01T00:00:00Z", 0, true},
		{"99999999999999999999", 0, true},
	} {
		got, err := instantSeconds(c.text)
		if (err != nil) != c.wrong || got != c.want {
			t.Errorf("%q: %d, %v; want %d", c.text, got, err, c.want)
		}
	}
}
