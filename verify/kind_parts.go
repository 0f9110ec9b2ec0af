package verify

import "strings"

// partKinds are distributions of which the files belong together: amounts in one, proofs or roots in another.
func partKinds() []fileKind {
	return []fileKind{
		{"threshold", tryThreshold},
		{"convex", tryConvex},
		{"lisk", tryLisk},
		{"fei", tryFei},
	}
}

// tryThreshold takes Threshold's cumulative rewards: claims keyed by staking provider, each with the beneficiary that is paid. The parts that were added up into the
// amounts are lists beside it (tryLists).
func tryThreshold(p *filePass) bool {
	found := false
	for _, s := range p.free() {
		top := s.top()
		claims, ok := top.get("claims")
		if !ok || claims.kind() != '{' || !has(claims.first(), "beneficiary", "amount") {
			continue
		}
		found = true
		p.take("threshold", s)
		l := &listing{name: s.name, src: s, path: "claims", columns: []string{"account", "beneficiary", "amount"}, tries: []candidate{{profile: "threshold-v1"}}}
		if root, ok := firstOf(top, "merkleRoot", "root"); ok {
			p.statedRoot(l, s, root)
		} else {
			p.fault(FileMember, s.place(top.at)+" merkleRoot", "none", "the root of the tree")
		}
		q := p.rowsOf(l)
		claims.each(func(m jmember) bool {
			r := q.begin(s, m.at, m.name)
			ok := q.account(r, m.name, m.at)
			beneficiary, ok1 := q.addressOf(r, m.val, "beneficiary")
			amount, ok2 := q.numberOf(r, m.val, "amount")
			q.proofOf(r, m.val, "proof")
			q.end(r, ok && ok1 && ok2, hex0x(r.acct.raw[:20]), beneficiary, amount)
			return true
		})
		q.close()
		for _, name := range []string{"totalAmount", "tokenTotal"} {
			if v, ok := top.get(name); ok {
				p.figureOf(l, s, name, v, l.sum("amount"))
			}
		}
		p.add(l)
	}
	return found
}

// tryLisk takes the leaves of Lisk's migration and airdrop, whose root is in a file of its own: addresses of 20 bytes, a balance, and for the migration the keys of
// accounts with several signatures, as the leaves of an OpenZeppelin tree.
func tryLisk(p *filePass) bool {
	for _, s := range p.free() {
		top := s.top()
		leaves, ok := top.get("leaves")
		first := leaves.first()
		address, ok1 := memberOf(first, "b32Address", "address")
		balance, ok2 := memberOf(first, "balanceBeddows", "balanceWei")
		if !ok || !ok1 || !ok2 || leaves.kind() != '[' {
			continue
		}
		p.take("lisk", s)
		l := &listing{name: s.name, src: s, path: "leaves", columns: []string{"account", "amount"}}
		c := candidate{profile: "oz-standard-v1", columns: []string{"account", "amount"}, fields: []field{{address, "bytes20", "column"}, {balance, "uint64", "column"}}}
		if balance == "balanceWei" {
			c.fields[1].typ = "uint256"
		}
		keys := has(first, "numberOfSignatures", "mandatoryKeys", "optionalKeys")
		if keys {
			more := []string{"numberOfSignatures", "mandatoryKeys", "optionalKeys"}
			l.columns, c.columns = append(l.columns, more...), append(c.columns, more...)
			c.fields = append(c.fields, field{more[0], "uint32", "column"}, field{more[1], "bytes32[]", "column"}, field{more[2], "bytes32[]", "column"})
		}
		l.tries = []candidate{c}
		if root, ok := firstOf(top, "merkleRoot", "root"); ok {
			p.statedRoot(l, s, root)
		}
		q := p.rowsOf(l)
		leaves.items(func(i int, item jval) bool {
			r := q.begin(s, item.at, "")
			to, ok1 := q.addressOf(r, item, address)
			unhex(r.acct.raw[:20], strings.TrimPrefix(to, "0x"))
			amount, ok2 := q.numberOf(r, item, balance)
			cells := []string{to, amount}
			if keys {
				n, ok := q.numberOf(r, item, "numberOfSignatures")
				ok2 = ok2 && ok
				cells = append(cells, n)
				for _, name := range []string{"mandatoryKeys", "optionalKeys"} {
					list, ok := item.get(name)
					if !ok || list.kind() != '[' {
						p.fault(FileMember, l.where(r, item.at, name), clip(list.raw()), "a list of keys of 32 bytes")
						ok2 = false
						continue
					}
					cells = append(cells, arrayCell(list))
				}
			}
			q.proofOf(r, item, "proof")
			if leaf, ok := firstOf(item, "hash", "leaf"); ok && leaf.kind() == '"' {
				r.leaf, r.leafAt = leaf.text(), leaf.at
			}
			q.end(r, ok1 && ok2, cells...)
			return true
		})
		p.add(l)
		return true
	}
	return false
}

// memberOf is the first of these names that an object has.
func memberOf(v jval, names ...string) (string, bool) {
	for _, n := range names {
		if has(v, n) {
			return n, true
		}
	}
	return "", false
}
