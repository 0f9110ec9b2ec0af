package tree

// packedEntries is the formats with a packed leaf, hashed once, that pay once.
func packedEntries() []Profile {
	account, amount := Field{"account", "address", SourceAccount}, Field{"amount", "uint256", SourceAmount}
	once := func(p Profile) Profile {
		p.Encoding, p.LeafHashes = EncodingPacked, 1
		return p
	}
	rocketpool := func(p Profile) Profile {
		p.Source = "rocket-pool/rocketpool contracts/contract/rewards/RocketMerkleDistributorMainnet.sol; rocket-pool/smartnode shared/services/rewards; rocket-pool/go-merkletree"
		p.Fields = append([]Field{account, {"network", "uint256", SourceColumn}, {"amountRPL", "uint256", SourceAmount}, {"amountETH", "uint256", SourceColumn}}, p.Fields...)
		p.Shape, p.Pad = PadPow2, make([]byte, 32)
		p.RootGetter = `getBytes32(keccak256("rewards.merkle.root" ‖ interval)) of RocketStorage`
		p.Aliases = append(p.Aliases,
			Alias{"network", []string{"rewardNetwork", "reward_network", "networkId"}},
			Alias{"amountRPL", []string{"rpl", "totalRPL", "total_rpl", "rplAmount"}},
			Alias{"amountETH", []string{"eth", "totalETH", "total_eth", "ethAmount", "smoothingPoolEth"}})
		return evm(once(p))
	}
	return []Profile{
		uniswapTree(once(Profile{
			Name:    "uniswap-v1",
			Title:   "Uniswap MerkleDistributor and its forks (Votium, zkSync and others)",
			Source:  "Uniswap/merkle-distributor 25a79e8 contracts/MerkleDistributor.sol, src/balance-tree.ts, src/merkle-tree.ts, src/parse-balance-map.ts",
			Vectors: "fixtures/vectors/evm.json uniswap, tokensoft-indexed",
			Fields:  []Field{{"index", "uint256", SourceIndex}, account, amount},
			Index:   IndexEIP55, Zero: ZeroRefuse,
			Claim: "claim(uint256 index, address account, uint256 amount, bytes32[] merkleProof)", ClaimSelector: "0x2e7ba6ef",
			RootGetter: "merkleRoot()", RootSelector: "0x2eb4a7ab",
		})),
		uniswapTree(once(Profile{
			Name:    "address-amount-packed-v1",
			Title:   "account and amount end to end: thirdweb's flat lists, Balancer, 1inch cumulative, Hidden Hand, Fei",
			Source:  "1inch/merkle-distribution 3db322c contracts/CumulativeMerkleDrop.sol; balancer/balancer-v2-monorepo f2abccf MerkleOrchard.sol; redacted-cartel/hidden-hand-contracts f5b0cc3; thirdweb-dev/contracts 0da770f Airdrop.sol",
			Vectors: "fixtures/vectors/evm.json 1inch-cumulative",
			Fields:  []Field{account, amount},
			Claim:   "decided by the contract", RootGetter: "decided by the contract",
		})),
		uniswapTree(once(Profile{
			Name:       "uma-v1",
			Title:      "UMA and Across MerkleDistributor: windows of claims",
			Source:     "npm @uma/merkle-distributor 1.3.40 contracts/MerkleDistributor.sol",
			Vectors:    "none outside: rebuilt by the plain reference in tree/reference_test.go",
			Fields:     []Field{account, amount, {"accountIndex", "uint256", SourceIndex}},
			Index:      IndexGiven,
			Claim:      "claim((uint256 windowIndex, uint256 amount, uint256 accountIndex, address account, bytes32[] merkleProof) claim)",
			RootGetter: "merkleWindows(uint256)",
		})),
		rocketpool(Profile{
			Name:    "rocketpool-v1",
			Title:   "Rocket Pool rewards intervals: RPL and ETH of a node in one leaf, with its network",
			Vectors: "fixtures/vectors/evm.json rocketpool",
			Claim:   "claim(address nodeAddress, uint256[] rewardIndex, uint256[] amountRPL, uint256[] amountETH, bytes32[][] merkleProof)",
		}),
		rocketpool(Profile{
			Name:    "rocketpool-voter-v1",
			Title:   "Rocket Pool rewards intervals of the tree version with the voters' share",
			Vectors: "fixtures/vectors/evm.json rocketpool",
			Fields:  []Field{{"amountVoterETH", "uint256", SourceColumn}},
			Extends: "rocketpool-v1",
			Claim:   "claim(address nodeAddress, (uint256 rewardIndex, uint256 amountRPL, uint256 amountSmoothingPoolETH, uint256 amountVoterETH, bytes32[] merkleProof)[] claims)",
			Aliases: []Alias{{"amountVoterETH", []string{"voterETH", "voter_eth", "voterShareETH", "voterShareEth"}}},
		}),
		evm(once(Profile{
			Name:    "1inch-signature-128-v1",
			Title:   "1inch SignatureMerkleDrop128: links and QR codes with a throw-away key",
			Source:  "1inch/merkle-distribution 3db322c contracts/SignatureMerkleDrop128.sol",
			Vectors: "fixtures/vectors/evm.json 1inch-signature128",
			Fields:  []Field{account, amount}, Width: 16,
			Shape: Promote, Order: OrderInput, Index: IndexPath,
			Claim:      "claim(address receiver, uint256 amount, bytes merkleProof, bytes signature)",
			RootGetter: "merkleRoot()", RootSelector: "0x2eb4a7ab", ProofForm: "bytes, 16 an entry",
		})),
	}
}
