package tree

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// publishedText reads a published list that is not one JSON value.
func publishedText(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("../../shared/real", name))
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("published list %s is not here: it belongs to its publisher and is not shipped", name)
	}
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// Convex's leaf is text.
func TestReal_convex(t *testing.T) {
	var list struct{ Addresses map[string]string }
	var file struct {
		Root  string
		Users map[string]struct {
			Leaf  string
			Proof []string
		}
	}
	published(t, "convex-eps/user_eps_final.json", &list)
	published(t, "convex-eps/drop_proofs.json", &file)
	r, wants := &Rows{}, []want{}
	for _, who := range slices.Sorted(maps.Keys(list.Addresses)) {
		r.Accounts, r.Amounts = append(r.Accounts, account(t, who)), append(r.Amounts, amount(t, list.Addresses[who]))
		u, ok := file.Users[who]
		if !ok {
			t.Fatalf("%s has no proof", who)
		}
		wants = append(wants, want{leaf: u.Leaf, preimage: hexText([]byte(strings.ToLower(who) + " " + list.Addresses[who])), proof: u.Proof, hasProof: true})
	}
	if len(wants) != 3002 {
		t.Errorf("%d rows", len(wants))
	}
	expect(t, build(t, Spec{Profile: lookup(t, "text-v1"), Order: OrderProfile}, r), file.Root, wants)
}

// One leaf holds RPL and ETH; the published sums of a node's RPL are of its two parts.
func TestReal_rocketPool(t *testing.T) {
	for interval, rows := range map[int]int{0: 1352, 45: 1632} {
		var file struct {
			MerkleRoot  string
			NodeRewards map[string]struct {
				RewardNetwork                                 json.Number
				CollateralRpl, OracleDaoRpl, SmoothingPoolEth string
				MerkleProof                                   []string
			}
		}
		published(t, fmt.Sprintf("rocketpool/rp-rewards-mainnet-%d.json", interval), &file)
		r, wants := &Rows{Columns: []Column{{Name: "network"}, {Name: "amountETH"}}}, []want{}
		for who, n := range file.NodeRewards {
			rpl, ok := amount(t, n.CollateralRpl).Add(amount(t, n.OracleDaoRpl))
			if !ok {
				t.Fatalf("%s: sum of RPL", who)
			}
			r.Accounts, r.Amounts = append(r.Accounts, account(t, who)), append(r.Amounts, rpl)
			r.Columns[0].Values = append(r.Columns[0].Values, n.RewardNetwork.String())
			r.Columns[1].Values = append(r.Columns[1].Values, n.SmoothingPoolEth)
			wants = append(wants, want{proof: n.MerkleProof, hasProof: true})
		}
		if len(wants) != rows {
			t.Errorf("interval %d: %d rows, want %d", interval, len(wants), rows)
		}
		expect(t, build(t, Spec{Profile: lookup(t, "rocketpool-v1"), Order: OrderProfile}, r), file.MerkleRoot, wants)
	}
}

// The published list gives the rows, the shards their amounts and proofs.
func TestReal_ens(t *testing.T) {
	var root struct{ Root, Total string }
	published(t, "ens-ep2/root.json", &root)
	proofs, balances := map[string][]string{}, map[string]string{}
	for digit := range 16 {
		var shard struct {
			Proof   []string
			Entries map[string]struct{ Balance string }
		}
		published(t, fmt.Sprintf("ens-ep2/%x.json", digit), &shard)
		for who, e := range shard.Entries {
			proofs[who], balances[who] = shard.Proof, e.Balance
		}
	}
	r, outer := &Rows{}, [][]string{}
	for line := range strings.Lines(publishedText(t, "ens-ep2/ep2-airdrop.json")) {
		row := decode[struct {
			Owner  string
			Past   string `json:"past_tokens"`
			Future string `json:"future_tokens"`
		}](t, json.RawMessage(line))
		sum, ok := amount(t, row.Past).Add(amount(t, row.Future))
		if !ok || sum.String() != balances[row.Owner] {
			t.Fatalf("%s: %s, the shard has %s", row.Owner, sum, balances[row.Owner])
		}
		r.Accounts, r.Amounts = append(r.Accounts, account(t, row.Owner)), append(r.Amounts, sum)
		outer = append(outer, proofs[row.Owner])
	}
	if len(outer) != 2015 || len(balances) != 2015 {
		t.Errorf("%d rows, %d in shards", len(outer), len(balances))
	}
	tree := build(t, Spec{Profile: lookup(t, "ens-v1"), Order: OrderProfile}, r)
	expect(t, tree, root.Root, nil)
	for i := range outer {
		proof := tree.Proof(i, nil)
		if !Verify(tree.Profile(), tree.Leaf(i), tree.Sides(i), proof, tree.Root()) {
			t.Fatalf("row %d: the proof does not lead to the root", i)
		}
		proof = proof[len(proof)-len(outer[i]):]
		for j := range proof {
			if proof[j] != hash(t, outer[i][j]) {
				t.Fatalf("row %d: entry %d of the shard's proof is %s, want %s", i, j, proof[j], outer[i][j])
			}
		}
	}
	if sum, ok := tree.Total(); !ok || sum.String() != root.Total {
		t.Errorf("total %s, %v, want %s", sum, ok, root.Total)
	}
}

