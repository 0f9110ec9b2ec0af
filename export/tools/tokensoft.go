package tools

import (
	"encoding/hex"
	"strconv"
	"strings"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/tree"
)

func tokensoftFormat() format {
	return format{
		Kind: Kind{
			Name: "tokensoft", Title: "claims JSON of Tokensoft's distributors, each claim with its data fields",
			Profiles: []string{"tokensoft-v1", "tokensoft-continuous-v1", "tokensoft-tranche-v1", "tokensoft-satellite-v1"},
			Source:   "sherlock-audit/2024-05-tokensoft-distributor-contracts-update @5d070bc, contracts/packages/hardhat/scripts/{merkle,generate-merkle-root}.ts",
		},
		check: checkTokensoft,
		write: writeTokensoft,
	}
}

// checkTokensoft asks for one claim a key.
func checkTokensoft(j *job) error {
	order, key := j.byKey()
	for i := 1; i < len(order); i++ {
		a, b := int(order[i-1]), int(order[i])
		if text := key(b); key(a) == text {
			j.bad.add(b, a, j.name(tree.SourceAccount), text, ErrKeyed)
		}
	}
	return j.ownOrder()
}

// byKey is all rows by their key: the account in lower case, with _domain behind it where the leaf has one.
func (j *job) byKey() (order []uint32, key func(row int) string) {
	domain := j.field("domain")
	if domain < 0 {
		return j.byAccount(), func(row int) string { return j.account(row).Text() }
	}
	keys := make([]string, j.t.Rows().Len())
	for row := range keys {
		keys[row] = string(j.t.AppendValue(append(j.account(row).AppendText(nil), '_'), row, domain))
	}
	return j.sorted(func(a, b int) int { return strings.Compare(keys[a], keys[b]) }), func(row int) string { return keys[row] }
}

// writeTokensoft writes keys in lower case and in their order. Where the profile has a domain a key is account_domain.
func writeTokensoft(j *job) error {
	return j.json("claims.json", 0, "", func(e *encoder) error {
		root := j.t.Root()
		e.open('{')
		e.key("merkleRoot")
		e.hash(&root, 32)
		e.key("claims")
		e.open('{')
		var proof []merkle.Hash
		order, key := j.byKey()
		for _, row := range order {
			row := int(row)
			e.key(key(row))
			e.open('{')
			e.key("proof")
			proof = j.t.Proof(row, proof)
			e.hashes(proof, 32)
			e.key("data")
			e.open('[')
			for i := range j.p.Fields {
				e.item()
				j.datum(e, row, i)
			}
			e.close(']')
			e.close('}')
			if e.err != nil {
				return e.err
			}
			j.tick()
		}
		e.close('}')
		e.close('}')
		return nil
	})
}

// datum appends one data field under the name that Tokensoft's contracts use. Amounts and domains are strings; indexes and times are numbers where JavaScript
// can hold them. A value that the leaf holds ABI-encoded is given so, as bytes: their script packs nothing else.
func (j *job) datum(e *encoder, row, field int) {
	f := &j.p.Fields[field]
	e.open('{')
	e.key("name")
	if f.Source == tree.SourceAccount {
		e.plain("beneficiary")
	} else {
		e.plain(f.Name)
	}
	e.key("type")
	if strings.HasPrefix(f.Type, "abi(") {
		e.plain("bytes")
		e.key("value")
		before := 0
		for _, f := range j.p.Fields[:field] {
			before += packedSize(f.Type)
		}
		e.b = append(hex.AppendEncode(append(e.b, `"0x`...), j.t.Preimage(nil, row)[before:]), '"')
		e.close('}')
		return
	}
	e.plain(f.Type)
	e.key("value")
	text := string(j.t.AppendValue(nil, row, field))
	n, err := strconv.ParseUint(text, 10, 64)
	switch {
	case f.Source == tree.SourceAccount:
		e.plain(j.account(row).String())
	case f.Type == "uint256" && f.Source != tree.SourceAmount && err == nil && n <= maxSafe:
		e.raw(text)
	default:
		e.b = appendTyped(e.b, f.Type, text)
	}
	e.close('}')
}

// packedSize is the bytes of an address or an integer in a packed leaf: of the fields that stand before one that is ABI-encoded, which is the last.
func packedSize(typ string) int {
	if typ == "address" {
		return 20
	}
	bits, err := strconv.Atoi(strings.TrimPrefix(typ, "uint"))
	if err != nil { // the catalogue has no other types in these leaves
		panic("tools: packed size of " + typ)
	}
	return bits / 8
}
