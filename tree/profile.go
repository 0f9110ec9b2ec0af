// Package tree turns rows of claims into the Merkle tree that a claim contract expects.
//
// How a contract hashes is data: a [Profile], looked up by name or written out as parameters. [Build] interprets it: rows
// become leaf pre-images, leaves, levels and a root; [Tree.Proof] and [Tree.Cut] read the result. No parameter is a
// function, so a profile can be printed, compared and published with the tree that it made.
//
// Use [Lookup] for a named profile, [Profile.WithFields] where the contract takes any type list, then [Build].
package tree

import (
	"fmt"
	"slices"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/tree/internal/layer"
)

// Profile says how one family of claim contracts hashes. The exported parameters are those of export/FORMAT.md 4.1;
// the descriptive ones at the end do not change a byte.
type Profile struct {
	Name     string        // family-contract-vN; never reused for other bytes
	Accounts merkle.Family // what a claimant is
	Fields   []Field       // the leaf, in order
	Encoding string        // one of the Encoding constants

	LeafHashes   int      // 0, 1, 2: how often the pre-image is hashed; 0 for ready-made leaves
	Hash         string   // HashKeccak256, HashSHA256
	Width        int      // bytes kept of each hash, leaf and node: 32, 20, 16
	LeafPrefixes [][]byte // one a leaf hash, innermost first; put before what is hashed. GroupingTwoLevel: inner leaf, outer leaf
	NodePrefix   []byte   // put before the two children

	Pair     string // PairSorted, PairPositional
	Shape    Shape
	Pad      []byte // the padding leaf or lone sibling, Width bytes; empty for the shapes that have none
	Order    Order  // the profile's own order: OrderLeafHash, OrderInput, OrderKey
	OrderKey string // name of the field that OrderKey sorts by
	Dedupe   bool   // equal leaf hashes are one leaf
	Index    string // IndexNone, IndexGiven, IndexInputRow, IndexEIP55, IndexBase58, IndexPath
	Grouping string // GroupingNone, GroupingTwoLevel, "shard-1" … "shard-4"

	Amount     string // AmountOneShot, AmountCumulative, AmountLimit
	AmountBits int    // widest amount (and locked amount) that the contract can hold
	TotalBits  int    // widest sum over the tree that the contract can hold

	Title         string    // one line for catalogues
	Source        string    // who defines the bytes: contract or library, version, file
	Vectors       string    // the outside lists and vectors that pin it
	Claim         string    // signature of the claim function or instruction
	ClaimSelector string    // 0x and its first 4 bytes of calldata; Solana: the 8 bytes that begin instruction data; may be empty
	RootGetter    string    // signature of the getter, or the account field, that holds the root
	RootSelector  string    // as ClaimSelector
	ProofForm     string    // how the contract takes the proof, e.g. bytes32[]
	Zero          string    // ZeroKeep, ZeroRefuse: rows that claim nothing
	AnyFields     bool      // takes any type list, see WithFields
	BareLeaf      bool      // with AnyFields: the one field leaf:bytes32 is the leaf itself, see WithFields
	WholeTokens   bool      // the contract multiplies the leaf's amount by 10 to the token's decimals: amounts are not base units
	Key           []string  // names of the fields of which the contract pays one combination once; nil: the account, with its token where the leaf has one
	Extends       string    // the profile whose leaf this one goes on from: a list with the further fields means this one
	Defaults      []Default // values of constant fields that the list or campaign may leave out
	Aliases       []Alias   // further names of fields in lists, beside the general ones; see Match
	Note          string    // why a property that Validate asks about does no harm here
}

// Default is the value of a constant field where none is given.
type Default struct{ Field, Value string }

// Alias is names that lists have for a field.
type Alias struct {
	Field string
	Names []string
}

// Field is one value of a leaf.
type Field struct {
	Name   string // as the contract or the list's column calls it; camelCase or snake_case
	Type   string // Solidity type, pubkey or u64; docs/profiles.md
	Source string // where the value comes from: one of the Source constants
}

