package tools

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"os"
	"strings"
	"testing"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/tree"
)

type solanaCase struct {
	N          int
	Root       string
	TokenTotal string                               `json:"token_total"`
	InputOrder []struct{ Address, Earnings string } `json:"input_order"`
	Claims     []struct {
		Claimant       string
		Index          uint64
		Amount         string
		AmountUnlocked string `json:"amount_unlocked"`
		AmountLocked   string `json:"amount_locked"`
		Proof          []string
	}
}

func solanaCases(t testing.TB, profile string) []solanaCase {
	t.Helper()
	var file struct {
		Profiles map[string]struct{ Cases []solanaCase }
	}
	readJSON(t, "../../fixtures/vectors/solana.json", &file)
	cases := file.Profiles[profile].Cases
	if len(cases) < 5 {
		t.Fatalf("%s: %d cases", profile, len(cases))
	}
	return cases
}

func TestSaberVectors(t *testing.T) {
	for _, c := range solanaCases(t, "saber-distributor") {
		var rows tree.Rows
		for _, r := range c.InputOrder {
			rows.Accounts, rows.Amounts = append(rows.Accounts, account(t, r.Address)), append(rows.Amounts, amount(t, r.Earnings))
		}
		type claim struct {
			Index  uint64   `json:"index"`
			Amount string   `json:"amount"`
			Proof  []string `json:"proof"`
		}
		want := struct {
			MerkleRoot string             `json:"merkleRoot"`
			TokenTotal string             `json:"tokenTotal"`
			Claims     []map[string]claim `json:"claims"`
		}{c.Root, c.TokenTotal, make([]map[string]claim, len(c.Claims))}
		for _, r := range c.Claims {
			if r.Proof == nil {
				r.Proof = []string{}
			}
			want.Claims[r.Index] = map[string]claim{r.Claimant: {r.Index, r.Amount, r.Proof}}
		}
		text, err := json.MarshalIndent(want, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		p := lookup(t, "saber-v1")
		p.TotalBits = 256 // a case has the largest amounts, whose sum no distributor could hold
		same(t, "saber", streamed(t, "saber", build(t, tree.Spec{Profile: p}, &rows), Options{}), string(text))
	}
}

// airdropFile is the tree JSON of Jito and its forks.
type airdropFile struct {
	MerkleRoot     [32]int `json:"merkle_root"`
	AirdropVersion *int    `json:"airdrop_version"`
	MaxNumNodes    int     `json:"max_num_nodes"`
	MaxTotalClaim  json.Number
	TreeNodes      []struct {
		Claimant       [32]int
		Amount         json.Number
		LockedAmount   json.Number `json:"locked_amount"`
		AmountUnlocked json.Number `json:"amount_unlocked"`
		AmountLocked   json.Number `json:"amount_locked"`
		Proof          [][32]int

		UnlockedSearcher json.Number `json:"total_unlocked_searcher"`
		LockedSearcher   json.Number `json:"total_locked_searcher"`
		UnlockedStaker   json.Number `json:"total_unlocked_staker"`
	} `json:"tree_nodes"`
}

func octetsOf(t testing.TB, text string) (out [32]int) {
	t.Helper()
	raw, err := hex.DecodeString(text)
	if err != nil || len(raw) != 32 {
		t.Fatalf("%q: %v", text, err)
	}
	for i, c := range raw {
		out[i] = int(c)
	}
	return out
}

func jitoRows(t testing.TB, c solanaCase) *tree.Rows {
	t.Helper()
	rows := &tree.Rows{}
	for _, r := range c.Claims {
		rows.Accounts = append(rows.Accounts, account(t, r.Claimant))
		rows.Amounts = append(rows.Amounts, amount(t, r.AmountUnlocked))
		rows.Locked = append(rows.Locked, amount(t, r.AmountLocked))
	}
	return rows
}

func TestJitoVectors(t *testing.T) {
	for _, c := range solanaCases(t, "jito-distributor") {
		built := build(t, tree.Spec{Profile: lookup(t, "jito-v1")}, jitoRows(t, c))
		for _, with := range []map[string]string{nil, {"category": "searcher"}} {
			var got airdropFile
			unmarshal(t, []byte(streamed(t, "jito", built, Options{With: with})), &got)
			if got.MerkleRoot != octetsOf(t, c.Root) || got.MaxNumNodes != c.N || len(got.TreeNodes) != c.N || got.AirdropVersion != nil {
				t.Fatalf("n=%d: %+v", c.N, got)
			}
			for i, r := range c.Claims {
				n := got.TreeNodes[i]
				unlocked, locked := n.AmountUnlocked, n.AmountLocked
				if with != nil {
					unlocked, locked = n.UnlockedSearcher, n.LockedSearcher
					if n.UnlockedStaker != "0" || n.AmountUnlocked != "" {
						t.Errorf("n=%d: node %d has other amounts: %+v", c.N, i, n)
					}
				}
				if unlocked.String() != r.AmountUnlocked || locked.String() != r.AmountLocked || len(n.Proof) != len(r.Proof) {
					t.Fatalf("n=%d: node %d: %+v, want %+v", c.N, i, n, r)
				}
				for k := range r.Proof {
					if n.Proof[k] != octetsOf(t, r.Proof[k]) {
						t.Errorf("n=%d: node %d: proof entry %d", c.N, i, k)
					}
				}
			}
		}
	}
}

// TestJupiterSplit cuts a list of 5 into trees of 2, 2 and 1, whose files are those of trees built from the parts.
func TestJupiterSplit(t *testing.T) {
	c := solanaCases(t, "jito-distributor")[4]
	rows := jitoRows(t, c)
	p := lookup(t, "jito-v1")
	dir := t.TempDir() + "/trees"
	made, err := Write(context.Background(), "jupiter", dir, build(t, tree.Spec{Profile: p}, rows), Options{Split: 2, With: map[string]string{"version": "7"}})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]json.RawMessage{}
	var leaves int
	for i, bounds := range [][2]int{{0, 2}, {2, 4}, {4, 5}} {
		lo, hi := bounds[0], bounds[1]
		part := build(t, tree.Spec{Profile: p}, &tree.Rows{Accounts: rows.Accounts[lo:hi], Amounts: rows.Amounts[lo:hi], Locked: rows.Locked[lo:hi]})
		version := string(rune('7' + i))
		text := streamed(t, "jupiter", part, Options{With: map[string]string{"version": version}})
		if !strings.Contains(text, `"airdrop_version": `+version+",") {
			t.Errorf("no version %s", version)
		}
		name := "tree_" + string(rune('0'+i)) + ".json"
		want[name] = json.RawMessage(text)
		if made[i].Name != name || made[i].Root != part.Root() || made[i].Total != total(part) {
			t.Errorf("%+v", made[i])
		}
		leaves += made[i].Leaves
	}
	if len(made) != 3 || leaves != 5 {
		t.Errorf("%+v", made)
	}
	for name, text := range want {
		got, err := os.ReadFile(dir + "/" + name)
		if err != nil {
			t.Fatal(err)
		}
		same(t, name, string(got), string(text))
	}
}

