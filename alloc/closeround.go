package alloc

import (
	"errors"
	"fmt"
	"math/big"
	"slices"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/campaign"
)

// What may be wrong with a round that is closed, or with the list of what was claimed.
var (
	ErrUnknownTree = errors.New("is no tree of the round")
	ErrNoLeaf      = errors.New("has no leaf in that tree")
	ErrLeafAmount  = errors.New("is not the amount of the leaf")
	ErrRoundPool   = errors.New("is not what the round's claims come to")
)

// closing is close-round/v1 (docs/rules/close-round-v1.md).
type closing struct {
	set    *campaign.CloseRound
	round  *bundle
	leaves *leafRows
	by     byEntrant // leaves by entrant
	tokens []int     // by tree: index of the campaign's tokens

	claims  claimedRows
	claimed []uint32 // by leaf: 1 + row of claims, or 0
}

// claimedRows are the claims that were made.
type claimedRows struct {
	entrants   []uint32
	trees      []uint16
	amounts    []merkle.Amount
	has, chain bool // columns amount and chain
	places     places
}

func (c *closing) read(r *reading) error {
	c.set = r.c.Rule.Close
	c.leaves = new(leafRows)
	b, err := c.open(r)
	if err != nil {
		return err
	}
	if b != nil {
		before := len(r.faults.List) + r.faults.More
		if err := b.readLeaves(r, func(tree int, e Entrant, amount merkle.Amount) error {
			l := c.leaves
			id, fresh := r.roll.add(e)
			if fresh {
				r.out = append(r.out, 0)
			}
			l.trees, l.entrants, l.amounts = append(l.trees, uint16(tree)), append(l.entrants, id), append(l.amounts, amount)
			return nil
		}); err != nil {
			return err
		}
		c.by = groupRows(c.leaves.entrants, r.roll.len())
		c.twice(r, b)
		if before == len(r.faults.List)+r.faults.More {
			c.round = b
		}
	}
	if err := c.readClaimed(r); err != nil || c.round == nil {
		return err
	}
	l := c.leaves
	r.entries = append(r.entries, roundInput(int64(len(l.trees)), sumAmounts(l.amounts).String(),
		func(emit func([]byte) error) error {
			rows := new(texts)
			var row []byte
			for i, t := range l.trees {
				tree, e := &c.round.manifest.Trees[t], r.roll.entrants[l.entrants[i]]
				row = e.Account.AppendText(append(append(row[:0], tree.ID...), ','))
				row = append(append(append(append(append(row, ','), tree.Chain...), ','), tree.Tokens[0]...), ',')
				rows.add(l.amounts[i].AppendText(row))
			}
			return rows.emitSorted(emit)
		}))
	return nil
}

// roundInput is the leaves of the round as an input.
func roundInput(rows int64, sum string, emit func(func([]byte) error) error) Input {
	return Input{Role: "round", Columns: []string{"tree", "account", "chain", "token", "amount"}, Order: "sorted", Rows: rows, Sum: sum, rows: emit}
}

// open opens the round that is closed. It returns nil when the round is refused; why is among the faults.
func (c *closing) open(r *reading) (*bundle, error) {
	b, err := r.openBundle(c.set.Round)
	if b == nil || err != nil || !c.check(r, b) {
		return nil, err
	}
	return b, nil
}

// check compares the campaign with the round that it closes.
func (c *closing) check(r *reading, b *bundle) bool {
	before := len(r.faults.List) + r.faults.More
	if len(b.campaign.Tokens) != len(r.c.Tokens) {
		b.refuse(r, "%w: it has %d tokens, this campaign %d", ErrSuccessor, len(b.campaign.Tokens), len(r.c.Tokens))
	}
	for k := range r.c.Tokens {
		t := &r.c.Tokens[k]
		if !b.sameToken(r, k) {
			continue
		}
		if len(b.campaign.Tokens[k].Assets) != len(t.Assets) {
			b.refuse(r, "%w: its token %s has %d assets, here %d", ErrSuccessor, t.ID, len(b.campaign.Tokens[k].Assets), len(t.Assets))
		}
		line := b.manifest.Ledger[k]
		if claims, ok := b.line(r, line.Claims); ok && claims != t.Pool {
			r.faults.Add(&merkle.Fault{Pos: t.Pos, Field: "pool", Value: t.Pool.Tokens(t.Decimals), Err: fmt.Errorf("%w, %s", ErrRoundPool, claims.Tokens(t.Decimals))})
		}
		if line.PaidBefore != "0" && line.PaidBefore != "" {
			b.refuse(r, "its trees are cumulative, so a leaf does not say what was claimed from this round")
		}
	}
	for i := range b.manifest.Trees {
		t := &b.manifest.Trees[i]
		if len(t.Tokens) != 1 {
			b.refuse(r, "tree %s has %d tokens; a round with several tokens in a tree cannot be closed", t.ID, len(t.Tokens))
			continue
		}
		k := slices.IndexFunc(r.c.Tokens, func(x campaign.Token) bool { return x.ID == t.Tokens[0] })
		if k < 0 {
			b.refuse(r, "tree %s is of token %s", t.ID, t.Tokens[0])
		}
		c.tokens = append(c.tokens, k)
	}
	return before == len(r.faults.List)+r.faults.More
}

