package verify

import (
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"
)

const astraAt = "2026-03-01T00:00:00Z"

// daysBefore is the instant so many days before astraAt.
func daysBefore(days int64) string {
	at, _ := parseInstant(astraAt)
	return time.Unix(at-days*secondsOfDay, 0).UTC().Format(time.RFC3339)
}

// astraCase runs one campaign; pools are stakes by wallet, with the weight 1 each.
func astraCase(t testing.TB, pool, blocks, settings string, pools []map[string]string, files map[string]string) *checker {
	t.Helper()
	rule := "  name: astra-rewards/v1\n  at: " + astraAt + "\n  score: trailing\n  blocks: " + blocks + "\n" + settings + "  pools:\n"
	files = maps.Clone(files)
	if files == nil {
		files = map[string]string{}
	}
	for i, p := range pools {
		rule += fmt.Sprintf("    - {id: p%d, alloc: \"1\", last: 100, stakes: {file: p%d.csv}}\n", i, i)
		text := "account,amount\n"
		for _, w := range slices.Sorted(maps.Keys(p)) {
			text += wallet(w) + "," + p[w] + "\n"
		}
		files[fmt.Sprintf("p%d.csv", i)] = text
	}
	return recompute(t, fmt.Sprintf(oneToken, 0, pool, rule, "floor"), files)
}

const history = "  history: {file: h.csv}\n"

func figureOf(t testing.TB, k *checker, figure, w string) string {
	t.Helper()
	must(t, k)
	x, err := k.figure(&assertion{figure: figure, account: wallet(w)})
	if err != nil {
		t.Fatal(err)
	}
	return x.RatString()
}

func TestMechanisms_astraScores(t *testing.T) {
	all := mechanisms(t)
	one := decode[map[string]struct {
		Amount string
		Days   int64
	}](t, []byte(strings.Replace(string(all["astra-01"].Input), `"window_days": 60`, `"w": {}`, 1)))
	for id, want := range decode[map[string]string](t, all["astra-01"].Expected) {
		h := fmt.Sprintf("account,time,lock,change\n%s,%s,0,%s\n", wallet("A"), daysBefore(one[id].Days), one[id].Amount)
		if got := figureOf(t, astraCase(t, "1", "{start: 0, end: 1, current: 1}", history, []map[string]string{{"A": "1"}}, map[string]string{"h.csv": h}), "score", "A"); got != want {
			t.Errorf("%s: score %s, want %s", id, got, want)
		}
	}
	two := decode[map[string]map[string]map[string]string](t, all["astra-02"].Expected)
	for lock, byDays := range two {
		for days, want := range byDays {
			for table, windows := range map[string]string{"docs": "", "contract": "  windows: {\"0\": 60, \"6\": 30, \"9\": 15, \"12\": 0}\n"} {
				for _, score := range []string{"trailing", "deposit-age"} {
					var n int64
					fmt.Sscan(days, &n)
					h := fmt.Sprintf("account,time,lock,change\n%s,%s,%s,120000\n", wallet("A"), daysBefore(n), lock)
					rule := fmt.Sprintf(oneToken, 0, "1", "  name: astra-rewards/v1\n  at: "+astraAt+"\n  score: "+score+"\n  blocks: {start: 0, end: 1, current: 1}\n"+history+windows+
						"  pools: [{id: p, alloc: \"1\", last: 0, stakes: {file: p.csv}}]", "floor")
					k := recompute(t, rule, map[string]string{"h.csv": h, "p.csv": "account,amount\n" + wallet("A") + ",1\n"})
					if got := figureOf(t, k, "score", "A"); got != want[table] {
						t.Errorf("lock %s, %s days, %s, %s: score %s, want %s", lock, days, table, score, got, want[table])
					}
				}
			}
		}
	}
}

// held is one lock with a balance and a score, both in whole tokens.
func held(a *astraRule, lock int, balance, score string) holding {
	b, _ := scaled(balance, a.stakeDecimals)
	s, _ := parseDecimal(score)
	h := holding{balance: b, score: s.rat()}
	for i := range a.locks {
		if a.locks[i].months == lock {
			h.lock = &a.locks[i]
		}
	}
	if b.Sign() > 0 {
		h.deposits = []deposit{{0, b}}
	}
	return h
}

func astraDefaults(t *testing.T, settings string) *astraRule {
	t.Helper()
	k := astraCase(t, "1", "{start: 0, end: 1, current: 1}", history+settings, []map[string]string{{"A": "1"}}, map[string]string{"h.csv": "account,time,lock,change\n"})
	must(t, k)
	return k.camp.rule.astra
}

