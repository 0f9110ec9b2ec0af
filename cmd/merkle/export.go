package main

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/merkle-drop/merkle/export"
)

func exportCommand() *cli.Command {
	return &cli.Command{
		Name: "export", Usage: "write a tree of a bundle as the file of another tool", ArgsUsage: "BUNDLE",
		Description: "Reads every shard of the tree, builds it again and compares the root with the manifest's before anything is written.\n" +
			"The token's decimals, its mint and the deployment are taken from the manifest where they are not given.\n\n" +
			"Example:\n   merkle export bundle --tree JUP --format jupiter -o tree.json\n   merkle export bundle --tree JUP --format csv-jupiter -o list.csv",
		Flags: slices.Concat([]cli.Flag{&cli.StringFlag{Name: "tree", Usage: "`ID` of the tree, as in manifest.json; needed when there are several"}},
			formatFlags("shape of what is written"), []cli.Flag{decimalsFlag(), jsonFlag, quietFlag, workersFlag()}),
		Action: exportTree,
	}
}

func exportTree(c *cli.Context) error {
	args, err := want(c, "BUNDLE")
	if err != nil {
		return err
	}
	if c.String("output") == "" {
		return &usageError{text: "export: no output", hint: "merkle export BUNDLE --tree ID --format KIND -o FILE"}
	}
	if err := notThere(args[0]); err != nil {
		return err
	}
	r, err := export.Open(os.DirFS(args[0]))
	if err != nil {
		return fmt.Errorf("%s: %w", args[0], err)
	}
	info, err := chosenTree(c, r.Manifest())
	if err != nil {
		return err
	}
	out, err := outputOptions(c, &info.Profile, func(out *output) { out.know(r, info) })
	if err != nil {
		return err
	}
	bar := newProgress(c)
	defer bar.done()
	t, err := r.Tree(c.Context, info.ID, out.o.Workers, func(done, total int64) { bar.update("reading shards", done, total) })
	if err != nil {
		return fmt.Errorf("%s: %w", args[0], err)
	}
	made, err := out.write(c, t, bar)
	if err != nil {
		return err
	}
	bar.done()
	if out.path == "-" {
		return nil
	}
	width := t.Profile().Width
	root, total := t.Root(), "unknown"
	if sum, ok := t.Total(); ok {
		total = sum.String()
	}
	doc := listDoc{Profile: t.Profile().Name, Order: string(t.Order()), Root: root.Text(width), Leaves: t.Len(), Total: total, Depth: t.Depth(), Output: out.path}
	if doc.Trees = partDocs(made, width); made != nil {
		doc.Root = "" // the parts have roots of their own, not the bundle's
	}
	if c.Bool("json") {
		return printJSON(c.App.Writer, doc)
	}
	if _, err = fmt.Fprintf(c.App.Writer, "tree     %s\nprofile  %s\nleaves   %s\ntotal    %s base units\n", info.ID, doc.Profile, group(fmt.Sprint(doc.Leaves)), doc.Total); err != nil {
		return err
	}
	if err := doc.printRoots(c.App.Writer); err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.App.Writer, "%-8s %s\n", out.label(), out.path)
	return err
}

// chosenTree is the tree that --tree names, or the only one.
func chosenTree(c *cli.Context, m *export.Manifest) (*export.TreeInfo, error) {
	var ids []string
	for i := range m.Trees {
		if m.Trees[i].ID == c.String("tree") || len(m.Trees) == 1 && !c.IsSet("tree") {
			return &m.Trees[i], nil
		}
		ids = append(ids, m.Trees[i].ID)
	}
	if len(ids) > 20 {
		ids = append(ids[:20], fmt.Sprintf("and %d more", len(m.Trees)-20))
	}
	return nil, usage("export: --tree %q: the bundle has %s", c.String("tree"), strings.Join(ids, ", "))
}

// know fills in what the manifest says of the tree and the command line does not.
func (out *output) know(r *export.Reader, info *export.TreeInfo) {
	_, decimals, token, one := r.TokenOf(info.ID)
	if out.o.Decimals < 0 && one {
		out.o.Decimals = decimals
	}
	known := map[string]string{}
	for _, name := range []string{"program", "mint", "base", "version"} {
		if text := info.Deployment[name]; text != "" {
			known[name] = text
		}
	}
	if known["mint"] == "" && one && info.Profile.Accounts.String() == "solana" && !token.IsZero() {
		known["mint"] = token.String()
	}
	for _, s := range out.kind.Settings {
		if _, told := out.o.With[s.Name]; !told && known[s.Name] != "" && out.o.With["distributor"] == "" {
			out.o.With[s.Name] = known[s.Name]
		}
	}
}
