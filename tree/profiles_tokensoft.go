package tree

// tokensoftEntries is Tokensoft's distributors. Their generator takes the index from its input and each leaf field from a list.
func tokensoftEntries() []Profile {
	index, account, amount := Field{"index", "uint256", SourceIndex}, Field{"account", "address", SourceAccount}, Field{"amount", "uint256", SourceAmount}
	tokensoft := func(p Profile) Profile {
		p.Source = "sherlock-audit/2024-05-tokensoft-distributor-contracts-update contracts/claim"
		p.Encoding, p.LeafHashes, p.AmountBits = EncodingPacked, 1, 120
		p.RootGetter, p.RootSelector = "getMerkleRoot()", "0x49590657"
		return uniswapTree(p)
	}
	return []Profile{
		tokensoft(Profile{
			Name:    "tokensoft-v1",
			Title:   "Tokensoft distributors with one schedule for all: continuous, tranche, price tier, basic",
			Vectors: "fixtures/vectors/evm.json tokensoft-indexed",
			Fields:  []Field{index, account, amount}, Index: IndexGiven,
			Claim: "claim(uint256 index, address beneficiary, uint256 totalAmount, bytes32[] merkleProof)", ClaimSelector: "0x2e7ba6ef",
		}),
		tokensoft(Profile{
			Name:    "tokensoft-continuous-v1",
			Title:   "Tokensoft PerAddressContinuousVestingMerkle: a start, cliff and end a leaf",
			Vectors: "fixtures/vectors/evm.json tokensoft-per-address-continuous",
			Fields:  []Field{index, account, amount, {"start", "uint256", SourceColumn}, {"cliff", "uint256", SourceColumn}, {"end", "uint256", SourceColumn}}, Index: IndexGiven,
			Extends: "tokensoft-v1",
			Claim:   "claim(uint256 index, address beneficiary, uint256 totalAmount, uint256 start, uint256 cliff, uint256 end, bytes32[] merkleProof)",
		}),
		tokensoft(Profile{
			Name:    "tokensoft-tranche-v1",
			Title:   "Tokensoft PerAddressTrancheVestingMerkle: the tranches a leaf, each an instant and the fraction vested by then",
			Vectors: "none outside: rebuilt by the plain reference in tree/reference_test.go",
			Fields:  []Field{index, account, amount, {"tranches", "abi((uint128,uint128)[])", SourceColumn}}, Index: IndexGiven,
			Extends: "tokensoft-v1",
			Claim:   "claim(uint256 index, address beneficiary, uint256 totalAmount, (uint128 time, uint128 vestedFraction)[] tranches, bytes32[] merkleProof)",
		}),
		tokensoft(Profile{
			Name:    "tokensoft-satellite-v1",
			Title:   "Tokensoft crosschain satellites: the domain of the chain in the leaf",
			Vectors: "none outside: rebuilt by the plain reference in tree/reference_test.go",
			Fields:  []Field{account, amount, {"domain", "uint32", SourceColumn}}, Key: []string{"account", "domain"},
			Claim: "initiateClaim(uint256 total, bytes32[] proof)",
		}),
	}
}
