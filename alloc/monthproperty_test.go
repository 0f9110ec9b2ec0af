package alloc

import (
	"fmt"
	"math/big"
	"slices"
	"strings"
	"testing"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/campaign"
	"pgregory.net/rapid"
)

// refPosition is a position or, with period 0, an allocation that waits for an election.
type refPosition struct {
	who           string
	month, period int
	s, e          int64
	exited        bool
}

// refMonths repeats docs/rules/months.md month by month with rationals and plain lists.
type refMonths struct {
	unit       map[string]int64
	completion bool
	atEnd      bool
	nothing    bool
	open       []refPosition
	paid       map[string]int64
	now        int
}

func refCurve(m int) *big.Rat {
	x := big.NewRat(int64(min(m, 12)), 12)
	cube := new(big.Rat).Mul(x, new(big.Rat).Mul(x, x))
	f := cube.Add(cube.Mul(cube, rat("0.73")), new(big.Rat).Mul(x, rat("0.27")))
	return f.Add(f.Mul(f, rat("0.9")), rat("0.1"))
}

// floor is ⌊v·f⌋ᵤ.
func (m *refMonths) floor(who string, v int64, f *big.Rat) int64 {
	x := new(big.Rat).Mul(f, big.NewRat(v, m.unit[who]))
	return new(big.Int).Quo(x.Num(), x.Denom()).Int64() * m.unit[who]
}

// close does one month and returns what it pays, what is unvested and what is forgone.
func (m *refMonths) close(allocations map[string]int64, elections map[refKey]map[int]*big.Rat, exits []refPosition) (paid map[string]int64, unvested, forgone int64) {
	paid = map[string]int64{}
	var next, fresh []refPosition
	choose := func(who string, s int64, parts map[int]*big.Rat) {
		sum, used := new(big.Rat), int64(0)
		for _, c := range []int{0, 3, 6, 9, 12, 24, 48} {
			if parts[c] == nil {
				continue
			}
			upTo := m.floor(who, s, sum.Add(sum, parts[c]))
			part := upTo - used
			used = upTo
			e := m.floor(who, part, refCurve(c))
			if c == 0 {
				paid[who] += e
				unvested += part - e
				continue
			}
			if !m.completion {
				unvested += part - e
			}
			if i := slices.IndexFunc(fresh, func(p refPosition) bool { return p.who == who && p.period == c }); i >= 0 {
				fresh[i].s += part
				fresh[i].e += e
			} else if part > 0 {
				fresh = append(fresh, refPosition{who, m.now, c, part, e, false})
			}
		}
	}
	for _, p := range m.open {
		parts := elections[refKey{p.who, p.month}]
		left := slices.ContainsFunc(exits, func(x refPosition) bool { return x.who == p.who && x.month == p.month && x.period == p.period })
		switch t := m.now - p.month; {
		case p.period == 0 && parts != nil:
			choose(p.who, p.s, parts)
		case left:
			q := 0
			for _, period := range []int{3, 6, 9, 12, 24, 48} {
				if period <= t {
					q = period
				}
			}
			pays := min(p.e, m.floor(p.who, p.s, refCurve(q)))
			if t >= 12 {
				pays = p.e
			} else if q == 0 && m.nothing {
				pays = 0
			}
			forgone += p.e - pays
			if m.completion {
				unvested += p.s - p.e
			}
			if !m.atEnd {
				paid[p.who] += pays
			} else if pays > 0 {
				next = append(next, refPosition{p.who, p.month, p.period, pays, pays, true})
			}
		case p.period > 0 && t == p.period:
			paid[p.who] += p.e
			if m.completion {
				unvested += p.s - p.e
			}
		default:
			next = append(next, p)
		}
	}
	for who, s := range allocations {
		if parts := elections[refKey{who, m.now}]; parts != nil {
			choose(who, s, parts)
		} else if s > 0 {
			fresh = append(fresh, refPosition{who, m.now, 0, s, s, false})
		}
	}
	m.open = append(next, fresh...)
	for who, v := range paid {
		m.paid[who] += v
	}
	return paid, unvested, forgone
}

type refKey struct {
	who   string
	month int
}

const mixedAssets = `    assets:
      - {asset: "eip155:1/erc20:0xEDeA3CB3fA6D2962421F7dCE96f25E66Ad6b9025", decimals: 6}
      - {asset: "solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp/token:HrayGRNywXnfjAHj1V9eA7pUB4DwcqBpLnzWRbSHz6ki", decimals: 4}
`

// nameOf is the text of person `id`: those with an even number are on Solana, whose unit is 100.
func nameOf(id string) string {
	if (id[1]-'0')%2 == 0 {
		return key(id)
	}
	return person(merkle.EVM, id).Text()
}

