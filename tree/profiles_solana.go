package tree

// solanaEntries is the formats of Solana programs. Their verifiers sort pairs, so shape and order are the builders' choice.
func solanaEntries() []Profile {
	claimant, amount, locked := Field{"account", "pubkey", SourceAccount}, Field{"amount", "u64", SourceAmount}, Field{"locked", "u64", SourceLocked}
	index, mint := Field{"index", "u64", SourceIndex}, Field{"token", "pubkey", SourceToken}
	return []Profile{
		jito(Profile{
			Name:    "jito-v1",
			Title:   "Jito, Jupiter, Drift and other Solana distributors of the same lineage",
			Source:  "jito-foundation/distributor 2cf79f6 merkle-tree/src; jup-ag/distributor 304c28a",
			Vectors: "fixtures/vectors/solana.json jito-distributor",
			Fields:  []Field{claimant, amount, locked}, Shape: Duplicate, Order: OrderInput,
			Claim: "new_claim(amount_unlocked u64, amount_locked u64, proof Vec<[u8; 32]>)", ClaimSelector: "0x4eb1627bd215bb53",
			RootGetter: "MerkleDistributor.root",
			Note:       "a lone node is hashed with itself, so a list whose last rows are repeated can have the same root; the program pays a claimant once, and repeated claimants are refused here",
		}),
		jito(Profile{
			Name:    "jito-tip-v1",
			Title:   "Jito tip and priority-fee distribution, BAM boost: the same tree over one amount",
			Source:  "jito-foundation/jito-programs mev-programs/programs/tip-distribution; jito-foundation/jito-bam-boost-cli merkle-tree/src",
			Vectors: "fixtures/vectors/solana.json jito-tip-distribution",
			Fields:  []Field{claimant, amount}, Shape: Duplicate, Order: OrderInput,
			Claim: "claim(bump u8, amount u64, proof Vec<[u8; 32]>)", ClaimSelector: "0x3ec6d6c1d59f6cd2",
			RootGetter: "TipDistributionAccount.merkle_root.root",
			Note:       "a lone node is hashed with itself, so a list whose last rows are repeated can have the same root; the program pays a claimant once, and repeated claimants are refused here",
		}),
		jito(Profile{
			Name:    "jupiter-ts-v1",
			Title:   "the tree that the TypeScript of these distributors builds over the leaves of jito-v1",
			Source:  "jup-ag/distributor 304c28a tests/merkle_tree",
			Vectors: "fixtures/vectors/solana.json jupiter-ts-test-tree",
			Fields:  []Field{claimant, amount, locked}, Shape: Promote, Order: OrderLeafHash, Dedupe: true,
			Claim: "new_claim(amount_unlocked u64, amount_locked u64, proof Vec<[u8; 32]>)", ClaimSelector: "0x4eb1627bd215bb53",
			RootGetter: "MerkleDistributor.root",
		}),
		solana(Profile{
			Name:    "saber-v1",
			Title:   "Saber's distributor, and Mercurial's and Zeta's",
			Source:  "saber-hq/merkle-distributor ac937d1 programs/merkle-distributor/src, src/utils",
			Vectors: "fixtures/vectors/solana.json saber-distributor",
			Fields:  []Field{index, claimant, amount}, LeafHashes: 1, Hash: HashKeccak256,
			Shape: Promote, Order: OrderLeafHash, Dedupe: true, Index: IndexBase58,
			Claim: "claim(bump u8, index u64, amount u64, proof Vec<[u8; 32]>)", ClaimSelector: "0x3ec6d6c1d59f6cd2",
			RootGetter: "MerkleDistributor.root", Zero: ZeroRefuse,
		}),
		gumdrop(Profile{
			Name:   "gumdrop-v1",
			Title:  "Metaplex Gumdrop: tokens and candy-machine mints; the claimant may be a key made from a handle",
			Fields: []Field{index, claimant, mint, amount},
		}),
		gumdrop(Profile{
			Name:    "gumdrop-edition-v1",
			Title:   "Metaplex Gumdrop: numbered editions",
			Fields:  []Field{index, claimant, mint, amount, {"edition", "u64", SourceColumn}},
			Extends: "gumdrop-v1",
		}),
		solana(Profile{
			Name:    "mpl-distro-v1",
			Title:   "Metaplex mpl-distro, the successor of Gumdrop",
			Source:  "npm @metaplex-foundation/mpl-distro 0.3.4 dist/src/distro.js, merkleTree.js",
			Vectors: "fixtures/vectors/solana.json mpl-distro",
			Fields:  []Field{claimant, amount, {"nonce", "u64", SourceColumn}}, LeafHashes: 1, Hash: HashKeccak256,
			LeafPrefixes: [][]byte{[]byte("claim")}, NodePrefix: []byte{1},
			Shape: Duplicate, Order: OrderInput, Key: []string{"account", "amount", "nonce"},
			Claim:      "distribute: u8 4, amount u64, proof Vec<[u8; 32]>, nonce u64",
			RootGetter: "Distribution.merkleRoot",
			Note:       "a lone node is hashed with itself, but the program stores the height of the tree, wants proofs of that length and pays an account, amount and nonce once; repeated ones are refused here",
		}),
		solana(Profile{
			Name:     "pyth-v1",
			Title:    "Pyth and Wormhole token dispensers: identities of several ecosystems, hashes of 20 bytes",
			Source:   "pyth-network/grant-program token-dispenser/programs/token-dispenser/src/lib.rs, frontend/claim_sdk; pyth-crosschain pythnet/pythnet_sdk/src/accumulators/merkle.rs",
			Vectors:  "fixtures/vectors/solana.json pyth-wormhole-token-dispenser",
			Fields:   []Field{{"ecosystem", "ecosystem", SourceColumn}, {"identity", "identity", SourceColumn}, amount},
			Encoding: EncodingBorsh, LeafHashes: 1, Hash: HashKeccak256, Width: 20, LeafPrefixes: [][]byte{{0}}, NodePrefix: []byte{1},
			Shape: PadPow2, Pad: keccak("\x02")[:20], Order: OrderInput, Key: []string{"ecosystem", "identity"},
			Claim:      "claim(claim_certificate: amount u64, proof_of_inclusion Vec<[u8; 20]>, proof_of_identity)",
			RootGetter: "Config.merkle_root", ProofForm: "Vec<[u8; 20]>",
			Aliases: []Alias{{"identity", []string{"address", "account", "wallet"}}},
		}),
		solana(Profile{
			Name:    "dropsy-v1",
			Title:   "Dropsy: index, wallet and amount as text with colons between; the amount is whole tokens",
			Source:  "scoolmb/dropsy-airdrop-program bfa7d03 programs/dropsy-airdrop/src/utils/merkle.rs, airdrop/instruction/claim_token.rs",
			Vectors: "none outside: rebuilt by the plain reference in tree/reference_test.go",
			Fields:  []Field{index, claimant, amount}, Encoding: EncodingTextColon, LeafHashes: 1, Hash: HashSHA256,
			Shape: Promote, Order: OrderInput, Index: IndexInputRow,
			Claim:      "claim_tokens(args: index u64, amount u64, proof Vec<[u8; 32]>)",
			RootGetter: "Airdrop.merkle_root", WholeTokens: true,
		}),
	}
}

// jito is the hashing of Jito's distributors.
func jito(p Profile) Profile {
	p.LeafHashes, p.Hash, p.LeafPrefixes, p.NodePrefix = 2, HashSHA256, [][]byte{{}, {0}}, []byte{1}
	return solana(p)
}

// gumdrop is the part that all of Gumdrop's leaves share.
func gumdrop(p Profile) Profile {
	p.Source = "metaplex-foundation/mpl-gumdrop programs/mpl-gumdrop/src/lib.rs, merkle_proof.rs"
	p.Vectors = "none outside: rebuilt by the plain reference in tree/reference_test.go"
	p.LeafHashes, p.Hash, p.LeafPrefixes, p.NodePrefix = 1, HashKeccak256, [][]byte{{0}}, []byte{1}
	p.Shape, p.Order, p.Index = Promote, OrderInput, IndexInputRow
	p.Key = []string{"index"}
	p.Claim = "claim(claim_bump u8, index u64, amount u64, claimant_secret Pubkey, proof Vec<[u8; 32]>)"
	p.RootGetter = "MerkleDistributor.root"
	p.Aliases = []Alias{{"token", []string{"resource"}}, {"account", []string{"claimant_key", "claimantKey"}}}
	return solana(p)
}
