package alloc

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"math/big"
	"os"
	"slices"
	"strings"
	"testing"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/campaign"
)

// streamBoth computes a campaign in memory and through disk and compares all that is said. It reports whether there were claims.
func streamBoth(t *testing.T, what string, c *campaign.Campaign, o Options, x External) bool {
	t.Helper()
	a, want := Compute(t.Context(), c, o)
	x.Dir = t.TempDir()
	var list bytes.Buffer
	x.List = &list
	out, err := Stream(t.Context(), c, o, x)
	if fmt.Sprint(err) != fmt.Sprint(want) {
		t.Fatalf("%s:\nin memory:    %v\nthrough disk: %v", what, want, err)
	}
	if err == nil {
		sameOutline(t, what, c, a, out, list.String())
		if len(what)%2 == 0 { // some
			out = saveAndRestore(t, what, c, o, out)
			sameOutline(t, what+", restored", c, a, out, list.String())
		}
		if err := out.Close(); err != nil {
			t.Error(err)
		}
	}
	if left, _ := os.ReadDir(x.Dir); len(left) > 0 {
		t.Fatalf("%s: %d temporary files are left, such as %s", what, len(left), left[0].Name())
	}
	return err == nil
}

// saveAndRestore saves an outline, half of the time beside its files, and takes it up again.
func saveAndRestore(t *testing.T, what string, c *campaign.Campaign, o Options, out *Outline) *Outline {
	t.Helper()
	dir := t.TempDir()
	o.Open = func(name string) (io.ReadCloser, error) {
		t.Errorf("%s: %s is read again", what, name)
		return nil, io.EOF
	}
	err := out.Save(dir)
	if err == nil {
		err = out.Close()
	}
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	again, err := RestoreOutline(dir, c, o)
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	for k := range again.Sizes {
		if again.Sizes[k] != out.Sizes[k] {
			t.Errorf("%s: sizes %+v, want %+v", what, again.Sizes[k], out.Sizes[k])
		}
	}
	if again.Indexed != out.Indexed || fmt.Sprint(again.Columns) != fmt.Sprint(out.Columns) {
		t.Errorf("%s: %v %v, want %v %v", what, again.Indexed, again.Columns, out.Indexed, out.Columns)
	}
	return again
}

// sameOutline compares an outline with an allocation: claims, ledgers, notes, figures and canonical inputs.
func sameOutline(t *testing.T, what string, c *campaign.Campaign, a *Allocation, out *Outline, list string) {
	t.Helper()
	for k := range c.Tokens {
		if got, want := fmt.Sprintf("%+v", out.Tokens[k].Ledger), fmt.Sprintf("%+v", a.Tokens[k].Ledger); got != want {
			t.Fatalf("%s: ledger of %s\n%s, want\n%s", what, c.Tokens[k].ID, got, want)
		}
		sameClaims(t, what, a, out, k)
	}
	said := func(x *Allocation) string {
		return strings.Join(x.Notes, "\n") + fmt.Sprint(x.Accounts, x.Exclusions, x.Assertions, x.Chains())
	}
	if said(out.Allocation) != said(a) {
		t.Fatalf("%s: says\n%s\nwant\n%s", what, said(out.Allocation), said(a))
	}
	if got, want := tableTexts(t, out.Allocation), tableTexts(t, a); got != want {
		t.Fatalf("%s: tables\n%s\nwant\n%s", what, got, want)
	}
	if out.Enrolled != len(a.Entrants) {
		t.Errorf("%s: %d entrants, want %d", what, out.Enrolled, len(a.Entrants))
	}
	if out.Previous != a.Previous || len(out.Tables) != len(a.Tables) {
		t.Fatalf("%s: after %v, %d tables; want %v, %d", what, out.Previous, len(out.Tables), a.Previous, len(a.Tables))
	}
	for i := range a.Tables {
		got, want := &out.Tables[i], &a.Tables[i]
		if text := tableText(t, out.Allocation, want.Name); text != tableText(t, a, want.Name) || got.Rows != want.Rows || fmt.Sprint(got.Columns) != fmt.Sprint(want.Columns) {
			t.Fatalf("%s: table %s of %d rows is\n%.2000s\nwant %d rows\n%.2000s", what, got.Name, got.Rows, text, want.Rows, tableText(t, a, want.Name))
		}
	}
	if len(out.Inputs) != len(a.Inputs) {
		t.Fatalf("%s: %d inputs, want %d", what, len(out.Inputs), len(a.Inputs))
	}
	for i := range a.Inputs {
		in, want := out.Inputs[i], a.Inputs[i]
		text := list
		if in.rows != nil {
			text = canonical(t, &in)
		}
		if text != canonical(t, &want) {
			t.Fatalf("%s: canonical %s is\n%s\nwant\n%s", what, in.Role, text, canonical(t, &want))
		}
		in.rows, want.rows = nil, nil
		if fmt.Sprint(in) != fmt.Sprint(want) {
			t.Errorf("%s: input %v, want %v", what, in, want)
		}
	}
}

// diskClaim is a claim as it is published.
type diskClaim struct {
	entrant              Entrant
	amount, locked, more string
}

