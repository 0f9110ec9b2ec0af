package export

import (
	"context"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"testing"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/tree"
)

const (
	oneEVM    = "0x515f906d4177206527f022185221970afbcbd764"
	otherEVM  = "0x0fe54250faad8d67c03b8b390f49cebdec8f136b"
	oneSolana = "JUPyiwrYJFskUPiHa7hkeR8VUtAeFoSYbKedZNsDvCN"
)

// fixedCampaign is a campaign over list.csv with the given tokens and trees, a line each.
func fixedCampaign(tokens, trees []string) string {
	return "format: merkle-campaign/v1\nid: sample\ntokens:\n  " + strings.Join(tokens, "\n  ") +
		"\nrule: {name: fixed/v1, list: {file: list.csv}, unit: base, duplicates: error}\n" +
		"rounding: {method: floor, at: account-token, residual: {to: treasury}}\ntrees:\n  - " + strings.Join(trees, "\n  - ") + "\n"
}

func evmToken(id string, decimals int, pool string) string {
	return fmt.Sprintf(`%s: {asset: "eip155:1/erc20:0x52a67249016f2028d81d641d755131a47ca975b5", decimals: %d, pool: %q}`, id, decimals, pool)
}

const twoChainToken = `T: {decimals: 18, pool: "1000", assets: [{asset: "eip155:1/erc20:0x52a67249016f2028d81d641d755131a47ca975b5", decimals: 18}, ` +
	`{asset: "solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp/token:JUPyiwrYJFskUPiHa7hkeR8VUtAeFoSYbKedZNsDvCN", decimals: 9}]}`

