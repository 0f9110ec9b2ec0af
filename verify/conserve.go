package verify

import (
	"bytes"
	"cmp"
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
		if in, out := l.sources(), l.sinks(); in.Cmp(out) != 0 {
			k.f.add(LedgerBalance, fmt.Sprintf("manifest.json ledger[%d]", i), "claims and the other lines add up to "+out.String(), "pool, carriedIn and rolledIn: "+in.String())
			k.tokenBad[l.token] = true
		}
		if k.man.rule == "close-round/v1" {
			k.checkChainSums(i)
		}
	}
	if k.man.rule == "close-round/v1" { // there are no leaves
		k.checked = append(k.checked, fmt.Sprintf("ledger of %d tokens: sources = sinks; there are no trees", len(k.man.ledger)))
		return
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
			// leaves of cumulative claims hold what was paid before too: the cap is then compared with the recomputed claims only
			once := i >= len(k.man.ledger) || k.man.ledger[i].paidBefore.Sign() == 0
			if len(a.asset) > len(chain) && a.asset[:len(chain)+1] == chain+"/" && a.cap != nil && once && p.amount.Cmp(a.cap) > 0 {
				bad(CapExceeded, "token "+t.id+" on "+chain, p.amount.String(), "at most "+a.cap.String())
			}
		}
	}
	k.paid[t.id] = total
	if i >= len(k.man.ledger) {
		return
	}
	l, at := &k.man.ledger[i], fmt.Sprintf("manifest.json ledger[%d]", i)
	cumulative := l.paidBefore.Sign() > 0
	now := new(big.Int).Sub(total, l.paidBefore) // what the leaves add to what was paid before
	if in := new(big.Int).Add(t.pool, new(big.Int).Add(l.carriedIn, l.rolledIn)); now.Cmp(in) > 0 {
		bad(PoolExceeded, "token "+t.id, now.String(), "at most "+in.String())
	}
	if l.claims.Cmp(now) != 0 {
		bad(LedgerLeaves, at+".claims", l.claims.String(), now.String())
	}
	if l.leaves != strconv.Itoa(leaves) {
		bad(LedgerLeaves, at+".leaves", l.leaves, strconv.Itoa(leaves))
	}
	if len(l.chains) != len(chains) {
		bad(LedgerChain, at+".chains", fmt.Sprint(len(l.chains), " chains"), strconv.Itoa(len(chains)))
	}
	for j := range min(len(l.chains), len(chains)) {
		p, c := byChain[chains[j]], l.chains[j]
		if c.chain != chains[j] || (!cumulative && c.claims.Cmp(p.amount) != 0) || c.leaves != strconv.Itoa(p.leaves) {
			bad(LedgerChain, fmt.Sprintf("%s.chains[%d]", at, j), fmt.Sprintf("%s: %s in %s leaves", c.chain, c.claims, c.leaves),
				fmt.Sprintf("%s: %s in %d leaves", chains[j], p.amount, p.leaves))
		}
	}
	k.checkChainSums(i)
}

// checkChainSums checks that the lines of the chains add up to the token's, where the leaves do not show it chain by chain.
func (k *checker) checkChainSums(i int) {
	l := &k.man.ledger[i]
	sum, leaves := new(big.Int), 0
	for j, c := range l.chains {
		n, ok := parseCount(c.leaves)
		if !ok || (j > 0 && c.chain <= l.chains[j-1].chain) {
			k.f.add(LedgerChain, fmt.Sprintf("manifest.json ledger[%d].chains[%d]", i, j), c.chain+" in "+c.leaves+" leaves", "chains in ascending order, leaves counted")
			k.tokenBad[l.token] = true
		}
		sum.Add(sum, c.claims)
		leaves += n
	}
	if sum.Cmp(l.claims) != 0 || strconv.Itoa(leaves) != l.leaves {
		k.f.add(LedgerChain, fmt.Sprintf("manifest.json ledger[%d].chains", i), fmt.Sprintf("%s in %d leaves", sum, leaves), fmt.Sprintf("%s in %s leaves", l.claims, l.leaves))
		k.tokenBad[l.token] = true
	}
}

// checkOnce looks for accounts that more than one leaf pays the same token on the same chain, over all trees and parts; it returns the number of leaves.
func (k *checker) checkOnce(token, chain string) int {
	type claim struct {
		raw    [32]byte
		unlock int64
		tree   int32
		row    int32
	}
	var all []claim
	for i, mt := range k.man.trees {
		t := k.trees[mt.id]
		if mt.chain != chain || !slices.Contains(mt.tokens, token) {
			continue
		}
		for _, at := range t.rows {
			if j := t.tokenOf(int(at)); j < 0 || mt.tokens[j] == token {
				all = append(all, claim{t.g.accounts[at].raw, t.unlockOf(int(at)), int32(i), at})
			}
		}
	}
	slices.SortFunc(all, func(a, b claim) int {
		if c := bytes.Compare(a.raw[:], b.raw[:]); c != 0 {
			return c
		}
		return cmp.Or(cmp.Compare(a.tree, b.tree), cmp.Compare(a.unlock, b.unlock), cmp.Compare(a.row, b.row))
	})
	for i := 1; i < len(all); i++ {
		if all[i].raw == all[i-1].raw && (all[i].tree != all[i-1].tree || all[i].unlock == all[i-1].unlock) {
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
			s.Rebuilt = t.leaf.hashText(t.built)
		}
		trees = append(trees, s)
	}
	for i := range k.man.ledger {
		l := &k.man.ledger[i]
		s := TokenSummary{ID: l.token, Pool: l.pool.String(), CarriedIn: l.carriedIn.String(), RolledIn: l.rolledIn.String(), Claims: l.claims.String(),
			Locked: l.locked.String(), Unelected: l.unelected.String(), Unallocated: l.unallocated.String(), Unvested: l.unvested.String(),
			Forgone: l.forgone.String(), Rolled: l.rolled.String(), RolledTo: l.rolledTo, Residual: l.residual.String(), ResidualTo: l.residualTo,
			PaidBefore: l.paidBefore.String(), Leaves: l.leaves, Dropped: l.dropped}
		s.Decimals, _ = strconv.Atoi(l.decimals)
		s.Conserved = l.sinks().Cmp(l.sources()) == 0
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
		s.OK = s.Conserved && (k.paid[l.token] != nil || k.man.rule == "close-round/v1") && !k.tokenBad[l.token]
		tokens = append(tokens, s)
	}
	return trees, tokens
}
