package alloc

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/campaign"
)

// External says how Stream works through disk.
type External struct {
	Dir     string // existing directory for temporary files, which are left for the caller to remove
	Memory  int64  // bytes for buffers, about
	Workers int    // goroutines; 0 is one a core
	// List gets the canonical form of the list while it is read; nil: nobody wants it.
	List io.Writer
	// Numbered fills the index of a list without that column by claim order, from 0 on each chain.
	Numbered bool
	// Given stops the reading with ErrInMemory when the list has no index column.
	Given bool
	// Ordered has ClaimRows.Row filled.
	Ordered bool
	// AmountBits is the widest amount that the contract for a token on a chain can hold; wider ones are kept in Sorted.Wide.
	AmountBits map[OnChain]int
}

// OnChain is a token of the campaign on one chain.
type OnChain struct {
	Token int // index into Campaign.Tokens
	Chain merkle.Chain
}

// ErrInMemory says that a campaign is computed in memory only.
var ErrInMemory = errors.New("is computed in memory only")

// Streams reports why a campaign cannot be computed by Stream; nil when it can: rule fixed/v1, one token, no columns of the trees' own, and no
// residual that goes to an account by name.
func Streams(c *campaign.Campaign, o Options) error {
	no := func(format string, args ...any) error {
		return fmt.Errorf("%s %w", fmt.Sprintf(format, args...), ErrInMemory)
	}
	set := c.Rule.Fixed
	switch {
	case set == nil:
		return no("rule %s", c.Rule.Name)
	case len(c.Tokens) != 1:
		return no("a list of %d tokens", len(c.Tokens))
	case set.Precision == "floor-sum":
		return no("precision floor-sum")
	case c.Rounding.Residual.To == "account":
		return no("a residual that goes to an account")
	}
	r := &reading{c: c, o: o}
	if own := r.ownColumns(); len(own) > 0 {
		return no("the column %s", own[0])
	}
	return nil
}

// Outline is an allocation whose claims are on disk. Of the embedded one, Entrants and the tokens' Amounts hold only accounts that printed figures name.
type Outline struct {
	*Allocation
	Sorted   []*Sorted    // by token, then chain id, those with claims
	Enrolled int          // entitled or dropped entrants
	Sizes    []ClaimSizes // by token
	Indexed  bool         // the list has an index column
}

// ClaimSizes says how large the claims of a token are: amount and locked amount together, in its base units.
type ClaimSizes struct {
	Count                     int
	Largest, Median, Smallest merkle.Amount
	Bits                      [257]int // how many claims have so many bits
	Winner                    Entrant  // the first in entrant order with the largest amount, locked amounts aside
}

// stream is one run of Stream.
type stream struct {
	*reading
	x       External
	set     *campaign.Fixed
	lists   []exclusion
	results []ExclusionResult
	matched map[Entrant]bool

	decimals  int // of the token, or 0 when the list counts base units
	width     int // bytes of an amount in a record
	indexed   bool
	locked    bool
	numbered  []uint64 // by chain: the next index
	list      *listRows
	rows      int
	sum       scaleSum // of all rows
	earned    scaleSum // of rows that are not excluded
	finest    int
	chainRows []*chainRows              // by chain
	watched   map[Entrant]bool          // whom printed figures are about
	found     map[Entrant]merkle.Amount // those that the list has
	kinds     kindTally
	winner    winner
	own       map[merkle.Account]bool
	refused   *merkle.Faults // accounts of a kind that the campaign refuses
	met       map[merkle.Account]bool
	twice     twice
	dropped   int
}

// streamRow is an accepted row of the list.
type streamRow struct {
	e                   Entrant
	excluded            bool
	digits, ldigits     merkle.Amount
	scale, lscale       uint8
	base, lbase         merkle.Amount // base units of the token, floored
	index               uint64
	account, amountCell cell
}

