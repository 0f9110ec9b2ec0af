package verify

import (
	"bytes"
	"errors"
	"fmt"
	"math/big"
	"reflect"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"pgregory.net/rapid"
)

// drawType draws a Solidity type: its spelling, and go-ethereum's description of it.
func drawType(t *rapid.T, levels int) (string, abi.ArgumentMarshaling) {
	kinds := []string{"uint", "int", "address", "bool", "bytesN", "bytes", "string", "array", "slice", "tuple"}
	if levels == 0 {
		kinds = kinds[:7]
	}
	switch rapid.SampledFrom(kinds).Draw(t, "kind") {
	case "uint":
		return both(fmt.Sprint("uint", 8*rapid.IntRange(1, 32).Draw(t, "bytes")))
	case "int":
		return both(fmt.Sprint("int", 8*rapid.IntRange(1, 32).Draw(t, "bytes")))
	case "address":
		return both("address")
	case "bool":
		return both("bool")
	case "bytesN":
		return both(fmt.Sprint("bytes", rapid.IntRange(1, 32).Draw(t, "bytes")))
	case "bytes":
		return both("bytes")
	case "string":
		return both("string")
	case "array", "slice":
		elem, arg := drawType(t, levels-1)
		suffix := "[]"
		if rapid.Bool().Draw(t, "fixed") {
			suffix = fmt.Sprintf("[%d]", rapid.IntRange(1, 3).Draw(t, "length"))
		}
		arg.Type += suffix
		return elem + suffix, arg
	}
	arg, parts := abi.ArgumentMarshaling{Type: "tuple"}, []string(nil)
	for i := range rapid.IntRange(1, 3).Draw(t, "parts") {
		typ, part := drawType(t, levels-1)
		part.Name = fmt.Sprint("f", i)
		arg.Components, parts = append(arg.Components, part), append(parts, typ)
	}
	return "(" + strings.Join(parts, ",") + ")", arg
}

func both(s string) (string, abi.ArgumentMarshaling) { return s, abi.ArgumentMarshaling{Type: s} }

// drawValue fills v, of the Go type that go-ethereum wants, and returns the cell; inside says that a string is quoted.
func drawValue(t *rapid.T, typ *abi.Type, v reflect.Value, inside bool) string {
	switch typ.T {
	case abi.UintTy, abi.IntTy:
		z := new(big.Int).SetBytes(rapid.SliceOfN(rapid.Byte(), 0, typ.Size/8).Draw(t, "number"))
		if typ.T == abi.IntTy {
			z.SetBit(z, typ.Size-1, 0)
			if z.Sign() > 0 && rapid.Bool().Draw(t, "negative") {
				z.Neg(z)
			}
		}
		switch {
		case v.Kind() == reflect.Pointer:
			v.Set(reflect.ValueOf(z))
		case typ.T == abi.UintTy:
			v.SetUint(z.Uint64())
		default:
			v.SetInt(z.Int64())
		}
		return z.String()
	case abi.BoolTy:
		v.SetBool(rapid.Bool().Draw(t, "bool"))
		return fmt.Sprint(v.Bool())
	case abi.AddressTy, abi.FixedBytesTy:
		for i := range v.Len() {
			v.Index(i).SetUint(uint64(rapid.Byte().Draw(t, "byte")))
		}
		out := make([]byte, v.Len())
		reflect.Copy(reflect.ValueOf(out), v)
		return hex0x(out)
	case abi.BytesTy:
		b := rapid.SliceOfN(rapid.Byte(), 0, 70).Draw(t, "bytes")
		v.SetBytes(b)
		return hex0x(b)
	case abi.StringTy:
		s := rapid.StringN(0, 20, 70).Draw(t, "string")
		v.SetString(s)
		if inside {
			return string(appendText(nil, s))
		}
		return s
	case abi.SliceTy:
		v.Set(reflect.MakeSlice(v.Type(), rapid.IntRange(0, 3).Draw(t, "length"), 3))
		fallthrough
	case abi.ArrayTy:
		var cells []string
		for i := range v.Len() {
			cells = append(cells, drawValue(t, typ.Elem, v.Index(i), true))
		}
		return "[" + strings.Join(cells, ",") + "]"
	}
	var cells []string
	for i, part := range typ.TupleElems {
		cells = append(cells, drawValue(t, part, v.Field(i), true))
	}
	return "[" + strings.Join(cells, ",") + "]"
}

