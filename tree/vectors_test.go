package tree

import (
	"context"
	"encoding/json"
	"math/big"
	"os"
	"slices"
	"strings"
	"testing"

	merkle "github.com/merkle-drop/merkle"
)

// load reads a file of fixtures/vectors, which other implementations made.
func load(t testing.TB, name string, into any) {
	t.Helper()
	text, err := os.ReadFile("../fixtures/vectors/" + name)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, into); err != nil {
		t.Fatal(err)
	}
}

func account(t testing.TB, text string) merkle.Account {
	t.Helper()
	a, err := merkle.ParseAccount(text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return a
}

func amount(t testing.TB, text string) merkle.Amount {
	t.Helper()
	a, err := merkle.ParseAmount(text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return a
}

// hash reads a hash of any width, with or without 0x.
func hash(t testing.TB, text string) (h merkle.Hash) {
	t.Helper()
	if text != "" && !strings.HasPrefix(text, "0x") {
		text = "0x" + text
	}
	raw, err := parseHex(text)
	if err != nil || len(raw) > 32 || len(raw) == 0 {
		t.Fatalf("hash %q: %v", text, err)
	}
	copy(h[:], raw)
	return h
}

func lookup(t testing.TB, name string) Profile {
	t.Helper()
	p, err := Lookup(name)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func build(t testing.TB, s Spec, r *Rows) *Tree {
	t.Helper()
	tree, err := Build(context.Background(), s, r)
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

// want is what an outside implementation gives for one row; empty parts were not stated.
type want struct {
	leaf, preimage string
	proof          []string
	hasProof       bool
}

// expect compares a tree with outside values and folds each outside proof.
func expect(t *testing.T, tree *Tree, root string, rows []want) {
	t.Helper()
	if tree.Root() != hash(t, root) {
		t.Fatalf("root: got %s, want %s", tree.Root(), root)
	}
	for i, w := range rows {
		if w.preimage != "" && hexText(tree.Preimage(nil, i)) != "0x"+strings.TrimPrefix(w.preimage, "0x") {
			t.Errorf("row %d: pre-image %x, want %s", i, tree.Preimage(nil, i), w.preimage)
		}
		if w.leaf != "" && tree.Leaf(i) != hash(t, w.leaf) {
			t.Errorf("row %d: leaf %s, want %s", i, tree.Leaf(i), w.leaf)
		}
		proof := tree.Proof(i, nil)
		if !Verify(tree.Profile(), tree.Leaf(i), tree.Sides(i), proof, tree.Root()) {
			t.Errorf("row %d: the proof does not lead to the root", i)
		}
		if !w.hasProof {
			continue
		}
		if len(proof) != len(w.proof) {
			t.Errorf("row %d: %d proof entries, want %d", i, len(proof), len(w.proof))
			continue
		}
		for j := range proof {
			if proof[j] != hash(t, w.proof[j]) {
				t.Errorf("row %d: proof entry %d: got %s, want %s", i, j, proof[j], w.proof[j])
			}
		}
	}
}

type evmVector struct {
	ID           string
	LeafEncoding []string
	Options      struct{ SortLeaves *bool }
	Values       json.RawMessage
	Leaves       []struct {
		Index                     *uint64
		Account, Amount, Address  string
		User, Token               string
		CumulativeAmount          string
		Value                     json.RawMessage
		Preimage, Inner, LeafHash string
		Leaf128, MaxClaimable     string
		Proof                     json.RawMessage
		ProofBytes, ClaimIndex    string
	}
	Root      string
	ClaimFile struct {
		Claims map[string]struct{ Proof []string }
	}
	Output     json.RawMessage
	Input      json.RawMessage
	Earners    json.RawMessage
	ParamSet   *struct{ TwoLevel bool }
	PaddedRoot string
	Proofs     [][]string
}

func evmVectors(t *testing.T, prefix string) (out []evmVector) {
	t.Helper()
	var file struct{ Vectors []json.RawMessage }
	load(t, "evm.json", &file)
	for _, raw := range file.Vectors {
		var id struct{ ID string }
		if err := json.Unmarshal(raw, &id); err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(id.ID, prefix) {
			var v evmVector
			if err := json.Unmarshal(raw, &v); err != nil {
				t.Fatalf("%s: %v", id.ID, err)
			}
			out = append(out, v)
		}
	}
	if len(out) == 0 {
		t.Fatalf("no vector %s…", prefix)
	}
	return out
}

func decode[T any](t *testing.T, raw json.RawMessage) (v T) {
	t.Helper()
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatalf("%s: %v", raw, err)
	}
	return v
}

func TestVectors_uniswap(t *testing.T) {
	for _, v := range evmVectors(t, "uniswap-v1-") {
		t.Run(v.ID, func(t *testing.T) {
			r, wants, given := &Rows{}, []want{}, []uint64{}
			for _, l := range v.Leaves {
				r.Accounts = append(r.Accounts, account(t, l.Account))
				r.Amounts = append(r.Amounts, amount(t, l.Amount))
				given = append(given, *l.Index)
				wants = append(wants, want{leaf: l.LeafHash, preimage: l.Preimage, proof: v.ClaimFile.Claims[l.Account].Proof, hasProof: true})
			}
			s := Spec{Profile: lookup(t, "uniswap-v1"), Order: OrderProfile}
			expect(t, build(t, s, r), v.Root, wants)
			for i, j := 0, len(given)-1; i < j; i, j = i+1, j-1 { // input order has no say
				r.Accounts[i], r.Accounts[j], r.Amounts[i], r.Amounts[j] = r.Accounts[j], r.Accounts[i], r.Amounts[j], r.Amounts[i]
				wants[i], wants[j], given[i], given[j] = wants[j], wants[i], given[j], given[i]
			}
			tree := build(t, s, r)
			expect(t, tree, v.Root, wants)
			for i := range given {
				if got, ok := tree.Index(i); !ok || got != given[i] {
					t.Errorf("row %d: index %d, want %d", i, got, given[i])
				}
			}
			r.Index = given
			expect(t, build(t, s, r), v.Root, wants)
		})
	}
}

func TestVectors_uniswapOldFormat(t *testing.T) {
	for _, v := range evmVectors(t, "uniswap-oldformat") {
		out := decode[struct {
			MerkleRoot string
			Claims     map[string]struct{ Amount string }
		}](t, v.Output)
		for who, c := range out.Claims {
			w, err := (&fieldType{kind: fixedKind, size: 32}).word("0x" + strings.Repeat("0", 64-len(c.Amount)+2) + c.Amount[2:])
			if err != nil {
				t.Fatal(err)
			}
			a, _ := merkle.AmountFromBig(new(big.Int).SetBytes(w[:]))
			tree := build(t, Spec{Profile: lookup(t, "uniswap-v1"), Order: OrderProfile}, &Rows{Accounts: []merkle.Account{account(t, who)}, Amounts: []merkle.Amount{a}})
			expect(t, tree, out.MerkleRoot, []want{{hasProof: true}})
		}
	}
}

// The Tokensoft generator takes the index from its input and each leaf field from a list.
func TestVectors_tokensoft(t *testing.T) {
	for _, v := range evmVectors(t, "tokensoft-") {
		entry := "tokensoft-v1"
		if strings.Contains(v.ID, "continuous") {
			entry = "tokensoft-continuous-v1"
		}
		t.Run(v.ID, func(t *testing.T) {
			type data struct {
				Name, Type string
				Value      json.RawMessage
			}
			out := decode[struct {
				Claims map[string]struct {
					Proof []string
					Data  []data
				}
			}](t, v.Output)
			s := Spec{Profile: lookup(t, entry), Order: OrderProfile}
			r, wants := &Rows{}, []want{}
			for _, f := range s.Profile.Fields[3:] {
				r.Columns = append(r.Columns, Column{Name: f.Name})
			}
			for _, c := range out.Claims {
				for i, d := range c.Data {
					text := strings.Trim(string(d.Value), `"`)
					switch field, ok := s.Profile.Match(d.Name); {
					case !ok || field != i:
						t.Fatalf("%s is for field %d, want %d", d.Name, field, i)
					case i == 0:
						r.Index = append(r.Index, decode[uint64](t, json.RawMessage(text)))
					case i == 1:
						r.Accounts = append(r.Accounts, account(t, text))
					case i == 2:
						r.Amounts = append(r.Amounts, amount(t, text))
					default:
						r.Columns[i-3].Values = append(r.Columns[i-3].Values, text)
					}
				}
				wants = append(wants, want{proof: c.Proof, hasProof: true})
			}
			expect(t, build(t, s, r), v.Root, wants)
		})
	}
}

// ozRows reads the values of a StandardMerkleTree vector for a list of "name:type" fields.
func ozRows(t *testing.T, fields []string, values [][]string) *Rows {
	t.Helper()
	r := &Rows{}
	for i, f := range fields {
		name, _, _ := strings.Cut(f, ":")
		if name != "account" && name != "token" && name != "amount" && name != "index" {
			r.Columns = append(r.Columns, Column{Name: name})
		}
		for _, v := range values {
			switch name {
			case "account":
				r.Accounts = append(r.Accounts, account(t, v[i]))
			case "token":
				r.Tokens = append(r.Tokens, account(t, v[i]))
			case "amount":
				r.Amounts = append(r.Amounts, amount(t, v[i]))
			case "index":
				r.Index = append(r.Index, decode[uint64](t, json.RawMessage(v[i])))
			default:
				c := &r.Columns[len(r.Columns)-1]
				c.Values = append(c.Values, v[i])
			}
		}
	}
	return r
}

func TestVectors_openZeppelin(t *testing.T) {
	for prefix, entry := range map[string]string{
		"oz-standard-": "oz-standard-v1", "oz-standard-address-uint256": "hedgey-v1", "sablier-": "sablier-v1", "morpho-": "morpho-urd-v1", "lido-": "lido-csm-v1",
	} {
		for _, v := range evmVectors(t, prefix) {
			t.Run(v.ID+"/"+entry, func(t *testing.T) {
				p := lookup(t, entry)
				var fields []string
				for _, f := range p.Fields {
					fields = append(fields, f.Source+":"+f.Type)
				}
				var values [][]string
				var wants []want
				for _, l := range v.Leaves {
					values = append(values, decode[[]string](t, l.Value))
					wants = append(wants, want{l.LeafHash, l.Preimage, decode[[]string](t, l.Proof), true})
				}
				s := Spec{Profile: p, Order: OrderProfile, KeepDuplicates: strings.Contains(v.ID, "duplicate")}
				if v.Options.SortLeaves != nil && !*v.Options.SortLeaves {
					s.Order = OrderInput
				}
				rows := ozRows(t, fields, values)
				tree := build(t, s, rows)
				if s.KeepDuplicates {
					wants = nil // a value stands for several leaves: OZ gives the proof of the last
					if tree.Len() != len(values) {
						t.Errorf("%d leaves of %d rows: equal leaves are kept", tree.Len(), len(values))
					}
				}
				expect(t, tree, v.Root, wants)
				free, err := lookup(t, "oz-standard-v1").WithFields(fields) // the same leaf as a type list
				if err != nil {
					t.Fatal(err)
				}
				s.Profile = free
				if rows.Index == nil && free.Index == IndexGiven {
					for i := range values {
						rows.Index = append(rows.Index, uint64(i))
					}
				}
				expect(t, build(t, s, rows), v.Root, wants)
			})
		}
	}
}

// TestVectors_noneLeftOut wants each vector in one of the tests of this package.
func TestVectors_noneLeftOut(t *testing.T) {
	known := []string{
		"uniswap-v1-", "uniswap-oldformat", "oz-standard-", "oz-simple-", "sablier-", "morpho-", "lido-", "hedgey-docs", "merkl-dispute", "merkl-sdk", "eigenlayer-e",
		"eigenlayer-mixedcase", "rocketpool-", "1inch-signature128", "1inch-cumulative-", "1inch-cumulative128", "thirdweb-sharded-v1", "tokensoft-", "negative-64-byte",
		"murky-", "solady-",
	}
	var evm struct{ Vectors []struct{ ID string } }
	load(t, "evm.json", &evm)
	for _, v := range evm.Vectors {
		if !slices.ContainsFunc(known, func(prefix string) bool { return strings.HasPrefix(v.ID, prefix) }) {
			t.Errorf("no test rebuilds %s", v.ID)
		}
	}
	var file struct{ Profiles map[string]json.RawMessage }
	load(t, "solana.json", &file)
	solana := []string{"jito-distributor", "jupiter-ts-test-tree", "jito-tip-distribution", "saber-distributor", "mpl-distro", "pyth-wormhole-token-dispenser"}
	for name := range file.Profiles {
		if !slices.Contains(solana, name) {
			t.Errorf("no test rebuilds %s", name)
		}
	}
}
