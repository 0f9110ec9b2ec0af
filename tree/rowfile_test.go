package tree

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	merkle "github.com/merkle-drop/merkle"
)

// filedRows appends rows in batches of a size.
func filedRows(t *testing.T, dir string, rows *Rows, batch int) *RowFile {
	t.Helper()
	f, err := NewRowFile(filepath.Join(dir, "rows"))
	if err != nil {
		t.Fatal(err)
	}
	var part Rows
	for lo := 0; lo < rows.Len(); lo += batch {
		if err := slicesFrom(rows, nil)(0, lo, min(lo+batch, rows.Len()), &part); err != nil {
			t.Fatal(err)
		}
		if err := f.Append(&part); err != nil {
			t.Fatal(err)
		}
	}
	return f
}

func TestRowFile_givesBackWhatWasAppended(t *testing.T) {
	random := rand.New(rand.NewPCG(8, 9))
	for p := range Profiles() {
		if p.AnyFields {
			p, _ = p.WithFields([]string{"account:address", "amount:uint256", "note:string", "token:address", "locked:uint256", "index:uint256"})
		}
		n := 1 + random.IntN(1500)
		_, rows := sample(t, p, 3, n)
		if rows.Amounts != nil {
			rows.Amounts[0], rows.Amounts[n-1] = merkle.Amount{}, merkle.AmountFromWords([4]uint64{1, 2, 3, 1 << 63})
		}
		if rows.Accounts != nil && p.Accounts == merkle.EVM {
			rows.Accounts[n/2], _ = merkle.ParseAccountAny([]byte("0x0000000000000000000000000000000000000000"))
		}
		dir := t.TempDir()
		f := filedRows(t, dir, rows, 1+random.IntN(700))
		r, err := f.Reader()
		if err != nil {
			t.Fatal(err)
		}
		var got, want Rows
		for range 40 {
			lo := random.IntN(n)
			hi := lo + random.IntN(n-lo+1)
			if err := errors.Join(r.Read(lo, hi, &got), slicesFrom(rows, nil)(0, lo, hi, &want)); err != nil {
				t.Fatal(err)
			}
			if hi > lo && !reflect.DeepEqual(got, want) {
				t.Fatalf("%s: rows %d to %d of %d:\n%v\nwant\n%v", p.Name, lo, hi, n, got, want)
			}
		}
		if f.Append(rows) == nil || r.Read(0, n+1, &got) == nil || r.Read(-1, 0, &got) == nil {
			t.Error("appended after the end, or read beyond it")
		}
		if _, err := NewRowFile(filepath.Join(dir, "rows")); err == nil {
			t.Error("made over a file")
		}
		if err := errors.Join(f.Close(), f.Close()); err != nil {
			t.Error(err)
		}
		if left, _ := os.ReadDir(dir); len(left) > 0 {
			t.Errorf("%v left", left)
		}
	}
}