// Chains of months with random elections, exits and settings, on two chains with different units: every payment is that of the reference, and
// nothing is lost or made, in any month and over all of them.
func TestNoon_chainsOfMonths(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ref := &refMonths{unit: map[string]int64{}, paid: map[string]int64{}, completion: rapid.Bool().Draw(t, "completion"), atEnd: rapid.Bool().Draw(t, "atEnd"), nothing: rapid.Bool().Draw(t, "nothing")}
		ids := []string{"u0", "u1", "u2", "u3"}
		for i, id := range ids {
			ref.unit[id] = []int64{100, 1}[i%2]
		}
		claims := rapid.SampledFrom([]string{"month", "cumulative"}).Draw(t, "claims")
		settings := "points: {file: points.csv}\nelections: {file: elections.csv}\nexits: {file: exits.csv}\nclaims: " + claims + "\n"
		if ref.completion {
			settings += "rollAt: completion\n"
		}
		if ref.atEnd {
			settings += "exitPaid: at-end\n"
		}
		if ref.nothing {
			settings += "beforeFirst: nothing\n"
		}
		f := files{}
		pools, gone := new(big.Int), new(big.Int) // all pools; all that was paid or has left
		var carried *big.Int
		previous := "none"
		for n := range rapid.IntRange(1, 24).Draw(t, "months") {
			ref.now = 2026*12 + n
			name := campaign.MonthText(ref.now)
			pool := int64(rapid.SampledFrom([]int{0, 1, 1000003, 999999999}).Draw(t, "pool"))
			var points, choices, leaving []string
			weights, sum := map[string]int64{}, int64(0)
			for _, id := range ids {
				for range rapid.IntRange(0, 2).Draw(t, "rows") {
					w := rapid.Int64Range(0, 9).Draw(t, "points")
					points = append(points, fmt.Sprintf("%s,%d", nameOf(id), w))
					weights[id] += w
					sum += w
				}
			}
			allocations := map[string]int64{}
			for id, w := range weights {
				if sum > 0 {
					allocations[id] = ref.floor(id, pool, big.NewRat(w, sum))
				} else {
					allocations[id] = 0
				}
			}
			elections := map[refKey]map[int]*big.Rat{}
			elect := func(id string, month int) {
				parts := map[int]*big.Rat{}
				left := rat("1")
				for _, c := range rapid.Permutation([]int{0, 3, 6, 9, 12, 24, 48}).Draw(t, "choices")[:rapid.IntRange(1, 3).Draw(t, "parts")] {
					part := rapid.SampledFrom([]string{"1/3", "0.25", "1/7"}).Draw(t, "part")
					if rat(part).Cmp(left) < 0 {
						parts[c] = rat(part)
						left.Sub(left, parts[c])
					}
				}
				for _, c := range []int{0, 3, 6, 9, 12, 24, 48} { // the last takes the rest
					if parts[c] != nil {
						parts[c].Add(parts[c], left)
						break
					}
				}
				elections[refKey{id, month}] = parts
				for c, part := range parts {
					choices = append(choices, fmt.Sprintf("%s,%s,%s,%s", nameOf(id), choiceText(uint16(c)), part.RatString(), campaign.MonthText(month)))
				}
			}
			for _, id := range ids {
				if _, there := weights[id]; there && rapid.IntRange(0, 3).Draw(t, "elects") > 0 {
					elect(id, ref.now)
				}
			}
			var exits []refPosition
			for _, p := range ref.open {
				switch pick := rapid.IntRange(0, 9).Draw(t, "open"); {
				case p.period == 0 && pick < 3:
					elect(p.who, p.month)
				case p.period > 0 && !p.exited && p.month+p.period > ref.now && pick < 2:
					exits = append(exits, p)
					leaving = append(leaving, fmt.Sprintf("%s,%s,%d", nameOf(p.who), campaign.MonthText(p.month), p.period))
				}
			}
			f["points.csv"] = strings.Join(append([]string{"account,points"}, append(points, "")...), "\n")
			f["elections.csv"] = strings.Join(append([]string{"account,choice,part,month"}, append(rapid.Permutation(choices).Draw(t, "order"), "")...), "\n")
			f["exits.csv"] = strings.Join(append([]string{"account,month,period"}, append(leaving, "")...), "\n")
			c := parse(t, noonSource(activeRule, "m"+fmt.Sprint(n), fmt.Sprint(pool), mixedAssets, "month: "+name+"\nzone: \"+00:00\"\nprevious: "+previous+"\n"+settings))
			a := compute(t, c, f)
			paid, unvested, forgone := ref.close(allocations, elections, exits)
			checkMonth(t, ref, a, paid, unvested, forgone, claims == "cumulative")
			l := a.Tokens[0].Ledger
			if carried != nil && l.CarriedIn.Big().Cmp(carried) != 0 {
				t.Fatalf("%s: carried in %s, the month before left %s", name, l.CarriedIn, carried)
			}
			carried = new(big.Int).Add(l.Locked.Big(), l.Unelected.Big())
			pools.Add(pools, l.Pool.Big())
			for _, v := range []merkle.Amount{l.Claims, l.Unvested, l.Forgone, l.Unallocated, l.Residual} {
				gone.Add(gone, v.Big())
			}
			if all := new(big.Int).Add(gone, carried); all.Cmp(pools) != 0 {
				t.Fatalf("%s: pools of %s, %s left and %s open", name, pools, gone, carried)
			}
			previous = "{bundle: " + name + ", manifest: " + publish(t, f, name, a) + "}"
		}
	})
}

