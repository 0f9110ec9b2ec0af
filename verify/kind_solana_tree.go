package verify

import (
	"fmt"
	"math/big"
)

// solanaKinds are the files of Solana distributors, in the order in which they are tried.
func solanaKinds() []fileKind {
	return []fileKind{
		{"jito-tip", tryTipTrees},
		{"jito", trySolanaTrees},
		{"jupiter-kv", tryKeyedProofs},
		{"saber", trySolanaClaims},
	}
}

// treeSplit remembers the trees of a folder that may be parts of one list.
type treeSplit struct {
	listings []*listing
	versions []string
}

// trySolanaTrees takes every file that holds one tree as the Rust tools of the Jito line write it: merkle_root, max_num_nodes and tree_nodes. Their members tell the
// tool apart: amount_unlocked and amount_locked (the first Jito tool), six totals by category (Jito's airdrop), amount and locked_amount (Jupiter and those after
// it), amount alone (BAM boost, and the first Jupiter tool, whose leaves hold a locked amount of 0).
func trySolanaTrees(p *filePass) bool {
	var split treeSplit
	for _, s := range p.free() {
		top := s.top()
		if !isNodeTree(top) {
			continue
		}
		l, kind := p.nodeTree(s, top, s.name)
		p.take(kind, s)
		p.add(l)
		version := ""
		if v, ok := top.get("airdrop_version"); ok {
			version = v.text()
		}
		split.listings, split.versions = append(split.listings, l), append(split.versions, version)
	}
	p.compareSplit(&split)
	return len(split.listings) > 0
}

func isNodeTree(v jval) bool {
	if v.kind() != '{' {
		return false
	}
	nodes, ok := v.get("tree_nodes")
	if !ok || nodes.kind() != '[' {
		return false
	}
	_, pays := firstOf(nodes.first(), "claimant", "account", "pubkey") // a tree over the roots of other trees pays nobody
	return pays || nodes.first().d == nil
}

// tryTipTrees takes a collection of Jito tip or priority-fee trees, one a validator.
func tryTipTrees(p *filePass) bool {
	for _, s := range p.free() {
		trees, ok := s.top().get("generated_merkle_trees")
		if !ok || trees.kind() != '[' {
			continue
		}
		p.take("jito-tip", s)
		trees.items(func(i int, t jval) bool {
			path := fmt.Sprintf("generated_merkle_trees[%d]", i)
			if !isNodeTree(t) {
				p.fault(FileMember, s.place(t.at)+" "+path, clip(t.raw()), "an object with merkle_root and tree_nodes")
				return true
			}
			name := s.name + " " + path
			if a, ok := t.get("tip_distribution_account"); ok && a.text() != "" {
				name = s.name + " " + clip(a.text())
			}
			l, _ := p.nodeTree(s, t, name)
			l.path = path + "." + l.path
			p.add(l)
			return true
		})
		return true
	}
	return false
}

// nodeAmounts says which members of a tree node make its amount and its locked amount.
type nodeAmounts struct {
	kind           string
	amount, locked []string
}

// amountsOf looks at the first node.
func amountsOf(node jval, version bool) nodeAmounts {
	switch {
	case has(node, "total_unlocked_staker"):
		return nodeAmounts{"jito", []string{"total_unlocked_staker", "total_unlocked_searcher", "total_unlocked_validator"},
			[]string{"total_locked_staker", "total_locked_searcher", "total_locked_validator"}}
	case has(node, "amount_unlocked"):
		return nodeAmounts{"jito", []string{"amount_unlocked"}, []string{"amount_locked"}}
	case has(node, "unlocked_amount"):
		return nodeAmounts{"jito", []string{"unlocked_amount"}, []string{"locked_amount"}}
	case has(node, "locked_amount"):
		return nodeAmounts{"jupiter", []string{"amount"}, []string{"locked_amount"}}
	case has(node, "amount_locked"):
		return nodeAmounts{"jito", []string{"amount"}, []string{"amount_locked"}}
	case version:
		return nodeAmounts{"jupiter", []string{"amount"}, nil}
	}
	return nodeAmounts{"bam", []string{"amount"}, nil}
}

