package alloc

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"

	"github.com/klauspost/compress/snappy"
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
	second := func(values, nulls, levels, more int32) thrift.Null[format.DataPageHeaderV2] {
		return thrift.New(format.DataPageHeaderV2{NumValues: values, NumNulls: nulls, RepetitionLevelsByteLength: levels, DefinitionLevelsByteLength: more})
	}
	dictionary := func(values int32) thrift.Null[format.DictionaryPageHeader] {
		return thrift.New(format.DictionaryPageHeader{NumValues: values})
	}
	long := strings.Repeat("x", 3000)
	zstdFrame := func(descriptor byte, rest ...byte) []byte {
		return append([]byte{0x28, 0xb5, 0x2f, 0xfd, descriptor}, rest...)
	}
	const big = 1<<31 - 1
	run := []byte{0x03, 0, 0x10} // the last block: a byte 2^17 times
	var runs []byte
	for range 2500 {
		runs = append(runs, 0x02, 0, 0x10, 'x')
	}
	runs = append(append(zstdFrame(0, 0x50), append(runs, run...)...), 'x')
	oneRun := append(append(zstdFrame(0, 0x50), run...), 'x')
	three := []byte("123412341234")
	for _, test := range []struct {
		name     string
		codec    format.CompressionCodec
		header   format.PageHeader
		bytes    []byte
		packed   int32 // 0: the length of bytes
		unpacked int32 // 0: 12
		want     string
	}{
		{name: "good", header: format.PageHeader{DataPageHeader: data(3)}},
		{name: "good, second kind", header: format.PageHeader{Type: format.DataPageV2, DataPageHeaderV2: second(3, 0, 0, 0)}},
		{name: "good, long header", header: format.PageHeader{DataPageHeader: thrift.New(format.DataPageHeader{NumValues: 3, Statistics: format.Statistics{MaxValue: []byte(long), MinValue: []byte(long)}})}},
		{name: "longer than the file", packed: big, header: format.PageHeader{DataPageHeader: data(3)}, want: "longer than its column"},
		{name: "negative", packed: -1, header: format.PageHeader{DataPageHeader: data(3)}, want: "below 0"},
		{name: "unpacked to 2 GiB", codec: format.Gzip, unpacked: big, header: format.PageHeader{DataPageHeader: data(3)}, want: "256 MiB"},
		{name: "checksum", header: format.PageHeader{CRC: 1, DataPageHeader: data(3)}, want: "checksum"},
		{name: "values", header: format.PageHeader{DataPageHeader: data(11)}, want: "more values than the row group"},
		{name: "values without bytes", header: format.PageHeader{DataPageHeader: data(4)}, want: "fewer values"},
		{name: "negative values", header: format.PageHeader{DataPageHeader: data(-1)}, want: "below 0"},
		{name: "values of the second kind", header: format.PageHeader{Type: format.DataPageV2, DataPageHeaderV2: second(big, 0, 0, 0)}, want: "more values than the row group"},
		{name: "nulls", header: format.PageHeader{Type: format.DataPageV2, DataPageHeaderV2: second(3, 4, 0, 0)}, want: "more nulls"},
		{name: "other nulls", header: format.PageHeader{Type: format.DataPageV2, DataPageHeaderV2: second(3, 1, 0, 0)}, want: "another number of nulls"},
		{name: "levels", header: format.PageHeader{Type: format.DataPageV2, DataPageHeaderV2: second(3, 0, 7, 7)}, want: "levels longer"},
		{name: "dictionary", header: format.PageHeader{Type: format.DictionaryPage, DictionaryPageHeader: dictionary(big)}, want: "dictionary of more values"},
		{name: "dictionary, short", header: format.PageHeader{Type: format.DictionaryPage, DictionaryPageHeader: dictionary(4)}, want: "dictionary of more values"},
		{name: "two kinds", header: format.PageHeader{DataPageHeader: data(3), DictionaryPageHeader: dictionary(3)}, want: "not that of a page of type"},
		{name: "another kind", header: format.PageHeader{Type: format.DictionaryPage, DataPageHeader: data(3)}, want: "not that of a page of type"},
		{name: "no kind", header: format.PageHeader{Type: format.IndexPage}, want: "not that of a page of type"},
		{name: "encoding", header: format.PageHeader{DataPageHeader: thrift.New(format.DataPageHeader{NumValues: 3, Encoding: format.BitPacked})}, want: "BIT_PACKED"},
		{name: "snappy", codec: format.Snappy, bytes: binary.AppendUvarint(nil, 1<<32-1), header: format.PageHeader{DataPageHeader: data(3)}, want: "more than its header says"},
		{name: "snappy, few bytes", codec: format.Snappy, bytes: binary.AppendUvarint(nil, 250<<20), unpacked: 250 << 20, header: format.PageHeader{DataPageHeader: data(3)}, want: "less than its header says"},
		{name: "snappy, less", codec: format.Snappy, bytes: snappy.Encode(nil, three), unpacked: 13, header: format.PageHeader{DataPageHeader: data(3)}, want: "less than its header says"},
		{name: "good, snappy", codec: format.Snappy, bytes: snappy.Encode(nil, three), header: format.PageHeader{DataPageHeader: data(3)}},
		{name: "zstd, announced", codec: format.Zstd, bytes: append(zstdFrame(0xe0, 255, 255, 255, 255, 255, 255, 0, 0), make([]byte, 7)...), header: format.PageHeader{DataPageHeader: data(3)}, want: "more than its header says"},
		{name: "zstd, window", codec: format.Zstd, bytes: append(zstdFrame(0, 0xff), make([]byte, 14)...), header: format.PageHeader{DataPageHeader: data(3)}, want: "window"},
		{name: "good, zstd, one run", codec: format.Zstd, bytes: oneRun, unpacked: 1 << 17, header: format.PageHeader{DataPageHeader: data(3)}},
		{name: "zstd, longer run", codec: format.Zstd, bytes: oneRun, unpacked: 1<<17 - 1, header: format.PageHeader{DataPageHeader: data(3)}, want: "more than its header says"},
		{name: "zstd, shorter run", codec: format.Zstd, bytes: oneRun, unpacked: 1<<17 + 1, header: format.PageHeader{DataPageHeader: data(3)}, want: "less than its header says"},
		{name: "zstd, runs", codec: format.Zstd, bytes: runs, header: format.PageHeader{DataPageHeader: data(3)}, want: "more than its header says"},
		{name: "zstd, few bytes", codec: format.Zstd, bytes: oneRun, unpacked: 250 << 20, header: format.PageHeader{DataPageHeader: data(3)}, want: "less than its header says"},
		{name: "zstd, cut", codec: format.Zstd, bytes: zstdFrame(0, 0x50, 1, 2), header: format.PageHeader{DataPageHeader: data(3)}, want: "damaged"},
		{name: "gzip", codec: format.Gzip, bytes: []byte("12345"), header: format.PageHeader{DataPageHeader: data(3)}, want: "damaged"},
		{name: "brotli", codec: format.Brotli, bytes: []byte{0x3b}, unpacked: 250 << 20, header: format.PageHeader{DataPageHeader: data(3)}, want: "less than its header says"},
		{name: "LZO", codec: format.LZO, bytes: three, header: format.PageHeader{DataPageHeader: data(3)}, want: "LZO"},
	} {
		if test.bytes == nil {
			test.bytes = three
		}
		test.header.CompressedPageSize, test.header.UncompressedPageSize = cmp.Or(test.packed, int32(len(test.bytes))), cmp.Or(test.unpacked, 12)
		text := aPage(t, test.header, test.bytes)
		stream := pageStream{file: bytes.NewReader(text), size: int64(len(text)), kind: pageKind{physical: parquet.Int32, width: 4}, unpack: new(unpack)}
		var err error
		used := allocated(func() {
			stream.begin(&format.ColumnMetaData{Codec: test.codec, TotalCompressedSize: int64(len(text))}, 10)
			_, err = io.Copy(io.Discard, &streamReader{s: &stream})
		})
		if test.want == "" && err != nil || test.want != "" && (!errors.Is(err, ErrParquet) || !strings.Contains(err.Error(), test.want)) {
			t.Errorf("%s: %v, want %q", test.name, err, test.want)
		}
		if used > 4<<20 {
			t.Errorf("%s: %d bytes of room", test.name, used)
		}
	}
	stream := pageStream{file: bytes.NewReader(nil), size: 8}
	for _, m := range []format.ColumnMetaData{{DataPageOffset: -1}, {DataPageOffset: 9}, {DictionaryPageOffset: 1 << 62}, {TotalCompressedSize: -1}} {
		if stream.begin(&m, 1); !errors.Is(stream.err, ErrParquet) {
			t.Errorf("%+v: %v", m, stream.err)
		}
	}
}

// streamReader reads the pages of a column as the library does.
type streamReader struct {
	s  *pageStream
	at int64
}

func (r *streamReader) Read(b []byte) (int, error) {
	n, err := r.s.read(b, r.at)
	r.at += int64(n)
	return n, err
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
