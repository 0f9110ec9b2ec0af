package verify

import (
	"fmt"
	"strings"
)

// tryMultiproof takes one proof of several leaves as OpenZeppelin's contracts take it: {root, leaves, proof, proofFlags}, with the values of the leaves beside their
// hashes, or, as the library's getMultiProof returns it, in their place and without the root.
func tryMultiproof(p *filePass) bool {
	for _, s := range p.free() {
		top := s.top()
		flags, ok1 := top.get("proofFlags")
		proof, ok2 := top.get("proof")
		leaves, ok3 := top.get("leaves")
		if !ok1 || !ok2 || !ok3 || flags.kind() != '[' || proof.kind() != '[' || leaves.kind() != '[' {
			continue
		}
		p.take("multiproof", s)
		p.done = append(p.done, func() { p.multiproof(s, top) })
		return true
	}
	return false
}

// multiproof folds the proof and compares the leaves with their values.
func (p *filePass) multiproof(s *source, top jval) {
	rule, err := newLeafRuleFor(profileByName("oz-simple-v1"), nil)
	if err != nil {
		p.fault(FileMember, s.name, err.Error(), "")
		return
	}
	before := p.faults.total()
	m := multiproof{leaves: p.multiLeaves(s, top)}
	proof, _ := top.get("proof")
	for i, v := range proof.list() {
		d, ok := hashValue(v, rule.width)
		if !ok {
			p.fault(RowProof, fmt.Sprintf("%s proof[%d]", s.place(v.at), i), clip(v.raw()), "a hash")
		}
		m.proof = append(m.proof, d)
	}
	flags, _ := top.get("proofFlags")
	for i, v := range flags.list() {
		if raw := v.raw(); raw != "true" && raw != "false" {
			p.fault(FileMember, fmt.Sprintf("%s proofFlags[%d]", s.place(v.at), i), clip(raw), "true or false")
		}
		m.flags = append(m.flags, v.raw() == "true")
	}
	t := FileTree{Name: s.name, Profile: "oz-simple-v1", Order: "by the proof", Shape: "heap", Index: "none", Tried: []string{"oz-simple-v1"}, Leaves: len(m.leaves), Proofs: 1}
	defer func() {
		t.OK = p.faults.total() == before
		p.trees = append(p.trees, t)
	}()
	if p.faults.total() > before {
		return
	}
	if len(m.leaves) == 0 {
		p.fault(ListEmpty, s.place(top.at)+" leaves", "no leaf", "at least one: contracts accept a proof of none, which shows nothing")
		return
	}
	root, err := rule.multiRoot(rule.shaper(), m)
	if err != nil {
		p.fault(RowProof, s.place(top.at), fmt.Sprintf("%d leaves, %d proof entries, %d flags: %v", len(m.leaves), len(m.proof), len(m.flags), err), "a proof that the contract can read")
		return
	}
	t.Rebuilt = rule.hashText(&root)
	p.multiRoots(s, top, &t)
}

// multiRoots compares the root that the proof leads to with those that are stated.
func (p *filePass) multiRoots(s *source, top jval, t *FileTree) {
	compare := func(code Code, where, stated string) {
		t.Stated = stated
		if !sameHash(stated, t.Rebuilt) {
			p.fault(code, where, "the proof leads to "+t.Rebuilt, clip(stated))
		}
	}
	if v, ok := top.get("root"); ok {
		compare(RowProof, s.place(v.at)+" root", v.text())
	}
	for _, r := range p.roots {
		compare(RowProof, r.src.place(r.at), r.text)
	}
	if p.o.Root != "" {
		compare(ListRootGiven, s.name, p.o.Root)
	}
	if t.Stated == "" {
		p.skip("%s: the root, since none is stated: the proof leads to %s", s.name, t.Rebuilt)
		return
	}
	if t.Matched = sameHash(t.Stated, t.Rebuilt); t.Matched {
		t.Folded = 1
		p.check("%s: one proof of %d leaves leads to %s", s.name, t.Leaves, t.Rebuilt)
	}
}

// multiLeaves reads the leaves: hashes, which are compared with the values that stand beside them, or values in their place.
func (p *filePass) multiLeaves(s *source, top jval) (out []digest) {
	leaves, _ := top.get("leaves")
	values, beside := top.get("values")
	list := values.list()
	if items := leaves.list(); beside && len(list) != len(items) {
		p.fault(ListCount, s.place(values.at)+" values", fmt.Sprintf("%d values", len(list)), fmt.Sprintf("%d, one a leaf", len(items)))
		list = nil
	}
	unknown := 0
	for i, v := range leaves.list() {
		where := fmt.Sprintf("%s leaves[%d]", s.place(v.at), i)
		if v.kind() == '[' { // the values stand in the place of the hash
			d, known, err := guessedLeaf(v)
			if err != nil || !known {
				p.fault(RowValue, where, clip(v.raw()), "a hash, or values whose types can be told")
			}
			out = append(out, d)
			continue
		}
		d, ok := hashValue(v, 32)
		if !ok {
			p.fault(RowLeaf, where, clip(v.raw()), "a hash")
		}
		out = append(out, d)
		if i >= len(list) {
			continue
		}
		want, known, err := guessedLeaf(list[i])
		switch {
		case err != nil:
			p.fault(RowValue, fmt.Sprintf("%s values[%d]", s.place(list[i].at), i), clip(list[i].raw()), err.Error())
		case !known:
			unknown++
		case want != d:
			p.fault(RowLeaf, where, clip(v.text()), hex0x(want[:])+", by its values")
		}
	}
	if unknown > 0 {
		p.skip("%s: %d leaves against their values, whose types the file does not say", s.name, unknown)
	}
	if len(list) == 0 {
		p.skip("%s: what the leaves pay, since their values are not in the file", s.name)
	}
	return out
}

// guessedLeaf hashes values as StandardMerkleTree does, with types told by their form: an address, 32 bytes, a whole number, true or false. One value of 32 bytes is the
// leaf itself. known is false where the form does not tell the type.
func guessedLeaf(v jval) (d digest, known bool, err error) {
	var types []solType
	var cells []string
	items := v.list()
	if v.kind() != '[' {
		items = []jval{v}
	}
	for _, item := range items {
		text := item.text()
		if item.kind() != '"' && item.kind() != '0' {
			text = item.raw()
		}
		lower := strings.ToLower(text)
		switch {
		case len(lower) == 42 && strings.HasPrefix(lower, "0x"):
			a, err := parseAccount(text)
			if err != nil && err != errZero {
				return d, false, err
			}
			types, cells = append(types, solType{kind: typeAddress}), append(cells, a.text())
		case len(lower) == 66 && strings.HasPrefix(lower, "0x"):
			types, cells = append(types, solType{kind: typeFixedBytes, length: 32}), append(cells, lower)
		case digitsOnly(text):
			types, cells = append(types, solType{kind: typeUint, bits: 256}), append(cells, text)
		case text == "true" || text == "false":
			types, cells = append(types, solType{kind: typeBool}), append(cells, text)
		default:
			return d, false, nil
		}
	}
	if len(types) == 0 {
		return d, false, nil
	}
	if len(types) == 1 && types[0].kind == typeFixedBytes {
		b, ok := unhex0x(cells[0])
		if !ok {
			return d, false, errCell
		}
		return digest(b), true, nil
	}
	h := newHasher(keccak)
	p, err := encodeTuple(nil, types, cells)
	if err != nil {
		return d, false, err
	}
	inner := h.sum(p)
	return h.sum(inner[:]), true, nil
}
