package tools

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/tree"
)

// key is a made-up account of a family.
func key(t testing.TB, f merkle.Family, what string, i int) merkle.Account {
	t.Helper()
	h := sha256.Sum256(fmt.Append(nil, what, i))
	a, err := merkle.NewAccount(f, h[:f.Width()])
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// manyTree is a tree of n rows of a profile that every kind of it can say.
func manyTree(t testing.TB, profile string, n int) *tree.Tree {
	t.Helper()
	few := someTree(t, profile)
	p, spec := few.Profile(), few.Spec()
	rows := &tree.Rows{}
	for i := range n {
		account := key(t, p.Accounts, "account", i)
		if p.Has(tree.SourceToken) { // several rows of an account
			account = key(t, p.Accounts, "account", i/3)
			rows.Tokens = append(rows.Tokens, key(t, p.Accounts, "token", i%3))
		}
		if p.Has(tree.SourceAccount) {
			rows.Accounts = append(rows.Accounts, account)
		}
		if p.Has(tree.SourceAmount) {
			rows.Amounts = append(rows.Amounts, merkle.NewAmount(uint64(i%977+1)*1_000_000_000))
		}
		if p.Has(tree.SourceLocked) && n%2 == 0 {
			rows.Locked = append(rows.Locked, merkle.NewAmount(uint64(i%3)*1_000_000_000))
		}
		if p.Index == tree.IndexGiven {
			rows.Index = append(rows.Index, uint64(3*(n-i)))
		}
	}
	for _, c := range few.Rows().Columns {
		field := p.Fields[slices.IndexFunc(p.Fields, func(f tree.Field) bool { return f.Name == c.Name })]
		values := make([]string, n)
		for i := range values {
			h := sha256.Sum256(fmt.Append(nil, c.Name, i))
			switch values[i] = c.Values[0]; {
			case field.Type == "bytes32":
				values[i] = fmt.Sprintf("0x%x", h)
			case strings.HasPrefix(field.Type, "uint"):
				values[i] = fmt.Sprint(i % 7)
			}
		}
		rows.Columns = append(rows.Columns, tree.Column{Name: c.Name, Values: values})
	}
	if p.Has(tree.SourceToken) {
		spec.Token = merkle.Account{}
	}
	return build(t, spec, rows)
}

// filed is the same tree on disk, until the test ends.
func filed(t testing.TB, built *tree.Tree, memory int64, workers int) Filed {
	t.Helper()
	f, end := filedAt(t, t.TempDir(), built, memory, workers)
	t.Cleanup(end)
	return f
}

// filedAt is the same tree in a folder, until end is called.
func filedAt(t testing.TB, dir string, built *tree.Tree, memory int64, workers int) (_ Filed, end func()) {
	t.Helper()
	d := tree.Disk{Dir: dir, Memory: memory, Unique: true}
	rows, err := tree.NewRowFile(filepath.Join(d.Dir, "rows"))
	if err == nil {
		err = rows.Append(built.Rows())
	}
	if err != nil {
		t.Fatal(err)
	}
	read, err := rows.Slices()
	if err != nil {
		t.Fatal(err)
	}
	spec := built.Spec()
	spec.Workers = workers
	f, err := tree.BuildFiled(context.Background(), spec, rows.Len(), read, d)
	if err != nil {
		t.Fatal(err)
	}
	return Filed{Tree: f, Rows: rows, Disk: d}, func() {
		if err := errors.Join(f.Close(), rows.Close()); err != nil {
			t.Error(err)
		}
	}
}

// asFiled writes a kind of a tree in memory and of the same tree on disk, and wants the same files, result or refusal, and nothing left but the tree.
func asFiled(t *testing.T, kind string, built *tree.Tree, o Options, memory int64) (refused bool) {
	t.Helper()
	dir := t.TempDir()
	want, wantErr := Write(context.Background(), kind, filepath.Join(dir, "a"), built, o)
	temp := filepath.Join(dir, "temp")
	if err := os.Mkdir(temp, 0o777); err != nil {
		t.Fatal(err)
	}
	on, end := filedAt(t, temp, built, memory, o.Workers)
	defer func() {
		end()
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	}()
	before, err := os.ReadDir(on.Disk.Dir)
	if err != nil {
		t.Fatal(err)
	}
	got, gotErr := WriteFiled(context.Background(), kind, filepath.Join(dir, "b"), on, o)
	what := fmt.Sprintf("%s of %d rows of %s, order %s, split %d", kind, on.Rows.Len(), built.Profile().Name, built.Order(), o.Split)
	if after, err := os.ReadDir(on.Disk.Dir); err != nil || len(after) != len(before) {
		t.Errorf("%s: %v are left, %v", what, after, err)
	}
	if fmt.Sprint(gotErr) != fmt.Sprint(wantErr) {
		t.Errorf("%s:\n%v\nwant\n%v", what, gotErr, wantErr)
	}
	if wantErr != nil || gotErr != nil {
		return true
	}
	for i := range got {
		got[i].Name = strings.Replace(got[i].Name, "b", "a", 1)
		want[i].Name = strings.Replace(want[i].Name, "b", "a", 1)
	}
	if !slices.Equal(got, want) {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
	a, b := contents(t, filepath.Join(dir, "a")), contents(t, filepath.Join(dir, "b"))
	if !slices.Equal(sortedNames(a), sortedNames(b)) {
		t.Errorf("%s: files %v, want %v", what, sortedNames(b), sortedNames(a))
	}
	for name, text := range a {
		if b[name] != text {
			t.Fatalf("%s: %s:\n%.700s\nwant\n%.700s", what, name, b[name], text)
		}
	}
	return false
}

// sizes are numbers of rows: with MERKLE_LARGE=1 all small ones, with -short a few, else some, which differ with number.
func sizes(number int) (out []int) {
	for n := 1; n <= 300; n++ {
		some := n < 6 || n == 64 || n == 256 || n == 257
		if os.Getenv("MERKLE_LARGE") == "1" || some && n != 256 && (n < 4 || n > 60) || !testing.Short() && (some || (n+number)%23 == 0) {
			out = append(out, n)
		}
	}
	return out
}

// TestWriteFiled writes every kind of every profile that it fits, in every order, of trees in memory and on disk.
func TestWriteFiled(t *testing.T) {
	written := 0
	for _, k := range Kinds() {
		profiles := k.Profiles
		if len(profiles) == 0 {
			profiles = []string{"uniswap-v1", "jito-v1", "eigenlayer-v1", "lido-gate-v1", "ens-v1"}
		}
		for number, profile := range profiles {
			many := sizes(written)
			if testing.Short() && (k.Name == "proofs" || k.Name == "oz-dump") {
				many = []int{1, 2, 3 + number, 64, 257}
			}
			for _, n := range many {
				built := manyTree(t, profile, n)
				o := optionsOf(k, profile)
				o.Workers = 1 + n%2
				if k.Name == "merkl" && n%4 > 0 { // else it is refused, as there are several
					o.With["token"] = key(t, merkle.EVM, "token", 0).String()
				}
				if !asFiled(t, k.Name, built, o, int64([]int{1 << 10, 1 << 13, 1 << 20}[n%3])) {
					written++
				}
			}
		}
	}
	if t.Logf("%d were written", written); written < 100 {
		t.Errorf("only %d were written", written)
	}
}

// TestWriteFiled_orders is the same for trees in orders other than their profile's.
func TestWriteFiled_orders(t *testing.T) {
	written, refused := 0, 0
	for _, k := range Kinds() {
		for p := range tree.Profiles() {
			if p.Grouped() || !p.Has(tree.SourceAccount) || k.Fits(&p) != nil || k.Name == "proofs" {
				continue
			}
			for _, order := range []tree.Order{tree.OrderAccount, tree.OrderInput, tree.OrderLeafHash} {
				of := manyTree(t, p.Name, 277)
				spec := of.Spec()
				spec.Order = order
				if asFiled(t, k.Name, build(t, spec, of.Rows()), optionsOf(k, p.Name), 1<<12) {
					refused++
				} else {
					written++
				}
			}
		}
	}
	if t.Logf("%d were written, %d refused", written, refused); written < 40 || refused < 10 {
		t.Errorf("only %d were written, %d refused", written, refused)
	}
}

// TestWriteFiled_large is of 20,000 rows in the least memory.
func TestWriteFiled_large(t *testing.T) {
	n := 7_000
	if testing.Short() {
		n = 2_000
	} else if os.Getenv("MERKLE_LARGE") != "" {
		n = 60_000
	}
	for _, k := range Kinds() {
		profile := "uniswap-v1"
		if len(k.Profiles) > 0 {
			profile = k.Profiles[len(k.Profiles)-1]
		}
		rows := n
		if k.Name == "eigenlayer-claims" { // a file an earner, each on disk when it is closed
			rows = n / 100
		}
		o := optionsOf(k, profile)
		o.Workers = 1 + len(k.Name)%2
		if k.Name == "merkl" {
			o.With["token"] = key(t, merkle.EVM, "token", 0).String()
		}
		if asFiled(t, k.Name, manyTree(t, profile, rows), o, 1<<16) {
			t.Errorf("%s is refused", k.Name)
		}
	}
}

// TestWriteFiled_split cuts trees in memory and on disk, in parts that memory holds and in parts that it does not.
func TestWriteFiled_split(t *testing.T) {
	for _, kind := range []string{"jupiter", "jupiter-kv"} {
		for _, c := range []struct {
			n, split int
			memory   int64
		}{{1, 1, 1 << 20}, {7, 3, 1}, {300, 7, 1 << 20}, {300, 299, 1 << 10}, {1000, 333, 1 << 10}, {1000, 1000, 1}, {1000, 5000, 1 << 12}, {5000, 1999, 1 << 18}} {
			o := told()
			o.Split, o.Workers = c.split, 1+c.n%2
			if kind == "jupiter-kv" {
				o.With["entries"] = "77"
			}
			if asFiled(t, kind, manyTree(t, "jito-v1", c.n), o, c.memory) {
				t.Errorf("%s of %d rows by %d is refused", kind, c.n, c.split)
			}
		}
	}
}

// TestWriteFiled_refused has rows that readers refuse, more than are told.
func TestWriteFiled_refused(t *testing.T) {
	refused := 0
	r := rand.New(rand.NewPCG(1, 2))
	for _, k := range Kinds() {
		for p := range tree.Profiles() {
			if k.Fits(&p) != nil || k.Name == "proofs" || !p.Has(tree.SourceAccount) || !p.Has(tree.SourceAmount) {
				continue
			}
			for _, c := range []struct{ n, spread int }{{3, 2}, {40, 30}, {1000, 20}} {
				of := manyTree(t, p.Name, c.n)
				rows := *of.Rows()
				rows.Accounts, rows.Amounts = slices.Clone(rows.Accounts), slices.Clone(rows.Amounts)
				for i := range rows.Accounts {
					rows.Accounts[i] = rows.Accounts[r.IntN(c.spread)]
					rows.Amounts[i] = merkle.NewAmount(uint64(r.IntN(3)) * 500_000_000)
				}
				if rows.Index != nil {
					rows.Index = slices.Clone(rows.Index)
					rows.Index[c.n/2] = 1 << 60
				}
				spec := of.Spec()
				spec.KeepDuplicates, spec.Profile.Zero = true, tree.ZeroKeep
				built, err := tree.Build(context.Background(), spec, &rows)
				if err != nil {
					continue // an index by rule, or what the leaf cannot hold
				}
				if asFiled(t, k.Name, built, optionsOf(k, p.Name), 1<<12) {
					refused++
				}
			}
		}
	}
	if t.Logf("%d were refused", refused); refused < 40 {
		t.Errorf("only %d were refused", refused)
	}
}

// TestStreamFiled is Stream of trees on disk, also of folders, and stopped.
func TestStreamFiled(t *testing.T) {
	built := manyTree(t, "uniswap-v1", 9000)
	on := filed(t, built, 1<<16, 2)
	var want, got bytes.Buffer
	if err := errors.Join(Stream(context.Background(), "uniswap", &want, built, told()), StreamFiled(context.Background(), "uniswap", &got, on, told())); err != nil || !bytes.Equal(want.Bytes(), got.Bytes()) {
		t.Errorf("%d bytes, want %d: %v", got.Len(), want.Len(), err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	o := told()
	o.Progress = func(int64, int64) { cancel() }
	if err := StreamFiled(ctx, "uniswap", &small{1 << 30}, on, o); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if err := StreamFiled(context.Background(), "uniswap", &small{300_000}, on, told()); !errors.Is(err, errFull) {
		t.Errorf("a full disk: %v", err)
	}
	if left, err := os.ReadDir(on.Disk.Dir); err != nil || len(left) > 2 { // rows and nodes
		t.Errorf("%v are left, %v", left, err)
	}
	var option *OptionError
	folder := filed(t, manyTree(t, "ens-v1", 20), 1<<16, 1)
	if err := StreamFiled(context.Background(), "ens", &got, folder, told()); !errors.As(err, &option) {
		t.Errorf("a folder as a stream: %v", err)
	}
	gone := filed(t, built, 1<<12, 1)
	gone.Disk.Dir = filepath.Join(gone.Disk.Dir, "gone")
	if err := StreamFiled(context.Background(), "uniswap", &got, gone, told()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a folder that is gone: %v", err)
	}
}

// TestStreamMultiProofFiled proves some rows of trees on disk.
func TestStreamMultiProofFiled(t *testing.T) {
	for _, n := range []int{1, 2, 7, 300} {
		for _, profile := range []string{"hedgey-v1", "oz-simple-v1", "oz-standard-v1", "uniswap-v1"} {
			built := manyTree(t, profile, n)
			on := filed(t, built, 1<<10, 1)
			for _, rows := range [][]int{nil, {n - 1}, {0, n / 2}, rand.New(rand.NewPCG(1, uint64(n))).Perm(n), {n}} {
				var want, got bytes.Buffer
				wantErr := StreamMultiProof(context.Background(), &want, built, rows)
				gotErr := StreamMultiProofFiled(context.Background(), &got, on, rows)
				if fmt.Sprint(gotErr) != fmt.Sprint(wantErr) || !bytes.Equal(got.Bytes(), want.Bytes()) {
					t.Errorf("%s, rows %v of %d: %v, %.300s\nwant %v, %.300s", profile, rows, n, gotErr, got.Bytes(), wantErr, want.Bytes())
				}
			}
		}
	}
}
