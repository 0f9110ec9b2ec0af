package tools

import (
	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/tree"
)

// groups is the groups of a tree, in memory or on disk.
type groups struct {
	t *tree.Tree
	d *tree.Filed
	r *tree.FiledReader
}

func (j *job) groups() *groups {
	if j.t != nil {
		return &groups{t: j.t}
	}
	return &groups{d: j.d.Tree, r: j.d.Tree.Reader()}
}

func (g *groups) count() int {
	if g.t != nil {
		return g.t.GroupCount()
	}
	return g.d.GroupCount()
}

// group is group i. Its account or the digits of its shard are to be read from its rows.
func (g *groups) group(i int) (tree.Group, error) {
	if g.t != nil {
		return g.t.Group(i), nil
	}
	return g.r.Group(i)
}

// proof appends to dst[:0] the proof of group i in the upper tree.
func (g *groups) proof(i int, dst []merkle.Hash) ([]merkle.Hash, error) {
	if g.t != nil {
		return g.t.GroupProof(i, dst), nil
	}
	return g.r.GroupProof(i, dst)
}

// byGroup is all rows by group, those of one as they stand in the list; those of group i are at places start[i] to start[i+1]-1.
func (j *job) byGroup(g *groups) (o *order, start []int, err error) {
	if j.t != nil {
		o = &order{n: j.n, rows: make([]uint32, 0, j.n)}
		for i := range g.count() {
			start = append(start, len(o.rows))
			for _, row := range j.t.GroupRows(i) {
				o.rows = append(o.rows, uint32(row))
			}
		}
		return o, append(start, len(o.rows)), nil
	}
	place := make([]uint32, j.n) // at first the group
	start = make([]int, g.count()+1)
	for row := range place {
		i := g.r.GroupOf(row)
		place[row] = uint32(i)
		start[i+1]++
	}
	for i := range g.count() {
		start[i+1] += start[i]
	}
	next := append([]int{}, start...)
	for row, i := range place {
		place[row] = uint32(next[i])
		next[i]++
	}
	o, err = j.arranged(place)
	return o, start, err
}
