package alloc

import (
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/campaign"
)

// astraSource is a campaign with a pool in base units of 18 decimals; settings are further keys of the rule, one a line.
func astraSource(pool, settings string) string {
	whole := fmt.Sprintf("%019s", pool)
	whole = whole[:len(whole)-18] + "." + whole[len(whole)-18:]
	var rows strings.Builder
	for line := range strings.SplitSeq(strings.TrimSpace(settings), "\n") {
		rows.WriteString("  " + line + "\n")
	}
	return `format: merkle-campaign/v1
id: astra
tokens:
  ASTRA: {asset: "solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp/token:HrayGRNywXnfjAHj1V9eA7pUB4DwcqBpLnzWRbSHz6ki", decimals: 18, pool: "` + whole + `"}
rule:
  name: astra-rewards/v1
  at: "2026-03-02T00:00:00+00:00"
` + rows.String() + `rounding: {method: floor, at: account-token, residual: {to: treasury}}
trees:
  - {id: astra, tokens: [ASTRA], profile: jito-v1, order: account}
`
}

var astraAt = time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)

// daysAgo is an instant before the campaign's.
func daysAgo(d int) string { return astraAt.AddDate(0, 0, -d).Format(time.RFC3339) }

func stakesFile(stakes named) string {
	var b strings.Builder
	b.WriteString("account,amount\n")
	for _, id := range slices.Sorted(maps.Keys(stakes)) {
		fmt.Fprintf(&b, "%s,%s\n", key(id), stakes[id])
	}
	return b.String()
}

const (
	onePool  = "pools: [{id: itoken, alloc: \"1\", last: 100, stakes: {file: stakes.csv}}]\nblocks: {start: 100, end: 200, current: 110}\n"
	trailing = "score: trailing\nshares: individual\nhistory: {file: history.csv}\n"
)

func figureOf(t *testing.T, a *Allocation, f files, figure, id string) string {
	t.Helper()
	r := newReading(t.Context(), a.Campaign, f.options())
	rule, _, _, err := r.load(false)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.compute(rule, nil); err != nil {
		t.Fatal(err)
	}
	exact, err := a.figure(r, rule, &campaign.Assertion{Figure: figure, Account: person(merkle.Solana, id)})
	if err != nil {
		t.Fatal(err)
	}
	return exact.RatString()
}

func TestVector_astra01_score(t *testing.T) {
	var in map[string]any
	var want named
	vector(t, "astra-01", &in, &want)
	f := files{"stakes.csv": "account,amount\n" + key("a") + ",1\n", "history.csv": "account,time,lock,change\n"}
	for _, id := range []string{"a", "b"} {
		p := in[id].(map[string]any)
		f["history.csv"] += fmt.Sprintf("%s,%s,0,%s\n", key(id), daysAgo(int(p["days"].(float64))), p["amount"])
	}
	for _, how := range []string{"trailing", "deposit-age"} {
		a := compute(t, parse(t, astraSource("1000", onePool+strings.Replace(trailing, "trailing", how, 1))), f)
		for id, w := range want {
			if got := figureOf(t, a, f, "score", id); got != w {
				t.Errorf("%s %s: got %s, want %s", how, id, got, w)
			}
		}
	}
}

func TestVector_astra02_windows(t *testing.T) {
	var in struct {
		Amount      string
		Days        []int
		Window_days map[string]map[string]int
	}
	var want map[string]map[string]named
	vector(t, "astra-02", &in, &want)
	for preset, windows := range in.Window_days {
		history := "account,time,lock,change\n"
		for lock := range windows {
			for _, d := range in.Days {
				history += fmt.Sprintf("%s,%s,%s,%s\n", key(fmt.Sprint(lock, "x", d)), daysAgo(d), lock, in.Amount)
			}
		}
		f := files{"stakes.csv": "account,amount\n" + key("a") + ",1\n", "history.csv": history}
		for _, how := range []string{"trailing", "deposit-age"} {
			settings := fmt.Sprintf("windows: {\"0\": %d, \"6\": %d, \"9\": %d, \"12\": %d}\n", windows["0"], windows["6"], windows["9"], windows["12"])
			a := compute(t, parse(t, astraSource("1000", settings+onePool+strings.Replace(trailing, "trailing", how, 1))), f)
			for lock := range windows {
				for _, d := range in.Days {
					if got, w := figureOf(t, a, f, "score", fmt.Sprint(lock, "x", d)), want[lock][fmt.Sprint(d)][preset]; got != w {
						t.Errorf("%s %s lock %s after %d days: got %s, want %s", preset, how, lock, d, got, w)
					}
				}
			}
		}
	}
}

