// Package campaign reads the campaign file: what is handed out, to whom, by which rule, in which trees.
//
// Reading is strict. Unknown or repeated keys, wrong case, values of the wrong kind and trailing documents are faults with
// file:line:col, all of them in one run. Nothing that changes a byte of a root has a default: rule, rounding, residual,
// profile and order are always written out.
package campaign

import (
	"math/big"

	merkle "github.com/merkle-drop/merkle"
)

// Format is the only value of the key format that this release reads.
const Format = "merkle-campaign/v1"

// Campaign is a campaign file as its author wrote it.
type Campaign struct {
	Path   string // as opened
	Source []byte // the file's bytes, unchanged
	ID     string // kebab-case
	Tokens []Token
	Rule   Rule

	Rounding Rounding
	Exclude  []Exclusion
	Accounts AccountPolicy
	Assert   []Assertion
	Trees    []Tree
	Publish  Publish
}

// Token is one budget. Amounts of all its assets are counted in its own base units of 10^-Decimals.
type Token struct {
	Pos      merkle.Pos
	ID       string // key in the file, e.g. "JUP"
	Decimals uint8  // 0 to 36; the finest of its assets
	Pool     merkle.Amount
	Assets   []AssetOn // at least one, at most one a chain
}

// AssetOn is a token as it exists on one chain.
type AssetOn struct {
	Pos      merkle.Pos
	Asset    merkle.Asset
	Decimals uint8          // at most the token's
	Cap      *merkle.Amount // the most that this chain may pay, in the token's base units; nil is no cap
}

// Unit is how many of the token's base units one base unit on the asset's chain counts: 10^(Token.Decimals-Decimals).
func (a AssetOn) Unit(t Token) *big.Int {
	return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(t.Decimals-a.Decimals)), nil)
}

// Input is a data file. Rows, Sum and SHA256 are what the author declares; empty means not declared.
type Input struct {
	Pos     merkle.Pos
	File    string            // relative to the campaign file; .csv or .jsonl, also with .gz or .zst, or .parquet
	Format  string            // "csv", "jsonl" or "parquet"; from the name unless given
	Columns map[string]string // our column name -> name in the file, where they differ
	Ignore  []string          // columns of the file that are not read
	Rows    string            // decimal count
	Sum     string            // decimal sum of the value column (power, weight, amount)
	SHA256  string            // 64 hex digits, of the uncompressed bytes
}

// Rule is a versioned allocation rule; exactly one of the pointers is set, the one that Name names.
type Rule struct {
	Pos        merkle.Pos
	Name       string
	JupiterASR *JupiterASR // jupiter-asr/v1
	ProRata    *ProRata    // pro-rata/v1
	Fixed      *Fixed      // fixed/v1

	JupiterASR2 *JupiterASR2 // jupiter-asr/v2
	NoonActive  *NoonActive  // noon-active-staking/v1
	NoonOpen    *NoonOpen    // noon-open-staking/v1
	Astra       *Astra       // astra-rewards/v1
	Close       *CloseRound  // close-round/v1
}

// JupiterASR holds the settings of jupiter-asr/v1; see docs/rules/jupiter-asr-v1.md.
type JupiterASR struct {
	Proposals   Input // id,weight
	Votes       Input // proposal,account,power[,chain][,time]
	Decimals    uint8 // fraction digits that power and the minimum may carry
	Eligibility *Eligibility
	Duplicates  string // error, first, last, max, sum
	Unearned    string // unallocated, renormalise
}

// Eligibility is a minimum on an account's power or weight, inclusive.
type Eligibility struct {
	Pos         merkle.Pos
	Metric      string // max-power, mean-power, last-power, each-vote; weight for pro-rata/v1
	Min         string // decimal in the unit of the power or weight column
	Denominator string // after: who is below leaves the denominator; before: stays in it and is unallocated
}

// ProRata holds the settings of pro-rata/v1; see docs/rules/pro-rata-v1.md.
type ProRata struct {
	Weights     Input // account,weight[,chain]
	Eligibility *Eligibility
	Duplicates  string                   // error, sum
	Caps        map[string]merkle.Amount // token id -> the most one account may get, in the token's base units
	OverCap     string                   // cut, redistribute; empty without Caps
}

// Fixed holds the settings of fixed/v1; see docs/rules/fixed-v1.md.
type Fixed struct {
	List       Input  // account,amount[,token][,chain][,index][,locked] and the trees' own columns
	Unit       string // base, token
	Precision  string // exact, floor-row, floor-sum; only with unit token
	Duplicates string // error, sum
}

// Rounding says where and how entitlements become whole base units.
type Rounding struct {
	Pos      merkle.Pos
	Method   string // floor, largest-remainder
	At       string // account-token, sub-pool, floored-sub-pool
	Residual Residual
}

// Residual is where the units go that rounding leaves over.
type Residual struct {
	To      string         // a destination outside the trees (kebab-case, e.g. treasury), or largest, or account
	Account merkle.Account // with To "account"
	Chain   merkle.Chain   // with To "account": as written, else the one chain that fits
}

// Exclusion is a list of accounts that get nothing.
type Exclusion struct {
	Input
	List    string
	Version string
}

// Assertion is a figure that the project has printed; see docs/assertions.md.
type Assertion struct {
	Pos      merkle.Pos
	Figure   string // see docs/assertions.md
	Token    string
	Weight   string // pool-per-proposal: exact weight, "1" or "1/3"
	Proposal string // proposal-total
	Period   int    // fraction, voting-fraction, voting-ratio: months
	Over     int    // voting-ratio: months
	Account  merkle.Account
	Chain    merkle.Chain // of Account: as written, else the one chain that fits
	Prints   string       // decimal; its fraction digits are the precision
	Rounding string       // half-up (default), half-even, floor
	Level    string       // error (default), warn
}

// Tree is one root, or several when Split cuts it.
type Tree struct {
	Pos       merkle.Pos
	ID        string
	Tokens    []string
	Chain     merkle.Chain // as written, else the one chain on which the tokens exist
	Profile   string
	Fields    []string          // "name:type", only for profiles that take any type list
	Order     string            // profile, account, input, leaf-hash
	Split     int               // most leaves a tree; 0 is one tree
	Constants map[string]string // values of the profile's constant fields

	Deployment map[string]string // where the tree's contract is, for readers of the bundle: contract, program, mint, …; with Publish.Facts a Solana tree's addresses are derived from it
}

// Publish says how the bundle is laid out. What the file leaves out has the default of export/FORMAT.md section 3.
type Publish struct {
	Pos    merkle.Pos // of the key publish; zero when the file has none
	Proofs string     // subtree, inline; empty: subtree where order and profile of every tree allow it
	Shard  int        // most claims a shard
	Inputs string     // copy, digest
	Facts  bool       // claim facts of Solana trees, export/FORMAT.md section 10
}
