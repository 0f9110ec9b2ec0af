package tree

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"strings"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/tree/internal/layer"
)

// ErrForgeable is in the error of Validate when somebody could claim what no row grants.
var ErrForgeable = errors.New("forgeable")

var (
	fieldPattern = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]{0,63}$`)
	namePattern  = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*-v[1-9][0-9]*$`)
)

// Validate refuses parameters that contradict each other or that can be forged, and says why. All parameters are
// checked; the error lists every complaint.
func (p *Profile) Validate() error {
	var errs []error
	bad := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if !namePattern.MatchString(p.Name) {
		bad("name %q: want family-contract-vN", p.Name)
	}
	if p.Accounts != merkle.EVM && p.Accounts != merkle.Solana {
		bad("accounts %q: want evm or solana", p.Accounts)
	}
	oneOf := func(what, value string, allowed ...string) {
		for _, a := range allowed {
			if value == a {
				return
			}
		}
		bad("%s %q: want %s", what, value, strings.Join(allowed, ", "))
	}
	oneOf("encoding", p.Encoding, EncodingABI, EncodingPacked, EncodingLE, EncodingText, EncodingTextColon, EncodingEIP712, EncodingBorsh)
	oneOf("hash", p.Hash, HashKeccak256, HashSHA256)
	oneOf("pair", p.Pair, PairSorted, PairPositional)
	oneOf("shape", string(p.Shape), string(Heap), string(Promote), string(Duplicate), string(PadPow2), string(ZeroSibling), string(EmptySibling))
	oneOf("order", string(p.Order), string(OrderLeafHash), string(OrderInput), string(OrderKey))
	oneOf("index", p.Index, IndexNone, IndexGiven, IndexInputRow, IndexEIP55, IndexBase58, IndexPath)
	oneOf("amount", p.Amount, AmountOneShot, AmountCumulative, AmountLimit)
	oneOf("zero", p.Zero, ZeroKeep, ZeroRefuse)
	errs = append(errs, p.checkGrouping()...)
	if p.Width != 32 && p.Width != 20 && p.Width != 16 {
		bad("width %d: want 32, 20 or 16 bytes", p.Width)
	}
	if p.LeafHashes < 0 || p.LeafHashes > 2 {
		bad("leafHashes %d: want 0, 1 or 2", p.LeafHashes)
	} else if len(p.LeafPrefixes) != p.LeafHashes && p.Grouping != GroupingTwoLevel {
		bad("leafPrefixes: %d, want one for each of the %d leaf hashes", len(p.LeafPrefixes), p.LeafHashes)
	}
	if p.AmountBits < 1 || p.AmountBits > 256 || p.TotalBits < p.AmountBits || p.TotalBits > 256 {
		bad("amountBits %d, totalBits %d: want 1 ≤ amountBits ≤ totalBits ≤ 256", p.AmountBits, p.TotalBits)
	}
	switch needs := p.Shape == PadPow2 || p.Shape == ZeroSibling || p.Shape == EmptySibling; {
	case needs && len(p.Pad) != p.Width:
		bad("pad: %d bytes, shape %s needs %d", len(p.Pad), p.Shape, p.Width)
	case !needs && len(p.Pad) != 0:
		bad("pad: shape %s has none", p.Shape)
	case p.Shape == ZeroSibling && !allZero(p.Pad):
		bad("pad: shape zero-sibling pads with zero bytes")
	}
	errs = append(errs, p.checkIndexRule()...)
	types, typeErrs := p.checkFields()
	errs = append(errs, typeErrs...)
	if p.Encoding == EncodingEIP712 && len(types) == len(p.Fields) {
		errs = append(errs, p.checkEIP712(types)...)
	}
	errs = append(errs, p.checkNames()...)
	if len(errs) == 0 {
		errs = append(errs, p.checkForgeable(types)...)
	}
	if len(errs) == 0 {
		return nil
	}
	return fmt.Errorf("profile %s: %w", p.Name, errors.Join(errs...))
}