func TestVector_astra03_tiers(t *testing.T) {
	var in struct{ Scores []string }
	var want named
	vector(t, "astra-03", &in, &want)
	history := "account,time,lock,change\n"
	for i, s := range in.Scores {
		if s != "0" {
			history += fmt.Sprintf("%s,%s,0,%s\n", key(fmt.Sprint(i)), daysAgo(60), s)
		}
	}
	f := files{"stakes.csv": "account,amount\n" + key("a") + ",1\n", "history.csv": history}
	a := compute(t, parse(t, astraSource("1000", onePool+trailing)), f)
	for i, s := range in.Scores {
		if got := figureOf(t, a, f, "multiplier", fmt.Sprint(i)); got != want[s] {
			t.Errorf("%s: got %s, want %s", s, got, want[s])
		}
	}
}

func TestVector_astra04_combinations(t *testing.T) {
	var in struct {
		SSM []string
		LVM named
	}
	var want named
	vector(t, "astra-04", &in, &want)
	amounts := named{"1": "99999", "1.2": "100000", "1.3": "300000", "1.7": "800000"}
	history := "account,time,lock,change\n"
	for ssm, amount := range amounts {
		for lock := range in.LVM {
			history += fmt.Sprintf("%s,%s,%s,%s\n", key(ssm+"|"+lock), daysAgo(60), lock, amount)
		}
	}
	f := files{"stakes.csv": "account,amount\n" + key("a") + ",1\n", "history.csv": history}
	a := compute(t, parse(t, astraSource("1000", onePool+trailing)), f)
	if len(want) != 16 {
		t.Fatalf("%d combinations", len(want))
	}
	for pair, w := range want {
		if got := figureOf(t, a, f, "multiplier", strings.Replace(pair, "1.0|", "1|", 1)); got != rat(w).RatString() {
			t.Errorf("%s: got %s, want %s", pair, got, w)
		}
	}
}

// history5 gives A an RM of 1.3 and B one of 2.5, the users of astra-05.
var history5 = "account,time,lock,change\n" + key("A") + "," + daysAgo(60) + ",6,120000\n" + key("B") + "," + daysAgo(60) + ",12,800000\n"

func TestVector_astra05_blockReward(t *testing.T) {
	var in struct {
		Total_reward_base string
		Users             map[string]struct{ Amount, RM string }
	}
	var want struct {
		Reward, Residual                   string
		Allocation                         named
		Variant_2021_contract_basis_points struct {
			Allocation named
			Residual   string
		}
	}
	vector(t, "astra-05", &in, &want)
	f := files{"history.csv": history5, "stakes.csv": stakesFile(named{"A": in.Users["A"].Amount, "B": in.Users["B"].Amount})}
	for _, test := range []struct {
		shares   string
		want     named
		residual string
	}{
		{"individual", want.Allocation, want.Residual}, {"flat", want.Allocation, want.Residual}, {"tvl", want.Allocation, want.Residual},
		{"bps", want.Variant_2021_contract_basis_points.Allocation, want.Variant_2021_contract_basis_points.Residual},
	} {
		a := compute(t, parse(t, astraSource(in.Total_reward_base, onePool+strings.Replace(trailing, "individual", test.shares, 1))), f)
		equalClaims(t, test.shares, claims(a, 0), test.want)
		l := a.Tokens[0].Ledger
		equalText(t, test.shares+" residual", l.Residual, test.residual)
		earned := new(big.Int).Sub(l.Pool.Big(), l.Unallocated.Big())
		equalText(t, test.shares+" reward", earned, want.Reward)
		for id, u := range in.Users {
			if got := figureOf(t, a, f, "multiplier", id); got != rat(u.RM).RatString() {
				t.Errorf("%s: RM %s", id, got)
			}
		}
	}
}

const noMultiplier = "score: trailing\nmultiplier: none\n"

