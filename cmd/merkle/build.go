package main

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"

	"github.com/urfave/cli/v2"

	"github.com/merkle-drop/merkle/alloc"
	"github.com/merkle-drop/merkle/campaign"
	"github.com/merkle-drop/merkle/export"
	"github.com/merkle-drop/merkle/tree"
)

func buildCommand() *cli.Command {
	return &cli.Command{
		Name: "build", Usage: "compute a campaign, build its trees and write the bundle", ArgsUsage: "CAMPAIGN",
		Description: "Reads the campaign file and its inputs, computes who gets what, builds the trees and writes\n" +
			"a directory of static files, whole or not at all. DIR must not exist.\n\n" +
			"A build that goes through disk (--memory) keeps what is finished, by its digests, until it is done: after a kill\n" +
			"--resume goes on from there, and a build with --resume also leaves it when it is stopped or the disk is full.\n" +
			"Without --resume the next build removes it and begins anew.\n\n" +
			"Example:\n   merkle build fixtures/jupiter-asr/campaign.yaml -o bundle\n   merkle build fixtures/jupiter-asr/campaign.yaml -o bundle --json",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "output", Aliases: []string{"o"}, Usage: "directory to make, `DIR`"},
			memoryFlag(), tempFlag(), resumeFlag(), jsonFlag, quietFlag, workersFlag(),
		},
		Action: build,
	}
}

func build(c *cli.Context) error {
	args, err := want(c, "CAMPAIGN")
	if err != nil {
		return err
	}
	dir := c.String("output")
	if dir == "" {
		return &usageError{text: "build: no output directory", hint: "merkle build " + args[0] + " -o DIR"}
	}
	n, err := workers(c)
	if err != nil {
		return err
	}
	if _, err := os.Lstat(dir); !errors.Is(err, fs.ErrNotExist) {
		if err == nil {
			clearTemp(c, dir)
			export.Clear(dir)
			err = fmt.Errorf("%s: exists already; a bundle is never written over", dir)
		}
		return err
	}
	camp, err := readCampaign(args[0])
	if err != nil {
		return err
	}
	defer frugal()()
	limit, err := memoryLimit(c)
	if err != nil {
		return err
	}
	bar := newProgress(c)
	defer bar.done()
	o := export.Options{Workers: n, Progress: bar.update, Facts: solanaFacts}
	var r *result
	if limit.exceeded(campaignMemory(camp)) {
		r, err = buildOnDisk(c, dir, camp, o, limit)
	} else {
		clearTemp(c, dir)
		r, err = buildInMemory(c, dir, camp, o)
	}
	if err != nil {
		return err
	}
	text, err := os.ReadFile(filepath.Join(dir, "manifest.json"))
	if err != nil {
		return err
	}
	r.dir, r.digest = dir, fmt.Sprintf("%x", sha256.Sum256(text))
	bar.done()
	for _, t := range r.manifest.Trees {
		if text := tooDeep(t.Profile.Name, t.Deployment["layout"], t.Leaves, t.Depth); text != "" {
			fmt.Fprintf(c.App.ErrWriter, "merkle: tree %s: %s\n", t.ID, text)
		}
	}
	if c.Bool("json") {
		return printJSON(c.App.Writer, newBuildDoc(r))
	}
	return summary(c.App.Writer, r)
}

func buildInMemory(c *cli.Context, dir string, camp *campaign.Campaign, o export.Options) (*result, error) {
	a, err := alloc.Compute(c.Context, camp, alloc.Options{Progress: o.Progress, LeafColumns: export.LeafColumns, Checksums: checksums})
	if err != nil {
		return nil, err
	}
	trees, err := export.Trees(c.Context, a, o)
	if err != nil {
		return nil, err
	}
	m, err := export.Write(c.Context, dir, a, trees, o)
	if err != nil {
		return nil, err
	}
	return resultOf(a, m), nil
}

// frugal keeps memory near what is in use until the function that it returns is called. What a build holds is flat arrays without pointers, so
// that looking for garbage often costs next to nothing. Who sets GOGC knows better.
func frugal() func() {
	const percent = 25 // garbage to what is in use
	if os.Getenv("GOGC") != "" {
		return func() {}
	}
	before := debug.SetGCPercent(percent)
	return func() { debug.SetGCPercent(before) }
}

// checksums compares EIP-55 letters of many addresses at once.
func checksums() func(letters []byte, wrong []int) []int { return tree.NewEIP55().Check }

// readCampaign reads the campaign and checks what the campaign room cannot know: that its profiles exist.
func readCampaign(path string) (*campaign.Campaign, error) {
	if err := notThere(path); err != nil {
		return nil, err
	}
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		path = filepath.Join(path, "campaign.yaml")
	}
	return campaign.Read(path)
}
