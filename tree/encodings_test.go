package tree

import (
	"bytes"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"
	"golang.org/x/crypto/sha3"

	merkle "github.com/merkle-drop/merkle"
)

// The known answer of Pyth's own test of its program against its claim page (pyth-network/grant-program 63cdd51 claim_sdk): six identities of
// six ecosystems, with and without the number of their bytes.
func TestBorsh_isPythsKnownAnswer(t *testing.T) {
	r := &Rows{Columns: []Column{{Name: "ecosystem"}, {Name: "identity"}}}
	for _, row := range [][3]string{
		{"cosmwasm", "cosmos1lv3rrn5trdea7vs43z5m4y34d5r3zxp484wcpu", "4000"},
		{"discord", "pepito", "1000"},
		{"solana", "3kzAHeiucNConBwKQVHyLcG3soaMzSZkvs4y14fmMgKL", "1000"},
		{"evm", "0xf3f9225a2166861e745742509ced164183a626d7", "2000"},
		{"aptos", "0x7e7544df4fc42107d4a60834685dfd9c1e6ff048f49fe477bc19c1551299d5cb", "3000"},
		{"sui", "0x87a7ec050788fbaa9cd842b4cf9915949931af94806404bba661f1ac3d338148", "5000"},
	} {
		r.Columns[0].Values, r.Columns[1].Values = append(r.Columns[0].Values, row[0]), append(r.Columns[1].Values, row[1])
		r.Amounts = append(r.Amounts, amount(t, row[2]))
	}
	s := Spec{Profile: lookup(t, "pyth-v1"), Order: OrderProfile}
	tree := build(t, s, r)
	expect(t, tree, "6632225fce70f22b2b6d2781604a9d72e3636254", []want{{
		proof: []string{"05db84439b34e07aa468bf8b8bbf5ff041b645f1", "88bfd7f3f8d35ead2d7ee26e71b6069f62a1ac95", "621cac2b7a52904711acef2db3bf0a8908cd5c72"}, hasProof: true,
	}})
	for i := range r.Amounts {
		for f, c := range r.Columns {
			if got := string(tree.AppendValue(nil, i, f)); got != c.Values[i] {
				t.Errorf("row %d: published as %s, want %s", i, got, c.Values[i])
			}
		}
	}
}

func TestIdentity(t *testing.T) {
	zero := strings.Repeat("00", 32)
	for _, c := range []struct{ ecosystem, text, hex, published string }{
		{"discord", "é", "02000000c3a9", "é"},
		{"injective", "inj1", "04000000696e6a31", "inj1"},
		{"algorand", strings.Repeat("A", 52) + "Y5HFKQ", zero, "0x" + zero}, // the zero address of Algorand's documents
		{"algorand", "0x" + zero, zero, "0x" + zero},
		{"solana", strings.Repeat("1", 32), zero, strings.Repeat("1", 32)},
		{"evm", "0x52908400098527886E0F7030069857D2E4169EE7", "52908400098527886e0f7030069857d2e4169ee7", "0x52908400098527886e0f7030069857d2e4169ee7"},
		{"sui", "0X" + zero, "", ""}, {"sui", "0x" + zero[2:], "", ""}, {"aptos", "0x1", "", ""},
		{"algorand", strings.Repeat("A", 52) + "Y5HFKR", "", ""}, {"algorand", strings.Repeat("a", 52) + "y5hfkq", "", ""}, {"algorand", strings.Repeat("A", 51) + "BY5HFKQ"[:7], "", ""},
		{"discord", "", "", ""}, {"discord", "\xff", "", ""}, {"evm", strings.Repeat("1", 32), "", ""}, {"solana", "0x52908400098527886e0f7030069857d2e4169ee7", "", ""},
		{"evm", "0x52908400098527886E0F7030069857D2E4169Ee7", "", ""}, {"Solana", strings.Repeat("1", 32), "", ""}, {"", "x", "", ""},
	} {
		got, err := appendIdentity([]byte("x"), c.ecosystem, c.text)
		text, errText := appendIdentityText(nil, c.ecosystem, c.text)
		if c.hex == "" {
			if err == nil || errText == nil {
				t.Errorf("%s %q is taken as %x, %s", c.ecosystem, c.text, got, text)
			}
			continue
		}
		if err != nil || errText != nil || hexText(got[1:]) != "0x"+c.hex || string(text) != c.published {
			t.Errorf("%s %q: got %x, %s, %v, %v; want %s, %s", c.ecosystem, c.text, got, text, err, errText, c.hex, c.published)
		}
	}
}

