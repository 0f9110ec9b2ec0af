package verify

// tryConvex takes Convex's drops: a file of users with leaf hash and proof and the root, and a list of addresses with their amounts, of which the leaves are text.
// Without the list the leaf hashes are checked as they are.
func tryConvex(p *filePass) bool {
	for _, s := range p.free() {
		top := s.top()
		users, ok := top.get("users")
		root, ok1 := firstOf(top, "root", "merkleRoot")
		if !ok || !ok1 || users.kind() != '{' || !has(users.first(), "leaf", "proof") || has(users.first(), "amount") {
			continue
		}
		p.take("convex", s)
		l := &listing{name: s.name, src: s, path: "users"}
		p.statedRoot(l, s, root)
		amounts := p.convexAmounts(s)
		if amounts != nil {
			l.columns, l.tries = []string{"account", "amount"}, []candidate{{profile: "text-v1"}}
		} else {
			l.columns, l.tries = []string{"account", "leaf"}, []candidate{{profile: "oz-simple-v1", set: [][2]string{{"shape", "promote"}}}}
			p.skip("%s: what the leaves say, since the list of amounts is not among the files", s.name)
		}
		p.convexRows(l, users, amounts)
		p.add(l)
		return true
	}
	return false
}

// convexAmounts takes the list of addresses and amounts that belongs to a file of users: the one that shares accounts with it.
func (p *filePass) convexAmounts(users *source) *foundList {
	known := map[[32]byte]bool{}
	list, _ := users.top().get("users")
	list.each(func(m jmember) bool {
		if a, err := parseAccount(m.name); err == nil {
			known[a.raw] = true
		}
		return true
	})
	for _, s := range p.free() {
		if s == users || s.doc == nil && s.bad != nil {
			continue
		}
		fl, _ := p.findList(s)
		if fl == nil || fl.fam != evm || !fl.f.has("account", "amount") {
			continue
		}
		for _, r := range fl.t.rows {
			if a, err := parseAccount(r.cells[fl.f["account"]].text); err == nil && known[a.raw] {
				p.take("convex", s)
				a, ok1 := users.top().get("blockHeight")
				b, ok2 := s.top().get("blockHeight")
				if ok1 && ok2 && a.text() != b.text() {
					p.fault(ListDiffers, s.place(b.at)+" blockHeight", b.text(), a.text()+" as in "+users.name)
				}
				return fl
			}
		}
	}
	return nil
}

// convexRows reads the users, each with the amount that the list gives its address.
func (p *filePass) convexRows(l *listing, users jval, amounts *foundList) {
	type listed struct {
		amount string
		row    *fileRow
		used   bool
	}
	byAccount, order := map[[32]byte]*listed{}, [][32]byte{}
	var list *listing
	if amounts != nil {
		list = p.listOf(amounts, listUnits{-1, false}, true)
		at := list.column("amount")
		for i := range list.rows {
			r := &list.rows[i]
			if before := byAccount[r.acct.raw]; before != nil {
				p.fault(RowDuplicate, list.where(r, 0, ""), checksumText(r.acct.raw[:20]), "once; it is at "+list.where(before.row, 0, "")+" before")
				continue
			}
			byAccount[r.acct.raw] = &listed{amount: r.cells[at], row: r}
			order = append(order, r.acct.raw)
		}
	}
	q := p.rowsOf(l)
	users.each(func(m jmember) bool {
		r := q.begin(l.src, m.at, m.name)
		ok := q.account(r, m.name, m.at)
		leaf, _ := m.val.get("leaf")
		proof, okProof := m.val.get("proof")
		if !okProof {
			p.fault(FileMember, l.where(r, m.val.at, ""), "no member \"proof\"", "")
			ok = false
		} else {
			r.proof = proof.at
		}
		d, okLeaf := hashValue(leaf, 32)
		if !okLeaf {
			p.fault(RowLeaf, l.where(r, m.val.at, "leaf"), clip(leaf.raw()), "a hash of 32 bytes")
			ok = false
		}
		r.leaf, r.leafAt = hex0x(d[:]), leaf.at
		if amounts == nil {
			q.end(r, ok, hex0x(r.acct.raw[:20]), hex0x(d[:]))
			return true
		}
		x := byAccount[r.acct.raw]
		if x == nil {
			p.fault(ListDiffers, l.where(r, 0, ""), "a proof for "+m.name, "no such account in "+list.name)
			return true
		}
		x.used = true
		q.end(r, ok, hex0x(r.acct.raw[:20]), x.amount)
		return true
	})
	if amounts == nil {
		return
	}
	for _, key := range order {
		if x := byAccount[key]; !x.used {
			p.fault(ListDiffers, list.where(x.row, 0, ""), checksumText(key[:20]), "a proof in "+l.name)
		}
	}
	p.check("%s: %d rows of amounts, %d users with proofs in %s", list.name, len(list.rows), q.n, l.name)
}
