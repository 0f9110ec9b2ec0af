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
	kinds, counts, err := l.kinds(ctx)
	if err != nil || counts.Suspicious() == 0 {
		return counts, err
	}
	found := &tree.RowErrors{}
	name := l.profile.Fields[slices.IndexFunc(l.profile.Fields, func(f tree.Field) bool { return f.Source == tree.SourceAccount })].Name
	var first [8]bool
	for row, k := range kinds {
		if k <= merkle.KindZero || l.set.allow[k] || l.set.accounts == "warn" && first[k] {
			continue
		}
		first[k] = true
		if len(found.List) == merkle.MaxFaults {
			found.More++
			continue
		}
		found.List = append(found.List, &tree.RowError{Row: row, Other: -1, Field: name, Value: l.rows.Accounts[row].String(), Err: &kindError{k}})
	}
	if len(found.List) == 0 {
		return counts, nil
	}
	located := l.locate(found)
	faults, ok := merkle.AsFaults(located)
	if !ok || l.set.accounts == "refuse" {
		return counts, located
	}
	for _, f := range faults.List {
		if e, ok := f.Err.(*kindError); ok {
			fmt.Fprintf(errw, "merkle: warning: %s: %s %q: %s; %d such in all\n", f.Pos, f.Field, f.Value, e, counts[e.kind])
		}
	}
	return counts, nil
}

// kinds judges every row's account, on all processors: the curve of a Solana key takes microseconds.
func (l *list) kinds(ctx context.Context) ([]merkle.AccountKind, merkle.AccountCounts, error) {
	own := l.own()
	n := len(l.rows.Accounts)
	kinds := make([]merkle.AccountKind, n)
	w := l.set.workers
	if w == 0 {
		w = runtime.GOMAXPROCS(0)
	}
	w = max(1, min(w, n/1024))
	parts := make([]merkle.AccountCounts, w)
	var wait sync.WaitGroup
	for part := range w {
		wait.Go(func() {
			for i := part * n / w; i < (part+1)*n/w; i++ {
				if i%4096 == 0 && ctx.Err() != nil {
					return
				}
				k := l.rows.Accounts[i].Kind()
				if own[l.rows.Accounts[i]] && k != merkle.KindZero {
					k = merkle.KindOwn
				}
				kinds[i] = k
				parts[part][k]++
			}
		})
	}
	wait.Wait()
	var counts merkle.AccountCounts
	for _, part := range parts {
		for k, n := range part {
			counts[k] += n
		}
	}
	return kinds, counts, ctx.Err()
}

// own are the addresses of the distribution itself: the token or tokens, what --own names, and every constant that is an account.
func (l *list) own() map[merkle.Account]bool {
	own := map[merkle.Account]bool{}
	for _, a := range l.rows.Tokens {
		own[a] = true
	}
	for _, a := range append(slices.Clone(l.set.own), l.set.token) {
		own[a] = true
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
		doc[k.String()] = counts[k]
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
