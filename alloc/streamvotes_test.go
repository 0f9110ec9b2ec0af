package alloc

import (
	"fmt"
	"strings"
	"testing"

	"github.com/merkle-drop/merkle/campaign"
)

// voteCase is a random campaign of jupiter-asr/v1 with about n votes.
func (r chance) voteCase(n int) (*campaign.Campaign, Options) {
	chains, even := r.chains(), r.in(2)
	c := asrCampaign(r.tokens(even, chains)...)
	set := c.Rule.JupiterASR
	r.rounding(c, even)
	set.Duplicates = r.one("error", "error", "sum", "max", "first", "last")
	set.Unearned = r.one("unallocated", "renormalise")
	set.Decimals = uint8(r.IntN(3) * 9)
	if r.in(2) {
		set.Eligibility = &campaign.Eligibility{Pos: at("campaign.yaml", 7, 1), Metric: r.one("max-power", "mean-power", "last-power", "each-vote"), Min: r.one("0", "1", "7", "30", "1000000"), Denominator: r.one("after", "before")}
	}
	f := files{}
	r.common(c, chains, n, f)
	faulty, times := r.in(8), r.one("", "", "whole", "zoned")
	ids := []string{"p1", "T,1", "b", "a\"q", "p10", "z"}[:1+r.IntN(6)]
	var b strings.Builder
	b.WriteString("id,weight\n")
	for _, id := range ids {
		b.Write(append(appendCell(nil, id), ","+r.one("1", "1/3", "2.5", "7/11", "0")+"\n"...))
	}
	f["proposals.csv"] = b.String()
	for i := range ids {
		if r.in(3) {
			as := campaign.Assertion{Pos: at("campaign.yaml", 80+i, 1), Figure: "proposal-total", Proposal: ids[i], Prints: "1", Rounding: "floor", Level: "warn"}
			c.Assert = append(c.Assert, as)
		}
	}
	b.Reset()
	b.WriteString("account,proposal,power,chain")
	if times != "" {
		b.WriteString(",time")
	}
	b.WriteByte('\n')
	for i := range n {
		who, vote := i/len(ids), i%len(ids)
		if set.Duplicates != "error" || faulty && r.in(30) {
			who, vote = r.IntN(n/len(ids)+1), r.IntN(len(ids))
		}
		chain := chains[who%len(chains)]
		if set.Duplicates != "error" {
			chain = chains[r.IntN(len(chains))]
		}
		id, power := string(appendCell(nil, ids[vote])), r.decimal(int(set.Decimals))
		if faulty && r.in(30) {
			power = r.one("x", "1.00000000000000000000000000000001", "115792089237316195423570985008687907853269984665640564039457584007913129639935")
		}
		if faulty && r.in(30) {
			id = "nobody"
		}
		fmt.Fprintf(&b, "%s,%s,%s,%s", r.claimant(chain.Family(), who).Text(), id, power, chain)
		switch {
		case times == "whole", times != "" && faulty && r.in(50):
			fmt.Fprintf(&b, ",%d", r.Uint64N(1<<40))
		case times == "zoned":
			fmt.Fprintf(&b, ",%d-03-04T05:06:%02d.%d+0%d:00", 1950+r.IntN(90), r.IntN(60), r.IntN(1000), r.IntN(9))
		}
		b.WriteByte('\n')
	}
	f["votes.csv"] = b.String()
	return c, f.options()
}

func TestStream_votesSameAsCompute(t *testing.T) {
	streamRandom(t, func(r chance, n int) (*campaign.Campaign, Options) { return r.voteCase(n) })
}
