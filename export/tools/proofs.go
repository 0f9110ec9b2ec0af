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
		Kind:   Kind{Name: "proofs", Title: "our own file of all claims with leaf and proof (merkle-proofs/v1)", Source: "docs/files.md"},
		fits:   namesFree,
		wants:  "leaf fields with other names than leaf and proof",
		proofs: true, write: writeProofs,
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
		e.b = j.proofsHead(e.b)
		var err error
		if e.b, err = j.appendSum(e.b); err != nil {
			return err
		}
		e.b = append(e.b, `","claims":[`...)
		return j.rows(e, j.inList(), j.claims)
	})
}

// proofsHead appends what stands before the sum.
func (j *job) proofsHead(b []byte) []byte {
	b = append(b, `{"format":"merkle-proofs/v1","profile":"`+j.p.Name+`","order":"`+string(j.b.Order())+`","`...)
	if j.p.AnyFields {
		b = append(b, `types":[`...)
		for i, f := range j.p.Fields {
			if i > 0 {
				b = append(b, ',')
			}
			b = strconv.AppendQuote(b, f.Name+":"+f.Type)
		}
		b = append(b, `],"`...)
	}
	root := j.b.Root()
	b = root.AppendText(append(b, `root":"`...), j.p.Width)
	return append(strconv.AppendInt(append(b, `","leaves":"`...), int64(j.b.Len()), 10), `","total":"`...)
}

// appendSum appends the sum of all amounts and locked amounts, which for limits may be wider than any amount; 0 for a leaf without an amount.
func (j *job) appendSum(b []byte) ([]byte, error) {
	if sum, ok := j.b.Total(); ok {
		return sum.AppendText(b), nil
	}
	if j.t == nil {
		return j.d.Tree.Sum().Append(b, 10), nil
	}
	sum := new(big.Int)
	if j.p.Has(tree.SourceAmount) {
		if err := j.each(j.inList(), func(w *window, i int) error {
			sum.Add(sum, w.amount(i).Big()).Add(sum, w.locked(i).Big())
			return nil
		}); err != nil {
			return b, err
		}
	}
	return sum.Append(b, 10), nil
}

// claims returns a writer of claims for one goroutine.
func (j *job) claims(w *window) func(b []byte, lo, hi int) ([]byte, error) {
	before := proofsKeys(j.p)
	return func(b []byte, lo, hi int) ([]byte, error) {
		for i := lo; i < hi; i++ {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(b, '\n', '{')
			for field, key := range before {
				if key != "" {
					b = append(append(b, key...), '"')
					b = append(quoted(w.value(b, i, field), len(b), j.p.Fields[field].Source), ',')
				}
			}
			b = append(w.appendLeaf(append(b, `"leaf":"0x`...), i), `","proof":[`...)
			b = append(w.appendProof(b, i), "]}"...)
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
