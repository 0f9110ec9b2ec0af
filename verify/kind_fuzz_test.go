package verify

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"testing"
)

// fuzzFiles runs files of any content twice, with one worker and with three, and wants the same report.
func fuzzFiles(t *testing.T, o FileOptions, files ...File) *FileReport {
	o.Workers = 1
	a, err := CheckFiles(context.Background(), files, o)
	o.Workers = 3
	b, err2 := CheckFiles(context.Background(), files, o)
	if (err == nil) != (err2 == nil) || err != nil && err.Error() != err2.Error() {
		t.Fatalf("%v with one worker, %v with three", err, err2)
	}
	if err != nil {
		if !errors.Is(err, ErrUnknownFile) && !errors.Is(err, ErrFileOption) {
			t.Fatal(err)
		}
		return nil
	}
	if !reflect.DeepEqual(a, b) {
		t.Fatalf("two reports of one file:\n%s\n%s", filesReport(a), filesReport(b))
	}
	for _, f := range append(a.Findings, a.Remarks...) {
		if f.Code == "" || f.Where == "" {
			t.Fatalf("a finding without code or place: %v", f)
		}
	}
	return a
}

func FuzzSolanaFile(f *testing.F) {
	claims := someClaims(3)
	f.Add(nodeFile(f, claims, "jito", 0, numbered, numbered))
	f.Add(nodeFile(f, claims, "categories", 0, based, hexed))
	f.Add(nodeFile(f, claims, "jupiter-totals", 1, based, based))
	f.Add(nodeFile(f, claims, "bam", 0, based, prefixed))
	f.Add(tipFile(f, claims[:2], claims[1:]))
	f.Add(keyedFile(f, claims, "HS8EQ8QkQSBJggY8r255AKdWbtYRtyNMoRt4LjNkkWm1"))
	for _, shape := range []string{"keyed", "list", "buffers"} {
		f.Add(saberFile(f, byBase58(someClaims(3)), shape))
	}
	f.Add(`{"root":"202d940c143209770842d8ca7d592b644850278a","claims":[{"ecosystem":"solana","identity":"BDeR6GdU9aCJvDfWAMoGuC9LFdKyrKJXvZF3bZw1fihj","amount":"1000000","proof":[]}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 1<<14 {
			return
		}
		fuzzFiles(t, FileOptions{Decimals: -1}, textFile("file.json", text))
	})
}

func FuzzList(f *testing.F) {
	f.Add("pubkey,amount,locked_amount\n4SX6nqv5VRLMoNfYM5phvHgcBNcBEwUEES4qPPjf1EqS,1000.12345678,9.12345678\n", 6, "")
	f.Add("pubkey,amount_unlocked,amount_locked,category\n4SX6nqv5VRLMoNfYM5phvHgcBNcBEwUEES4qPPjf1EqS,1,2,Staker\r\n", -1, "0x"+strings.Repeat("11", 32))
	f.Add("owner,duration,startDate,amount\n0x2fc01fF5ABb40a0081185f05560C18Bc04faf030,416,2018-09-27T10:00:00+00:00,132415254237288135593220", -1,
		"0xee004639ebb0a79986f416ad7d17dd736a8240fc1b90c844d2076e715098ea01")
	f.Add("\ufeff\"address\";amount\n0x2fc01fF5ABb40a0081185f05560C18Bc04faf030;\"1\n\"\"2\"", 18, "")
	f.Add(`{"0x2fc01fF5ABb40a0081185f05560C18Bc04faf030":{"amount":"5","txns":[]}}`, -1, "")
	f.Add(`[{"handle":"4SX6nqv5VRLMoNfYM5phvHgcBNcBEwUEES4qPPjf1EqS","amount":1}]`, -1, "")
	f.Add("account:address,amount:uint128\n0x2fc01fF5ABb40a0081185f05560C18Bc04faf030,5\n", -1, "")
	f.Fuzz(func(t *testing.T, text string, decimals int, root string) {
		if len(text) > 1<<12 || decimals > 77 || decimals < -1 {
			return
		}
		fuzzFiles(t, FileOptions{Decimals: decimals, Root: root}, textFile("list.csv", text))
	})
}

// FuzzParts reads files that belong together: the parts are cut by a line of their own.
func FuzzParts(f *testing.F) {
	claims := someClaims(4)
	const cut = "\n---\n"
	f.Add(nodeFile(f, claims[:2], "jupiter", 0, based, numbered) + cut + nodeFile(f, claims[1:], "jupiter", 1, based, numbered) + cut + "pubkey,amount\n" + base58(claims[0].key[:]) + ",5")
	f.Add(`{"0x001e407f497e024b9fb1cb93ef841f43d645ca4f":{"0x17307be3589a680452543dde06d42a07ee3fa080":"16"}}` + cut +
		`{"0x001e407f497e024b9fb1cb93ef841f43d645ca4f":"0xaa06ee2b466e233fd4fba5ed7f35f6ae705ef9d1384b0ffa9e30908916b7134e"}` + cut +
		`{"0x001e407f497e024b9fb1cb93ef841f43d645ca4F":{"0x17307be3589a680452543dde06d42a07ee3fa080":["0xe8818b60f4d00f43ed2da2560cdfcbe3c7696245d74f10d474968ee4cd385560"]}}`)
	f.Add(`{"root":"0x9064fc2b8db1e4e4771c6bd1c3f03269c21764516e412fd1a6855ec6a4120440","users":{"0x7D5abce1Fe1F41eCE9f966F2a4a572B726fA8295":{"leaf":"a66c34e229abc20ad75040d8fbb32874a64ab3e2470c18a137aafcc3ee79e040","proof":[]}}}` +
		cut + `{"addresses":{"0x7D5abce1Fe1F41eCE9f966F2a4a572B726fA8295":"18638608488882050655543"}}`)
	f.Add(`{"totalAmount":"5","merkleRoot":"0x9064fc2b8db1e4e4771c6bd1c3f03269c21764516e412fd1a6855ec6a4120440","claims":{"0x0028274B7978a09097B5D092FCc8F514d8Acf239":{"beneficiary":"0x0028274B7978a09097B5D092FCc8F514d8Acf239","amount":"5","proof":[]}}}` +
		cut + `{"0x0028274B7978a09097B5D092FCc8F514d8Acf239":{"beneficiary":"0x0028274B7978a09097B5D092FCc8F514d8Acf239","amount":"2"}}` + cut +
		`{"0x0028274B7978a09097B5D092FCc8F514d8Acf239":{"beneficiary":"0x0028274B7978a09097B5D092FCc8F514d8Acf239","amount":"3"}}`)
	f.Add(`{"leaves":[{"b32Address":"0x00bb7b59073f45177edf430090d5aa3c44aa7f23","balanceBeddows":86511774,"mandatoryKeys":[],"numberOfSignatures":0,"optionalKeys":[],"proof":[]}]}` +
		cut + `{"merkleRoot":"0xdc571e661d62e03d332fa54e48971c20bd0b4f394006262b0d5931a6ba1e1979"}`)
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 1<<14 {
			return
		}
		var files []File
		for i, part := range strings.Split(text, cut) {
			if i < 5 {
				files = append(files, textFile(string(rune('a'+i))+".json", part))
			}
		}
		fuzzFiles(t, FileOptions{Decimals: -1}, files...)
	})
}
