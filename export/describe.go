package export

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/big"
	"slices"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/alloc"
	"github.com/merkle-drop/merkle/campaign"
)

// describe makes the manifest but for what only writing shows: digests of inputs, index separators, the list of files.
func describe(a *alloc.Allocation, trees []*Tree) (*Manifest, []*group, error) {
	c := a.Campaign
	if len(trees) == 0 && len(a.Tables) == 0 {
		return nil, nil, fmt.Errorf("campaign %s has no tree to publish", c.ID)
	}
	outlines := make([]TreeOutline, len(trees))
	for i, t := range trees {
		outlines[i] = t.Outline()
	}
	if err := checkTotals(a, outlines); err != nil {
		return nil, nil, err
	}
	layout, err := layoutOf(c, outlines)
	if err != nil {
		return nil, nil, err
	}
	m, err := newManifest(a, layout)
	if err != nil {
		return nil, nil, err
	}
	groups, err := makeGroups(trees, layout, m.Publish.Shard)
	if err != nil {
		return nil, nil, err
	}
	if err := m.outline(a); err != nil {
		return nil, nil, err
	}
	home := map[*Tree]string{}
	for _, g := range groups {
		m.Groups = append(m.Groups, g.info())
		for _, family := range g.families {
			for _, t := range family {
				home[t] = g.id
			}
		}
	}
	for i, t := range trees {
		m.Trees = append(m.Trees, outlines[i].info(home[t], t.constants()))
	}
	return m, groups, nil
}

// newManifest says what the campaign alone tells.
func newManifest(a *alloc.Allocation, layout string) (*Manifest, error) {
	c := a.Campaign
	m := &Manifest{Format: FormatBundle, Rule: c.Rule.Name, Previous: PreviousInfo(a.Previous)}
	sum := sha256.Sum256(c.Source)
	m.Campaign = CampaignRef{File: CampaignFile, ID: c.ID, SHA256: hex.EncodeToString(sum[:])}
	m.Publish = PublishInfo{Inputs: cmp.Or(c.Publish.Inputs, "copy"), Proofs: layout, Shard: cmp.Or(c.Publish.Shard, DefaultShard)}
	if m.Publish.Shard < 2 {
		return nil, fmt.Errorf("publish.shard is %d, a shard holds at least 2 claims", m.Publish.Shard)
	}
	return m, nil
}

// outline says what the allocation tells beside its claims.
func (m *Manifest) outline(a *alloc.Allocation) error {
	for i := range a.Inputs {
		in := &a.Inputs[i]
		info := InputInfo{Role: in.Role, Columns: in.Columns, Order: in.Order, Rows: in.Rows, Sum: in.Sum}
		if m.Publish.Inputs == "copy" {
			info.File = "inputs/" + in.Role + ".csv"
		}
		m.Inputs = append(m.Inputs, info)
	}
	for i := range a.Tables {
		t := &a.Tables[i]
		if i > 0 && a.Tables[i-1].Name >= t.Name {
			return fmt.Errorf("table %q does not stand after %q", t.Name, a.Tables[i-1].Name)
		}
		m.Tables = append(m.Tables, TableInfo{Name: t.Name, Columns: t.Columns, Rows: t.Rows, File: "tables/" + t.Name + ".csv"})
	}
	for _, e := range a.Exclusions {
		m.Exclusions = append(m.Exclusions, ExclusionInfo{Role: e.Role, List: e.List, Version: e.Version, Accounts: e.Accounts, Matched: e.Matched})
	}
	for k := range a.Tokens {
		m.Tokens = append(m.Tokens, tokenInfo(a.Tokens[k].Token))
		m.Ledger = append(m.Ledger, ledgerInfo(&a.Tokens[k]))
	}
	for _, r := range a.Assertions {
		m.Assertions = append(m.Assertions, AssertionInfo{Figure: r.Figure, Prints: r.Prints, Got: r.Got, Holds: r.Holds, Level: r.Level})
	}
	return nil
}