func (p *Profile) checkIndexRule() (errs []error) {
	leaf := p.Has(SourceIndex)
	switch p.Index {
	case IndexNone, IndexPath:
		if leaf {
			errs = append(errs, fmt.Errorf("index %q: the leaf has an index field, so a rule must fill it", p.Index))
		}
	case IndexEIP55, IndexBase58:
		if want := map[string]merkle.Family{IndexEIP55: merkle.EVM, IndexBase58: merkle.Solana}[p.Index]; p.Accounts != want {
			errs = append(errs, fmt.Errorf("index %q: only for %s accounts", p.Index, want))
		}
		fallthrough
	default:
		if !leaf {
			errs = append(errs, fmt.Errorf("index %q: the leaf has no index field", p.Index))
		}
	}
	key := false
	for _, f := range p.Fields {
		key = key || f.Name == p.OrderKey
	}
	if (p.Order == OrderKey) != key {
		errs = append(errs, fmt.Errorf("orderKey %q: wanted exactly with order key, and a field of the leaf", p.OrderKey))
	}
	return errs
}

// checkFields parses the types and checks that each source has a type that can hold it.
func (p *Profile) checkFields() (types []*fieldType, errs []error) {
	bad := func(f *Field, format string, args ...any) {
		errs = append(errs, fmt.Errorf("field %s: %w", f.Name, fmt.Errorf(format, args...)))
	}
	if len(p.Fields) == 0 {
		errs = append(errs, errors.New("fields: none"))
	}
	if len(p.Fields) > 64 {
		return nil, append(errs, fmt.Errorf("fields: %d, at most 64", len(p.Fields)))
	}
	names, sources, loose := map[string]bool{}, map[string]bool{}, 0
	for i := range p.Fields {
		f := &p.Fields[i]
		t, err := parseType(f.Type)
		if err != nil {
			bad(f, "%w", err)
			continue
		}
		types = append(types, t)
		if !fieldPattern.MatchString(f.Name) {
			bad(f, "name %q: letters, digits and _ only, at most 64", f.Name)
		}
		if names[f.Name] {
			bad(f, "twice")
		}
		names[f.Name] = true
		single := f.Source != SourceColumn && f.Source != SourceConstant && f.Source != SourceDomain
		if single && sources[f.Source] {
			bad(f, "source %s twice", f.Source)
		}
		sources[f.Source] = true
		switch f.Source {
		case SourceAccount, SourceToken:
			want := map[merkle.Family]kind{merkle.EVM: addressKind, merkle.Solana: pubkeyKind}[p.Accounts]
			if t.kind != want {
				bad(f, "type %s cannot hold an account of %s", t, p.Accounts)
			}
		case SourceAmount, SourceLocked, SourceIndex:
			if t.kind != uintKind {
				bad(f, "type %s cannot hold a whole number; want uintN or u64", t)
			} else if f.Source != SourceIndex && 8*t.size < p.AmountBits {
				bad(f, "type %s is narrower than amountBits %d", t, p.AmountBits)
			}
		case SourceDomain:
			if p.Encoding != EncodingEIP712 {
				bad(f, "source domain: only with encoding eip712")
			}
		case SourceColumn, SourceConstant:
		default:
			bad(f, "source %q: want account, amount, locked, index, token, constant, column or domain", f.Source)
		}
		if err := p.checkType(i, t); err != nil {
			bad(f, "%w", err)
		}
		if p.Encoding == EncodingPacked && t.dynamic() {
			loose++
		}
	}
	if loose > 1 {
		errs = append(errs, fmt.Errorf("%w: %d types of free length packed end to end, so different rows can have one leaf", ErrForgeable, loose))
	}
	return types, errs
}

