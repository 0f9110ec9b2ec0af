package verify

import (
	"bytes"
	"cmp"
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"
)

// dueClaim is one leaf that the allocation gives.
type dueClaim struct {
	raw   [32]byte
	ent   int32
	token int16 // in the campaign
	part  int32
	place int32 // in claim order, within its part

	unlock int64 // of a tranche, else 0
	amount *num  // of a tranche, else nil: that of the entrant
}

// compareClaims compares every leaf of the bundle with the recomputed allocation: who, how much, where, and in which part; and the manifest's ledger and exclusion counts.
func (k *checker) compareClaims() {
	if k.alloc == nil || k.man == nil {
		return
	}
	compared := 0
	for j := range k.camp.trees {
		d := &k.camp.trees[j]
		due := k.dueIn(d)
		var trees []*tree
		readable := true
		for _, mt := range k.man.trees {
			if mt.family == d.id {
				t := k.trees[mt.id]
				trees = append(trees, t)
				readable = readable && t.g != nil && t.g.read
			}
		}
		if len(due) > 0 && len(trees) == 0 {
			k.f.add(TreeMissing, "manifest.json trees", "no tree of "+strconv.Quote(d.id), fmt.Sprint(len(due), " leaves"))
			continue
		}
		if !readable {
			k.skipped = append(k.skipped, "the leaves of "+strconv.Quote(d.id)+" against the allocation: not all of its groups could be read")
			continue
		}
		k.compareFamily(d, trees, due)
		compared += len(due)
	}
	k.checked = append(k.checked, fmt.Sprintf("%d leaves against the recomputed allocation: account, amount, locked, index, own columns, part, place in claim order", compared))
	k.compareLedger()
	for i, got := range k.man.exclusions {
		if i >= len(k.alloc.exclusions) {
			break
		}
		want := k.alloc.exclusions[i]
		if got.accounts != strconv.Itoa(want.accounts) || got.matched != strconv.Itoa(want.matched) {
			k.f.add(ExclusionMismatch, fmt.Sprintf("manifest.json exclusions[%d]", i), got.accounts+" accounts, "+got.matched+" matched", fmt.Sprintf("%d accounts, %d matched", want.accounts, want.matched))
		}
	}
}

// dueIn lists the claims of a family in claim order, by entrant and then by token, with their parts.
func (k *checker) dueIn(d *treeDecl) []dueClaim {
	var toks []int
	for i, t := range k.camp.tokens {
		if slices.Contains(d.tokens, t.id) {
			toks = append(toks, i)
		}
	}
	var due []dueClaim
	for i := range k.alloc.ents {
		e := &k.alloc.ents[i]
		if e.chain != d.chain {
			continue
		}
		for _, tok := range toks {
			r := k.alloc.tokens[tok]
			if r.tranches != nil {
				for j := range r.tranches[i] {
					x := &r.tranches[i][j]
					due = append(due, dueClaim{raw: e.acct.raw, ent: int32(i), token: int16(tok), unlock: x.unlock, amount: &x.amount})
				}
				continue
			}
			if !r.amounts[i].isZero() || (r.locked != nil && !r.locked[i].isZero()) {
				due = append(due, dueClaim{raw: e.acct.raw, ent: int32(i), token: int16(tok)})
			}
		}
	}
	order := make([]int32, len(due))
	for i := range order {
		order[i] = int32(i)
	}
	if d.order == "account" {
		keys := make([]digest, len(due))
		for i := range due {
			keys[i] = k.alloc.ents[due[i].ent].acct.key()
		}
		slices.SortStableFunc(order, func(x, y int32) int { return bytes.Compare(keys[x][:], keys[y][:]) })
	}
	size := max(1, len(due))
	if d.split > 0 {
		size = d.split
	}
	for n, i := range order {
		due[i].part = int32(n / size)
	}
	inPart := map[int32]int32{}
	for i := range due {
		due[i].place = inPart[due[i].part]
		inPart[due[i].part]++
	}
	return due
}

type heldClaim struct {
	raw   [32]byte
	tree  *tree
	row   int32
	token int16

	unlock int64 // 0 unless the claims are tranches; -1: none that a tranche can have
}

// compareHeld is the order in which claims due and claims held are put side by side.
func compareHeld(raw1, raw2 *[32]byte, unlock1, unlock2 int64, tok1, tok2 int16) int {
	if c := bytes.Compare(raw1[:], raw2[:]); c != 0 {
		return c
	}
	return cmp.Or(cmp.Compare(unlock1, unlock2), cmp.Compare(tok1, tok2))
}

