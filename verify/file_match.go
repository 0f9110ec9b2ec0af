package verify

import (
	"cmp"
	"fmt"
	"strings"
)

// candidates are those of the kind, or of the profile and order that were asked for, then the same leaves in other trees that a claim contract cannot tell apart.
func (j *judge) candidates() (list []candidate) {
	p, l := j.p, j.l
	own := l.tries
	if p.o.Profile != "" {
		own = nil
		for _, c := range l.tries {
			if c.profile == p.o.Profile {
				own = append(own, c)
			}
		}
		if own == nil {
			own = []candidate{{profile: p.o.Profile, fields: l.freeFields(p.o.Profile)}}
		}
	}
	list = append(list, own...)
	if !l.strict {
		for _, c := range own {
			list = append(list, otherTrees(c)...)
		}
	}
	if p.o.Order == "" {
		return list
	}
	kept := list[:0:0]
	for _, c := range list {
		if prof := profileByName(c.profile); prof != nil {
			order := prof.text["order"]
			for _, x := range c.set {
				if x[0] == "order" {
					order = x[1]
				}
			}
			if order != p.o.Order {
				c = c.with("order", p.o.Order)
			}
			kept = append(kept, c)
		}
	}
	return kept
}

// freeFields are the fields of a profile that takes any type list, by the columns that the listing has; nil for other profiles.
func (l *listing) freeFields(name string) (out []field) {
	if prof := profileByName(name); prof == nil || !prof.freeFields() {
		return nil
	}
	for _, x := range [][2]string{{"index", "uint256"}, {"account", "address"}, {"token", "address"}, {"amount", "uint256"}} {
		if l.column(x[0]) >= 0 {
			out = append(out, field{x[0], x[1], x[0]})
		}
	}
	return out
}

// otherTrees are the shapes and orders besides the profile's own, for trees with sorted pairs, whose contracts see neither.
func otherTrees(c candidate) (list []candidate) {
	p := profileByName(c.profile)
	if p == nil {
		return nil
	}
	for _, x := range c.set {
		p.text[x[0]] = x[1]
	}
	if p.text["pair"] != "sorted" || p.text["grouping"] != "none" {
		return nil
	}
	zeros := "0x" + strings.Repeat("00", 32)
	nothing := newHasher(keccak).sum(nil)
	for _, order := range []string{"leaf-hash", "input"} {
		for _, x := range [][3]string{{"promote", "0x", ""}, {"heap", "0x", ""}, {"duplicate", "0x", ""}, {"pad-pow2", zeros, ""}, {"zero-sibling", zeros, ""},
			{"empty-sibling", hex0x(nothing[:]), ""}} {
			if x[0] == p.text["shape"] && order == p.text["order"] {
				if p.text["dedupe"] == "yes" {
					list = append(list, c.with("dedupe", "no"))
				}
				continue
			}
			list = append(list, c.with("shape", x[0], "pad", x[1], "order", order, "dedupe", "no"))
		}
	}
	return list
}

// match builds the candidates until one gives the stated root. Without a stated root the first that can be built is taken, or the one that the proofs lead to.
func (j *judge) match() (*builtList, error) {
	var first, nearest, agreed *builtList
	var failed []error
	leafless := map[string]*builtList{}
	most, proofs := -1, false
	for i := range j.l.rows {
		proofs = proofs || j.l.rows[i].proof >= 0
	}
	for i, c := range j.candidates() {
		if err := j.p.ctx.Err(); err != nil {
			return nil, err
		}
		if agreed != nil && i >= len(j.l.tries) {
			break // a row alone agrees with itself by any leaf, so those of the kind are all tried
		}
		b := j.build(c, leafless)
		if b.err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", c.String(), b.err))
			j.tree.Tried = append(j.tree.Tried, c.String()+": "+b.err.Error())
			continue
		}
		j.tree.Tried = append(j.tree.Tried, c.String())
		if first == nil || first.tree == nil && b.tree != nil {
			first = b
		}
		ok := j.parseTarget(b.rule)
		if !ok && j.tree.Stated != "" {
			continue // hashes of another width
		}
		if b.tree == nil {
			lead := j.leading(b)
			if j.l.partial && lead == len(b.rows) {
				return b, nil
			}
			if lead > most {
				nearest, most = b, lead
			}
			continue
		}
		if ok && b.tree.root == j.target {
			j.tree.Matched = true
			return b, nil
		}
		if j.tree.Stated == "" && (!proofs || j.leading(b) == len(b.rows)) {
			return b, nil // there is no other root, and every proof leads to this one
		}
		if !ok && b.rule.grouping != "two-level" && !b.rule.positional && j.implies(b) {
			return b, nil
		}
		lead := j.leading(b)
		if ok && proofs && lead == 0 && agreed == nil && j.agrees(b) {
			agreed = b
		}
		if lead > most {
			nearest, most = b, lead
		}
	}
	if agreed != nil {
		j.agreed = true
		return agreed, nil
	}
	if nearest == nil {
		nearest = first
	}
	if nearest == nil {
		for _, err := range failed {
			j.p.skip("%s: %v", j.l.name, err)
		}
		return nil, nil
	}
	return nearest, nil
}

func (j *judge) parseTarget(r *leafRule) bool {
	if j.tree.Stated == "" {
		return false
	}
	d, ok := hashOf(j.tree.Stated, r.width)
	j.target = d
	return ok
}