// sameClaims compares the claims of one token, their order by key and by claim order, and their sizes.
func sameClaims(t *testing.T, what string, a *Allocation, out *Outline, k int) {
	t.Helper()
	tok := &a.Tokens[k]
	if a.Tranches != nil {
		sameTranches(t, what, a, out)
		sameSizes(t, what, tok, a, &out.Sizes[k])
		return
	}
	want := map[Entrant]diskClaim{}
	var order []Entrant
	place := func(i int) int { return i }
	if a.Order != nil {
		place = func(i int) int { return int(a.Order[i]) }
	}
	units := newReading(t.Context(), a.Campaign, Options{}).units
	for i := range a.Entrants {
		i := place(i)
		if tok.claim(i).IsZero() {
			continue
		}
		e := a.Entrants[i]
		order = append(order, e)
		unit := units[k*len(a.chains)+int(e.Chain)]
		x := diskClaim{entrant: e, amount: new(big.Int).Quo(tok.Amounts[i].Big(), unit).String(), locked: "0"}
		if tok.Locked != nil {
			x.locked = new(big.Int).Quo(tok.Locked[i].Big(), unit).String()
		}
		if tok.Index != nil {
			x.more = fmt.Sprint(tok.Index[i], " ")
		}
		for _, col := range tok.Extra {
			x.more += fmt.Sprintf("%q ", col.Values[i])
		}
		want[e] = x
	}
	var got []diskClaim
	rowOf := map[Entrant]uint32{}
	for _, f := range out.Sorted {
		if f.Token != k {
			continue
		}
		chain := uint16(slices.Index(a.chains, f.Chain))
		var last []byte
		var rows ClaimRows
		indexes := map[uint64]bool{}
		again := false
		for lo := 0; lo < f.Len; lo += 7 {
			hi := min(lo+7, f.Len)
			if err := f.Read(lo, hi, &rows); err != nil {
				t.Fatal(err)
			}
			if len(rows.Accounts) != hi-lo || len(rows.Amounts) != hi-lo {
				t.Fatalf("%s: %d claims read, want %d", what, len(rows.Accounts), hi-lo)
			}
			for i, account := range rows.Accounts {
				key := keyOf(account)
				if bytes.Compare(last, key) >= 0 {
					t.Fatalf("%s: keys of claims do not ascend", what)
				}
				last = key
				x := diskClaim{entrant: Entrant{account, chain}, amount: rows.Amounts[i].String(), locked: "0"}
				if rows.Locked != nil {
					x.locked = rows.Locked[i].String()
				}
				if rows.Index != nil {
					x.more = fmt.Sprint(rows.Index[i], " ")
					again = again || indexes[rows.Index[i]]
					indexes[rows.Index[i]] = true
				}
				for _, col := range rows.Columns {
					x.more += fmt.Sprintf("%q ", col[i])
				}
				if rows.Row != nil {
					rowOf[x.entrant] = rows.Row[i]
				}
				got = append(got, x)
			}
		}
		if again != f.Again {
			t.Errorf("%s: an index is there again: %v, want %v", what, f.Again, again)
		}
	}
	if len(got) != len(want) {
		t.Fatalf("%s: %d claims of token %d, want %d", what, len(got), k, len(want))
	}
	for _, x := range got {
		if want[x.entrant] != x {
			t.Fatalf("%s: token %d: claim %+v, want %+v", what, k, x, want[x.entrant])
		}
	}
	for i := 1; i < len(order); i++ {
		x, y := order[i-1], order[i]
		if x.Chain == y.Chain && len(rowOf) > 0 && rowOf[x] >= rowOf[y] {
			t.Fatalf("%s: claim order of %v and %v", what, x, y)
		}
	}
	sameSizes(t, what, tok, a, &out.Sizes[k])
}

// sameTranches compares the leaves of a campaign with claims: tranches, by key and then unlock.
func sameTranches(t *testing.T, what string, a *Allocation, out *Outline) {
	t.Helper()
	units := newReading(t.Context(), a.Campaign, Options{}).units
	tranches := slices.Clone(a.Tranches)
	slices.SortStableFunc(tranches, func(x, y Tranche) int {
		e, f := a.Entrants[x.Entrant], a.Entrants[y.Entrant]
		if e.Chain != f.Chain {
			return int(e.Chain) - int(f.Chain)
		}
		return bytes.Compare(keyOf(e.Account), keyOf(f.Account))
	})
	var want, got []string
	for _, x := range tranches {
		e := a.Entrants[x.Entrant]
		want = append(want, fmt.Sprintf("%s %s %v %d", a.chains[e.Chain], e.Account, new(big.Int).Quo(x.Amount.Big(), units[e.Chain]), x.Unlock))
	}
	for _, f := range out.Sorted {
		var rows ClaimRows
		if err := f.Read(0, f.Len, &rows); err != nil {
			t.Fatal(err)
		}
		for i, account := range rows.Accounts {
			got = append(got, fmt.Sprintf("%s %s %v %s", f.Chain, account, rows.Amounts[i], rows.Columns[0][i]))
		}
	}
	if !slices.Equal(got, want) || fmt.Sprint(out.Columns) != "[unlock]" {
		t.Fatalf("%s: tranches %v\n%v, want\n%v", what, out.Columns, got, want)
	}
}

func keyOf(a merkle.Account) []byte {
	k := sha256.Sum256(a.Bytes())
	return k[:]
}

func sameSizes(t *testing.T, what string, tok *TokenAllocation, a *Allocation, got *ClaimSizes) {
	t.Helper()
	var all []merkle.Amount
	var want ClaimSizes
	var most merkle.Amount
	for i := range a.Entrants {
		v := tok.claim(i)
		if v.IsZero() {
			continue
		}
		all = append(all, v)
		want.Bits[v.BitLen()]++
		if tok.Amounts[i].Cmp(most) > 0 { // none where all is locked
			most, want.Winner = tok.Amounts[i], a.Entrants[i]
		}
	}
	if want.Count = len(all); want.Count > 0 {
		slices.SortFunc(all, merkle.Amount.Cmp)
		want.Smallest, want.Median, want.Largest = all[0], all[(len(all)-1)/2], all[len(all)-1]
	}
	if *got != want {
		t.Fatalf("%s: sizes %+v, want %+v", what, *got, want)
	}
}
