package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/export/tools"
	"github.com/merkle-drop/merkle/tree"
)

// formatArgs is what a kind is told beside the list.
func formatArgs(k tools.Kind, profile string) (args []string) {
	args = []string{"--format", k.Name}
	values := map[string]string{"reason": "airdrop", "rootIndex": "0", "index": "3", "network": "mainnet", "oracleDaoRpl": "0", "category": "Staker", "currencyDecimals": "18",
		"distributor": "HS8EQ8QkQSBJggY8r255AKdWbtYRtyNMoRt4LjNkkWm1"}
	for _, s := range k.Settings {
		if v, ok := values[s.Name]; ok && (s.Required || s.Name == "oracleDaoRpl" || s.Name == "currencyDecimals" || s.Name == "distributor") {
			args = append(args, "--with", s.Name+"="+v)
		}
	}
	if profile == "thirdweb-airdrop-1155-v1" {
		return append(args, "--decimals", "0")
	}
	if k.Decimals {
		args = append(args, "--decimals", "6")
	}
	return args
}

// formatsEqual runs `merkle tree` in memory and through disk, and wants the same words, files and exit status, and nothing left.
func formatsEqual(t *testing.T, memory string, args ...string) outcome {
	t.Helper()
	dir := t.TempDir()
	out := filepath.Join(dir, "out")
	once := func(more ...string) (outcome, string) {
		got := outcomeOf(append(append(slices.Clone(args), "-o", out), more...)...)
		digest := ""
		if _, err := os.Stat(out); err == nil {
			digest = treeDigest(t, dir)
		}
		if err := os.RemoveAll(out); err != nil {
			t.Fatal(err)
		}
		if left := names(t, dir); left != "" {
			t.Errorf("%v: left: %s", args, left)
		}
		return got, digest
	}
	want, wanted := once()
	got, digest := once("--memory", memory, "--workers", someWorkers(strings.Join(args[2:], " "))[0])
	if got != want || digest != wanted {
		t.Errorf("%v through disk: exit status %d, %.12s\n%.1500swant %d, %.12s\n%.1500s", args, got.code, digest, got.errs, want.code, wanted, want.errs)
	}
	if (want.code == exitDone) != (wanted != "") {
		t.Errorf("%v: exit status %d, digest %q", args, want.code, wanted)
	}
	if left := hidden(t, filepath.Dir(args[1])); len(left) > 0 {
		t.Errorf("%v: left beside the list: %v", args, left)
	}
	return want
}

// TestEqual_formats: every format of every profile that it fits, in memory and through disk.
func TestEqual_formats(t *testing.T) {
	rows, memory := 1500, "16KiB"
	if large() {
		rows, memory = 200_000, "4MiB"
	}
	done, refused := 0, map[string]bool{}
	for _, k := range tools.Kinds() {
		for p := range tree.Profiles() {
			if k.Fits(&p) != nil || k.Name == "proofs" {
				continue
			}
			n := rows
			if k.Name == "eigenlayer-claims" { // a file an earner
				n = rows / 20
			}
			list := filepath.Join(t.TempDir(), "list.csv")
			profileList(t, list, &p, false, n)
			args := append(append([]string{"tree", list, "--profile", p.Name}, constantFlags(&p)...), formatArgs(k, p.Name)...)
			if p.WholeTokens {
				args = append(args, "--decimals", "0")
			}
			switch got := formatsEqual(t, memory, args...); got.code {
			case exitDone:
				done++
			default:
				refused[k.Name] = true
			}
		}
	}
	t.Logf("%d were written, refused %v", done, refused)
	for name := range refused { // rows of a fraction, several tokens, distances of time
		if name != "csv-jito" && name != "merkl" && name != "csv-safe" {
			t.Errorf("%s is refused", name)
		}
	}
	if done < 30 {
		t.Errorf("only %d were written", done)
	}
}

