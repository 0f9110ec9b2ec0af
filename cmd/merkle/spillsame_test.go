package main

import (
	"fmt"
	"strings"
	"testing"

	merkle "github.com/merkle-drop/merkle"
)

// What is wrong with flags and rows at once is said alike in memory and through disk, with and without proofs.
func TestTree_sameRefusals(t *testing.T) {
	evm := func(i int) string { return sampleAccount(t, merkle.EVM, i) }
	good := func(i int) string { return fmt.Sprintf("%s,%d", evm(i), i+1) }
	bad := func(i int) string { return fmt.Sprintf("%s,x%d", evm(i), i) }
	list := func(line func(i int) string) string { return written(t, "account,amount", 100, line) }
	for _, c := range []struct {
		list  string
		flags []string
		says  string
		code  int
	}{
		{list(good), []string{"--profile", "hedgey-v1", "--constant", "zzz=1"}, `constant "zzz": profile hedgey-v1 has no constant field of that name`, exitRefused},
		{list(bad), []string{"--profile", "ens-v1", "--order", "account"}, "fix the order of its leaves", exitRefused},
		{list(good), []string{"--profile", "ens-v1", "--order", "input"}, "fix the order of its leaves", exitRefused},
		{list(bad), []string{"--profile", "hedgey-v1", "--duplicates", "sum"}, `list.csv:2:44: amount "x0": not a decimal number`, exitRefused},
	} {
		for _, more := range [][]string{nil, {"-o", "-"}} {
			args := append(append([]string{"tree", c.list}, c.flags...), more...)
			code, out, errs := told(t, args...)
			if code != c.code || out != "" || !strings.Contains(errs, c.says) {
				t.Errorf("%v: exit status %d, %d bytes\n%.500s\nwant %d, %s", args[2:], code, len(out), errs, c.code, c.says)
			}
			if gotCode, got, gotErrs := told(t, append(args, "--memory", "1KiB")...); gotCode != code || got != out || gotErrs != errs {
				t.Errorf("%v, through disk: exit status %d\n%.500s\nwant %d\n%.500s", args[2:], gotCode, gotErrs, code, errs)
			}
		}
	}
}

// Rows are added up by account: a leaf without one has nothing that says which rows are somebody's, and two of Lido's operators would be paid as one. Of two
// amounts a row one alone would be added up.
func TestTree_sumsByAccountOnly(t *testing.T) {
	const lacking = "the leaf of profile %s has no account or no amount"
	for profile, c := range map[string]struct{ csv, says string }{
		"lido-csm-v1":    {"nodeOperatorId,shares\n1,2\n2,3\n", lacking},
		"lido-gate-v1":   {"account\n" + carol + "\n" + carol + "\n", lacking},
		"oz-simple-v1":   {"leaf\n0x" + strings.Repeat("11", 32) + "\n0x" + strings.Repeat("22", 32) + "\n", lacking},
		"oz-standard-v1": {"account:address,note:string\n" + carol + ",a\n" + carol + ",a\n", lacking},
		"rocketpool-v1":  {"address,network,amountRPL,amountETH\n" + carol + ",0,10,5\n" + carol + ",0,7,5\n", "amountETH of profile %s is an amount too"},
	} {
		csv := c.csv
		list := write(t, "list.csv", []byte(csv))
		for _, more := range [][]string{nil, {"--memory", "1KiB"}} {
			code, out, errs := told(t, append([]string{"tree", list, "--profile", profile, "--duplicates", "sum"}, more...)...)
			if code != exitUsage || out != "" || !strings.Contains(errs, "--duplicates sum: "+fmt.Sprintf(c.says, profile)) {
				t.Errorf("%s %v: exit status %d\n%s%s", profile, more, code, out, errs)
			}
		}
	}
}
