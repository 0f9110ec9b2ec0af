package alloc

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/campaign"
)

// noonDraw draws chains of months.
type noonDraw struct {
	chance
	chains   string
	families []merkle.Family
	settings string // of all months
	accounts int
	periods  []int
	faulty   bool
	files    files
	previous string
	columns  map[string]bool
	tranches bool
	staking  bool     // Open Staking
	rolled   []string // bundles of the month before
	open     []string // rows of tables/positions.csv of the month before
}

func (r chance) noonDraw(n int) *noonDraw {
	d := &noonDraw{chance: r, accounts: n, files: files{}, previous: "none", periods: []int{3, 6, 9, 12, 24, 48}, columns: map[string]bool{}}
	switch r.IntN(3) {
	case 0:
		d.chains, d.families = onlySolana, []merkle.Family{merkle.Solana}
	case 1:
		d.chains, d.families = noonAssets, []merkle.Family{merkle.Solana, merkle.EVM}
	default:
		d.chains, d.families = mixedAssets, []merkle.Family{merkle.Solana, merkle.EVM}
	}
	for _, name := range []string{"source", "part", "month", "chain"} {
		d.columns[name] = !r.in(4)
	}
	var b strings.Builder
	say := func(n int, format string, args ...any) bool {
		yes := r.in(n)
		if yes {
			fmt.Fprintf(&b, format+"\n", args...)
		}
		return yes
	}
	if d.tranches = say(5, "claims: tranches"); !d.tranches {
		say(3, "rollAt: completion")
		say(3, "claims: cumulative")
	}
	say(3, "votingPower: {full: %d, reading: %s}", []int{12, 48, 7}[r.IntN(3)], r.one("elapsed", "committed"))
	if say(4, "vesting: {periods: [1, 2, 4], full: %d, convention: %s}", []int{2, 4}[r.IntN(2)], r.one("months", "days-30-365")) {
		d.periods = []int{1, 2, 4}
	}
	d.settings = b.String()
	return d
}

// text is an account of the draw, by number.
func (d *noonDraw) text(n int) string {
	return d.claimant(d.families[n%len(d.families)], n).Text()
}

func (d *noonDraw) chainOf(n int) string {
	return string([]merkle.Chain{onSolana, onEthereum}[n%len(d.families)])
}

// rows makes a CSV of some columns; cells are dropped with their column.
func (d *noonDraw) rows(columns []string, rows [][]string) string {
	var b strings.Builder
	line := func(cells []string) {
		var out []string
		for i, name := range columns {
			if optional, known := d.columns[name]; i == 0 || !known || optional || name == "month" && columns[1] == "month" {
				out = append(out, cells[i])
			}
		}
		b.WriteString(strings.Join(out, ",") + "\n")
	}
	line(columns)
	for _, cells := range rows {
		if d.faulty && d.in(40) {
			cells[d.IntN(len(cells))] = d.one("x", "", "2031-01", "1/3", "0", "99999999999999999999999999999999999999999999999999999999999999999999999999999")
		}
		line(cells)
	}
	return b.String()
}

// exits draws who leaves.
func (d *noonDraw) exits(name string) {
	var rows [][]string
	for _, row := range d.open {
		cells := strings.Split(row, ",")
		if cells[3] == "" || !d.in(4) {
			if !d.faulty || !d.in(30) || cells[3] == "" {
				continue
			}
		}
		if period, _ := fmt.Sscan(cells[3], new(int)); period == 0 || cells[6] == "yes" && !d.faulty || d.ends(cells[2], cells[3], name) && !d.faulty {
			continue
		}
		rows = append(rows, []string{cells[0], cells[2], cells[3], cells[1]})
		if d.faulty && d.in(5) {
			rows = append(rows, []string{cells[0], cells[2], d.one(cells[3], "3"), cells[1]})
		}
	}
	d.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
	d.files[name+"/exits.csv"] = d.rows([]string{"account", "month", "period", "chain"}, rows)
}

// ends reports whether a position of a month for so many months has ended by a month.
func (d *noonDraw) ends(month, period, now string) bool {
	m, _ := campaign.Month([]byte(month))
	n, _ := campaign.Month([]byte(now))
	var p int
	fmt.Sscan(period, &p) //nolint:errcheck // a number of ours
	return m+p <= n
}

