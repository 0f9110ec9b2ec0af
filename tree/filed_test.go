package tree

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"sync"
	"testing"

	merkle "github.com/merkle-drop/merkle"
)

// pickRows is the rows of r with the given numbers.
func pickRows(r *Rows, numbers []int, into *Rows) {
	*into = Rows{}
	for _, i := range numbers {
		if r.Accounts != nil {
			into.Accounts = append(into.Accounts, r.Accounts[i])
		}
		if r.Amounts != nil {
			into.Amounts = append(into.Amounts, r.Amounts[i])
		}
		if r.Locked != nil {
			into.Locked = append(into.Locked, r.Locked[i])
		}
		if r.Index != nil {
			into.Index = append(into.Index, r.Index[i])
		}
		if r.Tokens != nil {
			into.Tokens = append(into.Tokens, r.Tokens[i])
		}
	}
	for _, c := range r.Columns {
		values := make([]string, len(numbers))
		for k, i := range numbers {
			values[k] = c.Values[i]
		}
		into.Columns = append(into.Columns, Column{c.Name, values})
	}
}

// slicesFrom reads r, row i of what is read being row numbers[i]; nil: the same.
func slicesFrom(r *Rows, numbers []int) Slices {
	return func(_, lo, hi int, rows *Rows) error {
		part := make([]int, 0, hi-lo)
		for i := lo; i < hi; i++ {
			if numbers != nil {
				part = append(part, numbers[i])
			} else {
				part = append(part, i)
			}
		}
		pickRows(r, part, rows)
		return nil
	}
}

// sameTree compares a tree on disk with the one in memory: numbers[i] is the row of the latter that row i of the former is.
func sameTree(t *testing.T, at string, got *Filed, want *Tree, read Slices, numbers []int) {
	t.Helper()
	sum, ok := got.Total()
	wantSum, wantOK := want.Total()
	if got.Root() != want.Root() || got.Len() != want.Len() || got.Depth() != want.Depth() || got.Order() != want.Order() || sum != wantSum || ok != wantOK || got.Rows() != want.Rows().Len() {
		t.Fatalf("%s: root %x, %d leaves, depth %d, order %s, total %s %v\nwant %x, %d, %d, %s, %s %v", at, got.Root(), got.Len(), got.Depth(), got.Order(), sum, ok,
			want.Root(), want.Len(), want.Depth(), want.Order(), wantSum, wantOK)
	}
	n, fields := got.Rows(), len(want.Profile().Fields)
	var wait sync.WaitGroup
	const readers = 2
	for k := range readers {
		wait.Go(func() {
			r, text := got.Reader(), want.ProofText()
			rows := new(Rows)
			read := got.Filled(read)
			var values func(dst []byte, row, field int) []byte
			var preimages func(dst []byte, row int) []byte
			var proof, wantProof []merkle.Hash
			for i := k; i < n; i += readers {
				row := i
				if numbers != nil {
					row = numbers[i]
				}
				if got.Position(i) != want.Position(row) {
					t.Errorf("%s: row %d at %d, want %d", at, i, got.Position(i), want.Position(row))
					return
				}
				leaf, err := r.Leaf(i)
				if err != nil || leaf != want.Leaf(row) {
					t.Errorf("%s: row %d: leaf %x, %v, want %x", at, i, leaf, err, want.Leaf(row))
					return
				}
				wantProof = want.Proof(row, wantProof)
				if proof, err = r.Proof(i, proof); err != nil || !slices.Equal(proof, wantProof) {
					t.Errorf("%s: row %d: proof %x, %v, want %x", at, i, proof, err, wantProof)
					return
				}
				spelt, err := r.AppendProof(nil, i)
				if wantText := text.Append(nil, row); err != nil || !bytes.Equal(spelt, wantText) {
					t.Errorf("%s: row %d: proof %s, %v, want %s", at, i, spelt, err, wantText)
					return
				}
				if r.Sides(i) != want.Sides(row) || r.InnerLen(i) != want.InnerLen(row) {
					t.Errorf("%s: row %d: sides %b, %d in the group, want %b, %d", at, i, r.Sides(i), r.InnerLen(i), want.Sides(row), want.InnerLen(row))
				}
				if err := read(k, i, i+1, rows); err != nil {
					t.Error(err)
					return
				}
				if values == nil {
					values, err = got.Values(rows)
					if preimages, _ = got.Preimages(rows); err != nil || preimages == nil {
						t.Error(err)
						return
					}
				}
				if a, b := preimages(nil, 0), want.Preimage(nil, row); !bytes.Equal(a, b) {
					t.Errorf("%s: row %d: %x is hashed, want %x", at, i, a, b)
					return
				}
				for f := range fields {
					if a, b := values(nil, 0, f), want.AppendValue(nil, row, f); !bytes.Equal(a, b) {
						t.Errorf("%s: row %d: field %d is %s, want %s", at, i, f, a, b)
						return
					}
				}
			}
		})
	}
	wait.Wait()
	if sameGroups(t, at, got, want); t.Failed() {
		t.FailNow()
	}
	sameArray(t, at, got, want, numbers)
}

