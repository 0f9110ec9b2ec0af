package tree

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	merkle "github.com/merkle-drop/merkle"
	"pgregory.net/rapid"
)

// groupings is shards of every number of digits and two levels, each over every shape and several widths.
func groupings(t testing.TB) map[string]Profile {
	t.Helper()
	out := map[string]Profile{}
	who, token, much := Field{"account", "address", SourceAccount}, Field{"token", "address", SourceToken}, Field{"amount", "uint256", SourceAmount}
	for i, shape := range []Shape{Heap, Promote, Duplicate, PadPow2, ZeroSibling, EmptySibling} {
		for _, grouping := range []string{"shard-1", "shard-2", "shard-3", "shard-4", GroupingTwoLevel} {
			p := lookup(t, "uniswap-v1").clone()
			p.Name, p.Index, p.Zero, p.Note, p.Shape, p.Grouping = "grouped-test-v1", IndexNone, ZeroKeep, "a test", shape, grouping
			p.Fields, p.Dedupe, p.Width = []Field{who, token, much}, i%2 == 0, []int{32, 16}[i/3]
			switch shape {
			case PadPow2, ZeroSibling:
				p.Pad = make([]byte, p.Width)
			case EmptySibling:
				p.Pad = refHash(&p)
			}
			pairs := []string{PairSorted}
			if grouping == GroupingTwoLevel {
				p.LeafPrefixes, p.Order, p.OrderKey, p.Dedupe = [][]byte{{1}, {0}}, OrderKey, "account", false
				pairs = append(pairs, PairPositional)
			}
			for _, pair := range pairs {
				p.Pair = pair
				if err := p.Validate(); err != nil {
					t.Fatal(err)
				}
				out[fmt.Sprintf("%s/%s/%s", grouping, shape, pair)] = p.clone()
			}
		}
	}
	return out
}

// groupedRows makes n rows of up to n accounts, some with several tokens, many of them neighbours by their first digits.
func groupedRows(t testing.TB, seed uint64, n int) *Rows {
	t.Helper()
	all := someRows(t, merkle.EVM, seed, n)
	tokens := someRows(t, merkle.EVM, seed+1000, 4).Accounts
	r := &Rows{}
	for i := 0; r.Len() < n; i++ {
		raw := all.Accounts[i].Bytes()
		if i%3 == 0 {
			raw[0], raw[1] = 0xa0|raw[0]&1, raw[1]&0x11
		}
		a, err := merkle.NewAccount(merkle.EVM, raw)
		if err != nil {
			t.Fatal(err)
		}
		for k := 0; k <= i%len(tokens) && r.Len() < n; k++ {
			r.Accounts, r.Tokens = append(r.Accounts, a), append(r.Tokens, tokens[(i+k)%len(tokens)])
			r.Amounts = append(r.Amounts, all.Amounts[r.Len()-1])
		}
	}
	return r
}

func TestBuild_groupsAreTheReference(t *testing.T) {
	for name, p := range groupings(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, n := range []int{1, 2, 3, 4, 5, 7, 8, 9, 16, 17, 31, 33, 64, 100} {
				r := groupedRows(t, uint64(n), n)
				checkGroups(t, build(t, Spec{Profile: p, Order: OrderProfile, Workers: 1 + n%3}, r))
			}
		})
	}
}

func FuzzGroups(f *testing.F) {
	f.Add(uint8(0), uint8(5), uint64(1))
	f.Add(uint8(30), uint8(129), uint64(2))
	f.Fuzz(func(t *testing.T, which, n uint8, seed uint64) {
		all := groupings(t)
		names := slices.Sorted(maps.Keys(all))
		p := all[names[int(which)%len(names)]]
		checkGroups(t, build(t, Spec{Profile: p, Order: OrderProfile, Workers: 1 + int(n)%2}, groupedRows(t, seed, 1+int(n))))
	})
}

