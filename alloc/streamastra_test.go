package alloc

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/campaign"
)

// astraCase is a random campaign of astra-rewards/v1 with about n rows of stakes.
func (r chance) astraCase(n int) (*campaign.Campaign, Options) {
	chains := r.chains()
	set := &campaign.Astra{At: "2026-03-02T00:00:00+00:00", StakeDecimals: uint8(r.IntN(3) * 9), Score: r.one("trailing", "deposit-age"), Withdraw: r.one("oldest", "newest"),
		LVM: r.one("weighted", "mean-tenths", "max"), Multiplier: r.one("stake", "stake", "stake", "none"), Shares: r.one("individual", "flat", "tvl", "bps"),
		Locks: []campaign.Lock{{Months: 0, Window: 60, Factor: "1"}, {Months: 6, Window: 40, Factor: "1.1"}, {Months: 12, Window: 0, Factor: "1.8"}},
		Tiers: []campaign.Tier{{From: r.one("0", "30", "30.5"), Factor: "1.2"}, {From: "800000", Factor: "1.75"}}, Blocks: campaign.Blocks{Start: 100, End: 200, Current: 90 + r.IntN(120)},
		FeePercent: r.IntN(101), Redistribute: r.one("others", "others", "next"), Roll: "next-distribution"}
	c := &campaign.Campaign{ID: "t", Path: "campaign.yaml", Tokens: r.tokens(r.in(2), chains)[:1], Rounding: floorOnce(), Rule: campaign.Rule{Name: "astra-rewards/v1", Astra: set, Pos: at("campaign.yaml", 3, 1)}}
	r.rounding(c, false)
	if r.in(40) {
		set.At = "2026-03-02"
	}
	if r.in(40) {
		set.Tiers[0].Factor = "1.x"
	}
	f := files{}
	r.common(c, chains, n, f)
	a := &astraDraw{chance: r, set: set, chains: chains, faulty: r.in(5), n: n, files: f}
	if set.Multiplier == "stake" || r.in(2) {
		set.History = a.history()
	}
	for q := range 1 + r.IntN(3) {
		set.Pools = append(set.Pools, a.pool(q))
	}
	if r.in(2) {
		set.Cooldown = a.cooldown()
	}
	if !r.in(3) {
		set.Elections = a.elections()
	}
	for i, figure := range []string{"score", "multiplier", "score", "locked", "forgone"} {
		chain := chains[r.IntN(len(chains))]
		as := campaign.Assertion{Pos: at("campaign.yaml", 60+i, 1), Figure: figure, Token: c.Tokens[0].ID, Account: r.claimant(chain.Family(), r.IntN(n+1)), Prints: r.one("1", "1.000"), Rounding: "floor", Level: "warn"}
		if r.in(2) {
			as.Chain = chain
		}
		if !r.in(10) || len(chains) == 1 {
			c.Assert = append(c.Assert, as)
		}
	}
	o := f.options()
	if a.faulty && r.in(10) {
		delete(f, set.Pools[0].Stakes.File)
	}
	return c, o
}

// astraDraw draws the inputs.
type astraDraw struct {
	chance
	set    *campaign.Astra
	chains []merkle.Chain
	faulty bool
	n      int
	files  files
}

// who is the account and chain of a number; accounts of one number on two chains differ where families do.
func (a *astraDraw) who(n int) (account, chain string) {
	on := a.chains[n%len(a.chains)]
	if n%13 == 0 {
		on = a.chains[a.IntN(len(a.chains))]
	}
	return a.claimant(on.Family(), n).Text(), string(on)
}

// file writes rows with the cells of head in some order.
func (a *astraDraw) file(name string, head []string, rows [][]string) *campaign.Input {
	order := a.Perm(len(head))
	var b strings.Builder
	for i, row := range append([][]string{head}, rows...) {
		if i > 0 && a.faulty && a.in(200) {
			b.WriteString("x,")
		}
		for j, at := range order {
			if j > 0 {
				b.WriteByte(',')
			}
			b.WriteString(row[at])
		}
		b.WriteByte('\n')
	}
	a.files[name] = b.String()
	in := input(name)
	in.Pos.Line = 5 + len(a.files)
	if a.faulty && a.in(6) {
		in.Rows, in.Sum = "12", "12"
	}
	return &in
}

