package campaign

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	merkle "github.com/merkle-drop/merkle"
)

// Three campaigns without faults, from which each case below departs by one edit.
const (
	sol = "solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp"

	asrBase = `format: merkle-campaign/v1
id: round-1
tokens:
  JUP: {asset: "solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp/token:JUPyiwrYJFskUPiHa7hkeR8VUtAeFoSYbKedZNsDvCN", decimals: 6, pool: "50000000"}
  WEN: {asset: "solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp/token:WENWENvqqNya429ubCdR81ZmD69brwQaaBYY6p3LCpk", decimals: 5, pool: "7500000.5"}
rule:
  name: jupiter-asr/v1
  proposals: {file: proposals.csv}
  votes:
    file: votes.csv
    rows: 9
    sum: "100"
    columns: {account: wallet}
    ignore: [note]
  eligibility: {metric: max-power, min: "10", denominator: after}
rounding: {method: floor, at: account-token, residual: {to: treasury}}
exclude:
  - {file: multisigs.csv, list: "DAO", version: "1"}
assert:
  - {figure: pool-per-proposal, token: JUP, weight: "1/3", prints: "2380952.38"}
  - {figure: claim, token: JUP, account: 9N5uqHUgMuBNGbJGVFMM8JrfoUiJ8CnRkWdnL3zK6xH2, prints: "263.685173"}
trees:
  - {id: jup, tokens: [JUP], profile: jito-v1, order: account, split: 0}
  - {id: wen, tokens: [WEN], profile: jito-v1, order: account, split: 1000}
publish: {proofs: subtree, shard: 256, inputs: copy}
`

	proRataBase = `format: merkle-campaign/v1
id: season-1
tokens:
  DROP:
    decimals: 18
    pool: "1000000"
    assets:
      - {asset: "eip155:1/erc20:0xEDeA3CB3fA6D2962421F7dCE96f25E66Ad6b9025", decimals: 18, cap: "600000"}
      - {asset: "solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp/token:HrayGRNywXnfjAHj1V9eA7pUB4DwcqBpLnzWRbSHz6ki", decimals: 9}
rule:
  name: pro-rata/v1
  weights: {file: ../shared/weights.jsonl.zst}
  duplicates: sum
  caps: {DROP: "5000"}
  overCap: redistribute
rounding: {method: floor, at: account-token, residual: {to: account, account: "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", chain: "eip155:1"}}
trees:
  - id: drop-ethereum
    tokens: [DROP]
    chain: eip155:1
    profile: oz-standard-v1
    fields: ["account:address", "amount:uint256"]
    order: profile
  - {id: drop-solana, tokens: [DROP], chain: "solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp", profile: jito-v1, order: input}
`

	fixedBase = `format: merkle-campaign/v1
id: list-1
tokens:
  DROP: {asset: "eip155:1/erc20:0xEDeA3CB3fA6D2962421F7dCE96f25E66Ad6b9025", decimals: 18, pool: "1000"}
rule:
  name: fixed/v1
  list: {file: list.csv, columns: {tier: level}}
  unit: token
  precision: floor-sum
rounding: {method: floor, at: account-token, residual: {to: treasury}}
trees:
  - {id: drop, tokens: [DROP], profile: oz-standard-v1, fields: ["account:address", "amount:uint256", "tier:uint8"], order: leaf-hash, constants: {salt: "7"}}
`
)

// mark shows in an edit where a fault is expected.
const mark = "‸"

type faultCase struct {
	base, old, new string
	want           []string // what the faults say, in the order of their marks
}

