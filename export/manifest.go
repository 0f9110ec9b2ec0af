package export

import (
	"fmt"
	"maps"
	"reflect"
	"slices"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/tree"
)

// The format names of this release; see FORMAT.md.
const (
	FormatBundle = "merkle-bundle/v1"
	FormatShard  = "merkle-shard/v1"
	FormatIndex  = "merkle-index/v1"
)

// Names of the files beside shards, index pages and inputs.
const (
	ManifestFile = "manifest.json"
	CampaignFile = "campaign.yaml"
	SumsFile     = "SHA256SUMS"
)

// Manifest is manifest.json, member by member; FORMAT.md sections 3 to 7 give each its meaning. Hashes are text, 0x and
// lower-case hex; digests are 64 digits without 0x.
type Manifest struct {
	Format     string          `json:"format"`
	Campaign   CampaignRef     `json:"campaign"`
	Rule       string          `json:"rule"`
	Previous   PreviousInfo    `json:"previous"`
	Publish    PublishInfo     `json:"publish"`
	Inputs     []InputInfo     `json:"inputs"`
	Exclusions []ExclusionInfo `json:"exclusions"`
	Tokens     []TokenInfo     `json:"tokens"`
	Ledger     []LedgerInfo    `json:"ledger"`
	Tables     []TableInfo     `json:"tables"` // by name
	Assertions []AssertionInfo `json:"assertions"`
	Groups     []GroupInfo     `json:"groups"`
	Trees      []TreeInfo      `json:"trees"`
	Files      FilesInfo       `json:"files"`
}

// CampaignRef names the campaign file by its id and digest.
type CampaignRef struct {
	File   string `json:"file"`
	ID     string `json:"id"`
	SHA256 string `json:"sha256"`
}

// PreviousInfo names the bundle that this one goes on from; both are empty when there is none.
type PreviousInfo struct {
	ID       string `json:"id"`       // campaign id
	Manifest string `json:"manifest"` // SHA-256 of its manifest.json
}

// PublishInfo is how the bundle is laid out, with defaults resolved.
type PublishInfo struct {
	Inputs string `json:"inputs"` // copy, digest
	Proofs string `json:"proofs"` // subtree, inline
	Shard  int    `json:"shard"`
}

// InputInfo describes one input in canonical form (FORMAT.md section 6).
type InputInfo struct {
	Role    string   `json:"role"`
	Columns []string `json:"columns"`
	Order   string   `json:"order"` // sorted, file
	Rows    int64    `json:"rows"`
	Sum     string   `json:"sum"` // decimal, empty for inputs without a value column
	SHA256  string   `json:"sha256"`
	File    string   `json:"file"` // empty when published by digest
}

// TableInfo describes a table that the rule publishes beside the claims (FORMAT.md section 6.1).
type TableInfo struct {
	Name    string   `json:"name"`
	Columns []string `json:"columns"`
	Rows    int64    `json:"rows"`
	SHA256  string   `json:"sha256"`
	File    string   `json:"file"`
}

// ExclusionInfo counts what an exclusion list took out.
type ExclusionInfo struct {
	Role     string `json:"role"`
	List     string `json:"list"`
	Version  string `json:"version"`
	Accounts int    `json:"accounts"` // rows in the list
	Matched  int    `json:"matched"`  // entrants taken out by it
}

// TokenInfo is one budget; amounts in base units of the token.
type TokenInfo struct {
	ID       string        `json:"id"`
	Decimals int           `json:"decimals"`
	Pool     merkle.Amount `json:"pool"`
	Assets   []AssetInfo   `json:"assets"`
}

// AssetInfo is a token on one chain. Unit is how many base units of the token one base unit of the chain counts.
type AssetInfo struct {
	Asset    string         `json:"asset"` // CAIP-19
	Decimals int            `json:"decimals"`
	Unit     merkle.Amount  `json:"unit"`
	Cap      *merkle.Amount `json:"cap"` // base units of the token; nil is no cap
}

