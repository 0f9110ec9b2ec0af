package counts

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/tree"
)

const slack = 1.05 // more than this times the model fails

// counting is laid into package layer: its methods under the old names count, and call the real ones.
const counting = `package layer

import "sync/atomic"

var Counted atomic.Uint64

func (h *Hasher) Sum(dst, prefix, a, b []byte) { Counted.Add(1); h.sum(dst, prefix, a, b) }

func (h *Hasher) Messages(dst, src, prefix []byte, size int) {
	Counted.Add(uint64(len(src) / size))
	h.messages(dst, src, prefix, size)
}

func (h *Hasher) Various(dst, src, prefix []byte, ends []int) {
	Counted.Add(uint64(len(ends)))
	h.various(dst, src, prefix, ends)
}

func (h *Hasher) Pairs(dst, src, prefix []byte, sorted bool) {
	Counted.Add(uint64(len(src) / (2 * h.width)))
	h.pairs(dst, src, prefix, sorted)
}
`

const reading = `package tree

import "github.com/merkle-drop/merkle/tree/internal/layer"

func HashesCounted() uint64 { return layer.Counted.Load() }
`

// overlay writes the counting variant of package layer and returns the file for go's -overlay.
func overlay(t *testing.T) string {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	dir, replace := t.TempDir(), map[string]string{}
	put := func(at, text string) {
		name := filepath.Join(dir, strings.ReplaceAll(at, "/", "_"))
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		replace[filepath.Join(root, filepath.FromSlash(at))] = name
	}
	files, err := filepath.Glob(filepath.Join(root, "tree/internal/layer/*.go"))
	if err != nil {
		t.Fatal(err)
	}
	method, found := regexp.MustCompile(`((?:\(h \*Hasher\) |\bh\.))(Sum|Messages|Various|Pairs)\(`), 0
	for _, f := range files {
		if strings.HasSuffix(f, "_test.go") {
			continue
		}
		src, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		text := method.ReplaceAllStringFunc(string(src), func(m string) string {
			if strings.HasPrefix(m, "(h *Hasher) ") {
				found++
			}
			for _, name := range []string{"Sum", "Messages", "Various", "Pairs"} {
				m = strings.Replace(m, name+"(", strings.ToLower(name)+"(", 1)
			}
			return m
		})
		if text != string(src) {
			put("tree/internal/layer/"+filepath.Base(f), text)
		}
	}
	if found != 4 {
		t.Fatalf("package layer has %d of the four methods that hash", found)
	}
	put("tree/internal/layer/counting.go", counting)
	put("tree/counting.go", reading)
	text, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(name, text, 0o644); err != nil {
		t.Fatal(err)
	}
	return name
}

// A tree takes the hashes of its leaves and one a node, no more: hashing twice, or a leaf anew for every proof, would show here.
func TestHashes(t *testing.T) {
	var stderr strings.Builder
	c := exec.Command("go", "run", "-tags", "counted", "-overlay", overlay(t), "./counted")
	c.Stderr = &stderr
	out, err := c.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, stderr.String())
	}
	took := map[string]uint64{}
	if err := json.Unmarshal(out, &took); err != nil {
		t.Fatal(err)
	}
	for _, m := range Model {
		a := float64(took[m.Name()]) / RowCount
		t.Logf("%s: %.4f hashes a row", m.Name(), a)
		if a > m.Hashes*slack || a < m.Hashes/slack {
			t.Errorf("%s: %.4f hashes a row, the model says %v", m.Name(), a, m.Hashes)
		}
	}
}

// Nothing is allocated for a single row: ten times the rows are as many allocations but for those that come with blocks of rows.
func TestAllocations(t *testing.T) {
	for _, m := range Model {
		count := func(n int) (objects, bytes float64) {
			spec, rows, err := m.Rows(n)
			if err != nil {
				t.Fatal(err)
			}
			build := func() {
				if _, err := tree.Build(context.Background(), spec, rows); err != nil {
					t.Fatal(err)
				}
			}
			objects = testing.AllocsPerRun(3, build)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			build()
			runtime.ReadMemStats(&after)
			return objects, float64(after.TotalAlloc - before.TotalAlloc)
		}
		few, fewBytes := count(RowCount)
		many, manyBytes := count(10 * RowCount)
		objects, bytes := (many-few)/(9*RowCount), (manyBytes-fewBytes)/(9*RowCount)
		t.Logf("%s: %.5f allocations and %.1f bytes a row", m.Name(), objects, bytes)
		if objects > 0.01 {
			t.Errorf("%s: %.5f allocations a row, the model says none", m.Name(), objects)
		}
		if bytes > m.Bytes*slack {
			t.Errorf("%s: %.1f bytes a row allocated, the model says %v", m.Name(), bytes, m.Bytes)
		}
	}
}

// A root alone takes a leaf and half a node a row, in order of the leaves two leaves; accounts are told apart in that memory. Nothing is allocated for a single row.
func TestRootAllocations(t *testing.T) {
	for _, m := range []struct {
		profile string
		bytes   float64
	}{{"oz-standard-v1", 66}, {"jito-v1", 49}} {
		count := func(n int) (objects, bytes float64) {
			spec, rows, err := Cost{Profile: m.profile, Order: tree.OrderProfile}.Rows(n)
			if err != nil {
				t.Fatal(err)
			}
			root := func() {
				b, err := tree.NewRootBuilder(spec, false)
				if err != nil {
					t.Fatal(err)
				}
				w, piece := b.Worker(), &tree.Rows{}
				b.Grow(n)
				for lo := 0; lo < n; lo += 500 {
					piece.Accounts, piece.Amounts = rows.Accounts[lo:lo+500], rows.Amounts[lo:lo+500]
					if !w.Add(lo, piece) {
						t.Fatal("refused")
					}
				}
				if _, err := b.Finish(context.Background(), n); err != nil {
					t.Fatal(err)
				}
			}
			objects = testing.AllocsPerRun(3, root)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			root()
			runtime.ReadMemStats(&after)
			return objects, float64(after.TotalAlloc - before.TotalAlloc)
		}
		few, fewBytes := count(RowCount)
		many, manyBytes := count(10 * RowCount)
		objects, bytes := (many-few)/(9*RowCount), (manyBytes-fewBytes)/(9*RowCount)
		t.Logf("%s: %.5f allocations and %.1f bytes a row", m.profile, objects, bytes)
		if objects > 0.01 {
			t.Errorf("%s: %.5f allocations a row, the model says none", m.profile, objects)
		}
		if bytes > m.bytes*slack {
			t.Errorf("%s: %.1f bytes a row allocated, the model says %v", m.profile, bytes, m.bytes)
		}
	}
}

// A proof into the caller's memory allocates nothing.
func TestProofAllocations(t *testing.T) {
	for _, m := range Model {
		spec, rows, err := m.Rows(RowCount)
		if err != nil {
			t.Fatal(err)
		}
		built, err := tree.Build(context.Background(), spec, rows)
		if err != nil {
			t.Fatal(err)
		}
		proof, i := make([]merkle.Hash, 0, 64), 0
		if n := testing.AllocsPerRun(1000, func() { proof = built.Proof(i, proof[:0]); i++ }); n != 0 {
			t.Errorf("%s: %v allocations a proof", m.Name(), n)
		}
	}
}
