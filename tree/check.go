package tree

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	merkle "github.com/merkle-drop/merkle"
)

// checkRows refuses accounts of another family, values too wide for leaf or contract, claims of nothing where the profile says so, and
// sums too wide for the contract. It returns the sum of amounts and locked amounts, and whether that fits 256 bits: a sum of limits need not.
func checkRows(ctx context.Context, w int, p *Profile, s *Spec, r *Rows) (total merkle.Amount, fits bool, err error) {
	n := r.Len()
	width := min(p.AmountBits, p.TotalBits)
	hasLocked, hasAmount := p.Has(SourceLocked), r.Amounts != nil
	accountField, indexField, tokenField := p.name(SourceAccount), p.name(SourceIndex), p.name(SourceToken)
	if tokenField != "" && r.Tokens == nil && s.Token.Family() != p.Accounts {
		return total, false, fmt.Errorf("field %s: the tree's token is no account of %s", tokenField, p.Accounts)
	}
	indexBits, err := p.indexBits()
	if err != nil {
		return total, false, err
	}
	if indexField != "" && r.Index == nil && uint64(n-1)>>indexBits != 0 {
		return total, false, fmt.Errorf("field %s: indexes of %d rows: %w: %d bits", indexField, n, ErrWidth, indexBits)
	}
	found := make([][]*RowError, w)
	sums := make([]wideSum, w)
	plain := func(lo, hi int) bool { // nothing but the width of amounts can be wrong with these rows
		return (accountField == "" || allOf(r.Accounts[lo:hi], p.Accounts)) && (tokenField == "" || r.Tokens == nil || allOf(r.Tokens[lo:hi], p.Accounts)) &&
			(hasLocked || r.Locked == nil) && (indexField == "" || r.Index == nil || indexBits == 64) && (p.Zero != ZeroRefuse || !hasAmount || noZero(r.Amounts[lo:hi]))
	}
	err = parallel(ctx, w, n, func(worker, lo, hi int) {
		bad := func(row int, field, value string, err error) {
			found[worker] = append(found[worker], &RowError{Row: row, Other: -1, Field: field, Value: value, Err: err})
		}
		narrow := func(row int, source string, a merkle.Amount) {
			if a.BitLen() > width {
				bad(row, cmp.Or(p.name(source), source), a.String(), fmt.Errorf("%w: %d bits", ErrWidth, width))
			}
		}
		wide := false
		if hasAmount {
			wide = sums[worker].add(r.Amounts[lo:hi]) > width
		}
		if hasLocked && r.Locked != nil {
			wide = sums[worker].add(r.Locked[lo:hi]) > width || wide
		}
		if !wide && plain(lo, hi) {
			return
		}
		for i := lo; i < hi; i++ {
			if accountField != "" && r.Accounts[i].Family() != p.Accounts {
				bad(i, accountField, r.Accounts[i].Text(), fmt.Errorf("%w, want %s", merkle.ErrFamily, p.Accounts))
			}
			if tokenField != "" && r.Tokens != nil && r.Tokens[i].Family() != p.Accounts {
				bad(i, tokenField, r.Tokens[i].Text(), fmt.Errorf("%w, want %s", merkle.ErrFamily, p.Accounts))
			}
			if hasAmount {
				narrow(i, SourceAmount, r.Amounts[i])
			}
			if locked := r.locked(i); hasLocked {
				narrow(i, SourceLocked, locked)
			} else if !locked.IsZero() {
				bad(i, SourceLocked, locked.String(), fmt.Errorf("the leaf of profile %s has no locked amount", p))
			}
			if hasAmount && p.Zero == ZeroRefuse && r.Amounts[i].IsZero() && r.locked(i).IsZero() {
				bad(i, p.name(SourceAmount), "0", ErrZero)
			}
			if indexField != "" && r.Index != nil && r.Index[i]>>indexBits != 0 {
				bad(i, indexField, fmt.Sprint(r.Index[i]), fmt.Errorf("%w: %d bits", ErrWidth, indexBits))
			}
		}
	})
	if err != nil {
		return total, false, err
	}
	if err := rowErrors(slices.Concat(found...)); err != nil {
		return total, false, err
	}
	total, fits = sumOf(sums)
	if err := p.checkTotal(total, fits); err != nil {
		return total, false, err
	}
	return total, fits, nil
}

// checkTotal refuses a sum of all amounts that the contract cannot hold; fits is whether it fits 256 bits.
func (p *Profile) checkTotal(total merkle.Amount, fits bool) error {
	if (!fits || total.BitLen() > p.TotalBits) && p.Amount != AmountLimit { // nobody may draw the sum of all limits
		return fmt.Errorf("sum of the tree's amounts: %w: %d bits", ErrWidth, p.TotalBits)
	}
	return nil
}

func allOf(accounts []merkle.Account, f merkle.Family) bool {
	for i := range accounts {
		if accounts[i].Family() != f {
			return false
		}
	}
	return true
}

func noZero(amounts []merkle.Amount) bool {
	for i := range amounts {
		if amounts[i].IsZero() {
			return false
		}
	}
	return true
}

// indexBits is the width of the index field, at most 64; 64 without one.
func (p *Profile) indexBits() (int, error) {
	i, ok := p.field(SourceIndex)
	if !ok {
		return 64, nil
	}
	t, err := parseType(p.Fields[i].Type)
	if err != nil {
		return 0, err
	}
	return min(64, 8*t.size), nil
}

// name is the name of the field with the source, or empty.
func (p *Profile) name(source string) string {
	if i, ok := p.field(source); ok {
		return p.Fields[i].Name
	}
	return ""
}

// ErrWholeTokens is base units for a contract that multiplies the leaf's amount by 10 to the token's decimals itself.
var ErrWholeTokens = errors.New("the contract multiplies the leaf's amount by 10 to the token's decimals: amounts must be whole tokens")

// CheckDecimals refuses amounts in base units of a token with so many decimals where the profile has WholeTokens: each would be paid
// 10 to the decimals times. Whoever knows the decimals asks, or sets Spec.Decimals.
func (p *Profile) CheckDecimals(decimals int) error {
	if p.WholeTokens && decimals != 0 {
		return fmt.Errorf("profile %s: %w, not base units of %d decimals", p.Name, ErrWholeTokens, decimals)
	}
	return nil
}
