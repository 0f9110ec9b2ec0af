// Package lists reads lists of claims in the forms of other tools, as rows of cells with their places.
//
// A list is what a tree is made from: input files of generators, and the claims inside files that hold proofs too. Proofs
// are not looked at here; judging a published file is verify's work. Which member of a file means what is known for each
// [Kind]; what a list says is never corrected: values that could mean two things are refused, with both readings.
package lists

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/alloc"
)

// Rows is what every list is: a header and rows of cells, with their places. *alloc.Table is the plain kind.
type Rows interface {
	Header() []string
	HeaderPos(i int) merkle.Pos
	Next() bool
	Cell(i int) []byte // valid until Next; nil where the row has no such value
	Pos(i int) merkle.Pos
	Err() error
}

// Kind is a form of list.
type Kind struct {
	Name  string
	Form  string // what it looks like, for people
	Human bool   // amounts are in whole tokens, so their decimals must be told
}

// Options say what the file alone does not.
type Options struct {
	Profile  string   // name of the profile that the rows are for
	Fields   []string // its leaf fields, name:type; empty where the list brings its own types
	Tokens   bool     // the leaf holds a token beside the account
	Key      string   // member of a JSON file that holds the claims, or the token whose balances are wanted
	Amounts  string   // decimal or hex: how texts without 0x are meant where tools differ; empty is not told
	Unit     string   // base or token; empty: as the kind has it
	Decimals int      // of the token; -1 is not told
	Cut      bool     // digits beyond Decimals are dropped
	Columns  []string // of a CSV file without a header
	Exponent bool     // numbers with an exponent are read
	Zero     bool     // rows of nothing are kept that the original tool leaves out
}

// List is a list that stands before its first row.
type List struct {
	Rows
	Kind     Kind
	Lines    string             // csv or jsonl: rows are lines of the file as they stand; empty: they are not
	Headless bool               // the file has no header
	Types    []string           // name:type of each column, where the list knows types; else nil
	KeyOf    int                // column with the keys of a JSON object, -1 without
	Amount   *Number            // how amounts are written; nil: decimal base units
	Whole    *Number            // how other numbers are written; nil: decimal
	Numbers  map[string]*Number // by column name, before Amount and Whole
	Defaults map[string]string  // by column name: the value where a row has none
	Root     string             // that the file states, 0x and hex; empty: none
	Unread   []string           // members of rows that no kind of column could hold
	Reports  []string           // columns that this kind has for people, not for the leaf
	Notes    func() []string    // what a person should know after the last row; nil: nothing
}

// What may be wrong with the way a list is read.
var (
	ErrKind     = errors.New("no such kind of list")
	ErrDecimals = errors.New("amounts of this list are in whole tokens: --decimals N says how many the token has (--unit base: they are base units)")
	ErrClaims   = errors.New("no list of claims is found in it (--key MEMBER says where it is)")
	ErrTwice    = errors.New("member is repeated")
)

// Kinds are the forms that Open reads, plain lists first.
func Kinds() []Kind {
	out := make([]Kind, len(forms))
	for i, f := range forms {
		out[i] = f.Kind
	}
	return out
}

// form is a kind with the functions that know it.
type form struct {
	Kind
	csv  func(header []string) bool                                   // whether it is this CSV; nil for JSON
	set  func(l *List, o Options)                                     // CSV: settles columns and numbers
	json func(d *document, o Options) bool                            // whether it is this JSON
	open func(d *document, o Options, l *List, faults *merkle.Faults) // JSON: sets Rows; without it when the file was refused
}

// Named is the kind of that name.
func Named(name string) (Kind, error) {
	for _, f := range forms {
		if f.Name == name {
			return f.Kind, nil
		}
	}
	return Kind{}, fmt.Errorf("%w: %q", ErrKind, name)
}

