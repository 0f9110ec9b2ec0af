package alloc

import (
	"fmt"
	"os"
	"strings"
	"testing"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/campaign"
)

// rounding draws a rounding that the tokens allow.
func (r chance) rounding(c *campaign.Campaign, even bool) {
	c.Rounding.At = r.one("account-token", "account-token", "sub-pool", "floored-sub-pool")
	if even && r.in(2) {
		c.Rounding.Method, c.Rounding.At = "largest-remainder", "account-token"
	}
}

// decimal is a number with at most so many fraction digits, now and then a wide one.
func (r chance) decimal(fraction int) string {
	text := fmt.Sprint(r.IntN(50))
	if r.in(3) {
		text = fmt.Sprint(r.Uint64N(1e12))
	}
	if r.in(300) {
		text = "115792089237316195423570985008687907853269984"
	}
	if fraction > 0 && r.in(2) {
		text += fmt.Sprintf(".%0*d", 1+r.IntN(fraction), r.IntN(10))
	}
	return text
}

// weightCase is a random campaign of pro-rata/v1 with n rows.
func (r chance) weightCase(n int) (*campaign.Campaign, Options) {
	chains, even := r.chains(), r.in(2)
	c := weightCampaign(r.tokens(even, chains)...)
	set := c.Rule.ProRata
	r.rounding(c, even)
	set.Duplicates = r.one("error", "sum", "sum")
	fraction := r.IntN(3) * 4
	if r.in(2) {
		set.Eligibility = &campaign.Eligibility{Pos: at("campaign.yaml", 7, 1), Metric: "weight", Min: r.one("0", "1", "7", "30.5", "1000000"), Denominator: r.one("after", "before")}
	}
	if r.in(2) {
		set.OverCap, set.Caps = r.one("cut", "redistribute"), map[string]merkle.Amount{}
		for _, t := range c.Tokens {
			if r.in(2) {
				set.Caps[t.ID] = merkle.NewAmount(r.Uint64N(1 << (1 + r.IntN(63))))
			}
		}
	}
	if r.in(8) { // a token that is not everywhere
		c.Tokens[0].Assets = c.Tokens[0].Assets[:1]
	}
	f := files{}
	r.common(c, chains, n, f)
	faulty := r.in(8)
	var b strings.Builder
	b.WriteString("weight,account,chain\n")
	for i := range n {
		who := i
		if set.Duplicates == "sum" || faulty && r.in(30) {
			who = r.IntN(n/2 + 1)
		}
		chain := chains[r.IntN(len(chains))]
		weight := r.decimal(fraction)
		if faulty && r.in(30) {
			weight = r.one("x", "-1", "0.00000000000000000000000000000000000000000000000000000000000000000000000000001",
				"115792089237316195423570985008687907853269984665640564039457584007913129639935")
		}
		fmt.Fprintf(&b, "%s,%s,%s\n", weight, r.claimant(chain.Family(), who).Text(), chain)
	}
	f["weights.csv"] = b.String()
	return c, f.options()
}

func TestStream_proRataSameAsCompute(t *testing.T) {
	streamRandom(t, func(r chance, n int) (*campaign.Campaign, Options) { return r.weightCase(n) })
}

// streamRandom compares random campaigns of one kind.
func streamRandom(t *testing.T, draw func(r chance, n int) (*campaign.Campaign, Options)) {
	claims := 0
	campaigns := randomly(150, 20000, func(r chance, n int, what string, x External) {
		c, o := draw(r, n)
		if streamBoth(t, what, c, o, x) {
			claims++
		}
	})
	if claims < campaigns/10 {
		t.Errorf("only %d of %d campaigns have claims", claims, campaigns)
	}
	t.Logf("%d of %d campaigns have claims", claims, campaigns)
}

// randomly calls visit for so many rounds of small sizes and, now and then, up to the largest; fewer with -short and four times as many with MERKLE_LARGE.
func randomly(rounds uint64, largest int, visit func(r chance, n int, what string, x External)) int {
	if testing.Short() {
		rounds = rounds * 2 / 5
	} else if os.Getenv("MERKLE_LARGE") != "" {
		rounds *= 4
	}
	for seed := range rounds {
		r := newChance(seed)
		n := 1 + r.IntN(60)
		if seed%50 == 49 {
			n = 1 + r.IntN(largest)
		}
		x := External{Memory: 1 << (10 + r.IntN(8)), Workers: 1 + r.IntN(2), Ordered: r.in(2)}
		visit(r, n, fmt.Sprintf("seed %d, %d accounts", seed, n), x)
	}
	return int(rounds)
}
