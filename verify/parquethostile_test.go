package verify

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

// roomFor is how many bytes reading a file made room for.
func roomFor(text []byte) (room uint64, rows [][]string, err error) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	rows, err = parquetCells(text)
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc, rows, err
}

func footed(front, footer []byte) []byte {
	text := slices.Concat(front, footer)
	return append(binary.LittleEndian.AppendUint32(text, uint32(len(footer))), "PAR1"...)
}

func thriftText(t testing.TB, x any) []byte {
	t.Helper()
	text, err := thrift.Marshal(new(thrift.CompactProtocol), x)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// footerOf takes a file apart, for another footer.
func footerOf(t testing.TB, text []byte) (front []byte, f format.FileMetaData) {
	t.Helper()
	at := len(text) - 8 - int(binary.LittleEndian.Uint32(text[len(text)-8:]))
	if err := thrift.Unmarshal(new(thrift.CompactProtocol), text[at:len(text)-8], &f); err != nil {
		t.Fatal(err)
	}
	return text[:at:at], f
}

// TestParquet_footerAsksForMuch: footers that announce more than they hold are refused at the cost of little more than their own length.
func TestParquet_footerAsksForMuch(t *testing.T) {
	list := func(n uint64) []byte { return binary.AppendUvarint([]byte{0x15, 2, 0x19, 0xfc}, n) }
	var nested, many format.FileMetaData
	one := thrift.New(int32(1))
	for range 5000 { // 200 MB of paths
		nested.Schema = append(nested.Schema, format.SchemaElement{Name: "a", NumChildren: one})
	}
	for range 3000 {
		many.Schema = append(many.Schema, format.SchemaElement{Name: "a", Type: thrift.New(format.Type(1))})
		many.RowGroups = append(many.RowGroups, format.RowGroup{})
	}
	for _, test := range []struct {
		name, want string
		footer     []byte
		room       uint64
	}{
		{"list of structures", errCut.Error(), append(list(1<<31-1), 0), 1 << 16},
		{"list of 2^64", errCut.Error(), append(list(1<<64-1), 0), 1 << 16},
		{"text", errCut.Error(), append(binary.AppendUvarint([]byte{0x15, 2, 0x48}, 1<<31-1), 0), 1 << 16},
		{"map", errCut.Error(), append(binary.AppendUvarint([]byte{0x1b}, 1<<31-1), 0x88, 0), 1 << 16},
		{"structures", errStructs.Error(), append(list(mostStructs+1), make([]byte, mostStructs+2)...), 16 << 20},
		{"structures in structures", errNested.Error(), bytes.Repeat([]byte{0x1c}, 1<<20), 16 << 20},
		{"lists in lists", errNested.Error(), bytes.Repeat([]byte{0x19}, 1<<20), 16 << 20},
		{"groups in groups", "the schema: " + errNested.Error(), thriftText(t, &nested), 32 << 20},
		{"columns and row groups", errStructs.Error(), thriftText(t, &many), 32 << 20},
		{"cut", errCut.Error(), []byte{0x15}, 1 << 16},
		{"empty", errCut.Error(), nil, 1 << 16},
		{"no type", "type 14", []byte{0x1e}, 1 << 16},
		{"long number", "64 bits", append(bytes.Repeat([]byte{0xff}, 12), 0), 1 << 16},
	} {
		if test.name == "long number" {
			test.footer = append([]byte{0x15}, test.footer...)
		}
		room, _, err := roomFor(footed([]byte("PAR1"), test.footer))
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %q", test.name, err, test.want)
		}
		if room > test.room {
			t.Errorf("%s: %d bytes of room", test.name, room)
		}
	}
}

