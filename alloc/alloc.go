// Package alloc computes who gets what: it reads the inputs of a campaign, applies its rule, rounds once, and closes a
// double-entry ledger for each token with =.
//
// The rules are written down in docs/rules. All arithmetic is on integers: a share is a numerator over one denominator
// that all entrants have in common, and the only divisions are the floors that the rounding setting names. The result
// does not depend on the order of input rows (except where the rule says "file order"), on the number of processors, or on
// the container format of the inputs.
package alloc

import (
	"io"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/campaign"
)

// Options are the doors to the outside world. The zero value reads files beside the campaign file and is silent.
type Options struct {
	// Open opens an input by the name that the campaign gives it; nil opens files relative to the campaign file's directory.
	Open func(name string) (io.ReadCloser, error)
	// Progress is told how far a stage is, in rows or entrants; total is -1 when unknown. It may be nil, and is called from
	// one goroutine at a time.
	Progress func(stage string, done, total int64)
	// LeafColumns names the leaf fields of a tree that a list of fixed/v1 fills by columns of their own, in leaf order (export.LeafColumns: profiles
	// are not known here). nil takes those of the tree's fields.
	LeafColumns func(t *campaign.Tree) []string
	// Checksums makes a function that appends to wrong the places, from 0, of those addresses whose capitals are not those of EIP-55; letters is
	// 40 hex digits an address, end to end (tree.EIP55 does it, many at once). The function is used by one goroutine. nil checks
	// address by address.
	Checksums func() func(letters []byte, wrong []int) []int
}

// Allocation is what a campaign pays, in whole base units, with the ledger that proves it.
type Allocation struct {
	Campaign   *campaign.Campaign
	Entrants   []Entrant            // entitled or dropped, in entrant order (account bytes, then chain)
	Order      []uint32             // claim order as indexes into Entrants; nil is entrant order
	Tokens     []TokenAllocation    // campaign order
	Inputs     []Input              // manifest order: the rule's, then exclusion lists
	Exclusions []ExclusionResult    // campaign order
	Assertions []AssertionResult    // campaign order
	Previous   Previous             // the bundle that this one goes on from
	Tables     []PublishedTable     // by name
	Tranches   []Tranche            // by claim order, then unlock; nil but for claims: tranches, where it may be empty
	Notes      []string             // sentences for a person: dropped entrants, unearned sub-pools, ...
	Accounts   merkle.AccountCounts // kinds of the entrants that have a claim

	chains []merkle.Chain
}

// Entrant is an account on a chain.
type Entrant struct {
	Account merkle.Account
	Chain   uint16 // index into Allocation.Chains
}

// Chains returns every chain of every asset of the campaign, sorted by its bytes.
func (a *Allocation) Chains() []merkle.Chain { return a.chains }

// TokenAllocation is what one token pays. All slices that are not nil are aligned with Allocation.Entrants.
type TokenAllocation struct {
	Token   *campaign.Token
	Amounts []merkle.Amount // what the leaves hold, in base units of the token, multiples of the chain's unit; 0 is no claim
	Locked  []merkle.Amount // nil: none; only fixed/v1
	Index   []uint64        // nil: none; only fixed/v1
	Extra   []Column        // the trees' own columns; only fixed/v1
	Ledger  Ledger

	paid    []merkle.Amount // what is claimed now where leaves hold more (cumulative); nil: Amounts
	movedTo int             // index of the entrant that got a residual; meaningful with moved above 0
	moved   merkle.Amount   // how much of its amount is residual
}

// Column is a column of the list that goes into leaves as it stands.
type Column struct {
	Name   string
	Values []string // aligned with Allocation.Entrants; empty where the entrant has no row for the token
}

// Ledger is the double entry of one token, in its base units: Pool + CarriedIn + RolledIn =
// Claims + Locked + Unelected + Unallocated + Unvested + Forgone + Rolled + Residual.
type Ledger struct {
	Pool, CarriedIn, RolledIn                                merkle.Amount // sources
	Claims, Unallocated, Unvested, Forgone, Rolled, Residual merkle.Amount
	Locked, Unelected                                        merkle.Amount // still open after the close

	PaidBefore merkle.Amount // what the leaves hold beside Claims; above 0 only with claims: cumulative
	RolledTo   string        // where Unvested, Forgone and Rolled go; empty for rules without these
	ResidualTo string        // where Residual goes
	Leaves     int           // leaves of the token in all trees
	Dropped    int           // entitled entrants without a leaf
	Chains     []ChainLine   // chains with claims or leaves, by chain id
}

// ChainLine is what one chain pays of one token.
type ChainLine struct {
	Chain  merkle.Chain
	Claims merkle.Amount // base units of the token
	Leaves int
}

// ExclusionResult says what an exclusion list did.
type ExclusionResult struct {
	Role, List, Version string

	Accounts int // rows of the list
	Matched  int // entrants that it took out and no list before it
}

// AssertionResult compares a printed figure with the computed one; see docs/assertions.md.
type AssertionResult struct {
	Figure string
	Prints string // as the campaign says
	Got    string // the exact figure, rounded to the precision of Prints
	Level  string // error or warn
	Holds  bool
	Pos    merkle.Pos // of the assertion in the campaign
}
