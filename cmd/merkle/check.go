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
			if err := checkAll(c, camp, bar); err != nil {
				return err
			}
			bar.done()
			if c.Bool("json") {
				return printJSON(c.App.Writer, map[string]any{"campaign": camp.ID, "rule": camp.Rule.Name, "faults": 0})
			}
			_, err = fmt.Fprintf(c.App.Writer, "%s: %s, %d tokens, %d trees: no faults\n", args[0], camp.Rule.Name, len(camp.Tokens), len(camp.Trees))
			return err
		},
	}
}

// checkAll gathers the faults of the profiles and of the inputs in one list.
func checkAll(c *cli.Context, camp *campaign.Campaign, bar *progress) error {
	var faults merkle.Faults
	for i := range camp.Trees {
		t := &camp.Trees[i]
		if _, _, err := export.LeafProfile(t); err != nil {
			faults.Add(&merkle.Fault{Pos: t.Pos, Field: "profile", Value: t.Profile, Err: err})
		}
	}
	err := alloc.Check(c.Context, camp, alloc.Options{Progress: bar.update, LeafColumns: export.LeafColumns})
	if more, ok := merkle.AsFaults(err); ok {
		for _, f := range more.List {
			faults.Add(f)
		}
		faults.More += more.More
	} else if err != nil {
		return err
	}
	return faults.Err()
}
