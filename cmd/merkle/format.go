package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/chain/solana"
	"github.com/merkle-drop/merkle/export/tools"
	"github.com/merkle-drop/merkle/internal/extsort"
	"github.com/merkle-drop/merkle/tree"
)

// formatFlags say what is written.
func formatFlags(use string) []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "format", Usage: use + ": `KIND` (merkle formats)", Value: "proofs"},
		&cli.StringSliceFlag{Name: "with", Usage: "`NAME=VALUE` that the format asks for"},
		&cli.IntFlag{Name: "split", Usage: "`N` claims a tree, for formats of several trees", DefaultText: "one tree"},
		&cli.StringFlag{Name: "output", Aliases: []string{"o"}, Usage: "write the claims to `FILE`, or to a folder where the format is one"},
	}
}

// decimalsFlag is for lists and files of whole tokens.
func decimalsFlag() cli.Flag {
	return &cli.IntFlag{Name: "decimals", Usage: "`N` decimals of the token, where amounts are in whole tokens", DefaultText: "base units"}
}

// decimals is what --decimals says, -1 when it is not given.
func decimals(c *cli.Context) (int, error) {
	if !c.IsSet("decimals") {
		return -1, nil
	}
	n := c.Int("decimals")
	if n < 0 || n > 77 {
		return 0, usage("%s: --decimals %d: want 0 to 77", c.Command.Name, n)
	}
	return n, nil
}

// output is where claims go and how.
type output struct {
	kind tools.Kind
	path string // empty: nowhere
	o    tools.Options
}

// outputOptions reads the flags and refuses what cannot be written for a profile before any work is done. Each of know fills in options that are
// known from elsewhere.
func outputOptions(c *cli.Context, p *tree.Profile, know ...func(*output)) (*output, error) {
	name := c.Command.Name
	out := &output{path: c.String("output"), o: tools.Options{Split: c.Int("split"), With: map[string]string{}}}
	var err error
	if out.kind, err = tools.Lookup(c.String("format")); err != nil {
		return nil, &usageError{text: name + ": " + err.Error(), hint: "merkle formats says what each is"}
	}
	if out.path == "" && (c.IsSet("format") || c.IsSet("split") || c.IsSet("with")) {
		return nil, usage("%s: --format, --split and --with say how claims are written: -o says where", name)
	}
	for _, pair := range c.StringSlice("with") {
		key, value, ok := strings.Cut(pair, "=")
		if !ok || key == "" {
			return nil, usage("%s: --with %q: want NAME=VALUE", name, pair)
		}
		out.o.With[key] = value
	}
	if out.o.Workers, err = workers(c); err != nil {
		return nil, err
	}
	if out.o.Decimals, err = decimals(c); err != nil {
		return nil, err
	}
	out.o.Distributor = func(version uint64) (merkle.Account, error) { return distributor(out.o.With, version) }
	if out.path == "" {
		return out, nil
	}
	for _, fill := range know {
		fill(out)
	}
	if err := out.kind.Fits(p); err != nil {
		return nil, formatError(c, err)
	}
	if err := out.kind.Check(out.o); err != nil {
		return nil, formatError(c, err)
	}
	if out.path == "-" {
		if out.kind.Folder || out.o.Split > 0 {
			return nil, usage("%s: --format %s is a folder, -o - is one stream", name, out.kind.Name)
		}
		return out, nil
	}
	if _, err := os.Lstat(out.path); err == nil {
		extsort.Clear(filepath.Split(filepath.Clean(out.path)))
		return nil, fmt.Errorf("%s: exists already; nothing is written over", out.path)
	}
	return out, nil
}

// formatError makes what the format does not take a matter of usage.
func formatError(c *cli.Context, err error) error {
	var option *tools.OptionError
	var profile *tools.ProfileError
	switch {
	case errors.As(err, &profile):
		return usage("%s: --format %v", c.Command.Name, profile)
	case errors.As(err, &option):
		flag := "--with " + option.Option + "=…"
		switch option.Option {
		case "decimals", "split", "output", "order":
			flag = "--" + option.Option
		}
		return usage("%s: --format %s: %s: %s", c.Command.Name, option.Kind, flag, option.Reason)
	}
	return err
}

// write writes the tree, and returns one entry a tree where there are several.
func (out *output) write(c *cli.Context, t *tree.Tree, bar *progress) ([]tools.Written, error) {
	o := out.o
	o.Progress = func(done, total int64) { bar.update("writing claims", done, total) }
	if out.path == "-" {
		return nil, formatError(c, tools.Stream(c.Context, out.kind.Name, c.App.Writer, t, o))
	}
	made, err := tools.Write(c.Context, out.kind.Name, out.path, t, o)
	return out.parts(made), formatError(c, err)
}

