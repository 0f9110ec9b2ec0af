package tools

import (
	"encoding/json"
	"math/big"
	"slices"
	"strconv"

	"github.com/merkle-drop/merkle/tree"
)

func proofsFormat() format {
	return format{
		Kind:  Kind{Name: "proofs", Title: "our own file of all claims with leaf and proof (merkle-proofs/v1)", Source: "docs/files.md"},
		fits:  namesFree,
		wants: "leaf fields with other names than leaf and proof",
		write: writeProofs,
	}
}

// namesFree is whether no field has the name of a member that the file has anyway. A ready-made leaf is that member.
func namesFree(p *tree.Profile) bool {
	return !slices.ContainsFunc(p.Fields, func(f tree.Field) bool { return f.Name == "proof" || f.Name == "leaf" && p.LeafHashes > 0 })
}

// writeProofs writes merkle-proofs/v1, a claim a line, in claim order, for profiles that take any type list with the types of the fields, as "types":["name:type",…]:
//
//	{"format":"merkle-proofs/v1","profile":…,"order":…,"root":…,"leaves":"3","total":"6","claims":[
//	{"account":…,"amount":…,"leaf":…,"proof":[…]},
//	…]}
func writeProofs(j *job) error {
	return j.json("proofs.json", 0, "]}\n", func(e *encoder) error {
		root := j.t.Root()
		e.b = append(e.b, `{"format":"merkle-proofs/v1","profile":"`+j.p.Name+`","order":"`+string(j.t.Order())+`","`...)
		if j.p.AnyFields {
			e.b = append(e.b, `types":[`...)
			for i, f := range j.p.Fields {
				if i > 0 {
					e.b = append(e.b, ',')
				}
				e.b = strconv.AppendQuote(e.b, f.Name+":"+f.Type)
			}
			e.b = append(e.b, `],"`...)
		}
		e.b = append(e.b, `root":"`...)
		e.b = root.AppendText(e.b, j.p.Width)
		e.b = append(strconv.AppendInt(append(e.b, `","leaves":"`...), int64(j.t.Len()), 10), `","total":"`...)
		e.b = append(j.appendSum(e.b), `","claims":[`...)
		return j.ordered(e, j.claims)
	})
}

// appendSum appends the sum of all amounts and locked amounts, which for limits may be wider than any amount; 0 for a leaf without an amount.
func (j *job) appendSum(b []byte) []byte {
	if sum, ok := j.t.Total(); ok {
		return sum.AppendText(b)
	}
	sum := new(big.Int)
	if j.p.Has(tree.SourceAmount) {
		for row, a := range j.t.Rows().Amounts {
			sum.Add(sum, a.Big()).Add(sum, j.locked(row).Big())
		}
	}
	return sum.Append(b, 10)
}

// claims returns a writer of claims for one goroutine.
func (j *job) claims() func(b []byte, lo, hi int) []byte {
	proofs := j.t.ProofText()
	var before []string // what stands before each field's value; empty: the field is left out
	for _, f := range j.p.Fields {
		key := ""
		if f.Name != "leaf" { // ready-made
			key = strconv.Quote(f.Name) + ":"
		}
		before = append(before, key)
	}
	return func(b []byte, lo, hi int) []byte {
		for row := lo; row < hi; row++ {
			if row > 0 {
				b = append(b, ',')
			}
			b = append(b, '\n', '{')
			for i, key := range before {
				if key != "" {
					b = append(j.appendField(append(b, key...), row, i), ',')
				}
			}
			leaf := j.t.Leaf(row)
			b = append(tree.AppendHex(append(b, `"leaf":"0x`...), leaf[:j.p.Width]), `","proof":[`...)
			b = append(proofs.Append(b, row), "]}"...)
		}
		return b
	}
}

// appendField appends a leaf field's value as a JSON string.
func (j *job) appendField(b []byte, row, field int) []byte {
	b = append(b, '"')
	start := len(b)
	b = j.t.AppendValue(b, row, field)
	switch j.p.Fields[field].Source {
	case tree.SourceAccount, tree.SourceToken, tree.SourceAmount, tree.SourceLocked, tree.SourceIndex:
		return append(b, '"') // digits and letters only
	}
	for _, c := range b[start:] {
		if c < 0x20 || c == '"' || c == '\\' || c >= 0x7f {
			text, _ := json.Marshal(string(b[start:])) // a string: cannot fail
			return append(b[:start-1], text...)
		}
	}
	return append(b, '"')
}
