package alloc

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// What a description inside a Parquet file may have: lists of structures, of which the library makes room for as many as are announced, and depth.
const (
	maxParquetStructs = 1 << 20
	maxParquetDepth   = 32
)

var (
	errSkimShort  = errors.New("ends in the middle")
	errSkimMuch   = fmt.Errorf("has more than %d structures", maxParquetStructs)
	errSkimDeep   = fmt.Errorf("is deeper than %d structures", maxParquetDepth)
	errSkimFormat = errors.New("is not in Thrift's compact protocol")
)

// skimmer walks a structure in Thrift's compact protocol (https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md) without
// building anything. The library makes room for a list or text before it looks whether there is that much; whatever the skimmer lets through announces no
// more than the bytes that follow.
type skimmer struct {
	text    []byte
	at      int
	structs int
}

// skim returns the length of the structure that text begins with.
func skim(text []byte) (int, error) {
	s := skimmer{text: text}
	err := s.structure(0)
	return s.at, err
}

// The types of the compact protocol.
const (
	thriftTrue   = 1
	thriftFalse  = 2
	thriftByte   = 3
	thriftI16    = 4
	thriftI32    = 5
	thriftI64    = 6
	thriftDouble = 7
	thriftBinary = 8
	thriftList   = 9
	thriftSet    = 10
	thriftMap    = 11
	thriftStruct = 12
	thriftUUID   = 13
)

func (s *skimmer) structure(depth int) error {
	if depth > maxParquetDepth {
		return errSkimDeep
	}
	for {
		b, err := s.byte()
		if err != nil || b == 0 {
			return err
		}
		if b < 16 { // the number of the field follows
			if err := s.varint(); err != nil {
				return err
			}
		}
		if kind := b & 15; kind != thriftTrue && kind != thriftFalse { // whose value is their type
			if err := s.value(kind, depth); err != nil {
				return err
			}
		}
	}
}

func (s *skimmer) value(kind byte, depth int) error {
	switch kind {
	case thriftTrue, thriftFalse, thriftByte: // in lists and maps booleans are bytes
		return s.skip(1)
	case thriftI16, thriftI32, thriftI64:
		return s.varint()
	case thriftDouble:
		return s.skip(8)
	case thriftUUID:
		return s.skip(16)
	case thriftBinary:
		n, err := s.length()
		if err != nil {
			return err
		}
		return s.skip(n)
	case thriftList, thriftSet:
		b, err := s.byte()
		if err != nil {
			return err
		}
		n := int(b >> 4)
		if n == 15 {
			if n, err = s.length(); err != nil {
				return err
			}
		}
		return s.items(n, depth, b&15)
	case thriftMap:
		n, err := s.length()
		if err != nil || n == 0 {
			return err
		}
		b, err := s.byte()
		if err != nil {
			return err
		}
		return s.items(n, depth, b>>4, b&15)
	case thriftStruct:
		if s.structs++; s.structs > maxParquetStructs {
			return errSkimMuch
		}
		return s.structure(depth + 1)
	}
	return errSkimFormat
}

// items skips n values of each of the kinds, in turn. Each takes a byte at least.
func (s *skimmer) items(n, depth int, kinds ...byte) error {
	if n > len(s.text)-s.at {
		return errSkimShort
	}
	if depth >= maxParquetDepth {
		return errSkimDeep
	}
	for range n {
		for _, kind := range kinds {
			if err := s.value(kind, depth+1); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *skimmer) byte() (byte, error) {
	if s.at >= len(s.text) {
		return 0, errSkimShort
	}
	s.at++
	return s.text[s.at-1], nil
}

func (s *skimmer) skip(n int) error {
	if n > len(s.text)-s.at {
		return errSkimShort
	}
	s.at += n
	return nil
}

func (s *skimmer) length() (int, error) {
	v, n := binary.Uvarint(s.text[s.at:])
	switch {
	case n == 0:
		return 0, errSkimShort
	case n < 0 || v > math.MaxInt32:
		return 0, errSkimFormat
	}
	s.at += n
	return int(v), nil
}

func (s *skimmer) varint() error {
	switch _, n := binary.Uvarint(s.text[s.at:]); {
	case n == 0:
		return errSkimShort
	case n < 0:
		return errSkimFormat
	default:
		s.at += n
		return nil
	}
}
