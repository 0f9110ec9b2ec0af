package verify

import (
	"errors"
	"fmt"
	"math/big"
	"strconv"
)

// proRata is pro-rata/v1: a pool shared by weight, with caps cut or redistributed.
func proRata(c *campaign, d *ruleData, gone []bool, rank []int32) (*shares, error) {
	places := 0
	for _, r := range d.weights {
		places = max(places, r.weight.frac)
	}
	byEnt := make([]*big.Int, len(d.ents.list)) // weights of those not excluded, in units of 10^-places
	for _, r := range d.weights {
		if gone[r.ent] {
			continue
		}
		w := new(big.Int).Mul(r.weight.digits, pow10(places-r.weight.frac))
		if w.BitLen() > 256 {
			return nil, errors.New("a weight is wider than 256 bits at the finest scale of the file")
		}
		switch {
		case byEnt[r.ent] == nil:
			byEnt[r.ent] = w
		case c.rule.duplicates == "sum":
			byEnt[r.ent].Add(byEnt[r.ent], w)
		default:
			e := d.ents.list[r.ent]
			return nil, fmt.Errorf("%s has two weights, and duplicates are errors", e.acct.text())
		}
	}
	s := &shares{}
	var weights []*big.Int
	total := new(big.Int) // W: with denominator before, also of the ineligible
	least := new(big.Rat)
	if c.rule.metric != "" {
		m, err := parseDecimal(c.rule.min)
		if err != nil {
			return nil, err
		}
		least = m.rat()
	}
	for _, id := range rank {
		w := byEnt[id]
		if w == nil {
			continue
		}
		fits := new(big.Rat).SetFrac(w, pow10(places)).Cmp(least) >= 0
		if fits || c.rule.denominator == "before" {
			total.Add(total, w)
		}
		if fits {
			s.ids, weights = append(s.ids, id), append(weights, w)
		}
	}
	caps := make([]*big.Int, len(c.tokens))
	for id, text := range c.rule.caps {
		for k, t := range c.tokens {
			if t.id == id {
				z, err := scaled(text, t.decimals)
				if err != nil {
					return nil, fmt.Errorf("rule.caps.%s %s: %w", id, strconv.Quote(text), err)
				}
				caps[k] = z
			}
		}
	}
	s.exact = func(k int) ([]*big.Int, *big.Int) {
		if total.Sign() == 0 {
			return byWeight(new(big.Int), weights), big.NewInt(1)
		}
		if caps[k] == nil {
			return byWeight(c.tokens[k].pool, weights), total
		}
		if c.rule.overCap == "cut" {
			return cut(c.tokens[k].pool, weights, total, caps[k]), total
		}
		return redistribute(c.tokens[k].pool, weights, total, caps[k])
	}
	return s, nil
}

func byWeight(pool *big.Int, weights []*big.Int) []*big.Int {
	out := make([]*big.Int, len(weights))
	for i, w := range weights {
		out[i] = new(big.Int).Mul(pool, w)
	}
	return out
}

// cut is min(P·w/W, cap), over W.
func cut(pool *big.Int, weights []*big.Int, total, most *big.Int) []*big.Int {
	out, limit := byWeight(pool, weights), new(big.Int).Mul(most, total)
	for i := range out {
		if out[i].Cmp(limit) > 0 {
			out[i].Set(limit)
		}
	}
	return out
}

// redistribute fixes at the cap whoever's share reaches it, and shares the rest by weight among the others, until nobody new reaches it.
func redistribute(pool *big.Int, weights []*big.Int, total, most *big.Int) ([]*big.Int, *big.Int) {
	rest, left := new(big.Int).Set(pool), new(big.Int).Set(total) // of the pool, and of the weights that share it
	capped := make([]bool, len(weights))
	for again := true; again && left.Sign() > 0; {
		again = false
		limit, now := new(big.Int).Mul(most, left), new(big.Int).Set(rest)
		for i, w := range weights {
			if !capped[i] && w.Sign() > 0 && new(big.Int).Mul(now, w).Cmp(limit) >= 0 {
				capped[i], again = true, true
				rest.Sub(rest, most)
				left.Sub(left, w)
			}
		}
	}
	denom := left
	if left.Sign() == 0 {
		denom, rest = big.NewInt(1), new(big.Int)
	}
	out := byWeight(rest, weights)
	for i := range out {
		if capped[i] {
			out[i].Mul(most, denom)
		}
	}
	return out, denom
}
