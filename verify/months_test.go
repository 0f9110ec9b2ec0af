package verify

import (
	"context"
	"fmt"
	"io/fs"
	"maps"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
)

const emptyPrev = "1111111111111111111111111111111111111111111111111111111111111111"

// monthCampaign is a campaign of one month; with a predecessor for every month but the first.
func monthCampaign(name string, m month, first bool, pool string, settings string) string {
	previous := "none"
	if !first {
		previous = fmt.Sprintf("{bundle: ../before, manifest: %q}", emptyPrev)
	}
	rule := fmt.Sprintf("  name: %s\n  month: %q\n  zone: \"+00:00\"\n  previous: %s\n%s", name, m, previous, settings)
	return fmt.Sprintf(oneToken, 0, pool, rule, "floor")
}

// oneMonth closes a month from its texts. before is the month before, nil for the first.
func oneMonth(t testing.TB, campaign string, files map[string]string, before *checker) *checker {
	t.Helper()
	if before == nil {
		return monthAt(t, campaign, files, nil)
	}
	return monthAt(t, campaign, files, published(before))
}

func memory(files map[string]string) fstest.MapFS {
	in := fstest.MapFS{}
	for name, text := range files {
		in[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return in
}

func monthAt(t testing.TB, campaign string, files map[string]string, before *prevBundle) *checker {
	t.Helper()
	in := memory(files)
	k := newChecker(context.Background(), fstest.MapFS{"campaign.yaml": {Data: []byte(campaign)}}, Options{Inputs: in, Workers: 1})
	k.files = &fileSet{size: map[string]int64{"campaign.yaml": int64(len(campaign))}, hashed: map[string]bool{}}
	k.readCampaign()
	if before != nil {
		k.prev = map[string]*prevBundle{emptyPrev: before}
	}
	k.readInputs()
	k.allocate()
	return k
}

// published is the bundle of a closed month, as far as the next one reads it.
func published(k *checker) *prevBundle {
	b := &prevBundle{name: "before", camp: k.camp, man: &manifest{}}
	files := fstest.MapFS{}
	for _, r := range k.alloc.tables {
		text := tableText(r)
		files["tables/"+r.name+".csv"] = &fstest.MapFile{Data: []byte(text)}
		b.man.tables = append(b.man.tables, manTable{name: r.name, sha256: sha256Text([]byte(text))})
	}
	b.fsys = fs.FS(files)
	return b
}

func tableText(r *recomputedTable) string {
	text := strings.Join(r.columns, ",") + "\n"
	for line := range r.rows {
		text += string(line) + "\n"
	}
	return text
}

func must(t testing.TB, k *checker) *tokenResult {
	t.Helper()
	if k.alloc == nil {
		t.Fatalf("refused: %v", k.f.list)
	}
	return k.alloc.tokens[0]
}

// ledgerIs compares lines by name; those not named must be 0, but for claims and pool.
func ledgerIs(t testing.TB, r *tokenResult, want map[string]string) {
	t.Helper()
	lines := map[string]*big.Int{"claims": r.claims, "locked": r.lockedLine, "unelected": r.unelected, "unvested": r.unvested, "forgone": r.forgone,
		"unallocated": r.unallocated, "residual": r.residual, "carriedIn": r.carriedIn, "rolledIn": r.rolledIn, "paidBefore": r.paidBefore, "rolled": r.rolled}
	for name, z := range lines {
		if got := z.String(); got != or(want[name], "0") {
			t.Errorf("%s is %s, want %s", name, got, or(want[name], "0"))
		}
	}
	for name := range want {
		if lines[name] == nil {
			t.Errorf("no line %s", name)
		}
	}
}

func TestMechanisms_vesting(t *testing.T) {
	all := mechanisms(t)
	read := func(settings string) *vesting {
		v, err := parseYAML([]byte("{" + settings + "}"))
		if err != nil {
			t.Fatal(err)
		}
		r := &memberReader{c: newCollector()}
		w := r.vesting("vesting", &v)
		if r.bad > 0 {
			t.Fatal(r.c.list)
		}
		return w
	}
	for m, want := range decode[map[string]struct{ Fraction, Percent string }](t, all["noon-01"].Expected) {
		v := read("periods: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]")
		n, _ := strconv.Atoi(m)
		f := v.at(n)
		if f.RatString() != want.Fraction {
			t.Errorf("f(%s) is %s, want %s", m, f.RatString(), want.Fraction)
		}
		if p := fixedText(roundTo(new(big.Rat).Mul(f, big.NewRat(100, 1)), 6, "half-up"), 6); p != want.Percent {
			t.Errorf("f(%s) is %s %%, want %s", m, p, want.Percent)
		}
	}
	for m, want := range decode[map[string]map[string]string](t, all["noon-02"].Expected) {
		n, _ := strconv.Atoi(m)
		for setting, name := range map[string]string{"months": "month_exact", "days-30-365": "day_180_365_exact", "bps-30-365": "day_180_365_bps_floor_each_term",
			"ratio-3dp": "ratio_rounded_3dp", "t-12.17": "T_12_17_months"} {
			v := read("convention: " + setting)
			f, err := v.formula(n)
			if err != nil {
				t.Fatal(err)
			}
			places := len(want[name]) - 1 - strings.IndexByte(want[name], '.')
			if p := fixedText(roundTo(f.Mul(f, big.NewRat(100, 1)), places, "half-up"), places); p != want[name] {
				t.Errorf("%s at %s months: %s, want %s", setting, m, p, want[name])
			}
			if v.at(12).RatString() != "1" || v.at(48).RatString() != "1" || v.at(0).RatString() != "1/10" {
				t.Errorf("%s: table %v", setting, v.table)
			}
		}
	}
	for _, bad := range []string{`milestones: {"6": "0.1"}`, `milestones: {"12": "0.9"}`, `milestones: {"5": "0.2"}`, `milestones: {"9": "1.1"}`, `full: 5`,
		`curve: {floor: "0.1", a: "0.73", b: "0.28"}`, `periods: [6, 3, 12]`, `periods: [0, 12]`, `convention: weeks`, `curve: {floor: "0.1", a: "0.73001", b: "0.26999"}, convention: bps-30-365`} {
		v, err := parseYAML([]byte("{" + bad + "}"))
		if err != nil {
			t.Fatal(err)
		}
		r := &memberReader{c: newCollector()}
		if r.vesting("vesting", &v); r.bad == 0 {
			t.Errorf("%s is not refused", bad)
		}
	}
}

func pointsText(points map[string]string) string {
	s := "account,points\n"
	for _, w := range slices.Sorted(maps.Keys(points)) {
		s += wallet(w) + "," + points[w] + "\n"
	}
	return s
}

const jan = month(2026 * 12)

func TestMechanisms_noonMonth(t *testing.T) {
	all := mechanisms(t)
	type input struct {
		Pool_base string
		Asp       map[string]string
	}
	in := decode[input](t, all["noon-03"].Input)
	points := "  points: {file: p.csv}\n"
	k := oneMonth(t, monthCampaign("noon-active-staking/v1", jan, true, in.Pool_base, points), map[string]string{"p.csv": pointsText(in.Asp)}, nil)
	ledgerIs(t, must(t, k), map[string]string{"unelected": "1000001", "residual": "2"})
	want := "account,chain,month,period,allocation,entitlement,exited\n"
	for _, w := range []string{"A,500001", "B,300000", "C,150000", "D,50000"} {
		want += wallet(w[:1]) + ",eip155:1,2026-01,," + w[2:] + "," + w[2:] + ",no\n"
	}
	if got := tableText(k.alloc.tables[1]); got != want {
		t.Errorf("positions\n%s, want\n%s", got, want)
	}

	none := oneMonth(t, monthCampaign("noon-active-staking/v1", jan, true, "1000", points), map[string]string{"p.csv": "account,points\n"}, nil)
	ledgerIs(t, must(t, none), map[string]string{"unallocated": decode[struct{ Unallocated string }](t, all["noon-11"].Expected).Unallocated})

	elections := points + "  elections: {file: e.csv}\n"
	choices := "account,choice\n" + wallet("A") + ",claim\n" + wallet("B") + ",12\n" + wallet("C") + ",6\n" + wallet("D") + ",12\n"
	k = oneMonth(t, monthCampaign("noon-active-staking/v1", jan, true, in.Pool_base, elections), map[string]string{"p.csv": pointsText(in.Asp), "e.csv": choices}, nil)
	ledgerIs(t, must(t, k), map[string]string{"claims": "50000", "locked": "395543", "unvested": "554458", "residual": "2"})
	paid := map[month]string{jan + 6: "45543", jan + 7: "15181", jan + 12: "300000"}
	for m := jan + 1; m <= jan+12; m++ {
		files, settings := map[string]string{"p.csv": "account,points\n"}, points
		want := map[string]string{"carriedIn": new(big.Int).Add(k.alloc.tokens[0].lockedLine, k.alloc.tokens[0].unelected).String()}
		if m == jan+7 {
			settings += "  exits: {file: x.csv}\n"
			files["x.csv"] = "account,month,period\n" + wallet("D") + ",2026-01,12\n"
			want["forgone"] = "34819"
		}
		before := k
		k = oneMonth(t, monthCampaign("noon-active-staking/v1", m, false, "0", settings), files, before)
		r := must(t, k)
		want["claims"], want["locked"] = or(paid[m], "0"), r.lockedLine.String()
		ledgerIs(t, r, want)
	}
	if got := tableText(k.alloc.tables[0]); got != "account,chain,amount\n"+wallet("A")+",eip155:1,50000\n"+wallet("B")+",eip155:1,300000\n"+wallet("C")+",eip155:1,45543\n"+wallet("D")+",eip155:1,15181\n" {
		t.Errorf("paid\n%s", got)
	}
	if got := tableText(k.alloc.tables[1]); strings.Count(got, "\n") != 1 {
		t.Errorf("positions\n%s", got)
	}
}

func TestMechanisms_noonPeriods(t *testing.T) {
	all := mechanisms(t)
	five := decode[map[string]struct{ Paid, Rolled string }](t, all["noon-05"].Expected)
	for name, settings := range map[string]string{"milestone_table_6m_0_2985": "  vesting: {milestones: {\"6\": \"0.2985\"}}\n", "curve_month_exact": ""} {
		points := "  points: {file: p.csv}\n" + settings
		k := oneMonth(t, monthCampaign("noon-active-staking/v1", jan, true, "100000", points+"  elections: {file: e.csv}\n"),
			map[string]string{"p.csv": "account,points\n" + wallet("A") + ",1\n", "e.csv": "account,choice\n" + wallet("A") + ",12\n"}, nil)
		for m := jan + 1; m < jan+7; m++ {
			k = oneMonth(t, monthCampaign("noon-active-staking/v1", m, false, "0", points), map[string]string{"p.csv": "account,points\n"}, k)
		}
		k = oneMonth(t, monthCampaign("noon-active-staking/v1", jan+7, false, "0", points+"  exits: {file: x.csv}\n"),
			map[string]string{"p.csv": "account,points\n", "x.csv": "account,month,period\n" + wallet("A") + ",2026-01,12\n"}, k)
		ledgerIs(t, must(t, k), map[string]string{"carriedIn": "100000", "claims": five[name].Paid, "forgone": five[name].Rolled})
	}
	for period, want := range decode[map[string]struct{ Vested, Intentionally_unvested string }](t, all["noon-06"].Expected) {
		k := oneMonth(t, monthCampaign("noon-active-staking/v1", jan, true, "1000001", "  points: {file: p.csv}\n  elections: {file: e.csv}\n"),
			map[string]string{"p.csv": "account,points\n" + wallet("A") + ",1\n", "e.csv": "account,choice\n" + wallet("A") + "," + period + "\n"}, nil)
		ledgerIs(t, must(t, k), map[string]string{"locked": want.Vested, "unvested": want.Intentionally_unvested})
	}
}

func TestMechanisms_votingPower(t *testing.T) {
	all := mechanisms(t)
	engine := func(reading string) *monthEngine {
		k := recomputeRule(t, "  votingPower: {reading: "+reading+"}\n")
		return &monthEngine{c: k.camp, rule: k.camp.rule.months, power: map[[2]int32]*big.Rat{}}
	}
	for m, want := range decode[map[string]struct{ Curve, Power, Power_2dp string }](t, all["noon-09"].Expected) {
		n, _ := strconv.Atoi(m)
		e := engine("committed")
		g := e.rule.vest.curve.ofMonths(n, 48)
		power := new(big.Rat).Mul(g, big.NewRat(10000, 1))
		if g.RatString() != want.Curve || power.RatString() != want.Power || fixedText(roundTo(power, 2, "half-up"), 2) != want.Power_2dp {
			t.Errorf("%s months: curve %s, power %s", m, g.RatString(), power.RatString())
		}
	}
	for at, want := range decode[map[string]map[string]string](t, all["noon-10"].Expected) {
		p, tt, running := strings.Cut(at, "m@")
		if !running { // left early: covered by the table of a month with an exit
			continue
		}
		period, _ := strconv.Atoi(p)
		run, _ := strconv.Atoi(tt)
		for _, reading := range []string{"elapsed", "committed"} {
			power := new(big.Rat).Mul(engine(reading).powerOf(int32(run), int32(period)), big.NewRat(10000, 1))
			if power.RatString() != want[reading] || fixedText(roundTo(power, 2, "half-up"), 2) != want[reading+"_2dp"] {
				t.Errorf("%s %s: %s, want %s", at, reading, power.RatString(), want[reading])
			}
		}
	}
}

func recomputeRule(t *testing.T, settings string) *checker {
	t.Helper()
	k := oneMonth(t, monthCampaign("noon-active-staking/v1", jan, true, "10000", "  points: {file: p.csv}\n"+settings), map[string]string{"p.csv": "account,points\n"}, nil)
	must(t, k)
	return k
}