// active draws one month of Active Staking.
func (d *noonDraw) active(number int) (*campaign.Campaign, Options) {
	now := 2026*12 + number
	name := campaign.MonthText(now)
	var points, elections [][]string
	fraction := d.IntN(3) * 4
	elected := map[int]bool{}
	for range d.accounts {
		if d.in(3) {
			continue
		}
		who := d.IntN(d.accounts)
		points = append(points, []string{d.text(who), d.decimal(fraction), d.one("trade", "\"a,b\"", "", "lend"), fmt.Sprintf("%s-%02dT%02d:00:00%s", name, 2+d.IntN(25), d.IntN(24), d.one("Z", "+00:30")), d.chainOf(who)})
		if !d.in(3) && (!elected[who] || d.faulty && d.in(9)) {
			elections = d.elect(elections, who, "")
		}
		elected[who] = true
	}
	if d.columns["month"] {
		for _, row := range d.open {
			cells := strings.Split(row, ",")
			if cells[3] == "" && d.in(3) {
				from := len(elections)
				elections = d.elect(elections, 0, cells[2])
				for _, x := range elections[from:] {
					x[0], x[4] = cells[0], cells[1]
				}
			}
		}
	}
	d.Shuffle(len(elections), func(i, j int) { elections[i], elections[j] = elections[j], elections[i] })
	if d.faulty && d.in(9) {
		elections = d.elect(elections, d.accounts+1, "")
	}
	d.exits(name)
	d.files[name+"/points.csv"] = d.rows([]string{"account", "points", "source", "time", "chain"}, points)
	d.files[name+"/elections.csv"] = d.rows([]string{"account", "choice", "part", "month", "chain"}, elections)
	settings := d.settings + fmt.Sprintf("points: {file: %[1]s/points.csv}\nelections: {file: %[1]s/elections.csv}\n", name)
	if d.columns["source"] && d.in(2) || d.faulty && d.in(9) {
		settings += fmt.Sprintf("multipliers: [{source: trade, factor: \"1.5\"}, {source: lend, from: \"%s-10T00:00:00Z\", factor: \"0.25\"}, {source: trade, to: \"%[1]s-20T00:00:00Z\", factor: \"2\"}]\n", name)
	}
	if d.faulty && d.in(12) {
		settings += "mixed: no\n"
	}
	if d.in(4) {
		settings += "exitPaid: at-end\n"
	}
	if d.in(4) {
		settings += "beforeFirst: nothing\n"
	}
	return d.month(activeRule, name, now, settings)
}

// stakes draws one month of Open Staking.
func (d *noonDraw) stakes(number int) (*campaign.Campaign, Options) {
	now := 2026*12 + number
	name := campaign.MonthText(now)
	var rows [][]string
	seen := map[string]bool{}
	for range d.accounts {
		who, period := d.IntN(d.accounts), fmt.Sprint(d.periods[d.IntN(len(d.periods))])
		key := fmt.Sprint(who, " ", period)
		if seen[key] && (!d.faulty || !d.in(20)) {
			continue
		}
		seen[key] = true
		rows = append(rows, []string{d.text(who), d.decimal(6), period, d.chainOf(who)})
	}
	d.exits(name)
	d.files[name+"/stakes.csv"] = d.rows([]string{"account", "amount", "period", "chain"}, rows)
	settings := d.settings + fmt.Sprintf("stakes: {file: %[1]s/stakes.csv}\n", name)
	if len(d.rolled) > 0 && !d.in(4) {
		settings += "rolled: [" + strings.Join(d.rolled, ", ") + "]\n"
	}
	if d.in(4) {
		settings += "destination: elsewhere\n"
	}
	return d.month(openRule, name, now, settings)
}

func (d *noonDraw) draw(number int) (*campaign.Campaign, Options) {
	if d.staking {
		return d.stakes(number)
	}
	return d.active(number)
}

// elect adds choices for one allocation.
func (d *noonDraw) elect(rows [][]string, who int, month string) [][]string {
	choice := func() string {
		if d.in(3) {
			return "claim"
		}
		return fmt.Sprint(d.periods[d.IntN(len(d.periods))])
	}
	add := func(choice, part string) {
		rows = append(rows, []string{d.text(who), choice, part, month, d.chainOf(who)})
	}
	one := choice()
	if d.columns["part"] && d.in(3) {
		other := choice()
		for other == one {
			other = choice()
		}
		parts := [][2]string{{"1/3", "2/3"}, {"0.25", "0.75"}, {"0.125", "7/8"}}[d.IntN(3)]
		add(one, parts[0])
		if !d.faulty || !d.in(9) {
			add(other, parts[1])
		}
		return rows
	}
	add(one, d.one("1", "1.0", "1/1"))
	if d.faulty && d.in(15) {
		add(one, "1")
	}
	return rows
}

