package tree

import (
	"context"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	merkle "github.com/merkle-drop/merkle"
)

// sliceable are profiles of every shape, hash, encoding and source that a tree in slices may have.
func sliceable(t *testing.T) []Profile {
	t.Helper()
	var out []Profile
	for p := range Profiles() {
		if p.AnyFields {
			var err error
			if p, err = p.WithFields([]string{"index:uint256", "account:address", "note:string", "amount:uint256", "level:uint8"}); err != nil {
				t.Fatal(err)
			}
		}
		list := slices.ContainsFunc(p.Fields, func(f Field) bool { return f.Source == SourceColumn && columnText(f, 0) == "" })
		if CanSlice(&p, OrderAccount) == nil && p.Has(SourceAmount) && !list {
			out = append(out, p)
		}
	}
	if len(out) < 12 {
		t.Fatalf("%d profiles can be sliced", len(out))
	}
	return out
}

func slicedRows(p *Profile, n int, random *rand.Rand) *Rows {
	r := &Rows{}
	for i := range n {
		raw := make([]byte, p.Accounts.Width())
		for j := range raw {
			raw[j] = byte(random.Uint32())
		}
		raw[0] |= 1
		a, _ := merkle.NewAccount(p.Accounts, raw)
		r.Accounts = append(r.Accounts, a)
		r.Amounts = append(r.Amounts, merkle.NewAmount(1+random.Uint64N(1<<40)))
		if p.Has(SourceLocked) {
			r.Locked = append(r.Locked, merkle.NewAmount(random.Uint64N(3)))
		}
		if p.Has(SourceIndex) {
			r.Index = append(r.Index, uint64(i*7+1))
		}
	}
	for _, f := range p.Fields {
		if f.Source != SourceColumn {
			continue
		}
		c := Column{Name: f.Name}
		for i := range n {
			c.Values = append(c.Values, columnText(f, i))
		}
		r.Columns = append(r.Columns, c)
	}
	return r
}

// columnText is a value that a field can hold; empty for types that have none here.
func columnText(f Field, i int) string {
	if size, ok := strings.CutPrefix(f.Type, "bytes"); ok && size != "" {
		n, _ := strconv.Atoi(size)
		return fmt.Sprintf("0x%0*x", 2*n, i)
	}
	switch f.Type {
	case "address":
		return fmt.Sprintf("0x%040x", i+1)
	case "bool":
		return strconv.FormatBool(i%2 == 0)
	case "string":
		return "n" + strings.Repeat("é", i%40)
	}
	if strings.ContainsAny(f.Type, "[(") || !strings.Contains(f.Type, "int") {
		return ""
	}
	return strconv.Itoa(i % 3)
}

// slicesOf reads from a built tree.
func slicesOf(t *Tree) Slices {
	return func(_, lo, hi int, rows *Rows) error {
		from := t.Rows()
		*rows = Rows{}
		for pos := lo; pos < hi; pos++ {
			at := t.Row(pos)
			rows.Accounts, rows.Amounts = append(rows.Accounts, from.Accounts[at]), append(rows.Amounts, from.Amounts[at])
			if from.Locked != nil {
				rows.Locked = append(rows.Locked, from.Locked[at])
			}
			if from.Index != nil {
				rows.Index = append(rows.Index, from.Index[at])
			}
			for k, c := range from.Columns {
				if pos == lo {
					rows.Columns = append(rows.Columns, Column{Name: c.Name})
				}
				rows.Columns[k].Values = append(rows.Columns[k].Values, c.Values[at])
			}
		}
		return nil
	}
}

