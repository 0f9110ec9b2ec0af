package verify

import (
	"fmt"
	"maps"
	"math/big"
	"math/rand"
	"slices"
	"strings"
	"testing"
)

// ledger adds up lines over many months.
type ledgerSum map[string]*big.Int

func (s ledgerSum) add(name string, z *big.Int) {
	if s[name] == nil {
		s[name] = new(big.Int)
	}
	s[name].Add(s[name], z)
}

// TestMonths_chain: 24 months of random elections and exits, by every setting. Each month balances (the engine refuses otherwise); over all of them what was emitted is paid,
// rolled, left over or still there; what is still there is the table; what was paid is the table.
func TestMonths_chain(t *testing.T) {
	for seed := range int64(8) {
		rng := rand.New(rand.NewSource(seed))
		settings := fmt.Sprintf("  points: {file: p.csv}\n  elections: {file: e.csv}\n  exits: {file: x.csv}\n  rollAt: %s\n  exitPaid: %s\n  beforeFirst: %s\n  claims: %s\n",
			[]string{"election", "completion"}[seed%2], []string{"at-exit", "at-end"}[seed/2%2], []string{"curve", "nothing"}[seed/4%2], []string{"month", "cumulative"}[seed%2])
		sum := ledgerSum{}
		var k *checker
		for n := range month(24) {
			m := jan + n
			var open []position
			var holders []string
			if k != nil {
				for _, line := range strings.Split(strings.TrimSpace(tableText(k.alloc.tables[1])), "\n")[1:] {
					c := strings.Split(line, ",")
					at, _ := parseMonth(c[2])
					var period int
					fmt.Sscan(c[3], &period)
					open = append(open, position{month: at, period: int32(period), exited: c[6] == "yes"})
					holders = append(holders, c[0])
				}
			}
			points, elections, exits := "account,points\n", "account,choice,part,month\n", "account,month,period\n"
			elect := func(acct string, at month) {
				choices := []string{"claim", "3", "6", "9", "12", "24"}
				rng.Shuffle(len(choices), func(i, j int) { choices[i], choices[j] = choices[j], choices[i] })
				if rng.Intn(2) == 0 {
					elections += fmt.Sprintf("%s,%s,1,%s\n", acct, choices[0], at)
					return
				}
				elections += fmt.Sprintf("%s,%s,1/3,%s\n%s,%s,0.5,%s\n%s,%s,1/6,%s\n", acct, choices[0], at, acct, choices[1], at, acct, choices[2], at)
			}
			for _, w := range "ABCDEFGH" {
				acct := wallet(string(w))
				if rng.Intn(3) > 0 {
					points += fmt.Sprintf("%s,%d.%d\n", acct, rng.Intn(900), rng.Intn(99))
					if rng.Intn(4) > 0 {
						elect(acct, m)
					}
				}
			}
			for i, p := range open {
				switch age := m - p.month; {
				case p.period == 0 && rng.Intn(3) == 0:
					elect(holders[i], p.month)
				case p.period > int32(age) && !p.exited && rng.Intn(6) == 0:
					exits += fmt.Sprintf("%s,%s,%d\n", holders[i], p.month, p.period)
				}
			}
			k = oneMonth(t, monthCampaign("noon-active-staking/v1", m, n == 0, fmt.Sprint(rng.Intn(100000)), settings), map[string]string{"p.csv": points, "e.csv": elections, "x.csv": exits}, k)
			r := must(t, k)
			for name, z := range map[string]*big.Int{"in": r.pool, "claims": r.claims, "unvested": r.unvested, "forgone": r.forgone, "unallocated": r.unallocated, "residual": r.residual} {
				sum.add(name, z)
			}
		}
		r := k.alloc.tokens[0]
		out := new(big.Int).Add(r.lockedLine, r.unelected)
		column, total := 5, new(big.Int)
		if k.camp.rule.months.completion {
			column = 4
		}
		for _, line := range strings.Split(strings.TrimSpace(tableText(k.alloc.tables[1])), "\n")[1:] {
			z, _ := new(big.Int).SetString(strings.Split(line, ",")[column], 10)
			total.Add(total, z)
		}
		if total.Cmp(out) != 0 {
			t.Errorf("seed %d: positions hold %s, locked and unelected are %s", seed, total, out)
		}
		paid := new(big.Int)
		for _, line := range strings.Split(strings.TrimSpace(tableText(k.alloc.tables[0])), "\n")[1:] {
			z, _ := new(big.Int).SetString(strings.Split(line, ",")[2], 10)
			paid.Add(paid, z)
		}
		if paid.Cmp(sum["claims"]) != 0 {
			t.Errorf("seed %d: paid %s, claims of all months are %s", seed, paid, sum["claims"])
		}
		for _, name := range slices.Sorted(maps.Keys(sum)) {
			if name != "in" {
				out.Add(out, sum[name])
			}
		}
		if out.Cmp(sum["in"]) != 0 || sum["claims"].Sign() == 0 || sum["forgone"].Sign() == 0 || sum["unvested"].Sign() == 0 {
			t.Errorf("seed %d: emitted %s, accounted for %s: %v", seed, sum["in"], out, sum)
		}
	}
}

