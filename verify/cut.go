package verify

import (
	"strconv"
)

// planCut checks cut and the number of shards.
func (k *checker) planCut(g *group) {
	shards := 0
	switch g.man.layout {
	case "inline":
		if g.man.cut != -1 {
			k.f.add(GroupCut, g.at+".cut", strconv.Itoa(g.man.cut), "empty in layout inline")
		}
		shards = (g.n + g.shard - 1) / g.shard
	case "subtree":
		shape := g.families[0].trees[0].man.profile.text["shape"]
		for _, f := range g.families {
			if s := f.trees[0].man.profile.text["shape"]; s != shape {
				k.f.add(GroupMismatch, g.at+".families", "trees of shapes "+shape+" and "+s, "one shape")
				return
			}
		}
		depth := depthOf(shape, g.n)
		if shape == "heap" {
			g.cut = max(0, depth-floorLog2(g.shard))
			shards = 1 << g.cut
			if g.cut == depth && 1<<depth != g.n {
				k.f.add(GroupCut, "manifest.json publish.shard", strconv.Itoa(g.shard), "at least 2 for a heap of this size")
			}
		} else {
			g.cut = min(floorLog2(g.shard), depth)
			shards = (g.n + 1<<g.cut - 1) >> g.cut
		}
		if g.man.cut != g.cut {
			k.f.add(GroupCut, g.at+".cut", strconv.Itoa(g.man.cut), strconv.Itoa(g.cut))
		}
	}
	if g.man.shards != shards {
		k.f.add(GroupCut, g.at+".shards", strconv.Itoa(g.man.shards), strconv.Itoa(shards))
	}
}

// runs are the ranges of rows, in key order, that shard i holds, in the order of its rows.
func (g *group) runs(i int) [][2]int {
	if g.man.layout == "inline" {
		return [][2]int{{i * g.shard, min(g.n, (i+1)*g.shard)}}
	}
	shape := g.families[0].trees[0].man.profile.text["shape"]
	if shape != "heap" {
		return [][2]int{{i << g.cut, min(g.n, (i+1)<<g.cut)}}
	}
	// Below subtree root r = 2^cut − 1 + i, the nodes e levels down are t[(r+1)·2^e − 1] and the 2^e − 1 after it. Those that exist and are leaves are rows; leaf k is
	// t[2n−2−k], so ascending leaf numbers are descending places.
	r := 1<<g.cut - 1 + i
	bottom := depthOf(shape, g.n) - g.cut
	var out [][2]int
	for _, e := range []int{bottom, bottom - 1} {
		if e < 0 {
			continue
		}
		first := max((r+1)<<e-1, g.n-1)
		last := min((r+2)<<e-2, 2*g.n-2)
		if first <= last {
			run := [2]int{2*g.n - 2 - last, 2*g.n - 1 - first}
			if len(out) > 0 && out[0][1] == run[0] {
				out[0][1] = run[1]
				continue
			}
			out = append(out, run)
		}
	}
	return out
}
