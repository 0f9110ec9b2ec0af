package verify

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"
)

func parquetFile(t testing.TB, group parquet.Group, rows ...[]any) []byte {
	t.Helper()
	var b bytes.Buffer
	w := parquet.NewWriter(&b, parquet.NewSchema("rows", group), parquet.MaxRowsPerRowGroup(2))
	for _, row := range rows {
		var values parquet.Row
		for i, x := range row {
			v := parquet.NullValue().Level(0, 0, i)
			if x != nil {
				level := 0
				if group[w.Schema().Columns()[i][0]].Optional() {
					level = 1
				}
				v = parquet.ValueOf(x).Level(0, level, i)
			}
			values = append(values, v)
		}
		if _, err := w.WriteRows([]parquet.Row{values}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func parquetCells(text []byte) (rows [][]string, err error) {
	tab, _, err := newParquetTable(bytes.NewReader(text), &inputDecl{})
	if err != nil {
		return nil, err
	}
	all := make([]int, len(tab.header))
	for i := range all {
		all[i] = i
	}
	if err := tab.parquet.readable(tab.header, all); err != nil {
		return nil, err
	}
	for {
		ok, err := tab.read()
		if !ok {
			return rows, err
		}
		row := make([]string, len(tab.ends))
		for i := range row {
			row[i] = string(tab.cell(i))
		}
		rows = append(rows, row)
	}
}

func TestParquet_types(t *testing.T) {
	group := parquet.Group{
		"account": parquet.Leaf(parquet.ByteArrayType), "b": parquet.Leaf(parquet.FixedLenByteArrayType(32)), "c": parquet.Decimal(3, 30, parquet.FixedLenByteArrayType(16)),
		"d": parquet.Decimal(2, 9, parquet.Int32Type), "e": parquet.Uint(64), "f": parquet.Optional(parquet.String()), "g": parquet.Timestamp(parquet.Microsecond), "h": parquet.Uint(32), "i": parquet.Date(), "j": parquet.Leaf(parquet.BooleanType),
	}
	key := [32]byte(bytes.Repeat([]byte{7}, 32))
	var plus, minus [16]byte
	plus[0], plus[15] = 1, 0xf4
	copy(minus[:], bytes.Repeat([]byte{0xff}, 16))
	minus[15] = 0x18 // -232
	row := func(account string, c [16]byte, d int32, f any) []any {
		return []any{[]byte(account), key, c, d, uint64(1<<64 - 1), f, int64(1719837000500000), uint32(1<<32 - 1), int32(19905), true}
	}
	got, err := parquetCells(parquetFile(t, group, row(strings.Repeat("\xab", 20), plus, -1250, "é"), row(strings.Repeat("\xab", 32), minus, 5, nil), row(walletA, plus, 0, ""), row(strings.Repeat("1", 32), plus, 100, nil)))
	if err != nil {
		t.Fatal(err)
	}
	tail := "2024-07-01T12:30:00.5Z 4294967295 2024-07-01 true]"
	k := base58(key[:])
	want := "[[0x" + strings.Repeat("ab", 20) + " " + k + " 1329227995784915872903807060280344.82 -12.5 18446744073709551615 é " + tail + " [" + base58(bytes.Repeat([]byte{0xab}, 32)) + " " + k + " -0.232 0.05 18446744073709551615  " + tail +
		" [" + walletA + " " + k + " 1329227995784915872903807060280344.82 0 18446744073709551615  " + tail + " [" + strings.Repeat("1", 32) + " " + k + " 1329227995784915872903807060280344.82 1 18446744073709551615  " + tail + "]"
	if fmt.Sprint(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestParquet_refused(t *testing.T) {
	good := parquetFile(t, parquet.Group{"a": parquet.String()}, []any{"x"})
	for _, test := range []struct {
		name, want string
		text       []byte
	}{
		{"double", "binary fractions", parquetFile(t, parquet.Group{"a": parquet.Leaf(parquet.DoubleType)}, []any{0.5})},
		{"float", "binary fractions", parquetFile(t, parquet.Group{"a": parquet.Leaf(parquet.FloatType)}, []any{float32(1)})},
		{"local time", "not read", parquetFile(t, parquet.Group{"a": parquet.TimestampAdjusted(parquet.Millisecond, false)}, []any{int64(0)})},
		{"16 bytes", "not read", parquetFile(t, parquet.Group{"a": parquet.Leaf(parquet.FixedLenByteArrayType(16))}, []any{[16]byte{}})},
		{"list", "list or group", parquetFile(t, parquet.Group{"a": parquet.Repeated(parquet.String())}, []any{"x"})},
		{"NUL", `row 2: column "a": a NUL byte`, parquetFile(t, parquet.Group{"a": parquet.String()}, []any{"x"}, []any{"\x00"})},
		{"cut", "not a readable Parquet file", good[:len(good)-9]},
		{"empty", "not a readable Parquet file", nil},
	} {
		if _, err := parquetCells(test.text); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: got %v", test.name, err)
		}
	}
}

// FuzzParquet: no file makes the reader panic.
func FuzzParquet(f *testing.F) {
	f.Add(parquetFile(f, parquet.Group{"a": parquet.Decimal(2, 9, parquet.Int32Type), "b": parquet.Optional(parquet.String())}, []any{int32(1), nil}, []any{int32(2), "x"}))
	f.Add([]byte("PAR1xxxx\x01\x00\x00\x00PAR1"))
	f.Fuzz(func(t *testing.T, text []byte) {
		rows, err := parquetCells(text)
		for _, row := range rows {
			if len(row) == 0 && err == nil {
				t.Fatal("a row without cells")
			}
		}
	})
}

// TestParquet_damaged changes each byte of a file: rows or an error come out, never a panic.
func TestParquet_damaged(t *testing.T) {
	good := parquetFile(t, parquet.Group{"a": parquet.Decimal(2, 9, parquet.Int32Type), "b": parquet.Optional(parquet.String())}, []any{int32(1), nil}, []any{int32(2), "x"})
	refused := 0
	for i := range good {
		for _, flip := range []byte{1, 0x80, 0xff} {
			bad := bytes.Clone(good)
			bad[i] ^= flip
			if _, err := parquetCells(bad); err != nil {
				refused++
			}
		}
	}
	if refused < len(good)/2 {
		t.Errorf("%d of %d damaged files were refused", refused, 3*len(good))
	}
}
