package tree

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Describe is the profile for people, with the bytes of the leaf drawn: what `merkle profiles NAME` prints. It ends with a newline.
// A profile that Validate refuses is described by the reason.
func (p Profile) Describe() string {
	if err := p.Validate(); err != nil {
		return err.Error() + "\n"
	}
	var b strings.Builder
	say := func(label, text string) { wrap(&b, label, text) }
	fmt.Fprintf(&b, "%s: %s\n\n", p.Name, p.Title)
	say("source", p.Source)
	say("vectors", p.Vectors)
	say("claimant", p.claimantWords())
	if p.Extends != "" {
		say("extends", p.Extends+", by the fields that it does not have")
	}
	p.describeLeaf(&b)
	widest := 0
	for _, f := range p.Fields {
		widest = max(widest, len(f.Name))
	}
	for _, f := range p.Fields {
		say(fmt.Sprintf("%-*s", widest, f.Name), fmt.Sprintf("%s: %s", f.Type, sourceWords(&p, f)))
	}
	if p.AnyFields {
		say("fields", "this list is what is taken when none is given; the contract may want any other list of name:type")
	}

	b.WriteString("\nHashing, ‖ joins bytes:\n\n")
	for _, s := range p.steps() {
		fmt.Fprintf(&b, "  %s\n", s)
	}
	b.WriteString("\nThe tree:\n\n")
	kept := fmt.Sprintf("all %d bytes of a hash are kept", p.Width)
	if p.Width < 32 {
		kept = fmt.Sprintf("the first %d bytes of each hash are kept", p.Width)
	}
	say("width", kept)
	say("pair", map[string]string{
		PairSorted:     "sorted: the bytewise smaller child is hashed first, so a proof needs no sides",
		PairPositional: "positional: the left child is hashed first, so a proof needs the leaf's position",
	}[p.Pair])
	say("shape", string(p.Shape)+": "+shapeWords(&p))
	order := map[Order]string{
		OrderInput:    "input: claim order of the list",
		OrderLeafHash: "leaf-hash: ascending by the bytes of the leaf hash; equal leaves in claim order",
		OrderKey:      "key: ascending by the bytes of the field " + p.OrderKey,
	}[p.Order]
	if p.Dedupe {
		order += "; equal leaves are one leaf"
	}
	say("own order", order)
	say("index", map[string]string{
		IndexNone:     "none",
		IndexGiven:    "given by the list",
		IndexInputRow: "place in claim order, from 0",
		IndexEIP55:    "rank of the account's EIP-55 text by its bytes, from 0; or given by the list",
		IndexBase58:   "rank of the account's base58 text by its bytes, from 0; or given by the list",
		IndexPath:     "read by the contract from the proof, not part of the leaf",
	}[p.Index])
	say("grouping", groupingWords(&p))

	b.WriteString("\nThe contract:\n\n")
	say("amount", p.amountWords())
	say("key", p.keyWords())
	say("zero", map[string]string{ZeroKeep: "a claim of nothing may have a leaf", ZeroRefuse: "a claim of nothing is refused, as the contract's own tool does"}[p.Zero])
	say("claim", withSelector(p.Claim, p.ClaimSelector))
	say("proof", p.ProofForm)
	say("root", withSelector(p.RootGetter, p.RootSelector))
	say("note", p.Note)
	return b.String()
}

// wrap writes a labelled text in lines of about 100 columns; nothing for an empty text.
func wrap(b *strings.Builder, label, text string) {
	if text == "" {
		return
	}
	indent := max(13, utf8.RuneCountInString(label)+4)
	col := indent
	fmt.Fprintf(b, "  %-*s", indent-2, label)
	for i, word := range strings.Fields(text) {
		n := utf8.RuneCountInString(word)
		switch {
		case i == 0:
		case col+1+n > 100:
			fmt.Fprintf(b, "\n%*s", indent, "")
			col = indent
		default:
			b.WriteByte(' ')
			col++
		}
		b.WriteString(word)
		col += n
	}
	b.WriteByte('\n')
}

func shapeWords(p *Profile) string {
	pad := hexText(p.Pad)
	switch p.Shape {
	case Heap:
		return "an array of 2n-1 nodes, leaf k at 2n-2-k, the children of i at 2i+1 and 2i+2"
	case Promote:
		return "levels of neighbours; a last node without a neighbour is carried up unchanged, without a proof entry"
	case Duplicate:
		return "levels of neighbours; a last node without a neighbour is hashed with itself, its own hash is the proof entry"
	case PadPow2:
		return "levels of neighbours over leaves filled up to a power of two with " + pad
	}
	return "levels of neighbours; a last node without a neighbour is hashed with " + pad + ", which is the proof entry"
}
