package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
)

const (
	alice = "BDeR6GdU9aCJvDfWAMoGuC9LFdKyrKJXvZF3bZw1fihj"
	bob   = "G6WP5DMEtEZNKz1hJPZrwiNCLkXFL2mKmjZxwAATY2Go"
	carol = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
)

// smallCampaign is a whole campaign of one token; files replaces or adds files by name, and edits replaces text in the campaign.
func smallCampaign(t *testing.T, files map[string]string, edits ...string) string {
	t.Helper()
	dir := t.TempDir()
	all := map[string]string{
		"campaign.yaml": `format: merkle-campaign/v1
id: small
tokens:
  JUP: {asset: "solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp/token:JUPyiwrYJFskUPiHa7hkeR8VUtAeFoSYbKedZNsDvCN", decimals: 6, pool: "1000"}
rule:
  name: jupiter-asr/v1
  proposals: {file: proposals.csv}
  votes: {file: votes.csv}
  eligibility: {metric: max-power, min: "10", denominator: after}
  duplicates: error
  unearned: unallocated
rounding: {method: floor, at: account-token, residual: {to: treasury}}
trees:
  - {id: jup, tokens: [JUP], profile: jito-v1, order: input, split: 0}
`,
		"proposals.csv": "id,weight\nP1,1\nT1,1/3\n",
		"votes.csv":     "proposal,account,power\nP1," + alice + ",600\nP1," + bob + ",400\nT1," + bob + ",50\n",
	}
	for i := 0; i+1 < len(edits); i += 2 {
		if !strings.Contains(all["campaign.yaml"], edits[i]) {
			t.Fatalf("campaign has no %q", edits[i])
		}
		all["campaign.yaml"] = strings.Replace(all["campaign.yaml"], edits[i], edits[i+1], 1)
	}
	for name, text := range files {
		all[name] = text
	}
	for name, text := range all {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, "campaign.yaml")
}

func votes(rows ...string) map[string]string {
	return map[string]string{"votes.csv": "proposal,account,power\n" + strings.Join(rows, "\n") + "\n"}
}

func TestBadInputIsRefusedWithPlace(t *testing.T) {
	good := "P1," + alice + ",600"
	fixed := []string{"  name: jupiter-asr/v1\n  proposals: {file: proposals.csv}\n  votes: {file: votes.csv}\n  eligibility: {metric: max-power, min: \"10\", denominator: after}\n  duplicates: error\n  unearned: unallocated\n",
		"  name: fixed/v1\n  list: {file: list.csv}\n  unit: token\n  duplicates: error\n"}
	list := func(rows ...string) map[string]string {
		return map[string]string{"list.csv": "account,amount\n" + strings.Join(rows, "\n") + "\n"}
	}
	for name, c := range map[string]struct {
		files map[string]string
		edits []string
		want  string // pattern in stderr
	}{
		"wrong checksum":           {votes("P1,0x5AAeb6053F3E94C9b9A09f33669435E7Ef1BeAed,600"), nil, `votes\.csv:2:4: account .*EIP-55`},
		"31-byte key":              {votes("P1,BDeR6GdU9aCJvDfWAMoGuC9LFdKyrKJXvZF3bZw1fi,600"), nil, `votes\.csv:2:4: account .*length`},
		"zero account":             {votes(good, "P1,11111111111111111111111111111111,600"), nil, `votes\.csv:3:4: account .*zero account`},
		"exponent":                 {votes("P1," + alice + ",1e21"), nil, `votes\.csv:2:49: power "1e21": exponent not allowed`},
		"plus":                     {votes("P1," + alice + ",+5"), nil, `votes\.csv:2:49: power "\+5": sign not allowed`},
		"thousands separator":      {votes("P1," + alice + `,"1,000"`), nil, `votes\.csv:2:49: power "1,000": digit separator`},
		"empty power":              {votes("P1," + alice + ","), nil, `votes\.csv:2:49: power "": empty`},
		"negative":                 {votes("P1," + alice + ",-5"), nil, `votes\.csv:2:49: power "-5": sign not allowed`},
		"fraction":                 {votes("P1," + alice + ",10.5"), nil, `votes\.csv:2:49: power "10\.5"`},
		"leading zero":             {votes("P1," + alice + ",010"), nil, `votes\.csv:2:49: power "010": leading zero`},
		"hexadecimal":              {votes("P1," + alice + ",0x10"), nil, `votes\.csv:2:49: power "0x10"`},
		"duplicate vote":           {votes(good, good), nil, `votes\.csv:3:\d+: .*votes\.csv:2:`},
		"unknown proposal":         {votes("P9," + alice + ",600"), nil, `votes\.csv:2:1: proposal "P9"`},
		"missing column":           {map[string]string{"votes.csv": "proposal,account\nP1," + alice + "\n"}, nil, `votes\.csv:1:?.*power`},
		"unknown column":           {map[string]string{"votes.csv": "proposal,account,power,notes\nP1," + alice + ",1,x\n"}, nil, `votes\.csv:1:24: .*notes`},
		"ragged row":               {votes(good, "P1,"+bob), nil, `votes\.csv:3:`},
		"NUL byte":                 {votes("P1," + alice + ",60\x000"), nil, `votes\.csv:2:51: `},
		"not UTF-8":                {votes("P\xff," + alice + ",600"), nil, `votes\.csv:2:2: `},
		"empty file":               {map[string]string{"votes.csv": ""}, nil, `votes\.csv: `},
		"wrong row count":          {nil, []string{"{file: votes.csv}", "{file: votes.csv, rows: 4}"}, `campaign\.yaml:8:10: .*rows differs .*got 3, declared 4`},
		"wrong sum":                {nil, []string{"{file: votes.csv}", `{file: votes.csv, sum: "1051"}`}, `campaign\.yaml:8:\d+: .*sum .*1050.*1051`},
		"wrong digest":             {nil, []string{"{file: votes.csv}", `{file: votes.csv, sha256: "` + strings.Repeat("0", 64) + `"}`}, `sha256`},
		"weights add up to 0":      {map[string]string{"proposals.csv": "id,weight\nP1,0\nT1,0\n"}, nil, `proposals\.csv`},
		"unknown key":              {nil, []string{"duplicates: error", "dupes: error"}, `campaign\.yaml:10:3: .*dupes`},
		"pool as a number":         {nil, []string{`pool: "1000"`, "pool: 1000"}, `campaign\.yaml:4:\d+: .*pool`},
		"pool too precise":         {nil, []string{`pool: "1000"`, `pool: "0.0000001"`}, `campaign\.yaml:4:\d+: pool "0\.0000001"`},
		"unknown profile":          {nil, []string{"jito-v1", "jito-v9"}, `campaign\.yaml:14:\d+: .*jito-v9`},
		"missing file":             {nil, []string{"votes.csv", "nowhere.csv"}, `nowhere\.csv`},
		"too many fraction digits": {list(alice + ",1.0000001"), fixed, `list\.csv:2:46: amount "1\.0000001"`},
		"list above the pool":      {list(alice+",600", bob+",401"), fixed, `list\.csv:3:\d+: .*pool`},
		"wider than the contract":  {list(alice + ",18446744073709.551616"), append([]string{`pool: "1000"`, `pool: "99999999999999"`}, fixed...), `18446744073709551616`},
		"other family":             {list(carol + ",1"), fixed, `list\.csv:2:1: account`},
	} {
		t.Run(name, func(t *testing.T) {
			path := smallCampaign(t, c.files, c.edits...)
			out := filepath.Join(filepath.Dir(path), "out")
			var stdout, stderr bytes.Buffer
			if code := runIn(t, &stdout, &stderr, "build", path, "-o", out); code != exitRefused {
				t.Errorf("exit status %d, want %d\n%s", code, exitRefused, &stderr)
			}
			if !regexp.MustCompile(c.want).MatchString(stderr.String()) {
				t.Errorf("stderr:\n%s\nwant %s", &stderr, c.want)
			}
			if stdout.Len() > 0 {
				t.Errorf("stdout: %s", &stdout)
			}
			left, err := filepath.Glob(filepath.Join(filepath.Dir(path), "*out*"))
			if err != nil || len(left) > 0 {
				t.Errorf("left behind: %v %v", left, err)
			}
		})
	}
}

