package alloc

import (
	"fmt"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	merkle "github.com/merkle-drop/merkle"
	"pgregory.net/rapid"
)

// refEvent is a deposit or withdrawal; refAstra repeats docs/rules/astra-rewards-v1.md with rationals, the plainest way.
type refEvent struct {
	id     string
	hours  int // before the campaign's instant
	lock   int
	change *big.Rat
}

type refAstra struct {
	events   []refEvent
	stakes   []map[string]*big.Rat // by pool
	reward   []*big.Rat            // R(q)
	shares   string
	age, lvm string
}

func (a *refAstra) locks(id string) map[int][]refEvent {
	out := map[int][]refEvent{}
	for _, e := range a.events {
		if e.id == id {
			out[e.lock] = append(out[e.lock], e)
		}
	}
	for _, list := range out {
		slices.SortStableFunc(list, func(x, y refEvent) int { return y.hours - x.hours })
	}
	return out
}

// measure is score and RM: windows and factors of the page.
func (a *refAstra) measure(id string) (score, rm *big.Rat) {
	windows := map[int]int64{0: 60, 6: 40, 9: 30, 12: 0}
	factors := map[int]*big.Rat{0: rat("1"), 6: rat("1.1"), 9: rat("1.3"), 12: rat("1.8")}
	score = new(big.Rat)
	held, weighted, best := new(big.Rat), new(big.Rat), rat("1")
	tenths, deposits := new(big.Rat), 0
	for lock, events := range a.locks(id) {
		d := windows[lock] * 24
		balance := new(big.Rat)
		type open struct {
			hours int
			left  *big.Rat
		}
		var queue []open
		for _, e := range events {
			balance.Add(balance, e.change)
			if e.change.Sign() > 0 {
				queue = append(queue, open{e.hours, new(big.Rat).Set(e.change)})
			} else {
				left := new(big.Rat).Neg(e.change)
				for left.Sign() > 0 {
					take := queue[0].left
					if take.Cmp(left) > 0 {
						take = new(big.Rat).Set(left)
					}
					left.Sub(left, take)
					queue[0].left = new(big.Rat).Sub(queue[0].left, take)
					if queue[0].left.Sign() == 0 {
						queue = queue[1:]
					}
				}
			}
			if a.age == "trailing" && d > 0 {
				score.Add(score, new(big.Rat).Mul(e.change, big.NewRat(min(int64(e.hours), d), d)))
			}
		}
		for _, o := range queue {
			if a.age != "trailing" && d > 0 {
				score.Add(score, new(big.Rat).Mul(o.left, big.NewRat(min(int64(o.hours), d), d)))
			}
			tenths.Add(tenths, new(big.Rat).Mul(factors[lock], big.NewRat(10, 1)))
			deposits++
		}
		if d == 0 {
			score.Add(score, balance)
		}
		held.Add(held, balance)
		weighted.Add(weighted, new(big.Rat).Mul(balance, factors[lock]))
		if balance.Sign() > 0 && factors[lock].Cmp(best) > 0 {
			best = factors[lock]
		}
	}
	ssm := rat("1")
	for _, tier := range [][2]string{{"100000", "1.2"}, {"300000", "1.3"}, {"800000", "1.7"}} {
		if score.Cmp(rat(tier[0])) >= 0 {
			ssm = rat(tier[1])
		}
	}
	lvm := rat("1")
	switch {
	case held.Sign() == 0:
	case a.lvm == "weighted":
		lvm = weighted.Quo(weighted, held)
	case a.lvm == "max":
		lvm = best
	default:
		mean := tenths.Quo(tenths, big.NewRat(int64(deposits), 1))
		lvm = new(big.Rat).SetFrac(new(big.Int).Quo(mean.Num(), mean.Denom()), big.NewInt(10))
	}
	rm = ssm.Add(ssm, lvm)
	return score, rm.Sub(rm, rat("1"))
}