func TestRowFile_otherColumns(t *testing.T) {
	_, rows := sample(t, lookup(t, "jito-v1"), 1, 10)
	f := filedRows(t, t.TempDir(), rows, 3)
	defer f.Close()
	other := *rows
	other.Locked = nil
	if err := f.Append(&other); err == nil {
		t.Error("rows without a column that others have")
	}
	r, err := f.Reader()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(f.path, f.end-1); err != nil {
		t.Fatal(err)
	}
	var got Rows
	if err := r.Read(0, 10, &got); err == nil {
		t.Error("a file that was cut")
	}
	if err := os.WriteFile(f.path, bytesOf(0xff, int(f.end)), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := r.Read(0, 10, &got); err == nil {
		t.Error("a file of something else")
	}
}

func bytesOf(b byte, n int) []byte {
	out := make([]byte, n)
	for i := range out {
		out[i] = b
	}
	return out
}

// Of a list whose rows were all refused there are none to add up, which is no fault of its own.
func TestRowFile_Summed_none(t *testing.T) {
	dir := t.TempDir()
	f := filedRows(t, dir, &Rows{}, 1)
	got, err := f.Summed(context.Background(), Disk{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	if got.Len() != 0 {
		t.Errorf("%d rows", got.Len())
	}
	if err := errors.Join(f.Close(), got.Close()); err != nil {
		t.Error(err)
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("%v left", left)
	}
}

func TestRowFile_Summed(t *testing.T) {
	ctx := context.Background()
	for _, name := range []string{"jito-v1", "morpho-urd-v1", "rocketpool-v1"} {
		for _, spoiled := range []bool{false, true} {
			_, rows := sample(t, lookup(t, name), 4, 3000)
			random := rand.New(rand.NewPCG(2, 2))
			for range 2500 {
				from, to := random.IntN(3000), random.IntN(3000)
				rows.Accounts[to] = rows.Accounts[from]
				if rows.Tokens != nil && random.IntN(2) == 0 {
					rows.Tokens[to] = rows.Tokens[from]
				}
			}
			for c := range rows.Columns {
				for i := range rows.Columns[c].Values {
					rows.Columns[c].Values[i] = "1"
				}
			}
			if spoiled {
				for range 20 {
					rows.Amounts[random.IntN(3000)] = merkle.AmountFromWords([4]uint64{0, 0, 0, 1 << 63})
					if rows.Columns != nil {
						rows.Columns[1].Values[random.IntN(3000)] = "2"
					}
				}
			}
			// In the plainest way.
			type key [2]merkle.Account
			first, faults := map[key]int{}, ""
			var places []int
			amounts, locked := map[int]merkle.Amount{}, map[int]merkle.Amount{}
			for i := range rows.Accounts {
				k := key{rows.Accounts[i]}
				if rows.Tokens != nil {
					k[1] = rows.Tokens[i]
				}
				f, again := first[k]
				if !again {
					first[k] = i
					places = append(places, i)
					amounts[i] = rows.Amounts[i]
					if rows.Locked != nil {
						locked[i] = rows.Locked[i]
					}
					continue
				}
				var fits bool
				if amounts[f], fits = amounts[f].Add(rows.Amounts[i]); fits && rows.Locked != nil {
					locked[f], fits = locked[f].Add(rows.Locked[i])
				}
				if !fits {
					faults += fmt.Sprintf("row %d:  %q: %v\n", i, "", merkle.ErrOverflow)
				}
				for _, c := range rows.Columns {
					if a, b := c.Values[f], c.Values[i]; a != b {
						faults += fmt.Sprintf("row %d: %s %q: the account's first row has %q: rows with different values are not added up at row %d\n", i, c.Name, b, a, f)
					}
				}
			}
			dir := t.TempDir()
			f := filedRows(t, dir, rows, 1000)
			n, again, was, err := f.Repeats(ctx, Disk{Dir: dir, Memory: 1 << 12})
			if err != nil || n == 0 || rows.Accounts[again] != rows.Accounts[was] || was >= again {
				t.Errorf("%s: %d repeated, rows %d and %d, %v", name, n, was, again, err)
			}
			got, err := f.Summed(ctx, Disk{Dir: dir, Memory: 1 << 12})
			if faults != "" {
				if err == nil || err.Error()+"\n" != faults {
					t.Errorf("%s:\n%v\nwant\n%s", name, err, faults)
				}
			} else {
				if err != nil {
					t.Fatal(err)
				}
				var want, sums Rows
				pickRows(rows, places, &want)
				for k, i := range places {
					want.Amounts[k] = amounts[i]
					if want.Locked != nil {
						want.Locked[k] = locked[i]
					}
				}
				r, err := got.Reader()
				if err != nil {
					t.Fatal(err)
				}
				if err := r.Read(0, got.Len(), &sums); err != nil || !reflect.DeepEqual(sums, want) {
					t.Errorf("%s: %d rows, %v, want %d", name, got.Len(), err, len(places))
				}
				for k := 0; k < len(places); k += 17 {
					if n, err := r.Number(k); err != nil || int(n) != places[k] {
						t.Errorf("%s: row %d was %d, %v, want %d", name, k, n, err, places[k])
					}
				}
				if err := got.Close(); err != nil {
					t.Error(err)
				}
			}
			if err := f.Close(); err != nil {
				t.Error(err)
			}
			if left, _ := os.ReadDir(dir); len(left) > 0 {
				t.Errorf("%s: %v left", name, left)
			}
		}
	}
}
