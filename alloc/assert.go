package alloc

import (
	"errors"
	"fmt"
	"math/big"
	"strings"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/campaign"
)

// ErrAssertion is the cause when a printed figure is not what the campaign computes.
var ErrAssertion = errors.New("printed figure does not hold")

// assert compares every printed figure with the exact one; those of level error that differ become faults.
func (a *Allocation) assert(r *reading, rule rule) {
	for i := range r.c.Assert {
		as := &r.c.Assert[i]
		exact, err := a.figure(r, rule, as)
		if err != nil {
			r.faults.Addf(as.Pos, "assert %s: %w", as.Figure, err)
			continue
		}
		if err := merkle.CheckDecimal(as.Prints, maxFraction); err != nil {
			r.faults.Add(&merkle.Fault{Pos: as.Pos, Field: "prints", Value: as.Prints, Err: err})
			continue
		}
		_, fraction, _ := strings.Cut(as.Prints, ".")
		got := roundRat(exact, len(fraction), as.Rounding)
		res := AssertionResult{Figure: as.Figure, Prints: as.Prints, Got: got, Level: as.Level, Holds: got == as.Prints, Pos: as.Pos}
		a.Assertions = append(a.Assertions, res)
		if res.Holds {
			continue
		}
		what := fmt.Errorf("%w: %s%s: prints %s, exact is %s", ErrAssertion, as.Figure, subject(as), as.Prints, got)
		if rounded, ok := new(big.Rat).SetString(got); !ok || rounded.Cmp(exact) != 0 {
			what = fmt.Errorf("%w: %s%s: prints %s, exact is %s, from %s", ErrAssertion, as.Figure, subject(as), as.Prints, got, exact.RatString())
		}
		if as.Level == "warn" {
			a.Notes = append(a.Notes, fmt.Sprintf("%s: %v", as.Pos, what))
		} else {
			r.faults.Addf(as.Pos, "%w", what)
		}
	}
}

// subject names what a figure is about.
func subject(as *campaign.Assertion) string {
	var b strings.Builder
	for _, part := range []string{as.Token, as.Weight, as.Proposal, as.Account.String()} {
		if part != "" {
			b.WriteString(" " + part)
		}
	}
	return b.String()
}

// figure is the exact value of docs/assertions.md.
func (a *Allocation) figure(r *reading, rule rule, as *campaign.Assertion) (*big.Rat, error) {
	if as.Figure == "proposal-total" {
		asr, ok := rule.(*asr)
		if !ok {
			return nil, errors.New("only jupiter-asr/v1 has proposals")
		}
		p, ok := asr.props.index[as.Proposal]
		if !ok {
			return nil, fmt.Errorf("%q: %w", as.Proposal, ErrProposal)
		}
		return new(big.Rat).SetFrac(asr.powers[p], pow10(int(asr.set.Decimals))), nil
	}
	if exact, err, known := a.ruleFigure(r, rule, as); known {
		return exact, err
	}
	var t *TokenAllocation
	for k := range a.Tokens {
		if a.Tokens[k].Token.ID == as.Token {
			t = &a.Tokens[k]
		}
	}
	if t == nil {
		return nil, fmt.Errorf("%q: %w", as.Token, ErrToken)
	}
	tokens := func(v merkle.Amount) *big.Rat {
		return new(big.Rat).SetFrac(v.Big(), pow10(int(t.Token.Decimals)))
	}
	switch as.Figure {
	case "pool-per-proposal":
		asr, ok := rule.(*asr)
		if !ok {
			return nil, errors.New("only jupiter-asr/v1 has proposals")
		}
		w, _, err := parseWeight(as.Weight)
		if err != nil {
			return nil, err
		}
		all := new(big.Rat)
		for _, w := range asr.props.weights {
			all.Add(all, w)
		}
		x := tokens(t.Token.Pool)
		return x.Quo(x.Mul(x, w), all), nil
	case "claim":
		return a.claimFigure(r, t, as, tokens)
	case "claims-total":
		return tokens(t.Ledger.Claims), nil
	case "unallocated":
		return tokens(t.Ledger.Unallocated), nil
	case "residual":
		return tokens(t.Ledger.Residual), nil
	case "unvested":
		return tokens(t.Ledger.Unvested), nil
	case "forgone":
		return tokens(t.Ledger.Forgone), nil
	case "rolled":
		return tokens(t.Ledger.Rolled), nil
	case "locked":
		return tokens(t.Ledger.Locked), nil
	case "unelected":
		return tokens(t.Ledger.Unelected), nil
	case "carried-in":
		return tokens(t.Ledger.CarriedIn), nil
	case "rolled-in":
		return tokens(t.Ledger.RolledIn), nil
	case "paid-before":
		return tokens(t.Ledger.PaidBefore), nil
	case "leaves":
		return new(big.Rat).SetInt64(int64(t.Ledger.Leaves)), nil
	}
	return nil, fmt.Errorf("%q is not a figure", as.Figure)
}

func (a *Allocation) claimFigure(r *reading, t *TokenAllocation, as *campaign.Assertion, tokens func(merkle.Amount) *big.Rat) (*big.Rat, error) {
	x, found := new(big.Rat), false
	for i, e := range a.Entrants {
		if e.Account != as.Account || as.Chain != "" && r.chains[e.Chain] != as.Chain {
			continue
		}
		if found {
			return nil, fmt.Errorf("account %s is an entrant on several chains; name the chain", as.Account)
		}
		x, found = tokens(t.claim(i)), true
	}
	return x, nil
}

// roundRat writes x ≥ 0 with the given fraction digits, rounded half-up, half-even or floor.
func roundRat(x *big.Rat, digits int, mode string) string {
	num := new(big.Int).Mul(x.Num(), pow10(digits))
	q, rem := num.QuoRem(num, x.Denom(), new(big.Int))
	if mode != "floor" {
		half := rem.Lsh(rem, 1).Cmp(x.Denom())
		if half > 0 || half == 0 && (mode != "half-even" || q.Bit(0) == 1) {
			q.Add(q, big.NewInt(1))
		}
	}
	text := q.String()
	if digits == 0 {
		return text
	}
	if pad := digits + 1 - len(text); pad > 0 {
		text = strings.Repeat("0", pad) + text
	}
	return text[:len(text)-digits] + "." + text[len(text)-digits:]
}

// notes tells what a person should know about the result.
func (a *Allocation) notes(r *reading) {
	for i := range a.Tokens {
		t := &a.Tokens[i]
		if t.Token.Pool.IsZero() {
			a.Notes = append(a.Notes, fmt.Sprintf("token %s has a pool of 0, so it has no tree", t.Token.ID))
		}
		if t.Ledger.Dropped > 0 {
			a.Notes = append(a.Notes, dropped(t))
		}
	}
	for _, x := range a.Exclusions {
		a.Notes = append(a.Notes, fmt.Sprintf("exclusion list %q%s: %d of its %d accounts are in the inputs and get nothing", x.List, versionOf(x.Version, " (version %s)"), x.Matched, x.Accounts))
	}
}

// versionOf is the version of an exclusion list in words; a list may have none.
func versionOf(version, format string) string {
	if version == "" {
		return ""
	}
	return fmt.Sprintf(format, version)
}