// parseMarked takes the marks out of text and returns the faults of what is left, each with "at" when it is where the mark was.
func checkFaults(t *testing.T, name, text string, want []string) {
	t.Helper()
	var at []string
	line, col := 1, 1
	var clean strings.Builder
	for rest := text; rest != ""; {
		if tail, found := strings.CutPrefix(rest, mark); found {
			at, rest = append(at, fmt.Sprintf("c.yaml:%d:%d: ", line, col)), tail
			continue
		}
		if rest[0] == '\n' {
			line, col = line+1, 0
		}
		col++
		clean.WriteByte(rest[0])
		rest = rest[1:]
	}
	c, err := Parse([]byte(clean.String()), "c.yaml")
	fs, ok := merkle.AsFaults(err)
	if !ok || c != nil {
		t.Errorf("%s: got %v, %v, want faults", name, c, err)
		return
	}
	if len(at) != len(want) {
		t.Fatalf("%s: %d marks for %d messages", name, len(at), len(want))
	}
	for i, f := range fs.List {
		if i >= len(want) || !strings.HasPrefix(f.Error(), at[i]) || !strings.Contains(f.Error(), want[i]) {
			t.Errorf("%s: got\n%v\nwant\n%s", name, err, strings.Join(at, "\n"))
			return
		}
	}
	if len(fs.List) != len(want) {
		t.Errorf("%s: got %d faults, want %d:\n%v", name, len(fs.List), len(want), err)
	}
}

func TestParse_bases(t *testing.T) {
	for _, base := range []string{asrBase, proRataBase, fixedBase} {
		if _, err := Parse([]byte(base), "c.yaml"); err != nil {
			t.Error(err)
		}
	}
}

func TestParse_faults(t *testing.T) {
	for _, c := range faultCases() {
		if strings.Count(c.base, c.old) != 1 {
			t.Fatalf("%q stands %d times in its base", c.old, strings.Count(c.base, c.old))
		}
		checkFaults(t, c.new, strings.Replace(c.base, c.old, c.new, 1), c.want)
	}
}

