package alloc

import (
	"encoding/json"
	"fmt"
	"math/big"
	"strings"
	"testing"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/campaign"
)

// roundDraw draws the bundle of a round, and what was claimed of it.
type roundDraw struct {
	chance
	n        int
	faulty   bool // the list of what was claimed, or what the campaign says
	spoilt   bool // the round
	wide     bool
	files    files
	tokens   string // of a campaign file, with %s for the pools
	units    map[string]*big.Int
	pools    []*big.Int
	families []*drawnFamily
	groups   []map[string]any
	sums     strings.Builder
	leaves   []drawnLeaf
}

// drawnFamily is a family of trees, which are its parts.
type drawnFamily struct {
	id      string
	chain   merkle.Chain
	token   int
	trees   []string
	totals  []*big.Int
	counts  []int
	locked  string // name of the field; empty: none
	named   string // of the amount
	nothing bool   // the locked amount is a constant
}

// drawnLeaf is a leaf.
type drawnLeaf struct {
	account, tree string
	chain         merkle.Chain
	amount        *big.Int
}

func (d *roundDraw) assets(tokens int, chains []merkle.Chain) {
	var b strings.Builder
	for k := range tokens {
		fmt.Fprintf(&b, "  T%d:\n    decimals: 6\n    pool: \"%%s\"\n    assets:\n", k)
		d.pools = append(d.pools, new(big.Int))
		finest := d.IntN(len(chains))
		for i, chain := range chains {
			if i != finest && d.in(3) {
				continue
			}
			decimals, kind := 6, "token"
			if i != finest && d.in(2) {
				decimals -= d.IntN(4)
			}
			if chain.Family() == merkle.EVM {
				kind = "erc20"
			}
			d.units[fmt.Sprint(k, chain)] = new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(6-decimals)), nil)
			fmt.Fprintf(&b, "      - {asset: \"%s/%s:%s\", decimals: %d}\n", chain, kind, d.claimant(chain.Family(), 1000003+k).Text(), decimals)
			for range 1 + btoi(d.in(5)) {
				d.family(chain, k)
			}
		}
	}
	d.tokens = b.String()
}

func (d *roundDraw) family(chain merkle.Chain, token int) {
	f := &drawnFamily{id: fmt.Sprint("t", len(d.families)), chain: chain, token: token, named: d.one("amount", "unlocked")}
	parts := 1
	if d.in(3) {
		parts = 2 + d.IntN(2)
	}
	for i := range parts {
		id := f.id
		if parts > 1 {
			id += fmt.Sprintf("-%d", i+1)
		}
		f.trees, f.totals, f.counts = append(f.trees, id), append(f.totals, new(big.Int)), append(f.counts, 0)
	}
	if d.in(3) {
		f.locked, f.nothing = d.one("locked", "amountLocked"), d.in(4)
	}
	d.families = append(d.families, f)
}

// amount is an amount of a leaf.
func (d *roundDraw) amount() *big.Int {
	v := big.NewInt(int64(1 + d.IntN(1000)))
	switch {
	case d.in(50):
		v.SetInt64(0)
	case d.wide && d.in(3):
		v.Lsh(v, 130+uint(d.IntN(80)))
	case d.in(3):
		v.Lsh(v, uint(d.IntN(60)))
	}
	return v
}

// group draws some accounts on a chain that have leaves in some of its families, in shards of so many rows.
func (d *roundDraw) group(chain merkle.Chain, who []int) {
	var of []*drawnFamily
	for _, f := range d.families {
		if f.chain == chain && !d.in(3) {
			of = append(of, f)
		}
	}
	if len(of) == 0 || len(who) == 0 {
		return
	}
	id := fmt.Sprint("g", len(d.groups))
	var parts [][]string
	var columns []map[string]string
	for _, f := range of {
		parts = append(parts, f.trees)
		columns = append(columns, map[string]string{"family": f.id, "field": f.named}, map[string]string{"family": f.id, "field": "proof"})
		if f.locked != "" && !f.nothing {
			columns = append(columns, map[string]string{"family": f.id, "field": f.locked})
		}
		if len(f.trees) > 1 {
			columns = append(columns, map[string]string{"family": f.id, "field": "part"})
		}
	}
	var rows [][]any
	for _, n := range who {
		rows = append(rows, d.row(d.claimant(chain.Family(), n).Text(), of))
	}
	each, shards := 1+d.IntN(len(rows)+1), 0
	for from := 0; from < len(rows); from += each {
		text := d.json(map[string]any{"rows": rows[from:min(from+each, len(rows))]})
		name := fmt.Sprintf("groups/%s/shards/%03d/%03d.json", id, shards/1000, shards%1000)
		fmt.Fprintf(&d.sums, "%s  %s\n", digest(text), name)
		if d.spoilt && d.in(60) {
			text += " "
		}
		d.files["r/"+name] = text
		shards++
	}
	d.groups = append(d.groups, map[string]any{"id": id, "families": parts, "columns": columns, "shards": fmt.Sprint(shards)})
}

