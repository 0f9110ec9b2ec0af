package campaign

func astraInfo() RuleInfo {
	return RuleInfo{
		Name:    "astra-rewards/v1",
		Summary: "block rewards of several pools by stake times a multiplier from staking score and locks (Astra DAO)",
		Formula: "RM(u)    = SSM(score) + LVM(locks) - 1\nUBM(u,q) = AM(u,q) * RM(u), PBM(q) = sum of UBM\nR(q)     = APB * blocks(q) * alloc(q)/sum of alloc\nx(u)     = sum over q of R(q) * UBM(u,q)/PBM(q)     (SP = UBM*100/PBM is a percentage: SP * R needs /100)",
		Inputs: []InputInfo{
			{Key: "history", Columns: []string{"account", "time", "lock", "change"}, Optional: []string{"chain"}, Needed: "unless multiplier none"},
			{Key: "cooldown", Columns: []string{"account"}, Optional: []string{"chain"}},
			{Key: "elections", Columns: []string{"account", "choice", "age"}, Optional: []string{"chain"}},
		},
		Settings: []SettingInfo{
			{Key: "at", Values: "an instant", Needed: "always", Meaning: "when scores are measured"},
			{Key: "score", Choices: []string{"trailing", "deposit-age"}, Needed: "always", Meaning: "average of the balance over the window, or age of the open deposits"},
			{Key: "shares", Choices: []string{"individual", "flat", "tvl", "bps"}, Needed: "always", Meaning: "how the reward is split between pools and accounts"},
			{Key: "pools", Values: "list of {id, alloc, last, stakes: {file}}; stakes: account,amount[,chain]", Needed: "always", Meaning: "the pools, their weights and last reward blocks"},
			{Key: "blocks", Values: "{start, end, current}", Needed: "always", Meaning: "block numbers of the reward"},
			{Key: "stakeDecimals", Values: "0 to 36", Default: "18", Meaning: "fraction digits allowed in change"},
			{Key: "windows", Values: `{"months": days}`, Default: "0: 60, 6: 40, 9: 30, 12: 0", Meaning: "days over which the score of a lock is averaged; the contracts have 60, 30, 15, 0"},
			{Key: "locks", Values: `{"months": "multiplier"}`, Default: "0: 1, 6: 1.1, 9: 1.3, 12: 1.8", Meaning: "multiplier of each lock"},
			{Key: "tiers", Values: "list of {from, factor}", Default: "100000: 1.2, 300000: 1.3, 800000: 1.7", Meaning: "multiplier by score, lower edges inclusive"},
			{Key: "withdraw", Choices: []string{"oldest", "newest"}, Default: "oldest", Meaning: "which open deposits a withdrawal takes"},
			{Key: "lvm", Choices: []string{"weighted", "mean-tenths", "max"}, Default: "weighted", Meaning: "the lock multiplier over several locks"},
			{Key: "multiplier", Choices: []string{"stake", "none"}, Default: "stake", Meaning: "RM of the stake, or 1 for everybody"},
			{Key: "feePercent", Values: "0 to 100", Default: "90", Meaning: "fee of a claim on day 0, falling a point a day"},
			{Key: "redistribute", Choices: []string{"others", "next"}, Default: "others", Meaning: "who gets the fees: those who restake, or the destination roll"},
			{Key: "roll", Values: "a name", Default: "next-distribution", Meaning: "where what is forgone goes"},
		},
		Source: "Astra docs \"Staking\" and \"Claiming Rewards\"; github.com/astradao/astra-smart-contracts for the variants",
		Page:   "docs/rules/astra-rewards-v1.md",
	}
}

func closeInfo() RuleInfo {
	return RuleInfo{
		Name:    "close-round/v1",
		Summary: "closes a round: what was not claimed goes to its destination",
		Formula: "claims = sum of the claimed leaves\nrolled = pool - claims",
		Inputs:  []InputInfo{{Key: "claimed", Columns: []string{"account", "tree"}, Optional: []string{"amount", "chain"}, Needed: "always"}},
		Settings: []SettingInfo{
			{Key: "round", Values: "{bundle: folder, manifest: SHA-256}", Needed: "always", Meaning: "the bundle that was claimed from"},
			{Key: "unclaimed", Values: "a name", Needed: "always", Meaning: "where the rest goes: treasury, burn, next-pool, …"},
			{Key: "window", Values: "{from, to}, instants", Meaning: "the claim window, for the reader"},
		},
		Source: "claim windows as of Jupiter ASR: docs.jup.ag/user-docs/more/dao/asr",
		Page:   "docs/rules/close-round-v1.md",
	}
}

func jupiterASR2Info() RuleInfo {
	return RuleInfo{
		Name:    "jupiter-asr/v2",
		Summary: "a pool by time-weighted stake (Jupiter Active Staking Rewards since July 2025)",
		Formula: "A(u)   = time average of u's stake over the period\nx(u,k) = P(k) * A(u) / sum of A",
		Inputs:  []InputInfo{{Key: "stakes", Columns: []string{"account", "amount"}, Optional: []string{"day", "from", "to", "chain"}, Sum: "amount", Needed: "always"}},
		Settings: []SettingInfo{
			{Key: "basis", Choices: []string{"daily", "intervals"}, Needed: "always", Meaning: "rows of a day (column day), or from one instant to another (from, to)"},
			{Key: "period", Values: "{from, to}, days, both included", Needed: "always", Meaning: "the period over which stakes are averaged"},
			{Key: "zone", Values: "+HH:MM or -HH:MM", Needed: "always", Meaning: "the zone in which days begin"},
			{Key: "decimals", Values: "0 to 36", Default: "0", Meaning: "fraction digits allowed in amount and in eligibility.min"},
			{Key: "eligibility", Values: "{metric: average, min, denominator: after|before}", Meaning: "inclusive minimum of the average; absent: everybody with stake"},
		},
		Source: "docs.jup.ag/user-docs/more/dao/asr and discuss.jup.ag/t/38967",
		Page:   "docs/rules/jupiter-asr-v2.md",
	}
}
