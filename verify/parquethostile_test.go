package verify

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
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
	runs := append(frame(0, 0x50), bytes.Repeat([]byte{0x02, 0, 0x10, 'x'}, 300)...)
	two := []byte{1, 0, 0, 0, 2, 0, 0, 0}
	for _, test := range []struct {
		name, want string
		codec      format.CompressionCodec
		change     func(*format.PageHeader)
		header     format.PageHeader
		payload    []byte
	}{
		{"bytes behind", "", 0, func(h *format.PageHeader) { h.DataPageHeader = first(2) }, page(12, 12), slices.Concat(two, make([]byte, 4))},
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
		{"snappy", "more than its header says", format.Snappy, func(h *format.PageHeader) { h.DataPageHeader = first(2) }, page(5, 8), binary.AppendUvarint(nil, 1<<32-1)},
		{"zstd, length", "more than its header says", format.Zstd, func(h *format.PageHeader) { h.DataPageHeader = first(2) }, page(20, 8), append(frame(0xe0, 255, 255, 255, 255, 255), make([]byte, 10)...)},
		{"zstd, window", "window size", format.Zstd, func(h *format.PageHeader) { h.DataPageHeader = first(2) }, page(20, 8), append(frame(0, 0xff), make([]byte, 14)...)},
		{"zstd, runs", "more than its header says", format.Zstd, func(h *format.PageHeader) { h.DataPageHeader = first(2) }, page(int32(len(runs)), 8), runs},
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
	q := pageQueue{file: bytes.NewReader(nil), size: 8}
	for _, m := range []format.ColumnMetaData{{DataPageOffset: -1}, {DataPageOffset: 9}, {DictionaryPageOffset: 1 << 62}, {TotalCompressedSize: -1}} {
		if q.load(&m, 1); q.fault == nil || q.more() {
			t.Errorf("%+v: no error", m)
		}
	}
	// two values of 2^30 bytes
	q = pageQueue{physical: parquet.FixedLenByteArray, width: 1 << 30}
	if err := q.weigh(&bulk{values: 2}, nil); err != errPage {
		t.Errorf("wide values: %v", err)
	}
}

// TestParquet_bombs: pages of a few bytes or kilobytes that unpack to a gigabyte, or hold as much in runs, sums of lengths or dictionaries.
func TestParquet_bombs(t *testing.T) {
	zeros := make([]byte, 8<<20)
	var z, b bytes.Buffer
	w := gzip.NewWriter(&z)
	w.Write(zeros)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	br := brotli.NewWriterLevel(&b, 2)
	for range 64 { // 512 MiB, for which the library asks for more than twice as much
		br.Write(zeros)
	}
	if err := br.Close(); err != nil {
		t.Fatal(err)
	}
	gz := bytes.Repeat(z.Bytes(), 130)
	first := func(values int32, encoding format.Encoding) format.PageHeader {
		return format.PageHeader{DataPageHeader: thrift.New(format.DataPageHeader{NumValues: values, Encoding: encoding, DefinitionLevelEncoding: format.RLE, RepetitionLevelEncoding: format.RLE})}
	}
	dictionary := func(values int32) format.PageHeader {
		return format.PageHeader{Type: format.DictionaryPage, DictionaryPageHeader: thrift.New(format.DictionaryPageHeader{NumValues: values})}
	}
	page := func(h format.PageHeader, unpacked int32, text []byte) []byte {
		h.UncompressedPageSize, h.CompressedPageSize = unpacked, int32(len(text))
		if unpacked == 0 {
			h.UncompressedPageSize = int32(len(text))
		}
		return append(thriftText(t, &h), text...)
	}
	numbers := func(of ...uint64) (text []byte) {
		for _, n := range of {
			text = binary.AppendUvarint(text, n)
		}
		return text
	}
	// 2^16 lengths: 0, d, 2d, ...
	lengths := func(d uint64) []byte {
		return append(numbers(128, 4, 1<<16, 0), bytes.Repeat(append(numbers(2*d), 0, 0, 0, 0), 512)...)
	}
	const more, less = "more than its header says", "less than its header says"
	one := page(dictionary(1), 0, []byte{1, 0, 0, 0})
	whole, text := parquet.Leaf(parquet.Int32Type), parquet.String()
	for _, test := range []struct {
		name, want string
		node       parquet.Node
		codec      format.CompressionCodec
		rows       int64
		pages      [][]byte
	}{
		{"gzip", more, whole, format.Gzip, 3, [][]byte{page(first(3, 0), 12, gz)}},
		{"gzip, dictionary", more, whole, format.Gzip, 3, [][]byte{page(dictionary(3), 12, gz)}},
		{"gzip of less", less, whole, format.Gzip, 3, [][]byte{page(first(3, 0), 8<<20+1, z.Bytes())}},
		{"brotli", more, whole, format.Brotli, 3, [][]byte{page(first(3, 0), 12, b.Bytes())}},
		{"brotli of little", less, whole, format.Brotli, 3, [][]byte{page(first(3, 0), 250<<20, []byte{0x3b})}},
		{"snappy of little", less, whole, format.Snappy, 3, [][]byte{page(first(3, 0), 250<<20, numbers(250<<20))}},
		{"dictionary", "dictionary of more", text, 0, 3, [][]byte{page(dictionary(1<<26), 1<<26, []byte{1, 0, 0, 0})}},
		{"dictionary of wide values", "dictionary of more", parquet.Leaf(parquet.FixedLenByteArrayType(32)), 0, 3, [][]byte{page(dictionary(1<<24), 1<<28, make([]byte, 8))}},
		{"indexes", "runs of values", whole, 0, 3, [][]byte{one, page(first(3, format.RLEDictionary), 0, append([]byte{1}, numbers(1<<30, 0)...))}},
		{"indexes in many runs", more, whole, 0, 3, [][]byte{one, page(first(3, format.RLEDictionary), 0, append([]byte{1}, bytes.Repeat(numbers(1<<21, 0), 300)...))}},
		{"indexes without bits", more, whole, 0, 3, [][]byte{one, page(first(3, format.RLEDictionary), 0, append([]byte{0}, numbers(1<<26|1)...))}},
		{"nulls", "runs of values", parquet.Optional(whole), 0, 3, [][]byte{page(first(3, 0), 0, append([]byte{6, 0, 0, 0}, numbers(1<<31, 1)...))}},
		{"differences", more, whole, 0, 3, [][]byte{page(first(3, format.DeltaBinaryPacked), 0, numbers(128, 4, 300<<20, 0))}},
		{"lengths", more, text, 0, 3, [][]byte{page(first(3, format.DeltaLengthByteArray), 0, numbers(128, 4, 300<<20, 0))}},
		{"lengths shared", "256 MiB", text, 0, 1 << 16, [][]byte{page(first(1<<16, format.DeltaByteArray), 0, slices.Concat(lengths(1<<14), lengths(0)))}},
		{"texts", less, text, 0, 3, [][]byte{page(first(3, 0), 0, []byte{1, 0, 0, 0, 'x', 9, 0, 0, 0})}},
		{"two kinds", "of another kind", whole, 0, 3, [][]byte{page(format.PageHeader{DataPageHeader: first(3, 0).DataPageHeader, DictionaryPageHeader: dictionary(3).DictionaryPageHeader}, 0, make([]byte, 12))}},
		{"no dictionary", "no dictionary", whole, 0, 3, [][]byte{page(first(3, format.RLEDictionary), 0, []byte{1, 6, 0})}},
		{"checksum", "checksum", whole, 0, 3, [][]byte{page(format.PageHeader{CRC: 7, DataPageHeader: first(3, 0).DataPageHeader}, 0, make([]byte, 12))}},
	} {
		_, f := footerOf(t, parquetFile(t, parquet.Group{"a": test.node}))
		front := slices.Concat(append([][]byte{[]byte("PAR1")}, test.pages...)...)
		f.NumRows = test.rows
		f.RowGroups = []format.RowGroup{{NumRows: test.rows, Columns: []format.ColumnChunk{{MetaData: format.ColumnMetaData{Type: f.Schema[1].Type.V, PathInSchema: []string{"a"}, Codec: test.codec, NumValues: test.rows, DataPageOffset: 4, TotalCompressedSize: int64(len(front) - 4)}}}}}
		room, rows, err := roomFor(footed(front, thriftText(t, &f)))
		if err == nil || !strings.Contains(err.Error(), "row 1: column a: ") || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, %v, want %q", test.name, rows, err, test.want)
		}
		if room > 128<<20 { // some tens, and as much again under the race detector, which empties pools; without checks it is a gigabyte
			t.Errorf("%s: %d MiB of room", test.name, room>>20)
		}
	}
}