// twice refuses a round in which an account has several leaves in one tree.
func (c *closing) twice(r *reading, b *bundle) {
	for e := range r.roll.len() {
		rows := c.by.of(uint32(e))
		for i, row := range rows {
			for _, other := range rows[:i] {
				if c.leaves.trees[row] == c.leaves.trees[other] {
					b.refuse(r, severalLeaves, r.roll.entrants[e].Account, b.manifest.Trees[c.leaves.trees[row]].ID)
				}
			}
		}
	}
}

const severalLeaves = "%s has several leaves in tree %s"

// Columns of the list of what was claimed.
const claimedAccount, claimedTree, claimedAmount, claimedChain = 0, 1, 2, 3

// openClaimed opens the list of what was claimed.
func (c *closing) openClaimed(r *reading) (*source, error) {
	s, err := r.open(&c.set.Claimed, "claimed", []column{{"account", false}, {"tree", false}, {"amount", true}, {"chain", true}})
	if s != nil {
		c.claims.has, c.claims.chain = s.has(claimedAmount), s.has(claimedChain)
	}
	return s, err
}

// claimedRow is a row of that list that names a tree of the round.
type claimedRow struct {
	e      Entrant
	tree   int
	amount merkle.Amount // 0 when there is no such column
	other  bool          // the account cannot have a leaf in that tree: it is of another family, or the tree has none
}

// claimedRow reads the present row as far as it can be judged without leaves; of a round that was refused that is its form.
func (c *closing) claimedRow(r *reading, s *source) (x claimedRow, ok bool) {
	who, err := s.read()
	if err != nil {
		s.no(claimedAccount, err)
		return x, false
	}
	if c.claims.has {
		if x.amount, err = merkle.ParseAmountBytes(s.cell(claimedAmount)); err != nil {
			s.no(claimedAmount, err)
			return x, false
		}
	}
	if c.round == nil { // refused; the rest cannot be judged
		return x, false
	}
	x.tree = slices.IndexFunc(c.round.manifest.Trees, func(t manifestTree) bool { return t.ID == string(s.cell(claimedTree)) })
	if x.tree < 0 {
		s.no(claimedTree, ErrUnknownTree)
		return x, false
	}
	t := &c.round.manifest.Trees[x.tree]
	if c.claims.chain && string(s.cell(claimedChain)) != string(t.Chain) {
		s.no(claimedChain, fmt.Errorf("%w: tree %s is on %s", ErrOtherChain, t.ID, t.Chain))
		return x, false
	}
	on, found := slices.BinarySearch(r.chains, t.Chain) // found for every tree with leaves
	x.e, x.other = Entrant{who, uint16(on)}, !found || t.Chain.Family() != who.Family()
	return x, true
}

func (c *closing) readClaimed(r *reading) error {
	s, err := c.openClaimed(r)
	if s == nil {
		return err
	}
	l := &c.claims
	c.claimed = make([]uint32, len(c.leaves.trees))
	for s.next() {
		x, ok := c.claimedRow(r, s)
		if !ok {
			continue
		}
		leaf := -1
		if id, known := r.roll.lookup(x.e); known && !x.other {
			for _, row := range c.by.of(id) {
				if int(c.leaves.trees[row]) == x.tree {
					leaf = int(row)
				}
			}
		}
		switch {
		case leaf < 0:
			s.no(claimedAccount, ErrNoLeaf)
		case c.claimed[leaf] > 0:
			s.no(claimedAccount, fmt.Errorf("%w, first at %s", ErrDuplicate, l.places.at(c.set.Claimed.File, int(c.claimed[leaf]-1))))
		case l.has && x.amount != c.leaves.amounts[leaf]:
			s.no(claimedAmount, fmt.Errorf("%w, %s", ErrLeafAmount, c.leaves.amounts[leaf]))
		case s.full(claimedAccount, len(l.entrants)):
		default:
			l.entrants, l.trees, l.amounts = append(l.entrants, c.leaves.entrants[leaf]), append(l.trees, uint16(x.tree)), append(l.amounts, x.amount)
			l.places.add(s.cells[s.col[claimedAccount]])
			c.claimed[leaf] = uint32(len(l.entrants))
		}
	}
	return s.close("sorted", "", func(emit func([]byte) error) error {
		return r.byAccount(len(l.entrants), func(i int) uint32 { return l.entrants[i] }, func(dst []byte, i int) []byte {
			dst = append(append(dst, ','), c.round.manifest.Trees[l.trees[i]].ID...)
			if l.has {
				dst = l.amounts[i].AppendText(append(dst, ','))
			}
			return r.chainCell(dst, l.chain, l.entrants[i])
		}, emit)
	})
}

