package verify

import "strings"

// columnField is which value of a claim a column holds, by the names that lists have for it; a name that no list shares with another meaning stays as it is. The text
// behind a colon, as in our own lists (amount:uint128), is the type and not part of the name.
func columnField(header string) string {
	name, _, _ := strings.Cut(strings.TrimSpace(header), ":")
	plain := strings.Map(func(r rune) rune {
		switch {
		case r == '_' || r == '-' || r == ' ' || r == '.':
			return -1
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		}
		return r
	}, name)
	switch plain {
	case "account", "address", "pubkey", "owner", "wallet", "walletaddress", "claimant", "recipient", "user", "useraddress", "holder", "authority", "handle",
		"publickey", "claimer", "receiver", "owneraddress", "recipientaddress", "provider", "stakingprovider", "earner", "to":
		return "account"
	case "amount", "earnings", "tokenamount", "amountunlocked", "unlockedamount", "balance", "amountinwei", "amountwei", "allocation", "cumulativeamount", "claimable",
		"amountraw", "rawamount", "totalamount", "value", "amountrpl", "maxclaimable", "quantity":
		return "amount"
	case "locked", "amountlocked", "lockedamount":
		return "locked"
	case "token", "tokenaddress", "mint", "rewardtoken", "resource":
		return "token"
	case "duration", "durationweeks":
		return "durationWeeks"
	case "startdate":
		return "startDate"
	case "currencyaddress":
		return "currency"
	case "vestingid", "leaf", "leafhash":
		return "leaf"
	case "proofofinclusion", "merkleproof", "proofs":
		return "proof"
	case "index", "category", "nonce", "edition", "beneficiary", "ecosystem", "identity", "proof":
		return plain
	}
	return name
}

// fields are the columns of a table by field, first come first: -1 is not there.
type columnSet map[string]int

func (t *listTable) fields() columnSet {
	out := columnSet{}
	for i, name := range t.names {
		f := columnField(name)
		if _, ok := out[f]; !ok {
			out[f] = i
		}
	}
	return out
}

func (f columnSet) has(names ...string) bool {
	for _, n := range names {
		if _, ok := f[n]; !ok {
			return false
		}
	}
	return true
}