// month makes the campaign.
func (d *noonDraw) month(rule, name string, now int, settings string) (*campaign.Campaign, Options) {
	if !d.tranches {
		settings += "exits: {file: " + name + "/exits.csv}\n"
	}
	source := noonSource(rule, "m-"+name, d.one("0", "1", "1000003", "999999999999", "123456789012345678901234567890", "99999999999999999999999999999999999999999999999999"), d.chains, "month: "+name+"\nzone: \"+00:00\"\nprevious: "+d.previous+"\n"+settings)
	c, err := campaign.Parse([]byte(source), "campaign.yaml")
	if err != nil {
		panic(fmt.Sprintf("%v\n%s", err, source))
	}
	for i := range d.IntN(3) {
		list := fmt.Sprintf("%s/out%d.csv", name, i)
		c.Exclude = append(c.Exclude, campaign.Exclusion{Input: input(list), List: fmt.Sprint("L", i)})
		d.files[list] = "account,reason\n"
		for j := range d.IntN(4) {
			d.files[list] += d.text(d.IntN(d.accounts+2)+j*1000) + ",team\n"
		}
	}
	for _, as := range []campaign.Assertion{
		{Figure: "claim", Account: d.account(), Prints: "1"},
		{Figure: "voting-power", Account: d.account(), Prints: "2.500"},
		{Figure: d.one("claims-total", "leaves", "residual", "unallocated", "unvested", "forgone", "locked", "unelected", "carried-in", "paid-before"), Prints: "3"},
		{Figure: "fraction", Period: d.periods[0], Prints: "10.0"},
	} {
		as.Pos, as.Token, as.Rounding, as.Level = at("campaign.yaml", 90, 1), "NOON", "half-up", "warn"
		if d.in(90) {
			as.Level = "error"
		}
		c.Assert = append(c.Assert, as)
	}
	for _, kind := range merkle.AccountKinds() {
		if kind != merkle.KindWallet {
			c.Accounts.Set(kind, "allow")
			if d.in(6) {
				c.Accounts.Set(kind, "warn")
			}
			if d.faulty && d.in(30) {
				c.Accounts.Set(kind, "refuse")
			}
		}
	}
	if d.in(30) {
		c.Tokens[0].Assets[0].Cap = ptr(merkle.NewAmount(uint64(d.IntN(1000))))
	}
	return c, d.files.options()
}

func (d *noonDraw) account() merkle.Account {
	n := d.IntN(d.accounts + 1)
	return d.claimant(d.families[n%len(d.families)], n)
}

// goOn publishes a month for the next one; some bundles are spoilt.
func (d *noonDraw) goOn(t *testing.T, c *campaign.Campaign, o Options) bool {
	a, err := Compute(t.Context(), c, o)
	if err != nil {
		return false
	}
	name := strings.TrimPrefix(c.ID, "m-")
	digest := publish(t, d.files, name, a)
	d.open = nil
	for row := range strings.SplitSeq(tableText(t, a, "positions"), "\n") {
		if cells := strings.Split(row, ","); len(cells) == 7 && cells[0] != "account" {
			d.open = append(d.open, row)
		}
	}
	if d.faulty {
		digest = d.spoil(name)
	}
	d.previous = "{bundle: " + name + ", manifest: " + digest + "}"
	d.rolled = []string{d.previous}
	return true
}

// spoil makes another bundle of one, and returns the digest of its manifest.
func (d *noonDraw) spoil(name string) string {
	manifest := d.files[name+"/manifest.json"]
	table := name + "/tables/" + d.one("positions", "positions", "paid") + ".csv"
	was := d.files[table]
	lines := strings.Split(strings.TrimSuffix(was, "\n"), "\n")
	switch at := 1 + d.IntN(len(lines)); {
	case at == len(lines):
	case d.in(4): // a row twice
		lines = append(lines, lines[at])
	case d.in(4): // out of order
		lines[at], lines[1] = lines[1], lines[at]
	default:
		cells := strings.Split(lines[at], ",")
		cells[d.IntN(len(cells))] = d.one("0", "x", "1", "100", "yes", "2026-01", "115792089237316195423570985008687907853269984665640564039457584007913129639900")
		lines[at] = strings.Join(cells, ",")
	}
	now := strings.Join(lines, "\n") + "\n"
	d.files[table] = now
	manifest = strings.ReplaceAll(manifest, digest(was), digest(now))
	for _, rows := range []int{len(lines) - 1} { // the number of rows is not always that of before
		manifest = strings.Replace(manifest, fmt.Sprintf("%q:%q", "rows", fmt.Sprint(strings.Count(was, "\n")-1)), fmt.Sprintf("%q:%q", "rows", fmt.Sprint(rows)), -1)
	}
	if d.in(5) {
		manifest = strings.Replace(manifest, "locked\":\"", "locked\":\"1", 1)
	}
	d.files[name+"/manifest.json"] = manifest
	if d.in(5) {
		return digest("another")
	}
	return digest(manifest)
}