// sameGroups compares the groups of trees.
func sameGroups(t *testing.T, at string, got *Filed, want *Tree) {
	t.Helper()
	if got.GroupCount() != want.GroupCount() {
		t.Fatalf("%s: %d groups, want %d", at, got.GroupCount(), want.GroupCount())
	}
	r := got.Reader()
	for i, expected := range want.Groups() {
		g, err := r.Group(i)
		expected.Key, expected.Account = "", merkle.Account{}
		if err != nil || g != expected {
			t.Fatalf("%s: group %d: %v, %v, want %v", at, i, g, err, expected)
		}
		if proof, err := r.GroupProof(i, nil); err != nil || fmt.Sprint(proof) != fmt.Sprint(want.GroupProof(i, nil)) {
			t.Fatalf("%s: group %d: proof %x, %v, want %x", at, i, proof, err, want.GroupProof(i, nil))
		}
	}
}

// sameArray compares the array of trees that have one, and a proof of several rows.
func sameArray(t *testing.T, at string, got *Filed, want *Tree, numbers []int) {
	t.Helper()
	w := want.Profile().Width
	all := make([]byte, (2*want.Len()-1)*w)
	err := got.HeapNodes(0, all)
	if _, heap := want.HeapNode(0); heap != (err == nil) || got.HeapNodes(len(all)/w, all[:w]) == nil || got.HeapNodes(-1, all[:w]) == nil {
		t.Fatalf("%s: an array %v: %v", at, heap, err)
	} else if heap {
		half := len(all) / w / 2
		if err := got.HeapNodes(half, all[half*w:]); err != nil {
			t.Fatal(err)
		}
		for i := range len(all) / w {
			if h, _ := want.HeapNode(i); !bytes.Equal(h[:w], all[i*w:(i+1)*w]) {
				t.Fatalf("%s: node %d is %x, want %x", at, i, all[i*w:(i+1)*w], h)
			}
		}
	}
	var rows, mine []int
	for i := 0; i < got.Rows(); i += 1 + i/3 {
		mine, rows = append(mine, i), append(rows, i)
		if numbers != nil {
			rows[len(rows)-1] = numbers[i]
		}
	}
	a, errA := got.MultiProof(mine)
	b, errB := want.MultiProof(rows)
	if (errA == nil) != (errB == nil) || errA != nil && numbers == nil && errA.Error() != errB.Error() {
		t.Fatalf("%s: a proof of several: %v, want %v", at, errA, errB)
	}
	if errA == nil && fmt.Sprint(a.Leaves, a.Proof, a.Flags) != fmt.Sprint(b.Leaves, b.Proof, b.Flags) {
		t.Fatalf("%s: another proof of rows %v", at, mine)
	}
}

// everyProfile is those of the catalogue and every shape, pair rule and width beside them.
func everyProfile(t *testing.T) map[string]Profile {
	out := variants(t)
	maps.Copy(out, groupings(t))
	for p := range Profiles() {
		if p.AnyFields {
			p, _ = p.WithFields([]string{"account:address", "amount:uint256", "note:string", "unlock:uint64"})
		}
		out[p.Name] = p
	}
	return out
}

