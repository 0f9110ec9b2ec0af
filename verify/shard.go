package verify

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
)

// readShards reads all shards of a group into flat arrays, hashes the leaves and, in layout subtree, folds every proof. It reports false when a row is missing.
func (k *checker) readShards(g *group) bool {
	g.accounts, g.keys = make([]account, g.n), make([]digest, g.n)
	for _, f := range g.families {
		f.amounts = make([]num, g.n)
		f.values, f.cells = make([][]num, len(f.fields)), make([][]string, len(f.fields))
		for i, x := range f.fields {
			switch {
			case f.source[i] < 0:
			case x.source == "index" || x.source == "locked":
				f.values[i] = make([]num, g.n)
			case x.source != "amount":
				f.cells[i] = make([]string, g.n)
			}
		}
		if f.part >= 0 {
			f.parts = make([]uint16, g.n)
		}
		if f.pos >= 0 {
			f.place = make([]int32, g.n)
		}
		if f.trees[0].leaf != nil {
			f.leaves = make([]digest, g.n)
		}
	}
	good := true
	k.parallel("shards of "+g.man.id, g.man.shards, func(i int, c *collector) func() {
		w := &shardReader{k: k, g: g, c: c, i: i, name: "groups/" + g.man.id + "/shards/" + numberPath(i)}
		ok := w.read()
		return func() {
			good = good && ok
			for j, f := range g.families {
				if len(w.folded) > 0 {
					f.trees[0].folded += w.folded[j]
					f.trees[0].second += w.second[j]
				}
			}
			w.markBad()
		}
	})
	return good
}

// parallel runs f for 0 … n−1 on the checker's workers. Each call gets a collector of its own; the function it returns and what it found are taken in the order of i.
func (k *checker) parallel(stage string, n int, f func(i int, c *collector) func()) {
	const batch = 256
	type result struct {
		c    *collector
		done func()
	}
	for start := 0; start < n && k.ctx.Err() == nil; start += batch {
		results := make([]result, min(batch, n-start))
		var wg sync.WaitGroup
		next := make(chan int)
		for range min(k.o.Workers, len(results)) {
			wg.Go(func() {
				for j := range next {
					c := newCollector()
					results[j] = result{c, f(start+j, c)}
				}
			})
		}
		for j := range results {
			next <- j
		}
		close(next)
		wg.Wait()
		for _, r := range results {
			k.f.merge(r.c)
			if r.done != nil {
				r.done()
			}
		}
		k.progress(stage, int64(start+len(results)), int64(n))
	}
}

// shardReader checks one shard.
type shardReader struct {
	k    *checker
	g    *group
	c    *collector
	i    int
	name string
	rows []value
	bad  map[*tree]bool

	folded, second []int // by family
}

func (w *shardReader) markBad() {
	for t := range w.bad {
		t.bad = true
	}
}

// blame notes that a finding concerns the leaves of a family's trees.
func (w *shardReader) blame(f *groupFamily) {
	if w.bad == nil {
		w.bad = map[*tree]bool{}
	}
	for _, t := range f.trees {
		w.bad[t] = true
	}
}

func (w *shardReader) read() bool {
	defer w.k.files.oneLarge(w.name)()
	runs, n := w.g.runs(w.i), 0
	for _, run := range runs {
		n += run[1] - run[0]
	}
	v, ok := w.k.readJSONOf(w.c, w.name, maxShard, w.g.shardValues(n))
	if !ok {
		return false
	}
	r := &memberReader{c: w.c, file: w.name, code: ShardMalformed}
	if format := r.peek(&v, "format"); format != "merkle-shard/v1" {
		w.c.add(FormatUnknown, w.name+" format", strconv.Quote(format), strconv.Quote("merkle-shard/v1"))
		return false
	}
	o := r.object("", &v, "format", "group", "paths", "rows", "shard")
	if got := o.text("group"); got != w.g.man.id {
		r.fail("group", strconv.Quote(got), strconv.Quote(w.g.man.id))
	}
	if got := o.text("shard"); got != strconv.Itoa(w.i) {
		r.fail("shard", strconv.Quote(got), strconv.Quote(strconv.Itoa(w.i)))
	}
	rows, paths := o.get("rows"), o.get("paths")
	if rows.kind != jsonArray || paths.kind != jsonArray {
		r.fail("rows, paths", rows.kind.String()+", "+paths.kind.String(), "arrays")
		return false
	}
	if len(rows.items) != n {
		w.c.add(ShardRows, w.name, fmt.Sprint(len(rows.items), " rows"), strconv.Itoa(n))
		return false
	}
	w.rows = rows.items
	ok, j := true, 0
	hs := newHasher(sha2)
	for _, run := range runs {
		for at := run[0]; at < run[1]; at++ {
			ok = w.row(j, at, hs) && ok
			j++
		}
	}
	if !ok {
		return false
	}
	for _, f := range w.g.families {
		w.hashLeaves(f, runs)
	}
	if w.g.man.layout == "inline" {
		if len(paths.items) != 0 {
			w.c.add(ShardPath, w.name+" paths", fmt.Sprint(len(paths.items), " paths"), "none in layout inline")
		}
		return r.bad == 0
	}
	return w.checkPaths(runs, paths) && r.bad == 0
}