func faultCases() []faultCase {
	return []faultCase{
		// keys
		{asrBase, "id: round-1", "id: round-1\n‸extra: 1", []string{`key "extra": unknown in the campaign file, which has the keys format, id,`}},
		{asrBase, "id: round-1", "id: round-1\n‸Rounding: {}", []string{"did you mean rounding?"}},
		{asrBase, "id: round-1", "id: round-1\n‸id: round-2", []string{`key "id": repeated in the campaign file, first at c.yaml:2:1`}},
		{proRataBase, "overCap: redistribute", "‸over_cap: cut\n  overCap: redistribute", []string{"did you mean overCap?"}},
		{asrBase, "decimals: 6,", "decimals: 6, ‸Decimals: 6,", []string{"did you mean decimals?"}},
		{asrBase, "decimals: 6,", "decimals: 6, ‸decimals: 7,", []string{"repeated in token JUP"}},
		{asrBase, "  WEN: {", "  ‸JUP: {decimals: 5, pool: \"1\"}\n  WEN: {", []string{`key "JUP": repeated in tokens, first at c.yaml:4:3`}},
		{asrBase, "id: round-1\n", "id: round-1\n‸1: x\n", []string{"key 1: put it in quotes"}},
		{asrBase, "  proposals: {file", "  ‸weights: {file: w.csv}\n  proposals: {file", []string{`key "weights": unknown in rule jupiter-asr/v1`}},
		{proRataBase, "  duplicates: sum\n", "  duplicates: sum\n  ‸unearned: unallocated\n", []string{`unknown in rule pro-rata/v1`}},
		{asrBase, "profile: jito-v1, order: account, split: 0", "profile: jito-v1, order: account, ‸profil: x", []string{"did you mean profile?"}},
		{asrBase, "publish: {", "publish: {‸shards: 1, ", []string{"did you mean shard?"}},

		// kinds
		{asrBase, "id: round-1", "id: ‸7", []string{`id "7": must be in quotes`}},
		{asrBase, "id: round-1", "id:‸ ", []string{"id is of the wrong kind: nothing where text is needed"}},
		{asrBase, "id: round-1", "id: ‸[a]", []string{"id is of the wrong kind: a list where text is needed"}},
		{asrBase, "id: round-1", "id: ‸''", []string{`id "": empty`}},
		{asrBase, "id: round-1", "id: ‸\"a\\nb\"", []string{"control character"}},
		{asrBase, `pool: "50000000"`, `pool: ‸50000000`, []string{`pool "50000000": must be in quotes`}},
		{asrBase, `pool: "50000000"`, `pool: ‸5.0e7`, []string{`must be in quotes`}},
		{asrBase, `prints: "2380952.38"`, `prints: ‸2380952.38`, []string{`prints "2380952.38": must be in quotes`}},
		{asrBase, `min: "10"`, `min: ‸10`, []string{`min "10": must be in quotes`}},
		{asrBase, "decimals: 6", `decimals: ‸"6"`, []string{"without quotes"}},
		{asrBase, "decimals: 6", `decimals: ‸0x6`, []string{"decimal digits"}},
		{asrBase, "decimals: 6", `decimals: ‸06`, []string{"leading zero"}},
		{asrBase, "decimals: 6", `decimals: ‸1_0`, []string{"digit separator"}},
		{asrBase, "decimals: 6", `decimals: ‸+6`, []string{"sign not allowed"}},
		{asrBase, "decimals: 6", `decimals: ‸true`, []string{"true or false where a whole number"}},
		{asrBase, "decimals: 6", `decimals: ‸37`, []string{"out of range: 0 to 36"}},
		{asrBase, "decimals: 6", `decimals: ‸99999999999999999999999`, []string{"out of range"}},
		{asrBase, "ignore: [note]", "ignore: ‸note", []string{"text where a list is needed"}},
		{asrBase, "ignore: [note]", "ignore: [note, ‸note]", []string{"already used in this list"}},
		{asrBase, "rounding: {method: floor, at: account-token, residual: {to: treasury}}", "rounding: ‸floor", []string{"rounding: text where an object is needed"}},
		{asrBase, "exclude:\n  - {file: multisigs.csv, list: \"DAO\", version: \"1\"}", "exclude: ‸{file: multisigs.csv}", []string{"an object where a list is needed"}},
		{asrBase, "  - {file: multisigs.csv, list: \"DAO\", version: \"1\"}", "  - ‸multisigs.csv", []string{"exclusion list: text where an object is needed"}},
		{asrBase, "{to: treasury}", "{‸to:treasury}", []string{"blank after the colon"}},
		{asrBase, "{file: multisigs.csv, list", "‸{file: ‸multisigs.csv list", []string{"the key list is required", "has a colon: put it in quotes"}},
		{asrBase, "columns: {account: wallet}", "columns: ‸[account]", []string{"a list where an object {our column: theirs}"}},
		{proRataBase, `caps: {DROP: "5000"}`, "caps: ‸*x", []string{"aliases"}},
		{asrBase, "to: treasury", "to: ‸&t treasury", []string{"anchors"}},
		{asrBase, "{file: proposals.csv}", "‸!!map {file: proposals.csv}", []string{"tags"}},
		{asrBase, "rows: 9", "rows: ‸!!int 9", []string{"tags"}},
		{asrBase, "publish: {proofs: subtree, shard: 256, inputs: copy}", "publish: ‸subtree", []string{"publish: text where an object"}},

		// what is required
		{asrBase, "format: merkle-campaign/v1\nid", "‸id", []string{"the campaign file: the key format is required"}},
		{asrBase, "merkle-campaign/v1", "‸merkle-campaign/v2", []string{"this release reads merkle-campaign/v1"}},
		{asrBase, "rounding: {method: floor, at: account-token, residual: {to: treasury}}", "rounding: ‸‸{method: floor}", []string{"the key at is required", "the key residual is required"}},
		{asrBase, "votes:\n    file: votes.csv\n    rows", "votes:\n    ‸rows", []string{"votes: the key file is required"}},
		{asrBase, "  name: jupiter-asr/v1\n  proposals", "  ‸proposals", []string{"rule: the key name is required, one of astra-rewards/v1, close-round/v1, fixed/v1, jupiter-asr/v1,"}},

		// names and choices
		{asrBase, "id: round-1", "id: ‸Round_1", []string{"kebab-case"}},
		{asrBase, "id: jup,", "id: ‸jup-,", []string{"kebab-case"}},
		{asrBase, "jupiter-asr/v1", "‸jupiter-asr/v9", []string{`is not allowed; allowed: astra-rewards/v1, close-round/v1, fixed/v1, jupiter-asr/v1,`}},
		{asrBase, "metric: max-power", "metric: ‸weight", []string{"allowed: max-power, mean-power, last-power, each-vote"}},
		{asrBase, "denominator: after", "denominator: ‸later", []string{"allowed: after, before"}},
		{asrBase, "method: floor", "method: ‸round", []string{"allowed: floor, largest-remainder"}},
		{asrBase, "at: account-token", "at: ‸token", []string{"allowed: account-token, sub-pool, floored-sub-pool"}},
		{asrBase, "to: treasury", "to: ‸The Treasury", []string{"kebab-case"}},
		{asrBase, "  eligibility: {", "  duplicates: ‸newest\n  unearned: ‸burn\n  eligibility: {", []string{"allowed: error, last, first, max, sum", "allowed: unallocated, renormalise"}},
		{fixedBase, "unit: token", "unit: ‸wei", []string{"allowed: base, token"}},
		{fixedBase, "precision: floor-sum", "precision: ‸round", []string{"allowed: exact, floor-row, floor-sum"}},
		{proRataBase, "overCap: redistribute", "overCap: ‸share", []string{"allowed: cut, redistribute"}},
		{asrBase, "figure: pool-per-proposal", "figure: ‸pool", []string{"allowed: pool-per-proposal, proposal-total,"}},
		{asrBase, `prints: "2380952.38"`, `prints: "2380952.38", rounding: ‸up, level: ‸fatal`, []string{"allowed: half-up, half-even, floor", "allowed: error, warn"}},
		{asrBase, "order: account, split: 0", "order: ‸random", []string{"allowed: profile, account, input, leaf-hash"}},
		{asrBase, "proofs: subtree", "proofs: ‸none", []string{"allowed: subtree, inline"}},
		{asrBase, "inputs: copy", "inputs: ‸none", []string{"allowed: copy, digest"}},
		{asrBase, "profile: jito-v1, order: account, split: 0", "profile: ‸jito, order: account", []string{"not a profile name"}},

		// tokens
		{asrBase, "  JUP: {", "  ‸\"J P\": {}\n  JUP: {", []string{`token "J P": an id has`}},
		{asrBase, "  JUP: {", "  ‸\"\": {}\n  JUP: {", []string{`token "": an id has`}},
		{asrBase, `pool: "7500000.5"`, `pool: ‸"7500000.123456"`, []string{`pool "7500000.123456": more fraction digits than allowed (5)`}},
		{asrBase, `pool: "50000000"`, `pool: ‸"-1"`, []string{"sign not allowed"}},
		{asrBase, `pool: "50000000"`, `pool: ‸"1,000"`, []string{"digit separator"}},
		{asrBase, `pool: "50000000"`, `pool: ‸"1` + strings.Repeat("0", 77) + `"`, []string{"does not fit in 256 bits"}},
		{asrBase, `"` + sol + "/token:JUPyiwrYJFskUPiHa7hkeR8VUtAeFoSYbKedZNsDvCN\"", "‸JUP", []string{"not a CAIP-19 asset id"}},
		{asrBase, "token:JUPyiwrYJFskUPiHa7hkeR8VUtAeFoSYbKedZNsDvCN\", decimals: 6, pool: \"50000000\"}", "token:JUPyiwrYJFskUPiHa7hkeR8VUtAeFoSYbKedZNsDvCN\", decimals: 6, pool: \"50000000\", assets: ‸[]}", []string{"asset and assets: write one of them"}},
		{proRataBase, `0xEDeA3CB3fA6D2962421F7dCE96f25E66Ad6b9025", decimals: 18`, `0xEDeA3CB3fA6D2962421F7dCE96f25E66Ad6b9025", decimals: ‸19`, []string{"token DROP has 18"}},
		{proRataBase, `cap: "600000"`, `cap: ‸"0.0000000000000000001"`, []string{"more fraction digits"}},
		{proRataBase, "  DROP:\n    decimals: 18", "  ‸DROP:\n    decimals: 20", []string{"none of its assets has more than 18: write the finest"}},
		{proRataBase, `      - {asset: "` + sol, `      - {asset: ‸"eip155:1/slip44:60", decimals: 18}` + "\n" + `      - {asset: "` + sol, []string{"token DROP is on eip155:1 already, at c.yaml:8:9"}},

		// inputs
		{asrBase, "file: votes.csv", "file: ‸/data/votes.csv", []string{"must be relative"}},
		{asrBase, "file: votes.csv", "file: ‸C:/votes.csv", []string{"must be relative"}},
		{asrBase, "file: votes.csv", "file: ‸'in\\votes.csv'", []string{"write / between folders"}},
		{asrBase, "file: votes.csv", "file: ‸../../votes.csv", []string{"in one beside it"}},
		{asrBase, "file: votes.csv", "file: ‸a/../votes.csv", []string{"in one beside it"}},
		{asrBase, "file: votes.csv", "file: ‸./votes.csv", []string{"shortest form"}},
		{asrBase, "file: votes.csv", "file: ‸a//votes.csv", []string{"shortest form"}},
		{asrBase, "file: votes.csv", "file: ‸votes.xlsx", []string{"neither .csv nor .jsonl"}},
		{asrBase, "file: votes.csv", "file: votes.csv\n    format: ‸tsv", []string{"allowed: csv, jsonl"}},
		{asrBase, "rows: 9", "rows: ‸1e3", []string{"exponent not allowed"}},
		{asrBase, "rows: 9", "rows: ‸-9", []string{"sign not allowed"}},
		{asrBase, "rows: 9", "rows: ‸[]", []string{"a list where a count is needed"}},
		{asrBase, `sum: "100"`, `sum: ‸100`, []string{"must be in quotes"}},
		{asrBase, `sum: "100"`, `sum: ‸"1e2"`, []string{"exponent"}},
		{asrBase, `sum: "100"`, `sha256: ‸abc`, []string{"is not 64 hex digits"}},
		{asrBase, "{file: proposals.csv}", `{file: proposals.csv, sum: ‸"7"}`, []string{"proposals has no column of amounts"}},
		{asrBase, "columns: {account: wallet}", "columns: {‸acount: wallet}", []string{"votes has no such column, but proposal, account, power, chain, time"}},
		{asrBase, "columns: {account: wallet}", "columns: {account: ‸1}", []string{"must be in quotes"}},
		{asrBase, "columns: {account: wallet}", "columns: {account: ‸power}", []string{"is also where power is read from"}},
		{asrBase, "columns: {account: wallet}", "columns: {account: ‸chain}", []string{"is also where chain is read from"}},
		{asrBase, "ignore: [note]", "ignore: [‸power]", []string{"is the column power, which is read"}},
		{asrBase, "ignore: [note]", "ignore: [‸wallet]", []string{"is the column account, which is read"}},
		{fixedBase, "list: {file: list.csv, columns: {tier: level}}", "list: ‸{file: list.csv, columns: {teir: level}}", []string{`column "teir": is neither a column of the rule nor a field of a tree`}},

		// rules
		{asrBase, `min: "10"`, `min: ‸"10.5"`, []string{"fraction not allowed"}},
		{asrBase, "  eligibility: {", "  decimals: ‸40\n  eligibility: {", []string{"0 to 36"}},
		{proRataBase, `  caps: {DROP: "5000"}` + "\n  overCap: redistribute", "  overCap: ‸redistribute", []string{"overCap without caps"}},
		{proRataBase, `{DROP: "5000"}`, `{‸DROPS: "5000"}`, []string{"is no token of this campaign, which has DROP"}},
		{proRataBase, `{DROP: "5000"}`, `{DROP: ‸5000}`, []string{"must be in quotes"}},
		{proRataBase, `caps: {DROP: "5000"}`, `caps: ‸{}`, []string{"at least one is needed"}},
		{fixedBase, "unit: token\n  precision: floor-sum", "unit: base\n  precision: ‸floor-sum", []string{"goes with unit: token only"}},

		// rounding
		{asrBase, "method: floor, at: account-token", "method: largest-remainder, at: ‸sub-pool", []string{"largest-remainder needs at: account-token"}},
		{proRataBase, "method: floor", "method: ‸largest-remainder", []string{"token DROP has 9 decimals on " + sol + ", but 18 as a token"}},
		{fixedBase, "method: floor", "method: ‸largest-remainder", []string{"fixed/v1 takes amounts as given"}},
		{fixedBase, "at: account-token", "at: ‸sub-pool", []string{"fixed/v1 has no sub-pools"}},
		{asrBase, "{to: treasury}", "{to: ‸account}", []string{"to: account needs the key account"}},
		{asrBase, "{to: treasury}", "{to: treasury, chain: ‸eip155:1}", []string{"go with to: account only"}},
		{asrBase, "{to: treasury}", `{to: account, account: ‸"0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"}`, []string{"no token is on a chain of its family (evm)"}},
		{proRataBase, `"0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"`, `‸"0x5AAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"`, []string{"EIP-55"}},
		{proRataBase, `"0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"`, `‸"0x0000000000000000000000000000000000000000"`, []string{"the zero account"}},
		{proRataBase, `chain: "eip155:1"`, `chain: ‸"` + sol + `"`, []string{"the account is of family evm"}},
		{proRataBase, `chain: "eip155:1"`, `chain: ‸"eip155:01"`, []string{"not a CAIP-2 chain id"}},
		{proRataBase, `account: "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", chain: "eip155:1"`, `account: ‸"0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", chain: "eip155:10"`, []string{"is on eip155:10, where token DROP does not exist"}},

		// assertions
		{asrBase, `token: JUP, weight: "1/3"`, `token: ‸JUPP, weight: "1/3"`, []string{"is no token of this campaign, which has JUP, WEN"}},
		{asrBase, `weight: "1/3"`, `weight: ‸"1/0"`, []string{"division by zero"}},
		{asrBase, `weight: "1/3"`, `weight: ‸"1/3.5"`, []string{"fraction not allowed"}},
		{asrBase, `weight: "1/3"`, `proposal: ‸p1, weight: "1/3"`, []string{"assertion pool-per-proposal has no key proposal"}},
		{asrBase, `  - {figure: pool-per-proposal, token: JUP, weight: "1/3"`, `  - ‸{figure: pool-per-proposal, token: JUP`, []string{"the key weight is required"}},
		{asrBase, "account: 9N5uqHUgMuBNGbJGVFMM8JrfoUiJ8CnRkWdnL3zK6xH2", "account: ‸9N5uqHUgMuBNGbJGVFMM8JrfoUiJ8CnRkWdnL3zK6", []string{"wrong length"}},
		{asrBase, "account: 9N5uqHUgMuBNGbJGVFMM8JrfoUiJ8CnRkWdnL3zK6xH2", "account: ‸9N5uqHUgMuBNGbJGVFMM8JrfoUiJ8CnRkWdnL3zK6xH2, chain: solana:x", []string{"is on solana:x, where token JUP does not exist"}},
		{proRataBase, "trees:", "assert: [{figure: ‸proposal-total, proposal: p, prints: \"1\"}]\ntrees:", []string{"rule pro-rata/v1 has no proposals"}},

		// trees
		{asrBase, "id: wen, tokens: [WEN]", "id: ‸jup, tokens: [WEN]", []string{"is already used by the tree at c.yaml:23:10"}},
		{asrBase, "id: jup, tokens: [JUP]", "id: ‸wen-3, tokens: [JUP]", []string{"would be the name of a part of tree wen, which is split"}},
		{asrBase, "tokens: [WEN]", "tokens: [‸WENN]", []string{"is no token of this campaign"}},
		{asrBase, "tokens: [WEN]", "tokens: [WEN, ‸WEN]", []string{"is already used in this tree"}},
		{asrBase, "tokens: [WEN]", "tokens: [‸JUP]", []string{"is on " + sol + " in tree jup already, at c.yaml:23:10"}},
		{asrBase, "tokens: [WEN]", "tokens: ‸[]", []string{"at least one is needed"}},
		{asrBase, "tokens: [WEN]", "tokens: [‸WEN], chain: eip155:1", []string{"does not exist on eip155:1"}},
		{asrBase, "split: 1000", "split: ‸-1", []string{"sign not allowed"}},
		{asrBase, "split: 1000", "split: ‸2147483648", []string{"0 to 2147483647"}},
		{asrBase, "split: 1000", "split: ‸10.5", []string{"fraction not allowed"}},
		{fixedBase, `"tier:uint8"`, `"tier:uint8", ‸"tier"`, []string{"is not name:type"}},
		{fixedBase, `"tier:uint8"`, `"tier:uint8", ‸"account:uint8"`, []string{"the name account is already used"}},
		{fixedBase, `{salt: "7"}`, `{salt: ‸7}`, []string{"must be in quotes"}},
		{fixedBase, `{salt: "7"}`, `‸[]`, []string{"a list where an object"}},

		// publish
		{asrBase, "shard: 256", "shard: ‸1", []string{"2 to 65536"}},
		{asrBase, "shard: 256", "shard: ‸65537", []string{"2 to 65536"}},
		{proRataBase, "trees:", "publish: {proofs: ‸subtree}\ntrees:", []string{"needs order: account in every tree, but tree drop-ethereum has order: profile"}},
	}
}

