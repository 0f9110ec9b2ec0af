package verify

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

// recompute allocates a campaign from its text and inputs, without a bundle.
func recompute(t testing.TB, campaign string, files map[string]string) *checker {
	t.Helper()
	in := fstest.MapFS{}
	for name, text := range files {
		in[name] = &fstest.MapFile{Data: []byte(text)}
	}
	k := &checker{ctx: context.Background(), f: newCollector(), o: Options{Inputs: in, Workers: 1}, bundle: fstest.MapFS{"campaign.yaml": {Data: []byte(campaign)}},
		files: &fileSet{size: map[string]int64{"campaign.yaml": int64(len(campaign))}, hashed: map[string]bool{}}}
	k.readCampaign()
	k.readInputs()
	k.allocate()
	return k
}

// wallet stands for a short id of the vectors: ascending ids are ascending accounts.
func wallet(id string) string { return fmt.Sprintf("0x%038x%02x", 1, id[len(id)-1]) }

const oneToken = `format: merkle-campaign/v1
id: vector
tokens: {T: {asset: "eip155:1/erc20:0x00000000000000000000000000000000000000aa", decimals: %d, pool: %q}}
rule:
%s
rounding: {method: %s, at: account-token, residual: {to: treasury}}
trees: [{id: t, tokens: [T], profile: oz-standard-v1, fields: ["account:address", "amount:uint256"], order: account, split: 0}]
`

// votesText writes votes by proposal and wallet in a fixed order.
func votesText(votes map[string]map[string]json.Number) string {
	s := "proposal,account,power\n"
	for _, p := range slices.Sorted(maps.Keys(votes)) {
		for _, w := range slices.Sorted(maps.Keys(votes[p])) {
			s += p + "," + wallet(w) + "," + votes[p][w].String() + "\n"
		}
	}
	return s
}

// wantAmounts compares claims by wallet, and that nobody else is paid.
func wantAmounts(t *testing.T, k *checker, want map[string]string) {
	t.Helper()
	if k.alloc == nil {
		t.Fatalf("refused: %v", k.f.list)
	}
	r, paid := k.alloc.tokens[0], 0
	for id, amount := range want {
		got := "0"
		for i := range k.alloc.ents {
			if k.alloc.ents[i].acct.text() == wallet(id) {
				got = r.due(i).String()
			}
		}
		if got != amount {
			t.Errorf("%s gets %s, want %s", id, got, amount)
		}
		if amount != "0" {
			paid++
		}
	}
	if r.leaves != paid {
		t.Errorf("%d claims, want %d", r.leaves, paid)
	}
	sum := new(big.Int).Add(r.claims, r.unallocated)
	if sum.Add(sum, r.residual).Cmp(r.pool) != 0 {
		t.Errorf("not conserved: %v", r)
	}
}

func wantLine(t *testing.T, name string, got *big.Int, want string) {
	t.Helper()
	if want != "" && got.String() != want {
		t.Errorf("%s %s, want %s", name, got, want)
	}
}

type mechanism struct {
	ID, Mechanism   string
	Input, Expected json.RawMessage
}

func mechanisms(t *testing.T) map[string]mechanism {
	var file struct{ Cases []mechanism }
	readVectors(t, "mechanisms.json", &file)
	out := map[string]mechanism{}
	for _, c := range file.Cases {
		out[c.ID] = c
	}
	return out
}

func decode[T any](t *testing.T, data json.RawMessage) (v T) {
	t.Helper()
	dec := json.NewDecoder(strings.NewReader(string(data)))
	dec.UseNumber()
	if err := dec.Decode(&v); err != nil {
		t.Fatal(err)
	}
	return v
}

type asrInput struct {
	Pool_base      string
	Proposals      map[string]string
	Votes          map[string]map[string]json.Number
	Votes_base     map[string]map[string]json.Number
	Min_power_base string
	Vote_events    []struct{ Wallet, Proposal, Power, Time string }
}

