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
		check:  checkTokensoft,
		proofs: true, write: writeTokensoft,
	}
}

// checkTokensoft asks for one claim a key.
func checkTokensoft(j *job) error {
	if j.t == nil {
		if j.field("domain") < 0 && j.told() {
			return j.ownOrder()
		}
		if err := j.sortedBy(j.textKey(), func(row, before int) error {
			if before < 0 {
				return nil
			}
			w, err := j.one(row)
			if err == nil {
				j.bad.add(row, before, j.name(tree.SourceAccount), string(w.appendKey(nil, row)), ErrKeyed)
			}
			return err
		}); err != nil {
			return err
		}
		return j.ownOrder()
	}
	order, key := j.keysSorted()
	for i := 1; i < len(order); i++ {
		a, b := int(order[i-1]), int(order[i])
		if text := key(b); key(a) == text {
			j.bad.add(b, a, j.name(tree.SourceAccount), text, ErrKeyed)
		}
	}
	return j.ownOrder()
}

// appendKey appends the key of a row: the account in lower case, with _domain behind it where the leaf has one.
func (w *window) appendKey(b []byte, i int) []byte {
	b = w.account(i).AppendText(b)
	if domain := w.j.field("domain"); domain >= 0 {
		b = w.value(append(b, '_'), i, domain)
	}
	return b
}

// textKey sorts by keys. A zero byte, which fills them up, is before every letter.
func (j *job) textKey() rowKey {
	if j.field("domain") < 0 {
		return j.accountKey() // the same order
	}
	const longest = len("0x_") + 40 + 78
	return rowKey{longest, func(b []byte, w *window, i int) []byte { return w.appendKey(b, i) }}
}

// byKey is all rows by their key.
func (j *job) byKey() (*order, error) {
	if j.t == nil {
		return j.by(j.textKey())
	}
	rows, _ := j.keysSorted()
	return &order{n: j.n, rows: rows}, nil
}

// keysSorted is byKey of a tree in memory.
func (j *job) keysSorted() (order []uint32, key func(row int) string) {
	w := j.window(j.inList())
	if j.field("domain") < 0 {
		return j.accountsSorted(), func(row int) string { return string(w.appendKey(nil, row)) }
	}
	keys := make([]string, j.n)
	for row := range keys {
		keys[row] = string(w.appendKey(nil, row))
	}
	return j.sorted(func(a, b int) int { return strings.Compare(keys[a], keys[b]) }), func(row int) string { return keys[row] }
}

// writeTokensoft writes keys in lower case and in their order. Where the profile has a domain a key is account_domain.
func writeTokensoft(j *job) error {
	return j.json("claims.json", 0, "", func(e *encoder) error {
		rows, err := j.byKey()
		if err != nil {
			return err
		}
		root := j.b.Root()
		e.open('{')
		e.key("merkleRoot")
		e.hash(&root, 32)
		e.key("claims")
		e.open('{')
		err = j.items(e, rows, func(w *window) func(e *encoder, lo, hi int) {
			var proof []merkle.Hash
			var key []byte
			return func(e *encoder, lo, hi int) {
				for i := lo; i < hi; i++ {
					key = w.appendKey(key[:0], i)
					e.key(string(key))
					e.open('{')
					e.key("proof")
					proof = w.proof(i, proof)
					e.hashes(proof, 32)
					e.key("data")
					e.open('[')
					for field := range j.p.Fields {
						e.item()
						j.datum(e, w, i, field)
					}
					e.close(']')
					e.close('}')
				}
			}
		})
		e.close('}')
		e.close('}')
		return err
	})
}

// datum appends one data field under the name that Tokensoft's contracts use. Amounts and domains are strings; indexes and times are numbers where JavaScript
// can hold them. A value that the leaf holds ABI-encoded is given so, as bytes: their script packs nothing else.
func (j *job) datum(e *encoder, w *window, i, field int) {
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
		e.b = append(hex.AppendEncode(append(e.b, `"0x`...), w.preimage(nil, i)[before:]), '"')
		e.close('}')
		return
	}
	e.plain(f.Type)
	e.key("value")
	text := string(w.value(nil, i, field))
	n, err := strconv.ParseUint(text, 10, 64)
	switch {
	case f.Source == tree.SourceAccount:
		e.plain(w.account(i).String())
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
