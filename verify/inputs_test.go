package verify

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/klauspost/compress/zstd"
)

const votesCampaign = `format: merkle-campaign/v1
id: x
tokens: {T: {asset: "eip155:1/erc20:0x00000000000000000000000000000000000000aa", decimals: 0, pool: "1000"}}
rule:
  name: jupiter-asr/v1
  proposals: {file: p.csv}
  votes: %s
  decimals: 2
  duplicates: %s
rounding: {method: floor, at: account-token, residual: {to: treasury}}
trees: [{id: t, tokens: [T], profile: oz-standard-v1, fields: ["account:address", "amount:uint256"], order: account, split: 0}]
`

const (
	walletA = "0xFBeBeA87fd127f84e009108d8a5802E1bbac8976"
	walletB = "0xEDeA3CB3fA6D2962421F7dCE96f25E66Ad6b9025"
)

// TestInputs_containers: one canonical form, whatever the container, line ends, column names, spelling and row order.
func TestInputs_containers(t *testing.T) {
	csv := "proposal,account,power\nP1," + walletA + ",10.50\nP1," + walletB + ",7.0\n"
	squeeze := func(write func(b *bytes.Buffer)) string {
		var b bytes.Buffer
		write(&b)
		return b.String()
	}
	forms := []struct{ name, decl, text string }{
		{"v.csv", "{file: v.csv}", csv},
		{"v.csv", "{file: v.csv}", "\ufeff" + strings.ReplaceAll(csv, "\n", "\r\n")},
		{"v.csv", "{file: v.csv}", "account,power,proposal\n" + strings.ToLower(walletB) + ",7,P1\n\"" + walletA + "\",10.5,P1"},
		{"v.csv", "{file: v.csv, columns: {account: who, power: vp}, ignore: [note]}", "who,note,proposal,vp\n" + walletA + ",\"a, b\",P1,10.5\n" + walletB + ",,P1,7.00\n"},
		{"v.jsonl", "{file: v.jsonl}", fmt.Sprintf("{\"proposal\":\"P1\",\"account\":%q,\"power\":\"7\"}\n{\"power\":\"10.5\",\"account\":%q,\"proposal\":\"\\u00501\"}\n", walletB, walletA)},
		{"v.csv.gz", "{file: v.csv.gz}", squeeze(func(b *bytes.Buffer) { w := gzip.NewWriter(b); w.Write([]byte(csv)); w.Close() })},
		{"v.csv.zst", "{file: v.csv.zst}", squeeze(func(b *bytes.Buffer) { w, _ := zstd.NewWriter(b); w.Write([]byte(csv)); w.Close() })},
		{"v.txt", "{file: v.txt, format: csv}", csv},
	}
	want := "proposal,account,power\n" + "P1," + strings.ToLower(walletB) + ",7\nP1," + strings.ToLower(walletA) + ",10.5\n"
	for i, f := range forms {
		c := fmt.Sprintf(votesCampaign, f.decl, "error")
		k := recompute(t, c, map[string]string{"p.csv": "id,weight\nP1,2/6\n", f.name: f.text})
		if k.alloc == nil {
			t.Errorf("form %d: %v", i, k.f.list)
			continue
		}
		stated := &manInput{role: "votes", columns: []string{"proposal", "account", "power"}, order: "sorted", rows: "2", sum: "17.5", sha256: sha256Text([]byte(want))}
		data := newRuleData(k.camp)
		data.proposals, data.byID = k.data.proposals, k.data.byID
		if !k.readOne(&k.camp.rule.inputs[1], stated, data, false) || k.f.total() > 0 {
			t.Errorf("form %d: %v", i, k.f.list)
		}
		if got := k.alloc.tokens[0].String(); got != "pool 1000 = claims 1000 + unallocated 0 + residual 0 (treasury), leaves 2" {
			t.Errorf("form %d: %s", i, got)
		}
	}
}

// TestInputs_proposals: fractions are brought to lowest terms, decimals keep their form.
func TestInputs_proposals(t *testing.T) {
	k := recompute(t, fmt.Sprintf(votesCampaign, "{file: v.csv}", "error"), map[string]string{
		"p.csv": "id,weight\nb,2/6\na,4/2\n\"c,\"\"d\",10.50\ne,0/7\n", "v.csv": "proposal,account,power\nb," + walletA + ",1\n"})
	want := "id,weight\nb,1/3\na,2\n\"c,\"\"d\",10.5\ne,0\n"
	stated := &manInput{role: "proposals", columns: []string{"id", "weight"}, order: "file", rows: "4", sha256: sha256Text([]byte(want))}
	if !k.readOne(&k.camp.rule.inputs[0], stated, newRuleData(k.camp), false) || k.f.total() > 0 {
		t.Error(k.f.list)
	}
}

