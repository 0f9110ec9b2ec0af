package merkle

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// MaxFaults is how many faults of one reading are kept; the rest are counted.
const MaxFaults = 1000

// Fault is one refused value and where it stands. errors.Is sees Err.
type Fault struct {
	Pos   Pos
	Field string // column or key, may be empty
	Value string // as written, shortened when long; printed when Field is set
	Err   error
}

// Error is `file:line:col: field "value": reason`.
func (f *Fault) Error() string {
	if f.Field == "" {
		return fmt.Sprintf("%s: %v", f.Pos, f.Err)
	}
	return fmt.Sprintf("%s: %s %s: %v", f.Pos, f.Field, quote(f.Value), f.Err)
}

// Unwrap returns Err.
func (f *Fault) Unwrap() error { return f.Err }

// quote shortens long values and escapes what does not print, so that a hostile cell cannot draw on a terminal.
func quote(v string) string {
	const most = 80
	if len(v) > most {
		return strconv.QuoteToASCII(v[:most]) + "…"
	}
	return strconv.Quote(v)
}

// Faults is all that was refused in one run, by place. It is an input error: exit status 3.
type Faults struct {
	List []*Fault
	More int // faults beyond MaxFaults that were counted only
}

// Add keeps f, or counts it when MaxFaults are held already.
func (fs *Faults) Add(f *Fault) {
	if len(fs.List) >= MaxFaults {
		fs.More++
		return
	}
	fs.List = append(fs.List, f)
}

// Addf adds a fault without a value.
func (fs *Faults) Addf(p Pos, format string, args ...any) {
	fs.Add(&Fault{Pos: p, Err: fmt.Errorf(format, args...)})
}

// Err returns nil when nothing was refused, else fs with its list sorted by place.
func (fs *Faults) Err() error {
	if fs == nil || len(fs.List) == 0 {
		return nil
	}
	slices.SortStableFunc(fs.List, func(a, b *Fault) int {
		return cmp.Or(strings.Compare(a.Pos.File, b.Pos.File), a.Pos.Line-b.Pos.Line, a.Pos.Col-b.Pos.Col)
	})
	return fs
}

// Error is one fault a line.
func (fs *Faults) Error() string {
	var b strings.Builder
	for i, f := range fs.List {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(f.Error())
	}
	if fs.More > 0 {
		fmt.Fprintf(&b, "\nand %d more", fs.More)
	}
	return b.String()
}

// Unwrap gives errors.Is and errors.As every fault.
func (fs *Faults) Unwrap() []error {
	errs := make([]error, len(fs.List))
	for i, f := range fs.List {
		errs[i] = f
	}
	return errs
}

// AsFaults returns the faults inside err, if it holds any.
func AsFaults(err error) (*Faults, bool) {
	var fs *Faults
	if errors.As(err, &fs) {
		return fs, true
	}
	return nil, false
}
