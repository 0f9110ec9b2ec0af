package alloc

import (
	"context"
	"fmt"
	"math/big"
	"slices"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/campaign"
)

// Explanation says how each amount of an account arose, or why there is none.
type Explanation struct {
	Account merkle.Account
	Lines   []string         // for a person, in order
	Claims  []ExplainedClaim // by chain, then token in campaign order; claims of 0 included for entitled entrants
}

// ExplainedClaim is what an account gets of one token on one chain.
type ExplainedClaim struct {
	Chain  merkle.Chain
	Token  *campaign.Token
	Amount merkle.Amount // base units of the token
	Locked merkle.Amount
}

func (x *Explanation) say(format string, args ...any) {
	x.Lines = append(x.Lines, fmt.Sprintf(format, args...))
}

// Explain computes the campaign and explains the result of one account. Figures and caps that do not hold do not
// stop it; inputs that are refused do.
func Explain(ctx context.Context, c *campaign.Campaign, account merkle.Account, o Options) (*Explanation, error) {
	r := newReading(ctx, c, o)
	rule, lists, results, err := r.load(true)
	if err != nil {
		return nil, err
	}
	a, err := r.compute(rule, results)
	if err != nil {
		return nil, err
	}
	x := &Explanation{Account: account}
	known := false
	for i := range r.chains {
		if r.chains[i].Family() != account.Family() {
			continue
		}
		e := Entrant{account, uint16(i)}
		id, listed := r.roll.lookup(e)
		excluded := false
		for j := range lists {
			if reason, place, found := lists[j].find(account, r.chains[i]); found && !excluded {
				excluded = true
				x.say("%s on %s is excluded by list %q%s: %s (%s)", account, r.chains[i], c.Exclude[j].List, versionOf(c.Exclude[j].Version, ", version %s"), reason, place)
			}
		}
		known = known || listed || excluded
		var exact []*big.Rat
		if listed && !excluded {
			x.say("%s on %s", account, r.chains[i])
			exact = rule.explain(r, id, x)
		}
		a.explainClaims(r, e, exact, x)
	}
	if !known {
		x.Lines = slices.Insert(x.Lines, 0, fmt.Sprintf("%s is not in any input of this campaign", account))
	}
	return x, nil
}

// explainClaims adds the claims, and what largest remainder and the residual setting added to them.
func (a *Allocation) explainClaims(r *reading, e Entrant, exact []*big.Rat, x *Explanation) {
	i := slices.Index(a.Entrants, e)
	if i < 0 {
		return
	}
	for k := range a.Tokens {
		t := &a.Tokens[k]
		c := ExplainedClaim{Chain: r.chains[e.Chain], Token: t.Token, Amount: t.Amounts[i]}
		if t.Locked != nil {
			c.Locked = t.Locked[i]
		}
		x.Claims = append(x.Claims, c)
		d, id := t.Token.Decimals, t.Token.ID
		line := fmt.Sprintf("claim: %s %s", c.Amount.Tokens(d), id)
		if !c.Locked.IsZero() {
			line += fmt.Sprintf(" and %s locked", c.Locked.Tokens(d))
		}
		if unit, there := r.unit(k, e.Chain); there && unit.Cmp(big.NewInt(1)) > 0 {
			line += fmt.Sprintf(" (%s pays multiples of %s base units)", r.chains[e.Chain], unit)
		}
		own := c.Amount
		if t.movedTo == i && !t.moved.IsZero() {
			own, _ = own.Sub(t.moved)
			line += fmt.Sprintf(", with the residual of %s", t.moved.Tokens(d))
		}
		if exact != nil && r.c.Rounding.Method == "largest-remainder" && own.Big().Cmp(new(big.Int).Quo(exact[k].Num(), exact[k].Denom())) > 0 {
			line += ", one unit more because its fraction is among the largest"
		}
		switch {
		case !t.claim(i).IsZero():
		case t.Ledger.RolledTo != "":
			line += ": nothing to pay now, so there is no leaf"
		default:
			line += ": below one unit, so there is no leaf"
		}
		x.Lines = append(x.Lines, line)
	}
}

// fractionTokens is an exact number of base units as tokens, cut off with … where it does not end, and as a fraction.
func fractionTokens(v *big.Rat, t *campaign.Token) string {
	tokens := new(big.Rat).Quo(v, new(big.Rat).SetInt(pow10(int(t.Decimals))))
	text := roundRat(tokens, int(t.Decimals), "floor")
	if !v.IsInt() {
		text = roundRat(tokens, int(t.Decimals)+6, "floor") + "…"
	}
	return fmt.Sprintf("%s %s (%s base units)", text, t.ID, v.RatString())
}
