package export

import (
	"fmt"
	"strings"
	"testing"
)

// streamCase is a campaign of fixed/v1 for one token.
type streamCase struct {
	token    string // in YAML, with the pool
	others   string // more tokens, in YAML
	trees    string // in YAML
	rule     string // what is added to the rule
	residual string
	publish  string
	more     string // sections of the campaign
	header   string
	row      func(i int) string
}

func (c *streamCase) yaml() string {
	rule := "name: fixed/v1, list: {file: list.csv}, "
	if strings.HasPrefix(c.rule, "name:") {
		rule = ""
	}
	return "format: merkle-campaign/v1\nid: sample\ntokens:\n  T: " + c.token + "\n" + c.others +
		"rule: {" + rule + c.rule + "}\n" +
		"rounding: {method: floor, at: account-token, residual: {to: " + c.residual + "}}\ntrees:\n" + c.trees + c.publish + c.more
}

func (c *streamCase) list(n int) string {
	var b strings.Builder
	b.WriteString(c.header + "\n")
	for i := range n {
		b.WriteString(c.row(i) + "\n")
	}
	return b.String()
}

const jup = `{asset: "solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp/token:JUPyiwrYJFskUPiHa7hkeR8VUtAeFoSYbKedZNsDvCN", decimals: 6, pool: "99999999999"}`
const dai = `{asset: "eip155:1/erc20:0x6B175474E89094C44Da98b954EedeAC495271d0F", decimals: 18, pool: "99999999999"}`

func solanaText(i int) string { return sample{profile: "jito-v1"}.account(i).Text() }
func evmText(i int) string    { return sample{}.account(i).String() }

