package export

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/merkle-drop/merkle/alloc"
	"github.com/merkle-drop/merkle/tree"
)

// resolve finds the family's chain, assets and profile, and that every leaf field has something to fill it.
func (f *family) resolve(a *alloc.Allocation) error {
	for k := range a.Tokens {
		ta := &a.Tokens[k]
		if !slices.Contains(f.tree.Tokens, ta.Token.ID) {
			continue
		}
		t := familyToken{token: ta.Token, alloc: ta}
		for i := range ta.Token.Assets {
			on := &ta.Token.Assets[i]
			if f.chain == "" && len(ta.Token.Assets) == 1 {
				f.chain = on.Asset.Chain
			}
			if on.Asset.Chain == f.chain {
				t.asset = on
			}
		}
		if f.chain == "" {
			return fmt.Errorf("token %s is on several chains, the tree must name its chain", ta.Token.ID)
		}
		if t.asset == nil {
			return fmt.Errorf("token %s has no asset on %s", ta.Token.ID, f.chain)
		}
		f.tokens = append(f.tokens, t)
	}
	if len(f.tokens) == 0 || len(f.tokens) != len(f.tree.Tokens) {
		return fmt.Errorf("tokens %q: unknown or repeated", f.tree.Tokens)
	}
	if err := f.resolveProfile(); err != nil {
		return err
	}
	if tranches(a) {
		if err := f.resolveTranches(); err != nil {
			return err
		}
	}
	return errors.Join(f.resolveSums(a), f.resolveFields(tranches(a)))
}

// resolveSums refuses to add up the rows of an account where the leaf has another amount, such as Rocket Pool's ETH, of which one row's alone would be left.
func (f *family) resolveSums(a *alloc.Allocation) error {
	set := a.Campaign.Rule.Fixed
	if set == nil || set.Duplicates != "sum" {
		return nil
	}
	for _, field := range f.profile.Fields {
		if field.Source == tree.SourceColumn && strings.HasPrefix(strings.ToLower(field.Name), "amount") {
			return fmt.Errorf("duplicates: sum adds up amount and locked, and field %s of profile %s is an amount too, of which the first row's alone would be paid", field.Name, f.profile.Name)
		}
	}
	return nil
}

func (f *family) resolveProfile() error {
	t := *f.tree
	t.Chain = f.chain
	p, constants, err := LeafProfile(&t)
	if err != nil {
		return err
	}
	f.profile, f.constants, f.order = p, constants, tree.Order(f.tree.Order)
	if f.order == tree.OrderProfile {
		f.order = p.Order
	}
	return nil
}

// tranches reports whether the campaign's leaves are tranches, also when there happens to be none.
func tranches(a *alloc.Allocation) bool {
	const want = "tranches"
	rule := &a.Campaign.Rule
	return a.Tranches != nil || rule.NoonActive != nil && rule.NoonActive.Claims == want || rule.NoonOpen != nil && rule.NoonOpen.Claims == want
}

// resolveTranches refuses a leaf that could not tell two tranches of an account apart.
func (f *family) resolveTranches() error {
	switch {
	case !f.profile.HasUnlock():
		return fmt.Errorf("claims: tranches needs a leaf field %q of an unsigned type, such as %[1]s:uint256; profile %s has none", tree.FieldUnlock, f.profile.Name)
	case f.tree.Split > 0:
		return errors.New("a tree of tranches cannot be split: an account's claims would fall apart")
	}
	return nil
}

// resolveFields refuses a leaf that could not be filled, or that would not tell two claims of an account apart.
func (f *family) resolveFields(tranches bool) error {
	p := &f.profile
	if len(f.tokens) > 1 && !p.Has(tree.SourceToken) {
		return fmt.Errorf("%d tokens in one tree, but the leaf of profile %s has no token field to tell them apart", len(f.tokens), p.Name)
	}
	if len(f.tokens) > 1 && f.tree.Split > 0 {
		return errors.New("a tree of several tokens cannot be split: an account's claims would fall apart")
	}
	for _, field := range p.Fields {
		if field.Name == cellPart || field.Name == cellPosition || field.Name == cellProof {
			return fmt.Errorf("field %s: the name is taken by a cell of the bundle (FORMAT.md section 7)", field.Name)
		}
		for _, t := range f.tokens {
			switch field.Source {
			case tree.SourceToken:
				if t.asset.Asset.Token.IsZero() {
					return fmt.Errorf("field %s: asset %s has no token address", field.Name, t.asset.Asset)
				}
			case tree.SourceColumn:
				if tranches && field.Name == tree.FieldUnlock {
					continue
				}
				if extra(t.alloc, field.Name) == nil {
					return fmt.Errorf("field %s of profile %s: neither a value that the rule gives, nor a constant, nor a column of the list", field.Name, p.Name)
				}
			case tree.SourceIndex:
				if t.alloc.Index != nil {
					f.profile.Index = tree.IndexGiven
				} else if p.Index == tree.IndexGiven {
					return fmt.Errorf("field %s: the list has no index column and profile %s no rule to make one", field.Name, p.Name)
				}
			}
		}
	}
	return nil
}

func extra(ta *alloc.TokenAllocation, name string) *alloc.Column {
	for i := range ta.Extra {
		if ta.Extra[i].Name == name {
			return &ta.Extra[i]
		}
	}
	return nil
}
