package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/merkle-drop/merkle/verify"
)

func verifyCommand() *cli.Command {
	return &cli.Command{
		Name: "verify", Usage: "check a bundle, or another tool's files, with code that shares nothing with the code that made them", ArgsUsage: "BUNDLE | FILE… | FOLDER",
		Description: "Of a bundle: recomputes the allocation from the inputs, every leaf, root and proof, sums, caps, ledger and digests.\n" +
			"Of files of other tools (claims, dumps, distributions, shards, lists; docs/files.md): tells the kind by content, rebuilds the tree from the list,\n" +
			"says which profile, shape and order gave the root, and checks every proof, total, duplicate, width and address. Files that belong\n" +
			"together (a list, its tree, its root) are given together, or as their folder.\n" +
			"What could not be checked is said. Exit status 4 when anything is off; remarks do not count without --strict. 3: no kind that is known.\n\n" +
			"Example:\n   merkle verify bundle\n   merkle verify bundle --inputs fixtures/jupiter-asr\n   merkle verify bundle --root jup=0x8f1c… --json\n   merkle verify 2026-02 --previous 2026-01\n" +
			"   merkle verify claims.json\n   merkle verify list.csv tree.json --decimals 6\n   merkle verify list.json --root 0x8f1c… --profile hedgey-v1\n   merkle verify snapshot/",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "inputs", Usage: "bundle: recompute from the raw inputs in `DIR` (the campaign's own folder)"},
			&cli.StringSliceFlag{Name: "previous", Usage: "bundle `DIR` that this one goes on from, rolls in or closes; may be repeated"},
			&cli.StringSliceFlag{Name: "root", Usage: "`ID=HASH`: the root of tree ID as read from the chain; may be repeated. Of files: HASH"},
			&cli.StringFlag{Name: "profile", Usage: "files: only leaves of profile `NAME` (merkle profiles)"},
			&cli.StringSliceFlag{Name: "constant", Usage: "files: `FIELD=VALUE`, a leaf field with one value for all rows, such as chainId; may be repeated"},
			&cli.StringFlag{Name: "order", Usage: "files: only this `ORDER` of leaves: leaf-hash, input or key"},
			&cli.StringFlag{Name: "token", Usage: "files: the token's contract or mint, an `ADDRESS` that no row should pay"},
			&cli.IntFlag{Name: "decimals", Value: -1, DefaultText: "as the file says", Usage: "files: `N` decimals of amounts in whole tokens"},
			&cli.BoolFlag{Name: "strict", Usage: "files: remarks are findings", DisableDefaultText: true},
			jsonFlag, quietFlag, workersFlag(),
		},
		Action: verifyAny,
	}
}

// verifyAny takes one bundle, or files of other tools.
func verifyAny(c *cli.Context) error {
	if c.NArg() == 0 {
		return &usageError{text: "verify: no argument, want BUNDLE, FILE… or FOLDER", hint: "merkle verify --help says how it is called"}
	}
	for _, r := range c.StringSlice("root") {
		if id, hash, ok := strings.Cut(r, "="); ok && (id == "" || hash == "") || !ok && len(r) < 32 {
			return usage("verify: --root %q: want ID=HASH, or of files HASH", r)
		}
	}
	for _, path := range c.Args().Slice() {
		if err := notThere(path); err != nil {
			return err
		}
	}
	bundles := 0
	for _, path := range c.Args().Slice() {
		if isBundle(path) {
			bundles++
		}
	}
	if bundles == 0 {
		return verifyFiles(c)
	}
	if c.NArg() > 1 {
		return usage("verify: a bundle and other files in one run; give the bundle alone, and what it goes on from with --previous")
	}
	for _, name := range []string{"profile", "constant", "order", "token", "decimals", "strict"} {
		if c.IsSet(name) {
			return usage("verify: --%s is for files of other tools, and %s is a bundle", name, c.Args().First())
		}
	}
	return verifyBundle(c)
}

