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
		types := make([]*fieldType, len(p.Fields))
		for i, f := range p.Fields {
			var err error
			if types[i], err = parseType(f.Type); err != nil {
				t.Fatal(err)
			}
		}
		strips, _ := p.drawing(types)
		at := 0
		for _, s := range strips {
			if s.at != at {
				t.Errorf("%s: a strip at %d, want %d", p.Name, s.at, at)
			}
			for _, c := range s.cells {
				at += c.bytes
			}
		}
		spec, rows := sample(t, p, 1, 1)
		tree := build(t, spec, rows)
		if n := len(tree.Preimage(nil, 0)); n != at || !strings.Contains(p.Describe(), fmt.Sprintf("before hashing, %d bytes:", n)) {
			t.Errorf("%s: drawn %d bytes, hashed %d", p.Name, at, n)
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
