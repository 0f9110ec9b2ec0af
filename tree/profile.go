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

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/tree/internal/layer"
)

// Profile says how one family of claim contracts hashes. The exported parameters are those of export/FORMAT.md 4.1;
// the descriptive ones at the end do not change a byte.
type Profile struct {
	Name     string        // family-contract-vN; never reused for other bytes
	Accounts merkle.Family // what a claimant is
	Fields   []Field       // the leaf, in order
	Encoding string        // EncodingABI, EncodingPacked, EncodingLE

	LeafHashes   int      // 0, 1, 2: how often the pre-image is hashed; 0 for ready-made leaves
	Hash         string   // HashKeccak256, HashSHA256
	Width        int      // bytes kept of each hash, leaf and node: 32, 20, 16
	LeafPrefixes [][]byte // one a leaf hash, innermost first; put before what is hashed
	NodePrefix   []byte   // put before the two children

	Pair     string // PairSorted, PairPositional
	Shape    Shape
	Pad      []byte // the padding leaf or lone sibling, Width bytes; empty for the shapes that have none
	Order    Order  // the profile's own order: OrderLeafHash, OrderInput, OrderKey
	OrderKey string // name of the field that OrderKey sorts by
	Dedupe   bool   // equal leaf hashes are one leaf
	Index    string // IndexNone, IndexGiven, IndexInputRow, IndexEIP55, IndexBase58, IndexPath
	Grouping string // GroupingNone; two-level and shard-k are named, not built

	Amount     string // AmountOneShot, AmountCumulative
	AmountBits int    // widest amount (and locked amount) that the contract can hold
	TotalBits  int    // widest sum over the tree that the contract can hold

	Title      string // one line for catalogues
	Source     string // who defines the bytes: contract or library, version, file
	Vectors    string // the outside vectors that pin it
	Claim      string // signature of the claim function or instruction
	RootGetter string // signature of the getter, or the account field, that holds the root
	ProofForm  string // how the contract takes the proof, e.g. bytes32[]
	Zero       string // ZeroKeep, ZeroRefuse: rows that claim nothing
	AnyFields  bool   // takes any type list, see WithFields
	Note       string // why a property that Validate asks about does no harm here
}

// Field is one value of a leaf.
type Field struct {
	Name   string // as the contract or the list's column calls it; camelCase or snake_case
	Type   string // Solidity type, pubkey or u64; docs/profiles.md
	Source string // where the value comes from: one of the Source constants
}

// Parameter values; docs/profiles.md says what each means.
const (
	EncodingABI    = "abi"    // abi.encode
	EncodingPacked = "packed" // abi.encodePacked
	EncodingLE     = "le"     // end to end, integers little-endian

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

	IndexNone     = "none"
	IndexGiven    = "given"       // Rows.Index
	IndexInputRow = "input-row"   // place in claim order, from 0
	IndexEIP55    = "eip55-sort"  // rank of the account's EIP-55 text by its bytes
	IndexBase58   = "base58-sort" // rank of the account's base58 text by its bytes
	IndexPath     = "path"        // from the proof; not in the leaf

	GroupingNone = "none"

	AmountOneShot    = "one-shot"
	AmountCumulative = "cumulative"

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
	return p
}