// isBundle tells a bundle from files: a folder with what only bundles have, an empty one, or a file manifest.json.
func isBundle(path string) bool {
	info, err := os.Stat(path)
	if err != nil || !info.IsDir() {
		return filepath.Base(path) == "manifest.json"
	}
	for _, name := range []string{"manifest.json", "SHA256SUMS", "campaign.yaml"} {
		if _, err := os.Stat(filepath.Join(path, name)); err == nil {
			return true
		}
	}
	entries, err := os.ReadDir(path)
	return err == nil && len(entries) == 0
}

func verifyBundle(c *cli.Context) error {
	args := c.Args().Slice()
	n, err := workers(c)
	if err != nil {
		return err
	}
	defer frugal()()
	bar := newProgress(c)
	defer bar.done()
	o := verify.Options{Workers: n, Progress: bar.update, Roots: map[string]string{}, Previous: map[string]fs.FS{}}
	for _, r := range c.StringSlice("root") {
		id, hash, ok := strings.Cut(r, "=")
		if !ok || id == "" || hash == "" {
			return usage("verify: --root %q: want ID=HASH", r)
		}
		o.Roots[id] = hash
	}
	for _, p := range c.StringSlice("previous") {
		if err := notThere(p); err != nil {
			return err
		}
		o.Previous[p] = os.DirFS(bundleDir(p))
	}
	dir := args[0]
	if err := notThere(dir); err != nil {
		return err
	}
	dir = bundleDir(dir)
	if raw := c.String("inputs"); raw != "" {
		if err := notThere(raw); err != nil {
			return err
		}
		o.Inputs = os.DirFS(raw)
	}
	report, err := verify.Check(c.Context, os.DirFS(dir), o)
	if err != nil {
		return err
	}
	bar.done()
	if c.Bool("json") {
		err = printJSON(c.App.Writer, newVerdictDoc(report))
	} else {
		err = verdict(c, args[0], report)
	}
	if err == nil && !report.OK() {
		err = errFindings
	}
	return err
}

// bundleDir takes a bundle by its folder or by its manifest.
func bundleDir(path string) string {
	if filepath.Base(path) == "manifest.json" {
		return filepath.Dir(path)
	}
	return path
}

func verdict(c *cli.Context, dir string, r *verify.Report) error {
	var b bytes.Buffer
	for _, f := range r.Findings {
		fmt.Fprintf(c.App.ErrWriter, "merkle: %s\n", f)
	}
	for _, n := range r.Kinds {
		fmt.Fprintf(&b, "remark       %s: %d, first %s: %s\n", n.Code, n.Count, n.First.Where, n.First.Got)
	}
	for _, line := range r.Checked {
		fmt.Fprintf(&b, "checked      %s\n", line)
	}
	for _, line := range r.NotChecked {
		fmt.Fprintf(&b, "NOT checked  %s\n", line)
	}
	b.WriteByte('\n')
	rows := [][]string{{"token", "pool", "claims", "unallocated", "residual", "from leaves", "from inputs", ""}}
	for _, k := range r.Tokens {
		rows = append(rows, []string{k.ID, k.Pool, k.Claims, k.Unallocated, k.Residual, k.FromLeaves, orDash(k.Recomputed), mark(k.OK)})
	}
	table(&b, rows, "lrrrrrrl")
	moreLines(&b, r)
	rows = [][]string{{"tree", "profile", "leaves", "proofs folded", "root rebuilt", ""}}
	for _, t := range r.Trees {
		rows = append(rows, []string{t.ID, t.Profile, fmt.Sprint(t.Leaves), fmt.Sprint(t.Folded), orDash(t.Rebuilt), mark(t.OK)})
	}
	table(&b, rows, "llrrll")
	if r.OK() {
		fmt.Fprintf(&b, "%s is good\n", dir)
	} else {
		fmt.Fprintf(&b, "%s is NOT good: %d findings\n", dir, len(r.Findings))
	}
	_, err := c.App.Writer.Write(b.Bytes())
	return err
}

