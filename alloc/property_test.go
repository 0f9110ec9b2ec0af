package alloc

import (
	"fmt"
	"math/big"
	"runtime"
	"strings"
	"testing"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/campaign"
	"pgregory.net/rapid"
)

// drawPower draws numbers of every width that the input may have, small ones and equal ones often.
func drawPower(t *rapid.T, decimals int, label string) string {
	whole := rapid.OneOf(rapid.Uint64Range(0, 20).AsAny(), rapid.Uint64().AsAny(), rapid.Just(any("115792089237316195423570985008687907853269984"))).Draw(t, label)
	text := fmt.Sprint(whole)
	if n := rapid.IntRange(0, decimals).Draw(t, label+" digits"); n > 0 {
		text += "." + rapid.StringOfN(rapid.RuneFrom([]rune("0019")), n, n, -1).Draw(t, label+" fraction")
	}
	return text
}

func rat(text string) *big.Rat {
	x, ok := new(big.Rat).SetString(text)
	if !ok {
		panic(text)
	}
	return x
}

func drawRounding(t *rapid.T, c *campaign.Campaign, ats ...string) {
	c.Rounding.Method, c.Rounding.At = "floor", rapid.SampledFrom(ats).Draw(t, "at")
	if c.Rounding.At == "account-token" && rapid.Bool().Draw(t, "largest remainder") {
		c.Rounding.Method = "largest-remainder"
	}
}

// drawTokens draws one or two tokens; without largest remainder the chain may count in coarser units.
func drawTokens(t *rapid.T, c *campaign.Campaign) {
	for k := range rapid.IntRange(1, 2).Draw(t, "tokens") {
		pool := rapid.SampledFrom([]string{"0", "1", "7", "1000", "50000000000000", "123456789012345678901234567890123456789012345678"}).Draw(t, "pool")
		tok := token(fmt.Sprint("T", k), 6, pool)
		if c.Rounding.Method == "floor" {
			tok.Assets[0].Decimals -= uint8(rapid.IntRange(0, 3).Draw(t, "coarser"))
		}
		c.Tokens = append(c.Tokens, tok)
	}
}

func compareWithReference(t *rapid.T, a *Allocation, k int, want refResult) {
	tok := &a.Tokens[k]
	paid := new(big.Int)
	for i, e := range a.Entrants {
		id := strings.TrimRight(string(e.Account.Bytes()[:31]), "\x00")
		w, entitled := want.claims[id]
		if !entitled {
			t.Fatalf("%s is an entrant", id)
		}
		if tok.Amounts[i].Big().Cmp(w) != 0 {
			t.Fatalf("%s %s: got %s, want %s", tok.Token.ID, id, tok.Amounts[i], w)
		}
		paid.Add(paid, w)
	}
	if len(a.Entrants) != len(want.claims) {
		t.Fatalf("got %d entrants, want %d", len(a.Entrants), len(want.claims))
	}
	l := tok.Ledger
	if l.Unallocated.Big().Cmp(want.unallocated) != 0 || l.Residual.Big().Cmp(want.residual) != 0 || l.Claims.Big().Cmp(paid) != 0 {
		t.Fatalf("%s: got %+v, want unallocated %s, residual %s", tok.Token.ID, l, want.unallocated, want.residual)
	}
	if l.Leaves+l.Dropped != len(a.Entrants) {
		t.Fatalf("%d leaves and %d dropped of %d", l.Leaves, l.Dropped, len(a.Entrants))
	}
	if l.Claims.Cmp(l.Pool) > 0 {
		t.Fatalf("paid %s of %s", l.Claims, l.Pool)
	}
}

