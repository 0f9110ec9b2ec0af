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

func sortBy[T any](s []T, less func(a, b T) int) { slices.SortStableFunc(s, less) }

// checkTrees checks the trees of a group whose rows were all read: counts, values, order, index, totals, and the root rebuilt from the leaves; in layout inline, also
// every proof against the rebuilt one.
func (k *checker) checkTrees(g *group) {
	var trees []*tree
	for _, f := range g.families {
		trees = append(trees, f.trees...)
		for at := range g.n {
			t := f.treeOf(at)
			t.rows = append(t.rows, int32(at))
		}
	}
	k.parallel("trees of "+g.man.id, len(trees), func(i int, c *collector) func() {
		checkTree(g, trees[i], c)
		return nil
	})
	if g.man.layout == "inline" && k.ctx.Err() == nil {
		k.checkInline(g, trees)
	}
}

func checkTree(g *group, t *tree, c *collector) {
	before := c.total()
	defer func() { t.bad = t.bad || c.total() > before }()
	m := t.man
	if len(t.rows) != m.leaves {
		c.add(TreeLeaves, t.at+".leaves", strconv.Itoa(m.leaves), strconv.Itoa(len(t.rows)))
	}
	if len(t.rows) == 0 {
		c.add(TreeLeaves, t.at, "no leaf", "at least one")
		return
	}
	t.checkValues(g, c)
	t.checkIndexRule(g, c)
	if t.leaf == nil {
		return
	}
	var built digest
	depth := depthOf(t.leaf.shape, len(t.rows))
	if t.leaf.grouping != "none" {
		re, ok := t.regroup(g, c)
		if !ok {
			return
		}
		built, depth = re.root, re.depth
	} else if t.arrange(g, c) {
		leaves := make([]digest, len(t.order))
		for p, at := range t.order {
			leaves[p] = t.fam.leaves[at]
		}
		built = t.leaf.shaper().root(leaves)
	} else {
		return
	}
	if depth != m.depth {
		c.add(TreeDepth, t.at+".depth", strconv.Itoa(m.depth), strconv.Itoa(depth))
	}
	t.built = &built
	if built != t.root {
		c.add(TreeRoot, t.at+".root", m.root, t.leaf.hashText(&built))
	}
}

