package tree

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"

	merkle "github.com/merkle-drop/merkle"
)

// sample is n rows for any profile, with every column and constant that its leaf wants; the same for the same seed. Every third account
// has the token of the row before it, and amounts fit 40 bits.
func sample(t testing.TB, p Profile, seed uint64, n int) (Spec, *Rows) {
	t.Helper()
	s, r := Spec{Profile: p, Order: OrderProfile, Constants: map[string]string{}}, someRows(t, p.Accounts, seed, n)
	if !p.Has(SourceAmount) {
		r.Amounts = nil
	}
	if !p.Has(SourceAccount) {
		r.Accounts = nil
	}
	for _, f := range p.Fields {
		typ, err := parseType(f.Type)
		if err != nil {
			t.Fatal(err)
		}
		values := make([]string, n)
		for i := range values {
			h := sha256.Sum256(fmt.Append(nil, seed, f.Name, i))
			values[i] = sampleText(typ, h[:])
		}
		switch f.Source {
		case SourceConstant, SourceDomain:
			s.Constants[f.Name] = values[0]
		case SourceColumn:
			r.Columns = append(r.Columns, Column{f.Name, values})
		case SourceLocked:
			r.Locked = make([]merkle.Amount, n)
			for i := range r.Locked {
				r.Locked[i] = merkle.NewAmount(uint64(i % 3))
			}
		case SourceIndex:
			if p.Index != IndexGiven {
				continue
			}
			r.Index = make([]uint64, n)
			for i := range r.Index {
				r.Index[i] = uint64(2 * (n - i))
			}
		case SourceToken:
			r.Tokens = make([]merkle.Account, n)
			for i := range r.Tokens {
				if i%3 == 2 {
					r.Accounts[i], r.Tokens[i] = r.Accounts[i-1], r.Tokens[i-1]
				}
				h := sha256.Sum256(fmt.Append(nil, seed, "token", i))
				if r.Tokens[i], err = merkle.NewAccount(p.Accounts, h[:p.Accounts.Width()]); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	if p.Fields[0].Type == "ecosystem" {
		for i := range n {
			r.Columns[0].Values[i], r.Columns[1].Values[i] = sampleIdentity(i)
		}
	}
	return s, r
}

// sampleText is a value of the type in its published spelling.
func sampleText(typ *fieldType, h []byte) string {
	switch typ.kind {
	case uintKind, intKind:
		return fmt.Sprint(binary.BigEndian.Uint64(h) % (1 << min(40, 8*typ.size-1)))
	case boolKind:
		return fmt.Sprint(h[0]%2 == 0)
	case addressKind, fixedKind:
		return hexText(h[:typ.size])
	case bytesKind:
		return hexText(h[:h[0]%32])
	case stringKind:
		return strings.Repeat("text ", int(h[0]%9))
	case nestedKind:
		return sampleText(typ.elem, h)
	case tupleKind, arrayKind:
		count := typ.fixedCount()
		if count < 0 {
			count = int(h[0] % 4)
		}
		var parts []string
		for i := range count {
			next := sha256.Sum256(append(h, byte(i)))
			parts = append(parts, sampleText(typ.at(i), next[:]))
		}
		return "[" + strings.Join(parts, ",") + "]"
	}
	return ""
}

func sampleIdentity(i int) (ecosystem, identity string) {
	h := sha256.Sum256(fmt.Append(nil, "identity", i))
	ecosystem = ecosystems()[i%8]
	switch ecosystem {
	case "evm":
		return ecosystem, hexText(h[:20])
	case "solana":
		a, _ := merkle.NewAccount(merkle.Solana, h[:])
		return ecosystem, a.Text()
	case "sui", "aptos", "algorand":
		return ecosystem, hexText(h[:])
	}
	return ecosystem, fmt.Sprintf("name%d", i)
}