func TestMechanisms_astraMultipliers(t *testing.T) {
	all := mechanisms(t)
	a := astraDefaults(t, "")
	for score, want := range decode[map[string]string](t, all["astra-03"].Expected) {
		if _, rm := a.multiplier([]holding{held(a, 0, "0", score)}); rm.RatString() != want {
			t.Errorf("score %s: %s, want %s", score, rm.RatString(), want)
		}
	}
	of := map[string]string{"1.0": "0", "1.2": "100000", "1.3": "300000", "1.7": "800000"}
	n := 0
	for pair, want := range decode[map[string]string](t, all["astra-04"].Expected) {
		ssm, lock, _ := strings.Cut(pair, "|")
		var months int
		fmt.Sscan(lock, &months)
		if _, rm := a.multiplier([]holding{held(a, months, "1", of[ssm])}); rm.FloatString(1) != want {
			t.Errorf("%s: %s, want %s", pair, rm.FloatString(1), want)
		}
		n++
	}
	if n != 16 {
		t.Errorf("%d combinations", n)
	}
	in := decode[struct {
		Positions []struct {
			Amount string
			Lock   int
		}
	}](t, all["astra-12"].Input)
	var list []holding
	for _, p := range in.Positions {
		list = append(list, held(a, p.Lock, p.Amount, "0"))
	}
	want := decode[struct{ Default_amount_weighted, Variant_2021_plain_mean_of_tenths string }](t, all["astra-12"].Expected)
	if _, rm := a.multiplier(list); rm.RatString() != want.Default_amount_weighted {
		t.Errorf("weighted %s", rm.RatString())
	}
	tenths := new(big.Rat)
	tenths.SetString(want.Variant_2021_plain_mean_of_tenths)
	if _, rm := astraDefaults(t, "  lvm: mean-tenths\n").multiplier(list); rm.Cmp(tenths) != 0 {
		t.Errorf("mean %s", rm.RatString())
	}
	if _, rm := astraDefaults(t, "  lvm: max\n").multiplier(list); rm.RatString() != "9/5" {
		t.Errorf("max %s", rm.RatString())
	}
}

func TestMechanisms_astraShares(t *testing.T) {
	all := mechanisms(t)
	type result struct {
		Allocation     map[string]string
		Residual, Each string
	}
	five := decode[struct {
		result
		Variant_2021_contract_basis_points result
	}](t, all["astra-05"].Expected)
	// RM 1.3: lock of 9 months without a score; RM 2.5: the last tier and a lock of 12 months
	h := "account,time,lock,change\n" + wallet("A") + "," + astraAt + ",9,1\n" + wallet("B") + "," + astraAt + ",12,800000\n"
	stakes := []map[string]string{{"A": "1000", "B": "500"}}
	for shares, want := range map[string]result{"individual": five.result, "bps": five.Variant_2021_contract_basis_points, "flat": five.result, "tvl": five.result} {
		k := astraCase(t, "10000000000000000000000", "{start: 100, end: 200, current: 110}", history+"  shares: "+shares+"\n", stakes, map[string]string{"h.csv": h})
		r := must(t, k)
		for w, amount := range want.Allocation {
			if got := dueOf(k, w); got != amount {
				t.Errorf("%s: %s gets %s, want %s", shares, w, got, amount)
			}
		}
		wantLine(t, shares+" residual", r.residual, want.Residual)
		wantLine(t, shares+" unallocated", r.unallocated, "9000000000000000000000")
	}
	six := decode[struct{ Exact_floor, Basis_points result }](t, all["astra-06"].Expected)
	seven := decode[struct{ Exact_floor, Basis_points result }](t, all["astra-07"].Expected)
	for shares, want := range map[string]result{"individual": six.Exact_floor, "bps": six.Basis_points} {
		k := astraCase(t, "1000000", "{start: 100, end: 101, current: 101}", "  multiplier: none\n  shares: "+shares+"\n", []map[string]string{{"A": "1", "B": "1", "C": "1"}}, nil)
		if got := dueOf(k, "B"); got != want.Each {
			t.Errorf("astra-06 %s: %s, want %s", shares, got, want.Each)
		}
		wantLine(t, "astra-06", k.alloc.tokens[0].residual, want.Residual)
	}
	text := "account,amount\n"
	for i := range 10001 {
		text += fmt.Sprintf("0x%040x,1\n", i+1)
	}
	for shares, want := range map[string]result{"individual": seven.Exact_floor, "bps": seven.Basis_points} {
		rule := "  name: astra-rewards/v1\n  at: " + astraAt + "\n  multiplier: none\n  shares: " + shares + "\n  blocks: {start: 0, end: 1, current: 1}\n  pools: [{id: p, alloc: \"3\", last: 0, stakes: {file: p.csv}}]"
		k := recompute(t, fmt.Sprintf(oneToken, 0, "1000000000000000000000000", rule, "floor"), map[string]string{"p.csv": text})
		if got := must(t, k).amounts[77]; got.String() != want.Each {
			t.Errorf("astra-07 %s: %s, want %s", shares, &got, want.Each)
		}
		wantLine(t, "astra-07", k.alloc.tokens[0].residual, want.Residual)
	}
	nine := decode[struct {
		Rows []struct {
			LRB, CB int
			Staked  string
		}
	}](t, all["astra-08"].Input)
	want := decode[struct{ Reward, Unallocated []string }](t, all["astra-08"].Expected)
	for i, row := range nine.Rows {
		rule := fmt.Sprintf("  name: astra-rewards/v1\n  at: %s\n  multiplier: none\n  shares: individual\n  blocks: {start: 100, end: 200, current: %d}\n  pools: [{id: p, alloc: \"1\", last: %d, stakes: {file: p.csv}}]", astraAt, row.CB, row.LRB)
		k := recompute(t, fmt.Sprintf(oneToken, 0, "700", rule, "floor"), map[string]string{"p.csv": "account,amount\n" + wallet("A") + "," + row.Staked + "\n"})
		r := must(t, k)
		reward, _ := new(big.Int).SetString(want.Reward[i], 10)
		if r.claims.Cmp(reward) != 0 || r.unallocated.Cmp(new(big.Int).Sub(big.NewInt(700), reward)) != 0 {
			t.Errorf("astra-08 row %d: %s, unallocated %s", i, r.claims, r.unallocated)
		}
	}
}