func TestBuildFiled_isTheTree(t *testing.T) {
	ctx := context.Background()
	sizes, least := []int{1, 2, 7 + int(rand.Uint64N(30))}, 400
	if !testing.Short() {
		sizes, least = []int{300, 1000 + int(rand.Uint64N(1000)), 1, 2, 3, 4, 5}, 2000
		for range 3 { // all of them in some runs
			sizes = append(sizes, 6+int(rand.Uint64N(35)))
		}
	}
	built, dir := 0, t.TempDir()
	for name, p := range everyProfile(t) {
		for _, order := range []Order{OrderProfile, OrderInput, OrderAccount, OrderLeafHash} {
			if CanFile(&p, order) != nil {
				continue
			}
			some := sizes
			if p.Grouped() { // groups that are built in memory and in the file
				some = append([]int{300 + int(rand.Uint64N(700))}, sizes...)
			}
			for _, n := range some {
				spec, rows := sample(t, p, uint64(n), n)
				spec.Order, spec.Workers = order, 1+n%3
				if n%2 == 0 && n > 5 { // equal rows, kept or not as the profile says
					spec.KeepDuplicates = true
					equal := slicesFrom(rows, []int{0})
					var one Rows
					if err := equal(0, 0, 1, &one); err != nil {
						t.Fatal(err)
					}
					for _, i := range []int{3, n - 1} {
						if rows.Accounts != nil {
							rows.Accounts[i] = one.Accounts[0]
						}
						if rows.Amounts != nil {
							rows.Amounts[i] = one.Amounts[0]
						}
						if rows.Locked != nil {
							rows.Locked[i] = one.Locked[0]
						}
						if rows.Tokens != nil {
							rows.Tokens[i] = one.Tokens[0]
						}
						for c := range rows.Columns {
							rows.Columns[c].Values[i] = one.Columns[c].Values[0]
						}
					}
				}
				want, err := Build(ctx, spec, rows)
				if err != nil {
					t.Fatalf("%s, order %s, %d rows: %v", name, order, n, err)
				}
				read := slicesFrom(rows, nil)
				memory := int64(1) << (9 + n%8)
				got, err := BuildFiled(ctx, spec, n, read, Disk{Dir: dir, Name: "t", Memory: memory, Unique: true})
				at := fmt.Sprintf("%s, order %s, %d rows, %d bytes", name, order, n, memory)
				if err != nil {
					t.Fatalf("%s: %v", at, err)
				}
				built++
				sameTree(t, at, got, want, read, nil)
				if err := got.Close(); err != nil {
					t.Error(err)
				}
				if left, _ := os.ReadDir(dir); len(left) > 0 {
					t.Fatalf("%s: %v left", at, left)
				}
				// In another order than that of claims, which is told.
				numbers := rand.New(rand.NewPCG(1, uint64(n))).Perm(n)
				keyed := false
				if want.Order() == OrderAccount && want.Len() == n {
					keyed = true
					for pos := range n {
						numbers[pos] = want.Row(pos)
					}
				}
				claims := make([]uint32, n)
				for i, row := range numbers {
					claims[i] = uint32(row)
				}
				read = slicesFrom(rows, numbers)
				if got, err = BuildFiled(ctx, spec, n, read, Disk{Dir: dir, Name: "u", Memory: memory, Claims: claims, Keyed: keyed}); err != nil {
					t.Fatalf("%s, other order: %v", at, err)
				}
				sameTree(t, at+", other order", got, want, read, numbers)
				if err := got.Close(); err != nil {
					t.Error(err)
				}
			}
		}
	}
	t.Logf("%d trees", built)
	if built < least {
		t.Errorf("%d trees", built)
	}
}

