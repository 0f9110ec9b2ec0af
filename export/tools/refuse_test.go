package tools

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/tree"
)

// TestRefusedRows writes nothing of a list of which the reader would refuse, cut off or mistake a row, and names every such row.
func TestRefusedRows(t *testing.T) {
	three := evmAccounts(t, 3)
	keys := solanaAccounts(t, 3)
	for _, c := range []struct {
		name, kind, profile string
		rows                tree.Rows
		o                   Options
		want                string
	}{
		{"account twice", "uniswap", "uniswap-v1", tree.Rows{Accounts: []merkle.Account{three[0], three[1], three[0]}, Amounts: amounts(1, 2, 3), Index: []uint64{0, 1, 2}}, told(),
			`row 2: account "` + three[0].String() + `": ` + ErrKeyed.Error() + " at row 0"},
		{"index above JavaScript's numbers", "uniswap", "uniswap-v1", tree.Rows{Accounts: three[:2], Amounts: amounts(1, 2), Index: []uint64{0, 1 << 53}}, told(),
			`row 1: index "9007199254740992": ` + ErrUnsafe.Error()},
		{"one row", "csv-sablier", "sablier-v1", tree.Rows{Accounts: three[:1], Amounts: amounts(1)}, Options{Decimals: 6}, `row 0: account "` + three[0].String() + `": ` + ErrTwoRows.Error()},
		{"zero", "csv-hedgey", "hedgey-v1", tree.Rows{Accounts: three, Amounts: amounts(1, 0, 0)}, Options{Decimals: 6},
			`row 1: amount "0": ` + ErrZero.Error() + "\n" + `row 2: amount "0": ` + ErrZero.Error()},
		{"rows that would be merged", "csv-jupiter", "jito-v1", tree.Rows{Accounts: []merkle.Account{keys[0], keys[0]}, Amounts: amounts(1, 1)}, Options{Decimals: 6},
			`row 1: account "` + keys[0].String() + `": ` + ErrMerged.Error() + " at row 0"},
		{"index that is no place", "sablier", "sablier-v1", tree.Rows{Accounts: three[:2], Amounts: amounts(1, 2), Index: []uint64{1, 0}}, told(),
			`row 0: index "1": ` + ErrRowIndex.Error() + "\n" + `row 1: index "0": ` + ErrRowIndex.Error()},
		{"parts of tokens", "csv-jito", "jito-v1", tree.Rows{Accounts: keys, Amounts: amounts(1_000_000_000, 1_500_000_000, 0), Locked: amounts(0, 0, 1)},
			Options{Decimals: -1, With: map[string]string{"category": "Staker"}},
			`row 1: amount "1500000000": ` + ErrWhole.Error() + "\n" + `row 2: locked "1": ` + ErrWhole.Error()},
		{"oracle's part above the whole", "rocketpool", "rocketpool-v1", tree.Rows{Accounts: three[:2], Amounts: amounts(5, 5), Columns: []tree.Column{
			{Name: "network", Values: []string{"0", "1"}}, {Name: "amountETH", Values: []string{"0", "0"}}, {Name: "oracleDaoRpl", Values: []string{"5", "6"}}}},
			Options{Decimals: -1, With: map[string]string{"index": "0", "network": "mainnet"}}, `row 1: amountRPL "6": ` + errOracle.Error()},
		{"token twice", "urd", "morpho-urd-v1", tree.Rows{Accounts: []merkle.Account{three[0], three[0]}, Tokens: []merkle.Account{three[1], three[1]}, Amounts: amounts(1, 2)}, told(),
			`row 1: account "` + three[0].String() + `": ` + ErrKeyed.Error() + " at row 0"},
	} {
		p := lookup(t, c.profile)
		p.Zero = tree.ZeroKeep
		if c.rows.Index != nil {
			p.Index = tree.IndexGiven
		}
		built := build(t, tree.Spec{Profile: p, KeepDuplicates: true}, &c.rows)
		var b bytes.Buffer
		err := Stream(context.Background(), c.kind, &b, built, c.o)
		var rows *tree.RowErrors
		if !errors.As(err, &rows) || err.Error() != c.want || b.Len() > 0 {
			t.Errorf("%s: %v, want\n%s\n(%d bytes written)", c.name, err, c.want, b.Len())
		}
	}
}

