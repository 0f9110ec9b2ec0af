package solana

import (
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"

	merkle "github.com/merkle-drop/merkle"
)

// FactsFormat names the file that Facts fills.
const FactsFormat = "merkle-solana/v1"

// Facts is the file solana/TREE.json of a bundle (export/FORMAT.md section 10) as objects, arrays and strings. profile
// is the tree's; a layout whose program does not check that profile's leaves is an error.
func (d *Deployment) Facts(treeID, profile string, t TreeFacts, depth int) (map[string]any, error) {
	if fits := LayoutsOf(profile); !slices.Contains(fits, d.Layout.Name) || d.Layout.Name == Pyth {
		return nil, fmt.Errorf("layout %s: its program does not check leaves of profile %s (%s)", d.Layout.Name, profile, orNone(fits))
	}
	distributor, err := d.Distributor()
	if err != nil {
		return nil, err
	}
	vault, _, err := d.Vault()
	if err != nil {
		return nil, err
	}
	create, err := d.createFacts(t)
	if err != nil {
		return nil, err
	}
	claim, err := d.claimFacts(distributor, vault)
	if err != nil {
		return nil, err
	}
	transaction, split, err := d.Layout.transactionFacts(depth, int(t.Leaves))
	if err != nil {
		return nil, err
	}
	return map[string]any{
		"format": FactsFormat, "tree": treeID, "root": t.Root.Text(32),
		"layout": d.Layout.Name, "program": text(d.Program), "mint": text(d.Mint), "base": text(d.Base), "seed": text(d.Seed),
		"version": strconv.FormatUint(d.Version, 10), "tokenProgram": text(d.TokenProgram),
		"distributor": pdaFacts(distributor), "vault": pdaFacts(vault),
		"claimStatus":    map[string]any{"seeds": texts(d.Layout.ClaimStatusSeeds())},
		"newDistributor": create, "newClaim": claim, "transaction": transaction, "split": split,
	}, nil
}

func (d *Deployment) createFacts(t TreeFacts) (map[string]any, error) {
	data, accounts := "", []any{}
	missing := d.MissingTerms()
	if len(missing) == 0 && terms(d.Layout.Name) != nil {
		ix, err := d.NewDistributor(t)
		if err != nil {
			return nil, err
		}
		data, accounts = "0x"+hex.EncodeToString(ix.Data), metaFacts(ix.Accounts)
	}
	return map[string]any{"data": data, "accounts": accounts, "missing": texts(missing)}, nil
}

func (d *Deployment) claimFacts(distributor, vault PDA) (map[string]any, error) {
	none := merkle.Account{}
	accounts := d.claimAccounts(distributor.Address, none, vault.Address, none, none)
	return map[string]any{"discriminator": "0x" + hex.EncodeToString(d.Layout.ClaimDiscriminator()), "accounts": metaFacts(accounts)}, nil
}

func (l *Layout) transactionFacts(depth, leaves int) (transaction, split map[string]any, err error) {
	cases := []any{}
	most, parts := 0, 0
	if l.Name != JitoTip {
		for e, name := range []string{"bare", "budget", "budget-ata"} {
			size, err := l.TransactionSize(depth, Extras(e))
			if err != nil {
				return nil, nil, err
			}
			limit, err := l.MaxDepth(Extras(e))
			if err != nil {
				return nil, nil, err
			}
			cases = append(cases, map[string]any{"name": name, "bytes": strconv.Itoa(size), "maxDepth": strconv.Itoa(limit), "fits": yesNo(depth <= limit)})
		}
		if most, parts, err = l.Split(leaves); err != nil {
			return nil, nil, err
		}
	}
	return map[string]any{"limit": strconv.Itoa(MaxTransaction), "depth": strconv.Itoa(depth), "cases": cases},
		map[string]any{"leaves": strconv.Itoa(most), "parts": strconv.Itoa(parts)}, nil
}

func pdaFacts(p PDA) map[string]any {
	bump := strconv.Itoa(int(p.Bump))
	if p.Bump == 0 { // not derived; a bump of 0 is never tried
		bump = ""
	}
	return map[string]any{"address": text(p.Address), "bump": bump}
}

func metaFacts(metas []Meta) []any {
	out := []any{}
	for _, m := range metas {
		out = append(out, map[string]any{"name": m.Name, "address": text(m.Account), "signer": yesNo(m.Signer), "writable": yesNo(m.Writable)})
	}
	return out
}

// text is the base58 of a key, empty for no key.
func text(a merkle.Account) string {
	if a.Family() == 0 {
		return ""
	}
	return a.Text()
}

func texts(list []string) []any {
	out := []any{}
	for _, s := range list {
		out = append(out, s)
	}
	return out
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

func orNone(list []string) string {
	if len(list) == 0 {
		return "no Solana program that is known does"
	}
	return "want " + strings.Join(list, ", ")
}
