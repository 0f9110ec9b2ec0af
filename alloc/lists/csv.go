package lists

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"time"

	merkle "github.com/merkle-drop/merkle"
)

// plain is a list in this tool's own form: columns named after the leaf's fields.
var plain = form{Kind: Kind{Name: "table", Form: "CSV or JSON Lines with columns named after the profile's fields"}}

func header(want ...string) func([]string) bool {
	return func(have []string) bool { return slices.Equal(have, want) }
}

// csvForms are the CSV files of platforms. Those whose header says too little to be told from a plain list are only found with
// the platform's own profile, see suits.
var csvForms = []form{
	{Kind: Kind{"csv-jito", "pubkey,amount_unlocked,amount_locked,category; whole units of 10^9", false},
		csv: header("pubkey", "amount_unlocked", "amount_locked", "category"), set: openJito},
	{Kind: Kind{"csv-jupiter", "pubkey,amount,locked_amount in whole tokens", true}, csv: header("pubkey", "amount", "locked_amount")},
	{Kind: Kind{"csv-sablier", "address,amount in whole tokens", true}, csv: addressAmount},
	{Kind: Kind{"csv-hedgey", "address,amount in whole tokens", true}, csv: addressAmount},
	{Kind: Kind{"csv-safe", "owner,duration,startDate,amount with dates, also with vestingId", false}, csv: isSafe, set: openSafe},
}

func addressAmount(have []string) bool {
	return len(have) == 2 && foldASCII(have[0]) == "address" && foldASCII(have[1]) == "amount"
}

// suits reports whether a CSV form may be found out for a profile. address,amount is how many people head a list of base units.
func suits(kind, profile string) bool {
	switch kind {
	case "csv-sablier":
		return profile == "sablier-v1"
	case "csv-hedgey":
		return profile == "hedgey-v1"
	}
	return true
}

func foldASCII(s string) string { return string(bytes.ToLower([]byte(s))) }

// jitoDecimals is fixed in Jito's generator; its amounts are whole units.
const jitoDecimals = 9

func openJito(l *List, o Options) {
	l.Reports = []string{"category"}
	if o.Unit == "" && o.Decimals < 0 {
		l.Amount = &Number{Tokens: true, Decimals: jitoDecimals, Cut: o.Cut}
	} else if o.Unit == "" {
		l.Amount = &Number{Tokens: true, Decimals: o.Decimals, Cut: o.Cut}
	}
}

func isSafe(have []string) bool {
	for _, name := range []string{"owner", "duration", "startDate", "amount"} {
		if !slices.Contains(have, name) {
			return false
		}
	}
	return !slices.ContainsFunc(have, func(name string) bool {
		return !slices.Contains([]string{"vestingId", "owner", "duration", "startDate", "amount"}, name)
	})
}

func openSafe(l *List, _ Options) {
	l.Reports = []string{"vestingId"}
	l.Rows = &safeRows{Rows: l.Rows}
}

// ErrDate is the cause of every fault of a date.
var ErrDate = errors.New("not a date such as 2018-09-27T10:00:00+00:00")

// safeRows renames duration to durationWeeks and turns startDate into seconds since 1970.
type safeRows struct {
	Rows
	seconds []byte
}

func (s *safeRows) Header() []string {
	out := slices.Clone(s.Rows.Header())
	if i := slices.Index(out, "duration"); i >= 0 {
		out[i] = "durationWeeks"
	}
	return out
}

// Cell leaves text that is no date as it is: it is then refused as a number, with its place.
func (s *safeRows) Cell(i int) []byte {
	cell := s.Rows.Cell(i)
	if s.Rows.Header()[i] != "startDate" {
		return cell
	}
	t, err := time.Parse(time.RFC3339, string(cell))
	if err != nil || t.Nanosecond() != 0 || t.Unix() < 0 {
		return cell
	}
	s.seconds = fmt.Appendf(s.seconds[:0], "%d", t.Unix())
	return s.seconds
}

// looseAccount reads an account whatever blanks and letter case its text has: enough to see which texts mean one account. How it
// is written is judged where rows become claims.
func looseAccount(text []byte) (merkle.Account, error) {
	text = bytes.TrimSpace(text)
	if len(text) == 42 && (text[1] == 'x' || text[1] == 'X') {
		text = bytes.ToLower(text)
	}
	return merkle.ParseAccountAny(text)
}

func sameAccount(a, b []byte) bool {
	x, err := looseAccount(a)
	if err != nil {
		return false
	}
	y, err := looseAccount(b)
	return err == nil && x == y
}
