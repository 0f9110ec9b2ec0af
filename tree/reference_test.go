package tree

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"slices"
	"sort"
	"testing"

	merkle "github.com/merkle-drop/merkle"
	"golang.org/x/crypto/sha3"
)

// This file says what a tree is in the plainest way, for cross-checking only: recursion over slices of leaves, with
// another keccak than the one under test.

func refHash(p *Profile, parts ...[]byte) []byte {
	h := sha3.NewLegacyKeccak256()
	if p.Hash == HashSHA256 {
		h = sha256.New()
	}
	for _, b := range parts {
		h.Write(b)
	}
	return h.Sum(nil)[:p.Width]
}

func refNode(p *Profile, a, b []byte) []byte {
	if p.Pair == PairSorted && bytes.Compare(a, b) > 0 {
		a, b = b, a
	}
	return refHash(p, p.NodePrefix, a, b)
}

// refTree returns the root and every leaf's proof, nil entries where a node is carried up.
func refTree(p *Profile, leaves [][]byte) (root []byte, proofs [][][]byte) {
	if p.Shape == Heap {
		return refHeap(p, leaves)
	}
	proofs = make([][][]byte, len(leaves))
	level := slices.Clone(leaves)
	if p.Shape == PadPow2 {
		for len(level)&(len(level)-1) != 0 {
			level = append(level, p.Pad)
		}
	}
	for depth := 0; len(level) > 1; depth++ {
		sibling := func(i int) []byte {
			switch {
			case i^1 < len(level):
				return level[i^1]
			case p.Shape == Promote:
				return nil
			case p.Shape == Duplicate:
				return level[i]
			}
			return p.Pad
		}
		for k := range leaves {
			proofs[k] = append(proofs[k], sibling(k>>depth))
		}
		var next [][]byte
		for i := 0; i < len(level); i += 2 {
			if s := sibling(i); s != nil {
				next = append(next, refNode(p, level[i], s))
			} else {
				next = append(next, level[i])
			}
		}
		level = next
	}
	return level[0], proofs
}

func refHeap(p *Profile, leaves [][]byte) (root []byte, proofs [][][]byte) {
	n := len(leaves)
	t := make([][]byte, 2*n-1)
	for k := range leaves {
		t[2*n-2-k] = leaves[k]
	}
	for i := n - 2; i >= 0; i-- {
		t[i] = refNode(p, t[2*i+1], t[2*i+2])
	}
	proofs = make([][][]byte, n)
	for k := range leaves {
		for i := 2*n - 2 - k; i > 0; i = (i - 1) / 2 {
			if i%2 == 1 {
				proofs[k] = append(proofs[k], t[i+1])
			} else {
				proofs[k] = append(proofs[k], t[i-1])
			}
		}
	}
	return t[0], proofs
}

// variants is every shape with every pair rule, over several widths, prefixes and both hashes. The leaf is an account and an
// amount; the name says what is particular.
func variants(t testing.TB) map[string]Profile {
	t.Helper()
	out := map[string]Profile{}
	for _, shape := range []Shape{Heap, Promote, Duplicate, PadPow2, ZeroSibling, EmptySibling} {
		for _, pair := range []string{PairSorted, PairPositional} {
			for i, base := range []string{"oz-standard-v1", "jito-v1", "uniswap-v1"} {
				p := lookup(t, base).clone()
				p.Name, p.Shape, p.Pair, p.Note, p.Order, p.Dedupe = "variant-v1", shape, pair, "a test says why", OrderInput, false
				p.Width = []int{32, 32, 16}[i]
				if base == "jito-v1" {
					p.Width = 20
				}
				p.Pad = nil
				switch shape {
				case PadPow2:
					p.Pad = refHash(&p, []byte{2})
				case ZeroSibling:
					p.Pad = make([]byte, p.Width)
				case EmptySibling:
					p.Pad = refHash(&p)
				}
				if err := p.Validate(); err != nil {
					t.Fatal(err)
				}
				out[fmt.Sprintf("%s/%s/%s", shape, pair, base)] = p
			}
		}
	}
	return out
}

// refOrder is the rows in tree order, by sorting copies of everything.
func refOrder(p *Profile, o Order, r *Rows, leaves [][]byte) []int {
	rows := make([]int, len(leaves))
	for i := range rows {
		rows[i] = i
	}
	sort.SliceStable(rows, func(x, y int) bool {
		a, b := rows[x], rows[y]
		switch o {
		case OrderLeafHash:
			return bytes.Compare(leaves[a], leaves[b]) < 0
		case OrderAccount:
			ka, kb := sha256.Sum256(r.Accounts[a].Bytes()), sha256.Sum256(r.Accounts[b].Bytes())
			return bytes.Compare(ka[:], kb[:]) < 0
		}
		return false
	})
	return rows
}

