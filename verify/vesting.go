package verify

import (
	"errors"
	"fmt"
	"math/big"
	"strconv"
)

// curve is floor + (a·x³ + b·x)·(1 − floor).
type curve struct{ floor, a, b *big.Rat }

func (c *curve) at(x *big.Rat) *big.Rat {
	y := new(big.Rat).Mul(x, x)
	y.Mul(y, x).Mul(y, c.a)
	y.Add(y, new(big.Rat).Mul(c.b, x))
	y.Mul(y, new(big.Rat).Sub(big.NewRat(1, 1), c.floor))
	return y.Add(y, c.floor)
}

// ofMonths is the curve at m of full whole months, 1 from there on.
func (c *curve) ofMonths(m, full int) *big.Rat {
	return c.at(big.NewRat(int64(min(m, full)), int64(full)))
}

// vesting is the table from periods to the fraction that vests.
type vesting struct {
	curve      curve
	periods    []int // ascending
	full       int
	convention string
	milestones map[int]*big.Rat
	table      map[int]*big.Rat // at 0 and at the periods up to full
}

// at is f(m) for 0 and the periods.
func (v *vesting) at(m int) *big.Rat { return v.table[min(m, v.full)] }

// fill computes the table; f(0) is the floor and f(full) is 1, unless a milestone says otherwise.
func (v *vesting) fill() error {
	v.table = map[int]*big.Rat{}
	one, before := big.NewRat(1, 1), new(big.Rat)
	for _, m := range append([]int{0}, v.periods...) {
		if m > v.full {
			break
		}
		f, named := v.milestones[m]
		var err error
		switch {
		case named && m == v.full && f.Cmp(one) != 0:
			err = errors.New("the milestone of the full time can only be 1")
		case named:
		case m == 0:
			f = v.curve.floor
		case m == v.full:
			f = one
		default:
			f, err = v.formula(m)
		}
		if err == nil && (f.Cmp(before) < 0 || f.Cmp(one) > 0) {
			err = fmt.Errorf("%s is below the entry before it or above 1", f.RatString())
		}
		if err != nil {
			return fmt.Errorf("at %d months: %w", m, err)
		}
		v.table[m], before = f, f
	}
	if v.table[v.full] == nil {
		return errors.New("the full time is not one of the periods")
	}
	for m := range v.milestones {
		if v.table[m] == nil {
			return fmt.Errorf("milestone %d is neither 0 nor a period up to the full time", m)
		}
	}
	return nil
}

// formula is the curve at m months by the convention.
func (v *vesting) formula(m int) (*big.Rat, error) {
	x := new(big.Rat)
	switch v.convention {
	case "months":
		x.SetFrac64(int64(m), int64(v.full))
	case "days-30-365":
		x.SetFrac64(30*int64(m), 365)
	case "ratio-3dp":
		x.SetFrac(roundTo(big.NewRat(30*int64(m), 365), 3, "half-up"), big.NewInt(1000))
	case "t-12.17": // full · 12.17/12 months
		x.SetFrac(big.NewInt(int64(m)*1200), big.NewInt(int64(v.full)*1217))
	case "bps-30-365":
		return v.basisPoints(m)
	}
	return v.curve.at(x), nil
}

// basisPoints is the curve in integers of 1/10000, each term floored.
func (v *vesting) basisPoints(m int) (*big.Rat, error) {
	var in [3]*big.Int
	for i, r := range []*big.Rat{v.curve.floor, v.curve.a, v.curve.b} {
		x := new(big.Rat).Mul(r, big.NewRat(10000, 1))
		if !x.IsInt() {
			return nil, errors.New(r.RatString() + " is not a whole number of basis points")
		}
		in[i] = x.Num()
	}
	days := big.NewInt(30 * int64(m))
	year := big.NewInt(365)
	cube := func(x *big.Int) *big.Int { return new(big.Int).Mul(x, new(big.Int).Mul(x, x)) }
	a := floorDiv(new(big.Int).Mul(in[1], cube(days)), cube(year))
	b := floorDiv(new(big.Int).Mul(in[2], days), year)
	c := new(big.Int).Mul(a.Add(a, b), new(big.Int).Sub(big.NewInt(10000), in[0]))
	c = floorDiv(c, big.NewInt(10000))
	return new(big.Rat).SetFrac(c.Add(c, in[0]), big.NewInt(10000)), nil
}

// vesting reads the settings of months.md.
func (r *memberReader) vesting(at string, v *value) *vesting {
	e := r.settings(at, v, "", "periods full curve convention milestones")
	w := &vesting{full: 12, periods: []int{3, 6, 9, 12, 24, 48}, convention: or(e.text("convention"), "months"), milestones: map[int]*big.Rat{},
		curve: curve{big.NewRat(1, 10), big.NewRat(73, 100), big.NewRat(27, 100)}}
	r.oneOf(at+".convention", w.convention, "months", "days-30-365", "bps-30-365", "ratio-3dp", "t-12.17")
	if !e.missing("full") {
		w.full = e.count("full")
	}
	if !e.missing("periods") {
		w.periods = nil
		for i, s := range e.texts("periods") {
			m, ok := parsePeriod(s)
			if !ok || (i > 0 && m <= w.periods[i-1]) {
				r.fail(at+".periods["+strconv.Itoa(i)+"]", strconv.Quote(s), "1 to 1200 months, ascending")
				return w
			}
			w.periods = append(w.periods, m)
		}
	}
	if !e.missing("curve") {
		c := r.settings(at+".curve", e.get("curve"), "floor a b", "")
		w.curve = curve{r.factor(at+".curve.floor", c.text("floor")), r.factor(at+".curve.a", c.text("a")), r.factor(at+".curve.b", c.text("b"))}
	}
	if sum := new(big.Rat).Add(w.curve.a, w.curve.b); sum.Cmp(big.NewRat(1, 1)) != 0 || w.curve.floor.Cmp(big.NewRat(1, 1)) > 0 {
		r.fail(at+".curve", "a + b = "+sum.RatString()+", floor "+w.curve.floor.RatString(), "a + b = 1, floor at most 1")
		return w
	}
	if stones := e.get("milestones"); !e.missing("milestones") {
		for i, name := range stones.names {
			m, ok := parseCount(name)
			if !ok {
				r.fail(at+".milestones", strconv.Quote(name), "0 or a period")
				return w
			}
			w.milestones[m] = r.factor(at+".milestones."+name, r.text(at+".milestones."+name, &stones.items[i]))
		}
	}
	if err := w.fill(); err != nil {
		r.fail(at, err.Error(), "")
	}
	return w
}

// factor reads a decimal exactly; 0 in place of what is none.
func (r *memberReader) factor(at, s string) *big.Rat {
	d, err := parseDecimal(s)
	if err != nil {
		r.fail(at, strconv.Quote(clip(s)), "a decimal")
		return new(big.Rat)
	}
	return d.rat()
}

// parsePeriod reads a number of months that can be staked for.
func parsePeriod(s string) (int, bool) {
	m, ok := parseCount(s)
	return m, ok && m >= 1 && m <= 1200
}