func TestBuildFiled_sameFaults(t *testing.T) {
	ctx := context.Background()
	for _, name := range []string{"jito-v1", "uma-v1", "uniswap-v1", "sablier-v1", "safe-vesting-v1", "merkl-v1", "tokensoft-satellite-v1", "rocketpool-v1"} {
		p := lookup(t, name)
		if testing.Short() && name != "uniswap-v1" && name != "rocketpool-v1" {
			continue
		}
		for what, spoil := range map[string]func(r *Rows){
			"rows": func(r *Rows) {
				for _, to := range []int{70, 5000, 7} {
					r.Accounts[to] = r.Accounts[5]
					if r.Tokens != nil {
						r.Tokens[to] = r.Tokens[5]
					}
					for c := range r.Columns {
						r.Columns[c].Values[to] = r.Columns[c].Values[5]
					}
					r.Amounts[to] = r.Amounts[5]
				}
			},
			"width": func(r *Rows) { r.Amounts[5000] = merkle.AmountFromWords([4]uint64{0, 0, 0, 1 << 63}) },
			"sum": func(r *Rows) {
				for i := range 40 {
					r.Amounts[i*100] = merkle.AmountFromWords([4]uint64{1 << 63, 0, 0, 0})
				}
			},
			"all of them": func(r *Rows) {
				r.Amounts[5000] = merkle.AmountFromWords([4]uint64{0, 0, 0, 1 << 63})
				r.Amounts[1] = merkle.AmountFromWords([4]uint64{0, 0, 0, 1 << 63})
				r.Accounts[70] = r.Accounts[5]
			},
			"indexes": func(r *Rows) {
				if r.Index != nil {
					r.Index[5080], r.Index[81], r.Accounts[3] = r.Index[1], r.Index[1], r.Accounts[2]
				}
			},
			"family": func(r *Rows) { r.Accounts[60], r.Accounts[5060] = merkle.Account{}, merkle.Account{} },
			"texts": func(r *Rows) {
				if r.Columns != nil {
					r.Columns[0].Values[5001], r.Columns[0].Values[17] = "x", "-"
				}
				r.Accounts[9] = r.Accounts[8]
			},
			"many": func(r *Rows) {
				for i := range 2500 {
					r.Amounts[2*i] = merkle.AmountFromWords([4]uint64{0, 0, 0, 1 << 63})
				}
			},
			"none": func(*Rows) {},
		} {
			spec, rows := sample(t, p, 5, 6000)
			spoil(rows)
			_, want := Build(ctx, spec, rows)
			dir := t.TempDir()
			tree, got := BuildFiled(ctx, spec, 6000, slicesFrom(rows, nil), Disk{Dir: dir, Memory: 1 << 14, Unique: true})
			if fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("%s, %s:\n%.2000v\nwant\n%.2000v", name, what, got, want)
			}
			if got == nil {
				if err := tree.Close(); err != nil {
					t.Error(err)
				}
			}
			if left, _ := os.ReadDir(dir); len(left) > 0 {
				t.Errorf("%s, %s: %v left", name, what, left)
			}
		}
	}
}

// What is wrong beside the rows is told behind what is wrong with them and their sum, and before repeated ones, as Build does.
func TestBuildFiled_constantsBehindRows(t *testing.T) {
	ctx := context.Background()
	p := lookup(t, "safe-vesting-v1")
	wide := merkle.AmountFromWords([4]uint64{0, 0, 1})
	for what, spoil := range map[string]func(r *Rows){
		"nothing":  func(*Rows) {},
		"a row":    func(r *Rows) { r.Amounts[4500] = wide },
		"repeated": func(r *Rows) { r.Accounts[7], r.Amounts[7], r.Columns[0].Values[7] = r.Accounts[6], r.Amounts[6], "x" },
	} {
		spec, rows := sample(t, p, 5, 5000)
		spoil(rows)
		spec.Constants = map[string]string{"chainId": "1", "verifyingContract": "0x29067F28306419923BCfF96E37F95E0f58ABdBBe", "managed": "1"}
		_, want := Build(ctx, spec, rows)
		dir := t.TempDir()
		_, got := BuildFiled(ctx, spec, 5000, slicesFrom(rows, nil), Disk{Dir: dir, Memory: 1 << 14, Unique: true})
		if want == nil || fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s: %v, want %v", what, got, want)
		}
		if left, _ := os.ReadDir(dir); len(left) > 0 {
			t.Errorf("%s: %v left", what, left)
		}
	}
}

