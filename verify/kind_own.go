package verify

import (
	"math/big"
	"slices"
	"strings"
)

// tryOwnProofs reads merkle-proofs/v1: {format, profile, order, root, leaves, total, claims: [{field: value, …, leaf, proof}]}.
func tryOwnProofs(p *filePass) bool {
	return p.eachFree(func(s *source) bool {
		top := s.top()
		format, _ := top.get("format")
		claims, ok := top.get("claims")
		if format.text() != "merkle-proofs/v1" || !ok {
			return false
		}
		p.take("proofs", s)
		p.ownProofs(s, top, claims)
		return true
	})
}

func (p *filePass) ownProofs(s *source, top, claims jval) {
	l := &listing{name: s.name, src: s, path: "claims", strict: true}
	name, _ := top.get("profile")
	prof := profileByName(name.text())
	if prof == nil {
		p.fault(FileMember, s.place(max(name.at, 0))+" profile", clip(name.raw()), "a profile of the table")
		return
	}
	root, _ := top.get("root")
	l.root, l.rootAt = root.text(), root.at
	stated, _ := top.get("types")
	fields, types := p.ownFields(s, prof, claims.first(), stated)
	for _, f := range fields {
		l.columns = append(l.columns, f.name)
		if f.source == "amount" || f.source == "index" || f.source == "account" || f.source == "locked" || f.source == "token" {
			l.columns[len(l.columns)-1] = f.source
		}
	}
	c := candidate{profile: name.text()}
	if prof.freeFields() {
		c.fields = fields
	}
	for _, f := range prof.fields {
		for i := range fields {
			if fields[i].name == f.name {
				c.columns = append(c.columns, l.columns[i])
			}
		}
	}
	if len(c.columns) != len(prof.fields) || c.fields != nil {
		c.columns = nil
	}
	if order, ok := top.get("order"); ok {
		if !slices.Contains([]string{"account", "input", "leaf-hash", "key"}, order.text()) {
			p.fault(FileMember, s.place(order.at)+" order", clip(order.raw()), "account, input, leaf-hash or key")
		}
		c.set = [][2]string{{"order", order.text()}}
	}
	c.constants = map[string]string{}
	for _, f := range fields {
		if x, ok := claims.first().get(f.name); ok && (f.source == "domain" || f.source == "constant") { // one value for the tree
			c.constants[f.name] = x.text()
		}
	}
	l.tries = []candidate{c}
	q := p.rowsOf(l)
	solanaAccounts := prof.text["accounts"] == "solana"
	claims.items(func(_ int, v jval) bool {
		r := q.begin(s, v.at, "")
		cells, ok := make([]string, len(fields)), true
		for i, f := range fields {
			x, has := v.get(f.name)
			if !has {
				p.fault(FileMember, l.where(r, v.at, ""), "no member "+quotedText(f.name), "")
				ok = false
				continue
			}
			good := true
			if want, constant := c.constants[f.name]; constant && x.text() != want {
				p.fault(ListDiffers, l.where(r, x.at, f.name), clip(x.raw()), want+" as in the first claim")
			}
			switch {
			case f.source == "account" && solanaAccounts:
				a, err := parseAccount(x.text())
				if err != nil && err != errZero || a.fam != solana {
					p.fault(RowAccount, l.where(r, x.at, f.name), clip(x.raw()), "base58 of 32 bytes")
					good = false
				}
				r.acct, cells[i] = a, a.text()
			case f.source == "account" && types[i].kind == typeAddress:
				if good = x.kind() == '"'; good {
					good = q.account(r, x.text(), x.at)
				}
				cells[i] = hex0x(r.acct.raw[:20])
			case types[i].kind == typePubkey, types[i].kind == typeEcosystem, types[i].kind == typeIdentity:
				cells[i] = x.text()
			case x.kind() == '"' && (types[i].kind == typeArray || types[i].kind == typeTuple || types[i].kind == typeABI):
				cells[i] = x.text() // in the spelling of shards, which the leaf rule reads
			default:
				cells[i], good = q.cell(r, &types[i], x, f.name)
			}
			ok = ok && good
		}
		if leaf, has := v.get("leaf"); has && leaf.kind() == '"' && !(prof.text["leafHashes"] == "0") {
			r.leaf, r.leafAt = leaf.text(), leaf.at
		}
		q.proofOf(r, v, "proof")
		q.end(r, ok, cells...)
		return true
	})
	if !solanaAccounts {
		q.small = 0 // our own files spell all addresses in small letters
	}
	if v, ok := top.get("leaves"); ok {
		p.figure(l, "leaves", v, "", nil)
	}
	if v, ok := top.get("total"); ok { // of all amounts and locked amounts; 0 where the leaf has none
		sum := new(big.Int)
		for _, column := range []string{"amount", "locked"} {
			if z := l.sum(column); z != nil {
				sum.Add(sum, z)
			}
		}
		p.figure(l, "total", v, "", sum)
	}
	if len(l.columns) > 0 {
		p.add(l)
	}
}

