package alloc

import (
	"fmt"
	"math/big"
	"slices"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/campaign"
	"github.com/merkle-drop/merkle/internal/pages"
)

// fixed is fixed/v1 (docs/rules/fixed-v1.md).
type fixed struct {
	set  *campaign.Fixed
	rows *listRows

	ids    []uint32 // numbers of the entrants that are not excluded, in entrant order
	at     []uint32 // by entrant number: index into ids, or nowhere
	tokens []fixedToken
}

const nowhere = 1<<32 - 1

// fixedToken is what the list says about one token; slices are by index into fixed.ids.
type fixedToken struct {
	amounts, locked []merkle.Amount // base units
	first           []uint32        // 1 + the first row of the entrant for this token, or 0
	sum             sumWithin       // of all rows, in 10^-scale tokens (or base units, with scale 0); not above the pool
	scale           int
	earned          *big.Int // ⌊sum⌋ in base units
}

func (a *fixed) read(r *reading) (err error) {
	a.set = r.c.Rule.Fixed
	a.rows, err = r.readList()
	return err
}

// refine merges rows per entrant and token, in file order, and watches the pools.
func (a *fixed) refine(r *reading, keepRows bool) {
	l := a.rows
	a.ids = r.roll.sorted(func(id uint32) bool { return r.out[id] == 0 })
	a.at = slices.Repeat([]uint32{nowhere}, r.roll.len())
	for i, id := range a.ids {
		a.at[id] = uint32(i)
	}
	a.tokens = make([]fixedToken, len(r.c.Tokens))
	for k := range a.tokens {
		a.tokens[k].open(r, k, l, len(a.ids))
	}
	sums := a.set.Precision == "floor-sum"
	for i, id := range l.entrants {
		if i%touched == 0 {
			a.touch(i, len(l.entrants), false)
		}
		at := a.at[id]
		if at == nowhere {
			continue
		}
		k := int(l.tokens[i])
		t := &a.tokens[k]
		if t.first[at] == 0 {
			t.first[at] = uint32(i) + 1
		} else if a.set.Duplicates != "sum" {
			a.refuse(r, &l.places, i, "account", r.roll.entrants[id].Account.String(),
				fmt.Errorf("%w, first at %s", ErrDuplicate, l.places.at(a.set.List.File, int(t.first[at]-1))))
			continue
		}
		t.count(a, r, k, i)
		if !sums && a.set.Duplicates == "sum" {
			t.add(a, r, k, i, at)
		}
	}
	if !sums && a.set.Duplicates != "sum" { // an entrant has one row of a token, so no two goroutines write one amount
		n := len(l.entrants)
		inParts(sortParts, func(part int) {
			from, end := part*n/sortParts, (part+1)*n/sortParts
			for i := from; i < end; i++ {
				if (i-from)%touched == 0 {
					a.touch(i, end, true)
				}
				k, at := int(l.tokens[i]), a.at[l.entrants[i]]
				if at != nowhere && a.tokens[k].first[at] == uint32(i)+1 {
					a.tokens[k].add(a, r, k, i, at)
				}
			}
		})
	}
	for k := range a.tokens {
		t := &a.tokens[k]
		t.earned = new(big.Int).Quo(t.sum.big(), pow10(t.scale-t.fraction(r, k)))
		if sums {
			t.floorSums(a, r, k)
		}
	}
}

// touch brings what rows from i on are merged into into the cache, as roll.touch does. Of amounts those of first rows alone: others may be written meanwhile.
//
//go:noinline
func (a *fixed) touch(i, end int, amounts bool) (sum uint32) {
	for end = min(i+touched, end); i < end; i++ {
		at := a.at[a.rows.entrants[i]]
		if at == nowhere {
			continue
		}
		t := &a.tokens[a.rows.tokens[i]]
		if sum += t.first[at]; amounts && t.first[at] == uint32(i)+1 {
			sum += uint32(t.amounts[at].BitLen())
		}
	}
	return sum
}

func (a *fixed) refuse(r *reading, p *places, row int, field, value string, err error) {
	r.faults.Add(&merkle.Fault{Pos: p.at(a.set.List.File, row), Field: field, Value: value, Err: err})
}

// fraction is how many digits of scale are whole base units: the token's decimals, or none when the list counts base units.
func (t *fixedToken) fraction(r *reading, k int) int {
	if r.c.Rule.Fixed.Unit == "token" {
		return int(r.c.Tokens[k].Decimals)
	}
	return 0
}

func (t *fixedToken) open(r *reading, k int, l *listRows, n int) {
	t.amounts, t.first = pages.Make[merkle.Amount](n), pages.Make[uint32](n)
	if l.locked != nil {
		t.locked = pages.Make[merkle.Amount](n)
	}
	t.scale = t.fraction(r, k)
	for _, s := range l.scales {
		t.scale = max(t.scale, int(s))
	}
	for _, s := range l.lscales {
		t.scale = max(t.scale, int(s))
	}
	t.sum.open(r.c.Tokens[k].Pool, t.scale-t.fraction(r, k))
}

// exact is a number of the list in 10^-t.scale.
func (t *fixedToken) exact(l *listRows, code uint64, scale uint8) *big.Int {
	v := l.numbers.amount(code).Big()
	return v.Mul(v, pow10(t.scale-int(scale)))
}

