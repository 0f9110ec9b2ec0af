package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Rows of an account are not added up where the leaf has a second amount: one row's would be paid. Without sums, and where the second amount is a constant, they are.
func TestBuild_sumsOneAmountOnly(t *testing.T) {
	const rows = "0x00000000000000000000000000000000000003e8,%s10%s\n0x00000000000000000000000000000000000007d0,%s7%s\n"
	for _, c := range []struct {
		columns, before, after, duplicates, tree string
		refused                                  bool
	}{
		{"account,network,amount,amountETH", "0,", ",5", "sum", "profile: rocketpool-v1", true},
		{"account,network,amount,amountETH", "0,", ",5", "error", "profile: rocketpool-v1", false},
		{"account,network,amount", "0,", "", "sum", "profile: rocketpool-v1, constants: {amountETH: \"5\"}", false},
		{"account,network,amount", "0,", "", "sum", "profile: oz-standard-v1, fields: [\"account:address\", \"network:uint256\", \"amount:uint256\"]", false},
		{"account,amount", "", "", "sum", "profile: oz-standard-v1, fields: [\"account:address\", \"amount:uint256\", \"amountETH:uint256\"], constants: {amountETH: \"5\"}", false},
	} {
		dir := t.TempDir()
		text := "format: merkle-campaign/v1\nid: sums\ntokens:\n  T: {asset: \"eip155:1/erc20:0x0000000000000000000000000000000000000001\", decimals: 0, pool: \"100\"}\n" +
			"rule: {name: fixed/v1, unit: base, list: {file: list.csv}, duplicates: " + c.duplicates + "}\nrounding: {method: floor, at: account-token, residual: {to: treasury}}\n" +
			"trees:\n  - {id: t, tokens: [T], order: account, " + c.tree + "}\n"
		for name, what := range map[string]string{"campaign.yaml": text, "list.csv": c.columns + "\n" + fmt.Sprintf(rows, c.before, c.after, c.before, c.after)} {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(what), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		for _, more := range [][]string{nil, {"--memory", "1KiB"}} {
			code, _, errs := told(t, append([]string{"build", dir, "-o", filepath.Join(t.TempDir(), "out")}, more...)...)
			if c.refused != (code == exitRefused) || !c.refused && code != 0 {
				t.Errorf("%s, %s, %s %v: exit status %d\n%s", c.columns, c.duplicates, c.tree, more, code, errs)
			}
			if c.refused && !strings.Contains(errs, "amountETH") {
				t.Errorf("%s %v says: %s", c.tree, more, errs)
			}
		}
	}
}