func TestASR_agreesWithReference(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := asrCampaign()
		drawRounding(t, c, "account-token", "sub-pool", "floored-sub-pool")
		drawTokens(t, c)
		rule := c.Rule.JupiterASR
		decimals := rapid.SampledFrom([]int{0, 0, 3, 18}).Draw(t, "decimals")
		rule.Decimals = uint8(decimals)
		ref := &refASR{weights: map[string]*big.Rat{}, votes: map[refVote]*big.Rat{}}
		proposals := "id,weight\n"
		for p := range rapid.IntRange(1, 5).Draw(t, "proposals") {
			id := fmt.Sprint("p", p)
			w := rapid.SampledFrom([]string{"1", "1/3", "0", "2.50", "7/11"}).Draw(t, "weight")
			if p == 0 && rat(w).Sign() == 0 {
				w = "1"
			}
			proposals += id + "," + w + "\n"
			ref.weights[id] = rat(w)
			ref.order = append(ref.order, id)
		}
		var rows []string
		for u := range rapid.IntRange(0, 8).Draw(t, "entrants") {
			id := fmt.Sprint("u", u)
			for _, p := range ref.order {
				if rapid.IntRange(0, 3).Draw(t, "votes") > 0 {
					power := drawPower(t, decimals, "power")
					rows = append(rows, fmt.Sprintf("%s,%s,%s", p, key(id), power))
					ref.votes[refVote{p, id}] = rat(power)
				}
			}
		}
		if ref.metric = rapid.SampledFrom([]string{"", "max-power", "mean-power", "last-power", "each-vote"}).Draw(t, "metric"); ref.metric != "" {
			min := rapid.SampledFrom([]string{"0", "1", "10", "1000000"}).Draw(t, "min")
			ref.min, ref.before = rat(min), rapid.Bool().Draw(t, "before")
			rule.Eligibility = &campaign.Eligibility{Metric: ref.metric, Min: min, Denominator: "after"}
			if ref.before {
				rule.Eligibility.Denominator = "before"
			}
		}
		if ref.renormalise = rapid.Bool().Draw(t, "renormalise"); ref.renormalise {
			rule.Unearned = "renormalise"
		}
		f := files{"proposals.csv": proposals, "votes.csv": "proposal,account,power\n" + strings.Join(append(rows, ""), "\n")}
		a, err := Compute(t.Context(), c, f.options())
		if err != nil {
			t.Fatal(err)
		}
		for k := range c.Tokens {
			want := ref.allocate(c.Tokens[k].Pool.Big(), c.Tokens[k].Assets[0].Unit(c.Tokens[k]), c.Rounding.Method, c.Rounding.At)
			compareWithReference(t, a, k, want)
		}
		shuffled := rapid.Permutation(rows).Draw(t, "shuffled")
		f["votes.csv"] = "proposal,account,power\n" + strings.Join(append(shuffled, ""), "\n")
		sameResult(t, c, a, f)
	})
}

// sameResult computes again from other files, on one processor, and compares everything that is published.
func sameResult(t *rapid.T, c *campaign.Campaign, a *Allocation, f files) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	b, err := Compute(t.Context(), c, f.options())
	if err != nil {
		t.Fatal(err)
	}
	if got, want := published(t, b), published(t, a); got != want {
		t.Fatalf("got\n%s\nwant\n%s", got, want)
	}
}

func published(t rapid.TB, a *Allocation) string {
	var b strings.Builder
	fmt.Fprintln(&b, a.Entrants, a.Order, a.Notes, a.Exclusions, a.Assertions)
	for _, tok := range a.Tokens {
		fmt.Fprintln(&b, tok.Amounts, tok.Locked, tok.Index, tok.Extra, tok.Ledger)
	}
	for i := range a.Inputs {
		in := &a.Inputs[i]
		fmt.Fprintln(&b, in.Role, in.Columns, in.Order, in.Rows, in.Sum)
		if _, err := in.WriteTo(&b); err != nil {
			t.Fatal(err)
		}
	}
	return b.String()
}

func TestProRata_agreesWithReference(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := weightCampaign()
		drawRounding(t, c, "account-token", "sub-pool", "floored-sub-pool")
		drawTokens(t, c)
		rule := c.Rule.ProRata
		ref := &refProRata{weights: map[string]*big.Rat{}}
		var rows []string
		positive := false
		for u := range rapid.IntRange(0, 9).Draw(t, "entrants") {
			id, w := fmt.Sprint("u", u), drawPower(t, 12, "weight")
			rows = append(rows, key(id)+","+w)
			ref.weights[id] = rat(w)
			positive = positive || ref.weights[id].Sign() > 0
		}
		if !positive {
			rows, ref.weights = nil, nil
		}
		if rapid.Bool().Draw(t, "eligibility") {
			min := rapid.SampledFrom([]string{"0", "0.000", "1", "10.5", "0.00000000000000001"}).Draw(t, "min")
			ref.min, ref.before = rat(min), rapid.Bool().Draw(t, "before")
			rule.Eligibility = &campaign.Eligibility{Metric: "weight", Min: min, Denominator: "after"}
			if ref.before {
				rule.Eligibility.Denominator = "before"
			}
		}
		if rapid.Bool().Draw(t, "capped") {
			v := rapid.SampledFrom([]uint64{0, 1, 3, 400, 1e13}).Draw(t, "cap")
			rule.Caps, rule.OverCap = map[string]merkle.Amount{}, "cut"
			if ref.refill = rapid.Bool().Draw(t, "refill"); ref.refill {
				rule.OverCap = "redistribute"
			}
			ref.cap = new(big.Rat).SetInt(new(big.Int).SetUint64(v))
			for _, tok := range c.Tokens {
				rule.Caps[tok.ID] = merkle.NewAmount(v)
			}
		}
		f := files{"weights.csv": "account,weight\n" + strings.Join(append(rows, ""), "\n")}
		a, err := Compute(t.Context(), c, f.options())
		if err != nil {
			t.Fatal(err)
		}
		for k := range c.Tokens {
			want := ref.allocate(c.Tokens[k].Pool.Big(), c.Tokens[k].Assets[0].Unit(c.Tokens[k]), c.Rounding.Method)
			compareWithReference(t, a, k, want)
		}
		f["weights.csv"] = "account,weight\n" + strings.Join(append(rapid.Permutation(rows).Draw(t, "shuffled"), ""), "\n")
		sameResult(t, c, a, f)
	})
}

