package campaign

import (
	"strings"
	"testing"
)

const (
	head = `format: merkle-campaign/v1
id: month-1
tokens:
  NOON: {asset: "eip155:1/erc20:0xEDeA3CB3fA6D2962421F7dCE96f25E66Ad6b9025", decimals: 18, pool: "1000"}
`
	tail = `rounding: {method: floor, at: account-token, residual: {to: open-staking}}
trees:
  - {id: noon, tokens: [NOON], profile: oz-standard-v1, fields: ["account:address", "amount:uint256"], order: account, deployment: {contract: "0x01"}}
`
	digest64 = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

	activeBase = head + `rule:
  name: noon-active-staking/v1
  month: 2026-02
  zone: "+01:00"
  previous: {bundle: ../out/2026-01, manifest: ` + digest64 + `}
  points: {file: points.csv, sum: "7.5"}
  elections: {file: elections.csv}
  exits: {file: exits.csv}
  multipliers: [{source: pendle, from: "2026-02-01T00:00:00+01:00", to: "2026-02-11T00:00:00Z", factor: "2.5"}]
  vesting: {periods: [3, 6, 12, 24], full: 12, curve: {floor: "0.1", a: "0.73", b: "0.27"}, convention: bps-30-365, milestones: {"6": "0.2985", "0": "0"}}
  mixed: no
  rollAt: completion
  exitPaid: at-end
  beforeFirst: nothing
  roll: treasury
  claims: cumulative
  votingPower: {full: 24, reading: committed}
` + tail + `assert:
  - {figure: fraction, period: 6, prints: "29.85"}
  - {figure: voting-ratio, period: 48, over: 12, prints: "6"}
  - {figure: voting-power, account: "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", prints: "1"}
  - {figure: carried-in, token: NOON, prints: "1"}
`
	openBase = head + `rule:
  name: noon-open-staking/v1
  month: "2026-02"
  zone: "-05:30"
  previous: none
  rolled: [{bundle: ../out/2026-01, manifest: ` + digest64 + `}]
  destination: open-staking
  stakes: {file: stakes.csv, sum: "7.5"}
` + tail

	astraBase = head + `rule:
  name: astra-rewards/v1
  at: "2026-03-02T00:00:00Z"
  history: {file: history.csv}
  stakeDecimals: 6
  windows: {"0": 60, "6": 30, "9": 15, "12": 0}
  locks: {"0": "1", "6": "1.1", "9": "1.3", "12": "1.8"}
  tiers: [{from: "100", factor: "1.2"}, {from: "300", factor: "1.3"}]
  score: deposit-age
  withdraw: newest
  lvm: max
  multiplier: stake
  shares: bps
  pools: [{id: a, alloc: "1", last: 100, stakes: {file: a.csv}}, {id: b, alloc: "0.5", last: 120, stakes: {file: b.csv, sum: "1"}}]
  blocks: {start: 100, end: 200, current: 150}
  cooldown: {file: cooldown.csv}
  elections: {file: elections.csv}
  feePercent: 80
  redistribute: next
  roll: treasury
` + tail

	asr2Base = head + `rule:
  name: jupiter-asr/v2
  stakes: {file: stakes.csv, columns: {day: date}, sum: "1"}
  basis: daily
  period: {from: 2025-07-01, to: 2025-09-30}
  zone: "+00:00"
  decimals: 2
  eligibility: {metric: average, min: "50.25", denominator: after}
` + tail

	closeBase = head + `rule:
  name: close-round/v1
  round: {bundle: ../out, manifest: ` + digest64 + `}
  claimed: {file: claimed.csv, rows: 3}
  unclaimed: treasury
  window: {from: "2026-01-01T00:00:00Z", to: "2026-02-01T00:00:00Z"}
rounding: {method: floor, at: account-token, residual: {to: treasury}}
trees: []
`
)

