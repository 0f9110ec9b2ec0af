package export_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/merkle-drop/merkle/alloc"
	"github.com/merkle-drop/merkle/campaign"
	"github.com/merkle-drop/merkle/export"
	"github.com/merkle-drop/merkle/tree"
)

// A contract that multiplies the leaf's amount by the decimals itself would pay base units that often.
func TestTrees_refuseBaseUnitsOfWholeTokens(t *testing.T) {
	for decimals, want := range map[string]error{"0": nil, "6": tree.ErrWholeTokens} {
		dir := t.TempDir()
		text := `format: merkle-campaign/v1
id: whole
tokens:
  T: {asset: "solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp/token:JUPyiwrYJFskUPiHa7hkeR8VUtAeFoSYbKedZNsDvCN", decimals: ` + decimals + `, pool: "9000000"}
rule: {name: fixed/v1, list: {file: list.csv}, unit: base, duplicates: error}
rounding: {method: floor, at: account-token, residual: {to: treasury}}
trees:
  - {id: t, tokens: [T], profile: dropsy-v1, order: account}
`
		list := "account,amount\nBDeR6GdU9aCJvDfWAMoGuC9LFdKyrKJXvZF3bZw1fihj,5\n"
		for name, content := range map[string]string{"campaign.yaml": text, "list.csv": list} {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		c, err := campaign.Read(filepath.Join(dir, "campaign.yaml"))
		if err != nil {
			t.Fatal(err)
		}
		a, err := alloc.Compute(context.Background(), c, alloc.Options{LeafColumns: export.LeafColumns})
		if err != nil {
			t.Fatal(err)
		}
		if _, err = export.Trees(context.Background(), a, export.Options{}); !errors.Is(err, want) {
			t.Errorf("%s decimals: %v, want %v", decimals, err, want)
		}
	}
}
