package tree

import (
	"cmp"
	"context"
	"encoding/binary"
	"fmt"
	"slices"

	merkle "github.com/merkle-drop/merkle"
)

// checkRows refuses accounts of another family, values too wide for leaf or contract, claims of nothing where the profile says so, and
// sums too wide for the contract. It returns the sum of amounts and locked amounts.
func checkRows(ctx context.Context, w int, p *Profile, s *Spec, r *Rows) (merkle.Amount, error) {
	n := r.Len()
	bits := min(p.AmountBits, p.TotalBits)
	hasLocked, hasAmount := p.Has(SourceLocked), r.Amounts != nil
	accountField, indexField, tokenField := p.name(SourceAccount), p.name(SourceIndex), p.name(SourceToken)
	if tokenField != "" && r.Tokens == nil && s.Token.Family() != p.Accounts {
		return merkle.Amount{}, fmt.Errorf("field %s: the tree's token is no account of %s", tokenField, p.Accounts)
	}
	indexBits, err := p.indexBits()
	if err != nil {
		return merkle.Amount{}, err
	}
	if indexField != "" && r.Index == nil && uint64(n-1)>>indexBits != 0 {
		return merkle.Amount{}, fmt.Errorf("field %s: indexes of %d rows: %w: %d bits", indexField, n, ErrWidth, indexBits)
	}
	found := make([][]*RowError, w)
	sums := make([]merkle.Amount, w)
	over := make([]bool, w)
	err = parallel(ctx, w, n, func(worker, lo, hi int) {
		bad := func(row int, field, value string, err error) {
			found[worker] = append(found[worker], &RowError{Row: row, Other: -1, Field: field, Value: value, Err: err})
		}
		sum := sums[worker]
		add := func(row int, source string, a merkle.Amount) {
			if a.BitLen() > bits {
				bad(row, cmp.Or(p.name(source), source), a.String(), fmt.Errorf("%w: %d bits", ErrWidth, bits))
			}
			ok := true
			if sum, ok = sum.Add(a); !ok {
				over[worker] = true
			}
		}
		for i := lo; i < hi; i++ {
			if accountField != "" && r.Accounts[i].Family() != p.Accounts {
				bad(i, accountField, r.Accounts[i].Text(), fmt.Errorf("%w, want %s", merkle.ErrFamily, p.Accounts))
			}
			if tokenField != "" && r.Tokens != nil && r.Tokens[i].Family() != p.Accounts {
				bad(i, tokenField, r.Tokens[i].Text(), fmt.Errorf("%w, want %s", merkle.ErrFamily, p.Accounts))
			}
			if hasAmount {
				add(i, SourceAmount, r.Amounts[i])
			}
			if locked := r.locked(i); hasLocked {
				add(i, SourceLocked, locked)
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
		sums[worker] = sum
	})
	if err != nil {
		return merkle.Amount{}, err
	}
	if err := rowErrors(slices.Concat(found...)); err != nil {
		return merkle.Amount{}, err
	}
	total := merkle.Amount{}
	fits := !slices.Contains(over, true)
	for _, sum := range sums {
		var ok bool
		total, ok = total.Add(sum)
		fits = fits && ok
	}
	if !fits || total.BitLen() > p.TotalBits {
		return merkle.Amount{}, fmt.Errorf("sum of the tree's amounts: %w: %d bits", ErrWidth, p.TotalBits)
	}
	return total, nil
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

// checkUnique refuses a second row of an account (of an account and token where rows have tokens, of an account and instant where the
// leaf has FieldUnlock), and a second row of a given index.
func checkUnique(ctx context.Context, w int, p *Profile, r *Rows, keepDuplicates bool) error {
	var found []*RowError
	if name := p.name(SourceAccount); name != "" && !keepDuplicates {
		unlocks := r.unlocks(p)
		compare := func(a, b uint32) int {
			c := r.Accounts[a].Compare(r.Accounts[b])
			if c == 0 && unlocks != nil {
				c = compareDigits(unlocks[a], unlocks[b])
			}
			if c == 0 && r.Tokens != nil && p.Has(SourceToken) {
				c = r.Tokens[a].Compare(r.Tokens[b])
			}
			return c
		}
		same, err := repeated(ctx, w, r.Len(), func(i int) uint64 {
			var raw [32]byte
			return binary.BigEndian.Uint64(r.Accounts[i].AppendBytes(raw[:0]))
		}, compare)
		if err != nil {
			return err
		}
		for _, d := range same {
			found = append(found, &RowError{Row: int(d[1]), Other: int(d[0]), Field: name, Value: r.Accounts[d[1]].Text(), Err: ErrDuplicate})
		}
	}
	if name := p.name(SourceIndex); name != "" && r.Index != nil {
		same, err := repeated(ctx, w, r.Len(), func(i int) uint64 { return r.Index[i] }, func(a, b uint32) int { return 0 })
		if err != nil {
			return err
		}
		for _, d := range same {
			found = append(found, &RowError{Row: int(d[1]), Other: int(d[0]), Field: name, Value: fmt.Sprint(r.Index[d[1]]), Err: ErrIndex})
		}
	}
	return rowErrors(found)
}

// repeated returns, for each row that equals an earlier one, the first such row and itself.
func repeated(ctx context.Context, w, n int, key func(i int) uint64, compare func(a, b uint32) int) (out [][2]uint32, err error) {
	order, err := sorted(ctx, w, n, func(_, lo, hi int, keys []uint64) {
		for i := range keys {
			keys[i] = key(lo + i)
		}
	}, compare)
	if err != nil {
		return nil, err
	}
	first := 0
	for i := 1; i < n; i++ {
		if key(int(order[first])) != key(int(order[i])) || compare(order[first], order[i]) != 0 {
			first = i
			continue
		}
		out = append(out, [2]uint32{order[first], order[i]})
	}
	return out, nil
}