// LedgerInfo is the double entry of one token in its base units: Pool, CarriedIn and RolledIn together are the sum of the eight
// lines from Claims to Residual.
type LedgerInfo struct {
	Token       string        `json:"token"`
	Decimals    int           `json:"decimals"`
	Pool        merkle.Amount `json:"pool"`
	CarriedIn   merkle.Amount `json:"carriedIn"` // locked and unelected of the predecessor
	RolledIn    merkle.Amount `json:"rolledIn"`  // from other bundles
	Claims      merkle.Amount `json:"claims"`
	Locked      merkle.Amount `json:"locked"`
	Unelected   merkle.Amount `json:"unelected"`
	Unallocated merkle.Amount `json:"unallocated"`
	Unvested    merkle.Amount `json:"unvested"`
	Forgone     merkle.Amount `json:"forgone"`
	Rolled      merkle.Amount `json:"rolled"`
	RolledTo    string        `json:"rolledTo"` // destination of Unvested, Forgone and Rolled
	Residual    merkle.Amount `json:"residual"`
	ResidualTo  string        `json:"residualTo"`
	PaidBefore  merkle.Amount `json:"paidBefore"` // what the trees hold beside Claims
	Leaves      int           `json:"leaves"`
	Dropped     int           `json:"dropped"`
	Chains      []ChainInfo   `json:"chains"`
}

// ChainInfo is what one chain pays of a token, in the token's base units.
type ChainInfo struct {
	Chain  string        `json:"chain"`
	Claims merkle.Amount `json:"claims"`
	Leaves int           `json:"leaves"`
}

// AssertionInfo is a published figure and what the build got for it.
type AssertionInfo struct {
	Figure string `json:"figure"`
	Prints string `json:"prints"`
	Got    string `json:"got"`
	Holds  bool   `json:"holds"`
	Level  string `json:"level"` // error, warn
}

// TreeInfo is one root and all that is needed to rebuild it.
type TreeInfo struct {
	ID        string            `json:"id"`
	Family    string            `json:"family"`
	Part      int               `json:"part"`
	Parts     int               `json:"parts"`
	Chain     string            `json:"chain"`
	Tokens    []string          `json:"tokens"`
	Totals    []merkle.Amount   `json:"totals"` // aligned with Tokens; base units of the chain
	Group     string            `json:"group"`
	Order     string            `json:"order"` // account, input, leaf-hash
	Leaves    int               `json:"leaves"`
	Depth     int               `json:"depth"`
	Root      string            `json:"root"`
	Constants map[string]string `json:"constants"`
	Profile   tree.Profile      `json:"profile"`

	Deployment map[string]string `json:"deployment"` // as the campaign says; nothing is derived from it
}

// GroupInfo describes trees over the same accounts that share shards.
type GroupInfo struct {
	ID       string       `json:"id"`
	Chain    string       `json:"chain"`
	Order    string       `json:"order"`
	Layout   string       `json:"layout"` // subtree, inline
	Claims   int          `json:"claims"` // rows
	Families [][]string   `json:"families"`
	Columns  []ColumnInfo `json:"columns"`
	Cut      *int         `json:"cut"` // nil in layout inline
	Shards   int          `json:"shards"`
	First    string       `json:"first"`
	Last     string       `json:"last"`
	Index    []string     `json:"index"`
}

// ColumnInfo names a cell of a row, after the account.
type ColumnInfo struct {
	Family string `json:"family"`
	Field  string `json:"field"` // part, position, a leaf field, or proof
}

// FilesInfo pins SHA256SUMS and with it every other file.
type FilesInfo struct {
	File   string `json:"file"`
	SHA256 string `json:"sha256"`
	Count  int    `json:"count"` // files listed
	Bytes  int64  `json:"bytes"` // their sizes added
}

// Encode returns the bytes of manifest.json.
func (m *Manifest) Encode() ([]byte, error) {
	return appendValue(nil, toValue(reflect.ValueOf(m)))
}

// DecodeManifest reads manifest.json. It refuses another format name, anything that is not in canonical form, and missing
// or unknown members.
func DecodeManifest(text []byte) (*Manifest, error) {
	v, err := parseCanonical(text)
	if err != nil {
		return nil, err
	}
	if members, ok := v.(map[string]any); ok && members["format"] != FormatBundle {
		return nil, fmt.Errorf("format is %q, this release reads %q", fmt.Sprint(members["format"]), FormatBundle)
	}
	m := new(Manifest)
	if err := fromValue(reflect.ValueOf(m).Elem(), v); err != nil {
		return nil, err
	}
	return m, nil
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