func TestBuildSliced_isTheTree(t *testing.T) {
	ctx := context.Background()
	for _, p := range sliceable(t) {
		random := rand.New(rand.NewPCG(3, 4))
		sizes := []int{1, 2, 3, 4, 5, 7, 8, 9, 33, 64, 255, 256, 257, 300, 1000, 4097}
		for n := 10; n < 300; n += 31 {
			sizes = append(sizes, n)
		}
		for _, n := range sizes {
			rows := slicedRows(&p, n, random)
			spec := Spec{Profile: p, Order: OrderAccount, Constants: map[string]string{}, Workers: 1 + n%3}
			for _, f := range p.Fields {
				if _, usual := p.Default(f.Name); !usual && (f.Source == SourceConstant || f.Source == SourceDomain) {
					spec.Constants[f.Name] = "1"
					if f.Type == "address" {
						spec.Constants[f.Name] = "0x00000000000000000000000000000000000000aa"
					}
				}
			}
			if p.Has(SourceToken) {
				spec.Token = rows.Accounts[0]
			}
			if p.Has(SourceIndex) {
				spec.Profile.Index = IndexGiven
			}
			whole, err := Build(ctx, spec, rows)
			if err != nil {
				t.Fatalf("%s, %d rows: %v", p.Name, n, err)
			}
			for _, shard := range []int{2, 5, 64, 256} {
				cut, subs, err := whole.Cut(shard)
				if err != nil {
					t.Fatal(err)
				}
				s, err := BuildSliced(ctx, spec, n, shard, slicesOf(whole))
				if err != nil {
					t.Fatalf("%s, %d rows: %v", p.Name, n, err)
				}
				at := fmt.Sprintf("%s, %d rows in shards of %d", p.Name, n, shard)
				total, _ := whole.Total()
				if s.Root() != whole.Root() || s.Depth() != whole.Depth() || s.Cut() != cut || s.Len() != n || s.Shards() != len(subs) || s.Total() != total {
					t.Fatalf("%s: root %s depth %d cut %d, %d shards; want %s %d %d %d", at, s.Root(), s.Depth(), s.Cut(), s.Shards(), whole.Root(), whole.Depth(), cut, len(subs))
				}
				for i := range subs {
					got, want := s.Subtree(i), subs[i]
					if !reflect.DeepEqual(got.Runs, want.Runs) || len(got.Path) != len(want.Path) {
						t.Fatalf("%s: shard %d has %v, want %v", at, i, got.Runs, want.Runs)
					}
					for j := range want.Path {
						if got.Path[j] != want.Path[j] {
							t.Fatalf("%s: shard %d, path entry %d differs", at, i, j)
						}
					}
				}
			}
		}
	}
}

// The sum is that of all rows, and told behind what is wrong with single ones: a part that is too wide already is not told by each that meets one.
func TestBuildSliced_sameFaults(t *testing.T) {
	ctx := context.Background()
	p := lookup(t, "jito-v1")
	const n = 20_000
	rows := slicedRows(&p, n, rand.New(rand.NewPCG(2, 1)))
	spec := Spec{Profile: p, Order: OrderAccount, Workers: 4}
	whole, err := Build(ctx, spec, rows)
	if err != nil {
		t.Fatal(err)
	}
	for what, spoil := range map[string]func(r *Rows){
		"sum": func(r *Rows) {
			for i := range r.Amounts {
				r.Amounts[i] = merkle.NewAmount(1 << 63)
			}
		},
		"sum and family": func(r *Rows) {
			for i := range r.Amounts {
				r.Amounts[i] = merkle.NewAmount(1 << 63)
			}
			r.Accounts[n-1] = merkle.Account{}
		},
		"sum with the last": func(r *Rows) { r.Amounts[n-1] = merkle.NewAmount(1<<64 - 1) },
	} {
		ordered := &Rows{}
		if err := slicesOf(whole)(0, 0, n, ordered); err != nil {
			t.Fatal(err)
		}
		spoil(ordered)
		_, want := Build(ctx, Spec{Profile: p, Order: OrderInput}, ordered)
		if want == nil {
			t.Fatalf("%s: nothing is refused", what)
		}
		read := slicesFrom(ordered, nil)
		for range 20 {
			if _, got := BuildSliced(ctx, spec, n, 256, read); fmt.Sprint(got) != fmt.Sprint(want) {
				t.Fatalf("%s: %v, want %v", what, got, want)
			}
		}
	}
}

func TestBuildSliced_refuses(t *testing.T) {
	ctx := context.Background()
	p, _ := Lookup("jito-v1")
	rows := slicedRows(&p, 10, rand.New(rand.NewPCG(1, 1)))
	spec := Spec{Profile: p, Order: OrderAccount}
	whole, err := Build(ctx, spec, rows)
	if err != nil {
		t.Fatal(err)
	}
	read := slicesOf(whole)
	if _, err := BuildSliced(ctx, spec, 0, 4, read); err == nil {
		t.Error("no rows")
	}
	if _, err := BuildSliced(ctx, spec, 10, 1, read); err == nil {
		t.Error("shards of one")
	}
	if _, err := BuildSliced(ctx, Spec{Profile: p, Order: OrderInput}, 10, 4, read); err == nil {
		t.Error("order input")
	}
	short := func(w, lo, hi int, r *Rows) error { return read(w, lo, hi-1, r) }
	if _, err := BuildSliced(ctx, spec, 10, 4, short); err == nil {
		t.Error("a row is missing")
	}
	broken := func(w, lo, hi int, r *Rows) error { return context.DeadlineExceeded }
	if _, err := BuildSliced(ctx, spec, 10, 4, broken); err == nil {
		t.Error("a read that failed")
	}
	wide := func(w, lo, hi int, r *Rows) error {
		err := read(w, lo, hi, r)
		r.Amounts[0] = merkle.AmountFromWords([4]uint64{0, 1})
		return err
	}
	if _, err := BuildSliced(ctx, spec, 10, 4, wide); err == nil {
		t.Error("an amount of 65 bits")
	}
	ctx, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := BuildSliced(ctx, spec, 10, 4, read); err == nil {
		t.Error("cancelled")
	}
}