// Edits that take something away: the place is that of what misses it.
func TestParse_missing(t *testing.T) {
	for _, c := range []faultCase{
		{asrBase, "rounding: {method: floor, at: account-token, residual: {to: treasury}}", "rounding: ‸{method: floor, at: account-token}", []string{"rounding: the key residual is required"}},
		{fixedBase, "  name: fixed/v1\n  list: {file: list.csv, columns: {tier: level}}\n  unit: token\n  precision: floor-sum\n", "  ‸name: fixed/v1\n  list: {file: list.csv, columns: {tier: level}}\n", []string{"the key unit is required"}},
		{asrBase, `{metric: max-power, min: "10", denominator: after}`, `‸{metric: max-power, min: "10"}`, []string{"eligibility: the key denominator is required"}},
		{asrBase, `- {file: multisigs.csv, list: "DAO", version: "1"}`, `- ‸{file: multisigs.csv, version: "1"}`, []string{"exclusion list: the key list is required"}},
		{asrBase, `  - {figure: pool-per-proposal, token: JUP, weight: "1/3", prints: "2380952.38"}`, `  - ‸{figure: pool-per-proposal, token: JUP, weight: "1/3"}`, []string{"assertion: the key prints is required"}},
		{proRataBase, `- {asset: "eip155:1/erc20:0xEDeA3CB3fA6D2962421F7dCE96f25E66Ad6b9025", decimals: 18, cap: "600000"}`, `- ‸{asset: "eip155:1/erc20:0xEDeA3CB3fA6D2962421F7dCE96f25E66Ad6b9025", cap: "600000"}`, []string{"asset of token DROP: the key decimals is required"}},
		{proRataBase, "  caps: {DROP: \"5000\"}\n  overCap: redistribute\n", "  caps: ‸{DROP: \"5000\"}\n", []string{"the key overCap is required with caps: cut or redistribute"}},
		{proRataBase, "  - id: drop-ethereum\n    tokens: [DROP]\n    chain: eip155:1\n", "  - ‸id: drop-ethereum\n    tokens: [DROP]\n", []string{"its tokens exist on several chains (eip155:1, " + sol + "): the key chain is required"}},
		{asrBase, `asset: "solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp/token:WENWENvqqNya429ubCdR81ZmD69brwQaaBYY6p3LCpk"`, `asset: ‸"solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp/token:JUPyiwrYJFskUPiHa7hkeR8VUtAeFoSYbKedZNsDvCN"`, []string{"has 5 decimals here and 6 in token JUP"}},
		{asrBase, "tokens:\n  JUP: {asset: \"solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp/token:JUPyiwrYJFskUPiHa7hkeR8VUtAeFoSYbKedZNsDvCN\", ", "tokens:\n  JUP: ‸{", []string{"one of the keys asset and assets is required"}},
	} {
		checkFaults(t, c.new, strings.Replace(c.base, c.old, c.new, 1), c.want)
	}
}

