package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strconv"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/tree"
)

// writeProofs writes the file merkle-proofs/v1 whole or not at all; "-" streams it to out. Rows are in claim order:
//
//	{"format":"merkle-proofs/v1","profile":…,"order":…,"root":…,"leaves":"3","total":"6","claims":[
//	{"account":…,"amount":…,"leaf":…,"proof":[…]},
//	…]}
func writeProofs(ctx context.Context, out io.Writer, path string, t *tree.Tree, bar *progress) error {
	if path == "-" {
		return streamProofs(ctx, out, t, bar)
	}
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".partial-*")
	if err != nil {
		return err
	}
	err = streamProofs(ctx, f, t, bar)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Chmod(f.Name(), 0o644)
	}
	if err == nil {
		err = os.Link(f.Name(), path) // fails when path exists, unlike a rename
		if err != nil && !errors.Is(err, os.ErrExist) {
			if _, statErr := os.Lstat(path); errors.Is(statErr, os.ErrNotExist) {
				return os.Rename(f.Name(), path) // a file system without links
			}
		}
	}
	return errors.Join(err, os.Remove(f.Name()))
}

func streamProofs(ctx context.Context, out io.Writer, t *tree.Tree, bar *progress) error {
	w := bufio.NewWriterSize(out, 1<<20)
	p := t.Profile()
	root := t.Root()
	total, _ := t.Total()
	b := []byte(`{"format":"merkle-proofs/v1","profile":"` + p.Name + `","order":"` + string(t.Order()) + `","root":"`)
	b = root.AppendText(b, p.Width)
	b = append(strconv.AppendInt(append(b, `","leaves":"`...), int64(t.Len()), 10), `","total":"`...)
	b = append(total.AppendText(b), `","claims":[`...)
	var proof []merkle.Hash
	n := t.Rows().Len()
	for row := range n {
		if row > 0 {
			b = append(b, ',')
		}
		b = append(b, '\n')
		b = appendClaim(b, t, row, &proof)
		if len(b) > 1<<16 {
			if _, err := w.Write(b); err != nil {
				return err
			}
			b = b[:0]
			if err := ctx.Err(); err != nil {
				return err
			}
			bar.update("writing proofs", int64(row), int64(n))
		}
	}
	b = append(b, "]}\n"...)
	_, err := w.Write(b)
	return errors.Join(err, w.Flush())
}

func appendClaim(b []byte, t *tree.Tree, row int, proof *[]merkle.Hash) []byte {
	p := t.Profile()
	b = append(b, '{')
	for i, f := range p.Fields {
		b = append(strconv.AppendQuote(b, f.Name), ':')
		b = appendJSONText(b, t, row, i)
		b = append(b, ',')
	}
	leaf := t.Leaf(row)
	b = append(leaf.AppendText(append(b, `"leaf":"`...), p.Width), `","proof":[`...)
	*proof = t.Proof(row, *proof)
	for i := range *proof {
		if i > 0 {
			b = append(b, ',')
		}
		b = append((*proof)[i].AppendText(append(b, '"'), p.Width), '"')
	}
	return append(b, "]}"...)
}

// appendJSONText appends the field's value as a JSON string.
func appendJSONText(b []byte, t *tree.Tree, row, field int) []byte {
	b = append(b, '"')
	start := len(b)
	b = t.AppendValue(b, row, field)
	for _, c := range b[start:] {
		if c < 0x20 || c == '"' || c == '\\' || c >= 0x7f {
			text, _ := json.Marshal(string(b[start:])) // a string: cannot fail
			return append(b[:start-1], text...)
		}
	}
	return append(b, '"')
}
