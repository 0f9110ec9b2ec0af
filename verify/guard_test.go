package verify

import (
	"go/ast"
	"go/parser"
	gotoken "go/token"
	"os"
	"strconv"
	"strings"
	"testing"
)

// A verifier that shares code with what it verifies repeats its mistakes. Besides the standard library this package may import the hash function, the reader of the
// campaign's YAML text, the decompressor of inputs, and the second folder of proofs: nothing that computes a value which the build computes with the same code.
var allowedImports = map[string]bool{
	"golang.org/x/crypto/sha3":                         true,
	"github.com/goccy/go-yaml/ast":                     true,
	"github.com/goccy/go-yaml/parser":                  true,
	"github.com/klauspost/compress/zstd":               true,
	"github.com/andybalholm/brotli":                    true, // the same for pages of Parquet
	"github.com/cbergoon/merkletree":                   true,
	"github.com/parquet-go/parquet-go":                 true, // the container of inputs; what its values mean is read here
	"github.com/parquet-go/parquet-go/format":          true,
	"github.com/parquet-go/parquet-go/encoding/thrift": true, // the footer and page headers, before the container is opened
}

func sources(t *testing.T) map[string]*ast.File {
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]*ast.File{}
	for _, e := range entries {
		if name := e.Name(); strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go") {
			f, err := parser.ParseFile(gotoken.NewFileSet(), name, nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			out[name] = f
		}
	}
	if len(out) < 10 {
		t.Fatalf("only %d files", len(out))
	}
	return out
}

func TestImports(t *testing.T) {
	for name, f := range sources(t) {
		for _, imp := range f.Imports {
			path, _ := strconv.Unquote(imp.Path.Value)
			if std := !strings.Contains(strings.SplitN(path, "/", 2)[0], "."); !std && !allowedImports[path] {
				t.Errorf("%s imports %s", name, path)
			}
		}
	}
}

func TestNoFloats(t *testing.T) {
	for name, f := range sources(t) {
		ast.Inspect(f, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok && (id.Name == "float32" || id.Name == "float64") {
				t.Errorf("%s uses %s", name, id.Name)
			}
			if l, ok := n.(*ast.BasicLit); ok && l.Kind == gotoken.FLOAT {
				t.Errorf("%s has the literal %s", name, l.Value)
			}
			return true
		})
	}
}

func TestNoMutableState(t *testing.T) {
	for name, f := range sources(t) {
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Name.Name == "init" {
				t.Errorf("%s has an init", name)
			}
			if g, ok := d.(*ast.GenDecl); ok && g.Tok == gotoken.VAR {
				for _, s := range g.Specs {
					for _, id := range s.(*ast.ValueSpec).Names {
						if !strings.HasPrefix(id.Name, "err") {
							t.Errorf("%s has the package variable %s", name, id.Name)
						}
					}
				}
			}
		}
	}
}