func (a *refAstra) claims() map[string]*big.Int {
	ubm := make([]map[string]*big.Rat, len(a.stakes))
	pbm, tvl := make([]*big.Rat, len(a.stakes)), make([]*big.Rat, len(a.stakes))
	covered, allPBM, allTVL := new(big.Rat), new(big.Rat), new(big.Rat)
	for q, stakes := range a.stakes {
		ubm[q], pbm[q], tvl[q] = map[string]*big.Rat{}, new(big.Rat), new(big.Rat)
		for id, amount := range stakes {
			_, rm := a.measure(id)
			ubm[q][id] = rm.Mul(rm, amount)
			pbm[q].Add(pbm[q], ubm[q][id])
			tvl[q].Add(tvl[q], amount)
		}
		if pbm[q].Sign() > 0 {
			covered.Add(covered, a.reward[q])
			allPBM.Add(allPBM, pbm[q])
			allTVL.Add(allTVL, tvl[q])
		}
	}
	exact := map[string]*big.Rat{}
	for q := range a.stakes {
		for id, u := range ubm[q] {
			if exact[id] == nil {
				exact[id] = new(big.Rat)
			}
			if pbm[q].Sign() == 0 {
				continue
			}
			share := new(big.Rat).Quo(u, pbm[q])
			reward := a.reward[q]
			switch a.shares {
			case "flat":
				share, reward = new(big.Rat).Quo(u, allPBM), covered
			case "tvl":
				reward = new(big.Rat).Mul(covered, new(big.Rat).Quo(tvl[q], allTVL))
			case "bps":
				share.Mul(share, rat("10000"))
				share.SetFrac(new(big.Int).Quo(share.Num(), share.Denom()), big.NewInt(10000))
			}
			exact[id].Add(exact[id], share.Mul(share, reward))
		}
	}
	out := map[string]*big.Int{}
	for id, x := range exact {
		out[id] = new(big.Int).Quo(x.Num(), x.Denom())
	}
	return out
}

