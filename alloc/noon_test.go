package alloc

import (
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"
	"testing"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/campaign"
)

const activeRule, openRule = "noon-active-staking/v1", "noon-open-staking/v1"

func defaultVesting() *campaign.Vesting {
	return &campaign.Vesting{Periods: []int{3, 6, 9, 12, 24, 48}, Full: 12, Floor: "0.10", A: "0.73", B: "0.27", Convention: "months"}
}

func pointsFile(points named) string {
	var b strings.Builder
	b.WriteString("account,points\n")
	for _, id := range slices.Sorted(maps.Keys(points)) {
		fmt.Fprintf(&b, "%s,%s\n", key(id), points[id])
	}
	return b.String()
}

func TestVector_noon01_curve(t *testing.T) {
	var in struct{ T_months int }
	var want map[string]struct{ Fraction, Percent string }
	vector(t, "noon-01", &in, &want)
	v, err := newVesting(defaultVesting())
	if err != nil {
		t.Fatal(err)
	}
	if len(want) != 13 {
		t.Fatalf("%d months", len(want))
	}
	for m := range 13 {
		w := want[fmt.Sprint(m)]
		f := v.curve.months(m, in.T_months)
		if f.RatString() != w.Fraction || roundRat(new(big.Rat).Mul(f, big.NewRat(100, 1)), 6, "half-up") != w.Percent {
			t.Errorf("%d: got %s, want %s", m, f.RatString(), w.Fraction)
		}
		if v.table[m] != nil && v.table[m].Cmp(f) != 0 {
			t.Errorf("%d: the table says %s", m, v.table[m].RatString())
		}
	}
}

func TestVector_noon02_conventions(t *testing.T) {
	var in struct{ Periods []int }
	var want map[string]map[string]string
	vector(t, "noon-02", &in, &want)
	names := map[string]string{"month_exact": "months", "day_180_365_exact": "days-30-365", "day_180_365_bps_floor_each_term": "bps-30-365", "ratio_rounded_3dp": "ratio-3dp", "T_12_17_months": "t-12.17"}
	for _, m := range in.Periods {
		for column, name := range names {
			set := defaultVesting()
			set.Convention = name
			v, err := newVesting(set)
			if err != nil {
				t.Fatal(err)
			}
			f, err := v.curve.convention(name, m, 12)
			if err != nil {
				t.Fatal(err)
			}
			text := want[fmt.Sprint(m)][column]
			_, digits, _ := strings.Cut(text, ".")
			if got := roundRat(new(big.Rat).Mul(f, big.NewRat(100, 1)), len(digits), "half-up"); got != text {
				t.Errorf("%s %d: got %s, want %s", name, m, got, text)
			}
			inTable := v.fraction(m)
			if m == 12 && inTable.Cmp(big.NewRat(1, 1)) != 0 || m < 12 && inTable.Cmp(f) != 0 {
				t.Errorf("%s %d: the table has %s", name, m, inTable.RatString())
			}
		}
	}
}

func TestVector_noon03_allocations(t *testing.T) {
	var in struct {
		Pool_base string
		Asp       named
	}
	var want struct {
		Allocation named
		Residual   string
	}
	vector(t, "noon-03", &in, &want)
	f := files{"points.csv": pointsFile(in.Asp)}
	a := month(t, f, activeRule, "2026-01", in.Pool_base, "", "points: {file: points.csv}")
	rows := strings.Split(strings.TrimSpace(tableText(t, a, "positions")), "\n")[1:]
	got := map[string]string{}
	for _, row := range rows {
		cells := strings.Split(row, ",")
		for id := range in.Asp {
			if cells[0] == key(id) {
				got[id] = cells[4]
				if cells[3] != "" || cells[5] != cells[4] || cells[6] != "no" || cells[2] != "2026-01" {
					t.Errorf("row %s", row)
				}
			}
		}
	}
	equalClaims(t, "allocations", got, want.Allocation)
	l := a.Tokens[0].Ledger
	equalText(t, "residual", l.Residual, want.Residual)
	equalText(t, "unelected", l.Unelected, "1000001")
	equalText(t, "claims", l.Claims, "0")
}