// chainOfMonths compares months one after the other; it returns how many had a result.
func (d *noonDraw) chainOfMonths(t *testing.T, what string, months int, x External) (results int) {
	for number := range months {
		d.faulty = d.in(9) || number > 0 && d.in(5)
		c, o := d.draw(number)
		if !streamBoth(t, fmt.Sprintf("%s, month %d", what, number), c, o, x) {
			return results
		}
		d.faulty = d.in(5)
		if results++; !d.goOn(t, c, o) {
			return results
		}
	}
	return results
}

func TestStream_noonActiveSameAsCompute(t *testing.T) { noonRandom(t, false) }

func TestStream_noonOpenSameAsCompute(t *testing.T) { noonRandom(t, true) }

// noonRandom compares random chains of months of one kind.
func noonRandom(t *testing.T, staking bool) {
	t.Helper()
	results := 0
	chains := randomly(100, 8000, func(r chance, n int, what string, x External) {
		d := r.noonDraw(n)
		d.staking = staking
		results += d.chainOfMonths(t, what, 1+r.IntN(6), x)
	})
	if results < chains/2 {
		t.Errorf("only %d months of %d chains have a result", results, chains)
	}
	t.Logf("%d months of %d chains have a result", results, chains)
}

// Inputs with more different texts than are numbered are for memory.
func TestStream_tooManyTexts(t *testing.T) {
	var points, elections strings.Builder
	points.WriteString("account,points,source\n")
	elections.WriteString("account,choice,part\n")
	r := newChance(1)
	for i := range mostTexts + 2 {
		who := r.claimant(merkle.Solana, i).Text()
		fmt.Fprintf(&points, "%s,1,s%d\n", who, i)
		fmt.Fprintf(&elections, "%s,claim,1/%d\n", who, i+1)
	}
	f := files{"points.csv": points.String(), "elections.csv": elections.String(), "few.csv": "account,points\n"}
	for _, settings := range []string{"points: {file: points.csv}\n", "points: {file: few.csv}\nelections: {file: elections.csv}\n"} {
		c := parse(t, noonSource(activeRule, "m", "1000003", onlySolana, "month: 2026-01\nzone: \"+00:00\"\nprevious: none\n"+settings))
		dir := t.TempDir()
		if _, err := Stream(t.Context(), c, f.options(), External{Dir: dir, Memory: 1 << 20}); !errors.Is(err, ErrInMemory) {
			t.Errorf("%s: %v", settings, err)
		}
		if left, _ := os.ReadDir(dir); len(left) > 0 {
			t.Errorf("%s: %s is left", settings, left[0].Name())
		}
	}
}

// TestStream_monthsEndEarly stops months that go on from others, and has a large one of each kind.
func TestStream_monthsEndEarly(t *testing.T) {
	for _, staking := range []bool{false, true} {
		secondMonth(t, 2000, staking, func(c *campaign.Campaign, o Options) { endsEarly(t, c.Rule.Name, c, o) })
		if !testing.Short() {
			secondMonth(t, 40_000, staking, func(c *campaign.Campaign, o Options) {
				if !streamBoth(t, c.Rule.Name, c, o, External{Memory: 1 << 20, Workers: 2}) {
					t.Error("refused")
				}
			})
		}
	}
}

// secondMonth calls visit with the second of two months that have results.
func secondMonth(t *testing.T, size int, staking bool, visit func(c *campaign.Campaign, o Options)) {
	t.Helper()
	for seed := uint64(100); ; seed++ {
		if seed == 140 {
			t.Fatal("all are refused")
		}
		d := newChance(seed).noonDraw(size)
		d.staking = staking
		c, o := d.draw(0)
		if streamFails(t, c, o) {
			continue
		}
		d.goOn(t, c, o)
		if c, o = d.draw(1); streamFails(t, c, o) {
			continue
		}
		visit(c, o)
		return
	}
}

