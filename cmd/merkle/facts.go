package main

import (
	"cmp"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/chain/solana"
	"github.com/merkle-drop/merkle/export"
	"github.com/merkle-drop/merkle/tree"
)

// solanaFacts is the file of claim facts of a tree of a campaign.
func solanaFacts(t *export.TreeOutline) (map[string]any, error) {
	if len(t.Tokens) != 1 {
		return nil, fmt.Errorf("claim facts: %d tokens, a Solana distributor pays one mint", len(t.Tokens))
	}
	var mint merkle.Account
	for _, on := range t.Tokens[0].Assets {
		if on.Asset.Chain == t.Chain {
			mint = on.Asset.Token
		}
	}
	d, err := partDeployment(t.Deployment, mint, t.Part)
	if err != nil {
		return nil, err
	}
	total, fits := t.Totals[0].Uint64()
	if !fits {
		return nil, fmt.Errorf("claim facts: total %s is wider than 64 bits", t.Totals[0])
	}
	facts := solana.TreeFacts{Root: t.Root, Total: total, Leaves: uint64(t.Leaves)}
	return d.Facts(t.ID, t.Profile.Name, facts, t.Depth)
}

// partDeployment is a deployment as one part of a split has it: each part is a distributor of its own, with the
// version that follows.
func partDeployment(m map[string]string, mint merkle.Account, part int) (*solana.Deployment, error) {
	d, err := solana.ParseDeployment(m, mint)
	if err != nil {
		return nil, err
	}
	if part > 0 {
		if d.Version+uint64(part) < d.Version {
			return nil, fmt.Errorf("deployment version %d: part %d has no version that follows", d.Version, part)
		}
		m = maps.Clone(m)
		m["version"] = strconv.FormatUint(d.Version+uint64(part), 10)
		return solana.ParseDeployment(m, mint)
	}
	return d, nil
}

// solanaClaimDoc is what prove --json adds to a claim whose program is known.
type solanaClaimDoc struct {
	Layout      string       `json:"layout"`
	Program     string       `json:"program"`
	Distributor string       `json:"distributor"`
	Vault       string       `json:"vault,omitempty"`
	ClaimStatus string       `json:"claimStatus"`
	Data        string       `json:"data"`
	Accounts    []accountDoc `json:"accounts"`
}

type accountDoc struct {
	Name     string `json:"name"`
	Address  string `json:"address"`
	Signer   bool   `json:"signer"`
	Writable bool   `json:"writable"`
}

// solanaClaim derives a claim's addresses and instruction from what the manifest says of its tree's deployment; nil
// when that names no program that is known.
func solanaClaim(m *export.Manifest, p *export.Proven) *solanaClaimDoc {
	i := slices.IndexFunc(m.Trees, func(t export.TreeInfo) bool { return t.ID == p.Tree })
	if i < 0 || !strings.HasPrefix(p.Chain, "solana:") {
		return nil
	}
	asset, err := merkle.ParseAsset(p.Asset)
	if err != nil {
		return nil
	}
	d, err := partDeployment(m.Trees[i].Deployment, asset.Token, m.Trees[i].Part)
	if err != nil || !slices.Contains(solana.LayoutsOf(p.Profile), d.Layout.Name) {
		return nil // a free text of the campaign's author
	}
	claim := solana.Claim{Account: p.Account, Leaf: p.Leaf, Proof: p.Proof}
	var fits [2]bool
	claim.Amount, fits[0] = p.Amount.Uint64()
	claim.Locked, fits[1] = p.Locked.Uint64()
	for _, f := range p.Fields {
		switch {
		case f.Source == tree.SourceIndex:
			claim.Index, err = strconv.ParseUint(f.Value, 10, 64)
		case f.Name == "nonce":
			claim.Nonce, err = strconv.ParseUint(f.Value, 10, 64)
		}
		if err != nil {
			return nil
		}
	}
	distributor, err := d.Distributor()
	if err != nil || fits != [2]bool{true, true} {
		return nil
	}
	status, err := d.ClaimStatus(distributor.Address, claim)
	if err != nil {
		return nil
	}
	ix, err := d.NewClaim(claim)
	if err != nil {
		return nil
	}
	doc := &solanaClaimDoc{Layout: d.Layout.Name, Program: d.Program.Text(), Distributor: distributor.Address.Text(), ClaimStatus: status.Address.Text(),
		Data: "0x" + hex.EncodeToString(ix.Data), Accounts: []accountDoc{}}
	if vault, ok, err := d.Vault(); ok && err == nil {
		doc.Vault = vault.Address.Text()
	}
	for _, a := range ix.Accounts {
		address := ""
		if a.Account.Family() != 0 {
			address = a.Account.Text()
		}
		doc.Accounts = append(doc.Accounts, accountDoc{a.Name, address, a.Signer, a.Writable})
	}
	return doc
}

// tooDeep says when the claims of a tree do not fit in one Solana transaction, and what would; empty when they do, or
// when no program that is known checks the profile. layout may be empty: the most used one.
func tooDeep(profile, layout string, leaves, depth int) string {
	known := solana.LayoutsOf(profile)
	if len(known) == 0 {
		return ""
	}
	l, err := solana.FindLayout(cmp.Or(layout, known[0]))
	if err != nil {
		return ""
	}
	limit, err := l.MaxDepth(solana.WithBudgetATA)
	if err != nil || depth <= limit {
		return ""
	}
	size, err := l.TransactionSize(depth, solana.WithBudgetATA)
	if err != nil {
		return ""
	}
	most, parts, err := l.Split(leaves)
	if err != nil {
		return ""
	}
	return fmt.Sprintf("a claim that also creates its token account has %d bytes at depth %d, a transaction at most %d; split: %d gives %d trees that fit, split: %d (as Jupiter does, so that claims do not wait for one account) gives %d",
		size, depth, solana.MaxTransaction, most, parts, solana.CommonTreeSize, (leaves+solana.CommonTreeSize-1)/solana.CommonTreeSize)
}