// TestInputs_refused: each bad row is refused at its line.
func TestInputs_refused(t *testing.T) {
	head := "proposal,account,power\n"
	row := func(account, power string) string {
		return head + "P1," + walletA + ",1\nP1," + account + "," + power + "\n"
	}
	tests := []struct{ name, votes, want string }{
		{"checksum", row("0xfBeBeA87fd127f84e009108d8a5802E1bbac8976", "1"), "line 3: account"},
		{"31-byte key", row(base58(bytes.Repeat([]byte{7}, 31)), "1"), "line 3: account"},
		{"key of another chain", row("JUPyiwrYJFskUPiHa7hkeR8VUtAeFoSYbKedZNsDvCN", "1"), "no chain of the campaign"},
		{"zero account", row("0x"+strings.Repeat("0", 40), "1"), "zero account"},
		{"exponent", row(walletB, "1e21"), "line 3: power"},
		{"sign", row(walletB, "+5"), "line 3: power"},
		{"negative", row(walletB, "-5"), "line 3: power"},
		{"separator", row(walletB, `"1,000"`), "line 3: power"},
		{"empty", row(walletB, ""), "line 3: power"},
		{"blank", row(walletB, " 1"), "line 3: power"},
		{"hex", row(walletB, "0x10"), "line 3: power"},
		{"leading zero", row(walletB, "01"), "line 3: power"},
		{"no whole part", row(walletB, ".5"), "line 3: power"},
		{"no fraction", row(walletB, "5."), "line 3: power"},
		{"other digits", row(walletB, "٣"), "line 3: power"},
		{"precision", row(walletB, "1.001"), "line 3: power"},
		{"width", row(walletB, strings.Repeat("9", 80)), "line 3: power"},
		{"unknown proposal", head + "P2," + walletA + ",1\n", "line 2: proposal"},
		{"missing column", "proposal,account\nP1," + walletA + "\n", "line 1: no column"},
		{"unknown column", "proposal,account,power,x\nP1," + walletA + ",1,2\n", "line 1: column \"x\""},
		{"repeated column", "proposal,account,power,power\nP1," + walletA + ",1,2\n", "line 1: column \"power\""},
		{"cells", head + "P1," + walletA + "\n", "line 2: 2 cells"},
		{"NUL", head + "P1," + walletA + ",1\x00\n", "line 2: a NUL"},
		{"UTF-8", head + "P\xff," + walletA + ",1\n", "line 2: invalid UTF-8"},
		{"long line", head + strings.Repeat("x", 1<<20+1), "line 2: a record of more than 1 MiB"},
		{"empty file", "", "an empty file"},
		{"open quote", head + "\"P1", "line 2"},
		{"vote twice", head + "P1," + walletA + ",1\nP1," + strings.ToLower(walletA) + ",1\n", "two votes"},
	}
	for _, tt := range tests {
		k := recompute(t, fmt.Sprintf(votesCampaign, "{file: v.csv}", "error"), map[string]string{"p.csv": "id,weight\nP1,1\n", "v.csv": tt.votes})
		if k.alloc != nil || len(k.f.list) == 0 || !strings.Contains(k.f.list[0].String(), tt.want) {
			t.Errorf("%s: %v, want %s", tt.name, k.f.list, tt.want)
		}
	}
	for weights, want := range map[string]string{"P1,0": "zero", "P1,1/0": "line 2", "P1,-1": "line 2", "P1,1\nP1,1": "line 3", ",1": "line 2", "P1,1/2/3": "line 2", "P1,01/2": "line 2"} {
		k := recompute(t, fmt.Sprintf(votesCampaign, "{file: v.csv}", "error"), map[string]string{"p.csv": "id,weight\n" + weights + "\n", "v.csv": head})
		if k.alloc != nil || len(k.f.list) == 0 || !strings.Contains(k.f.list[0].String(), want) {
			t.Errorf("weights %q: %v", weights, k.f.list)
		}
	}
}

