package alloc

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/klauspost/compress/zstd"
	"github.com/merkle-drop/merkle/campaign"
)

// ErrUnpack is the cause of every error of a damaged .gz or .zst file.
var ErrUnpack = errors.New("cannot unpack")

// maxWindow bounds the memory of a .zst reader. zstd --long=27 and below stay inside it.
const maxWindow = 128 << 20

// OpenFile opens an input with open and unpacks it when its name ends in .gz or .zst. Unpacking streams: a small file that
// unpacks to a huge one costs time, not memory. What is unpacked is read ahead in a goroutine, which ends with Close; members of .gz
// that tell their length, as bgzip makes them, are unpacked on all processors.
func OpenFile(open func(string) (io.ReadCloser, error), name string) (io.ReadCloser, error) {
	f, err := open(name)
	if err != nil {
		return nil, err
	}
	switch {
	case strings.HasSuffix(name, ".gz"):
		z, err := newGzip(f)
		if err != nil {
			f.Close()
			return nil, fmt.Errorf("%w: %w", ErrUnpack, err)
		}
		return newUnpacked(z, f.Close), nil // closing z would only tell again what reading ended with
	case strings.HasSuffix(name, ".zst"):
		z, err := zstd.NewReader(f, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxWindow))
		if err != nil {
			f.Close()
			return nil, fmt.Errorf("%w: %w", ErrUnpack, err)
		}
		return newUnpacked(z, func() error { z.Close(); return f.Close() }), nil
	}
	return f, nil
}

// beside opens files relative to the campaign file.
func beside(c *campaign.Campaign) func(string) (io.ReadCloser, error) {
	dir := filepath.Dir(c.Path)
	return func(name string) (io.ReadCloser, error) {
		f, err := os.Open(filepath.Join(dir, filepath.FromSlash(name)))
		if err != nil {
			return nil, err
		}
		if info, err := f.Stat(); err == nil && info.IsDir() {
			f.Close()
			return nil, &fs.PathError{Op: "open", Path: name, Err: errors.New("is a directory")}
		}
		return f, nil
	}
}

// formatOf is the format that the campaign names, or that of the file's name.
func formatOf(in *campaign.Input) string {
	if in.Format != "" {
		return in.Format
	}
	name := strings.TrimSuffix(strings.TrimSuffix(in.File, ".gz"), ".zst")
	return strings.TrimPrefix(filepath.Ext(name), ".")
}
