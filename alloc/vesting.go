package alloc

import (
	"errors"
	"fmt"
	"math/big"
	"slices"

	"github.com/merkle-drop/merkle/campaign"
)

// ErrVesting is the cause when a vesting table has no meaning.
var ErrVesting = errors.New("vesting table")

// vesting is the table of docs/rules/months.md: what has vested after 0 months and after each period.
type vesting struct {
	periods []int
	full    int
	table   map[int]*big.Rat // 0 and the periods up to full
	curve   curve
}

// curve is floor + (a·x³ + b·x)·(1 − floor).
type curve struct{ floor, a, b *big.Rat }

func (c curve) at(x *big.Rat) *big.Rat {
	sum := new(big.Rat).Mul(x, x)
	sum.Add(sum.Mul(sum.Mul(sum, x), c.a), new(big.Rat).Mul(c.b, x))
	rest := new(big.Rat).Sub(big.NewRat(1, 1), c.floor)
	return sum.Add(sum.Mul(sum, rest), c.floor)
}

// months is the curve after m of full whole months; it stays at 1 from there on.
func (c curve) months(m, full int) *big.Rat {
	return c.at(big.NewRat(int64(min(m, full)), int64(full)))
}

// newVesting fills the table from the curve and lays the milestones over it.
func newVesting(set *campaign.Vesting) (*vesting, error) {
	v := &vesting{periods: set.Periods, full: set.Full, table: map[int]*big.Rat{}}
	for _, part := range []struct {
		to   **big.Rat
		text string
	}{{&v.curve.floor, set.Floor}, {&v.curve.a, set.A}, {&v.curve.b, set.B}} {
		x, ok := new(big.Rat).SetString(part.text)
		if !ok {
			return nil, fmt.Errorf("%w: %q is not a decimal", ErrVesting, part.text)
		}
		*part.to = x
	}
	if !slices.Contains(v.periods, v.full) {
		return nil, fmt.Errorf("%w: full is %d, which is not one of the periods", ErrVesting, v.full)
	}
	last := new(big.Rat)
	for _, m := range append([]int{0}, v.periods...) {
		if m > v.full {
			break
		}
		f, err := v.entry(set, m)
		if err != nil {
			return nil, err
		}
		if f.Cmp(last) < 0 {
			return nil, fmt.Errorf("%w: %s vests after %d months, less than before", ErrVesting, f.RatString(), m)
		}
		if f.Cmp(big.NewRat(1, 1)) > 0 {
			return nil, fmt.Errorf("%w: %s vests after %d months, which is above 1", ErrVesting, f.RatString(), m)
		}
		v.table[m], last = f, f
	}
	return v, nil
}

// entry is one entry: a milestone, 1 at full, or the curve by the convention.
func (v *vesting) entry(set *campaign.Vesting, m int) (*big.Rat, error) {
	if text, over := set.Milestones[m]; over {
		f, ok := new(big.Rat).SetString(text)
		if !ok || m == v.full && f.Cmp(big.NewRat(1, 1)) != 0 {
			return nil, fmt.Errorf("%w: milestone %d: %q", ErrVesting, m, text)
		}
		return f, nil
	}
	if m == v.full {
		return big.NewRat(1, 1), nil
	}
	return v.curve.convention(set.Convention, m, v.full)
}

// convention is the curve after m months, counted in one of the ways that documents use.
func (c curve) convention(name string, m, full int) (*big.Rat, error) {
	days := big.NewRat(int64(30*m), 365)
	switch name {
	case "months":
		return c.months(m, full), nil
	case "days-30-365":
		return c.at(days), nil
	case "bps-30-365":
		return c.basisPoints(m)
	case "ratio-3dp":
		x := days.Mul(days, big.NewRat(1000, 1))
		x.Add(x, big.NewRat(1, 2))
		return c.at(new(big.Rat).SetFrac(new(big.Int).Quo(x.Num(), x.Denom()), big.NewInt(1000))), nil
	case "t-12.17":
		return c.at(big.NewRat(int64(1200*m), int64(1217*full))), nil
	}
	return nil, fmt.Errorf("%w: no convention %q", ErrVesting, name)
}

// basisPoints is the curve in integer basis points, each term floored, with months of 30 days in a year of 365.
func (c curve) basisPoints(m int) (*big.Rat, error) {
	var parts [3]*big.Int
	for i, x := range []*big.Rat{c.a, c.b, c.floor} {
		bp := new(big.Rat).Mul(x, big.NewRat(10000, 1))
		if !bp.IsInt() {
			return nil, fmt.Errorf("%w: %s is no whole number of basis points", ErrVesting, x.RatString())
		}
		parts[i] = bp.Num()
	}
	d := big.NewInt(int64(30 * m))
	year := big.NewInt(365)
	cube := func(v *big.Int) *big.Int { return new(big.Int).Exp(v, big.NewInt(3), nil) }
	sum := new(big.Int).Mul(parts[0], cube(d))
	sum.Quo(sum, cube(year))
	linear := new(big.Int).Mul(parts[1], d)
	sum.Add(sum, linear.Quo(linear, year))
	sum.Mul(sum, new(big.Int).Sub(big.NewInt(10000), parts[2]))
	sum.Quo(sum, big.NewInt(10000))
	return new(big.Rat).SetFrac(sum.Add(sum, parts[2]), big.NewInt(10000)), nil
}

// fraction is f of 0 or a period.
func (v *vesting) fraction(period int) *big.Rat { return v.table[min(period, v.full)] }

// completed is the last period, or 0, that ends within t months.
func (v *vesting) completed(t int) int {
	q := 0
	for _, p := range v.periods {
		if p <= t {
			q = p
		}
	}
	return q
}
