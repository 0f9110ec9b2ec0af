package guard

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const (
	root   = "../.."
	module = "github.com/merkle-drop/merkle"
)

// source is one parsed Go file of the module.
type source struct {
	path string // slash path from the module root
	room string // first folder; "" is the module root
	test bool
	file *ast.File
}

func sources(t *testing.T) ([]source, *token.FileSet) {
	t.Helper()
	var all []source
	fset := token.NewFileSet()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() {
			if path != root && (strings.HasPrefix(name, ".") || name == "testdata" || name == "node_modules") {
				return filepath.SkipDir
			}
			if _, err := os.Stat(filepath.Join(path, "go.mod")); err == nil && path != root {
				return filepath.SkipDir // a module of its own
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") {
			return nil
		}
		f, err := parser.ParseFile(fset, path, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		room, _, found := strings.Cut(rel, "/")
		if !found {
			room = ""
		}
		all = append(all, source{rel, room, strings.HasSuffix(name, "_test.go"), f})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 40 {
		t.Fatalf("only %d Go files found", len(all))
	}
	return all, fset
}

func imports(f *ast.File) []string {
	var paths []string
	for _, i := range f.Imports {
		p, err := strconv.Unquote(i.Path.Value)
		if err != nil {
			panic(err) // the parser has accepted it
		}
		paths = append(paths, p)
	}
	return paths
}

// One direction: a room knows the rooms before it, never those after (docs/architecture.md).
var mayImport = map[string][]string{
	"":         {},
	"campaign": {""},
	"alloc":    {"", "campaign", "alloc", "internal"},
	"tree":     {"", "tree", "internal"},
	"export":   {"", "campaign", "alloc", "tree", "export", "internal"},
	"chain":    {"", "chain"},
	"verify":   {},
	"cmd":      {"", "campaign", "alloc", "tree", "export", "chain", "verify", "internal"},
	"fixtures": {"", "campaign", "alloc", "tree", "export", "chain", "verify", "fixtures"},
	"internal": {}, // knows nothing of distributions
}

func TestRoomsImportOneWay(t *testing.T) {
	all, _ := sources(t)
	for _, s := range all {
		if s.test {
			continue
		}
		allowed, ok := mayImport[s.room]
		if !ok {
			t.Errorf("%s: room %q is not in the plan", s.path, s.room)
		}
		for _, p := range imports(s.file) {
			rest, ours := strings.CutPrefix(p, module)
			if !ours {
				continue
			}
			room, _, _ := strings.Cut(strings.TrimPrefix(rest, "/"), "/")
			if !slices.Contains(allowed, room) {
				t.Errorf("%s imports %s", s.path, p)
			}
		}
	}
}

// Heavy chain libraries stay out of the value path: they live in chain/ alone, and only one package of theirs is small
// enough for elsewhere.
func TestHeavyLibrariesStayOut(t *testing.T) {
	all, _ := sources(t)
	for _, s := range all {
		if s.test {
			continue
		}
		for _, p := range imports(s.file) {
			heavy := strings.HasPrefix(p, "github.com/ethereum/go-ethereum/") && p != "github.com/ethereum/go-ethereum/crypto/keccak" ||
				strings.HasPrefix(p, "github.com/gagliardetto/")
			if heavy && s.room != "chain" {
				t.Errorf("%s imports %s", s.path, p)
			}
		}
	}
}

func TestNoFloatsInValuePath(t *testing.T) {
	all, fset := sources(t)
	banned := []string{"float32", "float64", "complex64", "complex128", "NewFloat", "ParseFloat", "NewFromFloat", "NewFromFloat32", "NewFromFloatWithExponent", "InexactFloat64", "Float64", "Float32", "SetFloat64"}
	looked := 0
	for _, s := range all {
		if s.test {
			continue
		}
		looked++
		ast.Inspect(s.file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.Ident:
				if slices.Contains(banned, n.Name) {
					t.Errorf("%s: %s", fset.Position(n.Pos()), n.Name)
				}
			case *ast.BasicLit:
				if n.Kind == token.FLOAT || n.Kind == token.IMAG {
					// 1e19 used as an integer constant is fine; the compiler refuses it where it would be a float.
					if !strings.ContainsAny(n.Value, "eE") || strings.Contains(n.Value, ".") {
						t.Errorf("%s: %s", fset.Position(n.Pos()), n.Value)
					}
				}
			}
			return true
		})
	}
	if looked < 30 {
		t.Fatalf("only %d files looked at", looked)
	}
}