// asrCase runs one campaign of jupiter-asr/v1 with further settings of the rule.
func asrCase(t *testing.T, in asrInput, settings string) *checker {
	t.Helper()
	votes := in.Votes
	if votes == nil {
		votes = in.Votes_base
	}
	weights := in.Proposals
	if weights == nil {
		weights = map[string]string{"P1": "1"}
	}
	proposals := "id,weight\n"
	for _, p := range slices.Sorted(maps.Keys(weights)) {
		proposals += p + "," + weights[p] + "\n"
	}
	text := votesText(votes)
	if in.Vote_events != nil {
		text = "proposal,account,power,time\n"
		for _, e := range in.Vote_events {
			text += e.Proposal + "," + wallet(e.Wallet) + "," + e.Power + "," + e.Time + "\n"
		}
	}
	rule := "  name: jupiter-asr/v1\n  proposals: {file: p.csv}\n  votes: {file: v.csv}\n" + settings
	return recompute(t, fmt.Sprintf(oneToken, 0, in.Pool_base, rule, "floor"), map[string]string{"p.csv": proposals, "v.csv": text})
}

func TestMechanisms_asr(t *testing.T) {
	all := mechanisms(t)
	t.Run("asr-03", func(t *testing.T) {
		c := all["asr-03"]
		want := decode[struct {
			Allocation map[string]string
			Residual   string
		}](t, c.Expected)
		k := asrCase(t, decode[asrInput](t, c.Input), "")
		wantAmounts(t, k, want.Allocation)
		wantLine(t, "residual", k.alloc.tokens[0].residual, want.Residual)
	})
	t.Run("asr-07", func(t *testing.T) {
		c := all["asr-07"]
		want := decode[struct {
			Allocation, If_policy_renormalise map[string]string
		}](t, c.Expected)
		k := asrCase(t, decode[asrInput](t, c.Input), "  unearned: unallocated")
		wantAmounts(t, k, want.Allocation)
		wantLine(t, "unallocated", k.alloc.tokens[0].unallocated, "600")
		wantAmounts(t, asrCase(t, decode[asrInput](t, c.Input), "  unearned: renormalise"), want.If_policy_renormalise)
	})
	t.Run("asr-08", func(t *testing.T) {
		c := all["asr-08"]
		in := decode[asrInput](t, c.Input)
		type part struct {
			Allocation            map[string]string
			Residual, Unallocated string
		}
		want := decode[struct{ Default_excluded_from_denominator, Option_kept_in_denominator part }](t, c.Expected)
		for denominator, w := range map[string]part{"after": want.Default_excluded_from_denominator, "before": want.Option_kept_in_denominator} {
			k := asrCase(t, in, fmt.Sprintf("  eligibility: {metric: max-power, min: %q, denominator: %s}", in.Min_power_base, denominator))
			wantAmounts(t, k, w.Allocation)
			wantLine(t, "residual", k.alloc.tokens[0].residual, w.Residual)
			// A's part and what flooring leaves: the vector counts both as unallocated, the ledger apart
			if w.Unallocated != "" {
				both := new(big.Int).Add(k.alloc.tokens[0].unallocated, k.alloc.tokens[0].residual)
				wantLine(t, "unallocated and residual", both, w.Unallocated)
			}
		}
	})
	t.Run("asr-09", func(t *testing.T) {
		c := all["asr-09"]
		want := decode[struct{ By_policy map[string]map[string]string }](t, c.Expected)
		for policy, amounts := range want.By_policy {
			wantAmounts(t, asrCase(t, decode[asrInput](t, c.Input), "  duplicates: "+policy), amounts)
		}
		if len(want.By_policy) != 4 {
			t.Errorf("%d policies", len(want.By_policy))
		}
		if k := asrCase(t, decode[asrInput](t, c.Input), "  duplicates: error"); k.alloc != nil || k.f.counts[RuleRefused] != 1 {
			t.Errorf("two votes are not refused: %v", k.f.list)
		}
	})
	t.Run("asr-10", func(t *testing.T) {
		c := all["asr-10"]
		want := decode[struct {
			Allocation map[string]string
			Residual   string
		}](t, c.Expected)
		k := asrCase(t, decode[asrInput](t, c.Input), "")
		wantAmounts(t, k, want.Allocation)
		wantLine(t, "residual", k.alloc.tokens[0].residual, want.Residual)
		if r := k.alloc.tokens[0]; r.dropped != 1 || r.leaves != 1 {
			t.Errorf("%d dropped, %d leaves", r.dropped, r.leaves)
		}
	})
}

