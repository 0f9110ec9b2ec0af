package alloc

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	merkle "github.com/merkle-drop/merkle"
	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

// aColumn is a file of one column and one row group whose pages are those given, each with its header.
func aColumn(t testing.TB, node parquet.Node, codec format.CompressionCodec, rows int64, pages ...[]byte) []byte {
	t.Helper()
	good := []byte(parquetOf(t, parquet.Group{"a": node}, nil))
	at := len(good) - 8 - int(binary.LittleEndian.Uint32(good[len(good)-8:]))
	var f format.FileMetaData
	if err := thrift.Unmarshal(new(thrift.CompactProtocol), good[at:len(good)-8], &f); err != nil {
		t.Fatal(err)
	}
	text := slices.Concat(append([][]byte{[]byte("PAR1")}, pages...)...)
	f.NumRows = rows
	f.RowGroups = []format.RowGroup{{NumRows: rows, Columns: []format.ColumnChunk{{MetaData: format.ColumnMetaData{
		Type: f.Schema[1].Type.V, PathInSchema: []string{"a"}, Codec: codec, NumValues: rows, DataPageOffset: 4, TotalCompressedSize: int64(len(text) - 4)}}}}}
	footer, err := thrift.Marshal(new(thrift.CompactProtocol), &f)
	if err != nil {
		t.Fatal(err)
	}
	text = append(text, footer...)
	return append(binary.LittleEndian.AppendUint32(text, uint32(len(footer))), "PAR1"...)
}

// gzipOf and brotliOf hold n zeros, a multiple of 16 MiB, in a few kilobytes and as much time as one part takes.
func gzipOf(t testing.TB, n int) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	z.Write(make([]byte, 16<<20))
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return bytes.Repeat(b.Bytes(), n/(16<<20))
}

