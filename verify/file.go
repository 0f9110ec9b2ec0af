package verify

import (
	"context"
	"fmt"
	"io"
	"math/big"
	"runtime"
	"strings"
)

// Reading and judging other tools' files, in short:
//
//	CheckFiles   reads every file whole into memory (source), lets the kinds look at what is there (fileKinds), and judges what they found.
//	source       one file: its text, and its JSON (file_json.go) when it is JSON or JSON Lines.
//	fileKind     one kind of file: try recognises its files among those not taken yet by content, takes them and adds a listing for every tree.
//	listing      the rows of one tree, the root, proofs, leaf hashes and totals that the file states, and the candidates: which profiles, orders and shapes
//	             the tree may have been built by (file_rows.go).
//	judge        the same for all kinds (file_judge.go): rebuilds the tree of every candidate until one gives the stated root, folds every proof, compares
//	             stated hashes, totals, widths, and names accounts that cannot or should not be paid.
//
// A kind reads values with the readers of file_values.go, which note faults and remarks with their place.

// File is one file, or one file of a folder, given to CheckFiles.
type File struct {
	Name string // for places in findings; .gz and .zst are unpacked by this name's ending
	Open func() (io.ReadCloser, error)
	Size int64 // bytes, when known; else 0
}

// FileOptions tell CheckFiles what the files do not say.
type FileOptions struct {
	Profile   string            // only candidates of this profile of the table; "": those of the kind
	Constants map[string]string // leaf fields of one value, such as chainId and verifyingContract
	Root      string            // the root as read from elsewhere, hex with 0x or base58; "": that of the file
	Token     string            // the token's contract or mint, where the file does not name it
	Decimals  int               // of the token, for files in whole tokens; -1: as the file says
	Order     string            // only candidates of this order of leaves; "": any
	Strict    bool              // remarks count as findings
	Workers   int               // goroutines that hash; 0: one a processor
	Progress  func(stage string, done, total int64)
}

// KindCount is how many rows pay accounts of one kind: "zero", "burn", "precompile", "off-curve", "program", "own".
type KindCount struct {
	Kind  string
	Count int
}

// FileTree is what was found out about one tree of a file. Amounts are decimal digits, base units where the file is in base units.
type FileTree struct {
	Name     string   // the file, and the token or part where a file has several trees
	Profile  string   // of the candidate that gave the root, or else of the nearest
	Order    string   // order of the leaves, likewise
	Shape    string   // and shape
	Index    string   // and index rule
	Tried    []string // every candidate that was tried, in order
	Stated   string   // root stated by the file or by FileOptions.Root; "" when there is none
	Rebuilt  string   // root rebuilt from the list
	Matched  bool     // Rebuilt = Stated
	Leaves   int      // rows that are leaves
	Depth    int      // longest proof
	Total    string   // exact sum of the amounts; "" when the tree has no amounts
	Figures  []string // stated totals and counts that were compared: "tokenTotal 865 = 865"
	Proofs   int      // proofs in the file
	Folded   int      // of these, proofs that lead from the leaf to the root
	Accounts []KindCount
	OK       bool
}

// FileReport is the verdict on files of another tool.
type FileReport struct {
	Kind       string    // of the first file: "uniswap", "oz-dump", …
	Findings   []Finding // what is wrong
	Remarks    []Finding // what is odd and does no harm: exit status 0 unless strict
	Checked    []string
	NotChecked []string
	Trees      []FileTree
	Strict     bool
}

// OK reports whether nothing wrong was found; with Strict, nothing odd either.
func (r *FileReport) OK() bool { return len(r.Findings) == 0 && (!r.Strict || len(r.Remarks) == 0) }

// FileError is an error of CheckFiles that errors.Is tells.
type FileError string

// Error is the error's text.
func (e FileError) Error() string { return string(e) }

const (
	ErrUnknownFile FileError = "no kind of file that is known" // no kind recognises any of the files
	ErrFileOption  FileError = "wrong option"                  // an option that cannot be meant
)

// filePass is one run over a set of files that belong together.
type filePass struct {
	ctx      context.Context
	o        FileOptions
	sources  []*source
	listings []*listing
	kind     string
	roots    []rootFile // files that hold a root and nothing else
	faults   *collector
	remarks  *collector
	checked  []string
	skipped  []string // not checked, and why
	trees    []FileTree
	done     []func()     // run after all listings are judged
	splits   [][]*listing // trees that are parts of one list
	eigen    eigenSeen
}

// rootFile is the content of a companion that states a root only.
type rootFile struct {
	src  *source
	text string
	at   int
}