// TestMechanisms_asrTotals: the real totals of the first round, with one wallet and all others as one.
func TestMechanisms_asrTotals(t *testing.T) {
	c := mechanisms(t)["asr-06"]
	in := decode[struct {
		Total_voting_power_JUP, Weights map[string]string
		Wallet_power_JUP                string
	}](t, c.Input)
	type pool struct{ Pool_base, Wallet_base, Residual string }
	want := decode[struct {
		Pools_as_in_the_seed_table, Pools_as_in_the_community_calculators map[string]pool
	}](t, c.Expected)
	proposals, votes := "id,weight\n", "proposal,account,power\n"
	for _, p := range slices.Sorted(maps.Keys(in.Weights)) {
		total, _ := new(big.Int).SetString(in.Total_voting_power_JUP[p], 10)
		one, _ := new(big.Int).SetString(in.Wallet_power_JUP, 10)
		proposals += p + "," + in.Weights[p] + "\n"
		votes += p + "," + wallet("A") + "," + one.String() + "\n" + p + "," + wallet("B") + "," + new(big.Int).Sub(total, one).String() + "\n"
	}
	ran := 0
	for _, table := range []map[string]pool{want.Pools_as_in_the_seed_table, want.Pools_as_in_the_community_calculators} {
		for name, w := range table {
			rule := "  name: jupiter-asr/v1\n  proposals: {file: p.csv}\n  votes: {file: v.csv}\n"
			k := recompute(t, fmt.Sprintf(oneToken, 0, w.Pool_base, rule, "floor"), map[string]string{"p.csv": proposals, "v.csv": votes})
			if k.alloc == nil {
				t.Fatal(k.f.list)
			}
			r := k.alloc.tokens[0]
			wantLine(t, name+" wallet", r.due(0), w.Wallet_base)
			wantLine(t, name+" residual", r.residual, w.Residual)
			ran++
		}
	}
	if ran != 10 {
		t.Errorf("%d pools ran", ran)
	}
}

// TestMechanisms_asrTable: the published sub-pools, as figures and with each sub-pool floored.
func TestMechanisms_asrTable(t *testing.T) {
	all := mechanisms(t)
	in := decode[struct {
		Tokens map[string]struct {
			Pool     string
			Decimals int
		}
		Proposals []struct{ ID, Weight string }
	}](t, all["asr-01"].Input)
	want := decode[map[string]map[string]string](t, all["asr-01"].Expected)
	published := decode[struct {
		Sub_pools map[string]struct {
			Full, Trial, Total string
			N_full, N_trial    int64
		}
	}](t, all["asr-02"].Input)
	sums := decode[map[string]struct {
		Sum_of_published_pools, Minus_total_pool string
		Within_cap                               bool
	}](t, all["asr-02"].Expected)
	proposals, votes := "id,weight\n", "proposal,account,power\n"
	for _, p := range in.Proposals {
		proposals += p.ID + "," + p.Weight + "\n"
		votes += p.ID + "," + wallet("A") + ",1\n"
	}
	if len(in.Tokens) != 5 {
		t.Fatal("five tokens")
	}
	for id, tok := range in.Tokens {
		rule := "  name: jupiter-asr/v1\n  proposals: {file: p.csv}\n  votes: {file: v.csv}\n"
		text := strings.Replace(fmt.Sprintf(oneToken, tok.Decimals, tok.Pool, rule, "floor"), "at: account-token", "at: floored-sub-pool", 1)
		k := recompute(t, text, map[string]string{"p.csv": proposals, "v.csv": votes})
		if k.alloc == nil {
			t.Fatal(k.f.list)
		}
		r, w := k.alloc.tokens[0], want[id]
		wantLine(t, id+" pool", r.pool, w["pool_base"])
		wantLine(t, id+" residual", r.residual, w["residual_if_pools_are_floored"])
		for weight, name := range map[string]string{"1": "full_proposal", "1/3": "trial_proposal"} {
			x, err := k.figure(&assertion{figure: "pool-per-proposal", token: "T", weight: weight})
			if err != nil {
				t.Fatal(err)
			}
			base := new(big.Rat).Mul(x, new(big.Rat).SetInt(pow10(tok.Decimals)))
			if base.RatString() != w[name+"_exact"] {
				t.Errorf("%s %s %s, want %s", id, name, base.RatString(), w[name+"_exact"])
			}
			wantLine(t, id+" "+name+" floor", floorRat(base), w[name+"_floor"])
			for _, mode := range []string{"half-up", "half-even"} {
				if got := fixedText(roundTo(x, 2, mode), 2); got != w[name+"_2dp"] {
					t.Errorf("%s %s %s %s, want %s", id, name, mode, got, w[name+"_2dp"])
				}
			}
		}
		// asr-02: the published figures, taken as budgets, pass the pools of two tokens
		p := published.Sub_pools[id]
		sum := new(big.Int)
		for text, n := range map[string]int64{p.Full: p.N_full, p.Trial: p.N_trial} {
			z, err := scaled(text, 2)
			if err != nil {
				t.Fatal(err)
			}
			sum.Add(sum, z.Mul(z, big.NewInt(n)))
		}
		total, err := scaled(p.Total, 2)
		if err != nil {
			t.Fatal(err)
		}
		if s := sums[id]; fixedText(sum, 2) != s.Sum_of_published_pools || (sum.Cmp(total) <= 0) != s.Within_cap {
			t.Errorf("%s published %s, want %s", id, fixedText(sum, 2), s.Sum_of_published_pools)
		}
	}
}

