package export

import (
	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/alloc"
	"github.com/merkle-drop/merkle/tree"
)

// heldRows are the leaves of a family by place: by account key, those of one account by unlock, then token. The claims are on disk; several goroutines may read them,
// each with a heldReading of its own.
type heldRows struct {
	len    int
	locked bool             // a locked amount is above 0
	given  bool             // the index field is the list's
	claims []*alloc.Sorted  // one a token of the family; nil where it has no claims
	assets []merkle.Account // aligned, of several tokens; nil of one
	owner  []uint8          // by place: whose claim it is; nil of one token
	from   [][]uint32       // of several tokens: for every ownerStep places, how many claims of each token stand before
	index  []uint32         // by place: the index field, where a rule of the profile gives it
	own    []ownColumn      // of the leaf
}

// ownColumn is a leaf field that a column of the list fills: at is its place in alloc.ClaimRows.Columns.
type ownColumn struct {
	name string
	at   int
}

// ownerStep is how many places one entry of heldRows.from stands for.
const ownerStep = 256

// heldReading reads leaves into memory that it uses again.
type heldReading struct {
	h     *heldRows
	rows  *tree.Rows
	row   []uint32 // claim order, as alloc.ClaimRows has it; nil: account order
	owner []uint8  // by row: which token of the family; nil of one token
	lo    int      // place of the first row
	each  []alloc.ClaimRows
	index []uint64     // that a rule gives
	one   *heldReading // of a run of leaves, where single ones are picked
}

func (h *heldRows) reading(rows *tree.Rows) *heldReading {
	if h.assets != nil {
		rows.Tokens = []merkle.Account{} // not of one token, also before anything is read
	}
	rows.Columns = nil
	for _, c := range h.own {
		rows.Columns = append(rows.Columns, tree.Column{Name: c.name, Values: []string{}})
	}
	return &heldReading{h: h, rows: rows, each: make([]alloc.ClaimRows, len(h.claims))}
}

// read reads the leaves at places [lo, hi).
func (r *heldReading) read(lo, hi int) error {
	r.lo = lo
	if r.h.owner != nil {
		if err := r.merge(lo, hi); err != nil {
			return err
		}
	} else {
		c := &r.each[0]
		if err := r.h.claims[0].Read(lo, hi, c); err != nil {
			return err
		}
		r.rows.Accounts, r.rows.Amounts, r.rows.Locked, r.rows.Index, r.row = c.Accounts, c.Amounts, c.Locked, c.Index, c.Row
		for k, own := range r.h.own {
			r.rows.Columns[k].Values = c.Columns[own.at]
		}
	}
	switch {
	case r.h.index != nil:
		r.index = grown(r.index, hi-lo)
		for i, v := range r.h.index[lo:hi] {
			r.index[i] = uint64(v)
		}
		r.rows.Index = r.index
	case !r.h.given:
		r.rows.Index = nil
	}
	return nil
}

// pick reads the leaves at some places.
func (r *heldReading) pick(places []uint32) error {
	if r.one == nil {
		r.one = r.h.reading(new(tree.Rows))
	}
	rows, one := r.rows, r.one.rows
	rows.Accounts, rows.Amounts, rows.Locked, rows.Index, rows.Tokens = rows.Accounts[:0], rows.Amounts[:0], rows.Locked[:0], rows.Index[:0], rows.Tokens[:0]
	for k := range rows.Columns {
		rows.Columns[k].Values = rows.Columns[k].Values[:0]
	}
	for len(places) > 0 {
		n := 1
		for n < len(places) && places[n] == places[0]+uint32(n) {
			n++
		}
		if err := r.one.read(int(places[0]), int(places[0])+n); err != nil {
			return err
		}
		rows.Accounts, rows.Amounts = append(rows.Accounts, one.Accounts...), append(rows.Amounts, one.Amounts...)
		rows.Locked, rows.Index, rows.Tokens = append(rows.Locked, one.Locked...), append(rows.Index, one.Index...), append(rows.Tokens, one.Tokens...)
		for k := range rows.Columns {
			rows.Columns[k].Values = append(rows.Columns[k].Values, one.Columns[k].Values...)
		}
		places = places[n:]
	}
	if one.Locked == nil {
		rows.Locked = nil
	}
	if one.Tokens == nil {
		rows.Tokens = nil
	}
	if one.Index == nil {
		rows.Index = nil
	}
	return nil
}

// merge reads leaves of several tokens.
func (r *heldReading) merge(lo, hi int) error {
	h, n := r.h, hi-lo
	at := make([]int, len(h.claims))
	for j, before := range h.from[lo/ownerStep] {
		at[j] = int(before)
	}
	for _, j := range h.owner[lo/ownerStep*ownerStep : lo] {
		at[j]++
	}
	r.owner = h.owner[lo:hi]
	count := make([]int, len(h.claims))
	for _, j := range r.owner {
		count[j]++
	}
	ordered := true
	for j, claims := range h.claims {
		if count[j] == 0 {
			continue
		}
		if err := claims.Read(at[j], at[j]+count[j], &r.each[j]); err != nil {
			return err
		}
		ordered = ordered && r.each[j].Row != nil
	}
	rows := r.rows
	rows.Accounts, rows.Amounts, rows.Tokens = grown(rows.Accounts, n), grown(rows.Amounts, n), grown(rows.Tokens, n)
	if h.locked {
		rows.Locked = grown(rows.Locked, n)
	}
	if h.given {
		rows.Index = grown(rows.Index, n)
	}
	if r.row = grown(r.row, n); !ordered {
		r.row = nil
	}
	for k := range h.own {
		rows.Columns[k].Values = grown(rows.Columns[k].Values, n)
	}
	clear(at)
	for i, j := range r.owner {
		c, k := &r.each[j], at[j]
		rows.Accounts[i], rows.Amounts[i], rows.Tokens[i] = c.Accounts[k], c.Amounts[k], h.assets[j]
		if h.locked {
			if rows.Locked[i] = (merkle.Amount{}); c.Locked != nil {
				rows.Locked[i] = c.Locked[k]
			}
		}
		if h.given {
			rows.Index[i] = c.Index[k]
		}
		if ordered {
			r.row[i] = c.Row[k]
		}
		for x, own := range h.own {
			rows.Columns[x].Values[i] = c.Columns[own.at][k]
		}
		at[j]++
	}
	return nil
}

// grown is n elements, in the memory of s where it is enough.
func grown[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}
