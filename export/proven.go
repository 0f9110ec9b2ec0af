package export

import (
	"fmt"
	"strconv"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/tree"
)

// Proven is one claim of an account with a proof that leads to the root in the manifest. Compare that root with the
// chain's: nothing else in a bundle needs to be trusted.
type Proven struct {
	Tree     string // tree id
	Family   string // the campaign's tree id
	Chain    string // CAIP-2
	Token    string // token id
	Decimals int    // of the token on this chain
	Asset    string // CAIP-19
	Account  merkle.Account
	Amount   merkle.Amount // base units of the chain
	Locked   merkle.Amount // base units of the chain; 0 where the leaf has no such field
	Index    string        // the leaf's index field in decimal, or the number that the contract reads from the proof; empty where it has none
	FromPath bool          // Index is not in the leaf: the contract reads it from the proof
	Fields   []FieldValue  // the whole leaf, in order: with Proof, the arguments of the claim
	Leaf     merkle.Hash   // in the first Width bytes, as all hashes here
	Proof    []merkle.Hash // leaf to root
	Root     merkle.Hash
	Width    int    // bytes of a hash
	Profile  string // profile name
	Claim    string // signature of the contract's claim function, empty when this release does not know the profile
	File     string // shard that it was read from

	Grouping string // of the profile: none, shard-1 … shard-4, two-level

	// Of a two-level profile only, else 0.
	Inner     int         // so many entries of Proof, from its beginning, are of the account's own tree
	InnerRoot merkle.Hash // of that tree
	Rank      int         // place of the claim in that tree: its rank among the account's by the bytes of the token
	Position  int         // place of the account in the upper tree: its rank among the tree's accounts by their bytes
}

// FieldValue is a leaf field as published: numbers in decimal, bytes and EVM addresses in lower-case hex, Solana keys in base58.
type FieldValue struct {
	Name, Type, Source, Value string
}

// proven checks the proof against the manifest's root and fills in what the claim needs.
func (t *readTree) proven(sub *tree.Tree, row int, proof []merkle.Hash, sides int) (Proven, error) {
	p := t.describe(sub, row, proof)
	if len(proof) > t.Depth || !tree.Verify(&t.Profile, p.Leaf, sides, proof, t.root) {
		return p, t.refused(&p)
	}
	return p, nil
}

// refused says why the proof of a claim is none.
func (t *readTree) refused(p *Proven) error {
	if len(p.Proof) > t.Depth {
		return fmt.Errorf("proof of %d hashes in a tree of depth %d", len(p.Proof), t.Depth)
	}
	return fmt.Errorf("the proof of %s does not lead to the root %s", p.Account, t.Root)
}

// describe fills in all that does not depend on whether the proof holds.
func (t *readTree) describe(sub *tree.Tree, row int, proof []merkle.Hash) Proven {
	rows := sub.Rows()
	p := Proven{
		Tree: t.ID, Family: t.Family, Chain: t.Chain, Account: rows.Accounts[row], Leaf: sub.Leaf(row), Proof: proof, Root: t.root,
		Width: t.Profile.Width, Profile: t.Profile.Name, Claim: t.Profile.Claim, Grouping: t.Profile.Grouping,
	}
	token := t.token
	if rows.Tokens != nil {
		token = rows.Tokens[row]
	}
	k := t.assets[token]
	p.Token = k.id
	p.Decimals, p.Asset = k.decimals, k.asset
	if rows.Amounts != nil {
		p.Amount = rows.Amounts[row]
	}
	if rows.Locked != nil {
		p.Locked = rows.Locked[row]
	}
	for i, f := range t.Profile.Fields {
		v := FieldValue{f.Name, f.Type, f.Source, string(sub.AppendValue(nil, row, i))}
		if f.Source == tree.SourceIndex {
			p.Index = v.Value
		}
		p.Fields = append(p.Fields, v)
	}
	if t.Profile.Index == tree.IndexPath {
		if index, ok := tree.PathIndex(&t.Profile, p.Leaf, proof, t.Depth); ok {
			p.Index, p.FromPath = strconv.FormatUint(index, 10), true
		}
	}
	return p
}

// sidesOf says for each entry of the proof of a position whether the running node is the right child (bit set).
func sidesOf(shape tree.Shape, leaves, position int) (sides int) {
	bit := 1
	if shape == tree.Heap {
		for i := 2*leaves - 2 - position; i > 0; i = (i - 1) / 2 {
			if i%2 == 0 {
				sides |= bit
			}
			bit <<= 1
		}
		return sides
	}
	if shape == tree.PadPow2 {
		return position
	}
	for i, n := position, leaves; n > 1; i, n = i/2, (n+1)/2 {
		if i == n-1 && n%2 == 1 && shape == tree.Promote {
			continue
		}
		sides |= i % 2 * bit
		bit <<= 1
	}
	return sides
}