// TestEncode_goEthereum compares abi.encode of random types and values with go-ethereum's.
func TestEncode_goEthereum(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var types []solType
		var cells []string
		var args abi.Arguments
		var values []any
		for range rapid.IntRange(1, 4).Draw(t, "fields") {
			spelled, m := drawType(t, 3)
			typ, err := parseType(spelled)
			if err != nil {
				t.Fatal(err)
			}
			theirs, err := abi.NewType(m.Type, "", m.Components)
			if err != nil {
				t.Fatal(err)
			}
			v := reflect.New(theirs.GetType()).Elem()
			cells = append(cells, drawValue(t, &theirs, v, false))
			types, args, values = append(types, typ), append(args, abi.Argument{Type: theirs}), append(values, v.Interface())
		}
		want, err := args.Pack(values...)
		if err != nil {
			t.Fatal(err)
		}
		got, err := encodeTuple(nil, types, cells)
		if err != nil || !bytes.Equal(got, want) {
			t.Fatalf("%v: %x, %v, want %x", cells, got, err, want)
		}
	})
}

// TestPack: the packed, little-endian, text and Borsh forms of single values, by hand from the Solidity and Borsh documents.
func TestPack(t *testing.T) {
	key := "4vJ9JU1bJJE96FWSJKvHsmmFADCg4gpZQff4P3bkLKi" // 32 bytes of 8, 8, …
	for _, tt := range []struct{ typ, cell, want string }{
		{"uint8", "255", "ff"}, {"uint16", "258", "0102"}, {"uint256", "1", strings.Repeat("0", 63) + "1"}, {"int16", "-1", "ffff"}, {"int8", "-128", "80"},
		{"bool", "true", "01"}, {"bool", "false", "00"}, {"bytes3", "0x010203", "010203"}, {"string", "añ", "61c3b1"}, {"bytes", "0x", ""},
		{"uint16[]", "[1,2]", strings.Repeat("0", 63) + "1" + strings.Repeat("0", 63) + "2"},
		{"uint8[2]", "[1,2]", strings.Repeat("0", 63) + "1" + strings.Repeat("0", 63) + "2"},
		{"abi((uint128,uint128)[])", "[[1,2]]", strings.Repeat("0", 62) + "20" + strings.Repeat("0", 63) + "1" + strings.Repeat("0", 63) + "1" + strings.Repeat("0", 63) + "2"},
		{"u64", "258", "0201000000000000"}, {"u64", "18446744073709551615", "ffffffffffffffff"}, {"ecosystem", "discord", "00"}, {"ecosystem", "algorand", "07"},
		{"pubkey", key, strings.Repeat("00", 0)},
	} {
		typ, err := parseType(tt.typ)
		if err != nil {
			t.Fatal(err)
		}
		got, err := typ.pack(nil, tt.cell)
		if tt.typ == "pubkey" {
			if base58(got) != tt.cell || err != nil {
				t.Errorf("%s comes back as %s, %v", tt.cell, base58(got), err)
			}
			continue
		}
		if err != nil || hexText(got) != tt.want {
			t.Errorf("%s %q: %x, %v, want %s", tt.typ, tt.cell, got, err, tt.want)
		}
	}
	for _, tt := range []struct {
		typ, cell string
		want      error
	}{
		{"uint8", "256", errWide}, {"u64", "18446744073709551616", errWide}, {"uint8", "01", errCell}, {"uint8", "-1", errCell}, {"uint8", "0x1", errCell}, {"uint8", "1e1", errCell},
		{"bool", "1", errCell}, {"bytes3", "0x0102", errCell}, {"bytes3", "0x01020G", errCell}, {"address", "0xA364340D2E9e34CE05c1Bf61d05acFE45CEF8C9e", errCell},
		{"uint8[2]", "[1]", errCell}, {"uint8[]", "1", errCell}, {"ecosystem", "mars", errCell}, {"pubkey", "0", errCell}, {"int8", "128", errCell}, {"int8", "-0", errCell},
		{"abi((uint128,uint128)[])", "[[1]]", errCell}, {"abi((uint128,uint128)[])", "[1,2]", errCell},
	} {
		typ, err := parseType(tt.typ)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := typ.pack(nil, tt.cell); !errors.Is(err, tt.want) {
			t.Errorf("%s %q: %v, want %v", tt.typ, tt.cell, err, tt.want)
		}
	}
	for _, tt := range []struct{ ecosystem, cell, want string }{
		{"discord", "bob", "03000000626f62"}, {"evm", "0x" + strings.Repeat("ab", 20), strings.Repeat("ab", 20)}, {"sui", "0x" + strings.Repeat("cd", 32), strings.Repeat("cd", 32)},
		{"evm", "0x" + strings.Repeat("ab", 32), ""}, {"aptos", "bob", ""}, {"discord", "\xff", ""}, {"", "bob", ""},
	} {
		got, err := appendIdentity(nil, tt.ecosystem, tt.cell)
		if hexText(got) != tt.want || (err != nil) != (tt.want == "") {
			t.Errorf("%s %q: %x, %v", tt.ecosystem, tt.cell, got, err)
		}
	}
}

