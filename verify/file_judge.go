package verify

import (
	"errors"
	"fmt"
	"math/big"
	"strings"
	"sync"
)

var errProof = errors.New("not a list of hashes")

// judge is the work on one listing.
type judge struct {
	p      *filePass
	l      *listing
	tree   FileTree
	target digest // the stated root, once parsed for a width
	agreed bool   // the root is not met, but list and proofs agree on another
	amount int    // column, -1: none
}

// builtList is the tree of one candidate.
type builtList struct {
	c      *candidate
	prof   *profile
	rule   *leafRule
	rows   []*fileRow // that are leaves of the candidate
	leaves []digest   // aligned with rows
	tree   *rebuilt   // nil when there are leaves that could not be hashed
	bad    []rowFault
	err    error
}

// judge judges every listing, in order.
func (p *filePass) judge() error {
	for i, l := range p.listings {
		p.o.Progress("judging", int64(i), int64(len(p.listings)))
		j := &judge{p: p, l: l, amount: l.column("amount")}
		counted := p.faults.total()
		if err := j.run(); err != nil {
			return err
		}
		j.tree.OK = counted == p.faults.total()
		p.trees = append(p.trees, j.tree)
	}
	p.o.Progress("judging", int64(len(p.listings)), int64(len(p.listings)))
	return nil
}

func (j *judge) run() error {
	p, l := j.p, j.l
	j.tree = FileTree{Name: l.name, Leaves: len(l.rows)}
	if len(l.rows) == 0 {
		p.fault(ListEmpty, l.src.place(max(0, l.rootAt)), "no row", "at least one")
		return nil
	}
	j.statedRoot()
	if total := l.sum("amount"); total != nil {
		j.tree.Total = sumText(total)
	}
	best, err := j.match()
	if err != nil {
		return err
	}
	if best == nil {
		p.skip("%s: leaves, root and proofs: none of the candidates could be built", l.name)
		j.checkFigures()
		return nil
	}
	j.describe(best)
	j.checkStated(best)
	if err := j.checkProofs(best); err != nil {
		return err
	}
	j.checkRoot(best)
	j.checkFigures()
	j.checkRows(best)
	if l.after != nil {
		l.after(j, best, j.tree.Matched)
	}
	return p.ctx.Err()
}

// statedRoot settles which root is to be met: the one given to the run, else that of the file, else that of a companion.
func (j *judge) statedRoot() {
	p, l := j.p, j.l
	if l.root == "" && len(p.roots) > 0 && len(p.listings) == 1 {
		l.root, l.rootAt, l.src = p.roots[0].text, p.roots[0].at, p.roots[0].src
	} else if len(p.listings) == 1 {
		for _, r := range p.roots {
			if !sameHash(r.text, l.root) {
				p.fault(ListDiffers, r.src.place(r.at), r.text, l.root+" as in "+l.name)
			}
		}
	}
	j.tree.Stated = l.root
	if l.root != "" && !sameHash(l.root, l.root) {
		p.fault(RowValue, l.src.place(l.rootAt)+" root", clip(l.root), "a hash")
		j.tree.Stated = ""
	}
	if p.o.Root == "" {
		return
	}
	for i := range p.listings {
		if p.listings[i] != l && len(p.listings) > 1 && sameHash(p.listings[i].root, p.o.Root) {
			return // the root given is that of another tree of these files
		}
	}
	if l.root != "" && !sameHash(l.root, p.o.Root) {
		p.fault(ListRootGiven, l.src.place(l.rootAt), l.root, p.o.Root)
	}
	if j.tree.Stated == "" {
		j.tree.Stated = p.o.Root
	}
}

// sameHash compares two spellings of a hash of 16, 20 or 32 bytes.
func sameHash(a, b string) bool {
	for _, width := range []int{32, 20, 16} {
		x, ok1 := hashOf(a, width)
		y, ok2 := hashOf(b, width)
		if ok1 && ok2 {
			return x == y
		}
	}
	return false
}

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
			own = []candidate{{profile: p.o.Profile}}
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
		}})
	return b
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

// describe fills in what is known of the tree.
func (j *judge) describe(b *builtList) {
	t := &j.tree
	t.Profile, t.Order, t.Shape, t.Index = b.prof.text["name"], b.prof.text["order"], b.prof.text["shape"], b.prof.text["index"]
	for _, bad := range b.bad {
		j.p.fault(RowValue, j.l.where(b.rows[bad.row], 0, ""), bad.err.Error(), "values that profile "+t.Profile+" can hold")
	}
	if b.tree != nil {
		t.Leaves, t.Depth, t.Rebuilt = b.tree.leaves, b.tree.depth, b.rule.hashText(&b.tree.root)
	}
}

