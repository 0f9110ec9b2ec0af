package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/merkle-drop/merkle/campaign"
	"github.com/merkle-drop/merkle/internal/extsort"
)

func ruleNames() []string {
	var names []string
	for _, r := range campaign.Rules() {
		names = append(names, r.Name)
	}
	return names
}

func completeRules(c *cli.Context) {
	for _, name := range ruleNames() {
		fmt.Fprintln(c.App.Writer, name)
	}
}

// scaffold is campaign.Scaffold in a place for temporary files, so that what killed runs for the same folder have left is removed first.
func scaffold(rule, dir string, o campaign.ScaffoldOptions) (err error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	name := filepath.Base(abs)
	extsort.Clear(filepath.Dir(abs), name)
	extsort.Clear(abs, name) // of a folder that was there, which is no empty one otherwise
	var place *extsort.Place
	o.Work = func(parent string) (string, error) {
		if place, err = extsort.Claim(parent, name); err != nil {
			return "", err
		}
		work := filepath.Join(place.Path(), name)
		return work, os.Mkdir(work, 0o700)
	}
	err = campaign.Scaffold(rule, dir, o)
	if place != nil {
		err = errors.Join(err, place.Release())
	}
	return err
}

func initCommand() *cli.Command {
	return &cli.Command{
		Name: "init", Usage: "write a complete commented campaign with sample inputs", ArgsUsage: "RULE DIR",
		Description: "Example:\n   merkle init jupiter-asr/v1 my-round\n   merkle build my-round/campaign.yaml -o my-round/bundle\n\n" +
			"With --accounts the inputs are synthetic and of any size; the same seed gives the same bytes.",
		Flags: []cli.Flag{
			&cli.IntFlag{Name: "accounts", Usage: "make synthetic inputs for `N` accounts", DefaultText: "a small sample"},
			&cli.Uint64Flag{Name: "seed", Usage: "seed `S` of the synthetic inputs", Value: 1},
			jsonFlag,
		},
		BashComplete: completeRules,
		Action: func(c *cli.Context) error {
			args, err := want(c, "RULE", "DIR")
			if err != nil {
				return err
			}
			found := false
			for _, name := range ruleNames() {
				found = found || name == args[0]
			}
			if !found {
				return usage("init: no rule %q; have %s", args[0], strings.Join(ruleNames(), ", "))
			}
			n := c.Int("accounts")
			if c.IsSet("accounts") && n < 1 {
				return usage("init: --accounts %d: want at least 1", n)
			}
			bar := newProgress(c)
			defer bar.done()
			err = scaffold(args[0], args[1], campaign.ScaffoldOptions{
				Accounts: n, Seed: c.Uint64("seed"), Interrupted: c.Context.Err,
				Progress: func(done, total int64) { bar.update("sample inputs", done, total) },
			})
			if err != nil {
				return err
			}
			bar.done()
			file := filepath.Join(args[1], "campaign.yaml")
			if c.Bool("json") {
				return printJSON(c.App.Writer, map[string]string{"campaign": file, "rule": args[0]})
			}
			_, err = fmt.Fprintf(c.App.Writer, "wrote %s and its inputs\n\nNext:\n  merkle check %s\n  merkle build %s -o %s\n", file, file, file, filepath.Join(args[1], "bundle"))
			return err
		},
	}
}
