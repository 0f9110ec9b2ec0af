package campaign

import merkle "github.com/merkle-drop/merkle"

// Bundle names a published bundle that a campaign goes on from.
type Bundle struct {
	Pos      merkle.Pos
	Dir      string // relative to the campaign file, as the name of an input
	Manifest string // SHA-256 of its manifest.json, 64 lower-case hex digits
}

// Months holds the settings that the rules by months share; see docs/rules/months.md.
type Months struct {
	Month       string  // YYYY-MM
	Zone        string  // +HH:MM or -HH:MM
	Previous    *Bundle // nil: none, the first month
	Exits       *Input  // account,month,period[,chain]; nil: nobody leaves
	Vesting     Vesting
	RollAt      string // election, completion
	Roll        string // destination of unvested and forgone
	Claims      string // month, cumulative, tranches
	VotingPower VotingPower
}

// Vesting is a table from periods to fractions, filled from a curve and overridden entry by entry.
type Vesting struct {
	Pos         merkle.Pos     // of the key vesting, or of the rule when it is absent
	Periods     []int          // whole months, ascending
	Full        int            // months after which everything has vested; one of Periods
	Floor, A, B string         // decimals of the curve floor + (a·x³ + b·x)·(1 − floor); A + B = 1
	Convention  string         // months, days-30-365, bps-30-365, ratio-3dp, t-12.17
	Milestones  map[int]string // period, or 0, -> decimal fraction instead of the curve's
}

// VotingPower is how the second curve is read.
type VotingPower struct {
	Full    int    // months
	Reading string // elapsed, committed
}

// NoonActive holds the settings of noon-active-staking/v1.
type NoonActive struct {
	Months
	Points      Input  // account,points[,source][,time][,chain]
	Elections   *Input // account,choice[,part][,month][,chain]; nil: nobody elects
	Multipliers []Multiplier
	Mixed       string // yes, no
	ExitPaid    string // at-exit, at-end
	BeforeFirst string // curve, nothing
}

// Multiplier makes the points of a source count more for a time.
type Multiplier struct {
	Pos      merkle.Pos
	Source   string
	From, To string // instants, To excluded; empty: open
	Factor   string // decimal above 0
}

// NoonOpen holds the settings of noon-open-staking/v1.
type NoonOpen struct {
	Months
	Stakes      Input // account,amount,period[,chain]
	Rolled      []Bundle
	Destination string // the name under which bundles of the month before roll into this pool
}

// JupiterASR2 holds the settings of jupiter-asr/v2.
type JupiterASR2 struct {
	Pos         merkle.Pos // of the period
	Stakes      Input      // account,day,amount[,chain] or account,from,to,amount[,chain]
	Basis       string     // daily, intervals
	From, To    string     // days, both included
	Zone        string
	Decimals    uint8 // fraction digits that amount and the minimum may carry
	Eligibility *Eligibility
}

// Astra holds the settings of astra-rewards/v1.
type Astra struct {
	At            string // instant
	History       *Input // account,time,lock,change[,chain]; nil only with multiplier none
	StakeDecimals uint8
	Score         string // trailing, deposit-age
	Withdraw      string // oldest, newest
	Locks         []Lock // ascending
	Tiers         []Tier // ascending
	LVM           string // weighted, mean-tenths, max
	Multiplier    string // stake, none
	Pools         []RewardPool
	Blocks        Blocks
	Shares        string // individual, flat, tvl, bps
	Cooldown      *Input // account[,chain]
	Elections     *Input // account,choice,age[,chain]
	FeePercent    int    // 0 to 100
	Redistribute  string // others, next
	Roll          string // destination of what is forgone
}

// Lock is a lock-up that stakers can choose.
type Lock struct {
	Months int
	Window int    // days over which the score is averaged
	Factor string // decimal of at least 1
}

// Tier is a lower edge of the score, inclusive, and the multiplier from there on.
type Tier struct {
	From   string // decimal, whole tokens
	Factor string // decimal of at least 1
}

// RewardPool is a pool of iTokens or LP tokens that shares in the block rewards.
type RewardPool struct {
	Pos    merkle.Pos
	ID     string
	Alloc  string // decimal weight
	Last   int    // last reward block
	Stakes Input  // account,amount[,chain]
}

// Blocks are the block numbers of the reward.
type Blocks struct{ Start, End, Current int }

// CloseRound holds the settings of close-round/v1.
type CloseRound struct {
	Round     Bundle
	Claimed   Input  // account,tree[,amount][,chain]
	Unclaimed string // destination of what nobody claimed
	From, To  string // the claim window, instants; empty when not said
}