// Several rows of an account stand by unlock, then token, then index, in whatever order they are told.
func TestBuildFiled_rowsOfOneAccount(t *testing.T) {
	p, err := lookup(t, "oz-standard-v1").WithFields([]string{"account:address", "token:address", "unlock:uint64", "index:uint256", "amount:uint256"})
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(3, 9))
	accounts, tokens := someRows(t, merkle.EVM, 1, 9).Accounts, someRows(t, merkle.EVM, 2, 4).Accounts
	rows := &Rows{Columns: []Column{{Name: "unlock"}}}
	for i, at := range random.Perm(9 * 4 * 11) {
		rows.Accounts, rows.Tokens = append(rows.Accounts, accounts[at%9]), append(rows.Tokens, tokens[at/9%4])
		rows.Columns[0].Values = append(rows.Columns[0].Values, fmt.Sprint(at/36))
		rows.Index, rows.Amounts = append(rows.Index, uint64(1000-i)), append(rows.Amounts, merkle.NewAmount(uint64(1+i)))
	}
	for i := 1; i < rows.Len(); i += 7 { // these differ in index only
		rows.Accounts[i], rows.Tokens[i], rows.Columns[0].Values[i] = rows.Accounts[i-1], rows.Tokens[i-1], rows.Columns[0].Values[i-1]
	}
	spec := Spec{Profile: p, Order: OrderAccount, KeepDuplicates: true}
	want, err := Build(context.Background(), spec, rows)
	if err != nil {
		t.Fatal(err)
	}
	read := slicesFrom(rows, nil)
	got, err := BuildFiled(context.Background(), spec, rows.Len(), read, Disk{Dir: t.TempDir(), Memory: 1 << 13, Unique: true})
	if err != nil {
		t.Fatal(err)
	}
	sameTree(t, "order account", got, want, read, nil)
	if err := got.Close(); err != nil {
		t.Error(err)
	}
}

// Instants that are no numbers are as different as their texts.
func TestBuildFiled_unlocksUnread(t *testing.T) {
	p, err := lookup(t, "oz-standard-v1").WithFields([]string{"account:address", "amount:uint256", "unlock:uint64"})
	if err != nil {
		t.Fatal(err)
	}
	for _, unlocks := range [][2]string{{"0", "x"}, {"07", "7"}, {"x", "y"}, {"x", "x"}, {"5", "5"}, {"1", "2"}} {
		spec, rows := sample(t, p, 5, 300)
		rows.Accounts[200] = rows.Accounts[100]
		rows.Columns[0].Values[100], rows.Columns[0].Values[200] = unlocks[0], unlocks[1]
		_, want := Build(context.Background(), spec, rows)
		built, got := BuildFiled(context.Background(), spec, 300, slicesFrom(rows, nil), Disk{Dir: t.TempDir(), Memory: 1 << 14, Unique: true})
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%q: %v, want %v", unlocks, got, want)
		}
		if got == nil {
			if err := built.Close(); err != nil {
				t.Error(err)
			}
		}
	}
}