// TestParseType_refused: spellings that are no type, or ask for more than there is memory.
func TestParseType_refused(t *testing.T) {
	for _, s := range []string{"", "uint", "int", "uint7", "uint264", "uint08", "bytes0", "bytes33", "bytes01", "uint8[0]", "uint8[-1]", "uint8[65536]", "uint8[256][256]", "uint8]", "[]", "()", "(uint8", "(uint8,)",
		"abi(uint8", "abi(abi(uint8))", "abi(uint8)[]", "(pubkey)", "pubkey[]", "u64[]", strings.Repeat("(", 40) + strings.Repeat(")", 40), "uint8" + strings.Repeat("[]", 10), "(uint8[65535],uint8)"} {
		if typ, err := parseType(s); err == nil {
			t.Errorf("%q is read as %+v", s, typ)
		}
	}
}

// FuzzPreimage hashes any cell of any type in every encoding: no panic, and the same bytes each time.
func FuzzPreimage(f *testing.F) {
	for _, s := range [][2]string{{"uint8", "1"}, {"(string,uint8[])[2]", `[["a",[1]],["b",[]]]`}, {"abi((uint128,uint128)[])", "[[1,2]]"}, {"identity", "x"}, {"bytes", "0x00"}, {"u64", "1"}} {
		f.Add(s[0], s[1], "discord")
	}
	f.Fuzz(func(t *testing.T, spelled, cell, before string) {
		typ, err := parseType(spelled)
		if err != nil {
			return
		}
		for _, encoding := range []string{"abi", "packed", "le", "borsh", "text", "text-colon"} {
			if !typ.fits(encoding) {
				continue
			}
			p := &profile{text: map[string]string{"name": "x", "hash": "keccak256", "width": "32", "leafHashes": "1", "nodePrefix": "0x", "pad": "0x", "shape": "heap", "grouping": "none", "encoding": encoding},
				leafPrefixes: []string{"0x"}}
			cells := []string{cell}
			if typ.kind == typeIdentity {
				p.fields, cells = append(p.fields, field{"ecosystem", "ecosystem", "column"}), []string{before, cell}
			}
			p.fields = append(p.fields, field{"a", spelled, "column"})
			r, err := newLeafRuleFor(p, nil)
			if err != nil {
				t.Fatal(err)
			}
			one, err1 := r.preimage(nil, nil, cells)
			two, err2 := r.preimage([]byte{1}, nil, cells)
			if (err1 == nil) != (err2 == nil) || err1 == nil && !bytes.Equal(one, two[1:]) {
				t.Fatalf("%x, %v; %x, %v", one, err1, two, err2)
			}
		}
	})
}