// checkRoot says which candidate gave the stated root, or reports that none did. It comes after the proofs, which name the rows that are wrong.
func (j *judge) checkRoot(b *builtList) {
	t, p, l := &j.tree, j.p, j.l
	where := l.name
	if l.root != "" {
		where = l.src.place(l.rootAt) + " root"
	}
	switch {
	case l.partial:
		p.skip("%s: the root, of which these are some rows only", l.name)
	case b.tree == nil && t.Stated != "":
		p.fault(ListRoot, where, t.Stated, "a root that can be rebuilt: some rows cannot be leaves of "+t.Profile)
	case b.tree == nil:
	case t.Stated == "":
		p.skip("%s: the root, since none is stated: the list gives %s by %s", l.name, t.Rebuilt, b.c)
	case t.Matched:
		p.check("%s: root %s rebuilt from %d rows by %s", l.name, t.Rebuilt, len(b.rows), b.c)
	case j.agreed:
		p.fault(ListRoot, where, t.Stated, t.Rebuilt+", on which the list and its proofs agree, by "+b.c.String())
	default:
		p.fault(ListRoot, where, t.Stated, fmt.Sprintf("%s, which the list gives by %s (%d candidates tried)", t.Rebuilt, b.c, len(t.Tried)))
	}
}

// checkFigures compares every total and count with the exact sum of the rows, by =.
func (j *judge) checkFigures() {
	for _, f := range j.l.figures {
		want, code := f.want, ListTotal
		if want == nil && f.column != "" {
			want = j.l.sum(f.column)
		}
		if want == nil {
			want, code = big.NewInt(int64(len(j.l.rows))), ListCount
		}
		sign := "="
		if f.got.Cmp(want) != 0 {
			sign = "≠"
			j.p.fault(code, f.src.place(f.at)+" "+f.name, f.got.String(), want.String())
		}
		j.tree.Figures = append(j.tree.Figures, fmt.Sprintf("%s %s %s %s", f.name, f.got, sign, want))
	}
	if len(j.tree.Figures) > 0 {
		j.p.check("%s: %s", j.l.name, strings.Join(j.tree.Figures, ", "))
	}
}

// checkStated compares leaf hashes that the file states.
func (j *judge) checkStated(b *builtList) {
	n := 0
	for i, r := range b.rows {
		if r.leaf == "" {
			continue
		}
		n++
		if d, ok := hashOf(r.leaf, b.rule.width); !ok || d != b.leaves[i] {
			j.p.fault(RowLeaf, j.l.where(r, r.leafAt, "leaf"), r.leaf, b.rule.hashText(&b.leaves[i]))
		}
	}
	if n > 0 {
		j.p.check("%s: %d stated leaf hashes", j.l.name, n)
	}
}

// proofCount is what one batch of rows found.
type proofCount struct {
	faults, remarks *collector
	proofs, folded  int
	absent          []int
	seen            map[digest]bool // nodes that have a row under them
	from, to        int             // rows of the batch
}

// checkProofs folds every proof. With a matched tree each is also compared with the rebuilt one.
func (j *judge) checkProofs(b *builtList) error {
	const batch = 4096
	parts := make([]*proofCount, (len(b.rows)+batch-1)/batch)
	next, failed := make(chan int), j.p.ctx.Done()
	want := j.target
	if (j.tree.Stated == "" || j.agreed) && b.tree != nil {
		want = b.tree.root
	}
	var wg sync.WaitGroup
	for range max(1, min(j.p.o.Workers, len(parts))) {
		wg.Go(func() {
			s := b.rule.shaper()
			for k := range next {
				parts[k] = j.foldBatch(b, s, want, k*batch, min((k+1)*batch, len(b.rows)))
			}
		})
	}
	for k := range parts {
		select {
		case next <- k:
			j.p.o.Progress("proofs", int64(k*batch), int64(len(b.rows)))
		case <-failed:
			close(next)
			wg.Wait()
			return j.p.ctx.Err()
		}
	}
	close(next)
	wg.Wait()
	absent := 0
	for _, part := range parts {
		j.p.faults.merge(part.faults)
		j.p.remarks.merge(part.remarks)
		j.tree.Proofs, j.tree.Folded = j.tree.Proofs+part.proofs, j.tree.Folded+part.folded
		absent += len(part.absent)
	}
	switch {
	case j.tree.Proofs == 0:
		if j.tree.Stated != "" && !j.tree.Matched {
			j.p.skip("%s: which row is wrong cannot be told, since the file has no proofs", j.l.name)
		}
		return nil
	case absent > 0:
		for _, part := range parts {
			for _, i := range part.absent {
				j.p.fault(RowProofAbsent, j.l.where(b.rows[i], 0, ""), "no proof", "a proof as the other rows have")
			}
		}
	}
	j.p.check("%s: %d of %d proofs lead to the root", j.l.name, j.tree.Folded, j.tree.Proofs)
	if !j.tree.Matched && j.tree.Stated != "" && j.tree.Folded > 0 && !j.agreed {
		j.namedBeside(b, parts)
	}
	return nil
}

