package tree

import (
	"errors"
	"strings"
	"testing"
)

func TestValidate_encodings(t *testing.T) {
	column := func(name, typ string) Field { return Field{name, typ, SourceColumn} }
	for name, c := range map[string]struct {
		entry     string
		change    func(*Profile)
		want      string
		forgeable bool
	}{
		"text of bytes":           {"text-v1", func(p *Profile) { p.Fields = append(p.Fields, column("x", "bytes4")) }, "encoding text takes accounts and whole numbers only", false},
		"text of a string":        {"dropsy-v1", func(p *Profile) { p.Fields = append(p.Fields, column("x", "string")) }, "encoding text-colon takes accounts", false},
		"short hashes of a text":  {"text-v1", func(p *Profile) { p.Width = 16; p.Fields = p.Fields[1:]; p.Key = nil }, "can reach the 32 bytes of two nodes", true},
		"u64 in words":            {"oz-standard-v1", func(p *Profile) { p.Fields[1].Type = "u64" }, "type u64: not with encoding abi", false},
		"pubkey in packed":        {"uniswap-v1", func(p *Profile) { p.Fields = append(p.Fields, column("x", "pubkey")) }, "type pubkey: not with encoding packed", false},
		"tuple in packed":         {"uniswap-v1", func(p *Profile) { p.Fields = append(p.Fields, column("x", "(bool,bool)")) }, "abi.encodePacked takes no structs; abi((bool,bool)) is", false},
		"tuples in packed":        {"uniswap-v1", func(p *Profile) { p.Fields = append(p.Fields, column("x", "(bool,bool)[2]")) }, "abi.encodePacked takes no nested arrays; abi((bool,bool)[2]) is", false},
		"abi in abi":              {"oz-standard-v1", func(p *Profile) { p.Fields = append(p.Fields, column("x", "abi(bool)")) }, "abi.encode takes bool itself", false},
		"tuple in le":             {"jito-v1", func(p *Profile) { p.Fields = append(p.Fields, column("x", "(bool,bool)")) }, "not with encoding le, which has no lengths", false},
		"two abi of free length":  {"tokensoft-tranche-v1", func(p *Profile) { p.Fields = append(p.Fields, column("x", "abi(string)")) }, "2 types of free length packed", true},
		"identity alone":          {"pyth-v1", func(p *Profile) { p.Fields, p.Key = p.Fields[1:], nil }, "behind the column of type ecosystem", false},
		"identity a constant":     {"pyth-v1", func(p *Profile) { p.Fields[1].Source, p.Key = SourceConstant, nil }, "behind the column of type ecosystem", false},
		"ecosystem in packed":     {"uniswap-v1", func(p *Profile) { p.Fields = append(p.Fields, column("x", "ecosystem")) }, "type ecosystem: only with encoding borsh", false},
		"domain without eip712":   {"bound-v1", func(p *Profile) { p.Fields[0].Source = SourceDomain }, "source domain: only with encoding eip712", false},
		"no domain":               {"safe-vesting-v1", func(p *Profile) { p.Fields = p.Fields[2:] }, "no field of source domain", false},
		"domain out of order":     {"safe-vesting-v1", func(p *Profile) { p.Fields[0], p.Fields[1] = p.Fields[1], p.Fields[0] }, "in this order", false},
		"domain of another type":  {"safe-vesting-v1", func(p *Profile) { p.Fields[0].Type = "uint64" }, "the domain has chainId uint256", false},
		"struct of free length":   {"safe-vesting-v1", func(p *Profile) { p.Fields[5].Type = "string" }, "static types only", false},
		"type hash too short":     {"safe-vesting-v1", func(p *Profile) { p.LeafPrefixes[0] = p.LeafPrefixes[0][:31] }, "32-byte type hash", false},
		"second prefix other":     {"safe-vesting-v1", func(p *Profile) { p.LeafPrefixes[1] = []byte{0x19, 0x00} }, "0x1901", false},
		"eip712 hashed once":      {"safe-vesting-v1", func(p *Profile) { p.LeafHashes, p.LeafPrefixes = 1, p.LeafPrefixes[:1] }, "two leaf hashes", false},
		"eip712 as long as nodes": {"safe-vesting-v1", func(p *Profile) { p.NodePrefix = []byte{0x19, 0x01} }, "the last leaf hash takes in 66 bytes", true},
		"key of no field":         {"jito-v1", func(p *Profile) { p.Key = []string{"nonesuch"} }, "key: no field nonesuch", false},
		"key of a constant":       {"bound-v1", func(p *Profile) { p.Key = []string{"chainId"} }, "key: no field chainId that differs", false},
		"default of a column":     {"1inch-128-v1", func(p *Profile) { p.Defaults = []Default{{"salt", "0x"}} }, "default: no constant field salt", false},
		"alias of no field":       {"jito-v1", func(p *Profile) { p.Aliases = []Alias{{"x", nil}} }, "alias: no field x", false},
		"ready-made leaf of two":  {"oz-simple-v1", func(p *Profile) { p.Fields = append(p.Fields, column("x", "bool")) }, "want one field bytes32, the leaf itself", false},
		"two leaves of a length":  {"eigenlayer-v1", func(p *Profile) { p.LeafPrefixes[1] = []byte{1} }, "a row and an account are hashed from 53 bytes", true},
		"a row as long as nodes":  {"eigenlayer-v1", func(p *Profile) { p.Fields = append(p.Fields, column("x", "bytes11")) }, "a row and two nodes are hashed from 64 bytes", true},
	} {
		p := lookup(t, c.entry).clone()
		c.change(&p)
		err := p.Validate()
		if err == nil || !strings.Contains(err.Error(), c.want) || errors.Is(err, ErrForgeable) != c.forgeable {
			t.Errorf("%s: got %v, want %s", name, err, c.want)
		}
		if text := p.Describe(); !strings.Contains(text, c.want) {
			t.Errorf("%s: described as %s", name, text)
		}
	}
}

func TestParseType_tuples(t *testing.T) {
	for text, want := range map[string]string{
		"(uint,int)": "(uint256,int256)", "abi((uint8))": "abi((uint8))", "((bool)[2],string)[]": "((bool)[2],string)[]", "abi(uint)": "abi(uint256)",
	} {
		if got, err := parseType(text); err != nil || got.String() != want {
			t.Errorf("%s reads as %v, %v", text, got, err)
		}
	}
	for _, text := range []string{
		"()", "(", ")", "(,)", "(bool,)", "(bool", "(bool))", "(bool)(bool)", "(bool, bool)", "abi()", "abi(bool", "abi(abi(bool))", "abi(bool)[]", "(abi(bool))", "(u64)", "(pubkey,bool)", "(identity)",
		"abi(u64)", "abi(ecosystem)", "ecosystem[]", strings.Repeat("(", 10) + "bool" + strings.Repeat(")", 10), "(uint8[65535],uint8)", "((uint8[40000],uint8[40000]))[1]", "(bool,[])", "(bool)[0]",
	} {
		if got, err := parseType(text); err == nil {
			t.Errorf("%s is taken as %s", text, got)
		}
	}
}
