package verify

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"slices"
	"sort"
	"strconv"
	"strings"
	"testing/fstest"
)

// text, list and obj build JSON values.
func text(s string) value       { return value{text: s} }
func number(n int) value        { return text(strconv.Itoa(n)) }
func list(items ...value) value { return value{kind: jsonArray, items: items} }
func texts(items []string) value {
	v := list()
	for _, s := range items {
		v.items = append(v.items, text(s))
	}
	return v
}
func obj(pairs ...any) value {
	v := value{kind: jsonObject}
	for i := 0; i < len(pairs); i += 2 {
		v.names = append(v.names, pairs[i].(string))
		switch x := pairs[i+1].(type) {
		case string:
			v.items = append(v.items, text(x))
		case int:
			v.items = append(v.items, number(x))
		case value:
			v.items = append(v.items, x)
		default:
			panic("obj")
		}
	}
	return v
}

// profile is the stated parameter set of the sample's trees.
func (s sample) stated() (*profile, value) {
	p := profileByName(s.profile)
	var free []field
	for _, f := range strings.Split(or(s.fields, `"account:address","amount:uint256"`), ",") {
		name, typ, _ := strings.Cut(strings.Trim(f, `" `), ":")
		free = append(free, field{name: name, typ: typ})
	}
	index := ""
	if s.given() {
		index = "given"
	}
	p.resolve(free, index, nil)
	v := obj("leafPrefixes", texts(p.leafPrefixes))
	for _, name := range profileMembers() {
		v.names, v.items = append(v.names, name), append(v.items, text(p.text[name]))
	}
	fields := list()
	for _, f := range p.fields {
		fields.items = append(fields.items, obj("name", f.name, "type", f.typ, "source", f.source))
	}
	v.names, v.items = append(v.names, "fields"), append(v.items, fields)
	return p, v
}

type sampleRow struct {
	acct  account
	key   digest
	input int // row of the list
}

