package alloc

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"

	merkle "github.com/merkle-drop/merkle"
)

// ErrSaved is the cause when a saved outline cannot be taken up: there is none, it is of another campaign or format, or its files are not as they were.
var ErrSaved = errors.New("no outline of this campaign that is whole")

const (
	savedFile   = "outline.json"
	savedFormat = "merkle-outline/v1"
)

// savedText is outline.json: an outline and the SHA-256 of its text.
type savedText struct {
	SHA256  string
	Outline json.RawMessage
}

// savedOutline is what is saved. Amounts and accounts are texts; files are beside it.
type savedOutline struct {
	Format     string
	Campaign   string // SHA-256 of the campaign file
	Entrants   []savedEntrant
	Tokens     []savedToken
	Inputs     []savedInput
	Exclusions []ExclusionResult
	Assertions []AssertionResult
	Notes      []string
	Accounts   merkle.AccountCounts
	Sorted     []savedSorted
	Enrolled   int
	Sizes      []savedSizes
	Indexed    bool
	Columns    []string
	Texts      *savedFileInfo
	Tables     []savedTable `json:",omitempty"`
	Previous   Previous
}

type savedTable struct {
	Name    string
	Columns []string
	Rows    int64
	File    savedFileInfo
}

type savedEntrant struct {
	Account string
	Chain   uint16
}

type savedToken struct {
	Amounts []string // of Entrants
	Ledger  []string // in the order of Ledger.amounts
	Chains  []savedChain

	RolledTo, ResidualTo string
	Leaves, Dropped      int
}

type savedChain struct {
	Chain  merkle.Chain
	Claims string
	Leaves int
}

type savedInput struct {
	Role    string
	Columns []string
	Order   string
	Rows    int64
	Sum     string
	File    *savedFileInfo // canonical rows; absent where they are kept elsewhere
}

// savedFileInfo is a file beside outline.json.
type savedFileInfo struct {
	Name   string
	Size   int64
	SHA256 string
}

type savedSorted struct {
	File       savedFileInfo
	Token      int
	Chain      merkle.Chain
	Len        int
	Amount     string
	First      string
	Locked     bool
	Wide       []savedWide
	More       int
	Again      bool
	Account    int // bytes
	Width      int
	Form       [4]bool // locked, index, order, text
	Hole       int
	OwnColumns int
}

type savedWide struct {
	Account, Amount string
	Locked          bool
	Row             uint32
}

type savedSizes struct {
	Count                     int
	Largest, Median, Smallest string
	Bits                      [257]int
	Winner                    savedEntrant
}

// amounts are all amounts of a ledger, in a fixed order.
func (l *Ledger) amounts() []*merkle.Amount {
	return []*merkle.Amount{&l.Pool, &l.CarriedIn, &l.RolledIn, &l.Claims, &l.Unallocated, &l.Unvested, &l.Forgone, &l.Rolled, &l.Residual, &l.Locked, &l.Unelected, &l.PaidBefore}
}

// Save writes outline.json into dir, an existing directory, and moves the files of claims and canonical inputs there where they are elsewhere, so that
// RestoreOutline finds all of it. The canonical list of fixed/v1, which External.List got, is not part of it. The files are dir's from then on: Close leaves them.
func (o *Outline) Save(dir string) error {
	s := savedOutline{Format: savedFormat, Campaign: digestOfText(o.Campaign.Source), Exclusions: o.Exclusions, Assertions: o.Assertions, Notes: o.Notes,
		Accounts: o.Accounts, Enrolled: o.Enrolled, Indexed: o.Indexed, Columns: o.Columns, Previous: o.Previous}
	for _, e := range o.Entrants {
		s.Entrants = append(s.Entrants, e.saved())
	}
	for k := range o.Tokens {
		s.Tokens = append(s.Tokens, o.Tokens[k].saved())
		s.Sizes = append(s.Sizes, o.Sizes[k].saved())
	}
	var err error
	for i := range o.Inputs {
		in := &o.Inputs[i]
		x := savedInput{Role: in.Role, Columns: in.Columns, Order: in.Order, Rows: in.Rows, Sum: in.Sum}
		if in.rows != nil {
			if x.File, err = o.saveRows(dir, in); err != nil {
				return err
			}
		}
		s.Inputs = append(s.Inputs, x)
	}
	for i := range o.Tables {
		t := &o.Tables[i]
		x, err := o.saveRows(dir, &Input{Role: tableRole(t.Name), rows: t.rows})
		if err != nil {
			return err
		}
		s.Tables = append(s.Tables, savedTable{t.Name, t.Columns, t.Rows, *x})
	}
	for _, f := range o.Sorted {
		x := f.saved()
		if x.File, err = saveFile(dir, f.file); err != nil {
			return err
		}
		f.kept = true
		s.Sorted = append(s.Sorted, x)
		if f.texts != nil && s.Texts == nil {
			info, err := saveFile(dir, f.texts.file)
			if err != nil {
				return err
			}
			f.texts.kept, s.Texts = true, &info
		}
	}
	text, err := json.Marshal(&s)
	if err != nil {
		return err
	}
	if text, err = json.Marshal(savedText{digestOfText(text), text}); err != nil {
		return err
	}
	made := filepath.Join(dir, savedFile+".new")
	if err := os.WriteFile(made, text, 0o600); err != nil {
		return errors.Join(err, os.Remove(made))
	}
	return os.Rename(made, filepath.Join(dir, savedFile))
}

