package verify

// Rebuilding a tree of any profile from its rows. Whoever reads a list or another tool's file works with these, in this order:
//
//	p := profileByName(name)              a copy of the profile's parameters; p.text["shape"] = "duplicate" and the like make other candidates of it
//	p.resolve(fields, index, constants)   settles what the profile leaves open: type list, index rule, amountBits
//	r, err := newLeafRuleFor(p, constants)
//	leaves, bad := r.hashRows(workers, n, row)      leaf hashes of all rows; r.preimage and r.leaf for a single one
//	t, err := r.rebuild(order, treeRows{…})         t.root, t.depth, t.position(row), t.proof(row), t.route(row)
//	r.foldProof(s, leaf, account, proof, route) == root      s := r.shaper(), one a goroutine
//	r.ranks(rule, accounts)               the index of each row by eip55-sort or base58-sort
//
// Cells are text in the spelling of FORMAT.md 7: integers in decimal, EVM addresses and bytes 0x and lower-case hex, Solana keys base58, arrays and tuples [a,b].
// A digest of a tree with narrower hashes has zeros after r.width bytes; r.hashText writes it and r.parseHash reads it.

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"sync"
)

// treeRows is what a tree is rebuilt from: one leaf hash a row, and where the order or grouping needs them the raw bytes of accounts (20 or 32) and tokens.
type treeRows struct {
	leaves  []digest
	account func(row int) []byte // orders account and key, all groupings
	token   func(row int) []byte // two-level
	tie     func(a, b int) int   // order account: several rows of one account; nil: as they are given
}

// rebuilt is a whole tree. Rows of equal leaves share one place where the profile keeps equal leaves once.
type rebuilt struct {
	root   digest
	leaves int // rows in the tree, without those that another row stands for
	depth  int // entries of the longest proof
	rule   *leafRule
	place  []int32 // by row: where its leaf stands in the tree's order
	order  []int32 // rows by place
	whole  *nodes  // grouping none
	groups []subtree
	of     []int32 // by row: its subtree
	upper  *nodes  // over the roots of the subtrees
}

// subtree is a shard, or the rows of one account.
type subtree struct {
	nodes *nodes
	first int // place of its first leaf
	above int // place of its root, or of its outer leaf, in the upper tree
	rank  int // two-level: of the account
}

// route says how a proof is folded when that is not told by the hashes: on which side the running hash stands at each entry, and how many entries lead to the root
// of the inner tree.
type route struct {
	sides []bool // true: the running hash is the right child
	inner int    // two-level only
}

var errNoRows = errors.New("no rows")

// rebuild makes the tree in a given order of leaves: "input", "leaf-hash", "account", "key"; "" is the profile's own, and the only one of grouped trees.
func (r *leafRule) rebuild(order string, rows treeRows) (*rebuilt, error) {
	if len(rows.leaves) == 0 {
		return nil, errNoRows
	}
	if order == "" {
		order = r.order
	}
	if r.grouping != "none" && order != r.order {
		return nil, fmt.Errorf("order %s in a tree of grouping %s, which has %s", order, r.grouping, r.order)
	}
	if rows.account == nil && (order == "account" || order == "key" || r.grouping != "none") || rows.token == nil && r.grouping == "two-level" {
		return nil, fmt.Errorf("order %s, grouping %s: accounts and tokens are needed", order, r.grouping)
	}
	t := &rebuilt{rule: r, place: make([]int32, len(rows.leaves))}
	all := make([]int32, len(rows.leaves))
	for i := range all {
		all[i] = int32(i)
	}
	switch {
	case r.shard > 0:
		return t, t.buildShards(order, rows, all)
	case r.grouping == "two-level":
		return t, t.buildTwoLevel(rows, all)
	}
	order32, err := r.arrange(order, rows, all)
	if err != nil {
		return nil, err
	}
	t.whole = t.plant(r.shaper(), rows, order32)
	t.root, t.depth = t.whole.root(), depthOf(r.shape, t.whole.n)
	return t, nil
}

// arrange puts rows in the order of their leaves.
func (r *leafRule) arrange(order string, rows treeRows, list []int32) ([]int32, error) {
	list = slices.Clone(list)
	switch order {
	case "input":
	case "leaf-hash":
		slices.SortStableFunc(list, func(a, b int32) int { return bytes.Compare(rows.leaves[a][:], rows.leaves[b][:]) })
	case "key":
		slices.SortStableFunc(list, func(a, b int32) int { return bytes.Compare(rows.account(int(a)), rows.account(int(b))) })
	case "account":
		keys, h := make(map[int32]digest, len(list)), newHasher(sha2)
		for _, row := range list {
			keys[row] = h.sum(rows.account(int(row)))
		}
		slices.SortStableFunc(list, func(a, b int32) int {
			x, y := keys[a], keys[b]
			if c := bytes.Compare(x[:], y[:]); c != 0 || rows.tie == nil {
				return c
			}
			return rows.tie(int(a), int(b))
		})
	default:
		return nil, fmt.Errorf("order %q", order)
	}
	return list, nil
}

