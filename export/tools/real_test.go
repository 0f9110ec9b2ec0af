package tools

import (
	"context"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/tree"
)

// real is a file of a published distribution. They belong to their publishers and are not in the repository.
func real(t *testing.T, name string) []byte {
	t.Helper()
	text, err := os.ReadFile("../../../shared/real/" + name)
	if err != nil {
		t.Skipf("the published files are not here: %v", err)
	}
	return text
}

// members are the keys of an object in their order.
func members(t *testing.T, object json.RawMessage) (keys []string, values []json.RawMessage) {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(string(object)))
	if _, err := d.Token(); err != nil {
		t.Fatal(err)
	}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			t.Fatal(err)
		}
		var v json.RawMessage
		if err := d.Decode(&v); err != nil {
			t.Fatal(err)
		}
		keys, values = append(keys, key.(string)), append(values, v)
	}
	return keys, values
}

// TestRealUniswap writes IONX's claims again from their own list. The published file has flags of each account, which no list of claims holds.
func TestRealUniswap(t *testing.T) {
	var file struct {
		MerkleRoot, TokenTotal string
		Claims                 json.RawMessage
	}
	unmarshal(t, real(t, "ionx/ionx-merkle-root.json"), &file)
	keys, values := members(t, file.Claims)
	var rows tree.Rows
	want := `{"merkleRoot":"` + file.MerkleRoot + `","tokenTotal":"` + file.TokenTotal + `","claims":{`
	for i, key := range keys {
		var c struct {
			Index  json.Number
			Amount string
			Proof  json.RawMessage
		}
		unmarshal(t, values[i], &c)
		rows.Accounts, rows.Amounts = append(rows.Accounts, account(t, key)), append(rows.Amounts, fromHex(t, c.Amount))
		if i > 0 {
			want += ","
		}
		want += `"` + key + `":{"index":` + c.Index.String() + `,"amount":"` + c.Amount + `","proof":` + compact(t, c.Proof) + "}"
	}
	slices.Reverse(rows.Accounts)
	slices.Reverse(rows.Amounts)
	same(t, "ionx", streamed(t, "uniswap", build(t, tree.Spec{Profile: lookup(t, "uniswap-v1")}, &rows), Options{}), want+"}}\n")
}

// TestRealAaveRescue compares what its files share with Uniswap's: they name amounts otherwise and hold them in decimal.
func TestRealAaveRescue(t *testing.T) {
	for _, name := range []string{"aave", "stkAave", "uni", "usdt"} {
		var list map[string]struct{ Amount string }
		unmarshal(t, real(t, "aave-rescue/"+name+"RescueMap.json"), &list)
		type claim struct {
			Index               int
			AmountInWei, Amount string
			Proof               []string
		}
		var want, got struct {
			MerkleRoot string
			Claims     map[string]claim
		}
		unmarshal(t, real(t, "aave-rescue/"+name+"RescueMerkleTree.json"), &want)
		var rows tree.Rows
		for _, key := range sortedNames(list) {
			rows.Accounts, rows.Amounts = append(rows.Accounts, account(t, key)), append(rows.Amounts, amount(t, list[key].Amount))
		}
		unmarshal(t, []byte(streamed(t, "uniswap", build(t, tree.Spec{Profile: lookup(t, "uniswap-v1")}, &rows), Options{})), &got)
		if got.MerkleRoot != want.MerkleRoot || len(got.Claims) != len(want.Claims) {
			t.Fatalf("%s: root %s of %d claims, want %s of %d", name, got.MerkleRoot, len(got.Claims), want.MerkleRoot, len(want.Claims))
		}
		for key, w := range want.Claims {
			g := got.Claims[key]
			decimal := w.AmountInWei
			if decimal == "" {
				decimal = w.Amount
			}
			if g.Index != w.Index || fromHex(t, g.Amount).String() != decimal || !slices.Equal(g.Proof, w.Proof) {
				t.Errorf("%s: %s: %+v, want %+v", name, key, g, w)
			}
		}
	}
}

// TestRealJupiter writes the published trees again, to the byte, from the nodes that they list.
func TestRealJupiter(t *testing.T) {
	for _, name := range []string{"jupiter/merkle_tree.json", "jupiter/merkle_tree_test_csv.json", "drift-devnet/0-USDC.tree.json"} {
		text := real(t, name)
		var file airdropFile
		unmarshal(t, text, &file)
		var rows tree.Rows
		for _, n := range file.TreeNodes {
			raw := make([]byte, 32)
			for i, c := range n.Claimant {
				raw[i] = byte(c)
			}
			a, err := merkle.NewAccount(merkle.Solana, raw)
			if err != nil {
				t.Fatal(err)
			}
			rows.Accounts, rows.Amounts, rows.Locked = append(rows.Accounts, a), append(rows.Amounts, amount(t, n.Amount.String())), append(rows.Locked, amount(t, n.LockedAmount.String()))
		}
		built := build(t, tree.Spec{Profile: lookup(t, "jito-v1")}, &rows)
		version := merkle.NewAmount(uint64(*file.AirdropVersion)).String()
		same(t, name, streamed(t, "jupiter", built, Options{With: map[string]string{"version": version}}), string(text))
	}
}

// TestRealDriftList writes the list back as it was published, in base units.
func TestRealDriftList(t *testing.T) {
	text := string(real(t, "drift-devnet/0-USDC.csv"))
	var rows tree.Rows
	for _, line := range strings.Split(strings.TrimSpace(text), "\n")[1:] {
		cells := strings.Split(line, ",")
		rows.Accounts, rows.Amounts, rows.Locked = append(rows.Accounts, account(t, cells[0])), append(rows.Amounts, amount(t, cells[1])), append(rows.Locked, amount(t, cells[2]))
	}
	same(t, "list", streamed(t, "csv-jupiter", build(t, tree.Spec{Profile: lookup(t, "jito-v1")}, &rows), Options{Decimals: 0}), text)
}