// regroup rebuilds a grouped tree from its rows, and compares the stated ranks of accounts.
func (t *tree) regroup(g *group, c *collector) (*rebuilt, bool) {
	rows := treeRows{leaves: make([]digest, len(t.rows)), account: func(i int) []byte { return g.accounts[t.rows[i]].bytes() }}
	for i, at := range t.rows {
		rows.leaves[i] = t.fam.leaves[at]
	}
	if t.leaf.grouping == "two-level" {
		tokens := make([]account, len(t.rows))
		for i, at := range t.rows {
			text := t.man.constants[t.fam.fields[t.leaf.token].name]
			if cells := t.fam.cells[t.leaf.token]; cells != nil {
				text = cells[at]
			}
			tokens[i], _ = parseAccount(text) // hashing has reported what is none
		}
		rows.token = func(i int) []byte { return tokens[i].bytes() }
	}
	re, err := t.leaf.rebuild("", rows)
	if err != nil {
		c.add(LeafOrder, t.at+".order", strconv.Quote(t.man.order), err.Error())
		return nil, false
	}
	t.order = make([]int32, len(re.order))
	for p, i := range re.order {
		t.order[p] = t.rows[i]
	}
	good := true
	for i, at := range t.rows {
		if t.fam.place != nil && int(t.fam.place[at]) != re.rank(i) {
			c.add(LeafOrder, g.rowPlace(int(at))+" "+t.man.id, "position "+strconv.Itoa(int(t.fam.place[at])), strconv.Itoa(re.rank(i))+", the rank of the account")
		}
		if re.leaves != len(t.rows) && t.order[re.position(i)] != at {
			c.add(LeafOrder, g.rowPlace(int(at))+" "+t.man.id, "a leaf that the tree has already", "")
			good = false
		}
	}
	t.proofs = &treeProofs{rebuilt: re, place: make([]int32, g.n)}
	for i, at := range t.rows {
		t.proofs.place[at] = int32(i)
	}
	return re, good
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// checkValues: no leaf pays nothing, none is wider than the contract holds, and the sum is the stated total.
func (t *tree) checkValues(g *group, c *collector) {
	total, z := new(big.Int), new(big.Int)
	locked := t.fam.sourceField("locked")
	amount := t.fam.sourceField("amount")
	var lockedNums []num
	if locked >= 0 {
		lockedNums = t.fam.values[locked]
	}
	wide, _ := strconv.Atoi(t.man.profile.text["totalBits"])
	for _, at := range t.rows {
		n := &t.fam.amounts[at]
		total.Add(total, n.big(z))
		if t.leaf != nil && z.BitLen() > t.leaf.widest[amount] {
			c.add(LeafWidth, g.rowPlace(int(at))+" "+t.man.id, n.String(), fmt.Sprint("at most ", t.leaf.widest[amount], " bits"))
		}
		zero := n.isZero()
		if lockedNums != nil {
			zero = zero && lockedNums[at].isZero()
			total.Add(total, lockedNums[at].big(z))
		}
		if zero {
			c.add(ClaimZero, g.rowPlace(int(at))+" "+t.man.id, g.accounts[at].text()+" is paid 0", "")
		}
	}
	t.total = total
	if wide > 0 && total.BitLen() > wide && t.man.profile.text["amount"] != "limit" {
		c.add(TreeWidth, t.at+".totals", total.String(), fmt.Sprint("at most ", wide, " bits"))
	}
	if len(t.man.tokens) == 1 && (len(t.man.totals) != 1 || t.man.totals[0].Cmp(total) != 0) {
		c.add(TreeTotal, t.at+".totals", fmt.Sprint(t.man.totals), total.String())
	}
	if len(t.man.tokens) > 1 {
		t.checkTotals(c)
	}
}

// checkTotals adds up a tree with several tokens token by token.
func (t *tree) checkTotals(c *collector) {
	sums := make([]*big.Int, len(t.man.tokens))
	for i := range sums {
		sums[i] = new(big.Int)
	}
	for _, at := range t.rows {
		i := t.tokenOf(int(at))
		if i < 0 {
			continue // reported where the tokens are compared
		}
		sums[i].Add(sums[i], t.paid(int(at)))
	}
	for i := range sums {
		if i >= len(t.man.totals) || t.man.totals[i].Cmp(sums[i]) != 0 {
			c.add(TreeTotal, fmt.Sprintf("%s.totals[%d]", t.at, i), fmt.Sprint(t.man.totals), sums[i].String())
		}
	}
}

// paid is amount and locked of a row, base units of the chain.
func (t *tree) paid(at int) *big.Int {
	z := t.fam.amounts[at].big(new(big.Int))
	if i := t.fam.sourceField("locked"); i >= 0 && t.fam.values[i] != nil {
		z.Add(z, t.fam.values[i][at].big(new(big.Int)))
	}
	return z
}

// tokenOf is the place of a row's token in the tree's tokens, -1 when its cell is none of them.
func (t *tree) tokenOf(at int) int {
	if len(t.man.tokens) == 1 {
		return 0
	}
	i := t.fam.sourceField("token")
	if i < 0 || t.fam.cells[i] == nil {
		return -1
	}
	return slices.Index(t.tokenTexts, t.fam.cells[i][at])
}

// unlockOf is the number in a row's field unlock; 0 when the tree has no such field of its own, -1 when it is no number that an instant can have.
func (t *tree) unlockOf(at int) int64 {
	i := t.fam.unlockField()
	if i < 0 || t.fam.cells[i] == nil {
		return 0
	}
	z, ok := parseDigits(t.fam.cells[i][at])
	if !ok || !z.IsInt64() || z.Sign() == 0 {
		return -1
	}
	return z.Int64()
}

// unlockField is the place of the column unlock among the leaf fields, by which several leaves of one account may differ; -1 when there is none.
func (f *groupFamily) unlockField() int {
	return slices.IndexFunc(f.fields, func(x field) bool {
		return x.name == "unlock" && x.source == "column" && strings.HasPrefix(x.typ, "uint")
	})
}

// arrange puts the rows in the order of their leaves; false when that cannot be told.
func (t *tree) arrange(g *group, c *collector) bool {
	t.order = slices.Clone(t.rows)
	switch t.man.order {
	case "account":
		// rows are in key order, and several of one account by unlock and token: checkKeys has compared them
	case "input":
		if t.fam.place == nil {
			c.add(LeafOrder, t.at+".order", "input", "a column with the position of each leaf")
			return false
		}
		for i := range t.order {
			t.order[i] = -1
		}
		for _, at := range t.rows {
			p := int(t.fam.place[at])
			if p >= len(t.order) || t.order[p] >= 0 {
				c.add(LeafOrder, g.rowPlace(int(at))+" "+t.man.id, "position "+strconv.Itoa(p), "a place of its own below "+strconv.Itoa(len(t.order)))
				return false
			}
			t.order[p] = at
		}
	case "leaf-hash":
		slices.SortStableFunc(t.order, func(a, b int32) int { return bytes.Compare(t.fam.leaves[a][:], t.fam.leaves[b][:]) })
		if t.man.profile.text["dedupe"] == "yes" {
			for p := 1; p < len(t.order); p++ {
				if t.fam.leaves[t.order[p]] == t.fam.leaves[t.order[p-1]] {
					c.add(LeafOrder, g.rowPlace(int(t.order[p]))+" "+t.man.id, "a leaf that the tree has already", "")
					return false
				}
			}
		}
	default:
		c.add(LeafOrder, t.at+".order", strconv.Quote(t.man.order), "account, input or leaf-hash")
		return false
	}
	return true
}

// checkIndexRule: an index stands once in its tree, and with a sort rule it is the rank of the account's text.
func (t *tree) checkIndexRule(g *group, c *collector) {
	i := t.fam.sourceField("index")
	if i < 0 || t.fam.values[i] == nil {
		return
	}
	index := t.fam.values[i]
	switch t.man.profile.text["index"] {
	case "eip55-sort", "base58-sort":
		type ranked struct {
			text string
			at   int32
		}
		list := make([]ranked, len(t.rows))
		for j, at := range t.rows {
			list[j] = ranked{g.accounts[at].text(), at}
			if g.fam == evm {
				list[j].text = checksumText(g.accounts[at].raw[:20])
			}
		}
		slices.SortFunc(list, func(a, b ranked) int { return cmp.Compare(a.text, b.text) })
		for rank, e := range list {
			if want, _ := toNum(big.NewInt(int64(rank))); index[e.at] != want {
				c.add(LeafIndex, g.rowPlace(int(e.at))+" "+t.man.id, index[e.at].String(), want.String())
			}
		}
	default:
		rows := slices.Clone(t.rows)
		slices.SortFunc(rows, func(a, b int32) int { return bytes.Compare(index[a][:], index[b][:]) })
		for j := 1; j < len(rows); j++ {
			if index[rows[j]] == index[rows[j-1]] {
				c.add(LeafIndex, g.rowPlace(int(rows[j]))+" "+t.man.id, index[rows[j]].String()+", which "+g.accounts[rows[j-1]].text()+" has", "an index of its own")
			}
		}
		if t.man.profile.text["index"] == "input-row" && len(rows) > 0 {
			if want, _ := toNum(big.NewInt(int64(len(rows) - 1))); index[rows[len(rows)-1]] != want {
				c.add(LeafIndex, t.at, "a largest index of "+index[rows[len(rows)-1]].String(), want.String())
			}
		}
	}
}
