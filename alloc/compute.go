package alloc

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"slices"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/campaign"
	"github.com/merkle-drop/merkle/internal/pages"
)

// What may be wrong with a campaign once its inputs are known.
var (
	ErrRule     = errors.New("the campaign names no rule of this release")
	ErrChainCap = errors.New("more than the chain may pay")
	ErrMinimum  = errors.New("eligibility")
	ErrResidual = errors.New("the residual cannot go there")
	ErrRounding = errors.New("rounding cannot be done")
)

// rule is one versioned rule at work on one reading.
type rule interface {
	read(r *reading) error                      // the rule's inputs
	refine(r *reading, keepRows bool)           // duplicates and whatever else can still be refused, exclusions being known
	allocate(r *reading, out *Allocation) error // the claims
	// explain says how entrant id, who is not excluded, came to its amounts, and returns its exact entitlements by token, in base
	// units; nil where there are none.
	explain(r *reading, id uint32, x *Explanation) []*big.Rat
}

func (r *reading) newRule() (rule, error) {
	switch {
	case r.c.Rule.JupiterASR != nil:
		return new(asr), nil
	case r.c.Rule.ProRata != nil:
		return new(proRata), nil
	case r.c.Rule.Fixed != nil:
		return new(fixed), nil
	case r.c.Rule.JupiterASR2 != nil:
		return new(asr2), nil
	case r.c.Rule.Close != nil:
		return new(closing), nil
	case r.c.Rule.Astra != nil:
		return new(astra), nil
	case r.c.Rule.NoonActive != nil:
		return new(noonActive), nil
	case r.c.Rule.NoonOpen != nil:
		return new(noonOpen), nil
	}
	return nil, fmt.Errorf("%w: %q", ErrRule, r.c.Rule.Name)
}

// Check reads every input and reports every fault, in one run. It computes no amounts. The error is a *merkle.Faults
// when inputs are refused.
func Check(ctx context.Context, c *campaign.Campaign, o Options) error {
	_, err := Inspect(ctx, c, o)
	return err
}

// Compute reads the inputs, applies the rule and closes the ledgers. The error is a *merkle.Faults when inputs are refused, a
// chain's cap is passed, or a printed figure of level error does not hold.
func Compute(ctx context.Context, c *campaign.Campaign, o Options) (*Allocation, error) {
	r := newReading(ctx, c, o)
	rule, _, results, err := r.load(false)
	if err != nil {
		return nil, err
	}
	a, err := r.compute(rule, results)
	if err != nil {
		return nil, err
	}
	if x, ok := rule.(interface{ release(*reading, *Allocation) }); ok {
		x.release(r, a)
	}
	r.roll.slots, r.out = nil, nil // what is left to do is writing inputs and tables, which looks up nobody
	return a, r.faults.Err()
}

// load reads everything and collects every fault.
func (r *reading) load(keepRows bool) (rule, []exclusion, []ExclusionResult, error) {
	rule, err := r.newRule()
	if err != nil {
		return nil, nil, nil, err
	}
	if err := rule.read(r); err != nil {
		return nil, nil, nil, err
	}
	lists, results, err := r.readExclusions()
	if err != nil {
		return nil, nil, nil, err
	}
	r.checkResidual()
	r.checkRounding()
	rule.refine(r, keepRows)
	if err := r.refuseAccounts(); err != nil {
		return nil, nil, nil, err
	}
	if err := errors.Join(r.ctx.Err(), r.faults.Err()); err != nil {
		return nil, nil, nil, err
	}
	return rule, lists, results, nil
}

// checkRounding refuses combinations that have no meaning.
func (r *reading) checkRounding() {
	set := r.c.Rounding
	if !slices.Contains([]string{"account-token", "sub-pool", "floored-sub-pool"}, set.At) {
		r.faults.Addf(set.Pos, "%w: at %q is not account-token, sub-pool or floored-sub-pool", ErrRounding, set.At)
	}
	switch set.Method {
	case "floor":
		return
	case "largest-remainder":
	default:
		r.faults.Addf(set.Pos, "%w: method %q is not floor or largest-remainder", ErrRounding, set.Method)
		return
	}
	if set.At != "account-token" {
		r.faults.Addf(set.Pos, "%w: largest-remainder at %s; only at account-token", ErrRounding, set.At)
	}
	for i, unit := range r.units {
		if unit != nil && unit.Cmp(big.NewInt(1)) != 0 {
			t := r.c.Tokens[i/len(r.chains)]
			r.faults.Addf(set.Pos, "%w: largest-remainder, and token %s has other decimals on %s", ErrRounding, t.ID, r.chains[i%len(r.chains)])
		}
	}
}

