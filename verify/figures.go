package verify

import (
	"errors"
	"fmt"
	"math/big"
	"strconv"
	"strings"
)

// checkAssertions recomputes the figures that the project has published, as docs/assertions.md says, and compares the manifest's account of them.
func (k *checker) checkAssertions() {
	if k.man == nil || k.camp == nil {
		return
	}
	if len(k.man.assertions) != len(k.camp.assertions) {
		k.f.add(AssertionMismatch, "manifest.json assertions", fmt.Sprint(len(k.man.assertions), " figures"), strconv.Itoa(len(k.camp.assertions)))
		return
	}
	if k.alloc == nil {
		if len(k.camp.assertions) > 0 {
			k.skipped = append(k.skipped, "the values of published figures: the allocation was not recomputed")
		}
		return
	}
	for i, want := range k.camp.assertions {
		at := fmt.Sprintf("manifest.json assertions[%d]", i)
		exact, err := k.figure(&want)
		if err != nil {
			k.f.add(RuleRefused, fmt.Sprintf("campaign.yaml assert[%d]", i), err.Error(), "")
			continue
		}
		printed, err := parseDecimal(want.prints)
		if err != nil {
			k.f.add(CampaignUnreadable, fmt.Sprintf("campaign.yaml assert[%d].prints", i), strconv.Quote(want.prints), "a decimal")
			continue
		}
		got := roundTo(exact, printed.frac, want.rounding)
		text := fixedText(got, printed.frac)
		holds := yes(got.Cmp(printed.digits) == 0)
		expect := manAssertion{want.figure, want.prints, text, holds, want.level}
		if k.man.assertions[i] != expect {
			k.f.add(AssertionMismatch, at, fmt.Sprint(k.man.assertions[i]), fmt.Sprint(expect))
		}
		if holds == "no" && want.level == "error" {
			k.f.add(AssertionFails, fmt.Sprintf("campaign.yaml assert[%d] %s", i, want.figure), text, want.prints)
		}
	}
	k.checked = append(k.checked, fmt.Sprintf("%d published figures recomputed", len(k.camp.assertions)))
}

// figure is the exact value of a published figure.
func (k *checker) figure(f *assertion) (*big.Rat, error) {
	var r *tokenResult
	var t *token
	for i, x := range k.camp.tokens {
		if x.id == f.token {
			t, r = x, k.alloc.tokens[i]
		}
	}
	if f.figure == "proposal-total" {
		p, ok := k.data.byID[f.proposal]
		if !ok || k.alloc.totals == nil {
			return nil, errors.New("no proposal " + strconv.Quote(f.proposal))
		}
		return new(big.Rat).SetFrac(k.alloc.totals[p], pow10(k.camp.rule.decimals)), nil
	}
	switch f.figure {
	case "fraction", "voting-fraction", "voting-ratio", "voting-power", "score", "multiplier":
		if k.alloc.figure == nil {
			return nil, errors.New("the rule has no figure " + strconv.Quote(f.figure))
		}
		return k.alloc.figure(f, k.alloc)
	}
	if t == nil {
		return nil, errors.New("no token " + strconv.Quote(f.token))
	}
	scale := pow10(t.decimals)
	switch f.figure {
	case "pool-per-proposal":
		w, err := weightText(f.weight)
		if err != nil || k.alloc.weights.Sign() == 0 {
			return nil, fmt.Errorf("weight %s: %w", strconv.Quote(f.weight), errNumber)
		}
		x := new(big.Rat).SetFrac(t.pool, scale)
		return x.Quo(x.Mul(x, w), k.alloc.weights), nil
	case "claim":
		return k.claimFigure(f, t, r, scale)
	case "unvested", "forgone", "rolled", "locked", "unelected", "carried-in", "rolled-in", "paid-before":
		line := map[string]*big.Int{"unvested": r.unvested, "forgone": r.forgone, "rolled": r.rolled, "locked": r.lockedLine, "unelected": r.unelected,
			"carried-in": r.carriedIn, "rolled-in": r.rolledIn, "paid-before": r.paidBefore}[f.figure]
		if line == nil {
			return new(big.Rat), nil
		}
		return new(big.Rat).SetFrac(line, scale), nil
	case "claims-total":
		return new(big.Rat).SetFrac(r.claims, scale), nil
	case "unallocated":
		return new(big.Rat).SetFrac(r.unallocated, scale), nil
	case "residual":
		return new(big.Rat).SetFrac(r.residual, scale), nil
	case "leaves":
		return new(big.Rat).SetInt64(int64(r.leaves)), nil
	}
	return nil, errors.New("no figure " + strconv.Quote(f.figure))
}

func weightText(s string) (*big.Rat, error) {
	if a, b, ok := strings.Cut(s, "/"); ok {
		x, ok1 := parseDigits(a)
		y, ok2 := parseDigits(b)
		if !ok1 || !ok2 || y.Sign() == 0 {
			return nil, errNumber
		}
		return new(big.Rat).SetFrac(x, y), nil
	}
	d, err := parseDecimal(s)
	if err != nil {
		return nil, err
	}
	return d.rat(), nil
}

func (k *checker) claimFigure(f *assertion, t *token, r *tokenResult, scale *big.Int) (*big.Rat, error) {
	acct, err := parseAccount(f.account)
	if err != nil {
		return nil, fmt.Errorf("account %s: %w", strconv.Quote(f.account), err)
	}
	found := new(big.Int)
	matches := 0
	for i := range k.alloc.ents {
		e := &k.alloc.ents[i]
		if e.acct == acct && (f.chain == "" || e.chain == f.chain) {
			if due := r.due(i); due.Sign() > 0 {
				found = due
				matches++
			}
		}
	}
	if matches > 1 {
		return nil, errors.New("the account has claims on several chains, a chain is needed")
	}
	return new(big.Rat).SetFrac(found, scale), nil
}

// roundTo rounds an exact value to places fraction digits and returns it as an integer of 10^-places.
func roundTo(x *big.Rat, places int, mode string) *big.Int {
	y := new(big.Rat).Mul(x, new(big.Rat).SetInt(pow10(places)))
	z := floorRat(y)
	rest := new(big.Rat).Sub(y, new(big.Rat).SetInt(z))
	half := rest.Cmp(big.NewRat(1, 2))
	if (mode == "half-up" && half >= 0) || (mode == "half-even" && (half > 0 || (half == 0 && z.Bit(0) == 1))) {
		z.Add(z, big.NewInt(1))
	}
	return z
}

// entrantOf is the place of a figure's account among the entrants, -1 when it is none of them.
func (a *allocation) entrantOf(f *assertion) (int, error) {
	acct, err := parseAccount(f.account)
	if err != nil {
		return 0, fmt.Errorf("account %s: %w", strconv.Quote(f.account), err)
	}
	found := -1
	for i := range a.ents {
		if e := &a.ents[i]; e.acct == acct && (f.chain == "" || e.chain == f.chain) {
			if found >= 0 {
				return 0, errors.New("the account is there on several chains, a chain is needed")
			}
			found = i
		}
	}
	return found, nil
}
