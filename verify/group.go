package verify

import (
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strconv"
	"strings"
)

// tree is one tree of the manifest and what the shards hold for it.
type tree struct {
	man        *manTree
	decl       *treeDecl // nil when the campaign does not have its family, or could not be read
	at         string    // place in the manifest
	number     int       // place among the trees of the manifest
	leaf       *leafRule // nil when its leaves cannot be hashed
	g          *group    // nil when no group lists it
	fam        *groupFamily
	rows       []int32 // rows of the group, in key order; nil until the group was read
	order      []int32 // rows by position of their leaf; nil when the order could not be told
	root       digest  // as stated
	total      *big.Int
	tokenTexts []string // what a token cell holds for each of the tree's tokens
	built      *digest  // rebuilt root
	proofs     *treeProofs

	folded, second int
	bad            bool
}

// group is one group of the manifest and the rows of its shards, in key order.
type group struct {
	man      *manGroup
	at       string
	fam      family
	n        int
	shard    int // rows or log2 base of publish.shard
	accounts []account
	keys     []digest
	families []*groupFamily
	cut      int
	read     bool // all rows were read
}

// groupFamily is one family's columns in a group. Arrays are by row.
type groupFamily struct {
	trees            []*tree // by part, at least one
	fields           []field // leaf fields
	source           []int   // by leaf field: column of the row (0 is the account), or -1: the account, or -2: a constant
	part, pos, proof int     // columns, -1: none

	parts   []uint16
	place   []int32
	amounts []num
	values  [][]num    // by leaf field: index, locked; nil for others
	cells   [][]string // by leaf field: token and own columns; nil for others
	leaves  []digest
}

const (
	fromAccount  = -1
	fromConstant = -2
)

// amountField is the place of the amount among the leaf fields, -1 when there is none.
func (f *groupFamily) sourceField(source string) int {
	return slices.IndexFunc(f.fields, func(x field) bool { return x.source == source })
}

// checkGroups reads every group: its members, shards, index, proofs and the trees rebuilt from its leaves.
func (k *checker) checkGroups() {
	if k.man == nil {
		k.skipped = append(k.skipped, "all claims, leaves, proofs and roots: without a manifest nothing says where they are")
		return
	}
	rows, shards := 0, 0
	for i, mg := range k.man.groups {
		g := &group{man: mg, at: fmt.Sprintf("manifest.json groups[%d]", i), cut: -1}
		k.groups = append(k.groups, g)
		if !k.planGroup(g) {
			k.skipped = append(k.skipped, "rows, index and trees of group "+strconv.Quote(mg.id)+": its members contradict the format")
			continue
		}
		if !k.readShards(g) || k.ctx.Err() != nil {
			k.skipped = append(k.skipped, "index, totals and rebuilt roots of the trees of group "+strconv.Quote(mg.id)+": not all of its shards could be read")
			continue
		}
		g.read = true
		k.checkKeys(g)
		k.checkIndex(g)
		k.checkTrees(g)
		rows, shards = rows+g.n, shards+mg.shards
	}
	for _, mt := range k.man.trees {
		if t := k.trees[mt.id]; t.g == nil {
			k.f.add(GroupMismatch, t.at, "in no group's families", "in those of "+strconv.Quote(mt.group))
			t.bad = true
		}
	}
	k.checkConstants()
	k.checkGrouping()
	k.checked = append(k.checked, fmt.Sprintf("%d rows in %d shards of %d groups, with their index pages", rows, shards, len(k.groups)))
	k.sayFolded()
}

// planGroup checks the group's members against its trees and works out which row stands where, before any shard is read.
func (k *checker) planGroup(g *group) bool {
	before := k.f.total()
	bad := func(member, got, want string) { k.f.add(GroupMismatch, g.at+"."+member, got, want) }
	m := g.man
	fam, ok := chainFamily(m.chain)
	if !ok {
		bad("chain", strconv.Quote(m.chain), "a chain on eip155 or solana")
	}
	g.fam, g.n, g.shard = fam, m.claims, k.man.publish.shard
	if m.layout != k.man.publish.proofs {
		bad("layout", strconv.Quote(m.layout), strconv.Quote(k.man.publish.proofs))
	}
	if m.claims < 1 || len(m.families) == 0 {
		bad("claims", strconv.Itoa(m.claims)+" in "+strconv.Itoa(len(m.families))+" families", "at least one")
	}
	ordered, last := true, -1 // families and their parts stand in the order of the trees
	for i, ids := range m.families {
		f := &groupFamily{part: -1, pos: -1, proof: -1}
		leaves := 0
		for _, id := range ids {
			t := k.trees[id]
			if t != nil {
				ordered, last = ordered && t.number > last, t.number
			}
			if t == nil || t.g != nil {
				bad(fmt.Sprintf("families[%d]", i), strconv.Quote(id), "a tree of the manifest, in one group")
				continue
			}
			t.g, t.fam = g, f
			f.trees = append(f.trees, t)
			leaves += t.man.leaves
			if t.man.group != m.id {
				bad(fmt.Sprintf("families[%d]", i), strconv.Quote(id)+" is in group "+strconv.Quote(t.man.group), strconv.Quote(m.id))
			}
			if t.man.chain != m.chain || t.man.order != m.order {
				bad(fmt.Sprintf("families[%d]", i), id+" on "+t.man.chain+" order "+t.man.order, m.chain+" order "+m.order)
			}
			if t.man.family != f.trees[0].man.family {
				bad(fmt.Sprintf("families[%d]", i), strconv.Quote(id), "a tree of family "+strconv.Quote(f.trees[0].man.family))
			}
		}
		if len(f.trees) == 0 {
			bad(fmt.Sprintf("families[%d]", i), "no tree", "at least one")
			continue
		}
		if m.layout == "subtree" && len(f.trees) != 1 {
			bad(fmt.Sprintf("families[%d]", i), fmt.Sprint(len(f.trees), " trees"), "one, in layout subtree")
		}
		if leaves != m.claims {
			bad("claims", strconv.Itoa(m.claims), fmt.Sprint(leaves, ", the leaves of family ", f.trees[0].man.family))
		}
		f.fields = f.trees[0].man.profile.fields
		for _, t := range f.trees[1:] {
			if !slices.Equal(t.man.profile.fields, f.fields) || !maps.Equal(t.man.profile.text, f.trees[0].man.profile.text) {
				bad(fmt.Sprintf("families[%d]", i), "parts of one family with different profiles", "")
			}
			if (t.leaf == nil) != (f.trees[0].leaf == nil) {
				bad(fmt.Sprintf("families[%d]", i), "parts of one family of which some can be hashed", "")
			}
		}
		g.families = append(g.families, f)
	}
	for _, f := range g.families {
		if grouping := f.trees[0].man.profile.grouping(); m.layout == "subtree" && grouping != "none" {
			bad("layout", strconv.Quote(m.layout), `"inline", since a tree has grouping `+grouping)
		}
	}
	if m.layout == "subtree" && m.order != "account" {
		bad("order", strconv.Quote(m.order), `"account", which layout subtree needs`)
	}
	if k.f.total() > before {
		return false
	}
	k.planColumns(g)
	k.planCut(g)
	if size := k.shardBytes(m.id); k.f.total() == before && int64(g.n) > size/34 {
		bad("claims", strconv.Itoa(g.n), fmt.Sprintf("no more than fit in %d bytes of shards", size))
	}
	good := k.f.total() == before
	if !ordered {
		bad("families", fmt.Sprint(m.families), "trees in the order of the manifest")
		g.blame()
	}
	return good
}

