package main

import (
	"bytes"
	"context"
	"fmt"
	"math/big"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/alloc/lists"
	"github.com/merkle-drop/merkle/tree"
)

// settingsFor are those of a plain command line.
func settingsFor(t testing.TB, profile string) *listSettings {
	t.Helper()
	p, err := tree.Lookup(profile)
	if err != nil {
		t.Fatal(err)
	}
	return &listSettings{profile: p, duplicates: "refuse", accounts: "warn", constants: map[string]string{}, workers: 2,
		read: lists.Options{Profile: p.Name, Decimals: -1}}
}

// sameReading reads a list in blocks and row by row, and compares rows, kinds, numbers, notes and faults.
func sameReading(t *testing.T, path string, settings func() *listSettings) (inBlocks bool) {
	t.Helper()
	one := settings()
	one.oneByOne = true
	want, wantErr := readList(context.Background(), path, one, &progress{})
	got, err := readList(context.Background(), path, settings(), &progress{})
	if fmt.Sprint(err) != fmt.Sprint(wantErr) {
		t.Fatalf("in blocks: %v\nrow by row: %v", err, wantErr)
	}
	if err != nil {
		return false
	}
	if got.rows.Len() != want.rows.Len() {
		t.Fatalf("%d rows in blocks, %d row by row", got.rows.Len(), want.rows.Len())
	}
	for _, c := range []struct {
		name      string
		got, want any
	}{
		{"accounts", got.rows.Accounts, want.rows.Accounts}, {"amounts", got.rows.Amounts, want.rows.Amounts}, {"locked", got.rows.Locked, want.rows.Locked},
		{"index", got.rows.Index, want.rows.Index}, {"tokens", got.rows.Tokens, want.rows.Tokens}, {"columns", got.rows.Columns, want.rows.Columns},
		{"notes", got.notes, want.notes}, {"kinds", got.kindsOf.all(got.rows.Accounts), want.kindsOf.all(want.rows.Accounts)},
	} {
		if !reflect.DeepEqual(c.got, c.want) {
			t.Errorf("%s in blocks: %.300v\nrow by row: %.300v", c.name, c.got, c.want)
		}
	}
	for row := range got.rows.Len() {
		if got.number(row) != want.number(row) {
			t.Fatalf("row %d is data row %d in blocks, %d row by row", row, got.number(row), want.number(row))
		}
	}
	return got.numbers == nil
}

const (
	spelt   = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
	small   = "0xfb6916095ca1df60bb79ce92ce3ea74c37c5d359"
	another = "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb"
)

