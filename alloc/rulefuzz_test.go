package alloc

import (
	"strings"
	"testing"

	merkle "github.com/merkle-drop/merkle"
)

// noPanic computes a campaign from inputs that anybody may have written: it is refused, or its ledger closes.
func noPanic(t *testing.T, source string, f files) {
	t.Helper()
	a, err := Compute(t.Context(), parse(t, source), f.options())
	if err != nil {
		if _, ok := merkle.AsFaults(err); !ok {
			t.Fatal(err)
		}
		return
	}
	for k := range a.Tokens {
		if err := a.prove(k); err != nil {
			t.Fatal(err)
		}
	}
	for i := range a.Inputs {
		canonical(t, &a.Inputs[i])
	}
	for i := range a.Tables {
		tableText(t, a, a.Tables[i].Name)
	}
}

// FuzzMonth reads points, elections and exits of a month.
func FuzzMonth(f *testing.F) {
	a := key("A")
	f.Add("account,points\n"+a+",7\n", "account,choice,part,month\n"+a+",claim,1/3,\n"+a+",6,2/3,2026-01\n", "account,month,period\n"+a+",2025-12,3\n")
	f.Add("account,points,source,time\n"+a+",7.5,x,2026-01-03T00:00:00Z\n", "account,choice\n"+a+",48\n", "account,month,period\n")
	f.Fuzz(func(t *testing.T, points, elections, exits string) {
		source := noonSource(activeRule, "m", "1000003", onlySolana, "month: 2026-01\nzone: \"+00:00\"\nprevious: none\npoints: {file: p.csv}\nelections: {file: e.csv}\nexits: {file: x.csv}")
		noPanic(t, source, files{"p.csv": points, "e.csv": elections, "x.csv": exits})
	})
}

// FuzzState reads the tables of a month before, with the digests that they have.
func FuzzState(f *testing.F) {
	a := key("A") + "," + string(onSolana)
	f.Add("account,chain,month,period,allocation,entitlement,exited\n"+a+",2025-12,12,600,600,no\n"+a+",2025-11,,7,7,no\n", "account,chain,amount\n"+a+",5\n", "607", "0")
	f.Add("account,chain,month,period,allocation,entitlement,exited\n"+a+",2025-12,1,600,500,yes\n", "account,chain,amount\n", "600", "1")
	f.Fuzz(func(t *testing.T, positions, paid, locked, unelected string) {
		before := noonSource(activeRule, "m", "1", onlySolana, "month: 2025-12\nzone: \"+00:00\"\nprevious: none\npoints: {file: p.csv}")
		quoted := strings.NewReplacer(`"`, "", `\`, "", "\n", "").Replace
		d := files{"p.csv": "account,points\n" + key("A") + ",1\n", "b/tables/positions.csv": positions, "b/tables/paid.csv": paid, "b/campaign.yaml": before,
			"b/manifest.json": `{"format":"merkle-bundle/v1","campaign":{"id":"m","sha256":"` + digest(before) + `"},"ledger":[{"locked":"` + quoted(locked) + `","unelected":"` + quoted(unelected) + `"}],"tables":[{"name":"positions","sha256":"` +
				digest(positions) + `"},{"name":"paid","sha256":"` + digest(paid) + `"}]}`}
		source := noonSource(activeRule, "m", "1000003", onlySolana, "month: 2026-01\nzone: \"+00:00\"\nprevious: {bundle: b, manifest: "+digest(d["b/manifest.json"])+"}\npoints: {file: p.csv}")
		noPanic(t, source, d)
	})
}

// FuzzRewards reads histories, stakes and elections.
func FuzzRewards(f *testing.F) {
	a := key("A")
	f.Add(history5, stakesFile(named{"A": "1", "B": "2.5"}), "account,choice,age\n"+a+",take,20\n", "deposit-age")
	f.Add("account,time,lock,change\n"+a+",2026-01-01T00:00:00-00:00,9,5\n"+a+",2026-01-02T00:00:00+05:30,9,-5\n", "account,amount\n"+a+",0\n", "account,choice,age\n", "trailing")
	f.Fuzz(func(t *testing.T, history, stakes, elections, score string) {
		if score != "deposit-age" {
			score = "trailing"
		}
		source := astraSource("1000000000000000000000", onePool+strings.Replace(trailing, "trailing", score, 1)+"elections: {file: e.csv}\nlvm: mean-tenths")
		noPanic(t, source, files{"history.csv": history, "stakes.csv": stakes, "e.csv": elections})
	})
}

// FuzzRound reads a manifest and a shard of a round, with the digests that they have.
func FuzzRound(f *testing.F) {
	d := files{}
	round(d, "100")
	f.Add(d["r/manifest.json"], d["r/groups/g0/shards/000/000.json"], "account,tree,amount\n"+key("A")+",sol,75\n")
	f.Fuzz(func(t *testing.T, manifest, shard, claimed string) {
		d := files{"claimed.csv": claimed}
		round(d, "100")
		const name = "groups/g0/shards/000/000.json"
		sums := strings.Replace(d["r/SHA256SUMS"], digest(d["r/"+name]), digest(shard), 1)
		manifest = strings.Replace(manifest, digest(d["r/SHA256SUMS"]), digest(sums), 1)
		d["r/"+name], d["r/SHA256SUMS"], d["r/manifest.json"] = shard, sums, manifest
		noPanic(t, closeSource(digest(manifest)), d)
	})
}
