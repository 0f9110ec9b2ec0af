package alloc

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/campaign"
)

// restoring reads texts of a saved outline and keeps what is wrong first.
type restoring struct {
	dir string
	out *Outline
	err error
}

// RestoreOutline takes up what Outline.Save has left in dir for the same campaign, without reading inputs. Every file is compared with its size and
// SHA-256. An error that is ErrSaved says that there is nothing to take up.
func RestoreOutline(dir string, c *campaign.Campaign, o Options) (_ *Outline, err error) {
	text, err := os.ReadFile(filepath.Join(dir, savedFile))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSaved, err)
	}
	var whole savedText
	var s savedOutline
	if err = json.Unmarshal(text, &whole); err == nil && digestOfText(whole.Outline) != whole.SHA256 {
		err = errors.New("is not what was saved")
	}
	if err == nil {
		err = json.Unmarshal(whole.Outline, &s)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrSaved, savedFile, err)
	}
	if s.Format != savedFormat || s.Campaign != digestOfText(c.Source) || len(s.Tokens) != len(c.Tokens) || len(s.Sizes) != len(c.Tokens) {
		return nil, fmt.Errorf("%w: %s is of another campaign or release", ErrSaved, savedFile)
	}
	r := newReading(context.Background(), c, o)
	a := &Allocation{Campaign: c, Exclusions: s.Exclusions, Assertions: s.Assertions, Notes: s.Notes, Accounts: s.Accounts, Previous: s.Previous, chains: r.chains}
	x := &restoring{dir: dir, out: &Outline{Allocation: a, Enrolled: s.Enrolled, Indexed: s.Indexed, Columns: s.Columns, canonical: map[string]*tempFile{}}}
	defer func() {
		if err != nil {
			err = errors.Join(err, x.out.Close())
		}
	}()
	for _, e := range s.Entrants {
		a.Entrants = append(a.Entrants, x.entrant(e))
	}
	for k := range s.Tokens {
		a.Tokens = append(a.Tokens, x.token(&c.Tokens[k], &s.Tokens[k]))
		z := &s.Sizes[k]
		sizes := ClaimSizes{Count: z.Count, Largest: x.amount(z.Largest), Median: x.amount(z.Median), Smallest: x.amount(z.Smallest), Bits: z.Bits}
		if z.Winner != (savedEntrant{}) { // where all is locked there is none
			sizes.Winner = x.entrant(z.Winner)
		}
		x.out.Sizes = append(x.out.Sizes, sizes)
	}
	for _, in := range s.Inputs {
		y := Input{Role: in.Role, Columns: in.Columns, Order: in.Order, Rows: in.Rows, Sum: in.Sum}
		if f := x.temp(in.File); f != nil {
			x.out.canonical[in.Role], y.rows = f, f.lines
		}
		a.Inputs = append(a.Inputs, y)
	}
	for _, t := range s.Tables {
		if f := x.temp(&t.File); f != nil {
			x.out.canonical[tableRole(t.Name)] = f
			a.Tables = append(a.Tables, PublishedTable{t.Name, t.Columns, t.Rows, f.lines})
		}
	}
	texts := x.temp(s.Texts)
	for i := range s.Sorted {
		x.sorted(r, &s.Sorted[i], texts)
	}
	if x.err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSaved, x.err)
	}
	return x.out, nil
}

func (x *restoring) wrong(err error) {
	if x.err == nil {
		x.err = err
	}
}

func (x *restoring) amount(text string) merkle.Amount {
	a, err := merkle.ParseAmount(text)
	if err != nil {
		x.wrong(err)
	}
	return a
}

func (x *restoring) account(text string) merkle.Account {
	a, err := merkle.ParseAccount(text)
	if err != nil {
		x.wrong(err)
	}
	return a
}

func (x *restoring) entrant(e savedEntrant) Entrant {
	if int(e.Chain) >= len(x.out.chains) {
		x.wrong(ErrOtherChain)
	}
	return Entrant{x.account(e.Account), e.Chain}
}