// The row names the field that is wrong.
func TestBorsh_refusesWithTheField(t *testing.T) {
	s := Spec{Profile: lookup(t, "pyth-v1"), Order: OrderProfile}
	for field, columns := range map[string][2]string{"ecosystem": {"bitcoin", "x"}, "identity": {"sui", "0x00"}} {
		r := &Rows{Amounts: []merkle.Amount{merkle.NewAmount(1)}, Columns: []Column{{"ecosystem", columns[:1]}, {"identity", columns[1:]}}}
		var rows *RowErrors
		if _, err := Build(t.Context(), s, r); !errors.As(err, &rows) || rows.List[0].Field != field {
			t.Errorf("got %v, want field %s", err, field)
		}
	}
}

func TestText_isTheText(t *testing.T) {
	who := "0x52908400098527886E0F7030069857D2E4169EE7"
	r := &Rows{Accounts: []merkle.Account{account(t, who)}, Amounts: []merkle.Amount{amount(t, "90071992547409930")}}
	tree := build(t, Spec{Profile: lookup(t, "text-v1"), Order: OrderProfile}, r)
	if got := string(tree.Preimage(nil, 0)); got != strings.ToLower(who)+" 90071992547409930" {
		t.Errorf("got %q", got)
	}
	sol := "BDeR6GdU9aCJvDfWAMoGuC9LFdKyrKJXvZF3bZw1fihj"
	r = &Rows{Accounts: []merkle.Account{account(t, sol)}, Amounts: []merkle.Amount{amount(t, "7")}, Index: []uint64{18446744073709551615}}
	p := lookup(t, "dropsy-v1")
	tree = build(t, Spec{Profile: p, Order: OrderProfile}, r)
	if got := string(tree.Preimage(nil, 0)); got != "18446744073709551615:"+sol+":7" {
		t.Errorf("got %q", got)
	}
	if got := tree.Leaf(0); !bytes.Equal(got[:], refHash(&p, tree.Preimage(nil, 0))) {
		t.Errorf("leaf %s", got)
	}
	p = lookup(t, "text-v1").clone()
	p.Fields = append(p.Fields, Field{"delta", "int8", SourceColumn}, Field{"other", "address", SourceConstant})
	r = &Rows{Accounts: []merkle.Account{account(t, who)}, Amounts: []merkle.Amount{amount(t, "0")}, Columns: []Column{{"delta", []string{"-3"}}}}
	tree = build(t, Spec{Profile: p, Order: OrderProfile, Constants: map[string]string{"other": who}}, r)
	if got := string(tree.Preimage(nil, 0)); got != strings.ToLower(who)+" 0 -3 "+strings.ToLower(who) {
		t.Errorf("got %q", got)
	}
	r.Columns[0].Values[0] = "+3"
	if _, err := Build(t.Context(), tree.Spec(), r); err == nil {
		t.Error("+3 is taken")
	}
}

// The hashes that Safe's deployed contracts hold as constants.
func TestEIP712_typeHashes(t *testing.T) {
	p := lookup(t, "safe-vesting-v1")
	if got := hexText(p.LeafPrefixes[0]); got != "0x43838b5ce9ca440d1ac21b07179a1fdd88aa2175e5ea103f6e37aa6d18ce78ad" {
		t.Errorf("type hash of a vesting %s", got)
	}
	if got := hexText(refHash(&p, []byte(p.domainType()))); got != "0x47e79534a245952e8b16893a336b85a3d9ea9fa8c573f3d803afb92a79469218" {
		t.Errorf("type hash of the domain %s of %s", got, p.domainType())
	}
}

