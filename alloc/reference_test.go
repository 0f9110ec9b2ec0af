package alloc

import (
	"math/big"
	"sort"
)

// A second allocation in the plainest way it can be written: fractions in lowest terms, maps and repeated rounds. Tests
// compare the package with it; it shares no code with the package.

type refVote struct{ proposal, id string }

type refResult struct {
	claims                      map[string]*big.Int
	unallocated, residual, pool *big.Int
}

func floorRat(x *big.Rat) *big.Int { return new(big.Int).Quo(x.Num(), x.Denom()) }

// refRound rounds exact entitlements as docs/rules/common.md says; ids stand for accounts in order.
func refRound(pool *big.Int, exact map[string]*big.Rat, unit *big.Int, method string, cut func(id string) *big.Int) refResult {
	sum, paid := new(big.Rat), new(big.Int)
	r := refResult{claims: map[string]*big.Int{}, pool: pool}
	for id, x := range exact {
		sum.Add(sum, x)
		claim := new(big.Int)
		if cut != nil {
			claim = cut(id)
		} else {
			claim.Mul(floorRat(new(big.Rat).Quo(x, new(big.Rat).SetInt(unit))), unit)
		}
		r.claims[id] = claim
		paid.Add(paid, claim)
	}
	earned := floorRat(sum)
	if method == "largest-remainder" {
		var ids []string
		for id := range exact {
			ids = append(ids, id)
		}
		left := func(id string) *big.Rat {
			return new(big.Rat).Sub(exact[id], new(big.Rat).SetInt(floorRat(exact[id])))
		}
		sort.Slice(ids, func(i, j int) bool {
			if c := left(ids[i]).Cmp(left(ids[j])); c != 0 {
				return c > 0
			}
			return ids[i] < ids[j]
		})
		for i := 0; paid.Cmp(earned) < 0; i++ {
			r.claims[ids[i]].Add(r.claims[ids[i]], big.NewInt(1))
			paid.Add(paid, big.NewInt(1))
		}
	}
	r.unallocated = new(big.Int).Sub(pool, earned)
	r.residual = new(big.Int).Sub(earned, paid)
	return r
}

type refASR struct {
	weights     map[string]*big.Rat
	order       []string // of proposals
	votes       map[refVote]*big.Rat
	metric      string // empty: no eligibility
	min         *big.Rat
	before      bool
	renormalise bool
}

func (r *refASR) passes(id string) bool {
	sum, most, last, any := new(big.Rat), new(big.Rat), new(big.Rat), false
	for _, p := range r.order {
		if v, voted := r.votes[refVote{p, id}]; voted {
			any = true
			sum.Add(sum, v)
			if v.Cmp(most) > 0 {
				most = v
			}
			last = v
		}
	}
	switch r.metric {
	case "":
		return any
	case "mean-power":
		return any && sum.Cmp(new(big.Rat).Mul(r.min, big.NewRat(int64(len(r.order)), 1))) >= 0
	case "last-power":
		return any && last.Cmp(r.min) >= 0
	}
	return any && most.Cmp(r.min) >= 0
}

func (r *refASR) stays(v *big.Rat) bool { return r.metric != "each-vote" || v.Cmp(r.min) >= 0 }

// allocate returns the result of one token; at is rounding.at.
func (r *refASR) allocate(pool, unit *big.Int, method, at string) refResult {
	totals := map[string]*big.Rat{}
	for _, p := range r.order {
		totals[p] = new(big.Rat)
	}
	for k, v := range r.votes {
		if r.before || r.passes(k.id) && r.stays(v) {
			totals[k.proposal].Add(totals[k.proposal], v)
		}
	}
	w := new(big.Rat)
	for _, p := range r.order {
		if !r.renormalise || totals[p].Sign() > 0 {
			w.Add(w, r.weights[p])
		}
	}
	exact, parts := map[string]*big.Rat{}, map[refVote]*big.Rat{}
	for k := range r.votes {
		if r.passes(k.id) {
			exact[k.id] = new(big.Rat)
		}
	}
	for k, v := range r.votes {
		if exact[k.id] == nil || !r.stays(v) || totals[k.proposal].Sign() == 0 || w.Sign() == 0 || r.weights[k.proposal].Sign() == 0 {
			continue
		}
		sub := new(big.Rat).Mul(new(big.Rat).SetInt(pool), r.weights[k.proposal])
		sub.Quo(sub, w)
		share := new(big.Rat).Quo(v, totals[k.proposal])
		exact[k.id].Add(exact[k.id], new(big.Rat).Mul(sub, share))
		if at == "floored-sub-pool" {
			sub.SetInt(floorRat(sub))
		}
		parts[k] = new(big.Rat).Mul(sub, share)
	}
	var cut func(id string) *big.Int
	if at != "account-token" {
		cut = func(id string) *big.Int {
			sum := new(big.Int)
			for _, p := range r.order {
				if x := parts[refVote{p, id}]; x != nil {
					q := floorRat(new(big.Rat).Quo(x, new(big.Rat).SetInt(unit)))
					sum.Add(sum, q.Mul(q, unit))
				}
			}
			return sum
		}
	}
	return refRound(pool, exact, unit, method, cut)
}

type refProRata struct {
	weights map[string]*big.Rat
	min     *big.Rat // nil: no eligibility
	before  bool
	cap     *big.Rat // nil: none
	refill  bool
}

func (r *refProRata) allocate(pool, unit *big.Int, method string) refResult {
	exact, paid := map[string]*big.Rat{}, map[string]bool{}
	sum := new(big.Rat)
	for id, w := range r.weights {
		in := r.min == nil || w.Cmp(r.min) >= 0
		if in {
			exact[id], paid[id] = new(big.Rat), true
		}
		if in || r.before {
			sum.Add(sum, w)
		}
	}
	rest, fixed := new(big.Rat).SetInt(pool), map[string]bool{}
	for again := true; again; {
		again = false
		var full []string
		for id := range paid {
			if fixed[id] {
				continue
			}
			exact[id] = new(big.Rat)
			if sum.Sign() > 0 {
				exact[id].Quo(exact[id].Mul(rest, r.weights[id]), sum)
			}
			if r.cap != nil && sum.Sign() > 0 && exact[id].Cmp(r.cap) >= 0 {
				full = append(full, id)
			}
		}
		for _, id := range full {
			fixed[id], exact[id] = true, r.cap
		}
		if r.refill && len(full) > 0 {
			for _, id := range full {
				rest.Sub(rest, r.cap)
				sum.Sub(sum, r.weights[id])
			}
			again = true
		}
	}
	return refRound(pool, exact, unit, method, nil)
}
