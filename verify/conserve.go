package verify

import (
	"bytes"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strconv"
)

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

func unhexAnyCase(dst []byte, s string) bool {
	return unhex(dst, string(bytes.ToLower([]byte(s))))
}

// paidOn is what the leaves pay of one token on one chain.
type paidOn struct {
	units  *big.Int // base units of the chain
	amount *big.Int // base units of the token
	leaves int
}

// checkConservation proves, from the leaves alone, that each token's ledger adds up with =, that its claims are what the leaves pay, that no chain passes its cap and all
// chains together do not pass the pool, and that no account is paid twice.
func (k *checker) checkConservation() {
	if k.man == nil {
		return
	}
	for i := range k.man.ledger {
		l := &k.man.ledger[i]
		sum := new(big.Int)
		for _, z := range []*big.Int{l.claims, l.unallocated, l.unvested, l.forgone, l.rolled, l.residual} {
			sum.Add(sum, z)
		}
		if sum.Cmp(l.pool) != 0 {
			k.f.add(LedgerBalance, fmt.Sprintf("manifest.json ledger[%d]", i), "claims and the other lines add up to "+sum.String(), "pool "+l.pool.String())
			k.tokenBad[l.token] = true
		}
	}
	for _, g := range k.groups {
		if !g.read {
			k.skipped = append(k.skipped, "what the leaves pay in all, caps, pools and double claims: not all groups could be read")
			return
		}
	}
	pairs := 0
	for i := range k.man.tokens {
		t := &k.man.tokens[i]
		byChain := map[string]*paidOn{}
		for _, mt := range k.man.trees {
			if slices.Contains(mt.tokens, t.id) {
				k.addTree(byChain, k.trees[mt.id], t.id)
			}
		}
		k.checkToken(i, byChain)
		for _, chain := range sortedKeys(byChain) {
			pairs += k.checkOnce(t.id, chain)
		}
	}
	k.checked = append(k.checked, fmt.Sprintf("ledger of %d tokens against the leaves, chain caps and pools; %d claims on each token and chain by different accounts", len(k.man.tokens), pairs))
}

func (k *checker) addTree(byChain map[string]*paidOn, t *tree, token string) {
	p := byChain[t.man.chain]
	if p == nil {
		p = &paidOn{units: new(big.Int)}
		byChain[t.man.chain] = p
	}
	for _, at := range t.rows {
		if j := t.tokenOf(int(at)); j >= 0 && t.man.tokens[j] == token {
			p.units.Add(p.units, t.paid(int(at)))
			p.leaves++
		}
	}
	p.amount = new(big.Int).Mul(p.units, k.unitOf(token, t.man.chain))
	if p.leaves == 0 { // a tree of several tokens need not have a leaf of each
		delete(byChain, t.man.chain)
	}
}

func (k *checker) checkToken(i int, byChain map[string]*paidOn) {
	t := &k.man.tokens[i]
	total, leaves := new(big.Int), 0
	bad := func(code Code, where, got, want string) {
		k.f.add(code, where, got, want)
		k.tokenBad[t.id] = true
	}
	chains := sortedKeys(byChain)
	for _, chain := range chains {
		p := byChain[chain]
		total.Add(total, p.amount)
		leaves += p.leaves
		for _, a := range t.assets {
			if len(a.asset) > len(chain) && a.asset[:len(chain)+1] == chain+"/" && a.cap != nil && p.amount.Cmp(a.cap) > 0 {
				bad(CapExceeded, "token "+t.id+" on "+chain, p.amount.String(), "at most "+a.cap.String())
			}
		}
	}
	k.paid[t.id] = total
	if total.Cmp(t.pool) > 0 {
		bad(PoolExceeded, "token "+t.id, total.String(), "at most "+t.pool.String())
	}
	if i >= len(k.man.ledger) {
		return
	}
	l, at := &k.man.ledger[i], fmt.Sprintf("manifest.json ledger[%d]", i)
	if l.claims.Cmp(total) != 0 {
		bad(LedgerLeaves, at+".claims", l.claims.String(), total.String())
	}
	if l.leaves != strconv.Itoa(leaves) {
		bad(LedgerLeaves, at+".leaves", l.leaves, strconv.Itoa(leaves))
	}
	if len(l.chains) != len(chains) {
		bad(LedgerChain, at+".chains", fmt.Sprint(len(l.chains), " chains"), strconv.Itoa(len(chains)))
	}
	for j := range min(len(l.chains), len(chains)) {
		p, c := byChain[chains[j]], l.chains[j]
		if c.chain != chains[j] || c.claims.Cmp(p.amount) != 0 || c.leaves != strconv.Itoa(p.leaves) {
			bad(LedgerChain, fmt.Sprintf("%s.chains[%d]", at, j), fmt.Sprintf("%s: %s in %s leaves", c.chain, c.claims, c.leaves),
				fmt.Sprintf("%s: %s in %d leaves", chains[j], p.amount, p.leaves))
		}
	}
}

