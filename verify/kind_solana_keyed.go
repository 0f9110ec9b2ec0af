package verify

import "fmt"

// tryKeyedProofs takes the files that Jupiter's tool writes for a key-value store: objects keyed by wallet, each with the distributor (merkle_tree), amount,
// locked_amount and proof. Wallets stand in no order and no root is stated, so a tree cannot be rebuilt from its list: the proofs of one distributor must lead to one
// root, and must name no part of the tree without rows.
func tryKeyedProofs(p *filePass) bool {
	k := keyedProofs{p: p, byTree: map[string]int{}, wallets: map[[32]byte]*fileRow{}}
	for _, s := range p.free() {
		top := s.top()
		if top.kind() != '{' || !has(top.first(), "merkle_tree", "proof", "amount") {
			continue
		}
		k.read(s, top)
		p.take("jupiter-kv", s)
	}
	for i := range k.trees {
		t := &k.trees[i]
		p.done = append(p.done, func() { k.judge(t) })
	}
	if k.files > 0 {
		p.check("%d files of proofs by wallet: %d wallets in %d distributors", k.files, len(k.wallets), len(k.trees))
	}
	return false
}

type keyedProofs struct {
	p       *filePass
	files   int
	trees   []keyedTree
	byTree  map[string]int
	wallets map[[32]byte]*fileRow
}

// keyedTree holds the rows of one distributor. Its list is for places and sums only.
type keyedTree struct {
	distributor string
	list        *listing
	locked      bool
}

func (k *keyedProofs) read(s *source, top jval) {
	k.files++
	places := &listing{name: s.name, src: s, path: "wallets", columns: []string{"account", "amount", "locked"}}
	n := 0
	top.each(func(m jmember) bool {
		r := newRow(s, m.at, m.name, n)
		n++
		where := func(member string) func(int) string {
			return func(at int) string { return places.where(&r, at, member) }
		}
		account, text, ok := solanaKeyText(m.name)
		if !ok {
			k.p.fault(RowAccount, where("")(m.at), quotedText(m.name), "a Solana key in base58")
			return true
		}
		entry := m.val.members()
		tree, ok1 := pick(entry, "merkle_tree")
		amount, ok2 := pick(entry, "amount")
		proof, ok3 := pick(entry, "proof")
		if !ok1 || !ok2 || !ok3 {
			k.p.fault(FileMember, where("")(m.val.at), clip(m.val.raw()), "merkle_tree, amount and proof")
			return true
		}
		paid, ok := k.p.amount(amount, where("amount"))
		if !ok {
			return true
		}
		locked := "0"
		later, isLocked := pick(entry, "locked_amount", "amount_locked")
		if isLocked && later.kind() != 'n' {
			if locked, ok = k.p.amount(later, where("locked_amount")); !ok {
				return true
			}
		}
		if _, _, ok := solanaKeyText(tree.text()); !ok {
			k.p.fault(RowAccount, where("merkle_tree")(tree.at), clip(tree.raw()), "the key of a distributor")
			return true
		}
		r.acct, r.cells, r.proof = account, []string{text, paid, locked}, proof.at
		if before := k.wallets[account.raw]; before != nil {
			k.p.fault(RowTwoTrees, where("")(m.at), text+" is also at "+before.src.place(before.at), "one claim a wallet: a store of keys keeps only the last")
		}
		t := k.tree(tree.text())
		t.locked = t.locked || isLocked
		t.list.rows = append(t.list.rows, r)
		k.wallets[account.raw] = &r
		return true
	})
}

func (k *keyedProofs) tree(distributor string) *keyedTree {
	i, ok := k.byTree[distributor]
	if !ok {
		i = len(k.trees)
		k.byTree[distributor] = i
		k.trees = append(k.trees, keyedTree{distributor: distributor,
			list: &listing{name: "distributor " + distributor, path: "wallets", columns: []string{"account", "amount", "locked"}}})
	}
	return &k.trees[i]
}

