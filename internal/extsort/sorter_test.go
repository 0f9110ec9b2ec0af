package extsort

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
)

// fill adds n records of the given size with keys below spread, and returns all of them in order.
func fill(t *testing.T, s *Sorter, n, size int, spread uint64, seed uint64) [][]byte {
	t.Helper()
	random := rand.New(rand.NewPCG(seed, 1))
	var all [][]byte
	for range n {
		record := make([]byte, size)
		binary.BigEndian.PutUint64(record, random.Uint64N(spread))
		for i := 8; i < size; i++ {
			record[i] = byte(random.Uint32N(3))
		}
		all = append(all, record)
		if err := s.Add(record); err != nil {
			t.Fatal(err)
		}
	}
	slices.SortFunc(all, bytes.Compare)
	return all
}

func TestSorter_sameForAnyMemory(t *testing.T) {
	for _, c := range []struct {
		n, size int
		spread  uint64
		memory  int64
		runs    bool
	}{
		{0, 8, 1, 0, false}, {1, 8, 1, 1 << 10, false}, {1000, 12, 1 << 60, 0, false}, {1000, 12, 1 << 60, 2 << 10, true},
		{1000, 9, 3, 1 << 10, true}, {30000, 20, ^uint64(0), 8 << 10, true}, {30000, 20, 500, 64 << 10, true},
	} {
		for _, workers := range []int{1, 3} {
			dir := t.TempDir()
			s, err := New(Config{Dir: dir, Name: "x", Size: c.size, Memory: c.memory, Workers: workers})
			if err != nil {
				t.Fatal(err)
			}
			want := fill(t, s, c.n, c.size, c.spread, uint64(c.n))
			r, err := s.Sort(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			if files, _ := os.ReadDir(dir); len(files) > 0 != c.runs || len(files) > maxFan {
				t.Errorf("%+v: %d runs on disk", c, len(files))
			}
			i := 0
			for ; r.Next(); i++ {
				if i >= len(want) || !bytes.Equal(r.Record(), want[i]) {
					t.Fatalf("%+v: record %d is %x", c, i, r.Record())
				}
			}
			if i != c.n || r.Err() != nil || s.Len() != int64(c.n) {
				t.Fatalf("%+v: %d records, error %v", c, i, r.Err())
			}
			if r.Next() {
				t.Error("a record behind the last one")
			}
			if err := r.Close(); err != nil {
				t.Error(err)
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
			if files, _ := os.ReadDir(dir); len(files) > 0 {
				t.Errorf("%d files left", len(files))
			}
		}
	}
}

func TestSorter_failures(t *testing.T) {
	if _, err := New(Config{Size: 7}); err == nil {
		t.Error("records without a key")
	}
	dir := t.TempDir()
	s, _ := New(Config{Dir: dir + "/gone", Name: "x", Size: 8, Memory: 1})
	var err error
	for i := 0; i < 1000 && err == nil; i++ {
		err = s.Add(make([]byte, 8))
	}
	if err == nil {
		t.Error("runs in a directory that is not there")
	}
	if _, err := s.Sort(context.Background()); err == nil {
		t.Error("sorted after a failure")
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	// A run that lost its end is an error, not a shorter result.
	s, _ = New(Config{Dir: dir, Name: "y", Size: 16, Memory: 1})
	fill(t, s, 1000, 16, 1<<40, 5)
	s.busy.Wait()
	if err := os.Truncate(s.runs[0], 8); err != nil {
		t.Fatal(err)
	}
	if _, err = s.Sort(context.Background()); err == nil {
		t.Error("half a record was read")
	}
	s.Close()
	for i, n := range []int{1000, 9000, 1000, 9000} { // with and without runs of runs
		if s, err = New(Config{Dir: dir, Name: "w", Size: 16, Memory: 1}); err != nil {
			t.Fatal(err)
		}
		fill(t, s, n, 16, 1<<40, 5)
		s.busy.Wait()
		if err := os.Truncate(s.runs[1], int64(16*(1-i/2))); err != nil {
			t.Fatal(err)
		}
		r, err := s.Sort(context.Background())
		for err == nil && r.Next() {
		}
		if err == nil {
			err = errors.Join(r.Err(), r.Close())
		}
		if !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%d records, a run without most of its own: %v", n, err)
		}
		s.Close()
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	s, _ = New(Config{Dir: dir, Name: "z", Size: 16, Memory: 1})
	fill(t, s, 5000, 16, 1<<40, 6)
	if _, err = s.Sort(ctx); err == nil {
		t.Error("many runs were joined although cancelled")
	}
	s.Close()
	if files, _ := os.ReadDir(dir); len(files) > 0 {
		t.Errorf("%d files left", len(files))
	}
}

func TestPlace(t *testing.T) {
	dir := t.TempDir()
	a, err := Claim(dir, "out")
	if err != nil {
		t.Fatal(err)
	}
	b, err := Claim(dir, "out")
	if err != nil || b.Path() == a.Path() {
		t.Fatalf("second place %v, error %v", b, err)
	}
	for _, p := range []*Place{a, b} {
		if err := os.WriteFile(p.Path()+"/x", []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	// What a killed process leaves: the files, without the lock.
	b.lock.Close()
	b.lock = nil
	mine := dir + "/.out.temp-7"
	for _, path := range []string{mine, dir + "/.out.temp-8"} {
		if err := os.Mkdir(path, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(mine+"/x", []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	Clear(dir, "out") // as a run does that needs no place
	if _, err := os.Stat(b.Path()); err == nil {
		t.Error("what a killed run left is still there")
	}
	c, err := Claim(dir, "out")
	if err != nil || c.Path() != b.Path() {
		t.Fatalf("place after a kill %v, error %v", c, err)
	}
	if _, err := os.Stat(c.Path() + "/x"); err == nil {
		t.Error("a killed run's file is still there")
	}
	if _, err := os.Stat(a.Path() + "/x"); err != nil {
		t.Error("the file of a live run is gone")
	}
	if err := errors.Join(os.WriteFile(c.Path()+"/mark", nil, 0o600), c.Keep(), c.Release()); err != nil {
		t.Fatal(err)
	}
	if c, err = Resume(dir, "out", "mark"); err != nil || c.Path() != b.Path() {
		t.Fatalf("place of a stopped run %v, error %v", c, err)
	}
	if _, err := os.Stat(c.Path() + "/mark"); err != nil {
		t.Error("what was kept is not there")
	}
	d, err := Resume(dir, "out", "mark")
	if err != nil || d.Path() == c.Path() || d.Path() == a.Path() {
		t.Fatalf("place beside two that are in use: %v, error %v", d, err)
	}
	for _, p := range []*Place{a, c, d} {
		if err := p.Release(); err != nil {
			t.Error(err)
		}
		if err := p.Release(); err != nil {
			t.Error(err)
		}
	}
	if d, err = Claim(dir, "out"); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(d.Path()); err != nil {
		t.Fatal(err)
	}
	if err := d.Release(); err != nil {
		t.Errorf("a place that somebody removed: %v", err)
	}
	if files, _ := os.ReadDir(dir); len(files) != 1 || files[0].Name() != ".out.temp-7" {
		t.Errorf("left: %v; a directory with files and no lock is nobody's to remove, an empty one goes", files)
	}
	if n, known := Free(dir); known && n <= 0 {
		t.Errorf("%d bytes free", n)
	}
}

func BenchmarkSorter(b *testing.B) {
	const n = 1 << 20
	record := make([]byte, 44)
	random := rand.New(rand.NewPCG(1, 2))
	b.ReportAllocs()
	b.SetBytes(n * 44)
	for b.Loop() {
		s, err := New(Config{Dir: b.TempDir(), Name: "x", Size: 44, Memory: 16 << 20, Workers: 2})
		if err != nil {
			b.Fatal(err)
		}
		for range n {
			binary.BigEndian.PutUint64(record, random.Uint64())
			if err := s.Add(record); err != nil {
				b.Fatal(err)
			}
		}
		r, err := s.Sort(context.Background())
		if err != nil {
			b.Fatal(err)
		}
		for r.Next() {
		}
		r.Close()
		s.Close()
	}
}