func TestParse_newRules(t *testing.T) {
	for _, base := range []string{activeBase, openBase, astraBase, asr2Base, closeBase} {
		if _, err := Parse([]byte(base), "c.yaml"); err != nil {
			t.Error(err)
		}
	}
	c, err := Parse([]byte(activeBase), "c.yaml")
	if err != nil {
		t.Fatal(err)
	}
	a := c.Rule.NoonActive
	if a.Mixed != "no" || a.Vesting.Milestones[6] != "0.2985" || len(a.Vesting.Periods) != 4 || a.Previous.Dir != "../out/2026-01" || a.Previous.Manifest != digest64 || a.VotingPower != (VotingPower{24, "committed"}) ||
		a.Multipliers[0].Factor != "2.5" || a.Exits == nil || c.Trees[0].Deployment["contract"] != "0x01" || c.Assert[1].Over != 12 {
		t.Errorf("got %+v", a)
	}
	c, err = Parse([]byte(astraBase), "c.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if s := c.Rule.Astra; len(s.Locks) != 4 || s.Locks[2] != (Lock{9, 15, "1.3"}) || s.Pools[1].Alloc != "0.5" || s.Blocks != (Blocks{100, 200, 150}) || s.FeePercent != 80 || s.Tiers[1].Factor != "1.3" {
		t.Errorf("got %+v", s)
	}
}

func TestParse_newRuleFaults(t *testing.T) {
	for _, c := range []faultCase{
		{activeBase, "month: 2026-02", "month: ‸2026-13", []string{"is not a month"}},
		{activeBase, `zone: "+01:00"`, `zone: ‸"CET"`, []string{"is not a zone"}},
		{activeBase, `zone: "+01:00"`, `zone: ‸"Z"`, []string{"is not a zone"}},
		{activeBase, "{bundle: ../out/2026-01, manifest: " + digest64 + "}\n  points", "‸nothing\n  points", []string{"is not none, nor {bundle"}},
		{activeBase, "manifest: 0123", "manifest: ‸x123", []string{"is not 64 hex digits"}},
		{activeBase, "bundle: ../out/2026-01", "bundle: ‸/out", []string{"must be relative"}},
		{activeBase, "periods: [3, 6, 12, 24]", "periods: [3, 12, ‸6, 24]", []string{"periods ascend"}},
		{activeBase, "full: 12", "full: ‸9", []string{"is not one of the periods"}},
		{activeBase, `a: "0.73"`, `a: "0.74"`, nil},
		{activeBase, `"6": "0.2985"`, `‸"7": "0.2985"`, []string{"is not 0 or one of the periods"}},
		{activeBase, `"6": "0.2985"`, `"12": ‸"0.9"`, []string{"can only be 1"}},
		{activeBase, `"6": "0.2985"`, `"6": ‸"1.2"`, []string{"is above 1"}},
		{activeBase, "convention: bps-30-365", "convention: ‸days", []string{"is not allowed"}},
		{activeBase, `from: "2026-02-01T00:00:00+01:00"`, `from: ‸"2026-02-01T00:00:00"`, []string{"is not an instant"}},
		{activeBase, `to: "2026-02-11T00:00:00Z"`, `to: ‸"2026-01-11T00:00:00Z"`, []string{"is not after from"}},
		{activeBase, `factor: "2.5"`, `factor: ‸"0"`, []string{"is not above 0"}},
		{activeBase, "claims: cumulative", "claims: tranches", nil},
		{activeBase, "method: floor", "method: ‸largest-remainder", []string{"floors: write floor"}},
		{activeBase, "at: account-token", "at: ‸sub-pool", []string{"write account-token"}},
		{activeBase, "residual: {to: open-staking}", "residual: ‸{to: largest}", []string{"leaves it to a name"}},
		{activeBase, "period: 6, prints", "period: ‸9, prints", []string{"is not one of the periods"}},
		{activeBase, "figure: fraction", "figure: ‸score", nil},
		{openBase, "manifest: " + digest64 + "}]", "manifest: " + digest64 + "}, ‸{bundle: b, manifest: " + digest64 + "}]", []string{"is already rolled in"}},
		{openBase, "  destination", "  ‸exitPaid: at-end\n  destination", []string{"unknown in rule noon-open-staking/v1"}},
		{astraBase, `"9": 15`, `‸"7.5": 15`, nil},
		{astraBase, `"9": "1.3"`, `‸"7": "1.3"`, nil},
		{astraBase, `{from: "300"`, `{from: ‸"100"`, []string{"tiers ascend"}},
		{astraBase, `factor: "1.2"`, `factor: ‸"0.9"`, []string{"is below 1"}},
		{astraBase, "id: b", "id: ‸a", []string{"is already used"}},
		{astraBase, "end: 200", "end: ‸100", []string{"is not after start"}},
		{astraBase, "  history: {file: history.csv}\n", "", nil},
		{astraBase, "feePercent: 80", "feePercent: ‸101", []string{"0 to 100"}},
		{asr2Base, "to: 2025-09-30", "to: ‸2025-06-30", []string{"is before from"}},
		{asr2Base, "from: 2025-07-01", "from: ‸2025-02-29", []string{"is not a day"}},
		{asr2Base, "basis: daily", "basis: intervals", nil},
		{closeBase, "trees: []", "trees: ‸[{id: a}]", nil},
		{closeBase, "trees: []", "trees: []\nexclude: ‸[]", []string{"has no exclusion lists"}},
		{closeBase, `"2026-02-01T00:00:00Z"`, `‸"2025-02-01T00:00:00Z"`, []string{"is not after from"}},
		{asr2Base, "trees:\n  - {id: noon, tokens: [NOON], profile: oz-standard-v1, fields: [\"account:address\", \"amount:uint256\"], order: account, deployment: {contract: \"0x01\"}}", "trees: ‸[]", []string{"at least one is needed"}},
	} {
		if strings.Count(c.base, c.old) != 1 {
			t.Fatalf("%q stands %d times in its base", c.old, strings.Count(c.base, c.old))
		}
		text := strings.Replace(c.base, c.old, c.new, 1)
		if c.want == nil { // refused, wherever
			if got, err := Parse([]byte(strings.ReplaceAll(text, mark, "")), "c.yaml"); err == nil {
				t.Errorf("%s: got %+v", c.new, got.Rule)
			}
			continue
		}
		checkFaults(t, c.new, text, c.want)
	}
}