func streamCases() map[string]*streamCase {
	plain := func(profile, token string, account func(int) string) *streamCase {
		return &streamCase{token: token, trees: "  - {id: t, tokens: [T], profile: " + profile + ", order: account}\n", rule: "unit: base, duplicates: error", residual: "treasury",
			header: "account,amount", row: func(i int) string { return fmt.Sprintf("%s,%d", account(i), i*i%1009) }}
	}
	cases := map[string]*streamCase{}
	for _, p := range []string{"jito-v1", "jito-tip-v1", "jupiter-ts-v1"} {
		cases[p] = plain(p, jup, solanaText)
	}
	for _, p := range []string{"hedgey-v1", "address-amount-packed-v1", "morpho-urd-v1", "merkl-sdk-v1", "token-account-packed-v1", "text-v1", "1inch-signature-128-v1"} {
		cases[p] = plain(p, dai, evmText)
	}
	for _, p := range []string{"uniswap-v1", "uma-v1", "sablier-v1"} {
		c := plain(p, dai, evmText)
		c.header, c.row = "account,amount,index", func(i int) string { return fmt.Sprintf("%s,%d,%d", evmText(i), i%1009, 3*i) }
		cases[p+" given"] = c
	}
	cases["sablier numbered"] = plain("sablier-v1", dai, evmText)
	for _, p := range []string{"oz-standard-v1", "murky-v1"} {
		c := plain(p, dai, evmText)
		c.trees = "  - {id: t, tokens: [T], profile: " + p + ", order: account, fields: [\"index:uint256\", \"account:address\", \"amount:uint256\", \"season:uint8\"], constants: {season: \"3\"}}\n"
		c.header, c.row = cases["uma-v1 given"].header, cases["uma-v1 given"].row
		cases[p] = c
	}
	c := plain("jito-v1", jup, solanaText)
	c.header, c.row = "account,amount,locked", func(i int) string { return fmt.Sprintf("%s,%d,%d", solanaText(i), i%5, i%7) }
	c.publish = "publish: {proofs: subtree, shard: 64, inputs: digest}\n"
	cases["locked, shard 64, digest"] = c
	c = plain("jito-v1", jup, solanaText)
	c.rule = "unit: token, precision: floor-row, duplicates: sum"
	c.residual = "largest"
	c.row = func(i int) string { return fmt.Sprintf("%s,%d.%08d", solanaText(i*7%11), i%3, i*1234567%100000000) }
	cases["sums of fractions, residual to the largest"] = c
	c = plain("hedgey-v1", dai, evmText)
	c.rule = "unit: token, duplicates: sum"
	c.row = func(i int) string { return fmt.Sprintf("%s,%d.5", evmText(i/2), i%1000) }
	c.more = "exclude:\n  - {list: A, file: out.csv}\n  - {list: B, file: out2.csv}\naccounts: {burn: warn, precompile: warn}\n" +
		"assert:\n  - {figure: claims-total, token: T, prints: \"1\", level: warn}\n  - {figure: claim, token: T, account: \"" + evmText(2) + "\", prints: \"9.5\", level: warn}\n  - {figure: leaves, token: T, prints: \"3\", level: warn}\n"
	cases["sums, exclusions, assertions"] = c
	for name, more := range map[string]string{"split": "split: 100", "split into pairs": "split: 2", "split of one": "split: 1"} {
		c = plain("jito-v1", jup, solanaText)
		c.trees = strings.Replace(c.trees, "}", ", "+more+", deployment: {program: x}}", 1)
		c.publish = "publish: {facts: yes, shard: 16}\n"
		cases[name+", facts"] = c
	}
	for _, p := range []string{"uniswap-v1", "jito-tip-v1", "jupiter-ts-v1", "sablier-v1"} {
		for _, rule := range []string{"error", "sum"} {
			account, token := evmText, dai
			if strings.HasPrefix(p, "j") {
				account, token = solanaText, jup
			}
			c = plain(p, token, account)
			c.rule = "unit: base, duplicates: " + rule
			c.row = func(i int) string { return fmt.Sprintf("%s,%d", account(i), i%7) }
			if rule == "sum" {
				c.row = func(i int) string { return fmt.Sprintf("%s,%d", account(i*i%(i+3)/2), i%7) }
				c.trees = strings.Replace(c.trees, "}", ", split: 37}", 1)
			}
			cases[p+" by rule, "+rule] = c
		}
	}
	for _, order := range []string{"profile", "account", "input", "leaf-hash"} {
		for _, split := range []string{"", ", split: 50"} {
			for _, p := range []string{"jito-v1", "jupiter-ts-v1", "oz-standard-v1", "uniswap-v1", "sablier-v1", "jito-tip-v1"} {
				account, token := evmText, dai
				if strings.HasPrefix(p, "j") {
					account, token = solanaText, jup
				}
				c = plain(p, token, account)
				c.trees = strings.Replace(c.trees, "order: account", "order: "+order+split, 1)
				c.publish = "publish: {proofs: inline, shard: 64}\n"
				if order != "account" {
					c.publish = "publish: {shard: 32}\n"
				}
				c.row = func(i int) string { return fmt.Sprintf("%s,%d", account(i), i%5) }
				cases["inline, "+p+", "+order+split] = c
			}
		}
	}
	severalTokens(cases, plain)
	for _, how := range []string{"a tree each", "a tree each, split", "one tree", "one tree, leaf-hash", "one tree, input"} { // claim order is account order
		c := *cases["3 tokens, gap 0, "+how]
		c.rule = "name: pro-rata/v1, weights: {file: list.csv}, duplicates: sum"
		c.residual = "largest"
		c.header, c.row = "account,weight", func(i int) string { return fmt.Sprintf("%s,%d.%d", evmText(i*i%4001), i%13, i%7) }
		c.others = strings.ReplaceAll(c.others, "pool:", "pool: \"7.5\", x:")
		c.others = strings.ReplaceAll(c.others, ", x: \"99999999\"", "")
		c.token = strings.Replace(dai, "99999999999", "0.00001", 1)
		cases["pro-rata/v1, "+how] = &c
	}
	c = plain("jito-tip-v1", jup, solanaText)
	c.rule = "name: pro-rata/v1, weights: {file: list.csv}, duplicates: error"
	c.residual = "account, account: " + solanaText(77777)
	c.header, c.row = "account,weight", func(i int) string { return fmt.Sprintf("%s,%d", solanaText(i), i%13) }
	c.trees = strings.Replace(c.trees, "account}", "profile, split: 70}", 1)
	cases["pro-rata/v1, residual to an account, index by text"] = c
	for _, p := range []string{"eigenlayer-v1", "thirdweb-drop-v1", "thirdweb-drop-v2", "ens-v1"} {
		for _, more := range []string{"", ", split: 30", ", tokens: 3"} {
			if p != "eigenlayer-v1" && strings.Contains(more, "tokens") {
				continue
			}
			c = plain(p+more, dai, evmText)
			if strings.Contains(more, "tokens") {
				of := severalTokens(map[string]*streamCase{}, plain)["3 tokens, gap 3, one tree, input"]
				c.others, c.header, c.row = of.others, of.header, of.row
				c.trees = "  - {id: t, tokens: [T, T1, T2], profile: eigenlayer-v1, order: account}\n"
			}
			if p == "thirdweb-drop-v2" {
				c.header = "account,amount,price,currency"
				c.row = func(i int) string { return fmt.Sprintf("%s,%d,%d,%s", evmText(i), i%9, i%4, evmText(i%3)) }
			}
			c.trees = strings.Replace(c.trees, "order: account", "order: profile", 1)
			c.publish = "publish: {shard: 25}\n"
			cases["grouped, "+p+more] = c
		}
	}
	for _, order := range []string{"account", "input, split: 30", "account, split: 30", "leaf-hash"} {
		c = plain("oz-standard-v1, fields: [\"account:address\", \"note:string\", \"amount:uint256\", \"level:uint8\"]", dai, evmText)
		c.trees = strings.Replace(c.trees, "order: account", "order: "+order, 1)
		c.publish = "publish: {shard: 20}\n"
		c.header = "account,amount,note,level"
		c.row = func(i int) string {
			return fmt.Sprintf("%s,%d,\"%s, note %d\",%d", evmText(i), i%9, strings.Repeat("é", i%40), i, i%256)
		}
		cases["own columns, "+order] = c
	}
	c = plain("", "", nil)
	c.token = `{decimals: 18, pool: "10000000000000", assets: [{asset: "eip155:1/erc20:0x6B175474E89094C44Da98b954EedeAC495271d0F", decimals: 18}, {asset: "solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp/token:JUPyiwrYJFskUPiHa7hkeR8VUtAeFoSYbKedZNsDvCN", decimals: 9}]}`
	c.trees = "  - {id: b, tokens: [T], chain: \"solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp\", profile: jito-v1, order: account}\n  - {id: a, tokens: [T], chain: \"eip155:1\", profile: hedgey-v1, order: account}\n"
	c.rule = "unit: token, duplicates: error"
	c.row = func(i int) string {
		if i%3 == 1 {
			return fmt.Sprintf("%s,%d.123456789", solanaText(i), i)
		}
		return fmt.Sprintf("%s,%d.123456789123456789", evmText(i), i)
	}
	cases["two chains, two units"] = c
	return cases
}

