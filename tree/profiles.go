package tree

import (
	"fmt"
	"iter"
	"strings"

	merkle "github.com/merkle-drop/merkle"
)

// catalogue returns the table. A contract whose rules are in reach of the parameters is a new entry and nothing else.
func catalogue() []Profile {
	return []Profile{
		{
			Name:     "jito-v1",
			Title:    "Jito, Jupiter, Drift and other Solana distributors of the same lineage",
			Source:   "jito-foundation/distributor 2cf79f6 merkle-tree/src; jup-ag/distributor 304c28a",
			Vectors:  "fixtures/vectors/solana.json jito-distributor",
			Accounts: merkle.Solana,
			Fields: []Field{
				{"account", "pubkey", SourceAccount},
				{"amount", "u64", SourceAmount},
				{"locked", "u64", SourceLocked},
			},
			Encoding: EncodingLE, LeafHashes: 2, Hash: HashSHA256, Width: 32,
			LeafPrefixes: [][]byte{{}, {0}}, NodePrefix: []byte{1},
			Pair: PairSorted, Shape: Duplicate, Order: OrderInput,
			Index: IndexNone, Grouping: GroupingNone,
			Amount: AmountOneShot, AmountBits: 64, TotalBits: 64, Zero: ZeroKeep,
			Claim:      "new_claim(amount_unlocked u64, amount_locked u64, proof Vec<[u8; 32]>)",
			RootGetter: "MerkleDistributor.root",
			ProofForm:  "Vec<[u8; 32]>",
			Note:       "a lone node is hashed with itself, so a list whose last rows are repeated can have the same root; the program pays a claimant once, and repeated claimants are refused here",
		},
		{
			Name:     "oz-standard-v1",
			Title:    "OpenZeppelin StandardMerkleTree, and every contract with its leaf (Hedgey, Sablier, Morpho, Lido and others by type list)",
			Source:   "OpenZeppelin/merkle-tree 1.0.8 src/standard.ts, src/core.ts",
			Vectors:  "fixtures/vectors/evm.json oz-standard, sablier, morpho, lido",
			Accounts: merkle.EVM,
			Fields: []Field{
				{"account", "address", SourceAccount},
				{"amount", "uint256", SourceAmount},
			},
			Encoding: EncodingABI, LeafHashes: 2, Hash: HashKeccak256, Width: 32,
			LeafPrefixes: [][]byte{{}, {}}, NodePrefix: []byte{},
			Pair: PairSorted, Shape: Heap, Order: OrderLeafHash,
			Index: IndexNone, Grouping: GroupingNone,
			Amount: AmountOneShot, AmountBits: 256, TotalBits: 256, Zero: ZeroKeep,
			Claim:      "decided by the contract",
			RootGetter: "decided by the contract",
			ProofForm:  "bytes32[]",
			AnyFields:  true,
		},
		{
			Name:     "uniswap-v1",
			Title:    "Uniswap MerkleDistributor and its forks",
			Source:   "Uniswap/merkle-distributor 25a79e8 contracts/MerkleDistributor.sol, src/balance-tree.ts, src/merkle-tree.ts, src/parse-balance-map.ts",
			Vectors:  "fixtures/vectors/evm.json uniswap, tokensoft-indexed",
			Accounts: merkle.EVM,
			Fields: []Field{
				{"index", "uint256", SourceIndex},
				{"account", "address", SourceAccount},
				{"amount", "uint256", SourceAmount},
			},
			Encoding: EncodingPacked, LeafHashes: 1, Hash: HashKeccak256, Width: 32,
			LeafPrefixes: [][]byte{{}}, NodePrefix: []byte{},
			Pair: PairSorted, Shape: Promote, Order: OrderLeafHash, Dedupe: true,
			Index: IndexEIP55, Grouping: GroupingNone,
			Amount: AmountOneShot, AmountBits: 256, TotalBits: 256, Zero: ZeroRefuse,
			Claim:      "claim(uint256 index, address account, uint256 amount, bytes32[] merkleProof)",
			RootGetter: "merkleRoot()",
			ProofForm:  "bytes32[]",
		},
	}
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

// Lookup returns the profile with that name, or an error that lists the names there are.
func Lookup(name string) (Profile, error) {
	var names []string
	for p := range Profiles() {
		if p.Name == name {
			return p, nil
		}
		names = append(names, p.Name)
	}
	return Profile{}, fmt.Errorf("profile %q: unknown, want one of %s", name, strings.Join(names, ", "))
}

// WithFields returns the profile with another leaf, for profiles that take any type list. An element is "name:type". The
// names account, amount, locked, index and token take those values, every other name is a column of the list; see WithConstants.
// The widest amount becomes that of the amount field's type. The index rule becomes given when there is an index field.
func (p Profile) WithFields(fields []string) (Profile, error) {
	if !p.AnyFields {
		return Profile{}, fmt.Errorf("profile %s: its contract fixes the leaf fields, none can be given", p.Name)
	}
	if len(fields) == 0 {
		return Profile{}, fmt.Errorf("profile %s: no fields", p.Name)
	}
	p = p.clone()
	p.Fields, p.Index, p.AmountBits = nil, IndexNone, p.TotalBits
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