func (x *restoring) token(t *campaign.Token, s *savedToken) TokenAllocation {
	out := TokenAllocation{Token: t}
	for _, v := range s.Amounts {
		out.Amounts = append(out.Amounts, x.amount(v))
	}
	l := &out.Ledger
	l.RolledTo, l.ResidualTo, l.Leaves, l.Dropped = s.RolledTo, s.ResidualTo, s.Leaves, s.Dropped
	if list := l.amounts(); len(list) == len(s.Ledger) {
		for i, v := range list {
			*v = x.amount(s.Ledger[i])
		}
	} else {
		x.wrong(fmt.Errorf("a ledger of %d lines", len(s.Ledger)))
	}
	for _, c := range s.Chains {
		l.Chains = append(l.Chains, ChainLine{c.Chain, x.amount(c.Claims), c.Leaves})
	}
	return out
}

// open opens a file that must be as it was saved; nil when it is not.
func (x *restoring) open(info *savedFileInfo) *os.File {
	if info.Name != filepath.Base(info.Name) {
		x.wrong(fmt.Errorf("%q is not a name beside %s", info.Name, savedFile))
		return nil
	}
	f, err := os.OpenFile(filepath.Join(x.dir, info.Name), os.O_RDWR, 0)
	if err != nil {
		x.wrong(err)
		return nil
	}
	stat, err := f.Stat()
	if err == nil && stat.Size() != info.Size {
		err = fmt.Errorf("%s has %d bytes, saved were %d", info.Name, stat.Size(), info.Size)
	}
	if err == nil {
		var digest string
		if digest, err = fileDigest(f, info.Size); err == nil && digest != info.SHA256 {
			err = fmt.Errorf("%s is not what was saved", info.Name)
		}
	}
	if err != nil {
		x.wrong(errors.Join(err, f.Close()))
		return nil
	}
	return f
}

func (x *restoring) temp(info *savedFileInfo) *tempFile {
	if info == nil {
		return nil
	}
	f := x.open(info)
	if f == nil {
		return nil
	}
	t := &tempFile{file: f, at: info.Size, kept: true}
	x.out.files = append(x.out.files, t)
	return t
}

func (x *restoring) sorted(r *reading, s *savedSorted, texts *tempFile) {
	chain, found := slices.BinarySearch(r.chains, s.Chain)
	if s.Token < 0 || s.Token >= len(r.c.Tokens) || !found {
		x.wrong(fmt.Errorf("claims of token %d on %s", s.Token, s.Chain))
		return
	}
	unit, there := r.unit(s.Token, uint16(chain))
	family := s.Chain.Family()
	m := claimForm{s.Account, s.Width, s.Form[0], s.Form[1], s.Form[2], s.Form[3]}
	rows := int64(s.Len) + int64(btoi(s.Hole >= 0))
	if !there || m.account != family.Width() || m.width < 1 || m.width > 32 || s.Len < 1 || rows*int64(m.size()) != s.File.Size || m.text != (texts != nil) {
		x.wrong(fmt.Errorf("%s does not hold %d claims of token %d on %s", s.File.Name, s.Len, s.Token, s.Chain))
		return
	}
	f := &Sorted{Token: s.Token, Chain: s.Chain, Len: s.Len, Amount: x.amount(s.Amount), First: x.account(s.First), Locked: s.Locked, More: s.More, Again: s.Again,
		kept: true, form: m, family: family, hole: s.Hole, texts: texts, names: s.OwnColumns}
	f.unit, _ = merkle.AmountFromBig(unit)
	for _, w := range s.Wide {
		f.Wide = append(f.Wide, WideAmount{x.account(w.Account), x.amount(w.Amount), w.Locked, w.Row})
	}
	if f.file = x.open(&s.File); f.file != nil {
		x.out.Sorted = append(x.out.Sorted, f)
	}
}