func weightsCase(t *testing.T, pool string, weights map[string]string, method, settings string) *checker {
	t.Helper()
	text := "account,weight\n"
	for _, w := range slices.Sorted(maps.Keys(weights)) {
		text += wallet(w) + "," + weights[w] + "\n"
	}
	rule := "  name: pro-rata/v1\n  weights: {file: w.csv}\n" + settings
	return recompute(t, fmt.Sprintf(oneToken, 0, pool, rule, method), map[string]string{"w.csv": text})
}

// TestMechanisms_average: time-weighted stake by jupiter-asr/v2, by days and by intervals, and as pro-rata of summed days, where the mean's minimum is the sum's.
func TestMechanisms_average(t *testing.T) {
	c := mechanisms(t)["asr-11"]
	in := decode[struct {
		Pool_base   string
		Days        int64
		Daily_stake map[string][]string
		Min_average string
	}](t, c.Input)
	want := decode[struct {
		Allocation map[string]string
		Excluded   []string
		Residual   string
	}](t, c.Expected)
	for _, u := range want.Excluded {
		want.Allocation[u] = "0"
	}
	summed, daily, intervals := "account,weight\n", "account,day,amount\n", "account,from,to,amount\n"
	for _, u := range slices.Sorted(maps.Keys(in.Daily_stake)) {
		for i, v := range in.Daily_stake[u] {
			summed += wallet(u) + "," + v + "\n"
			daily += fmt.Sprintf("%s,2026-02-%02d,%s\n", wallet(u), 26+i, v)
			if i > 2 { // the period runs into March
				daily = strings.Replace(daily, fmt.Sprintf("2026-02-%02d", 26+i), fmt.Sprintf("2026-03-%02d", i-2), 1)
			}
			from, _ := parseDay("2026-02-26")
			at := func(day int64) string { return time.Unix((from+day)*secondsOfDay-3600, 0).UTC().Format(time.RFC3339) }
			intervals += wallet(u) + "," + at(int64(i)) + "," + at(int64(i)+1) + "," + v + "\n"
		}
		// before and after the period nothing counts
		intervals += wallet(u) + ",2026-01-01T00:00:00Z,2026-01-02T00:00:00Z,77777\n" + wallet(u) + ",2026-04-01T00:00:00Z,2026-04-02T00:00:00+00:00,77777\n"
	}
	least, _ := new(big.Int).SetString(in.Min_average, 10)
	least.Mul(least, big.NewInt(in.Days))
	period := "  period: {from: 2026-02-26, to: 2026-03-02}\n  zone: \"+01:00\"\n  stakes: {file: w.csv}\n"
	average := fmt.Sprintf("  eligibility: {metric: average, min: %q, denominator: after}", in.Min_average)
	for name, c := range map[string][2]string{
		"summed":    {fmt.Sprintf("  name: pro-rata/v1\n  weights: {file: w.csv}\n  duplicates: sum\n  eligibility: {metric: weight, min: %q, denominator: after}", least.String()), summed},
		"daily":     {"  name: jupiter-asr/v2\n  basis: daily\n" + period + average, daily},
		"intervals": {"  name: jupiter-asr/v2\n  basis: intervals\n" + period + average, intervals},
	} {
		k := recompute(t, fmt.Sprintf(oneToken, 0, in.Pool_base, c[0], "floor"), map[string]string{"w.csv": c[1]})
		if k.alloc == nil {
			t.Fatalf("%s: %v", name, k.f.list)
		}
		wantAmounts(t, k, want.Allocation)
		wantLine(t, "residual", k.alloc.tokens[0].residual, want.Residual)
	}
	for name, rows := range map[string]string{"a day twice": daily + wallet("U1") + ",2026-02-26,1\n", "a day outside": daily + wallet("U1") + ",2026-02-25,1\n",
		"no day": daily + wallet("U1") + ",2026-02-30,1\n"} {
		if k := recompute(t, fmt.Sprintf(oneToken, 0, in.Pool_base, "  name: jupiter-asr/v2\n  basis: daily\n"+period, "floor"), map[string]string{"w.csv": rows}); k.alloc != nil {
			t.Errorf("%s is not refused", name)
		}
	}
	for name, row := range map[string]string{"overlap": "2026-02-27T00:00:00Z,2026-02-28T00:00:00Z", "turned round": "2026-05-02T00:00:00Z,2026-05-01T00:00:00Z",
		"without zone": "2026-05-01T00:00:00,2026-05-02T00:00:00"} {
		if k := recompute(t, fmt.Sprintf(oneToken, 0, in.Pool_base, "  name: jupiter-asr/v2\n  basis: intervals\n"+period, "floor"), map[string]string{"w.csv": intervals + wallet("U1") + "," + row + ",1\n"}); k.alloc != nil {
			t.Errorf("%s is not refused", name)
		}
	}
}

