package alloc

import (
	"fmt"
	"strings"
	"testing"

	"github.com/merkle-drop/merkle/campaign"
)

// stakeCase is a random campaign of jupiter-asr/v2 with about n rows.
func (r chance) stakeCase(n int) (*campaign.Campaign, Options) {
	chains, even := r.chains(), r.in(2)
	set := &campaign.JupiterASR2{Stakes: input("stakes.csv"), Basis: r.one("daily", "intervals"), From: "2025-07-01", To: "2025-07-05", Zone: r.one("+00:00", "+05:00"), Decimals: uint8(r.IntN(3) * 9)}
	c := &campaign.Campaign{ID: "t", Path: "campaign.yaml", Tokens: r.tokens(even, chains), Rounding: floorOnce(), Rule: campaign.Rule{Name: "jupiter-asr/v2", JupiterASR2: set}}
	r.rounding(c, even)
	if r.in(30) {
		set.To = "2025-06-05"
	}
	if r.in(2) {
		set.Eligibility = &campaign.Eligibility{Pos: at("campaign.yaml", 7, 1), Metric: "average", Min: r.one("0", "1", "7", "30", "1000000"), Denominator: r.one("after", "before")}
	}
	f := files{}
	r.common(c, chains, n, f)
	faulty := r.in(6)
	if faulty {
		set.Stakes.Sum, set.Stakes.Rows = "12", "12"
	}
	var b strings.Builder
	if set.Basis == "daily" {
		b.WriteString("amount,account,day,chain\n")
	} else {
		b.WriteString("amount,account,from,to,chain\n")
	}
	for i := range n {
		who, day := i/5, 1+i%5
		if faulty && r.in(30) {
			who, day = r.IntN(n/5+1), r.IntN(7)
		}
		amount := r.decimal(int(set.Decimals))
		if faulty && r.in(30) {
			amount = r.one("x", "115792089237316195423570985008687907853269984665640564039457584007913129639935")
		}
		chain := chains[who%len(chains)]
		fmt.Fprintf(&b, "%s,%s", amount, r.claimant(chain.Family(), who).Text())
		if set.Basis == "daily" {
			fmt.Fprintf(&b, ",2025-07-%02d,%s\n", day, chain)
			continue
		}
		hour, zone := r.IntN(12), r.IntN(3)
		length := 1 + r.IntN(11)
		if faulty && r.in(30) {
			length = r.IntN(30)
		}
		fmt.Fprintf(&b, ",2025-07-%02dT%02d:00:00Z,2025-07-%02dT%02d:30:00%s,%s\n", day, hour, day, (hour+length)%24, []string{"Z", "+00:30", "+00:00"}[zone], chain)
	}
	f["stakes.csv"] = b.String()
	return c, f.options()
}

func TestStream_stakesSameAsCompute(t *testing.T) {
	streamRandom(t, func(r chance, n int) (*campaign.Campaign, Options) { return r.stakeCase(n) })
}