func checkMonth(t *rapid.T, ref *refMonths, a *Allocation, paid map[string]int64, unvested, forgone int64, cumulative bool) {
	l := a.Tokens[0].Ledger
	if l.Unvested.String() != fmt.Sprint(unvested) || l.Forgone.String() != fmt.Sprint(forgone) {
		t.Fatalf("got unvested %s, forgone %s; want %d, %d", l.Unvested, l.Forgone, unvested, forgone)
	}
	want := paid
	if cumulative {
		want = ref.paid
	}
	got := map[string]int64{}
	for i, e := range a.Entrants {
		v, _ := a.Tokens[0].Amounts[i].Uint64()
		id := string(e.Account.Bytes()[:2])
		if v > 0 {
			got[id] = int64(v)
		}
		if v%uint64(ref.unit[id]) != 0 {
			t.Fatalf("%s: %d is no multiple of %d", id, v, ref.unit[id])
		}
	}
	for id, v := range want {
		if got[id] != v {
			t.Fatalf("%s: got %d, want %d", id, got[id], v)
		}
		delete(got, id)
	}
	if len(got) > 0 {
		t.Fatalf("also paid: %v", got)
	}
	var rows []string
	for _, p := range ref.open {
		chain, period, exited := onSolana, fmt.Sprint(p.period), "no"
		if ref.unit[p.who] == 1 {
			chain = onEthereum
		}
		if p.period == 0 {
			period = ""
		}
		if p.exited {
			exited = "yes"
		}
		rows = append(rows, fmt.Sprintf("%s,%s,%s,%s,%d,%d,%s\n", nameOf(p.who), chain, campaign.MonthText(p.month), period, p.s, p.e, exited))
	}
	slices.Sort(rows)
	if table := tableText(t, a, "positions"); table != "account,chain,month,period,allocation,entitlement,exited\n"+strings.Join(rows, "") {
		t.Fatalf("got\n%s\nwant\n%s", table, strings.Join(rows, ""))
	}
}

// More points never get less, and two accounts get no more than one would.
func TestNoon_shares(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pool := fmt.Sprint(rapid.IntRange(0, 1e9).Draw(t, "pool"))
		a, b, c := rapid.IntRange(0, 50).Draw(t, "a"), rapid.IntRange(0, 50).Draw(t, "b"), rapid.IntRange(0, 50).Draw(t, "c")
		claimed := func(points named) map[string]uint64 {
			elections := "account,choice\n"
			for id := range points {
				elections += key(id) + ",12\n"
			}
			f := files{"points.csv": pointsFile(points), "elections.csv": elections}
			all := month(t, f, activeRule, "2026-01", pool, "", "points: {file: points.csv}\nelections: {file: elections.csv}")
			out := map[string]uint64{}
			for row := range strings.SplitSeq(tableText(t, all, "positions"), "\n") {
				if cells := strings.Split(row, ","); len(cells) == 7 && cells[0] != "account" {
					for id := range points {
						if cells[0] == key(id) {
							v, _ := new(big.Int).SetString(cells[5], 10)
							out[id] = v.Uint64()
						}
					}
				}
			}
			return out
		}
		whole := claimed(named{"a": fmt.Sprint(a + b), "c": fmt.Sprint(c)})
		parts := claimed(named{"a": fmt.Sprint(a), "b": fmt.Sprint(b), "c": fmt.Sprint(c)})
		if parts["a"]+parts["b"] > whole["a"] {
			t.Fatalf("two accounts get %d and %d, one %d", parts["a"], parts["b"], whole["a"])
		}
		if more := claimed(named{"a": fmt.Sprint(a + 1), "b": fmt.Sprint(b), "c": fmt.Sprint(c)}); more["a"] < parts["a"] {
			t.Fatalf("a point more pays %d instead of %d", more["a"], parts["a"])
		}
	})
}
