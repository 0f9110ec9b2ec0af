package alloc

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

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

var errPageSize = errors.New("asks for more than 256 MiB")

// pageWalk goes through the headers of the pages of one column in one row group, before the library does. The library makes room for whatever a
// header says; here a header must be true to the size of the file, and within the limits above.
type pageWalk struct {
	file  io.ReaderAt
	codec format.CompressionCodec
	rows  int64 // of the row group
	room  []byte
}

// pages checks the pages of a column.
func (w *pageWalk) pages(size int64, m *format.ColumnMetaData) error {
	at := m.DataPageOffset
	if m.DictionaryPageOffset != 0 {
		at = m.DictionaryPageOffset // where the library begins
	}
	if at < 0 || at > size || m.TotalCompressedSize < 0 {
		return fmt.Errorf("%w: the column is outside of the file", ErrParquet)
	}
	end := size
	if m.TotalCompressedSize < size-at {
		end = at + m.TotalCompressedSize
	}
	for at < end {
		h, n, err := w.header(at, end)
		if err == nil {
			at += int64(n)
			err = w.page(h, at, end)
		}
		if err != nil {
			return fmt.Errorf("%w: the page at byte %d: %w", ErrParquet, at, err)
		}
		at += int64(h.CompressedPageSize)
	}
	return nil
}

// header reads the header of a page and its length.
func (w *pageWalk) header(at, end int64) (*format.PageHeader, int, error) {
	for window := int64(pageHeader); ; window *= 8 {
		text, err := w.read(at, min(window, end-at))
		if err != nil {
			return nil, 0, err
		}
		n, err := skim(text)
		if errors.Is(err, errSkimShort) && window < maxPageHeader && int64(len(text)) < end-at {
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

// read reads n bytes; they are valid until the next call.
func (w *pageWalk) read(at, n int64) ([]byte, error) {
	if int64(len(w.room)) < n {
		w.room = make([]byte, n)
	}
	if got, err := w.file.ReadAt(w.room[:n], at); int64(got) < n {
		return nil, err
	}
	return w.room[:n], nil
}

// page checks what a header says of the page behind it, which begins at a place of the file.
func (w *pageWalk) page(h *format.PageHeader, at, end int64) error {
	packed, unpacked := int64(h.CompressedPageSize), int64(h.UncompressedPageSize)
	switch {
	case packed < 0 || unpacked < 0:
		return errors.New("a size below 0")
	case packed > end-at:
		return errors.New("is longer than its column")
	case unpacked > maxPageBytes:
		return errPageSize
	}
	if d := h.DictionaryPageHeader; d.Valid && (d.V.NumValues < 0 || int64(d.V.NumValues) > unpacked) {
		return errors.New("a dictionary of more values than bytes")
	}
	values := int64(0)
	if d := h.DataPageHeader; d.Valid {
		values = int64(d.V.NumValues)
	}
	levels, plain := int64(0), false
	if d := h.DataPageHeaderV2; d.Valid {
		values = max(values, int64(d.V.NumValues))
		levels = int64(d.V.RepetitionLevelsByteLength) + int64(d.V.DefinitionLevelsByteLength)
		if d.V.RepetitionLevelsByteLength < 0 || levels < int64(d.V.RepetitionLevelsByteLength) || levels > packed {
			return errors.New("levels longer than the page")
		}
		plain = d.V.IsCompressed.Valid && !d.V.IsCompressed.V
	}
	if values > w.rows {
		return errors.New("has more values than the row group has rows")
	}
	if values > maxPageValues {
		return errPageSize
	}
	if plain {
		return nil
	}
	return w.packed(at+levels, packed-levels)
}

// packed checks the length that compressed bytes announce for what they hold.
func (w *pageWalk) packed(at, n int64) error {
	if n == 0 {
		return nil
	}
	switch w.codec {
	case format.Snappy:
		text, err := w.read(at, min(n, binary.MaxVarintLen64))
		if err != nil {
			return err
		}
		if v, used := binary.Uvarint(text); used > 0 && v > maxPageBytes {
			return errPageSize
		}
	case format.Zstd:
		return w.zstd(at, at+n)
	}
	return nil
}
