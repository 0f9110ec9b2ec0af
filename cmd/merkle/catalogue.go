package main

import (
	"bytes"
	"fmt"

	"github.com/urfave/cli/v2"

	"github.com/merkle-drop/merkle/campaign"
	"github.com/merkle-drop/merkle/tree"
)

func profilesCommand() *cli.Command {
	return &cli.Command{
		Name: "profiles", Usage: "list the claim formats, or draw one", ArgsUsage: "[NAME]",
		Description: "Example:\n   merkle profiles\n   merkle profiles jito-v1",
		Flags:       []cli.Flag{jsonFlag},
		BashComplete: func(c *cli.Context) {
			for p := range tree.Profiles() {
				fmt.Fprintln(c.App.Writer, p.Name)
			}
		},
		Action: func(c *cli.Context) error {
			if c.NArg() > 1 {
				return usage("profiles: %d arguments, want one NAME or none", c.NArg())
			}
			if c.NArg() == 1 {
				p, err := tree.Lookup(c.Args().First())
				if err != nil {
					return usage("profiles: %v", err)
				}
				if c.Bool("json") {
					return printJSON(c.App.Writer, p)
				}
				_, err = fmt.Fprint(c.App.Writer, p.Describe())
				return err
			}
			var all []tree.Profile
			rows := [][]string{{"profile", "accounts", "hash", "shape", "own order", "what"}}
			for p := range tree.Profiles() {
				all = append(all, p)
				shape := string(p.Shape)
				if p.Grouped() {
					shape = p.Grouping + ", " + shape
				}
				rows = append(rows, []string{p.Name, p.Accounts.String(), string(p.Hash), shape, string(p.Order), p.Title})
			}
			if c.Bool("json") {
				return printJSON(c.App.Writer, all)
			}
			var b bytes.Buffer
			table(&b, rows, "llllll")
			b.WriteString("merkle profiles NAME draws the leaf and names the contract\n")
			_, err := c.App.Writer.Write(b.Bytes())
			return err
		},
	}
}

func rulesCommand() *cli.Command {
	return &cli.Command{
		Name: "rules", Usage: "list the allocation rules, or print one with its formula, settings and source", ArgsUsage: "[NAME]",
		Description:  "Example:\n   merkle rules\n   merkle rules jupiter-asr/v1",
		Flags:        []cli.Flag{jsonFlag},
		BashComplete: completeRules,
		Action: func(c *cli.Context) error {
			if c.NArg() > 1 {
				return usage("rules: %d arguments, want one NAME or none", c.NArg())
			}
			if c.NArg() == 1 {
				for _, r := range campaign.Rules() {
					if r.Name != c.Args().First() {
						continue
					}
					if c.Bool("json") {
						return printJSON(c.App.Writer, r)
					}
					_, err := fmt.Fprint(c.App.Writer, r.Text())
					return err
				}
				return usage("rules: no rule %q", c.Args().First())
			}
			if c.Bool("json") {
				return printJSON(c.App.Writer, campaign.Rules())
			}
			var b bytes.Buffer
			var rows [][]string
			for _, r := range campaign.Rules() {
				rows = append(rows, []string{r.Name, r.Summary})
			}
			table(&b, rows, "ll")
			b.WriteString("merkle rules NAME prints the formula, the settings and the source\n")
			_, err := c.App.Writer.Write(b.Bytes())
			return err
		},
	}
}