// TestParquet_pageAsksForMuch: whole files of one page, of which the header is not true to the file or past the limits.
func TestParquet_pageAsksForMuch(t *testing.T) {
	const big = 1<<31 - 1
	first := func(values int32) thrift.Null[format.DataPageHeader] {
		return thrift.New(format.DataPageHeader{NumValues: values, RepetitionLevelEncoding: format.RLE, DefinitionLevelEncoding: format.RLE})
	}
	second := func(values, lists, nulls int32) thrift.Null[format.DataPageHeaderV2] {
		return thrift.New(format.DataPageHeaderV2{NumValues: values, NumRows: values, RepetitionLevelsByteLength: lists, DefinitionLevelsByteLength: nulls})
	}
	frame := func(about byte, rest ...byte) []byte { return append([]byte{0x28, 0xb5, 0x2f, 0xfd, about}, rest...) }
	page := func(packed, unpacked int32) format.PageHeader {
		return format.PageHeader{CompressedPageSize: packed, UncompressedPageSize: unpacked}
	}
	long := first(2)
	long.V.Statistics = format.Statistics{MaxValue: bytes.Repeat([]byte("x"), 70000)}
	runs := append(frame(0, 0x50), bytes.Repeat([]byte{0xfa, 0xff, 0x7f, 'x'}, 300)...)
	two := []byte{1, 0, 0, 0, 2, 0, 0, 0}
	for _, test := range []struct {
		name, want string
		codec      format.CompressionCodec
		change     func(*format.PageHeader)
		header     format.PageHeader
		payload    []byte
	}{
		{"good", "", 0, func(h *format.PageHeader) { h.DataPageHeader = first(2) }, page(8, 8), two},
		{"long header", "", 0, func(h *format.PageHeader) { h.DataPageHeader = long }, page(8, 8), two},
		{"longer than the file", "within its column", 0, func(h *format.PageHeader) { h.DataPageHeader = first(2) }, page(big, 8), two},
		{"negative", "within its column", 0, func(h *format.PageHeader) { h.DataPageHeader = first(2) }, page(-1, 8), two},
		{"unpacked", "256 MiB", format.Gzip, func(h *format.PageHeader) { h.DataPageHeader = first(2) }, page(8, big), two},
		{"values", "more values than", 0, func(h *format.PageHeader) { h.DataPageHeader = first(big) }, page(8, 8), two},
		{"negative values", "more values than", 0, func(h *format.PageHeader) { h.DataPageHeader = first(-1) }, page(8, 8), two},
		{"values, second kind", "more values than", 0, func(h *format.PageHeader) { h.Type = format.DataPageV2; h.DataPageHeaderV2 = second(big, 0, 0) }, page(8, 8), two},
		{"levels", "levels longer", 0, func(h *format.PageHeader) { h.Type = format.DataPageV2; h.DataPageHeaderV2 = second(2, 5, 5) }, page(8, 8), two},
		{"dictionary", "256 MiB", 0, func(h *format.PageHeader) {
			h.Type = format.DictionaryPage
			h.DictionaryPageHeader = thrift.New(format.DictionaryPageHeader{NumValues: big})
		}, page(8, 8), two},
		{"small dictionary", "dictionary of more", 0, func(h *format.PageHeader) {
			h.Type = format.DictionaryPage
			h.DictionaryPageHeader = thrift.New(format.DictionaryPageHeader{NumValues: 9})
		}, page(8, 8), two},
		{"snappy", "256 MiB", format.Snappy, func(h *format.PageHeader) { h.DataPageHeader = first(2) }, page(5, 8), binary.AppendUvarint(nil, 1<<32-1)},
		{"zstd, length", "256 MiB", format.Zstd, func(h *format.PageHeader) { h.DataPageHeader = first(2) }, page(20, 8), append(frame(0xe0, 255, 255, 255, 255, 255), make([]byte, 10)...)},
		{"zstd, window", "256 MiB", format.Zstd, func(h *format.PageHeader) { h.DataPageHeader = first(2) }, page(20, 8), append(frame(0, 0xff), make([]byte, 14)...)},
		{"zstd, runs", "256 MiB", format.Zstd, func(h *format.PageHeader) { h.DataPageHeader = first(2) }, page(int32(len(runs)), 8), runs},
		{"zstd, cut", "damaged", format.Zstd, func(h *format.PageHeader) { h.DataPageHeader = first(2) }, page(8, 8), frame(0, 0x50, 1, 2)},
		{"zstd, other", "damaged", format.Zstd, func(h *format.PageHeader) { h.DataPageHeader = first(2) }, page(8, 8), two},
	} {
		_, f := footerOf(t, parquetFile(t, parquet.Group{"a": parquet.Leaf(parquet.Int32Type)}, []any{int32(1)}, []any{int32(2)}))
		test.change(&test.header)
		front := slices.Concat([]byte("PAR1"), thriftText(t, &test.header), test.payload)
		m := &f.RowGroups[0].Columns[0].MetaData
		m.Codec, m.DataPageOffset, m.DictionaryPageOffset, m.TotalCompressedSize = test.codec, 4, 0, int64(len(front)-4)
		room, rows, err := roomFor(footed(front, thriftText(t, &f)))
		if test.want == "" && (err != nil || fmt.Sprint(rows) != "[[1] [2]]") || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
			t.Errorf("%s: %v, %v, want %q", test.name, rows, err, test.want)
		}
		if room > 4<<20 {
			t.Errorf("%s: %d bytes of room", test.name, room)
		}
	}
	check := pageCheck{file: bytes.NewReader(nil)}
	for _, m := range []format.ColumnMetaData{{DataPageOffset: -1}, {DataPageOffset: 9}, {DictionaryPageOffset: 1 << 62}, {TotalCompressedSize: -1}} {
		if err := check.column(8, &m); err == nil {
			t.Errorf("%+v: no error", m)
		}
	}
	// two values of 2^30 bytes
	check = pageCheck{rows: 2, width: 1 << 30}
	if err := check.page(&format.PageHeader{DataPageHeader: first(2)}, 0, 0); err != errPage {
		t.Errorf("wide values: %v", err)
	}
}