// Open reads a list as the kind says; with an empty kind it is found out, from the contents and the profile. What is refused goes to
// faults; the error is that of a read that failed, or ErrKind. A list whose header was refused has no rows.
func Open(r io.Reader, name, kind string, o Options, faults *merkle.Faults) (*List, error) {
	in := bufio.NewReaderSize(r, 1<<16)
	head, err := in.Peek(1 << 16)
	switch {
	case errors.Is(err, alloc.ErrUnpack): // a file that is damaged so early is no other fault than one that is later
		faults.Add(&merkle.Fault{Pos: merkle.Pos{File: name}, Err: err})
		return &List{KeyOf: -1, Rows: nothing{}}, nil
	case err != nil && err != io.EOF:
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if strings.HasPrefix(string(head), parquetMark) && (kind == "" || kind == plain.Name) {
		return openParquet(r, in, name, o, faults)
	}
	if kind != "" {
		at := slices.IndexFunc(forms, func(f form) bool { return f.Name == kind })
		if at < 0 {
			return nil, fmt.Errorf("%w: %q", ErrKind, kind)
		}
		if forms[at].csv != nil {
			return openTable(in, name, "csv", &forms[at], o, faults)
		}
		if forms[at].open != nil {
			return openJSON(in, name, &forms[at], o, faults)
		}
	}
	format := formatOf(name, head)
	if kind == "" {
		if format == "json" {
			return openJSON(in, name, nil, o, faults)
		}
		return openTable(in, name, format, nil, o, faults)
	}
	if format == "json" { // a plain list of one object a line
		format = "jsonl"
	}
	return openTable(in, name, format, &plain, o, faults)
}

// formatOf is csv, jsonl (objects of texts, one a line) or json.
func formatOf(name string, head []byte) string {
	text := strings.TrimLeft(strings.TrimPrefix(string(head), "\ufeff"), " \t\r\n")
	if text == "" || text[0] != '{' && text[0] != '[' {
		return "csv"
	}
	name = strings.TrimSuffix(strings.TrimSuffix(name, ".gz"), ".zst")
	lines := strings.HasSuffix(name, ".jsonl") || strings.HasSuffix(name, ".ndjson")
	line, _, _ := strings.Cut(text, "\n")
	if lines && flatTexts(line) {
		return "jsonl"
	}
	return "json"
}

// flatTexts reports whether a line is an object of texts only, which is this tool's own form of JSON Lines.
func flatTexts(line string) bool {
	var faults merkle.Faults
	d := parse("", []byte(strings.TrimRight(line, "\r")), &faults)
	if d == nil {
		return true // its own reader says what is wrong with it
	}
	if len(d.roots) != 1 || d.kind(0) != object {
		return false
	}
	flat := true
	d.members(0, func(_, value int) bool {
		flat = d.isText(value)
		return flat
	})
	return flat
}

func openTable(r *bufio.Reader, name, format string, f *form, o Options, faults *merkle.Faults) (*List, error) {
	var t Rows
	var err error
	if len(o.Columns) > 0 && format == "csv" {
		t, err = openHeadless(r, name, o.Columns, faults)
	} else {
		t, err = alloc.OpenTable(r, name, format, faults)
	}
	if err != nil {
		return nil, err
	}
	l := &List{Rows: t, KeyOf: -1, Kind: plain.Kind}
	if f == nil && format == "csv" {
		for i := range forms {
			if c := &forms[i]; c.csv != nil && c.csv(t.Header()) && suits(c.Name, o.Profile) {
				f = c
				break
			}
		}
	}
	if f != nil {
		l.Kind = f.Kind
		if f.set != nil {
			f.set(l, o)
		}
	}
	if l.Rows == t && (format == "csv" || plainKeys(t.Header())) {
		l.Lines, l.Headless = format, format == "csv" && len(o.Columns) > 0
	}
	l.settle(o, faults, name)
	return l, nil
}

// plainKeys reports whether keys stand in JSON as they are.
func plainKeys(names []string) bool {
	return len(names) > 0 && !slices.ContainsFunc(names, func(name string) bool {
		return strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r == '"' || r == '\\' })
	})
}

func openJSON(r io.Reader, name string, f *form, o Options, faults *merkle.Faults) (*List, error) {
	raw, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	l := &List{KeyOf: -1, Rows: nothing{}}
	d := parse(name, raw, faults)
	if d == nil {
		return l, nil
	}
	if f == nil {
		for i := range forms {
			if c := &forms[i]; c.json != nil && c.json(d, o) {
				f = c
				break
			}
		}
	}
	if f == nil {
		faults.Add(&merkle.Fault{Pos: merkle.Pos{File: name}, Err: ErrClaims})
		return l, nil
	}
	l.Kind = f.Kind
	l.Root = d.statedRoot()
	l.Whole = &Number{Hex: true, Exponent: o.Exponent}
	l.Amount = &Number{Hex: true, Exponent: o.Exponent}
	before := len(faults.List)
	f.open(d, o, l, faults)
	if len(faults.List) == before {
		l.settle(o, faults, name)
	}
	return l, nil
}

// settle applies the unit. Whole tokens need decimals, and so do all kinds that are always in them.
func (l *List) settle(o Options, faults *merkle.Faults, name string) {
	human := l.Kind.Human && o.Unit != "base" || o.Unit == "token"
	if !human {
		if l.Amount == nil && o.Amounts == "hex" {
			l.Amount = &Number{Hex: true}
		}
		return
	}
	if o.Decimals < 0 {
		faults.Add(&merkle.Fault{Pos: merkle.Pos{File: name}, Err: fmt.Errorf("read as %s: %w", l.Kind.Name, ErrDecimals)})
		return
	}
	if l.Amount == nil {
		l.Amount = &Number{}
	}
	l.Amount.Tokens, l.Amount.Decimals, l.Amount.Cut = true, o.Decimals, o.Cut
}

// nothing is the Rows of a list that was refused.
type nothing struct{}

func (nothing) Header() []string         { return nil }
func (nothing) HeaderPos(int) merkle.Pos { return merkle.Pos{} }
func (nothing) Next() bool               { return false }
func (nothing) Cell(int) []byte          { return nil }
func (nothing) Pos(int) merkle.Pos       { return merkle.Pos{} }
func (nothing) Err() error               { return nil }
