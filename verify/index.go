package verify

import (
	"bytes"
	"fmt"
	"strconv"
)

const pageSegments = 1024

// checkKeys checks that the rows of the group, put together, ascend by key, and the stated first and last key. The same account may stand in several rows only where
// the tree of a row tells its token.
func (k *checker) checkKeys(g *group) {
	several := false
	for _, f := range g.families {
		several = several || len(f.trees[0].man.tokens) > 1 || f.unlockField() >= 0
	}
	for at := 1; at < g.n; at++ {
		if c := bytes.Compare(g.keys[at-1][:], g.keys[at][:]); c > 0 || (c == 0 && !several) {
			k.f.add(ShardOrder, g.rowPlace(at), g.accounts[at].text()+" with key "+hexText(g.keys[at][:8])+"…",
				"a key after "+hexText(g.keys[at-1][:8])+"…")
			g.blame()
		} else if c == 0 {
			k.checkWithin(g, at)
		}
	}
	if got := hexText(g.keys[0][:]); got != g.man.first {
		k.f.add(GroupMismatch, g.at+".first", g.man.first, got)
	}
	if got := hexText(g.keys[g.n-1][:]); got != g.man.last {
		k.f.add(GroupMismatch, g.at+".last", g.man.last, got)
	}
}

// checkWithin checks that a row stands after the one before it, which is of the same account: by unlock as a number, then by the bytes of the token.
func (k *checker) checkWithin(g *group, at int) {
	for _, f := range g.families {
		t := f.treeOf(at)
		order, told := 0, false
		if i := f.unlockField(); i >= 0 && f.cells[i] != nil {
			x, ok1 := parseDigits(f.cells[i][at-1])
			y, ok2 := parseDigits(f.cells[i][at])
			if !ok1 || !ok2 {
				continue // no value of the field's type, which hashing has reported
			}
			order, told = x.Cmp(y), true
		}
		if i := f.sourceField("token"); order == 0 && i >= 0 && len(t.man.tokens) > 1 && f.cells[i] != nil {
			x, err1 := parseAccount(f.cells[i][at-1])
			y, err2 := parseAccount(f.cells[i][at])
			if order, told = bytes.Compare(x.raw[:], y.raw[:]), true; err1 != nil || err2 != nil {
				order = 1
			}
		}
		if told && order >= 0 {
			k.f.add(ShardOrder, g.rowPlace(at)+" "+t.man.id, "a row of "+g.accounts[at].text()+" that is not after the one above it", "rows of one account by unlock, then by token")
			g.blame()
		}
	}
}

// blame marks all trees of the group.
func (g *group) blame() {
	for _, f := range g.families {
		for _, t := range f.trees {
			t.bad = true
		}
	}
}

// rowPlace is the shard and row that hold row at of the group.
func (g *group) rowPlace(at int) string {
	for i := range g.man.shards {
		j := 0
		for _, run := range g.runs(i) {
			if at >= run[0] && at < run[1] {
				return "groups/" + g.man.id + "/shards/" + numberPath(i) + " row " + strconv.Itoa(j+at-run[0])
			}
			j += run[1] - run[0]
		}
	}
	return "groups/" + g.man.id
}

// segment is a run of rows with ascending keys in one shard.
type segment struct {
	first, shard int // first row, shard number
	separator    string
}

// segments lists the segments by key order with the separators that the keys give.
func (g *group) segments() []segment {
	var out []segment
	for i := range g.man.shards {
		for _, run := range g.runs(i) {
			out = append(out, segment{first: run[0], shard: i})
		}
	}
	sortBy(out, func(a, b segment) int { return a.first - b.first })
	for i := range out {
		if i > 0 {
			out[i].separator = separator(&g.keys[out[i].first-1], &g.keys[out[i].first])
		}
	}
	return out
}

// separator is the shortest prefix of the hex text of key that is greater than that of before; all of it when they are equal.
func separator(before, key *digest) string {
	a, b := hexText(before[:]), hexText(key[:])
	for i := range b {
		if a[i] != b[i] {
			return b[:i+1]
		}
	}
	return b
}

// checkIndex compares the pages of the boundary index, and their first separators in the manifest, with the segments of the shards.
func (k *checker) checkIndex(g *group) {
	segs := g.segments()
	pages := (len(segs) + pageSegments - 1) / pageSegments
	if len(g.man.index) != pages {
		k.f.add(GroupMismatch, g.at+".index", fmt.Sprint(len(g.man.index), " pages"), strconv.Itoa(pages))
	}
	for p := range pages {
		part := segs[p*pageSegments : min(len(segs), (p+1)*pageSegments)]
		if p < len(g.man.index) && g.man.index[p] != part[0].separator {
			k.f.add(IndexSeparator, fmt.Sprintf("%s.index[%d]", g.at, p), strconv.Quote(g.man.index[p]), strconv.Quote(part[0].separator))
		}
		k.checkPage(g, p, part)
	}
}

func (k *checker) checkPage(g *group, p int, segs []segment) {
	name := "groups/" + g.man.id + "/index/" + numberPath(p)
	v, ok := k.readJSONOf(k.f, name, maxPage, pageValues)
	if !ok {
		return
	}
	r := &memberReader{c: k.f, file: name, code: IndexMalformed}
	if format := r.peek(&v, "format"); format != "merkle-index/v1" {
		k.f.add(FormatUnknown, name+" format", strconv.Quote(format), strconv.Quote("merkle-index/v1"))
		return
	}
	o := r.object("", &v, "format", "group", "page", "segments")
	if got := o.text("group"); got != g.man.id {
		r.fail("group", strconv.Quote(got), strconv.Quote(g.man.id))
	}
	if got := o.text("page"); got != strconv.Itoa(p) {
		r.fail("page", strconv.Quote(got), strconv.Quote(strconv.Itoa(p)))
	}
	list := o.get("segments")
	if list.kind != jsonArray || len(list.items) != len(segs) {
		r.fail("segments", fmt.Sprint(list.kind, " of ", len(list.items)), fmt.Sprint("array of ", len(segs)))
		return
	}
	for i := range list.items {
		at := fmt.Sprintf("%s segments[%d]", name, i)
		pair := r.texts(fmt.Sprintf("segments[%d]", i), &list.items[i])
		if len(pair) != 2 {
			k.f.add(IndexMalformed, at, fmt.Sprint(len(pair), " entries"), "separator and shard")
			continue
		}
		if pair[0] != segs[i].separator {
			k.f.add(IndexSeparator, at, strconv.Quote(pair[0]), strconv.Quote(segs[i].separator))
		}
		if pair[1] != strconv.Itoa(segs[i].shard) {
			k.f.add(IndexShard, at, strconv.Quote(pair[1]), strconv.Quote(strconv.Itoa(segs[i].shard)))
		}
	}
}
