package verify

import (
	"errors"
	"strconv"
	"time"
)

var (
	errInstant = errors.New("not RFC 3339 with offset and whole seconds, of the years 1970 to 9999")
	errDay     = errors.New("not a day YYYY-MM-DD")
	errMonth   = errors.New("not a month YYYY-MM")
	errZone    = errors.New("not an offset +HH:MM or -HH:MM")
)

// parseInstant reads an instant as seconds since 1970 in UTC.
func parseInstant(s string) (int64, error) {
	if len(s) != 25 && (len(s) != 20 || s[19] != 'Z') {
		return 0, errInstant
	}
	t, err := time.Parse("2006-01-02T15:04:05Z07:00", s)
	if err != nil || t.Year() < 1970 || t.Year() > 9999 {
		return 0, errInstant
	}
	if len(s) == 25 {
		if _, err := parseZone(s[19:]); err != nil {
			return 0, errInstant
		}
	}
	return t.Unix(), nil
}

// parseDay reads a day as the number of days since 1970.
func parseDay(s string) (int64, error) {
	t, err := time.Parse("2006-01-02", s)
	if err != nil || len(s) != 10 || t.Year() < 1970 {
		return 0, errDay
	}
	return t.Unix() / secondsOfDay, nil
}

const secondsOfDay = 86400

// parseZone reads an offset in seconds east of UTC.
func parseZone(s string) (int64, error) {
	if len(s) != 6 || (s[0] != '+' && s[0] != '-') || s[3] != ':' {
		return 0, errZone
	}
	for _, i := range []int{1, 2, 4, 5} {
		if s[i] < '0' || s[i] > '9' {
			return 0, errZone
		}
	}
	h, m := int64(s[1]-'0')*10+int64(s[2]-'0'), int64(s[4]-'0')*10+int64(s[5]-'0')
	if h > 23 || m > 59 {
		return 0, errZone
	}
	if s[0] == '-' {
		return -(h*60 + m) * 60, nil
	}
	return (h*60 + m) * 60, nil
}

// month is a calendar month, counted from year 0: 12 · year + month − 1.
type month int32

func parseMonth(s string) (month, error) {
	t, err := time.Parse("2006-01", s)
	if err != nil || len(s) != 7 || t.Year() < 1970 {
		return 0, errMonth
	}
	return month(t.Year()*12 + int(t.Month()) - 1), nil
}

func (m month) String() string {
	y, n := strconv.Itoa(int(m)/12), strconv.Itoa(int(m)%12+1)
	return "0000"[min(4, len(y)):] + y + "-" + "00"[len(n):] + n
}

// begin is the first instant of the month in a zone. Months after 9999 are only reached by adding periods.
func (m month) begin(zone int64) int64 {
	return time.Date(int(m)/12, time.Month(int(m)%12+1), 1, 0, 0, 0, 0, time.UTC).Unix() - zone
}
