package tree

// openZeppelinEntries is the formats over OpenZeppelin's heap tree: two hashes, so that no leaf can be a node.
func openZeppelinEntries() []Profile {
	account, amount := Field{"account", "address", SourceAccount}, Field{"amount", "uint256", SourceAmount}
	index, token := Field{"index", "uint256", SourceIndex}, Field{"token", "address", SourceToken}
	double := func(p Profile) Profile {
		p.Encoding, p.LeafHashes = EncodingABI, 2
		return heapTree(p)
	}
	return []Profile{
		double(Profile{
			Name:      "oz-standard-v1",
			Title:     "OpenZeppelin StandardMerkleTree, and every contract with its leaf (Hedgey, Sablier, Morpho, Lido and others by type list)",
			Source:    "OpenZeppelin/merkle-tree 1.0.8 src/standard.ts, src/core.ts",
			Vectors:   "fixtures/vectors/evm.json oz-standard, sablier, morpho, lido",
			Fields:    []Field{account, amount},
			Claim:     "decided by the contract",
			AnyFields: true, RootGetter: "decided by the contract",
		}),
		heapTree(Profile{
			Name:     "oz-simple-v1",
			Title:    "OpenZeppelin SimpleMerkleTree: leaves that somebody else has hashed",
			Source:   "OpenZeppelin/merkle-tree 1.0.8 src/simple.ts, src/core.ts",
			Vectors:  "fixtures/vectors/evm.json oz-simple",
			Fields:   []Field{{"leaf", "bytes32", SourceColumn}},
			Encoding: EncodingPacked, LeafHashes: 0,
			Claim: "decided by the contract", RootGetter: "decided by the contract",
			Aliases: []Alias{{"leaf", []string{"value", "hash", "leafHash"}}},
			Note:    "what the leaves are made of is not known here: whoever hashes them must hash twice, or other than 64 bytes, or any pair of nodes is a leaf",
		}),
		double(Profile{
			Name:    "sablier-v1",
			Title:   "Sablier airdrop campaigns: Instant, LL, LT, VCA and Execute",
			Source:  "sablier-labs/evm-monorepo 67774a1 airdrops v3.0.1 src/abstracts/SablierMerkleBase.sol; sablier-labs/airdrops aa8591b v2.0.1",
			Vectors: "fixtures/vectors/evm.json sablier-airdrop",
			Fields:  []Field{index, account, {"amount", "uint128", SourceAmount}},
			Index:   IndexInputRow, AmountBits: 128, Zero: ZeroRefuse,
			Claim: "claim(uint256 index, address recipient, uint128 amount, bytes32[] merkleProof)", ClaimSelector: "0x3f31ae3f",
			RootGetter: "MERKLE_ROOT()", RootSelector: "0x51e75e8b",
		}),
		double(Profile{
			Name:    "hedgey-v1",
			Title:   "Hedgey DelegatedClaimCampaigns",
			Source:  "hedgey-finance/DelegatedTokenClaims 232c45f contracts/DelegatedClaimCampaigns.sol",
			Vectors: "fixtures/vectors/evm.json oz-standard-address-uint256, hedgey-docs",
			Fields:  []Field{account, amount},
			Claim:   "claim(bytes16 campaignId, bytes32[] proof, uint256 claimAmount)", ClaimSelector: "0x891f4e42",
			RootGetter: "campaigns(bytes16)", RootSelector: "0x50b4aebe",
		}),
		double(Profile{
			Name:    "morpho-urd-v1",
			Title:   "Morpho UniversalRewardsDistributor",
			Source:  "morpho-org/universal-rewards-distributor 3de504b src/UniversalRewardsDistributor.sol",
			Vectors: "fixtures/vectors/evm.json morpho-urd",
			Fields:  []Field{account, token, amount},
			Amount:  AmountCumulative,
			Claim:   "claim(address account, address reward, uint256 claimable, bytes32[] proof)", ClaimSelector: "0xfabed412",
			RootGetter: "root()", RootSelector: "0xebf0c717",
		}),
		double(Profile{
			Name:    "lido-csm-v1",
			Title:   "Lido Community Staking Module: fee distribution by node operator",
			Source:  "lidofinance/community-staking-module 67d2485 src/CSFeeDistributor.sol",
			Vectors: "fixtures/vectors/evm.json lido-csm-fees",
			Fields:  []Field{{"nodeOperatorId", "uint256", SourceIndex}, {"shares", "uint256", SourceAmount}},
			Index:   IndexGiven, Amount: AmountCumulative, Key: []string{"nodeOperatorId"},
			Claim:      "distributeFees(uint256 nodeOperatorId, uint256 shares, bytes32[] proof)",
			RootGetter: "treeRoot()", RootSelector: "0x14dc6c14",
			Aliases: []Alias{{"nodeOperatorId", []string{"noId", "operatorId", "node_operator_id"}}},
		}),
		double(Profile{
			Name:    "lido-gate-v1",
			Title:   "Lido Community Staking Module: vetted gate, who may enter",
			Source:  "lidofinance/community-staking-module 67d2485 src/VettedGate.sol",
			Vectors: "the leaf of fixtures/vectors/evm.json oz-standard with one field",
			Fields:  []Field{account},
			Claim:   "decided by the gate's function", RootGetter: "treeRoot()", RootSelector: "0x14dc6c14",
		}),
		double(Profile{
			Name:    "bound-v1",
			Title:   "a leaf that names its chain and contract, for teams that choose their contract: a proof is of use nowhere else",
			Source:  "this project: docs/profiles.md",
			Vectors: "OpenZeppelin's merkle-tree over the same type list",
			Fields: []Field{
				{"chainId", "uint256", SourceConstant}, {"distributor", "address", SourceConstant},
				index, account, amount,
			},
			Index:      IndexInputRow,
			Claim:      "claim(uint256 index, address account, uint256 amount, bytes32[] proof)",
			RootGetter: "merkleRoot()", RootSelector: "0x2eb4a7ab", ClaimSelector: "0x2e7ba6ef",
		}),
		evm(Profile{
			Name:     "murky-v1",
			Title:    "Murky's Merkle, the tree of Foundry tests: list order, a lone node is hashed with zeros",
			Source:   "dmfxyz/murky src/Merkle.sol, src/common/MurkyBase.sol",
			Vectors:  "fixtures/vectors/evm.json murky",
			Fields:   []Field{account, amount},
			Encoding: EncodingABI, LeafHashes: 2, Shape: ZeroSibling, Pad: make([]byte, 32), Order: OrderInput,
			Claim: "decided by the contract", RootGetter: "decided by the contract",
			AnyFields: true, BareLeaf: true,
			Note: "with the one field leaf:bytes32 it is not known here what leaves are made of: whoever hashes them must hash twice, or other than 64 bytes, or any pair of nodes is a leaf",
		}),
	}
}
