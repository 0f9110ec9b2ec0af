package main

import (
	"fmt"
	"os"

	"github.com/urfave/cli/v2"

	"github.com/merkle-drop/merkle/tree"
)

func treeCommand() *cli.Command {
	return &cli.Command{
		Name: "tree", Usage: "build one tree from a plain list", ArgsUsage: "LIST",
		Description: "LIST is a CSV or JSON Lines file, also .gz or .zst; its columns are named after the profile's fields\n" +
			"(account, amount, index, locked, token …), amounts in base units. Where the profile takes any type list,\n" +
			"columns are name:type, in the order of the leaf.\n\n" +
			"Example:\n   merkle tree list.csv --profile uniswap-v1\n   merkle tree list.csv --profile jito-v1 -o proofs.json\n   merkle tree list.csv --profile oz-standard-v1 --order input --json\n\n" +
			"With -o every claim is written with its leaf and proof (merkle-proofs/v1); - is standard output.",
		Flags: append(listFlags(), []cli.Flag{
			&cli.StringFlag{Name: "profile", Aliases: []string{"p"}, Usage: "claim format, `NAME` (merkle profiles)"},
			&cli.StringFlag{Name: "order", Usage: "order of the leaves: profile, account, input, leaf-hash", Value: "profile"},
			&cli.StringFlag{Name: "format", Usage: "shape of the file written: proofs", Value: "proofs"},
			&cli.StringFlag{Name: "output", Aliases: []string{"o"}, Usage: "write all claims and proofs to `FILE`"},
			jsonFlag, quietFlag, workersFlag(),
		}...),
		Action: treeFromList,
	}
}

// listDoc is what tree --json prints.
type listDoc struct {
	Profile string `json:"profile"`
	Order   string `json:"order"`
	Root    string `json:"root"`
	Leaves  int    `json:"leaves"`
	Total   string `json:"total"`
	Depth   int    `json:"depth"`
	Output  string `json:"output,omitempty"`
}

func treeFromList(c *cli.Context) error {
	args, err := want(c, "LIST")
	if err != nil {
		return err
	}
	o, err := listOptions(c)
	if err != nil {
		return err
	}
	if err := notThere(args[0]); err != nil {
		return err
	}
	out := c.String("output")
	if out != "" && out != "-" {
		if _, err := os.Lstat(out); err == nil {
			return fmt.Errorf("%s: exists already; nothing is written over", out)
		}
	}
	bar := newProgress(c)
	defer bar.done()
	list, err := readList(c.Context, args[0], o, bar)
	if err != nil {
		return err
	}
	t, err := tree.Build(c.Context, tree.Spec{Profile: list.profile, Order: tree.Order(c.String("order")), Token: o.token, Constants: o.constants,
		Workers: o.workers, KeepDuplicates: o.duplicates == "keep"}, &list.rows)
	if err != nil {
		return list.locate(err)
	}
	width := t.Profile().Width
	root := t.Root()
	total, ok := t.Total()
	if !ok && t.Profile().Has(tree.SourceAmount) {
		return &refusedError{fmt.Errorf("%s: the sum of all amounts does not fit in 256 bits", args[0])}
	}
	doc := listDoc{t.Profile().Name, string(t.Order()), root.Text(width), t.Len(), total.String(), t.Depth(), ""}
	said := doc.Total + " base units"
	if !t.Profile().Has(tree.SourceAmount) { // a 0 would say that nothing is paid
		doc.Total, said = "", "unknown: no column is named amount"
	}
	if out != "" {
		if err := writeProofs(c.Context, c.App.Writer, out, t, bar); err != nil {
			return err
		}
		if out == "-" {
			return nil
		}
		doc.Output = out
	}
	bar.done()
	if c.Bool("json") {
		return printJSON(c.App.Writer, doc)
	}
	_, err = fmt.Fprintf(c.App.Writer, "profile  %s\norder    %s\nleaves   %s\ntotal    %s\nroot     %s\n", doc.Profile, doc.Order, group(fmt.Sprint(doc.Leaves)), said, doc.Root)
	if err == nil && out != "" {
		_, err = fmt.Fprintf(c.App.Writer, "proofs   %s\n", out)
	}
	return err
}