// equalUsers is a campaign in which the whole pool is one reward, shared by equal users.
func equalUsers(t *testing.T, pool string, users int, shares string) *Allocation {
	t.Helper()
	stakes := named{}
	for i := range users {
		stakes[fmt.Sprint("u", i)] = "1"
	}
	f := files{"stakes.csv": stakesFile(stakes)}
	return compute(t, parse(t, astraSource(pool, noMultiplier+"shares: "+shares+"\npools: [{id: p, alloc: \"1\", last: 0, stakes: {file: stakes.csv}}]\nblocks: {start: 0, end: 1, current: 1}")), f)
}

func TestVector_astra06_07_basisPoints(t *testing.T) {
	type result struct{ Each, Residual string }
	var want6, want7 struct{ Exact_floor, Basis_points result }
	var in6, in7 struct {
		Reward_base string
		Users       int
	}
	vector(t, "astra-06", &in6, &want6)
	vector(t, "astra-07", &in7, &want7)
	in6.Users = 3
	for _, test := range []struct {
		pool   string
		users  int
		shares string
		want   result
	}{
		{in6.Reward_base, in6.Users, "individual", want6.Exact_floor}, {in6.Reward_base, in6.Users, "bps", want6.Basis_points},
		{in7.Reward_base, in7.Users, "individual", want7.Exact_floor}, {in7.Reward_base, in7.Users, "bps", want7.Basis_points},
	} {
		a := equalUsers(t, test.pool, test.users, test.shares)
		for i := range a.Entrants {
			if got := a.Tokens[0].Amounts[i].String(); got != test.want.Each {
				t.Fatalf("%d %s: got %s, want %s", test.users, test.shares, got, test.want.Each)
			}
		}
		equalText(t, test.shares, a.Tokens[0].Ledger.Residual, test.want.Residual)
	}
}

func TestVector_astra08_blocks(t *testing.T) {
	var in struct {
		Rows []struct {
			LRB, CB int
			Staked  string
		}
	}
	var want struct{ Reward, Unallocated []string }
	vector(t, "astra-08", &in, &want)
	for i, row := range in.Rows { // APB = ⌊700 / 100⌋ = 7
		f := files{"stakes.csv": stakesFile(named{"A": row.Staked})}
		a := compute(t, parse(t, astraSource("700", noMultiplier+fmt.Sprintf("shares: individual\npools: [{id: p, alloc: \"1\", last: %d, stakes: {file: stakes.csv}}]\nblocks: {start: 100, end: 200, current: %d}", row.LRB, row.CB))), f)
		l := a.Tokens[0].Ledger
		equalText(t, fmt.Sprint("row ", i), l.Claims, want.Reward[i])
		rest, _ := new(big.Int).SetString(want.Reward[i], 10)
		equalText(t, fmt.Sprint("row ", i, " unallocated"), l.Unallocated, rest.Sub(big.NewInt(700), rest).String())
	}
	if want.Unallocated[4] != "70" {
		t.Error("the vector has changed")
	}
}

// The cool-down itself is a contract's; a campaign leaves out who is in it.
func TestAstra_cooldown(t *testing.T) {
	f := files{"history.csv": history5, "stakes.csv": stakesFile(named{"A": "1000", "B": "500"}), "cooldown.csv": "account\n" + key("B") + "\n"}
	a := compute(t, parse(t, astraSource("10000", onePool+trailing+"cooldown: {file: cooldown.csv}\n")), f)
	equalClaims(t, "cool-down", claims(a, 0), named{"A": "1000"})
	if got := figureOf(t, a, f, "score", "B"); got != "0" {
		t.Errorf("score %s", got)
	}
}