func brotliOf(t testing.TB, n int) []byte {
	t.Helper()
	var b bytes.Buffer
	z := brotli.NewWriterLevel(&b, 2)
	var ends []int
	for range 3 {
		z.Write(make([]byte, 16<<20))
		if err := z.Flush(); err != nil {
			t.Fatal(err)
		}
		ends = append(ends, b.Len())
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	text := b.Bytes()
	last := text[ends[1]:ends[2]]
	return slices.Concat(text[:ends[1]], bytes.Repeat(last, n/(16<<20)-2), text[ends[2]:])
}

// TestParquet_bombs: files of some kilobytes of which a page is packed, or made of runs, lengths or a dictionary, so that it would take a gigabyte and
// more. They are refused, with the file and the column, in the room of a usual page.
func TestParquet_bombs(t *testing.T) {
	data := func(values int32, encoding, levels format.Encoding) format.PageHeader {
		return format.PageHeader{DataPageHeader: thrift.New(format.DataPageHeader{NumValues: values, Encoding: encoding, DefinitionLevelEncoding: levels, RepetitionLevelEncoding: format.RLE})}
	}
	// page has a header that says how long its bytes are, and, if not 0, unpacked.
	page := func(h format.PageHeader, unpacked int, text []byte) []byte {
		h.CompressedPageSize, h.UncompressedPageSize = int32(len(text)), int32(len(text))
		if unpacked > 0 {
			h.UncompressedPageSize = int32(unpacked)
		}
		return aPage(t, h, text)
	}
	dictionary := func(values int32) format.PageHeader {
		return format.PageHeader{Type: format.DictionaryPage, DictionaryPageHeader: thrift.New(format.DictionaryPageHeader{NumValues: values})}
	}
	run := func(n uint64, bytes ...byte) []byte { return append(binary.AppendUvarint(nil, n<<1), bytes...) }
	deltas := func(head ...uint64) (text []byte) {
		for _, n := range head {
			text = binary.AppendUvarint(text, n)
		}
		return text
	}
	many := uint64(300 << 20)
	one := page(dictionary(1), 0, []byte{1, 0, 0, 0})
	levels := run(many, 1)
	zeros := deltas(128, 4, 1<<16, 0)
	for range 1 << 9 {
		zeros = append(zeros, 0, 0, 0, 0, 0)
	}
	long := deltas(128, 4, 1<<16, 0, 1<<17) // the least difference 2^16: prefixes of 0, 2^16, 2·2^16, …
	for range 1 << 9 {
		long = append(append(long, 0, 0, 0, 0), deltas(1<<17)...)
	}
	whole, text, wide := parquet.Leaf(parquet.Int32Type), parquet.String(), parquet.Decimal(0, 9, parquet.FixedLenByteArrayType(64<<10))
	for _, test := range []struct {
		name  string
		node  parquet.Node
		codec format.CompressionCodec
		rows  int64
		pages [][]byte
		want  error
	}{
		{"gzip", whole, format.Gzip, 3, [][]byte{page(data(3, 0, format.RLE), 12, gzipOf(t, 1040<<20))}, errPackedMore},
		{"gzip, second kind", whole, format.Gzip, 3, [][]byte{page(format.PageHeader{Type: format.DataPageV2, DataPageHeaderV2: thrift.New(format.DataPageHeaderV2{NumValues: 3, NumRows: 3})}, 12, gzipOf(t, 1040<<20))}, errPackedMore},
		{"gzip, dictionary", whole, format.Gzip, 3, [][]byte{page(dictionary(3), 12, gzipOf(t, 1040<<20))}, errPackedMore},
		{"brotli", whole, format.Brotli, 3, [][]byte{page(data(3, 0, format.RLE), 12, brotliOf(t, 1040<<20))}, errPackedMore},
		{"dictionary", text, 0, 3, [][]byte{page(dictionary(1<<28), 1<<28, []byte{1, 0, 0, 0})}, errDictLess},
		{"dictionary, few texts", text, 0, 3, [][]byte{page(dictionary(2), 0, []byte{1, 0, 0, 0, 'x', 0, 0, 0})}, errRunsLess},
		{"packed dictionary", text, format.Gzip, 3, [][]byte{page(dictionary(1<<26), 1<<26, gzipOf(t, 1<<26))}, errDictLess},
		{"wide values", wide, 0, 1 << 15, [][]byte{page(data(1<<15, format.DeltaByteArray, format.RLE), 0, zeros)}, errPageSize},
		{"wide dictionary", wide, 0, 1 << 15, [][]byte{page(dictionary(1<<15), 1<<15, make([]byte, 1<<15))}, errDictLess},
		{"indexes", whole, 0, 3, [][]byte{one, page(data(3, format.RLEDictionary, format.RLE), 0, append([]byte{1}, run(many, 0)...))}, errRuns},
		{"indexes, many runs", whole, 0, 3, [][]byte{one, page(data(3, format.RLEDictionary, format.RLE), 0, append([]byte{1}, bytes.Repeat(run(1<<20, 0), 300)...))}, errRunsMore},
		{"indexes without bits", whole, 0, 3, [][]byte{one, page(data(3, format.RLEDictionary, format.RLE), 0, append([]byte{0}, deltas(1<<22|1)...))}, errRunsMore},
		{"no dictionary", whole, 0, 3, [][]byte{page(data(3, format.RLEDictionary, format.RLE), 0, []byte{1, 6, 0})}, errNoDict},
		{"texts", text, 0, 3, [][]byte{page(data(3, 0, format.RLE), 0, []byte{1, 0, 0, 0, 'x', 9, 0, 0, 0})}, errRunsLess},
		{"brotli of little", whole, format.Brotli, 3, [][]byte{page(data(3, 0, format.RLE), 250<<20, []byte{0x3b})}, errPackedLess},
		{"nulls", parquet.Optional(whole), 0, 3, [][]byte{page(data(3, 0, format.RLE), 0, append(binary.LittleEndian.AppendUint32(nil, uint32(len(levels))), levels...))}, errRuns},
		{"numbers by difference", whole, 0, 3, [][]byte{page(data(3, format.DeltaBinaryPacked, format.RLE), 0, deltas(128, 4, many, 0))}, errRunsMore},
		{"lengths", text, 0, 3, [][]byte{page(data(3, format.DeltaLengthByteArray, format.RLE), 0, deltas(128, 4, many, 0))}, errRunsMore},
		{"lengths shared", text, 0, 1 << 16, [][]byte{page(data(1<<16, format.DeltaByteArray, format.RLE), 0, slices.Concat(long, zeros))}, errPageSize},
	} {
		file := aColumn(t, test.node, test.codec, test.rows, test.pages...)
		if len(file) > 2<<20 {
			t.Errorf("%s: a file of %d bytes", test.name, len(file))
		}
		faults := new(merkle.Faults)
		used := allocated(func() {
			tab, err := OpenTable(bytes.NewReader(file), "in.parquet", "parquet", faults)
			if err != nil {
				t.Fatal(err)
			}
			for tab.Next() {
			}
		})
		if err := faults.Err(); !errors.Is(err, ErrParquet) || !errors.Is(err, test.want) || !strings.HasPrefix(err.Error(), "in.parquet:1:1: column") || !strings.Contains(err.Error(), `"a"`) {
			t.Errorf("%s: got %v, want %v", test.name, err, test.want)
		}
		if used > 128<<20 { // some tens, and as much again under the race detector, which empties pools; without checks it is a gigabyte
			t.Errorf("%s: %d MiB of room", test.name, used>>20)
		}
	}
}

// TestParquet_everyEncoding: what the checks let through is every encoding that the library writes, in pages of both kinds, with nulls and without.
func TestParquet_everyEncoding(t *testing.T) {
	encoded := parquet.Encoded
	columns := parquet.Group{
		"a": encoded(parquet.String(), &parquet.DeltaLengthByteArray), "b": parquet.Optional(encoded(parquet.String(), &parquet.DeltaByteArray)), "c": encoded(parquet.String(), &parquet.RLEDictionary),
		"d": encoded(parquet.Int(32), &parquet.DeltaBinaryPacked), "e": parquet.Optional(encoded(parquet.Int(64), &parquet.DeltaBinaryPacked)), "f": encoded(parquet.Int(64), &parquet.RLEDictionary),
		"g": encoded(parquet.Leaf(parquet.BooleanType), &parquet.RLE), "h": encoded(parquet.Leaf(parquet.BooleanType), &parquet.Plain), "i": encoded(parquet.Leaf(parquet.FixedLenByteArrayType(20)), &parquet.DeltaByteArray),
		"j": parquet.Optional(encoded(parquet.Leaf(parquet.FixedLenByteArrayType(20)), &parquet.RLEDictionary)),
	}
	var rows [][]any
	var want []string
	for i := range 3000 {
		n := i * i * 7919 % 100_000
		text := fmt.Sprintf("text %d %d", i/100, n)
		raw := [20]byte{19: byte(i % 7)}
		key := fmt.Sprintf("0x%x", raw)
		row := []any{text, text, fmt.Sprint(i % 9), int32(n), int64(n) << 20, int64(i % 5), i%3 == 0, i%5 < 4, raw, raw}
		cells := []string{text, text, fmt.Sprint(i % 9), fmt.Sprint(n), fmt.Sprint(n << 20), fmt.Sprint(i % 5), fmt.Sprint(i%3 == 0), fmt.Sprint(i%5 < 4), key, key}
		for c, every := range map[int]int{1: 3, 4: 4, 9: 10} {
			if i%every == 1 || i > 2500 {
				row[c], cells[c] = nil, ""
			}
		}
		rows, want = append(rows, row), append(want, strings.Join(cells, ","))
	}
	for _, codec := range []compress.Codec{&parquet.Uncompressed, &parquet.Snappy, &parquet.Gzip, &parquet.Brotli, &parquet.Zstd} {
		for version := 1; version <= 2; version++ {
			text := parquetOf(t, columns, rows, parquet.Compression(codec), parquet.DataPageVersion(version), parquet.MaxRowsPerRowGroup(1700), parquet.PageBufferSize(900))
			header, got, faults := readTable(t, strings.NewReader(text), "parquet")
			if faults.Err() != nil || len(header) != 10 || !slices.EqualFunc(got, want, func(g []string, w string) bool { return strings.Join(g, ",") == w }) {
				t.Errorf("%s, pages %d: %d rows, %v", codec, version, len(got), faults.Err())
			}
		}
	}
}

// TestParquet_bytesBehind: what stands behind the last text of a page is not read, as fastparquet leaves it there.
func TestParquet_bytesBehind(t *testing.T) {
	h := format.PageHeader{CompressedPageSize: 18, UncompressedPageSize: 18, DataPageHeader: thrift.New(format.DataPageHeader{NumValues: 2, DefinitionLevelEncoding: format.RLE, RepetitionLevelEncoding: format.RLE})}
	file := aColumn(t, parquet.String(), 0, 2, aPage(t, h, []byte("\x01\x00\x00\x00x\x01\x00\x00\x00y\x00\x00\x00\x00\x00\x00\x00\x00")))
	_, got, faults := readTable(t, bytes.NewReader(file), "parquet")
	if faults.Err() != nil || fmt.Sprint(got) != "[[x] [y]]" {
		t.Errorf("%v, %v", got, faults.Err())
	}
}

// TestUnpack_frames: several frames of Zstandard and members of gzip are one page, whatever they tell of their lengths.
func TestUnpack_frames(t *testing.T) {
	first, second := bytes.Repeat([]byte("one "), 50_000), []byte("and the other")
	want := slices.Concat(first, second)
	for _, sized := range []bool{true, false} {
		frame := func(text []byte) []byte {
			var b bytes.Buffer
			w, err := zstd.NewWriter(&b, zstd.WithSingleSegment(sized))
			if err != nil {
				t.Fatal(err)
			}
			if sized {
				return w.EncodeAll(text, nil)
			}
			for len(text) > 0 {
				n := min(len(text), 7000)
				w.Write(text[:n])
				w.Flush()
				text = text[n:]
			}
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			return b.Bytes()
		}
		packed := slices.Concat(frame(first), frame(second))
		for off, want := range map[int64]error{0: nil, 1: errPackedLess, -1: errPackedMore, -13: errPackedMore} {
			var room []byte
			got, err := new(unpack).unpacked(format.Zstd, packed, &room, int64(len(first)+len(second))+off)
			if !errors.Is(err, want) || err == nil && !bytes.Equal(got, slices.Concat(first, second)) {
				t.Errorf("lengths told %v, %+d: %d bytes, %v", sized, off, len(got), err)
			}
		}
	}
	var b bytes.Buffer
	for _, text := range [][]byte{first, second} {
		w := gzip.NewWriter(&b)
		w.Write(text)
		w.Close()
	}
	packed := b.Bytes()
	for off, fail := range map[int64]error{0: nil, 1: errPackedLess, -1: errPackedMore} {
		var room []byte
		got, err := new(unpack).unpacked(format.Gzip, packed, &room, int64(len(want))+off)
		if !errors.Is(err, fail) || err == nil && !bytes.Equal(got, want) {
			t.Errorf("gzip, %+d: %d bytes, %v", off, len(got), err)
		}
	}
	packed[len(packed)-5] ^= 1
	if _, err := new(unpack).unpacked(format.Gzip, packed, new([]byte), int64(len(want))); !errors.Is(err, errPacked) {
		t.Errorf("gzip, another checksum: %v", err)
	}
}
