package verify

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
)

// tryEigenLayer reads distributions of EigenLayer rewards: rows {earner, token, cumulative_amount}, the nested object {earner: {token: amount}}, and a single claim with
// the proofs that RewardsCoordinator.processClaim takes.
func tryEigenLayer(p *filePass) bool {
	return p.eachFree(func(s *source) bool {
		top := s.top()
		rows := top
		if v, ok := firstOf(top, "rewards", "distribution", "earners", "lines"); ok && !isAddress(firstName(top)) {
			rows = v
		}
		rows = rows.asRows("earner", "token")
		first := rows.first()
		switch {
		case has(top, "earnerTreeProof", "earnerLeaf", "tokenLeaves"):
			p.take("eigenlayer-claim", s)
			p.eigenClaim(s, top)
		case rows.isList() && has(first, "earner", "token"):
			p.take("eigenlayer", s)
			p.eigenRows(s, top, rows)
		case rows.kind() == '{' && isAddress(firstName(rows)) && first.kind() == '{' && isAddress(firstName(first)) &&
			(first.first().kind() == '0' || p.o.Profile == "eigenlayer-v1"):
			p.take("eigenlayer", s)
			p.eigenNested(s, top, rows)
		default:
			return false
		}
		return true
	})
}

// firstName is the name of the first member of an object.
func firstName(v jval) (name string) {
	v.each(func(m jmember) bool {
		name = m.name
		return false
	})
	return name
}

// isAddress reports a text that is 0x and 40 hex digits, whatever blanks and letters.
func isAddress(s string) bool {
	s = strings.ToLower(strings.TrimSpace(s))
	var b [20]byte
	return strings.HasPrefix(s, "0x") && unhex(b[:], s[2:])
}

func (p *filePass) eigenListing(s *source, top jval, path string) *listing {
	l := &listing{name: s.name, src: s, path: path, columns: []string{"account", "token", "amount"}, tries: []candidate{{profile: "eigenlayer-v1"}}}
	if root, ok := firstOf(top, "root", "merkleRoot"); ok && root.kind() == '"' {
		l.root, l.rootAt = root.text(), root.at
	}
	return l
}

func (p *filePass) eigenRows(s *source, top, rows jval) {
	l := p.eigenListing(s, top, "rows")
	q := p.rowsOf(l)
	before, shown := "", false
	rows.items(func(_ int, v jval) bool {
		r := q.begin(s, v.at, "")
		ok := q.accountOf(r, v, "earner")
		token, ok2 := q.addressOf(r, v, "token")
		amount, ok3 := q.numberOf(r, v, "cumulative_amount", "cumulativeAmount", "cumulativeEarnings", "amount")
		earner, _ := v.get("earner")
		if text := earner.text(); !shown && text != strings.ToLower(text) && before != "" && text < before == (strings.ToLower(text) > strings.ToLower(before)) && !strings.EqualFold(text, before) {
			shown = true
			p.remark(RowSpelling, l.where(r, earner.at, "earner"), quotedText(text), "small letters: EigenLayer's reader sorts the texts, wants the order of the bytes and refuses this file")
		}
		before = earner.text()
		q.end(r, ok && ok2 && ok3, hex0x(r.acct.raw[:20]), token, amount)
		return true
	})
	q.close()
	p.add(l)
}

func (p *filePass) eigenNested(s *source, top, earners jval) {
	l := p.eigenListing(s, top, "earners")
	q := p.rowsOf(l)
	earners.each(func(e jmember) bool {
		if !isAddress(e.name) && (e.name == "root" || e.name == "merkleRoot") {
			return true
		}
		if e.val.kind() != '{' {
			p.fault(FileMember, s.place(e.val.at)+" earners["+quotedText(e.name)+"]", clip(e.val.raw()), "an object of tokens")
			return true
		}
		e.val.each(func(t jmember) bool {
			r := q.begin(s, t.at, e.name)
			ok := q.account(r, e.name, e.at)
			token, good := p.evmAccount(t.name, l.where(r, t.at, "token"))
			amount, ok3 := q.number(r, t.val, "amount")
			q.end(r, ok && good && ok3, hex0x(r.acct.raw[:20]), hex0x(token.raw[:20]), amount)
			return true
		})
		return true
	})
	q.close()
	p.add(l)
}

// eigenSeen is what claims of one folder must have in common: they are of one distribution.
type eigenSeen struct {
	index, indexAt string // the first claim's rootIndex and its place
	root           digest // to which the first claim leads that states no root
	rootAt         string
}

// sameIndex holds the claim's rootIndex against the first one's.
func (p *filePass) sameIndex(s *source, top jval) {
	v, ok := top.get("rootIndex")
	if !ok {
		return
	}
	text, where := v.text(), s.place(v.at)+" rootIndex"
	if n, _, good := integer(v); good {
		text = n.String()
	}
	switch {
	case p.eigen.indexAt == "":
		p.eigen.index, p.eigen.indexAt = text, where
	case p.eigen.index != text:
		p.fault(ListDiffers, where, clip(v.raw()), p.eigen.index+", as at "+p.eigen.indexAt+": claims of one distribution name one root")
	}
}

// sameRoot holds the root to which a claim leads that states none against the first one's.
func (p *filePass) sameRoot(s *source, at int, got digest) {
	switch where := s.place(at) + " earnerTreeProof"; {
	case p.eigen.rootAt == "":
		p.eigen.root, p.eigen.rootAt = got, where
	case p.eigen.root != got:
		p.fault(ListDiffers, where, hex0x(got[:]), hex0x(p.eigen.root[:])+", as at "+p.eigen.rootAt+": claims of one distribution lead to one root")
	}
}

