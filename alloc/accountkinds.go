package alloc

import (
	"context"
	"fmt"
	"slices"

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
	in := &Inspection{}
	in.Notes = r.countKinds(r.included(), &in.Accounts)
	return in, ctx.Err()
}

// included are the accounts of the inputs that no exclusion list takes out, in the order in which they were met.
func (r *reading) included() judged {
	return judged{r.roll.entrants, func(id int) bool { return id >= len(r.out) || r.out[id] == 0 }}
}

// judged are the accounts of those entrants that count selects.
type judged struct {
	entrants []Entrant
	count    func(i int) bool
}

// kinds judges accounts on all processors; the kind of an entrant that is not selected is notJudged.
func (r *reading) kinds(list judged) []merkle.AccountKind {
	own := r.ownAccounts()
	n := len(list.entrants)
	kinds := make([]merkle.AccountKind, n)
	inParts(sortParts, func(part int) {
		for i := part * n / sortParts; i < (part+1)*n/sortParts; i++ {
			account := &list.entrants[i].Account
			switch {
			case !list.count(i):
				kinds[i] = notJudged
			case own[*account]:
				kinds[i] = merkle.KindOwn
			default:
				kinds[i] = account.Kind()
			}
		}
	})
	return kinds
}

// ownAccounts are the campaign's own: its tokens' contracts and mints, and every address in deployments.
func (r *reading) ownAccounts() map[merkle.Account]bool {
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
	return own
}

// notJudged is no kind.
const notJudged merkle.AccountKind = 1<<8 - 1

// countKinds counts the kinds of accounts, and returns a sentence for each kind that the campaign wants to be warned of.
func (r *reading) countKinds(list judged, counts *merkle.AccountCounts) (notes []string) {
	first := map[merkle.AccountKind]int{}
	for i, k := range r.kinds(list) {
		if k == notJudged {
			continue
		}
		if counts[k]++; counts[k] == 1 {
			first[k] = i
		}
	}
	for _, k := range merkle.AccountKinds() {
		if counts[k] == 0 || r.c.Accounts.Of(k) != "warn" {
			continue
		}
		notes = append(notes, kindNote(k, counts[k], list.entrants[first[k]].Account))
	}
	return notes
}

func kindNote(k merkle.AccountKind, n int, first merkle.Account) string {
	what := fmt.Sprintf("%d accounts are of kind %s, the first is", n, k)
	if n == 1 {
		what = fmt.Sprintf("one account is of kind %s:", k)
	}
	return fmt.Sprintf("%s %s (%s)", what, first, k.Why())
}

// judge counts the kinds of the entrants that have a claim, and notes those that the campaign wants to be warned of.
func (a *Allocation) judge(r *reading) {
	a.Notes = append(a.Notes, r.countKinds(judged{a.Entrants, a.hasClaim}, &a.Accounts)...)
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

// refuseAccounts adds a fault for every account of a kind that the campaign refuses, at its first row.
func (r *reading) refuseAccounts() error {
	if !r.c.Accounts.Refuses() {
		return nil
	}
	list := r.included()
	refused := map[merkle.Account]merkle.AccountKind{}
	for i, k := range r.kinds(list) {
		if k != notJudged && r.c.Accounts.Of(k) == "refuse" {
			refused[list.entrants[i].Account] = k
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
	r.refuseRest(refused)
	return nil
}

// refuseRest refuses accounts that stand in no row of an input: those that a bundle before this one brings.
func (r *reading) refuseRest(refused map[merkle.Account]merkle.AccountKind) {
	rest := make([]merkle.Account, 0, len(refused))
	for a := range refused {
		rest = append(rest, a)
	}
	slices.SortFunc(rest, merkle.Account.Compare)
	for _, a := range rest {
		r.faults.Add(&merkle.Fault{Pos: r.c.Accounts.Pos, Field: "account", Value: a.String(), Err: &RefusedKind{refused[a]}})
	}
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
	t.choose([]int{column}, column)
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
