package export

import (
	"math/bits"

	"github.com/merkle-drop/merkle/campaign"
	"github.com/merkle-drop/merkle/tree"
)

// StreamNeed is what WriteStream takes for each leaf of a tree, in bytes, about.
type StreamNeed struct {
	Memory int64 // held until the bundle is written, beside buffers; an index that a rule of the profile gives takes 4 more
	Temp   int64 // of temporary files, beside the claims
	Bundle int64 // of the bundle, beside inputs
}

// NeedOf estimates what a tree of a campaign takes that has so many leaves; nothing for a tree that the build refuses.
func NeedOf(c *campaign.Campaign, t *campaign.Tree, leaves int64) (n StreamNeed) {
	const (
		number  = 4  // place, row or index of a claim
		account = 48 // its text with quotes
		cell    = 22 // an amount with quotes
		ranked  = 48 // what is sorted for a number
		entry   = 5  // what a node in a proof has beside its digits
	)
	p, _, err := LeafProfile(t)
	layout, wrong := declaredLayout(c)
	if err != nil || wrong != nil {
		return n
	}
	order := tree.Order(t.Order)
	if order == tree.OrderProfile {
		order = p.Order
	}
	n.Bundle = cell
	for i := range p.Fields {
		if p.Fields[i].Source == tree.SourceColumn || p.Fields[i].Source == tree.SourceToken && len(t.Tokens) > 1 {
			n.Bundle += account
		}
	}
	if len(t.Tokens) > 1 {
		n.Memory++
	}
	numbered := order == tree.OrderInput || t.Split > 0 && order != tree.OrderAccount
	if numbered {
		n.Memory += number
	}
	if numbered || p.Has(tree.SourceIndex) {
		n.Temp += ranked
	}
	if layout == LayoutSubtree {
		return n
	}
	if order != tree.OrderAccount {
		n.Memory += number // its position
	}
	if t.Split > 0 && order != tree.OrderAccount {
		n.Memory += number // its part
	}
	bytes, records := tree.FiledBytes(&p, order)
	n.Temp += bytes + records
	of := leaves
	if t.Split > 0 {
		of = min(of, int64(t.Split))
	}
	n.Bundle += int64(bits.Len64(uint64(max(of, 1)-1))) * int64(2*p.Width+entry)
	return n
}

// RowBytes is what the account of a row of a shard takes, with its brackets and its part of the paths.
const RowBytes = 56
