package verify

import "math/big"

// trySolanaClaims takes files that state a root and hold claims by account or in a list: Saber's, those of mpl-distro, Gumdrop, Pyth and Wormhole as far as they are
// public, and any other with the same members. Their members tell which leaf they mean; the root tells which tree.
func trySolanaClaims(p *filePass) bool {
	found := false
	for _, s := range p.free() {
		top := s.top()
		root, ok := firstOf(top, "merkleRoot", "merkle_root", "root", "rootHash")
		if !ok || top.kind() != '{' {
			continue
		}
		fl := p.claimsTable(s, top)
		if fl == nil {
			continue
		}
		found = true
		fl.hex = bufferData(root).at != root.at
		p.take(fl.kind, s)
		l := p.listOf(fl, listUnits{-1, false}, true)
		p.statedRoot(l, s, root)
		l.tries = p.listTries(fl.t, fl.f, fl.fam)
		sum := new(big.Int)
		for _, column := range []string{"amount", "locked"} {
			if z := l.sum(column); z != nil {
				sum.Add(sum, z)
			}
		}
		for _, name := range []string{"tokenTotal", "token_total", "totalAmount", "total_amount", "max_total_claim", "total"} {
			if v, ok := top.get(name); ok {
				p.figureOf(l, s, name, v, sum)
			}
		}
		for _, name := range []string{"n", "count", "max_num_nodes"} {
			if v, ok := top.get(name); ok && v.kind() == '0' {
				p.figureOf(l, s, name, v, nil)
			}
		}
		p.add(l)
	}
	return found
}

// claimsTable finds the member that holds the claims of Solana accounts or of identities, before others the one with proofs; nil when there is none.
func (p *filePass) claimsTable(s *source, top jval) *foundList {
	var fl *foundList
	top.each(func(m jmember) bool {
		t := jsonTable(s, m.val, m.name)
		if t == nil || len(t.rows) == 0 {
			return true
		}
		f := t.fields()
		if !listColumns(f) || !t.startsWithAccount() {
			return true
		}
		found := &foundList{t: t, f: f, kind: "solana-claims", places: -1, fam: solana}
		if i, ok := f["account"]; ok {
			if _, _, solanaKeyed := solanaKeyText(t.rows[0].cells[i].text); !solanaKeyed && t.rows[0].cells[i].val.kind() != '[' {
				return true
			}
		}
		if f.has("index") && t.keyed {
			found.kind = "saber"
		}
		if fl == nil || f.has("proof") {
			fl = found
		}
		return !f.has("proof")
	})
	return fl
}
