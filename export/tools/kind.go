package tools

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/tree"
)

// Kind is a file or folder that some tool reads.
type Kind struct {
	Name     string    `json:"name"`
	Title    string    `json:"title"`              // what it is and who reads it
	Source   string    `json:"source"`             // where its members were read: repository @commit, file, or a page of the platform
	Profiles []string  `json:"profiles,omitempty"` // names of the catalogue that fit; none: all
	Folder   bool      `json:"folder"`             // several files in a folder; else one file, that may be streamed
	Splits   bool      `json:"splits"`             // Options.Split makes a folder with several trees of it
	Decimals bool      `json:"decimals"`           // amounts are in whole tokens, so that the token's decimals must be told
	Settings []Setting `json:"settings,omitempty"`
}

// Setting is a value that a kind takes beside the tree, in Options.With.
type Setting struct {
	Name     string `json:"name"`
	Meaning  string `json:"meaning"`
	Required bool   `json:"required"` // else Meaning says what holds without it
}

// Options is what a file says beside the tree.
type Options struct {
	Decimals    int                                          // of the token, 0 to 77; below 0: not told
	Split       int                                          // claims a tree for kinds that split; 0: one tree
	With        map[string]string                            // settings of the kind
	Distributor func(version uint64) (merkle.Account, error) // the account of a tree by its version, for kinds that name it
	Workers     int                                          // goroutines of the trees of a split and of writing; 0: one a processor
	Progress    func(done, total int64)                      // may be nil
}

// OptionError is an option that the kind does not take, or takes otherwise.
type OptionError struct{ Kind, Option, Reason string }

// Error names the kind and the option.
func (e *OptionError) Error() string { return fmt.Sprintf("%s: %s: %s", e.Kind, e.Option, e.Reason) }

// ProfileError is a tree that cannot be said in the kind.
type ProfileError struct{ Kind, Wants, Profile string }

// Error is `uniswap needs profile uniswap-v1, the tree has jito-v1`.
func (e *ProfileError) Error() string {
	return fmt.Sprintf("%s needs %s, the tree has %s", e.Kind, e.Wants, e.Profile)
}

// format is a kind and how it is written.
type format struct {
	Kind
	fits   func(p *tree.Profile) bool // beside Profiles
	wants  string                     // what fits asks for, in words
	proofs bool                       // each row has a whole proof
	check  func(j *job) error         // adds the rows that the reader would refuse; an option that does not fit the rows is an error
	write  func(j *job) error
}

// formats is the catalogue, in the order of the manual.
func formats() []format {
	return slices.Concat([]format{proofsFormat(), ozFormat(), uniswapFormat(), sablierFormat(), merklFormat(), urdFormat()},
		eigenlayerFormats(), []format{thirdwebFormat(), ensFormat(), rocketpoolFormat(), tokensoftFormat(), jitoFormat(), jupiterFormat(), jupiterKVFormat(), saberFormat()},
		csvFormats())
}

// Kinds is the catalogue. The caller may change what it gets.
func Kinds() []Kind {
	var out []Kind
	for _, f := range formats() {
		out = append(out, f.catalogued())
	}
	return out
}

// Lookup finds a kind by its name.
func Lookup(name string) (Kind, error) {
	f, err := find(name)
	return f.catalogued(), err
}

// catalogued is the kind with the names of the profiles that fit by their parameters.
func (f *format) catalogued() Kind {
	k := f.Kind
	if f.fits == nil || len(k.Profiles) > 0 {
		return k
	}
	all := true
	for p := range tree.Profiles() {
		if f.fits(&p) {
			k.Profiles = append(k.Profiles, p.Name)
		} else {
			all = false
		}
	}
	if all {
		k.Profiles = nil
	}
	return k
}

func find(name string) (format, error) {
	var names []string
	for _, f := range formats() {
		if f.Name == name {
			return f, nil
		}
		names = append(names, f.Name)
	}
	return format{}, fmt.Errorf("no format %q: want %s", name, strings.Join(names, ", "))
}

