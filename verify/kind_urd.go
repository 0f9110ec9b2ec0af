package verify

// tryURD reads the distribution of Morpho's Universal Rewards Distributor: {root, tree: [{account, reward, claimable, proof}]}.
func tryURD(p *filePass) bool {
	return p.eachFree(func(s *source) bool {
		top := s.top()
		list, ok := firstOf(top, "tree", "claims", "leaves")
		if !ok || !list.isList() || !has(list.first(), "account", "reward", "claimable") {
			return false
		}
		p.take("urd", s)
		l := &listing{name: s.name, src: s, path: "tree", columns: []string{"account", "token", "amount"}, tries: []candidate{{profile: "morpho-urd-v1"}}}
		if root, ok := firstOf(top, "root", "merkleRoot"); ok {
			l.root, l.rootAt = root.text(), root.at
		}
		q := p.rowsOf(l)
		list.items(func(_ int, v jval) bool {
			r := q.begin(s, v.at, "")
			ok := q.accountOf(r, v, "account")
			token, ok2 := q.addressOf(r, v, "reward")
			amount, ok3 := q.numberOf(r, v, "claimable")
			q.proofOf(r, v, "proof", "proofs")
			q.end(r, ok && ok2 && ok3, hex0x(r.acct.raw[:20]), token, amount)
			return true
		})
		q.close()
		for _, name := range []string{"total", "totalClaimable"} {
			if v, ok := top.get(name); ok {
				p.figure(l, name, v, "amount", nil)
			}
		}
		p.add(l)
		return true
	})
}
