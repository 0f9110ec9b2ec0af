package tree

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	merkle "github.com/merkle-drop/merkle"
)

// published reads a published list; they are not part of this repository.
func published(t *testing.T, name string, into any) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("../../shared/real", name))
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("published list %s is not here: it belongs to its publisher and is not shipped", name)
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, into); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

func hexAmount(t *testing.T, text string) merkle.Amount {
	t.Helper()
	v, ok := new(big.Int).SetString(text, 0)
	a, fits := merkle.AmountFromBig(v)
	if !ok || !fits {
		t.Fatalf("amount %q", text)
	}
	return a
}

type realClaim struct {
	Index               *uint64
	Amount, AmountInWei string
	Beneficiary         string
	Proof               []string
}

func TestReal_uniswap(t *testing.T) {
	for _, name := range []string{
		"ionx/ionx-merkle-root.json", "aave-rescue/aaveRescueMerkleTree.json", "aave-rescue/stkAaveRescueMerkleTree.json",
		"aave-rescue/uniRescueMerkleTree.json", "aave-rescue/usdtRescueMerkleTree.json",
	} {
		t.Run(name, func(t *testing.T) {
			var file struct {
				MerkleRoot string
				Claims     map[string]realClaim
			}
			published(t, name, &file)
			r, wants, index := &Rows{}, []want{}, []uint64{}
			for _, who := range slices.Sorted(maps.Keys(file.Claims)) {
				c := file.Claims[who]
				text := c.AmountInWei
				if text == "" {
					text = c.Amount
				}
				r.Accounts, r.Amounts = append(r.Accounts, account(t, who)), append(r.Amounts, hexAmount(t, text))
				index, wants = append(index, *c.Index), append(wants, want{proof: c.Proof, hasProof: true})
			}
			tree := build(t, Spec{Profile: lookup(t, "uniswap-v1"), Order: OrderProfile}, r)
			expect(t, tree, file.MerkleRoot, wants)
			for i := range index {
				if got, _ := tree.Index(i); got != index[i] {
					t.Errorf("row %d: index %d, want %d", i, got, index[i])
				}
			}
		})
	}
}

// The source list of PoolTogether has 17,072 rows and gives the index by the sort of EIP-55 texts.
func TestReal_poolTogether(t *testing.T) {
	text, err := os.ReadFile("../../shared/real/pooltogether/bq-results-20210202-094742-fvr9ifm390n3.json")
	if err != nil {
		t.Skipf("the published list is not here: %v", err)
	}
	r := &Rows{}
	for line := range strings.Lines(string(text)) {
		row := decode[struct{ Address, Earnings string }](t, json.RawMessage(line))
		r.Accounts, r.Amounts = append(r.Accounts, account(t, row.Address)), append(r.Amounts, hexAmount(t, row.Earnings))
	}
	tree := build(t, Spec{Profile: lookup(t, "uniswap-v1"), Order: OrderProfile}, r)
	expect(t, tree, "0xd0efdfaf3f46b5aad83e628951bf1dc7f60c95f8ef00c6b867c88917246b44dd", nil)
}

func TestReal_fei(t *testing.T) {
	var roots map[string]string
	var balances map[string]map[string]string
	var proofs map[string]map[string][]string
	published(t, "fei/roots.json", &roots)
	published(t, "fei/mergedBalances.json", &balances)
	published(t, "fei/proofs.json", &proofs)
	p := lookup(t, "address-amount-packed-v1")
	lower := func(s string) string { return strings.ToLower(strings.TrimSpace(s)) } // keys differ in case, one ends with a blank
	rootOf := map[string]string{}
	for token, root := range roots {
		rootOf[lower(token)] = root
	}
	proofOf := map[string][]string{}
	for token, list := range proofs {
		for who, proof := range list {
			proofOf[lower(token)+lower(who)] = proof
		}
	}
	for token, list := range balances {
		r, wants := &Rows{}, []want{}
		for who, much := range list {
			r.Accounts, r.Amounts = append(r.Accounts, account(t, lower(who))), append(r.Amounts, amount(t, much))
			proof, ok := proofOf[lower(token)+lower(who)]
			wants = append(wants, want{proof: proof, hasProof: ok})
		}
		expect(t, build(t, Spec{Profile: p, Order: OrderProfile}, r), rootOf[lower(token)], wants)
	}
}

