package verify

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

// The library makes room for as many items as a list announces, and for every path of the schema, before it looks whether they are there.
const (
	mostStructs = 1 << 20 // in a footer or in the header of a page
	mostNested  = 32
)

var (
	errCut     = errors.New("announces more than its bytes hold")
	errStructs = fmt.Errorf("more than %d structures", mostStructs)
	errNested  = fmt.Errorf("deeper than %d structures", mostNested)
)

// thriftWalk goes through Thrift's compact protocol (https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md) and keeps nothing.
type thriftWalk struct {
	text    []byte // that is left
	structs int
}

// decodeThrift reads the structure that text begins with and tells its length, after it was walked through.
func decodeThrift(text []byte, into any) (int, error) {
	w := thriftWalk{text: text}
	if err := w.value(12, 0); err != nil {
		return 0, err
	}
	n := len(text) - len(w.text)
	r := new(thrift.CompactProtocol).NewReaderFromBytes(text[:n:n])
	if err := thrift.NewDecoder(r).Decode(into); err != nil {
		return 0, err
	}
	if r.BytesRead() != n {
		return 0, errors.New("a structure of two lengths")
	}
	return n, nil
}

// value passes one value of a type, by the protocol's number of it.
func (w *thriftWalk) value(kind byte, nested int) error {
	if nested > mostNested {
		return errNested
	}
	switch kind {
	case 1, 2, 3: // a byte; in a list, booleans too
		return w.pass(1)
	case 4, 5, 6: // integers
		_, err := w.number()
		return err
	case 7: // a double
		return w.pass(8)
	case 8: // bytes
		n, err := w.number()
		if err != nil {
			return err
		}
		return w.pass(n)
	case 9, 10: // a list or set
		b, err := w.byte()
		n := uint64(b >> 4)
		if n == 15 && err == nil {
			n, err = w.number()
		}
		if err != nil {
			return err
		}
		return w.items(n, nested, b&15)
	case 11: // a map
		n, err := w.number()
		if err != nil || n == 0 {
			return err
		}
		b, err := w.byte()
		if err != nil {
			return err
		}
		return w.items(n, nested, b>>4, b&15)
	case 12:
		return w.fields(nested)
	case 13: // a UUID
		return w.pass(16)
	}
	return fmt.Errorf("type %d, which Thrift does not have", kind)
}

// items passes n values of each kind. Each of them takes a byte at least.
func (w *thriftWalk) items(n uint64, nested int, kinds ...byte) error {
	if n > uint64(len(w.text)) {
		return errCut
	}
	for range n {
		for _, kind := range kinds {
			if err := w.value(kind, nested+1); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *thriftWalk) fields(nested int) error {
	if w.structs++; w.structs > mostStructs {
		return errStructs
	}
	for {
		b, err := w.byte()
		if err != nil || b == 0 {
			return err
		}
		if b < 16 { // its number follows
			if _, err := w.number(); err != nil {
				return err
			}
		}
		if kind := b & 15; kind != 1 && kind != 2 { // of which the type is the value
			if err := w.value(kind, nested+1); err != nil {
				return err
			}
		}
	}
}

func (w *thriftWalk) pass(n uint64) error {
	if n > uint64(len(w.text)) {
		return errCut
	}
	w.text = w.text[n:]
	return nil
}

func (w *thriftWalk) byte() (byte, error) {
	if len(w.text) == 0 {
		return 0, errCut
	}
	b := w.text[0]
	return b, w.pass(1)
}

func (w *thriftWalk) number() (uint64, error) {
	v, n := binary.Uvarint(w.text)
	if n < 0 {
		return 0, errors.New("a number of more than 64 bits")
	}
	if n == 0 {
		return 0, errCut
	}
	return v, w.pass(uint64(n))
}

// checkedFooter reads a footer, and refuses one that asks for more than it holds.
func checkedFooter(file io.ReaderAt, size int64) (*format.FileMetaData, error) {
	var end [8]byte
	if size < 12 {
		return nil, errors.New("too short")
	}
	if _, err := file.ReadAt(end[:], size-8); err != nil {
		return nil, err
	}
	n := int64(binary.LittleEndian.Uint32(end[:]))
	if n > size-12 {
		return nil, errors.New("a footer that does not fit in it")
	}
	if string(end[4:]) != "PAR1" {
		return nil, errors.New("it does not end like one")
	}
	text := make([]byte, n)
	if _, err := file.ReadAt(text, size-8-n); err != nil {
		return nil, err
	}
	var f format.FileMetaData
	used, err := decodeThrift(text, &f)
	if err == nil && used < len(text) {
		err = fmt.Errorf("%d bytes behind it", len(text)-used)
	}
	if err != nil {
		return nil, fmt.Errorf("the footer: %w", err)
	}
	// of each column there is a structure in each row group
	if len(f.Schema)*len(f.RowGroups) > 4*mostStructs {
		return nil, fmt.Errorf("the footer: %w", errStructs)
	}
	var open []int32 // children to come, by the groups around them
	for _, e := range f.Schema {
		if len(open) > mostNested {
			return nil, fmt.Errorf("the schema: %w", errNested)
		}
		if e.NumChildren.Valid && e.NumChildren.V > 0 {
			open = append(open, e.NumChildren.V)
			continue
		}
		for i := len(open) - 1; i >= 0; i-- {
			if open[i]--; open[i] > 0 {
				break
			}
			open = open[:i]
		}
	}
	return &f, nil
}