// checkTotals proves FORMAT.md section 5 before anything is published: for each token, claims and what was paid before are what all leaves
// hold, chain by chain where nothing was paid before, and the ledger counts these leaves. Nothing in a campaign can break it, so a
// difference is a fault of this program. A rule whose trees are none publishes tables only.
func checkTotals(a *alloc.Allocation, trees []TreeOutline) error {
	if len(a.Campaign.Trees) == 0 {
		return nil
	}
	for k := range a.Tokens {
		token, l := a.Tokens[k].Token, &a.Tokens[k].Ledger
		held := new(big.Int)
		for i := range token.Assets {
			on := &token.Assets[i]
			var line alloc.ChainLine
			for _, c := range l.Chains {
				if c.Chain == on.Asset.Chain {
					line = c
				}
			}
			here, leaves := new(big.Int), 0
			for i := range trees {
				t := &trees[i]
				if j := slices.IndexFunc(t.Tokens, func(u *campaign.Token) bool { return u.ID == token.ID }); j >= 0 && t.Chain == on.Asset.Chain {
					here.Add(here, t.Totals[j].Big())
					leaves += t.leaves[j]
				}
			}
			here.Mul(here, on.Unit(*token))
			if l.PaidBefore.IsZero() && here.Cmp(line.Claims.Big()) != 0 || leaves != line.Leaves {
				return fmt.Errorf("export: %d leaves on %s hold %d base units of %s, the ledger has %d leaves and claims of %s",
					leaves, on.Asset.Chain, here, token.ID, line.Leaves, line.Claims)
			}
			held.Add(held, here)
		}
		if want := new(big.Int).Add(l.Claims.Big(), l.PaidBefore.Big()); held.Cmp(want) != 0 {
			return fmt.Errorf("export: leaves hold %d base units of %s, the ledger has claims and paid before of %d", held, token.ID, want)
		}
	}
	return nil
}

func tokenInfo(t *campaign.Token) TokenInfo {
	info := TokenInfo{ID: t.ID, Decimals: int(t.Decimals), Pool: t.Pool}
	for _, on := range t.Assets {
		unit, _ := merkle.AmountFromBig(on.Unit(*t)) // 10^36 at most
		info.Assets = append(info.Assets, AssetInfo{Asset: on.Asset.String(), Decimals: int(on.Decimals), Unit: unit, Cap: on.Cap})
	}
	return info
}

func ledgerInfo(t *alloc.TokenAllocation) LedgerInfo {
	l := &t.Ledger
	info := LedgerInfo{
		Token: t.Token.ID, Decimals: int(t.Token.Decimals), Pool: l.Pool, CarriedIn: l.CarriedIn, RolledIn: l.RolledIn,
		Claims: l.Claims, Locked: l.Locked, Unelected: l.Unelected, Unallocated: l.Unallocated, Unvested: l.Unvested, Forgone: l.Forgone,
		Rolled: l.Rolled, RolledTo: l.RolledTo, Residual: l.Residual, ResidualTo: l.ResidualTo, PaidBefore: l.PaidBefore,
		Leaves: l.Leaves, Dropped: l.Dropped,
	}
	for _, line := range l.Chains {
		info.Chains = append(info.Chains, ChainInfo{Chain: string(line.Chain), Claims: line.Claims, Leaves: line.Leaves})
	}
	return info
}

func (g *group) info() GroupInfo {
	info := GroupInfo{
		ID: g.id, Chain: string(g.chain), Order: string(g.order), Layout: g.layout, Claims: g.claims, Cut: g.cut,
		Shards: len(g.shards), First: g.key(0), Last: g.key(g.claims - 1),
	}
	for _, family := range g.families {
		var ids []string
		for _, t := range family {
			ids = append(ids, t.ID)
		}
		info.Families = append(info.Families, ids)
	}
	for i := range g.columns {
		info.Columns = append(info.Columns, g.columns[i].ColumnInfo)
	}
	return info
}
