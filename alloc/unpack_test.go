package alloc

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"runtime"
	"testing"
	"testing/iotest"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// packedGzip is text in several gzip members, as bgzip and cat make them.
func packedGzip(t testing.TB, text []byte, members int) []byte {
	t.Helper()
	var out bytes.Buffer
	for i := range members {
		z := gzip.NewWriter(&out)
		if _, err := z.Write(text[i*len(text)/members : (i+1)*len(text)/members]); err != nil {
			t.Fatal(err)
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return out.Bytes()
}

func packedZstd(t testing.TB, text []byte) []byte {
	t.Helper()
	z, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1))
	if err != nil {
		t.Fatal(err)
	}
	return z.EncodeAll(text, nil)
}

func unpackedText(size int) []byte {
	rng := rand.New(rand.NewPCG(5, 6))
	text := make([]byte, size)
	for i := range text {
		text[i] = "0123456789abcdef,\n"[rng.IntN(18)]
	}
	return text
}

// TestOpenFile_sameBytes: packed files give their text whatever the sizes of blocks, members and reads.
func TestOpenFile_sameBytes(t *testing.T) {
	for _, size := range []int{0, 1, unpackBlock - 1, unpackBlock, unpackBlock + 1, 3*unpackBlocks*unpackBlock + 17} {
		text := unpackedText(size)
		for name, packed := range map[string][]byte{"one.gz": packedGzip(t, text, 1), "five.gz": packedGzip(t, text, 5), "a.zst": packedZstd(t, text), "two.zst": append(packedZstd(t, text[:size/3]), packedZstd(t, text[size/3:])...)} {
			f, err := OpenFile(func(string) (io.ReadCloser, error) {
				return io.NopCloser(iotest.HalfReader(bytes.NewReader(packed))), nil
			}, name)
			if err != nil {
				t.Fatal(err)
			}
			got, err := io.ReadAll(iotest.OneByteReader(io.LimitReader(f, 100)))
			if err != nil {
				t.Fatal(err)
			}
			rest, err := io.ReadAll(f)
			if got = append(got, rest...); err != nil || !bytes.Equal(got, text) {
				t.Errorf("%s of %d bytes: %d bytes (%v)", name, size, len(got), err)
			}
			if n, err := f.Read(make([]byte, 1)); n != 0 || err != io.EOF {
				t.Errorf("%s: after the end %d, %v", name, n, err)
			}
			if err := errors.Join(f.Close(), f.Close()); err != nil {
				t.Error(err)
			}
		}
	}
}

// TestOpenFile_damaged: what could be unpacked comes before the error, the error comes again, and no goroutine stays, whether the file was read to the
// end or closed before.
func TestOpenFile_damaged(t *testing.T) {
	text := unpackedText(20 * unpackBlock)
	before := runtime.NumGoroutine()
	for name, packed := range map[string][]byte{"a.gz": packedGzip(t, text, 1), "a.zst": packedZstd(t, text)} {
		packed = packed[:len(packed)*2/3]
		open := func(string) (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(packed)), nil }
		f, err := OpenFile(open, name)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(f)
		if !errors.Is(err, ErrUnpack) || !errors.Is(err, io.ErrUnexpectedEOF) || len(got) < len(text)/3 || !bytes.HasPrefix(text, got) {
			t.Errorf("%s: %d bytes, %v", name, len(got), err)
		}
		if n, again := f.Read(make([]byte, 1)); n != 0 || again != err {
			t.Errorf("%s: then %d, %v", name, n, again)
		}
		if err := f.Close(); err != nil {
			t.Error(err)
		}
		if f, err = OpenFile(open, name); err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadFull(f, make([]byte, 10)); err != nil {
			t.Error(err)
		}
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}
	noGoroutineStays(t, before)
}

// A reader that never gives anything ends with an error.
func TestUnpacked_noProgress(t *testing.T) {
	u := newUnpacked(idle{}, func() error { return nil })
	if _, err := io.ReadAll(u); !errors.Is(err, io.ErrNoProgress) || !errors.Is(err, ErrUnpack) {
		t.Errorf("got %v", err)
	}
	if err := u.Close(); err != nil {
		t.Error(err)
	}
}

type idle struct{}

func (idle) Read([]byte) (int, error) { return 0, nil }