func TestMonths_refused(t *testing.T) {
	first := oneMonth(t, monthCampaign("noon-active-staking/v1", jan, true, "1000", "  points: {file: p.csv}\n  elections: {file: e.csv}\n"),
		map[string]string{"p.csv": "account,points\n" + wallet("A") + ",1\n" + wallet("B") + ",1\n", "e.csv": "account,choice\n" + wallet("A") + ",3\n"}, nil)
	must(t, first)
	a, b := wallet("A"), wallet("B")
	for name, c := range map[string]struct{ settings, points, elections, exits, want string }{
		"unknown account":           {"", "", "account,choice\n" + wallet("Z") + ",claim\n", "", "no allocation of this month"},
		"parts above 1":             {"", a + ",1\n", "account,choice,part\n" + a + ",claim,1/2\n" + a + ",3,2/3\n", "", "add up to 7/6"},
		"parts below 1":             {"", a + ",1\n", "account,choice,part\n" + a + ",claim,0.5\n", "", "add up to 1/2"},
		"the same choice twice":     {"", a + ",1\n", "account,choice,part\n" + a + ",3,1/2\n" + a + ",3,1/2\n", "", "same choice twice"},
		"period not offered":        {"", a + ",1\n", "account,choice\n" + a + ",5\n", "", "neither claim nor a period"},
		"mixed, and mixed is no":    {"  mixed: no\n", a + ",1\n", "account,choice,part\n" + a + ",3,1/2\n" + a + ",6,1/2\n", "", "mixed is no"},
		"part of 0":                 {"", a + ",1\n", "account,choice,part\n" + a + ",3,0\n", "", "above 0"},
		"election of a month gone":  {"", "", "account,choice,month\n" + a + ",3,2026-01\n", "", "not open"},
		"election of a later month": {"", "", "account,choice,month\n" + b + ",3,2026-03\n", "", "not open"},
		"exit without position":     {"", "", "account,choice\n", "account,month,period\n" + b + ",2026-01,3\n", "not there"},
		"exit before the start":     {"", a + ",1\n", "account,choice\n" + a + ",3\n", "account,month,period\n" + a + ",2026-02,3\n", "not before"},
		"exit twice":                {"", "", "account,choice\n", "account,month,period\n" + a + ",2026-01,3\n" + a + ",2026-01,3\n", "not there or was left"},
		"time outside the month":    {"", a + ",1,usn,2026-03-01T00:00:00Z\n", "account,choice\n", "", "not in 2026-02"},
		"time without zone":         {"", a + ",1,usn,2026-02-01T00:00:00\n", "account,choice\n", "", "RFC 3339"},
		"points with an exponent":   {"", a + ",1e3\n", "account,choice\n", "", "not a number"},
	} {
		header := "account,points\n"
		if strings.Contains(c.points, "usn") {
			header = "account,points,source,time\n"
		}
		files := map[string]string{"p.csv": header + c.points, "e.csv": c.elections, "x.csv": or(c.exits, "account,month,period\n")}
		k := oneMonth(t, monthCampaign("noon-active-staking/v1", jan+1, false, "1000", "  points: {file: p.csv}\n  elections: {file: e.csv}\n  exits: {file: x.csv}\n"+c.settings), files, first)
		if k.alloc != nil || k.f.total() == 0 || !strings.Contains(fmt.Sprint(k.f.list), c.want) {
			t.Errorf("%s: %v", name, k.f.list)
		}
	}
	done := first
	for m := jan + 1; m <= jan+2; m++ {
		done = oneMonth(t, monthCampaign("noon-active-staking/v1", m, false, "0", "  points: {file: p.csv}\n"), map[string]string{"p.csv": "account,points\n"}, done)
		must(t, done)
	}
	k := oneMonth(t, monthCampaign("noon-active-staking/v1", jan+3, false, "0", "  points: {file: p.csv}\n  exits: {file: x.csv}\n"),
		map[string]string{"p.csv": "account,points\n", "x.csv": "account,month,period\n" + a + ",2026-01,3\n"}, done)
	if k.alloc != nil || !strings.Contains(fmt.Sprint(k.f.list), "completes anyway") {
		t.Errorf("an exit of a position that completes: %v", k.f.list)
	}
}

