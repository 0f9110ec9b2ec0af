package alloc

import (
	"fmt"
	"strings"
	"testing"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/campaign"
)

// explained checks that an explanation has these parts, in this order.
func explained(t *testing.T, c *campaign.Campaign, f files, who merkle.Account, want ...string) {
	t.Helper()
	x, err := Explain(t.Context(), c, who, f.options())
	if err != nil {
		t.Fatal(err)
	}
	rest := strings.Join(x.Lines, "\n")
	for _, w := range want {
		_, after, found := strings.Cut(rest, w)
		if !found {
			t.Errorf("%q is not in\n%s", w, strings.Join(x.Lines, "\n"))
			return
		}
		rest = after
	}
}

func TestExplain_noon(t *testing.T) {
	f := files{"points.csv": pointsFile(named{"A": "50", "B": "30", "C": "15", "D": "5", "X": "7"}), "none.csv": "account,points\n", "out.csv": "account,reason\n" + key("X") + ",team\n"}
	f["elections.csv"] = "account,choice,part\n" + key("A") + ",claim,1/3\n" + key("A") + ",6,2/3\n" + key("B") + ",3,1\n" + key("D") + ",12,1\n"
	exclude := "points: {file: points.csv}\nelections: {file: elections.csv}\n"
	source := func(name, pool, previous, settings string) *campaign.Campaign {
		s := noonSource(activeRule, "m-"+name, pool, onlySolana, "month: "+name+"\nzone: \"+00:00\"\nprevious: "+previous+"\n"+settings)
		return parse(t, s+"exclude: [{file: out.csv, list: Team, version: \"2\"}]\n")
	}
	c := source("2026-01", "1000003", "none", exclude)
	who := func(id string) merkle.Account { return person(merkle.Solana, id) }
	explained(t, c, f, who("A"), "points 50 (points.csv:2:1)", "weight 50 of 100: share 1/2", "allocation: pool 1.000003 × share = ", "floored to 0.500001 NOON (500001 base units)",
		"part 1/3 = 0.166667 NOON (166667 base units) claimed at once: × 1/10 (10 %) = 0.016666 NOON (16666 base units) paid, 0.150001 NOON (150001 base units) unvested, to open-staking (elections.csv:2:1)",
		"part 2/3 = 0.333334 NOON (333334 base units) staked for 6 months: × 2429/8000 (30.3625 %)", "locked until the end of 2026-07", "paid this month: 0.016666 NOON", "voting power at the close (elapsed, 48 months)", "claim: 0.016666 NOON")
	explained(t, c, f, who("C"), "no election: the allocation of 0.150000 NOON (150000 base units) stays open", "paid this month: 0.000000 NOON")
	explained(t, c, f, who("X"), `is excluded by list "Team", version 2: team (out.csv:2:1)`)
	explained(t, c, f, who("Z"), "is not in any input of this campaign")
	previous := "none"
	for n := 1; n <= 8; n++ {
		name := campaign.MonthText(2026*12 + n - 1)
		settings := "points: {file: none.csv}\nclaims: cumulative\n"
		switch n {
		case 1:
			settings = exclude + "claims: cumulative\n"
		case 4:
			c = source(name, "0", previous, settings)
			explained(t, c, f, who("B"), "no points of this month", "position of 2026-01 for 3 months is complete: its entitlement of 0.051304 NOON (51304 base units) is paid", "paid this month: 0.051304", "paid before: 0.000000", "claim: 0.051304 NOON")
			explained(t, c, f, who("A"), "position of 2026-01 for 6 months: 0.101208 NOON (101208 base units) of 0.333334 NOON", "is locked until the end of 2026-07", "paid before: 0.016666", "claim: 0.016666 NOON")
		case 8:
			f["exits.csv"] = "account,month,period\n" + key("D") + ",2026-01,12\n"
			settings += "exits: {file: exits.csv}\n"
			c = source(name, "0", previous, settings)
			explained(t, c, f, who("D"), "left after 7 months, last completed period 6 (2429/8000 (30.3625 %)): 0.015181 NOON (15181 base units) paid, 0.034819 NOON (34819 base units) forgone, to open-staking", "paid this month: 0.015181")
			explained(t, c, f, who("C"), "allocation of 2026-01: 0.150000 NOON (150000 base units) still without an election")
		}
		a := compute(t, source(name, map[bool]string{true: "1000003", false: "0"}[n == 1], previous, settings), f)
		previous = "{bundle: " + name + ", manifest: " + publish(t, f, name, a) + "}"
	}
}