// implies looks, where no root is stated, for the root that the proofs of a sample of rows lead to: the one that more than half of them agree on.
func (j *judge) implies(b *builtList) bool {
	s, votes := b.rule.shaper(), map[digest]int{}
	for i := range min(len(b.rows), 64) {
		proof, ok := j.proof(b, b.rows[i])
		if !ok {
			continue
		}
		root := b.rule.foldProof(s, b.leaves[i], b.rows[i].acct.bytes(), proof, route{})
		if votes[root]++; 2*votes[root] > min(len(b.rows), 64) && votes[root] > 1 {
			j.implied, j.target = true, root
			return true
		}
	}
	return false
}

// build hashes the leaves of a candidate, once for all candidates of one leaf rule, and builds its tree.
func (j *judge) build(c candidate, cache map[string]*builtList) *builtList {
	b := &builtList{c: &c}
	var places []int
	if b.rule, b.prof, places, b.err = c.settle(j.l, j.p.o.Constants); b.err != nil {
		return b
	}
	key := fmt.Sprint(c.profile, b.prof.fields, places, b.rule.width, b.rule.hashes, b.prof.text["encoding"], c.constants, c.note)
	if same := cache[key]; same != nil {
		b.rows, b.leaves, b.bad = same.rows, same.leaves, same.bad
	} else {
		for i := range j.l.rows {
			if r := &j.l.rows[i]; c.keep == nil || c.keep(r) {
				b.rows = append(b.rows, r)
			}
		}
		if c.extra != nil {
			more, err := c.extra()
			if err != nil {
				b.err = err
				return b
			}
			for i := range more {
				b.rows = append(b.rows, &more[i])
			}
		}
		b.leaves, b.bad = b.rule.hashRows(j.p.o.Workers, len(b.rows), func(i int) ([]byte, []string) {
			r := b.rows[i]
			cells := make([]string, len(places))
			for k, at := range places {
				if at >= 0 {
					cells[k] = r.cells[at]
				}
			}
			if b.rule.account >= 0 && places[b.rule.account] >= 0 {
				return r.acct.bytes(), cells
			}
			return nil, cells
		})
		cache[key] = b
	}
	if len(b.rows) == 0 {
		b.err = errNoRows
		return b
	}
	if len(b.bad) > 0 || j.l.partial {
		return b
	}
	tie := b.tie(places)
	token := -1
	if b.rule.token >= 0 {
		token = places[b.rule.token]
	}
	b.tree, b.err = b.rule.rebuild(b.prof.text["order"], treeRows{leaves: b.leaves,
		account: func(i int) []byte { return b.rows[i].acct.bytes() },
		token: func(i int) []byte {
			if token < 0 {
				return nil
			}
			raw, _ := unhex0x(b.rows[i].cells[token])
			return raw
		}, tie: tie})
	return b
}

// tie puts several rows of one account in the order account: by unlock as a number, by the bytes of the token, by index.
func (b *builtList) tie(places []int) func(x, y int) int {
	unlock, token, index := -1, -1, -1
	for i, f := range b.prof.fields {
		switch {
		case f.name == "unlock" && f.source == "column" && strings.HasPrefix(f.typ, "u"):
			unlock = places[i]
		case f.source == "token":
			token = places[i]
		case f.source == "index":
			index = places[i]
		}
	}
	number := func(at, x, y int) int {
		if at < 0 {
			return 0
		}
		s, t := b.rows[x].cells[at], b.rows[y].cells[at]
		return cmp.Or(cmp.Compare(len(s), len(t)), strings.Compare(s, t))
	}
	key := func(x int) string {
		cell := b.rows[x].cells[token]
		if raw, ok := unhex0x(cell); ok {
			return string(raw)
		}
		a, _ := parseAccount(cell)
		return string(a.bytes())
	}
	return func(x, y int) int {
		c := number(unlock, x, y)
		if c == 0 && token >= 0 {
			c = strings.Compare(key(x), key(y))
		}
		return cmp.Or(c, number(index, x, y))
	}
}

// leading counts the rows, of at most a sample, whose own proof leads to the stated root, or to the rebuilt one when none is stated. It tells which leaf rule a
// file means even where a row was edited; the verdict on every proof comes from checkProofs.
func (j *judge) leading(b *builtList) (n int) {
	want := j.target
	if j.tree.Stated == "" {
		if b.tree == nil {
			return 0
		}
		want = b.tree.root
	}
	s := b.rule.shaper()
	sample := len(b.rows)
	if j.tree.Stated != "" {
		sample = min(sample, 64)
	}
	for i := range sample {
		proof, ok := j.proof(b, b.rows[i])
		if !ok {
			continue
		}
		var u route
		if b.tree != nil {
			u = b.tree.route(i)
		}
		if b.rule.foldProof(s, b.leaves[i], b.rows[i].acct.bytes(), proof, u) == want {
			n++
		}
	}
	return n
}

// agrees reports whether the proofs of a sample of rows all lead to the root that the list gives: then the stated root is what is wrong, and no other candidate
// will meet it.
func (j *judge) agrees(b *builtList) bool {
	s, n := b.rule.shaper(), 0
	for i := range min(len(b.rows), 64) {
		proof, ok := j.proof(b, b.rows[i])
		if !ok {
			continue
		}
		if b.rule.foldProof(s, b.leaves[i], b.rows[i].acct.bytes(), proof, b.tree.route(i)) != b.tree.root {
			return false
		}
		n++
	}
	return n > 0
}

// proof reads the proof that a row states; false when there is none, or none that can be read.
func (j *judge) proof(b *builtList, r *fileRow) ([]digest, bool) {
	if r.proof < 0 {
		return nil, false
	}
	read := j.l.readProof
	if read == nil {
		read = jsonProof
	}
	out, err := read(nil, r, b.rule.width)
	return out, err == nil
}
