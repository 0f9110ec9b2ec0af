package alloc

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"

	merkle "github.com/merkle-drop/merkle"
	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

// allocated is how many bytes do made room for.
func allocated(do func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	do()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

func withFooter(footer []byte) []byte {
	text := append([]byte("PAR1"), footer...)
	return append(binary.LittleEndian.AppendUint32(text, uint32(len(footer))), "PAR1"...)
}

// TestParquet_footerAsksForMuch: a file of a few bytes whose footer announces two thousand million columns, or structures without end, is refused at
// the cost of a few kilobytes.
func TestParquet_footerAsksForMuch(t *testing.T) {
	many := binary.AppendUvarint([]byte{0x15, 2, 0x19, 0xfc}, 1<<31-1) // version; a list of structures
	full := binary.AppendUvarint([]byte{0x15, 2, 0x19, 0xfc}, maxParquetStructs+1)
	for name, footer := range map[string][]byte{
		"long list":  append(many, 0),
		"true list":  append(full, make([]byte, maxParquetStructs+2)...),
		"long text":  append(binary.AppendUvarint([]byte{0x15, 2, 0x48}, 1<<31-1), 0),
		"deep":       bytes.Repeat([]byte{0x1c}, 1<<20),
		"deep lists": bytes.Repeat([]byte{0x19}, 1<<20),
		"cut":        {0x15},
		"no type":    {0x1e},
	} {
		text := withFooter(footer)
		faults := new(merkle.Faults)
		used := allocated(func() {
			if _, err := OpenTable(bytes.NewReader(text), "in", "parquet", faults); err != nil {
				t.Fatal(err)
			}
		})
		if err := faults.Err(); !errors.Is(err, ErrParquet) || !strings.Contains(err.Error(), "footer") {
			t.Errorf("%s: %v", name, err)
		}
		if used > 4<<20 {
			t.Errorf("%s: %d bytes of room", name, used)
		}
	}
}

// TestParquet_schemaAsksForMuch: paths of groups in groups, and columns times row groups, are refused before the library makes room for them.
func TestParquet_schemaAsksForMuch(t *testing.T) {
	var nested, many format.FileMetaData
	for range 5000 {
		nested.Schema = append(nested.Schema, format.SchemaElement{Name: "a", NumChildren: thrift.New(int32(1))})
	}
	for range 3000 {
		many.Schema = append(many.Schema, format.SchemaElement{Name: "a", Type: thrift.New(format.Type(1))})
		many.RowGroups = append(many.RowGroups, format.RowGroup{})
	}
	for want, f := range map[error]*format.FileMetaData{errSkimDeep: &nested, errSkimMuch: &many} {
		footer, err := thrift.Marshal(new(thrift.CompactProtocol), f)
		if err != nil {
			t.Fatal(err)
		}
		text := withFooter(footer)
		used := allocated(func() {
			_, err = new(parquetTable).open(bytes.NewReader(text), int64(len(text)))
		})
		if !errors.Is(err, ErrParquet) || !errors.Is(err, want) {
			t.Errorf("%v, want %v", err, want)
		}
		if used > 8<<20 {
			t.Errorf("%v: %d bytes of room", want, used)
		}
	}
}

// aPage is a file of one page: its header, made by the library, and what follows.
func aPage(t *testing.T, h format.PageHeader, payload []byte) []byte {
	t.Helper()
	head, err := thrift.Marshal(new(thrift.CompactProtocol), &h)
	if err != nil {
		t.Fatal(err)
	}
	return append(head, payload...)
}

// TestParquet_pageAsksForMuch: each header that is not true to the file, or past the limits, is refused before room is made for it.
func TestParquet_pageAsksForMuch(t *testing.T) {
	data := func(values int32) thrift.Null[format.DataPageHeader] {
		return thrift.New(format.DataPageHeader{NumValues: values})
	}
	second := func(values, levels, more int32) thrift.Null[format.DataPageHeaderV2] {
		return thrift.New(format.DataPageHeaderV2{NumValues: values, RepetitionLevelsByteLength: levels, DefinitionLevelsByteLength: more})
	}
	long := strings.Repeat("x", 3000)
	snappy := binary.AppendUvarint(nil, 1<<32-1)
	zstdFrame := func(descriptor byte, rest ...byte) []byte {
		return append([]byte{0x28, 0xb5, 0x2f, 0xfd, descriptor}, rest...)
	}
	const big = 1<<31 - 1
	run := []byte{0xfb, 0xff, 0x7f} // the last block: a byte 2^20 − 1 times
	var runs []byte
	for range 300 {
		runs = append(runs, 0xfa, 0xff, 0x7f, 'x')
	}
	for _, test := range []struct {
		name   string
		codec  format.CompressionCodec
		header format.PageHeader
		bytes  []byte
		want   string
	}{
		{"good", 0, format.PageHeader{CompressedPageSize: 5, UncompressedPageSize: 5, DataPageHeader: data(3)}, []byte("12345"), ""},
		{"good, long header", 0, format.PageHeader{CompressedPageSize: 5, UncompressedPageSize: 5, DataPageHeader: thrift.New(format.DataPageHeader{NumValues: 3, Statistics: format.Statistics{MaxValue: []byte(long), MinValue: []byte(long)}})}, []byte("12345"), ""},
		{"longer than the file", 0, format.PageHeader{CompressedPageSize: big, UncompressedPageSize: 5, DataPageHeader: data(3)}, []byte("12345"), "longer than its column"},
		{"negative", 0, format.PageHeader{CompressedPageSize: -1, UncompressedPageSize: 5, DataPageHeader: data(3)}, []byte("12345"), "below 0"},
		{"unpacked to 2 GiB", format.Gzip, format.PageHeader{CompressedPageSize: 5, UncompressedPageSize: big, DataPageHeader: data(3)}, []byte("12345"), "256 MiB"},
		{"values", 0, format.PageHeader{CompressedPageSize: 5, UncompressedPageSize: 5, DataPageHeader: data(11)}, []byte("12345"), "more values than the row group"},
		{"values of the second kind", 0, format.PageHeader{CompressedPageSize: 5, UncompressedPageSize: 5, DataPageHeaderV2: second(big, 0, 0)}, []byte("12345"), "more values than the row group"},
		{"levels", 0, format.PageHeader{CompressedPageSize: 5, UncompressedPageSize: 5, DataPageHeaderV2: second(3, 3, 3)}, []byte("12345"), "levels longer"},
		{"dictionary", 0, format.PageHeader{CompressedPageSize: 5, UncompressedPageSize: 5, DictionaryPageHeader: thrift.New(format.DictionaryPageHeader{NumValues: big})}, []byte("12345"), "dictionary of more values"},
		{"snappy", format.Snappy, format.PageHeader{CompressedPageSize: int32(len(snappy)), UncompressedPageSize: 5, DataPageHeader: data(3)}, snappy, "256 MiB"},
		{"zstd, announced", format.Zstd, format.PageHeader{CompressedPageSize: 20, UncompressedPageSize: 5, DataPageHeader: data(3)}, append(zstdFrame(0xe0, 255, 255, 255, 255, 255, 255, 0, 0), make([]byte, 7)...), "256 MiB"},
		{"zstd, window", format.Zstd, format.PageHeader{CompressedPageSize: 20, UncompressedPageSize: 5, DataPageHeader: data(3)}, append(zstdFrame(0, 0xff), make([]byte, 14)...), "256 MiB"},
		{"zstd, one run", format.Zstd, format.PageHeader{CompressedPageSize: 10, UncompressedPageSize: 5, DataPageHeader: data(3)}, append(append(zstdFrame(0, 0x50), run...), 'x'), ""},
		{"zstd, runs", format.Zstd, format.PageHeader{CompressedPageSize: int32(10 + len(runs)), UncompressedPageSize: 5, DataPageHeader: data(3)}, append(append(append(zstdFrame(0, 0x50), runs...), run...), 'x'), "256 MiB"},
		{"zstd, cut", format.Zstd, format.PageHeader{CompressedPageSize: 8, UncompressedPageSize: 5, DataPageHeader: data(3)}, zstdFrame(0, 0x50, 1, 2), "damaged"},
	} {
		text := aPage(t, test.header, test.bytes)
		w := pageWalk{file: bytes.NewReader(text), codec: test.codec, rows: 10}
		var err error
		used := allocated(func() {
			err = w.pages(int64(len(text)), &format.ColumnMetaData{TotalCompressedSize: int64(len(text))})
		})
		if test.want == "" && err != nil || test.want != "" && (!errors.Is(err, ErrParquet) || !strings.Contains(err.Error(), test.want)) {
			t.Errorf("%s: %v, want %q", test.name, err, test.want)
		}
		if used > 4<<20 {
			t.Errorf("%s: %d bytes of room", test.name, used)
		}
	}
	w := pageWalk{file: bytes.NewReader(nil)}
	for _, m := range []format.ColumnMetaData{{DataPageOffset: -1}, {DataPageOffset: 9}, {DictionaryPageOffset: 1 << 62}, {TotalCompressedSize: -1}} {
		if err := w.pages(8, &m); !errors.Is(err, ErrParquet) {
			t.Errorf("%+v: %v", m, err)
		}
	}
}

// TestParquet_everyCompression: what the checks let through is every way in which the library writes, with pages of both kinds, dictionaries, nulls and
// several row groups.
func TestParquet_everyCompression(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	var rows [][]any
	for i := range 3000 {
		var note any
		if rng.IntN(3) > 0 {
			note = fmt.Sprintf("note %d", rng.IntN(50))
		}
		rows = append(rows, []any{fmt.Sprintf("account %d %d", i, rng.Uint64()), note, int32(rng.IntN(1000))})
	}
	columns := parquet.Group{"a": parquet.String(), "b": parquet.Optional(parquet.Encoded(parquet.String(), &parquet.RLEDictionary)), "c": parquet.Leaf(parquet.Int32Type)}
	want := ""
	for _, codec := range []compress.Codec{&parquet.Uncompressed, &parquet.Snappy, &parquet.Gzip, &parquet.Brotli, &parquet.Zstd} {
		for version := 1; version <= 2; version++ {
			text := parquetOf(t, columns, rows, parquet.Compression(codec), parquet.DataPageVersion(version), parquet.MaxRowsPerRowGroup(1100), parquet.PageBufferSize(3000))
			faults := new(merkle.Faults)
			tab, err := OpenTable(strings.NewReader(text), "in", "parquet", faults)
			if err != nil {
				t.Fatal(err)
			}
			var got strings.Builder
			for tab.Next() {
				for i := range tab.Header() {
					fmt.Fprintf(&got, "%s,", tab.Cell(i))
				}
			}
			if want == "" {
				want = got.String()
			}
			if faults.Err() != nil || tab.Rows() != 3000 || got.String() != want {
				t.Errorf("%s, pages %d: %d rows, %v", codec, version, tab.Rows(), faults.Err())
			}
		}
	}
}

// TestParquet_compressionNotRead: of LZ4_RAW the library sometimes takes bytes for a page that are not the page's, and of a column with several compressions it
// unpacks all like the first. Neither is read; a column that is not needed may be so.
func TestParquet_compressionNotRead(t *testing.T) {
	columns := parquet.Group{"a": parquet.String(), "b": parquet.Compressed(parquet.String(), &parquet.Lz4Raw)}
	text := parquetOf(t, columns, [][]any{{"x", "y"}}, parquet.Compression(&parquet.Snappy))
	for _, test := range []struct {
		read   []int
		faults int
	}{{[]int{0}, 0}, {[]int{1}, 1}, {[]int{0, 1}, 1}} {
		faults := new(merkle.Faults)
		tab, err := OpenTable(strings.NewReader(text), "in", "parquet", faults)
		if err != nil {
			t.Fatal(err)
		}
		if ok := tab.choose(test.read, -1); ok != (test.faults == 0) || len(faults.List) != test.faults || ok != tab.Next() {
			t.Errorf("columns %v: %v", test.read, faults.Err())
		}
		if err := faults.Err(); err != nil && (!errors.Is(err, ErrCompression) || !strings.Contains(err.Error(), "LZ4_RAW")) {
			t.Errorf("got %v", err)
		}
	}
	groups := []format.RowGroup{{Columns: make([]format.ColumnChunk, 1)}, {Columns: make([]format.ColumnChunk, 1)}, {}}
	groups[1].Columns[0].MetaData.Codec = format.Snappy
	for n, want := range []error{nil, nil, ErrCompression, ErrCompression} {
		if err := compressionOf(groups[:n], 0); !errors.Is(err, want) {
			t.Errorf("%d row groups: %v", n, err)
		}
	}
	if err := compressionOf(groups[2:], 0); !errors.Is(err, ErrParquet) {
		t.Errorf("no such column: %v", err)
	}
}

// FuzzSkim: what is let through is as long as the library finds it, where that can read it.
func FuzzSkim(f *testing.F) {
	good := []byte(parquetOf(f, parquet.Group{"a": parquet.Optional(parquet.String())}, [][]any{{"x"}, {nil}}))
	n := binary.LittleEndian.Uint32(good[len(good)-8:])
	f.Add(good[len(good)-8-int(n) : len(good)-8])
	f.Add(good[4:])
	f.Add([]byte{0x1c, 0x1c, 0, 0, 0})
	f.Add([]byte{0x1b, 2, 0x11, 1, 1, 1, 1, 0})
	f.Fuzz(func(t *testing.T, text []byte) {
		n, err := skim(text)
		if n > len(text) {
			t.Fatalf("%d of %d bytes", n, len(text))
		}
		if err != nil {
			return
		}
		var protocol thrift.CompactProtocol
		r := protocol.NewReaderFromBytes(text)
		if err := thrift.NewDecoder(r).Decode(new(format.FileMetaData)); err == nil && r.BytesRead() != n {
			t.Errorf("%d bytes, the library reads %d", n, r.BytesRead())
		}
	})
}