// ownFields are the members of a claim that are fields of the leaf, with their types: those of the profile, or, where it takes any type list, those that the file states.
// Where it states none they are told by the values: the ABI writes a number of any width alike.
func (p *filePass) ownFields(s *source, prof *profile, first, stated jval) (fields []field, types []solType) {
	if prof.freeFields() && stated.kind() == '[' {
		stated.items(func(_ int, v jval) bool {
			name, typ, _ := strings.Cut(v.text(), ":")
			t, err := parseType(typ)
			if err != nil {
				p.fault(FileMember, s.place(v.at), err.Error(), "")
				return true
			}
			f := field{name, typ, sourceOf(name)}
			fields, types = append(fields, f), append(types, t)
			return true
		})
		return fields, types
	}
	byName := map[string]field{}
	for _, f := range prof.fields {
		byName[f.name] = f
	}
	for _, m := range first.members() {
		f, ok := byName[m.name]
		switch {
		case ok:
		case !prof.freeFields() || m.name == "proof" || m.name == "leaf" || m.name == "position" || m.name == "rank":
			continue
		default:
			f = field{m.name, typeByValue(m.val), sourceOf(m.name)}
			if m.name == "account" {
				f.source = "account"
			}
		}
		t, err := parseType(f.typ)
		if err != nil {
			p.fault(FileMember, s.place(m.at), err.Error(), "")
			continue
		}
		fields, types = append(fields, f), append(types, t)
	}
	return fields, types
}

// typeOfCell guesses the type of an array or tuple in the spelling of shards.
func typeOfCell(s string) string {
	parts, ok := splitList(s, '[', ']')
	if !ok {
		return "string"
	}
	var types []string
	for _, part := range parts {
		doc := newSource("cell", `["`+part+`"]`)
		switch {
		case strings.HasPrefix(part, "["):
			types = append(types, typeOfCell(part))
		case strings.HasPrefix(part, `"`) || doc.doc == nil:
			types = append(types, "string")
		default:
			types = append(types, typeByValue(doc.top().first()))
		}
	}
	same := true
	for _, t := range types {
		same = same && t == types[0]
	}
	switch {
	case len(types) == 0:
		return "uint256[]"
	case same:
		return types[0] + "[]"
	}
	return "(" + strings.Join(types, ",") + ")"
}

// typeByValue guesses a Solidity type from a value's form.
func typeByValue(v jval) string {
	s := v.text()
	switch {
	case strings.HasPrefix(s, "[") && strings.HasSuffix(s, "]") && v.kind() == '"':
		return typeOfCell(s)
	case v.kind() == '[' && v.first().d == nil:
		return "uint256[]"
	case v.kind() == '[':
		return typeByValue(v.first()) + "[]"
	case s == "true" || s == "false":
		return "bool"
	case isAddress(s):
		return "address"
	case strings.HasPrefix(s, "0x") && len(s) == 66:
		return "bytes32"
	case strings.HasPrefix(s, "0x"):
		return "bytes"
	case digitsOnly(s):
		return "uint256"
	case strings.HasPrefix(s, "-") && digitsOnly(s[1:]):
		return "int256"
	}
	return "string"
}