func (j *judge) foldBatch(b *builtList, s *shaper, want digest, from, to int) *proofCount {
	out := &proofCount{faults: newCollector(), remarks: newCollector(), from: from, to: to}
	if !j.tree.Matched && j.tree.Stated != "" && !j.agreed {
		out.seen = map[digest]bool{}
	}
	var own, rebuilt []digest
	read := j.l.readProof
	if read == nil {
		read = jsonProof
	}
	for i := from; i < to; i++ {
		r := b.rows[i]
		if r.proof < 0 {
			out.absent = append(out.absent, i)
			continue
		}
		out.proofs++
		var err error
		own, err = read(own[:0], r, b.rule.width)
		if err != nil {
			out.faults.add(RowProof, j.l.where(r, r.proof, "proof"), err.Error(), "")
			continue
		}
		var u route
		if b.tree != nil {
			u = b.tree.route(i)
			rebuilt = b.tree.proof(rebuilt[:0], i)
		}
		if j.tree.Matched || (j.tree.Stated == "" || j.agreed) && b.tree != nil {
			if at := differs(own, rebuilt); at < 0 {
				out.folded++
				continue
			} else if got := b.rule.foldProof(s, b.leaves[i], r.acct.bytes(), own, u); got == want {
				out.folded++
				out.remarks.add(RowProofOther, j.l.where(r, r.proof, "proof"), fmt.Sprintf("entry %d %s", at, entry(b.rule, own, at)), entry(b.rule, rebuilt, at))
			} else {
				out.faults.add(RowProof, j.l.where(r, r.proof, "proof"), fmt.Sprintf("entry %d %s, which leads to %s", at, entry(b.rule, own, at), b.rule.hashText(&got)),
					fmt.Sprintf("%s, which leads to %s", entry(b.rule, rebuilt, at), b.rule.hashText(&want)))
			}
			continue
		}
		got := b.rule.foldProof(s, b.leaves[i], r.acct.bytes(), own, u)
		if got != want {
			out.faults.add(RowProof, j.l.where(r, 0, ""), "the row with its proof leads to "+b.rule.hashText(&got), b.rule.hashText(&want))
			continue
		}
		out.folded++
		if b.rule.grouping == "two-level" || b.rule.positional {
			continue
		}
		node := b.leaves[i]
		out.seen[node] = true
		for k := range own {
			node = s.pair(&node, &own[k])
			out.seen[node] = true
		}
	}
	return out
}

// namedBeside looks, where the root is not met although proofs lead to it, for parts of the tree in which no row stands: there rows are missing from the list.
func (j *judge) namedBeside(b *builtList, parts []*proofCount) {
	if j.tree.Folded < j.tree.Proofs || j.l.partial {
		return // rows that do not lead to the root are named already, and their place is empty
	}
	seen := map[digest]bool{b.rule.pad: true}
	for _, part := range parts {
		for node := range part.seen {
			seen[node] = true
		}
	}
	named := map[digest]bool{}
	for _, part := range parts {
		for i := part.from; i < part.to; i++ {
			r := b.rows[i]
			proof, ok := j.proof(b, r)
			for k := range proof {
				if ok && !seen[proof[k]] && !named[proof[k]] {
					named[proof[k]] = true
					j.p.fault(ListIncomplete, j.l.where(r, r.proof, "proof"), fmt.Sprintf("entry %d %s has no row of the list under it", k, b.rule.hashText(&proof[k])), "")
				}
			}
		}
	}
}

// differs is the first entry in which two proofs differ, or -1.
func differs(a, b []digest) int {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return i
		}
	}
	if len(a) != len(b) {
		return min(len(a), len(b))
	}
	return -1
}

func entry(r *leafRule, proof []digest, i int) string {
	if i >= len(proof) {
		return "(none)"
	}
	return r.hashText(&proof[i])
}
