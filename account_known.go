package merkle

import "encoding/binary"

// knownAccounts are addresses that hold nobody's tokens. Sources: the names that block explorers show for them (burn), the native-token
// placeholder of ERC-7528, and the program and sysvar ids of docs.solanalabs.com (runtime/programs, runtime/sysvars), spl.solana.com and
// the distributors named in docs/profiles.md.
var knownAccounts = func() map[Account]AccountKind {
	known := map[Account]AccountKind{}
	add := func(kind AccountKind, texts ...string) {
		for _, text := range texts {
			a, err := ParseAccount(text)
			if err != nil {
				panic("merkle: known account " + text + ": " + err.Error()) // a typing error, met by every test
			}
			known[a] = kind
		}
	}
	add(KindBurn,
		"0x000000000000000000000000000000000000dead", // the usual one
		"0xdead000000000000000042069420694206942069", // Shiba Inu's
		"0xdead000000000000000000000000000000000000",
		"0xdeaddeaddeaddeaddeaddeaddeaddeaddeaddead",
		"0xdeadbeefdeadbeefdeadbeefdeadbeefdeadbeef",
		"0x00000000000000000000000000000000deadbeef",
		"0xeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee", // stands for the native token
		"0xffffffffffffffffffffffffffffffffffffffff",
		"1nc1nerator11111111111111111111111111111111",
	)
	add(KindProgram,
		"Vote111111111111111111111111111111111111111",
		"Stake11111111111111111111111111111111111111",
		"StakeConfig11111111111111111111111111111111",
		"Config1111111111111111111111111111111111111",
		"Feature111111111111111111111111111111111111",
		"ComputeBudget111111111111111111111111111111",
		"AddressLookupTab1e1111111111111111111111111",
		"NativeLoader1111111111111111111111111111111",
		"BPFLoader1111111111111111111111111111111111",
		"BPFLoader2111111111111111111111111111111111",
		"BPFLoaderUpgradeab1e11111111111111111111111",
		"LoaderV411111111111111111111111111111111111",
		"Ed25519SigVerify111111111111111111111111111",
		"KeccakSecp256k11111111111111111111111111111",
		"Secp256r1SigVerify1111111111111111111111111",
		"ZkTokenProof1111111111111111111111111111111",
		"ZkE1Gama1Proof11111111111111111111111111111",

		"Sysvar1111111111111111111111111111111111111",
		"SysvarC1ock11111111111111111111111111111111",
		"SysvarRent111111111111111111111111111111111",
		"SysvarFees111111111111111111111111111111111",
		"SysvarRewards111111111111111111111111111111",
		"SysvarRecentB1ockHashes11111111111111111111",
		"SysvarS1otHashes111111111111111111111111111",
		"SysvarS1otHistory11111111111111111111111111",
		"SysvarStakeHistory1111111111111111111111111",
		"SysvarEpochSchedu1e111111111111111111111111",
		"SysvarEpochRewards1111111111111111111111111",
		"SysvarLastRestartS1ot1111111111111111111111",
		"Sysvar1nstructions1111111111111111111111111",

		"TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA",  // SPL Token
		"TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb",  // Token-2022
		"ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL", // associated token accounts
		"MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr",
		"Memo1UhkJRfHyvLMcVucJwxXeuD728EqVDDwQDxFMNo",
		"metaqbxxUerdq28cj1RbAWkYQm3ybzjb6a8bt518x1s",  // token metadata
		"So11111111111111111111111111111111111111112",  // native mint
		"9pan9bMn5HatX4EJdBwg9VgCa7Uz5HL8N1m5D3NdXejP", // native mint of Token-2022

		"mERKcfxMC5SqJn4Ld4BUris3WKZZ1ojjWJ3A3J5CKxv",  // distributors: Jito
		"DiS3nNjFVMieMgmiQFm6wgJL7nevk4NrhXKLbtEH1Z2R", // Jupiter
		"MErKy6nZVoVAkryxAejJz2juifQ4ArgLgHmaJCQkU7N",  // Streamflow
		"E7HtfkEMhmn9uwL7EFNydcXBWy5WCYN1vFmKKjipEH1x", // Drift
		"MRKGLMizK9XSTaD1d1jbVkdHZbQVCSnPpYiTw9aKQv8",  // Saber
		"D1STRoZTUiEa6r8TLg2aAbG4nSRT5cDBmgG7jDqCZvU8", // mpl-distro
	)
	return known
}()

// knownBegins is the set of the first 16 bits of the known accounts.
var knownBegins = func() (set [1 << 10]uint64) {
	for a := range knownAccounts {
		begin := binary.BigEndian.Uint16(a.raw[:2])
		set[begin>>6] |= 1 << (begin & 63)
	}
	return set
}()
