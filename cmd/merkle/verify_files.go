package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/big"
	"os"
	"path/filepath"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/merkle-drop/merkle/verify"
)

// most files that one run reads
const maxVerifyFiles = 200_000

// verifyFiles judges files of other tools.
func verifyFiles(c *cli.Context) error {
	for _, name := range []string{"inputs", "previous"} {
		if c.IsSet(name) {
			return usage("verify: --%s is for bundles, and %s is none", name, c.Args().First())
		}
	}
	defer frugal()()
	n, err := workers(c)
	if err != nil {
		return err
	}
	o := verify.FileOptions{Profile: c.String("profile"), Order: c.String("order"), Token: c.String("token"), Decimals: c.Int("decimals"), Strict: c.Bool("strict"),
		Workers: n, Constants: map[string]string{}}
	if o.Decimals < -1 || o.Decimals > 77 {
		return usage("verify: --decimals %d: want 0 to 77", o.Decimals)
	}
	for _, s := range c.StringSlice("constant") {
		name, value, ok := strings.Cut(s, "=")
		if !ok || name == "" {
			return usage("verify: --constant %q: want FIELD=VALUE", s)
		}
		o.Constants[name] = value
	}
	roots := c.StringSlice("root")
	if len(roots) > 1 {
		return usage("verify: --root %q: files have one root to compare with", roots[1])
	}
	if len(roots) == 1 {
		o.Root = roots[0]
		if _, hash, ok := strings.Cut(o.Root, "="); ok {
			o.Root = hash
		}
	}
	switch o.Order {
	case "", "leaf-hash", "input", "key":
	default:
		return usage("verify: --order %q: want leaf-hash, input or key", o.Order)
	}
	files, err := filesToVerify(c.Args().Slice())
	if err != nil {
		return err
	}
	bar := newProgress(c)
	defer bar.done()
	o.Progress = bar.update
	report, err := verify.CheckFiles(c.Context, files, o)
	switch {
	case errors.Is(err, verify.ErrUnknownFile):
		return &refusedError{fmt.Errorf("%w; docs/files.md lists the kinds", err)}
	case errors.Is(err, verify.ErrFileOption):
		return usage("verify: %v", err)
	case err != nil:
		return err
	}
	bar.done()
	if c.Bool("json") {
		err = printJSON(c.App.Writer, newFileVerdictDoc(report))
	} else {
		err = fileVerdict(c, report)
	}
	if err == nil && !report.OK() {
		err = errFindings
	}
	return err
}

