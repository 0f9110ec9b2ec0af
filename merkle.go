// Package merkle is the vocabulary of token distributions by Merkle proof: accounts, amounts, chains, assets, claims,
// hashes and places in files. All values are plain and comparable; nothing here does input or output.
//
// The rooms of the house import it and know only the rooms before them:
// campaign, alloc, tree, export. The room verify imports none of them, not even this one.
package merkle

import (
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// Version of the tool and library. It never enters a published file: bytes depend on rule, profile and format names only.
const Version = "0.3.0"

// Hash is a node of a tree. Trees of narrower hashes (16 or 20 bytes) use the first bytes and leave the rest zero.
type Hash [32]byte

// String is 0x and 64 lower-case hex digits.
func (h Hash) String() string { return "0x" + hex.EncodeToString(h[:]) }

// Text is 0x and the first width bytes in lower-case hex; width is 1 to 32.
func (h Hash) Text(width int) string { return "0x" + hex.EncodeToString(h[:width]) }

// AppendText appends Text(width) to dst.
func (h *Hash) AppendText(dst []byte, width int) []byte {
	return hex.AppendEncode(append(dst, "0x"...), h[:width])
}

// ParseHash reads 64 hex digits with or without 0x.
func ParseHash(text string) (Hash, error) {
	var h Hash
	digits := strings.TrimPrefix(text, "0x")
	if len(digits) != 64 {
		return h, fmt.Errorf("hash %q: %d hex digits, want 64", text, len(digits))
	}
	if _, err := hex.Decode(h[:], []byte(digits)); err != nil {
		return h, fmt.Errorf("hash %q: %w", text, err)
	}
	return h, nil
}

// Claim is one leaf-to-be: what an account may take from one tree.
type Claim struct {
	Tree    string  // tree id
	Account Account // who
	Amount  Amount  // base units of the tree's chain
	Locked  Amount  // base units that vest later; 0 unless the profile has the field
	Index   uint64  // claim index; meaningful only where the profile has the field
}

// Pos is where a value came from: 1-based line and byte column. Line 0 means the file as a whole.
type Pos struct {
	File      string
	Line, Col int
}

// String is file:line:col, or the file alone.
func (p Pos) String() string {
	switch {
	case p.Line == 0:
		return p.File
	case p.Col == 0:
		return fmt.Sprintf("%s:%d", p.File, p.Line)
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Col)
}

// Chain is a CAIP-2 chain id such as "eip155:1" (https://chainagnostic.org/CAIPs/caip-2).
type Chain string

// Asset is a CAIP-19 asset id (https://chainagnostic.org/CAIPs/caip-19).
type Asset struct {
	Chain     Chain
	Namespace string  // erc20, token or slip44
	Reference string  // as written
	Token     Account // contract or mint; zero for slip44 (the chain's own coin)
}

// What may be wrong with a chain or asset id.
var (
	ErrChain = errors.New("not a CAIP-2 chain id such as eip155:1 or solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp")
	ErrAsset = errors.New("not a CAIP-19 asset id such as eip155:1/erc20:0x… or solana:…/token:…")
)

var chainPattern = regexp.MustCompile(`^(eip155:[1-9][0-9]{0,31}|solana:[-_a-zA-Z0-9]{1,32})$`)

// ParseChain reads a CAIP-2 id of the namespaces eip155 and solana.
func ParseChain(text string) (Chain, error) {
	if !chainPattern.MatchString(text) {
		return "", ErrChain
	}
	return Chain(text), nil
}

// Family is EVM for eip155, Solana for solana.
func (c Chain) Family() Family {
	switch {
	case strings.HasPrefix(string(c), "eip155:"):
		return EVM
	case strings.HasPrefix(string(c), "solana:"):
		return Solana
	}
	return 0
}

// ParseAsset reads a CAIP-19 id: erc20 or slip44 on eip155, token or slip44 on solana.
func ParseAsset(text string) (Asset, error) {
	chain, rest, found := strings.Cut(text, "/")
	ns, ref, found2 := strings.Cut(rest, ":")
	if !found || !found2 || ref == "" {
		return Asset{}, ErrAsset
	}
	c, err := ParseChain(chain)
	if err != nil {
		return Asset{}, err
	}
	a := Asset{Chain: c, Namespace: ns, Reference: ref}
	switch {
	case ns == "slip44":
		return a, nil
	case ns == "erc20" && c.Family() == EVM, ns == "token" && c.Family() == Solana:
		if a.Token, err = ParseAccount(ref); err != nil {
			return Asset{}, fmt.Errorf("%w: %w", ErrAsset, err)
		}
		if a.Token.Family() != c.Family() {
			return Asset{}, fmt.Errorf("%w: %w", ErrAsset, ErrFamily)
		}
		return a, nil
	}
	return Asset{}, ErrAsset
}

// String is the CAIP-19 id as it was written.
func (a Asset) String() string { return string(a.Chain) + "/" + a.Namespace + ":" + a.Reference }
