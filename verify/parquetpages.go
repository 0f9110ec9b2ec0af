package verify

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"slices"
	"strings"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

const (
	mostPage       = 256 << 20 // bytes of a page, unpacked
	mostPageValues = 1 << 26   // which take 4 bytes each before they are read
	apart          = 1 << 41   // bytes between two columns of a plainFile
)

var (
	errPage   = errors.New("asks for more than 256 MiB or 67,108,864 values")
	errBeyond = errors.New("holds more than its header says")
	errWithin = errors.New("holds less than its header says")
	errSize   = errors.New("is not within its column")
)

// plainFile is what the library reads in place of a Parquet file. The library makes room for whatever a header announces and unpacks a page to its end, however long; so
// it gets a file in which nothing is packed: the ends of the real one, with another footer, and each column as a stream of pages that were looked at first.
type plainFile struct {
	ends    []byte
	columns []pageQueue
}

func (f *plainFile) ReadAt(p []byte, at int64) (int, error) {
	if i := at / apart; i > 0 && i <= int64(len(f.columns)) {
		return f.columns[i-1].readAt(p, at%apart)
	}
	if at >= int64(len(f.ends)) {
		return 0, io.EOF
	}
	n := copy(p, f.ends[at:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// plainly makes the file that the library reads of one whose footer was checked, and the row groups as they are in the file itself.
func plainly(file io.ReaderAt, size int64, footer *format.FileMetaData) (*plainFile, []format.RowGroup, error) {
	groups := slices.Clone(footer.RowGroups)
	for g := range groups {
		columns := slices.Clone(groups[g].Columns)
		for i := range columns {
			m := &columns[i].MetaData
			m.Codec, m.DictionaryPageOffset = format.Uncompressed, 0
			m.DataPageOffset, m.TotalCompressedSize = int64(i+1)*apart, apart
		}
		footer.RowGroups[g].Columns = columns
	}
	text, err := thrift.Marshal(new(thrift.CompactProtocol), footer)
	if err != nil {
		return nil, nil, err
	}
	f := &plainFile{ends: make([]byte, 4)}
	if _, err := file.ReadAt(f.ends, 0); err != nil {
		return nil, nil, err
	}
	f.ends = append(binary.LittleEndian.AppendUint32(append(f.ends, text...), uint32(len(text))), "PAR1"...)
	for _, e := range footer.Schema {
		if e.Type.Valid {
			q := pageQueue{file: file, size: size, physical: parquet.Kind(e.Type.V), nullable: e.RepetitionType.Valid && e.RepetitionType.V == format.Optional}
			switch q.physical {
			case parquet.Int32:
				q.width = 4
			case parquet.Int64:
				q.width = 8
			case parquet.FixedLenByteArray:
				q.width = int64(max(e.TypeLength.V, 1))
			}
			f.columns = append(f.columns, q)
		}
	}
	return f, groups, nil
}

// pageQueue hands out the pages of one column of a row group.
type pageQueue struct {
	file     io.ReaderAt
	size     int64
	physical parquet.Kind
	nullable bool
	width    int64 // bytes of a value of fixed length, else 0
	unpacker

	name      string
	codec     format.CompressionCodec
	rows      int64 // of the row group; a column that is read has one value a row
	at, end   int64
	told      int64
	text      []byte // of the present page, still to be told
	fault     error  // in place of the next page
	lifted    []byte
	loosed    []byte
	distances []int32
}

// load goes to a column of a row group.
func (q *pageQueue) load(m *format.ColumnMetaData, rows int64) {
	q.name, q.codec, q.rows, q.told, q.text, q.fault = strings.Join(m.PathInSchema, "."), m.Codec, rows, 0, nil, nil
	if q.at = m.DataPageOffset; m.DictionaryPageOffset != 0 {
		q.at = m.DictionaryPageOffset
	}
	if q.at < 0 || q.at > q.size || m.TotalCompressedSize < 0 {
		q.fault = fmt.Errorf("column %s: a column outside of the file", q.name)
		return
	}
	q.end = q.at + min(m.TotalCompressedSize, q.size-q.at)
}

func (q *pageQueue) readAt(p []byte, at int64) (n int, err error) {
	if at != q.told {
		q.fault = fmt.Errorf("column %s: no dictionary in front of its pages", q.name)
		return 0, q.fault
	}
	for n < len(p) && (len(q.text) > 0 || q.more()) {
		k := copy(p[n:], q.text)
		n, q.text = n+k, q.text[k:]
	}
	q.told += int64(n)
	if n < len(p) {
		err = q.fault
	}
	return n, err
}

// more gets the next page.
func (q *pageQueue) more() bool {
	if q.fault == nil && q.at >= q.end {
		q.fault = io.EOF
	}
	if q.fault != nil {
		return false
	}
	start := q.at
	if err := q.page(); err != nil {
		q.fault = fmt.Errorf("column %s: the page at byte %d: %w", q.name, start, err)
		return false
	}
	return true
}

// header reads the header of the next page and tells its length.
func (q *pageQueue) header(h *format.PageHeader) (used int, err error) {
	for _, window := range [...]int64{1 << 10, 1 << 16, 1 << 22} {
		text := make([]byte, min(window, q.end-q.at))
		if n, err := q.file.ReadAt(text, q.at); n < len(text) {
			return 0, err
		}
		if used, err = decodeThrift(text, h); !errors.Is(err, errCut) || window > q.end-q.at {
			break
		}
		*h = format.PageHeader{}
	}
	if err != nil {
		return 0, fmt.Errorf("its header: %w", err)
	}
	return used, nil
}

// page reads the next page, looks at it and makes of it one that is not packed.
func (q *pageQueue) page() error {
	var h format.PageHeader
	used, err := q.header(&h)
	if err != nil {
		return err
	}
	q.at += int64(used)
	packed, unpacked := int64(h.CompressedPageSize), int64(h.UncompressedPageSize)
	b := bulk{kind: h.Type}
	plain := format.PageHeader{Type: h.Type}
	levels, isPacked := int64(0), true
	d1, d2, d := &h.DataPageHeader.V, &h.DataPageHeaderV2.V, &h.DictionaryPageHeader.V
	switch kinds := [...]bool{h.DataPageHeader.Valid, h.DataPageHeaderV2.Valid, h.DictionaryPageHeader.Valid}; {
	case h.Type == format.DataPage && kinds == [...]bool{true, false, false}:
		b.values, b.encoding, b.levels = int64(d1.NumValues), d1.Encoding, d1.DefinitionLevelEncoding
		d1.Statistics = format.Statistics{}
		plain.DataPageHeader = h.DataPageHeader
	case h.Type == format.DataPageV2 && kinds == [...]bool{false, true, false}:
		ofLists, ofNulls := int64(d2.RepetitionLevelsByteLength), int64(d2.DefinitionLevelsByteLength)
		levels = ofLists + ofNulls
		if ofLists < 0 || ofNulls < 0 || levels > packed || levels > unpacked {
			return errors.New("levels longer than the page")
		}
		b.values, b.encoding, b.levels, b.ofLists, b.ofNulls, b.nulls = int64(d2.NumValues), d2.Encoding, format.RLE, ofLists, ofNulls, int64(d2.NumNulls)
		isPacked = !d2.IsCompressed.Valid || d2.IsCompressed.V
		d2.IsCompressed, d2.Statistics = thrift.New(false), format.Statistics{}
		plain.DataPageHeaderV2 = h.DataPageHeaderV2
	case h.Type == format.DictionaryPage && kinds == [...]bool{false, false, true}:
		b.values, b.encoding = int64(d.NumValues), d.Encoding
		plain.DictionaryPageHeader = h.DictionaryPageHeader
	default:
		return fmt.Errorf("its header is of another kind than %s", h.Type)
	}
	switch inDictionary := h.Type == format.DictionaryPage; {
	case packed < 0 || unpacked < 0 || packed > q.end-q.at:
		return errSize
	case b.values < 0 || !inDictionary && b.values > q.rows:
		return errors.New("has more values than the row group has rows")
	case packed > mostPage || unpacked > mostPage || b.values > mostPageValues:
		return errPage
	case inDictionary && b.values*q.shortest() > unpacked:
		return errors.New("a dictionary of more values than bytes")
	}
	if q.lifted = slices.Grow(q.lifted[:0], int(packed))[:packed]; packed > 0 {
		if n, err := q.file.ReadAt(q.lifted, q.at); int64(n) < packed {
			return err
		}
	}
	q.at += packed
	if h.CRC != 0 && uint32(h.CRC) != crc32.ChecksumIEEE(q.lifted) {
		return errors.New("its checksum is another one")
	}
	text := q.lifted
	if isPacked && q.codec != format.Uncompressed {
		if text, err = q.unpack(q.codec, q.loosed[:0], text[:levels], text[levels:], unpacked); err != nil {
			return err
		}
		q.loosed = text
	}
	if err := q.weigh(&b, text); err != nil {
		return err
	}
	text = text[:len(text)-b.behind]
	plain.UncompressedPageSize, plain.CompressedPageSize = int32(len(text)), int32(len(text))
	head, err := thrift.Marshal(new(thrift.CompactProtocol), &plain)
	q.text = append(head, text...)
	return err
}

// shortest is the least that a value takes in a dictionary: a text has its length in front.
func (q *pageQueue) shortest() int64 {
	if q.physical == parquet.ByteArray {
		return 4
	}
	return max(q.width, 1)
}
