package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/tree"
)

// TestTree_readsFolders: claims that `merkle tree --format` writes as a folder are read as one list, and verify reads the same folder.
func TestTree_readsFolders(t *testing.T) {
	for _, c := range []struct {
		format, profile string
		with, back      []string
		verify          []string
	}{
		{"thirdweb", "thirdweb-drop-v1", []string{"--decimals", "18"}, []string{"--decimals", "18"}, nil},
		{"ens", "ens-v1", nil, nil, nil},
		{"jupiter-kv", "jito-v1", []string{"--with", "version=0", "--with", "entries=7", "--with", "distributor=" + bob}, nil, nil},
	} {
		t.Run(c.format, func(t *testing.T) {
			p, err := tree.Lookup(c.profile)
			if err != nil {
				t.Fatal(err)
			}
			dir := t.TempDir()
			list, out := filepath.Join(dir, "list.csv"), filepath.Join(dir, "out")
			profileList(t, list, &p, false, 60)
			first, said, code := treeOf(t, append([]string{list, "--profile", c.profile, "--format", c.format, "-o", out}, c.with...)...)
			if code != exitDone {
				t.Fatalf("writing: exit status %d\n%s", code, said)
			}
			if n := len(filesOf(t, out)); n < 5 {
				t.Fatalf("%d files", n)
			}
			args := append([]string{out, "--profile", c.profile, "--order", "leaf-hash"}, c.back...)
			if c.profile != "jito-v1" { // its order is that of the list
				args = append([]string{out, "--profile", c.profile}, c.back...)
			} else if first, _, code = treeOf(t, list, "--profile", c.profile, "--order", "leaf-hash"); code != exitDone {
				t.Fatal("no tree by leaf hash")
			}
			back, said, code := treeOf(t, args...)
			if code != exitDone || back.Root != first.Root || back.Leaves != 60 || back.Total != first.Total || !strings.Contains(said, "files, read in the order of their names") {
				t.Errorf("reading: exit status %d, root %s of %d leaves, want %s\n%s", code, back.Root, back.Leaves, first.Root, said)
			}
			if c.format != "jupiter-kv" && !strings.Contains(said, "states this root") {
				t.Errorf("the folder's root is not compared:\n%s", said)
			}
			if code, _, errs := told(t, "verify", out); code != exitDone {
				t.Errorf("verify: exit status %d: %s", code, errs)
			}
		})
	}
}

func TestTree_foldersThatAreNoList(t *testing.T) {
	row := func(i int) string {
		return fmt.Sprintf(`"%s":{"amount":"0x%02x"}`, keyOf(t, merkle.EVM, "account", i).Text(), i+1)
	}
	for what, c := range map[string]struct {
		files map[string]string
		code  int
		want  string
	}{
		"two files":        {map[string]string{"a.json": "{" + row(1) + "," + row(2) + "}", "sub/b.json": "{" + row(3) + "}", ".x": "?"}, exitDone, "2 files"},
		"empty":            {nil, exitRefused, "there is no list in this folder"},
		"one twice":        {map[string]string{"a.json": "{" + row(1) + "}", "b.json": "{" + row(2) + "," + row(1) + "}"}, exitRefused, "account is there already, at "},
		"other columns":    {map[string]string{"a.json": "{" + row(1) + "}", "b.csv": "account,amount,index\n"}, exitRefused, "b.csv: is another kind of list, table of account, amount, index, than "},
		"no list":          {map[string]string{"a.json": "{" + row(1) + "}", "b.json": "{"}, exitRefused, "b.json:1:"},
		"not a list first": {map[string]string{"a.txt": "words", "b.json": "{" + row(1) + "}"}, exitRefused, "a.txt:1:1"},
		"two trees": {map[string]string{"a.json": `{"merkleRoot":"0x` + strings.Repeat("1", 64) + `","claims":{` + row(1) + "}}", "b.json": `{"merkleRoot":"0x` + strings.Repeat("2", 64) + `","claims":{` + row(2) + "}}"},
			exitRefused, "they are several trees"},
		"damaged":       {map[string]string{"a.csv.gz": "no gzip at all", "b.json": "{" + row(1) + "}"}, exitRefused, "a.csv.gz: cannot unpack"},
		"damaged, zstd": {map[string]string{"a.csv.zst": "no zstd at all", "b.json": "{" + row(1) + "}"}, exitRefused, "a.csv.zst: cannot unpack"},
		"another root":  {map[string]string{"a.json": "{" + row(1) + "}", "root.json": `{"root":"0x` + strings.Repeat("1", 64) + `"}`}, exitDone, "states another root"},
	} {
		dir := t.TempDir()
		for name, text := range c.files {
			path := filepath.Join(dir, name)
			if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		code, out, errs := told(t, "tree", dir, "--profile", "address-amount-packed-v1")
		if code != c.code || !strings.Contains(errs, c.want) {
			t.Errorf("%s: exit status %d, want %d and %q\n%s%s", what, code, c.code, c.want, out, errs)
		}
	}
}

// TestTree_headers: a list of ready-made leaves may name their type, and columns without types that are in no usual order are told of.
func TestTree_headers(t *testing.T) {
	leaves := "0x" + strings.Repeat("1", 64) + "\n0x" + strings.Repeat("2", 64) + "\n"
	var roots []string
	for _, head := range []string{"leaf\n", "leaf:bytes32\n"} {
		doc, said, code := treeOf(t, write(t, "list.csv", []byte(head+leaves)), "--profile", "oz-simple-v1")
		if code != exitDone {
			t.Errorf("%s: exit status %d\n%s", head, code, said)
		}
		roots = append(roots, doc.Root)
	}
	if roots[0] != roots[1] {
		t.Errorf("roots %v", roots)
	}
	for list, told := range map[string]bool{
		"account,amount\n" + carol + ",5\n":                 false,
		"amount,account\n5," + carol + "\n":                 true,
		"index,account,amount\n0," + carol + ",5\n":         true,
		"amount:uint256,account:address\n5," + carol + "\n": false,
	} {
		_, said, code := treeOf(t, write(t, "list.csv", []byte(list)), "--profile", "oz-standard-v1")
		if code != exitDone || strings.Contains(said, "the order of the columns is that of the leaf") != told {
			t.Errorf("%s: exit status %d\n%s", list, code, said)
		}
	}
}
