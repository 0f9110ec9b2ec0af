package main

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"slices"
	"sync"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/tree"
)

// kindError says that an account is of a kind that should not be in a list.
type kindError struct{ kind merkle.AccountKind }

func (e *kindError) Error() string {
	return fmt.Sprintf("%s (--allow %s lets it through)", e.kind.Why(), e.kind)
}

// judge counts the kinds of accounts. Those that are not let through are warned about, each kind once with its first place, or
// refused, all with their places.
func (l *list) judge(ctx context.Context, errw io.Writer) (merkle.AccountCounts, error) {
	if l.spill != nil {
		if err := l.spill.judge(ctx, l); err != nil {
			return l.spill.kinds.counts, err
		}
		return l.spill.kinds.counts, l.tell(errw, &l.spill.kinds)
	}
	if l.rooted != nil {
		return l.seen.counts, l.tell(errw, &l.seen)
	}
	kinds, counts, err := l.kinds(ctx)
	if err != nil || counts.Suspicious() == 0 {
		return counts, err
	}
	seen := kindsSeen{counts: counts}
	for row, k := range kinds {
		l.see(&seen, k, row, l.rows.Accounts[row])
	}
	return counts, l.tell(errw, &seen)
}

// kindsSeen is the kinds of accounts in a list.
type kindsSeen struct {
	counts merkle.AccountCounts
	first  [8]bool
	found  tree.RowErrors // what is to be told
}

// see takes an account of a kind, which is counted already.
func (l *list) see(seen *kindsSeen, k merkle.AccountKind, row int, a merkle.Account) {
	if k <= merkle.KindZero || l.set.allow[k] || l.set.accounts == "warn" && seen.first[k] {
		return
	}
	seen.first[k] = true
	if len(seen.found.List) == merkle.MaxFaults {
		seen.found.More++
		return
	}
	name := l.profile.Fields[slices.IndexFunc(l.profile.Fields, func(f tree.Field) bool { return f.Source == tree.SourceAccount })].Name
	seen.found.List = append(seen.found.List, &tree.RowError{Row: row, Other: -1, Field: name, Value: a.String(), Err: &kindError{k}})
}

// tell warns about accounts, or refuses them.
func (l *list) tell(errw io.Writer, seen *kindsSeen) error {
	if len(seen.found.List) == 0 {
		return nil
	}
	counts, found := seen.counts, &seen.found
	located := l.locate(found)
	faults, ok := merkle.AsFaults(located)
	if !ok || l.set.accounts == "refuse" {
		return located
	}
	for _, f := range faults.List {
		if e, ok := f.Err.(*kindError); ok {
			fmt.Fprintf(errw, "merkle: warning: %s: %s %q: %s; %d such in all\n", f.Pos, f.Field, f.Value, e, counts[e.kind])
		}
	}
	return nil
}

// repeated notes accounts of several rows where the contract pays each of them, because that is seldom meant when it is once.
func (l *list) repeated() {
	if len(l.profile.Key) < 2 || l.set.duplicates != "refuse" {
		return
	}
	first, n := make(map[merkle.Account]int, len(l.rows.Accounts)), 0
	var two [2]int
	for row, a := range l.rows.Accounts {
		was, again := first[a]
		if !again {
			first[a] = row
			continue
		}
		if n++; n == 1 {
			two = [2]int{was, row}
		}
	}
	if n == 0 {
		return
	}
	l.noteRepeated(n, l.rows.Accounts[two[1]], l.number(two[0]), l.number(two[1]))
}

// noteRepeated notes that n rows are of an account that is there already: one is a's, at data row again after first.
func (l *list) noteRepeated(n int, a merkle.Account, first, again uint32) {
	name := l.profile.Fields[slices.IndexFunc(l.profile.Fields, func(f tree.Field) bool { return f.Source == tree.SourceAccount })].Name
	places, err := l.places(map[uint32]bool{first: true, again: true})
	if err != nil {
		return // the list was read a moment ago; that it is gone is said by whoever needs it
	}
	l.notes = append(l.notes, fmt.Sprintf("%d rows are of an account that is there already, each to be paid: %s is at %s and %s", n, a, places[first][name], places[again][name]))
}

// kinds are those of all rows. They were found while the list was read; which accounts are the distribution's own is known only now.
func (l *list) kinds(ctx context.Context) ([]merkle.AccountKind, merkle.AccountCounts, error) {
	kinds := l.kindsOf.all(l.rows.Accounts)
	own := l.own()
	var counts merkle.AccountCounts
	for i, k := range kinds {
		if len(own) > 0 && k != merkle.KindZero && own[l.rows.Accounts[i]] {
			k = merkle.KindOwn
			kinds[i] = k
		}
		counts[k]++
	}
	return kinds, counts, ctx.Err()
}

// kindChunk is how many accounts are judged at a time.
const kindChunk = 8192

// kindFinder judges accounts beside the reading of the list: the curve of a Solana key takes a microsecond.
type kindFinder struct {
	slots chan struct{} // as many as processors may be used
	wait  sync.WaitGroup
	parts [][]merkle.AccountKind
	done  int // accounts handed over
}

func newKindFinder(workers int) *kindFinder {
	if workers == 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	return &kindFinder{slots: make(chan struct{}, workers)}
}

// next hands over accounts when a chunk of new ones is there. accounts may grow afterwards, but not change.
func (k *kindFinder) next(accounts []merkle.Account, rest bool) {
	n := len(accounts) - k.done
	if n == 0 || n < kindChunk && !rest {
		return
	}
	chunk := accounts[k.done:]
	k.done += n
	out := make([]merkle.AccountKind, n)
	k.parts = append(k.parts, out)
	k.slots <- struct{}{}
	k.wait.Go(func() {
		for i, a := range chunk {
			out[i] = a.Kind()
		}
		<-k.slots
	})
}

// all waits for the kinds of all accounts.
func (k *kindFinder) all(accounts []merkle.Account) []merkle.AccountKind {
	k.next(accounts, true)
	k.wait.Wait()
	return slices.Concat(k.parts...)
}

// own are the addresses of the distribution itself: the token or tokens, what --own names, and every constant that is an account.
func (l *list) own() map[merkle.Account]bool {
	own := map[merkle.Account]bool{}
	for i, a := range l.rows.Tokens {
		if i == 0 || a != l.rows.Tokens[i-1] {
			own[a] = true
		}
	}
	for _, a := range append(slices.Clone(l.set.own), l.set.token) {
		if !a.IsZero() {
			own[a] = true
		}
	}
	for _, text := range l.set.constants {
		if a, err := merkle.ParseAccount(text); err == nil {
			own[a] = true
		}
	}
	return own
}

// countsDoc is the counts for people and programs: kinds that there are, by name.
func countsDoc(counts merkle.AccountCounts) map[string]int {
	doc := map[string]int{}
	for _, k := range merkle.AccountKinds() {
		if counts[k] > 0 {
			doc[k.String()] = counts[k]
		}
	}
	return doc
}

// countsText is "12 wallet, 3 off-curve": the kinds that there are.
func countsText(counts merkle.AccountCounts) string {
	text := ""
	for _, k := range merkle.AccountKinds() {
		if counts[k] > 0 {
			if text != "" {
				text += ", "
			}
			text += group(fmt.Sprint(counts[k])) + " " + k.String()
		}
	}
	return text
}