// TestMonths_trees: what the leaves hold by claims.
func TestMonths_trees(t *testing.T) {
	fields := func(c string) string {
		return strings.Replace(c, `"amount:uint256"]`, `"amount:uint256", "unlock:uint64"]`, 1)
	}
	settings := "  points: {file: p.csv}\n  elections: {file: e.csv}\n"
	files := map[string]string{"p.csv": "account,points\n" + wallet("A") + ",1\n" + wallet("B") + ",1\n", "e.csv": "account,choice,part\n" + wallet("A") + ",claim,1/2\n" + wallet("A") + ",12,1/2\n" + wallet("B") + ",3,1\n"}
	k := oneMonth(t, fields(monthCampaign("noon-active-staking/v1", jan, true, "1000", settings+"  claims: tranches\n")), files, nil)
	r := must(t, k)
	ledgerIs(t, r, map[string]string{"claims": "360", "unvested": "640"}) // 25 at once, 250 in a year, 85 of 500 after three months
	want := [][]tranche{{{1769904000, num{31: 25}}, {1801440000, num{31: 250}}}, {{1777593600, num{31: 85}}}}
	if fmt.Sprint(r.tranches) != fmt.Sprint(want) || r.leaves != 3 {
		t.Errorf("tranches %v, %d leaves", r.tranches, r.leaves)
	}
	if due := k.dueIn(&k.camp.trees[0]); len(due) != 3 || due[1].unlock != 1801440000 || k.dueText(&due[2]) != "85" {
		t.Errorf("due %v", due)
	}
	if n := strings.Count(tableText(k.alloc.tables[1]), "\n"); n != 1 {
		t.Errorf("%d lines of positions", n)
	}
	if text := tableText(k.alloc.tables[2]); strings.Count(text, "\n") != 3 { // those made this month
		t.Errorf("voting power\n%s", text)
	}
	for name, c := range map[string]string{"no field": monthCampaign("noon-active-staking/v1", jan, true, "1000", settings+"  claims: tranches\n"),
		"completion": fields(monthCampaign("noon-active-staking/v1", jan, true, "1000", settings+"  claims: tranches\n  rollAt: completion\n")),
		"exits":      fields(monthCampaign("noon-active-staking/v1", jan, true, "1000", settings+"  claims: tranches\n  exits: {file: x.csv}\n"))} {
		if k := oneMonth(t, c, files, nil); k.alloc != nil {
			t.Errorf("tranches with %s are not refused", name)
		}
	}
	first := oneMonth(t, monthCampaign("noon-active-staking/v1", jan, true, "1000", settings+"  claims: cumulative\n"), files, nil)
	ledgerIs(t, must(t, first), map[string]string{"claims": "25", "unvested": "640", "locked": "335"})
	second := oneMonth(t, monthCampaign("noon-active-staking/v1", jan+1, false, "10", settings+"  claims: cumulative\n"),
		map[string]string{"p.csv": "account,points\n" + wallet("B") + ",1\n", "e.csv": "account,choice,part\n" + wallet("B") + ",claim,1\n"}, first)
	r = must(t, second)
	ledgerIs(t, r, map[string]string{"claims": "1", "unvested": "9", "locked": "335", "carriedIn": "335", "paidBefore": "25"})
	if due := second.dueIn(&second.camp.trees[0]); len(due) != 2 || second.dueText(&due[0]) != "25" || second.dueText(&due[1]) != "1" || r.leaves != 2 {
		t.Errorf("due %v", due)
	}
	if k := oneMonth(t, fields(monthCampaign("noon-active-staking/v1", jan+1, false, "10", settings+"  claims: tranches\n")),
		map[string]string{"p.csv": "account,points\n", "e.csv": "account,choice,part\n"}, first); k.alloc != nil {
		t.Error("tranches after positions are not refused")
	}
}