// TestStream_manyFaultsOfMonths has more faults than are told: of elections, of exits, of periods, of one account and of many; and inputs that are not there.
func TestStream_manyFaultsOfMonths(t *testing.T) {
	const n = 1500
	who, lines := manyRows(n)
	f := files{
		"points.csv": lines("account,points", func(i int) string { return who(i) + ",3" }),
		"wide.csv": lines("account,points", func(i int) string {
			return who(i) + ",115792089237316195423570985008687907853269984665640564039457584007913129639935"
		}),
		"half.csv":    lines("account,choice,part", func(i int) string { return who(i) + ",3,1/3" }),
		"months.csv":  lines("account,choice,month", func(i int) string { return who(1) + ",claim," + campaign.MonthText(12*1990+i%400) }),
		"all.csv":     lines("account,choice,part", func(i int) string { return who(i) + "," + []string{"claim", "6"}[i/n] + ",2/3" }),
		"nobody.csv":  "account,points\n",
		"exits.csv":   lines("account,month,period", func(i int) string { return who(i) + ",2025-10,6" }),
		"twice.csv":   lines("account,amount,period", func(i int) string { return who(i) + ",3,6" }),
		"one.csv":     lines("account,amount,period", func(i int) string { return who(i*(i%2)) + ",3,6" }),
		"account.csv": lines("account,amount,period", func(i int) string { return who(7) + ",3," + []string{"6", "12"}[i%2] }),
	}
	for rule, list := range map[string][]string{
		activeRule: {"points: {file: points.csv}\nelections: {file: half.csv}", "points: {file: points.csv}\nelections: {file: all.csv}", "points: {file: points.csv}\nelections: {file: all.csv}\nmixed: no",
			"points: {file: wide.csv}\nelections: {file: months.csv}\nexits: {file: exits.csv}", "points: {file: nobody.csv}\nelections: {file: all.csv}", "points: {file: gone.csv}\nelections: {file: all.csv}",
			"points: {file: points.csv}\nelections: {file: gone.csv}\nexits: {file: gone.csv}"},
		openRule: {"stakes: {file: twice.csv}", "stakes: {file: one.csv}", "stakes: {file: account.csv}\nexits: {file: exits.csv}", "stakes: {file: gone.csv}\nexits: {file: exits.csv}"},
	} {
		for _, settings := range list {
			for _, previous := range []string{"none", "{bundle: gone, manifest: " + digest("gone") + "}"} {
				c := parse(t, noonSource(rule, "m", "1000003", onlySolana, "month: 2026-01\nzone: \"+00:00\"\nprevious: "+previous+"\n"+settings))
				if streamBoth(t, settings, c, f.options(), External{Memory: 1 << 14, Workers: 2}) {
					t.Errorf("%s: not refused", settings)
				}
			}
		}
	}
}

// TestOpenStaking_repeatedPeriod: every stake for a period that its account has before is one fault and names the first, however many there are between.
func TestOpenStaking_repeatedPeriod(t *testing.T) {
	a, b := newChance(1).claimant(merkle.Solana, 1).Text(), newChance(1).claimant(merkle.Solana, 2).Text()
	f := files{"stakes.csv": "account,amount,period\n" + a + ",3,6\n" + a + ",3,12\n" + b + ",3,6\n" + a + ",3,6\n" + a + ",3,6\n" + a + ",3,12\n"}
	c := parse(t, noonSource(openRule, "m", "1000003", onlySolana, "month: 2026-01\nzone: \"+00:00\"\nprevious: none\nstakes: {file: stakes.csv}"))
	_, err := Compute(t.Context(), c, f.options())
	if err == nil {
		t.Fatal("not refused")
	}
	for i, want := range []string{"stakes.csv:5:1: period \"6\": duplicate, first at stakes.csv:2:1", "stakes.csv:6:1: period \"6\": duplicate, first at stakes.csv:2:1", "stakes.csv:7:1: period \"12\": duplicate, first at stakes.csv:3:1"} {
		lines := strings.Split(err.Error(), "\n")
		if len(lines) != 3 || lines[i] != want {
			t.Errorf("says %s\nwant %s", err, want)
		}
	}
	if streamBoth(t, "repeated", c, f.options(), External{Memory: 1 << 14, Workers: 2}) {
		t.Error("not refused through disk")
	}
}
