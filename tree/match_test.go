package tree

import "testing"

func TestMatch_findsTheFieldOfAColumn(t *testing.T) {
	for _, c := range []struct{ profile, header, field string }{
		{"jito-v1", "pubkey", "account"}, {"jito-v1", "amount_unlocked", "amount"}, {"jito-v1", "locked_amount", "locked"}, {"jito-v1", "amount_locked", "locked"},
		{"jito-v1", "locked", "locked"}, {"jito-v1", "category", ""}, {"jito-v1", "", ""},
		{"uniswap-v1", "Address", "account"}, {"uniswap-v1", "earnings", "amount"}, {"uniswap-v1", "AMOUNT", "amount"}, {"uniswap-v1", " amount ", "amount"},
		{"merkl-v1", "rewardToken", "token"}, {"merkl-v1", "recipient", "account"}, {"morpho-urd-v1", "reward", "token"}, {"morpho-urd-v1", "claimable", "amount"},
		{"eigenlayer-v1", "earner", "account"}, {"eigenlayer-v1", "cumulative_amount", "amount"},
		{"threshold-v1", "beneficiary", "beneficiary"}, {"threshold-v1", "stakingProvider", "account"}, {"tokensoft-v1", "beneficiary", "account"},
		{"rocketpool-v1", "rpl", "amountRPL"}, {"rocketpool-v1", "ETH", "amountETH"}, {"rocketpool-v1", "amount", "amountRPL"}, {"rocketpool-v1", "node", "account"},
		{"rocketpool-v1", "amountVoterETH", ""}, {"rocketpool-voter-v1", "voterETH", "amountVoterETH"},
		{"lido-csm-v1", "nodeOperatorId", "nodeOperatorId"}, {"lido-csm-v1", "index", "nodeOperatorId"}, {"lido-csm-v1", "amount", "shares"},
		{"uma-v1", "accountIndex", "accountIndex"}, {"thirdweb-drop-v1", "maxClaimable", "amount"}, {"thirdweb-drop-v1", "price", ""},
		{"thirdweb-drop-v2", "currencyAddress", "currency"}, {"oz-simple-v1", "leaf", "leaf"}, {"bound-v1", "chainId", ""}, {"bound-v1", "distributor", ""},
		{"saber-v1", "index", "index"}, {"gumdrop-v1", "mint", "token"}, {"mpl-distro-v1", "Nonce", "nonce"}, {"1inch-128-v1", "salt", "salt"},
	} {
		p := lookup(t, c.profile)
		i, ok := p.Match(c.header)
		switch {
		case ok != (c.field != ""):
			t.Errorf("%s: column %q matches: %v, want %v", c.profile, c.header, ok, !ok)
		case ok && p.Fields[i].Name != c.field:
			t.Errorf("%s: column %q is for %s, want %s", c.profile, c.header, p.Fields[i].Name, c.field)
		}
	}
}

// Two fields must not be called the same thing, or a list's column would go to whichever stands first.
func TestMatch_noNameForTwoFields(t *testing.T) {
	for p := range Profiles() {
		for i, f := range p.Fields {
			if got, ok := p.Match(f.Name); (f.Source == SourceConstant || f.Source == SourceDomain) == ok || ok && got != i {
				t.Errorf("%s: column %s goes to field %d, %v", p.Name, f.Name, got, ok)
			}
			if got, ok := p.Match(f.Source); ok && f.Source != SourceColumn && got != i {
				t.Errorf("%s: column %s goes to %s, not %s", p.Name, f.Source, p.Fields[got].Name, f.Name)
			}
		}
		for _, a := range p.Aliases {
			for _, name := range a.Names {
				if got, ok := p.Match(name); !ok || p.Fields[got].Name != a.Field {
					t.Errorf("%s: alias %s of %s is for another field", p.Name, name, a.Field)
				}
			}
		}
	}
}
