package export

import (
	"context"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// TestTreeOfBundle builds every tree again from the shards of bundles of all layouts and orders.
func TestTreeOfBundle(t *testing.T) {
	for _, s := range []sample{
		{profile: "jito-v1", order: "input", shard: 4, tokens: 2, claims: 37, locked: true},
		{profile: "jito-v1", order: "account", shard: 4, tokens: 1, claims: 37, locked: true},
		{profile: "jito-v1", order: "account", shard: 4, split: 10, tokens: 1, claims: 37},
		{profile: "jito-v1", order: "input", proofs: "inline", shard: 4, split: 10, tokens: 1, claims: 37},
		{profile: "uniswap-v1", order: "account", shard: 4, tokens: 2, claims: 23, gap: 3},
		{profile: "uniswap-v1", order: "leaf-hash", shard: 4, tokens: 1, claims: 23},
		{profile: "oz-standard-v1", fields: `["account:address", "amount:uint256"]`, order: "account", shard: 4, tokens: 1, claims: 29},
		{profile: "oz-standard-v1", fields: `["account:address", "token:address", "amount:uint256"]`, order: "account", shard: 4, tokens: 3, claims: 29, one: true, gap: 4},
	} {
		dir, trees, _ := s.bundle(t, Options{Workers: 2})
		r, err := Open(os.DirFS(dir))
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range trees {
			steps := 0
			got, err := r.Tree(context.Background(), want.ID, 2, func(done, total int64) { steps++ })
			if err != nil {
				t.Errorf("%+v: %s: %v", s, want.ID, err)
				continue
			}
			if got.Root() != want.Tree.Root() || got.Len() != want.Tree.Len() || steps == 0 {
				t.Errorf("%+v: %s: root %s of %d leaves after %d steps", s, want.ID, got.Root(), got.Len(), steps)
			}
			id, decimals, account, ok := r.TokenOf(want.ID)
			if ok != (len(want.Tokens) == 1) || ok && (id != want.Tokens[0].ID || decimals != 6 || account != want.Tokens[0].Assets[0].Asset.Token) {
				t.Errorf("%+v: %s: token %s with %d decimals at %s, %v", s, want.ID, id, decimals, account, ok)
			}
			if want.Tree.Order() == "input" {
				for row, a := range want.Tree.Rows().Accounts {
					if got.Rows().Accounts[row] != a {
						t.Fatalf("%+v: %s: row %d is of %s, want %s", s, want.ID, row, got.Rows().Accounts[row], a)
					}
				}
			}
		}
		if _, err := r.Tree(context.Background(), "none", 1, nil); err == nil {
			t.Error("a tree that is not there was built")
		}
	}
}

// TestTreeOfEditedBundle does not hand out a tree of edited claims.
func TestTreeOfEditedBundle(t *testing.T) {
	s := sample{profile: "uniswap-v1", order: "account", shard: 8, tokens: 1, claims: 23}
	dir, trees, _ := s.bundle(t, Options{})
	edited := 0
	if err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.Contains(path, "shards") || edited > 0 {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		at := strings.Index(string(text), `","`+trees[0].Tree.Rows().Amounts[0].String()+`"`)
		if at < 0 {
			return nil
		}
		edited++
		text[at+3] = '1' + (text[at+3]-'0')%9
		return os.WriteFile(path, text, 0o644)
	}); err != nil {
		t.Fatal(err)
	}
	if edited != 1 {
		t.Fatal("no amount was found")
	}
	r, err := Open(os.DirFS(dir))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Tree(context.Background(), trees[0].ID, 1, nil); err == nil || !strings.Contains(err.Error(), "the manifest has") {
		t.Errorf("edited claims: %v", err)
	}
}

// TestTreeOfFlippedBundle changes a byte of any file: what is still handed out is the tree that the manifest names, and nothing panics.
func TestTreeOfFlippedBundle(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 7))
	for _, s := range []sample{
		{profile: "uniswap-v1", order: "account", shard: 8, tokens: 1, claims: 23, index: true},
		{profile: "jito-v1", order: "input", proofs: "inline", shard: 8, split: 9, tokens: 2, claims: 23, locked: true},
		{profile: "oz-standard-v1", fields: `["account:address", "token:address", "amount:uint256"]`, order: "account", shard: 8, tokens: 2, claims: 13, one: true},
	} {
		dir, _, _ := s.bundle(t, Options{})
		files := fstest.MapFS{}
		var names []string
		if err := fs.WalkDir(os.DirFS(dir), ".", func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			text, err := os.ReadFile(filepath.Join(dir, path))
			files[path] = &fstest.MapFile{Data: text}
			if path == ManifestFile || strings.Contains(path, "shards") {
				names = append(names, path)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		refused := 0
		const rounds = 400
		for range rounds {
			name := names[rng.IntN(len(names))]
			old := files[name].Data
			text := slices.Clone(old)
			text[rng.IntN(len(text))] ^= byte(1 << rng.IntN(7))
			files[name] = &fstest.MapFile{Data: text}
			r, err := Open(files)
			if err != nil {
				refused++
			} else {
				bad := false
				for _, info := range r.Manifest().Trees {
					built, err := r.Tree(context.Background(), info.ID, 1, nil)
					if bad = bad || err != nil; err != nil {
						continue
					}
					if root := built.Root(); root.Text(info.Profile.Width) != info.Root || built.Rows().Len() != info.Leaves {
						t.Errorf("%s: another tree was handed out", name)
					}
				}
				if bad {
					refused++
				}
			}
			files[name] = &fstest.MapFile{Data: old}
		}
		if refused < rounds/3 { // proofs of layout inline are not read for this
			t.Errorf("%+v: only %d of %d changes were noticed", s, refused, rounds)
		}
	}
}
