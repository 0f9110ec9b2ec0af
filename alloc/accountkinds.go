package alloc

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/campaign"
)

// Inspection is what Inspect has seen.
type Inspection struct {
	Accounts merkle.AccountCounts // kinds of the accounts in the inputs that are not excluded
	Notes    []string             // sentences for a person about accounts that should hardly be there
}

// Inspect is Check, and counts the kinds of accounts. It computes no amounts.
func Inspect(ctx context.Context, c *campaign.Campaign, o Options) (*Inspection, error) {
	r := newReading(ctx, c, o)
	if _, _, _, err := r.load(false); err != nil {
		return nil, err
	}
	list := r.included()
	kinds := r.kinds(list)
	in := &Inspection{}
	for _, k := range kinds {
		in.Accounts[k]++
	}
	in.Notes = kindNotes(c, list, kinds)
	return in, ctx.Err()
}

// included are the accounts of the inputs that no exclusion list takes out, in the order in which they were met.
func (r *reading) included() []merkle.Account {
	list := make([]merkle.Account, 0, r.roll.len())
	for id, e := range r.roll.entrants {
		if id >= len(r.out) || r.out[id] == 0 {
			list = append(list, e.Account)
		}
	}
	return list
}

// kinds judges accounts on all processors. The campaign's own are its tokens' contracts and mints, and every address in deployments.
func (r *reading) kinds(list []merkle.Account) []merkle.AccountKind {
	own := map[merkle.Account]bool{}
	for _, t := range r.c.Tokens {
		for _, a := range t.Assets {
			if !a.Asset.Token.IsZero() {
				own[a.Asset.Token] = true
			}
		}
	}
	for _, t := range r.c.Trees {
		for _, text := range t.Deployment {
			if a, err := merkle.ParseAccount(text); err == nil {
				own[a] = true
			}
		}
	}
	kinds := make([]merkle.AccountKind, len(list))
	w := max(1, min(runtime.GOMAXPROCS(0), len(list)/4096))
	var wait sync.WaitGroup
	for part := range w {
		wait.Go(func() {
			for i := part * len(list) / w; i < (part+1)*len(list)/w; i++ {
				if kinds[i] = list[i].Kind(); own[list[i]] {
					kinds[i] = merkle.KindOwn
				}
			}
		})
	}
	wait.Wait()
	return kinds
}

// judge counts the kinds of the entrants that have a claim, and notes those that the campaign wants to be warned of.
func (a *Allocation) judge(r *reading) {
	list := make([]merkle.Account, 0, len(a.Entrants))
	for i, e := range a.Entrants {
		if a.hasClaim(i) {
			list = append(list, e.Account)
		}
	}
	kinds := r.kinds(list)
	for _, k := range kinds {
		a.Accounts[k]++
	}
	a.Notes = append(a.Notes, kindNotes(r.c, list, kinds)...)
}

func (a *Allocation) hasClaim(i int) bool {
	for k := range a.Tokens {
		t := &a.Tokens[k]
		if !t.Amounts[i].IsZero() || t.Locked != nil && !t.Locked[i].IsZero() {
			return true
		}
	}
	return false
}

// kindNotes is one sentence a kind.
func kindNotes(c *campaign.Campaign, list []merkle.Account, kinds []merkle.AccountKind) []string {
	var notes []string
	for _, k := range merkle.AccountKinds() {
		first := slices.Index(kinds, k)
		if first < 0 || c.Accounts.Of(k) != "warn" {
			continue
		}
		n := 0
		for _, other := range kinds {
			if other == k {
				n++
			}
		}
		what := fmt.Sprintf("%d accounts are of kind %s, the first is", n, k)
		if n == 1 {
			what = fmt.Sprintf("one account is of kind %s:", k)
		}
		notes = append(notes, fmt.Sprintf("%s %s (%s)", what, list[first], k.Why()))
	}
	return notes
}

// refuseAccounts adds a fault for every account of a kind that the campaign refuses, at its first row.
func (r *reading) refuseAccounts() error {
	if !r.c.Accounts.Refuses() {
		return nil
	}
	list := r.included()
	refused := map[merkle.Account]merkle.AccountKind{}
	for i, k := range r.kinds(list) {
		if r.c.Accounts.Of(k) == "refuse" {
			refused[list[i]] = k
		}
	}
	for _, s := range r.opened {
		if len(refused) == 0 {
			return nil
		}
		if err := s.refuseRows(refused); err != nil {
			return err
		}
	}
	rest := make([]merkle.Account, 0, len(refused)) // accounts that a bundle before this one brings
	for a := range refused {
		rest = append(rest, a)
	}
	slices.SortFunc(rest, merkle.Account.Compare)
	for _, a := range rest {
		r.faults.Add(&merkle.Fault{Pos: r.c.Accounts.Pos, Field: "account", Value: a.String(), Err: &RefusedKind{refused[a]}})
	}
	return nil
}

// refuseRows reads the input once more for the places of accounts, and takes those that it finds out of refused.
func (s *source) refuseRows(refused map[merkle.Account]merkle.AccountKind) error {
	f, err := OpenFile(s.r.o.Open, s.in.File)
	if err != nil {
		return err
	}
	defer f.Close()
	t, err := OpenTable(f, s.in.File, formatOf(s.in), new(merkle.Faults))
	if err != nil {
		return err
	}
	column := s.col[slices.IndexFunc(s.want, func(c column) bool { return c.name == "account" })]
	for len(refused) > 0 && t.Next() {
		a, err := merkle.ParseAccountBytes(t.Cell(column))
		if k, is := refused[a]; err == nil && is {
			s.r.faults.Add(&merkle.Fault{Pos: t.Pos(column), Field: "account", Value: string(t.Cell(column)), Err: &RefusedKind{k}})
			delete(refused, a)
		}
	}
	return t.Err()
}

// RefusedKind is the cause of a fault about an account of a kind that the campaign refuses.
type RefusedKind struct{ Kind merkle.AccountKind }

// Error says what the account is and which key refuses it.
func (e *RefusedKind) Error() string {
	return fmt.Sprintf("%s; the campaign refuses it (accounts: %s)", e.Kind.Why(), e.Kind)
}
