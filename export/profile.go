package export

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/campaign"
	"github.com/merkle-drop/merkle/tree"
)

// fieldChainID is the leaf or domain field that holds the number of the chain, where the contract's format has one.
const fieldChainID = "chainId"

// LeafProfile is the profile of a campaign's tree with its type list and constants, and the values of all constants: those that the campaign
// gives, the profile's defaults, and the number of the chain. It refuses what no bundle can publish (FORMAT.md 4.1).
func LeafProfile(t *campaign.Tree) (p tree.Profile, constants map[string]string, err error) {
	if p, err = leafProfile(t); err != nil {
		return p, nil, err
	}
	if err := p.Validate(); err != nil {
		return p, nil, err
	}
	if t.Chain != "" && t.Chain.Family() != p.Accounts {
		return p, nil, fmt.Errorf("profile %s is for %s accounts, chain %s has %s accounts", p.Name, p.Accounts, t.Chain, t.Chain.Family())
	}
	switch {
	case !p.Has(tree.SourceAccount):
		return p, nil, fmt.Errorf("the leaf of profile %s has no account field: whoever sees a claim could take it", p.Name)
	case !p.Has(tree.SourceAmount):
		return p, nil, fmt.Errorf("the leaf of profile %s has no amount field: nothing would say what a claim is worth", p.Name)
	}
	order := tree.Order(t.Order)
	switch {
	case p.Grouped() && order != tree.OrderProfile && order != p.Order:
		return p, nil, fmt.Errorf("order %s: the groups of profile %s (%s) fix the order of its leaves: write order: profile", t.Order, p.Name, p.Grouping)
	case p.Order == tree.OrderKey && !p.Grouped() && order == tree.OrderProfile:
		return p, nil, fmt.Errorf("profile %s: order %s cannot be published", p.Name, p.Order)
	}
	constants, err = allConstants(t, &p)
	return p, constants, err
}

func leafProfile(t *campaign.Tree) (tree.Profile, error) {
	p, err := tree.Lookup(t.Profile)
	if err != nil {
		return p, err
	}
	if len(t.Fields) > 0 {
		if p, err = p.WithFields(t.Fields); err != nil {
			return p, err
		}
	}
	var names []string
	for _, name := range slices.Sorted(maps.Keys(t.Constants)) {
		domain := func(f tree.Field) bool { return f.Name == name && f.Source == tree.SourceDomain }
		if !slices.ContainsFunc(p.Fields, domain) {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return p, nil
	}
	return p.WithConstants(names...)
}

// allConstants is the value of every constant of the leaf and of its domain.
func allConstants(t *campaign.Tree, p *tree.Profile) (map[string]string, error) {
	out := maps.Clone(t.Constants)
	var errs []error
	for _, f := range p.Fields {
		if f.Source != tree.SourceConstant && f.Source != tree.SourceDomain {
			continue
		}
		if out == nil {
			out = map[string]string{}
		}
		value, given := out[f.Name]
		if number := chainNumber(t.Chain); bound(p, f) {
			if given && value != number {
				errs = append(errs, fmt.Errorf("constant %s %q: the tree is on %s, a claim there needs %s", f.Name, value, t.Chain, cmp.Or(number, "a number")))
			}
			out[f.Name] = number
			continue
		}
		if given {
			continue
		}
		usual, ok := p.Default(f.Name)
		if !ok {
			errs = append(errs, fmt.Errorf("field %s: a constant of profile %s, give its value in constants", f.Name, p.Name))
			continue
		}
		out[f.Name] = usual
	}
	return out, errors.Join(errs...)
}

// bound reports whether a field is the chain that the contract is on, by the catalogue and not by a name that a campaign gives.
func bound(p *tree.Profile, f tree.Field) bool {
	return f.Name == fieldChainID && !p.AnyFields && (f.Source == tree.SourceConstant || f.Source == tree.SourceDomain)
}

// chainNumber is the EIP-155 number of a chain in decimal, empty for other chains.
func chainNumber(c merkle.Chain) string {
	number, ok := strings.CutPrefix(string(c), "eip155:")
	if !ok {
		return ""
	}
	return number
}

// LeafColumns names the leaf fields of a campaign's tree that a list fills by columns of their own, in leaf order: what alloc.Options asks for.
// For a tree whose profile does not resolve it is what the campaign's fields name; Trees says what is wrong.
func LeafColumns(t *campaign.Tree) (names []string) {
	if p, err := leafProfile(t); err == nil {
		for _, f := range p.Fields {
			if f.Source == tree.SourceColumn {
				names = append(names, f.Name)
			}
		}
		return names
	}
	for _, f := range t.Fields {
		name, _, _ := strings.Cut(f, ":")
		_, constant := t.Constants[name]
		if !constant && !slices.Contains([]string{tree.SourceAccount, tree.SourceAmount, tree.SourceLocked, tree.SourceIndex, tree.SourceToken}, name) {
			names = append(names, name)
		}
	}
	return names
}