func (k *checker) compareFamily(d *treeDecl, trees []*tree, due []dueClaim) {
	var held []heldClaim
	for _, t := range trees {
		k.checkIndexSource(t)
		for _, at := range t.rows {
			tok := int16(-1)
			if j := t.tokenOf(int(at)); j >= 0 {
				tok = int16(slices.IndexFunc(k.camp.tokens, func(x *token) bool { return x.id == t.man.tokens[j] }))
			} else {
				k.f.add(ClaimField, t.g.rowPlace(int(at))+" "+t.man.id, "a token that is not the tree's", "")
				t.bad = true
			}
			h := heldClaim{raw: t.g.accounts[at].raw, tree: t, row: at, token: tok}
			if tok >= 0 && k.alloc.tokens[tok].tranches != nil {
				h.unlock = t.unlockOf(int(at))
			}
			held = append(held, h)
		}
	}
	slices.SortStableFunc(due, func(a, b dueClaim) int {
		return compareHeld(&a.raw, &b.raw, a.unlock, b.unlock, a.token, b.token)
	})
	slices.SortStableFunc(held, func(a, b heldClaim) int {
		return compareHeld(&a.raw, &b.raw, a.unlock, b.unlock, a.token, b.token)
	})
	for i, j := 0, 0; i < len(due) || j < len(held); {
		c := 0
		switch {
		case i == len(due):
			c = 1
		case j == len(held):
			c = -1
		default:
			c = compareHeld(&due[i].raw, &held[j].raw, due[i].unlock, held[j].unlock, due[i].token, held[j].token)
		}
		switch {
		case c < 0:
			e := &k.alloc.ents[due[i].ent]
			k.f.add(ClaimMissing, "tree "+d.id, e.acct.text()+" has no leaf"+atUnlock(due[i].unlock), k.dueText(&due[i])+" of "+k.camp.tokens[due[i].token].id)
			k.mark(trees, due[i].token)
			i++
		case c > 0:
			k.extra(&held[j])
			j++
		default:
			k.compareLeaf(d, &due[i], &held[j])
			i, j = i+1, j+1
		}
	}
}

// checkIndexSource: the index is the list's when the list has one, and else by the profile's own rule.
func (k *checker) checkIndexSource(t *tree) {
	rule := t.man.profile.text["index"]
	if t.fam.sourceField("index") < 0 || len(t.man.tokens) == 0 {
		return
	}
	given := slices.ContainsFunc(k.alloc.tokens, func(r *tokenResult) bool { return r.index != nil })
	if given != (rule == "given") {
		k.f.add(ProfileParameter, t.at+".profile.index", strconv.Quote(rule), "given when the list has an index, and only then; it has one: "+yes(given))
		t.bad = true
	}
}

func (k *checker) mark(trees []*tree, tok int16) {
	for _, t := range trees {
		t.bad = true
	}
	if tok >= 0 {
		k.tokenBad[k.camp.tokens[tok].id] = true
	}
}

func (k *checker) extra(h *heldClaim) {
	acct := h.tree.g.accounts[h.row]
	where := h.tree.g.rowPlace(int(h.row)) + " " + h.tree.man.id
	k.mark([]*tree{h.tree}, h.token)
	if list, ok := k.alloc.excluded[entrant{acct, h.tree.man.chain}]; ok {
		k.f.add(ClaimExcluded, where, acct.text()+" is paid "+h.tree.paid(int(h.row)).String(), "nothing: it is on the list "+strconv.Quote(list))
		return
	}
	k.f.add(ClaimExtra, where, acct.text()+" is paid "+h.tree.paid(int(h.row)).String(), "nothing")
}

// inChain is an amount of a token in base units of the chain; it is always a multiple of the unit.
func (k *checker) inChain(n *num, tok int16, chain string) *big.Int {
	z := n.big(new(big.Int))
	if a := k.camp.tokens[tok].on(chain); a != nil {
		z.Quo(z, a.unit)
	}
	return z
}

func (k *checker) dueText(c *dueClaim) string {
	return k.inChain(k.dueAmount(c), c.token, k.alloc.ents[c.ent].chain).String()
}

// dueAmount is what the leaf must hold, in base units of the token, locked left out.
func (k *checker) dueAmount(c *dueClaim) *num {
	if c.amount != nil {
		return c.amount
	}
	return &k.alloc.tokens[c.token].amounts[c.ent]
}

func atUnlock(at int64) string {
	if at == 0 {
		return ""
	}
	return " with unlock " + strconv.FormatInt(at, 10)
}

