package verify

import (
	"bytes"
	"slices"
)

// buildShards deals the rows into shards by the first digits of their accounts, builds each, and builds the upper tree of their roots by the same rules.
func (t *rebuilt) buildShards(order string, rows treeRows, all []int32) error {
	digits := func(row int32) string { return hexText(rows.account(int(row)))[:t.rule.shard] }
	names := make([]string, len(all))
	for i := range all {
		names[i] = digits(all[i])
	}
	slices.SortStableFunc(all, func(a, b int32) int { return bytes.Compare([]byte(names[a]), []byte(names[b])) })
	t.of = make([]int32, len(all))
	s := t.rule.shaper()
	var roots []digest
	for start := 0; start < len(all); {
		end := start
		for end < len(all) && names[all[end]] == names[all[start]] {
			t.of[all[end]] = int32(len(t.groups))
			end++
		}
		list, err := t.rule.arrange(order, rows, all[start:end])
		if err != nil {
			return err
		}
		g := subtree{first: len(t.order)}
		g.nodes = t.plant(s, rows, list)
		roots = append(roots, g.nodes.root())
		t.groups = append(t.groups, g)
		start = end
	}
	list := make([]int, len(roots))
	for i := range list {
		list[i] = i
	}
	if order == "leaf-hash" {
		slices.SortStableFunc(list, func(a, b int) int { return bytes.Compare(roots[a][:], roots[b][:]) })
	}
	var tops []digest
	for _, i := range list {
		if !t.rule.dedupe || len(tops) == 0 || tops[len(tops)-1] != roots[i] {
			tops = append(tops, roots[i])
		}
		t.groups[i].above = len(tops) - 1
	}
	t.finish(s, tops)
	return nil
}

// buildTwoLevel builds the tree of each account's tokens, and the outer tree of the accounts.
func (t *rebuilt) buildTwoLevel(rows treeRows, all []int32) error {
	slices.SortStableFunc(all, func(a, b int32) int {
		if c := bytes.Compare(rows.account(int(a)), rows.account(int(b))); c != 0 {
			return c
		}
		return bytes.Compare(rows.token(int(a)), rows.token(int(b)))
	})
	t.of = make([]int32, len(all))
	s := t.rule.shaper()
	var tops []digest
	for start := 0; start < len(all); {
		account, end := rows.account(int(all[start])), start
		for end < len(all) && bytes.Equal(rows.account(int(all[end])), account) {
			t.of[all[end]] = int32(len(t.groups))
			end++
		}
		g := subtree{first: len(t.order), above: len(tops), rank: len(tops)}
		g.nodes = t.plant(s, rows, all[start:end])
		root := g.nodes.root()
		tops = append(tops, t.rule.outer(s.h, account, &root))
		t.groups = append(t.groups, g)
		start = end
	}
	t.finish(s, tops)
	return nil
}

// finish builds the upper tree; the longest proof is that of some subtree and its root.
func (t *rebuilt) finish(s *shaper, tops []digest) {
	t.upper = s.build(tops, depthOf(t.rule.shape, len(tops)))
	t.root = t.upper.root()
	for i := range t.groups {
		g := &t.groups[i]
		t.depth = max(t.depth, depthOf(t.rule.shape, g.nodes.n)+len(t.upper.proof(nil, g.above)))
	}
}