func (c *closing) refine(*reading, bool) {}

// base is leaf i in base units of its token.
func (c *closing) base(r *reading, i int) (k int, v merkle.Amount, ok bool) {
	return c.inToken(r, int(c.leaves.trees[i]), r.roll.entrants[c.leaves.entrants[i]].Chain, c.leaves.amounts[i])
}

// inToken is the amount of a leaf in base units of its token.
func (c *closing) inToken(r *reading, tree int, chain uint16, amount merkle.Amount) (k int, v merkle.Amount, ok bool) {
	k = c.tokens[tree]
	unit, there := r.unit(k, chain)
	if !there {
		return k, v, false
	}
	b := amount.Big()
	v, ok = merkle.AmountFromBig(b.Mul(b, unit))
	return k, v, ok
}

// unpayable says that a leaf has no amount in base units of its token.
func (c *closing) unpayable(who merkle.Account, tree int) error {
	return fmt.Errorf("%w: leaf of %s in tree %s", errInternal, who, c.round.manifest.Trees[tree].ID)
}

func (c *closing) allocate(r *reading, out *Allocation) error {
	out.Previous = Previous{c.round.manifest.Campaign.ID, c.round.ref.Manifest}
	ids := out.enrol(r, func(uint32) bool { return true })
	at := make([]uint32, r.roll.len())
	for i, e := range ids {
		at[e] = uint32(i)
	}
	var rest unclaimedRows
	for i, e := range c.leaves.entrants {
		k, v, ok := c.base(r, i)
		if !ok {
			return c.unpayable(r.roll.entrants[e].Account, int(c.leaves.trees[i]))
		}
		if c.claimed[i] == 0 {
			rest.entrants, rest.tokens, rest.amounts = append(rest.entrants, e), append(rest.tokens, uint16(k)), append(rest.amounts, v)
			continue
		}
		if out.Tokens[k].Amounts[at[e]], ok = out.Tokens[k].Amounts[at[e]].Add(v); !ok {
			return fmt.Errorf("%w: a claim above 256 bits", errInternal)
		}
	}
	for k := range out.Tokens {
		t := &out.Tokens[k]
		claims, err := t.sum()
		if err != nil {
			return err
		}
		if err := c.roll(r, t, claims); err != nil {
			return err
		}
		out.countLeaves(r, k, func(int) bool { return false })
		if err := out.prove(k); err != nil {
			return err
		}
	}
	out.Tables = []PublishedTable{{tableUnclaimed, unclaimedColumns(), int64(len(rest.entrants)), func(emit func([]byte) error) error {
		return r.byAccount(len(rest.entrants), func(i int) uint32 { return rest.entrants[i] }, func(dst []byte, i int) []byte {
			dst = append(append(r.chainCell(dst, true, rest.entrants[i]), ','), r.c.Tokens[rest.tokens[i]].ID...)
			return rest.amounts[i].AppendText(append(dst, ','))
		}, emit)
	}}}
	return nil
}

// roll fills the ledger of a token but for its leaves: what was not claimed rolls.
func (c *closing) roll(r *reading, t *TokenAllocation, claims merkle.Amount) error {
	l := &t.Ledger
	l.Pool, l.ResidualTo, l.RolledTo, l.Claims = t.Token.Pool, r.c.Rounding.Residual.To, c.set.Unclaimed, claims
	var ok bool
	if l.Rolled, ok = merkle.AmountFromBig(new(big.Int).Sub(l.Pool.Big(), l.Claims.Big())); !ok {
		return fmt.Errorf("%w: token %s: claims of %s, the round's were %s", errInternal, t.Token.ID, l.Claims, l.Pool)
	}
	return nil
}

const tableUnclaimed = "unclaimed"

func unclaimedColumns() []string { return []string{"account", "chain", "token", "amount"} }

// unclaimedRows are the leaves that nobody claimed, in base units of the token.
type unclaimedRows struct {
	entrants []uint32
	tokens   []uint16
	amounts  []merkle.Amount
}

func (c *closing) explain(r *reading, id uint32, x *Explanation) []*big.Rat {
	for _, i := range c.by.of(id) {
		tree := c.round.manifest.Trees[c.leaves.trees[i]].ID
		k, v, _ := c.base(r, int(i))
		if row := c.claimed[i]; row > 0 {
			x.say("tree %s of round %s: %s, claimed (%s)", tree, c.round.manifest.Campaign.ID, whole(v, &r.c.Tokens[k]), c.claims.places.at(c.set.Claimed.File, int(row-1)))
		} else {
			x.say("tree %s of round %s: %s, not claimed, so it goes to %s", tree, c.round.manifest.Campaign.ID, whole(v, &r.c.Tokens[k]), c.set.Unclaimed)
		}
	}
	return nil
}
