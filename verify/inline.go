package verify

import (
	"fmt"
	"slices"
	"strconv"
)

// checkInline reads the shards of a group with complete proofs a second time, now that the trees are rebuilt: every proof must be the rebuilt one, entry by entry,
// and is folded to the root.
func (k *checker) checkInline(g *group, trees []*tree) {
	for _, t := range trees {
		if t.built == nil {
			k.skipped = append(k.skipped, "the proofs of tree "+strconv.Quote(t.man.id)+": the tree could not be rebuilt")
			continue
		}
		if t.proofs != nil {
			continue
		}
		leaves := make([]digest, len(t.order))
		at := make([]int32, g.n)
		for p, row := range t.order {
			leaves[p], at[row] = t.fam.leaves[row], int32(p)
		}
		t.proofs = &treeProofs{whole: t.leaf.shaper().build(leaves, depthOf(t.leaf.shape, len(leaves))), place: at}
	}
	k.parallel("proofs of "+g.man.id, g.man.shards, func(i int, c *collector) func() {
		w := &shardReader{k: k, g: g, c: c, i: i, name: "groups/" + g.man.id + "/shards/" + numberPath(i)}
		folded, second := map[*tree]int{}, map[*tree]int{}
		defer k.files.oneLarge(w.name)()
		run := g.runs(i)[0]
		v, ok := k.readJSONOf(c, w.name, maxShard, g.shardValues(run[1]-run[0]))
		if at := slices.Index(v.names, "rows"); ok && v.kind == jsonObject && at >= 0 {
			w.rows = v.items[at].items
		}
		if len(w.rows) != run[1]-run[0] {
			c.add(ShardRows, w.name, "other rows than a moment ago", "")
			return nil
		}
		shapers := map[*tree]*shaper{}
		for j := range w.rows {
			for _, f := range g.families {
				t := f.treeOf(run[0] + j)
				if t.built == nil || f.proof >= len(w.rows[j].items) {
					continue
				}
				if shapers[t] == nil {
					shapers[t] = t.leaf.shaper()
				}
				folded[t]++
				if w.inlineProof(t, j, run[0]+j, shapers[t], w.rows[j].items[f.proof].items) {
					second[t]++
				}
			}
		}
		return func() {
			for _, t := range trees {
				t.folded += folded[t]
				t.second += second[t]
			}
			w.markBad()
		}
	})
	for _, t := range trees {
		t.proofs = nil
	}
}

// treeProofs reads the proofs of a rebuilt tree: one of whole and rebuilt is there.
type treeProofs struct {
	whole   *nodes
	rebuilt *rebuilt
	place   []int32 // by row of the group: position in whole, row of rebuilt
}

func (p *treeProofs) of(row int) ([]digest, route) {
	i := int(p.place[row])
	if p.rebuilt != nil {
		return p.rebuilt.proof(nil, i), p.rebuilt.route(i)
	}
	return p.whole.proof(nil, i), route{sides: p.whole.sides(nil, i)}
}

// inlineProof compares the stated proof of row j of the shard, which is a row of the group, with the rebuilt one and folds it; it reports whether the second library
// folded it too.
func (w *shardReader) inlineProof(t *tree, j, row int, s *shaper, stated []value) bool {
	at, leaf := w.place(j)+" "+t.man.id, t.fam.leaves[row]
	want, way := t.proofs.of(row)
	if len(stated) != len(want) {
		w.c.add(ProofLength, at, fmt.Sprint(len(stated), " hashes"), strconv.Itoa(len(want)))
		w.blame(t.fam)
		return false
	}
	proof := make([]digest, len(stated))
	for i := range stated {
		d, ok := t.leaf.parseHash(stated[i].text)
		if !ok || stated[i].kind != jsonString || d != want[i] {
			w.c.add(ProofWrong, fmt.Sprintf("%s proof[%d]", at, i), strconv.Quote(stated[i].text), t.leaf.hashText(&want[i]))
			w.blame(t.fam)
			return false
		}
		proof[i] = d
	}
	got := t.leaf.foldProof(s, leaf, w.g.accounts[row].bytes(), proof, way)
	if got != t.root {
		w.c.add(ProofWrong, at, "the proof leads to "+t.leaf.hashText(&got), t.man.root)
		w.blame(t.fam)
	}
	if !t.leaf.hasSecond() || row%secondStride(t.man.leaves) != 0 {
		return false
	}
	if own := got == t.root; secondOpinion(t.leaf.hash, leaf, proof, t.root) != own {
		w.c.add(ProofSecond, at, "accepted by github.com/cbergoon/merkletree: "+yes(!own), yes(own))
		w.blame(t.fam)
	}
	return true
}

// sayFolded puts on record how many proofs were folded, and by what.
func (k *checker) sayFolded() {
	for _, mt := range k.man.trees {
		t := k.trees[mt.id]
		if t.folded == 0 {
			continue
		}
		s := fmt.Sprintf("tree %q: %d of %d proofs folded to the root, root rebuilt: %s", mt.id, t.folded, mt.leaves, yes(t.built != nil))
		switch {
		case !t.leaf.hasSecond():
			s += "; not by cbergoon/merkletree, which has no " + t.leaf.beyondSecond()
		case t.second == t.folded:
			s += "; all of them also by cbergoon/merkletree"
		default:
			s += fmt.Sprintf("; an even sample of %d also by cbergoon/merkletree", t.second)
		}
		k.checked = append(k.checked, s)
	}
}