func TestVector_noon04_wholeMonth(t *testing.T) {
	var in struct {
		Pool_base string
		Asp       named
	}
	var want struct {
		Claimed, Vested                                                          named
		Rolled_to_open_pool_of_month_plus_1, Rolled_to_open_pool_of_month_plus_8 named
	}
	vector(t, "noon-04", &in, &want)
	f := files{"points.csv": pointsFile(in.Asp), "none.csv": "account,points\n"}
	f["elections.csv"] = "account,choice\n" + key("A") + ",claim\n" + key("B") + ",12\n" + key("C") + ",6\n" + key("D") + ",12\n"
	f["exits.csv"] = "account,month,period\n" + key("D") + ",2026-01,12\n"
	a := month(t, f, activeRule, "2026-01", in.Pool_base, "", "points: {file: points.csv}\nelections: {file: elections.csv}")
	equalClaims(t, "month 1", claims(a, 0), want.Claimed)
	l := a.Tokens[0].Ledger
	rolled := new(big.Int).Add(l.Unvested.Big(), l.Residual.Big())
	equalText(t, "rolled", rolled, want.Rolled_to_open_pool_of_month_plus_1["total"])
	equalText(t, "residual", l.Residual, want.Rolled_to_open_pool_of_month_plus_1["residual"])
	if l.RolledTo != "open-staking" || l.ResidualTo != "open-staking" {
		t.Errorf("got %+v", l)
	}
	paid := map[string]string{}
	for n := 2; n <= 13; n++ {
		settings := "points: {file: none.csv}\n"
		if n == 8 {
			settings += "exits: {file: exits.csv}\n"
		}
		name := campaign.MonthText(2026*12 + n - 1)
		a = month(t, f, activeRule, name, "0", campaign.MonthText(2026*12+n-2), settings)
		for id, v := range claims(a, 0) {
			paid[id] = v
		}
		l := a.Tokens[0].Ledger
		forgone := "0"
		if n == 8 {
			forgone = want.Rolled_to_open_pool_of_month_plus_8["D_forgone"]
		}
		equalText(t, name+" forgone", l.Forgone, forgone)
		equalText(t, name+" unvested", l.Unvested, "0")
	}
	equalClaims(t, "vested", paid, want.Vested)
	equalText(t, "locked in the end", a.Tokens[0].Ledger.Locked, "0")
	if got := tableText(t, a, "positions"); got != "account,chain,month,period,allocation,entitlement,exited\n" {
		t.Errorf("left over: %s", got)
	}
	all := strings.Fields(strings.ReplaceAll(tableText(t, a, "paid"), ",", " "))
	sum := new(big.Int)
	for i := 5; i < len(all); i += 3 {
		v, _ := new(big.Int).SetString(all[i], 10)
		sum.Add(sum, v)
	}
	equalText(t, "paid in all", sum, "410724")
}

func TestVector_noon05_leavingAfterSeven(t *testing.T) {
	var in struct{ Allocation_base string }
	var want map[string]struct{ Paid, Rolled string }
	vector(t, "noon-05", &in, &want)
	for name, milestones := range map[string]string{"milestone_table_6m_0_2985": "vesting: {milestones: {\"6\": \"0.2985\"}}\n", "curve_month_exact": ""} {
		f := files{"points.csv": pointsFile(named{"A": "1"}), "none.csv": "account,points\n", "elections.csv": "account,choice\n" + key("A") + ",12\n",
			"exits.csv": "account,month,period\n" + key("A") + ",2026-01,12\n"}
		month(t, f, activeRule, "2026-01", in.Allocation_base, "", "points: {file: points.csv}\nelections: {file: elections.csv}\n"+milestones)
		var a *Allocation
		for n := 2; n <= 8; n++ {
			settings := "points: {file: none.csv}\n" + milestones
			if n == 8 {
				settings += "exits: {file: exits.csv}\n"
			}
			a = month(t, f, activeRule, campaign.MonthText(2026*12+n-1), "0", campaign.MonthText(2026*12+n-2), settings)
		}
		if got := claims(a, 0)["A"]; got != want[name].Paid {
			t.Errorf("%s: paid %s", name, got)
		}
		equalText(t, name, a.Tokens[0].Ledger.Forgone, want[name].Rolled)
	}
}

func TestVector_noon06_everyPeriod(t *testing.T) {
	var in struct {
		Allocation_base string
		Periods         []int
	}
	var want map[string]struct{ Vested, Intentionally_unvested string }
	vector(t, "noon-06", &in, &want)
	for _, p := range in.Periods {
		f := files{"points.csv": pointsFile(named{"A": "1"}), "elections.csv": fmt.Sprintf("account,choice\n%s,%d\n", key("A"), p)}
		a := month(t, f, activeRule, "2026-01", in.Allocation_base, "", "points: {file: points.csv}\nelections: {file: elections.csv}")
		l := a.Tokens[0].Ledger
		equalText(t, fmt.Sprint(p), l.Locked, want[fmt.Sprint(p)].Vested)
		equalText(t, fmt.Sprint(p), l.Unvested, want[fmt.Sprint(p)].Intentionally_unvested)
	}
}

func TestVector_noon09_votingCurve(t *testing.T) {
	var in struct {
		Vested   string
		T_months int
	}
	var want map[string]struct{ Curve, Power, Power_2dp string }
	vector(t, "noon-09", &in, &want)
	v, err := newVesting(defaultVesting())
	if err != nil {
		t.Fatal(err)
	}
	for months, w := range want {
		var m int
		fmt.Sscan(months, &m)
		g := v.curve.months(m, in.T_months)
		power := new(big.Rat).Mul(g, rat(in.Vested))
		if g.RatString() != w.Curve || power.RatString() != w.Power || roundRat(power, 2, "half-up") != w.Power_2dp {
			t.Errorf("%d: got %s, %s", m, g.RatString(), power.RatString())
		}
	}
}