func dueOf(k *checker, w string) string {
	for i := range k.alloc.ents {
		if k.alloc.ents[i].acct.text() == wallet(w) {
			return k.alloc.tokens[0].due(i).String()
		}
	}
	return "0"
}

func TestMechanisms_astraEarly(t *testing.T) {
	c := mechanisms(t)["astra-11"]
	in := decode[struct {
		Reward_base string
		Days        []int
	}](t, c.Input)
	for days, want := range decode[map[string]struct{ Redistributed, Paid string }](t, c.Expected) {
		elections := "  multiplier: none\n  elections: {file: e.csv}\n"
		choices := map[string]string{"e.csv": "account,choice,age\n" + wallet("A") + ",take," + days + "\n"}
		// A takes all of one pool, B restakes nothing: the fees go to B, who has weight in the other pool
		double := new(big.Int)
		double.SetString(in.Reward_base, 10)
		k := astraCase(t, double.Lsh(double, 1).String(), "{start: 100, end: 101, current: 101}", elections+"  shares: individual\n", []map[string]string{{"A": "7"}, {"B": "1"}}, choices)
		r := must(t, k)
		fee, _ := new(big.Int).SetString(want.Redistributed, 10)
		reward, _ := new(big.Int).SetString(in.Reward_base, 10)
		if dueOf(k, "A") != want.Paid || r.lockedLine.Cmp(new(big.Int).Add(reward, fee)) != 0 || r.forgone.Sign() != 0 {
			t.Errorf("day %s: paid %s, locked %s, forgone %s", days, dueOf(k, "A"), r.lockedLine, r.forgone)
		}
		if got, want := tableText(k.alloc.tables[0]), "account,chain,amount\n"+wallet("B")+",eip155:1,"+r.lockedLine.String()+"\n"; got != want {
			t.Errorf("restaked\n%s", got)
		}
		next := astraCase(t, double.String(), "{start: 100, end: 101, current: 101}", elections+"  redistribute: next\n", []map[string]string{{"A": "7"}, {"B": "1"}}, choices)
		wantLine(t, "forgone", must(t, next).forgone, want.Redistributed)
	}
}

// TestAstra_cooldown: who has pressed the button is out of every sum (astra-10 is that button itself, which is no part of a distribution).
func TestAstra_cooldown(t *testing.T) {
	k := astraCase(t, "900", "{start: 100, end: 101, current: 101}", "  multiplier: none\n  cooldown: {file: c.csv}\n", []map[string]string{{"A": "1", "B": "1", "C": "1"}},
		map[string]string{"c.csv": "account\n" + wallet("B") + "\n"})
	r := must(t, k)
	if dueOf(k, "A") != "450" || dueOf(k, "B") != "0" || r.dropped != 0 || r.leaves != 2 {
		t.Errorf("%v, dropped %d", r, r.dropped)
	}
}