func TestBuildFiled_refuses(t *testing.T) {
	p := lookup(t, "jito-v1")
	spec, rows := sample(t, p, 1, 5000)
	read := slicesFrom(rows, nil)
	ctx, cancel := context.WithCancel(context.Background())
	dir := t.TempDir()
	d := Disk{Dir: dir, Memory: 1 << 12}
	for what, try := range map[string]func() (*Filed, error){
		"no rows": func() (*Filed, error) { return BuildFiled(ctx, spec, 0, read, d) },
		"a missing row": func() (*Filed, error) {
			return BuildFiled(ctx, spec, 5000, func(w, lo, hi int, r *Rows) error { return read(w, lo, max(lo+1, hi-1), r) }, d)
		},
		"a failed read": func() (*Filed, error) {
			return BuildFiled(ctx, spec, 5000, func(int, int, int, *Rows) error { return os.ErrClosed }, d)
		},
		"a late failure": func() (*Filed, error) {
			return BuildFiled(ctx, spec, 5000, func(w, lo, hi int, r *Rows) error {
				if lo > 0 {
					return os.ErrClosed
				}
				return read(w, lo, hi, r)
			}, d)
		},
		"no directory": func() (*Filed, error) {
			return BuildFiled(ctx, spec, 5000, read, Disk{Dir: dir + "/none", Memory: 1 << 12})
		},
		"levels": func() (*Filed, error) { s := spec; s.Levels = 3; return BuildFiled(ctx, s, 5000, read, d) },
		"a constant": func() (*Filed, error) {
			s := spec
			s.Constants = map[string]string{"x": "1"}
			return BuildFiled(ctx, s, 5000, read, d)
		},
		"an order":       func() (*Filed, error) { s := spec; s.Order = "other"; return BuildFiled(ctx, s, 5000, read, d) },
		"few places":     func() (*Filed, error) { return BuildFiled(ctx, spec, 5000, read, Disk{Dir: dir, Claims: []uint32{0}}) },
		"a place twice":  func() (*Filed, error) { return BuildFiled(ctx, spec, 2, read, Disk{Dir: dir, Claims: []uint32{1, 1}}) },
		"a place beyond": func() (*Filed, error) { return BuildFiled(ctx, spec, 2, read, Disk{Dir: dir, Claims: []uint32{0, 2}}) },
	} {
		if _, err := try(); err == nil {
			t.Errorf("%s: no error", what)
		}
	}
	grouped := lookup(t, "ens-v1")
	if CanFile(&grouped, OrderProfile) != nil || CanFile(&grouped, OrderAccount) == nil {
		t.Error("a grouped profile, in another order than its own")
	}
	cancel()
	if _, err := BuildFiled(ctx, spec, 5000, read, d); err == nil {
		t.Error("cancelled: no error")
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("%v left", left)
	}
}

// TestBuildFiled_large is trees whose runs are merged in several steps and whose lower levels are read from the file.
func TestBuildFiled_large(t *testing.T) {
	sizes := []int{3000 + int(rand.Uint64N(17000))}
	if !testing.Short() {
		sizes = append(sizes, 100_000)
	}
	for _, n := range sizes {
		for _, c := range []struct {
			profile string
			order   Order
		}{{"oz-standard-v1", OrderProfile}, {"uniswap-v1", OrderAccount}, {"jito-v1", OrderProfile}, {"ens-v1", OrderProfile}, {"eigenlayer-v1", OrderProfile}} {
			spec, rows := sample(t, lookup(t, c.profile), uint64(n), n)
			spec.Order = c.order
			want, err := Build(context.Background(), spec, rows)
			if err != nil {
				t.Fatal(err)
			}
			read := slicesFrom(rows, nil)
			got, err := BuildFiled(context.Background(), spec, n, read, Disk{Dir: t.TempDir(), Memory: 1 << 16, Unique: true})
			if err != nil {
				t.Fatal(err)
			}
			sameTree(t, fmt.Sprintf("%s, %d rows", c.profile, n), got, want, read, nil)
			if err := got.Close(); err != nil {
				t.Error(err)
			}
		}
	}
}

func BenchmarkFiledReader(b *testing.B) {
	n := 1 << 18
	if testing.Short() {
		n = 1 << 12
	}
	p := lookup(b, "hedgey-v1")
	spec, rows := sample(b, p, 1, n)
	for name, memory := range map[string]int64{"memory": 1 << 30, "half": int64(n) * 32, "file": 1 << 12} {
		t, err := BuildFiled(context.Background(), spec, n, slicesFrom(rows, nil), Disk{Dir: b.TempDir(), Memory: memory})
		if err != nil {
			b.Fatal(err)
		}
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			r := t.Reader()
			var text []byte
			row := 0
			for b.Loop() {
				if text, err = r.AppendProof(text[:0], row); err != nil || len(text) == 0 {
					b.Fatal(err)
				}
				row = (row + 1) % n
			}
		})
		if err := t.Close(); err != nil {
			b.Error(err)
		}
	}
}
