package tree

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	merkle "github.com/merkle-drop/merkle"
	"pgregory.net/rapid"
)

// refMulti is the definition, over the whole array: from the bottom up, a node is known when it is a leaf asked for or has a known child;
// each known parent is one flag, and a child that is not known is an entry of the proof.
func refMulti(p *Profile, heap [][]byte, known map[int]bool) (proof []merkle.Hash, flags []bool) {
	if len(known) == 0 {
		return []merkle.Hash{hashOf(heap[0])}, nil
	}
	for parent := len(heap)/2 - 1; parent >= 0; parent-- {
		left, right := known[2*parent+1], known[2*parent+2]
		if !left && !right {
			continue
		}
		known[parent] = true
		flags = append(flags, left && right)
		if !left {
			proof = append(proof, hashOf(heap[2*parent+1]))
		}
		if !right {
			proof = append(proof, hashOf(heap[2*parent+2]))
		}
	}
	return proof, flags
}

func checkMulti(t testing.TB, tree *Tree, rows []int) {
	t.Helper()
	n, known := tree.Len(), map[int]bool{}
	heap := make([][]byte, 2*n-1)
	for row := range n {
		leaf := tree.Leaf(row)
		heap[2*n-2-tree.Position(row)] = leaf[:]
	}
	for i := n - 2; i >= 0; i-- {
		heap[i] = refNode(tree.Profile(), heap[2*i+1], heap[2*i+2])
	}
	for _, row := range rows {
		known[2*n-2-tree.Position(row)] = true
	}
	mp, err := tree.MultiProof(rows)
	if err != nil {
		t.Fatal(err)
	}
	proof, flags := refMulti(tree.Profile(), heap, known)
	if !slices.Equal(mp.Proof, proof) || !slices.Equal(mp.Flags, flags) {
		t.Fatalf("n=%d rows %v: got %v %v, want %v %v", n, rows, mp.Proof, mp.Flags, proof, flags)
	}
	for i, row := range mp.Rows {
		if mp.Leaves[i] != tree.Leaf(row) || i > 0 && tree.Position(row) <= tree.Position(mp.Rows[i-1]) || !slices.Contains(rows, row) {
			t.Fatalf("n=%d rows %v: leaf %d of row %d", n, rows, i, row)
		}
	}
	if len(mp.Rows) != len(rows) || !VerifyMulti(tree.Profile(), mp, tree.Root()) {
		t.Fatalf("n=%d rows %v: refused", n, rows)
	}
}

func TestMultiProof_everySubset(t *testing.T) {
	p := lookup(t, "oz-standard-v1")
	for n := 1; n <= 10; n++ {
		tree := build(t, Spec{Profile: p, Order: OrderProfile}, someRows(t, merkle.EVM, uint64(n), n))
		for set := range 1 << n {
			var rows []int
			for row := range n {
				if set>>row&1 == 1 {
					rows = append(rows, row)
				}
			}
			checkMulti(t, tree, rows)
		}
	}
}

func TestMultiProof_random(t *testing.T) {
	p := lookup(t, "oz-standard-v1")
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(1, 300).Draw(rt, "n")
		order := rapid.SampledFrom([]Order{OrderLeafHash, OrderInput, OrderAccount}).Draw(rt, "order")
		rows := rapid.SliceOfNDistinct(rapid.IntRange(0, n-1), 0, n, rapid.ID[int]).Draw(rt, "rows")
		tree := build(t, Spec{Profile: p, Order: order}, someRows(t, merkle.EVM, uint64(n), n))
		checkMulti(t, tree, rows)
		mp, err := tree.MultiProof(rows)
		if err != nil {
			rt.Fatal(err)
		}
		if len(mp.Flags) == 0 {
			return
		}
		refused := func(what string, change func(*MultiProof)) {
			bad := MultiProof{Leaves: slices.Clone(mp.Leaves), Proof: slices.Clone(mp.Proof), Flags: slices.Clone(mp.Flags)}
			change(&bad)
			if VerifyMulti(&p, &bad, tree.Root()) {
				rt.Fatalf("%s is taken", what)
			}
		}
		at := rapid.IntRange(0, len(mp.Flags)-1).Draw(rt, "flag")
		leaf := rapid.IntRange(0, len(mp.Leaves)-1).Draw(rt, "leaf")
		refused("another flag", func(m *MultiProof) { m.Flags[at] = !m.Flags[at] })
		refused("a flag too few", func(m *MultiProof) { m.Flags = m.Flags[1:] })
		refused("a flag too many", func(m *MultiProof) { m.Flags = append(m.Flags, false) })
		refused("another leaf", func(m *MultiProof) { m.Leaves[leaf][31] ^= 1 })
		refused("a leaf twice", func(m *MultiProof) { m.Leaves = append(m.Leaves, m.Leaves[leaf]) })
		if len(mp.Proof) > 0 {
			refused("another entry", func(m *MultiProof) { m.Proof[0][0] ^= 128 })
			refused("an entry less", func(m *MultiProof) { m.Proof = m.Proof[1:] })
			refused("an entry less and a flag more", func(m *MultiProof) { m.Proof, m.Flags[at] = m.Proof[1:], true })
		}
		root := tree.Root()
		root[3] ^= 4
		if VerifyMulti(&p, mp, root) {
			rt.Fatal("another root is taken")
		}
	})
}

