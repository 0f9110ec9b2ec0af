package tree

import (
	"fmt"
	"strings"
	"testing"

	merkle "github.com/merkle-drop/merkle"
)

// The boxes of a drawing add up to the pre-image that a build makes.
func TestDescribe_boxesAddUp(t *testing.T) {
	for p := range Profiles() {
		strips, _ := p.drawing()
		_, _, size, open := p.preimage()
		at := 0
		for _, s := range strips {
			if s.at >= 0 && s.at != at {
				t.Errorf("%s: a strip at %d, want %d", p.Name, s.at, at)
			}
			for _, c := range s.cells {
				at += c.bytes
			}
		}
		spec, rows := sample(t, p, 1, 1)
		tree := build(t, spec, rows)
		n, length := len(tree.Preimage(nil, 0)), fmt.Sprintf("%d bytes:", size)
		if open {
			length = fmt.Sprintf("%d bytes or more:", size)
		}
		if !strings.Contains(p.Describe(), length) || at > n || !open && (at != n || size != n) || size > n {
			t.Errorf("%s: drawn %d bytes, stated %d, hashed %d", p.Name, at, size, n)
		}
	}
}

// Whatever a profile says of itself is printed, whole.
func TestDescribe_saysAll(t *testing.T) {
	for p := range Profiles() {
		text := strings.Join(strings.Fields(p.Describe()), " ")
		for _, want := range []string{p.Title, p.Source, p.Vectors, p.Claim, p.ClaimSelector, p.RootGetter, p.RootSelector, p.Note, p.ProofForm, p.Grouping, string(p.Shape)} {
			if !strings.Contains(text, strings.Join(strings.Fields(want), " ")) {
				t.Errorf("%s: no %q in\n%s", p.Name, want, p.Describe())
			}
		}
		for _, f := range p.Fields {
			if !strings.Contains(text, f.Name+" "+f.Type+": ") {
				t.Errorf("%s: no field %s in\n%s", p.Name, f.Name, p.Describe())
			}
		}
		if strings.Contains(text, "%!") || strings.HasPrefix(text, "profile ") || p.Title == "" || p.Source == "" || p.Claim == "" || p.RootGetter == "" {
			t.Errorf("described as %s", p.Describe())
		}
	}
}

func TestDescribe_dynamicTypes(t *testing.T) {
	p, err := lookup(t, "oz-standard-v1").WithFields([]string{"account:address", "name:string", "parts:uint256[]", "pair:uint8[2]", "delta:int8"})
	if err != nil {
		t.Fatal(err)
	}
	text := p.Describe()
	for _, want := range []string{"or more: abi.encode", "offset of name", "offset of parts", "uint8[2], 2 words", "length of name", "uint256, elements", "filled with zeros to whole words", "sign", "\n      32  +", "\n     192  +"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	p.LeafHashes = 3
	if text := p.Describe(); !strings.Contains(text, "leafHashes 3") {
		t.Errorf("described as %s", text)
	}
}

// FuzzBuild: any shape, size, cut and order gives proofs that lead to the root, by the plain recursion.
func FuzzBuild(f *testing.F) {
	f.Add(uint8(0), uint8(5), uint64(1), uint8(8))
	f.Add(uint8(17), uint8(129), uint64(2), uint8(2))
	f.Fuzz(func(t *testing.T, which, n uint8, seed uint64, shard uint8) {
		all := variants(t)
		bases := []string{"oz-standard-v1", "jito-v1", "uniswap-v1"}
		shapes := []Shape{Heap, Promote, Duplicate, PadPow2, ZeroSibling, EmptySibling}
		p := all[fmt.Sprintf("%s/%s/%s", shapes[int(which)%6], []string{PairSorted, PairPositional}[int(which)/6%2], bases[int(which)/12%3])]
		r := someRows(t, p.Accounts, seed, 1+int(n))
		for _, order := range []Order{OrderInput, OrderLeafHash, OrderAccount} {
			tree := build(t, Spec{Profile: p, Order: order, Workers: 1 + int(n)%2}, r)
			checkAgainstReference(t, tree, r)
			cut, subs, err := tree.Cut(2 + int(shard))
			if (err == nil) != (order == OrderAccount) {
				t.Fatalf("order %s: %v", order, err)
			}
			if err == nil {
				checkCut(t, tree, 2+int(shard), cut, subs)
			}
		}
	})
}

func TestCut_needsOrderAccountAndTwo(t *testing.T) {
	s := Spec{Profile: lookup(t, "jito-v1"), Order: OrderInput}
	r := someRows(t, merkle.Solana, 1, 9)
	if _, _, err := build(t, s, r).Cut(8); err == nil {
		t.Error("a tree in claim order is cut by account")
	}
	s.Order = OrderAccount
	for _, shard := range []int{1, 0, -1} {
		if _, _, err := build(t, s, r).Cut(shard); err == nil {
			t.Errorf("shards of %d", shard)
		}
	}
	if _, subs, err := build(t, s, r).Cut(1 << 62); err != nil || len(subs) != 1 {
		t.Errorf("one shard for all: %d, %v", len(subs), err)
	}
}
