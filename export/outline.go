package export

import (
	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/campaign"
	"github.com/merkle-drop/merkle/tree"
)

// TreeOutline is what there is to say of a built tree beside its claims.
type TreeOutline struct {
	ID          string // FAMILY, or FAMILY-PART when split
	Family      string // the campaign's tree id
	Part, Parts int    // from 0, and how many
	Chain       merkle.Chain
	Tokens      []*campaign.Token // campaign order; at least one
	Totals      []merkle.Amount   // aligned with Tokens: amount and locked of all rows, base units of the chain
	Order       tree.Order        // never OrderProfile
	Leaves      int
	Depth       int         // the length of the longest proof
	Root        merkle.Hash // in the first Profile.Width bytes
	Profile     *tree.Profile
	Deployment  map[string]string // as the campaign says

	leaves []int // aligned with Tokens: how many pay it
}

// Outline is what there is to say of the tree beside its claims.
func (t *Tree) Outline() TreeOutline {
	o := TreeOutline{
		ID: t.ID, Family: t.Family, Part: t.Part, Parts: t.Parts, Chain: t.Chain, Tokens: t.Tokens, Totals: t.Totals, Order: t.Tree.Order(),
		Leaves: t.Tree.Len(), Depth: t.Tree.Depth(), Root: t.Tree.Root(), Profile: t.Tree.Profile(), Deployment: t.Deployment,
	}
	for _, k := range t.Tokens {
		o.leaves = append(o.leaves, t.leavesOf(k))
	}
	return o
}

// leavesOf counts the leaves that pay a token of the tree.
func (t *Tree) leavesOf(token *campaign.Token) int {
	tokens := t.Tree.Rows().Tokens
	if tokens == nil {
		return t.Tree.Len()
	}
	n := 0
	for i := range token.Assets {
		if token.Assets[i].Asset.Chain != t.Chain {
			continue
		}
		for _, a := range tokens {
			if a == token.Assets[i].Asset.Token {
				n++
			}
		}
	}
	return n
}

// constants is the text of each leaf field that has one value for the whole family, by its name.
func (t *Tree) constants() map[string]string {
	out := map[string]string{}
	for i, f := range t.Tree.Profile().Fields {
		if t.constant(f) {
			out[f.Name] = string(t.Tree.AppendValue(nil, 0, i))
		}
	}
	return out
}

func (t *TreeOutline) info(group string, constants map[string]string) TreeInfo {
	info := TreeInfo{
		ID: t.ID, Family: t.Family, Part: t.Part, Parts: t.Parts, Chain: string(t.Chain), Totals: t.Totals, Group: group,
		Order: string(t.Order), Leaves: t.Leaves, Depth: t.Depth, Root: t.Root.Text(t.Profile.Width),
		Constants: constants, Profile: *t.Profile, Deployment: t.Deployment,
	}
	for _, k := range t.Tokens {
		info.Tokens = append(info.Tokens, k.ID)
	}
	return info
}
