package verify

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

func ozRule(t testing.TB) *leafRule {
	t.Helper()
	r, err := newLeafRuleFor(profileByName("hedgey-v1"), nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func vectorDigests(t *testing.T, v any) (out []digest) {
	t.Helper()
	for _, x := range v.([]any) {
		d, ok := parseHash(str(x))
		if !ok {
			t.Fatal(x)
		}
		out = append(out, d)
	}
	return out
}

// TestMultiproof_vectors takes the multiproofs that OpenZeppelin's library made and its contract accepted.
func TestMultiproof_vectors(t *testing.T) {
	var file jmap
	readVectors(t, "evm.json", &file)
	ran := 0
	for _, x := range file["vectors"].([]any) {
		v := x.(jmap)
		mp, ok := v["multiproof"].(jmap)
		if !ok {
			continue
		}
		ran++
		rule := ozRule(t)
		m := multiproof{leaves: vectorDigests(t, mp["leafHashes"]), proof: vectorDigests(t, mp["proof"])}
		for _, f := range mp["proofFlags"].([]any) {
			m.flags = append(m.flags, f.(bool))
		}
		s := rule.shaper()
		root, err := rule.multiRoot(s, m)
		if err != nil || rule.hashText(&root) != str(v["root"]) {
			t.Errorf("%s: %x, %v", v["id"], root, err)
		}
		// the same from the tree
		c := evmCase(t, v)
		leaves := make([]digest, len(c.rows))
		for i, row := range c.rows {
			leaves[i], _ = parseHash("0x" + row.hash)
		}
		tree, err := rule.rebuild("", treeRows{leaves: leaves})
		if err != nil {
			t.Fatal(err)
		}
		var positions []int
		for _, i := range mp["forValueIndices"].([]any) {
			var n int
			fmt.Sscan(str(i), &n)
			positions = append(positions, tree.position(n))
		}
		own := tree.whole.multiProof(positions)
		if !slices.Equal(own.leaves, m.leaves) || !slices.Equal(own.proof, m.proof) || !slices.Equal(own.flags, m.flags) {
			t.Errorf("%s: %+v, want %+v", v["id"], own, m)
		}
	}
	if ran < 2 {
		t.Errorf("only %d vectors", ran)
	}
}

// TestMultiproof_subsets: every subset of small trees and random ones of larger trees lead to the root; changed ones do not.
func TestMultiproof_subsets(t *testing.T) {
	rule := ozRule(t)
	s, random := rule.shaper(), rand.New(rand.NewPCG(1, 2))
	check := func(n int, in func(i int) bool) {
		leaves := make([]digest, n)
		for i := range leaves {
			leaves[i] = s.h.sum([]byte{byte(i), byte(i >> 8), byte(n)})
		}
		tree, err := rule.rebuild("", treeRows{leaves: leaves})
		if err != nil {
			t.Fatal(err)
		}
		var positions []int
		for i := range n {
			if in(i) {
				positions = append(positions, i)
			}
		}
		m := tree.whole.multiProof(positions)
		if root, err := rule.multiRoot(s, m); err != nil || root != tree.root {
			t.Fatalf("n %d, %v: %x, %v", n, positions, root, err)
		}
		if len(m.leaves) != len(positions) || len(m.leaves)+len(m.proof) != len(m.flags)+1 {
			t.Fatalf("n %d, %v: %d leaves, %d entries, %d flags", n, positions, len(m.leaves), len(m.proof), len(m.flags))
		}
		if len(m.leaves) > 0 {
			m.leaves[random.IntN(len(m.leaves))][5] ^= 1
			if root, err := rule.multiRoot(s, m); err == nil && root == tree.root {
				t.Fatalf("n %d, %v: a changed leaf is accepted", n, positions)
			}
		}
	}
	for n := 1; n <= 9; n++ {
		for set := range 1 << n {
			check(n, func(i int) bool { return set>>i&1 == 1 })
		}
	}
	for range 100 {
		check(1+random.IntN(300), func(int) bool { return random.IntN(3) == 0 })
	}
}

// TestMultiproof_refused: counts that do not fit, entries left over, and the empty claim.
func TestMultiproof_refused(t *testing.T) {
	rule := ozRule(t)
	s := rule.shaper()
	a, b, c := digest{1}, digest{2}, digest{3}
	for _, tt := range []struct {
		name string
		m    multiproof
		want error
	}{
		{"nothing", multiproof{}, errMultiLength},
		{"a flag too many", multiproof{leaves: []digest{a, b}, flags: []bool{true, true}}, errMultiLength},
		{"a leaf too many", multiproof{leaves: []digest{a, b, c}, flags: []bool{true}}, errMultiLength},
		{"an entry not used", multiproof{leaves: []digest{a, b}, proof: []digest{c}, flags: []bool{true, true}}, errMultiRest},
		{"a value that is not there", multiproof{proof: []digest{a, b}, flags: []bool{true}}, errMultiRest},
		{"no leaf", multiproof{proof: []digest{a, b, c}, flags: []bool{false, false}}, errMultiRest},
		{"too few entries", multiproof{leaves: []digest{a, b, c}, flags: []bool{false, true}}, errMultiRest},
	} {
		if _, err := rule.multiRoot(s, tt.m); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
		}
	}
	if root, err := rule.multiRoot(s, multiproof{proof: []digest{a}}); err != nil || root != a {
		t.Errorf("no leaves: %x, %v", root, err)
	}
	if root, err := rule.multiRoot(s, multiproof{leaves: []digest{a}}); err != nil || root != a {
		t.Errorf("one leaf: %x, %v", root, err)
	}
}