// All faults of a file show in one run, in the order of their places.
func TestParse_allInOneRun(t *testing.T) {
	text := asrBase
	for _, edit := range [][2]string{
		{"id: round-1", "id: ‸Round"}, {"decimals: 6", "decimals: ‸99"}, {`pool: "7500000.5"`, `pool: ‸"1e3"`}, {"metric: max-power", "metric: ‸max"},
		{"method: floor", "method: ‸near"}, {`weight: "1/3"`, `weight: ‸"x"`}, {"tokens: [WEN]", "tokens: [‸NO]"}, {"shard: 256", "shard: ‸0"},
	} {
		text = strings.Replace(text, edit[0], edit[1], 1)
	}
	checkFaults(t, "many", text, []string{"kebab-case", "0 to 36", "exponent", "max-power", "allowed", "not a decimal", "no token", "2 to 65536"})
}

func TestParse_syntax(t *testing.T) {
	for text, want := range map[string]string{
		"":                                  "empty",
		"# nothing\n":                       "empty",
		"‸- a\n":                            "a list where an object is needed",
		"‸text\n":                           "text where an object is needed",
		"a: ‸&x 1\n":                        "anchors (&)",
		"a: ‸*x\n":                          "aliases (*)",
		"‸<<: {a: 1}\n":                     "merge keys (<<)",
		"a: ‸!!str 5\n":                     "tags (!)",
		"‸? a\n: 1\n":                       "explicit keys (?)",
		asrBase + "‸---\nid: x\n":           "a second document",
		asrBase + "...\n‸id: x\n":           "a second document",
		"‸%YAML 1.2\n---\nid: x\n":          "directives",
		"id: x\n‸\ttokens: {}\n":            "tab",
		"id:‸\tx\n":                         "tab",
		"id: \"a‸\x00b\"\n":                 "control character 0x0",
		"id: a‸\x7f\n":                      "control character 0x7f",
		"id: é‸\xff\n":                      "not UTF-8",
		"id: ‸[1, 2\n":                      "not found",
		strings.Repeat("[", 32) + "‸[":      "nested more than 32 deep",
		strings.Repeat("- ", 32) + "‸- a\n": "nested more than 32 deep",
	} {
		at := "c.yaml: "
		if before, _, found := strings.Cut(text, mark); found {
			line := strings.Count(before, "\n")
			at = fmt.Sprintf("c.yaml:%d:%d: ", line+1, len(before)-strings.LastIndex(before, "\n"))
		}
		clean := strings.ReplaceAll(text, mark, "")
		_, err := Parse([]byte(clean), "c.yaml")
		fs, ok := merkle.AsFaults(err)
		if !ok || !slices.ContainsFunc(fs.List, func(f *merkle.Fault) bool {
			return strings.HasPrefix(f.Error(), at) && strings.Contains(f.Error(), want)
		}) {
			t.Errorf("%.60q: got %v, want %s%s", clean, err, at, want)
		}
	}
}

