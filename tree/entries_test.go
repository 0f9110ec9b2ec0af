package tree

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"testing"

	merkle "github.com/merkle-drop/merkle"
)

// plainPreimage says the bytes of a row in the plainest way, from the published values of its fields.
func plainPreimage(t *testing.T, p *Profile, values []string) (out []byte) {
	t.Helper()
	var texts []string
	for i, f := range p.Fields {
		if f.Source == SourceDomain || p.Grouping == GroupingTwoLevel && i == 0 {
			continue
		}
		texts = append(texts, values[i])
		out = append(out, plainValue(t, p, i, values)...)
	}
	switch p.Encoding {
	case EncodingText:
		return []byte(strings.Join(texts, " "))
	case EncodingTextColon:
		return []byte(strings.Join(texts, ":"))
	}
	return out
}

func plainValue(t *testing.T, p *Profile, i int, values []string) []byte {
	t.Helper()
	typ, text := p.Fields[i].Type, values[i]
	var raw []byte
	switch {
	case strings.HasPrefix(typ, "uint"), typ == "u64":
		v, ok := new(big.Int).SetString(text, 10)
		if !ok {
			t.Fatalf("%s %q", typ, text)
		}
		size := 8
		if bits := 0; typ != "u64" {
			if _, err := fmt.Sscanf(typ, "uint%d", &bits); err != nil {
				t.Fatal(err)
			}
			size = bits / 8
		}
		raw = v.FillBytes(make([]byte, size))
		if p.Encoding == EncodingLE || p.Encoding == EncodingBorsh {
			slices.Reverse(raw)
		}
	case typ == "bool":
		raw = []byte{map[string]byte{"true": 1}[text]}
	case typ == "ecosystem":
		return []byte{byte(slices.Index([]string{"discord", "solana", "evm", "sui", "aptos", "cosmwasm", "injective", "algorand"}, text))}
	case typ == "identity" && !slices.Contains([]string{"discord", "cosmwasm", "injective"}, values[i-1]), typ == "pubkey", typ == "address", typ == "bytes16", typ == "bytes32":
		if strings.HasPrefix(text, "0x") {
			var err error
			if raw, err = hex.DecodeString(text[2:]); err != nil {
				t.Fatal(err)
			}
		} else {
			a, err := merkle.ParseAccount(text)
			if err != nil {
				t.Fatal(err)
			}
			raw = a.Bytes()
		}
	case typ == "identity":
		return append(binary.LittleEndian.AppendUint32(nil, uint32(len(text))), text...)
	case typ == "abi((uint128,uint128)[])":
		list := decode[[][2]json.Number](t, json.RawMessage(text))
		raw = fmt.Appendf(nil, "%064x%064x", 32, len(list))
		for _, pair := range list {
			for _, n := range pair {
				v, _ := new(big.Int).SetString(string(n), 10)
				raw = fmt.Appendf(raw, "%064x", v)
			}
		}
		out, err := hex.DecodeString(string(raw))
		if err != nil {
			t.Fatal(err)
		}
		return out
	default:
		t.Fatalf("no plain rule for %s", typ)
	}
	if p.Encoding == EncodingABI || p.Encoding == EncodingEIP712 {
		return append(make([]byte, 32-len(raw)), raw...) // the catalogue has no bytesN in words
	}
	return raw
}

// checkEntry rebuilds a tree of the catalogue: pre-images by plainPreimage, and the tree of what has one level by refTree.
func checkEntry(t *testing.T, p Profile, seed uint64, n int) {
	t.Helper()
	s, r := sample(t, p, seed, n)
	tree := build(t, s, r)
	for row := range n {
		values := make([]string, len(p.Fields))
		for i := range values {
			values[i] = string(tree.AppendValue(nil, row, i))
		}
		if got, want := tree.Preimage(nil, row), plainPreimage(t, &p, values); !bytes.Equal(got, want) {
			t.Fatalf("%s row %d: pre-image %x, want %x", p.Name, row, got, want)
		}
	}
	if !p.Grouped() {
		checkAgainstReference(t, tree, r)
	}
}

func TestCatalogue_everyEntryIsTheReference(t *testing.T) {
	for p := range Profiles() {
		t.Run(p.Name, func(t *testing.T) {
			for _, n := range []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 16, 17, 33, 40} {
				checkEntry(t, p, uint64(n), n)
			}
		})
	}
}

// FuzzEntries: any entry, any number of rows.
func FuzzEntries(f *testing.F) {
	all := slices.Collect(Profiles())
	for i := range all {
		f.Add(uint8(i), uint8(7*i), uint64(i))
	}
	f.Fuzz(func(t *testing.T, which, n uint8, seed uint64) {
		checkEntry(t, all[int(which)%len(all)], seed, 1+int(n))
	})
}

// FuzzIdentity: no text panics, and what is accepted has one published spelling.
func FuzzIdentity(f *testing.F) {
	for i := range 16 {
		ecosystem, text := sampleIdentity(i)
		f.Add(ecosystem, text)
	}
	f.Add("algorand", strings.Repeat("A", 52)+"Y5HFKQ")
	f.Fuzz(func(t *testing.T, ecosystem, text string) {
		raw, err := appendIdentity(nil, ecosystem, text)
		published, errText := appendIdentityText(nil, ecosystem, text)
		if (err == nil) != (errText == nil) {
			t.Fatalf("%s %q: %v, %v", ecosystem, text, err, errText)
		}
		if err != nil {
			return
		}
		again, err := appendIdentity(nil, ecosystem, string(published))
		if err != nil || !bytes.Equal(again, raw) {
			t.Fatalf("%s %q is published as %q, another identity: %v", ecosystem, text, published, err)
		}
	})
}
