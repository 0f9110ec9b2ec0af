package main

import (
	"bytes"
	"cmp"
	"fmt"
	"os"
	"strconv"

	"github.com/urfave/cli/v2"

	"github.com/merkle-drop/merkle/export"
	"github.com/merkle-drop/merkle/tree"
)

// provenDoc is one claim as prove --json prints it. Amounts are base units of the tree's chain.
type provenDoc struct {
	Tree    string     `json:"tree"`
	Chain   string     `json:"chain"`
	Token   string     `json:"token"`
	Account string     `json:"account"`
	Amount  string     `json:"amount"`
	Locked  string     `json:"locked,omitempty"`
	Index   string     `json:"index"`
	Leaf    string     `json:"leaf"`
	Proof   []string   `json:"proof"`
	Root    string     `json:"root"`
	Claim   string     `json:"claim,omitempty"`
	Fields  []fieldDoc `json:"fields"`

	TwoLevel *twoLevelDoc    `json:"twoLevel,omitempty"`
	Solana   *solanaClaimDoc `json:"solana,omitempty"`
}

// twoLevelDoc is where a claim stands in a tree of accounts' trees, as such contracts ask for it.
type twoLevelDoc struct {
	AccountIndex string `json:"accountIndex"` // rank of the account among the tree's
	ClaimIndex   string `json:"claimIndex"`   // rank of the claim among the account's, by token
	InnerRoot    string `json:"innerRoot"`    // of the account's own tree
	InnerProof   string `json:"innerProof"`   // so many entries of proof, from its beginning, are of the account's own tree
}

type fieldDoc struct {
	Name  string `json:"name"`
	Type  string `json:"type"`
	Value string `json:"value"`
}

func proveCommand() *cli.Command {
	return &cli.Command{
		Name: "prove", Usage: "print an account's claims with proofs that lead to the bundle's roots", ArgsUsage: "BUNDLE ACCOUNT",
		Description: "Reads the manifest, one index page and one shard a group, rebuilds the proofs and checks each against its root.\n\n" +
			"Example:\n   merkle prove bundle 5B7yZ1bU5o3GEDYsMSV1sV3Vn5cwQxGQ9jXcMoJE6B9M --json\n\nAn account without a claim is exit status 1.",
		Flags: []cli.Flag{jsonFlag},
		Action: func(c *cli.Context) error {
			args, err := want(c, "BUNDLE", "ACCOUNT")
			if err != nil {
				return err
			}
			who, err := argAccount(c, args[1])
			if err != nil {
				return err
			}
			if err := notThere(args[0]); err != nil {
				return err
			}
			r, err := export.Open(os.DirFS(args[0]))
			if err != nil {
				return fmt.Errorf("%s: %w", args[0], err)
			}
			found, err := r.Find(who)
			if err != nil {
				return fmt.Errorf("%s: %w", args[0], err)
			}
			if len(found) == 0 {
				return fmt.Errorf("%s has no claim in %s (merkle explain CAMPAIGN ACCOUNT says why)", who, args[0])
			}
			docs := make([]provenDoc, len(found))
			for i, p := range found {
				docs[i] = newProvenDoc(p)
				docs[i].Solana = solanaClaim(r.Manifest(), &found[i])
			}
			if c.Bool("json") {
				return printJSON(c.App.Writer, map[string]any{"account": who.String(), "claims": docs})
			}
			var b bytes.Buffer
			for i, d := range docs {
				p := found[i]
				fmt.Fprintf(&b, "%s   %s %s   (%s base units)\n  chain  %s\n", d.Tree, group(p.Amount.Tokens(uint8(p.Decimals))), d.Token, d.Amount, d.Chain)
				for _, f := range d.Fields {
					fmt.Fprintf(&b, "  %-8s %s   %s\n", f.Name, f.Value, f.Type)
				}
				if p.FromPath {
					fmt.Fprintf(&b, "  %-8s %s   read from the proof by the contract\n", "index", d.Index)
				}
				fmt.Fprintf(&b, "  leaf   %s\n  root   %s\n", d.Leaf, d.Root)
				if l := d.TwoLevel; l != nil {
					fmt.Fprintf(&b, "  account index %s, claim index %s; the account's own tree has root %s and the first %s entries of the proof\n",
						l.AccountIndex, l.ClaimIndex, l.InnerRoot, l.InnerProof)
				}
				for j, h := range d.Proof {
					fmt.Fprintf(&b, "  proof%3d %s\n", j, h)
				}
				if d.Claim != "" {
					fmt.Fprintf(&b, "  call   %s\n", d.Claim)
				}
				if s := d.Solana; s != nil {
					fmt.Fprintf(&b, "  solana %s %s\n  distributor  %s\n  claim record %s\n  data   %s\n", s.Layout, s.Program, s.Distributor, s.ClaimStatus, s.Data)
					for _, a := range s.Accounts {
						fmt.Fprintf(&b, "  account %-24s %-44s%s\n", a.Name, cmp.Or(a.Address, "(yours to choose)"), accountMarks(a))
					}
				}
				b.WriteByte('\n')
			}
			_, err = c.App.Writer.Write(b.Bytes())
			return err
		},
	}
}

func accountMarks(a accountDoc) (marks string) {
	if a.Signer {
		marks += " signer"
	}
	if a.Writable {
		marks += " writable"
	}
	return marks
}

func newProvenDoc(p export.Proven) provenDoc {
	d := provenDoc{Tree: p.Tree, Chain: p.Chain, Token: p.Token, Account: p.Account.String(), Amount: p.Amount.String(), Index: p.Index,
		Leaf: p.Leaf.Text(p.Width), Root: p.Root.Text(p.Width), Proof: []string{}, Claim: p.Claim, Fields: []fieldDoc{}}
	if !p.Locked.IsZero() {
		d.Locked = p.Locked.String()
	}
	if p.Grouping == tree.GroupingTwoLevel {
		d.TwoLevel = &twoLevelDoc{strconv.Itoa(p.Position), strconv.Itoa(p.Rank), p.InnerRoot.Text(p.Width), strconv.Itoa(p.Inner)}
	}
	for _, h := range p.Proof {
		d.Proof = append(d.Proof, h.Text(p.Width))
	}
	for _, f := range p.Fields {
		d.Fields = append(d.Fields, fieldDoc{f.Name, f.Type, f.Value})
	}
	return d
}