// TestRefusedOptions takes no option that the kind has not, and asks for those that it needs.
func TestRefusedOptions(t *testing.T) {
	with := func(pairs ...string) Options {
		o := told()
		for i := 0; i < len(pairs); i += 2 {
			o.With[pairs[i]] = pairs[i+1]
		}
		return o
	}
	for _, c := range []struct {
		kind, profile string
		o             Options
		option        string
	}{
		{"csv-jupiter", "jito-v1", told(), "decimals"},
		{"csv-jupiter", "jito-v1", Options{Decimals: 78}, "decimals"},
		{"csv-jito", "jito-v1", Options{Decimals: 6, With: map[string]string{"category": "Staker"}}, "decimals"},
		{"csv-jito", "jito-v1", with("category", "staker"), "category"},
		{"csv-jito", "jito-v1", told(), "category"},
		{"jito", "jito-v1", with("category", "Staker"), "category"},
		{"uniswap", "uniswap-v1", with("x", "1"), "x"},
		{"uniswap", "uniswap-v1", Options{Decimals: -1, Split: 2}, "split"},
		{"jupiter", "jito-v1", Options{Decimals: -1, Split: -2}, "split"},
		{"jupiter", "jito-v1", with("version", "01"), "version"},
		{"jupiter", "jito-v1", with("version", "4294967296"), "version"},
		{"eigenlayer-claims", "eigenlayer-v1", with("rootIndex", "-1"), "rootIndex"},
		{"rocketpool", "rocketpool-v1", with("index", "1", "network", "mainnet"), "oracleDaoRpl"},
		{"merkl", "merkl-v1", told(), "reason"},
		{"merkl", "merkl-v1", with("reason", "r", "token", "0x0000000000000000000000000000000000000001"), "token"},
		{"jupiter-kv", "jito-v1", with("distributor", "0x1f402460c7aaf7b3ed4389b116960f8745493111"), "distributor"},
		{"jupiter-kv", "jito-v1", with("entries", "0"), "entries"},
		{"jupiter-kv", "jito-v1", Options{Decimals: -1}, "distributor"},
		{"thirdweb", "thirdweb-drop-v2", Options{Decimals: 6}, "currencyDecimals"},
	} {
		_, err := Write(context.Background(), c.kind, t.TempDir()+"/out", someTree(t, c.profile), c.o)
		var option *OptionError
		if !errors.As(err, &option) || option.Option != c.option || option.Kind != c.kind {
			t.Errorf("%s: %v, want a word about %s", c.kind, err, c.option)
		}
	}
	for kind, order := range map[string]tree.Order{"csv-sablier": tree.OrderInput, "csv-hedgey": tree.OrderAccount} {
		p := lookup(t, strings.TrimPrefix(kind, "csv-")+"-v1")
		built := build(t, tree.Spec{Profile: p, Order: order}, &tree.Rows{Accounts: evmAccounts(t, 3), Amounts: amounts(1, 2, 3)})
		var option *OptionError
		if err := Stream(context.Background(), kind, &bytes.Buffer{}, built, Options{Decimals: 6}); !errors.As(err, &option) || option.Option != "order" {
			t.Errorf("%s in order %s: %v", kind, order, err)
		}
	}
	if _, err := Write(context.Background(), "nothing", t.TempDir()+"/out", someTree(t, "uniswap-v1"), told()); err == nil || !strings.Contains(err.Error(), "csv-safe") {
		t.Errorf("unknown kind: %v", err)
	}
	var profile *ProfileError
	p := lookup(t, "jito-v1")
	p.Shape = tree.Promote
	if err := (Kind{Name: "jito"}).Fits(&p); !errors.As(err, &profile) {
		t.Errorf("other parameters under the name of an entry: %v", err)
	}
	if _, err := Write(context.Background(), "uniswap", t.TempDir()+"/out", someTree(t, "jito-v1"), told()); !errors.As(err, &profile) || err.Error() != "uniswap needs profile uniswap-v1, the tree has jito-v1" {
		t.Errorf("other profile: %v", err)
	}
}
