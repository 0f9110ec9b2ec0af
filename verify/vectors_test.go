package verify

import (
	"bytes"
	"encoding/json"
	"math/big"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// readVectors reads one of the outside vector files; numbers keep their digits.
func readVectors(t *testing.T, name string, into any) {
	t.Helper()
	data, err := os.ReadFile("../fixtures/vectors/" + name)
	if err != nil {
		t.Fatal(err)
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	if err := dec.Decode(into); err != nil {
		t.Fatal(err)
	}
}

type vectorLeaf struct {
	account []byte
	cells   []string
	hash    string // 64 lower-case digits
	proof   []string
}

// checkVectorTree takes leaves in the order of the tree and compares leaf hashes, root and proofs.
func checkVectorTree(t *testing.T, rule *leafRule, leaves []vectorLeaf, root string) {
	t.Helper()
	h, hashes := newHasher(rule.hash), make([]digest, len(leaves))
	for i, l := range leaves {
		d, err := rule.leaf(h, l.account, l.cells)
		if err != nil {
			t.Fatalf("leaf %d: %v", i, err)
		}
		if hexText(d[:]) != l.hash {
			t.Errorf("leaf %d: %x, want %s", i, d, l.hash)
		}
		hashes[i] = d
	}
	s := rule.shaper()
	got := s.root(hashes)
	if hexText(got[:]) != root {
		t.Errorf("root %x, want %s", got, root)
	}
	all := s.build(hashes, depthOf(rule.shape, len(hashes)))
	if all.root() != got {
		t.Errorf("built root %x, recursive root %x", all.root(), got)
	}
	for i, l := range leaves {
		proof := all.proof(nil, i)
		var text []string
		for _, d := range proof {
			text = append(text, hexText(d[:]))
		}
		if l.proof != nil && !slices.Equal(text, l.proof) {
			t.Errorf("proof of leaf %d: %v, want %v", i, text, l.proof)
		}
		if len(proof) > depthOf(rule.shape, len(leaves)) || s.fold(hashes[i], proof) != got {
			t.Errorf("proof of leaf %d does not fold to the root", i)
		}
		if rule.hash == keccak && !secondOpinion(hashes[i], proof, got) {
			t.Errorf("the second library does not accept the proof of leaf %d", i)
		}
	}
}

func bare(list []string) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = strings.TrimPrefix(s, "0x")
	}
	return out
}

func TestVectors_jito(t *testing.T) {
	var file struct {
		Profiles map[string]struct {
			Cases []struct {
				N      int
				Root   string
				Claims []struct {
					Claimant        string
					Amount_unlocked string
					Amount_locked   string
					Leaf_hash       string
					Proof           []string
				}
			}
		}
	}
	readVectors(t, "solana.json", &file)
	cases := file.Profiles["jito-distributor"].Cases
	if len(cases) < 5 {
		t.Fatal("vectors are missing")
	}
	rule := &leafRule{name: "jito-v1", fields: knownProfile("jito-v1").fields, hash: sha2, prefix: []byte{1}, shape: "duplicate"}
	for _, c := range cases {
		var leaves []vectorLeaf
		for _, cl := range c.Claims {
			a, err := parseAccount(cl.Claimant)
			if err != nil {
				t.Fatal(err)
			}
			if a.text() != cl.Claimant {
				t.Errorf("base58 of %s comes back as %s", cl.Claimant, a.text())
			}
			leaves = append(leaves, vectorLeaf{a.bytes(), []string{"", cl.Amount_unlocked, cl.Amount_locked}, cl.Leaf_hash, cl.Proof})
		}
		t.Run(strconv.Itoa(c.N), func(t *testing.T) { checkVectorTree(t, rule, leaves, c.Root) })
	}
}

type evmVector struct {
	ID, Profile, Root string
	LeafEncoding      []string
	ParamSet          *struct {
		LeafHashes json.Number
		Shape      string
		Order      string
	}
	Leaves    json.RawMessage // of another form in other profiles
	ClaimFile *struct {
		Claims map[string]struct{ Proof []string }
	}
	Output *struct {
		MerkleRoot string
		Claims     map[string]struct {
			Index  json.Number
			Amount string
			Proof  []string
			Data   []struct{ Value any }
		}
	}
}

type evmLeaf struct {
	Index    json.Number
	Account  string
	Amount   string
	Value    []any
	LeafHash string
	Proof    []string
}

func (v *evmVector) leaves(t *testing.T) []evmLeaf {
	t.Helper()
	var out []evmLeaf
	dec := json.NewDecoder(bytes.NewReader(v.Leaves))
	dec.UseNumber()
	if err := dec.Decode(&out); err != nil {
		t.Fatalf("%s: %v", v.ID, err)
	}
	return out
}

func evmVectors(t *testing.T) []evmVector {
	var file struct{ Vectors []evmVector }
	readVectors(t, "evm.json", &file)
	return file.Vectors
}