// rarely is a text instead of another one in some rows of a faulty input.
func (a *astraDraw) rarely(text string, others ...string) string {
	if a.faulty && a.in(40) {
		return a.one(others...)
	}
	return text
}

func (a *astraDraw) history() *campaign.Input {
	at, _ := time.Parse(time.RFC3339, "2026-03-02T00:00:00Z")
	var rows [][]string
	held := map[[2]int]int64{}
	for range a.n {
		who, lock := a.IntN(a.n/2+1), a.IntN(3)
		account, chain := a.who(who)
		when := at.Add(-time.Duration(a.IntN(100*86400)) * time.Second)
		if a.in(3) {
			when = at.AddDate(0, 0, -a.IntN(70)) // several events of one instant
		}
		amount := int64(1 + a.IntN(1000))
		text := fmt.Sprint(amount)
		if a.in(300) {
			text = "115792089237316195423570985008687907853269984"
		}
		if set := a.set; set.StakeDecimals > 0 && a.in(2) {
			text += fmt.Sprintf(".%0*d", 1+a.IntN(int(set.StakeDecimals)), a.IntN(10))
		}
		if k := [2]int{who, lock}; who%13 > 0 && held[k] > 0 && a.in(3) {
			text, when = "-"+fmt.Sprint(1+a.Int64N(held[k])), at.Add(-time.Duration(a.IntN(3600))*time.Second) // after all deposits, nearly
			held[k] = 0
		} else if when.Before(at.Add(-time.Hour)) {
			held[k] += amount
		}
		stamp := when.In(time.FixedZone("", []int{0, 3600, -5400}[a.IntN(3)])).Format("2006-01-02T15:04:05-07:00")
		if a.in(2) {
			stamp = when.Format(time.RFC3339)
		}
		rows = append(rows, []string{a.rarely(account, "nobody"), a.rarely(stamp, "2026-03-02T00:00:01Z", "2026-03-01", ""), a.rarely(fmt.Sprint(a.set.Locks[lock].Months), "7", "06"),
			a.rarely(text, "0", "-0", "x", "--1", "-99999999", "115792089237316195423570985008687907853269984665640564039457584007913129639935"), chain})
	}
	return a.file("history.csv", []string{"account", "time", "lock", "change", "chain"}, rows)
}

func (a *astraDraw) pool(q int) campaign.RewardPool {
	var rows [][]string
	met := map[string]bool{}
	for i := range a.n {
		if a.in(3) || q == 2 {
			continue
		}
		account, chain := a.who(i)
		if met[account+chain] && !a.faulty {
			continue
		}
		met[account+chain] = true
		amount := a.decimal(20)
		if a.faulty && a.in(60) {
			amount = a.one("x", "-1", "115792089237316195423570985008687907853269984665640564039457584007913129639935", "0.00000000000000000000000000000000000000000000000000000000001")
		}
		rows = append(rows, []string{account, amount, chain})
		if a.faulty && a.in(60) {
			rows = append(rows, []string{account, "1", chain})
		}
	}
	a.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
	return campaign.RewardPool{Pos: at("campaign.yaml", 20+q, 1), ID: fmt.Sprint("p", q), Alloc: a.one("1", "0.5", "3", "0.000000000000000001"), Last: 90 + a.IntN(40),
		Stakes: *a.file(fmt.Sprint("stakes-", q, ".csv"), []string{"account", "amount", "chain"}, rows)}
}

func (a *astraDraw) cooldown() *campaign.Input {
	var rows [][]string
	for i := range a.n {
		if account, chain := a.who(i); a.in(9) {
			rows = append(rows, []string{account, chain})
			if a.faulty && a.in(9) {
				rows = append(rows, []string{account, chain})
			}
		}
	}
	return a.file("cooldown.csv", []string{"account", "chain"}, rows)
}