// checkForgeable compares what a leaf hash takes in with what a node hash takes in. With one hash function, equal input
// is equal output: a pair of nodes would be a leaf that no row made, or a leaf a pair of nodes that nobody hashed.
func (p *Profile) checkForgeable(types []*fieldType) (errs []error) {
	node := len(p.NodePrefix) + 2*p.Width
	switch p.LeafHashes {
	case 0:
		if len(types) != 1 || types[0].kind != fixedKind || types[0].size != p.Width {
			errs = append(errs, fmt.Errorf("leafHashes 0: want one field bytes%d, the leaf itself", p.Width))
		}
		if p.Note == "" {
			errs = append(errs, fmt.Errorf("%w: ready-made leaves can be nodes; whoever makes them must rule that out, and Note must say how", ErrForgeable))
		}
	case 2: // what is hashed last is a hash, which nobody can choose, so only its length counts
		prefix, last := p.LeafPrefixes[1], p.Width
		if p.Encoding == EncodingEIP712 {
			last += 32 // the hash of the domain: 66 bytes with 0x1901
		}
		if shared := min(len(prefix), len(p.NodePrefix)); len(prefix)+last == node && bytes.Equal(prefix[:shared], p.NodePrefix[:shared]) {
			errs = append(errs, fmt.Errorf("%w: the last leaf hash takes in %d bytes, as does that of two nodes, with no prefix that tells them apart", ErrForgeable, node))
		}
	case 1:
		if p.Grouping == GroupingTwoLevel {
			errs = append(errs, p.checkTwoLevel(types)...)
			break
		}
		prefix := p.LeafPrefixes[0]
		size, open := len(prefix), false
		for i, t := range types {
			size += t.minSize(p.Encoding)
			open = open || t.free(p.Encoding)
			if isText(p.Encoding) && i > 0 {
				size++
			}
		}
		shared := min(len(prefix), len(p.NodePrefix))
		apart := !bytes.Equal(prefix[:shared], p.NodePrefix[:shared])
		switch {
		case apart || size > node:
		case isText(p.Encoding) && p.Width == 32:
			// Every byte of a text leaf is one of at most 60 characters, those of numbers and addresses one of 16. Two nodes are 64 bytes
			// of two hashes: that a hash is such a text needs more than 2^60 trials for Solana's letters alone and 2^100 for any of the
			// leaves of evm, and then the other hash has to go on with it and name a key that the forger holds.
		case size == node:
			errs = append(errs, fmt.Errorf("%w: a leaf is hashed once and its pre-image has %d bytes, as has that of two nodes, with no prefix that tells them apart; any pair of nodes is then a valid leaf", ErrForgeable, size))
		case open:
			errs = append(errs, fmt.Errorf("%w: a leaf is hashed once and its pre-image, of %d bytes or more, can reach the %d bytes of two nodes, with no prefix that tells them apart", ErrForgeable, size, node))
		}
	}
	switch {
	case p.Shape == EmptySibling && !bytes.Equal(p.Pad, p.sum(nil)):
		errs = append(errs, fmt.Errorf("pad: shape empty-sibling pads with the hash of nothing, 0x%x", p.sum(nil)))
	case p.Shape == PadPow2 && p.Note == "" && !p.harmlessPad():
		errs = append(errs, fmt.Errorf("%w: pad 0x%x could be the leaf of a claim that is in no list; want zero bytes or the hash of one byte, else Note must say why it is none", ErrForgeable, p.Pad))
	}
	if p.Shape == Duplicate && p.Note == "" {
		errs = append(errs, fmt.Errorf("%w: a lone node hashed with itself gives a list and the list with its last rows repeated one root; Note must say why that does no harm", ErrForgeable))
	}
	if p.Pair == PairPositional && (p.Shape == Promote || p.Shape == Heap) && p.Note == "" {
		errs = append(errs, fmt.Errorf("pair positional with shape %s: a proof needs the side of each entry beside the position; Note must say who has them", p.Shape))
	}
	return errs
}

// harmlessPad reports whether everybody can see that a padding leaf is no claim.
func (p *Profile) harmlessPad() bool {
	for b := range 256 {
		if bytes.Equal(p.Pad, p.sum([]byte{byte(b)})) {
			return true
		}
	}
	return allZero(p.Pad) || bytes.Equal(p.Pad, p.sum(nil))
}

func (p *Profile) sum(text []byte) []byte {
	out := make([]byte, p.Width)
	layer.New(p.alg(), p.Width).Sum(out, text, nil, nil)
	return out
}

func allZero(b []byte) bool { return len(bytes.Trim(b, "\x00")) == 0 }