// TestParquet_packings: what the library writes is read alike, whatever packs it, and LZ4_RAW and mixtures are not read.
func TestParquet_packings(t *testing.T) {
	file := func(group parquet.Group, options ...parquet.WriterOption) []byte {
		var b bytes.Buffer
		w := parquet.NewWriter(&b, append(options, parquet.NewSchema("rows", group), parquet.MaxRowsPerRowGroup(1100), parquet.PageBufferSize(3000))...)
		for i := range 3000 {
			note, level := parquet.NullValue(), 0
			if i%3 > 0 {
				note, level = parquet.ValueOf(strings.Repeat(fmt.Sprint(i%50), 20)), 1
			}
			if _, err := w.WriteRows([]parquet.Row{{parquet.ValueOf(fmt.Sprint("account ", i*i)).Level(0, 0, 0), note.Level(0, level, 1), parquet.ValueOf(int32(i%7)).Level(0, 0, 2)}}); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	group := parquet.Group{"a": parquet.String(), "b": parquet.Optional(parquet.Encoded(parquet.String(), &parquet.RLEDictionary)), "c": parquet.Leaf(parquet.Int32Type)}
	var want [][]string
	for i := range 3000 {
		note := ""
		if i%3 > 0 {
			note = strings.Repeat(fmt.Sprint(i%50), 20)
		}
		want = append(want, []string{fmt.Sprint("account ", i*i), note, fmt.Sprint(i % 7)})
	}
	for _, codec := range []compress.Codec{&parquet.Uncompressed, &parquet.Snappy, &parquet.Gzip, &parquet.Brotli, &parquet.Zstd, &parquet.Lz4Raw} {
		for version := 1; version <= 2; version++ {
			got, err := parquetCells(file(group, parquet.Compression(codec), parquet.DataPageVersion(version)))
			if codec == &parquet.Lz4Raw {
				if err == nil || !strings.Contains(err.Error(), `column "a": packed with LZ4_RAW, which is not read`) {
					t.Errorf("LZ4_RAW: %v", err)
				}
				continue
			}
			if err != nil || !slices.EqualFunc(got, want, slices.Equal[[]string]) {
				t.Errorf("%s, pages %d: %d rows, %v", codec, version, len(got), err)
			}
		}
	}

	// A column that is not needed may be so packed, or of a type that is not read.
	tab, _, err := newParquetTable(bytes.NewReader(file(parquet.Group{"a": parquet.String(), "b": parquet.Optional(parquet.Compressed(parquet.String(), &parquet.Lz4Raw)), "c": parquet.Leaf(parquet.Int32Type)})), &inputDecl{})
	if err != nil {
		t.Fatal(err)
	}
	if err := tab.parquet.readable(tab.header, []int{2, -1, 0}); err != nil {
		t.Fatal(err)
	}
	for i, row := range want {
		if ok, err := tab.read(); !ok || string(tab.cell(0)) != row[0] || string(tab.cell(1)) != "" || string(tab.cell(2)) != row[2] {
			t.Fatalf("row %d: %q %q %q, %v", i+1, tab.cell(0), tab.cell(1), tab.cell(2), err)
		}
	}
	if ok, err := tab.read(); ok || err != nil {
		t.Errorf("after the last row: %v, %v", ok, err)
	}

	front, f := footerOf(t, file(group, parquet.Compression(&parquet.Snappy)))
	f.RowGroups[1].Columns[2].MetaData.Codec = format.Gzip
	if _, err := parquetCells(footed(front, thriftText(t, &f))); err == nil || !strings.Contains(err.Error(), `column "c": packed with SNAPPY and GZIP`) {
		t.Errorf("mixed: %v", err)
	}
	f.RowGroups[1].Columns = f.RowGroups[1].Columns[:2]
	if _, err := parquetCells(footed(front, thriftText(t, &f))); err == nil {
		t.Error("a row group without a column was read")
	}
}

// TestParquet_otherNumbersOfRows: a footer that says more or fewer rows than there are values.
func TestParquet_otherNumbersOfRows(t *testing.T) {
	text := parquetFile(t, parquet.Group{"a": parquet.String()}, []any{"x"}, []any{"y"}, []any{"z"})
	for change, want := range map[int64]string{1: "fewer values than the footer says", -1: "more values than"} {
		front, f := footerOf(t, text)
		f.NumRows += change
		f.RowGroups[0].NumRows += change
		if _, err := parquetCells(footed(front, thriftText(t, &f))); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+d: %v", change, err)
		}
	}
}

// TestParquet_damagedRoom cuts small files anywhere and turns each of their bits over: no panic, and no more room than a page may ask for.
func TestParquet_damagedRoom(t *testing.T) {
	group := parquet.Group{"a": parquet.Compressed(parquet.Decimal(2, 9, parquet.Int32Type), &parquet.Snappy), "b": parquet.Optional(parquet.Compressed(parquet.String(), &parquet.Zstd))}
	good := parquetFile(t, group, []any{int32(1), nil}, []any{int32(2), "x"}, []any{int32(3), "y"})
	if _, rows, err := roomFor(good); err != nil || len(rows) != 3 {
		t.Fatal(rows, err)
	}
	try := func(name string, bad []byte) (refused bool) {
		room, _, err := roomFor(bad)
		if room > mostPage+32<<20 {
			t.Errorf("%s: %d bytes of room", name, room)
		}
		return err != nil
	}
	for n := range good {
		if !try(fmt.Sprintf("%d bytes", n), good[:n]) {
			t.Errorf("%d of %d bytes were read", n, len(good))
		}
	}
	refused := 0
	for bit := range 8 * len(good) {
		bad := bytes.Clone(good)
		bad[bit/8] ^= 1 << (bit % 8)
		if try(fmt.Sprintf("bit %d", bit), bad) {
			refused++
		}
	}
	if refused < 2*len(good) {
		t.Errorf("%d of %d damaged files were refused", refused, 8*len(good))
	}
}
