package export

import (
	"bufio"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"os"
	"path"
	"slices"

	"github.com/merkle-drop/merkle/alloc"
)

// input streams the canonical form of an input into its digest and, where the campaign publishes copies, its file.
func (w *writer) input(in *alloc.Input, info *InputInfo) (err error) {
	if info.File != "" {
		info.SHA256, err = w.stream(info.File, in)
		return err
	}
	if err := w.ready(in.Role); err != nil {
		return err
	}
	digest := &digester{sha256.New(), w}
	if _, err := in.WriteTo(digest); err != nil {
		return err
	}
	info.SHA256 = hex.EncodeToString(digest.Sum(nil))
	return nil
}

// stream writes a file whose bytes are made on the way and returns its digest.
func (w *writer) stream(name string, from io.WriterTo) (sum string, err error) {
	if err := w.ready(name); err != nil {
		return "", err
	}
	if err := w.mkdir(path.Dir(name)); err != nil {
		return "", err
	}
	f, err := os.Create(w.path(name))
	if err != nil {
		return "", err
	}
	digest := &digester{sha256.New(), w}
	buf := bufio.NewWriterSize(f, 1<<18)
	n, err := from.WriteTo(io.MultiWriter(buf, digest))
	if err = errors.Join(err, buf.Flush(), f.Close()); err != nil {
		return "", err
	}
	file := stagedFile{path: name, size: n}
	digest.Sum(file.sum[:0])
	w.files = append(w.files, file)
	return hex.EncodeToString(file.sum[:]), nil
}

// digester is a digest that stops when the context is cancelled: inputs may be large.
type digester struct {
	hash.Hash
	w *writer
}

func (d *digester) Write(p []byte) (int, error) {
	if err := d.w.ctx.Err(); err != nil {
		return 0, err
	}
	return d.Hash.Write(p)
}

// sums writes SHA256SUMS over all files so far and pins it in the manifest.
func (w *writer) sums(m *Manifest) error {
	slices.SortFunc(w.files, func(a, b stagedFile) int { return cmp.Compare(a.path, b.path) })
	var text []byte
	m.Files = FilesInfo{File: SumsFile, Count: len(w.files)}
	for i := range w.files {
		f := &w.files[i]
		text = hex.AppendEncode(text, f.sum[:])
		text = append(append(append(text, "  "...), f.path...), '\n')
		m.Files.Bytes += f.size
	}
	if err := w.file(SumsFile, text); err != nil {
		return err
	}
	m.Files.SHA256 = hex.EncodeToString(w.files[len(w.files)-1].sum[:])
	return nil
}