func TestMechanisms_apportionment(t *testing.T) {
	all := mechanisms(t)
	t.Run("gen-01", func(t *testing.T) {
		in := decode[struct {
			Weights map[string]string
			Pools   []string
		}](t, all["gen-01"].Input)
		want := decode[map[string]struct{ Floor, Largest_remainder map[string]string }](t, all["gen-01"].Expected)
		for _, pool := range in.Pools {
			wantAmounts(t, weightsCase(t, pool, in.Weights, "floor", ""), want[pool].Floor)
			wantAmounts(t, weightsCase(t, pool, in.Weights, "largest-remainder", ""), want[pool].Largest_remainder)
		}
	})
	t.Run("gen-02", func(t *testing.T) {
		in := decode[struct {
			Weights map[string]string
			Pool    string
		}](t, all["gen-02"].Input)
		wantAmounts(t, weightsCase(t, in.Pool, in.Weights, "largest-remainder", ""), decode[map[string]string](t, all["gen-02"].Expected))
	})
	t.Run("gen-04", func(t *testing.T) {
		type capped struct {
			Pool    string
			Weights map[string]string
			Cap     string
		}
		in := decode[struct {
			capped
			Second capped
		}](t, all["gen-04"].Input)
		first := decode[capped](t, all["gen-04"].Input)
		type part struct {
			Allocation            map[string]string
			Residual, Unallocated string
		}
		want := decode[struct{ Cut, Redistribute, Second_redistribute part }](t, all["gen-04"].Expected)
		for _, c := range []struct {
			in   capped
			over string
			want part
		}{{first, "cut", want.Cut}, {first, "redistribute", want.Redistribute}, {in.Second, "redistribute", want.Second_redistribute}} {
			k := weightsCase(t, first.Pool, c.in.Weights, "floor", fmt.Sprintf("  caps: {T: %q}\n  overCap: %s", c.in.Cap, c.over))
			wantAmounts(t, k, c.want.Allocation)
			wantLine(t, "residual", k.alloc.tokens[0].residual, c.want.Residual)
			wantLine(t, "unallocated", k.alloc.tokens[0].unallocated, c.want.Unallocated)
		}
	})
}

// TestMechanisms_humanAmounts: floor each row and add, add and floor, or refuse.
func TestMechanisms_humanAmounts(t *testing.T) {
	c := mechanisms(t)["asr-12"]
	in := decode[struct {
		Decimals int
		Rows     [][]string
	}](t, c.Input)
	want := decode[struct{ Base, Exact_sum_then_floor map[string]string }](t, c.Expected)
	text := "account,amount\n"
	for _, r := range in.Rows {
		text += wallet(r[0]) + "," + r[1] + "\n"
	}
	run := func(precision string) *checker {
		rule := "  name: fixed/v1\n  list: {file: l.csv}\n  unit: token\n  duplicates: sum\n  precision: " + precision
		return recompute(t, fmt.Sprintf(oneToken, in.Decimals, "5", rule, "floor"), map[string]string{"l.csv": text})
	}
	wantAmounts(t, run("floor-row"), want.Base)
	exact := maps.Clone(want.Base)
	maps.Copy(exact, want.Exact_sum_then_floor)
	wantAmounts(t, run("floor-sum"), exact)
	if k := run("exact"); k.alloc != nil || k.f.counts[InputRefused] != 1 {
		t.Errorf("seven fraction digits are not refused: %v", k.f.list)
	}
}
