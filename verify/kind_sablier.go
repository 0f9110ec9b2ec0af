package verify

import "strconv"

// trySablier reads a Sablier campaign: {root, total_amount, number_of_recipients, merkle_tree, recipients}, where merkle_tree is an OpenZeppelin dump as text.
func trySablier(p *filePass) bool {
	return p.eachFree(func(s *source) bool {
		top := s.top()
		text, ok := top.get("merkle_tree")
		if !ok || !has(top, "root") || !has(top, "recipients") && !has(top, "total_amount") {
			return false
		}
		dump, from := text, s
		if text.kind() == '"' {
			from = newSource(s.name+" merkle_tree", text.text())
			if from.bad != nil || from.doc == nil {
				p.take("sablier", s)
				p.fault(FileMalformed, s.place(text.at)+" merkle_tree", "text that is not JSON", "")
				return true
			}
			for _, k := range from.repeated() {
				p.fault(FileKeyTwice, from.place(k.at), quotedText(k.name), "every key once")
			}
			dump = from.top()
		} else if text.kind() != '{' {
			return false
		}
		p.take("sablier", s)
		p.sablier(s, top, from, dump)
		return true
	})
}

func (p *filePass) sablier(s *source, top jval, from *source, dump jval) {
	l := p.ozDump(from, dump, []field{{"index", "uint256", "index"}, {"account", "address", "account"}, {"amount", "uint256", "amount"}})
	l.name, l.bits = s.name, 128
	if l.column("index") >= 0 && l.column("amount") >= 0 && len(l.columns) == 3 {
		l.tries = append([]candidate{{profile: "sablier-v1"}}, l.tries...)
	}
	root, _ := top.get("root")
	if !sameHash(root.text(), l.root) {
		p.fault(ListDiffers, s.place(root.at)+" root", clip(root.text()), l.root+" as in merkle_tree")
	}
	nodesRoot := l.root
	l.src, l.root, l.rootAt = s, root.text(), root.at
	if nodesRoot == "" {
		p.fault(FileMember, s.place(top.at)+" merkle_tree", "no tree", "")
	}
	if v, ok := top.get("total_amount"); ok {
		p.figure(l, "total_amount", v, "amount", nil)
	}
	if v, ok := top.get("number_of_recipients"); ok {
		p.figure(l, "number_of_recipients", v, "", nil)
	}
	if recipients, ok := top.get("recipients"); ok {
		p.sablierRecipients(s, l, recipients)
	}
	p.add(l)
}

// sablierRecipients compares the list for people with the leaves: recipient k has index k.
func (p *filePass) sablierRecipients(s *source, l *listing, recipients jval) {
	index, amount := l.column("index"), l.column("amount")
	if index < 0 || amount < 0 {
		return
	}
	byIndex := make(map[string]*fileRow, len(l.rows))
	for i := range l.rows {
		byIndex[l.rows[i].cells[index]] = &l.rows[i]
	}
	n := 0
	recipients.items(func(k int, v jval) bool {
		n++
		r := byIndex[strconv.Itoa(k)]
		where := s.place(v.at) + " recipients[" + strconv.Itoa(k) + "]"
		if r == nil {
			p.fault(ListDiffers, where, clip(v.raw()), "a leaf of index "+strconv.Itoa(k))
			return true
		}
		address, _ := v.get("address")
		if a, ok := p.evmAccount(address.text(), where); ok && a != r.acct {
			p.fault(ListDiffers, where, address.text(), checksumText(r.acct.raw[:20])+" as in the leaf of index "+strconv.Itoa(k))
		}
		v, _ = v.get("amount")
		if got, _, ok := integer(v); !ok || got.String() != r.cells[amount] {
			p.fault(ListDiffers, where, clip(v.raw()), r.cells[amount]+" as in the leaf of index "+strconv.Itoa(k))
		}
		return true
	})
	if n != len(l.rows) {
		p.fault(ListDiffers, s.place(recipients.at)+" recipients", strconv.Itoa(n)+" recipients", strconv.Itoa(len(l.rows))+" leaves")
	}
	p.check("%s: %d recipients compared with the leaves of their index", s.name, n)
}
