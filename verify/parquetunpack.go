package verify

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"
)

var errBlock = errors.New("its packed bytes are damaged")

// unpacker unpacks pages, and stops where a page is longer than its header says.
type unpacker struct {
	frames *zstd.Decoder
}

// unpack appends front and what packed holds, size bytes together, to room.
func (u *unpacker) unpack(codec format.CompressionCodec, room, front, packed []byte, size int64) (text []byte, err error) {
	text = append(room, front...)
	left := size - int64(len(front))
	if len(packed) == 0 {
		if left > 0 {
			return nil, errWithin
		}
		return text, nil
	}
	switch codec {
	case format.Snappy: // whose blocks begin with their length; three bytes give 64 at most
		switch n, used := binary.Uvarint(packed); {
		case used <= 0:
			return nil, errBlock
		case n > uint64(left):
			return nil, errBeyond
		case n < uint64(left) || left > 64*int64(len(packed)):
			return nil, errWithin
		}
		loose, err := parquet.Snappy.Decode(make([]byte, left), packed)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", errBlock, err)
		}
		text = append(text, loose...)
	case format.Zstd:
		if left > (int64(len(packed))/4+1)<<17 { // four bytes or more for each 128 KiB
			return nil, errWithin
		}
		if u.frames == nil {
			if u.frames, err = zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecodeAllCapLimit(true), zstd.WithDecoderMaxWindow(128<<20)); err != nil {
				return nil, err
			}
		}
		loose, err := u.frames.DecodeAll(packed, make([]byte, 0, left))
		if errors.Is(err, zstd.ErrDecoderSizeExceeded) {
			return nil, errBeyond
		}
		if err != nil {
			return nil, fmt.Errorf("%w: %w", errBlock, err)
		}
		text = append(text, loose...)
	case format.Gzip:
		z, err := gzip.NewReader(bytes.NewReader(packed))
		if err != nil {
			return nil, fmt.Errorf("%w: %w", errBlock, err)
		}
		if text, err = drain(text, z, size); err != nil {
			return nil, err
		}
	case format.Brotli:
		if text, err = drain(text, brotli.NewReader(bytes.NewReader(packed)), size); err != nil {
			return nil, err
		}
	default:
		return nil, fmt.Errorf("packed with %s, which is not read", codec)
	}
	if int64(len(text)) < size {
		return nil, errWithin
	}
	return text, nil
}

// drain appends what r holds to text, which then may have size bytes.
func drain(text []byte, r io.Reader, size int64) ([]byte, error) {
	b := bytes.NewBuffer(text)
	_, err := io.Copy(b, io.LimitReader(r, size-int64(len(text))+1))
	switch {
	case int64(b.Len()) > size:
		return nil, errBeyond
	case err != nil:
		return nil, fmt.Errorf("%w: %w", errBlock, err)
	}
	return b.Bytes(), nil
}
