package verify

import (
	"context"
	"fmt"
	"io/fs"
	"math/big"
	"strings"
	"testing"
	"testing/fstest"
)

// leafless writes the bundle of a campaign whose leaves are none: a month in which all is staked or open, or a round that is closed. What it states is what this package
// recomputes, which the outside vectors judge; it is there to be tampered with, and to be gone on from. Inputs are given in canonical form, by role.
func leafless(t testing.TB, campaign string, inputs map[string]string, previous map[string]fs.FS) fstest.MapFS {
	t.Helper()
	out := fstest.MapFS{"campaign.yaml": {Data: []byte(campaign)}}
	raw := fstest.MapFS{}
	for role, text := range inputs {
		raw[role+".csv"] = &fstest.MapFile{Data: []byte(text)}
	}
	k := newChecker(context.Background(), out, Options{Inputs: raw, Previous: previous, Workers: 1})
	k.files = &fileSet{size: map[string]int64{"campaign.yaml": int64(len(campaign))}, hashed: map[string]bool{}}
	for _, stage := range []func(){k.readCampaign, k.readPrevious, k.readInputs, k.allocate} {
		stage()
	}
	if k.alloc == nil || k.f.total() > 0 {
		t.Fatalf("refused: %v", k.f.list)
	}
	c := k.camp
	list0, tables, ledger, tokens := list(), list(), list(), list()
	for i := range c.rule.inputs {
		d := &c.rule.inputs[i]
		text := inputs[d.role]
		if d.derived {
			open, _ := k.derivedSource(d.role)
			var b strings.Builder
			r, err := open()
			if err != nil {
				t.Fatal(err)
			}
			buf := make([]byte, 1<<20)
			for {
				n, err := r.Read(buf)
				b.Write(buf[:n])
				if err != nil {
					break
				}
			}
			text = b.String()
		}
		in, _, err := k.readTable(d, strings.NewReader(text), newRuleDataLike(k.data), true)
		if err != nil {
			t.Fatal(err)
		}
		out["inputs/"+d.role+".csv"] = &fstest.MapFile{Data: []byte(text)}
		list0.items = append(list0.items, obj("role", d.role, "columns", texts(in.columns), "order", in.order, "rows", in.rows, "sum", in.sum, "sha256", hexText(in.sha[:]), "file", "inputs/"+d.role+".csv"))
	}
	for _, r := range k.alloc.tables {
		text := tableText(r)
		out["tables/"+r.name+".csv"] = &fstest.MapFile{Data: []byte(text)}
		tables.items = append(tables.items, obj("name", r.name, "columns", texts(r.columns), "rows", strings.Count(text, "\n")-1, "sha256", sha256Text([]byte(text)), "file", "tables/"+r.name+".csv"))
	}
	for i, r := range k.alloc.tokens {
		tok := c.tokens[i]
		assets, chains := list(), list()
		for _, a := range tok.assets {
			assets.items = append(assets.items, obj("asset", a.id, "decimals", a.decimals, "unit", a.unit.String(), "cap", ""))
		}
		for _, chain := range sortedKeys(r.chains) {
			chains.items = append(chains.items, obj("chain", chain, "claims", r.chains[chain].claims.String(), "leaves", r.chains[chain].leaves))
		}
		tokens.items = append(tokens.items, obj("id", tok.id, "decimals", tok.decimals, "pool", tok.pool.String(), "assets", assets))
		line := obj("token", tok.id, "decimals", tok.decimals, "pool", tok.pool.String(), "residualTo", r.residualTo, "rolledTo", r.rolledTo, "leaves", r.leaves, "dropped", r.dropped, "chains", chains)
		for name, z := range map[string]*big.Int{"claims": r.claims, "locked": r.lockedLine, "unelected": r.unelected, "unvested": r.unvested, "forgone": r.forgone,
			"unallocated": r.unallocated, "residual": r.residual, "carriedIn": r.carriedIn, "rolledIn": r.rolledIn, "paidBefore": r.paidBefore, "rolled": r.rolled} {
			line.names, line.items = append(line.names, name), append(line.items, text(z.String()))
		}
		ledger.items = append(ledger.items, line)
	}
	prev := obj("id", "", "manifest", "")
	if _, sum := c.refs(); sum != "" {
		prev = obj("id", k.prev[sum].man.campID, "manifest", sum)
	}
	man := obj("format", "merkle-bundle/v1", "campaign", obj("file", "campaign.yaml", "id", c.id, "sha256", sha256Text([]byte(campaign))), "rule", c.rule.name, "previous", prev,
		"publish", obj("inputs", "copy", "proofs", "subtree", "shard", "256"), "inputs", list0, "exclusions", list(), "tokens", tokens, "ledger", ledger, "tables", tables,
		"assertions", list(), "groups", list(), "trees", list())
	writeSums(out, &man)
	out["manifest.json"] = &fstest.MapFile{Data: appendJSON(nil, &man)}
	return out
}

// newRuleDataLike is room to read an input a second time.
func newRuleDataLike(d *ruleData) *ruleData { return newRuleData(d.camp) }