// The leaf by go-ethereum's encoder and the plain rule of EIP-712.
func TestEIP712_isTheStandard(t *testing.T) {
	p := lookup(t, "safe-vesting-v1")
	s, r := sample(t, p, 5, 9)
	tree := build(t, s, r)
	pack := func(types string, values ...any) []byte {
		var args abi.Arguments
		for _, name := range strings.Fields(types) {
			typ, err := abi.NewType(name, "", nil)
			if err != nil {
				t.Fatal(err)
			}
			args = append(args, abi.Argument{Type: typ})
		}
		out, err := args.Pack(values...)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	keccak := func(parts ...[]byte) (out [32]byte) {
		h := sha3.NewLegacyKeccak256()
		for _, b := range parts {
			h.Write(b)
		}
		return [32]byte(h.Sum(nil))
	}
	number := func(text string) *big.Int {
		v, ok := new(big.Int).SetString(text, 10)
		if !ok {
			t.Fatal(text)
		}
		return v
	}
	domain := keccak(pack("bytes32 uint256 address", keccak([]byte("EIP712Domain(uint256 chainId,address verifyingContract)")),
		number(s.Constants["chainId"]), common.HexToAddress(s.Constants["verifyingContract"])))
	for i := range r.Accounts {
		inner := keccak(pack("bytes32 address uint8 bool uint16 uint64 uint128", keccak([]byte("Vesting(address account,uint8 curveType,bool managed,uint16 durationWeeks,uint64 startDate,uint128 amount)")),
			common.Address(r.Accounts[i].Bytes()), uint8(number(s.Constants["curveType"]).Uint64()), s.Constants["managed"] == "true",
			uint16(number(r.Columns[0].Values[i]).Uint64()), number(r.Columns[1].Values[i]).Uint64(), r.Amounts[i].Big()))
		if want := keccak([]byte{0x19, 0x01}, domain[:], inner[:]); tree.Leaf(i) != want {
			t.Errorf("row %d: leaf %s, want %x", i, tree.Leaf(i), want)
		}
	}
	for field, want := range map[int]string{0: s.Constants["chainId"], 1: s.Constants["verifyingContract"], 3: s.Constants["curveType"]} {
		if got := string(tree.AppendValue(nil, 2, field)); got != want {
			t.Errorf("field %s is published as %s, want %s", p.Fields[field].Name, got, want)
		}
	}
	other := s
	other.Constants = map[string]string{"chainId": "5", "verifyingContract": s.Constants["verifyingContract"]}
	if build(t, other, r).Root() == tree.Root() {
		t.Error("another chain has the same root")
	}
	delete(other.Constants, "chainId")
	if _, err := Build(t.Context(), other, r); err == nil || !strings.Contains(err.Error(), "field chainId: its constant value is missing") {
		t.Errorf("without a chain: %v", err)
	}
}

// Tokensoft's tranches are abi.encode of an array of structs inside a packed leaf.
func TestNested_isGoEthereums(t *testing.T) {
	p := lookup(t, "tokensoft-tranche-v1")
	r := &Rows{
		Accounts: []merkle.Account{account(t, "0x52908400098527886e0f7030069857d2e4169ee7")}, Amounts: []merkle.Amount{amount(t, "1000")}, Index: []uint64{3},
		Columns: []Column{{"tranches", []string{"[[1700000000,5000],[1800000000,10000]]"}}},
	}
	tree := build(t, Spec{Profile: p, Order: OrderProfile}, r)
	typ, err := abi.NewType("tuple[]", "", []abi.ArgumentMarshaling{{Name: "time", Type: "uint128"}, {Name: "fraction", Type: "uint128"}})
	if err != nil {
		t.Fatal(err)
	}
	type tranche struct{ Time, Fraction *big.Int }
	nested, err := abi.Arguments{{Type: typ}}.Pack([]tranche{{big.NewInt(1700000000), big.NewInt(5000)}, {big.NewInt(1800000000), big.NewInt(10000)}})
	if err != nil {
		t.Fatal(err)
	}
	head := fmt.Sprintf("%064x52908400098527886e0f7030069857d2e4169ee7%064x", 3, 1000)
	if got := hexText(tree.Preimage(nil, 0)); got != "0x"+head+hexText(nested)[2:] {
		t.Errorf("got %s", got)
	}
	if got := string(tree.AppendValue(nil, 0, 3)); got != r.Columns[0].Values[0] {
		t.Errorf("published as %s", got)
	}
	r.Columns[0].Values[0] = "[[1700000000,5000,1]]"
	if _, err := Build(t.Context(), tree.Spec(), r); !errors.Is(err, ErrArray) {
		t.Errorf("a tranche of three: %v", err)
	}
}

// Constants of the chain and contract are words of bound-v1's leaf.
func TestBound_namesChainAndContract(t *testing.T) {
	s, r := sample(t, lookup(t, "bound-v1"), 3, 5)
	s.Constants = map[string]string{"chainId": "8453", "distributor": "0x52908400098527886e0f7030069857d2e4169ee7"}
	tree := build(t, s, r)
	for i := range r.Accounts {
		want := fmt.Sprintf("0x%064x%064s%064x%064s%064x", 8453, "52908400098527886e0f7030069857d2e4169ee7", i, hexText(r.Accounts[i].Bytes())[2:], r.Amounts[i].Big())
		if got := hexText(tree.Preimage(nil, i)); got != want {
			t.Errorf("row %d: %s, want %s", i, got, want)
		}
	}
}
