package main

import (
	"encoding/json"
	"io"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/export"
)

// buildDoc is what build --json prints. Amounts are strings; ledger amounts are base units of the token, totals base
// units of the tree's chain.
type buildDoc struct {
	Campaign   string         `json:"campaign"`
	Rule       string         `json:"rule"`
	Bundle     string         `json:"bundle"`
	Manifest   string         `json:"manifestSha256"`
	Previous   *previousDoc   `json:"previous,omitempty"`
	Trees      []treeDoc      `json:"trees"`
	Ledger     []ledgerDoc    `json:"ledger"`
	Tables     []tableDoc     `json:"tables,omitempty"`
	Assertions []assertionDoc `json:"assertions,omitempty"`
	Notes      []string       `json:"notes,omitempty"`
	Accounts   map[string]int `json:"accounts,omitempty"` // accounts with a claim, by kind
}

// previousDoc is the bundle that this one goes on from.
type previousDoc struct {
	ID       string `json:"id"`
	Manifest string `json:"manifestSha256"`
}

type tableDoc struct {
	Name   string `json:"name"`
	Rows   int64  `json:"rows"`
	File   string `json:"file"`
	SHA256 string `json:"sha256"`
}

type treeDoc struct {
	ID      string   `json:"id"`
	Chain   string   `json:"chain"`
	Tokens  []string `json:"tokens"`
	Profile string   `json:"profile"`
	Order   string   `json:"order"`
	Root    string   `json:"root"`
	Leaves  int      `json:"leaves"`
	Depth   int      `json:"depth"`
	Total   string   `json:"total"`

	Deployment map[string]string `json:"deployment,omitempty"`
}

type ledgerDoc struct {
	Token       string     `json:"token"`
	Decimals    int        `json:"decimals"`
	Pool        string     `json:"pool"`
	CarriedIn   string     `json:"carriedIn"`
	RolledIn    string     `json:"rolledIn"`
	Claims      string     `json:"claims"`
	Locked      string     `json:"locked"`
	Unelected   string     `json:"unelected"`
	Unallocated string     `json:"unallocated"`
	Unvested    string     `json:"unvested"`
	Forgone     string     `json:"forgone"`
	Rolled      string     `json:"rolled"`
	RolledTo    string     `json:"rolledTo"`
	Residual    string     `json:"residual"`
	ResidualTo  string     `json:"residualTo"`
	PaidBefore  string     `json:"paidBefore"`
	Leaves      int        `json:"leaves"`
	Dropped     int        `json:"dropped"`
	Chains      []chainDoc `json:"chains"`
}

type chainDoc struct {
	Chain  string `json:"chain"`
	Claims string `json:"claims"`
	Leaves int    `json:"leaves"`
}

type assertionDoc struct {
	Figure string `json:"figure"`
	Prints string `json:"prints"`
	Got    string `json:"got"`
	Holds  bool   `json:"holds"`
	Level  string `json:"level"`
	Place  string `json:"place"`
}

func newBuildDoc(r *result) *buildDoc {
	a, m := r.Allocation, r.manifest
	doc := &buildDoc{
		Campaign: a.Campaign.ID, Rule: a.Campaign.Rule.Name, Bundle: r.dir, Manifest: r.digest,
		Trees: []treeDoc{}, Ledger: []ledgerDoc{}, Notes: append(sameRoots(m.Trees), a.Notes...),
		Accounts: countsDoc(a.Accounts),
	}
	if m.Previous.Manifest != "" {
		doc.Previous = &previousDoc{m.Previous.ID, m.Previous.Manifest}
	}
	for _, t := range m.Tables {
		doc.Tables = append(doc.Tables, tableDoc{t.Name, t.Rows, t.File, t.SHA256})
	}
	for _, t := range m.Trees {
		doc.Trees = append(doc.Trees, treeDoc{ID: t.ID, Chain: t.Chain, Tokens: t.Tokens, Profile: t.Profile.Name, Order: t.Order,
			Root: t.Root, Leaves: t.Leaves, Depth: t.Depth, Total: treeTotal(t).String(), Deployment: t.Deployment})
	}
	for _, k := range a.Tokens {
		l := k.Ledger
		d := ledgerDoc{
			Token: k.Token.ID, Decimals: int(k.Token.Decimals), Pool: l.Pool.String(), CarriedIn: l.CarriedIn.String(), RolledIn: l.RolledIn.String(),
			Claims: l.Claims.String(), Locked: l.Locked.String(), Unelected: l.Unelected.String(), Unallocated: l.Unallocated.String(),
			Unvested: l.Unvested.String(), Forgone: l.Forgone.String(), Rolled: l.Rolled.String(), RolledTo: l.RolledTo,
			Residual: l.Residual.String(), ResidualTo: l.ResidualTo, PaidBefore: l.PaidBefore.String(), Leaves: l.Leaves, Dropped: l.Dropped, Chains: []chainDoc{},
		}
		for _, ch := range l.Chains {
			d.Chains = append(d.Chains, chainDoc{string(ch.Chain), ch.Claims.String(), ch.Leaves})
		}
		doc.Ledger = append(doc.Ledger, d)
	}
	for _, r := range a.Assertions {
		doc.Assertions = append(doc.Assertions, assertionDoc{r.Figure, r.Prints, r.Got, r.Holds, r.Level, r.Pos.String()})
	}
	return doc
}

// treeTotal is the sum of a tree that was built, so it is known to fit.
func treeTotal(t export.TreeInfo) (sum merkle.Amount) {
	for _, v := range t.Totals {
		sum, _ = sum.Add(v)
	}
	return sum
}

// printJSON writes one document, indented for people who look.
func printJSON(w io.Writer, doc any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(doc)
}