// shopspring/decimal reads and prints at the edge; it never divides and its globals are never touched.
func TestDecimalNeverDivides(t *testing.T) {
	all, fset := sources(t)
	banned := []string{"Div", "DivRound", "Pow", "IntPart", "DivisionPrecision", "QuoRem", "PowWithPrecision", "MarshalJSONWithoutQuotes"}
	for _, s := range all {
		if s.test || !slices.Contains(imports(s.file), "github.com/shopspring/decimal") {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			if sel, ok := n.(*ast.SelectorExpr); ok && slices.Contains(banned, sel.Sel.Name) {
				t.Errorf("%s: %s in a file that uses decimal", fset.Position(sel.Pos()), sel.Sel.Name)
			}
			return true
		})
	}
}

func TestNothingHidden(t *testing.T) {
	all, fset := sources(t)
	for _, s := range all {
		if s.test {
			continue
		}
		for _, d := range s.file.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Recv == nil && d.Name.Name == "init" {
					t.Errorf("%s: init", fset.Position(d.Pos()))
				}
			case *ast.GenDecl:
				for _, spec := range d.Specs {
					v, ok := spec.(*ast.ValueSpec)
					if !ok || d.Tok != token.VAR {
						continue
					}
					for _, name := range v.Names {
						if name.IsExported() && !strings.HasPrefix(name.Name, "Err") {
							t.Errorf("%s: exported variable %s", fset.Position(name.Pos()), name.Name)
						}
					}
				}
			}
		}
		if s.path == "cmd/merkle/main.go" || strings.HasPrefix(s.path, "fixtures/gen/") {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			x, ok := sel.X.(*ast.Ident)
			if ok && (x.Name == "os" && sel.Sel.Name == "Exit" || x.Name == "log" || x.Name == "rand") {
				t.Errorf("%s: %s.%s", fset.Position(n.Pos()), x.Name, sel.Sel.Name)
			}
			return true
		})
	}
}

func TestExportedNamesAreDocumented(t *testing.T) {
	all, fset := sources(t)
	for _, s := range all {
		if s.test || s.room == "cmd" {
			continue
		}
		for _, d := range s.file.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Name.IsExported() && exportedReceiver(d) && d.Doc == nil {
					t.Errorf("%s: %s is not documented", fset.Position(d.Pos()), d.Name.Name)
				}
			case *ast.GenDecl:
				for _, spec := range d.Specs {
					switch spec := spec.(type) {
					case *ast.TypeSpec:
						if spec.Name.IsExported() && d.Doc == nil && spec.Doc == nil {
							t.Errorf("%s: %s is not documented", fset.Position(spec.Pos()), spec.Name.Name)
						}
					case *ast.ValueSpec:
						for _, name := range spec.Names {
							if name.IsExported() && d.Doc == nil && spec.Doc == nil && spec.Comment == nil {
								t.Errorf("%s: %s is not documented", fset.Position(name.Pos()), name.Name)
							}
						}
					}
				}
			}
		}
	}
}

func exportedReceiver(d *ast.FuncDecl) bool {
	if d.Recv == nil {
		return true
	}
	typ := d.Recv.List[0].Type
	if star, ok := typ.(*ast.StarExpr); ok {
		typ = star.X
	}
	id, ok := typ.(*ast.Ident)
	return !ok || id.IsExported()
}

func TestFilesAreReadable(t *testing.T) {
	all, fset := sources(t)
	for _, s := range all {
		lines := fset.File(s.file.Pos()).LineCount()
		if !s.test && lines > 500 {
			t.Errorf("%s has %d lines", s.path, lines)
		}
		base := filepath.Base(s.path)
		for _, bad := range []string{"util", "helper", "common", "misc"} {
			if strings.Contains(base, bad) {
				t.Errorf("%s: name says nothing", s.path)
			}
		}
	}
}

// TestVersion keeps the constant, the changelog and the promise of FORMAT.md in step.
func TestVersion(t *testing.T) {
	src, err := os.ReadFile(filepath.Join(root, "merkle.go"))
	if err != nil {
		t.Fatal(err)
	}
	log, err := os.ReadFile(filepath.Join(root, "CHANGELOG.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, ok := strings.Cut(string(src), `const Version = "`)
	version, _, _ := strings.Cut(rest, `"`)
	if !ok || !strings.Contains(string(log), "## v"+version) {
		t.Errorf("CHANGELOG.md has no section for v%s", version)
	}
}