// TestVectors_standard runs every vector of a double-hashed abi leaf in an OpenZeppelin heap, whatever its type list.
func TestVectors_standard(t *testing.T) {
	ran := 0
	for _, v := range evmVectors(t) {
		if v.ParamSet == nil || v.ParamSet.Shape != "heap" || v.ParamSet.LeafHashes != "2" {
			continue
		}
		types := v.LeafEncoding
		if types == nil { // Sablier: (uint256 index, address recipient, uint128 amount)
			types = []string{"uint256", "address", "uint128"}
		}
		ran++
		t.Run(v.ID, func(t *testing.T) {
			rule := &leafRule{name: "oz-standard-v1", hash: keccak, shape: "heap"}
			for _, s := range types {
				typ, err := parseType(s)
				if err != nil {
					t.Fatal(err)
				}
				rule.types = append(rule.types, typ)
			}
			var leaves []vectorLeaf
			for _, l := range v.leaves(t) {
				var cells []string
				for i, x := range l.Value {
					cells = append(cells, vectorCell(t, types[i], x))
				}
				leaves = append(leaves, vectorLeaf{nil, cells, strings.TrimPrefix(l.LeafHash, "0x"), bare(l.Proof)})
			}
			if v.ParamSet.Order == "leaf-hash" {
				slices.SortStableFunc(leaves, func(a, b vectorLeaf) int { return strings.Compare(a.hash, b.hash) })
			}
			if slices.ContainsFunc(leaves, func(l vectorLeaf) bool {
				return slices.Equal(l.cells, leaves[0].cells) && &l.cells[0] != &leaves[0].cells[0]
			}) {
				for i := range leaves { // looked up by value, the last of two equal leaves answers for both
					leaves[i].proof = nil
				}
			}
			checkVectorTree(t, rule, leaves, strings.TrimPrefix(v.Root, "0x"))
		})
	}
	if ran < 8 {
		t.Errorf("only %d vectors ran", ran)
	}
}

func vectorCell(t *testing.T, typ string, x any) string {
	s, ok := x.(string)
	if !ok {
		t.Fatalf("cell %v", x)
	}
	if typ == "address" {
		a, err := parseAccount(s)
		if err != nil {
			t.Fatal(err)
		}
		if checksumText(a.raw[:20]) != s {
			t.Errorf("EIP-55 of %s is %s", s, checksumText(a.raw[:20]))
		}
		return a.text()
	}
	return s
}

func TestVectors_uniswap(t *testing.T) {
	ran := 0
	for _, v := range evmVectors(t) {
		if !strings.HasPrefix(v.Profile, "uniswap-distributor") {
			continue
		}
		rule := &leafRule{name: "uniswap-v1", hash: keccak, shape: "promote"}
		var leaves []vectorLeaf
		h := newHasher(keccak)
		add := func(index, acct, amount string, proof []string, hash string) {
			a, err := parseAccount(acct)
			if err != nil {
				t.Fatal(err)
			}
			l := vectorLeaf{a.bytes(), []string{index, "", amount}, strings.TrimPrefix(hash, "0x"), bare(proof)}
			if hash == "" {
				d, err := rule.leaf(h, l.account, l.cells)
				if err != nil {
					t.Fatal(err)
				}
				l.hash = hexText(d[:])
			}
			leaves = append(leaves, l)
		}
		root := v.Root
		switch {
		case v.ClaimFile != nil:
			for _, l := range v.leaves(t) {
				add(l.Index.String(), l.Account, l.Amount, v.ClaimFile.Claims[l.Account].Proof, l.LeafHash)
			}
			// the index is the rank of the account's EIP-55 text
			texts := []string{}
			for _, l := range v.leaves(t) {
				texts = append(texts, l.Account)
			}
			slices.Sort(texts)
			for _, l := range v.leaves(t) {
				if strconv.Itoa(slices.Index(texts, l.Account)) != l.Index.String() {
					t.Errorf("%s: index of %s is %s", v.ID, l.Account, l.Index)
				}
			}
		case v.Output != nil:
			root = v.Output.MerkleRoot
			for acct, c := range v.Output.Claims {
				if len(c.Data) == 3 {
					add(c.Data[0].Value.(json.Number).String(), acct, c.Data[2].Value.(string), c.Proof, "")
					continue
				}
				amount, _ := new(big.Int).SetString(strings.TrimPrefix(c.Amount, "0x"), 16)
				add(c.Index.String(), acct, amount.String(), c.Proof, "")
			}
		default:
			t.Fatalf("%s: a vector of another form", v.ID)
		}
		slices.SortFunc(leaves, func(a, b vectorLeaf) int { return strings.Compare(a.hash, b.hash) })
		ran++
		t.Run(v.ID, func(t *testing.T) { checkVectorTree(t, rule, leaves, strings.TrimPrefix(root, "0x")) })
	}
	if ran < 7 {
		t.Errorf("only %d vectors ran", ran)
	}
}