// checkOnce looks for accounts that more than one leaf pays the same token on the same chain, over all trees and parts; it returns the number of leaves.
func (k *checker) checkOnce(token, chain string) int {
	type claim struct {
		raw  [32]byte
		tree int32
		row  int32
	}
	var all []claim
	for i, mt := range k.man.trees {
		t := k.trees[mt.id]
		if mt.chain != chain || !slices.Contains(mt.tokens, token) {
			continue
		}
		for _, at := range t.rows {
			if j := t.tokenOf(int(at)); j < 0 || mt.tokens[j] == token {
				all = append(all, claim{t.g.accounts[at].raw, int32(i), at})
			}
		}
	}
	slices.SortFunc(all, func(a, b claim) int {
		if c := bytes.Compare(a.raw[:], b.raw[:]); c != 0 {
			return c
		}
		if a.tree != b.tree {
			return int(a.tree) - int(b.tree)
		}
		return int(a.row) - int(b.row)
	})
	for i := 1; i < len(all); i++ {
		if all[i].raw == all[i-1].raw {
			t, before := k.trees[k.man.trees[all[i].tree].id], k.trees[k.man.trees[all[i-1].tree].id]
			k.f.add(ClaimDuplicate, t.g.rowPlace(int(all[i].row))+" "+t.man.id, t.g.accounts[all[i].row].text()+" is paid "+token+" on "+chain+" in tree "+before.man.id+" too", "")
			k.tokenBad[token] = true
			t.bad = true
		}
	}
	return len(all)
}

// summaries are the tables of the report.
func (k *checker) summaries() (trees []TreeSummary, tokens []TokenSummary) {
	if k.man == nil {
		return nil, nil
	}
	for _, mt := range k.man.trees {
		t := k.trees[mt.id]
		s := TreeSummary{ID: mt.id, Chain: mt.chain, Profile: mt.profile.text["name"], Order: mt.order, Root: mt.root, Leaves: len(t.rows), Depth: mt.depth,
			Tokens: mt.tokens, Folded: t.folded, Second: t.second, OK: !t.bad && t.built != nil}
		for _, z := range mt.totals {
			s.Totals = append(s.Totals, z.String())
		}
		if len(mt.tokens) == 1 && t.total != nil {
			s.Totals = []string{t.total.String()}
		}
		if t.built != nil {
			s.Rebuilt = hex0x(t.built[:])
		}
		trees = append(trees, s)
	}
	for i := range k.man.ledger {
		l := &k.man.ledger[i]
		s := TokenSummary{ID: l.token, Pool: l.pool.String(), Claims: l.claims.String(), Unallocated: l.unallocated.String(), Unvested: l.unvested.String(),
			Forgone: l.forgone.String(), Rolled: l.rolled.String(), Residual: l.residual.String(), ResidualTo: l.residualTo, Leaves: l.leaves, Dropped: l.dropped}
		s.Decimals, _ = strconv.Atoi(l.decimals)
		sum := new(big.Int).Add(l.claims, l.unallocated)
		for _, z := range []*big.Int{l.unvested, l.forgone, l.rolled, l.residual} {
			sum.Add(sum, z)
		}
		s.Conserved = sum.Cmp(l.pool) == 0
		if z := k.paid[l.token]; z != nil {
			s.FromLeaves = z.String()
		}
		if k.alloc != nil {
			for j, t := range k.camp.tokens {
				if t.id == l.token {
					s.Recomputed = k.alloc.tokens[j].claims.String()
				}
			}
		}
		s.OK = s.Conserved && k.paid[l.token] != nil && !k.tokenBad[l.token]
		tokens = append(tokens, s)
	}
	return trees, tokens
}
