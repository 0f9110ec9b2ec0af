package tree

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	merkle "github.com/merkle-drop/merkle"
)

// TestRowFile_Arranged puts rows of every form into random orders, through one file and through many.
func TestRowFile_Arranged(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, n := range []int{1, 2, 255, 256, 257, 5000} {
		for _, memory := range []int64{1, 1 << 20} {
			dir := t.TempDir()
			f, err := NewRowFile(filepath.Join(dir, "rows"))
			if err != nil {
				t.Fatal(err)
			}
			rows := &Rows{Columns: []Column{{Name: "note"}}}
			for i := range n {
				raw := make([]byte, 20)
				raw[0], raw[18], raw[19] = 1, byte(i>>8), byte(i)
				a, err := merkle.NewAccount(merkle.EVM, raw)
				if err != nil {
					t.Fatal(err)
				}
				rows.Accounts, rows.Tokens = append(rows.Accounts, a), append(rows.Tokens, a)
				rows.Amounts, rows.Locked = append(rows.Amounts, merkle.NewAmount(r.Uint64()>>r.IntN(64))), append(rows.Locked, merkle.NewAmount(uint64(i)))
				rows.Index = append(rows.Index, r.Uint64()>>r.IntN(64))
				rows.Columns[0].Values = append(rows.Columns[0].Values, strings.Repeat("x", r.IntN(300)))
			}
			if err := f.Append(rows); err != nil {
				t.Fatal(err)
			}
			for _, part := range [][2]int{{0, n}, {n / 3, n - n/4}} {
				lo, hi := part[0], part[1]
				place := make([]uint32, hi-lo)
				want := make([]int, hi-lo)
				for i, at := range r.Perm(hi - lo) {
					place[i], want[at] = uint32(at), lo+i
				}
				g, err := f.Arranged(context.Background(), lo, hi, place, Disk{Dir: dir, Memory: memory})
				if err != nil {
					t.Fatal(err)
				}
				in, err := g.Reader()
				if err != nil {
					t.Fatal(err)
				}
				var got, expected Rows
				if err := in.Read(0, hi-lo, &got); err != nil || g.Len() != hi-lo {
					t.Fatalf("%d rows of %d to %d: %v", g.Len(), lo, hi, err)
				}
				pickRows(rows, want, &expected)
				if hi > lo && !reflect.DeepEqual(got, expected) {
					t.Errorf("rows %d to %d of %d, memory %d: other rows", lo, hi, n, memory)
				}
				for k, number := range in.Numbers() {
					if int(number) != want[k]-lo {
						t.Fatalf("place %d: row %d, want %d", k, number, want[k]-lo)
					}
				}
				if err := g.Close(); err != nil {
					t.Error(err)
				}
			}
			if err := f.Close(); err != nil {
				t.Error(err)
			}
			if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
				t.Errorf("%v are left, %v", left, err)
			}
		}
	}
}

// TestRowFile_Arranged_refused says what is no order, stops, and leaves nothing.
func TestRowFile_Arranged_refused(t *testing.T) {
	dir := t.TempDir()
	f, err := NewRowFile(filepath.Join(dir, "rows"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := f.Append(&Rows{Amounts: make([]merkle.Amount, 4)}); err != nil {
		t.Fatal(err)
	}
	d := Disk{Dir: dir, Memory: 1 << 16}
	for _, place := range [][]uint32{{0, 1, 2}, {0, 1, 2, 4}, {0, 1, 1, 2}, {3, 2, 1, 1 << 31}} {
		if _, err := f.Arranged(context.Background(), 0, 4, place, d); err == nil {
			t.Errorf("%v: no error", place)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := f.Arranged(ctx, 0, 4, []uint32{3, 2, 1, 0}, d); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if _, err := f.Arranged(context.Background(), 0, 4, []uint32{3, 2, 1, 0}, Disk{Dir: filepath.Join(dir, "gone")}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a folder that is gone: %v", err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 1 {
		t.Errorf("%v are left, %v", fmt.Sprint(left), err)
	}
}
