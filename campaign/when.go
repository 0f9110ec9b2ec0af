package campaign

import (
	"errors"
	"time"
)

// What may be wrong with the text of a time (docs/rules/common.md, "Instants").
var (
	ErrInstant = errors.New("is not an instant: RFC 3339 with offset and whole seconds, such as 2026-01-31T23:59:59+01:00, in 1970 to 9999")
	ErrDay     = errors.New("is not a day, YYYY-MM-DD in 1970 to 9999")
	ErrMonth   = errors.New("is not a month, YYYY-MM in 1970 to 9999")
	ErrZone    = errors.New("is not a zone, such as +00:00 or -05:30")
)

// Instant reads an instant as Unix seconds.
func Instant(text []byte) (int64, error) {
	if len(text) != len("2026-01-31T23:59:59Z") && len(text) != len("2026-01-31T23:59:59+01:00") || text[10] != 'T' || text[13] != ':' || text[16] != ':' {
		return 0, ErrInstant
	}
	day, err := Day(text[:10])
	h, ok1 := digits(text[11:13], 0, 23)
	m, ok2 := digits(text[14:16], 0, 59)
	s, ok3 := digits(text[17:19], 0, 59)
	if err != nil || !ok1 || !ok2 || !ok3 {
		return 0, ErrInstant
	}
	seconds := day*86400 + int64(h)*3600 + int64(m)*60 + int64(s)
	if len(text) == 20 {
		if text[19] != 'Z' {
			return 0, ErrInstant
		}
		return seconds, nil
	}
	zone, err := Zone(text[19:])
	if err != nil {
		return 0, ErrInstant
	}
	return seconds - zone, nil
}

// Day reads a day as a number of days since 1970-01-01.
func Day(text []byte) (int64, error) {
	if len(text) != 10 || text[4] != '-' || text[7] != '-' {
		return 0, ErrDay
	}
	y, ok1 := digits(text[:4], 1970, 9999)
	m, ok2 := digits(text[5:7], 1, 12)
	d, ok3 := digits(text[8:], 1, 31)
	if !ok1 || !ok2 || !ok3 {
		return 0, ErrDay
	}
	at := time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC)
	if at.Day() != d {
		return 0, ErrDay
	}
	return at.Unix() / 86400, nil
}

// Month reads a month as year·12 + month − 1.
func Month(text []byte) (int, error) {
	if len(text) != 7 || text[4] != '-' {
		return 0, ErrMonth
	}
	y, ok1 := digits(text[:4], 1970, 9999)
	m, ok2 := digits(text[5:], 1, 12)
	if !ok1 || !ok2 {
		return 0, ErrMonth
	}
	return y*12 + m - 1, nil
}

// MonthText is the text of a month as Month counts it.
func MonthText(month int) string { return string(AppendMonth(nil, month)) }

// AppendMonth appends the text of a month as Month counts it, 1970 to 9999.
func AppendMonth(dst []byte, month int) []byte {
	y, m := month/12, month%12+1
	return append(dst, byte('0'+y/1000), byte('0'+y/100%10), byte('0'+y/10%10), byte('0'+y%10), '-', byte('0'+m/10), byte('0'+m%10))
}

// MonthEnd is the first instant after a month in a zone of that many seconds east.
func MonthEnd(month int, zone int64) int64 {
	return time.Date((month+1)/12, time.Month((month+1)%12+1), 1, 0, 0, 0, 0, time.UTC).Unix() - zone
}

// Zone reads an offset as seconds east.
func Zone(text []byte) (int64, error) {
	if len(text) != 6 || text[3] != ':' || text[0] != '+' && text[0] != '-' {
		return 0, ErrZone
	}
	h, ok1 := digits(text[1:3], 0, 23)
	m, ok2 := digits(text[4:], 0, 59)
	if !ok1 || !ok2 {
		return 0, ErrZone
	}
	v := int64(h)*3600 + int64(m)*60
	if text[0] == '-' {
		v = -v
	}
	return v, nil
}

// digits reads decimal digits between least and most.
func digits(text []byte, least, most int) (int, bool) {
	v := 0
	for _, c := range text {
		if c < '0' || c > '9' {
			return 0, false
		}
		v = v*10 + int(c-'0')
	}
	return v, v >= least && v <= most
}

// when reads text of one of the forms above.
func when[T any](r *reader, n *node, field string, parse func([]byte) (T, error)) (string, T) {
	var zero T
	v, ok := r.str(n, field)
	if !ok {
		return "", zero
	}
	at, err := parse([]byte(v))
	if err != nil {
		r.fault(n.pos, field, v, err)
		return "", zero
	}
	return v, at
}