// tableRole names the rows of a table among those of inputs.
func tableRole(name string) string { return "table-" + name }

// saveRows keeps the canonical rows of an input.
func (o *Outline) saveRows(dir string, in *Input) (_ *savedFileInfo, err error) {
	if f := o.canonical[in.Role]; f != nil {
		info, err := saveFile(dir, f.file)
		f.kept = true
		return &info, err
	}
	f, err := os.OpenFile(filepath.Join(dir, "canonical-"+in.Role), os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	out := bufio.NewWriter(f)
	if err := in.rows(func(rows []byte) error {
		out.Write(rows)
		return out.WriteByte('\n')
	}); err != nil {
		return nil, err
	}
	if err := out.Flush(); err != nil {
		return nil, err
	}
	info, err := saveFile(dir, f)
	return &info, err
}

// saveFile moves an open file to dir, when it is elsewhere, and takes its digest.
func saveFile(dir string, f *os.File) (savedFileInfo, error) {
	info := savedFileInfo{Name: filepath.Base(f.Name())}
	stat, err := f.Stat()
	if err != nil {
		return info, err
	}
	if there, err := os.Stat(filepath.Join(dir, info.Name)); err != nil || !os.SameFile(there, stat) {
		if err := os.Rename(f.Name(), filepath.Join(dir, info.Name)); err != nil {
			return info, err
		}
	}
	info.Size = stat.Size()
	info.SHA256, err = fileDigest(f, info.Size)
	return info, err
}

func fileDigest(f *os.File, size int64) (string, error) {
	h := sha256.New()
	_, err := io.Copy(h, io.NewSectionReader(f, 0, size))
	return hex.EncodeToString(h.Sum(nil)), err
}

func digestOfText(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

func (e Entrant) saved() savedEntrant { return savedEntrant{e.Account.Text(), e.Chain} }

func (t *TokenAllocation) saved() savedToken {
	l := &t.Ledger
	x := savedToken{RolledTo: l.RolledTo, ResidualTo: l.ResidualTo, Leaves: l.Leaves, Dropped: l.Dropped}
	for _, v := range t.Amounts {
		x.Amounts = append(x.Amounts, v.String())
	}
	for _, v := range l.amounts() {
		x.Ledger = append(x.Ledger, v.String())
	}
	for _, c := range l.Chains {
		x.Chains = append(x.Chains, savedChain{c.Chain, c.Claims.String(), c.Leaves})
	}
	return x
}

func (z *ClaimSizes) saved() savedSizes {
	return savedSizes{z.Count, z.Largest.String(), z.Median.String(), z.Smallest.String(), z.Bits, z.Winner.saved()}
}

func (f *Sorted) saved() savedSorted {
	m := &f.form
	x := savedSorted{Token: f.Token, Chain: f.Chain, Len: f.Len, Amount: f.Amount.String(), First: f.First.Text(), Locked: f.Locked, More: f.More, Again: f.Again,
		Account: m.account, Width: m.width, Form: [4]bool{m.locked, m.index, m.order, m.text}, Hole: f.hole, OwnColumns: f.names}
	for _, w := range f.Wide {
		x.Wide = append(x.Wide, savedWide{w.Account.Text(), w.Amount.String(), w.Locked, w.row})
	}
	return x
}