// bundle writes the whole bundle. It is small and slow, and uses only the hashing of this package, which the outside vectors judge.
func (s sample) bundle() fstest.MapFS {
	out := fstest.MapFS{}
	put := func(name string, v value) { out[name] = &fstest.MapFile{Data: appendJSON(nil, &v)} }
	out["campaign.yaml"] = &fstest.MapFile{Data: []byte(s.campaign())}
	raw := s.list()
	inputFile := ""
	if s.inputs == "copy" {
		inputFile = "inputs/list.csv"
		out[inputFile] = &fstest.MapFile{Data: []byte(raw)}
	}
	rows := make([]sampleRow, s.n)
	for i := range rows {
		a, err := parseAccount(s.accountText(i))
		if err != nil {
			panic(err)
		}
		rows[i] = sampleRow{a, a.key(), i}
	}
	sort.Slice(rows, func(a, b int) bool { return bytes.Compare(rows[a].key[:], rows[b].key[:]) < 0 })
	prof, statedProfile := s.stated()
	order := prof.text["order"]
	if s.order != "profile" {
		order = s.order
	}
	m := &manTree{profile: *prof}
	rule, err := newLeafRuleFor(&m.profile, s.constants(prof, 0))
	if err != nil {
		panic(err)
	}
	parts := 1
	if s.split > 0 {
		parts = (s.n + s.split - 1) / s.split
	}
	// which part each row is in: runs of split in claim order, or in key order for order account
	partOf := make([]int, s.n)
	for r, row := range rows {
		if s.split > 0 {
			partOf[r] = row.input / s.split
			if order == "account" {
				partOf[r] = r / s.split
			}
		}
	}
	index := s.ranks(rows, partOf)
	trees, families, ledger, tokens := list(), list(), list(), list()
	type built struct {
		all    []*rebuilt
		leaves []digest
		place  []int
	}
	var fams []built
	h := newHasher(rule.hash)
	for k := range s.tokens {
		constants := s.constants(prof, k)
		b := built{leaves: make([]digest, s.n), place: make([]int, s.n)}
		for r, row := range rows {
			cells := make([]string, len(prof.fields))
			for i, f := range prof.fields {
				cells[i] = s.cell(f, constants, row, index[r], k)
			}
			if b.leaves[r], err = rule.leaf(h, row.acct.bytes(), cells); err != nil {
				panic(err)
			}
		}
		ids := list()
		for p := range parts {
			var at []int
			for r := range rows {
				if partOf[r] == p {
					at = append(at, r)
				}
			}
			switch order {
			case "input":
				sort.Slice(at, func(x, y int) bool { return rows[at[x]].input < rows[at[y]].input })
			case "leaf-hash":
				sort.Slice(at, func(x, y int) bool { return bytes.Compare(b.leaves[at[x]][:], b.leaves[at[y]][:]) < 0 })
			}
			leaves, total := make([]digest, len(at)), int64(0)
			for pos, r := range at {
				leaves[pos], b.place[r] = b.leaves[r], pos
				total += s.amount(rows[r].input, k)
			}
			token, arranged := mustAccount(strings.Split(s.asset(k), ":")[2]), "input"
			if rule.grouping != "none" {
				arranged = ""
			}
			all, err := rule.rebuild(arranged, treeRows{leaves, func(i int) []byte { return rows[at[i]].acct.bytes() }, func(int) []byte { return token.bytes() }, nil})
			if err != nil {
				panic(err)
			}
			b.all = append(b.all, all)
			root := rule.hashText(&all.root)
			id := fmt.Sprintf("t%d", k)
			if s.split > 0 {
				id += "-" + strconv.Itoa(p)
			}
			ids.items = append(ids.items, text(id))
			stated := obj()
			for _, name := range sortedKeys(constants) {
				stated.names, stated.items = append(stated.names, name), append(stated.items, text(constants[name]))
			}
			trees.items = append(trees.items, obj("id", id, "family", fmt.Sprintf("t%d", k), "part", p, "parts", parts, "chain", s.chain(), "tokens", texts([]string{fmt.Sprintf("T%d", k)}),
				"totals", texts([]string{fmt.Sprint(total)}), "group", "g0", "order", order, "leaves", len(at), "depth", all.depth, "root", root,
				"constants", stated, "deployment", s.deployed(), "profile", statedProfile))
		}
		fams = append(fams, b)
		families.items = append(families.items, ids)
		pool := fmt.Sprint(s.sum(k) + 500)
		sum := fmt.Sprint(s.sum(k))
		id := fmt.Sprintf("T%d", k)
		tokens.items = append(tokens.items, obj("id", id, "decimals", 2, "pool", pool, "assets", list(obj("asset", s.asset(k), "decimals", 2, "unit", 1, "cap", ""))))
		ledger.items = append(ledger.items, obj("token", id, "decimals", 2, "pool", pool, "carriedIn", "0", "rolledIn", "0", "locked", "0", "unelected", "0", "rolledTo", "",
			"paidBefore", "0", "claims", sum, "unallocated", "500", "unvested", "0", "forgone", "0", "rolled", "0",
			"residual", "0", "residualTo", "treasury", "leaves", s.n, "dropped", "0", "chains", list(obj("chain", s.chain(), "claims", sum, "leaves", s.n))))
	}
	var columns []value
	for k := range s.tokens {
		fam := fmt.Sprintf("t%d", k)
		col := func(name string) { columns = append(columns, obj("family", fam, "field", name)) }
		if parts > 1 && s.layout == "inline" {
			col("part")
		}
		if s.layout == "inline" && (order == "input" || order == "key") {
			col("position")
		}
		for _, f := range prof.fields {
			if _, constant := s.constants(prof, k)[f.name]; f.source != "account" && !constant {
				col(f.name)
			}
		}
		if s.layout == "inline" {
			col("proof")
		}
	}
	mg := &manGroup{id: "g0", layout: s.layout, cut: -1}
	g := &group{man: mg, n: s.n, shard: s.shard, families: []*groupFamily{{trees: []*tree{{man: m}}}}}
	shape := prof.text["shape"]
	switch {
	case s.layout == "inline":
		mg.shards = (s.n + s.shard - 1) / s.shard
	case shape == "heap":
		g.cut = max(0, depthOf(shape, s.n)-floorLog2(s.shard))
		mg.shards, mg.cut = 1<<g.cut, g.cut
	default:
		g.cut = min(floorLog2(s.shard), depthOf(shape, s.n))
		mg.shards, mg.cut = (s.n+1<<g.cut-1)>>g.cut, g.cut
	}
	for _, r := range rows {
		g.keys = append(g.keys, r.key)
	}
	for i := range mg.shards {
		shardRows, paths := list(), list()
		for _, run := range g.runs(i) {
			for r := run[0]; r < run[1]; r++ {
				cells := list(text(rows[r].acct.text()))
				for k := range s.tokens {
					if parts > 1 && s.layout == "inline" {
						cells.items = append(cells.items, number(partOf[r]))
					}
					if s.layout == "inline" && order == "input" {
						cells.items = append(cells.items, number(fams[k].place[r]))
					}
					if s.layout == "inline" && order == "key" {
						cells.items = append(cells.items, number(fams[k].all[partOf[r]].rank(fams[k].place[r])))
					}
					constants := s.constants(prof, k)
					for _, f := range prof.fields {
						if _, constant := constants[f.name]; f.source != "account" && !constant {
							cells.items = append(cells.items, text(s.cell(f, constants, rows[r], index[r], k)))
						}
					}
					if s.layout == "inline" {
						proof := list()
						for _, d := range fams[k].all[partOf[r]].proof(nil, fams[k].place[r]) {
							proof.items = append(proof.items, text(rule.hashText(&d)))
						}
						cells.items = append(cells.items, proof)
					}
				}
				shardRows.items = append(shardRows.items, cells)
			}
		}
		if s.layout == "subtree" {
			for k := range s.tokens {
				paths.items = append(paths.items, samplePath(rule, fams[k].all[0].whole, shape, i, g.cut))
			}
		}
		put("groups/g0/shards/"+numberPath(i), obj("format", "merkle-shard/v1", "group", "g0", "shard", i, "rows", shardRows, "paths", paths))
	}
	for i := range trees.items {
		if s.deployment != "" {
			s.putFacts(&trees.items[i], put)
		}
	}
	segs := g.segments()
	index0 := list()
	for p := 0; p*pageSegments < len(segs); p++ {
		page := list()
		for _, sg := range segs[p*pageSegments : min(len(segs), (p+1)*pageSegments)] {
			page.items = append(page.items, list(text(sg.separator), number(sg.shard)))
		}
		index0.items = append(index0.items, text(segs[p*pageSegments].separator))
		put("groups/g0/index/"+numberPath(p), obj("format", "merkle-index/v1", "group", "g0", "page", p, "segments", page))
	}
	cut := text("")
	if s.layout == "subtree" {
		cut = number(g.cut)
	}
	sum := int64(0)
	for k := range s.tokens {
		sum += s.sum(k)
	}
	rawSum, campSum := sha256.Sum256([]byte(raw)), sha256.Sum256([]byte(s.campaign()))
	man := obj("format", "merkle-bundle/v1", "campaign", obj("file", "campaign.yaml", "id", "sample", "sha256", hexText(campSum[:])), "rule", "fixed/v1",
		"publish", obj("inputs", s.inputs, "proofs", s.layout, "shard", s.shard),
		"inputs", list(obj("role", "list", "columns", texts(s.listColumns()), "order", "file", "rows", s.n*s.tokens, "sum", fmt.Sprint(sum), "sha256", hexText(rawSum[:]), "file", inputFile)),
		"previous", obj("id", "", "manifest", ""), "tables", list(), "exclusions", list(), "tokens", tokens, "ledger", ledger, "assertions", list(), "trees", trees,
		"groups", list(obj("id", "g0", "chain", s.chain(), "order", order, "layout", s.layout, "claims", s.n, "families", families, "columns", list(columns...), "cut", cut,
			"shards", mg.shards, "first", hexText(g.keys[0][:]), "last", hexText(g.keys[s.n-1][:]), "index", index0)))
	writeSums(out, &man)
	put("manifest.json", man)
	return out
}

