package tree

import (
	"bytes"
	"fmt"
	"math/big"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/accounts/abi"
)

// abiLists are type lists with every kind of type, alone, nested and beside static and dynamic neighbours.
func abiLists() []string {
	return []string{
		"uint256", "uint8", "uint24", "uint64", "uint128", "int8", "int24", "int64", "int256", "bool", "address", "bytes1", "bytes20", "bytes32", "bytes", "string",
		"uint256[]", "uint256[3]", "uint8[2][3]", "uint8[2][]", "uint8[][2]", "uint8[][]", "string[]", "string[2]", "bytes[]", "bytes[2][]", "string[][2][]", "address[4]", "bool[]", "bytes3[2]",
		"address;uint256", "string;uint256;bytes", "uint256[2];string;address", "string[2];uint8[2][2];bytes32", "bytes20;uint64;uint32;bytes32[];bytes32[]",
		"(uint8)", "(uint128,uint128)", "(uint128,uint128)[]", "(uint8,string)", "(bool,bytes)[]", "(address,(uint8,bytes)[2])[]", "((bytes3,int24)[2],string)[1][]",
		"uint256;(bool,bytes3);string", "(uint256,uint256[])[2];address;(string,(string,bool))", "(uint64,uint64)[3];bytes32",
		"uint256;bytes;uint256[]", "bool;string[][];int24[3];string;uint256", "bytes;bytes;bytes;uint8", "string[3][2];uint256[2][2];bytes",
	}
}

// TestABI_isGoEthereums encodes random values of each list with both encoders.
func TestABI_isGoEthereums(t *testing.T) {
	for _, list := range abiLists() {
		t.Run(list, func(t *testing.T) {
			for seed := range uint64(40) {
				checkABI(t, list, seed)
			}
		})
	}
}

func FuzzABI(f *testing.F) {
	for i, list := range abiLists() {
		f.Add(list, uint64(i))
	}
	f.Fuzz(checkABI)
}

func checkABI(t *testing.T, list string, seed uint64) {
	var fields []string
	var args abi.Arguments
	r := &Rows{}
	var values []any
	rng := rand.New(rand.NewPCG(seed, 7))
	for i, typ := range strings.Split(list, ";") {
		ours, err := parseType(typ)
		if err != nil || ours.values() > 64 || i > 8 {
			t.Skip()
		}
		theirs, err := solidity(ours)
		if err != nil { // pubkey, u64 and the like are not Solidity's
			t.Skip()
		}
		text, value := randomValue(rng, theirs, false)
		name := fmt.Sprintf("f%d", i)
		fields = append(fields, name+":"+typ)
		r.Columns = append(r.Columns, Column{name, []string{text}})
		args = append(args, abi.Argument{Type: theirs})
		values = append(values, value.Interface())
	}
	want, err := args.Pack(values...)
	if err != nil {
		t.Fatalf("%s: %v", list, err)
	}
	p, err := lookup(t, "oz-standard-v1").WithFields(fields)
	if err != nil {
		t.Fatal(err)
	}
	tree := build(t, Spec{Profile: p, Order: OrderProfile}, r)
	if got := tree.Preimage(nil, 0); !bytes.Equal(got, want) {
		t.Fatalf("%s %v:\n got %x\nwant %x", list, r.Columns, got, want)
	}
	for i, c := range r.Columns {
		if got := tree.AppendValue(nil, 0, i); string(got) != c.Values[0] {
			t.Errorf("%s: published as %s, want %s", list, got, c.Values[0])
		}
	}
}

// solidity is go-ethereum's type.
func solidity(t *fieldType) (abi.Type, error) {
	name, base := "", t
	for ; base.kind == arrayKind; base = base.elem {
		length := ""
		if base.count >= 0 {
			length = fmt.Sprint(base.count)
		}
		name = "[" + length + "]" + name
	}
	if base.kind != tupleKind {
		return abi.NewType(base.String()+name, "", nil)
	}
	return abi.NewType("tuple"+name, "", components(base))
}

func components(t *fieldType) (out []abi.ArgumentMarshaling) {
	for i, part := range t.parts {
		c := abi.ArgumentMarshaling{Name: fmt.Sprintf("f%d", i), Type: part.String()}
		base := part
		for base.kind == arrayKind {
			base = base.elem
		}
		if base.kind == tupleKind {
			c.Type, c.Components = "tuple"+strings.TrimPrefix(part.String(), base.String()), components(base)
		}
		out = append(out, c)
	}
	return out
}

