package alloc

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math/big"
	"runtime"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/campaign"
)

// External says how Stream works through disk.
type External struct {
	Dir     string // existing directory for temporary files; Outline.Close removes those that a finished Stream has left there
	Memory  int64  // bytes for buffers, about
	Workers int    // goroutines; 0 is one a core
	// List gets the canonical form of the list of fixed/v1 while it is read; nil: nobody wants it. Inputs of other rules are written by Input.WriteTo.
	List io.Writer
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

// Streams reports why a campaign cannot be computed by Stream; nil when it can: rules fixed/v1, pro-rata/v1, jupiter-asr/v1, jupiter-asr/v2,
// noon-active-staking/v1, noon-open-staking/v1, close-round/v1 and astra-rewards/v1. A few inputs are refused by Stream itself, with ErrInMemory: those with more different
// texts, or longer ones, than are kept.
func Streams(c *campaign.Campaign, o Options) error {
	r := &c.Rule
	switch {
	case r.Fixed != nil, r.ProRata != nil, r.JupiterASR != nil, r.JupiterASR2 != nil, r.NoonActive != nil, r.NoonOpen != nil, r.Close != nil:
	case r.Astra != nil:
		if len(c.Tokens) != 1 || len(r.Astra.Pools) > mostRewardPools {
			return fmt.Errorf("rule %s with %d tokens and %d pools %w", r.Name, len(c.Tokens), len(r.Astra.Pools), ErrInMemory)
		}
	default:
		return fmt.Errorf("rule %s %w", r.Name, ErrInMemory)
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
	Columns  []string     // the trees' own columns, in the order of ClaimRows.Columns

	files     []*tempFile          // what Sorted and Inputs read besides
	canonical map[string]*tempFile // by role: those with the rows of inputs
}

// Close closes and removes all files of the outline.
func (o *Outline) Close() error {
	var errs []error
	for _, f := range o.Sorted {
		errs = append(errs, f.Close())
	}
	for _, f := range o.files {
		errs = append(errs, f.Close())
	}
	return errors.Join(errs...)
}

// ClaimSizes says how large the claims of a token are: amount and locked amount together, in its base units.
type ClaimSizes struct {
	Count                     int
	Largest, Median, Smallest merkle.Amount
	Bits                      [257]int // how many claims have so many bits
	Winner                    Entrant  // the first in entrant order with the largest amount, locked amounts aside
}

// stream is one run of Stream: what all rules have in common.
type stream struct {
	*reading
	x       External
	lists   []exclusion
	results []ExclusionResult
	matched map[Entrant]bool

	watched   map[Entrant]bool            // whom printed figures are about
	found     map[Entrant][]merkle.Amount // those that are entitled: their claims by token
	tally     *kindTally
	winner    winner
	own       map[merkle.Account]bool
	refuses   bool // some kind of account
	refused   refusedAccounts
	gaining   gaining
	unpayable map[Entrant]bool // whose first row was refused, because a token is not on its chain; some
	enrolled  int
	dropped   []int // by token
	earned    []*big.Int
	files     []*tempFile          // handed on with the outline
	canonical map[string]*tempFile // by role: those with the rows of inputs
}

// streamed is one rule at work through disk.
type streamed interface {
	read() error                     // the rule's inputs: into sorters
	refine() error                   // what can still be refused, exclusions being known
	claims() ([]*claimWriter, error) // the claims, by token, then chain; sets what was earned. What it has made is returned with an error too
	ruled() rule                     // for printed figures, with totals only
	told(out *Outline) (err error)   // what is told of the rule
	closeLedger(out *Outline, writers []*claimWriter, k int) error
	close() error // removes what only the rule needs
}

// Stream computes what Compute does for a campaign that Streams allows, with the same result and the same faults, in memory that does not grow
// with the inputs but for one bit a row of a list. Sorted claims are files in x.Dir until the outline is closed.
func Stream(ctx context.Context, c *campaign.Campaign, o Options, x External) (*Outline, error) {
	if err := Streams(c, o); err != nil {
		return nil, err
	}
	if x.Workers <= 0 {
		x.Workers = runtime.GOMAXPROCS(0)
	}
	out, err := newStream(ctx, c, o, x, narrow).run()
	if errors.Is(err, errWideNumber) {
		out, err = newStream(ctx, c, o, x, wide).run()
	}
	return out, err
}

// How many bytes a number of an input takes in a record. Nearly all fit the narrow one; when one does not, everything is read again with the other.
const (
	narrow = 16
	wide   = 32
)

var errWideNumber = errors.New("alloc: a number is wider than its room")

func newStream(ctx context.Context, c *campaign.Campaign, o Options, x External, width int) *running {
	s := &stream{reading: newReading(ctx, c, o), x: x, matched: map[Entrant]bool{}, watched: map[Entrant]bool{}, found: map[Entrant][]merkle.Amount{}, unpayable: map[Entrant]bool{}, canonical: map[string]*tempFile{},
		dropped: make([]int, len(c.Tokens)), earned: make([]*big.Int, len(c.Tokens))}
	s.own, s.refuses = s.ownAccounts(), c.Accounts.Refuses()
	s.tally = &kindTally{own: s.own}
	s.gaining.find(s.reading)
	for i := range c.Assert {
		if c.Assert[i].Figure == "claim" {
			for chain := range s.chains {
				s.watched[Entrant{c.Assert[i].Account, uint16(chain)}] = true
			}
		}
	}
	switch {
	case c.Rule.ProRata != nil:
		return &running{s, newProRataStream(s, width)}
	case c.Rule.JupiterASR != nil:
		return &running{s, newVoteStream(s, width)}
	case c.Rule.JupiterASR2 != nil:
		return &running{s, newStakeStream(s, width)}
	case c.Rule.Astra != nil:
		return &running{s, newAstraStream(s, width)}
	case c.Rule.NoonActive != nil:
		return &running{s, newActiveStream(s, width)}
	case c.Rule.NoonOpen != nil:
		return &running{s, newOpenStream(s, width)}
	case c.Rule.Close != nil:
		return &running{s, newCloseStream(s, width)}
	}
	return &running{s, newFixedStream(s)}
}

// running is a stream and its rule.
type running struct {
	*stream
	rule streamed
}

func (s *running) run() (_ *Outline, err error) {
	out := new(Outline)
	defer func() {
		if gone := s.rule.close(); gone != nil {
			err = errors.Join(err, gone)
		}
		if err != nil {
			if out.files == nil {
				out.files = s.files
			}
			if gone := out.Close(); gone != nil {
				err = errors.Join(err, gone)
			}
		}
	}()
	if err := s.read(); err != nil {
		return nil, err
	}
	if err := s.rule.refine(); err != nil {
		return nil, err
	}
	if err := s.refuse(); err != nil {
		return nil, err
	}
	if err := cmp.Or(s.ctx.Err(), s.faults.Err()); err != nil {
		return nil, err
	}
	writers, err := s.rule.claims()
	for _, w := range writers {
		out.Sorted = append(out.Sorted, w.f)
	}
	if err != nil {
		return nil, err
	}
	if out, err = s.settleAll(writers); err != nil {
		return nil, err
	}
	return out, nil
}

// read reads the exclusion lists, which are short, and then the rule's inputs, but tells their faults in the order of Compute.
func (s *running) read() error {
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
	if err := s.rule.read(); err != nil {
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

// abandon ends the reading before the end of the input.
func (s *source) abandon() error {
	s.finish()
	return s.file.Close()
}
