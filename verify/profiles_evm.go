package verify

// evmProfile knows the EVM rows of FORMAT.md 4.1, each written from the contract that it names.
func evmProfile(name string) *profile {
	base := []param{{"accounts", "evm"}, {"hash", "keccak256"}, {"order", "leaf-hash"}, {"dedupe", "no"}, {"shape", "promote"}, {"amountBits", "256"},
		{"totalBits", "256"}, {"encoding", "packed"}, {"leafHashes", "1"}}
	uni := []param{{"dedupe", "yes"}}                                                  // leaves by hash, equal ones once, a lone node carried up
	oz := []param{{"shape", "heap"}}                                                   // npm @openzeppelin/merkle-tree
	abi2 := []param{{"encoding", "abi"}, {"leafHashes", "2"}}                          // keccak256(bytes.concat(keccak256(abi.encode(…))))
	cumulative := []param{{"amount", "cumulative"}}                                    // the contract pays the difference to what was claimed
	given := []param{{"index", "given"}}                                               // the index is the list's
	rowIndex := []param{{"index", "input-row given"}}                                  // the row of the list, unless it states one
	zeros := "0x0000000000000000000000000000000000000000000000000000000000000000"      // a leaf of 32 zero bytes
	padded := []param{{"shape", "pad-pow2"}, {"pad", zeros}}                           // filled to a power of two
	shards := []param{{"grouping", "shard-2"}, {"amount", "limit"}}                    // 256 shards by the first two digits
	half := []param{{"width", "16"}}                                                   // the first 16 bytes of every hash
	tokensoft := []param{{"dedupe", "yes"}, {"index", "given"}, {"amountBits", "120"}} // DistributionRecord has uint120
	switch name {
	case "uniswap-v1": // Uniswap MerkleDistributor.claim
		return known(name, "uint256 index; address account; uint256 amount", base, uni, []param{{"index", "eip55-sort given"}})
	case "oz-standard-v1": // StandardMerkleTree of npm @openzeppelin/merkle-tree
		return known(name, "", base, oz, abi2, []param{{"index", "input-row given"}, {"amountBits", ""}})
	case "oz-simple-v1": // SimpleMerkleTree: the values are the leaves
		return known(name, "bytes32 leaf", base, oz, []param{{"leafHashes", "0"}})
	case "address-amount-packed-v1": // Balancer MerkleOrchard, 1inch CumulativeMerkleDrop, Hidden Hand RewardDistributor
		return known(name, "address account; uint256 amount", base, uni)
	case "sablier-v1": // Sablier airdrops; the amount is uint128 and takes a whole word
		return known(name, "uint256 index; address account; uint128 amount", base, oz, abi2, rowIndex, []param{{"amountBits", "128"}})
	case "hedgey-v1": // Hedgey DelegatedClaimCampaigns
		return known(name, "address account; uint256 amount", base, oz, abi2)
	case "merkl-v1", "merkl-sdk-v1": // Merkl Distributor, which keeps uint208
		return known(name, "address account; address token; uint256 amount", base, cumulative, []param{{"encoding", "abi"}, {"amountBits", "208"}})
	case "morpho-urd-v1": // Morpho UniversalRewardsDistributor
		return known(name, "address account; address token; uint256 amount", base, oz, abi2, cumulative)
	case "eigenlayer-v1": // EigenLayer RewardsCoordinator: token leaves salted 1, earner leaves salted 0
		return known(name, "address account; address token; uint256 amount", base, padded, cumulative,
			[]param{{"grouping", "two-level"}, {"leafPrefixes", "0x01,0x00"}, {"pair", "positional"}, {"order", "key"}, {"orderKey", "account"}})
	case "thirdweb-drop-v1": // thirdweb sharded allow lists and airdrops of one amount
		return known(name, "address account; uint256 amount", base, shards)
	case "thirdweb-drop-v2": // thirdweb Drop with a price
		return known(name, "address account; uint256 amount; uint256 price; address currency", base, shards)
	case "thirdweb-airdrop-1155-v1": // thirdweb Airdrop.claimERC1155
		return known(name, "address account; uint256 tokenId; uint256 amount", base, shards, []param{{"amount", "one-shot"}})
	case "token-account-packed-v1": // Pendle MultiTokenMerkleDistributor
		return known(name, "address token; address account; uint256 amount", base, cumulative)
	case "account-token-packed-v1": // Euler EulDistributor
		return known(name, "address account; address token; uint256 amount", base, cumulative)
	case "rocketpool-v1": // Rocket Pool RocketMerkleDistributorMainnet
		return known(name, "address account; uint256 network; uint256 amountRPL<amount; uint256 amountETH", base, padded)
	case "rocketpool-voter-v1": // the same since version 1 of the leaf
		return known(name, "address account; uint256 network; uint256 amountRPL<amount; uint256 amountETH; uint256 amountVoterETH", base, padded)
	case "tokensoft-v1": // Tokensoft distributors
		return known(name, "uint256 index; address account; uint256 amount", base, tokensoft)
	case "tokensoft-continuous-v1": // Tokensoft PerAddressContinuousVestingMerkle
		return known(name, "uint256 index; address account; uint256 amount; uint256 start; uint256 cliff; uint256 end", base, tokensoft)
	case "tokensoft-tranche-v1": // Tokensoft PerAddressTrancheVestingMerkle: a tranche is (time, vestedFraction)
		return known(name, "uint256 index; address account; uint256 amount; abi((uint128,uint128)[]) tranches", base, tokensoft)
	case "tokensoft-satellite-v1": // Tokensoft CrosschainMerkleDistributor
		return known(name, "address account; uint256 amount; uint32 domain", base, uni, []param{{"amountBits", "120"}})
	case "lido-csm-v1": // Lido CSFeeDistributor
		return known(name, "uint256 nodeOperatorId<index; uint256 shares<amount", base, oz, abi2, cumulative, given)
	case "lido-gate-v1": // Lido VettedGate
		return known(name, "address account", base, oz, abi2)
	case "uma-v1": // UMA MerkleDistributor
		return known(name, "address account; uint256 amount; uint256 accountIndex<index", base, uni, given)
	case "1inch-128-v1": // 1inch CumulativeMerkleDrop128
		return known(name, "bytes16 salt; address account; uint256 amount", base, half, cumulative)
	case "1inch-signature-128-v1": // 1inch SignatureMerkleDrop128: the index is read off the path
		return known(name, "address account; uint256 amount", base, half, []param{{"order", "input"}, {"index", "path"}})
	case "murky-v1": // Murky Merkle.sol
		return known(name, "", base, abi2, []param{{"shape", "zero-sibling"}, {"pad", zeros}, {"order", "input"}, {"index", "input-row given"}, {"amountBits", ""}})
	case "bound-v1": // a leaf that names the chain and the contract that may pay it
		return known(name, "uint256 chainId<constant; address distributor<constant; uint256 index; address account; uint256 amount", base, oz, abi2, rowIndex)
	case "ens-v1": // the second ENS airdrop: 16 shards by the first digit
		return known(name, "address account; uint256 amount", base, uni, []param{{"grouping", "shard-1"}})
	case "safe-vesting-v1": // Safe Airdrop.redeem: the vesting's EIP-712 hash, in the tree of the Safe claiming data
		structType := newHasher(keccak).sum([]byte("Vesting(address account,uint8 curveType,bool managed,uint16 durationWeeks,uint64 startDate,uint128 amount)"))
		nothing := newHasher(keccak).sum(nil)
		p := known(name, "uint256 chainId<domain; address verifyingContract<domain; address account; uint8 curveType<constant; bool managed<constant; "+
			"uint16 durationWeeks; uint64 startDate; uint128 amount", base, []param{{"encoding", "eip712"}, {"leafHashes", "2"}, {"shape", "empty-sibling"},
			{"pad", hex0x(nothing[:])}, {"order", "input"}, {"leafPrefixes", hex0x(structType[:]) + ",0x1901"}, {"amountBits", "128"}})
		p.defaults = map[string]string{"curveType": "0", "managed": "false"}
		return p
	case "text-v1": // lists hashed as text: 0x and 40 digits, a blank, the amount
		return known(name, "address account; uint256 amount", base, uni, []param{{"encoding", "text"}})
	case "threshold-v1": // Threshold CumulativeMerkleDrop
		return known(name, "address account; address beneficiary; uint256 amount", base, uni, cumulative)
	}
	return nil
}