func (a *astraDraw) elections() *campaign.Input {
	staked := map[string]bool{}
	for _, p := range a.set.Pools {
		for line := range strings.Lines(a.files[p.Stakes.File]) {
			for cell := range strings.SplitSeq(strings.TrimSpace(line), ",") {
				staked[cell] = true
			}
		}
	}
	var rows [][]string
	for i := range a.n {
		account, chain := a.who(i)
		if a.in(2) || i%13 == 0 || !a.faulty && !staked[account] {
			continue
		}
		rows = append(rows, []string{account, a.rarely(a.one("take", "take", "restake"), "claim"), a.rarely(fmt.Sprint(a.IntN(120)), "4294967296", "x", "1.5", "4294967295"), chain})
		if a.faulty && a.in(40) {
			rows = append(rows, rows[len(rows)-1])
		}
	}
	a.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
	return a.file("elections.csv", []string{"account", "choice", "age", "chain"}, rows)
}

func TestStream_astraSameAsCompute(t *testing.T) { streamRandom(t, chance.astraCase) }

// TestStream_astraWideBounds shares rewards out with bounds that are far too wide at first, so that claims ask for others while they are made.
func TestStream_astraWideBounds(t *testing.T) {
	done := 0
	for seed := range uint64(120) {
		r := newChance(seed)
		c, o := r.astraCase(1 + r.IntN(200))
		a, err := Compute(t.Context(), c, o)
		if err != nil {
			continue
		}
		done++
		s := newStream(t.Context(), c, o, External{Dir: t.TempDir(), Memory: 1 << 13, Workers: 2}, wide)
		s.rule.(*astraStream).rule.precisions = [3]uint{1, 8, 0}
		out, err := s.run()
		if err != nil {
			t.Fatal(err)
		}
		sameOutline(t, fmt.Sprint("seed ", seed), c, a, out, "")
		if err := out.Close(); err != nil {
			t.Error(err)
		}
	}
	if done < 40 {
		t.Errorf("only %d campaigns have claims", done)
	}
}

// TestStream_astraCutShort has temporary files cut short while they are read: an error, no outline, and nothing is left.
func TestStream_astraCutShort(t *testing.T) {
	seed := uint64(1)
	for c, o := newChance(seed).astraCase(2000); c.Rule.Astra.Elections == nil || c.Rule.Astra.Redistribute == "next" || streamFails(t, c, o); c, o = newChance(seed).astraCase(2000) {
		seed++
	}
	for stage, name := range map[string]string{"rewards": "settled-0", "fees": "restakers-0"} {
		c, o := newChance(seed).astraCase(2000)
		dir := t.TempDir()
		cut := false
		o.Progress = func(at string, _, _ int64) {
			if at != stage || cut {
				return
			}
			cut = true
			info, err := os.Stat(filepath.Join(dir, name))
			if err == nil {
				err = os.Truncate(filepath.Join(dir, name), info.Size()*3/4)
			}
			if err != nil {
				t.Error(err)
			}
		}
		out, err := Stream(t.Context(), c, o, External{Dir: dir, Memory: 1 << 12})
		if out != nil || !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%s: %v", stage, err)
		}
		if left, _ := os.ReadDir(dir); len(left) > 0 || !cut {
			t.Errorf("%s: %d files are left", stage, len(left))
		}
	}
}

// TestQuotas_onDisk: totals that cannot be read are an error, whichever entrants ask for them.
func TestQuotas_onDisk(t *testing.T) {
	broken := errors.New("gone")
	whole := &quotas{pools: 1, bits: quotaBits(), all: func(func(*quotas) error) error { return broken }}
	part := &quotas{n: 1, pools: 1, bits: quotaBits(), whole: whole}
	if got := part.floor(new(quotaRoom), 0, nil); got.Sign() != 0 || !errors.Is(whole.failed(), broken) {
		t.Errorf("%s and %v", got, whole.failed())
	}
}

func TestStreams_astraOfTwoTokens(t *testing.T) {
	c, o := newChance(1).astraCase(3)
	if err := Streams(c, o); err != nil {
		t.Error(err)
	}
	c.Tokens = append(c.Tokens, token("U", 6, "1"))
	if err := Streams(c, o); !errors.Is(err, ErrInMemory) {
		t.Errorf("got %v", err)
	}
}

// tableTexts are the tables that are published, one after the other.
func tableTexts(t *testing.T, a *Allocation) string {
	t.Helper()
	var b bytes.Buffer
	for i := range a.Tables {
		x := &a.Tables[i]
		fmt.Fprintln(&b, x.Name, x.Columns, x.Rows)
		if _, err := x.WriteTo(&b); err != nil {
			t.Fatal(err)
		}
	}
	return b.String()
}
