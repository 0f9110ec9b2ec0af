package alloc

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/big"
	"os"
	"slices"
	"strings"
	"testing"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/campaign"
)

// The cases of fixtures/vectors/mechanisms.json were computed outside this project with exact rationals.

func vector(t *testing.T, id string, input, expected any) {
	t.Helper()
	text, err := os.ReadFile("../fixtures/vectors/mechanisms.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Cases []struct {
			ID              string
			Input, Expected json.RawMessage
		}
	}
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	for _, c := range file.Cases {
		if c.ID == id {
			if err := errors.Join(json.Unmarshal(c.Input, input), json.Unmarshal(c.Expected, expected)); err != nil {
				t.Fatal(err)
			}
			return
		}
	}
	t.Fatalf("no case %s", id)
}

type named = map[string]string

// votesFile writes {proposal: {id: power}} as a file.
func votesFile[V any](votes map[string]map[string]V) string {
	var b strings.Builder
	b.WriteString("proposal,account,power\n")
	for _, p := range slices.Sorted(maps.Keys(votes)) {
		for _, id := range slices.Sorted(maps.Keys(votes[p])) {
			fmt.Fprintf(&b, "%s,%s,%v\n", p, key(id), votes[p][id])
		}
	}
	return b.String()
}

func proposalsFile(weights named) string {
	var b strings.Builder
	b.WriteString("id,weight\n")
	for _, p := range slices.Sorted(maps.Keys(weights)) {
		fmt.Fprintf(&b, "%s,%s\n", p, weights[p])
	}
	return b.String()
}

func weightsFile(weights named) string {
	var b strings.Builder
	b.WriteString("account,weight\n")
	for _, id := range slices.Sorted(maps.Keys(weights)) {
		fmt.Fprintf(&b, "%s,%s\n", key(id), weights[id])
	}
	return b.String()
}

func TestVector_asr01_subPools(t *testing.T) {
	var in struct {
		Tokens map[string]struct {
			Pool     string
			Decimals uint8
		}
		Proposals []struct{ ID, Weight string }
	}
	var want map[string]named
	vector(t, "asr-01", &in, &want)
	f := files{"proposals.csv": "id,weight\n", "votes.csv": "proposal,account,power\n"}
	for _, p := range in.Proposals { // one voter each: what it gets is the sub-pool
		f["proposals.csv"] += p.ID + "," + p.Weight + "\n"
		f["votes.csv"] += p.ID + "," + key(p.ID) + ",7\n"
	}
	for id, tok := range in.Tokens {
		c := asrCampaign(token(id, tok.Decimals, want[id]["pool_base"]))
		for _, w := range []struct{ weight, prints string }{{"1", "full_proposal_2dp"}, {"1/3", "trial_proposal_2dp"}} {
			for _, mode := range []string{"half-up", "half-even"} {
				c.Assert = append(c.Assert, campaign.Assertion{Figure: "pool-per-proposal", Token: id, Weight: w.weight, Prints: want[id][w.prints], Rounding: mode, Level: "error"})
			}
		}
		for _, at := range []string{"account-token", "sub-pool", "floored-sub-pool"} {
			c.Rounding.At = at
			a := compute(t, c, f)
			for _, as := range a.Assertions {
				if !as.Holds {
					t.Errorf("%s: %+v", id, as)
				}
			}
			got := claims(a, 0)
			if got["P1"] != want[id]["full_proposal_floor"] || got["P6"] != got["P1"] || got["T1"] != want[id]["trial_proposal_floor"] {
				t.Errorf("%s %s: got %v", id, at, got)
			}
			equalText(t, id+" residual", a.Tokens[0].Ledger.Residual, want[id]["residual_if_pools_are_floored"])
			equalText(t, id+" unallocated", a.Tokens[0].Ledger.Unallocated, "0")
		}
	}
}

