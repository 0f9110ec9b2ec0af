package verify

// solanaProfile knows the Solana rows of FORMAT.md 4.1, each written from the program that it names.
func solanaProfile(name string) *profile {
	base := []param{{"accounts", "solana"}, {"encoding", "le"}, {"amountBits", "64"}, {"totalBits", "64"}, {"dedupe", "no"}, {"order", "input"}}
	jito := []param{{"hash", "sha256"}, {"leafHashes", "2"}, {"leafPrefixes", "0x,0x00"}, {"nodePrefix", "0x01"}, {"shape", "duplicate"}}
	uni := []param{{"shape", "promote"}, {"order", "leaf-hash"}, {"dedupe", "yes"}}
	gumdrop := []param{{"hash", "keccak256"}, {"leafHashes", "1"}, {"leafPrefixes", "0x00"}, {"nodePrefix", "0x01"}, {"shape", "promote"}, {"index", "input-row given"}}
	switch name {
	case "jito-v1": // jito-foundation/distributor and its line: a lone node is paired with itself
		return known(name, "pubkey account; u64 amount; u64 locked", base, jito)
	case "jito-tip-v1": // Jito tip and priority-fee distribution
		return known(name, "pubkey account; u64 amount", base, jito)
	case "jupiter-ts-v1": // the TypeScript tree beside the Jupiter program
		return known(name, "pubkey account; u64 amount; u64 locked", base, jito, uni)
	case "saber-v1": // Saber merkle-distributor
		return known(name, "u64 index; pubkey account; u64 amount", base, uni, []param{{"hash", "keccak256"}, {"leafHashes", "1"}, {"index", "base58-sort given"}})
	case "gumdrop-v1": // Metaplex Gumdrop
		return known(name, "u64 index; pubkey account; pubkey token; u64 amount", base, gumdrop)
	case "gumdrop-edition-v1": // Metaplex Gumdrop, editions
		return known(name, "u64 index; pubkey account; pubkey token; u64 amount; u64 edition", base, gumdrop)
	case "mpl-distro-v1": // Metaplex mpl-distro: the tag is the text claim
		return known(name, "pubkey account; u64 amount; u64 nonce", base, []param{{"hash", "keccak256"}, {"leafHashes", "1"}, {"leafPrefixes", "0x636c61696d"},
			{"nodePrefix", "0x01"}, {"shape", "duplicate"}})
	case "pyth-v1": // Pyth token dispenser: 20 bytes of every hash, padded with the hash of the byte 2
		null := newHasher(keccak).sum([]byte{2})
		return known(name, "ecosystem ecosystem; identity identity; u64 amount", base, []param{{"encoding", "borsh"}, {"hash", "keccak256"}, {"leafHashes", "1"},
			{"leafPrefixes", "0x00"}, {"nodePrefix", "0x01"}, {"width", "20"}, {"shape", "pad-pow2"}, {"pad", hex0x(null[:20])}})
	case "dropsy-v1": // scoolmb/dropsy-airdrop-program: sha256 of the text index:wallet:amount
		return known(name, "u64 index; pubkey account; u64 amount", base, []param{{"encoding", "text-colon"}, {"hash", "sha256"}, {"leafHashes", "1"},
			{"shape", "promote"}, {"index", "input-row given"}})
	}
	return nil
}