// safeRows reads a list of vestings; the ids that some lists state are the leaves.
func safeRows(t *testing.T, name, contract string) (Spec, *Rows, []string) {
	rows, err := csv.NewReader(strings.NewReader(publishedText(t, "safe/"+name))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	s := Spec{Profile: lookup(t, "safe-vesting-v1"), Order: OrderProfile, Constants: map[string]string{"chainId": "1", "verifyingContract": contract}}
	r, ids := &Rows{Columns: []Column{{Name: "durationWeeks"}, {Name: "startDate"}}}, []string(nil)
	for _, row := range rows[1:] {
		for i, cell := range row {
			field, ok := s.Profile.Match(rows[0][i])
			switch {
			case !ok && rows[0][i] == "vestingId":
				ids = append(ids, cell)
			case !ok:
				t.Fatalf("column %s is for no field", rows[0][i])
			case s.Profile.Fields[field].Name == "account":
				r.Accounts = append(r.Accounts, account(t, cell))
			case s.Profile.Fields[field].Name == "amount":
				r.Amounts = append(r.Amounts, amount(t, cell))
			case s.Profile.Fields[field].Name == "durationWeeks":
				r.Columns[0].Values = append(r.Columns[0].Values, cell)
			default:
				at, err := time.Parse(time.RFC3339, cell)
				if err != nil {
					t.Fatal(err)
				}
				r.Columns[1].Values = append(r.Columns[1].Values, fmt.Sprint(at.Unix()))
			}
		}
	}
	return s, r, ids
}

func TestReal_safe(t *testing.T) {
	s, r, _ := safeRows(t, "ecosystem_airdrop.csv", "0x29067F28306419923BCfF96E37F95E0f58ABdBBe")
	tree := build(t, s, r)
	expect(t, tree, "0xee004639ebb0a79986f416ad7d17dd736a8240fc1b90c844d2076e715098ea01", make([]want, 147))
	if got := tree.Spec().Constants["curveType"]; got != "0" || s.Constants["curveType"] != "" {
		t.Errorf("curveType %q of the tree, %q of the caller", got, s.Constants["curveType"])
	}

	s, r, ids := safeRows(t, "investor_vestings.csv", "0x96B71e2551915d98d22c448b040A3BC4801eA4ff")
	tree = build(t, s, r)
	if len(ids) != 70 {
		t.Fatalf("%d vestings", len(ids))
	}
	for i, id := range ids {
		if tree.Leaf(i) != hash(t, id) {
			t.Errorf("row %d: leaf %s, want the stated vestingId %s", i, tree.Leaf(i), id)
		}
	}
}

// One owner stands in this list twice, in two spellings and with different amounts: two vestings, which the contract tells apart.
func TestReal_safeOwnerTwice(t *testing.T) {
	s, r, _ := safeRows(t, "sap_boosted_airdrop.csv", "0x29067F28306419923BCfF96E37F95E0f58ABdBBe")
	s.Profile.Key = []string{"account"}
	var rows *RowErrors
	if _, err := Build(t.Context(), s, r); !errors.As(err, &rows) || !errors.Is(err, ErrDuplicate) || len(rows.List) != 1 {
		t.Fatalf("got %v, want one owner there twice", err)
	}
	a, b := rows.List[0].Row, rows.List[0].Other
	if r.Accounts[a] != r.Accounts[b] {
		t.Fatalf("rows %d and %d differ", a, b)
	}
	s.Profile.Key = lookup(t, "safe-vesting-v1").Key
	_, err := Build(t.Context(), s, r)
	if same := r.Amounts[a] == r.Amounts[b]; same != errors.Is(err, ErrDuplicate) {
		t.Errorf("amounts %s and %s: %v", r.Amounts[a], r.Amounts[b], err)
	}
}