func TestReadList_inBlocksAsRowByRow(t *testing.T) {
	widest := "115792089237316195423570985008687907853269984665640564039457584007913129639935"
	for _, c := range []struct {
		name, file, text string
		blocks           bool
		set              func(*listSettings)
	}{
		{"plain", "a.csv", "account,amount\n" + spelt + ",5\n" + small + ",7\n", true, nil},
		{"no last line end", "a.csv", "account,amount\n" + spelt + ",5\n" + small + ",7", true, nil},
		{"returns", "a.csv", "account,amount\r\n" + spelt + ",5\r\n" + small + ",7\r\n", true, nil},
		{"mark", "a.csv", "\ufeffaccount,amount\n" + spelt + ",5\n", true, nil},
		{"columns turned", "a.csv", "amount,account\n5," + spelt + "\n", true, nil},
		{"quotes", "a.csv", "account,amount\n\"" + spelt + "\",\"5\"\n" + small + ",7\n", true, nil},
		{"quoted header", "a.csv", "\"account\",amount\n" + spelt + ",5\n", false, nil},
		{"widest", "a.csv", "account,amount\n" + spelt + "," + widest + "\n" + small + ",0\n", true, nil},
		{"38 and 39 digits", "a.csv", "account,amount\n" + spelt + "," + strings.Repeat("9", 38) + "\n" + small + "," + strings.Repeat("9", 39) + "\n", true, nil},
		{"too wide", "a.csv", "account,amount\n" + spelt + ",1" + widest + "\n", false, nil},
		{"checksum", "a.csv", "account,amount\n" + small + ",1\n" + strings.Replace(spelt, "aA", "AA", 1) + ",2\n", false, nil},
		{"all capitals", "a.csv", "account,amount\n0x" + strings.ToUpper(small[2:]) + ",2\n", false, nil},
		{"all capitals let through", "a.csv", "account,amount\n0x" + strings.ToUpper(small[2:]) + ",2\n", true, func(s *listSettings) { s.anyChecksum = true }},
		{"0X", "a.csv", "account,amount\n0X" + small[2:] + ",2\n", false, nil},
		{"zero account", "a.csv", "account,amount\n0x" + strings.Repeat("0", 40) + ",2\n", false, nil},
		{"zero account kept", "a.csv", "account,amount\n0x" + strings.Repeat("0", 40) + ",2\n", true, func(s *listSettings) { s.zeroAccount = true }},
		{"burn and precompile", "a.csv", "account,amount\n0x000000000000000000000000000000000000dEaD,1\n0x0000000000000000000000000000000000000001,2\n", true, nil},
		{"of Solana", "a.csv", "account,amount\n7xKXtg2CW87d97TXJSDpbD5jBkheTqA83TZRuJosgAsU,2\n", false, nil},
		{"fraction", "a.csv", "account,amount\n" + spelt + ",5.0\n", false, nil},
		{"leading zero", "a.csv", "account,amount\n" + spelt + ",05\n", false, nil},
		{"sign", "a.csv", "account,amount\n" + spelt + ",-5\n" + small + ",+5\n", false, nil},
		{"blank", "a.csv", "account,amount\n" + spelt + ", 5\n", false, nil},
		{"whole tokens", "a.csv", "account,amount\n" + spelt + ",5.25\n" + small + ",3\n", true, func(s *listSettings) { s.read.Unit, s.read.Decimals = "token", 6 }},
		{"cut tokens", "a.csv", "account,amount\n" + spelt + ",5.25\n", false, func(s *listSettings) { s.read.Unit, s.read.Decimals, s.read.Cut = "token", 1, true }},
		{"cells lacking", "a.csv", "account,amount\n" + spelt + "\n" + small + ",7\n", false, nil},
		{"cell too many", "a.csv", "account,amount\n" + spelt + ",7,\n", false, nil},
		{"empty line", "a.csv", "account,amount\n" + spelt + ",7\n\n", false, nil},
		{"lone return", "a.csv", "account,amount\n" + spelt + ",7\r\r\n", false, nil},
		{"quote inside", "a.csv", "account,amount\n" + spelt + ",7\"\n", false, nil},
		{"header only", "a.csv", "account,amount\n", false, nil},
		{"ignored column", "a.csv", "account,name,amount\n" + spelt + ",é \"x\",7\n", false, func(s *listSettings) { s.ignore = []string{"name"} }},
		{"ignored column in quotes", "a.csv", "account,name,amount\n" + spelt + ",\"é, x\",7\n", true, func(s *listSettings) { s.ignore = []string{"name"} }},
		{"ignored column over lines", "a.csv", "account,name,amount\n" + spelt + ",\"é\nx\",7\n", false, func(s *listSettings) { s.ignore = []string{"name"} }},
		{"not UTF-8", "a.csv", "account,name,amount\n" + spelt + ",\xff,7\n", false, func(s *listSettings) { s.ignore = []string{"name"} }},
		{"headless", "a.csv", spelt + ",7\n" + small + ",8\n", true, func(s *listSettings) { s.read.Columns = []string{"account", "amount"} }},
		{"headless with a mark", "a.csv", "\ufeff" + spelt + ",7\n", false, func(s *listSettings) { s.read.Columns = []string{"account", "amount"} }},
		{"sum", "a.csv", "account,amount\n" + spelt + ",7\n" + spelt + ",8\n", false, func(s *listSettings) { s.duplicates = "sum" }},
		{"lines of JSON", "a.jsonl", `{"account":"` + spelt + `","amount":"5"}` + "\n" + `{ "account" : "` + small + `", "amount":	"7" } ` + "\r\n", true, nil},
		{"keys turned", "a.jsonl", `{"account":"` + spelt + `","amount":"5"}` + "\n" + `{"amount":"7","account":"` + small + `"}` + "\n", false, nil},
		{"escape", "a.jsonl", `{"account":"` + spelt + `","amount":"5"}` + "\n" + `{"account":"` + small + `","amount":"\u0037"}` + "\n", false, nil},
		{"key lacking", "a.jsonl", `{"account":"` + spelt + `","amount":"5"}` + "\n" + `{"account":"` + small + `"}` + "\n", false, nil},
		{"number", "a.jsonl", `{"account":"` + spelt + `","amount":"5"}` + "\n" + `{"account":"` + small + `","amount":7}` + "\n", false, nil},
		{"text behind", "a.jsonl", `{"account":"` + spelt + `","amount":"5"}` + "\n" + `{"account":"` + small + `","amount":"7"},` + "\n", false, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), c.file)
			if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
				t.Fatal(err)
			}
			blocks := sameReading(t, path, func() *listSettings {
				s := settingsFor(t, "oz-standard-v1")
				s.profile.AnyFields = false
				if c.set != nil {
					c.set(s)
				}
				return s
			})
			if blocks != c.blocks {
				t.Errorf("read in blocks: %t, want %t", blocks, c.blocks)
			}
		})
	}
}

