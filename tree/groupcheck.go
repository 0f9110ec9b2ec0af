package tree

import (
	"bytes"
	"fmt"

	merkle "github.com/merkle-drop/merkle"
)

// checkGrouping refuses parameters that say nothing in a grouped tree (export/FORMAT.md 4.3).
func (p *Profile) checkGrouping() (errs []error) {
	bad := func(format string, args ...any) {
		errs = append(errs, fmt.Errorf("grouping %s: %w", p.Grouping, fmt.Errorf(format, args...)))
	}
	switch {
	case p.Grouping == GroupingNone:
		return nil
	case p.shardDigits() > 0:
		if p.Accounts != merkle.EVM || !p.Has(SourceAccount) {
			bad("the leaf needs an account of evm, whose hex digits name the shard")
		}
		if p.Order != OrderLeafHash {
			bad("order %s: want leaf-hash, which orders shards too", p.Order)
		}
		if p.Pair != PairSorted {
			bad("pair %s: want sorted, a claim does not say where its shard stands", p.Pair)
		}
	case p.Grouping == GroupingTwoLevel:
		if len(p.Fields) == 0 || p.Fields[0].Source != SourceAccount {
			bad("the first field is to be the account")
		}
		if !p.Has(SourceToken) {
			bad("the leaf needs a token field, which orders the rows of an account")
		}
		if p.Encoding != EncodingPacked && p.Encoding != EncodingLE {
			bad("encoding %s: want packed or le", p.Encoding)
		}
		if p.LeafHashes != 1 || len(p.LeafPrefixes) != 2 {
			bad("%d leaf hashes, %d leafPrefixes: want 1 and 2, of the rows and of the accounts", p.LeafHashes, len(p.LeafPrefixes))
		}
		if p.Order != OrderKey || p.OrderKey != p.name(SourceAccount) || p.Dedupe {
			bad("want order key by the account, without dedupe")
		}
	default:
		errs = append(errs, fmt.Errorf("grouping %q: want none, two-level, or shard-1 to shard-4", p.Grouping))
		return errs
	}
	if p.Index == IndexPath {
		bad("index path: a path through two trees gives no number")
	}
	return errs
}

// checkTwoLevel compares what the leaf of a row, the leaf of an account and a node hash: any two must differ in length or prefix.
func (p *Profile) checkTwoLevel(types []*fieldType) (errs []error) {
	size := 0
	for _, t := range types[1:] {
		if t.dynamic() {
			return []error{fmt.Errorf("%w: type %s has no fixed length, so a row's bytes could be those of an account's leaf", ErrForgeable, t)}
		}
		size += t.minSize(p.Encoding)
	}
	inputs := []struct {
		what   string
		prefix []byte
		size   int
	}{
		{"a row", p.LeafPrefixes[0], size},
		{"an account", p.LeafPrefixes[1], p.Accounts.Width() + p.Width},
		{"two nodes", p.NodePrefix, 2 * p.Width},
	}
	for i, a := range inputs {
		for _, b := range inputs[:i] {
			shared := min(len(a.prefix), len(b.prefix))
			if len(a.prefix)+a.size == len(b.prefix)+b.size && bytes.Equal(a.prefix[:shared], b.prefix[:shared]) {
				errs = append(errs, fmt.Errorf("%w: %s and %s are hashed from %d bytes with no prefix that tells them apart", ErrForgeable, b.what, a.what, len(a.prefix)+a.size))
			}
		}
	}
	return errs
}
