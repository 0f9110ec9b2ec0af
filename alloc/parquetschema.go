package alloc

import (
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

// schemaFits refuses a skimmed footer for which the library would make much more room than it has bytes: for the path of every element of the schema,
// which is as long as the element is deep, and for every leaf in every row group.
func schemaFits(footer []byte) error {
	var f format.FileMetaData
	var protocol thrift.CompactProtocol
	if err := thrift.NewDecoder(protocol.NewReaderFromBytes(footer)).Decode(&f); err != nil {
		return err
	}
	if len(f.Schema)*len(f.RowGroups) > 4*maxParquetStructs {
		return errSkimMuch
	}
	var left []int32 // children still to come of each group that is open
	for i := range f.Schema {
		if len(left) > maxParquetDepth {
			return errSkimDeep
		}
		if n := f.Schema[i].NumChildren; n.Valid && n.V > 0 {
			left = append(left, n.V)
			continue
		}
		for len(left) > 0 {
			last := len(left) - 1
			if left[last]--; left[last] > 0 {
				break
			}
			left = left[:last]
		}
	}
	return nil
}