// Stream computes what Compute does for a campaign that Streams allows, with the same result and the same faults, in memory that does not grow
// with the list but for one bit a row. Sorted claims are files in x.Dir; the caller closes them.
func Stream(ctx context.Context, c *campaign.Campaign, o Options, x External) (_ *Outline, err error) {
	if err := Streams(c, o); err != nil {
		return nil, err
	}
	s := &stream{reading: newReading(ctx, c, o), x: x, set: c.Rule.Fixed, matched: map[Entrant]bool{}, refused: new(merkle.Faults), met: map[merkle.Account]bool{}}
	s.list = new(listRows)
	s.numbered = make([]uint64, len(s.chains))
	if s.set.Unit == "token" {
		s.decimals = int(c.Tokens[0].Decimals)
	}
	s.width = max(1, (c.Tokens[0].Pool.BitLen()+7)/8)
	s.own = s.ownAccounts()
	s.watched, s.found = map[Entrant]bool{}, map[Entrant]merkle.Amount{}
	for i := range c.Assert {
		if c.Assert[i].Figure == "claim" {
			for chain := range s.chains {
				s.watched[Entrant{c.Assert[i].Account, uint16(chain)}] = true
			}
		}
	}
	defer func() {
		for _, rows := range s.chainRows {
			if rows != nil {
				err = errors.Join(err, rows.sorter.Close())
			}
		}
	}()
	if err := s.read(); err != nil {
		return nil, err
	}
	sorted, err := s.survey()
	if err != nil {
		return nil, err
	}
	out, err := s.settleAll(sorted)
	if err != nil {
		for _, f := range sorted {
			err = errors.Join(err, f.Close())
		}
		return nil, err
	}
	return out, nil
}

// read reads the exclusion lists, which are short, and then the list, but tells their faults in the order of Compute.
func (s *stream) read() error {
	faults := s.faults
	s.faults = new(merkle.Faults)
	for i := range s.c.Exclude {
		list, err := s.readExclusion(i)
		if err != nil {
			return err
		}
		s.lists = append(s.lists, list)
		s.results = append(s.results, ExclusionResult{Role: list.role, List: s.c.Exclude[i].List, Version: s.c.Exclude[i].Version, Accounts: len(list.reasons)})
	}
	others, entries := s.faults, s.entries
	s.faults, s.entries = faults, nil
	if err := s.readRows(); err != nil {
		return err
	}
	s.entries = append(s.entries, entries...)
	for _, f := range others.List {
		s.faults.Add(f)
	}
	s.faults.More += others.More
	s.checkResidual()
	s.checkRounding()
	return nil
}

func (s *stream) openList() (*source, error) {
	return s.open(&s.set.List, "list", []column{{"account", false}, {"amount", false}, {"token", true}, {"chain", true}, {"index", true}, {"locked", true}})
}

// readRows reads the list once: its sums, its canonical form, and a record a row into the sorters.
func (s *stream) readRows() (err error) {
	src, err := s.openList()
	if src == nil {
		return err
	}
	s.list.chain, s.list.token = src.has(listChain), src.has(listToken)
	s.indexed, s.locked = src.has(listIndex), src.has(listLocked)
	if s.x.Given && !s.indexed {
		return errors.Join(fmt.Errorf("an index by the text of accounts, or of rows that are added up, %w", ErrInMemory), src.abandon())
	}
	if s.chainRows, err = s.openChains(); err != nil {
		return errors.Join(err, src.abandon())
	}
	var out *bufio.Writer
	var line []byte
	if s.x.List != nil {
		out = bufio.NewWriterSize(s.x.List, 1<<20)
		out.WriteString(strings.Join(present(src.want, src.col), ",") + "\n")
	}
	err = s.scan(src, func(row *streamRow) error {
		s.sum[row.scale].add(row.digits)
		s.finest = max(s.finest, int(row.scale))
		if out != nil {
			line = s.canonicalRow(line[:0], row)
			if _, err := out.Write(line); err != nil {
				return err
			}
		}
		if row.excluded {
			return nil
		}
		s.earned[row.scale].add(row.digits)
		if s.locked {
			s.earned[row.lscale].add(row.ldigits)
			s.finest = max(s.finest, int(row.lscale))
		}
		if s.c.Accounts.Refuses() {
			s.judgeRow(src, row)
		}
		return s.chainRows[row.e.Chain].add(s, row)
	})
	if out != nil {
		err = errors.Join(err, out.Flush())
	}
	if err != nil {
		return errors.Join(err, src.abandon())
	}
	finest := 0
	for scale := range s.sum {
		if s.sum[scale] != (total{}) {
			finest = scale
		}
	}
	return src.close("file", decimalText(s.sum.at(finest), finest), nil)
}