func TestReadList_columnsInBlocks(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.csv")
	text := "account:address,amount:uint256,to:address,note:string\n" + spelt + ",5," + another + ",x\n" + small + ",6," + another + ",\n" + another + ",7," + small + ",x\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if !sameReading(t, path, func() *listSettings { return settingsFor(t, "oz-standard-v1") }) {
		t.Error("read row by row")
	}
}

// manyRows is a list of several blocks, as CSV and as lines of JSON.
func manyRows(n int) (csv, jsonl []byte) {
	r := rand.New(rand.NewPCG(1, 2))
	e := tree.NewEIP55()
	var c, j bytes.Buffer
	c.WriteString("account,amount\n")
	for range n {
		var raw [20]byte
		for i := range raw {
			raw[i] = byte(r.Uint32())
		}
		a, _ := merkle.NewAccount(merkle.EVM, raw[:]) // 20 random bytes are not zero
		address, amount := e.Append([]byte("0x"), []merkle.Account{a}), r.Uint64()>>r.IntN(64)
		fmt.Fprintf(&c, "%s,%d\n", address, amount)
		fmt.Fprintf(&j, "{\"account\":\"%s\",\"amount\":\"%d\"}\n", address, amount)
	}
	return c.Bytes(), j.Bytes()
}

func TestReadList_severalBlocks(t *testing.T) {
	csv, jsonl := manyRows(30_000)
	for name, text := range map[string][]byte{"a.csv": csv, "a.jsonl": jsonl} {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		if !sameReading(t, path, func() *listSettings { return settingsFor(t, "uniswap-v1") }) {
			t.Errorf("%s: read row by row", name)
		}
		wrong := bytes.Clone(text)
		wrong[len(wrong)-len(wrong)/3] = '!'
		if err := os.WriteFile(path, wrong, 0o600); err != nil {
			t.Fatal(err)
		}
		if sameReading(t, path, func() *listSettings { return settingsFor(t, "uniswap-v1") }) {
			t.Errorf("%s: read in blocks though a row is wrong", name)
		}
	}
}