// nodeTree reads one tree of nodes.
func (p *filePass) nodeTree(s *source, top jval, name string) (*listing, string) {
	nodes, _ := top.get("tree_nodes")
	shape := amountsOf(nodes.first(), has(top, "airdrop_version"))
	l := &listing{name: name, src: s, path: "tree_nodes", columns: []string{"account", "amount", "locked"}, readProof: bufferProof}
	if shape.locked == nil {
		l.columns = l.columns[:2]
	}
	unlockedSum, lockedSum := new(big.Int), new(big.Int)
	nodes.items(func(i int, node jval) bool {
		r := newRow(s, node.at, "", i)
		where := func(member string) func(int) string {
			return func(at int) string { return l.where(&r, at, member) }
		}
		m := node.members()
		claimant, ok := pick(m, "claimant", "account", "pubkey")
		if !ok {
			p.fault(FileMember, l.where(&r, 0, "claimant"), "none", "the account that is paid")
			return true
		}
		account, text, ok := p.solanaAccount(claimant, l.where(&r, claimant.at, "claimant"))
		if !ok {
			return true
		}
		unlocked, ok1 := p.sumMembers(m, shape.amount, where)
		locked, ok2 := p.sumMembers(m, shape.locked, where)
		if !ok1 || !ok2 {
			return true
		}
		unlockedSum.Add(unlockedSum, unlocked)
		lockedSum.Add(lockedSum, locked)
		r.acct, r.cells = account, []string{text, unlocked.String()}
		if shape.locked != nil {
			r.cells = append(r.cells, locked.String())
		}
		if proof, ok := pick(m, "proof"); ok && proof.kind() != 'n' {
			r.proof = proof.at
		}
		l.rows = append(l.rows, r)
		return true
	})
	l.tries = claimTries(shape.locked != nil, shape.kind)
	p.nodeFigures(l, s, top, unlockedSum, lockedSum)
	return l, shape.kind
}

// pick is the member by the first of these names that there is, of members that are already read: a node is mostly proof, which is passed over once.
func pick(m []jmember, names ...string) (jval, bool) {
	for _, name := range names {
		for i := range m {
			if m[i].name == name {
				return m[i].val, true
			}
		}
	}
	return jval{}, false
}

// sumMembers adds members of a node; a member that is null counts nothing, as in the tools that write an optional locked amount.
func (p *filePass) sumMembers(m []jmember, names []string, where func(member string) func(int) string) (*big.Int, bool) {
	total := new(big.Int)
	for _, name := range names {
		v, ok := pick(m, name)
		if !ok {
			p.fault(FileMember, where(name)(0), "none", "an amount in base units")
			return nil, false
		}
		if v.kind() == 'n' {
			continue
		}
		text, ok := p.amount(v, where(name))
		if !ok {
			return nil, false
		}
		n, _ := new(big.Int).SetString(text, 10)
		total.Add(total, n)
	}
	return total, true
}

// nodeFigures compares what a tree of nodes states about itself.
func (p *filePass) nodeFigures(l *listing, s *source, top jval, unlocked, locked *big.Int) {
	if root, ok := firstOf(top, "merkle_root", "merkleRoot", "root"); ok {
		p.statedRoot(l, s, root)
	} else {
		p.fault(FileMember, s.place(top.at)+" merkle_root", "none", "the root of the tree")
	}
	for _, c := range []struct {
		name string
		want *big.Int
	}{{"max_num_nodes", nil}, {"num_nodes", nil}, {"total_unlocked_amount", unlocked}, {"total_locked_amount", locked}} {
		if v, ok := top.get(c.name); ok {
			p.figureOf(l, s, c.name, v, c.want)
		}
	}
	v, ok := top.get("max_total_claim")
	if !ok {
		return
	}
	sum := new(big.Int).Add(unlocked, locked)
	got, _, good := integer(v)
	if !has(top, "tip_distribution_account") || !good || got.Cmp(sum) <= 0 {
		p.figureOf(l, s, "max_total_claim", v, sum)
		return
	}
	// A tip tree states the lamports of its account; shares are rounded down, so some may be left over.
	p.remark(ListTotal, s.place(v.at)+" max_total_claim", got.String(),
		fmt.Sprintf("the sum of the rows is %s, so %s is nobody's", sum, new(big.Int).Sub(got, sum)))
}