func TestVector_asr02_publishedSubPoolsOverspend(t *testing.T) {
	type pools struct {
		Full, Trial, Total string
		N_full, N_trial    int
	}
	var in struct{ Sub_pools map[string]pools }
	var want map[string]struct {
		Minus_total_pool string
		Within_cap       bool
	}
	vector(t, "asr-02", &in, &want)
	for id, p := range in.Sub_pools {
		list := "account,amount\n"
		for i := range p.N_full {
			list += fmt.Sprintf("%s,%s\n", key(fmt.Sprint("F", i)), p.Full)
		}
		for i := range p.N_trial {
			list += fmt.Sprintf("%s,%s\n", key(fmt.Sprint("T", i)), p.Trial)
		}
		f := files{"list.csv": list}
		c := listCampaign("token", token(id, 6, p.Total+"000000"))
		if want[id].Within_cap {
			a := compute(t, c, f)
			over, _ := new(big.Rat).SetString(want[id].Minus_total_pool)
			left := new(big.Rat).SetFrac(a.Tokens[0].Ledger.Unallocated.Big(), big.NewInt(1e6))
			if left.Add(left, over).Sign() != 0 {
				t.Errorf("%s: %s left, want minus %s", id, a.Tokens[0].Ledger.Unallocated, want[id].Minus_total_pool)
			}
			continue
		}
		faults := refused(t, c, f)
		if len(faults.List) != 1 || !errors.Is(faults, ErrPool) || faults.List[0].Pos.Line != 10 || !strings.Contains(faults.Error(), "("+want[id].Minus_total_pool+" over)") {
			t.Errorf("%s: got %v", id, faults)
		}
	}
}

func TestVector_asr03_dividesEvenly(t *testing.T) {
	var in struct {
		Pool_base string
		Proposals named
		Votes     map[string]map[string]int
	}
	var want struct {
		Proposal_pools, Allocation named
		Residual                   string
	}
	vector(t, "asr-03", &in, &want)
	a := compute(t, asrCampaign(token("X", 0, in.Pool_base)), files{"proposals.csv": proposalsFile(in.Proposals), "votes.csv": votesFile(in.Votes)})
	equalClaims(t, "asr-03", claims(a, 0), want.Allocation)
	equalText(t, "residual", a.Tokens[0].Ledger.Residual, want.Residual)
}

func TestVector_asr06_realTotals(t *testing.T) {
	var in struct {
		Total_voting_power_JUP, Weights map[string]string
		Wallet_power_JUP                string
		Decimals                        map[string]uint8
	}
	type pool struct{ Pool_base, Wallet_base, Residual string }
	var want struct {
		Pools_as_in_the_seed_table                                                                       map[string]pool
		Pools_as_in_the_community_calculators                                                            map[string]pool
		Variant_trial_votes_pooled_as_one_proposal, Variant_all_votes_pooled_rejected_by_the_methodology named
	}
	vector(t, "asr-06", &in, &want)
	own, _ := new(big.Int).SetString(in.Wallet_power_JUP, 10)
	file := func(totals named) string {
		votes := map[string]named{}
		for p, all := range totals {
			rest, _ := new(big.Int).SetString(all, 10)
			votes[p] = named{"wallet": own.String(), "rest": rest.Sub(rest, own).String()}
		}
		return votesFile(votes)
	}
	f := files{"proposals.csv": proposalsFile(in.Weights), "votes.csv": file(in.Total_voting_power_JUP)}
	for _, pools := range []map[string]pool{want.Pools_as_in_the_seed_table, want.Pools_as_in_the_community_calculators} {
		var tokens []campaign.Token
		for _, id := range slices.Sorted(maps.Keys(pools)) {
			tokens = append(tokens, token(id, in.Decimals[id], pools[id].Pool_base))
		}
		a := compute(t, asrCampaign(tokens...), f)
		for k, tok := range tokens {
			if got := claims(a, k)["wallet"]; got != pools[tok.ID].Wallet_base {
				t.Errorf("%s: got %s, want %s", tok.ID, got, pools[tok.ID].Wallet_base)
			}
			equalText(t, tok.ID+" residual", a.Tokens[k].Ledger.Residual, pools[tok.ID].Residual)
		}
	}
	// The two rejected ways of averaging, as campaigns: they must not give the same.
	trial, all := new(big.Int), new(big.Int)
	pooled, weights := named{}, named{}
	for p, total := range in.Total_voting_power_JUP {
		v, _ := new(big.Int).SetString(total, 10)
		all.Add(all, v)
		if in.Weights[p] == "1" {
			pooled[p], weights[p] = total, "1"
		} else {
			trial.Add(trial, v)
		}
	}
	jup := token("JUP", 6, want.Pools_as_in_the_seed_table["JUP"].Pool_base)
	votes := map[string]named{"trial": {"wallet": "3000", "rest": new(big.Int).Sub(trial, big.NewInt(3000)).String()}}
	weights["trial"] = "1"
	for p, total := range pooled {
		rest, _ := new(big.Int).SetString(total, 10)
		votes[p] = named{"wallet": "1000", "rest": rest.Sub(rest, own).String()}
	}
	a := compute(t, asrCampaign(jup), files{"proposals.csv": proposalsFile(weights), "votes.csv": votesFile(votes)})
	if got, want := claims(a, 0)["wallet"], want.Variant_trial_votes_pooled_as_one_proposal["JUP_wallet_base"]; got != want {
		t.Errorf("pooled trial votes: got %s, want %s", got, want)
	}
	a = compute(t, weightCampaign(jup), files{"weights.csv": weightsFile(named{"wallet": "9000", "rest": new(big.Int).Sub(all, big.NewInt(9000)).String()})})
	if got, want := claims(a, 0)["wallet"], want.Variant_all_votes_pooled_rejected_by_the_methodology["JUP_wallet_base"]; got != want {
		t.Errorf("all pooled: got %s, want %s", got, want)
	}
}

