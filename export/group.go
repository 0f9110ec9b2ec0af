package export

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/campaign"
	"github.com/merkle-drop/merkle/tree"
)

// The two layouts of FORMAT.md section 7.
const (
	LayoutSubtree = "subtree"
	LayoutInline  = "inline"
)

// group is trees over the same accounts, which share shards.
type group struct {
	id       string
	layout   string
	chain    merkle.Chain
	order    tree.Order
	families [][]*Tree
	columns  []column
	claims   int

	// layout inline: rows in key order, for each family (part, row) packed by ref; nil in layout subtree, where the row at
	// a place is that of each tree at the same position.
	refs [][]ref

	cut    *int
	shards []shardPlan
}

// shardPlan is which rows of the group a shard holds, as half-open ranges of places in key order, and the paths above it.
type shardPlan struct {
	runs  [][2]int
	paths [][]tree.PathNode // one a family; nil in layout inline
}

// ref is a claim of a family: part and row.
type ref struct{ part, row uint32 }

// layoutOf resolves how claims are published.
func layoutOf(c *campaign.Campaign, trees []TreeOutline) (string, error) {
	layout, err := declaredLayout(c)
	if err != nil || layout == LayoutInline {
		return layout, err
	}
	for i := range trees {
		if t := &trees[i]; t.Order != tree.OrderAccount {
			return "", refuseSubtree(c, t.ID, t.Order)
		}
	}
	return layout, nil
}

// declaredLayout is the layout that the campaign file alone tells: where it names none, that of the trees which it declares, also of those without claims.
func declaredLayout(c *campaign.Campaign) (string, error) {
	switch c.Publish.Proofs {
	case LayoutInline, LayoutSubtree:
		return c.Publish.Proofs, nil
	case "":
		if slices.ContainsFunc(c.Trees, func(t campaign.Tree) bool { return tree.Order(t.Order) != tree.OrderAccount }) {
			return LayoutInline, nil
		}
		return LayoutSubtree, nil
	}
	return "", fmt.Errorf("publish.proofs is %q, want %s or %s", c.Publish.Proofs, LayoutSubtree, LayoutInline)
}

func refuseSubtree(c *campaign.Campaign, id string, order tree.Order) error {
	var faults merkle.Faults
	faults.Addf(c.Publish.Pos, "proofs %s needs order account, tree %q has order %s", LayoutSubtree, id, order)
	return faults.Err()
}

// makeGroups puts trees with the same accounts together, in tree order, and cuts each group into shards.
func makeGroups(trees []*Tree, layout string, shard int) ([]*group, error) {
	var groups []*group
	join := func(family []*Tree) {
		g := &group{layout: layout, chain: family[0].Chain, order: family[0].Tree.Order(), families: [][]*Tree{family}}
		if layout == LayoutInline {
			g.refs = [][]ref{keyOrder(family)}
		}
		for _, t := range family {
			g.claims += t.Tree.Len()
		}
		for _, h := range groups {
			if h.admits(g) {
				h.families, h.refs = append(h.families, family), append(h.refs, g.refs...)
				return
			}
		}
		g.id = "g" + strconv.Itoa(len(groups))
		groups = append(groups, g)
	}
	for i := 0; i < len(trees); {
		n := 1
		for layout == LayoutInline && i+n < len(trees) && trees[i+n].Family == trees[i].Family {
			n++
		}
		join(trees[i : i+n])
		i += n
	}
	for _, g := range groups {
		if err := g.plan(shard); err != nil {
			return nil, err
		}
	}
	return groups, nil
}

// admits reports whether the newcomer, a group of one family, has the same chain, order or shape, and accounts row by row.
func (g *group) admits(n *group) bool {
	a, b := g.families[0][0], n.families[0][0]
	if g.claims != n.claims || g.chain != n.chain || g.order != n.order {
		return false
	}
	if g.layout == LayoutSubtree && a.Tree.Profile().Shape != b.Tree.Profile().Shape {
		return false
	}
	for place := range g.claims {
		if g.entrant(0, place) != n.entrant(0, place) {
			return false
		}
	}
	return true
}

// claim is the tree and row that a family has at a place in key order.
func (g *group) claim(family, place int) (*Tree, int) {
	if g.refs == nil {
		t := g.families[family][0]
		return t, t.Tree.Row(place)
	}
	r := g.refs[family][place]
	return g.families[family][r.part], int(r.row)
}