func TestInstant(t *testing.T) {
	for text, want := range map[string]int64{
		"1970-01-01T00:00:00Z": 0, "2026-01-31T23:59:59+01:00": 1769900399, "2026-01-31T22:59:59Z": 1769900399, "2026-02-28T00:00:00-05:30": 1772256600, "2024-02-29T00:00:00-00:00": 1709164800,
	} {
		if got, err := Instant([]byte(text)); err != nil || got != want {
			t.Errorf("%s: got %d %v, want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"", "2026-01-31", "2026-01-31T00:00:00", "2026-02-29T00:00:00Z", "2026-01-31t00:00:00Z", "2026-01-31T24:00:00Z", "2026-01-31T00:00:60Z", "2026-01-31T00:00:00z",
		"2026-01-31T00:00:00.5Z", "2026-01-31T00:00:00+24:00", "1969-12-31T23:59:59Z", "2026-01-31 00:00:00Z", "2026-01-31T00:00:00+0100"} {
		if got, err := Instant([]byte(text)); err == nil {
			t.Errorf("%s: got %d", text, got)
		}
	}
	if got := MonthEnd(2026*12+11, 3600); got != 1798758000 { // 2027-01-01T00:00:00+01:00
		t.Errorf("got %d", got)
	}
	if got := MonthText(2026*12 + 11); got != "2026-12" {
		t.Errorf("got %s", got)
	}
}