// TestParquet_encodings: pages of every encoding, of both kinds, with nulls and without, are read alike.
func TestParquet_encodings(t *testing.T) {
	for name, group := range map[string]parquet.Group{
		"texts":   {"a": parquet.Encoded(parquet.String(), &parquet.DeltaLengthByteArray), "b": parquet.Optional(parquet.Encoded(parquet.String(), &parquet.DeltaByteArray)), "c": parquet.Encoded(parquet.String(), &parquet.RLEDictionary), "d": parquet.String()},
		"numbers": {"a": parquet.Encoded(parquet.Int(32), &parquet.DeltaBinaryPacked), "b": parquet.Optional(parquet.Encoded(parquet.Int(64), &parquet.DeltaBinaryPacked)), "c": parquet.Encoded(parquet.Int(64), &parquet.RLEDictionary), "d": parquet.Encoded(parquet.Int(32), &parquet.Plain)},
	} {
		for version := 1; version <= 2; version++ {
			var file bytes.Buffer
			w := parquet.NewWriter(&file, parquet.NewSchema("rows", group), parquet.DataPageVersion(version), parquet.PageBufferSize(700), parquet.MaxRowsPerRowGroup(900), parquet.Compression(&parquet.Gzip))
			var want [][]string
			for i := range 2000 {
				var row parquet.Row
				cells := make([]string, 4)
				for c := range cells {
					n := i * i % (1 << (5 * c)) * (c + 1)
					cells[c] = fmt.Sprint(n)
					v := parquet.ValueOf(cells[c])
					if name == "numbers" {
						if v = parquet.ValueOf(int64(n)); c == 0 || c == 3 {
							v = parquet.ValueOf(int32(n))
						}
					}
					level := 0
					if c == 1 {
						if level = 1; i%5 == 0 {
							v, level, cells[c] = parquet.NullValue(), 0, ""
						}
					}
					row = append(row, v.Level(0, level, c))
				}
				if _, err := w.WriteRows([]parquet.Row{row}); err != nil {
					t.Fatal(err)
				}
				want = append(want, cells)
			}
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			got, err := parquetCells(file.Bytes())
			if err != nil || !slices.EqualFunc(got, want, slices.Equal[[]string]) {
				t.Errorf("%s, pages %d: %d rows, %v", name, version, len(got), err)
			}
		}
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