// count adds a row to the token's sum and refuses the one with which the pool is passed.
func (t *fixedToken) count(a *fixed, r *reading, k, i int) {
	l, within := a.rows, !t.sum.above()
	t.sum.add(l.numbers.amount(l.amounts[i]), t.scale-int(l.scales[i]))
	if l.locked != nil {
		t.sum.add(l.numbers.amount(l.locked[i]), t.scale-int(l.lscales[i]))
	}
	if within && t.sum.above() {
		value := string(appendDecimal(nil, l.numbers.amount(l.amounts[i]), int(l.scales[i])))
		over := new(big.Int).Sub(t.sum.big(), t.sum.limit)
		a.refuse(r, &l.apart, i, "amount", value, fmt.Errorf("%w of token %s (%s over)", ErrPool, r.c.Tokens[k].ID, decimalText(over, t.scale)))
	}
}

// add adds a row, floored to a base unit, to its entrant.
func (t *fixedToken) add(a *fixed, r *reading, k, i int, at uint32) {
	sum := func(to *merkle.Amount, code uint64, scale uint8) {
		base, err := a.rows.base(r, k, a.rows.numbers.amount(code), scale)
		if err != nil { // was refused when the row was read
			return
		}
		// A sum above 256 bits is above every pool and is refused by count.
		*to, _ = to.Add(base)
	}
	sum(&t.amounts[at], a.rows.amounts[i], a.rows.scales[i])
	if t.locked != nil {
		sum(&t.locked[at], a.rows.locked[i], a.rows.lscales[i])
	}
}

// floorSums adds the rows of each entrant exactly and floors the sums.
func (t *fixedToken) floorSums(a *fixed, r *reading, k int) {
	l := a.rows
	amounts, locked := make([]*big.Int, len(t.amounts)), make([]*big.Int, len(t.locked))
	gather := func(to []*big.Int, at uint32, v *big.Int) {
		if to[at] == nil {
			to[at] = v
			return
		}
		to[at].Add(to[at], v)
	}
	for i, id := range l.entrants {
		if at := a.at[id]; at != nowhere && int(l.tokens[i]) == k && (a.set.Duplicates == "sum" || t.first[at] == uint32(i)+1) {
			gather(amounts, at, t.exact(l, l.amounts[i], l.scales[i]))
			if l.locked != nil {
				gather(locked, at, t.exact(l, l.locked[i], l.lscales[i]))
			}
		}
	}
	cut := pow10(t.scale - t.fraction(r, k))
	floor := func(to []merkle.Amount, sums []*big.Int) {
		for at, sum := range sums {
			if sum == nil {
				continue
			}
			sum.Quo(sum, cut)
			v, _ := merkle.AmountFromBig(sum)
			if to[at] = v; t.first[at] > 0 {
				if err := r.payable(k, r.roll.entrants[a.ids[at]], v); err != nil {
					a.refuse(r, &l.apart, int(t.first[at]-1), "amount", v.Tokens(r.c.Tokens[k].Decimals), err)
				}
			}
		}
	}
	floor(t.amounts, amounts)
	floor(t.locked, locked)
}

func (a *fixed) allocate(r *reading, out *Allocation) error {
	l := a.rows
	out.Entrants = pages.MakeCap[Entrant](len(a.ids), r.roll.len()) // room for release
	inParts(sortParts, func(part int) {
		for i := part * len(a.ids) / sortParts; i < (part+1)*len(a.ids)/sortParts; i++ {
			out.Entrants[i] = r.roll.entrants[a.ids[i]]
		}
	})
	out.Order = make([]uint32, 0, len(a.ids))
	for _, at := range a.at { // entrants are numbered by their first row
		if at != nowhere {
			out.Order = append(out.Order, at)
		}
	}
	for k := range out.Tokens {
		out.Tokens[k].Amounts, out.Tokens[k].Locked = a.tokens[k].amounts, a.tokens[k].locked
	}
	added := out.addResidualEntrant(r)
	if added >= 0 && (l.index != nil || len(l.names) > 0) {
		what := "index"
		if l.index == nil {
			what = l.names[0]
		}
		r.refuseResidual(out.Entrants[added], what)
		return r.faults.Err()
	}
	for k := range out.Tokens {
		t, from := &out.Tokens[k], &a.tokens[k]
		if l.index != nil {
			t.Index = make([]uint64, len(a.ids))
		}
		for _, name := range l.names {
			t.Extra = append(t.Extra, Column{name, make([]string, len(a.ids))})
		}
		for at, first := range from.first {
			if first == 0 {
				continue
			}
			if l.index != nil {
				t.Index[at] = l.index[first-1]
			}
			for j := range l.names {
				t.Extra[j].Values[at] = string(l.own[j].at(int(first - 1)))
			}
		}
		listed := func(i int) bool {
			if added >= 0 && i >= added {
				if i--; i < added {
					return false
				}
			}
			return from.first[i] > 0
		}
		if err := out.close(r, k, from.earned, listed); err != nil {
			return err
		}
		out.checkCaps(r, k)
	}
	return nil
}

// release lets go of what only the computation needed: for each account its place in the list and in the roll. Roll and allocation then share
// the entrants, those that are excluded behind the others. The canonical list does not change.
func (a *fixed) release(r *reading, out *Allocation) {
	l := a.rows
	l.places, l.apart = places{}, places{}
	if len(out.Entrants) != len(a.ids) { // another was added, for the residual
		return
	}
	all := out.Entrants
	for id, at := range a.at {
		if at == nowhere {
			a.at[id] = uint32(len(all))
			all = append(all, r.roll.entrants[id])
		}
	}
	for i, id := range l.entrants {
		l.entrants[i] = a.at[id]
	}
	out.Entrants, r.roll.entrants = all[:len(a.ids):len(a.ids)], all
}