func TestVector_asr07_unearned(t *testing.T) {
	var in struct {
		Pool_base string
		Proposals named
		Votes     map[string]map[string]int
	}
	var want struct {
		Allocation, Unallocated, If_policy_renormalise named
	}
	vector(t, "asr-07", &in, &want)
	f := files{"proposals.csv": proposalsFile(in.Proposals), "votes.csv": votesFile(in.Votes)}
	c := asrCampaign(token("X", 0, in.Pool_base))
	a := compute(t, c, f)
	equalClaims(t, "default", claims(a, 0), want.Allocation)
	equalText(t, "unallocated", a.Tokens[0].Ledger.Unallocated, "600")
	for p, part := range want.Unallocated {
		if note := strings.Join(a.Notes, "\n"); part != "300" || !strings.Contains(note, fmt.Sprintf("proposal %q has no power that counts: 1/3 of every pool", p)) {
			t.Errorf("%s of %s is not in the notes: %s", part, p, note)
		}
	}
	c.Rule.JupiterASR.Unearned = "renormalise"
	a = compute(t, c, f)
	equalClaims(t, "renormalise", claims(a, 0), want.If_policy_renormalise)
	equalText(t, "unallocated", a.Tokens[0].Ledger.Unallocated, "0")
}

func TestVector_asr08_minimum(t *testing.T) {
	var in struct {
		Pool_base, Min_power_base string
		Votes_base                map[string]named
	}
	var want struct {
		Default_excluded_from_denominator, Option_kept_in_denominator struct {
			Allocation            named
			Residual, Unallocated string
		}
	}
	vector(t, "asr-08", &in, &want)
	f := files{"proposals.csv": "id,weight\nP1,1\n", "votes.csv": votesFile(in.Votes_base)}
	c := asrCampaign(token("JUP", 6, in.Pool_base))
	for _, metric := range []string{"max-power", "mean-power", "last-power", "each-vote"} { // one proposal: all the same
		e := &campaign.Eligibility{Metric: metric, Min: in.Min_power_base, Denominator: "after"}
		c.Rule.JupiterASR.Eligibility = e
		a := compute(t, c, f)
		equalClaims(t, metric, claims(a, 0), want.Default_excluded_from_denominator.Allocation)
		equalText(t, metric, a.Tokens[0].Ledger.Residual, want.Default_excluded_from_denominator.Residual)
		e.Denominator = "before"
		a = compute(t, c, f)
		equalClaims(t, metric, claims(a, 0), want.Option_kept_in_denominator.Allocation)
		// The vector counts all that is not paid; the ledger tells the part of the ineligible from the rounding.
		l := a.Tokens[0].Ledger
		sum, _ := l.Unallocated.Add(l.Residual)
		equalText(t, metric, sum, want.Option_kept_in_denominator.Unallocated)
		if l.Dropped != 0 {
			t.Errorf("%s: the ineligible are not dropped: %+v", metric, l)
		}
	}
}