// samplePath reads the path of shard i off the whole tree.
func samplePath(rule *leafRule, t *nodes, shape string, i, cut int) value {
	path := list()
	if shape == "heap" {
		for at := 1<<cut - 1 + i; at > 0; at = (at - 1) / 2 {
			sibling := at + 1
			if at%2 == 0 {
				sibling = at - 1
			}
			path.items = append(path.items, text(rule.hashText(&t.heap[sibling])))
		}
		return path
	}
	for j, level := range t.levels[cut : len(t.levels)-1] {
		at := i >> j
		switch {
		case at^1 < len(level):
			path.items = append(path.items, text(rule.hashText(&level[at^1])))
		case shape == "duplicate":
			path.items = append(path.items, text(rule.hashText(&level[at])))
		case shape == "promote":
			path.items = append(path.items, text(""))
		default:
			path.items = append(path.items, text(rule.hashText(&t.pad)))
		}
	}
	return path
}

// writeSums writes SHA256SUMS of what is there, and the manifest's statement about it.
func writeSums(out fstest.MapFS, man *value) {
	delete(out, "SHA256SUMS")
	var b strings.Builder
	count, size := 0, 0
	for _, name := range sortedKeys(out) {
		if name == "manifest.json" {
			continue
		}
		d := sha256.Sum256(out[name].Data)
		fmt.Fprintf(&b, "%s  %s\n", hexText(d[:]), name)
		count, size = count+1, size+len(out[name].Data)
	}
	out["SHA256SUMS"] = &fstest.MapFile{Data: []byte(b.String())}
	d := sha256.Sum256([]byte(b.String()))
	files := obj("file", "SHA256SUMS", "sha256", hexText(d[:]), "count", count, "bytes", size)
	if i := slices.Index(man.names, "files"); i >= 0 {
		man.items[i] = files
		return
	}
	man.names, man.items = append(man.names, "files"), append(man.items, files)
}