// judge folds the proofs of one distributor and compares where they lead with the root given, and with trees among the files.
func (k *keyedProofs) judge(t *keyedTree) {
	p, l := k.p, t.list
	l.src = l.rows[0].src
	own := FileTree{Name: l.name, Leaves: len(l.rows), Proofs: len(l.rows), Total: l.sum("amount").String()}
	j := &judge{p: p, l: l, amount: 1}
	l.readProof = bufferProof
	var best *keyedFold
	for _, c := range claimTries(t.locked, "jupiter") {
		if p.o.Profile != "" && c.profile != p.o.Profile {
			continue
		}
		b := j.build(c, map[string]*builtList{})
		own.Tried = append(own.Tried, c.String())
		if b.err != nil || len(b.bad) > 0 {
			continue
		}
		if f := k.fold(j, b); best == nil || f.most > best.most {
			best = f
		}
	}
	if best == nil {
		p.fault(RowProof, l.name, "no leaf can be made of its rows", "values of 64 bits")
		return
	}
	b, faults := best.b, p.faults.total()
	own.Profile, own.Order, own.Shape, own.Rebuilt, own.Folded = b.prof.text["name"], "unknown", "unknown", hex0x(best.root[:]), best.most
	for _, i := range best.unread {
		p.fault(RowProof, l.where(&l.rows[i], l.rows[i].proof, "proof"), errProof.Error(), "")
	}
	for i, root := range best.roots {
		if root != best.root && !best.skip[i] {
			p.fault(RowProof, l.where(&l.rows[i], 0, ""), "the row with its proof leads to "+hex0x(root[:]), own.Rebuilt+", as the most rows of "+l.name)
		}
	}
	p.check("%s: %d of %d proofs lead to %s by the leaves of %s", l.name, best.most, len(l.rows), own.Rebuilt, own.Profile)
	if best.most == len(l.rows) {
		k.complete(best, l)
	}
	k.compare(&own, l)
	j.tree, j.target = own, best.root
	j.checkRows(b)
	own = j.tree
	own.OK = faults == p.faults.total()
	p.trees = append(p.trees, own)
}

// keyedFold is where the proofs of one distributor lead by one leaf rule.
type keyedFold struct {
	b      *builtList
	roots  []digest // by row
	skip   map[int]bool
	unread []int
	root   digest // the most frequent
	most   int
	nodes  map[digest]bool   // nodes that have a row under them
	beside map[digest][2]int // entries of proofs, by first row and place
}

func (k *keyedProofs) fold(j *judge, b *builtList) *keyedFold {
	f := &keyedFold{b: b, skip: map[int]bool{}, nodes: map[digest]bool{}, beside: map[digest][2]int{}}
	s, count := b.rule.shaper(), map[digest]int{}
	var proof []digest
	for i, r := range b.rows {
		var err error
		if proof, err = bufferProof(proof[:0], r, b.rule.width); err != nil {
			f.unread, f.skip[i] = append(f.unread, i), true
			f.roots = append(f.roots, digest{})
			continue
		}
		node := b.leaves[i]
		f.nodes[node] = true
		for e := range proof {
			if _, ok := f.beside[proof[e]]; !ok {
				f.beside[proof[e]] = [2]int{i, e}
			}
			node = s.pair(&node, &proof[e])
			f.nodes[node] = true
		}
		f.roots = append(f.roots, node)
		if count[node]++; count[node] > f.most {
			f.root, f.most = node, count[node]
		}
	}
	return f
}

// complete names parts of the tree in which no row stands.
func (k *keyedProofs) complete(f *keyedFold, l *listing) {
	for i, r := range f.b.rows {
		proof, err := bufferProof(nil, r, 32)
		if err != nil {
			continue
		}
		for e, d := range proof {
			if !f.nodes[d] && f.beside[d] == [2]int{i, e} {
				k.p.fault(ListIncomplete, l.where(r, r.proof, "proof"), fmt.Sprintf("entry %d %s has no row of these files under it", e, hex0x(d[:])), "")
			}
		}
	}
}

// compare holds the root against the one given and against the trees among the files.
func (k *keyedProofs) compare(own *FileTree, l *listing) {
	p := k.p
	for _, other := range p.listings {
		if sameHash(other.root, own.Rebuilt) {
			own.Stated, own.Matched = own.Rebuilt, true
			p.check("%s: the root is that of %s", l.name, other.name)
			if len(other.rows) != len(l.rows) {
				p.fault(ListCount, l.name, fmt.Sprint(len(l.rows), " wallets"), fmt.Sprintf("%d, the rows of %s", len(other.rows), other.name))
			}
			return
		}
	}
	switch {
	case p.o.Root != "" && len(k.trees) == 1:
		own.Stated, own.Matched = p.o.Root, sameHash(p.o.Root, own.Rebuilt)
		if !own.Matched {
			p.fault(ListRootGiven, l.name, own.Rebuilt, p.o.Root)
		}
	case p.o.Root != "" && sameHash(p.o.Root, own.Rebuilt):
		own.Stated, own.Matched = p.o.Root, true
	case len(p.listings) > 0:
		p.fault(ListRoot, l.name, own.Rebuilt, "the root of one of the trees given")
	default:
		p.skip("%s: the root, since none is stated: its proofs lead to %s", l.name, own.Rebuilt)
	}
}
