package tools

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/tree"
)

// evmAccounts is n accounts that differ in their first and last bytes.
func evmAccounts(t testing.TB, n int) (out []merkle.Account) {
	t.Helper()
	for i := range n {
		raw := make([]byte, 20)
		raw[0], raw[1], raw[18], raw[19] = byte(i*7+1), 0xab, byte(i>>8), byte(i)
		a, err := merkle.NewAccount(merkle.EVM, raw)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, a)
	}
	return out
}

func solanaAccounts(t testing.TB, n int) (out []merkle.Account) {
	t.Helper()
	for i := range n {
		raw := make([]byte, 32)
		raw[0], raw[1], raw[30], raw[31] = byte(i*7+1), 0xab, byte(i>>8), byte(i)
		a, err := merkle.NewAccount(merkle.Solana, raw)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, a)
	}
	return out
}

func amounts(values ...uint64) (out []merkle.Amount) {
	for _, v := range values {
		out = append(out, merkle.NewAmount(v))
	}
	return out
}

// someTree is a small tree of a profile that every kind of it can say.
func someTree(t testing.TB, profile string) *tree.Tree {
	t.Helper()
	p := lookup(t, profile)
	accounts := evmAccounts(t, 5)
	if p.Accounts == merkle.Solana {
		accounts = solanaAccounts(t, 5)
	}
	tokens := evmAccounts(t, 9)[8]
	rows := &tree.Rows{Accounts: accounts, Amounts: amounts(1_000_000_000, 2_000_000_000, 3_000_000_000, 4_000_000_000, 5_000_000_000)}
	s := tree.Spec{Profile: p, Token: tokens}
	if p.Accounts == merkle.Solana {
		s.Token = solanaAccounts(t, 9)[8]
	}
	if !p.Has(tree.SourceAccount) {
		rows.Accounts = nil
	}
	if !p.Has(tree.SourceAmount) {
		rows.Amounts = nil
	}
	if p.Index == tree.IndexGiven {
		rows.Index = []uint64{4, 3, 2, 1, 0}
	}
	for _, f := range p.Fields {
		switch {
		case f.Source == tree.SourceColumn && f.Type == "(uint128,uint128)[]", strings.HasPrefix(f.Type, "abi("):
			rows.Columns = append(rows.Columns, tree.Column{Name: f.Name, Values: slices.Repeat([]string{"[[1700000000,5000],[1710000000,10000]]"}, 5)})
		case f.Source == tree.SourceColumn && f.Type == "address":
			rows.Columns = append(rows.Columns, tree.Column{Name: f.Name, Values: slices.Repeat([]string{"0x1f402460c7aaf7b3ed4389b116960f8745493111"}, 5)})
		case f.Source == tree.SourceColumn && strings.HasPrefix(f.Type, "bytes"):
			rows.Columns = append(rows.Columns, tree.Column{Name: f.Name, Values: []string{
				"0x" + strings.Repeat("ab", 32), "0x" + strings.Repeat("12", 32), "0x" + strings.Repeat("cd", 32), "0x" + strings.Repeat("00", 32), "0x" + strings.Repeat("ff", 32)}})
		case f.Source == tree.SourceColumn:
			rows.Columns = append(rows.Columns, tree.Column{Name: f.Name, Values: slices.Repeat([]string{"7"}, 5)})
		case f.Source == tree.SourceDomain || f.Source == tree.SourceConstant:
			if s.Constants == nil {
				s.Constants = map[string]string{}
			}
			switch f.Type {
			case "address":
				s.Constants[f.Name] = "0x29067f28306419923bccf96e37f95e0f58abdbbe"
			case "bool":
				s.Constants[f.Name] = "false"
			case "uint8":
				s.Constants[f.Name] = "0"
			default:
				s.Constants[f.Name] = "1"
			}
		}
	}
	return build(t, s, rows)
}

// told is what each kind has to be told beside the tree.
func told() Options {
	return Options{
		Decimals: -1,
		Distributor: func(uint64) (merkle.Account, error) {
			return merkle.ParseAccount("HS8EQ8QkQSBJggY8r255AKdWbtYRtyNMoRt4LjNkkWm1")
		},
		With: map[string]string{},
	}
}

func optionsOf(k Kind, profile string) Options {
	o := told()
	if k.Decimals {
		o.Decimals = 6
	}
	if k.Name == "csv-jito" {
		o.Decimals = 9
	}
	if profile == "thirdweb-airdrop-1155-v1" {
		o.Decimals = 0
	}
	values := map[string]string{"reason": "airdrop", "rootIndex": "0", "index": "3", "network": "mainnet", "oracleDaoRpl": "0", "category": "Staker", "currencyDecimals": "18"}
	for _, s := range k.Settings {
		if v, ok := values[s.Name]; ok && (s.Required || s.Name == "oracleDaoRpl" || s.Name == "currencyDecimals") {
			o.With[s.Name] = v
		}
	}
	return o
}

