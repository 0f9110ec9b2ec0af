package export_test

import (
	"context"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"
	"strings"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/alloc"
	"github.com/merkle-drop/merkle/campaign"
	"github.com/merkle-drop/merkle/export"
)

const source = `format: merkle-campaign/v1
id: thanks
tokens:
  JUP: {asset: "solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp/token:JUPyiwrYJFskUPiHa7hkeR8VUtAeFoSYbKedZNsDvCN", decimals: 6, pool: "10"}
rule: {name: pro-rata/v1, weights: {file: weights.csv}, duplicates: error}
rounding: {method: floor, at: account-token, residual: {to: treasury}}
trees:
  - {id: jup, tokens: [JUP], profile: jito-v1, order: account, split: 0}
`

const weights = `account,weight
7YttLkHDoNj9wyDur5pM1ejNaAvT9X4eqaYcHQqtj2G5,1
BQ72nSv9f3PRyRKCBnHLVrerrv37CYTHm5h3s9VSGQDV,2
`

// A bundle is made from a campaign, and a claim is found in it with nothing but its files.
func Example() {
	ctx := context.Background()
	c, err := campaign.Parse([]byte(source), "campaign.yaml")
	if err != nil {
		log.Fatal(err)
	}
	open := func(string) (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(weights)), nil }
	a, err := alloc.Compute(ctx, c, alloc.Options{Open: open})
	if err != nil {
		log.Fatal(err)
	}
	trees, err := export.Trees(ctx, a, export.Options{})
	if err != nil {
		log.Fatal(err)
	}
	parent, err := os.MkdirTemp("", "merkle")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(parent)
	dir := filepath.Join(parent, "bundle")
	if _, err := export.Write(ctx, dir, a, trees, export.Options{}); err != nil {
		log.Fatal(err)
	}

	bundle, err := export.Open(os.DirFS(dir))
	if err != nil {
		log.Fatal(err)
	}
	account, err := merkle.ParseAccount("BQ72nSv9f3PRyRKCBnHLVrerrv37CYTHm5h3s9VSGQDV")
	if err != nil {
		log.Fatal(err)
	}
	claims, err := bundle.Find(account)
	if err != nil {
		log.Fatal(err)
	}
	for _, p := range claims {
		fmt.Println(p.Amount.Tokens(uint8(p.Decimals)), p.Token, "by", p.Claim)
		fmt.Println("proof of", len(p.Proof), "hash to", p.Root.Text(p.Width) == bundle.Manifest().Trees[0].Root)
	}
	// Output:
	// 6.666666 JUP by new_claim(amount_unlocked u64, amount_locked u64, proof Vec<[u8; 32]>)
	// proof of 1 hash to true
}