// moreLines are the ledger lines that only some rules have.
func moreLines(b *bytes.Buffer, r *verify.Report) {
	rows := [][]string{{"token", "carried in", "rolled in", "locked", "unelected", "unvested", "forgone", "rolled", "rolled to", "paid before"}}
	for _, k := range r.Tokens {
		row := []string{k.ID, k.CarriedIn, k.RolledIn, k.Locked, k.Unelected, k.Unvested, k.Forgone, k.Rolled, k.RolledTo, k.PaidBefore}
		for i, cell := range row {
			if name := rows[0][i]; name != "token" && name != "rolled to" && strings.Trim(cell, "0") != "" {
				rows = append(rows, row)
				break
			}
		}
	}
	if len(rows) > 1 {
		table(b, rows, "lrrrrrrrlr")
	}
}

func mark(ok bool) string {
	if ok {
		return "ok"
	}
	return "NOT ok"
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

type findingDoc struct {
	Code  string `json:"code"`
	Where string `json:"where"`
	Got   string `json:"got"`
	Want  string `json:"want"`
}

type treeVerdict struct {
	ID      string   `json:"id"`
	Chain   string   `json:"chain"`
	Profile string   `json:"profile"`
	Order   string   `json:"order"`
	Root    string   `json:"root"`
	Rebuilt string   `json:"rebuilt"`
	Leaves  int      `json:"leaves"`
	Depth   int      `json:"depth"`
	Tokens  []string `json:"tokens"`
	Totals  []string `json:"totals"`
	Folded  int      `json:"proofsFolded"`
	Second  int      `json:"proofsFoldedTwice"`
	OK      bool     `json:"ok"`
}

type tokenVerdict struct {
	ID          string `json:"id"`
	Decimals    int    `json:"decimals"`
	Pool        string `json:"pool"`
	CarriedIn   string `json:"carriedIn"`
	RolledIn    string `json:"rolledIn"`
	Claims      string `json:"claims"`
	Locked      string `json:"locked"`
	Unelected   string `json:"unelected"`
	Unallocated string `json:"unallocated"`
	Unvested    string `json:"unvested"`
	Forgone     string `json:"forgone"`
	Rolled      string `json:"rolled"`
	RolledTo    string `json:"rolledTo"`
	Residual    string `json:"residual"`
	ResidualTo  string `json:"residualTo"`
	PaidBefore  string `json:"paidBefore"`
	FromLeaves  string `json:"fromLeaves"`
	Recomputed  string `json:"recomputed"`
	Conserved   bool   `json:"conserved"`
	OK          bool   `json:"ok"`
}

// verdictDoc is what verify --json prints. Amounts are strings, those of tokens in the token's base units.
type verdictDoc struct {
	Good       bool           `json:"good"`
	Findings   []findingDoc   `json:"findings"`
	Remarks    []findingDoc   `json:"remarks"`
	Checked    []string       `json:"checked"`
	NotChecked []string       `json:"notChecked"`
	Tokens     []tokenVerdict `json:"tokens"`
	Trees      []treeVerdict  `json:"trees"`
}

func newVerdictDoc(r *verify.Report) *verdictDoc {
	doc := &verdictDoc{Good: r.OK(), Findings: findingDocs(r.Findings), Remarks: findingDocs(r.Remarks),
		Checked: append([]string{}, r.Checked...), NotChecked: append([]string{}, r.NotChecked...),
		Tokens: []tokenVerdict{}, Trees: []treeVerdict{}}
	for _, k := range r.Tokens {
		doc.Tokens = append(doc.Tokens, tokenVerdict{
			ID: k.ID, Decimals: k.Decimals, Pool: k.Pool, CarriedIn: k.CarriedIn, RolledIn: k.RolledIn, Claims: k.Claims, Locked: k.Locked,
			Unelected: k.Unelected, Unallocated: k.Unallocated, Unvested: k.Unvested, Forgone: k.Forgone, Rolled: k.Rolled, RolledTo: k.RolledTo,
			Residual: k.Residual, ResidualTo: k.ResidualTo, PaidBefore: k.PaidBefore, FromLeaves: k.FromLeaves, Recomputed: k.Recomputed,
			Conserved: k.Conserved, OK: k.OK,
		})
	}
	for _, t := range r.Trees {
		doc.Trees = append(doc.Trees, treeVerdict{t.ID, t.Chain, t.Profile, t.Order, t.Root, t.Rebuilt, t.Leaves, t.Depth, t.Tokens, t.Totals, t.Folded, t.Second, t.OK})
	}
	return doc
}