// Parameter values; docs/profiles.md says what each means.
const (
	EncodingABI       = "abi"        // abi.encode
	EncodingPacked    = "packed"     // abi.encodePacked
	EncodingLE        = "le"         // end to end, integers little-endian
	EncodingText      = "text"       // ASCII, joined by blanks
	EncodingTextColon = "text-colon" // ASCII, joined by colons
	EncodingEIP712    = "eip712"     // abi.encode of the struct; its domain is in the second hash
	EncodingBorsh     = "borsh"      // end to end, integers little-endian, texts after their length

	HashKeccak256 = "keccak256"
	HashSHA256    = "sha256"

	PairSorted     = "sorted"     // the bytewise smaller child first
	PairPositional = "positional" // the left child first

	SourceAccount  = "account"
	SourceAmount   = "amount"
	SourceLocked   = "locked"
	SourceIndex    = "index"
	SourceToken    = "token"
	SourceConstant = "constant" // one value for the tree, Spec.Constants
	SourceColumn   = "column"   // Rows.Columns
	SourceDomain   = "domain"   // as constant, in the EIP-712 domain and not in the struct

	IndexNone     = "none"
	IndexGiven    = "given"       // Rows.Index
	IndexInputRow = "input-row"   // place in claim order, from 0
	IndexEIP55    = "eip55-sort"  // rank of the account's EIP-55 text by its bytes
	IndexBase58   = "base58-sort" // rank of the account's base58 text by its bytes
	IndexPath     = "path"        // from the proof; not in the leaf

	GroupingNone     = "none"
	GroupingTwoLevel = "two-level" // a tree of the accounts' trees
	GroupingShard    = "shard-"    // with 1 to 4: a tree of the trees of the accounts with equal first hex digits

	AmountOneShot    = "one-shot"
	AmountCumulative = "cumulative"
	AmountLimit      = "limit" // the most that may be bought or minted; a sum of limits means nothing

	ZeroKeep   = "keep"
	ZeroRefuse = "refuse"
)

// Shape is how levels are built over the leaves, export/FORMAT.md 4.2.
type Shape string

// The shapes. All but Heap are layered and differ in what happens to a last node without a sibling.
const (
	Heap         Shape = "heap"          // an array of 2n-1 nodes with children of i at 2i+1 and 2i+2
	Promote      Shape = "promote"       // carried up unchanged
	Duplicate    Shape = "duplicate"     // hashed with itself
	PadPow2      Shape = "pad-pow2"      // does not occur: leaves are filled up to a power of two
	ZeroSibling  Shape = "zero-sibling"  // hashed with Pad, zero bytes
	EmptySibling Shape = "empty-sibling" // hashed with Pad, the hash of nothing
)

// Order is the order of the leaves in the tree.
type Order string

// The orders. OrderProfile stands for the profile's own; a built tree never reports it.
const (
	OrderProfile  Order = "profile"
	OrderAccount  Order = "account"   // by AccountKey, then token, then index
	OrderInput    Order = "input"     // claim order
	OrderLeafHash Order = "leaf-hash" // by the bytes of the leaf; equal leaves in claim order
	OrderKey      Order = "key"       // by the encoded bytes of the field OrderKey
)

// field returns the first field with the source.
func (p *Profile) field(source string) (i int, ok bool) {
	for i := range p.Fields {
		if p.Fields[i].Source == source {
			return i, true
		}
	}
	return 0, false
}

// Has reports whether the leaf holds a field with that source.
func (p *Profile) Has(source string) bool {
	_, ok := p.field(source)
	return ok
}

// Default is the value that a constant field has where none is given.
func (p *Profile) Default(field string) (value string, ok bool) {
	for _, d := range p.Defaults {
		if d.Field == field {
			return d.Value, true
		}
	}
	return "", false
}

// alg is valid after Validate.
func (p *Profile) alg() layer.Alg {
	if p.Hash == HashSHA256 {
		return layer.SHA256
	}
	return layer.Keccak256
}

// String is the name with the type list where that is free.
func (p Profile) String() string {
	if !p.AnyFields {
		return p.Name
	}
	return fmt.Sprintf("%s(%s)", p.Name, p.signature())
}

func (p *Profile) signature() string {
	var b []byte
	for i, f := range p.Fields {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(append(append(b, f.Type...), ' '), f.Name...)
	}
	return string(b)
}

// clone makes p safe to change: slices are not shared with the table.
func (p Profile) clone() Profile {
	p.Fields = append([]Field(nil), p.Fields...)
	p.LeafPrefixes = append([][]byte(nil), p.LeafPrefixes...)
	for i := range p.LeafPrefixes {
		p.LeafPrefixes[i] = append([]byte(nil), p.LeafPrefixes[i]...)
	}
	p.NodePrefix = append([]byte(nil), p.NodePrefix...)
	p.Pad = append([]byte(nil), p.Pad...)
	p.Key = slices.Clone(p.Key)
	p.Defaults, p.Aliases = slices.Clone(p.Defaults), slices.Clone(p.Aliases)
	return p
}