// Fits is nil when a tree of profile p can be said in the kind, else a *ProfileError. Whether its rows can is for Write.
func (k Kind) Fits(p *tree.Profile) error {
	f, err := find(k.Name)
	if err != nil {
		return err
	}
	return f.suits(p)
}

func (f *format) suits(p *tree.Profile) error {
	wants := f.wants
	if len(f.Profiles) > 0 {
		wants = "profile " + strings.Join(f.Profiles, " or ")
	}
	if len(f.Profiles) > 0 && !slices.Contains(f.Profiles, p.Name) || f.fits != nil && !f.fits(p) {
		return &ProfileError{f.Name, wants, p.Name}
	}
	if len(f.Profiles) > 0 && !asCatalogued(p) {
		return &ProfileError{f.Name, wants + " as the catalogue has it", p.Name + " with other parameters"}
	}
	return nil
}

// asCatalogued reports whether a contract of the catalogue's entry of that name takes the leaves and proofs: a bundle may call its parameters anything.
func asCatalogued(p *tree.Profile) bool {
	entry, err := tree.Lookup(p.Name)
	return err == nil && slices.EqualFunc(entry.Fields, p.Fields, func(a, b tree.Field) bool { return a.Name == b.Name && a.Type == b.Type && a.Source == b.Source }) &&
		entry.Encoding == p.Encoding && entry.LeafHashes == p.LeafHashes && slices.EqualFunc(entry.LeafPrefixes, p.LeafPrefixes, bytes.Equal) && entry.Hash == p.Hash &&
		entry.Width == p.Width && bytes.Equal(entry.NodePrefix, p.NodePrefix) && entry.Pair == p.Pair && entry.Shape == p.Shape && bytes.Equal(entry.Pad, p.Pad) &&
		entry.Order == p.Order && entry.Dedupe == p.Dedupe && entry.Grouping == p.Grouping
}

// Check refuses options that the kind does not take, and asks for those that it needs, with an *OptionError.
func (k Kind) Check(o Options) error {
	if k.Decimals && o.Decimals < 0 {
		return &OptionError{k.Name, "decimals", "the file has whole tokens: how many decimals has the token?"}
	}
	if o.Decimals > maxDecimals {
		return &OptionError{k.Name, "decimals", fmt.Sprintf("%d: want 0 to %d", o.Decimals, maxDecimals)}
	}
	if o.Split != 0 && !k.Splits {
		return &OptionError{k.Name, "split", "the file is one tree"}
	}
	if o.Split < 0 || o.Split > tree.MaxRows {
		return &OptionError{k.Name, "split", fmt.Sprintf("%d: want at least 1 claim a tree", o.Split)}
	}
	var names []string
	for _, s := range k.Settings {
		names = append(names, s.Name)
		if _, told := o.With[s.Name]; s.Required && !told {
			return &OptionError{k.Name, s.Name, "is needed: " + s.Meaning}
		}
	}
	for _, name := range sortedNames(o.With) {
		if !slices.Contains(names, name) {
			reason := "no such setting"
			if len(names) > 0 {
				reason += ": want " + strings.Join(names, ", ")
			}
			return &OptionError{k.Name, name, reason}
		}
	}
	return nil
}

// Text describes the kind in lines.
func (k Kind) Text() string {
	var b strings.Builder
	line := func(head, text string) { fmt.Fprintf(&b, "%-10s %s\n", head, text) }
	line("format", k.Name)
	line("what", k.Title)
	if len(k.Profiles) == 0 {
		line("profiles", "all")
	} else {
		line("profiles", strings.Join(k.Profiles, ", "))
	}
	shape := "one file, or - for standard output"
	if k.Folder {
		shape = "a folder"
	}
	line("output", shape)
	if k.Splits {
		line("split", "N claims a tree make a folder of several trees")
	}
	if k.Decimals {
		line("decimals", "of the token are needed: the file has whole tokens")
	}
	for _, s := range k.Settings {
		need := ""
		if s.Required {
			need = " (needed)"
		}
		line("with", s.Name+need+": "+s.Meaning)
	}
	line("source", k.Source)
	return b.String()
}

// maxDecimals is the most with which a token amount still has a digit before the point.
const maxDecimals = 77