func TestTrees_refusesWhatTreesCannotCarry(t *testing.T) {
	u64 := new(big.Int).Lsh(big.NewInt(1), 64).String()
	solana := `S: {asset: "solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp/token:JUPyiwrYJFskUPiHa7hkeR8VUtAeFoSYbKedZNsDvCN", decimals: 0, pool: "99999999999999999999"}`
	coin := `C: {asset: "eip155:1/slip44:60", decimals: 18, pool: "1000"}`
	evm := evmToken("T", 0, "1000000000000000000000000000000")
	for name, c := range map[string]struct {
		tokens, trees []string
		list          string
		want          []string // texts of the faults, in order
	}{
		"no tree for a chain": {
			[]string{twoChainToken}, []string{`{id: t, tokens: [T], chain: "eip155:1", profile: oz-standard-v1, order: account}`},
			"account,amount\n" + oneEVM + ",5\n" + oneSolana + ",1000000000\n",
			[]string{"campaign.yaml:4:3: token T: no tree for 1 claims on solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp, the first by " + oneSolana},
		},
		"unknown profile": {
			[]string{evm}, []string{`{id: t, tokens: [T], profile: nobody-v1, order: account}`}, "account,amount\n" + oneEVM + ",5\n",
			[]string{`campaign.yaml:8:10: tree "t": profile "nobody-v1": unknown, want one of `},
		},
		"profile of the other family": {
			[]string{evm}, []string{`{id: t, tokens: [T], profile: jito-v1, order: account}`}, "account,amount\n" + oneEVM + ",5\n",
			[]string{`tree "t": profile jito-v1 is for solana accounts, chain eip155:1 has evm accounts`},
		},
		"amount wider than the contract holds": {
			[]string{solana}, []string{`{id: t, tokens: [S], profile: jito-v1, order: account}`}, "account,amount\n" + oneSolana + "," + u64 + "\n",
			[]string{`campaign.yaml:8:10: tree "t": amount of ` + oneSolana + " is " + u64 + ", wider than the 64 bits of profile jito-v1"},
		},
		"sum wider than the contract holds": {
			[]string{solana}, []string{`{id: t, tokens: [S], profile: jito-v1, order: account}`},
			"account,amount\n" + oneSolana + ",18446744073709551615\nSo11111111111111111111111111111111111111112,1\n",
			[]string{"the sum of token S passes the 64 bits of profile jito-v1"},
		},
		"amount wider than the field": {
			[]string{evm}, []string{`{id: t, tokens: [T], profile: oz-standard-v1, fields: ["account:address", "amount:uint64"], order: account}`},
			"account,amount\n" + oneEVM + "," + u64 + "\n" + otherEVM + "," + u64 + "0\n",
			[]string{", wider than the 64 bits of profile oz-standard-v1", ", wider than the 64 bits of profile oz-standard-v1"},
		},
		"field that nothing fills": {
			[]string{evm}, []string{`{id: t, tokens: [T], profile: oz-standard-v1, fields: ["account:address", "amount:uint256", "index:uint256"], order: account}`},
			"account,amount\n" + oneEVM + ",5\n",
			[]string{"field index: the list has no index column and profile oz-standard-v1 no rule to make one"},
		},
		"leaf without an account": {
			[]string{evm}, []string{`{id: t, tokens: [T], profile: oz-standard-v1, fields: ["amount:uint256"], order: input}`}, "account,amount\n" + oneEVM + ",5\n",
			[]string{"no account field: whoever sees a claim could take it"},
		},
		"name of a cell": {
			[]string{evm}, []string{`{id: t, tokens: [T], profile: oz-standard-v1, fields: ["account:address", "amount:uint256", "proof:string"], order: account}`},
			"account,amount,proof\n" + oneEVM + ",5,x\n",
			[]string{"field proof: the name is taken by a cell of the bundle"},
		},
		"coin in a token field": {
			[]string{coin}, []string{`{id: t, tokens: [C], profile: oz-standard-v1, fields: ["account:address", "amount:uint256", "token:address"], order: account}`},
			"account,amount\n" + oneEVM + ",5\n",
			[]string{"field token: asset eip155:1/slip44:60 has no token address"},
		},
		"two tokens that the leaf cannot tell apart": {
			[]string{evm, coin}, []string{`{id: t, tokens: [T, C], profile: oz-standard-v1, order: account}`}, "account,amount,token\n" + oneEVM + ",5,T\n",
			[]string{"2 tokens in one tree, but the leaf of profile oz-standard-v1 has no token field"},
		},
		"several tokens split": {
			[]string{evm, strings.Replace(evmToken("U", 0, "5"), "52a6", "62a6", 1)},
			[]string{`{id: t, tokens: [T, U], profile: oz-standard-v1, fields: ["account:address", "amount:uint256", "token:address"], order: account, split: 5}`},
			"account,amount,token\n" + oneEVM + ",5,T\n", []string{"a tree of several tokens cannot be split"},
		},
		"locked without a field": {
			[]string{evm}, []string{`{id: t, tokens: [T], profile: oz-standard-v1, order: account}`}, "account,amount,locked\n" + oneEVM + ",5,1\n",
			[]string{"the list has locked amounts, the leaf of profile oz-standard-v1 has no field for them"},
		},
		"index twice": {
			[]string{evm}, []string{`{id: t, tokens: [T], profile: uniswap-v1, order: account}`}, "account,amount,index\n" + oneEVM + ",5,3\n" + otherEVM + ",5,3\n",
			[]string{`tree "t": ` + merkleText(otherEVM) + `: index "3": index is there already, for ` + merkleText(oneEVM)},
		},
		"constant of no field": {
			[]string{evm}, []string{`{id: t, tokens: [T], profile: oz-standard-v1, order: account, constants: {salt: "5"}}`}, "account,amount\n" + oneEVM + ",5\n",
			[]string{`constant "salt"`},
		},
		"nothing to pay": {
			[]string{evm}, []string{`{id: t, tokens: [T], profile: oz-standard-v1, order: account}`}, "account,amount\n" + oneEVM + ",0\n",
			[]string{"campaign.yaml: no claim is above 0, there is no tree to build"},
		},
		"two trees at once": {
			[]string{evm, coin}, []string{`{id: t, tokens: [T], profile: nobody-v1, order: account}`, `{id: c, tokens: [C], profile: jito-v1, order: account}`},
			"account,amount,token\n" + oneEVM + ",5,T\n", []string{`tree "t": profile "nobody-v1"`, `tree "c": profile jito-v1 is for solana`},
		},
	} {
		t.Run(name, func(t *testing.T) {
			a := allocation(t, fixedCampaign(c.tokens, c.trees), map[string]string{"list.csv": c.list})
			trees, err := Trees(context.Background(), a, Options{})
			faults, ok := merkle.AsFaults(err)
			if !ok {
				t.Fatalf("got %d trees, %v, want faults", len(trees), err)
			}
			if len(faults.List) != len(c.want) {
				t.Errorf("got %d faults, want %d", len(faults.List), len(c.want))
			}
			for i, want := range c.want {
				if i < len(faults.List) && !strings.Contains(faults.List[i].Error(), want) {
					t.Errorf("fault %d: got %s\nwant %s", i, faults.List[i], want)
				}
			}
		})
	}
}

// merkleText is how people see an account.
func merkleText(text string) string {
	a, err := merkle.ParseAccount(text)
	if err != nil {
		panic(err)
	}
	return a.String()
}

