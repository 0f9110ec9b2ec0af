package alloc

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/snappy"
	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go/format"
)

var (
	errPacked     = errors.New("its compressed bytes are damaged")
	errPackedMore = errors.New("its compressed bytes hold more than its header says")
	errPackedLess = errors.New("its compressed bytes hold less than its header says")
)

// unpack unpacks pages, each to the length that its header says and no further.
type unpack struct {
	zstd   *zstd.Decoder
	gzip   *gzip.Reader
	brotli *brotli.Reader
	last   [1]byte
}

// unpacked is what packed holds, n bytes of room.
func (u *unpack) unpacked(codec format.CompressionCodec, packed []byte, room *[]byte, n int64) ([]byte, error) {
	if len(packed) == 0 { // as some writers leave a page of nulls
		if n > 0 {
			return nil, errPackedLess
		}
		return nil, nil
	}
	var err error
	switch codec {
	case format.Snappy:
		var held int
		switch held, err = snappy.DecodedLen(packed); {
		case err != nil:
			return nil, fmt.Errorf("%w: %w", errPacked, err)
		case int64(held) > n:
			return nil, errPackedMore
		case int64(held) < n || n/32 > int64(len(packed)): // three bytes hold 64 at most
			return nil, errPackedLess
		}
		*room = resized(*room, n)
		if _, err = snappy.Decode(*room, packed); err != nil {
			return nil, fmt.Errorf("%w: %w", errPacked, err)
		}
		return *room, nil
	case format.Zstd:
		return u.zstandard(packed, room, n)
	case format.Gzip:
		r := bytes.NewReader(packed)
		if u.gzip == nil {
			u.gzip, err = gzip.NewReader(r)
		} else {
			err = u.gzip.Reset(r)
		}
		if err != nil {
			return nil, fmt.Errorf("%w: %w", errPacked, err)
		}
		return u.stream(u.gzip, room, n)
	case format.Brotli:
		if u.brotli == nil {
			u.brotli = brotli.NewReader(nil)
		}
		if err := u.brotli.Reset(bytes.NewReader(packed)); err != nil {
			return nil, fmt.Errorf("%w: %w", errPacked, err)
		}
		return u.stream(u.brotli, room, n)
	}
	return nil, fmt.Errorf("%w: %s", ErrCompression, codec)
}

// zstandard unpacks frames of Zstandard, of which a block of three bytes and one more holds at most 128 KiB.
func (u *unpack) zstandard(packed []byte, room *[]byte, n int64) (text []byte, err error) {
	if n>>17 > int64(len(packed))/4 {
		return nil, errPackedLess
	}
	if u.zstd == nil {
		u.zstd, err = zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxWindow), zstd.WithDecoderMaxMemory(maxPageBytes), zstd.WithDecodeAllCapLimit(true))
		if err != nil {
			return nil, err
		}
	}
	*room = resized(*room, n)
	switch text, err = u.zstd.DecodeAll(packed, (*room)[:0:n]); {
	case errors.Is(err, zstd.ErrDecoderSizeExceeded):
		return nil, errPackedMore
	case err != nil:
		return nil, fmt.Errorf("%w: %w", errPacked, err)
	case int64(len(text)) < n:
		return nil, errPackedLess
	}
	return text, nil
}

// stream reads n bytes to the end of r. Room grows with what is there, since a header may say anything.
func (u *unpack) stream(r io.Reader, room *[]byte, n int64) ([]byte, error) {
	*room = resized(*room, min(n, max(int64(cap(*room)), unpackBlock)))
	for got := int64(0); got < n; {
		if got == int64(len(*room)) {
			*room = append(make([]byte, 0, min(n, 2*got)), *room...)
			*room = (*room)[:cap(*room)]
		}
		k, err := io.ReadFull(r, (*room)[got:min(n, int64(len(*room)))])
		got += int64(k)
		switch {
		case err == io.EOF || err == io.ErrUnexpectedEOF:
			return nil, errPackedLess
		case err != nil:
			return nil, fmt.Errorf("%w: %w", errPacked, err)
		}
	}
	switch more, err := io.ReadFull(r, u.last[:]); {
	case more > 0:
		return nil, errPackedMore
	case err != io.EOF:
		return nil, fmt.Errorf("%w: %w", errPacked, err)
	}
	return (*room)[:n], nil
}
