package verify

import "strconv"

// keyText is a key in base58, empty for one that the layout does not have.
func keyText(p pubkey) string {
	if p == (pubkey{}) {
		return ""
	}
	return base58(p[:])
}

// instructionAccount is one account of an instruction; signs and writes are what the runtime is told.
type instructionAccount struct {
	name          string
	address       string
	signs, writes bool
}

func accountList(list []instructionAccount) value {
	v := value{kind: jsonArray}
	for _, a := range list {
		v.items = append(v.items, factObject("name", a.name, "address", a.address, "signer", yes(a.signs), "writable", yes(a.writes)))
	}
	return v
}

// claimAccounts are those of the claim instruction; an address that depends on the claim or the caller is empty.
func (f *facts) claimAccounts() []instructionAccount {
	distributor, vault, token, system := base58(f.distributor[:]), keyText(f.vault), base58(f.tokenProgram[:]), base58(make([]byte, 32))
	at := func(name, address string) instructionAccount { return instructionAccount{name: name, address: address} }
	w := func(name, address string) instructionAccount { return instructionAccount{name, address, false, true} }
	sw := func(name string) instructionAccount { return instructionAccount{name, "", true, true} }
	switch f.layout {
	case "jito", "drift", "jupiter":
		list := []instructionAccount{w("distributor", distributor), w("claimStatus", ""), w("from", vault), w("to", ""), sw("claimant")}
		if f.layout == "jupiter" {
			list = append(list, at("operator", base58(f.program[:])))
		}
		return append(list, at("tokenProgram", token), at("systemProgram", system))
	case "saber":
		return []instructionAccount{w("distributor", distributor), w("claimStatus", ""), w("from", vault), w("to", ""), {"claimant", "", true, false}, sw("payer"),
			at("systemProgram", system), at("tokenProgram", token)}
	case "mpl-distro":
		return []instructionAccount{w("distribution", distributor), at("mint", base58(f.mint[:])), w("claimReceipt", ""), w("recipientTokenAccount", ""),
			w("distributionTokenAccount", vault), at("recipient", ""), sw("payer"), w("feeWallet", ""), at("associatedTokenProgram", associatedProgramID),
			at("tokenProgram", token), at("systemProgram", system)}
	}
	return nil
}

// creationAccounts are those of new_distributor.
func (f *facts) creationAccounts() []instructionAccount {
	list := []instructionAccount{{"distributor", base58(f.distributor[:]), false, true}}
	if f.layout == "jupiter" {
		list = append(list, instructionAccount{"base", base58(f.base[:]), true, false})
	}
	return append(list, instructionAccount{"clawbackReceiver", f.deployment["clawbackReceiver"], false, true},
		instructionAccount{"mint", base58(f.mint[:]), false, false}, instructionAccount{"tokenVault", base58(f.vault[:]), false, false},
		instructionAccount{"admin", f.deployment["admin"], true, true}, instructionAccount{"systemProgram", base58(make([]byte, 32)), false, false},
		instructionAccount{"associatedTokenProgram", associatedProgramID, false, false}, instructionAccount{"tokenProgram", base58(f.tokenProgram[:]), false, false})
}

func (f *facts) seedWords() []string {
	switch f.layout {
	case "saber":
		return []string{"ClaimStatus", "index u64le", "distributor"}
	case "mpl-distro":
		return []string{"claim_receipt", "distribution", "recipient", "amount u64le", "nonce u64le"}
	case "jito-tip":
		return []string{"CLAIM_STATUS", "claimant", "distribution"}
	}
	return []string{"ClaimStatus", "claimant", "distributor"}
}

func (f *facts) discriminator() string {
	switch f.layout {
	case "saber", "jito-tip":
		return "0x3ec6d6c1d59f6cd2"
	case "mpl-distro":
		return "0x04"
	}
	return "0x4eb1627bd215bb53"
}

// file is what solana/TREE.json must hold.
func (f *facts) file(t *tree) value {
	base, seed := "", ""
	switch f.layout {
	case "jupiter", "saber":
		base = keyText(f.base)
	case "mpl-distro":
		seed = keyText(f.base)
	}
	data, missing := f.creation(t)
	creation := factObject("data", "", "accounts", factTexts(), "missing", factTexts(missing...))
	if data != nil {
		creation = factObject("data", hex0x(data), "accounts", accountList(f.creationAccounts()), "missing", factTexts())
	}
	claims := f.claimAccounts()
	sizes, split := f.sizes(t.man.depth, t.man.leaves)
	return factObject("format", "merkle-solana/v1", "tree", t.man.id, "root", t.man.root, "layout", f.layout, "program", base58(f.program[:]), "mint", base58(f.mint[:]),
		"base", base, "seed", seed, "version", strconv.FormatUint(f.version, 10), "tokenProgram", base58(f.tokenProgram[:]),
		"distributor", factObject("address", base58(f.distributor[:]), "bump", f.bump), "vault", factObject("address", keyText(f.vault), "bump", f.vaultAt),
		"claimStatus", factObject("seeds", factTexts(f.seedWords()...)), "newDistributor", creation,
		"newClaim", factObject("discriminator", f.discriminator(), "accounts", accountList(claims)),
		"transaction", factObject("limit", strconv.Itoa(maxTransaction), "depth", strconv.Itoa(t.man.depth), "cases", sizes), "split", split)
}
