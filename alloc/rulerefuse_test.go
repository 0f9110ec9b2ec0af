package alloc

import (
	"fmt"
	"strings"
	"testing"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/campaign"
)

// refusal is a campaign that is refused: at the place, with the reason.
type refusal struct {
	name, place, reason string
	files               files
	settings            string
}

func checkRefusals(t *testing.T, list []refusal, source func(settings string) string, base files) {
	t.Helper()
	for _, x := range list {
		f := copyFiles(base)
		for name, text := range x.files {
			f[name] = text
		}
		faults := refused(t, parse(t, source(x.settings)), f)
		if len(faults.List) != 1 || !strings.HasPrefix(faults.Error(), x.place) || !strings.Contains(faults.Error(), x.reason) {
			t.Errorf("%s: got %v\nwant %s … %s", x.name, faults, x.place, x.reason)
		}
	}
}

func TestNoon_refuses(t *testing.T) {
	a, b := key("A"), key("B")
	// A bundle of 2026-01: A has a position of 12 months, B an allocation without election.
	f := files{"points.csv": pointsFile(named{"A": "2", "B": "1"}), "elections.csv": "account,choice\n" + a + ",12\n", "none.csv": "account,points\n"}
	month(t, f, activeRule, "2026-01", "900", "", "points: {file: points.csv}\nelections: {file: elections.csv}")
	manifest := digest(f["2026-01/manifest.json"])
	previous := "previous: {bundle: 2026-01, manifest: " + manifest + "}\n"
	second := "month: 2026-02\nzone: \"+00:00\"\npoints: {file: points.csv}\nelections: {file: e.csv}\nexits: {file: x.csv}\n"
	base := copyFiles(f)
	base["e.csv"], base["x.csv"] = "account,choice,part,month\n", "account,month,period\n"
	e := func(rows ...string) files {
		return files{"e.csv": "account,choice,part,month\n" + strings.Join(rows, "\n") + "\n"}
	}
	x := func(rows ...string) files {
		return files{"x.csv": "account,month,period\n" + strings.Join(rows, "\n") + "\n"}
	}
	source := func(settings string) string { return noonSource(activeRule, "m2", "900", onlySolana, settings) }
	good := second + previous
	if err := Check(t.Context(), parse(t, source(good)), base.options()); err != nil {
		t.Fatal(err)
	}
	checkRefusals(t, []refusal{
		{"election of a stranger", "e.csv:2:1", "has no allocation of this month", e(key("Z") + ",claim,1,"), good},
		{"election of an open month by a stranger", "e.csv:2:1", "has no unelected allocation of that month (2026-01)", e(a + ",claim,1,2026-01"), good},
		{"election of a later month", "e.csv:2:", "is after the campaign's month", e(a + ",claim,1,2026-03"), good},
		{"parts below 1", "e.csv:2:1", "must add up to 1, those for 2026-02 come to 5/6", e(a+",claim,1/3,", a+",6,0.5,"), good},
		{"parts above 1", "e.csv:2:1", "come to 3/2", e(b+",claim,1,2026-01", b+",3,1/2,2026-01"), good},
		{"part 0", "e.csv:2:", "a part is above 0", e(a + ",claim,0,"), good},
		{"a choice twice", "e.csv:3:1", "duplicate, first at e.csv:2:1", e(a+",claim,1/2,", a+",claim,1/2,"), good},
		{"period not offered", "e.csv:2:", "is neither claim nor one of the periods", e(a + ",7,1,"), good},
		{"mixed", "e.csv:3:1", "only one choice", e(a+",claim,1/2,", a+",3,1/2,"), good + "mixed: no\n"},
		{"no such position", "x.csv:2:1", "there is no such position (month 2026-01, period 6)", x(a + ",2026-01,6"), good},
		{"exit before its start", "x.csv:2:", "has not started", x(a + ",2026-02,12"), good},
		{"exit twice", "x.csv:3:1", "duplicate, first at x.csv:2:1", x(a+",2026-01,12", a+",2026-01,12"), good},
		{"another manifest", "campaign.yaml:", "its manifest has another SHA-256", nil, second + strings.Replace(previous, manifest[:4], "0000", 1)},
		{"changed manifest", "campaign.yaml:", "its manifest has another SHA-256", files{"2026-01/manifest.json": f["2026-01/manifest.json"] + " "}, good},
		{"no bundle", "campaign.yaml:", "manifest.json: file does not exist", nil, second + strings.Replace(previous, "2026-01", "2025-01", 1)},
		{"changed positions", "campaign.yaml:", "sha256 differs from what the campaign declares", files{"2026-01/tables/positions.csv": strings.Replace(f["2026-01/tables/positions.csv"], "600,600,no", "600,599,no", 1)}, good},
		{"changed campaign", "campaign.yaml:", "its campaign.yaml has the SHA-256", files{"2026-01/campaign.yaml": "x"}, good},
		{"gap", "campaign.yaml:", "it is of month 2026-01, this campaign of 2026-03", nil, strings.Replace(good, "2026-02", "2026-03", 1)},
		{"out of order", "campaign.yaml:", "months follow each other", nil, strings.Replace(good, "2026-02", "2026-01", 1)},
		{"another zone", "campaign.yaml:", "its zone is +00:00, here +01:00", nil, strings.Replace(good, "+00:00", "+01:00", 1)},
	}, source, base)
	checkRefusals(t, []refusal{
		{"points of another month", "p.csv:2:", "is not in the month", files{"p.csv": "account,points,time\n" + a + ",1,2026-03-01T00:00:00Z\n"}, strings.Replace(good, "points.csv", "p.csv", 1)},
		{"time without zone", "p.csv:2:", "is not an instant", files{"p.csv": "account,points,time\n" + a + ",1,2026-02-01T00:00:00\n"}, strings.Replace(good, "points.csv", "p.csv", 1)},
		{"multiplier without columns", "points.csv:1:1", "multipliers need the columns", nil, good + "multipliers: [{source: x, factor: \"2\"}]\n"},
		{"tranches after positions", "campaign.yaml:", "open positions, and claims: tranches carries none", nil, strings.Replace(good, "exits: {file: x.csv}\n", "", 1) + "claims: tranches\n"},
		{"table below the one before", "campaign.yaml:", "less than before", nil, good + "vesting: {milestones: {\"3\": \"0.5\"}}\n"},
		{"floors of no basis points", "campaign.yaml:", "no whole number of basis points", nil, good + "vesting: {convention: bps-30-365, curve: {floor: \"0.10\", a: \"0.73333\", b: \"0.26667\"}}\n"},
	}, source, base)
}

