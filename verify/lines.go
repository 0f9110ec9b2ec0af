package verify

import (
	"fmt"
	"math/big"
)

// tranche is one leaf of an entrant that has one for each time of unlocking.
type tranche struct {
	unlock int64
	amount num
}

type chainLine struct {
	claims *big.Int
	leaves int
}

// zeroLines gives all lines of the rule's own a number to add to.
func (t *tokenResult) zeroLines() {
	for _, z := range []**big.Int{&t.claims, &t.unallocated, &t.residual, &t.carriedIn, &t.rolledIn, &t.lockedLine, &t.unelected, &t.unvested, &t.forgone, &t.rolled, &t.paidBefore} {
		*z = new(big.Int)
	}
	t.chains = map[string]*chainLine{}
}

// count adds what an entrant is paid, and its leaves, to the line of its chain.
func (t *tokenResult) count(chain string, pays *big.Int, leaves int) {
	if pays.Sign() == 0 && leaves == 0 {
		return
	}
	if t.chains[chain] == nil {
		t.chains[chain] = &chainLine{claims: new(big.Int)}
	}
	t.chains[chain].claims.Add(t.chains[chain].claims, pays)
	t.chains[chain].leaves += leaves
	t.leaves += leaves
}

// finish checks conservation and caps of a rule that has lines of its own.
func (t *tokenResult) finish(tok *token) error {
	in, out := new(big.Int), new(big.Int)
	for _, z := range []*big.Int{t.pool, t.carriedIn, t.rolledIn} {
		in.Add(in, z)
	}
	for _, z := range []*big.Int{t.claims, t.lockedLine, t.unelected, t.unallocated, t.unvested, t.forgone, t.rolled, t.residual} {
		if z.Sign() < 0 {
			return fmt.Errorf("token %s: more is due than its pool of %s", tok.id, tok.pool)
		}
		out.Add(out, z)
	}
	if in.Cmp(out) != 0 {
		return fmt.Errorf("token %s: %s came in and %s went out", tok.id, in, out)
	}
	for _, as := range tok.assets {
		if l := t.chains[as.chain]; as.cap != nil && l != nil && l.claims.Cmp(as.cap) > 0 {
			return fmt.Errorf("token %s on %s: claims of %s are above the cap of %s base units", tok.id, as.chain, l.claims, as.cap)
		}
	}
	return nil
}
