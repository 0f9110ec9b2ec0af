package tree

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
	"strings"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/tree/internal/layer"
)

// catalogue returns the table. A contract whose rules are in reach of the parameters is a new entry and nothing else.
func catalogue() []Profile {
	all := slices.Concat(solanaEntries(), openZeppelinEntries(), packedEntries(), cumulativeEntries(), groupedEntries(), tokensoftEntries(), airdropEntries())
	slices.SortFunc(all, func(a, b Profile) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// evm fills in what most EVM contracts have in common; what p says already stays.
func evm(p Profile) Profile {
	p.Accounts = merkle.EVM
	p.Hash, p.Pair, p.ProofForm = HashKeccak256, cmp.Or(p.Pair, PairSorted), cmp.Or(p.ProofForm, "bytes32[]")
	return shared(p, 256)
}

// solana does so for Solana programs. Their proofs are sorted, their numbers u64.
func solana(p Profile) Profile {
	p.Accounts = merkle.Solana
	p.Pair, p.Encoding, p.ProofForm = PairSorted, cmp.Or(p.Encoding, EncodingLE), cmp.Or(p.ProofForm, "Vec<[u8; 32]>")
	return shared(p, 64)
}

func shared(p Profile, bits int) Profile {
	p.Width = cmp.Or(p.Width, 32)
	if p.NodePrefix == nil {
		p.NodePrefix = []byte{}
	}
	if p.LeafPrefixes == nil {
		p.LeafPrefixes = make([][]byte, p.LeafHashes)
		for i := range p.LeafPrefixes {
			p.LeafPrefixes[i] = []byte{}
		}
	}
	p.Order, p.Index, p.Grouping = cmp.Or(p.Order, OrderLeafHash), cmp.Or(p.Index, IndexNone), cmp.Or(p.Grouping, GroupingNone)
	p.Amount, p.Zero = cmp.Or(p.Amount, AmountOneShot), cmp.Or(p.Zero, ZeroKeep)
	p.AmountBits, p.TotalBits = cmp.Or(p.AmountBits, bits), cmp.Or(p.TotalBits, bits)
	return p
}

func keccak(text string) []byte {
	out := make([]byte, 32)
	layer.New(layer.Keccak256, 32).Sum(out, []byte(text), nil, nil)
	return out
}

// The trees that most EVM tools build. The contracts cannot tell them apart, see docs/profiles.md.

// uniswapTree is that of Uniswap's balance tree: leaves sorted, equal ones once, a lone node carried up.
func uniswapTree(p Profile) Profile {
	p.Shape, p.Order, p.Dedupe = Promote, OrderLeafHash, true
	return evm(p)
}

// sortedTree is that of merkletreejs with sorted leaves and pairs: as uniswapTree, but equal leaves stay.
func sortedTree(p Profile) Profile {
	p.Shape, p.Order = Promote, OrderLeafHash
	return evm(p)
}

// heapTree is that of OpenZeppelin's merkle-tree.
func heapTree(p Profile) Profile {
	p.Shape, p.Order = Heap, OrderLeafHash
	return evm(p)
}

// Profiles yields the catalogue by name.
func Profiles() iter.Seq[Profile] {
	return func(yield func(Profile) bool) {
		for _, p := range catalogue() {
			if !yield(p) {
				return
			}
		}
	}
}

// Lookup returns the profile with that name, or an error that lists the names that begin with the same word; all when there are none.
func Lookup(name string) (Profile, error) {
	var names, near []string
	word, _, _ := strings.Cut(strings.ToLower(name), "-")
	for p := range Profiles() {
		if p.Name == name {
			return p, nil
		}
		names = append(names, p.Name)
		if strings.HasPrefix(p.Name, word) && word != "" {
			near = append(near, p.Name)
		}
	}
	if len(near) > 0 {
		names = near
	}
	return Profile{}, fmt.Errorf("profile %q: unknown, want one of %s", name, strings.Join(names, ", "))
}

// WithFields returns the profile with another leaf, for profiles that take any type list. An element is "name:type". The
// names account, amount, locked, index and token take those values, every other name is a column of the list; see WithConstants.
// The widest amount becomes that of the amount field's type. The index rule becomes given when there is an index field. Where the profile has
// BareLeaf, the one field leaf:bytes32 is the leaf itself and nothing is hashed.
func (p Profile) WithFields(fields []string) (Profile, error) {
	if !p.AnyFields {
		return Profile{}, fmt.Errorf("profile %s: its contract fixes the leaf fields, none can be given", p.Name)
	}
	if len(fields) == 0 {
		return Profile{}, fmt.Errorf("profile %s: no fields", p.Name)
	}
	p = p.clone()
	p.Fields, p.Index, p.AmountBits = nil, IndexNone, p.TotalBits
	if p.BareLeaf && slices.Equal(fields, []string{"leaf:bytes32"}) {
		p.Encoding, p.LeafHashes, p.LeafPrefixes = EncodingPacked, 0, [][]byte{}
	}
	for _, text := range fields {
		name, typ, ok := strings.Cut(text, ":")
		if !ok {
			return Profile{}, fmt.Errorf("field %q: want name:type", text)
		}
		t, err := parseType(typ)
		if err != nil {
			return Profile{}, fmt.Errorf("field %q: %w", text, err)
		}
		f := Field{Name: name, Type: t.String(), Source: SourceColumn}
		switch name {
		case SourceAccount, SourceAmount, SourceLocked, SourceIndex, SourceToken:
			f.Source = name
		}
		switch f.Source {
		case SourceIndex:
			p.Index = IndexGiven
		case SourceAmount, SourceLocked:
			p.AmountBits = min(p.AmountBits, 8*t.size)
		}
		p.Fields = append(p.Fields, f)
	}
	if err := p.Validate(); err != nil {
		return Profile{}, err
	}
	return p, nil
}

// WithConstants returns the profile with the named column fields turned into constants of the tree. Names that are
// constants already stay so; a name that is no column of the leaf is refused.
func (p Profile) WithConstants(names ...string) (Profile, error) {
	p = p.clone()
	for _, name := range names {
		found := false
		for i := range p.Fields {
			if f := &p.Fields[i]; f.Name == name && (f.Source == SourceColumn || f.Source == SourceConstant) {
				f.Source, found = SourceConstant, true
			}
		}
		if !found {
			return Profile{}, fmt.Errorf("constant %q: profile %s has no column field of that name", name, p)
		}
	}
	return p, p.Validate()
}