// A completed position cannot be left, and one that was left cannot be left again.
func TestNoon_refusesExits(t *testing.T) {
	a := key("A")
	f := files{"points.csv": pointsFile(named{"A": "1"}), "elections.csv": "account,choice,part\n" + a + ",3,1/2\n" + a + ",12,1/2\n", "none.csv": "account,points\n", "x.csv": "account,month,period\n" + a + ",2026-01,12\n"}
	month(t, f, activeRule, "2026-01", "900", "", "points: {file: points.csv}\nelections: {file: elections.csv}\nexitPaid: at-end\n")
	month(t, f, activeRule, "2026-02", "0", "2026-01", "points: {file: none.csv}\nexits: {file: x.csv}\nexitPaid: at-end\n")
	month(t, f, activeRule, "2026-03", "0", "2026-02", "points: {file: none.csv}\nexitPaid: at-end\n")
	source := func(settings string) string { return noonSource(activeRule, "m4", "0", onlySolana, settings) }
	last := "month: 2026-04\nzone: \"+00:00\"\nprevious: {bundle: 2026-03, manifest: " + digest(f["2026-03/manifest.json"]) + "}\npoints: {file: none.csv}\nexits: {file: x.csv}\nexitPaid: at-end\n"
	checkRefusals(t, []refusal{
		{"left before", "x.csv:2:1", "the position was left before", nil, last},
		{"complete", "x.csv:2:1", "the position is complete this month", files{"x.csv": "account,month,period\n" + a + ",2026-01,3\n"}, last},
	}, source, f)
}