func TestTrees_countsInBaseUnitsOfTheChain(t *testing.T) {
	a := allocation(t, fixedCampaign([]string{twoChainToken}, []string{
		`{id: evm, tokens: [T], chain: "eip155:1", profile: oz-standard-v1, order: account}`,
		`{id: sol, tokens: [T], chain: "solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp", profile: jito-v1, order: account}`,
	}), map[string]string{"list.csv": "account,amount\n" + oneEVM + ",7000000001\n" + oneSolana + ",5000000000\n"})
	trees, err := Trees(context.Background(), a, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(trees) != 2 || trees[0].Totals[0] != merkle.NewAmount(7000000001) || trees[1].Totals[0] != merkle.NewAmount(5) {
		t.Fatalf("totals %v and %v", trees[0].Totals, trees[1].Totals)
	}
	if got := trees[1].Tree.Rows().Amounts[0]; got != merkle.NewAmount(5) {
		t.Errorf("claim of %s base units of the chain", got)
	}
	unit, _ := new(big.Int).SetString("1000000000", 10)
	sum := new(big.Int).Add(trees[0].Totals[0].Big(), new(big.Int).Mul(trees[1].Totals[0].Big(), unit))
	if sum.Cmp(a.Tokens[0].Ledger.Claims.Big()) != 0 {
		t.Errorf("totals come to %s, the ledger says %s", sum, a.Tokens[0].Ledger.Claims)
	}
	// A unit that does not divide cannot come from alloc; the divisor still refuses it.
	for e := range a.Entrants {
		if a.Entrants[e].Account.Family() == merkle.Solana {
			a.Tokens[0].Amounts[e] = merkle.NewAmount(5000000001)
		}
	}
	if _, err := Trees(context.Background(), a, Options{}); err == nil || !strings.Contains(err.Error(), "not a multiple of 1000000000") {
		t.Errorf("got %v", err)
	}
}

func TestTrees_withoutClaimsMakesNone(t *testing.T) {
	a := allocation(t, fixedCampaign([]string{twoChainToken}, []string{
		`{id: evm, tokens: [T], chain: "eip155:1", profile: oz-standard-v1, order: account}`,
		`{id: sol, tokens: [T], chain: "solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp", profile: jito-v1, order: account, split: 3}`,
	}), map[string]string{"list.csv": "account,amount\n" + oneEVM + ",7\n"})
	trees, err := Trees(context.Background(), a, Options{})
	if err != nil || len(trees) != 1 || trees[0].ID != "evm" {
		t.Fatalf("got %v, %v", trees, err)
	}
	if got := Unused(a.Campaign, trees); !slices.Equal(got, []string{"sol"}) {
		t.Errorf("unused: %q", got)
	}
}

// TestTrees_splits holds the parts against docs/rules/common.md: runs of N in the tree's order, every entrant in one.
func TestTrees_splits(t *testing.T) {
	for _, order := range []string{"account", "input", "leaf-hash", "profile"} {
		for _, n := range []int{1, 4, 5, 6, 23} {
			s := sample{profile: "uniswap-v1", order: order, tokens: 1, claims: n, split: 5}
			trees, err := Trees(context.Background(), s.allocation(t), Options{})
			if err != nil {
				t.Fatal(err)
			}
			var accounts []merkle.Account
			for i := range n {
				accounts = append(accounts, s.account(i))
			}
			if order == "account" {
				slices.SortFunc(accounts, func(a, b merkle.Account) int {
					x, y := tree.AccountKey(a), tree.AccountKey(b)
					return slices.Compare(x[:], y[:])
				})
			}
			if want := (n + 4) / 5; len(trees) != want {
				t.Fatalf("order %s, %d claims: %d parts, want %d", order, n, len(trees), want)
			}
			for i, part := range slices.Collect(slices.Chunk(accounts, 5)) {
				tr := trees[i]
				if tr.ID != fmt.Sprintf("t0-%d", i) || tr.Family != "t0" || tr.Part != i || tr.Parts != len(trees) {
					t.Errorf("part %d is %s, %d of %d", i, tr.ID, tr.Part, tr.Parts)
				}
				got := slices.Clone(tr.Tree.Rows().Accounts)
				slices.SortFunc(got, merkle.Account.Compare)
				slices.SortFunc(part, merkle.Account.Compare)
				if !slices.Equal(got, part) {
					t.Errorf("order %s, %d claims: part %d holds other accounts", order, n, i)
				}
			}
		}
	}
}
