package alloc

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	merkle "github.com/merkle-drop/merkle"
	"github.com/parquet-go/parquet-go"
	"pgregory.net/rapid"
)

// parquetOf writes rows with the columns of a schema; columns are in alphabetical order.
func parquetOf(t testing.TB, columns parquet.Group, rows [][]any, options ...parquet.WriterOption) string {
	t.Helper()
	var b bytes.Buffer
	w := parquet.NewWriter(&b, append([]parquet.WriterOption{parquet.NewSchema("rows", columns)}, options...)...)
	for _, row := range rows {
		var values parquet.Row
		for i, x := range row {
			if x == nil {
				values = append(values, parquet.NullValue().Level(0, 0, i))
				continue
			}
			level := 0
			if columns[w.Schema().Columns()[i][0]].Optional() {
				level = 1
			}
			values = append(values, parquet.ValueOf(x).Level(0, level, i))
		}
		if _, err := w.WriteRows([]parquet.Row{values}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// parquetText is a file of texts with the rows of a CSV file.
func parquetText(t testing.TB, text string, options ...parquet.WriterOption) string {
	t.Helper()
	all, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	group := parquet.Group{}
	for _, name := range all[0] {
		group[name] = parquet.String()
	}
	var rows [][]any
	names := slices.Sorted(slices.Values(all[0]))
	for _, cells := range all[1:] {
		row := make([]any, len(cells))
		for i, name := range names {
			row[i] = cells[slices.Index(all[0], name)]
		}
		rows = append(rows, row)
	}
	return parquetOf(t, group, rows, options...)
}

func TestParquet_types(t *testing.T) {
	evm, key := []byte("\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\xff\xfe\xfd\xfc\xfb\xfa\x00\x00\x00\x01"), bytes.Repeat([]byte{7}, 32)
	wide, _ := new(big.Int).SetString("115792089237316195423570985008687907853269984665640564039457", 10)
	minus := append(bytes.Repeat([]byte{0xff}, 29), 0xfe, 0x0c, 0x00) // -128000
	group := parquet.Group{
		"a": parquet.Leaf(parquet.FixedLenByteArrayType(20)), "b": parquet.Leaf(parquet.FixedLenByteArrayType(32)), "c": parquet.Decimal(3, 30, parquet.FixedLenByteArrayType(32)),
		"d": parquet.Decimal(2, 9, parquet.Int32Type), "e": parquet.Decimal(0, 18, parquet.Int64Type), "f": parquet.Uint(64), "g": parquet.Int(64),
		"h": parquet.Leaf(parquet.BooleanType), "i": parquet.Timestamp(parquet.Millisecond), "j": parquet.Date(), "k": parquet.Optional(parquet.String()), "l": parquet.Uint(32),
		"m": parquet.Decimal(18, 60, parquet.ByteArrayType),
	}
	raw := make([]byte, 32)
	wide.FillBytes(raw)
	at := time.Date(2024, 7, 1, 12, 30, 0, 5e8, time.UTC).UnixMilli()
	text := parquetOf(t, group, [][]any{
		{[20]byte(evm), [32]byte(key), [32]byte(raw), int32(-1250), int64(7), uint64(1<<64 - 1), int64(-1 << 63), true, at, int32(19905), "é", uint32(1<<32 - 1), wide.Bytes()},
		{[20]byte(evm), [32]byte(key), [32]byte(minus), int32(5), int64(-1 << 63), uint64(0), int64(0), false, int64(0), int32(0), nil, uint32(0), []byte{0}},
	})
	_, rows, faults := readTable(t, strings.NewReader(text), "parquet")
	if err := faults.Err(); err != nil {
		t.Fatal(err)
	}
	hex := "0x0102030405060708090afffefdfcfbfa00000001"
	want := [][]string{
		{hex, "US517G5965aydkZ46HS38QLi7UQiSojurfbQfKCELFx", "115792089237316195423570985008687907853269984665640564039.457", "-12.5", "7", "18446744073709551615", "-9223372036854775808", "true", "2024-07-01T12:30:00.5Z", "2024-07-01", "é", "4294967295",
			"115792089237316195423570985008687907853269.984665640564039457"},
		{hex, "US517G5965aydkZ46HS38QLi7UQiSojurfbQfKCELFx", "-128", "0.05", "-9223372036854775808", "0", "0", "false", "1970-01-01T00:00:00Z", "1970-01-01", "", "0", "0"},
	}
	if fmt.Sprint(rows) != fmt.Sprint(want) {
		t.Errorf("got  %q\nwant %q", rows, want)
	}
}

func TestParquet_refused(t *testing.T) {
	one := func(n parquet.Node, values ...any) string {
		var rows [][]any
		for _, v := range values {
			rows = append(rows, []any{v})
		}
		return parquetOf(t, parquet.Group{"a": n}, rows)
	}
	good := one(parquet.String(), "x")
	for _, test := range []struct{ name, text, want string }{
		{"double", one(parquet.Leaf(parquet.DoubleType), 1.5), `in: column "a": DOUBLE: a binary fraction`},
		{"float", one(parquet.Leaf(parquet.FloatType), float32(1)), `in: column "a": FLOAT: a binary fraction`},
		{"local time", one(parquet.TimestampAdjusted(parquet.Millisecond, false), int64(1)), `in: column "a": this type of column is not read: TIMESTAMP without time zone`},
		{"bytes of another length", one(parquet.Leaf(parquet.FixedLenByteArrayType(16)), [16]byte{}), `in: column "a": this type of column is not read: FIXED_LEN_BYTE_ARRAY(16)`},
		{"UUID", one(parquet.UUID(), [16]byte{}), `in: column "a": this type of column is not read: UUID`},
		{"list", one(parquet.Repeated(parquet.String()), "x"), `in: column "a": this type of column is not read: a list or group`},
		{"NUL, and the rows after it", one(parquet.String(), "x", "a\x00", "\xff"), `in:2:1: a "": NUL byte`},
		{"invalid UTF-8", one(parquet.String(), "x", "y", "\xff"), `in:3:1: a "": not valid UTF-8: byte 0xff`},
		{"empty file", "", "in: file is empty"},
		{"CSV", "a,b\n1,2\n3,4\n", "in: cannot be read as Parquet: "},
		{"cut", good[:len(good)-9], "in: cannot be read as Parquet: "},
		{"long footer", "PAR1xxxx\xff\xff\xff\xffPAR1", "in: cannot be read as Parquet: the footer is larger than the file"},
	} {
		_, _, faults := readTable(t, strings.NewReader(test.text), "parquet")
		if err := faults.Err(); err == nil || !strings.HasPrefix(err.Error(), test.want) {
			t.Errorf("%s: got %v\nwant %s", test.name, err, test.want)
		}
	}
}

// TestParquet_choose leaves columns that nobody reads in the file, whatever they are, and takes bytes for accounts in their column alone.
func TestParquet_choose(t *testing.T) {
	text := parquetOf(t, parquet.Group{"a": parquet.Leaf(parquet.ByteArrayType), "b": parquet.Leaf(parquet.DoubleType), "c": parquet.Leaf(parquet.ByteArrayType)},
		[][]any{{bytes.Repeat([]byte{0xab}, 20), 0.5, "12345678901234567890"}})
	faults := new(merkle.Faults)
	tab, err := OpenTable(strings.NewReader(text), "in", "parquet", faults)
	if err != nil || !tab.choose([]int{0, 2, -1}, 0) || !tab.Next() {
		t.Fatal(err, faults.Err())
	}
	if a, b, c := string(tab.Cell(0)), string(tab.Cell(1)), string(tab.Cell(2)); a != "0x"+strings.Repeat("ab", 20) || b != "" || c != "12345678901234567890" {
		t.Errorf("got %q %q %q", a, b, c)
	}
	if tab.Next() || tab.Err() != nil || faults.Err() != nil {
		t.Error(tab.Err(), faults.Err())
	}
}

// TestParquet_likeCSV: the same rows as from CSV, over pages, dictionaries and row groups, from a stream and from a file.
func TestParquet_likeCSV(t *testing.T) {
	var b strings.Builder
	b.WriteString("account,power,time\n")
	for i := range 5000 {
		fmt.Fprintf(&b, "%040d,%d.%d,%d\n", i%700, i, i%10, 9)
	}
	_, want, _ := readTable(t, strings.NewReader(b.String()), "csv")
	for _, options := range [][]parquet.WriterOption{{parquet.MaxRowsPerRowGroup(999), parquet.PageBufferSize(2000)}, {parquet.Compression(&parquet.Snappy), parquet.DataPageVersion(1)},
		{parquet.Compression(&parquet.Zstd), parquet.DataPageVersion(2)}, {parquet.Compression(&parquet.Gzip)}} {
		text := parquetText(t, b.String(), options...)
		for _, r := range []io.Reader{strings.NewReader(text), io.MultiReader(strings.NewReader(text))} {
			_, got, faults := readTable(t, r, "parquet")
			if faults.Err() != nil || !slices.EqualFunc(got, want, slices.Equal) {
				t.Errorf("%d rows, want %d: %v", len(got), len(want), faults.Err())
			}
		}
	}
}

// TestParquet_decimals compares with exact fractions.
func TestParquet_decimals(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		raw, scale := rapid.SliceOfN(rapid.Byte(), 1, 64).Draw(t, "raw"), rapid.IntRange(0, 77).Draw(t, "scale")
		n := new(big.Int).SetBytes(raw)
		if raw[0] >= 0x80 {
			n.Sub(n, new(big.Int).Lsh(big.NewInt(1), uint(8*len(raw))))
		}
		want := new(big.Rat).SetFrac(n, new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(scale)), nil))
		text, err := appendTwos(nil, raw, scale)
		got, ok := new(big.Rat).SetString(string(text))
		if err != nil || !ok || got.Cmp(want) != 0 || strings.Contains(string(text), ".") && strings.HasSuffix(string(text), "0") {
			t.Fatalf("%x / 10^%d: got %s, %v", raw, scale, text, err)
		}
	})
}