// TestRealENS writes the shards of the second airdrop; of an entry only the balance follows from the tree.
func TestRealENS(t *testing.T) {
	real(t, "ens-ep2/root.json")
	var rows tree.Rows
	want := map[string]json.RawMessage{"root.json": real(t, "ens-ep2/root.json")}
	balances := map[string]string{}
	for _, digit := range strings.Split("0123456789abcdef", "") {
		var file struct{ Proof, Entries json.RawMessage }
		unmarshal(t, real(t, "ens-ep2/"+digit+".json"), &file)
		keys, values := members(t, file.Entries)
		text := `{"proof":` + string(file.Proof) + `,"entries":{`
		for i, key := range keys {
			var e struct{ Balance string }
			unmarshal(t, values[i], &e)
			balances[key] = e.Balance
			if i > 0 {
				text += ","
			}
			text += `"` + key + `":{"balance":"` + e.Balance + `"}`
		}
		want[digit+".json"] = json.RawMessage(text + "}}")
	}
	for _, line := range strings.Split(strings.TrimSpace(string(real(t, "ens-ep2/ep2-airdrop.json"))), "\n") { // the original's order of rows
		var r struct{ Owner string }
		unmarshal(t, []byte(line), &r)
		rows.Accounts, rows.Amounts = append(rows.Accounts, account(t, r.Owner)), append(rows.Amounts, amount(t, balances[r.Owner]))
	}
	dir := t.TempDir() + "/ens"
	if _, err := Write(context.Background(), "ens", dir, build(t, tree.Spec{Profile: lookup(t, "ens-v1")}, &rows), Options{}); err != nil {
		t.Fatal(err)
	}
	sameFolder(t, dir, want)
}

// TestRealRocketPool writes the members that follow from the leaves of two intervals.
func TestRealRocketPool(t *testing.T) {
	for _, name := range []string{"rocketpool/rp-rewards-mainnet-0.json", "rocketpool/rp-rewards-mainnet-45.json"} {
		type node struct {
			RewardNetwork                                 int
			CollateralRpl, OracleDaoRpl, SmoothingPoolEth string
			MerkleProof                                   []string
		}
		type file struct {
			Index               int
			Network, MerkleRoot string
			TotalRewards        struct{ TotalCollateralRpl, TotalOracleDaoRpl, NodeOperatorSmoothingPoolEth string }
			NetworkRewards      map[string]struct{ CollateralRpl, OracleDaoRpl, SmoothingPoolEth string }
			NodeRewards         json.RawMessage
		}
		var want, got file
		unmarshal(t, real(t, name), &want)
		keys, values := members(t, want.NodeRewards)
		rows := tree.Rows{Columns: []tree.Column{{Name: "network"}, {Name: "amountETH"}, {Name: "oracleDaoRpl"}}}
		for i, key := range keys {
			var n node
			unmarshal(t, values[i], &n)
			sum, _ := amount(t, n.CollateralRpl).Add(amount(t, n.OracleDaoRpl))
			rows.Accounts, rows.Amounts = append(rows.Accounts, account(t, key)), append(rows.Amounts, sum)
			for c, text := range []string{merkle.NewAmount(uint64(n.RewardNetwork)).String(), n.SmoothingPoolEth, n.OracleDaoRpl} {
				rows.Columns[c].Values = append(rows.Columns[c].Values, text)
			}
		}
		built := build(t, tree.Spec{Profile: lookup(t, "rocketpool-v1")}, &rows)
		o := Options{With: map[string]string{"index": merkle.NewAmount(uint64(want.Index)).String(), "network": "mainnet"}}
		unmarshal(t, []byte(streamed(t, "rocketpool", built, o)), &got)
		if got.Index != want.Index || got.Network != want.Network || got.MerkleRoot != want.MerkleRoot {
			t.Errorf("%s: %d %s %s", name, got.Index, got.Network, got.MerkleRoot)
		}
		if g, w := got.TotalRewards, want.TotalRewards; g.TotalCollateralRpl != w.TotalCollateralRpl || g.TotalOracleDaoRpl != w.TotalOracleDaoRpl || g.NodeOperatorSmoothingPoolEth != w.NodeOperatorSmoothingPoolEth {
			t.Errorf("%s: totals %+v, want %+v", name, g, w)
		}
		if len(got.NetworkRewards) != len(want.NetworkRewards) || got.NetworkRewards["0"] != want.NetworkRewards["0"] {
			t.Errorf("%s: networks %+v, want %+v", name, got.NetworkRewards, want.NetworkRewards)
		}
		gotKeys, gotValues := members(t, got.NodeRewards)
		if !slices.Equal(gotKeys, keys) {
			t.Fatalf("%s: other nodes, or in another order", name)
		}
		for i := range keys {
			var g, w node
			unmarshal(t, gotValues[i], &g)
			unmarshal(t, values[i], &w)
			if g.RewardNetwork != w.RewardNetwork || g.CollateralRpl != w.CollateralRpl || g.OracleDaoRpl != w.OracleDaoRpl || g.SmoothingPoolEth != w.SmoothingPoolEth || !slices.Equal(g.MerkleProof, w.MerkleProof) {
				t.Fatalf("%s: %s: %+v, want %+v", name, keys[i], g, w)
			}
		}
	}
}