func TestNoonOpen_refuses(t *testing.T) {
	f := files{"points.csv": pointsFile(named{"A": "1"}), "stakes.csv": "account,amount,period\n" + key("A") + ",1,3\n"}
	month(t, f, activeRule, "2026-01", "900", "", "points: {file: points.csv}")
	rolled := "rolled: [{bundle: 2026-01, manifest: " + digest(f["2026-01/manifest.json"]) + "}]\n"
	source := func(settings string) string { return noonSource(openRule, "o2", "900", onlySolana, settings) }
	good := "month: 2026-02\nzone: \"+00:00\"\nprevious: none\nstakes: {file: stakes.csv}\n" + rolled
	checkRefusals(t, []refusal{
		{"a period twice", "stakes.csv:3:1", "duplicate, first at stakes.csv:2:1", files{"stakes.csv": f["stakes.csv"] + key("A") + ",2,3\n"}, good},
		{"period not offered", "stakes.csv:2:", "is not one of the periods", files{"stakes.csv": "account,amount,period\n" + key("A") + ",1,7\n"}, good},
		{"too many digits", "stakes.csv:2:", "more fraction digits", files{"stakes.csv": "account,amount,period\n" + key("A") + ",0.1234567,3\n"}, good},
		{"rolled of another month", "campaign.yaml:", "months follow each other", nil, strings.Replace(good, "2026-02", "2026-03", 1)},
		{"previous of another rule", "campaign.yaml:", "its rule is noon-active-staking/v1, here noon-open-staking/v1", nil, strings.Replace(good, "previous: none", "previous: {bundle: 2026-01, manifest: "+digest(f["2026-01/manifest.json"])+"}", 1)},
	}, source, f)
}

func TestAstra_refuses(t *testing.T) {
	a := key("A")
	base := files{"stakes.csv": stakesFile(named{"A": "1"}), "history.csv": history5, "e.csv": "account,choice,age\n", "c.csv": "account\n"}
	h := func(rows ...string) files {
		return files{"history.csv": "account,time,lock,change\n" + strings.Join(rows, "\n") + "\n"}
	}
	good := onePool + trailing + "elections: {file: e.csv}\ncooldown: {file: c.csv}\n"
	checkRefusals(t, []refusal{
		{"withdraws more", "history.csv:3:", "withdraws more than there is", h(a+","+daysAgo(9)+",0,100", a+","+daysAgo(3)+",0,-100.5"), good},
		{"withdraws before it deposits", "history.csv:3:", "withdraws more than there is", h(a+","+daysAgo(1)+",0,100", a+","+daysAgo(3)+",0,-1"), good},
		{"withdraws from another lock", "history.csv:3:", "of lock 6", h(a+","+daysAgo(9)+",0,100", a+","+daysAgo(3)+",6,-1"), good},
		{"lock of 7 months", "history.csv:2:", "is not one of the locks, [0 6 9 12]", h(a + "," + daysAgo(9) + ",7,100"), good},
		{"time without zone", "history.csv:2:", "is not an instant", h(a + ",2026-01-01T00:00:00,0,100"), good},
		{"after the end", "history.csv:2:", "is after the instant of the campaign", h(a + "," + daysAgo(-1) + ",0,100"), good},
		{"change of 0", "history.csv:2:", "a change of 0", h(a + "," + daysAgo(1) + ",0,0.0"), good},
		{"plus sign", "history.csv:2:", "sign not allowed", h(a + "," + daysAgo(1) + ",0,+1"), good},
		{"two signs", "history.csv:2:", "sign not allowed", h(a + "," + daysAgo(1) + ",0,--1"), good},
		{"stake twice", "stakes.csv:3:1", "duplicate, first at stakes.csv:2:1", files{"stakes.csv": base["stakes.csv"] + a + ",2\n"}, good},
		{"negative stake", "stakes.csv:2:", "sign not allowed", files{"stakes.csv": "account,amount\n" + a + ",-1\n"}, good},
		{"election of a stranger", "e.csv:2:1", "has no row in the stakes", files{"e.csv": "account,choice,age\n" + key("Z") + ",take,1\n"}, good},
		{"unknown choice", "e.csv:2:", "is neither take nor restake", files{"e.csv": "account,choice,age\n" + a + ",claim,1\n"}, good},
		{"age with a fraction", "e.csv:2:", "whole number of days", files{"e.csv": "account,choice,age\n" + a + ",take,1.5\n"}, good},
		{"election twice", "e.csv:3:1", "duplicate", files{"e.csv": "account,choice,age\n" + a + ",take,1\n" + a + ",take,1\n"}, good},
		{"cool-down twice", "c.csv:3:1", "duplicate", files{"c.csv": "account\n" + a + "\n" + a + "\n"}, good},
	}, func(settings string) string { return astraSource("1000", settings) }, base)
}