func TestMultiProof_vectors(t *testing.T) {
	var file struct{ Vectors []json.RawMessage }
	load(t, "evm.json", &file)
	checked := 0
	for _, raw := range file.Vectors {
		v := decode[struct {
			ID         string
			Values     json.RawMessage
			Multiproof *struct {
				ForValueIndices   []int
				Leaves            [][]string
				Proof, LeafHashes []string
				ProofFlags        []bool
			}
		}](t, raw)
		if v.Multiproof == nil {
			continue
		}
		checked++
		fields := []string{"account:address", "amount:uint256"}
		p, err := lookup(t, "oz-standard-v1").WithFields(fields)
		if err != nil {
			t.Fatal(err)
		}
		tree := build(t, Spec{Profile: p, Order: OrderProfile}, ozRows(t, fields, decode[[][]string](t, v.Values)))
		mp, err := tree.MultiProof(v.Multiproof.ForValueIndices)
		if err != nil {
			t.Fatal(err)
		}
		hashes := func(texts []string) (out []merkle.Hash) {
			for _, text := range texts {
				out = append(out, hash(t, text))
			}
			return out
		}
		if !slices.Equal(mp.Leaves, hashes(v.Multiproof.LeafHashes)) || !slices.Equal(mp.Proof, hashes(v.Multiproof.Proof)) || !slices.Equal(mp.Flags, v.Multiproof.ProofFlags) {
			t.Errorf("%s: got %+v, want %+v", v.ID, mp, v.Multiproof)
		}
		for i, row := range mp.Rows {
			if who := tree.Rows().Accounts[row]; who != account(t, v.Multiproof.Leaves[i][0]) {
				t.Errorf("%s: leaf %d is of %s", v.ID, i, who)
			}
		}
		if !VerifyMulti(&p, mp, tree.Root()) {
			t.Errorf("%s: refused", v.ID)
		}
	}
	if checked < 2 {
		t.Errorf("%d vectors have a multiproof", checked)
	}
}

// Equal leaves of different rows stand in the tree twice and are proven one by one.
func TestMultiProof_equalLeaves(t *testing.T) {
	r := someRows(t, merkle.EVM, 1, 7)
	for _, i := range []int{2, 2, 5} {
		r.Accounts, r.Amounts = append(r.Accounts, r.Accounts[i]), append(r.Amounts, r.Amounts[i])
	}
	tree := build(t, Spec{Profile: lookup(t, "oz-standard-v1"), Order: OrderProfile, KeepDuplicates: true}, r)
	for _, rows := range [][]int{{2, 7, 8}, {2, 8}, {7}, {9, 5, 0}, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}} {
		checkMulti(t, tree, rows)
	}
}

func TestMultiProof_refuses(t *testing.T) {
	r := someRows(t, merkle.EVM, 1, 7)
	tree := build(t, Spec{Profile: lookup(t, "oz-standard-v1"), Order: OrderProfile}, r)
	for _, rows := range [][]int{{7}, {-1}, {3, 3}, {1, 2, 1}} {
		if _, err := tree.MultiProof(rows); err == nil {
			t.Errorf("rows %v are taken", rows)
		}
	}
	positional := lookup(t, "oz-standard-v1")
	positional.Pair, positional.Note = PairPositional, "a test"
	none, _ := tree.MultiProof(nil)
	for _, p := range []Profile{lookup(t, "uniswap-v1"), positional, groupings(t)["shard-1/heap/sorted"]} {
		rows := r
		if p.Has(SourceToken) {
			rows = groupedRows(t, 1, 7)
		}
		other := build(t, Spec{Profile: p, Order: OrderProfile}, rows)
		if _, err := other.MultiProof([]int{1}); !errors.Is(err, ErrNoMultiProof) || !strings.Contains(err.Error(), p.Name) {
			t.Errorf("%s: %v", p.Name, err)
		}
		if VerifyMulti(&p, none, tree.Root()) {
			t.Errorf("%s: VerifyMulti takes it", p.Name)
		}
	}
	if len(none.Proof) != 1 || len(none.Flags) != 0 || none.Proof[0] != tree.Root() {
		t.Errorf("no rows: %+v", none)
	}
	narrow := tree.Root()
	p := lookup(t, "1inch-128-v1")
	p.Shape = Heap
	narrow[20] = 1
	if VerifyMulti(&p, &MultiProof{Leaves: []merkle.Hash{narrow}}, narrow) {
		t.Error("a hash wider than the profile's is taken")
	}
}

// FuzzVerifyMulti takes proofs apart at random: what is accepted must be the tree's own leaves, whatever the flags say.
func FuzzVerifyMulti(f *testing.F) {
	f.Add(uint8(3), uint16(0b101), []byte{0, 1, 2}, uint16(0b10))
	f.Add(uint8(9), uint16(0), []byte{0}, uint16(0))
	f.Add(uint8(6), uint16(0b1), []byte{4, 2}, uint16(0))
	p := lookup(f, "oz-standard-v1")
	f.Fuzz(func(t *testing.T, n uint8, leaves uint16, picks []byte, flags uint16) {
		tree := build(t, Spec{Profile: p, Order: OrderProfile}, someRows(t, merkle.EVM, uint64(n), 1+int(n)%16))
		mp := &MultiProof{}
		for row := range tree.Len() {
			if leaves>>row&1 == 1 {
				mp.Leaves = append(mp.Leaves, tree.Leaf(row))
			}
		}
		foreign := false
		for _, b := range picks { // nodes of the tree, or hashes that are none
			h, ok := tree.HeapNode(int(b))
			if !ok {
				h[0], foreign = b, true
			}
			mp.Proof = append(mp.Proof, h)
		}
		for i := range max(0, len(mp.Leaves)+len(mp.Proof)-1) {
			mp.Flags = append(mp.Flags, flags>>(i%16)&1 == 1)
		}
		if VerifyMulti(&p, mp, tree.Root()) && foreign {
			t.Fatalf("a proof with a node that is not the tree's is taken: %+v", mp)
		}
	})
}