// TestEveryKind writes every kind of every profile that it fits, twice the same, as JSON where it is no list, and says no to all other profiles.
func TestEveryKind(t *testing.T) {
	for _, k := range Kinds() {
		if k.Title == "" || k.Source == "" {
			t.Errorf("%s: no title or source", k.Name)
		}
		profiles := k.Profiles
		if len(profiles) == 0 {
			profiles = []string{"uniswap-v1", "jito-v1", "eigenlayer-v1", "lido-gate-v1"}
		}
		for p := range tree.Profiles() {
			if fits := len(k.Profiles) == 0 || slices.Contains(k.Profiles, p.Name); fits != (k.Fits(&p) == nil) {
				t.Errorf("%s, %s: fits %v, %v", k.Name, p.Name, fits, k.Fits(&p))
			}
		}
		for _, profile := range profiles {
			built := someTree(t, profile)
			dir := t.TempDir()
			made, err := Write(context.Background(), k.Name, filepath.Join(dir, "a"), built, optionsOf(k, profile))
			if err != nil {
				t.Errorf("%s of %s: %v", k.Name, profile, err)
				continue
			}
			if len(made) != 1 || made[0].Root != built.Root() || made[0].Leaves != built.Len() {
				t.Errorf("%s of %s: %+v", k.Name, profile, made)
			}
			if _, err := Write(context.Background(), k.Name, filepath.Join(dir, "b"), built, optionsOf(k, profile)); err != nil {
				t.Errorf("%s of %s: %v", k.Name, profile, err)
			}
			a, b := contents(t, filepath.Join(dir, "a")), contents(t, filepath.Join(dir, "b"))
			if len(a) == 0 || !slices.Equal(sortedNames(a), sortedNames(b)) {
				t.Errorf("%s of %s: files %v and %v", k.Name, profile, sortedNames(a), sortedNames(b))
			}
			for name, text := range a {
				if text != b[name] {
					t.Errorf("%s of %s: %s is not the same again", k.Name, profile, name)
				}
				if !strings.HasPrefix(k.Name, "csv-") && !json.Valid([]byte(text)) {
					t.Errorf("%s of %s: %s is no JSON: %.200s", k.Name, profile, name, text)
				}
			}
			if left, _ := os.ReadDir(dir); len(left) != 2 {
				t.Errorf("%s of %s: %v stand there", k.Name, profile, left)
			}
			if folder := len(a) > 1 || a[""] == ""; folder != k.Folder {
				t.Errorf("%s: folder %v", k.Name, folder)
			}
			if !k.Folder {
				var b bytes.Buffer
				if err := Stream(context.Background(), k.Name, &b, built, optionsOf(k, profile)); err != nil || b.String() != a[""] {
					t.Errorf("%s of %s: the stream is not the file: %v", k.Name, profile, err)
				}
			}
		}
	}
}

// contents is the files of a folder by name, or a file under no name.
func contents(t *testing.T, path string) map[string]string {
	t.Helper()
	out := map[string]string{}
	if err := filepath.WalkDir(path, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(p)
		out[strings.TrimPrefix(strings.TrimPrefix(p, path), "/")] = string(text)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return out
}

// TestNothingIsWrittenOver keeps what is there, whatever it is.
func TestNothingIsWrittenOver(t *testing.T) {
	dir := t.TempDir()
	file, folder := filepath.Join(dir, "file"), filepath.Join(dir, "folder")
	if err := os.WriteFile(file, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, dst := range []string{file, folder} {
		if _, err := Write(context.Background(), "uniswap", dst, someTree(t, "uniswap-v1"), told()); !errors.Is(err, fs.ErrExist) {
			t.Errorf("file over %s: %v", dst, err)
		}
		if _, err := Write(context.Background(), "ens", dst, someTree(t, "ens-v1"), told()); !errors.Is(err, fs.ErrExist) {
			t.Errorf("folder over %s: %v", dst, err)
		}
	}
	text, err := os.ReadFile(file)
	if left, _ := os.ReadDir(dir); err != nil || string(text) != "mine" || len(left) != 2 {
		t.Errorf("%q, %v, %v", text, err, left)
	}
}

// TestInterrupted leaves nothing behind when it is stopped between two rows.
func TestInterrupted(t *testing.T) {
	const n = 9000
	values := make([]uint64, n)
	for i := range values {
		values[i] = uint64(i) + 1
	}
	accounts := evmAccounts(t, n)
	for _, c := range []struct{ kind, profile string }{{"uniswap", "uniswap-v1"}, {"ens", "ens-v1"}, {"proofs", "uniswap-v1"}} {
		built := build(t, tree.Spec{Profile: lookup(t, c.profile), Workers: 1}, &tree.Rows{Accounts: accounts, Amounts: amounts(values...)})
		ctx, cancel := context.WithCancel(context.Background())
		o := told()
		o.Progress = func(int64, int64) { cancel() }
		dir := t.TempDir()
		if _, err := Write(ctx, c.kind, filepath.Join(dir, "out"), built, o); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", c.kind, err)
		}
		if left, _ := os.ReadDir(dir); len(left) > 0 {
			t.Errorf("%s: %v stand there", c.kind, left)
		}
		if err := Stream(context.Background(), "uniswap", brokenPipe{}, someTree(t, "uniswap-v1"), told()); !errors.Is(err, io.ErrClosedPipe) {
			t.Errorf("broken pipe: %v", err)
		}
	}
}

type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

// TestCopyFile is what stands in for a link where there are none.
func TestCopyFile(t *testing.T) {
	dir := t.TempDir()
	from, dst := filepath.Join(dir, "from"), filepath.Join(dir, "dst")
	if err := os.WriteFile(from, []byte("claims"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := copyFile(from, dst); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(dst); err != nil || string(text) != "claims" {
		t.Errorf("%q, %v", text, err)
	}
	if err := copyFile(from, dst); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a copy over a file: %v", err)
	}
}
