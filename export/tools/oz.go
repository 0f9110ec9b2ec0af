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
	nodes := 2*j.b.Len() - 1
	e.key("tree")
	e.open('[')
	if err := j.heap(func(node []byte) error {
		e.item()
		e.b = append(tree.AppendHex(append(e.b, `"0x`...), node), '"')
		return e.err
	}); err != nil {
		return err
	}
	e.close(']')
	rows := j.inList()
	if o := j.b.Order(); o != tree.OrderLeafHash && o != tree.OrderInput {
		var err error
		if rows, err = j.inTree(); err != nil {
			return err
		}
	}
	e.key("values")
	e.open('[')
	err := j.items(e, rows, func(w *window) func(e *encoder, lo, hi int) {
		var names spelling
		return func(e *encoder, lo, hi int) {
			if j.p.Has(tree.SourceAccount) {
				names.begin(lo, hi, w.account)
			}
			for i := lo; i < hi; i++ {
				e.item()
				j.dumpValue(e, w, i, nodes-1-j.b.Position(w.row(i)), simple, &names)
			}
		}
	})
	e.close(']')
	e.close('}')
	return err
}

// dumpValue appends the values of a leaf and its place in the array.
func (j *job) dumpValue(e *encoder, w *window, i, place int, simple bool, names *spelling) {
	e.open('{')
	e.key("value")
	if simple {
		leaf := w.leaf(i)
		e.hash(&leaf, 32)
	} else {
		e.open('[')
		for field := range j.p.Fields {
			e.item()
			j.dumpField(e, w, i, field, names)
		}
		e.close(']')
	}
	e.key("treeIndex")
	e.uint(uint64(place))
	e.close('}')
}

// dumpField appends one value of the leaf.
func (j *job) dumpField(e *encoder, w *window, i, field int, names *spelling) {
	switch f := &j.p.Fields[field]; {
	case f.Source == tree.SourceAmount:
		e.digits(w.amount(i))
	case f.Source == tree.SourceAccount && j.p.Accounts == merkle.EVM && f.Type == "address":
		e.b = append(names.append(append(e.b, '"'), i), '"')
	default:
		e.b = appendTyped(e.b, f.Type, string(w.value(nil, i, field)))
	}
}
