package main

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	merkle "github.com/merkle-drop/merkle"
)

// sampleAccount is the text of account i.
func sampleAccount(t *testing.T, f merkle.Family, i int) string {
	t.Helper()
	h := sha256.Sum256(fmt.Append(nil, "account", i))
	a, err := merkle.NewAccount(f, h[:f.Width()])
	if err != nil {
		t.Fatal(err)
	}
	return a.String()
}

// written is a list of a head and n lines.
func written(t *testing.T, head string, n int, line func(i int) string) string {
	t.Helper()
	var b strings.Builder
	b.WriteString(head + "\n")
	for i := range n {
		b.WriteString(line(i) + "\n")
	}
	path := filepath.Join(t.TempDir(), "list.csv")
	if err := os.WriteFile(path, []byte(b.String()), 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestTree_throughDisk compares what is printed and written in memory and through disk: root alone, proofs as a file, proofs as a stream.
func TestTree_throughDisk(t *testing.T) {
	const n = 3000
	evm := func(i int) string { return sampleAccount(t, merkle.EVM, i) }
	solana := func(i int) string { return sampleAccount(t, merkle.Solana, i) }
	lists := map[string]string{
		"plain":     written(t, "account,amount", n, func(i int) string { return fmt.Sprintf("%s,%d", evm(i), i*7+1) }),
		"repeated":  written(t, "account,amount", n, func(i int) string { return fmt.Sprintf("%s,%d", evm(i%2000), i*7+1) }),
		"solana":    written(t, "account,amount,locked", n, func(i int) string { return fmt.Sprintf("%s,%d,%d", solana(i), i*7+1, i%4) }),
		"repeatedS": written(t, "account,amount,locked", n, func(i int) string { return fmt.Sprintf("%s,%d,%d", solana(i*i%1999), i*7+1, i%4) }),
		"tokens":    written(t, "account,token,amount", n, func(i int) string { return fmt.Sprintf("%s,%s,%d", evm(i/3), evm(n+i%3), i*7+1) }),
		"ownTokens": written(t, "account,token,amount", n, func(i int) string { return fmt.Sprintf("%s,%s,%d", evm(i/3), evm(n/2*(i%3)), i*7+1) }),
		"texts": written(t, "account:address,note:string,amount:uint256", n, func(i int) string {
			return fmt.Sprintf(`%s,"é ""%d""",%d`, evm(i), i%5, i*7+1)
		}),
		"repeatedT": written(t, "account:address,note:string,amount:uint256", n, func(i int) string {
			return fmt.Sprintf("%s,same %d,%d", evm(i%1000), i%1000, i*7+1)
		}),
		"otherT": written(t, "account:address,note:string,amount:uint256", n, func(i int) string {
			return fmt.Sprintf("%s,same %d,%d", evm(i%1000), i%1001, i*7+1)
		}),
		"vestings": written(t, "account,duration,startDate,amount", n, func(i int) string {
			return fmt.Sprintf("%s,208,%d,%d", evm(i%2500), 1531430000+i/2500, i*7+1)
		}),
		"sameVesting": written(t, "account,duration,startDate,amount", n, func(i int) string {
			return fmt.Sprintf("%s,208,1531430000,%d", evm(i%2500), i%2500)
		}),
		"indexed": written(t, "index,account,amount", n, func(i int) string { return fmt.Sprintf("%d,%s,%d", n-i, evm(i), i*7+1) }),
		"sameIndex": written(t, "index,account,amount", n, func(i int) string {
			return fmt.Sprintf("%d,%s,%d", i%(n-2), evm(i), i*7+1)
		}),
		"wide": written(t, "account,amount", n, func(i int) string {
			return fmt.Sprintf("%s,%s", evm(i%2000), "1157920892373161954235709850086879078532699846656405640394575840079131296"+fmt.Sprint(10000+i))
		}),
		"broken": written(t, "account,amount", n, func(i int) string {
			if i%500 == 7 {
				return "0x1,5"
			}
			return fmt.Sprintf("%s,%s", evm(i%2000), "1157920892373161954235709850086879078532699846656405640394575840079131296"+fmt.Sprint(10000+i))
		}),
	}
	done := 0
	leaves := written(t, "leaf", n, func(i int) string { return fmt.Sprintf("0x%x", sha256.Sum256(fmt.Append(nil, i%2900))) })
	for _, args := range [][]string{
		{lists["plain"], "--profile", "hedgey-v1"},
		{lists["plain"], "--profile", "hedgey-v1", "--order", "account"},
		{lists["plain"], "--profile", "uniswap-v1"},
		{lists["plain"], "--profile", "uniswap-v1", "--order", "input", "--json"},
		{lists["plain"], "--profile", "sablier-v1", "--workers", "1"},
		{lists["plain"], "--profile", "text-v1"},
		{lists["plain"], "--profile", "hedgey-v1", "--own", evm(77), "--accounts", "refuse"},
		{lists["solana"], "--profile", "jito-v1"},
		{lists["solana"], "--profile", "jito-v1", "--order", "leaf-hash"},
		{lists["solana"], "--profile", "saber-v1", "--ignore", "locked"},
		{lists["repeated"], "--profile", "hedgey-v1"},
		{lists["repeated"], "--profile", "hedgey-v1", "--duplicates", "sum"},
		{lists["repeated"], "--profile", "uniswap-v1", "--duplicates", "sum", "--own", evm(78)},
		{lists["repeated"], "--profile", "uniswap-v1", "--duplicates", "keep"},
		{lists["repeated"], "--profile", "uniswap-v1", "--duplicates", "keep", "--order", "account"},
		{lists["repeated"], "--profile", "hedgey-v1", "--duplicates", "sum", "--own", evm(78), "--accounts", "refuse"},
		{lists["repeatedS"], "--profile", "jito-v1", "--duplicates", "sum"},
		{lists["repeatedS"], "--profile", "jito-v1", "--duplicates", "keep", "--order", "account"},
		{lists["tokens"], "--profile", "morpho-urd-v1"},
		{lists["tokens"], "--profile", "morpho-urd-v1", "--order", "account", "--duplicates", "sum"},
		{lists["tokens"], "--profile", "merkl-v1", "--order", "input"},
		{lists["ownTokens"], "--profile", "merkl-v1"},
		{lists["texts"], "--profile", "oz-standard-v1"},
		{lists["texts"], "--profile", "oz-standard-v1", "--order", "account"},
		{lists["repeatedT"], "--profile", "oz-standard-v1", "--duplicates", "sum"},
		{lists["repeatedT"], "--profile", "oz-standard-v1", "--duplicates", "keep"},
		{lists["otherT"], "--profile", "oz-standard-v1", "--duplicates", "sum"},
		{lists["vestings"], "--profile", "safe-vesting-v1", "--constant", "chainId=1", "--constant", "verifyingContract=" + evm(0)},
		{lists["sameVesting"], "--profile", "safe-vesting-v1", "--constant", "chainId=1", "--constant", "verifyingContract=" + evm(0)},
		{lists["indexed"], "--profile", "uniswap-v1"},
		{lists["indexed"], "--profile", "uma-v1", "--order", "account"},
		{lists["sameIndex"], "--profile", "uniswap-v1"},
		{lists["wide"], "--profile", "hedgey-v1", "--duplicates", "sum"},
		{lists["broken"], "--profile", "hedgey-v1", "--duplicates", "sum"},
		{leaves, "--profile", "oz-simple-v1"},
		{lists["plain"], "--profile", "ens-v1"},
		{lists["repeated"], "--profile", "thirdweb-drop-v1", "--duplicates", "keep"},
		{lists["tokens"], "--profile", "eigenlayer-v1"},
		{lists["tokens"], "--profile", "eigenlayer-v1", "--order", "account"},
	} {
		dir := filepath.Dir(args[0])
		for _, output := range []string{"", "proofs.json", "-"} {
			all := append([]string{"tree"}, args...)
			path := filepath.Join(t.TempDir(), output)
			switch output {
			case "-":
				all = append(all, "-o", "-")
			case "proofs.json":
				all = append(all, "-o", path)
			}
			code, want, errs := told(t, all...)
			text, _ := os.ReadFile(path)
			if err := os.RemoveAll(path); err != nil {
				t.Fatal(err)
			}
			gotCode, got, gotErrs := told(t, append(all, "--memory", "64KiB")...)
			gotText, _ := os.ReadFile(path)
			if gotCode != code || got != want || gotErrs != errs {
				t.Errorf("%v through disk: exit status %d\n%.1500s\n%.1500s\nwant %d\n%.1500s\n%.1500s", all[1:], gotCode, got, gotErrs, code, want, errs)
			}
			if string(gotText) != string(text) {
				t.Errorf("%v through disk: %d bytes of proofs, want %d", all[1:], len(gotText), len(text))
			}
			if output == "proofs.json" && code == 0 {
				if done++; len(text) < n/3*100 {
					t.Errorf("%v: %d bytes of proofs", all[1:], len(text))
				}
			}
			if left := names(t, dir); left != "list.csv" {
				t.Errorf("%v: left beside the list: %s", all[1:], left)
			}
		}
	}
	t.Logf("%d lists were proven", done)
	if done < 24 {
		t.Errorf("only %d lists were proven", done)
	}
}

// TestTree_multiProofOfMuch: what is proven together is in memory, so an account of very many rows is refused.
func TestTree_multiProofOfMuch(t *testing.T) {
	list := written(t, "account,amount", 20_000, func(i int) string {
		return fmt.Sprintf("%s,%d", sampleAccount(t, merkle.EVM, min(i, 18_000)%17_999), i+1)
	})
	args := []string{"tree", list, "--duplicates", "keep", "--profile", "hedgey-v1", "--multiproof"}
	few := append(args, sampleAccount(t, merkle.EVM, 1))
	if got, want := outcomeOf(append(few, "--memory", "64KiB")...), outcomeOf(few...); got != want || want.code != exitDone {
		t.Errorf("of few rows: %v, want %v", got, want)
	}
	list = written(t, "account,amount", 20_000, func(i int) string { return fmt.Sprintf("%s,%d", sampleAccount(t, merkle.EVM, max(i, 18_000)), i+1) })
	args[1] = list
	code, _, errs := told(t, append(args, sampleAccount(t, merkle.EVM, 18_000), "--memory", "64KiB")...)
	if code != exitRefused || !strings.Contains(errs, "needs all rows in memory: --multiproof") || !strings.Contains(errs, "the limit is 64 KiB") {
		t.Errorf("of 18,000 rows: exit status %d, %s", code, errs)
	}
	if left := names(t, filepath.Dir(list)); left != "list.csv" {
		t.Errorf("left beside the list: %s", left)
	}
}

// TestTree_rootInMemory: of a plain list whose root alone is asked for memory holds more rows than of any other; what turns out not to be one goes through disk.
func TestTree_rootInMemory(t *testing.T) {
	line := func(i int) string { return fmt.Sprintf("%s,%d", sampleAccount(t, merkle.EVM, i), i+1) }
	plain := written(t, "account,amount", 3000, line)
	repeated := written(t, "account,amount", 3000, func(i int) string { return line(i % 2990) })
	quoted := written(t, `"account",amount`, 3000, line)
	nowhere := filepath.Join(t.TempDir(), "nowhere")
	for _, c := range []struct {
		list, memory string
		throughDisk  bool
		more         []string
	}{{plain, "300KiB", false, nil}, {plain, "200KiB", true, nil}, {plain, "300KiB", true, []string{"--order", "account"}}, {repeated, "300KiB", true, nil}, {quoted, "300KiB", true, nil}, {plain, "300KiB", true, []string{"-o", "-"}}} {
		args := append([]string{"tree", c.list, "--profile", "hedgey-v1"}, c.more...)
		want := outcomeOf(args...)
		args = append(args, "--memory", c.memory)
		if got := outcomeOf(args...); got != want {
			t.Errorf("%v: %v, want %v", args, got, want)
		}
		_, _, errs := told(t, append(args, "--temp", nowhere)...)
		if throughDisk := strings.Contains(errs, nowhere); throughDisk != c.throughDisk {
			t.Errorf("%v: through disk %v: %s", args, throughDisk, errs)
		}
		if left := names(t, filepath.Dir(c.list)); left != "list.csv" {
			t.Errorf("%v: left beside the list: %s", args, left)
		}
	}
}
