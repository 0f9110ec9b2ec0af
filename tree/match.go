package tree

import (
	"slices"
	"strings"
)

// Match finds the leaf field that a list's column is for, by the column's name: a field's own name; the name of its source (account, amount,
// locked, index, token); the profile's Aliases; the names that lists of other tools have for a source. Only a field's own name is told apart
// by case, and only where another field has the same letters. Blanks around the name are not part of it. Fields that are constants of the tree
// are not matched. A column that is for no field gives false.
func (p *Profile) Match(header string) (field int, ok bool) {
	header = strings.TrimSpace(header)
	column := func(f *Field) bool { return f.Source != SourceConstant && f.Source != SourceDomain }
	for i := range p.Fields {
		if f := &p.Fields[i]; f.Name == header && column(f) {
			return i, true
		}
	}
	is := func(name string) bool { return strings.EqualFold(name, header) }
	for _, fits := range []func(f *Field) bool{
		func(f *Field) bool { return is(f.Name) },
		func(f *Field) bool { return f.Source != SourceColumn && is(f.Source) },
		func(f *Field) bool { return slices.ContainsFunc(p.aliases(f.Name), is) },
		func(f *Field) bool { return slices.ContainsFunc(usualNames(f.Source), is) },
	} {
		for i := range p.Fields {
			if f := &p.Fields[i]; column(f) && fits(f) {
				return i, true
			}
		}
	}
	return 0, false
}

func (p *Profile) aliases(field string) []string {
	for _, a := range p.Aliases {
		if a.Field == field {
			return a.Names
		}
	}
	return nil
}

// usualNames is what lists, claim files and reports of other tools call a value.
func usualNames(source string) []string {
	switch source {
	case SourceAccount:
		return []string{
			"address", "claimant", "claimer", "wallet", "walletAddress", "wallet_address", "recipient", "receiver", "pubkey", "public_key", "publicKey",
			"user", "userAddress", "user_address", "earner", "holder", "owner", "node", "nodeAddress", "node_address", "stakingProvider", "staking_provider",
			"provider", "beneficiary", "accountAddress", "account_address",
		}
	case SourceAmount:
		return []string{
			"earnings", "value", "balance", "claimable", "claimableAmount", "claimable_amount", "cumulativeAmount", "cumulative_amount", "cumulativeEarnings",
			"cumulative_earnings", "cumulative", "amount_unlocked", "amountUnlocked", "unlocked", "maxClaimable", "max_claimable", "shares", "totalAccrued",
			"total_accrued", "lifetimeAmount", "lifetime_amount", "tokenAmount", "token_amount", "amountInWei", "wei", "allocation",
		}
	case SourceLocked:
		return []string{"locked_amount", "lockedAmount", "amount_locked", "amountLocked"}
	case SourceIndex:
		return []string{"idx", "accountIndex", "account_index"}
	case SourceToken:
		return []string{"reward", "rewardToken", "reward_token", "tokenAddress", "token_address", "mint", "asset"}
	}
	return nil
}