func (k *checker) shardBytes(id string) (total int64) {
	for _, name := range k.files.names {
		if strings.HasPrefix(name, "groups/"+id+"/shards/") {
			total += k.files.size[name]
		}
	}
	return total
}

// planColumns compares the stated columns with those that follow from the trees, and notes where each leaf field comes from.
func (k *checker) planColumns(g *group) {
	var want []column
	for _, f := range g.families {
		id := f.trees[0].man.family
		next := func(name string) int {
			want = append(want, column{id, name})
			return len(want)
		}
		if len(f.trees) > 1 {
			f.part = next("part")
		}
		if grouping := f.trees[0].man.profile.grouping(); g.man.layout == "inline" && (g.man.order == "input" || grouping == "two-level") {
			f.pos = next("position")
		}
		for _, x := range f.fields {
			constant := true
			for _, t := range f.trees {
				_, ok := t.man.constants[x.name]
				constant = constant && ok
			}
			switch {
			case x.source == "account":
				f.source = append(f.source, fromAccount)
			case constant:
				f.source = append(f.source, fromConstant)
			default:
				f.source = append(f.source, next(x.name))
			}
		}
		if g.man.layout == "inline" {
			f.proof = next("proof")
		}
	}
	if !slices.Equal(want, g.man.columns) {
		k.f.add(GroupColumns, g.at+".columns", fmt.Sprint(g.man.columns), fmt.Sprint(want))
	}
}

// checkGrouping repeats how groups are made: in tree order, a newcomer joins the first group that fits, else opens the next.
func (k *checker) checkGrouping() {
	type sign struct {
		chain, kind string
		accounts    digest
	}
	var groups []sign
	seen := map[string]string{} // family, or tree in layout subtree → group
	for _, mt := range k.man.trees {
		t := k.trees[mt.id]
		if t.g == nil || !t.g.read {
			k.skipped = append(k.skipped, "whether the trees are in the right groups: not all groups could be read")
			return
		}
		unit, kind := mt.family, mt.order
		if t.g.man.layout == "subtree" {
			unit, kind = mt.id, mt.profile.text["shape"]
		}
		if at, ok := seen[unit]; ok {
			if at != mt.group {
				k.f.add(GroupMismatch, t.at+".group", strconv.Quote(mt.group), strconv.Quote(at)+", as the other parts of its family")
			}
			continue
		}
		s := sign{mt.chain, kind, t.g.accountsDigest()}
		i := slices.Index(groups, s)
		if i < 0 {
			i = len(groups)
			groups = append(groups, s)
		}
		seen[unit] = "g" + strconv.Itoa(i)
		if want := seen[unit]; mt.group != want {
			k.f.add(GroupMismatch, t.at+".group", strconv.Quote(mt.group), strconv.Quote(want))
		}
	}
	if len(groups) != len(k.man.groups) {
		k.f.add(GroupMismatch, "manifest.json groups", fmt.Sprint(len(k.man.groups), " groups"), fmt.Sprint(len(groups)))
	}
	for i, mg := range k.man.groups {
		if want := "g" + strconv.Itoa(i); mg.id != want {
			k.f.add(GroupMismatch, fmt.Sprintf("manifest.json groups[%d].id", i), strconv.Quote(mg.id), strconv.Quote(want))
		}
	}
}

func (g *group) accountsDigest() digest {
	h := newHasher(sha2)
	h.h.Reset()
	for i := range g.accounts {
		h.h.Write(g.accounts[i].bytes())
	}
	return digest(h.h.Sum(nil))
}