func TestStakes_refuses(t *testing.T) {
	a := key("A")
	for _, x := range []struct{ basis, rows, place, reason string }{
		{"daily", a + ",2025-07-01,1\n" + a + ",2025-07-01,2", "stakes.csv:3:", "duplicate, first at stakes.csv:2:1"},
		{"daily", a + ",2025-06-30,1", "stakes.csv:2:", "is not in the period"},
		{"daily", a + ",2025-7-1,1", "stakes.csv:2:", "is not a day"},
		{"daily", a + ",,1", "stakes.csv:2:", "is not a day"},
		{"daily", a + ",2025-07-01,1.5", "stakes.csv:2:", "fraction not allowed"},
		{"intervals", a + ",2025-07-01T00:00:00Z,2025-07-03T00:00:00Z,1\n" + a + ",2025-07-02T23:59:59Z,2025-07-04T00:00:00Z,1", "stakes.csv:3:1", "overlaps another interval of this account, at stakes.csv:2:1"},
		{"intervals", a + ",2025-07-01T00:00:00Z,2025-07-09T00:00:00Z,1\n" + key("B") + ",2025-07-02T00:00:00Z,2025-07-03T00:00:00Z,1\n" + a + ",2025-07-08T00:00:00Z,2025-07-20T00:00:00Z,1", "stakes.csv:4:1", "overlaps"},
		{"intervals", a + ",2025-07-01T00:00:00Z,2025-07-01T00:00:00Z,1", "stakes.csv:2:", "ends after it begins"},
		{"intervals", a + ",2025-07-01T00:00:00,2025-07-02T00:00:00Z,1", "stakes.csv:2:", "is not an instant"},
	} {
		c := &campaign.Campaign{ID: "t", Path: "campaign.yaml", Tokens: []campaign.Token{token("JUP", 0, "100")}, Rounding: floorOnce(), Rule: campaign.Rule{Name: "jupiter-asr/v2",
			JupiterASR2: &campaign.JupiterASR2{Stakes: input("stakes.csv"), Basis: x.basis, From: "2025-07-01", To: "2025-07-05", Zone: "+00:00"}}}
		head := "account,day,amount\n"
		if x.basis == "intervals" {
			head = "account,from,to,amount\n"
		}
		faults := refused(t, c, files{"stakes.csv": head + x.rows + "\n"})
		if len(faults.List) != 1 || !strings.HasPrefix(faults.Error(), x.place) || !strings.Contains(faults.Error(), x.reason) {
			t.Errorf("%s: got %v", x.rows, faults)
		}
	}
}

// round is a bundle of two trees on two chains: what close-round/v1 reads of it.
func round(f files, claims string) string {
	sol, evm := key("A"), person(merkle.EVM, "B").Text()
	shards := map[string]string{
		"groups/g0/shards/000/000.json": `{"format":"merkle-shard/v1","group":"g0","paths":[],"rows":[["` + sol + `","70","5"]],"shard":"0"}`,
		"groups/g1/shards/000/000.json": `{"format":"merkle-shard/v1","group":"g1","paths":[],"rows":[["` + evm + `","25"]],"shard":"0"}`,
	}
	sums := ""
	for _, name := range []string{"groups/g0/shards/000/000.json", "groups/g1/shards/000/000.json"} {
		f["r/"+name] = shards[name]
		sums += digest(shards[name]) + "  " + name + "\n"
	}
	f["r/SHA256SUMS"] = sums
	f["r/campaign.yaml"] = strings.Replace(strings.Replace(noonSource("pro-rata/v1", "round", "100", noonAssets, "weights: {file: w.csv}"), "open-staking", "treasury", 1), "trees:", "trees:", 1)
	tree := `{"chain":%[1]q,"constants":{},"family":%[2]q,"id":%[2]q,"leaves":"1","profile":{"fields":[{"name":"claimant","source":"account"},{"name":"unlocked","source":"amount"}%[3]s]},"tokens":["NOON"],"totals":[%[4]q]}`
	f["r/manifest.json"] = `{"campaign":{"id":"round","sha256":"` + digest(f["r/campaign.yaml"]) + `"},"files":{"sha256":"` + digest(sums) + `"},"format":"merkle-bundle/v1","groups":[` +
		`{"columns":[{"family":"sol","field":"unlocked"},{"family":"sol","field":"locked"}],"families":[["sol"]],"id":"g0","shards":"1"},{"columns":[{"family":"evm","field":"unlocked"}],"families":[["evm"]],"id":"g1","shards":"1"}],` +
		`"ledger":[{"claims":"` + claims + `","paidBefore":"0"}],"trees":[` + fmt.Sprintf(tree, onSolana, "sol", `,{"name":"locked","source":"locked"}`, "75") + "," + fmt.Sprintf(tree, onEthereum, "evm", "", "25") + `]}`
	return digest(f["r/manifest.json"])
}