// checkGroups says export/FORMAT.md 4.3 with maps and recursion. Equal leaves do not occur.
func checkGroups(t *testing.T, tree *Tree) {
	t.Helper()
	p, r := tree.Profile(), tree.Rows()
	n, twoLevel := r.Len(), p.Grouping == GroupingTwoLevel
	type member struct {
		leaf []byte
		row  int
	}
	groups := map[string][]member{}
	for row := range n {
		pre := refPreimage(p, r, row)
		if !bytes.Equal(tree.Preimage(nil, row), pre) {
			t.Fatalf("row %d: pre-image %x, want %x", row, tree.Preimage(nil, row), pre)
		}
		leaf := refHash(p, p.LeafPrefixes[0], pre)
		if got := tree.Leaf(row); !bytes.Equal(got[:p.Width], leaf) {
			t.Fatalf("row %d: leaf %s, want %x", row, got, leaf)
		}
		key := r.Accounts[row].Text()
		if !twoLevel {
			key = key[2 : 2+int(p.Grouping[len(p.Grouping)-1]-'0')]
		}
		groups[key] = append(groups[key], member{leaf, row})
	}
	var keys []string
	for k := range groups {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	if tree.GroupCount() != len(keys) {
		t.Fatalf("%d groups, want %d", tree.GroupCount(), len(keys))
	}
	position := 0
	var uppers [][]byte
	inner := make([][][]byte, n) // by row, with nil where a node is carried up
	sides := make([]int, n)
	for g, key := range keys {
		members := groups[key]
		slices.SortFunc(members, func(a, b member) int {
			if twoLevel {
				return bytes.Compare(r.Tokens[a.row].Bytes(), r.Tokens[b.row].Bytes())
			}
			return bytes.Compare(a.leaf, b.leaf)
		})
		var leaves [][]byte
		var rows []int
		for i, m := range members {
			leaves, rows = append(leaves, m.leaf), append(rows, m.row)
			if tree.Row(position+i) != m.row || tree.Position(m.row) != position+i || tree.GroupOf(m.row) != g {
				t.Fatalf("row %d: position %d in group %d, want %d in %d", m.row, tree.Position(m.row), tree.GroupOf(m.row), position+i, g)
			}
		}
		root, proofs := refTree(p, leaves)
		for i, m := range members {
			inner[m.row], sides[m.row] = proofs[i], i
		}
		upper := root
		if twoLevel {
			upper = refHash(p, p.LeafPrefixes[1], r.Accounts[members[0].row].Bytes(), root)
		}
		uppers = append(uppers, upper)
		got := tree.Group(g)
		slices.Sort(rows)
		if got.First != position || got.Len != len(members) || got.Root != hashOf(root) || got.Leaf != hashOf(upper) || !slices.Equal(tree.GroupRows(g), rows) {
			t.Fatalf("group %d: got %+v", g, got)
		}
		if name := got.Key + got.Account.Text(); name != key {
			t.Fatalf("group %d is %q, want %q", g, name, key)
		}
		position += len(members)
	}
	order := make([]int, len(uppers)) // place -> group
	for i := range order {
		order[i] = i
	}
	if !twoLevel {
		slices.SortFunc(order, func(a, b int) int { return bytes.Compare(uppers[a], uppers[b]) })
	}
	placed := make([][]byte, len(uppers))
	for place, g := range order {
		placed[place] = uppers[g]
		if tree.Group(g).Place != place {
			t.Fatalf("group %d at %d, want %d", g, tree.Group(g).Place, place)
		}
	}
	root, outer := refTree(p, placed)
	if tree.Root() != hashOf(root) {
		t.Fatalf("root %s, want %x", tree.Root(), root)
	}
	longest := 0
	for row := range n {
		g := tree.GroupOf(row)
		present := func(entries [][]byte) (out []merkle.Hash) {
			for _, e := range entries {
				if e != nil {
					out = append(out, hashOf(e))
				}
			}
			return out
		}
		in, up := present(inner[row]), present(outer[tree.Group(g).Place])
		proof := tree.Proof(row, nil)
		if !slices.Equal(proof, append(slices.Clone(in), up...)) || tree.InnerLen(row) != len(in) || !slices.Equal(tree.GroupProof(g, nil), up) {
			t.Fatalf("row %d: proof %v, want %v and %v", row, proof, in, up)
		}
		if p.Shape == PadPow2 && tree.Sides(row) != sides[row]|tree.Group(g).Place<<len(in) {
			t.Fatalf("row %d: sides %b", row, tree.Sides(row))
		}
		longest = max(longest, len(proof))
		if !tree.Proves(row, proof) {
			t.Fatalf("row %d: proof refused", row)
		}
		if len(proof) > 0 && (tree.Proves(row, proof[1:]) || tree.Proves(row, proof[:len(proof)-1])) {
			t.Fatalf("row %d: a shortened proof is taken", row)
		}
	}
	if tree.Depth() != longest || tree.Len() != n {
		t.Fatalf("depth %d of %d leaves, the longest proof has %d of %d", tree.Depth(), tree.Len(), longest, n)
	}
}

// refPreimage is the bytes of account, token and amount; two-level: of the last two.
func refPreimage(p *Profile, r *Rows, row int) []byte {
	number := r.Amounts[row].Bytes32()
	out := append(r.Tokens[row].Bytes(), number[:]...)
	if p.Grouping != GroupingTwoLevel {
		out = append(r.Accounts[row].Bytes(), out...)
	}
	return out
}

func TestVerifyTwoLevel_refuses(t *testing.T) {
	p := groupings(t)["two-level/pad-pow2/positional"]
	tree := build(t, Spec{Profile: p, Order: OrderProfile}, groupedRows(t, 5, 40))
	rapid.Check(t, func(rt *rapid.T) {
		row := rapid.IntRange(0, 39).Draw(rt, "row")
		proof, leaf, who := tree.Proof(row, nil), tree.Leaf(row), tree.Rows().Accounts[row]
		in, sides := tree.InnerLen(row), tree.Sides(row)
		ask := func(who merkle.Account, leaf merkle.Hash, sides, in int, proof []merkle.Hash, root merkle.Hash) bool {
			return VerifyTwoLevel(&p, who, leaf, sides, proof[:in], proof[in:], root)
		}
		if !ask(who, leaf, sides, in, proof, tree.Root()) {
			rt.Fatal("the tree's own proof is refused")
		}
		if Verify(&p, leaf, sides, proof, tree.Root()) {
			rt.Fatal("Verify takes a proof without the account")
		}
		other := tree.Rows().Accounts[(row+1)%40]
		if other != who && ask(other, leaf, sides, in, proof, tree.Root()) {
			rt.Fatal("another's account is taken")
		}
		bit := rapid.IntRange(0, 255).Draw(rt, "bit")
		flip := func(h *merkle.Hash) { h[bit/8] ^= 1 << (bit % 8) }
		bad := leaf
		flip(&bad)
		entry := rapid.IntRange(0, len(proof)-1).Draw(rt, "entry")
		forged := slices.Clone(proof)
		flip(&forged[entry])
		root := tree.Root()
		flip(&root)
		side := sides ^ 1<<entry
		if ask(who, bad, sides, in, proof, tree.Root()) || ask(who, leaf, sides, in, forged, tree.Root()) || ask(who, leaf, sides, in, proof, root) {
			rt.Fatal("a flipped bit is taken")
		}
		if ask(who, leaf, side, in, proof, tree.Root()) || ask(who, leaf, sides|1<<len(proof), in, proof, tree.Root()) || ask(who, leaf, -1, in, proof, tree.Root()) {
			rt.Fatal("another position is taken")
		}
		if in > 0 && ask(who, leaf, sides, in-1, proof, tree.Root()) || in < len(proof) && ask(who, leaf, sides, in+1, proof, tree.Root()) {
			rt.Fatal("another division of the proof is taken")
		}
	})
	q := groupings(t)["shard-2/promote/sorted"]
	sharded := build(t, Spec{Profile: q, Order: OrderProfile}, groupedRows(t, 5, 40))
	if proof := sharded.Proof(3, nil); VerifyTwoLevel(&q, sharded.Rows().Accounts[3], sharded.Leaf(3), 0, proof, nil, sharded.Root()) {
		t.Error("VerifyTwoLevel takes a sharded tree")
	}
}

// Equal leaves are in one shard, and one leaf where the profile says so.
func TestBuild_equalLeavesOfAShard(t *testing.T) {
	for _, dedupe := range []bool{true, false} {
		p := groupings(t)["shard-1/promote/sorted"]
		p.Dedupe = dedupe
		r := groupedRows(t, 3, 20)
		for _, i := range []int{4, 4, 11} {
			r.Accounts, r.Tokens, r.Amounts = append(r.Accounts, r.Accounts[i]), append(r.Tokens, r.Tokens[i]), append(r.Amounts, r.Amounts[i])
		}
		tree := build(t, Spec{Profile: p, Order: OrderProfile, KeepDuplicates: true}, r)
		want := 23
		if dedupe {
			want = 20
		}
		if tree.Len() != want {
			t.Errorf("dedupe %v: %d leaves", dedupe, tree.Len())
		}
		seen := 0
		for g := range tree.Groups() {
			seen += len(tree.GroupRows(g))
		}
		if seen != 23 {
			t.Errorf("dedupe %v: %d rows in the groups", dedupe, seen)
		}
		for row := range 23 {
			if !tree.Proves(row, tree.Proof(row, nil)) || !slices.Contains(tree.GroupRows(tree.GroupOf(row)), row) {
				t.Errorf("dedupe %v: row %d", dedupe, row)
			}
		}
		if dedupe && (tree.Position(4) != tree.Position(20) || tree.Position(4) != tree.Position(21) || tree.Position(11) != tree.Position(22)) {
			t.Error("equal leaves have different positions")
		}
	}
}

func TestBuild_groupsSameBytesWithAnyWorkers(t *testing.T) {
	r := groupedRows(t, 8, 3*chunk+17)
	for name, p := range groupings(t) {
		if !strings.Contains(name, "heap") && !strings.Contains(name, "pow2") {
			continue
		}
		one := build(t, Spec{Profile: p, Order: OrderProfile, Workers: 1}, r)
		for _, w := range []int{2, 7} {
			many := build(t, Spec{Profile: p, Order: OrderProfile, Workers: w}, r)
			if one.Root() != many.Root() || !bytes.Equal(one.groups.hashes, many.groups.hashes) || !slices.Equal(one.row, many.row) || !slices.Equal(one.groups.place, many.groups.place) {
				t.Fatalf("%s: %d workers build another tree", name, w)
			}
		}
	}
}

func TestBuild_groupedRefuses(t *testing.T) {
	p := groupings(t)["two-level/pad-pow2/positional"]
	r := groupedRows(t, 1, 5)
	for _, order := range []Order{OrderAccount, OrderInput, OrderLeafHash} {
		if _, err := Build(context.Background(), Spec{Profile: p, Order: order}, r); err == nil || !strings.Contains(err.Error(), "two-level") {
			t.Errorf("order %s: %v", order, err)
		}
	}
	if _, err := Build(context.Background(), Spec{Profile: p, Order: OrderKey}, r); err != nil {
		t.Errorf("its own order: %v", err)
	}
	if _, err := Build(context.Background(), Spec{Profile: p, Order: OrderProfile, Levels: 3}, r); err == nil {
		t.Error("levels are taken")
	}
	r.Accounts, r.Tokens, r.Amounts = append(r.Accounts, r.Accounts[0]), append(r.Tokens, r.Tokens[0]), append(r.Amounts, r.Amounts[0])
	if _, err := Build(context.Background(), Spec{Profile: p, Order: OrderProfile}, r); !errors.Is(err, ErrDuplicate) {
		t.Errorf("a second row of account and token: %v", err)
	}
	if tree := build(t, Spec{Profile: p, Order: OrderProfile, KeepDuplicates: true}, r); !tree.Proves(5, tree.Proof(5, nil)) || !tree.Proves(0, tree.Proof(0, nil)) {
		t.Error("a kept duplicate has no proof")
	}
}

func TestValidate_grouping(t *testing.T) {
	all := groupings(t)
	shard, levels := all["shard-2/promote/sorted"], all["two-level/promote/positional"]
	for name, c := range map[string]struct {
		of     Profile
		change func(*Profile)
		want   string
	}{
		"unknown":               {shard, func(p *Profile) { p.Grouping = "shard-5" }, "want none"},
		"empty":                 {shard, func(p *Profile) { p.Grouping = "" }, "want none"},
		"shard of input order":  {shard, func(p *Profile) { p.Order = OrderInput }, "want leaf-hash"},
		"shard of sides":        {shard, func(p *Profile) { p.Pair = PairPositional }, "want sorted"},
		"shard without account": {shard, func(p *Profile) { p.Fields[0].Source = SourceColumn }, "needs an account"},
		"shard with path index": {shard, func(p *Profile) { p.Index = IndexPath }, "index path"},
		"account not first":     {levels, func(p *Profile) { p.Fields[0], p.Fields[1] = p.Fields[1], p.Fields[0] }, "first field"},
		"no token":              {levels, func(p *Profile) { p.Fields[1].Source = SourceColumn }, "token field"},
		"one prefix":            {levels, func(p *Profile) { p.LeafPrefixes = p.LeafPrefixes[:1] }, "want 1 and 2"},
		"two hashes":            {levels, func(p *Profile) { p.LeafHashes = 2 }, "want 1 and 2"},
		"leaf order":            {levels, func(p *Profile) { p.Order, p.OrderKey = OrderLeafHash, "" }, "order key"},
		"abi":                   {levels, func(p *Profile) { p.Encoding = EncodingABI }, "want packed"},
		"row reads as account":  {levels, func(p *Profile) { p.LeafPrefixes = [][]byte{{1}, {1}} }, "forgeable"},
		"row reads as nodes":    {levels, func(p *Profile) { p.Fields = append(p.Fields, Field{"more", "bytes11", SourceColumn}) }, "forgeable"},
		"row of any length":     {levels, func(p *Profile) { p.Fields = append(p.Fields, Field{"more", "bytes", SourceColumn}) }, "forgeable"},
		"deduped":               {levels, func(p *Profile) { p.Dedupe = true }, "dedupe"},
		"two prefixes":          {shard, func(p *Profile) { p.LeafPrefixes = [][]byte{{1}, {0}} }, "leafPrefixes"},
	} {
		p := c.of.clone()
		c.change(&p)
		if err := p.Validate(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
	}
}