func TestReal_threshold(t *testing.T) {
	for _, month := range []string{"2025-08-01", "2025-09-01"} {
		var file struct {
			MerkleRoot string
			Claims     map[string]realClaim
		}
		published(t, "threshold/"+month+"/MerkleDist.json", &file)
		p := lookup(t, "threshold-v1")
		r, wants := &Rows{Columns: []Column{{Name: "beneficiary"}}}, []want{}
		for who, c := range file.Claims {
			r.Accounts, r.Amounts = append(r.Accounts, account(t, who)), append(r.Amounts, amount(t, c.Amount))
			r.Columns[0].Values = append(r.Columns[0].Values, c.Beneficiary)
			wants = append(wants, want{proof: c.Proof, hasProof: true})
		}
		expect(t, build(t, Spec{Profile: p, Order: OrderProfile}, r), file.MerkleRoot, wants)
	}
}

// Lisk's leaf has two arrays of free length.
func TestReal_lisk(t *testing.T) {
	var file struct {
		Leaves []struct {
			B32Address                  string
			BalanceBeddows              json.Number
			NumberOfSignatures          json.Number
			MandatoryKeys, OptionalKeys []string
			Proof                       []string
		}
	}
	var root struct{ MerkleRoot string }
	published(t, "lisk-devnet/merkle-leaves.json", &file)
	published(t, "lisk-devnet/merkle-root.json", &root)
	p, err := lookup(t, "oz-standard-v1").WithFields([]string{"holder:bytes20", "balance:uint64", "signatures:uint32", "mandatory:bytes32[]", "optional:bytes32[]"})
	if err != nil {
		t.Fatal(err)
	}
	r, wants := &Rows{Columns: []Column{{Name: "holder"}, {Name: "balance"}, {Name: "signatures"}, {Name: "mandatory"}, {Name: "optional"}}}, []want{}
	for _, l := range file.Leaves {
		for i, text := range []string{l.B32Address, l.BalanceBeddows.String(), l.NumberOfSignatures.String(), "[" + strings.Join(l.MandatoryKeys, ",") + "]", "[" + strings.Join(l.OptionalKeys, ",") + "]"} {
			r.Columns[i].Values = append(r.Columns[i].Values, text)
		}
		wants = append(wants, want{proof: l.Proof, hasProof: true})
	}
	expect(t, build(t, Spec{Profile: p, Order: OrderProfile}, r), root.MerkleRoot, wants)
}

type rawHash [32]byte

func (h rawHash) text() string { return hexText(h[:]) }

func TestReal_jito(t *testing.T) {
	for _, name := range []string{"jupiter/merkle_tree.json", "jupiter/merkle_tree_test_csv.json", "drift-devnet/0-USDC.tree.json"} {
		t.Run(name, func(t *testing.T) {
			var file struct {
				Root  rawHash `json:"merkle_root"`
				Nodes []struct {
					Claimant rawHash
					Amount   json.Number
					Locked   json.Number `json:"locked_amount"`
					Proof    []rawHash
				} `json:"tree_nodes"`
			}
			published(t, name, &file)
			r, wants := &Rows{}, []want{}
			for _, n := range file.Nodes {
				a, err := merkle.NewAccount(merkle.Solana, n.Claimant[:])
				if err != nil {
					t.Fatal(err)
				}
				r.Accounts = append(r.Accounts, a)
				r.Amounts = append(r.Amounts, amount(t, string(n.Amount)))
				r.Locked = append(r.Locked, amount(t, string(n.Locked)))
				w := want{hasProof: true}
				for _, h := range n.Proof {
					w.proof = append(w.proof, h.text())
				}
				wants = append(wants, w)
			}
			expect(t, build(t, Spec{Profile: lookup(t, "jito-v1"), Order: OrderProfile}, r), file.Root.text(), wants)
		})
	}
}

func TestReal_driftList(t *testing.T) {
	f, err := os.Open("../../shared/real/drift-devnet/0-USDC.csv")
	if err != nil {
		t.Skipf("the published list is not here: %v", err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	r := &Rows{}
	for _, row := range rows[1:] {
		r.Accounts, r.Amounts, r.Locked = append(r.Accounts, account(t, row[0])), append(r.Amounts, amount(t, row[1])), append(r.Locked, amount(t, row[2]))
	}
	expect(t, build(t, Spec{Profile: lookup(t, "jito-v1"), Order: OrderProfile}, r), "0xac383e78cff27bcccf9725373931e4a64c1813024f2370c59260b3d7551da714", nil)
}