// sizeStep is how far it is to the next size: with -short, as the race detector runs, most of those from 20 on are left out.
func sizeStep(n int) int {
	if testing.Short() && n >= 20 {
		return 22
	}
	return 1
}

func TestBuild_isTheReferenceTree(t *testing.T) {
	for name, p := range variants(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for n := 1; n <= 130; n += sizeStep(n) {
				for _, order := range []Order{OrderInput, OrderLeafHash, OrderAccount} {
					r := someRows(t, p.Accounts, uint64(n), n)
					tree := build(t, Spec{Profile: p, Order: order, Workers: 1 + n%3}, r)
					checkAgainstReference(t, tree, r)
				}
			}
		})
	}
}

// checkAgainstReference takes only the leaves from the tree, and the order from refOrder.
func checkAgainstReference(t *testing.T, tree *Tree, r *Rows) {
	t.Helper()
	p, n := tree.Profile(), r.Len()
	leaves := make([][]byte, n)
	for i := range leaves {
		leaf := tree.Preimage(nil, i)
		for _, prefix := range tree.leaf.prefixes {
			leaf = refHash(p, prefix, leaf)
		}
		leaves[i] = leaf
		if got := tree.Leaf(i); !bytes.Equal(got[:p.Width], leaf) {
			t.Fatalf("n=%d row %d: leaf %s, want %x", n, i, got, leaf)
		}
	}
	order := refOrder(p, tree.Order(), r, leaves)
	placed := make([][]byte, n)
	for pos, row := range order {
		placed[pos] = leaves[row]
		if tree.Row(pos) != row || tree.Position(row) != pos {
			t.Fatalf("n=%d: row %d at %d, position %d holds row %d", n, row, tree.Position(row), pos, tree.Row(pos))
		}
	}
	root, proofs := refTree(p, placed)
	if got := tree.Root(); !bytes.Equal(got[:p.Width], root) || got != hashOf(root) {
		t.Fatalf("n=%d order %s: root %s, want %x", n, tree.Order(), got, root)
	}
	longest := 0
	for pos := range proofs {
		proof := tree.Proof(order[pos], nil)
		longest = max(longest, len(proof))
		want := slices.DeleteFunc(proofs[pos], func(b []byte) bool { return b == nil })
		if len(proof) != len(want) {
			t.Fatalf("n=%d position %d: %d entries, want %d", n, pos, len(proof), len(want))
		}
		for j := range proof {
			if !bytes.Equal(proof[j][:p.Width], want[j]) {
				t.Fatalf("n=%d position %d entry %d: got %s, want %x", n, pos, j, proof[j], want[j])
			}
		}
		if !Verify(p, tree.Leaf(order[pos]), tree.Sides(order[pos]), proof, tree.Root()) {
			t.Fatalf("n=%d position %d: proof refused", n, pos)
		}
		if p.Shape != Heap && p.Shape != Promote && tree.Sides(order[pos]) != pos {
			t.Fatalf("n=%d position %d: sides %b", n, pos, tree.Sides(order[pos]))
		}
	}
	if longest != tree.Depth() {
		t.Fatalf("n=%d: longest proof %d, depth %d", n, longest, tree.Depth())
	}
}

// Shape is visible only where it matters: the sizes at which two shapes agree are known.
func TestBuild_heapAndPromoteAgreeOnlyWhereKnown(t *testing.T) {
	p := lookup(t, "oz-standard-v1")
	q := p.clone()
	q.Shape = Promote
	for n := 1; n <= 130; n++ {
		r := someRows(t, merkle.EVM, 3, n)
		same := build(t, Spec{Profile: p, Order: OrderLeafHash}, r).Root() == build(t, Spec{Profile: q, Order: OrderLeafHash}, r).Root()
		odd := n
		for odd%2 == 0 {
			odd /= 2
		}
		if want := odd == 1 || odd == 3; same != want {
			t.Errorf("n=%d: same root %v, want %v", n, same, want)
		}
	}
}

func TestBuild_sameBytesWithAnyWorkers(t *testing.T) {
	n := 3*chunk + 17
	for name, p := range variants(t) {
		for _, order := range []Order{OrderInput, OrderLeafHash, OrderAccount} {
			r := someRows(t, p.Accounts, 9, n)
			one := build(t, Spec{Profile: p, Order: order, Workers: 1}, r)
			for _, w := range []int{2, 7} {
				many := build(t, Spec{Profile: p, Order: order, Workers: w}, r)
				if one.Root() != many.Root() || !slices.Equal(one.row, many.row) || !bytes.Equal(one.nodes.heap, many.nodes.heap) {
					t.Fatalf("%s %s: %d workers build another tree", name, order, w)
				}
				for j := range one.nodes.levels {
					if !bytes.Equal(one.nodes.levels[j], many.nodes.levels[j]) {
						t.Fatalf("%s %s: %d workers: level %d differs", name, order, w, j)
					}
				}
			}
		}
	}
}
