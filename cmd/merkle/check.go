package main

import (
	"fmt"

	"github.com/urfave/cli/v2"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/alloc"
	"github.com/merkle-drop/merkle/campaign"
	"github.com/merkle-drop/merkle/export"
)

func checkCommand() *cli.Command {
	return &cli.Command{
		Name: "check", Usage: "read a campaign and all its inputs, report every fault, compute nothing", ArgsUsage: "CAMPAIGN",
		Description: "Example:\n   merkle check fixtures/jupiter-asr/campaign.yaml",
		Flags:       []cli.Flag{jsonFlag, quietFlag},
		Action: func(c *cli.Context) error {
			args, err := want(c, "CAMPAIGN")
			if err != nil {
				return err
			}
			camp, err := readCampaign(args[0])
			if err != nil {
				return err
			}
			bar := newProgress(c)
			defer bar.done()
			seen, err := checkAll(c, camp, bar)
			if err != nil {
				return err
			}
			bar.done()
			if c.Bool("json") {
				doc := map[string]any{"campaign": camp.ID, "rule": camp.Rule.Name, "faults": 0, "accounts": countsDoc(seen.Accounts)}
				if len(seen.Notes) > 0 {
					doc["notes"] = seen.Notes
				}
				return printJSON(c.App.Writer, doc)
			}
			_, err = fmt.Fprintf(c.App.Writer, "%s: %s, %d tokens, %d trees: no faults\n", args[0], camp.Rule.Name, len(camp.Tokens), len(camp.Trees))
			if err == nil && seen.Accounts.Suspicious() > 0 {
				_, err = fmt.Fprintf(c.App.Writer, "accounts: %s\n", countsText(seen.Accounts))
			}
			for _, note := range seen.Notes {
				if err == nil {
					_, err = fmt.Fprintf(c.App.Writer, "note: %s\n", note)
				}
			}
			return err
		},
	}
}

// checkAll gathers the faults of the profiles and of the inputs in one list.
func checkAll(c *cli.Context, camp *campaign.Campaign, bar *progress) (*alloc.Inspection, error) {
	var faults merkle.Faults
	for i := range camp.Trees {
		t := &camp.Trees[i]
		if _, _, err := export.LeafProfile(t); err != nil {
			faults.Add(&merkle.Fault{Pos: t.Pos, Field: "profile", Value: t.Profile, Err: err})
		}
	}
	seen, err := alloc.Inspect(c.Context, camp, alloc.Options{Progress: bar.update, LeafColumns: export.LeafColumns})
	if more, ok := merkle.AsFaults(err); ok {
		for _, f := range more.List {
			faults.Add(f)
		}
		faults.More += more.More
	} else if err != nil {
		return nil, err
	}
	return seen, faults.Err()
}
