package verify

import (
	"fmt"
	"hash"
	"strconv"

	"github.com/cbergoon/merkletree"
)

// parseHash reads a hash of 32 bytes: 0x and 64 lower-case digits.
func parseHash(s string) (digest, bool) { return parseHashOf(s, 32) }

// parseHashOf reads a tree hash of so many bytes.
func parseHashOf(s string, width int) (d digest, ok bool) {
	ok = len(s) == 2+2*width && s[:2] == "0x" && unhex(d[:width], s[2:])
	return d, ok
}

// checkPaths builds the shard's subtree of each tree, checks the stated path level by level, and folds every claim's proof: from the leaf to the subtree's root,
// and that root by the path to the tree's root.
func (w *shardReader) checkPaths(runs [][2]int, paths *value) bool {
	g := w.g
	if len(paths.items) != len(g.families) {
		w.c.add(ShardPath, w.name+" paths", fmt.Sprint(len(paths.items), " paths"), strconv.Itoa(len(g.families)))
		return false
	}
	w.folded, w.second = make([]int, len(g.families)), make([]int, len(g.families))
	ok := true
	for fi, f := range g.families {
		t := f.trees[0]
		at := fmt.Sprintf("%s paths[%d]", w.name, fi)
		want := g.cut
		if t.man.profile.text["shape"] != "heap" {
			want = depthOf(t.man.profile.text["shape"], g.n) - g.cut
		}
		v := &paths.items[fi]
		if v.kind != jsonArray || len(v.items) != want {
			w.c.add(ShardPath, at, fmt.Sprint(v.kind, " of ", len(v.items)), fmt.Sprint("array of ", want, " levels"))
			w.blame(f)
			ok = false
			continue
		}
		if t.leaf == nil {
			continue
		}
		path, good := w.path(f, at, v.items)
		if !good {
			w.blame(f)
			continue
		}
		w.foldRows(fi, f, runs, path)
	}
	return ok
}

// path reads the siblings from the subtree's root to the tree's root, where an empty entry stands for a node that is carried up.
func (w *shardReader) path(f *groupFamily, at string, items []value) (path []digest, good bool) {
	shape, good := f.trees[0].leaf.shape, true
	for j := range items {
		lone := false
		if shape != "heap" {
			level, index := w.g.cut+j, w.i>>j
			count := (w.g.n + 1<<level - 1) >> level
			lone = index^1 >= count
		}
		text := items[j].text
		if items[j].kind != jsonString || (text == "") != (lone && shape == "promote") {
			w.c.add(ShardPath, fmt.Sprintf("%s level %d", at, j), strconv.Quote(text), "a hash where the node has a sibling, empty where it is carried up")
			good = false
			continue
		}
		if text == "" {
			continue
		}
		d, ok := f.trees[0].leaf.parseHash(text)
		if !ok {
			w.c.add(ShardPath, fmt.Sprintf("%s level %d", at, j), strconv.Quote(text), fmt.Sprint("0x and ", 2*f.trees[0].leaf.width, " lower-case hex digits"))
			good = false
			continue
		}
		path = append(path, d)
	}
	return path, good
}

// foldRows checks the proof of every row of the shard in one tree.
func (w *shardReader) foldRows(fi int, f *groupFamily, runs [][2]int, path []digest) {
	t := f.trees[0]
	var leaves []digest
	for _, run := range runs {
		leaves = append(leaves, f.leaves[run[0]:run[1]]...)
	}
	s := t.leaf.shaper()
	small := s.build(leaves, w.g.cut)
	top := small.root()
	got := s.fold(top, path, nil)
	if got != t.root {
		w.c.add(ProofWrong, fmt.Sprintf("%s paths[%d]", w.name, fi), "the shard's rows and path lead to "+t.leaf.hashText(&got), t.man.root)
		w.blame(f)
	}
	stride := secondStride(t.man.leaves)
	var proof []digest
	row := 0
	for _, run := range runs {
		for at := run[0]; at < run[1]; at++ {
			proof = small.proof(proof[:0], row)
			inner := s.fold(leaves[row], proof, nil) == top
			if !inner {
				w.c.add(ProofWrong, w.place(row)+" "+t.man.id, "the proof inside the shard does not lead to the shard's root", "")
				w.blame(f)
			}
			w.folded[fi]++
			if t.leaf.hasSecond() && at%stride == 0 {
				proof = append(proof, path...)
				w.second[fi]++
				if own := inner && got == t.root; secondOpinion(t.leaf.hash, leaves[row], proof, t.root) != own {
					w.c.add(ProofSecond, w.place(row)+" "+t.man.id, "accepted by github.com/cbergoon/merkletree: "+yes(!own), yes(own))
					w.blame(f)
				}
			}
			row++
		}
	}
}

// trees of up to this many leaves are folded whole by the second library, larger ones by an even sample of about as many.
const secondAll = 4096

func secondStride(leaves int) int { return (leaves + secondAll - 1) / secondAll }

// hasSecond reports whether the second library can express the tree.
func (r *leafRule) hasSecond() bool { return r.beyondSecond() == "" }

// beyondSecond names what the second library does not have and the tree does; empty when it can fold its proofs.
func (r *leafRule) beyondSecond() string {
	switch {
	case len(r.prefix) > 0:
		return "node prefix with sorted pairs"
	case r.grouping == "two-level":
		return "trees of two levels"
	case r.positional:
		return "positional heaps"
	case r.width < 32:
		return "shortened hashes"
	}
	return ""
}

// secondOpinion folds a sorted-pair proof with cbergoon/merkletree. Sides are ignored with sorted siblings, so any index will do. That library has no node
// prefix with sorted pairs, so it cannot speak about jito-v1.
func secondOpinion(kind hashKind, leaf digest, proof []digest, root digest) bool {
	path, sides := make([][]byte, len(proof)), make([]int64, len(proof))
	for i := range proof {
		path[i] = proof[i][:]
	}
	ok, err := merkletree.VerifyProofWithDigest(leaf[:], path, sides, root[:], merkletree.WithHasher(func() hash.Hash { return newHasher(kind).h }),
		merkletree.WithSortedSiblings())
	return ok && err == nil
}