// statedRoot notes the root that a file states, in any spelling, as lower-case hex.
func (p *filePass) statedRoot(l *listing, s *source, v jval) {
	d, ok := hashValue(bufferData(v), 32)
	if !ok {
		if short, ok := hashValue(bufferData(v), 20); ok {
			l.root, l.rootAt = hex0x(short[:20]), v.at
			return
		}
		p.fault(FileMember, s.place(v.at)+" root", clip(v.raw()), "a hash: 32 byte numbers, 64 hex digits or base58")
		return
	}
	l.root, l.rootAt = hex0x(d[:]), v.at
}

// figureOf notes a total or count that a file states; want nil: the number of rows.
func (p *filePass) figureOf(l *listing, s *source, name string, v jval, want *big.Int) {
	got, _, ok := integer(v)
	if !ok {
		p.fault(RowValue, s.place(v.at)+" "+name, clip(v.raw()), "a whole number that is not negative")
		return
	}
	l.figures = append(l.figures, figure{name: name, src: s, at: v.at, got: got, want: want})
}

// claimTries are the leaves that the members of a file may mean; other shapes and orders, which the programs take as well, are tried by the judge after them.
func claimTries(locked bool, kind string) []candidate {
	if locked {
		return []candidate{{profile: "jito-v1"}, {profile: "jupiter-ts-v1"}}
	}
	tip := candidate{profile: "jito-tip-v1"}
	zero := candidate{profile: "jito-v1", constants: map[string]string{"locked": "0"}, note: "locked 0"}
	sorted := candidate{profile: "jupiter-ts-v1", constants: map[string]string{"locked": "0"}, note: "locked 0"}
	if kind == "jupiter" {
		return []candidate{zero, sorted, tip}
	}
	return []candidate{tip, zero, sorted}
}

// compareSplit looks for wallets that are in two trees of one split, which are told by their different versions. The tools cut a list first and add up repeated
// wallets inside each part after it, and their proof servers keep only one of the claims.
func (p *filePass) compareSplit(split *treeSplit) {
	seen := map[string]bool{}
	for _, v := range split.versions {
		if v == "" || seen[v] {
			return
		}
		seen[v] = true
	}
	if len(split.listings) < 2 {
		return
	}
	p.splits = append(p.splits, split.listings)
	p.done = append(p.done, func() {
		type first struct{ tree, row int32 }
		wallets := map[[32]byte]first{}
		total, rows, twice := new(big.Int), 0, 0
		for t, l := range split.listings {
			rows += len(l.rows)
			for _, column := range []string{"amount", "locked"} {
				if z := l.sum(column); z != nil {
					total.Add(total, z)
				}
			}
			for i := range l.rows {
				r := &l.rows[i]
				w, ok := wallets[r.acct.raw]
				if ok && int(w.tree) != t {
					o := split.listings[w.tree]
					twice++
					p.fault(RowTwoTrees, l.where(r, 0, ""), r.acct.text()+" is also at "+o.where(&o.rows[w.row], 0, ""), "one tree of the split a wallet")
				} else if !ok {
					wallets[r.acct.raw] = first{int32(t), int32(i)}
				}
			}
		}
		p.check("%d trees of one split: %d rows, %d of them of a wallet that is in an earlier tree, together %s", len(split.listings), rows, twice, total)
	})
}
