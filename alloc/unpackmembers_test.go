package alloc

import (
	"bytes"
	"encoding/binary"
	"io"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/klauspost/compress/gzip"
)

// bgzipOf packs text as bgzip does: members of at most a size, each with its length in its header, and an empty one at the end.
func bgzipOf(t testing.TB, text []byte, size int, before ...byte) (out []byte, ends []int) {
	t.Helper()
	for first := true; first || len(text) > 0; first = false {
		n := min(size, len(text))
		for _, part := range [][]byte{text[:n], nil}[:1+b2i(n == len(text))] {
			var b bytes.Buffer
			z, err := gzip.NewWriterLevel(&b, gzip.BestSpeed)
			if err != nil {
				t.Fatal(err)
			}
			z.Extra = append(slices.Clone(before), 'B', 'C', 2, 0, 0, 0)
			z.Write(part)
			if err := z.Close(); err != nil {
				t.Fatal(err)
			}
			binary.LittleEndian.PutUint16(b.Bytes()[12+len(before)+4:], uint16(b.Len()-1))
			out = append(out, b.Bytes()...)
			ends = append(ends, len(out))
		}
		text = text[n:]
	}
	return out, ends
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// plainGzip is what one gzip.Reader gives.
func plainGzip(packed []byte) ([]byte, error) {
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(z)
}

// sameAsPlain holds newGzip against one gzip.Reader: the same bytes, then the same error. It tells whether all of packed was read side by side.
func sameAsPlain(t *testing.T, name string, packed []byte) (sideBySide bool) {
	t.Helper()
	want, wantErr := plainGzip(packed)
	z, err := newGzip(iotest.HalfReader(bytes.NewReader(packed)))
	var got []byte
	if err == nil {
		got, err = io.ReadAll(z)
		if m, ok := z.(*members); ok {
			_, sideBySide = m.rest.(failing)
		}
	}
	if !bytes.Equal(got, want) || (err == nil) != (wantErr == nil) || err != nil && err.Error() != wantErr.Error() {
		t.Errorf("%s: %d bytes, %v; one reader gives %d, %v", name, len(got), err, len(want), wantErr)
	}
	return sideBySide
}

// TestMembers_sameBytes: files of members that tell their length, of members that do not, and of both.
func TestMembers_sameBytes(t *testing.T) {
	for _, size := range []int{0, 1, 999, 1000, 1001, 70_000, 2 * memberBatch * 65280} {
		text := unpackedText(size)
		for _, each := range []int{1000, 65280} {
			if size > 200_000 && each < 65280 {
				continue
			}
			packed, _ := bgzipOf(t, text, each)
			if !sameAsPlain(t, "bgzip", packed) {
				t.Error("not read side by side")
			}
			if got, err := plainGzip(packed); err != nil || !bytes.Equal(got, text) {
				t.Fatalf("%d bytes, %v", len(got), err)
			}
			other, _ := bgzipOf(t, text, each, 'X', 'Y', 3, 0, 1, 2, 3)
			if !sameAsPlain(t, "two fields", other) {
				t.Error("not read side by side")
			}
			ordinary := packedGzip(t, text, 2)
			for name, all := range map[string][]byte{"ordinary first": slices.Concat(ordinary, packed), "ordinary last": slices.Concat(packed, ordinary), "between": slices.Concat(packed, ordinary, other), "zeros behind": append(slices.Clone(packed), 0, 0, 0), "byte behind": append(slices.Clone(packed), 0x1f)} {
				if sideBySide := sameAsPlain(t, name, all); sideBySide != strings.HasSuffix(name, "behind") {
					t.Errorf("%s: side by side %v", name, sideBySide)
				}
			}
		}
	}
	// a member larger than bgzip makes them, whose length is yet told
	packed, _ := bgzipOf(t, make([]byte, 3*memberSize), 3*memberSize)
	sameAsPlain(t, "large", packed)
}

// TestMembers_damaged: cut anywhere, any byte changed, lengths that are not true: the bytes before, then the error, are those of one reader; no goroutine stays.
func TestMembers_damaged(t *testing.T) {
	before := runtime.NumGoroutine()
	text := unpackedText(20_000)
	packed, ends := bgzipOf(t, text, 1500)
	rng := rand.New(rand.NewPCG(3, 4))
	for range 300 {
		sameAsPlain(t, "cut", packed[:rng.IntN(len(packed))])
		bad := slices.Clone(packed)
		bad[rng.IntN(len(bad))] ^= 1 << rng.IntN(8)
		sameAsPlain(t, "changed", bad)
	}
	for i, end := range ends[:len(ends)-1] {
		for _, change := range []int{-1, 1, 100, ends[i+1] - end, 60_000} {
			bad := slices.Clone(packed)
			told := bad[end+16:]
			binary.LittleEndian.PutUint16(told, uint16(int(binary.LittleEndian.Uint16(told))+change))
			sameAsPlain(t, "another length", bad)
			if got, err := plainGzip(bad); err != nil || !bytes.Equal(got, text) {
				t.Fatal(err) // one reader does not look at it
			}
		}
		sum := slices.Clone(packed)
		sum[end-6] ^= 1
		sameAsPlain(t, "checksum", sum)
	}
	for n := range 40 {
		sameAsPlain(t, "cut in front", packed[:n])
	}
	noGoroutineStays(t, before)
}

// A file that cannot be read further tells so, and again.
func TestMembers_readError(t *testing.T) {
	packed, _ := bgzipOf(t, unpackedText(500_000), 60_000)
	for _, n := range []int{len(packed) / 3, len(packed) - 1, 20} {
		z, err := newGzip(io.MultiReader(bytes.NewReader(packed[:n]), iotest.ErrReader(io.ErrClosedPipe)))
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if _, err := io.Copy(io.Discard, z); err != io.ErrClosedPipe {
				t.Errorf("after %d bytes: %v", n, err)
			}
		}
	}
}

// BenchmarkUnpack unpacks lists of a million rows' kind; MB/s are of what is unpacked.
func BenchmarkUnpack(b *testing.B) {
	text := unpackedText(16 << 20)
	bgzip, _ := bgzipOf(b, text, 65280)
	for _, form := range []struct {
		name   string
		packed []byte
	}{{"a.gz", packedGzip(b, text, 1)}, {"bgzip.gz", bgzip}, {"a.zst", packedZstd(b, text)}} {
		b.Run(form.name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				f, err := OpenFile(func(string) (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(form.packed)), nil }, form.name)
				if err != nil {
					b.Fatal(err)
				}
				if n, err := io.Copy(io.Discard, f); err != nil || n != int64(len(text)) {
					b.Fatal(n, err)
				}
				f.Close()
			}
		})
	}
}