func closeSource(manifest string) string {
	source := noonSource("close-round/v1", "closed", "100", noonAssets, "round: {bundle: r, manifest: "+manifest+"}\nclaimed: {file: claimed.csv}\nunclaimed: next-pool\n")
	return source[:strings.Index(source, "trees:")] + "trees: []\n"
}

func TestClose(t *testing.T) {
	sol, evm := key("A"), person(merkle.EVM, "B").String()
	f := files{"claimed.csv": "account,tree,amount\n" + sol + ",sol,75\n"}
	manifest := round(f, "100")
	a := compute(t, parse(t, closeSource(manifest)), f)
	l := a.Tokens[0].Ledger
	if l.Claims.String() != "75" || l.Rolled.String() != "25" || l.RolledTo != "next-pool" || l.Leaves != 1 || a.Previous != (Previous{"round", manifest}) {
		t.Errorf("got %+v, %+v", l, a.Previous)
	}
	if got, want := tableText(t, a, "unclaimed"), "account,chain,token,amount\n"+strings.ToLower(evm)+",eip155:1,NOON,25\n"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got, want := canonical(t, &a.Inputs[1]), "tree,account,chain,token,amount\nevm,"+strings.ToLower(evm)+",eip155:1,NOON,25\nsol,"+sol+","+string(onSolana)+",NOON,75\n"; got != want || a.Inputs[1].Sum != "100" {
		t.Errorf("got %s, want %s", got, want)
	}
	source := func(string) string { return closeSource(manifest) }
	checkRefusals(t, []refusal{
		{"unknown tree", "claimed.csv:2:", "is no tree of the round", files{"claimed.csv": "account,tree\n" + sol + ",xyz\n"}, ""},
		{"no leaf", "claimed.csv:2:1", "has no leaf in that tree", files{"claimed.csv": "account,tree\n" + sol + ",evm\n"}, ""},
		{"twice", "claimed.csv:3:1", "duplicate, first at claimed.csv:2:1", files{"claimed.csv": "account,tree\n" + sol + ",sol\n" + sol + ",sol\n"}, ""},
		{"another amount", "claimed.csv:2:", "is not the amount of the leaf, 75", files{"claimed.csv": "account,tree,amount\n" + sol + ",sol,70\n"}, ""},
		{"changed shard", "campaign.yaml:", "groups/g0/shards/000/000.json has the SHA-256", files{"r/groups/g0/shards/000/000.json": strings.Replace(f["r/groups/g0/shards/000/000.json"], "70", "71", 1)}, ""},
		{"changed sums", "campaign.yaml:", "SHA256SUMS has the SHA-256", files{"r/SHA256SUMS": f["r/SHA256SUMS"] + "\n"}, ""},
		{"changed round", "campaign.yaml:", "its manifest has another SHA-256", files{"r/manifest.json": f["r/manifest.json"] + " "}, ""},
	}, source, f)
	manifest = round(f, "99")
	faults := refused(t, parse(t, closeSource(manifest)), f)
	if !strings.Contains(faults.Error(), "is not what the round's claims come to, 0.000099") {
		t.Errorf("got %v", faults)
	}
}
