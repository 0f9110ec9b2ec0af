package alloc_test

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/merkle-drop/merkle/alloc"
	"github.com/merkle-drop/merkle/campaign"
)

// A pool of 11 tokens by weight, floored once an account; what is left over has a name.
func ExampleCompute() {
	c, err := campaign.Parse([]byte(`format: merkle-campaign/v1
id: example
tokens:
  DROP: {asset: "eip155:1/erc20:0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", decimals: 0, pool: "11"}
rule:
  name: pro-rata/v1
  weights: {file: weights.csv, sum: "14"}
rounding: {method: floor, at: account-token, residual: {to: treasury}}
trees:
  - {id: drop, tokens: [DROP], profile: oz-standard-v1, fields: ["account:address", "amount:uint256"], order: account, split: 0}
`), "campaign.yaml")
	if err != nil {
		fmt.Println(err)
		return
	}
	weights := `account,weight
0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359,6
0x27b1fdb04752bbc536007a920d24acb045561c26,2
0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB,6
`
	a, err := alloc.Compute(context.Background(), c, alloc.Options{Open: func(string) (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader(weights)), nil
	}})
	if err != nil {
		fmt.Println(err)
		return
	}
	drop := a.Tokens[0]
	for i, e := range a.Entrants {
		fmt.Println(e.Account, drop.Amounts[i])
	}
	l := drop.Ledger
	fmt.Println(l.Pool, "=", l.Claims, "+", l.Unallocated, "unallocated +", l.Residual, "to", l.ResidualTo)
	// Output:
	// 0x27b1fdb04752bbc536007a920d24acb045561c26 1
	// 0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB 4
	// 0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359 4
	// 11 = 9 + 0 unallocated + 2 to treasury
}
