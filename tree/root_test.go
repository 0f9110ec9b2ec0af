package tree

import (
	"context"
	"errors"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	merkle "github.com/merkle-drop/merkle"
)

// rootOf computes a root with a RootBuilder, from batches of random sizes in random order by several workers in turn.
func rootOf(t *testing.T, s Spec, rows *Rows, random *rand.Rand) (*Gathered, error) {
	t.Helper()
	b, err := NewRootBuilder(s, rows.Index != nil)
	if err != nil {
		return nil, err
	}
	n := rows.Len()
	type part struct{ lo, hi int }
	var parts []part
	for at := 0; at < n; {
		hi := min(n, at+1+random.IntN(700))
		parts = append(parts, part{at, hi})
		at = hi
	}
	random.Shuffle(len(parts), func(i, k int) { parts[i], parts[k] = parts[k], parts[i] })
	workers := []*RootWorker{b.Worker(), b.Worker(), b.Worker()}
	b.Grow(n / 2)
	b.Grow(n + 5)
	for i, at := range parts {
		some := &Rows{}
		cut := func(column []merkle.Amount) []merkle.Amount {
			if column == nil {
				return nil
			}
			return slices.Clone(column[at.lo:at.hi])
		}
		if rows.Accounts != nil {
			some.Accounts = slices.Clone(rows.Accounts[at.lo:at.hi])
		}
		some.Amounts, some.Locked = cut(rows.Amounts), cut(rows.Locked)
		if rows.Index != nil {
			some.Index = slices.Clone(rows.Index[at.lo:at.hi])
		}
		for _, c := range rows.Columns {
			some.Columns = append(some.Columns, Column{c.Name, slices.Clone(c.Values[at.lo:at.hi])})
		}
		if !workers[i%3].Add(at.lo, some) {
			return nil, ErrUnclear
		}
		clear(some.Accounts) // rows may be used again
		clear(some.Amounts)
	}
	return b.Finish(context.Background(), n)
}

// piecesOf is a sample whose given indexes ascend, of one token.
func piecesOf(t *testing.T, p Profile, n int) (Spec, *Rows) {
	t.Helper()
	s, r := sample(t, p, 3, n)
	if p.Index == IndexEIP55 {
		r.Index = make([]uint64, n)
		for i := range r.Index {
			r.Index[i] = uint64(3*i + 1)
		}
	}
	slices.Sort(r.Index)
	if r.Tokens != nil { // the sample has accounts with several
		s.Token, r.Tokens, s.KeepDuplicates = r.Tokens[0], nil, true
	}
	return s, r
}

// The root of rows that come in pieces is Build's, for every profile that takes pieces, in both orders.
func TestRootBuilder_isBuild(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	taken := 0
	for p := range Profiles() {
		for _, order := range []Order{OrderProfile, OrderInput, OrderLeafHash} {
			for _, n := range append(upTo(40), 63, 64, 65, 127, 128, 129, 300, 4097, 70001) {
				if n > 5000 && (testing.Short() || order != OrderProfile) || testing.Short() && n%5 != 3 && n%5 != 0 {
					continue
				}
				spec, rows := piecesOf(t, p, n)
				spec.Order, spec.Workers = order, 1+n%3
				want, buildErr := Build(context.Background(), spec, rows)
				got, err := rootOf(t, spec, rows, random)
				if errors.Is(err, ErrSliced) || err != nil && p.Grouped() {
					break
				}
				if err != nil || buildErr != nil {
					t.Fatalf("%s, order %s, %d rows: %v; built: %v", p.Name, order, n, err, buildErr)
				}
				taken++
				total, summed := want.Total()
				if *got != (Gathered{want.Root(), want.Len(), want.Depth(), want.Order(), total, summed}) {
					t.Fatalf("%s, order %s, %d rows: %+v, want root %s of %d", p.Name, order, n, got, want.Root(), want.Len())
				}
			}
		}
	}
	if taken < 500 {
		t.Errorf("only %d trees were taken in pieces", taken)
	}
}

func upTo(n int) (out []int) {
	for i := range n {
		out = append(out, i+1)
	}
	return out
}

// What one piece cannot know is found in the end: rows of one account, indexes that are there already, sums too wide, equal leaves.
func TestRootBuilder_unclear(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 7))
	wide, _ := merkle.AmountFromBig(new(big.Int).Lsh(big.NewInt(1), 255))
	for name, spoil := range map[string]func(s *Spec, r *Rows){
		"oz-standard-v1": func(_ *Spec, r *Rows) { r.Accounts[1900] = r.Accounts[3] },
		"uniswap-v1":     func(_ *Spec, r *Rows) { r.Index[1900] = r.Index[3] },
		"jito-v1": func(_ *Spec, r *Rows) {
			r.Amounts[7], r.Amounts[1300] = merkle.NewAmount(1<<63), merkle.NewAmount(1<<63)
		},
		"address-amount-packed-v1": func(_ *Spec, r *Rows) { r.Amounts[7], r.Amounts[1300] = wide, wide },
		"1inch-128-v1": func(s *Spec, r *Rows) {
			s.KeepDuplicates, s.Profile.Dedupe = true, true
			r.Accounts[1900], r.Amounts[1900], r.Columns[0].Values[1900] = r.Accounts[3], r.Amounts[3], r.Columns[0].Values[3]
		},
	} {
		s, rows := piecesOf(t, lookup(t, name), 2000)
		s.Order = OrderLeafHash
		if _, err := rootOf(t, s, rows, random); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		spoil(&s, rows)
		if _, err := rootOf(t, s, rows, random); !errors.Is(err, ErrUnclear) {
			t.Errorf("%s, spoilt: %v, want %v", name, err, ErrUnclear)
		}
	}
}
