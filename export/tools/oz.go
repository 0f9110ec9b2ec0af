package tools

import (
	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/tree"
)

func ozFormat() format {
	return format{
		Kind: Kind{
			Name: "oz-dump", Title: "dump of @openzeppelin/merkle-tree: standard-v1, or simple-v1 for ready-made leaves",
			Source: "OpenZeppelin/merkle-tree @98ff55d (npm 1.0.8), src/standard.ts, src/simple.ts",
		},
		fits: fitsOZ, wants: "a heap of sorted keccak256 pairs over abi leaves hashed twice, or over ready-made leaves (oz-standard-v1, oz-simple-v1, sablier-v1, hedgey-v1 …)",
		write: func(j *job) error {
			return j.json("tree.json", 0, "", func(e *encoder) error { return j.dump(e) })
		},
	}
}

// fitsOZ reports whether the library builds the tree from the same values.
func fitsOZ(p *tree.Profile) bool {
	if p.Shape != tree.Heap || p.Pair != tree.PairSorted || p.Hash != tree.HashKeccak256 || p.Width != 32 || len(p.NodePrefix) > 0 || p.Grouping != tree.GroupingNone {
		return false
	}
	for _, prefix := range p.LeafPrefixes {
		if len(prefix) > 0 {
			return false
		}
	}
	return p.LeafHashes == 2 && p.Encoding == tree.EncodingABI || p.LeafHashes == 0 && len(p.Fields) == 1
}

// dump appends the whole dump. The values stand in claim order, as the library keeps the order in which it was given them. Of a tree in an order that
// the library does not make from them they stand in the order of the tree, so that it makes the same from them unsorted.
func (j *job) dump(e *encoder, types ...string) error {
	simple := j.p.LeafHashes == 0
	e.open('{')
	e.key("format")
	if simple {
		e.plain("simple-v1")
	} else {
		e.plain("standard-v1")
		e.key("leafEncoding")
		e.open('[')
		for i, f := range j.p.Fields {
			e.item()
			if len(types) > 0 {
				e.plain(types[i])
			} else {
				e.plain(f.Type)
			}
		}
		e.close(']')
	}
	nodes := 2*j.t.Len() - 1
	e.key("tree")
	e.open('[')
	for i := range nodes {
		e.item()
		h, _ := j.t.HeapNode(i) // i is in the array and the shape is Heap
		e.b = append(tree.AppendHex(append(e.b, `"0x`...), h[:]), '"')
	}
	e.close(']')
	e.key("values")
	e.open('[')
	listed := j.t.Order() == tree.OrderLeafHash || j.t.Order() == tree.OrderInput
	rowAt := func(i int) int {
		if listed {
			return i
		}
		return j.t.Row(i)
	}
	err := j.items(e, j.t.Rows().Len(), func() func(e *encoder, lo, hi int) {
		var names spelling
		return func(e *encoder, lo, hi int) {
			if j.p.Has(tree.SourceAccount) {
				names.begin(hi-lo, func(i int) merkle.Account { return j.account(rowAt(lo + i)) })
			}
			for i := lo; i < hi; i++ {
				row := rowAt(i)
				e.item()
				j.dumpValue(e, row, nodes-1-j.t.Position(row), simple, func(b []byte) []byte { return names.append(b, i-lo) })
			}
		}
	})
	e.close(']')
	e.close('}')
	return err
}

// dumpValue appends the values of a leaf and its place in the array; name appends its account.
func (j *job) dumpValue(e *encoder, row, place int, simple bool, name func(b []byte) []byte) {
	e.open('{')
	e.key("value")
	if simple {
		leaf := j.t.Leaf(row)
		e.hash(&leaf, 32)
	} else {
		e.open('[')
		for i := range j.p.Fields {
			e.item()
			j.dumpField(e, row, i, name)
		}
		e.close(']')
	}
	e.key("treeIndex")
	e.uint(uint64(place))
	e.close('}')
}

// dumpField appends one value of the leaf.
func (j *job) dumpField(e *encoder, row, field int, name func(b []byte) []byte) {
	switch f := &j.p.Fields[field]; {
	case f.Source == tree.SourceAmount:
		e.digits(j.amount(row))
	case f.Source == tree.SourceAccount && j.p.Accounts == merkle.EVM && f.Type == "address":
		e.b = append(name(append(e.b, '"')), '"')
	default:
		e.b = appendTyped(e.b, f.Type, string(j.t.AppendValue(nil, row, field)))
	}
}
