package tree

// airdropEntries is leaves of single airdrops that others have taken up.
func airdropEntries() []Profile {
	account, amount := Field{"account", "address", SourceAccount}, Field{"amount", "uint256", SourceAmount}
	return []Profile{
		uniswapTree(Profile{
			Name:    "text-v1",
			Title:   "account and amount as text with a blank between: Convex's airdrop",
			Source:  "convex-eth/platform 4f22038",
			Vectors: "published list: tree/real_test.go",
			Fields:  []Field{account, amount}, Encoding: EncodingText, LeafHashes: 1,
			Claim: "decided by the contract", RootGetter: "merkleRoot()", RootSelector: "0x2eb4a7ab",
		}),
		evm(Profile{
			Name:    "safe-vesting-v1",
			Title:   "Safe airdrops: the leaf is the EIP-712 hash of a vesting, bound to chain and contract",
			Source:  "safe-global/claiming-app-data 9fbbe2b; safe-global/safe-token contracts/VestingPool.sol, Airdrop.sol",
			Vectors: "published lists: tree/real_test.go",
			Fields: []Field{
				{"chainId", "uint256", SourceDomain}, {"verifyingContract", "address", SourceDomain}, account, {"curveType", "uint8", SourceConstant},
				{"managed", "bool", SourceConstant}, {"durationWeeks", "uint16", SourceColumn}, {"startDate", "uint64", SourceColumn}, {"amount", "uint128", SourceAmount},
			},
			Encoding: EncodingEIP712, LeafHashes: 2, LeafPrefixes: [][]byte{vestingTypeHash(), {0x19, 0x01}},
			Shape: EmptySibling, Pad: nothingHash(), Order: OrderInput, AmountBits: 128,
			Key:        []string{"account", "durationWeeks", "startDate", "amount"},
			Defaults:   []Default{{"curveType", "0"}, {"managed", "false"}},
			Aliases:    []Alias{{"durationWeeks", []string{"duration", "duration_weeks"}}, {"startDate", []string{"start_date"}}},
			Claim:      "redeem(uint8 curveType, uint16 durationWeeks, uint64 startDate, uint128 amount, bytes32[] proof)",
			RootGetter: "root()", RootSelector: "0xebf0c717",
		}),
	}
}

// vestingTypeHash is the keccak256 of Vesting(address account,uint8 curveType,bool managed,uint16 durationWeeks,uint64 startDate,uint128 amount).
func vestingTypeHash() []byte {
	return keccak("Vesting(address account,uint8 curveType,bool managed,uint16 durationWeeks,uint64 startDate,uint128 amount)")
}

// nothingHash is keccak256 of no bytes.
func nothingHash() []byte { return keccak("") }