// TestTree_formatsThroughDisk: splits, multiproofs, streams and rows that formats refuse.
func TestTree_formatsThroughDisk(t *testing.T) {
	const n = 3000
	evm := func(i int) string { return sampleAccount(t, merkle.EVM, i) }
	plain := written(t, "account,amount", n, func(i int) string { return fmt.Sprintf("%s,%d", evm(i), i*7+1) })
	solana := written(t, "account,amount,locked", n, func(i int) string { return fmt.Sprintf("%s,%d,%d", sampleAccount(t, merkle.Solana, i), i*7+1, i%4) })
	repeated := written(t, "account,amount", n, func(i int) string { return fmt.Sprintf("%s,%d", evm(i%1999), i*7+1) })
	repeatedS := written(t, "account,amount,locked", n, func(i int) string {
		return fmt.Sprintf("%s,%d,%d", sampleAccount(t, merkle.Solana, i*i%1999), i*7+1, i%4)
	})
	tokens := written(t, "account,token,amount", n, func(i int) string { return fmt.Sprintf("%s,%s,%d", evm(i/3), evm(n+i%3), i*7+1) })
	for _, c := range []struct {
		code int
		args []string
	}{
		{exitDone, []string{solana, "--profile", "jito-v1", "--format", "jupiter", "--split", "500"}},
		{exitDone, []string{solana, "--profile", "jito-v1", "--format", "jupiter", "--split", "2999", "--json", "--order", "input"}},
		{exitDone, []string{solana, "--profile", "jito-v1", "--format", "jupiter", "--split", "5000", "--order", "account"}},
		{exitDone, []string{solana, "--profile", "jito-v1", "--format", "jupiter-kv", "--split", "700", "--with", "entries=333",
			"--with", "mint=JUPyiwrYJFskUPiHa7hkeR8VUtAeFoSYbKedZNsDvCN", "--with", "base=HS8EQ8QkQSBJggY8r255AKdWbtYRtyNMoRt4LjNkkWm1"}},
		{exitDone, []string{repeatedS, "--profile", "jito-v1", "--format", "jupiter", "--split", "900", "--duplicates", "sum"}},
		{exitRefused, []string{repeatedS, "--profile", "jito-v1", "--format", "jupiter", "--split", "900", "--duplicates", "keep"}},
		{exitRefused, []string{repeatedS, "--profile", "jito-v1", "--format", "csv-jito", "--with", "category=Staker", "--duplicates", "sum"}},
		{exitRefused, []string{repeated, "--profile", "uniswap-v1", "--format", "uniswap", "--duplicates", "keep"}},
		{exitDone, []string{repeated, "--profile", "uniswap-v1", "--format", "uniswap", "--duplicates", "sum"}},
		{exitDone, []string{repeated, "--profile", "hedgey-v1", "--format", "oz-dump", "--duplicates", "keep", "--order", "account"}},
		{exitDone, []string{tokens, "--profile", "merkl-v1", "--format", "merkl", "--with", "reason=r", "--with", "token=" + evm(n+1)}},
		{exitUsage, []string{tokens, "--profile", "merkl-v1", "--format", "merkl", "--with", "reason=r"}},
		{exitUsage, []string{plain, "--profile", "uniswap-v1", "--format", "uniswap", "--order", "account"}},
		{exitDone, []string{plain, "--profile", "sablier-v1", "--format", "sablier", "--own", evm(77)}},
	} {
		if got := formatsEqual(t, "64KiB", append([]string{"tree"}, c.args...)...); got.code != c.code {
			t.Errorf("%v: exit status %d: %.300s", c.args, got.code, got.errs)
		}
	}
	for _, args := range [][]string{
		{plain, "--profile", "hedgey-v1", "--multiproof", evm(5) + "," + evm(2999) + "," + evm(1)},
		{plain, "--profile", "hedgey-v1", "--multiproof", evm(5) + "," + evm(4000)},
		{plain, "--profile", "uniswap-v1", "--multiproof", evm(5)},
		{plain, "--profile", "sablier-v1", "--order", "account", "--multiproof", evm(0)},
		{repeated, "--profile", "hedgey-v1", "--duplicates", "keep", "--multiproof", evm(5)},
		{repeated, "--profile", "hedgey-v1", "--duplicates", "sum", "--multiproof", evm(5)},
		{plain, "--profile", "uniswap-v1", "--format", "uniswap", "-o", "-"},
		{solana, "--profile", "saber-v1", "--ignore", "locked", "--format", "saber", "-o", "-"},
	} {
		all := append([]string{"tree"}, args...)
		want := outcomeOf(all...)
		if got := outcomeOf(append(all, "--memory", "64KiB")...); got != want {
			t.Errorf("%v through disk: %v, want %v", args, got, want)
		}
		if left := names(t, filepath.Dir(args[0])); left != "list.csv" {
			t.Errorf("%v: left beside the list: %s", args, left)
		}
	}
}