// Columns are counted in bytes, as in CSV files, also after letters that take several.
func TestParse_columnsAreBytes(t *testing.T) {
	checkFaults(t, "bytes", strings.Replace(asrBase, `list: "DAO", version: "1"`, `list: "…é", ‸vers: "1"`, 1), []string{"unknown in exclusion list"})
}

func TestParse_tooLarge(t *testing.T) {
	for name, source := range map[string][]byte{
		"bytes":  bytes.Repeat([]byte("#"), MaxBytes+1),
		"marks":  bytes.Repeat([]byte("- a\n"), maxMarks+1),
		"tokens": bytes.Repeat([]byte("- a\n"), maxTokens),
		"flow":   bytes.Repeat([]byte("a,"), maxMarks/2),
	} {
		_, err := Parse(source, "c.yaml")
		if fs, ok := merkle.AsFaults(err); !ok || !strings.Contains(fs.Error(), "c.yaml") {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestParse_sentinels(t *testing.T) {
	_, err := Parse([]byte(strings.Replace(asrBase, `pool: "50000000"`, `pool: "1e9"`, 1)), "c.yaml")
	if !errors.Is(err, merkle.ErrExponent) {
		t.Errorf("got %v", err)
	}
	_, err = Parse([]byte(strings.Replace(asrBase, `pool: "50000000"`, `pool: 50000000`, 1)), "c.yaml")
	if !errors.Is(err, ErrQuotes) {
		t.Errorf("got %v", err)
	}
}
