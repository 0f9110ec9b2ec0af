package campaign

import (
	"math/big"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	merkle "github.com/merkle-drop/merkle"
)

// The sample of the design text, word for word.
const designSample = `format: merkle-campaign/v1
id: jupiter-asr-1
tokens:
  JUP: {asset: "solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp/token:JUPyiwrYJFskUPiHa7hkeR8VUtAeFoSYbKedZNsDvCN", decimals: 6, pool: "50000000"}
rule:
  name: jupiter-asr/v1
  proposals: {file: proposals.csv}                                  # id,weight  (weight may be 1/3)
  votes: {file: votes.csv, rows: 1234, sum: "…", sha256: "…"}       # proposal,account,power ; rows, sum and digest are checked when given
  eligibility: {metric: max-power, min: "10", denominator: after}
  duplicates: error
  unearned: unallocated
rounding: {method: floor, at: account-token, residual: {to: treasury}}
exclude: [{file: multisigs.csv, list: "DAO multisigs", version: "2024-07-01"}]   # account,reason
assert:                                                             # figures the project printed; checked at the precision printed
  - {figure: pool-per-proposal, token: JUP, weight: "1", prints: "7142857.14"}
trees:
  - {id: jup, tokens: [JUP], profile: jito-v1, order: input, split: 0}
`

func TestParse_designSample(t *testing.T) {
	c, err := Parse([]byte(designSample), "campaign.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if c.ID != "jupiter-asr-1" || c.Path != "campaign.yaml" || string(c.Source) != designSample {
		t.Errorf("got id %q, path %q, %d bytes", c.ID, c.Path, len(c.Source))
	}
	pool, _ := merkle.ParseTokens("50000000", 6)
	jup := c.Tokens[0]
	if len(c.Tokens) != 1 || jup.ID != "JUP" || jup.Decimals != 6 || jup.Pool != pool || len(jup.Assets) != 1 || jup.Assets[0].Decimals != 6 || jup.Assets[0].Cap != nil {
		t.Errorf("got tokens %+v", c.Tokens)
	}
	if got := jup.Assets[0].Unit(jup); got.Cmp(big.NewInt(1)) != 0 {
		t.Errorf("got unit %s, want 1", got)
	}
	asr := c.Rule.JupiterASR
	if c.Rule.Name != "jupiter-asr/v1" || asr == nil || c.Rule.ProRata != nil || c.Rule.Fixed != nil {
		t.Fatalf("got rule %+v", c.Rule)
	}
	votes := Input{Pos: merkle.Pos{File: "campaign.yaml", Line: 8, Col: 10}, File: "votes.csv", Format: "csv", Rows: "1234"}
	if !reflect.DeepEqual(asr.Votes, votes) {
		t.Errorf("got votes %+v, want %+v", asr.Votes, votes)
	}
	if e := asr.Eligibility; e == nil || e.Metric != "max-power" || e.Min != "10" || e.Denominator != "after" {
		t.Errorf("got eligibility %+v", e)
	}
	if asr.Duplicates != "error" || asr.Unearned != "unallocated" || asr.Decimals != 0 || asr.Proposals.File != "proposals.csv" {
		t.Errorf("got %+v", asr)
	}
	if c.Rounding.Method != "floor" || c.Rounding.At != "account-token" || c.Rounding.Residual.To != "treasury" {
		t.Errorf("got rounding %+v", c.Rounding)
	}
	if len(c.Exclude) != 1 || c.Exclude[0].List != "DAO multisigs" || c.Exclude[0].Version != "2024-07-01" || c.Exclude[0].File != "multisigs.csv" {
		t.Errorf("got exclusions %+v", c.Exclude)
	}
	want := Assertion{Pos: merkle.Pos{File: "campaign.yaml", Line: 15, Col: 5}, Figure: "pool-per-proposal", Token: "JUP", Weight: "1", Prints: "7142857.14", Rounding: "half-up", Level: "error"}
	if len(c.Assert) != 1 || c.Assert[0] != want {
		t.Errorf("got assertions %+v", c.Assert)
	}
	tree := Tree{Pos: merkle.Pos{File: "campaign.yaml", Line: 17, Col: 10}, ID: "jup", Tokens: []string{"JUP"}, Chain: "solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp", Profile: "jito-v1", Order: "input"}
	if len(c.Trees) != 1 || !reflect.DeepEqual(c.Trees[0], tree) {
		t.Errorf("got trees %+v", c.Trees)
	}
	if want := (Publish{Shard: 256, Inputs: "copy"}); c.Publish != want {
		t.Errorf("got publish %+v, want %+v", c.Publish, want)
	}
}

func TestRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "campaign.yaml")
	if err := os.WriteFile(path, []byte(designSample), 0o644); err != nil {
		t.Fatal(err)
	}
	c, err := Read(path)
	if err != nil || c.Path != path || c.Trees[0].Pos.File != path {
		t.Errorf("got %+v, %v", c, err)
	}
	if _, err := Read(path + ".none"); err == nil {
		t.Error("a missing file was read")
	} else if _, ok := merkle.AsFaults(err); ok {
		t.Errorf("a missing file is no fault of its text: %v", err)
	}
}