func TestExplain_open(t *testing.T) {
	f := files{"points.csv": pointsFile(named{"A": "1"}), "elections.csv": "account,choice\n" + key("A") + ",claim\n", "stakes.csv": "account,amount,period\n" + key("A") + ",2.5,3\n" + key("A") + ",1,12\n" + key("B") + ",0.5,3\n"}
	month(t, f, activeRule, "2026-01", "900", "", "points: {file: points.csv}\nelections: {file: elections.csv}\n")
	c := parse(t, noonSource(openRule, "o", "100", onlySolana, "month: 2026-02\nzone: \"+00:00\"\nprevious: none\nstakes: {file: stakes.csv}\nrolled: [{bundle: 2026-01, manifest: "+digest(f["2026-01/manifest.json"])+"}]"))
	a := compute(t, c, f)
	l := a.Tokens[0].Ledger
	if l.RolledIn.String() != "810" || l.Locked.String() != "343" || l.Unvested.String() != "565" || l.Residual.String() != "2" {
		t.Errorf("got %+v", l)
	}
	if got, want := canonical(t, &a.Inputs[1]), "id,manifest,amount\nm-2026-01,"+digest(f["2026-01/manifest.json"])+",810\n"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	explained(t, c, f, person(merkle.Solana, "A"), "rolled in from m-2026-01: 0.000810 NOON (810 base units)", "pool: 0.000100 and 0.000810 rolled in", "stake of 2.500000 of 4 for 3 months: share 5/8",
		"floored to 0.000568 NOON (568 base units) (stakes.csv:2:1)", "× 2189/12800 (17.101562… %) = 0.000097", "voting power at the close (elapsed, 48 months): 0.350000 NOON")
	explained(t, c, f, person(merkle.Solana, "B"), "for 3 months", "claim: 0.000000 NOON: nothing to pay now")
	// Leaving pays nothing and forgoes the entitlement.
	publish(t, f, "2026-02", a)
	f["exits.csv"] = "account,month,period\n" + key("A") + ",2026-02,12\n"
	f["none.csv"] = "account,amount,period\n"
	a = month(t, f, openRule, "2026-03", "0", "2026-02", "stakes: {file: none.csv}\nexits: {file: exits.csv}\n")
	if l := a.Tokens[0].Ledger; l.Forgone.String() != "227" || l.Claims.String() != "0" || l.CarriedIn.String() != "343" || l.Locked.String() != "116" {
		t.Errorf("got %+v", l)
	}
	if notes := strings.Join(a.Notes, "\n"); !strings.Contains(notes, "the month before rolled 0.000565 NOON into open-staking, but its bundle is not in rolled") {
		t.Errorf("got %s", notes)
	}
	explained(t, a.Campaign, f, person(merkle.Solana, "A"), "no stake of this month", "0.000000 NOON (0 base units) paid, 0.000227 NOON (227 base units) forgone")
}

func TestExplain_astra(t *testing.T) {
	f := files{"history.csv": history5 + key("C") + "," + daysAgo(10) + ",0,5\n", "stakes.csv": stakesFile(named{"A": "1000", "B": "500"}), "cooldown.csv": "account\n" + key("B") + "\n", "e.csv": "account,choice,age\n" + key("A") + ",take,20\n"}
	c := parse(t, astraSource("10000000000000000000000", onePool+trailing))
	explained(t, c, f, person(merkle.Solana, "A"), "lock 6: balance 120000, window 40 days, multiplier 1.1", "score (trailing): 120000, from 100000: SSM 6/5", "LVM (weighted): 11/10; RM = SSM + LVM − 1 = 13/10", "APB = ⌊10000000000000000000000 ÷ (200 − 100)⌋ = 100000000000000000000 base units a block",
		"pool itoken: 10 blocks, weight 1: R = 1000.000000000000000000 ASTRA", "AM 1000 × RM 13/10 = UBM 1300, PBM 2550", "shares: individual", "claim: floored to 509.803921568627450980 ASTRA")
	explained(t, c, f, person(merkle.Solana, "C"), "lock 0: balance 5", "has no stake in any pool, so nothing is paid")
	c = parse(t, astraSource("10000000000000000000000", onePool+trailing+"cooldown: {file: cooldown.csv}\nelections: {file: e.csv}"))
	explained(t, c, f, person(merkle.Solana, "B"), "is in cool-down")
	explained(t, c, f, person(merkle.Solana, "A"), "takes its claim with a stake of 20 days: fee 70 % = 700.000000000000000000 ASTRA", "paid 300.000000000000000000 ASTRA", "(e.csv:2:1)")
}

