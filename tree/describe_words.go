package tree

import (
	"fmt"
	"strings"

	merkle "github.com/merkle-drop/merkle"
)

// describeLeaf draws what is hashed to a leaf.
func (p *Profile) describeLeaf(b *strings.Builder) {
	_, _, size, open := p.preimage()
	length := fmt.Sprintf("%d bytes", size)
	if open {
		length += " or more"
	}
	what := "The leaf's bytes before hashing"
	switch {
	case p.LeafHashes == 0:
		what = "The leaf's bytes, which are not hashed"
	case p.Grouping == GroupingTwoLevel:
		what = "A row's bytes before hashing"
	}
	fmt.Fprintf(b, "\n%s, %s: %s\n\n", what, length, map[string]string{
		EncodingABI:       "abi.encode, a 32-byte word a value",
		EncodingPacked:    "abi.encodePacked, fields end to end, big-endian",
		EncodingLE:        "fields end to end, integers little-endian",
		EncodingText:      "ASCII text with a blank between two values",
		EncodingTextColon: "ASCII text with a colon between two values",
		EncodingEIP712:    "abi.encode of the struct, a 32-byte word a value",
		EncodingBorsh:     "Borsh, fields end to end, integers little-endian",
	}[p.Encoding])
	strips, scale := p.drawing()
	draw(b, strips, scale)
	b.WriteByte('\n')
	if p.Grouping == GroupingTwoLevel {
		width := p.Accounts.Width()
		fmt.Fprintf(b, "An account's bytes before hashing, %d bytes:\n\n", width+p.Width)
		draw(b, []strip{{0, []cell{{width, p.Fields[0].Name, p.Fields[0].Type}, {p.Width, "root", "of its rows' tree"}}}}, 1)
		b.WriteByte('\n')
	}
}

func (p *Profile) claimantWords() string {
	if !p.Has(SourceAccount) {
		return "not named by the leaf"
	}
	return map[merkle.Family]string{merkle.EVM: "EVM address, 20 bytes", merkle.Solana: "Solana public key, 32 bytes"}[p.Accounts]
}

func sourceWords(p *Profile, f Field) string {
	switch f.Source {
	case SourceAccount:
		return "the claimant"
	case SourceAmount:
		if p.WholeTokens {
			return "the amount in whole tokens: the contract multiplies by 10 to the token's decimals"
		}
		return "the amount in base units of the token on its chain"
	case SourceLocked:
		return "the part that vests, in base units, beside the amount; 0 when nothing does"
	case SourceIndex:
		return "the claim's number, see index"
	case SourceToken:
		return "the token"
	case SourceConstant, SourceDomain:
		text := "one value for the whole tree"
		if f.Source == SourceDomain {
			text += ", in the domain"
		}
		if value, ok := p.Default(f.Name); ok {
			text += "; " + value + " where none is given"
		}
		return text
	}
	return "the list's column of that name"
}

// steps is how leaf and node are hashed, a line each.
func (p *Profile) steps() (out []string) {
	call := func(prefix []byte, args string) string {
		if len(prefix) > 0 {
			args = hexText(prefix) + " ‖ " + args
		}
		s := p.Hash + "(" + args + ")"
		if p.Width < 32 {
			s = fmt.Sprintf("first %d bytes of %s", p.Width, s)
		}
		return s
	}
	switch {
	case p.LeafHashes == 0:
		out = append(out, "leaf = the bytes as given, not hashed")
	case p.Grouping == GroupingTwoLevel:
		out = append(out, "leaf = "+call(p.LeafPrefixes[0], "a row's bytes"), "outer = "+call(p.LeafPrefixes[1], "an account's bytes"))
	case p.LeafHashes == 1:
		out = append(out, "leaf = "+call(p.LeafPrefixes[0], "bytes"))
	case p.Encoding == EncodingEIP712:
		domain := p.Hash + `("` + p.domainType() + `")`
		for _, f := range p.Fields {
			if f.Source == SourceDomain {
				domain += " ‖ " + f.Name
			}
		}
		out = append(out, "domain = "+p.Hash+"("+domain+"), each a word", "inner = "+call(p.LeafPrefixes[0], "bytes"), "leaf = "+call(p.LeafPrefixes[1], "domain ‖ inner"))
	default:
		out = append(out, "inner = "+call(p.LeafPrefixes[0], "bytes"), "leaf = "+call(p.LeafPrefixes[1], "inner"))
	}
	children := "left ‖ right"
	if p.Pair == PairSorted {
		children = "smaller child ‖ larger child"
	}
	out = append(out, "node = "+call(p.NodePrefix, children), "root = the last node; of one leaf, the leaf itself")
	width := 0
	for _, s := range out {
		width = max(width, strings.Index(s, " = "))
	}
	for i, s := range out {
		name, value, _ := strings.Cut(s, " = ")
		out[i] = fmt.Sprintf("%-*s = %s", width, name, value)
	}
	return out
}

func groupingWords(p *Profile) string {
	switch {
	case p.Grouping == GroupingNone:
		return "none: one level of tree"
	case p.Grouping == GroupingTwoLevel:
		return "two-level: the rows of an account are a tree, by the bytes of the token; its root goes into the account's leaf of the outer tree, by the bytes of the account; a proof is that of the row, then that of the account"
	}
	digit := "digits"
	if p.shardDigits() == 1 {
		digit = "digit"
	}
	return fmt.Sprintf("%s: accounts with the same first %d hex %s are a tree, whose root is a leaf of the upper tree; both are of the shape and order above; a proof is that in the shard, then that of the shard",
		p.Grouping, p.shardDigits(), digit)
}

func (p *Profile) amountWords() string {
	if !p.Has(SourceAmount) {
		return "none"
	}
	if p.Amount == AmountLimit {
		return fmt.Sprintf("limit: the most that may be bought or minted, at most %d bits; sums of limits mean nothing", p.AmountBits)
	}
	return fmt.Sprintf("%s; at most %d bits an amount, %d bits the sum of the tree", map[string]string{
		AmountOneShot:    "one-shot: paid once",
		AmountCumulative: "cumulative: what was ever granted, of which the rest is paid",
	}[p.Amount], p.AmountBits, p.TotalBits)
}

// keyWords is what a second row of is refused.
func (p *Profile) keyWords() string {
	names := p.Key
	if len(names) == 0 {
		for _, source := range []string{SourceAccount, SourceToken} {
			if name := p.name(source); name != "" {
				names = append(names, name)
			}
		}
	}
	if len(names) == 0 {
		return ""
	}
	return "one claim for each " + strings.Join(names, ", ") + "; a second row of it is refused"
}

func withSelector(signature, selector string) string {
	if selector == "" {
		return signature
	}
	return signature + ", " + selector
}
