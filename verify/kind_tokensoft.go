package verify

import (
	"strconv"
	"strings"
)

// tryTokensoft reads {merkleRoot, claims: {key: {proof, data: [{name, type, value}]}}}, and the input of the same tool, which has no proofs and no root.
func tryTokensoft(p *filePass) bool {
	return p.eachFree(func(s *source) bool {
		top := s.top()
		claims, ok := top.get("claims")
		if !ok {
			claims = top
		}
		data, ok := claims.first().get("data")
		if !ok || !data.isList() || !has(data.first(), "name", "type", "value") {
			return false
		}
		p.take("tokensoft", s)
		p.tokensoft(s, top, claims, data)
		return true
	})
}

func (p *filePass) tokensoft(s *source, top, claims, data jval) {
	l := &listing{name: s.name, src: s, path: "claims", bits: 120}
	if root, ok := firstOf(top, "merkleRoot", "root"); ok && root.kind() == '"' {
		l.root, l.rootAt = root.text(), root.at
	}
	var fields []field
	var types []solType
	for i, v := range data.list() {
		name, _ := v.get("name")
		typ, _ := v.get("type")
		f := tokensoftField(name.text(), fullType(typ.text()), i)
		t, err := parseType(f.typ)
		if err != nil {
			p.fault(FileMember, s.place(v.at), err.Error(), "types of Solidity")
			return
		}
		fields, types, l.columns = append(fields, f), append(types, t), append(l.columns, f.name)
	}
	l.tries = []candidate{tokensoftProfile(fields)}
	q := p.rowsOf(l)
	claims.each(func(m jmember) bool {
		r := q.begin(s, m.at, m.name)
		list, _ := m.val.get("data")
		parts := list.list()
		if len(parts) != len(types) {
			p.fault(RowValue, l.where(r, m.val.at, "data"), strconv.Itoa(len(parts))+" fields", strconv.Itoa(len(types))+" as in the first claim")
			return true
		}
		cells, ok := make([]string, len(types)), true
		for i, part := range parts {
			name, _ := part.get("name")
			typ, _ := part.get("type")
			value, _ := part.get("value")
			if f := tokensoftField(name.text(), fullType(typ.text()), i); f != fields[i] {
				p.fault(RowValue, l.where(r, part.at, "data"), name.text()+" "+typ.text(), fields[i].name+" "+fields[i].typ+" as in the first claim")
				ok = false
				continue
			}
			good := true
			if fields[i].name == "account" {
				if good = value.kind() == '"'; good {
					good = q.account(r, value.text(), value.at)
				} else {
					p.fault(RowAccount, l.where(r, part.at, "data"), clip(value.raw()), "0x and 40 hex digits")
				}
				cells[i] = hex0x(r.acct.raw[:20])
			} else {
				cells[i], good = q.cell(r, &types[i], value, name.text())
			}
			ok = ok && good
		}
		q.proofOf(r, m.val, "proof")
		if ok && l.column("account") >= 0 && strings.HasPrefix(strings.ToLower(m.name), "0x") {
			key, domain, satellite := strings.Cut(strings.ToLower(m.name), "_")
			want := checksumText(r.acct.raw[:20])
			good := key == hex0x(r.acct.raw[:20])
			if i := l.column("domain"); satellite && i >= 0 {
				want += "_" + cells[i]
				good = good && domain == cells[i]
			}
			if !good && len(key) == 42 {
				p.fault(ListDiffers, l.where(r, m.at, ""), m.name, want+" as in its data")
			}
		}
		q.end(r, ok, cells...)
		return true
	})
	q.close()
	for _, name := range []string{"tokenTotal", "total", "totalAmount"} {
		if v, ok := top.get(name); ok {
			p.figure(l, name, v, "amount", nil)
		}
	}
	p.add(l)
}

func tokensoftField(name, typ string, i int) field {
	switch strings.ToLower(name) {
	case "beneficiary", "account", "address", "recipient", "user":
		if typ == "address" {
			return field{"account", typ, "account"}
		}
	case "amount", "totalamount", "total", "totalclaimable":
		return field{"amount", typ, "amount"}
	case "index":
		return field{"index", typ, "index"}
	case "":
		name = "value" + strconv.Itoa(i)
	}
	return field{name, typ, "column"}
}

// tokensoftProfile is the profile of the table whose fields these are, or else the Tokensoft tree over these fields.
func tokensoftProfile(fields []field) candidate {
	for _, name := range []string{"tokensoft-v1", "tokensoft-continuous-v1", "tokensoft-tranche-v1", "tokensoft-satellite-v1"} {
		p := profileByName(name)
		same := len(p.fields) == len(fields)
		for i := range min(len(fields), len(p.fields)) {
			same = same && p.fields[i].typ == fields[i].typ && (p.fields[i].source == "column" || p.fields[i].source == fields[i].source)
		}
		if same {
			c := candidate{profile: name}
			for _, f := range fields {
				c.columns = append(c.columns, f.name)
			}
			return c
		}
	}
	return candidate{profile: "tokensoft-v1", fields: fields, note: "with the fields of the file"}
}