// FuzzTableParquet: no file makes the reader panic, and what it accepts are texts.
func FuzzTableParquet(f *testing.F) {
	f.Add([]byte(parquetText(f, "account,amount\n0x01,1\n0x02,2\n")))
	f.Add([]byte(parquetOf(f, parquet.Group{"a": parquet.Decimal(2, 9, parquet.Int32Type), "b": parquet.Optional(parquet.String())}, [][]any{{int32(1), nil}, {int32(2), "x"}}, parquet.Compression(&parquet.Snappy))))
	f.Add([]byte("PAR1xxxx\x01\x00\x00\x00PAR1"))
	f.Fuzz(func(t *testing.T, text []byte) {
		faults := new(merkle.Faults)
		tab, err := OpenTable(bytes.NewReader(text), "in", "parquet", faults)
		if err != nil {
			t.Fatal(err)
		}
		for n := 0; tab.Next() && n < 10000; n++ {
			for i := range tab.Header() {
				if _, err := badByte(tab.Cell(i)); err != nil {
					t.Fatal(err)
				}
			}
		}
		if tab.Err() != nil {
			t.Fatal(tab.Err())
		}
	})
}

// BenchmarkParquet reads account and amount; MB/s are of the CSV text of the same rows.
func BenchmarkParquet(b *testing.B) {
	var rows strings.Builder
	rows.WriteString("account,amount\n")
	for i := range 100000 {
		fmt.Fprintf(&rows, "0x%040x,%d\n", i*7919, 1000000000000000000+i)
	}
	text := rows.String()
	for _, form := range []struct{ name, format, text string }{{"csv", "csv", text}, {"parquet", "parquet", parquetText(b, text)}, {"parquet-zstd", "parquet", parquetText(b, text, parquet.Compression(&parquet.Zstd))},
		{"parquet-snappy", "parquet", parquetText(b, text, parquet.Compression(&parquet.Snappy))}, {"parquet-gzip", "parquet", parquetText(b, text, parquet.Compression(&parquet.Gzip))}, {"parquet-brotli", "parquet", parquetText(b, text, parquet.Compression(&parquet.Brotli))}} {
		b.Run(form.name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				tab, err := OpenTable(strings.NewReader(form.text), "in", form.format, new(merkle.Faults))
				if err != nil {
					b.Fatal(err)
				}
				n := 0
				for tab.Next() {
					n++
				}
				if n != 100000 {
					b.Fatal(n)
				}
			}
		})
	}
}

// TestParquet_damaged changes each byte of a file: rows or faults come out, never a panic.
func TestParquet_damaged(t *testing.T) {
	good := parquetOf(t, parquet.Group{"a": parquet.Decimal(2, 9, parquet.Int32Type), "b": parquet.Optional(parquet.String())}, [][]any{{int32(1), nil}, {int32(2), "x"}})
	refused := 0
	for i := range good {
		for _, flip := range []byte{1, 0x80, 0xff} {
			bad := []byte(good)
			bad[i] ^= flip
			if _, _, faults := countRows(t, bad); faults.Err() != nil {
				refused++
			}
		}
	}
	if refused < len(good)/2 {
		t.Errorf("%d of %d damaged files were refused", refused, 3*len(good))
	}
}

// countRows counts rows; places of the header's faults are the file as a whole.
func countRows(t testing.TB, text []byte) (header []string, rows int, faults *merkle.Faults) {
	t.Helper()
	faults = new(merkle.Faults)
	tab, err := OpenTable(bytes.NewReader(text), "in", "parquet", faults)
	if err != nil {
		t.Fatal(err)
	}
	for rows < 10000 && tab.Next() {
		rows++
	}
	return tab.Header(), rows, faults
}