func total(built *tree.Tree) merkle.Amount {
	sum, _ := built.Total()
	return sum
}

// TestJupiterKV fills files of 3 entries over trees of 2.
func TestJupiterKV(t *testing.T) {
	c := solanaCases(t, "jito-distributor")[4]
	rows := jitoRows(t, c)
	at := []string{"HS8EQ8QkQSBJggY8r255AKdWbtYRtyNMoRt4LjNkkWm1", "8Xm3tkQH581s3MoRHWUNYA5jKbgPATW4tJAAxgwDC6T6", "DiS3nNjFVMieMgmiQFm6wgJL7nevk4NrhXKLbtEH1Z2R"}
	dir := t.TempDir() + "/kv"
	built := build(t, tree.Spec{Profile: lookup(t, "jito-v1")}, rows)
	o := Options{Split: 2, With: map[string]string{"entries": "3"}, Distributor: func(version uint64) (merkle.Account, error) { return account(t, at[version]), nil }}
	made, err := Write(context.Background(), "jupiter-kv", dir, built, o)
	if err != nil {
		t.Fatal(err)
	}
	if len(made) != 3 {
		t.Fatalf("%+v", made)
	}
	type entry struct {
		MerkleTree   string `json:"merkle_tree"`
		Amount       json.Number
		LockedAmount json.Number `json:"locked_amount"`
		Proof        [][]byteNumber
	}
	seen := 0
	for i, size := range []int{3, 2} {
		var file map[string]entry
		readJSON(t, dir+"/"+string(rune('0'+i))+".json", &file)
		if len(file) != size {
			t.Fatalf("file %d: %d entries", i, len(file))
		}
		for row, r := range c.Claims {
			got, ok := file[r.Claimant]
			if !ok {
				continue
			}
			seen++
			if got.MerkleTree != at[row/2] || got.Amount.String() != r.AmountUnlocked || got.LockedAmount.String() != r.AmountLocked {
				t.Errorf("row %d: %+v", row, got)
			}
			rows, err := newJob(context.Background(), built, Options{}).slice(row/2*2, min(row/2*2+2, 5))
			if err != nil {
				t.Fatal(err)
			}
			part := build(t, built.Spec(), rows)
			proof := part.Proof(row%2, nil)
			if len(proof) != len(got.Proof) {
				t.Fatalf("row %d: %d proof entries", row, len(got.Proof))
			}
			for k := range proof {
				for n, b := range proof[k] {
					if byteNumber(b) != got.Proof[k][n] {
						t.Fatalf("row %d: proof entry %d", row, k)
					}
				}
			}
		}
	}
	if seen != 5 {
		t.Errorf("%d entries of 5", seen)
	}
	o.With["distributor"] = at[0]
	if _, err := Write(context.Background(), "jupiter-kv", dir+"2", built, o); err == nil {
		t.Error("one distributor for three trees was taken")
	}
}

// byteNumber keeps encoding/json from reading an array of numbers as base64.
type byteNumber uint8
