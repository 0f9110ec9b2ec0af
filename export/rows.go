package export

import (
	"runtime"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"

	"github.com/holiman/uint256"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/alloc"
	"github.com/merkle-drop/merkle/internal/pages"
	"github.com/merkle-drop/merkle/tree"
)

// collect gathers the family's claims in claim order, or where it is sorted in that of entrants: entrant by entrant, its tokens in campaign order.
func (f *family) collect(a *alloc.Allocation, before []*family, faults *merkle.Faults) {
	on := slices.Index(a.Chains(), f.chain)
	for _, t := range a.Tranches {
		if int(a.Entrants[t.Entrant].Chain) == on {
			f.entrants, f.tranches = append(f.entrants, t.Entrant), append(f.tranches, t)
		}
	}
	if n := len(a.Entrants); !tranches(a) && len(f.tokens) == 1 {
		f.entrants = pages.MakeCap[uint32](0, n) // growing would copy
	}
	for i := range a.Entrants {
		if tranches(a) {
			break
		}
		e := i
		if a.Order != nil && !f.sorted {
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
	f.rows.Accounts = pages.Make[merkle.Account](len(f.entrants))
	inChunks(len(f.entrants), func(lo, hi int) {
		for r, e := range f.entrants[lo:hi] {
			f.rows.Accounts[lo+r] = a.Entrants[e].Account
		}
	})
}

// inChunks calls do for 0 to n in pieces on all processors: entrants stand in memory in another order than rows, so that each row waits for it.
func inChunks(n int, do func(lo, hi int)) {
	const chunk = 1 << 14
	var next atomic.Int64
	var wait sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), n/chunk+1) {
		wait.Go(func() {
			for lo := int(next.Add(chunk)) - chunk; lo < n; lo = int(next.Add(chunk)) - chunk {
				do(lo, min(lo+chunk, n))
			}
		})
	}
	wait.Wait()
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
	if !locked && f.copyAmounts(units) {
		return
	}
	n := len(f.entrants)
	f.rows.Amounts = pages.Make[merkle.Amount](n)
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

// copyAmounts is fillAmounts where nothing is converted and nothing can be refused: one token without locked amounts whose base unit is the chain's. It
// reports false when there is more to do. Where every entrant has a row, at its own place, the amounts are those of the allocation and not a copy.
func (f *family) copyAmounts(units []uint256.Int) bool {
	if f.owner != nil || f.tranches != nil || !units[0].IsUint64() || units[0].Uint64() != 1 {
		return false
	}
	var wide atomic.Bool
	n, from := len(f.entrants), f.tokens[0].alloc.Amounts
	shared := n == len(from) && slices.IsSorted(f.entrants)
	f.rows.Amounts = from
	if !shared {
		f.rows.Amounts = pages.Make[merkle.Amount](n)
	}
	inChunks(n, func(lo, hi int) {
		for r, e := range f.entrants[lo:hi] {
			v := from[e]
			if v.BitLen() > f.profile.AmountBits {
				wide.Store(true)
			}
			if !shared {
				f.rows.Amounts[lo+r] = v
			}
		}
	})
	return !wide.Load()
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