// parts is what was written where that is several trees.
func (out *output) parts(made []tools.Written) []tools.Written {
	if out.o.Split == 0 {
		return nil
	}
	return made
}

// label is what stands before the path in words.
func (out *output) label() string {
	switch {
	case out.kind.Name == "proofs":
		return "proofs"
	case out.kind.Folder || out.o.Split > 0:
		return "folder"
	}
	return "file"
}

// partDoc is one tree of a split in --json.
type partDoc struct {
	File   string `json:"file"`
	Root   string `json:"root"`
	Leaves int    `json:"leaves"`
	Total  string `json:"total"`
	Depth  int    `json:"depth"`
}

func partDocs(made []tools.Written, width int) (docs []partDoc) {
	for _, m := range made {
		docs = append(docs, partDoc{filepath.ToSlash(m.Name), m.Root.Text(width), m.Leaves, m.Total.String(), m.Depth})
	}
	return docs
}

// maxTreesShown is how many trees of a split are told in words.
const maxTreesShown = 100

// printRoots prints the root, or the tree of each file of a split.
func (d *listDoc) printRoots(w io.Writer) error {
	if d.Root != "" {
		_, err := fmt.Fprintf(w, "root     %s\n", d.Root)
		return err
	}
	rows := [][]string{{"tree", "leaves", "total", "root"}}
	for i, t := range d.Trees {
		if i == maxTreesShown {
			rows = append(rows, []string{"…", fmt.Sprintf("%d more, all with --json", len(d.Trees)-i), "", ""})
			break
		}
		rows = append(rows, []string{t.File, group(strconv.Itoa(t.Leaves)), t.Total, t.Root})
	}
	var b bytes.Buffer
	table(&b, rows, "lrrl")
	_, err := w.Write(b.Bytes())
	return err
}

// unwritten gives rows that a format refuses their places in the list.
func (l *list) unwritten(err error) error {
	var rows *tree.RowErrors
	if errors.As(err, &rows) {
		return l.locate(err)
	}
	return err
}

// distributor is the account of the distributor with a version, from the settings program, mint and base.
func distributor(with map[string]string, version uint64) (merkle.Account, error) {
	m := map[string]string{"program": "jupiter", "version": strconv.FormatUint(version, 10)}
	for _, name := range []string{"program", "mint", "base"} {
		if text, told := with[name]; told {
			m[name] = text
		}
	}
	d, err := solana.ParseDeployment(m, merkle.Account{})
	if err != nil {
		return merkle.Account{}, err
	}
	at, err := d.Distributor()
	return at.Address, err
}

func formatsCommand() *cli.Command {
	return &cli.Command{
		Name: "formats", Usage: "list the files of other tools that can be written, or describe one", ArgsUsage: "[KIND]",
		Description: "Example:\n   merkle formats\n   merkle formats jupiter",
		Flags:       []cli.Flag{jsonFlag},
		BashComplete: func(c *cli.Context) {
			for _, k := range tools.Kinds() {
				fmt.Fprintln(c.App.Writer, k.Name)
			}
		},
		Action: showFormats,
	}
}

func showFormats(c *cli.Context) error {
	if c.NArg() > 1 {
		return usage("formats: %d arguments, want one KIND or none", c.NArg())
	}
	if c.NArg() == 1 {
		k, err := tools.Lookup(c.Args().First())
		if err != nil {
			return usage("formats: %v", err)
		}
		if c.Bool("json") {
			return printJSON(c.App.Writer, k)
		}
		_, err = fmt.Fprint(c.App.Writer, k.Text())
		return err
	}
	if c.Bool("json") {
		return printJSON(c.App.Writer, tools.Kinds())
	}
	rows := [][]string{{"format", "profiles", "what"}}
	for _, k := range tools.Kinds() {
		profiles := "all"
		if len(k.Profiles) > 3 {
			profiles = strings.Join(k.Profiles[:2], ", ") + " …"
		} else if len(k.Profiles) > 0 {
			profiles = strings.Join(k.Profiles, ", ")
		}
		rows = append(rows, []string{k.Name, profiles, k.Title})
	}
	var b bytes.Buffer
	table(&b, rows, "lll")
	b.WriteString("merkle formats KIND says where it is read, and what it has to be told\n")
	_, err := c.App.Writer.Write(b.Bytes())
	return err
}