func TestVector_asr09_twoVotes(t *testing.T) {
	var in struct {
		Pool_base   string
		Vote_events []struct{ Wallet, Proposal, Power, Time string }
	}
	var want struct{ By_policy map[string]named }
	vector(t, "asr-09", &in, &want)
	timed, plain := "proposal,account,power,time\n", "proposal,account,power\n"
	for _, v := range in.Vote_events {
		timed += fmt.Sprintf("%s,%s,%s,%s\n", v.Proposal, key(v.Wallet), v.Power, v.Time)
		plain += fmt.Sprintf("%s,%s,%s\n", v.Proposal, key(v.Wallet), v.Power)
	}
	for _, votes := range []string{timed, plain} {
		c := asrCampaign(token("X", 0, in.Pool_base))
		f := files{"proposals.csv": "id,weight\nP1,1\n", "votes.csv": votes}
		faults := refused(t, c, f)
		if got := faults.Error(); len(faults.List) != 1 || !errors.Is(faults, ErrDuplicate) || !strings.Contains(got, "votes.csv:4:4:") || !strings.Contains(got, `in proposal "P1", first at votes.csv:2:4`) {
			t.Errorf("got %v", got)
		}
		for policy, claimed := range want.By_policy {
			c.Rule.JupiterASR.Duplicates = policy
			equalClaims(t, policy, claims(compute(t, c, f), 0), claimed)
		}
	}
}

func TestVector_asr10_belowOneUnit(t *testing.T) {
	var in struct {
		Pool_base string
		Votes     map[string]named
	}
	var want struct {
		Allocation      named
		Leaves, Dropped []string
		Residual        string
	}
	vector(t, "asr-10", &in, &want)
	a := compute(t, asrCampaign(token("X", 0, in.Pool_base)), files{"proposals.csv": "id,weight\nP1,1\n", "votes.csv": votesFile(in.Votes)})
	l := a.Tokens[0].Ledger
	got := claims(a, 0)
	if got["B"] != want.Allocation["B"] || len(got) != len(want.Leaves) || l.Leaves != len(want.Leaves) || l.Dropped != len(want.Dropped) {
		t.Errorf("got %v, %+v", got, l)
	}
	equalText(t, "residual", l.Residual, want.Residual)
}

// The time average is not a rule of this release; summed days with the minimum times the number of days are the same shares.
func TestVector_asr11_timeWeighted(t *testing.T) {
	var in struct {
		Pool_base   string
		Days        int64
		Daily_stake map[string][]string
		Min_average string
	}
	var want struct {
		Average, Allocation named
		Excluded            []string
		Residual            string
	}
	vector(t, "asr-11", &in, &want)
	sums := named{}
	for id, days := range in.Daily_stake {
		sum := new(big.Int)
		for _, d := range days {
			v, _ := new(big.Int).SetString(d, 10)
			sum.Add(sum, v)
		}
		sums[id] = sum.String()
		if mean := sum.Quo(sum, big.NewInt(in.Days)).String(); mean != want.Average[id] {
			t.Errorf("%s: mean %s, want %s", id, mean, want.Average[id])
		}
	}
	least, _ := new(big.Int).SetString(in.Min_average, 10)
	c := weightCampaign(token("X", 0, in.Pool_base))
	c.Rule.ProRata.Eligibility = &campaign.Eligibility{Metric: "weight", Min: least.Mul(least, big.NewInt(in.Days)).String(), Denominator: "after"}
	a := compute(t, c, files{"weights.csv": weightsFile(sums)})
	equalClaims(t, "asr-11", claims(a, 0), want.Allocation)
	equalText(t, "residual", a.Tokens[0].Ledger.Residual, want.Residual)
	if len(a.Entrants) != len(in.Daily_stake)-len(want.Excluded) {
		t.Errorf("got %d entrants", len(a.Entrants))
	}
}