func TestAstra_agreesWithReference(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ref := &refAstra{shares: rapid.SampledFrom([]string{"individual", "flat", "tvl", "bps"}).Draw(t, "shares"),
			age: rapid.SampledFrom([]string{"trailing", "deposit-age"}).Draw(t, "score"), lvm: rapid.SampledFrom([]string{"weighted", "mean-tenths", "max"}).Draw(t, "lvm")}
		var rows []string
		users := rapid.IntRange(1, 25).Draw(t, "users")
		for u := range users {
			id := fmt.Sprint("u", u)
			for _, lock := range []int{0, 6, 9, 12} {
				balance := new(big.Rat)
				hours := rapid.IntRange(0, 100*24).Draw(t, "hours")
				for range rapid.IntRange(0, 3).Draw(t, "events") {
					text := rapid.SampledFrom([]string{"100000", "1", "299999.999999999999999999", "80000.123456789012345678", "7.000000000000000003", "12345.5"}).Draw(t, "amount")
					change := rat(text)
					if balance.Cmp(change) >= 0 && rapid.Bool().Draw(t, "withdraw") {
						change.Neg(change)
						text = "-" + text
					}
					balance.Add(balance, change)
					ref.events = append(ref.events, refEvent{id, hours, lock, change})
					rows = append(rows, fmt.Sprintf("%s,%s,%d,%s", key(id), astraAt.Add(-time.Duration(hours)*time.Hour).Format(time.RFC3339), lock, text))
					if hours -= rapid.IntRange(1, 500).Draw(t, "later"); hours < 0 {
						break
					}
				}
			}
		}
		f := files{}
		pools := ""
		for q := range rapid.IntRange(1, 3).Draw(t, "pools") {
			stakes, file := map[string]*big.Rat{}, "account,amount\n"
			for u := range users {
				id := fmt.Sprint("u", u)
				text := rapid.SampledFrom([]string{"", "0", "1", "1000.5", "123456789.000000000000000001"}).Draw(t, "stake")
				if text != "" {
					stakes[id] = rat(text)
					file += key(id) + "," + text + "\n"
				}
			}
			f[fmt.Sprint("p", q, ".csv")] = file
			last := rapid.SampledFrom([]int{90, 100, 105, 130}).Draw(t, "last")
			alloc := rapid.SampledFrom([]string{"1", "0.5", "3"}).Draw(t, "alloc")
			pools += fmt.Sprintf("{id: p%d, alloc: %q, last: %d, stakes: {file: p%d.csv}}, ", q, alloc, last, q)
			ref.stakes = append(ref.stakes, stakes)
			blocks := max(0, 120-max(last, 100))
			ref.reward = append(ref.reward, new(big.Rat).Mul(rat(alloc), big.NewRat(int64(blocks), 1)))
		}
		pool := rapid.SampledFrom([]string{"1000", "1000000000000000000000", "99999999999999999999999999"}).Draw(t, "pool")
		perBlock, _ := new(big.Int).SetString(pool, 10)
		perBlock.Quo(perBlock, big.NewInt(100))
		sum := new(big.Rat)
		for _, p := range strings.SplitAfter(pools, "}}, ") {
			if _, rest, ok := strings.Cut(p, `alloc: "`); ok {
				alloc, _, _ := strings.Cut(rest, `"`)
				sum.Add(sum, rat(alloc))
			}
		}
		for _, r := range ref.reward {
			r.Quo(r.Mul(r, new(big.Rat).SetInt(perBlock)), sum)
		}
		rows = rapid.Permutation(rows).Draw(t, "rows")
		f["history.csv"] = "account,time,lock,change\n" + strings.Join(append(rows, ""), "\n")
		source := astraSource(pool, fmt.Sprintf("score: %s\nlvm: %s\nshares: %s\nhistory: {file: history.csv}\npools: [%s]\nblocks: {start: 100, end: 200, current: 120}", ref.age, ref.lvm, ref.shares, strings.TrimSuffix(pools, ", ")))
		c := parse(t, source)
		a := compute(t, c, f)
		want := ref.claims()
		paid := new(big.Int)
		for i, e := range a.Entrants {
			id := strings.TrimRight(string(e.Account.Bytes()[:31]), "\x00")
			if a.Tokens[0].Amounts[i].Big().Cmp(want[id]) != 0 {
				t.Fatalf("%s: got %s, want %s", id, a.Tokens[0].Amounts[i], want[id])
			}
			paid.Add(paid, want[id])
		}
		if len(a.Entrants) != len(want) || a.Tokens[0].Ledger.Claims.Big().Cmp(paid) != 0 {
			t.Fatalf("%d entrants, want %d", len(a.Entrants), len(want))
		}
		// The same with bounds that are far too wide at first.
		r := newReading(t.Context(), c, f.options())
		rule, _, results, err := r.load(false)
		if err != nil {
			t.Fatal(err)
		}
		rule.(*astra).precisions = [3]uint{1, 8, 0}
		b, err := r.compute(rule, results)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(a.Tokens[0].Amounts, b.Tokens[0].Amounts) {
			t.Fatalf("narrow bounds: %v, wide bounds: %v", a.Tokens[0].Amounts, b.Tokens[0].Amounts)
		}
		for u := range users {
			id, found := r.roll.lookup(Entrant{person(merkle.Solana, fmt.Sprint("u", u)), 0})
			if !found {
				continue
			}
			s := rule.(*astra)
			s.measure(id)
			score, rm := ref.measure(fmt.Sprint("u", u))
			if s.scoring.scoreRat().Cmp(score) != 0 || s.scoring.multiplier().Cmp(rm) != 0 {
				t.Fatalf("u%d: got %s and %s, want %s and %s", u, s.scoring.scoreRat(), s.scoring.multiplier(), score, rm)
			}
		}
	})
}