// severalTokens adds campaigns of two to five tokens: trees over the same accounts, over other ones, and one tree of all.
func severalTokens(cases map[string]*streamCase, plain func(profile, token string, account func(int) string) *streamCase) map[string]*streamCase {
	token := func(i, decimals int) string {
		return fmt.Sprintf("  T%d: {asset: \"%s/erc20:%s\", decimals: %d, pool: \"99999999\"}\n", i, evmChain, evmText(-1-i), decimals)
	}
	for n := 2; n <= 5; n++ {
		if testing.Short() && n != 3 { // files cost more than what is in them
			continue
		}
		for _, gap := range []int{0, 3} { // above 0: some accounts have nothing of some token
			for _, how := range []string{"a tree each", "a tree each, inline", "a tree each, split", "a tree each, input, split", "one tree", "one tree, inline", "one tree, leaf-hash", "one tree, input", "one tree, given index", "one tree, unlocks", "one tree, unlocks, inline"} {
				c := plain("", dai, evmText)
				c.trees, c.others = "", ""
				ids := "T"
				for i := 1; i < n; i++ {
					c.others += token(i, 6*i%19)
					ids += fmt.Sprintf(", T%d", i)
				}
				order, more := "account", ""
				for _, o := range []string{"leaf-hash", "input"} {
					if strings.Contains(how, o) {
						order = o
					}
				}
				switch {
				case strings.Contains(how, "inline"):
					c.publish = "publish: {proofs: inline, shard: 30}\n"
				case strings.Contains(how, "split"):
					more, c.publish = ", split: 40", "publish: {shard: 16}\n"
				default:
					c.publish = "publish: {shard: 50}\n"
				}
				profile := "oz-standard-v1, fields: [\"token:address\", \"account:address\", \"amount:uint256\"]"
				c.header = "account,token,amount"
				index := ""
				if strings.Contains(how, "given") {
					profile = "oz-standard-v1, fields: [\"index:uint64\", \"account:address\", \"token:address\", \"amount:uint256\"]"
					c.header += ",index"
				}
				if strings.Contains(how, "unlocks") { // which decide the order before tokens do
					profile = "oz-standard-v1, fields: [\"account:address\", \"token:address\", \"amount:uint256\", \"unlock:uint64\"]"
					c.header += ",unlock"
				}
				if strings.HasPrefix(how, "one tree") {
					c.trees = fmt.Sprintf("  - {id: all, tokens: [%s], profile: %s, order: %s}\n", ids, profile, order)
				} else {
					for i, id := range strings.Split(ids, ", ") {
						p := []string{"hedgey-v1", "oz-standard-v1", "uniswap-v1", "murky-v1", "sablier-v1"}[i]
						if p == "oz-standard-v1" || p == "murky-v1" {
							p += ", fields: [\"account:address\", \"amount:uint256\"]"
						}
						c.trees += fmt.Sprintf("  - {id: t%d, tokens: [%s], profile: %s, order: %s%s}\n", i, id, p, order, more)
					}
				}
				c.row = func(i int) string {
					id, account := strings.Split(ids, ", ")[i%n], i/n*7919%1000003
					if gap > 0 && i/n%gap == i%n%gap {
						account += 2000000
					}
					if strings.Contains(how, "given") {
						index = fmt.Sprintf(",%d", 7*i+1)
					}
					if strings.Contains(how, "unlocks") {
						index = fmt.Sprintf(",%d", i*i%13)
					}
					return fmt.Sprintf("%s,%s,%d%s", evmText(account), id, i%11+i%2, index)
				}
				cases[fmt.Sprintf("%d tokens, gap %d, %s", n, gap, how)] = c
			}
		}
	}
	return cases
}

func streamInputs(list string) map[string]string {
	return map[string]string{"list.csv": list, "out.csv": "account,reason\n" + evmText(1) + ",team\n" + evmText(70000) + ",gone\n", "out2.csv": "account,reason\n" + evmText(1) + ",again\n" + evmText(3) + ",x\n"}
}
