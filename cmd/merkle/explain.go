package main

import (
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/alloc"
	"github.com/merkle-drop/merkle/export"
)

// argAccount reads an account given on the command line.
func argAccount(c *cli.Context, text string) (merkle.Account, error) {
	a, err := merkle.ParseAccount(text)
	if err != nil {
		return a, usage("%s: account %q: %v", c.Command.Name, text, err)
	}
	return a, nil
}

func explainCommand() *cli.Command {
	return &cli.Command{
		Name: "explain", Usage: "show line by line how an account's amounts arose, or why there is none", ArgsUsage: "CAMPAIGN ACCOUNT",
		Description: "Example:\n   merkle explain fixtures/jupiter-asr/campaign.yaml 5B7yZ1bU5o3GEDYsMSV1sV3Vn5cwQxGQ9jXcMoJE6B9M",
		Flags:       []cli.Flag{jsonFlag, quietFlag},
		Action: func(c *cli.Context) error {
			args, err := want(c, "CAMPAIGN", "ACCOUNT")
			if err != nil {
				return err
			}
			who, err := argAccount(c, args[1])
			if err != nil {
				return err
			}
			camp, err := readCampaign(args[0])
			if err != nil {
				return err
			}
			bar := newProgress(c)
			defer bar.done()
			e, err := alloc.Explain(c.Context, camp, who, alloc.Options{Progress: bar.update, LeafColumns: export.LeafColumns})
			if err != nil {
				return err
			}
			bar.done()
			if c.Bool("json") {
				return printJSON(c.App.Writer, map[string]any{"campaign": camp.ID, "account": who.String(), "lines": e.Lines})
			}
			_, err = fmt.Fprintln(c.App.Writer, strings.Join(e.Lines, "\n"))
			return err
		},
	}
}
