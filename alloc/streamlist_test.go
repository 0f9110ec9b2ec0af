package alloc

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/campaign"
)

// chance is a random choice of campaigns.
type chance struct{ *rand.Rand }

func newChance(seed uint64) chance { return chance{rand.New(rand.NewPCG(seed, 17))} }

func (r chance) one(of ...string) string { return of[r.IntN(len(of))] }
func (r chance) in(n int) bool           { return r.IntN(n) == 0 }

// claimant is an account of a family, by number; some are the campaign's own or of no wallet.
func (r chance) claimant(f merkle.Family, n int) merkle.Account {
	raw := make([]byte, f.Width())
	if n%97 == 5 && n < 9*97 { // no two alike
		raw[f.Width()-1] = byte(1 + n%9)
	} else {
		copy(raw, fmt.Sprintf("%02x%07d", n*131%256, n))
		raw[f.Width()-1] = 1
	}
	a, err := merkle.NewAccount(f, raw)
	if err != nil {
		panic(err)
	}
	return a
}

// tokens are 1 to 5 tokens on some chains. With even, every chain has the token's decimals.
func (r chance) tokens(even bool, chains []merkle.Chain) (list []campaign.Token) {
	for k := range 1 + r.IntN(5) {
		pool := r.one("100000000000000000000", "99999999999999999999999999", "340282366920938463463374607431768211457")
		if r.in(12) {
			pool = r.one("0", "7", "1000000")
		}
		tok := token(fmt.Sprint("T", k), 6, pool, chains...)
		for i := range tok.Assets {
			tok.Assets[i].Asset.Token = r.claimant(tok.Assets[i].Asset.Chain.Family(), 1000003+k)
			if !even && r.in(4) {
				tok.Assets[i].Decimals -= uint8(r.IntN(3))
			}
		}
		list = append(list, tok)
	}
	return list
}

func (r chance) chains() []merkle.Chain {
	return [][]merkle.Chain{{onSolana}, {onEthereum}, {onSolana, onEthereum}, {onEthereum, onBase}, {onSolana, onEthereum, onBase}}[r.IntN(5)]
}

// common draws exclusions, figures, kinds of accounts and the residual.
func (r chance) common(c *campaign.Campaign, chains []merkle.Chain, n int, f files) {
	for i := range r.IntN(3) {
		name := fmt.Sprintf("out%d.csv", i)
		c.Exclude = append(c.Exclude, campaign.Exclusion{Input: input(name), List: fmt.Sprint("L", i)})
		f[name] = "account,reason\n"
		for j := range r.IntN(4) {
			f[name] += r.claimant(chains[0].Family(), r.IntN(n+2)+j*1000).Text() + ",team\n"
		}
	}
	for k := range c.Tokens {
		who := chains[r.IntN(len(chains))]
		for _, as := range []campaign.Assertion{
			{Figure: "claim", Account: r.claimant(who.Family(), r.IntN(n+1)), Chain: who},
			{Figure: r.one("claims-total", "leaves", "residual", "unallocated")},
		} {
			as.Pos, as.Token, as.Prints, as.Rounding, as.Level = at("campaign.yaml", 40+k, 1), c.Tokens[k].ID, r.one("1", "2.5"), "half-up", "warn"
			if r.in(60) {
				as.Level = "error"
			}
			c.Assert = append(c.Assert, as)
		}
	}
	for _, kind := range merkle.AccountKinds() {
		if kind != merkle.KindWallet && r.in(4) {
			c.Accounts.Set(kind, r.one("allow", "allow", "allow", "allow", "allow", "allow", "allow", "refuse"))
		}
	}
	switch r.IntN(4) {
	case 0:
		c.Rounding.Residual.To = "largest"
	case 1:
		who := chains[r.IntN(len(chains))]
		c.Rounding.Residual = campaign.Residual{To: "account", Account: r.claimant(who.Family(), r.IntN(2*n+2)), Chain: who}
	}
	if r.in(20) {
		c.Tokens[0].Assets[0].Cap = ptr(merkle.NewAmount(uint64(r.IntN(1000))))
	}
}

func ptr[T any](v T) *T { return &v }

// listCase is a random campaign of fixed/v1 with a list of n rows.
func (r chance) listCase(n int) (*campaign.Campaign, files, Options) {
	chains := r.chains()
	c := listCampaign(r.one("base", "token"), r.tokens(r.in(2), chains)...)
	set := c.Rule.Fixed
	set.Duplicates = r.one("error", "sum", "sum")
	fraction := 0
	if set.Unit == "token" {
		if set.Precision = r.one("exact", "floor-row", "floor-sum"); set.Precision != "exact" {
			fraction = 9
		}
	}
	if len(c.Tokens) > 1 && r.in(3) { // one token is not everywhere
		c.Tokens[1].Assets = c.Tokens[1].Assets[:1]
	}
	head := []string{"account", "amount", "token", "chain"}
	index, locked, own := r.in(3), r.in(3), r.in(3)
	if index {
		head = append(head, "index")
	}
	if locked {
		head = append(head, "locked")
	}
	f := files{}
	r.common(c, chains, n, f)
	o := f.options()
	o.LeafColumns = func(*campaign.Tree) []string { return nil }
	if own {
		c.Trees = []campaign.Tree{{ID: "t"}}
		o.LeafColumns = func(*campaign.Tree) []string { return []string{"colour", "note"} }
		head = append(head, "colour", "note")
	}
	r.Shuffle(len(head), func(i, j int) { head[i], head[j] = head[j], head[i] })
	amount := func() string {
		text := fmt.Sprint(r.IntN(40))
		if r.in(4) {
			text = fmt.Sprint(r.Uint64N(1e9))
		}
		if set.Unit == "base" && text != "0" {
			text += "00"
		}
		if fraction > 0 && r.in(2) {
			text += fmt.Sprintf(".%0*d", 1+r.IntN(fraction), r.IntN(10))
		}
		return text
	}
	faulty := r.in(6)
	var b strings.Builder
	b.WriteString(strings.Join(head, ",") + "\n")
	for i := range n {
		who := i
		if set.Duplicates == "sum" || faulty && r.in(50) {
			who = r.IntN(n/3 + 1)
		}
		tok := c.Tokens[r.IntN(len(c.Tokens))]
		chain := tok.Assets[r.IntN(len(tok.Assets))].Asset.Chain
		cells := map[string]string{"account": r.claimant(chain.Family(), who).Text(), "amount": amount(), "token": tok.ID, "chain": string(chain),
			"index": fmt.Sprint(r.IntN(4 * n)), "locked": amount(), "colour": r.one("red", "\"a,b\"", "", "\"q\"\"\""), "note": fmt.Sprint(r.IntN(1e6))}
		if faulty && r.in(20) {
			cells[head[r.IntN(len(head))]] = r.one("x", "", "1.0000000000000000000000001", "99999999999999999999999999999999999999999999999999999999999999999999999999999999")
		}
		for j, name := range head {
			if j > 0 {
				b.WriteByte(',')
			}
			b.WriteString(cells[name])
		}
		b.WriteByte('\n')
	}
	f["list.csv"] = b.String()
	return c, f, o
}

func TestStream_fixedSameAsCompute(t *testing.T) {
	streamRandom(t, func(r chance, n int) (*campaign.Campaign, Options) {
		c, _, o := r.listCase(n)
		return c, o
	})
}