func TestASR_morePowerNeverPaysLess(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := asrCampaign(token("X", 0, "1000003"))
		votes := map[string]map[string]uint64{"P": {}, "T": {}}
		for _, id := range []string{"A", "B", "C", "D"} {
			for p := range votes {
				votes[p][id] = rapid.Uint64Range(0, 1000).Draw(t, id+p)
			}
		}
		f := files{"proposals.csv": "id,weight\nP,1\nT,1/3\n", "votes.csv": votesFile(votes)}
		before, err := Compute(t.Context(), c, f.options())
		if err != nil {
			t.Fatal(err)
		}
		votes["P"]["B"] += rapid.Uint64Range(0, 100).Draw(t, "more")
		f["votes.csv"] = votesFile(votes)
		after, err := Compute(t.Context(), c, f.options())
		if err != nil {
			t.Fatal(err)
		}
		if after.Tokens[0].Amounts[1].Cmp(before.Tokens[0].Amounts[1]) < 0 {
			t.Fatalf("from %s to %s", before.Tokens[0].Amounts[1], after.Tokens[0].Amounts[1])
		}
	})
}

func TestFloor_splittingAnAccountNeverGains(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := weightCampaign(token("X", 0, fmt.Sprint(rapid.Uint64Range(0, 5000).Draw(t, "pool"))))
		one, two := rapid.Uint64Range(0, 50).Draw(t, "one"), rapid.Uint64Range(1, 50).Draw(t, "two")
		other := rapid.Uint64Range(0, 100).Draw(t, "other")
		run := func(weights named) *Allocation {
			a, err := Compute(t.Context(), c, files{"weights.csv": weightsFile(weights)}.options())
			if err != nil {
				t.Fatal(err)
			}
			return a
		}
		whole := run(named{"A": fmt.Sprint(one + two), "Z": fmt.Sprint(other)}).Tokens[0].Amounts
		parts := run(named{"A": fmt.Sprint(one), "B": fmt.Sprint(two), "Z": fmt.Sprint(other)}).Tokens[0].Amounts
		if sum, _ := parts[0].Add(parts[1]); sum.Cmp(whole[0]) > 0 || parts[2] != whole[1] {
			t.Fatalf("whole %v, parts %v", whole, parts)
		}
	})
}

// Two tokens with equal pools pay everybody the same; with pools in a whole ratio the claims differ by less than the ratio.
func TestASR_oneShareVectorForAllTokens(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pool := rapid.Uint64Range(0, 1e15).Draw(t, "pool")
		ratio := rapid.Uint64Range(1, 1000).Draw(t, "ratio")
		c := asrCampaign(token("X", 0, fmt.Sprint(pool)), token("Y", 9, fmt.Sprint(pool)), token("Z", 2, fmt.Sprint(pool*ratio)))
		votes := map[string]map[string]uint64{"P": {}, "T": {}}
		for i := range rapid.IntRange(1, 20).Draw(t, "voters") {
			for p := range votes {
				votes[p][fmt.Sprint("v", i)] = rapid.Uint64().Draw(t, p)
			}
		}
		a, err := Compute(t.Context(), c, files{"proposals.csv": "id,weight\nP,1\nT,1/3\n", "votes.csv": votesFile(votes)}.options())
		if err != nil {
			t.Fatal(err)
		}
		for i := range a.Entrants {
			x, y, z := a.Tokens[0].Amounts[i], a.Tokens[1].Amounts[i], a.Tokens[2].Amounts[i]
			low := new(big.Int).Mul(x.Big(), new(big.Int).SetUint64(ratio))
			if d := low.Sub(z.Big(), low); x != y || d.Sign() < 0 || d.Cmp(new(big.Int).SetUint64(ratio)) >= 0 {
				t.Fatalf("%s, %s, %s at ratio %d", x, y, z, ratio)
			}
		}
	})
}
