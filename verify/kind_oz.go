package verify

import (
	"fmt"
	"strconv"
	"strings"
)

// tryOZ reads what StandardMerkleTree.dump and SimpleMerkleTree.dump of @openzeppelin/merkle-tree write: {format, leafEncoding, tree, values: [{value, treeIndex}]}.
func tryOZ(p *filePass) bool {
	return p.eachFree(func(s *source) bool {
		top := s.top()
		format, _ := top.get("format")
		if f := format.text(); f != "standard-v1" && f != "simple-v1" {
			return false
		}
		p.take("oz-dump", s)
		p.add(p.ozDump(s, top, nil))
		return true
	})
}

// ozDump reads a dump. fields name the values where the kind of file around it knows them; nil: they are named by their types.
func (p *filePass) ozDump(s *source, top jval, fields []field) *listing {
	format, _ := top.get("format")
	simple := format.text() == "simple-v1"
	l := &listing{name: s.name, src: s, path: "values"}
	var types []solType
	if simple {
		fields = []field{{"leaf", "bytes32", "column"}}
		l.tries = []candidate{{profile: "oz-simple-v1"}}
		if h, ok := top.get("hash"); ok && h.text() == "custom" {
			l.tries = append(l.tries, candidate{profile: "oz-simple-v1", set: [][2]string{{"pair", "positional"}}},
				candidate{profile: "oz-simple-v1", set: [][2]string{{"pair", "positional"}, {"order", "input"}}})
		}
	} else {
		encoding, _ := top.get("leafEncoding")
		names := encoding.list()
		if fields == nil || len(fields) != len(names) {
			fields = ozFields(names)
		}
		for i, v := range names {
			fields[i].typ = fullType(v.text())
		}
		l.tries = []candidate{{profile: "oz-standard-v1", fields: fields}}
	}
	for _, f := range fields {
		t, err := parseType(f.typ)
		if err != nil {
			p.fault(FileMember, s.place(top.at)+" leafEncoding", err.Error(), "types of Solidity")
			return l
		}
		types = append(types, t)
		l.columns = append(l.columns, f.name)
	}
	if len(types) == 0 {
		p.fault(FileMember, s.place(top.at), "no leafEncoding", "the types of a leaf")
		return l
	}
	tree, _ := top.get("tree")
	nodes := tree.list()
	if len(nodes) > 0 {
		l.root, l.rootAt = nodes[0].text(), nodes[0].at
	} else {
		p.fault(FileMember, s.place(top.at)+" tree", "no node", "the nodes of the tree, its root first")
	}
	used := make(map[int]bool, len(nodes)/2+1)
	q := p.rowsOf(l)
	values, _ := top.get("values")
	values.items(func(_ int, v jval) bool {
		r := q.begin(s, v.at, "")
		value, _ := v.get("value")
		parts := value.list()
		if simple {
			parts = []jval{value}
		}
		if len(parts) != len(types) {
			p.fault(RowValue, l.where(r, v.at, "value"), clip(value.raw()), fmt.Sprintf("%d values", len(types)))
			return true
		}
		cells, ok := make([]string, len(types)), true
		for i := range parts {
			good := true
			if fields[i].name == "account" && types[i].kind == typeAddress {
				if good = parts[i].kind() == '"'; good {
					good = q.account(r, parts[i].text(), parts[i].at)
				} else {
					p.fault(RowAccount, l.where(r, parts[i].at, ""), clip(parts[i].raw()), "0x and 40 hex digits")
				}
				cells[i] = hex0x(r.acct.raw[:20])
			} else {
				cells[i], good = q.cell(r, &types[i], parts[i], fields[i].name)
			}
			ok = ok && good
		}
		at, okAt := v.get("treeIndex")
		k, good := parseCount(at.text())
		switch {
		case !okAt || !good || k >= len(nodes) || 2*k+1 < len(nodes):
			p.fault(RowPlace, l.where(r, v.at, "treeIndex"), clip(at.raw()), fmt.Sprintf("the place of a leaf, %d to %d", len(nodes)/2, len(nodes)-1))
		case used[k]:
			p.fault(RowPlace, l.where(r, at.at, "treeIndex"), strconv.Itoa(k), "a place of its own")
		default:
			used[k] = true
			r.leaf, r.leafAt = nodes[k].text(), nodes[k].at
		}
		q.end(r, ok, cells...)
		return true
	})
	q.close()
	if len(nodes) != 2*q.n-1 && q.n > 0 {
		p.fault(ListCount, s.place(tree.at)+" tree", strconv.Itoa(len(nodes))+" nodes", strconv.Itoa(2*q.n-1)+", two a value less one")
	}
	l.after = func(j *judge, b *builtList, matched bool) { j.ozNodes(b, s, nodes, simple) }
	return l
}