// row is a row of a shard.
func (d *roundDraw) row(account string, of []*drawnFamily) []any {
	row := []any{account}
	for _, f := range of {
		v, part, leaf := d.amount(), d.IntN(len(f.trees)), new(big.Int)
		leaf.Set(v)
		cell := v.String()
		if d.spoilt && d.in(500) {
			cell = d.one("x", "", "01", "-1")
		}
		row = append(row, cell, []string{"0x00"})
		if f.locked != "" && !f.nothing {
			more := d.amount()
			row = append(row, more.String())
			leaf.Add(leaf, more)
		}
		if len(f.trees) > 1 {
			row = append(row, fmt.Sprint(part))
		}
		f.totals[part].Add(f.totals[part], leaf)
		f.counts[part]++
		base := new(big.Int).Mul(leaf, d.units[fmt.Sprint(f.token, f.chain)])
		d.pools[f.token].Add(d.pools[f.token], base)
		d.leaves = append(d.leaves, drawnLeaf{account, f.trees[part], f.chain, leaf})
	}
	if d.spoilt && d.in(500) {
		row = row[:len(row)-1]
	}
	return row
}

func (d *roundDraw) json(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// round draws the bundle and returns the digest of its manifest.
func (d *roundDraw) round(chains []merkle.Chain) string {
	for _, chain := range chains {
		of := make([][]int, 1+d.IntN(3))
		for n := range d.n {
			i := d.IntN(len(of))
			of[i] = append(of[i], n)
			if d.spoilt && d.in(12*d.n) {
				i = d.IntN(len(of))
				of[i] = append(of[i], n, n)
			}
		}
		for _, who := range of {
			d.group(chain, who)
		}
	}
	var trees, ledger []map[string]any
	for _, f := range d.families {
		for i, id := range f.trees {
			fields, constants := []map[string]string{{"name": "claimant", "source": "account"}, {"name": f.named, "source": "amount"}}, map[string]string{}
			if f.locked != "" {
				fields = append(fields, map[string]string{"name": f.locked, "source": "locked"})
				if f.nothing {
					constants[f.locked] = "0"
				}
			}
			leaves := f.counts[i]
			if d.spoilt && d.in(40) {
				leaves++
			}
			trees = append(trees, map[string]any{"id": id, "family": f.id, "chain": f.chain, "tokens": []string{fmt.Sprint("T", f.token)}, "totals": []string{f.totals[i].String()},
				"leaves": fmt.Sprint(leaves), "constants": constants, "profile": map[string]any{"fields": fields}})
		}
	}
	d.Shuffle(len(trees), func(i, j int) { trees[i], trees[j] = trees[j], trees[i] })
	for k, pool := range d.pools {
		paid := "0"
		if d.spoilt && d.in(40) {
			paid = "7"
		}
		ledger = append(ledger, map[string]any{"token": fmt.Sprint("T", k), "claims": pool.String(), "paidBefore": paid})
	}
	chain, profile := d.families[0].chain, "profile: jito-v1"
	if chain.Family() == merkle.EVM {
		profile = "profile: oz-standard-v1, fields: [\"account:address\", \"amount:uint256\"]"
	}
	source := d.source("round", "  name: fixed/v1\n  list: {file: list.csv}\n  unit: base\n  duplicates: error\n", "\n  - {id: t, tokens: [T0], chain: \""+string(chain)+"\", "+profile+", order: account}")
	d.files["r/campaign.yaml"] = source
	d.files["r/SHA256SUMS"] = d.sums.String()
	d.files["r/manifest.json"] = d.json(map[string]any{"format": bundleFormat, "campaign": map[string]string{"id": "round", "sha256": digest(source)},
		"files": map[string]string{"sha256": digest(d.sums.String())}, "groups": d.groups, "ledger": ledger, "trees": trees})
	return digest(d.files["r/manifest.json"])
}

// source is a campaign with the round's tokens and pools.
func (d *roundDraw) source(id, rule, trees string) string {
	var pools []any
	for _, p := range d.pools {
		text := fmt.Sprintf("%07s", p)
		if d.faulty && id != "round" && d.in(20) {
			text = "1" + text
		}
		pools = append(pools, text[:len(text)-6]+"."+text[len(text)-6:])
	}
	return "format: merkle-campaign/v1\nid: " + id + "\ntokens:\n" + fmt.Sprintf(d.tokens, pools...) + "rule:\n" + rule + "rounding: {method: floor, at: account-token, residual: {to: treasury}}\ntrees: " + trees + "\n"
}

// claims draws the list of what was claimed.
func (d *roundDraw) claims() string {
	columns := []string{"account", "tree"}
	for _, name := range []string{"amount", "chain"} {
		if !d.in(3) {
			columns = append(columns, name)
		}
	}
	columns = append(columns, "note")
	d.Shuffle(len(columns), func(i, j int) { columns[i], columns[j] = columns[j], columns[i] })
	rows := []string{}
	most := 1 + d.IntN(5)
	for _, x := range d.leaves {
		for range btoi(!d.in(most)) + btoi(d.faulty && d.in(20)) {
			cells := map[string]string{"account": x.account, "tree": x.tree, "amount": x.amount.String(), "chain": string(x.chain), "note": d.one("", "n")}
			if x.chain.Family() == merkle.EVM && d.in(2) {
				cells["account"] = checksummed(x.account)
			}
			if d.faulty && d.in(15) {
				other := d.leaves[d.IntN(len(d.leaves))]
				cells[d.one("account", "tree", "amount", "chain", "tree", "account")] = d.one("x", "", "1", other.tree, other.account, string(other.chain), "99999999999999999999999999999999999999999999999999999999999999999999999999999",
					"115792089237316195423570985008687907853269984665640564039457584007913129639936", d.claimant(x.chain.Family(), d.n+1).Text())
			}
			var row []string
			for _, name := range columns {
				row = append(row, cells[name])
			}
			rows = append(rows, strings.Join(row, ","))
		}
	}
	d.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
	return strings.Join(append([]string{strings.Join(columns, ",")}, rows...), "\n") + "\n"
}

// closeCase is a random round and a campaign that closes it.
func (r chance) closeCase(n int) (*campaign.Campaign, Options) {
	d := &roundDraw{chance: r, n: n, faulty: r.in(3), spoilt: r.in(6), wide: r.in(6), files: files{}, units: map[string]*big.Int{}}
	chains := r.chains()
	d.assets(1+r.IntN(3), chains)
	manifest := d.round(chains)
	if d.spoilt && r.in(20) {
		manifest = digest("another")
	}
	d.files["claimed.csv"] = d.claims()
	if d.faulty && r.in(40) {
		d.files["claimed.csv"] = r.one("", "account\n", "account,tree\n", "account,tree\nx")
	}
	source := d.source("closed", "  name: close-round/v1\n  round: {bundle: r, manifest: "+manifest+"}\n  claimed: {file: claimed.csv, ignore: [note]}\n  unclaimed: next-pool\n", "[]")
	c, err := campaign.Parse([]byte(source), "campaign.yaml")
	if err != nil {
		panic(fmt.Sprintf("%v\n%s", err, source))
	}
	d.say(c, chains)
	return c, d.files.options()
}

// say draws figures, kinds of accounts, and what is declared of the list.
func (d *roundDraw) say(c *campaign.Campaign, chains []merkle.Chain) {
	in := &c.Rule.Close.Claimed
	if d.in(3) {
		in.Rows = fmt.Sprint(strings.Count(d.files[in.File], "\n") - 1 + btoi(d.faulty && d.in(4)))
	}
	if d.in(3) {
		in.SHA256 = digest(d.files[in.File] + strings.Repeat("x", btoi(d.faulty && d.in(4))))
	}
	for k := range c.Tokens {
		who := chains[d.IntN(len(chains))]
		for _, as := range []campaign.Assertion{
			{Figure: "claim", Account: d.claimant(who.Family(), d.IntN(d.n+1)), Chain: merkle.Chain(d.one("", string(who), string(who)))},
			{Figure: d.one("claims-total", "leaves", "residual", "rolled", "unallocated")},
		} {
			as.Pos, as.Token, as.Prints, as.Rounding, as.Level = at("campaign.yaml", 40+k, 1), c.Tokens[k].ID, d.one("1", "2.5"), "half-up", "warn"
			if d.in(60) {
				as.Level = "error"
			}
			c.Assert = append(c.Assert, as)
		}
	}
	c.Accounts.Pos = at("campaign.yaml", 60, 1)
	for _, kind := range merkle.AccountKinds() {
		if kind != merkle.KindWallet && d.in(3) {
			c.Accounts.Set(kind, d.one("allow", "warn", "warn"))
			if d.faulty && d.in(10) {
				c.Accounts.Set(kind, "refuse")
			}
		}
	}
	if d.in(6) {
		c.Tokens[0].Assets[0].Cap = ptr(merkle.NewAmount(1)) // it was for the round
	}
}

func TestStream_closeSameAsCompute(t *testing.T) {
	claims := 0
	rounds := randomly(100, 2000, func(r chance, n int, what string, x External) {
		c, o := r.closeCase(n)
		claims += btoi(streamBoth(t, what, c, o, x))
	})
	if claims < rounds/3 {
		t.Errorf("only %d of %d rounds can be closed", claims, rounds)
	}
	t.Logf("%d of %d rounds can be closed", claims, rounds)
}

// checksummed is an address with the capitals of EIP-55.
func checksummed(text string) string {
	a, err := merkle.ParseAccount(text)
	if err != nil {
		panic(err)
	}
	return a.String()
}
