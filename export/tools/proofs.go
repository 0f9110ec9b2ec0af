package tools

import (
	"encoding/json"
	"math/big"
	"slices"
	"strconv"

	merkle "github.com/merkle-drop/merkle"
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
	return j.json("proofs.json", 0, proofsEnd, func(e *encoder) error {
		e.b = proofsHead{j.p, j.t.Order(), j.t.Root(), j.t.Len()}.append(e.b)
		e.b = append(j.appendSum(e.b), `","claims":[`...)
		return j.ordered(e, j.t.Rows().Len(), j.claims)
	})
}

// proofsEnd is what stands behind the claims.
const proofsEnd = "]}\n"

// proofsHead is what stands before the sum of a file of all claims.
type proofsHead struct {
	p      *tree.Profile
	order  tree.Order
	root   merkle.Hash
	leaves int
}

func (h proofsHead) append(b []byte) []byte {
	b = append(b, `{"format":"merkle-proofs/v1","profile":"`+h.p.Name+`","order":"`+string(h.order)+`","`...)
	if h.p.AnyFields {
		b = append(b, `types":[`...)
		for i, f := range h.p.Fields {
			if i > 0 {
				b = append(b, ',')
			}
			b = strconv.AppendQuote(b, f.Name+":"+f.Type)
		}
		b = append(b, `],"`...)
	}
	b = h.root.AppendText(append(b, `root":"`...), h.p.Width)
	return append(strconv.AppendInt(append(b, `","leaves":"`...), int64(h.leaves), 10), `","total":"`...)
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
func (j *job) claims() func(b []byte, lo, hi int) ([]byte, error) {
	proofs := j.t.ProofText()
	before := proofsKeys(j.p)
	return func(b []byte, lo, hi int) ([]byte, error) {
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
			b = append(proofs.AppendLeaf(append(b, `"leaf":"0x`...), row), `","proof":[`...)
			b = append(proofs.Append(b, row), "]}"...)
		}
		return b, nil
	}
}

// proofsKeys is what stands before each field's value; empty: the field is left out.
func proofsKeys(p *tree.Profile) (before []string) {
	for _, f := range p.Fields {
		key := ""
		if f.Name != "leaf" { // ready-made
			key = strconv.Quote(f.Name) + ":"
		}
		before = append(before, key)
	}
	return before
}

// appendField appends a leaf field's value as a JSON string.
func (j *job) appendField(b []byte, row, field int) []byte {
	b = append(b, '"')
	return quoted(j.t.AppendValue(b, row, field), len(b), j.p.Fields[field].Source)
}

// quoted ends the JSON string of a value of some source that begins in b at start, behind its quote.
func quoted(b []byte, start int, source string) []byte {
	switch source {
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