func TestVector_astra11_earlyClaim(t *testing.T) {
	var in struct {
		Reward_base string
		Days        []int
	}
	var want map[string]struct{ Redistributed, Paid string }
	vector(t, "astra-11", &in, &want)
	for _, d := range in.Days {
		// Two equal users share twice the reward: one takes, one restakes.
		twice, _ := new(big.Int).SetString(in.Reward_base, 10)
		f := files{"stakes.csv": stakesFile(named{"A": "1", "B": "1"}), "elections.csv": fmt.Sprintf("account,choice,age\n%s,take,%d\n", key("A"), d)}
		set := noMultiplier + "shares: individual\npools: [{id: p, alloc: \"1\", last: 0, stakes: {file: stakes.csv}}]\nblocks: {start: 0, end: 1, current: 1}\nelections: {file: elections.csv}\n"
		a := compute(t, parse(t, astraSource(twice.Lsh(twice, 1).String(), set)), f)
		w := want[fmt.Sprint(d)]
		equalClaims(t, fmt.Sprint(d), claims(a, 0), named{"A": w.Paid})
		fee, _ := new(big.Int).SetString(w.Redistributed, 10)
		own, _ := new(big.Int).SetString(in.Reward_base, 10)
		own.Add(own, fee)
		if got, want := tableText(t, a, "restaked"), "account,chain,amount\n"+key("B")+","+string(onSolana)+","+own.String()+"\n"; got != want {
			t.Errorf("day %d: got %s, want %s", d, got, want)
		}
		a = compute(t, parse(t, astraSource(twice.String(), set+"redistribute: next\n")), f)
		equalText(t, "forgone", a.Tokens[0].Ledger.Forgone, w.Redistributed)
		equalText(t, "locked", a.Tokens[0].Ledger.Locked, in.Reward_base)
	}
}

func TestVector_astra12_severalLocks(t *testing.T) {
	var in struct {
		Positions []struct {
			Amount string
			Lock   int
		}
	}
	var want struct{ Default_amount_weighted, Variant_2021_plain_mean_of_tenths string }
	vector(t, "astra-12", &in, &want)
	history := "account,time,lock,change\n"
	for _, p := range in.Positions {
		history += fmt.Sprintf("%s,%s,%d,%s\n", key("A"), daysAgo(0), p.Lock, p.Amount)
	}
	f := files{"stakes.csv": "account,amount\n" + key("A") + ",1\n", "history.csv": history}
	for how, w := range map[string]string{"weighted": want.Default_amount_weighted, "mean-tenths": want.Variant_2021_plain_mean_of_tenths, "max": "9/5"} {
		a := compute(t, parse(t, astraSource("1000", "lvm: "+how+"\ntiers: []\n"+onePool+trailing)), f)
		if got := figureOf(t, a, f, "multiplier", "A"); got != rat(w).RatString() {
			t.Errorf("%s: got %s, want %s", how, got, w)
		}
	}
}

func TestVector_asr11_stakes(t *testing.T) {
	var in struct {
		Pool_base   string
		Daily_stake map[string][]string
		Min_average string
	}
	var want struct {
		Allocation, Average named
		Residual            string
	}
	vector(t, "asr-11", &in, &want)
	daily, intervals := "account,day,amount\n", "account,from,to,amount\n"
	for id, days := range in.Daily_stake {
		for d, amount := range days {
			if amount != "0" {
				daily += fmt.Sprintf("%s,2025-07-%02d,%s\n", key(id), d+1, amount)
				intervals += fmt.Sprintf("%s,2025-07-%02dT00:00:00Z,2025-07-%02dT00:00:00+00:00,%s\n", key(id), d+1, d+2, amount)
			}
		}
	}
	for basis, text := range map[string]string{"daily": daily, "intervals": intervals} {
		c := &campaign.Campaign{ID: "t", Path: "campaign.yaml", Tokens: []campaign.Token{token("JUP", 0, in.Pool_base)}, Rounding: floorOnce(), Rule: campaign.Rule{Name: "jupiter-asr/v2",
			JupiterASR2: &campaign.JupiterASR2{Stakes: input("stakes.csv"), Basis: basis, From: "2025-07-01", To: "2025-07-05", Zone: "+00:00",
				Eligibility: &campaign.Eligibility{Metric: "average", Min: in.Min_average, Denominator: "after"}}}}
		f := files{"stakes.csv": text}
		a := compute(t, c, f)
		equalClaims(t, basis, claims(a, 0), want.Allocation)
		equalText(t, "residual", a.Tokens[0].Ledger.Residual, want.Residual)
		for id, average := range want.Average {
			x, err := Explain(t.Context(), c, person(merkle.Solana, id), f.options())
			if err != nil || !strings.Contains(strings.Join(x.Lines, "\n"), " = "+average+"\n") {
				t.Errorf("%s %s: got %v %v", basis, id, x.Lines, err)
			}
		}
	}
}