func TestExplain_closed(t *testing.T) {
	f := files{"claimed.csv": "account,tree\n" + key("A") + ",sol\n"}
	manifest := round(f, "100")
	c := parse(t, closeSource(manifest))
	explained(t, c, f, person(merkle.Solana, "A"), "tree sol of round round: 0.000075 NOON (75 base units), claimed (claimed.csv:2:1)")
	explained(t, c, f, person(merkle.EVM, "B"), "tree evm of round round: 0.000025 NOON (25 base units), not claimed, so it goes to next-pool")
}

// Tranches: a leaf at once and one for each position, in the order of their unlocks.
func TestNoon_tranches(t *testing.T) {
	f := files{"points.csv": pointsFile(named{"A": "2", "B": "1"}), "elections.csv": "account,choice,part\n" + key("A") + ",12,1/2\n" + key("A") + ",3,1/4\n" + key("A") + ",claim,1/4\n"}
	a := month(t, f, activeRule, "2026-01", "3000", "", "points: {file: points.csv}\nelections: {file: elections.csv}\nclaims: tranches")
	got := ""
	for _, x := range a.Tranches {
		got += fmt.Sprintf("%d %s %d\n", x.Entrant, x.Amount, x.Unlock)
	}
	if want := "0 50 1769904000\n0 85 1777593600\n0 1000 1801440000\n"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	l := a.Tokens[0].Ledger
	if l.Claims.String() != "1135" || l.Unvested.String() != "865" || l.Locked.String() != "0" || l.Unelected.String() != "1000" || l.Leaves != 3 || l.Chains[0].Leaves != 3 || l.Dropped != 0 {
		t.Errorf("got %+v", l)
	}
	if got, want := tableText(t, a, "positions"), "account,chain,month,period,allocation,entitlement,exited\n"+key("B")+","+string(onSolana)+",2026-01,,1000,1000,no\n"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got, want := tableText(t, a, "paid"), "account,chain,amount\n"+key("A")+","+string(onSolana)+",1135\n"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	// The next month elects what was left open.
	f["elections.csv"] = "account,choice,part,month\n" + key("B") + ",6,1,2026-01\n"
	f["points.csv"] = "account,points\n"
	a = month(t, f, activeRule, "2026-02", "0", "2026-01", "points: {file: points.csv}\nelections: {file: elections.csv}\nclaims: tranches")
	if len(a.Tranches) != 1 || a.Tranches[0].Amount.String() != "303" || a.Tokens[0].Ledger.Unelected.String() != "0" || a.Tokens[0].Ledger.CarriedIn.String() != "1000" {
		t.Errorf("got %+v, %+v", a.Tranches, a.Tokens[0].Ledger)
	}
}

// Multipliers count rows of their source and time, and multiply.
func TestNoon_multipliers(t *testing.T) {
	f := files{"points.csv": "account,points,source,time\n" + key("A") + ",1.5,pendle,2026-01-10T00:00:00Z\n" + key("A") + ",1,pendle,2026-01-20T00:00:00Z\n" + key("B") + ",1,usn,2026-01-10T00:00:00Z\n" + key("B") + ",0.5,pendle,2026-01-15T01:00:00+01:00\n"}
	a := month(t, f, activeRule, "2026-01", "1000", "", `points: {file: points.csv, sum: "4"}
multipliers: [{source: pendle, from: "2026-01-05T00:00:00Z", to: "2026-01-15T00:00:00Z", factor: "2"}, {source: pendle, to: "2026-01-12T00:00:00Z", factor: "1.5"}]`)
	rows := strings.Split(tableText(t, a, "positions"), "\n")
	// A: 1.5·2·1.5 + 1 = 5.5; B: 1 + 0.5 = 1.5
	for _, want := range []string{key("A") + "," + string(onSolana) + ",2026-01,,785,785,no", key("B") + "," + string(onSolana) + ",2026-01,,214,214,no"} {
		found := false
		for _, row := range rows {
			found = found || row == want
		}
		if !found {
			t.Errorf("%s is not in %v", want, rows)
		}
	}
	if got, want := canonical(t, &a.Inputs[0]), "account,points,source,time\n"; !strings.HasPrefix(got, want) || !strings.Contains(got, ",0.5,pendle,2026-01-15T01:00:00+01:00\n") {
		t.Errorf("got %s", got)
	}
}

func TestNoon_tranchesOfNobody(t *testing.T) {
	a := month(t, files{"points.csv": "account,points\n"}, activeRule, "2026-01", "3000", "", "points: {file: points.csv}\nclaims: tranches")
	if a.Tranches == nil || len(a.Tranches) != 0 {
		t.Errorf("got %v", a.Tranches)
	}
}
