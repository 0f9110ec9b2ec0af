package export

import (
	"encoding/hex"
	"strconv"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/tree"
)

// heldGroup is group for claims on disk.
type heldGroup struct {
	id      string
	layout  string
	chain   merkle.Chain
	order   tree.Order
	members []heldMember
	columns []column
	claims  int
	shard   int // claims of a shard in layout inline
}

// heldMember is what of a family is in a group: in layout subtree one tree, in layout inline all.
type heldMember struct {
	f     *heldFamily
	lo    int // place of the family at which the group begins
	trees []*heldTree
}

// heldGroups is makeGroups for claims on disk.
func heldGroups(families []*heldFamily, layout string, shard int) ([]*heldGroup, error) {
	var groups []*heldGroup
	beginning := map[merkle.Account][]*heldGroup{} // by their first account, so that thousands of parts do not look at each other
	join := func(m heldMember) error {
		n := &heldGroup{layout: layout, chain: m.f.chain, order: m.f.order, members: []heldMember{m}, shard: shard}
		for _, t := range m.trees {
			n.claims += t.n
		}
		first, err := m.f.account(m.lo)
		if err != nil {
			return err
		}
		for _, g := range beginning[first] {
			if ok, err := g.admits(n); err != nil || ok {
				g.members = append(g.members, m)
				return err
			}
		}
		n.id = "g" + strconv.Itoa(len(groups))
		groups, beginning[first] = append(groups, n), append(beginning[first], n)
		return nil
	}
	for _, f := range families {
		members := []heldMember{{f, 0, f.parts}}
		if layout == LayoutSubtree {
			members = members[:0]
			for _, t := range f.parts {
				members = append(members, heldMember{f, t.lo, []*heldTree{t}})
			}
		}
		for _, m := range members {
			if err := join(m); err != nil {
				return nil, err
			}
		}
	}
	for _, g := range groups {
		var cells []familyCells
		for _, m := range g.members {
			if layout == LayoutInline {
				if err := refuseUnplaced(m.trees[0].id(), &m.f.profile, g.order); err != nil {
					return nil, err
				}
			}
			cells = append(cells, familyCells{m.f.tree.ID, len(m.f.parts), &m.f.profile, m.f.constant})
		}
		g.columns = makeColumns(layout, g.order, cells)
		for _, m := range g.members {
			for _, t := range m.trees {
				t.group = g.id
			}
		}
	}
	return groups, nil
}

// account is the one at a place.
func (f *heldFamily) account(place int) (merkle.Account, error) {
	var rows tree.Rows
	if err := f.rows.reading(&rows).read(place, place+1); err != nil {
		return merkle.Account{}, err
	}
	return rows.Accounts[0], nil
}

// admits is group.admits.
func (g *heldGroup) admits(n *heldGroup) (bool, error) {
	a, b := &g.members[0], &n.members[0]
	if g.claims != n.claims || g.chain != n.chain || g.order != n.order || g.layout == LayoutSubtree && a.f.profile.Shape != b.f.profile.Shape {
		return false, nil
	}
	return a.f.rows.sameAccounts(a.lo, b.f.rows, b.lo, g.claims)
}

// shards is how many there are.
func (g *heldGroup) shards() int {
	if g.layout == LayoutSubtree {
		return g.members[0].trees[0].sliced.Shards()
	}
	return (g.claims + g.shard - 1) / g.shard
}

// runs are the places of a shard, in the order of its rows.
func (g *heldGroup) runs(shard int) [][2]int {
	if g.layout == LayoutSubtree {
		return joinRuns(g.members[0].trees[0].sliced.Runs(shard))
	}
	return [][2]int{{shard * g.shard, min((shard+1)*g.shard, g.claims)}}
}

// info is group.info.
func (g *heldGroup) info(key func(int) (string, error)) (info GroupInfo, err error) {
	info = GroupInfo{ID: g.id, Chain: string(g.chain), Order: string(g.order), Layout: g.layout, Claims: g.claims, Shards: g.shards()}
	if g.layout == LayoutSubtree {
		cut := g.members[0].trees[0].sliced.Cut()
		info.Cut = &cut
	}
	for _, m := range g.members {
		var ids []string
		for _, t := range m.trees {
			ids = append(ids, t.id())
		}
		info.Families = append(info.Families, ids)
	}
	for i := range g.columns {
		info.Columns = append(info.Columns, g.columns[i].ColumnInfo)
	}
	if info.First, err = key(0); err == nil {
		info.Last, err = key(g.claims - 1)
	}
	return info, err
}

// keys returns what reads the key at a place as it is written.
func (g *heldGroup) keys() func(place int) (string, error) {
	var rows tree.Rows
	m := &g.members[0]
	r := m.f.rows.reading(&rows)
	return func(place int) (string, error) {
		if err := r.read(m.lo+place, m.lo+place+1); err != nil {
			return "", err
		}
		k := tree.AccountKey(rows.Accounts[0])
		return hex.EncodeToString(k[:]), nil
	}
}

// write writes the shards and index pages of a group.
func (g *heldGroup) write(w *writer) (GroupInfo, error) {
	key := g.keys()
	info, err := g.info(key)
	if err != nil {
		return info, err
	}
	if err := w.shards(g.id, g.shards(), g.claims, g.renderer); err != nil {
		return info, err
	}
	list, err := segments(g.shards(), g.runs, key)
	if err == nil {
		info.Index, err = w.index(g.id, list)
	}
	return info, err
}