// TestAstra_bounds: with many denominators the sums are bounds; the claims are those of exact fractions.
func TestAstra_bounds(t *testing.T) {
	h, stakes, exact := "account,time,lock,change\n", map[string]string{}, map[string]*big.Rat{}
	sum := new(big.Rat)
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	for i, w := range letters {
		w := string(w)
		b := big.NewInt(1)
		b.Lsh(b, 120).Add(b, big.NewInt(int64(2*i+1)))
		h += fmt.Sprintf("%s,%s,6,%s\n%s,%s,9,1\n", wallet(w), astraAt, b, wallet(w), astraAt)
		stakes[w] = fmt.Sprint(i + 1)
		all := new(big.Int).Add(b, big.NewInt(1))
		lvm := new(big.Rat).SetFrac(new(big.Int).Add(new(big.Int).Mul(b, big.NewInt(11)), big.NewInt(13)), all.Mul(all, big.NewInt(10)))
		exact[w] = lvm.Mul(lvm, big.NewRat(int64(i+1), 1))
		sum.Add(sum, exact[w])
	}
	k := astraCase(t, "1000000000000000000000000000000000000000", "{start: 100, end: 101, current: 101}", history+"  windows: {\"6\": 40, \"9\": 30}\n  locks: {\"6\": \"1.1\", \"9\": \"1.3\"}\n  stakeDecimals: 0\n",
		[]map[string]string{stakes}, map[string]string{"h.csv": h})
	r := must(t, k)
	pool := new(big.Rat).SetInt(r.pool)
	for w, x := range exact {
		if want := floorRat(x.Mul(x, pool).Quo(x, sum)).String(); dueOf(k, w) != want {
			t.Errorf("%s gets %s, want %s", w, dueOf(k, w), want)
		}
	}
	var p []*big.Rat
	for i := range int64(80) {
		p = append(p, new(big.Rat).SetFrac(big.NewInt(1), new(big.Int).Add(new(big.Int).Lsh(big.NewInt(1), 90), big.NewInt(2*i+1))))
	}
	if pile := newPile(p); pile.lo == pile.hi || pile.lo.Cmp(addUp(p)) > 0 || pile.hi.Cmp(addUp(p)) < 0 {
		t.Error("bounds that do not hold the sum, or are exact")
	}
}

func TestAstra_refused(t *testing.T) {
	row := func(s string) string { return "account,time,lock,change\n" + wallet("A") + s }
	for name, c := range map[string]struct{ settings, history, elections string }{
		"withdrawal above the balance": {"", row("," + daysBefore(3) + ",0,5\n" + wallet("A") + "," + daysBefore(2) + ",0,-6\n"), ""},
		"lock of 7 months":             {"", row("," + astraAt + ",7,5\n"), ""},
		"change of 0":                  {"", row("," + astraAt + ",6,0\n"), ""},
		"after at":                     {"", row(",2026-03-01T00:00:01Z,6,1\n"), ""},
		"time without offset":          {"", row(",2026-02-01T00:00:01,6,1\n"), ""},
		"tiers not sorted":             {"  tiers: [{from: \"5\", factor: \"1.1\"}, {from: \"4\", factor: \"1.2\"}]\n", row("," + astraAt + ",6,1\n"), ""},
		"other keys":                   {"  windows: {\"0\": 60}\n", row("," + astraAt + ",0,1\n"), ""},
		"election without stake":       {"  elections: {file: e.csv}\n", row("," + astraAt + ",6,1\n"), "account,choice,age\n" + wallet("Z") + ",take,1\n"},
		"election twice":               {"  elections: {file: e.csv}\n", row("," + astraAt + ",6,1\n"), "account,choice,age\n" + wallet("A") + ",take,1\n" + wallet("A") + ",take,1\n"},
		"age with a fraction":          {"  elections: {file: e.csv}\n", row("," + astraAt + ",6,1\n"), "account,choice,age\n" + wallet("A") + ",take,1.5\n"},
	} {
		k := astraCase(t, "900", "{start: 100, end: 101, current: 101}", history+c.settings, []map[string]string{{"A": "1"}}, map[string]string{"h.csv": c.history, "e.csv": c.elections})
		if k.alloc != nil || k.f.total() == 0 {
			t.Errorf("%s is not refused", name)
		}
	}
}