// FuzzReadList compares both ways of reading any text.
func FuzzReadList(f *testing.F) {
	f.Add([]byte("account,amount\n"+spelt+",5\n"), false)
	f.Add([]byte("account,amount\n\""+spelt+"\",\"5\"\r\n"+small+",0\n"), false)
	f.Add([]byte(`{"account":"`+spelt+`","amount":"5"}`+"\n"), true)
	f.Fuzz(func(t *testing.T, text []byte, lines bool) {
		name := "a.csv"
		if lines {
			name = "a.jsonl"
		}
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		sameReading(t, path, func() *listSettings { return settingsFor(t, "uniswap-v1") })
	})
}

func FuzzReadAmount(f *testing.F) {
	f.Add([]byte("18446744073709551616"))
	f.Add([]byte("12345678:2345678"))
	f.Fuzz(func(t *testing.T, text []byte) {
		want, err := merkle.ParseAmountBytes(text)
		got, ok := readAmount(text)
		if ok != (err == nil) || ok && got != want {
			t.Fatalf("%q: %v %t, want %v %v", text, got, ok, want, err)
		}
	})
}

func FuzzLeadingNumber(f *testing.F) {
	f.Add([]byte("18446744073709551616"))
	f.Add([]byte("1234567,"))
	f.Add([]byte("12345678901234567890123:"))
	f.Add([]byte("123456789012345678901234/"))
	f.Add([]byte("1234567\xba90"))
	f.Fuzz(func(t *testing.T, text []byte) {
		var room [numberRoom]byte
		digits := 0
		for copy(room[:], text); digits < numberRoom && room[digits] >= '0' && room[digits] <= '9'; digits++ {
		}
		high, low, n := leadingNumber(&room)
		want, _ := new(big.Int).SetString("0"+string(room[:digits]), 10)
		if got := merkle.AmountFromWords([4]uint64{low, high}).Big(); n != digits || got.Cmp(want) != 0 {
			t.Fatalf("%q: %d of %d digits, want %d of %d", room[:], got, n, want, digits)
		}
	})
}

func FuzzReadAddress(f *testing.F) {
	f.Add([]byte(spelt[2:]))
	f.Add([]byte("\xb0@`/:gG" + spelt[9:]))
	f.Fuzz(func(t *testing.T, text []byte) {
		if len(text) < 40 {
			return
		}
		text = text[:40]
		want, mixed, err := merkle.ParseAccountUnchecked(append([]byte("0x"), text...))
		words, small, capital, ok := readAddress((*[40]byte)(text))
		if ok && words == [4]uint64{} {
			return // the zero account has an error of its own
		}
		if ok != (err == nil) || ok && (merkle.AccountFromWords(merkle.EVM, words) != want || mixed != (small && capital)) {
			t.Fatalf("%q: %x %t %t %t, want %v %t %v", text, words, small, capital, ok, want, mixed, err)
		}
	})
}

func TestReadAddress_everyByte(t *testing.T) {
	for at := range 40 {
		for c := range 256 {
			text := []byte(strings.Repeat("7a", 20))
			text[at] = byte(c)
			want, _, err := merkle.ParseAccountUnchecked(append([]byte("0x"), text...))
			words, _, _, ok := readAddress((*[40]byte)(text))
			if ok != (err == nil) || ok && merkle.AccountFromWords(merkle.EVM, words) != want {
				t.Fatalf("%q: %x %t, want %v %v", text, words, ok, want, err)
			}
		}
	}
}

func BenchmarkList(b *testing.B) {
	csv, jsonl := manyRows(100_000)
	for name, text := range map[string][]byte{"list.csv": csv, "list.jsonl": jsonl} {
		b.Run(strings.TrimPrefix(filepath.Ext(name), "."), func(b *testing.B) {
			path := filepath.Join(b.TempDir(), name)
			if err := os.WriteFile(path, text, 0o600); err != nil {
				b.Fatal(err)
			}
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := readList(context.Background(), path, settingsFor(b, "uniswap-v1"), &progress{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