// scan calls visit for every accepted row, as readList accepts them.
func (s *stream) scan(src *source, visit func(*streamRow) error) error {
	var row streamRow
	id := s.c.Tokens[0].ID
	s.rows = 0
	for src.next() {
		ok := true
		if s.list.token && string(src.cell(listToken)) != id {
			src.no(listToken, ErrToken)
			ok = false
		}
		var good bool
		row.e, good = src.account(listAccount, listChain)
		if ok && good {
			if _, there := s.unit(0, row.e.Chain); !there {
				src.no(listAccount, s.shadowed(0, row.e))
				good = false
			}
		}
		ok = ok && good
		row.digits, row.scale, row.base, good = s.number(src, listAmount, row.e, ok)
		ok = ok && good
		if s.locked {
			row.ldigits, row.lscale, row.lbase, good = s.number(src, listLocked, row.e, ok)
			ok = ok && good
		}
		if s.indexed {
			a, err := merkle.ParseAmountBytes(src.cell(listIndex))
			if err == nil {
				if row.index, good = a.Uint64(); !good {
					err = ErrIndex
				}
			}
			if err != nil {
				src.no(listIndex, err)
				ok = false
			}
		}
		if !ok || src.full(listAccount, s.rows) {
			continue
		}
		row.excluded = s.excludes(row.e)
		row.account, row.amountCell = src.cells[src.col[listAccount]], src.cells[src.col[listAmount]]
		if err := visit(&row); err != nil {
			return err
		}
		s.rows++
	}
	return nil
}

// excludes reports whether a list takes an entrant out, and counts it at the first that does.
func (s *stream) excludes(e Entrant) bool {
	for i := range s.lists {
		if _, _, found := s.lists[i].find(e.Account, s.chains[e.Chain]); found {
			if !s.matched[e] {
				s.matched[e] = true
				s.results[i].Matched++
			}
			return true
		}
	}
	return false
}

// number is listRows.number with the base units.
func (s *stream) number(src *source, col int, e Entrant, judge bool) (digits merkle.Amount, scale uint8, base merkle.Amount, ok bool) {
	most := s.decimals
	if s.set.Unit == "token" && s.set.Precision != "" && s.set.Precision != "exact" {
		most = maxFraction
	}
	digits, scale, err := parseDecimal(src.cell(col), most)
	if err == nil && judge {
		if base, err = s.list.base(s.reading, 0, digits, scale); err == nil {
			err = s.payable(0, e, base)
		}
	}
	if s.set.Unit == "base" && errors.Is(err, merkle.ErrNoFraction) {
		err = fmt.Errorf("%w, base units are whole; unit: token reads whole-token decimals", err)
	}
	if err != nil {
		src.no(col, err)
	}
	return digits, scale, base, err == nil
}

// canonicalRow is a row of listRows.canonical, with its newline.
func (s *stream) canonicalRow(dst []byte, row *streamRow) []byte {
	dst = append(row.e.Account.AppendText(dst), ',')
	dst = appendDecimal(dst, row.digits, int(row.scale))
	if s.list.token {
		dst = appendCell(append(dst, ','), s.c.Tokens[0].ID)
	}
	if s.list.chain {
		dst = append(append(dst, ','), s.chains[row.e.Chain]...)
	}
	if s.indexed {
		dst = merkle.NewAmount(row.index).AppendText(append(dst, ','))
	}
	if s.locked {
		dst = appendDecimal(append(dst, ','), row.ldigits, int(row.lscale))
	}
	return append(dst, '\n')
}

// judgeRow refuses an account of a kind that the campaign does not want, at its first row.
func (s *stream) judgeRow(src *source, row *streamRow) {
	k := row.e.Account.Kind()
	if s.own[row.e.Account] {
		k = merkle.KindOwn
	}
	if s.c.Accounts.Of(k) != "refuse" || s.met[row.e.Account] {
		return
	}
	if len(s.refused.List) < merkle.MaxFaults {
		s.met[row.e.Account] = true
	}
	s.refused.Add(&merkle.Fault{Pos: src.at(row.account), Field: "account", Value: string(src.cell(listAccount)), Err: &RefusedKind{k}})
}

// abandon ends the reading before the end of the input.
func (s *source) abandon() error {
	s.finish()
	return s.file.Close()
}