func (k *checker) compareLeaf(d *treeDecl, c *dueClaim, h *heldClaim) {
	t, at := h.tree, int(h.row)
	bad := func(code Code, got, want string) {
		acct := t.g.accounts[at]
		k.f.add(code, t.g.rowPlace(at)+" "+t.man.id+" "+acct.text(), got, want)
		k.mark([]*tree{t}, c.token)
	}
	r := k.alloc.tokens[c.token]
	if got, want := t.fam.amounts[at].big(new(big.Int)), k.inChain(k.dueAmount(c), c.token, t.man.chain); got.Cmp(want) != 0 {
		bad(ClaimAmount, got.String(), want.String())
	}
	if int(c.part) != t.man.part {
		bad(ClaimPart, "part "+strconv.Itoa(t.man.part), strconv.Itoa(int(c.part)))
	}
	if t.fam.place != nil && t.man.order == "input" && t.fam.place[at] != c.place {
		bad(LeafOrder, "position "+strconv.Itoa(int(t.fam.place[at])), strconv.Itoa(int(c.place)))
	}
	locked := new(big.Int)
	if r.locked != nil {
		locked = k.inChain(&r.locked[c.ent], c.token, t.man.chain)
	}
	got := new(big.Int)
	if i := t.fam.sourceField("locked"); i >= 0 && t.fam.values[i] != nil {
		got = t.fam.values[i][at].big(got)
	}
	if got.Cmp(locked) != 0 {
		bad(ClaimField, "locked "+got.String(), locked.String())
	}
	own := k.camp.own
	for i, f := range t.fam.fields {
		switch {
		case f.source == "index" && t.fam.values[i] != nil:
			want := r.index
			if rule := t.man.profile.text["index"]; rule == "input-row" {
				if n, _ := toNum(big.NewInt(int64(c.place))); n != t.fam.values[i][at] {
					bad(LeafIndex, t.fam.values[i][at].String(), n.String())
				}
			} else if rule == "given" && (want == nil || want[c.ent] != t.fam.values[i][at]) {
				s := "an index column in the list"
				if want != nil {
					s = want[c.ent].String()
				}
				bad(ClaimField, "index "+t.fam.values[i][at].String(), s)
			}
		case f.source == "column" && f.name == "unlock" && c.amount != nil: // claims were put side by side by it
		case f.source == "column" && t.fam.cells[i] != nil:
			n := slices.Index(own, f.name)
			if n < 0 || r.own == nil || n >= len(r.own[c.ent]) {
				bad(ClaimField, f.name+" "+strconv.Quote(t.fam.cells[i][at]), "a column of the list")
			} else if !sameCell(f.typ, r.own[c.ent][n], t.fam.cells[i][at]) {
				bad(ClaimField, f.name+" "+strconv.Quote(t.fam.cells[i][at]), strconv.Quote(r.own[c.ent][n]))
			}
		}
	}
}

// sameCell compares an input's cell with the leaf's; addresses and bytes may have upper-case letters in an input.
func sameCell(typ, input, leaf string) bool {
	if strings.HasPrefix(typ, "address") || strings.HasPrefix(typ, "bytes") {
		return strings.ToLower(input) == leaf
	}
	return input == leaf
}

// compareLedger compares each token's ledger with the recomputed one.
func (k *checker) compareLedger() {
	for i, r := range k.alloc.tokens {
		if i >= len(k.man.ledger) {
			return
		}
		l := &k.man.ledger[i]
		line := func(name, got, want string) {
			if got != want {
				k.f.add(LedgerMismatch, fmt.Sprintf("manifest.json ledger[%d].%s", i, name), got, want)
				k.tokenBad[l.token] = true
			}
		}
		line("claims", l.claims.String(), r.claims.String())
		line("unallocated", l.unallocated.String(), r.unallocated.String())
		line("carriedIn", l.carriedIn.String(), lineText(r.carriedIn))
		line("rolledIn", l.rolledIn.String(), lineText(r.rolledIn))
		line("locked", l.locked.String(), lineText(r.lockedLine))
		line("unelected", l.unelected.String(), lineText(r.unelected))
		line("unvested", l.unvested.String(), lineText(r.unvested))
		line("forgone", l.forgone.String(), lineText(r.forgone))
		line("rolled", l.rolled.String(), lineText(r.rolled))
		line("rolledTo", l.rolledTo, r.rolledTo)
		line("paidBefore", l.paidBefore.String(), lineText(r.paidBefore))
		for j, chain := range sortedKeys(r.chains) {
			want, got := fmt.Sprintf("%s: %s in %d leaves", chain, r.chains[chain].claims, r.chains[chain].leaves), "missing"
			if j < len(l.chains) {
				got = fmt.Sprintf("%s: %s in %s leaves", l.chains[j].chain, l.chains[j].claims, l.chains[j].leaves)
			}
			line(fmt.Sprintf("chains[%d]", j), got, want)
		}
		line("residual", l.residual.String(), r.residual.String())
		line("leaves", l.leaves, strconv.Itoa(r.leaves))
		line("dropped", l.dropped, strconv.Itoa(r.dropped))
	}
	k.checked = append(k.checked, fmt.Sprintf("ledger of %d tokens line by line against the recomputed one", len(k.alloc.tokens)))
}

func lineText(z *big.Int) string {
	if z == nil {
		return "0"
	}
	return z.String()
}