func TestVector_noon10_votingPower(t *testing.T) {
	var in struct{ Allocation string }
	var want map[string]map[string]string
	vector(t, "noon-10", &in, &want)
	for name, w := range want {
		var period, at int
		if _, err := fmt.Sscanf(strings.Replace(name, " left at ", "@", 1), "%dm@%d", &period, &at); err != nil {
			t.Fatal(err)
		}
		for _, reading := range []string{"elapsed", "committed"} {
			set := "votingPower: {full: 48, reading: " + reading + "}\n"
			if strings.Contains(name, "left") {
				f := files{"points.csv": pointsFile(named{"A": "1"}), "none.csv": "account,points\n", "elections.csv": fmt.Sprintf("account,choice\n%s,%d\n", key("A"), period),
					"exits.csv": fmt.Sprintf("account,month,period\n%s,2026-01,%d\n", key("A"), period)}
				month(t, f, activeRule, "2026-01", in.Allocation+"000000", "", "points: {file: points.csv}\nelections: {file: elections.csv}\n"+set)
				for n := 1; n <= at; n++ {
					settings := "points: {file: none.csv}\n" + set
					if n == at {
						settings += "exits: {file: exits.csv}\n"
					}
					a := month(t, f, activeRule, campaign.MonthText(2026*12+n), "0", campaign.MonthText(2026*12+n-1), settings)
					if got := tableText(t, a, "voting-power"); n == at && got != "account,chain,power\n" {
						t.Errorf("%s: got %s", name, got)
					}
				}
				continue
			}
			m := newMonths(&campaign.Months{VotingPower: campaign.VotingPower{Full: 48, Reading: reading}})
			var err error
			if m.table, err = newVesting(defaultVesting()); err != nil {
				t.Fatal(err)
			}
			power := m.power(aged{at, period})
			power.Mul(power, rat(in.Allocation))
			if power.RatString() != w[reading] || roundRat(power, 2, "half-up") != w[reading+"_2dp"] {
				t.Errorf("%s %s: got %s, want %s", name, reading, power.RatString(), w[reading])
			}
		}
	}
}

func TestVector_noon11_nobody(t *testing.T) {
	var in struct{ Pool_base string }
	var want struct{ Unallocated string }
	vector(t, "noon-11", &in, &want)
	a := month(t, files{"points.csv": "account,points\n"}, activeRule, "2026-01", in.Pool_base, "", "points: {file: points.csv}")
	equalText(t, "unallocated", a.Tokens[0].Ledger.Unallocated, want.Unallocated)
	if len(a.Entrants) != 0 {
		t.Errorf("%d entrants", len(a.Entrants))
	}
}

// The voting power of a running position, through campaign files.
func TestNoon_votingPowerTable(t *testing.T) {
	f := files{"points.csv": pointsFile(named{"A": "1"}), "none.csv": "account,points\n", "elections.csv": "account,choice\n" + key("A") + ",12\n"}
	a := month(t, f, activeRule, "2026-01", "10000000000", "", "points: {file: points.csv}\nelections: {file: elections.csv}\n")
	if got, want := tableText(t, a, "voting-power"), "account,chain,power\n"+key("A")+","+string(onSolana)+",100\n"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	for n := 2; n <= 7; n++ {
		a = month(t, f, activeRule, campaign.MonthText(2026*12+n-1), "0", campaign.MonthText(2026*12+n-2), "points: {file: none.csv}")
	}
	if got, want := tableText(t, a, "voting-power"), "account,chain,power\n"+key("A")+","+string(onSolana)+",399.747219\n"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	c := a.Campaign
	c.Assert = []campaign.Assertion{
		{Figure: "voting-power", Account: person(merkle.Solana, "A"), Prints: "399.75", Level: "error"},
		{Figure: "fraction", Period: 6, Prints: "29.85", Level: "warn"},
		{Figure: "fraction", Period: 6, Prints: "30.3625", Level: "error"},
		{Figure: "voting-fraction", Period: 12, Prints: "17", Level: "error"},
		{Figure: "voting-fraction", Period: 24, Prints: "30", Level: "error"},
		{Figure: "voting-ratio", Period: 48, Over: 12, Prints: "6", Level: "error"},
		{Figure: "locked", Token: "NOON", Prints: "10000", Level: "error"},
		{Figure: "carried-in", Token: "NOON", Prints: "10000", Level: "error"},
	}
	a = compute(t, c, f)
	for i, as := range a.Assertions {
		if as.Holds != (i != 1) {
			t.Errorf("%+v", as)
		}
	}
}