// TestCheck_inputs: raw inputs beside the bundle are what is computed from, and must be those of the manifest.
func TestCheck_inputs(t *testing.T) {
	s := sample{profile: "oz-standard-v1", order: "account", layout: "subtree", n: 9, shard: 4, tokens: 1, inputs: "digest"}
	b := s.bundle()
	if r := check(t, b, Options{}); !r.OK() || !slices.ContainsFunc(r.NotChecked, func(s string) bool { return strings.Contains(s, `input "list": the bundle has only its digest`) }) {
		t.Errorf("%v, not checked: %q", r.Findings, r.NotChecked)
	}
	raw := fstest.MapFS{"list.csv": {Data: []byte(s.list())}}
	if r := check(t, b, Options{Inputs: raw}); !r.OK() || r.Tokens[0].Recomputed != r.Tokens[0].Claims {
		t.Errorf("%v %+v", r.Findings, r.Tokens)
	}
	wantCodes(t, check(t, b, Options{Inputs: fstest.MapFS{}}), InputMissing)
	raw["list.csv"].Data = []byte(strings.Replace(s.list(), ",1007,", ",1008,", 1))
	wantCodes(t, check(t, b, Options{Inputs: raw}), InputDigest, InputSum, ClaimAmount, LedgerMismatch)
}

func wantCodes(t *testing.T, r *Report, codes ...Code) {
	t.Helper()
	for _, c := range codes {
		if !slices.ContainsFunc(r.Findings, func(f Finding) bool { return f.Code == c }) {
			t.Errorf("no %s in %v", c, r.Findings)
		}
	}
	if r.OK() {
		t.Error("the report is good")
	}
}

func TestCheck_roots(t *testing.T) {
	s := sample{profile: "jito-v1", order: "account", layout: "subtree", n: 5, shard: 4, tokens: 2, inputs: "copy"}
	b := s.bundle()
	good := check(t, b, Options{})
	root := good.Trees[0].Root
	if r := check(t, b, Options{Roots: map[string]string{"t0": root}}); !r.OK() || len(r.NotChecked) != 2 {
		t.Errorf("%v %q", r.Findings, r.NotChecked)
	}
	for _, same := range []string{root[2:], "0x" + strings.ToUpper(root[2:])} {
		if r := check(t, b, Options{Roots: map[string]string{"t0": same}}); !r.OK() {
			t.Errorf("%s: %v", same, r.Findings)
		}
	}
	for id, other := range map[string]string{"t1": root, "t0": "0x12", "t9": root} {
		wantCodes(t, check(t, b, Options{Roots: map[string]string{id: other}}), RootExpected)
	}
}

// TestCheck_hostile: things that are no bundle are refused without a crash.
func TestCheck_hostile(t *testing.T) {
	wantCodes(t, check(t, fstest.MapFS{}, Options{}), FileMissing)
	wantCodes(t, check(t, fstest.MapFS{"manifest.json": {Data: []byte(strings.Repeat("[", 1<<20))}}, Options{}), JSONMalformed)
	wantCodes(t, check(t, fstest.MapFS{"manifest.json": {Data: []byte(`"x"`)}}, Options{}), FormatUnknown)
	wantCodes(t, check(t, fstest.MapFS{"manifest.json": {Data: []byte(`{"format":"merkle-bundle/v1"}`)}}, Options{}), ManifestMember)
	s := sample{profile: "oz-standard-v1", order: "account", layout: "subtree", n: 9, shard: 4, tokens: 1, inputs: "copy"}
	for _, count := range []string{"0", "2147483647", "2147483648", "99999999999999999999"} {
		for _, path := range []p{{"groups", 0, "claims"}, {"trees", 0, "leaves"}, {"groups", 0, "shards"}, {"groups", 0, "cut"}, {"publish", "shard"}, {"trees", 0, "parts"}, {"tokens", 0, "decimals"}, {"trees", 0, "depth"}} {
			b := s.bundle()
			set(path, count)(b)
			if r := check(t, b, Options{}); r.OK() {
				t.Errorf("%v = %s is accepted", path, count)
			}
		}
	}
	for _, both := range []string{"0", "2000000000"} {
		b := s.bundle()
		set(p{"groups", 0, "claims"}, both)(b)
		set(p{"trees", 0, "leaves"}, both)(b)
		if r := check(t, b, Options{}); r.OK() {
			t.Errorf("%s leaves are accepted", both)
		}
	}
}

// TestCheck_workers: the report is the same with any number of workers.
func TestCheck_workers(t *testing.T) {
	s := sample{profile: "uniswap-v1", order: "account", layout: "inline", n: 40, shard: 2, tokens: 2, inputs: "copy"}
	b := s.bundle()
	for i := range 20 {
		change(b, "groups/g0/shards/"+numberPath(i), func(v *value) { at(v, "rows", 0, 2).text = "5" })
	}
	seal(b)
	one := check(t, b, Options{Workers: 1})
	for _, workers := range []int{2, 7} {
		if r := check(t, b, Options{Workers: workers}); fmt.Sprintf("%+v", r) != fmt.Sprintf("%+v", one) {
			t.Errorf("%d workers find something else", workers)
		}
	}
	if one.OK() {
		t.Error("20 changed amounts are not found")
	}
}
