package verify

import "math/big"

// isMerklAnswer recognises the answer of the claims API: chains with rewards that have root, recipient, proofs and token.
func isMerklAnswer(top jval) bool {
	found := false
	merklRewards(top, func(v jval) bool {
		found = has(v, "root", "recipient", "amount", "proofs", "token")
		return false
	})
	return found
}

// merklRewards calls f with every reward of an answer.
func merklRewards(top jval, f func(v jval) bool) {
	going := true
	chain := func(c jval) {
		rewards, ok := c.get("rewards")
		if !ok || !rewards.isList() {
			return
		}
		rewards.items(func(_ int, v jval) bool {
			going = f(v)
			return going
		})
	}
	if top.kind() == '{' {
		chain(top)
		top.each(func(m jmember) bool {
			chain(m.val)
			return going
		})
		return
	}
	top.items(func(_ int, c jval) bool {
		chain(c)
		return going
	})
}

// merklAnswer checks the proofs of an answer, root by root: it holds some rows of each tree.
func (p *filePass) merklAnswer(s *source, top jval) {
	byRoot := map[string]*rowReader{}
	var order []*rowReader
	merklRewards(top, func(v jval) bool {
		root, _ := v.get("root")
		q := byRoot[root.text()]
		if q == nil {
			l := &listing{name: s.name + " root " + clip(root.text()), src: s, path: "rewards", columns: []string{"account", "token", "amount"},
				tries: []candidate{{profile: "merkl-v1"}}, root: root.text(), rootAt: root.at, partial: true, strict: true}
			q = p.rowsOf(l)
			byRoot[root.text()] = q
			order = append(order, q)
		}
		r := q.begin(s, v.at, "")
		ok := q.accountOf(r, v, "recipient")
		token, _ := v.get("token")
		if token.kind() == '{' {
			token, _ = token.get("address")
		}
		text, ok2 := q.address(r, token, "token")
		amount, ok3 := q.numberOf(r, v, "amount")
		q.proofOf(r, v, "proofs")
		if parts, has := v.get("breakdowns"); has && ok3 {
			p.merklBreakdowns(q.l, r, parts, amount)
		}
		q.end(r, ok && ok2 && ok3, hex0x(r.acct.raw[:20]), text, amount)
		return true
	})
	for _, q := range order {
		q.close()
		p.add(q.l)
	}
}

// merklBreakdowns holds the breakdown of a reward against its amount.
func (p *filePass) merklBreakdowns(l *listing, r *fileRow, parts jval, amount string) {
	sum, n := new(big.Int), 0
	for _, part := range parts.list() {
		v, _ := part.get("amount")
		x, _, ok := integer(v)
		if !ok {
			return
		}
		sum.Add(sum, x)
		n++
	}
	if n > 0 && sum.String() != amount {
		p.remark(ListDiffers, l.where(r, parts.at, "breakdowns"), sum.String(), amount+", the amount that they break down")
	}
}