// randomValue is a value as our text and as go-ethereum's Go value.
func randomValue(rng *rand.Rand, typ abi.Type, inArray bool) (string, reflect.Value) {
	v := reflect.New(typ.GetType()).Elem()
	raw := func(n int) []byte {
		b := make([]byte, n)
		for i := range b {
			b[i] = byte(rng.Uint32())
		}
		return b
	}
	switch typ.T {
	case abi.UintTy, abi.IntTy:
		bits := rng.IntN(typ.Size + 1)
		if typ.T == abi.IntTy {
			bits = rng.IntN(typ.Size)
		}
		x := new(big.Int).Rsh(new(big.Int).SetBytes(raw(32)), uint(256-bits))
		if typ.T == abi.IntTy && rng.IntN(2) == 0 {
			x.Not(x) // down to -2^(bits)
		}
		switch {
		case v.Kind() == reflect.Pointer:
			v.Set(reflect.ValueOf(x))
		case typ.T == abi.IntTy:
			v.SetInt(x.Int64())
		default:
			v.SetUint(x.Uint64())
		}
		return x.String(), v
	case abi.BoolTy:
		v.SetBool(rng.IntN(2) == 0)
		return fmt.Sprint(v.Bool()), v
	case abi.AddressTy, abi.FixedBytesTy:
		b := raw(v.Len())
		reflect.Copy(v, reflect.ValueOf(b))
		return hexText(b), v
	case abi.BytesTy:
		b := raw(rng.IntN(70))
		v.SetBytes(b)
		return hexText(b), v
	case abi.StringTy:
		s := strings.Repeat(string([]rune{'a', '"', '\\', ',', ']', '\n', 'é', '€'}[rng.IntN(8)]), rng.IntN(40))
		v.SetString(s)
		if inArray {
			return string(appendQuoted(nil, s)), v
		}
		return s, v
	}
	if typ.T == abi.TupleTy {
		var texts []string
		for i, part := range typ.TupleElems {
			text, item := randomValue(rng, *part, true)
			texts = append(texts, text)
			v.Field(i).Set(item)
		}
		return "[" + strings.Join(texts, ",") + "]", v
	}
	n := typ.Size
	if typ.T == abi.SliceTy {
		n = rng.IntN(4)
		v.Set(reflect.MakeSlice(v.Type(), n, n))
	}
	var texts []string
	for i := range n {
		text, item := randomValue(rng, *typ.Elem, true)
		texts = append(texts, text)
		v.Index(i).Set(item)
	}
	return "[" + strings.Join(texts, ",") + "]", v
}

// FuzzFields: no type list and no value text panics, in no encoding, and what is accepted has one spelling.
func FuzzFields(f *testing.F) {
	for _, list := range abiLists() {
		f.Add(list, "[1,[2]]", uint8(0))
	}
	f.Add("uint256[999999999]", "[]", uint8(0))
	f.Add("uint8"+strings.Repeat("[65535]", 8), "1", uint8(1))
	f.Add(strings.Repeat("[", 50)+strings.Repeat("]", 50), `["a"]`, uint8(0))
	f.Add("abi((uint128,uint128)[])", "[[1,2],[3,4]]", uint8(1))
	f.Add("abi((string,(bytes,bool)[1]))", `["a",[[0x00,true]]]`, uint8(1))
	f.Add(strings.Repeat("(", 9)+"bool"+strings.Repeat(")", 9), "[[[[[[[[[true]]]]]]]]]", uint8(0))
	f.Add("("+strings.Repeat("uint8,", 64)+"uint8)", "[1]", uint8(0))
	f.Add("uint64", "18446744073709551615", uint8(2))
	f.Add("int8", "-128", uint8(3))
	f.Add("address", "0x52908400098527886e0f7030069857d2e4169ee7", uint8(4))
	f.Add("pubkey", "11111111111111111111111111111111", uint8(5))
	f.Add("ecosystem", "algorand", uint8(5))
	f.Add("identity", "x", uint8(5))
	f.Fuzz(func(t *testing.T, typ, text string, encoding uint8) {
		ours, err := parseType(typ)
		if err != nil {
			return
		}
		if again, err := parseType(ours.String()); err != nil || again.String() != ours.String() {
			t.Fatalf("%q reads as %s, which reads as %v, %v", typ, ours, again, err)
		}
		if size := ours.minSize(EncodingABI); size < 0 || size > 1<<27 {
			t.Fatalf("%s: %d bytes", ours, size)
		}
		p := lookup(t, "oz-standard-v1").clone()
		p.Fields = []Field{{"v", ours.String(), SourceColumn}}
		p.Encoding = []string{EncodingABI, EncodingPacked, EncodingLE, EncodingText, EncodingTextColon, EncodingBorsh}[encoding%6]
		if p.Describe() == "" {
			t.Fatal("no description")
		}
		tree, err := Build(t.Context(), Spec{Profile: p, Order: OrderInput}, &Rows{Columns: []Column{{"v", []string{text}}}})
		if err != nil {
			return
		}
		published := string(tree.AppendValue(nil, 0, 0))
		again := build(t, Spec{Profile: p, Order: OrderInput}, &Rows{Columns: []Column{{"v", []string{published}}}})
		if again.Root() != tree.Root() || string(again.AppendValue(nil, 0, 0)) != published {
			t.Fatalf("%s %q is published as %q, another value", ours, text, published)
		}
	})
}
