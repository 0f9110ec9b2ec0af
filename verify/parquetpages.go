package verify

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/parquet-go/parquet-go/format"
)

const (
	mostPage       = 256 << 20 // bytes of a page, unpacked
	mostPageValues = 1 << 26   // which take 4 bytes each before they are read
)

var (
	errPage  = errors.New("asks for more than 256 MiB or 67,108,864 values")
	errBlock = errors.New("its packed bytes are damaged")
)

// pageCheck reads the headers of the pages of one column in one row group. The library makes room for whatever a header says; what comes through here is true
// to the file and within the limits.
type pageCheck struct {
	file  io.ReaderAt
	codec format.CompressionCodec
	rows  int64 // of the row group; a column that is read has one value a row
	width int64 // bytes of a value of fixed length, else 1
}

func (c *pageCheck) column(size int64, m *format.ColumnMetaData) error {
	at, n := m.DataPageOffset, m.TotalCompressedSize
	if m.DictionaryPageOffset != 0 {
		at = m.DictionaryPageOffset // where the library begins
	}
	if at < 0 || at > size || n < 0 {
		return errors.New("a column outside of the file")
	}
	for end := at + min(n, size-at); at < end; {
		var h format.PageHeader
		start := at
		used, err := c.header(at, end, &h)
		if at += int64(used); err == nil {
			err = c.page(&h, at, end)
		}
		if err != nil {
			return fmt.Errorf("the page at byte %d: %w", start, err)
		}
		at += int64(h.CompressedPageSize)
	}
	return nil
}

// header reads the header of a page and tells its length.
func (c *pageCheck) header(at, end int64, h *format.PageHeader) (used int, err error) {
	for _, window := range [...]int64{1 << 10, 1 << 16, 1 << 22} {
		text := make([]byte, min(window, end-at))
		if err := c.read(text, at); err != nil {
			return 0, err
		}
		if used, err = decodeThrift(text, h); !errors.Is(err, errCut) || window > end-at {
			break
		}
	}
	if err != nil {
		return 0, fmt.Errorf("its header: %w", err)
	}
	return used, nil
}

func (c *pageCheck) read(text []byte, at int64) error {
	if n, err := c.file.ReadAt(text, at); n < len(text) {
		return err
	}
	return nil
}

// page holds a header against the bytes that follow it.
func (c *pageCheck) page(h *format.PageHeader, at, end int64) error {
	packed, unpacked, values, levels := int64(h.CompressedPageSize), int64(h.UncompressedPageSize), int64(0), int64(0)
	isPacked, wide := true, false
	if d := &h.DataPageHeader; d.Valid {
		values = int64(d.V.NumValues)
		wide = !byDictionary(d.V.Encoding)
	}
	if d := &h.DataPageHeaderV2; d.Valid {
		ofLists, ofNulls := int64(d.V.RepetitionLevelsByteLength), int64(d.V.DefinitionLevelsByteLength)
		if ofLists < 0 || ofNulls < 0 || ofLists+ofNulls > packed {
			return errors.New("levels longer than the page")
		}
		values, levels = max(values, int64(d.V.NumValues)), ofLists+ofNulls
		wide = wide || !byDictionary(d.V.Encoding)
		isPacked = !d.V.IsCompressed.Valid || d.V.IsCompressed.V
	}
	inDictionary := int64(0)
	if d := &h.DictionaryPageHeader; d.Valid {
		inDictionary = int64(d.V.NumValues)
	}
	switch {
	case packed < 0 || unpacked < 0 || packed > end-at:
		return errors.New("is not within its column")
	case values < 0 || values > c.rows:
		return errors.New("has more values than the row group has rows")
	case unpacked > mostPage || max(values, inDictionary) > mostPageValues || wide && values*c.width > mostPage:
		return errPage
	case inDictionary < 0 || inDictionary*c.width > unpacked:
		return errors.New("a dictionary of more values than bytes")
	case isPacked && c.codec == format.Snappy && packed > levels:
		text := make([]byte, min(packed-levels, binary.MaxVarintLen64))
		if err := c.read(text, at+levels); err != nil {
			return err
		}
		if n, _ := binary.Uvarint(text); n > mostPage {
			return errPage
		}
	case isPacked && c.codec == format.Zstd:
		return c.zstd(at+levels, at+packed)
	}
	return nil
}

// byDictionary tells whether a page has places in a dictionary (2, PLAIN_DICTIONARY, is the old number of it) in place of values.
func byDictionary(e format.Encoding) bool { return e == 2 || e == format.RLEDictionary }

// zstd bounds what frames of Zstandard hold (RFC 8878, 3.1.1), by the sizes in front of their blocks.
func (c *pageCheck) zstd(at, end int64) error {
	held := uint64(0)
	for at < end {
		var head [18]byte
		if err := c.read(head[:min(18, end-at)], at); err != nil {
			return err
		}
		magic, about := binary.LittleEndian.Uint32(head[:]), head[4]
		if magic&^15 == 0x184D2A50 { // no content
			at += 8 + int64(binary.LittleEndian.Uint32(head[4:]))
			continue
		}
		if magic != 0xFD2FB528 {
			return errBlock
		}
		n := 5 + [...]int{0, 1, 2, 4}[about&3]                     // with the number of a dictionary
		size := [...]int{int(about >> 5 & 1), 2, 4, 8}[about>>6&3] // bytes of the length of the content
		if about>>5&1 == 0 {                                       // a window follows
			if head[5]>>3 > 17 { // more than 2²⁷ bytes
				return errPage
			}
			n = n + 1
		}
		var wide [8]byte
		copy(wide[:], head[n:n+size])
		if binary.LittleEndian.Uint64(wide[:]) > mostPage {
			return errPage
		}
		at += int64(n + size)
		for last := false; !last; {
			var b [4]byte
			if at+3 > end || c.read(b[:3], at) != nil {
				return errBlock
			}
			block := binary.LittleEndian.Uint32(b[:])
			last = block&1 != 0
			length := int64(block >> 3)
			at += 3
			switch block >> 1 & 3 {
			case 0:
				at, held = at+length, held+uint64(length)
			case 1: // one byte, again and again
				at, held = at+1, held+uint64(length)
			case 2:
				at, held = at+length, held+128<<10 // the most that a block may hold
			default:
				return errBlock
			}
			if held > mostPage {
				return errPage
			}
		}
		if about&4 != 0 {
			at += 4 // a checksum
		}
	}
	if at > end {
		return errBlock
	}
	return nil
}