func (p *filePass) fault(code Code, where, got, want string)  { p.faults.add(code, where, got, want) }
func (p *filePass) remark(code Code, where, got, want string) { p.remarks.add(code, where, got, want) }
func (p *filePass) check(format string, args ...any) {
	p.checked = append(p.checked, fmt.Sprintf(format, args...))
}
func (p *filePass) skip(format string, args ...any) {
	p.skipped = append(p.skipped, fmt.Sprintf(format, args...))
}

// take marks sources as read by a kind, so that later kinds do not see them, and gives the run its kind.
func (p *filePass) take(kind string, list ...*source) {
	if p.kind == "" {
		p.kind = kind
	}
	for _, s := range list {
		s.taken = true
	}
}

// free are the sources that no kind has taken yet, in the order given.
func (p *filePass) free() (list []*source) {
	for _, s := range p.sources {
		if !s.taken {
			list = append(list, s)
		}
	}
	return list
}

// eachFree offers every source that is free to a kind of single files, and reports whether it took any.
func (p *filePass) eachFree(f func(s *source) bool) bool {
	took := false
	for _, s := range p.free() {
		took = f(s) || took
	}
	return took
}

// add hands a tree's rows to the judge.
func (p *filePass) add(l *listing) { p.listings = append(p.listings, l) }

// CheckFiles judges files of other tools that belong together: one file, several, or those of a folder. The error is of reading, of the context, or says that no
// file was of a known kind (ErrUnknownFile); whatever is wrong with the content is in the report.
func CheckFiles(ctx context.Context, files []File, o FileOptions) (*FileReport, error) {
	p := &filePass{ctx: ctx, o: o, faults: newCollector(), remarks: newCollector()}
	if p.o.Workers <= 0 {
		p.o.Workers = runtime.GOMAXPROCS(0)
	}
	if p.o.Progress == nil {
		p.o.Progress = func(string, int64, int64) {}
	}
	if o.Profile != "" && profileByName(o.Profile) == nil {
		return nil, fmt.Errorf("%w: profile %q: want one of %s", ErrFileOption, o.Profile, strings.Join(profileNames(), ", "))
	}
	if o.Root != "" && !sameHash(o.Root, o.Root) {
		return nil, fmt.Errorf("%w: root %q: want a hash of 32, 20 or 16 bytes", ErrFileOption, clip(o.Root))
	}
	var err error
	if p.o.Constants, err = settleConstants(o.Constants); err != nil {
		return nil, err
	}
	for i, f := range files {
		p.o.Progress("reading", int64(i), int64(len(files)))
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		s, err := readSource(f)
		if err != nil {
			return nil, err
		}
		if s.bad != nil {
			p.fault(FileMalformed, s.bad.where, s.bad.what, "")
			s.taken = true
		}
		for _, k := range s.repeated() {
			p.fault(FileKeyTwice, s.place(k.at), fmt.Sprintf("%q once more", k.name), "every key once: readers keep the last one only")
		}
		p.sources = append(p.sources, s)
	}
	readRootFiles(p)
	for _, k := range fileKinds() {
		for len(p.free()) > 0 && k.try(p) {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
		}
	}
	if len(p.listings) == 0 && len(p.done) == 0 && len(p.faults.list) == 0 {
		return nil, fmt.Errorf("%s: %w", fileNames(files), ErrUnknownFile)
	}
	for _, s := range p.free() {
		p.skip("%s: no kind of file that is known", s.name)
	}
	if err := p.judge(); err != nil {
		return nil, err
	}
	for _, f := range p.done {
		f()
	}
	return p.report(), nil
}

func (p *filePass) report() *FileReport {
	return &FileReport{Kind: p.kind, Findings: p.faults.findings(), Remarks: p.remarks.findings(), Checked: p.checked, NotChecked: p.skipped,
		Trees: p.trees, Strict: p.o.Strict}
}

func fileNames(files []File) string {
	if len(files) == 1 {
		return files[0].Name
	}
	return fmt.Sprintf("%d files", len(files))
}

// readRootFiles takes the files that hold a root, and at most a few texts about it, and nothing else.
func readRootFiles(p *filePass) {
	if len(p.sources) < 2 {
		return
	}
	for _, s := range p.sources {
		if s.taken || s.doc == nil || len(s.text) > 4096 || s.doc.top().kind() != '{' {
			continue
		}
		top, nested := s.doc.top(), false
		for _, m := range top.members() {
			nested = nested || m.val.kind() == '{' || m.val.kind() == '['
		}
		r, ok := firstOf(top, "merkleRoot", "root", "merkle_root", "rootHash")
		if ok && !nested && r.kind() == '"' && !has(top, "shardNybbles") && !has(top, "total_amount") && !has(top, "proof") {
			p.roots = append(p.roots, rootFile{s, r.text(), r.at})
			p.check("%s states a root", s.name)
			s.taken = true
		}
	}
}

// sumText is the exact sum as digits.
func sumText(z *big.Int) string {
	if z == nil {
		return ""
	}
	return z.String()
}