func (g *group) entrant(family, place int) uint32 {
	t, row := g.claim(family, place)
	return t.Entrants[row]
}

// account of the row at a place.
func (g *group) account(place int) merkle.Account {
	t, row := g.claim(0, place)
	return t.Tree.Rows().Accounts[row]
}

// key of the row at a place, as it is written.
func (g *group) key(place int) string {
	k := tree.AccountKey(g.account(place))
	return hex.EncodeToString(k[:])
}

// keyOrder returns the claims of a family by key; several claims of one account stand by unlock, then token.
func keyOrder(family []*Tree) []ref {
	if family[0].Tree.Order() == tree.OrderAccount { // parts are runs in key order already
		var refs []ref
		for part, t := range family {
			for pos := range t.Tree.Len() {
				refs = append(refs, ref{uint32(part), uint32(t.Tree.Row(pos))})
			}
		}
		return refs
	}
	type keyed struct {
		key [32]byte
		ref ref
	}
	var all []keyed
	for part, t := range family {
		for row := range t.Tree.Len() {
			all = append(all, keyed{tree.AccountKey(t.Tree.Rows().Accounts[row]), ref{uint32(part), uint32(row)}})
		}
	}
	slices.SortFunc(all, func(a, b keyed) int {
		if c := bytes.Compare(a.key[:], b.key[:]); c != 0 {
			return c
		}
		if a.ref.part != b.ref.part {
			return 0 // not of one account: only trees with one leaf an account are split
		}
		t := family[a.ref.part].Tree
		if c := t.CompareUnlock(int(a.ref.row), int(b.ref.row)); c != 0 {
			return c
		}
		if tokens := t.Rows().Tokens; tokens != nil {
			return tokens[a.ref.row].Compare(tokens[b.ref.row])
		}
		return 0
	})
	refs := make([]ref, len(all))
	for i := range all {
		refs[i] = all[i].ref
	}
	return refs
}

// plan cuts the group into shards.
func (g *group) plan(shard int) error {
	var families []familyCells
	for _, family := range g.families {
		t := family[0]
		families = append(families, familyCells{t.Family, t.Parts, t.Tree.Profile(), t.constant})
	}
	g.columns = makeColumns(g.layout, g.order, families)
	if g.layout == LayoutInline {
		for _, family := range g.families {
			if err := refuseUnplaced(family[0].ID, family[0].Tree.Profile(), g.order); err != nil {
				return err
			}
		}
		for from := 0; from < g.claims; from += shard {
			g.shards = append(g.shards, shardPlan{runs: [][2]int{{from, min(from+shard, g.claims)}}})
		}
		return nil
	}
	for i, family := range g.families {
		cut, subs, err := family[0].Tree.Cut(shard)
		if err != nil {
			return fmt.Errorf("tree %q: %w", family[0].ID, err)
		}
		if i == 0 {
			g.cut, g.shards = &cut, make([]shardPlan, len(subs))
		}
		for s := range subs {
			if i == 0 {
				g.shards[s].runs = joinRuns(subs[s].Runs)
			}
			g.shards[s].paths = append(g.shards[s].paths, subs[s].Path)
		}
	}
	return nil
}

// refuseUnplaced refuses a tree whose inline rows would not tell a verifier how its proofs fold.
func refuseUnplaced(id string, p *tree.Profile, order tree.Order) error {
	switch {
	case p.Pair != tree.PairPositional:
		return nil
	case order == tree.OrderLeafHash:
		return fmt.Errorf("tree %q: order %s with %s pairs cannot be published: no row says where its leaf stands", id, order, p.Pair)
	case p.Grouped() && !everyLevel(p.Shape):
		return fmt.Errorf("tree %q: grouping %s with %s pairs and shape %s cannot be published: no row says which levels its proof has entries for", id, p.Grouping, p.Pair, p.Shape)
	}
	return nil
}

// everyLevel reports whether a proof has an entry for each level, so that the bits of a position are its sides.
func everyLevel(s tree.Shape) bool { return s != tree.Heap && s != tree.Promote }

// joinRuns makes one of runs that follow each other.
func joinRuns(runs [][2]int) [][2]int {
	var out [][2]int
	for _, r := range runs {
		if n := len(out); n > 0 && out[n-1][1] == r[0] {
			out[n-1][1] = r[1]
		} else if r[0] < r[1] {
			out = append(out, r)
		}
	}
	return out
}