func (w *shardReader) place(j int) string { return w.name + " row " + strconv.Itoa(j) }

// row reads row j of the shard into row at of the group.
func (w *shardReader) row(j, at int, hs *hasher) bool {
	g, v := w.g, &w.rows[j]
	if v.kind != jsonArray || len(v.items) != 1+len(g.man.columns) {
		w.c.add(ShardMalformed, w.place(j), fmt.Sprint(len(v.items), " cells"), strconv.Itoa(1+len(g.man.columns)))
		return false
	}
	for i := range v.items {
		want := jsonString
		if i > 0 && g.man.columns[i-1].field == "proof" && g.man.layout == "inline" {
			want = jsonArray
		}
		if v.items[i].kind != want {
			w.c.add(ShardMalformed, w.place(j)+" cell "+strconv.Itoa(i), v.items[i].kind.String(), want.String())
			return false
		}
	}
	a, err := parseAccount(v.items[0].text)
	if err == errZero {
		w.c.add(AccountZero, w.place(j), v.items[0].text, "")
		for _, f := range g.families {
			w.blame(f)
		}
	} else if err != nil || a.fam != g.fam || (g.fam == evm && strings.ToLower(v.items[0].text) != v.items[0].text) {
		w.c.add(AccountMalformed, w.place(j), strconv.Quote(v.items[0].text), "lower-case 0x hex (EVM) or base58 (Solana), as the group's chain has")
		return false
	}
	g.accounts[at], g.keys[at] = a, hs.sum(a.bytes())
	ok := true
	for _, f := range g.families {
		ok = w.family(f, j, at, v.items) && ok
	}
	return ok
}

// family reads the cells of one family in a row.
func (w *shardReader) family(f *groupFamily, j, at int, cells []value) bool {
	bad := func(name, got, want string) bool {
		w.c.add(LeafValue, w.place(j)+" "+f.trees[0].man.family+"."+name, strconv.Quote(got), want)
		w.blame(f)
		return false
	}
	if f.part >= 0 {
		n, ok := parseCount(cells[f.part].text)
		if !ok || n >= len(f.trees) {
			return bad("part", cells[f.part].text, "below "+strconv.Itoa(len(f.trees)))
		}
		f.parts[at] = uint16(n)
	}
	if f.pos >= 0 {
		n, ok := parseCount(cells[f.pos].text)
		if !ok || n >= w.g.n {
			return bad("position", cells[f.pos].text, "a place in the tree")
		}
		f.place[at] = int32(n)
	}
	for i, x := range f.fields {
		if f.source[i] < 0 {
			continue
		}
		text := cells[f.source[i]].text
		switch x.source {
		case "amount", "index", "locked":
			n, ok := parseNum(text)
			if !ok {
				return bad(x.name, text, "decimal digits of at most 256 bits")
			}
			if x.source == "amount" {
				f.amounts[at] = n
			} else {
				f.values[i][at] = n
			}
		default:
			f.cells[i][at] = strings.Clone(text)
		}
	}
	return true
}

// hashLeaves hashes a family's leaves of this shard.
func (w *shardReader) hashLeaves(f *groupFamily, runs [][2]int) {
	rule := f.trees[0].leaf
	if rule == nil {
		return
	}
	h, j := newHasher(rule.hash), 0
	cells := make([]string, len(f.fields))
	for _, run := range runs {
		for at := run[0]; at < run[1]; at++ {
			t := f.treeOf(at)
			for i, x := range f.fields {
				switch {
				case f.source[i] == fromConstant:
					cells[i] = t.man.constants[x.name]
				case f.source[i] >= 0:
					cells[i] = w.rows[j].items[f.source[i]].text
				}
			}
			d, err := t.leaf.leaf(h, w.g.accounts[at].bytes(), cells)
			if err != nil {
				code := LeafValue
				if errors.Is(err, errWide) {
					code = LeafWidth
				}
				w.c.add(code, w.place(j)+" "+t.man.family, err.Error(), "")
				w.blame(f)
			}
			f.leaves[at] = d
			j++
		}
	}
}

// treeOf is the tree that a row's leaf is in.
func (f *groupFamily) treeOf(at int) *tree {
	if f.parts == nil {
		return f.trees[0]
	}
	return f.trees[f.parts[at]]
}
