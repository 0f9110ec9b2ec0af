package export

import (
	"bytes"
	"fmt"
	"slices"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/alloc"
	"github.com/merkle-drop/merkle/tree"
)

// mostTokens is how many tokens a tree of claims on disk has at most.
const mostTokens = 256

// hold joins the claims of a family's tokens, aligned with them, into the rows of its leaves.
func (w *writer) hold(f *family, claims []*alloc.Sorted, columns []string) (*heldRows, error) {
	h := &heldRows{claims: claims}
	for _, c := range claims {
		if c != nil {
			h.len += c.Len
			h.locked = h.locked || c.Locked
		}
	}
	for _, field := range f.profile.Fields {
		if field.Source == tree.SourceColumn {
			h.own = append(h.own, ownColumn{field.Name, slices.Index(columns, field.Name)}) // resolveFields has seen that it is there
		}
	}
	h.given = f.profile.Has(tree.SourceIndex) && f.tokens[0].alloc.Index != nil
	if len(f.tokens) == 1 || h.len == 0 {
		return h, nil
	}
	if h.len > tree.MaxRows {
		return nil, fmt.Errorf("tree %q: %d leaves, at most %d in a tree", f.tree.ID, h.len, tree.MaxRows)
	}
	for i := range f.tokens {
		h.assets = append(h.assets, f.tokens[i].asset.Asset.Token)
	}
	return h, h.interleave(w, &f.profile)
}

// interleave finds whose claim stands at each place: they are merged by key, those of an account by unlock where the leaf has it, then token.
func (h *heldRows) interleave(w *writer, p *tree.Profile) error {
	unlock := -1
	if at := slices.IndexFunc(h.own, func(c ownColumn) bool { return c.name == tree.FieldUnlock }); at >= 0 && p.HasUnlock() {
		unlock = h.own[at].at
	}
	h.owner = make([]uint8, 0, h.len)
	heads := make([]*head, len(h.claims))
	for j, claims := range h.claims {
		if claims == nil {
			continue
		}
		heads[j] = &head{claims: claims, asset: h.assets[j], column: unlock}
		if err := heads[j].next(); err != nil {
			return err
		}
	}
	before := make([]uint32, len(heads))
	for place := range h.len {
		if place%ownerStep == 0 {
			if err := w.ctx.Err(); err != nil {
				return err
			}
			h.from = append(h.from, append([]uint32(nil), before...))
		}
		least := -1
		for j, x := range heads {
			if x == nil || x.done {
				continue
			}
			if least < 0 || x.before(heads[least]) {
				least = j
			}
		}
		h.owner = append(h.owner, uint8(least))
		before[least]++
		if err := heads[least].next(); err != nil {
			return err
		}
	}
	return nil
}

// head is where one token's claims are while they are merged.
type head struct {
	claims *alloc.Sorted
	asset  merkle.Account
	column int // of alloc.ClaimRows.Columns: unlock; -1: the leaf has none
	rows   alloc.ClaimRows
	at, to int // the next claim, and how many were read
	done   bool
	key    [32]byte
	unlock string
}

// before reports whether the claim of x stands before that of y, which is of another token.
func (x *head) before(y *head) bool {
	if c := bytes.Compare(x.key[:], y.key[:]); c != 0 {
		return c < 0
	}
	if c := tree.CompareDigits(x.unlock, y.unlock); c != 0 {
		return c < 0
	}
	return x.asset.Compare(y.asset) < 0
}

func (x *head) next() error {
	const batch = 4096
	if x.at == x.to {
		if x.to == x.claims.Len {
			x.done = true
			return nil
		}
		x.to = min(x.at+batch, x.claims.Len)
		if err := x.claims.Read(x.at, x.to, &x.rows); err != nil {
			return err
		}
	}
	i := len(x.rows.Accounts) - (x.to - x.at)
	x.key = tree.AccountKey(x.rows.Accounts[i])
	if x.column >= 0 {
		x.unlock = x.rows.Columns[x.column][i]
	}
	x.at++
	return nil
}

// sameAccounts reports whether the leaves of h at places from lo and those of g from at are of the same accounts, one by one, for n places.
func (h *heldRows) sameAccounts(lo int, g *heldRows, at, n int) (bool, error) {
	const batch = 4096
	var a, b tree.Rows
	x, y := h.reading(&a), g.reading(&b)
	for from := 0; from < n; from += batch {
		to := min(from+batch, n)
		if err := x.read(lo+from, lo+to); err != nil {
			return false, err
		}
		if err := y.read(at+from, at+to); err != nil {
			return false, err
		}
		for i := range to - from {
			if a.Accounts[i] != b.Accounts[i] {
				return false, nil
			}
		}
	}
	return true, nil
}
