package export

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/holiman/uint256"

	merkle "github.com/merkle-drop/merkle"
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
	if a.Tranches != nil {
		if err := f.resolveTranches(); err != nil {
			return err
		}
	}
	return f.resolveFields(a.Tranches != nil)
}

func (f *family) resolveProfile() error {
	p, err := tree.Lookup(f.tree.Profile)
	if err != nil {
		return err
	}
	if len(f.tree.Fields) > 0 {
		if p, err = p.WithFields(f.tree.Fields); err != nil {
			return err
		}
	}
	if len(f.tree.Constants) > 0 {
		if p, err = p.WithConstants(slices.Sorted(maps.Keys(f.tree.Constants))...); err != nil {
			return err
		}
	}
	if p.Accounts != f.chain.Family() {
		return fmt.Errorf("profile %s is for %s accounts, chain %s has %s accounts", p.Name, p.Accounts, f.chain, f.chain.Family())
	}
	if p.Grouping != tree.GroupingNone {
		return fmt.Errorf("profile %s: grouping %s cannot be published by this release", p.Name, p.Grouping)
	}
	f.profile, f.order = p, tree.Order(f.tree.Order)
	if f.order == tree.OrderProfile {
		f.order = p.Order
	}
	if f.order == tree.OrderKey {
		return fmt.Errorf("profile %s: order %s cannot be published by this release", p.Name, f.order)
	}
	return nil
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
	if !p.Has(tree.SourceAccount) {
		return fmt.Errorf("the leaf of profile %s has no account field: whoever sees a claim could take it", p.Name)
	}
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
			case tree.SourceConstant:
				if _, ok := f.tree.Constants[field.Name]; !ok {
					return fmt.Errorf("field %s: a constant of profile %s, give its value in constants", field.Name, p.Name)
				}
			case tree.SourceColumn:
				if tranches && field.Name == tree.FieldUnlock {
					continue
				}
				if extra(t.alloc, field.Name) == nil {
					return fmt.Errorf("field %s: neither a value that the rule gives, nor a constant, nor a column of the list", field.Name)
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

// collect gathers the family's claims in claim order: entrant by entrant, its tokens in campaign order.
func (f *family) collect(a *alloc.Allocation, before []*family, faults *merkle.Faults) {
	on := slices.Index(a.Chains(), f.chain)
	for _, t := range a.Tranches {
		if int(a.Entrants[t.Entrant].Chain) == on {
			f.entrants, f.tranches = append(f.entrants, t.Entrant), append(f.tranches, t)
		}
	}
	for i := range a.Entrants {
		if a.Tranches != nil {
			break
		}
		e := i
		if a.Order != nil {
			e = int(a.Order[i])
		}
		if int(a.Entrants[e].Chain) != on {
			continue
		}
		for j := range f.tokens {
			if claims(f.tokens[j].alloc, e) {
				f.entrants = append(f.entrants, uint32(e))
				if len(f.tokens) > 1 {
					f.owner = append(f.owner, j)
				}
			}
		}
	}
	f.share(a, before)
	f.fillAmounts(faults)
	f.fillColumns()
}

// share takes the accounts of an earlier family with the same rows, so that five tokens of a million accounts hold them once.
func (f *family) share(a *alloc.Allocation, before []*family) {
	for _, g := range before {
		if slices.Equal(f.entrants, g.entrants) {
			f.entrants, f.rows.Accounts = g.entrants, g.rows.Accounts
			return
		}
	}
	f.rows.Accounts = make([]merkle.Account, len(f.entrants))
	for r, e := range f.entrants {
		f.rows.Accounts[r] = a.Entrants[e].Account
	}
}

// at is the token of a row.
func (f *family) at(row int) *familyToken {
	if f.owner == nil {
		return &f.tokens[0]
	}
	return &f.tokens[f.owner[row]]
}

// fillAmounts counts amounts in base units of the chain. Rows that do not divide or do not fit are faults, each with its account.
func (f *family) fillAmounts(faults *merkle.Faults) {
	units := make([]uint256.Int, len(f.tokens))
	locked := false
	for j, t := range f.tokens {
		units[j].SetFromBig(t.asset.Unit(*t.token))
		locked = locked || t.alloc.Locked != nil
	}
	n := len(f.entrants)
	f.rows.Amounts = make([]merkle.Amount, n)
	if locked {
		f.rows.Locked = make([]merkle.Amount, n)
	}
	convert := func(row int, v merkle.Amount, what string) merkle.Amount {
		t, unit := f.at(row), &units[0]
		if f.owner != nil {
			unit = &units[f.owner[row]]
		}
		if !unit.IsUint64() || unit.Uint64() != 1 {
			q, r := uint256.Int(v.Words()), uint256.Int{}
			q.DivMod(&q, unit, &r)
			if !r.IsZero() {
				faults.Addf(f.tree.Pos, "tree %q: %s of %s is %s base units of %s, not a multiple of %s, the base unit on %s",
					f.tree.ID, what, f.rows.Accounts[row], v, t.token.ID, unit.Dec(), f.chain)
			}
			v = merkle.AmountFromWords(q)
		}
		if v.BitLen() > f.profile.AmountBits {
			faults.Addf(f.tree.Pos, "tree %q: %s of %s is %s, wider than the %d bits of profile %s",
				f.tree.ID, what, f.rows.Accounts[row], v, f.profile.AmountBits, f.profile.Name)
		}
		return v
	}
	some := false
	for row, e := range f.entrants {
		if f.tranches != nil {
			f.rows.Amounts[row] = convert(row, f.tranches[row].Amount, "tranche")
			continue
		}
		f.rows.Amounts[row] = convert(row, f.at(row).alloc.Amounts[e], "amount")
		if of := f.at(row).alloc.Locked; of != nil {
			f.rows.Locked[row] = convert(row, of[e], "locked amount")
			some = some || !f.rows.Locked[row].IsZero()
		}
	}
	if !some {
		f.rows.Locked = nil
	} else if !f.profile.Has(tree.SourceLocked) {
		faults.Addf(f.tree.Pos, "tree %q: the list has locked amounts, the leaf of profile %s has no field for them", f.tree.ID, f.profile.Name)
	}
}

// fillColumns copies index, token and own columns. resolveFields has seen that they are there.
func (f *family) fillColumns() {
	n := len(f.entrants)
	if f.profile.Has(tree.SourceIndex) && f.tokens[0].alloc.Index != nil {
		f.rows.Index = make([]uint64, n)
		for row, e := range f.entrants {
			f.rows.Index[row] = f.at(row).alloc.Index[e]
		}
	}
	if f.owner != nil {
		f.rows.Tokens = make([]merkle.Account, n)
		for row := range n {
			f.rows.Tokens[row] = f.at(row).asset.Asset.Token
		}
	}
	for _, field := range f.profile.Fields {
		if field.Source != tree.SourceColumn {
			continue
		}
		values := make([]string, n)
		for row, e := range f.entrants {
			if f.tranches != nil && field.Name == tree.FieldUnlock {
				values[row] = strconv.FormatInt(f.tranches[row].Unlock, 10)
			} else {
				values[row] = extra(f.at(row).alloc, field.Name).Values[e]
			}
		}
		f.rows.Columns = append(f.rows.Columns, tree.Column{Name: field.Name, Values: values})
	}
}
