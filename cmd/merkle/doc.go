package main

import (
	"encoding/json"
	"io"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/alloc"
	"github.com/merkle-drop/merkle/export"
)

// buildDoc is what build --json prints. Amounts are strings; ledger amounts are base units of the token, totals base
// units of the tree's chain.
type buildDoc struct {
	Campaign   string         `json:"campaign"`
	Rule       string         `json:"rule"`
	Bundle     string         `json:"bundle"`
	Manifest   string         `json:"manifestSha256"`
	Trees      []treeDoc      `json:"trees"`
	Ledger     []ledgerDoc    `json:"ledger"`
	Assertions []assertionDoc `json:"assertions,omitempty"`
	Notes      []string       `json:"notes,omitempty"`
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
}

type ledgerDoc struct {
	Token       string     `json:"token"`
	Decimals    int        `json:"decimals"`
	Pool        string     `json:"pool"`
	Claims      string     `json:"claims"`
	Unallocated string     `json:"unallocated"`
	Unvested    string     `json:"unvested"`
	Forgone     string     `json:"forgone"`
	Rolled      string     `json:"rolled"`
	Residual    string     `json:"residual"`
	ResidualTo  string     `json:"residualTo"`
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

func newBuildDoc(dir string, a *alloc.Allocation, trees []*export.Tree, digest string) *buildDoc {
	doc := &buildDoc{
		Campaign: a.Campaign.ID, Rule: a.Campaign.Rule.Name, Bundle: dir, Manifest: digest,
		Trees: []treeDoc{}, Ledger: []ledgerDoc{}, Notes: append(sameRoots(trees), a.Notes...),
	}
	for _, t := range trees {
		d := treeDoc{ID: t.ID, Chain: string(t.Chain), Profile: t.Tree.Profile().Name, Order: string(t.Tree.Order()),
			Root: rootText(t), Leaves: t.Tree.Len(), Depth: t.Tree.Depth(), Total: treeTotal(t).String()}
		for _, k := range t.Tokens {
			d.Tokens = append(d.Tokens, k.ID)
		}
		doc.Trees = append(doc.Trees, d)
	}
	for _, k := range a.Tokens {
		l := k.Ledger
		d := ledgerDoc{k.Token.ID, int(k.Token.Decimals), l.Pool.String(), l.Claims.String(), l.Unallocated.String(), l.Unvested.String(), l.Forgone.String(),
			l.Rolled.String(), l.Residual.String(), l.ResidualTo, l.Leaves, l.Dropped, []chainDoc{}}
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

func rootText(t *export.Tree) string {
	root := t.Tree.Root()
	return root.Text(t.Tree.Profile().Width)
}

// treeTotal is the sum of a tree that was built, so it is known to fit.
func treeTotal(t *export.Tree) merkle.Amount {
	total, _ := t.Tree.Total()
	return total
}

// printJSON writes one document, indented for people who look.
func printJSON(w io.Writer, doc any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(doc)
}
