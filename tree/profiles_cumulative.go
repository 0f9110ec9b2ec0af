package tree

// cumulativeEntries is the formats of contracts that pay what a leaf grants beyond what was paid, but those over OpenZeppelin's heap.
func cumulativeEntries() []Profile {
	account, token, amount := Field{"account", "address", SourceAccount}, Field{"token", "address", SourceToken}, Field{"amount", "uint256", SourceAmount}
	packed := func(p Profile) Profile {
		p.Encoding, p.LeafHashes, p.Amount = EncodingPacked, 1, AmountCumulative
		return p
	}
	merkl := func(p Profile) Profile {
		p.Fields, p.Encoding, p.LeafHashes = []Field{account, token, amount}, EncodingABI, 1
		p.Amount, p.AmountBits = AmountCumulative, 208
		p.Claim, p.ClaimSelector = "claim(address[] users, address[] tokens, uint256[] amounts, bytes32[][] proofs)", "0x71ee95c0"
		p.RootGetter, p.RootSelector = "getMerkleRoot()", "0x49590657"
		return sortedTree(p)
	}
	return []Profile{
		merkl(Profile{
			Name:    "merkl-v1",
			Title:   "Merkl Distributor, as the dispute bot builds its tree: rows summed by account and token, nothing for an amount of 0",
			Source:  "AngleProtocol/merkl-contracts 15d0dda contracts/Distributor.sol; AngleProtocol/merkl-dispute 57ab217 src/providers/tree/BaseTree.ts",
			Vectors: "fixtures/vectors/evm.json merkl-dispute",
			Zero:    ZeroRefuse,
		}),
		merkl(Profile{
			Name:    "merkl-sdk-v1",
			Title:   "Merkl Distributor, as the SDK builds its tree: a leaf for every account and token, also with an amount of 0",
			Source:  "AngleProtocol/merkl-contracts 15d0dda contracts/Distributor.sol; npm @angleprotocol/sdk 3.0.129 dist/utils/merkl.js",
			Vectors: "fixtures/vectors/evm.json merkl-sdk",
		}),
		sortedTree(packed(Profile{
			Name:       "token-account-packed-v1",
			Title:      "token before account, end to end: Pendle MultiTokenMerkleDistributor",
			Source:     "pendle-finance MultiTokenMerkleDistributor.sol, found by the contract's name",
			Vectors:    "none outside: rebuilt by the plain reference in tree/reference_test.go",
			Fields:     []Field{token, account, amount},
			Claim:      "claim(address receiver, address[] tokens, uint256[] totalAccrueds, bytes32[][] proofs)",
			RootGetter: "merkleRoot()", RootSelector: "0x2eb4a7ab",
		})),
		sortedTree(packed(Profile{
			Name:       "account-token-packed-v1",
			Title:      "account before token, end to end: Euler EulDistributor",
			Source:     "euler-xyz EulDistributor.sol, found by the contract's name",
			Vectors:    "none outside: rebuilt by the plain reference in tree/reference_test.go",
			Fields:     []Field{account, token, amount},
			Claim:      "claim(address account, address token, uint256 claimable, bytes32[] proof, address stake)",
			RootGetter: "currRoot()",
		})),
		sortedTree(packed(Profile{
			Name:    "1inch-128-v1",
			Title:   "1inch CumulativeMerkleDrop128: hashes of 16 bytes and a salt a leaf",
			Source:  "1inch/cumulative-merkle-drop 132131e contracts/CumulativeMerkleDrop128.sol",
			Vectors: "fixtures/vectors/evm.json 1inch-cumulative128",
			Fields:  []Field{{"salt", "bytes16", SourceColumn}, account, amount}, Width: 16,
			Claim:      "claim(bytes16 salt, address account, uint256 cumulativeAmount, bytes16 expectedMerkleRoot, bytes merkleProof)",
			RootGetter: "merkleRoot()", RootSelector: "0x2eb4a7ab", ProofForm: "bytes, 16 an entry",
		})),
		uniswapTree(packed(Profile{
			Name:       "threshold-v1",
			Title:      "Threshold rewards: the staking provider and the beneficiary that is paid for it",
			Source:     "threshold-network/merkle-distribution fb36092 contracts/CumulativeMerkleDrop.sol",
			Vectors:    "published months: tree/real_test.go",
			Fields:     []Field{account, {"beneficiary", "address", SourceColumn}, amount},
			Claim:      "claim(address stakingProvider, address beneficiary, uint256 cumulativeAmount, bytes32 expectedMerkleRoot, bytes32[] merkleProof)",
			RootGetter: "merkleRoot()", RootSelector: "0x2eb4a7ab",
		})),
	}
}
