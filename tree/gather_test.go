package tree

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"testing"

	merkle "github.com/merkle-drop/merkle"
)

// batchesOf adds rows in batches of a size.
func batchesOf(t *testing.T, g *Gatherer, r *Rows, size int) {
	t.Helper()
	for lo := 0; lo < r.Len(); lo += size {
		hi := min(lo+size, r.Len())
		b := &Rows{Accounts: r.Accounts[lo:hi], Amounts: r.Amounts[lo:hi]}
		if r.Locked != nil {
			b.Locked = r.Locked[lo:hi]
		}
		if r.Index != nil {
			b.Index = r.Index[lo:hi]
		}
		for _, c := range r.Columns {
			b.Columns = append(b.Columns, Column{c.Name, c.Values[lo:hi]})
		}
		if err := g.Add(context.Background(), b); err != nil {
			t.Fatal(err)
		}
	}
}

func gatherSpec(p Profile, order Order, rows *Rows) Spec {
	spec := Spec{Profile: p, Order: order, Constants: map[string]string{}, Workers: 2}
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
	return spec
}

func TestGatherer_isTheTree(t *testing.T) {
	ctx := context.Background()
	random := rand.New(rand.NewPCG(5, 4))
	looked := 0
	for _, p := range sliceable(t) {
		for _, order := range []Order{OrderInput, OrderAccount, OrderLeafHash} {
			for i, n := range []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 16, 17, 33, 100, 257, 300, 1025, 3000} {
				if testing.Short() && i%4 != 1 {
					continue
				}
				rows := slicedRows(&p, n, random)
				spec := gatherSpec(p, order, rows)
				if CanGather(spec, true) != nil {
					continue
				}
				looked++
				if order == OrderLeafHash && n > 5 { // equal leaves, kept or not as the profile says
					spec.KeepDuplicates = true
					rows.Accounts[3], rows.Amounts[3] = rows.Accounts[0], rows.Amounts[0]
					if rows.Locked != nil {
						rows.Locked[3] = rows.Locked[0]
					}
				}
				whole, err := Build(ctx, spec, rows)
				if err != nil {
					t.Fatal(err)
				}
				dir := t.TempDir()
				g, err := NewGatherer(spec, dir, 1<<14)
				if err != nil {
					t.Fatal(err)
				}
				batchesOf(t, g, rows, 1+random.IntN(n))
				got, err := g.Finish(ctx)
				if err != nil {
					t.Fatal(err)
				}
				total, summed := whole.Total()
				if want := (Gathered{whole.Root(), whole.Len(), whole.Depth(), whole.Order(), total, summed}); *got != want {
					t.Fatalf("%s, order %s, %d rows: %+v, want %+v", p.Name, order, n, got, want)
				}
				if err := g.Close(); err != nil {
					t.Error(err)
				}
				if left, _ := os.ReadDir(dir); len(left) > 0 {
					t.Fatalf("%d files left", len(left))
				}
			}
		}
	}
	if looked < 500 && !testing.Short() || looked < 100 {
		t.Errorf("%d trees", looked)
	}
}

func TestGatherer_sameFaults(t *testing.T) {
	ctx := context.Background()
	random := rand.New(rand.NewPCG(5, 4))
	for _, name := range []string{"jito-v1", "uma-v1", "sablier-v1"} {
		p, err := Lookup(name)
		if err != nil {
			t.Fatal(err)
		}
		for what, spoil := range map[string]func(r *Rows){
			"accounts": func(r *Rows) {
				r.Accounts[70], r.Accounts[90], r.Accounts[7] = r.Accounts[5], r.Accounts[5], r.Accounts[30]
			},
			"width": func(r *Rows) { r.Amounts[50] = merkle.AmountFromWords([4]uint64{0, 0, 0, 1 << 63}) },
			"indexes": func(r *Rows) {
				if r.Index != nil {
					r.Index[80], r.Index[81], r.Accounts[3] = r.Index[1], r.Index[1], r.Accounts[2]
				}
			},
			"family": func(r *Rows) { r.Accounts[60] = merkle.Account{} },
			"none":   func(*Rows) {},
		} {
			rows := slicedRows(&p, 100, random)
			spoil(rows)
			spec := gatherSpec(p, OrderProfile, rows)
			_, want := Build(ctx, spec, rows)
			g, err := NewGatherer(spec, t.TempDir(), 1<<14)
			if err != nil {
				t.Fatal(err)
			}
			batchesOf(t, g, rows, 33)
			_, got := g.Finish(ctx)
			if fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("%s, %s:\n%v\nwant\n%v", name, what, got, want)
			}
			if err := g.Close(); err != nil {
				t.Error(err)
			}
		}
	}
	p, _ := Lookup("jito-v1")
	g, err := NewGatherer(Spec{Profile: p, Order: OrderProfile}, t.TempDir(), 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := g.Finish(ctx); !errors.Is(err, ErrNoRows) {
		t.Errorf("no rows: %v", err)
	}
	g.Close()
}