// filesToVerify opens files as they are named, and of folders every regular file, in the order of their names.
func filesToVerify(paths []string) ([]verify.File, error) {
	var out []verify.File
	add := func(name, path string, info fs.FileInfo) error {
		if len(out) == maxVerifyFiles {
			return usage("verify: more than %d files", maxVerifyFiles)
		}
		out = append(out, verify.File{Name: filepath.ToSlash(name), Size: info.Size(), Open: func() (io.ReadCloser, error) { return os.Open(path) }})
		return nil
	}
	for _, path := range paths {
		info, err := os.Stat(path)
		if err != nil {
			return nil, err
		}
		if !info.IsDir() {
			if err := add(filepath.Base(path), path, info); err != nil {
				return nil, err
			}
			continue
		}
		err = eachFile(path, func(at string, info fs.FileInfo) error {
			name, err := filepath.Rel(path, at)
			if err != nil {
				return err
			}
			return add(name, at, info)
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// fileVerdict prints findings on standard error and the rest on standard output.
func fileVerdict(c *cli.Context, r *verify.FileReport) error {
	var b bytes.Buffer
	for _, f := range r.Findings {
		fmt.Fprintf(c.App.ErrWriter, "merkle: %s\n", f)
	}
	for _, f := range r.Remarks {
		if r.Strict {
			fmt.Fprintf(c.App.ErrWriter, "merkle: %s\n", f)
		} else {
			fmt.Fprintf(&b, "remark       %s\n", f)
		}
	}
	for _, line := range r.Checked {
		fmt.Fprintf(&b, "checked      %s\n", line)
	}
	for _, line := range r.NotChecked {
		fmt.Fprintf(&b, "NOT checked  %s\n", line)
	}
	fmt.Fprintf(&b, "\nkind         %s\n\n", orDash(r.Kind))
	rows := [][]string{{"tree", "profile", "order", "shape", "rows", "total", "proofs", "lead to it", ""}}
	kinds := [][]string{{"tree", "accounts of kind", "rows"}}
	for _, t := range r.Trees {
		rows = append(rows, []string{t.Name, orDash(t.Profile), orDash(t.Order), orDash(t.Shape), fmt.Sprint(t.Leaves), orDash(group(wholeTokens(t.Total, c.Int("decimals")))),
			fmt.Sprint(t.Proofs), fmt.Sprint(t.Folded), mark(t.OK)})
		for _, k := range t.Accounts {
			kinds = append(kinds, []string{t.Name, k.Kind, fmt.Sprint(k.Count)})
		}
	}
	table(&b, rows, "llllrrrrl")
	if len(kinds) > 1 {
		table(&b, kinds, "llr")
	}
	for _, t := range r.Trees {
		switch {
		case t.Rebuilt == "":
		case t.Matched:
			fmt.Fprintf(&b, "root %s = rebuilt, %s\n", t.Rebuilt, t.Name)
		case t.Stated == "":
			fmt.Fprintf(&b, "root %s rebuilt, none stated, %s\n", t.Rebuilt, t.Name)
		default:
			fmt.Fprintf(&b, "root %s ≠ %s rebuilt, %s\n", t.Stated, t.Rebuilt, t.Name)
		}
	}
	open := 0
	for _, t := range r.Trees {
		if t.Stated == "" {
			open++
		}
	}
	switch wrong := len(r.Findings); {
	case r.OK() && open > 0:
		fmt.Fprintf(&b, "nothing wrong is found, with %d remarks, but %d of %d roots were compared with none: give --root or the file that states it\n", len(r.Remarks), open, len(r.Trees))
	case r.OK() && len(r.Remarks) > 0:
		fmt.Fprintf(&b, "good, with %d remarks\n", len(r.Remarks))
	case r.OK():
		b.WriteString("good\n")
	default:
		if r.Strict {
			wrong += len(r.Remarks)
		}
		fmt.Fprintf(&b, "NOT good: %d findings\n", wrong)
	}
	_, err := c.App.Writer.Write(b.Bytes())
	return err
}

// wholeTokens writes base units as whole tokens when the decimals were given.
func wholeTokens(units string, decimals int) string {
	if decimals <= 0 || units == "" {
		return units
	}
	n, ok := new(big.Int).SetString(units, 10)
	if !ok {
		return units
	}
	whole, rest := new(big.Int).QuoRem(n, new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(decimals)), nil), new(big.Int))
	return fmt.Sprintf("%s.%0*s", whole, decimals, rest)
}

type kindCountDoc struct {
	Kind string `json:"kind"`
	Rows int    `json:"rows"`
}

type fileTreeDoc struct {
	Name     string         `json:"name"`
	Profile  string         `json:"profile"`
	Order    string         `json:"order"`
	Shape    string         `json:"shape"`
	Index    string         `json:"index"`
	Tried    []string       `json:"tried"`
	Root     string         `json:"root"`
	Rebuilt  string         `json:"rebuilt"`
	Matched  bool           `json:"matched"`
	Leaves   int            `json:"leaves"`
	Depth    int            `json:"depth"`
	Total    string         `json:"total"`
	Figures  []string       `json:"figures"`
	Proofs   int            `json:"proofs"`
	Folded   int            `json:"proofsFolded"`
	Accounts []kindCountDoc `json:"accounts"`
	OK       bool           `json:"ok"`
}

// fileVerdictDoc is what verify --json prints of files. Amounts are strings of decimal digits in base units.
type fileVerdictDoc struct {
	Good       bool          `json:"good"`
	Kind       string        `json:"kind"`
	Findings   []findingDoc  `json:"findings"`
	Remarks    []findingDoc  `json:"remarks"`
	Checked    []string      `json:"checked"`
	NotChecked []string      `json:"notChecked"`
	Trees      []fileTreeDoc `json:"trees"`
}

func newFileVerdictDoc(r *verify.FileReport) *fileVerdictDoc {
	doc := &fileVerdictDoc{Good: r.OK(), Kind: r.Kind, Findings: findingDocs(r.Findings), Remarks: findingDocs(r.Remarks), Checked: append([]string{}, r.Checked...),
		NotChecked: append([]string{}, r.NotChecked...), Trees: []fileTreeDoc{}}
	for _, t := range r.Trees {
		accounts := []kindCountDoc{}
		for _, k := range t.Accounts {
			accounts = append(accounts, kindCountDoc{k.Kind, k.Count})
		}
		doc.Trees = append(doc.Trees, fileTreeDoc{t.Name, t.Profile, t.Order, t.Shape, t.Index, append([]string{}, t.Tried...), t.Stated, t.Rebuilt, t.Matched, t.Leaves,
			t.Depth, t.Total, append([]string{}, t.Figures...), t.Proofs, t.Folded, accounts, t.OK})
	}
	return doc
}

func findingDocs(list []verify.Finding) []findingDoc {
	out := []findingDoc{}
	for _, f := range list {
		out = append(out, findingDoc{string(f.Code), f.Where, f.Got, f.Want})
	}
	return out
}
