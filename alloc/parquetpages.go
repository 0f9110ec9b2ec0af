package alloc

import (
	"errors"
	"fmt"
	"hash/crc32"
	"io"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

// How much a page of a Parquet file may ask for before it is known what it holds. Writers make pages of about 1 MiB, some of 100 MiB.
const (
	maxPageBytes  = 256 << 20 // unpacked
	maxPageValues = 1 << 26   // four bytes of room each
	maxPageHeader = 1 << 20
	pageHeader    = 1 << 10 // nearly all are shorter
)

var (
	errPageSize = errors.New("asks for more than 256 MiB")
	errPageCRC  = errors.New("its checksum is not that of its bytes")
	errNoDict   = fmt.Errorf("%w: a page needs a dictionary that is not there", ErrParquet)
	errDictLess = errors.New("a dictionary of more values than bytes")
)

// pageStream gives the pages of one column in one row group unpacked, one after the other, each with a header that says so. The library makes room for
// whatever a header, a run of values or packed bytes announce, and unpacks without end; it reads a stream instead, of which every page was held against
// the bytes of the file and the limits above.
type pageStream struct {
	file io.ReaderAt
	size int64
	kind pageKind
	*unpack

	codec   format.CompressionCodec
	rows    int64     // of the row group
	at, end int64     // of the next page in the file
	given   int64     // bytes of the stream
	left    [3][]byte // of the present page: header, levels, values
	err     error     // instead of the next page
	head    []byte
	packed  []byte
	room    []byte
	lengths []int32
}

// pageKind is what the pages of a column hold.
type pageKind struct {
	physical parquet.Kind
	width    int64 // bytes of a value of fixed length; 0 of text, and of booleans
	optional bool
}

// least is how many bytes a value takes at least in a dictionary: of a text its length stands there.
func (k *pageKind) least() int64 {
	if k.physical == parquet.ByteArray {
		return 4
	}
	return max(k.width, 1)
}

// begin goes to the pages of a column in a row group.
func (s *pageStream) begin(m *format.ColumnMetaData, rows int64) {
	s.codec, s.rows, s.given, s.left, s.err = m.Codec, rows, 0, [3][]byte{}, nil
	s.at = m.DataPageOffset
	if m.DictionaryPageOffset != 0 {
		s.at = m.DictionaryPageOffset
	}
	if s.at < 0 || s.at > s.size || m.TotalCompressedSize < 0 {
		s.err = fmt.Errorf("%w: the column is outside of the file", ErrParquet)
		return
	}
	s.end = s.at + min(m.TotalCompressedSize, s.size-s.at)
}

// read is ReadAt, from front to back only.
func (s *pageStream) read(b []byte, at int64) (n int, err error) {
	if at != s.given { // the library looks for a dictionary in front of the first page
		s.err = errNoDict
		return 0, s.err
	}
	for {
		for i := range s.left {
			k := copy(b[n:], s.left[i])
			s.left[i], n = s.left[i][k:], n+k
		}
		if n == len(b) {
			break
		}
		if s.err == nil {
			s.err = s.next()
		}
		if s.err != nil {
			break
		}
	}
	s.given += int64(n)
	if n < len(b) {
		return n, s.err
	}
	return n, nil
}

// next makes the next page ready; io.EOF behind the last.
func (s *pageStream) next() error {
	if s.at >= s.end {
		return io.EOF
	}
	start := s.at
	h, n, err := s.header()
	if err == nil {
		s.at += int64(n)
		err = s.page(h)
	}
	if err != nil {
		return fmt.Errorf("%w: the page at byte %d: %w", ErrParquet, start, err)
	}
	s.at += int64(h.CompressedPageSize)
	return nil
}

// header reads the header of the next page and its length.
func (s *pageStream) header() (*format.PageHeader, int, error) {
	for window := int64(pageHeader); ; window *= 8 {
		text, err := s.bytes(&s.head, s.at, min(window, s.end-s.at))
		if err != nil {
			return nil, 0, err
		}
		n, err := skim(text)
		if errors.Is(err, errSkimShort) && window < maxPageHeader && int64(len(text)) < s.end-s.at {
			continue
		}
		if err != nil {
			return nil, 0, fmt.Errorf("its header %w", err)
		}
		h := new(format.PageHeader)
		var protocol thrift.CompactProtocol
		if err := thrift.NewDecoder(protocol.NewReaderFromBytes(text[:n])).Decode(h); err != nil {
			return nil, 0, err
		}
		return h, n, nil
	}
}

// bytes reads n bytes of the file into room.
func (s *pageStream) bytes(room *[]byte, at, n int64) ([]byte, error) {
	*room = resized(*room, n)
	if got, err := s.file.ReadAt(*room, at); int64(got) < n {
		return nil, err
	}
	return *room, nil
}

// resized is room for n bytes, whose contents are not kept.
func resized(room []byte, n int64) []byte {
	if int64(cap(room)) < n {
		return make([]byte, n)
	}
	return room[:n]
}

// page checks a header against what follows it in the file, unpacks that, and puts both into s.left.
func (s *pageStream) page(h *format.PageHeader) error {
	packed, unpacked := int64(h.CompressedPageSize), int64(h.UncompressedPageSize)
	p, err := s.parts(h)
	switch {
	case packed < 0 || unpacked < 0:
		return errors.New("a size below 0")
	case err != nil:
		return err
	case packed > s.end-s.at:
		return errors.New("is longer than its column")
	case max(packed, unpacked) > maxPageBytes:
		return errPageSize
	}
	text, err := s.bytes(&s.packed, s.at, packed)
	if err != nil {
		return err
	}
	if h.CRC != 0 && crc32.ChecksumIEEE(text) != uint32(h.CRC) {
		return errPageCRC
	}
	front, rest := text[p.lists:p.lists+p.nulls], text[p.lists+p.nulls:]
	if !p.plain && s.codec != format.Uncompressed {
		if rest, err = s.unpacked(s.codec, rest, &s.room, unpacked-p.lists-p.nulls); err != nil {
			return err
		}
	}
	if err := s.fits(&p, front, rest); err != nil {
		return err
	}
	rest = rest[:len(rest)-p.behind]
	p.header.UncompressedPageSize = int32(len(front) + len(rest))
	p.header.CompressedPageSize = p.header.UncompressedPageSize
	head, err := thrift.Marshal(new(thrift.CompactProtocol), &p.header)
	if err != nil {
		return err
	}
	s.left = [3][]byte{head, front, rest}
	return nil
}

// pageParts is what a header says of its page.
type pageParts struct {
	values       int64
	lists, nulls int64 // bytes of levels in front of a page of the second kind, which are never packed
	plain        bool  // nothing of it is packed
	present      int64 // values that are not null, as a page of the second kind says; else below 0
	encoding     format.Encoding
	levels       format.Encoding // of nulls
	dictionary   bool
	behind       int               // bytes behind the last value
	header       format.PageHeader // for the library: of the same page, unpacked
}

// parts reads a header. Exactly the part that its type names may be there: the library looks at others, too.
func (s *pageStream) parts(h *format.PageHeader) (p pageParts, err error) {
	first, second, dictionary := h.Type == format.DataPage, h.Type == format.DataPageV2, h.Type == format.DictionaryPage
	if h.DataPageHeader.Valid != first || h.DataPageHeaderV2.Valid != second || h.DictionaryPageHeader.Valid != dictionary || !first && !second && !dictionary {
		return p, fmt.Errorf("its header is not that of a page of type %s", h.Type)
	}
	p.header.Type, p.present, p.levels = h.Type, -1, format.RLE
	switch {
	case first:
		d := &h.DataPageHeader.V
		p.values, p.encoding, p.levels = int64(d.NumValues), d.Encoding, d.DefinitionLevelEncoding
		p.header.DataPageHeader = thrift.New(format.DataPageHeader{NumValues: d.NumValues, Encoding: d.Encoding, DefinitionLevelEncoding: d.DefinitionLevelEncoding, RepetitionLevelEncoding: d.RepetitionLevelEncoding})
	case second:
		d := &h.DataPageHeaderV2.V
		p.values, p.encoding = int64(d.NumValues), d.Encoding
		p.lists, p.nulls, p.present = int64(d.RepetitionLevelsByteLength), int64(d.DefinitionLevelsByteLength), p.values-int64(d.NumNulls)
		if p.lists < 0 || p.nulls < 0 || p.lists+p.nulls > min(int64(h.CompressedPageSize), int64(h.UncompressedPageSize)) {
			return p, errors.New("levels longer than the page")
		}
		if d.NumNulls < 0 || p.present < 0 {
			return p, errors.New("more nulls than values")
		}
		p.plain = d.IsCompressed.Valid && !d.IsCompressed.V
		p.header.DataPageHeaderV2 = thrift.New(format.DataPageHeaderV2{NumValues: d.NumValues, NumNulls: d.NumNulls, NumRows: d.NumRows, Encoding: d.Encoding, DefinitionLevelsByteLength: d.DefinitionLevelsByteLength, IsCompressed: thrift.New(false)})
	default:
		d := &h.DictionaryPageHeader.V
		p.values, p.encoding, p.dictionary = int64(d.NumValues), d.Encoding, true
		p.header.DictionaryPageHeader = thrift.New(format.DictionaryPageHeader{NumValues: d.NumValues, Encoding: d.Encoding})
	}
	switch {
	case p.values < 0:
		return p, errors.New("a number of values below 0")
	case p.dictionary && p.values*s.kind.least() > int64(h.UncompressedPageSize):
		return p, errDictLess
	case !p.dictionary && p.values > s.rows:
		return p, errors.New("has more values than the row group has rows")
	case p.values > maxPageValues:
		return p, errPageSize
	}
	return p, nil
}