// monthBundles are two months; everybody stakes or waits, so that there are no leaves.
func monthBundles(t testing.TB) (first, second fstest.MapFS) {
	settings := "  points: {file: points.csv}\n  elections: {file: elections.csv}\n"
	elections := "account,choice\n" + wallet("A") + ",12\n" + wallet("B") + ",6\n"
	first = leafless(t, monthCampaign("noon-active-staking/v1", jan, true, "1000", settings),
		map[string]string{"points": "account,points\n" + wallet("A") + ",3\n" + wallet("B") + ",2\n" + wallet("C") + ",2\n", "elections": elections}, nil)
	return first, monthAfter(t, first, jan+1, map[string]string{"points": "account,points\n" + wallet("D") + ",1\n", "elections": "account,choice,month\n" + wallet("C") + ",24,2026-01\n"})
}

func monthAfter(t testing.TB, before fstest.MapFS, m month, inputs map[string]string) fstest.MapFS {
	t.Helper()
	settings := "  points: {file: points.csv}\n  elections: {file: elections.csv}\n"
	campaign := strings.Replace(monthCampaign("noon-active-staking/v1", m, false, "500", settings), emptyPrev, sha256Text(before["manifest.json"].Data), 1)
	return leafless(t, campaign, inputs, map[string]fs.FS{"before": before})
}

// roundBundles are a round of fixed amounts and its close.
func roundBundles(t testing.TB) (round, closed fstest.MapFS) {
	s := sample{profile: "uniswap-v1", order: "account", layout: "subtree", n: 13, shard: 4, tokens: 2, inputs: "copy"}
	round = s.bundle()
	var b strings.Builder
	b.WriteString("format: merkle-campaign/v1\nid: closed\ntokens:\n")
	for i := range s.tokens {
		fmt.Fprintf(&b, "  T%d: {asset: %q, decimals: 2, pool: %q}\n", i, s.asset(i), fixedText(big.NewInt(s.sum(i)), 2))
	}
	fmt.Fprintf(&b, "rule: {name: close-round/v1, round: {bundle: ../round, manifest: %q}, claimed: {file: claimed.csv}, unclaimed: treasury}\n", sha256Text(round["manifest.json"].Data))
	b.WriteString("rounding: {method: floor, at: account-token, residual: {to: treasury}}\ntrees: []\n")
	claimed := []string{s.accountText(1) + ",t0," + fmt.Sprint(s.amount(1, 0)), s.accountText(2) + ",t0," + fmt.Sprint(s.amount(2, 0)), s.accountText(2) + ",t1," + fmt.Sprint(s.amount(2, 1))}
	sortBy(claimed, strings.Compare)
	return round, leafless(t, b.String(), map[string]string{"claimed": "account,tree,amount\n" + strings.Join(claimed, "\n") + "\n"}, map[string]fs.FS{"round": round})
}

func TestCheck_goesOn(t *testing.T) {
	first, second := monthBundles(t)
	round, closed := roundBundles(t)
	for name, c := range map[string]struct {
		b        fstest.MapFS
		previous map[string]fs.FS
		left     int
	}{"first month": {first, nil, 1}, "second month": {second, map[string]fs.FS{"x": first}, 1}, "alone": {second, nil, 2},
		"closed round": {closed, map[string]fs.FS{"x": round}, 1}, "closed round alone": {closed, nil, 2}} {
		r := check(t, c.b, Options{Previous: c.previous})
		if !r.OK() || len(r.NotChecked) != c.left {
			t.Errorf("%s: %v, not checked: %q", name, r.Findings, r.NotChecked)
		}
		for _, tok := range r.Tokens {
			if !tok.OK || !tok.Conserved || tok.Recomputed != tok.Claims {
				t.Errorf("%s: %+v", name, tok)
			}
		}
	}
	if third := check(t, monthAfter(t, second, jan+2, map[string]string{"points": "account,points\n", "elections": "account,choice,month\n" + wallet("D") + ",3,2026-02\n"}),
		Options{Previous: map[string]fs.FS{"x": second, "y": first}}); third.OK() || third.Findings[0].Code != PreviousUnknown {
		t.Errorf("a bundle that is no predecessor: %v", third.Findings)
	}
}

// TestCheck_everyByteGoesOn: no byte of a bundle that goes on from another is free.
func TestCheck_everyByteGoesOn(t *testing.T) {
	step := 7
	if testing.Short() {
		step = 31
	}
	first, second := monthBundles(t)
	round, closed := roundBundles(t)
	for name, c := range map[string]struct{ good, before fstest.MapFS }{"month": {second, first}, "round": {closed, round}} {
		o := Options{Workers: 1, Previous: map[string]fs.FS{"before": c.before}}
		size := 0
		for _, f := range c.good {
			size += len(f.Data)
		}
		for n := 0; n < size; n += step {
			b := clone(c.good)
			file, _ := flipByte(b, n, 1<<(n%8))
			if r := check(t, b, o); r.OK() {
				t.Errorf("%s: byte %d (%s) is free", name, n, file)
			}
			if file == "SHA256SUMS" || file == manifestFile && badJSON(b) {
				continue
			}
			seal(b)
			if sameFiles(b, c.good) {
				continue
			}
			if r := check(t, b, o); r.OK() {
				t.Errorf("%s: byte %d (%s) is free under new digests", name, n, file)
			}
		}
	}
}

func badJSON(b fstest.MapFS) bool {
	_, err := parseJSON(b[manifestFile].Data)
	return err != nil
}
