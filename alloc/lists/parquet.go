package lists

import (
	"bufio"
	"io"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/alloc"
)

// parquetMark begins every Parquet file.
const parquetMark = "PAR1"

// openParquet reads a plain list whose rows are those of a Parquet file. r is the file and in reads the same from its start.
func openParquet(r io.Reader, in *bufio.Reader, name string, o Options, faults *merkle.Faults) (*List, error) {
	if _, _, ok := alloc.RandomAccess(r); !ok {
		r = in
	}
	t, err := alloc.OpenTable(r, name, "parquet", faults)
	if err != nil {
		return nil, err
	}
	l := &List{Rows: t, KeyOf: -1, Kind: plain.Kind}
	if plain.set != nil {
		plain.set(l, o)
	}
	l.settle(o, faults, name)
	return l, nil
}
