package main

import (
	"fmt"
	"slices"

	"github.com/urfave/cli/v2"

	"github.com/merkle-drop/merkle/export/tools"
	"github.com/merkle-drop/merkle/tree"
)

func treeCommand() *cli.Command {
	return &cli.Command{
		Name: "tree", Usage: "build one tree from a plain list", ArgsUsage: "LIST",
		Description: "LIST is a CSV or JSON Lines file, also .gz or .zst, a Parquet file, or a folder; - is standard input. Its columns are named after the profile's\n" +
			"fields (account, amount, index, locked, token …), amounts in base units. Where the profile takes any type list,\n" +
			"columns are name:type, in the order of the leaf. Lists and claim files of other tools are found out by their\n" +
			"contents (--from names one), which is said on standard error.\n\n" +
			"With -o every claim is written with its leaf and proof (merkle-proofs/v1), or as the file of another tool that --format names\n" +
			"(merkle formats); - is standard output. --multiproof prints one proof of several accounts instead.\n\n" +
			"Example:\n   merkle tree list.csv --profile uniswap-v1\n   merkle tree list.csv --profile jito-v1 -o proofs.json\n   merkle tree list.csv --profile oz-standard-v1 --order input --json\n" +
			"   merkle tree list.csv --profile uniswap-v1 --format uniswap -o claims.json\n" +
			"   merkle tree list.csv --profile jito-v1 --format jupiter --split 12000 -o trees",
		Flags: slices.Concat(listFlags(), formatFlags("shape of what is written"), []cli.Flag{
			&cli.StringFlag{Name: "profile", Aliases: []string{"p"}, Usage: "claim format, `NAME` (merkle profiles)"},
			&cli.StringFlag{Name: "order", Usage: "order of the leaves: profile, account, input, leaf-hash", Value: "profile"},
			decimalsFlag(),
			&cli.StringFlag{Name: "multiproof", Usage: "print one proof of all leaves of these `ACCOUNTS`, separated by commas (OpenZeppelin's trees)"},
			memoryFlag(), tempFlag(), jsonFlag, quietFlag, workersFlag(),
		}),
		Action: treeFromList,
	}
}

// listDoc is what tree --json prints.
type listDoc struct {
	Profile string `json:"profile"`
	Order   string `json:"order"`
	Root    string `json:"root,omitempty"`
	Leaves  int    `json:"leaves"`
	Total   string `json:"total"`
	Depth   int    `json:"depth"`
	Output  string `json:"output,omitempty"`

	Trees []partDoc `json:"trees,omitempty"` // of a split, whose one root is none

	Accounts map[string]int `json:"accounts,omitempty"` // how many of each kind
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
	out, err := outputOptions(c, &o.profile)
	if err != nil {
		return err
	}
	if args[0] != "-" {
		if err := notThere(args[0]); err != nil {
			return err
		}
	}
	limit, err := memoryLimit(c)
	if err != nil {
		return err
	}
	bar := newProgress(c)
	defer bar.done()
	var held *spill
	o.spilling = func(l *list, each int64) (_ *spill, err error) {
		held, err = newSpill(c, l, limit, out, each)
		return held, err
	}
	defer func() { held.release() }()
	o.rootOnly, o.order = out.path == "" && !c.IsSet("multiproof"), tree.Order(c.String("order"))
	list, err := readList(c.Context, args[0], o, bar)
	if err != nil {
		return err
	}
	counts, err := list.judge(c.Context, c.App.ErrWriter)
	if err != nil {
		return err
	}
	list.say(c.App.ErrWriter)
	var t *tree.Tree
	g := list.rooted
	switch {
	case g != nil: // while the list was read
	case list.spill != nil:
		g, err = list.spill.build(c.Context, list.spec())
	default:
		if t, err = tree.Build(c.Context, list.spec(), &list.rows); err == nil {
			total, ok := t.Total()
			g = &tree.Gathered{Root: t.Root(), Leaves: t.Len(), Depth: t.Depth(), Order: t.Order(), Total: total, Summed: ok}
		}
	}
	if err != nil {
		return list.locate(err)
	}
	profile := &list.profile
	width, ok := profile.Width, g.Summed
	list.compare(c.App.ErrWriter, g.Root.Text(width))
	if text := tooDeep(profile.Name, "", g.Leaves, g.Depth); text != "" {
		fmt.Fprintf(c.App.ErrWriter, "merkle: %s: %s\n", args[0], text)
	}
	limits := profile.Amount == tree.AmountLimit
	if !ok && profile.Has(tree.SourceAmount) && !limits {
		return &refusedError{fmt.Errorf("%s: the sum of all amounts does not fit in 256 bits", args[0])}
	}
	doc := listDoc{profile.Name, string(g.Order), g.Root.Text(width), g.Leaves, g.Total.String(), g.Depth, "", nil, nil}
	if len(list.rows.Accounts) > 0 || list.rooted != nil && profile.Has(tree.SourceAccount) || list.spill.some() {
		doc.Accounts = countsDoc(counts)
	}
	said := doc.Total + " base units"
	if !profile.Has(tree.SourceAmount) { // a 0 would say that nothing is paid
		doc.Total, said = "", "unknown: no column is named amount"
	} else if !ok {
		doc.Total, said = "", "none: the amounts are limits, and their sum is wider than 256 bits"
	}
	if c.IsSet("multiproof") {
		if list.spill != nil {
			return list.spill.multiProof(c, list)
		}
		return list.multiProof(c, t)
	}
	if out.path != "" {
		var made []tools.Written
		if list.spill != nil {
			made, err = list.spill.write(c, out, bar)
		} else {
			made, err = out.write(c, t, bar)
		}
		if err != nil {
			return list.unwritten(err)
		}
		if out.path == "-" {
			return nil
		}
		doc.Output = out.path
		if doc.Trees = partDocs(made, width); made != nil {
			doc.Root = "" // that of the list in one tree, which nobody has
		}
	}
	bar.done()
	if c.Bool("json") {
		return printJSON(c.App.Writer, doc)
	}
	_, err = fmt.Fprintf(c.App.Writer, "profile  %s\norder    %s\nleaves   %s\ntotal    %s\n", doc.Profile, doc.Order, group(fmt.Sprint(doc.Leaves)), said)
	if err == nil {
		err = doc.printRoots(c.App.Writer)
	}
	if err == nil && counts.Suspicious() > 0 {
		_, err = fmt.Fprintf(c.App.Writer, "accounts %s\n", countsText(counts))
	}
	if err == nil && out.path != "" {
		_, err = fmt.Fprintf(c.App.Writer, "%-8s %s\n", out.label(), out.path)
	}
	return err
}