// plant builds one tree of the rows in the order given, and notes their places after those that are there already.
func (t *rebuilt) plant(s *shaper, rows treeRows, list []int32) *nodes {
	leaves := make([]digest, 0, len(list))
	for _, row := range list {
		if d := rows.leaves[row]; !t.rule.dedupe || len(leaves) == 0 || leaves[len(leaves)-1] != d {
			leaves = append(leaves, d)
			t.order = append(t.order, row)
		}
		t.place[row] = int32(len(t.order) - 1)
	}
	t.leaves = len(t.order)
	return s.build(leaves, depthOf(t.rule.shape, len(leaves)))
}

// position is where a row's leaf stands in the order of the tree's leaves (FORMAT.md 4.3 for grouped trees).
func (t *rebuilt) position(row int) int { return int(t.place[row]) }

// rank is the place of a row's account among the accounts of a two-level tree, which is the earner index of its contract; 0 in other trees.
func (t *rebuilt) rank(row int) int {
	if t.of == nil {
		return 0
	}
	return t.groups[t.of[row]].rank
}

// within is the place of a row's leaf in its subtree; in a tree that is not grouped, in the tree.
func (t *rebuilt) within(row int) int {
	if t.of == nil {
		return int(t.place[row])
	}
	return int(t.place[row]) - t.groups[t.of[row]].first
}

// proof appends the whole proof of a row, from leaf to root.
func (t *rebuilt) proof(dst []digest, row int) []digest {
	if t.whole != nil {
		return t.whole.proof(dst, int(t.place[row]))
	}
	g := &t.groups[t.of[row]]
	return t.upper.proof(g.nodes.proof(dst, t.within(row)), g.above)
}

// route is how the proof of a row is folded.
func (t *rebuilt) route(row int) (u route) {
	if t.whole != nil {
		return route{sides: t.whole.sides(nil, int(t.place[row]))}
	}
	g := &t.groups[t.of[row]]
	u.sides = g.nodes.sides(nil, t.within(row))
	if t.rule.grouping == "two-level" {
		u.inner = len(u.sides)
	}
	u.sides = t.upper.sides(u.sides, g.above)
	return u
}

// foldProof is the contract's check of a proof: the root that it leads to. The account is needed in two-level trees; a route only there and with positional pairs.
func (r *leafRule) foldProof(s *shaper, leaf digest, account []byte, proof []digest, u route) digest {
	if r.grouping != "two-level" {
		return s.fold(leaf, proof, u.sides)
	}
	inner := min(u.inner, len(proof))
	cut := min(inner, len(u.sides))
	middle := s.fold(leaf, proof[:inner], u.sides[:cut])
	return s.fold(r.outer(s.h, account, &middle), proof[inner:], u.sides[cut:])
}

// pathIndex is the index that 1inch's SignatureMerkleDrop128 reads off a proof: bit i is set when the running hash was the larger of the pair at entry i, and the
// whole is shifted by the entries that the proof is shorter than the deepest.
func (r *leafRule) pathIndex(s *shaper, leaf digest, proof []digest, depth int) uint64 {
	index := uint64(0)
	for i := range proof {
		if bytes.Compare(leaf[:], proof[i][:]) > 0 {
			index |= 1 << i
		}
		leaf = s.pair(&leaf, &proof[i])
	}
	return index << (depth - len(proof))
}

// hashText and parseHash write and read a hash of the tree's width.
func (r *leafRule) hashText(d *digest) string { return hex0x(d[:r.width]) }

func (r *leafRule) parseHash(s string) (d digest, ok bool) { return parseHashOf(s, r.width) }

// rowFault is a row whose leaf cannot be hashed.
type rowFault struct {
	row int
	err error
}

// hashRows hashes the leaves of n rows with so many workers. row gives account (or nil) and cells of a row as leaf takes them, and is called from several goroutines,
// each of which may reuse what it returned. Rows that cannot be hashed are listed by row, and their digest is zero.
func (r *leafRule) hashRows(workers, n int, row func(i int) (account []byte, cells []string)) ([]digest, []rowFault) {
	const batch = 1024
	out := make([]digest, n)
	bad := make([][]rowFault, (n+batch-1)/batch)
	next := make(chan int)
	var wg sync.WaitGroup
	for range max(1, min(workers, len(bad))) {
		wg.Go(func() {
			h := newHasher(r.hash)
			for b := range next {
				for i := b * batch; i < min(n, (b+1)*batch); i++ {
					account, cells := row(i)
					d, err := r.leaf(h, account, cells)
					if err != nil {
						bad[b] = append(bad[b], rowFault{i, err})
						continue
					}
					out[i] = d
				}
			}
		})
	}
	for b := range bad {
		next <- b
	}
	close(next)
	wg.Wait()
	return out, slices.Concat(bad...)
}

// ranks is the index of each row by the rank of its account's text: eip55-sort or base58-sort. Rows of one account get following ranks in their own order.
func ranks(rule string, accounts []account) []int {
	texts, list := make([]string, len(accounts)), make([]int, len(accounts))
	for i := range accounts {
		list[i], texts[i] = i, accounts[i].text()
		if rule == "eip55-sort" {
			texts[i] = checksumText(accounts[i].raw[:20])
		}
	}
	slices.SortStableFunc(list, func(a, b int) int {
		return bytes.Compare([]byte(texts[a]), []byte(texts[b]))
	})
	out := make([]int, len(accounts))
	for rank, i := range list {
		out[i] = rank
	}
	return out
}
