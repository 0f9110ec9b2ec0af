package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go"
)

// denseText is a campaign with one list, of one token and tree.
const denseText = `format: merkle-campaign/v1
id: dense
tokens:
  T: {asset: "eip155:1/erc20:0x6B175474E89094C44Da98b954EedeAC495271d0F", decimals: 18, pool: "10000000000"}
rule:
  name: fixed/v1
  list: {file: list.csv.zst}
  unit: token
  duplicates: error
rounding: {method: floor, at: account-token, residual: {to: treasury}}
trees:
  - {id: t, tokens: [T], profile: hedgey-v1, order: account}
publish: {proofs: subtree}
`

// quiet waits until there are no more goroutines than before.
func quiet(before int) (now int, ok bool) {
	for range 200 {
		if now = runtime.NumGoroutine(); now <= before {
			return now, true
		}
		time.Sleep(5 * time.Millisecond)
	}
	return now, false
}

// evmRow is a row of a made-up list; every account has its own.
func evmRow(i int) string { return fmt.Sprintf("0x%040x,%d\n", 1<<20+i, 1000+i) }

// listForms is one list in all forms that are read, each whole, with a row that is refused near its end, and cut off.
func listForms(t *testing.T, rows int) map[string][]byte {
	t.Helper()
	type claim struct {
		Account string `parquet:"account"`
		Amount  string `parquet:"amount"`
	}
	out := map[string][]byte{}
	for _, what := range []string{"whole", "refused"} {
		var csv, jsonl, packed bytes.Buffer
		var columns []claim
		csv.WriteString("account,amount\n")
		for i := range rows {
			row := evmRow(i)
			if what == "refused" && i == rows-5 {
				row = "0x5,7\n"
			}
			csv.WriteString(row)
			account, amount, _ := strings.Cut(strings.TrimSuffix(row, "\n"), ",")
			fmt.Fprintf(&jsonl, "{\"account\":%q,\"amount\":%q}\n", account, amount)
			columns = append(columns, claim{account, amount})
		}
		out[what+".csv"], out[what+".jsonl"] = csv.Bytes(), jsonl.Bytes()
		z := gzip.NewWriter(&packed)
		if _, err := z.Write(csv.Bytes()); err != nil {
			t.Fatal(err)
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		out[what+".csv.gz"] = packed.Bytes()
		e, err := zstd.NewWriter(nil)
		if err != nil {
			t.Fatal(err)
		}
		out[what+".csv.zst"] = e.EncodeAll(csv.Bytes(), nil)
		if err := e.Close(); err != nil {
			t.Fatal(err)
		}
		var p bytes.Buffer
		w := parquet.NewGenericWriter[claim](&p, parquet.MaxRowsPerRowGroup(int64(rows/3+1)))
		if _, err := w.Write(columns); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		out[what+".parquet"] = p.Bytes()
	}
	for name, text := range out {
		if rest, ok := strings.CutPrefix(name, "whole"); ok {
			out["cut"+rest] = text[:len(text)*2/3-9]
		}
	}
	return out
}

// TestNoGoroutineStays runs builds and trees of every form of list, in memory and through disk, to their end, to a refusal and to a cancellation.
func TestNoGoroutineStays(t *testing.T) {
	rows := 4000
	dir := t.TempDir()
	before := runtime.NumGoroutine()
	codes := map[int]int{}
	for name, text := range listForms(t, rows) {
		list := filepath.Join(dir, name)
		if err := os.WriteFile(list, text, 0o666); err != nil {
			t.Fatal(err)
		}
		in := filepath.Join(dir, "of-"+name)
		if err := os.Mkdir(in, 0o777); err != nil {
			t.Fatal(err)
		}
		campaign := strings.Replace(denseText, "list.csv.zst", "../"+name, 1)
		if err := os.WriteFile(in+"/campaign.yaml", []byte(campaign), 0o666); err != nil {
			t.Fatal(err)
		}
		for _, args := range [][]string{
			{"build", in, "-o", dir + "/out"}, {"build", in, "-o", dir + "/out", "--memory", "16KiB"}, {"check", in},
			{"tree", list, "--profile", "hedgey-v1", "-o", dir + "/out"}, {"tree", list, "--profile", "hedgey-v1", "--memory", "16KiB"},
			{"tree", list, "--profile", "hedgey-v1", "--memory", "16KiB", "--order", "input"},
			{"tree", list, "--profile", "uniswap-v1", "--memory", "16KiB", "-o", dir + "/out"},
		} {
			stops := []time.Duration{0} // milliseconds; 0 is not cancelled
			if strings.HasPrefix(name, "whole") {
				stops = []time.Duration{0, 2, 8}
			}
			for _, after := range stops {
				ctx, cancel := context.WithCancel(t.Context())
				if after > 0 {
					ctx, cancel = context.WithTimeout(ctx, after*time.Millisecond)
				}
				var said, errs bytes.Buffer
				code := run(ctx, append([]string{"merkle"}, args...), strings.NewReader(""), &said, &errs)
				cancel()
				codes[code]++
				if after == 0 && (code == exitDone) != strings.HasPrefix(name, "whole") || code == exitFailed {
					t.Errorf("%v: exit status %d: %s", args, code, &errs)
				}
				if err := os.RemoveAll(dir + "/out"); err != nil {
					t.Fatal(err)
				}
				if left := hidden(t, dir); len(left) > 0 {
					t.Errorf("%v: left: %v", args, left)
				}
				if now, ok := quiet(before); !ok {
					stacks := make([]byte, 1<<16)
					t.Fatalf("%v, cancelled after %d ms: %d goroutines, %d before\n%s", args, after, now, before, stacks[:runtime.Stack(stacks, true)])
				}
			}
		}
	}
	for _, code := range []int{exitDone, exitRefused, exitInterrupted} {
		if codes[code] == 0 {
			t.Errorf("no command ended with exit status %d", code)
		}
	}
}