// compute returns the allocation; figures and caps that do not hold are among the faults.
func (r *reading) compute(rule rule, results []ExclusionResult) (*Allocation, error) {
	a := &Allocation{Campaign: r.c, Inputs: r.entries, Exclusions: results, chains: r.chains, Tokens: make([]TokenAllocation, len(r.c.Tokens))}
	for k := range a.Tokens {
		a.Tokens[k].Token = &r.c.Tokens[k]
	}
	if err := rule.allocate(r, a); err != nil {
		return nil, err
	}
	a.assert(r, rule)
	a.notes(r)
	a.judge(r)
	return a, nil
}

// enrol makes the entrants that keep selects the entrants of the allocation, in entrant order, and returns their numbers.
func (a *Allocation) enrol(r *reading, keep func(id uint32) bool) []uint32 {
	ids := r.roll.sorted(keep)
	a.Entrants = pages.Make[Entrant](len(ids))
	for i, id := range ids {
		a.Entrants[i] = r.roll.entrants[id]
	}
	for k := range a.Tokens {
		a.Tokens[k].Amounts = pages.Make[merkle.Amount](len(ids))
	}
	return ids
}

// budgets are the pools of all tokens, shared over the denominator den.
func (r *reading) budgets(den *big.Int) []budget {
	list := make([]budget, len(r.c.Tokens))
	for k := range list {
		list[k] = budget{pool: r.c.Tokens[k].Pool.Big(), den: den, units: make([]*big.Int, len(r.chains))}
		for i := range r.chains {
			if unit, there := r.unit(k, uint16(i)); there && unit.Cmp(big.NewInt(1)) > 0 {
				list[k].units[i] = unit
			}
		}
	}
	return list
}

// apportion rounds once an entrant and token, by the method of the campaign. It returns the sum of all numerators of s, and what was earned by token.
func (a *Allocation) apportion(r *reading, s *shares, budgets []budget) (sum *big.Int, earned []*big.Int, err error) {
	claims := make([][]merkle.Amount, len(budgets))
	for k := range claims {
		claims[k] = a.Tokens[k].Amounts
	}
	if sum, err = s.floor(r.ctx, budgets, a.Entrants, claims, r.stage("shares")); err != nil {
		return nil, nil, err
	}
	if earned, err = earnings(r.ctx, s, budgets, sum); err != nil || r.c.Rounding.Method != "largest-remainder" {
		return sum, earned, err
	}
	for k := range budgets {
		given, err := a.Tokens[k].sum()
		if err != nil {
			return nil, nil, err
		}
		more := new(big.Int).Sub(earned[k], given.Big())
		if err := s.largestRemainder(r.ctx, &budgets[k], claims[k], int(more.Int64())); err != nil {
			return nil, nil, err
		}
	}
	return sum, earned, nil
}

// settle closes the ledger of every token of a computed rule, in which all entrants are entitled to all tokens.
func (a *Allocation) settle(r *reading, earned []*big.Int) error {
	added := a.addResidualEntrant(r)
	for k := range a.Tokens {
		if err := a.close(r, k, earned[k], func(i int) bool { return i != added }); err != nil {
			return err
		}
		a.checkCaps(r, k)
	}
	return nil
}

// stage is the progress of one stage, or nil.
func (r *reading) stage(name string) func(done, total int64) {
	if r.o.Progress == nil {
		return nil
	}
	return func(done, total int64) { r.o.Progress(name, done, total) }
}

// minimum reads the minimum of an eligibility setting, of at most the given fraction digits, in units of 10^-scale, and checks
// its metric. It returns nil when it is refused.
func (r *reading) minimum(e *campaign.Eligibility, fraction, scale int, metrics ...string) *merkle.Amount {
	if !slices.Contains(metrics, e.Metric) {
		r.faults.Addf(e.Pos, "%w: metric %q is not one of %v", ErrMinimum, e.Metric, metrics)
	}
	digits, finest, err := parseDecimal([]byte(e.Min), fraction)
	if err == nil {
		var ok bool
		if digits, ok = shift(digits, scale-int(finest)); ok {
			return &digits
		}
		err = merkle.ErrOverflow
	}
	r.faults.Addf(e.Pos, "%w: min %q: %w", ErrMinimum, e.Min, err)
	return nil
}
