package campaign

// The settings that the rules by months share.
func monthSettings(own ...SettingInfo) []SettingInfo {
	return append([]SettingInfo{
		{Key: "month", Values: "YYYY-MM", Needed: "always", Meaning: "the month that is closed"},
		{Key: "zone", Values: "+HH:MM or -HH:MM", Needed: "always", Meaning: "the zone in which months begin and end"},
		{Key: "previous", Values: "none, or {bundle: folder, manifest: SHA-256}", Needed: "always", Meaning: "the bundle of the month before, which the positions come from"},
		{Key: "vesting", Values: "{periods, full, curve: {floor, a, b}, convention, milestones}", Default: "3, 6, 9, 12, 24, 48 months; full at 12; 0.10, 0.73, 0.27; months",
			Meaning: "what has vested after each period: a table filled from a curve, with entries overridden"},
		{Key: "rollAt", Choices: []string{"election", "completion"}, Default: "election", Meaning: "when the part that a period leaves unvested rolls"},
		{Key: "roll", Values: "a name", Default: "open-staking", Meaning: "where unvested and forgone go"},
		{Key: "claims", Choices: []string{"month", "cumulative", "tranches"}, Default: "month",
			Meaning: "what the trees hold: this month's claims, everything so far, or a leaf for each unlock"},
		{Key: "votingPower", Values: "{full, reading: elapsed|committed}", Default: "48 months, elapsed", Meaning: "the curve of the table of voting power"},
	}, own...)
}

func exitsInput() InputInfo {
	return InputInfo{Key: "exits", Columns: []string{"account", "month", "period"}, Optional: []string{"chain"}}
}

func noonActiveInfo() RuleInfo {
	return RuleInfo{
		Name:    "noon-active-staking/v1",
		Summary: "a month's pool by points, claimed or staked along a vesting curve (Noon Active Staking)",
		Formula: "w(u)   = sum of points * factor(source, time)\na(u)   = floor(P * w(u)/W), divided by election into parts s\npaid   = floor(s * f(0)) now, or floor(s * f(min(p,T))) after p months\nf(m)   = floor + (a*x^3 + b*x) * (1 - floor), x = m/T",
		Inputs: []InputInfo{
			{Key: "points", Columns: []string{"account", "points"}, Optional: []string{"source", "time", "chain"}, Sum: "points", Needed: "always"},
			{Key: "elections", Columns: []string{"account", "choice"}, Optional: []string{"part", "month", "chain"}},
			exitsInput(),
		},
		Settings: monthSettings(
			SettingInfo{Key: "multipliers", Values: "list of {source, from, to, factor}", Meaning: "rows of a source and time count factor times"},
			SettingInfo{Key: "mixed", Choices: []string{"yes", "no"}, Default: "yes", Meaning: "whether an allocation may be divided between choices"},
			SettingInfo{Key: "exitPaid", Choices: []string{"at-exit", "at-end"}, Default: "at-exit", Meaning: "when an early exit is paid"},
			SettingInfo{Key: "beforeFirst", Choices: []string{"curve", "nothing"}, Default: "curve", Meaning: "what an exit before the first period pays: f(0), or nothing"},
		),
		Source: "Noon docs \"Active Staking\"",
		Page:   "docs/rules/noon-active-staking-v1.md",
	}
}

func noonOpenInfo() RuleInfo {
	return RuleInfo{
		Name:    "noon-open-staking/v1",
		Summary: "a base emission and what rolled in, by staked tokens (Noon Open Staking)",
		Formula: "P    = pool + rolled in\ns    = floor(P * amount/W) for each stake and period\npaid = floor(s * f(min(p,T))) after p months; nothing on an early exit",
		Inputs: []InputInfo{
			{Key: "stakes", Columns: []string{"account", "amount", "period"}, Optional: []string{"chain"}, Sum: "amount", Needed: "always"},
			exitsInput(),
		},
		Settings: monthSettings(
			SettingInfo{Key: "rolled", Values: "list of {bundle: folder, manifest: SHA-256}", Meaning: "bundles of the month before whose rolled lines come in"},
			SettingInfo{Key: "destination", Values: "a name", Default: "open-staking", Meaning: "the destination under which they roll in"},
		),
		Source: "Noon docs \"Open Staking\"",
		Page:   "docs/rules/noon-open-staking-v1.md",
	}
}
