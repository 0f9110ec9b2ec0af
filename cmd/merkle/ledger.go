package main

import (
	"bytes"
	"fmt"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/alloc"
	"github.com/merkle-drop/merkle/export"
)

// ledgerTable is one line a token; tokens whose ledger has more than pool, claims, unallocated and residual get all their lines below.
func ledgerTable(b *bytes.Buffer, a *alloc.Allocation) {
	rows := [][]string{{"token", "pool", "paid", "of pool", "unallocated", "residual", "to"}}
	var long []*alloc.TokenAllocation
	for i := range a.Tokens {
		k := &a.Tokens[i]
		if hasMore(&k.Ledger) {
			long = append(long, k)
			continue
		}
		l, d := k.Ledger, k.Token.Decimals
		rows = append(rows, []string{k.Token.ID, tokens(l.Pool, d), tokens(l.Claims, d), percent(l.Claims, l.Pool), tokens(l.Unallocated, d), tokens(l.Residual, d), l.ResidualTo})
		if len(l.Chains) > 1 {
			for _, c := range l.Chains {
				rows = append(rows, []string{"", shortChain(c.Chain), tokens(c.Claims, d), percent(c.Claims, l.Pool), "", "", ""})
			}
		}
	}
	if len(rows) > 1 {
		table(b, rows, "lrrrrrl")
	}
	for _, k := range long {
		longLedger(b, k)
	}
}

func hasMore(l *alloc.Ledger) bool {
	for _, v := range []merkle.Amount{l.CarriedIn, l.RolledIn, l.Locked, l.Unelected, l.Unvested, l.Forgone, l.Rolled, l.PaidBefore} {
		if !v.IsZero() {
			return true
		}
	}
	return l.RolledTo != ""
}

// longLedger is the double entry of a token as one reads it on paper: where the tokens come from, and where all of them are.
func longLedger(b *bytes.Buffer, k *alloc.TokenAllocation) {
	l, d := &k.Ledger, k.Token.Decimals
	var in merkle.Amount
	for _, v := range []merkle.Amount{l.Pool, l.CarriedIn, l.RolledIn} {
		in, _ = in.Add(v) // fits: prove() has closed the ledger
	}
	rows := [][]string{{"ledger of " + k.Token.ID, "", "", ""}}
	line := func(name string, v merkle.Amount, to string, always bool) {
		if always || !v.IsZero() {
			rows = append(rows, []string{"  " + name, tokens(v, d), percent(v, in), to})
		}
	}
	line("pool", l.Pool, "", true)
	line("carried in", l.CarriedIn, "locked and unelected of the month before", false)
	line("rolled in", l.RolledIn, "from other bundles", false)
	rows = append(rows, []string{"are", tokens(in, d), "", ""})
	line("claims", l.Claims, fmt.Sprintf("%s leaves", group(fmt.Sprint(l.Leaves))), true)
	for _, c := range l.Chains {
		if len(l.Chains) > 1 {
			rows = append(rows, []string{"    " + shortChain(c.Chain), tokens(c.Claims, d), percent(c.Claims, in), fmt.Sprintf("%s leaves", group(fmt.Sprint(c.Leaves)))})
		}
	}
	line("locked", l.Locked, "open, its accounts' own", false)
	line("unelected", l.Unelected, "allocations without a choice", false)
	line("unallocated", l.Unallocated, "", false)
	line("unvested", l.Unvested, "to "+l.RolledTo, false)
	line("forgone", l.Forgone, "to "+l.RolledTo, false)
	line("rolled", l.Rolled, "to "+l.RolledTo, false)
	line("residual", l.Residual, "to "+l.ResidualTo, false)
	if !l.PaidBefore.IsZero() {
		rows = append(rows, []string{"the trees are cumulative and hold as well", "", "", ""})
		line("paid before", l.PaidBefore, "", true)
	}
	table(b, rows, "lrrl")
}

// published lists what goes on from the bundle beside its claims.
func published(b *bytes.Buffer, m *export.Manifest) {
	if m.Previous.Manifest != "" {
		fmt.Fprintf(b, "goes on from   %s, manifest sha256 %s\n\n", m.Previous.ID, m.Previous.Manifest)
	}
	if len(m.Tables) == 0 {
		return
	}
	rows := [][]string{{"table", "rows", "sha256"}}
	for _, t := range m.Tables {
		rows = append(rows, []string{t.File, group(fmt.Sprint(t.Rows)), t.SHA256})
	}
	table(b, rows, "lrl")
}