func TestVector_asr12_precision(t *testing.T) {
	var in struct {
		Decimals uint8
		Rows     [][2]string
	}
	var want struct {
		Base, Exact_sum_then_floor named
		Total                      string
	}
	vector(t, "asr-12", &in, &want)
	list := "account,amount\n"
	for _, r := range in.Rows {
		list += key(r[0]) + "," + r[1] + "\n"
	}
	f := files{"list.csv": list}
	c := listCampaign("token", token("X", in.Decimals, "10000000"))
	c.Rule.Fixed.Duplicates = "sum"
	faults := refused(t, c, f)
	if len(faults.List) != 2 || !errors.Is(faults, merkle.ErrPrecision) || faults.List[0].Pos.Line != 2 || faults.List[1].Pos.Line != 4 {
		t.Errorf("exact: got %v", faults)
	}
	c.Rule.Fixed.Precision = "floor-row"
	a := compute(t, c, f)
	equalClaims(t, "floor-row", claims(a, 0), want.Base)
	equalText(t, "total", a.Tokens[0].Ledger.Claims, want.Total)
	equalText(t, "residual", a.Tokens[0].Ledger.Residual, "1")
	c.Rule.Fixed.Precision = "floor-sum"
	a = compute(t, c, f)
	if got := claims(a, 0)["W1"]; got != want.Exact_sum_then_floor["W1"] {
		t.Errorf("floor-sum: got %s", got)
	}
	equalText(t, "residual", a.Tokens[0].Ledger.Residual, "0")
}

func TestVector_gen01_largestRemainderIsNotMonotone(t *testing.T) {
	var in struct {
		Weights named
		Pools   []string
	}
	var want map[string]struct {
		Floor, Largest_remainder named
	}
	vector(t, "gen-01", &in, &want)
	for _, pool := range in.Pools {
		c := weightCampaign(token("X", 0, pool))
		f := files{"weights.csv": weightsFile(in.Weights)}
		equalClaims(t, pool, claims(compute(t, c, f), 0), want[pool].Floor)
		c.Rounding.Method = "largest-remainder"
		equalClaims(t, pool, claims(compute(t, c, f), 0), want[pool].Largest_remainder)
	}
}

func TestVector_gen02_ties(t *testing.T) {
	var in struct {
		Pool    string
		Weights named
	}
	var want named
	vector(t, "gen-02", &in, &want)
	c := weightCampaign(token("X", 0, in.Pool))
	c.Rounding.Method = "largest-remainder"
	rows := strings.Split(strings.TrimSpace(weightsFile(in.Weights)), "\n")
	for _, order := range [][]int{{1, 2, 3}, {3, 2, 1}, {2, 3, 1}} {
		file := rows[0] + "\n"
		for _, i := range order {
			file += rows[i] + "\n"
		}
		equalClaims(t, "ties", claims(compute(t, c, files{"weights.csv": file}), 0), want)
	}
}

func TestVector_gen04_caps(t *testing.T) {
	type side struct {
		Weights named
		Cap     string
	}
	var in struct {
		Pool, Cap string
		Weights   named
		Second    side
	}
	type result struct {
		Allocation            named
		Unallocated, Residual string
	}
	var want struct{ Cut, Redistribute, Second_redistribute result }
	vector(t, "gen-04", &in, &want)
	for _, test := range []struct {
		weights  named
		cap, how string
		want     result
	}{
		{in.Weights, in.Cap, "cut", want.Cut}, {in.Weights, in.Cap, "redistribute", want.Redistribute}, {in.Second.Weights, in.Second.Cap, "redistribute", want.Second_redistribute},
	} {
		c := weightCampaign(token("X", 0, in.Pool))
		most, _ := merkle.ParseAmount(test.cap)
		c.Rule.ProRata.Caps, c.Rule.ProRata.OverCap = map[string]merkle.Amount{"X": most}, test.how
		a := compute(t, c, files{"weights.csv": weightsFile(test.weights)})
		equalClaims(t, test.how, claims(a, 0), test.want.Allocation)
		zero := func(v string) string {
			if v == "" {
				return "0"
			}
			return v
		}
		equalText(t, test.how+" unallocated", a.Tokens[0].Ledger.Unallocated, zero(test.want.Unallocated))
		equalText(t, test.how+" residual", a.Tokens[0].Ledger.Residual, zero(test.want.Residual))
	}
}
