package alloc

import (
	"encoding/binary"
	"fmt"
	"io"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

// columnSpace is how far apart the columns of an unpackedFile are; no column is as long.
const columnSpace = 1 << 42

// unpackedFile is a Parquet file as the library reads it: a footer that says that nothing is compressed, and from columnSpace on the columns of the
// present row group, unpacked as they are read.
type unpackedFile struct {
	ends    []byte // magic bytes, footer
	columns []*pageStream
}

// ReadAt reads the ends at any place, and a column from front to back.
func (u *unpackedFile) ReadAt(b []byte, at int64) (int, error) {
	if i := at/columnSpace - 1; i >= 0 && i < int64(len(u.columns)) {
		return u.columns[i].read(b, at%columnSpace)
	}
	n := 0
	if at < int64(len(u.ends)) {
		n = copy(b, u.ends[at:])
	}
	if n < len(b) {
		return n, io.EOF
	}
	return n, nil
}

// footerOf reads the footer of a file, and the four bytes at its front.
func footerOf(at io.ReaderAt, size int64) (front [4]byte, footer []byte, err error) {
	var tail [8]byte
	if size < 12 {
		return front, nil, fmt.Errorf("only %d bytes", size)
	}
	if _, err := at.ReadAt(tail[:], size-8); err != nil {
		return front, nil, err
	}
	n := int64(binary.LittleEndian.Uint32(tail[:]))
	switch {
	case n > size-12: // the library would make room for it
		return front, nil, fmt.Errorf("the footer is larger than the file")
	case string(tail[4:]) != "PAR1":
		return front, nil, fmt.Errorf("invalid magic footer of parquet file: %q", tail[4:])
	}
	if _, err := at.ReadAt(front[:], 0); err != nil {
		return front, nil, err
	}
	footer = make([]byte, n)
	_, err = at.ReadAt(footer, size-8-n)
	return front, footer, err
}

// unpackedFooter is the footer of an unpackedFile, in which each column of a row group has its place, and the groups as the file has them.
func unpackedFooter(footer []byte) (out []byte, about []format.RowGroup, err error) {
	n, err := skim(footer)
	switch {
	case err != nil:
		return nil, nil, err
	case n < len(footer):
		return nil, nil, fmt.Errorf("is followed by %d bytes", len(footer)-n)
	}
	if err := schemaFits(footer); err != nil {
		return nil, nil, err
	}
	var f format.FileMetaData
	var protocol thrift.CompactProtocol
	if err := thrift.NewDecoder(protocol.NewReaderFromBytes(footer)).Decode(&f); err != nil {
		return nil, nil, err
	}
	about = make([]format.RowGroup, len(f.RowGroups))
	for i := range f.RowGroups {
		about[i] = f.RowGroups[i]
		columns := make([]format.ColumnChunk, len(f.RowGroups[i].Columns))
		copy(columns, f.RowGroups[i].Columns)
		for j := range columns {
			m := &columns[j].MetaData
			m.Codec, m.DictionaryPageOffset, m.DataPageOffset, m.TotalCompressedSize = format.Uncompressed, 0, int64(j+1)*columnSpace, columnSpace
		}
		f.RowGroups[i].Columns = columns
	}
	out, err = thrift.Marshal(new(thrift.CompactProtocol), &f)
	return out, about, err
}

func (p *parquetTable) open(at io.ReaderAt, size int64) (names []string, err error) {
	defer caught(&err)
	front, footer, err := footerOf(at, size)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrParquet, err)
	}
	footer, p.about, err = unpackedFooter(footer)
	if err != nil {
		return nil, fmt.Errorf("%w: the footer %w", ErrParquet, err)
	}
	u := &unpackedFile{ends: append(front[:], footer...)}
	u.ends = append(binary.LittleEndian.AppendUint32(u.ends, uint32(len(footer))), "PAR1"...)
	f, err := parquet.OpenFile(u, int64(len(u.ends)), parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true), parquet.FileReadMode(parquet.ReadModeSync))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrParquet, err)
	}
	p.groups = f.RowGroups()
	rows := int64(0)
	for i, g := range p.groups {
		if n := g.NumRows(); n < 0 || n > f.NumRows()-rows {
			return nil, fmt.Errorf("%w: row group %d: its number of rows contradicts the footer", ErrParquet, i+1)
		}
		rows += g.NumRows()
	}
	if rows != f.NumRows() {
		return nil, fmt.Errorf("%w: %d rows in the row groups, the footer says %d", ErrParquet, rows, f.NumRows())
	}
	var physical []pageKind // by leaf
	for _, e := range f.Metadata().Schema {
		if e.Type.Valid {
			physical = append(physical, kindOf(&e))
		}
	}
	shared := new(unpack)
	for i := range physical {
		u.columns = append(u.columns, &pageStream{file: at, size: size, kind: physical[i], unpack: shared})
	}
	for _, c := range f.Root().Columns() {
		column := parquetColumn{leaf: c.Index(), read: true}
		switch {
		case !c.Leaf() || c.Repeated():
			column.refuse = fmt.Errorf("%w: a list or group", ErrColumnType)
		case column.leaf < 0 || column.leaf >= len(physical) || physical[column.leaf].physical != c.Type().Kind():
			return nil, fmt.Errorf("%w: column %q: its logical type does not fit its physical type", ErrParquet, c.Name())
		default:
			column.stream = u.columns[column.leaf]
			if column.cell, column.refuse = cellOf(c.Type()); column.refuse == nil {
				column.refuse = compressionOf(p.about, column.leaf)
			}
		}
		names = append(names, c.Name())
		p.cols = append(p.cols, column)
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("%w: no columns", ErrParquet)
	}
	return names, nil
}

// kindOf is what the pages of a column at the top of the schema hold.
func kindOf(e *format.SchemaElement) pageKind {
	k := pageKind{physical: parquet.Kind(e.Type.V), optional: e.RepetitionType.Valid && e.RepetitionType.V == format.Optional}
	switch k.physical {
	case parquet.Int32:
		k.width = 4
	case parquet.Int64:
		k.width = 8
	case parquet.FixedLenByteArray:
		k.width = int64(e.TypeLength.V)
	}
	return k
}