// TestMonths_open: a base emission by stakes; a part by period; an early exit pays nothing.
func TestMonths_open(t *testing.T) {
	settings := "  stakes: {file: s.csv}\n  exits: {file: x.csv}\n"
	stakes := "account,amount,period\n" + wallet("A") + ",3,3\n" + wallet("A") + ",3,12\n" + wallet("B") + ",1,24\n"
	none := "account,month,period\n"
	k := oneMonth(t, monthCampaign("noon-open-staking/v1", jan, true, "700", settings), map[string]string{"s.csv": stakes, "x.csv": none}, nil)
	ledgerIs(t, must(t, k), map[string]string{"locked": "451", "unvested": "249"}) // 51 of 300, 300, 100
	if got, want := tableText(k.alloc.tables[2]), "account,chain,power\n"+wallet("A")+",eip155:1,0\n"+wallet("B")+",eip155:1,0\n"; got != want {
		t.Errorf("voting power\n%s", got)
	}
	k = oneMonth(t, monthCampaign("noon-open-staking/v1", jan+1, false, "0", settings), map[string]string{"s.csv": "account,amount,period\n", "x.csv": none + wallet("B") + ",2026-01,24\n"}, k)
	ledgerIs(t, must(t, k), map[string]string{"carriedIn": "451", "locked": "351", "forgone": "100"})
}

// TestGroup_unlock: several leaves of one account stand by unlock as a number, and no two have the same.
func TestGroup_unlock(t *testing.T) {
	for name, c := range map[string]struct {
		unlocks []string
		code    Code
	}{"ascending": {[]string{"9", "10", "11"}, ""}, "not as numbers": {[]string{"10", "9", "11"}, ShardOrder}, "twice": {[]string{"9", "9", "11"}, ShardOrder}} {
		a, _ := parseAccount(wallet("A"))
		f := &groupFamily{fields: []field{{"account", "address", "account"}, {"amount", "uint256", "amount"}, {"unlock", "uint64", "column"}}, amounts: make([]num, 3),
			cells: [][]string{nil, nil, c.unlocks}, values: make([][]num, 3), part: -1}
		g := &group{man: &manGroup{id: "g0", layout: "inline", shards: 1}, n: 3, shard: 8, families: []*groupFamily{f}}
		mt := &manTree{id: "t", chain: "eip155:1", tokens: []string{"T"}}
		tr := &tree{man: mt, g: g, fam: f, rows: []int32{0, 1, 2}}
		f.trees = []*tree{tr}
		for range 3 {
			g.accounts, g.keys = append(g.accounts, a), append(g.keys, a.key())
		}
		g.man.first, g.man.last = hexText(g.keys[0][:]), hexText(g.keys[0][:])
		k := newChecker(t.Context(), nil, Options{})
		k.man, k.trees["t"] = &manifest{trees: []*manTree{mt}}, tr
		k.checkKeys(g)
		k.checkOnce("T", "eip155:1")
		if c.code == "" && k.f.total() > 0 || c.code != "" && k.f.counts[c.code] == 0 || (name == "twice") != (k.f.counts[ClaimDuplicate] == 1) {
			t.Errorf("%s: %v", name, k.f.list)
		}
	}
}