// eigenClaim folds the two levels of a claim as RewardsCoordinator does.
func (p *filePass) eigenClaim(s *source, top jval) {
	p.sameIndex(s, top)
	l := p.eigenListing(s, top, "tokenLeaves")
	l.partial, l.strict = true, true
	leaf, _ := top.get("earnerLeaf")
	earner, _ := leaf.get("earner")
	tokens, _ := top.get("tokenLeaves")
	q := p.rowsOf(l)
	tokens.items(func(_ int, v jval) bool {
		r := q.begin(s, v.at, "")
		ok := q.account(r, earner.text(), earner.at)
		token, ok2 := q.addressOf(r, v, "token")
		amount, ok3 := q.numberOf(r, v, "cumulativeEarnings", "cumulative_amount")
		q.end(r, ok && ok2 && ok3, hex0x(r.acct.raw[:20]), token, amount)
		return true
	})
	q.close()
	for _, x := range [][2]string{{"tokenLeavesNum", "tokenLeaves"}, {"tokenTreeProofsNum", "tokenTreeProofs"}} {
		if v, ok := top.get(x[0]); ok {
			n, _, good := integer(v)
			list, _ := top.get(x[1])
			if !good || n.String() != strconv.Itoa(len(list.list())) {
				p.fault(ListCount, s.place(v.at)+" "+x[0], clip(v.raw()), strconv.Itoa(len(list.list())))
			}
		}
	}
	l.after = func(j *judge, b *builtList, _ bool) { j.eigenFold(b, top) }
	p.add(l)
}

func (j *judge) eigenFold(b *builtList, top jval) {
	p, s := j.p, j.l.src
	fault := func(v jval, what, got, want string) { p.fault(RowProof, s.place(max(v.at, 0))+" "+what, got, want) }
	leaf, _ := top.get("earnerLeaf")
	stated, _ := leaf.get("earnerTokenRoot")
	tokenRoot, ok := bytes32(stated)
	if !ok {
		fault(stated, "earnerTokenRoot", clip(stated.raw()), "a hash")
		return
	}
	indices, _ := top.get("tokenIndices")
	proofs, _ := top.get("tokenTreeProofs")
	index, proof := indices.list(), proofs.list()
	if len(index) != len(b.rows) || len(proof) != len(b.rows) {
		p.fault(ListCount, s.place(top.at), fmt.Sprintf("%d tokenLeaves, %d tokenIndices, %d tokenTreeProofs", len(b.rows), len(index), len(proof)), "one of each a token")
		return
	}
	shaper, h, good := b.rule.shaper(), newHasher(keccak), 0
	for i, r := range b.rows {
		raw, err := b.rule.leaf(h, r.acct.bytes(), []string{r.cells[0], r.cells[1], r.cells[2]})
		list, okProof := flatProof(proof[i])
		at, okIndex := parseCount(index[i].text())
		if err != nil || !okProof || !okIndex || at>>len(list) != 0 {
			fault(proof[i], fmt.Sprintf("tokenTreeProofs[%d]", i), "index "+index[i].text()+", "+clip(proof[i].raw()), "32 bytes an entry and an index that they take up")
			continue
		}
		if got := shaper.fold(raw, list, sidesOf(at, len(list))); got != tokenRoot {
			fault(proof[i], fmt.Sprintf("tokenTreeProofs[%d]", i), hex0x(got[:]), hex0x(tokenRoot[:])+", the earnerTokenRoot")
			continue
		}
		good++
	}
	j.tree.Proofs, j.tree.Folded = len(b.rows)+1, good
	v, _ := top.get("earnerTreeProof")
	list, okProof := flatProof(v)
	x, _ := top.get("earnerIndex")
	at, okIndex := parseCount(x.text())
	if !okProof || !okIndex || at>>len(list) != 0 {
		fault(v, "earnerTreeProof", "index "+x.text()+", "+clip(v.raw()), "32 bytes an entry and an index that they take up")
		return
	}
	outer := b.rule.outer(h, b.rows[0].acct.bytes(), &tokenRoot)
	got := shaper.fold(outer, list, sidesOf(at, len(list)))
	if !j.parseTarget(b.rule) {
		p.skip("%s: the root, since none is stated: the claim leads to %s", j.l.name, hex0x(got[:]))
		p.sameRoot(s, v.at, got)
		return
	}
	if got != j.target {
		fault(v, "earnerTreeProof", hex0x(got[:]), j.tree.Stated)
		return
	}
	j.tree.Folded++
	p.check("%s: %d token proofs lead to the earner's token root and the earner's proof to the root", j.l.name, good)
}

// sidesOf gives the side of the running hash at each entry from the index of a leaf: bit k says right.
func sidesOf(index, n int) []bool {
	out := make([]bool, n)
	for k := range out {
		out[k] = index>>k&1 == 1
	}
	return out
}

// rawBytes reads bytes as hex digits, base64 (as Go writes them) or a list of byte numbers.
func rawBytes(v jval) ([]byte, bool) {
	if b, ok := bytesValue(v); ok {
		return b, true
	}
	if v.kind() == 'n' {
		return nil, true
	}
	if v.kind() != '"' {
		return nil, false
	}
	b, err := base64.StdEncoding.DecodeString(v.text())
	return b, err == nil
}

func bytes32(v jval) (d digest, ok bool) {
	b, ok := rawBytes(v)
	copy(d[:], b)
	return d, ok && len(b) == 32
}

func flatProof(v jval) (out []digest, ok bool) {
	b, ok := rawBytes(v)
	if !ok || len(b)%32 != 0 || len(b) > 32*64 {
		return nil, false
	}
	for i := 0; i < len(b); i += 32 {
		out = append(out, digest(b[i:i+32]))
	}
	return out, true
}