func TestAllFaultsInOneRun(t *testing.T) {
	path := smallCampaign(t, votes("P1,"+alice+",1e3", "P9,"+bob+",5", "P1,x,+1"))
	var out, errw bytes.Buffer
	if code := runIn(t, &out, &errw, "check", path); code != exitRefused {
		t.Fatalf("exit status %d\n%s", code, &errw)
	}
	for _, place := range []string{"votes.csv:2:49", "votes.csv:3:1", "votes.csv:4:4", "votes.csv:4:6"} {
		if !strings.Contains(errw.String(), place) {
			t.Errorf("no fault at %s in\n%s", place, &errw)
		}
	}
}

// TestCheckAndBuildRefuseAlike: what build refuses before it computes, check reports.
func TestCheckAndBuildRefuseAlike(t *testing.T) {
	for _, profile := range []string{"uniswap-v1", "oz-standard-v1", "nobody-v1"} {
		path := smallCampaign(t, nil, "jito-v1", profile)
		for _, args := range [][]string{{"check", path}, {"build", path, "-o", filepath.Join(t.TempDir(), "out")}} {
			var errw bytes.Buffer
			if code := runIn(t, io.Discard, &errw, args...); code != exitRefused || !strings.Contains(errw.String(), "campaign.yaml:14:") {
				t.Errorf("%s with %s: exit status %d\n%s", args[0], profile, code, &errw)
			}
		}
	}
}

func TestByteOrderMarkAndCRLFAreRead(t *testing.T) {
	plain := votes("P1,"+alice+",600", "P1,"+bob+",400")
	odd := map[string]string{"votes.csv": "\ufeff" + strings.ReplaceAll(plain["votes.csv"], "\n", "\r\n")}
	if a, b := bundleBytes(t, smallCampaign(t, plain)), bundleBytes(t, smallCampaign(t, odd)); a != b {
		t.Error("a byte order mark or CRLF changes the bundle")
	}
}

// TestHugeLineCostsNoMemory reads a line of one gigabyte, unpacked on the fly.
func TestHugeLineCostsNoMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("short: a gigabyte is unpacked")
	}
	path := smallCampaign(t, nil, "votes.csv", "votes.csv.gz")
	f, err := os.Create(filepath.Join(filepath.Dir(path), "votes.csv.gz"))
	if err != nil {
		t.Fatal(err)
	}
	z, err := gzip.NewWriterLevel(f, gzip.BestSpeed)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(z, "proposal,account,power\nP1,")
	block := bytes.Repeat([]byte("9"), 1<<20)
	for range 1024 {
		if _, err := z.Write(block); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	var errw bytes.Buffer
	code := runIn(t, io.Discard, &errw, "check", path)
	runtime.ReadMemStats(&after)
	if code != exitRefused || !strings.Contains(errw.String(), "votes.csv.gz:2:") {
		t.Errorf("exit status %d\n%s", code, &errw)
	}
	if used := after.TotalAlloc - before.TotalAlloc; used > 32<<20 {
		t.Errorf("%d bytes were allocated", used)
	}
}