// ozNodes checks that every stored node is the hash of its children.
func (j *judge) ozNodes(b *builtList, s *source, nodes []jval, simple bool) {
	hashes := make([]digest, len(nodes))
	for i, v := range nodes {
		d, ok := hashValue(v, b.rule.width)
		if !ok {
			j.p.fault(ListNode, s.place(v.at)+" tree["+strconv.Itoa(i)+"]", clip(v.raw()), "a hash")
			return
		}
		hashes[i] = d
	}
	shaper := b.rule.shaper()
	wrong := 0
	for i := 0; 2*i+2 < len(hashes); i++ {
		if want := shaper.pair(&hashes[2*i+1], &hashes[2*i+2]); want != hashes[i] {
			if wrong++; simple && !j.tree.Matched && wrong == 1 {
				defer func() {
					if 2*wrong+1 >= len(hashes) {
						j.p.skip("%s: the hash of two nodes is a custom one that is neither keccak-256 of the sorted nor of the ordered pair", s.name)
					}
				}()
			}
			j.p.fault(ListNode, s.place(nodes[i].at)+" tree["+strconv.Itoa(i)+"]", b.rule.hashText(&hashes[i]), b.rule.hashText(&want)+", the hash of its children")
		}
	}
	if wrong == 0 {
		j.p.check("%s: %d inner nodes are the hashes of their children", s.name, len(hashes)/2)
	}
}

// fullType is a Solidity type with its width written out.
func fullType(s string) string {
	s = strings.ReplaceAll(strings.TrimSpace(s), " ", "")
	s = strings.ReplaceAll(s, "tuple(", "(")
	base, rest := s, ""
	if i := strings.IndexByte(s, '['); i >= 0 && !strings.HasPrefix(s, "(") {
		base, rest = s[:i], s[i:]
	}
	switch base {
	case "uint", "int":
		base += "256"
	case "byte":
		base = "bytes1"
	}
	return base + rest
}

// ozFields names the values of a leaf by their types: the first address is the account, a second one the token, a number before the account the index, and a single
// number after it the amount. Without an address two numbers are index and amount.
func ozFields(names []jval) []field {
	out := make([]field, len(names))
	addresses, before, after := []int{}, []int{}, []int{}
	for i, v := range names {
		t := fullType(v.text())
		out[i] = field{"value" + strconv.Itoa(i), t, "column"}
		switch {
		case t == "address":
			addresses = append(addresses, i)
		case strings.HasPrefix(t, "uint") && !strings.HasSuffix(t, "]") && len(addresses) == 0:
			before = append(before, i)
		case strings.HasPrefix(t, "uint") && !strings.HasSuffix(t, "]"):
			after = append(after, i)
		}
	}
	name := func(i int, as string) { out[i].name, out[i].source = as, as }
	if len(addresses) > 0 {
		name(addresses[0], "account")
	} else if len(before) == 2 && len(names) == 2 {
		name(before[0], "index")
		name(before[1], "amount")
	}
	if len(addresses) == 2 {
		name(addresses[1], "token")
	}
	if len(addresses) > 0 && len(before) == 1 && len(after) > 0 {
		name(before[0], "index")
	}
	if len(addresses) > 0 && len(after) == 1 {
		name(after[0], "amount")
	}
	return out
}
