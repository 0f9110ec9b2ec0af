package tree

// groupedEntries is the formats of two levels of trees.
func groupedEntries() []Profile {
	account, amount := Field{"account", "address", SourceAccount}, Field{"amount", "uint256", SourceAmount}
	thirdweb := func(p Profile) Profile {
		p.Encoding, p.LeafHashes, p.Grouping = EncodingPacked, 1, GroupingShard+"2"
		p.RootGetter = "the merkleRoot of the claim phase or of the token"
		return sortedTree(p)
	}
	const drop = "thirdweb-dev/contracts 0da770f contracts/extension/Drop.sol; thirdweb SDK sharded-merkle-tree"
	return []Profile{
		evm(Profile{
			Name:     "eigenlayer-v1",
			Title:    "EigenLayer RewardsCoordinator: a tree of the earners' trees of tokens",
			Source:   "Layr-Labs/eigenlayer-contracts f84a515 src/contracts/core/RewardsCoordinator.sol, libraries/Merkle.sol; Layr-Labs/eigenlayer-rewards-proofs db412ab pkg/distribution",
			Vectors:  "fixtures/vectors/evm.json eigenlayer",
			Fields:   []Field{account, {"token", "address", SourceToken}, amount},
			Encoding: EncodingPacked, LeafHashes: 1, LeafPrefixes: [][]byte{{1}, {0}}, Pair: PairPositional,
			Shape: PadPow2, Pad: make([]byte, 32), Order: OrderKey, OrderKey: "account", Grouping: GroupingTwoLevel, Amount: AmountCumulative,
			Claim:         "processClaim((uint32 rootIndex, uint32 earnerIndex, bytes earnerTreeProof, (address earner, bytes32 earnerTokenRoot) earnerLeaf, uint32[] tokenIndices, bytes[] tokenTreeProofs, (address token, uint256 cumulativeEarnings)[] tokenLeaves) claim, address recipient)",
			ClaimSelector: "0x3ccc861d",
			RootGetter:    "getDistributionRootAtIndex(uint256)", RootSelector: "0xde02e503", ProofForm: "bytes, 32 an entry, leaf to root",
		}),
		thirdweb(Profile{
			Name:    "thirdweb-drop-v1",
			Title:   "thirdweb claim conditions of the older kind, and sharded ERC-20 and ERC-721 airdrops: account and the most it may claim",
			Source:  drop + "; contracts/prebuilts/airdrop/Airdrop.sol",
			Vectors: "fixtures/vectors/evm.json thirdweb-sharded-v1",
			Fields:  []Field{account, amount}, Amount: AmountLimit,
			Claim: "decided by the contract: claim(…) of the drop, or of the airdrop",
		}),
		thirdweb(Profile{
			Name:    "thirdweb-drop-v2",
			Title:   "thirdweb claim conditions: account, the most it may claim, its price and the currency",
			Source:  drop,
			Vectors: "fixtures/vectors/evm.json thirdweb-sharded-v2",
			Fields:  []Field{account, amount, {"price", "uint256", SourceColumn}, {"currency", "address", SourceColumn}}, Amount: AmountLimit,
			Extends: "thirdweb-drop-v1",
			Claim:   "claim(address receiver, uint256 quantity, address currency, uint256 pricePerToken, (bytes32[] proof, uint256 quantityLimitPerWallet, uint256 pricePerToken, address currency) allowlistProof, bytes data)",
			Aliases: []Alias{{"price", []string{"pricePerToken", "price_per_token"}}, {"currency", []string{"currencyAddress", "currency_address"}}},
		}),
		thirdweb(Profile{
			Name:    "thirdweb-airdrop-1155-v1",
			Title:   "thirdweb airdrop of ERC-1155 tokens",
			Source:  "thirdweb-dev/contracts 0da770f contracts/prebuilts/airdrop/Airdrop.sol",
			Vectors: "none outside: rebuilt by the plain reference in tree/reference_test.go",
			Fields:  []Field{account, {"tokenId", "uint256", SourceColumn}, amount}, Key: []string{"account", "tokenId"},
			Claim: "claimERC1155(address token, address receiver, uint256 tokenId, uint256 quantity, bytes32[] proofs)", ClaimSelector: "0xc6fa26ab",
			Aliases: []Alias{{"tokenId", []string{"token_id", "id"}}, {"amount", []string{"quantity"}}},
		}),
		uniswapTree(Profile{
			Name:    "ens-v1",
			Title:   "ENS airdrop lists: a tree of sixteen, by the first hex digit of the address",
			Source:  "ensdomains/governance 30a1989",
			Vectors: "published list and shards: tree/real_test.go",
			Fields:  []Field{account, amount}, Encoding: EncodingPacked, LeafHashes: 1, Grouping: GroupingShard + "1",
			Claim:      "claimTokens(uint256 amount, address delegate, bytes32[] merkleProof)",
			RootGetter: "merkleRoot()", RootSelector: "0x2eb4a7ab",
			Aliases: []Alias{{"amount", []string{"balance"}}},
		}),
	}
}
